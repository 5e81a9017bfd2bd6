INSERT INTO hooks (name, seq) VALUES ('ci', 7);

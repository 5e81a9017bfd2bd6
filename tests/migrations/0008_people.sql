INSERT INTO audit (seq, at, about, actor, fact, hash, salt, sealed) VALUES
    (2, '2026-11-21T12:00:00+00:00', 'web-00001', '{}', '{}', 'bbbb', 'salt', NULL),
    (3, '2026-11-21T12:00:00+00:00', '@erased-1', '{}', '{}', 'cccc', NULL, 'dddd');
UPDATE audit_head SET seq = 3, hash = 'cccc';
UPDATE audit SET about = '@erased-1', salt = NULL, sealed = 'eeee' WHERE seq = 2;
UPDATE audit_floor SET seq = 1, hash = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa';
DELETE FROM audit WHERE seq = 1;

-- Tokens of the API; of the secret only its digest is kept.
CREATE TABLE tokens (
    id         TEXT NOT NULL PRIMARY KEY,
    digest     TEXT NOT NULL UNIQUE,
    person     TEXT NOT NULL,
    name       TEXT NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    body       TEXT NOT NULL,
    UNIQUE (person, name)
) STRICT;

-- Who does what only one process may do, such as holding the connection to Discord's gateway.
CREATE TABLE leaders (
    post   TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    holder TEXT COLLATE "C" NOT NULL,
    until  TIMESTAMPTZ NOT NULL
);
-- Forms that are being filled in on a platform that keeps nothing between two presses.
CREATE TABLE drafts (
    id       TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    person   TEXT COLLATE "C" NOT NULL,
    body     TEXT COLLATE "C" NOT NULL,
    saved_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX drafts_saved ON drafts (saved_at);
-- One-time codes that link an account to a person; only their digests are kept.
CREATE TABLE codes (
    digest     TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    person     TEXT COLLATE "C" NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX codes_expire ON codes (expires_at);
-- When an account was linked by a code; null when an address or the configuration says whose it is.
ALTER TABLE accounts ADD COLUMN linked_at TIMESTAMPTZ;

-- Columns hold what SQL asks for; `body` is JSON text that SQL never looks into.
-- Times are RFC 3339 text in UTC, which sorts as time; the Postgres twin of this file says TIMESTAMPTZ.

CREATE TABLE people (
    id     TEXT NOT NULL PRIMARY KEY,
    handle TEXT NOT NULL UNIQUE,
    body   TEXT NOT NULL
) STRICT;

CREATE TABLE keys (
    id          TEXT NOT NULL PRIMARY KEY,
    owner       TEXT NOT NULL,
    name        TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    created_at  TEXT NOT NULL,
    body        TEXT NOT NULL,
    UNIQUE (owner, name),
    UNIQUE (owner, fingerprint)
) STRICT;

CREATE TABLE requests (
    id         TEXT NOT NULL PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE,
    requester  TEXT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('analysing', 'pending', 'approved', 'rejected', 'withdrawn', 'lapsed')),
    wakes_at   TEXT,
    created_at TEXT NOT NULL,
    version    INTEGER NOT NULL,
    body       TEXT NOT NULL
) STRICT;
CREATE INDEX requests_due ON requests (wakes_at, id) WHERE wakes_at IS NOT NULL;
CREATE INDEX requests_open ON requests (created_at, id) WHERE state IN ('analysing', 'pending');
CREATE INDEX requests_of ON requests (requester, created_at, id);

CREATE TABLE leases (
    id         TEXT NOT NULL PRIMARY KEY,
    request    TEXT NOT NULL UNIQUE REFERENCES requests (id),
    name       TEXT NOT NULL UNIQUE,
    owner      TEXT NOT NULL,
    phase      TEXT NOT NULL CHECK (phase IN ('provisioning', 'active', 'grace', 'deleting', 'gone', 'stuck')),
    wakes_at   TEXT,
    created_at TEXT NOT NULL,
    version    INTEGER NOT NULL,
    body       TEXT NOT NULL
) STRICT;
CREATE INDEX leases_due ON leases (wakes_at, id) WHERE wakes_at IS NOT NULL;
CREATE INDEX leases_live ON leases (created_at, id) WHERE phase <> 'gone';
CREATE INDEX leases_live_of ON leases (owner, created_at, id) WHERE phase <> 'gone';
CREATE INDEX leases_in ON leases (phase, created_at, id);

CREATE TABLE extensions (
    id         TEXT NOT NULL PRIMARY KEY,
    lease      TEXT NOT NULL REFERENCES leases (id),
    state      TEXT NOT NULL CHECK (state IN ('pending', 'approved', 'rejected', 'lapsed')),
    wakes_at   TEXT,
    created_at TEXT NOT NULL,
    version    INTEGER NOT NULL,
    body       TEXT NOT NULL
) STRICT;
CREATE INDEX extensions_due ON extensions (wakes_at, id) WHERE wakes_at IS NOT NULL;
CREATE INDEX extensions_of ON extensions (lease, created_at, id);

-- One row for each request that ever had an effect; who may act on it now, and until when.
CREATE TABLE lanes (
    id            TEXT NOT NULL PRIMARY KEY,
    holder        TEXT,
    claimed_until TEXT
) STRICT;

-- `seq` is the order in which effects were stored.
CREATE TABLE effects (
    seq         INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    id          TEXT NOT NULL UNIQUE,
    lane        TEXT NOT NULL,
    kind        TEXT NOT NULL,
    key         TEXT NOT NULL UNIQUE,
    state       TEXT NOT NULL CHECK (state IN ('due', 'done')),
    outcome     TEXT,
    due_at      TEXT NOT NULL,
    attempts    INTEGER NOT NULL,
    stage       INTEGER NOT NULL,
    notes       TEXT NOT NULL,
    created_at  TEXT NOT NULL,
    finished_at TEXT,
    body        TEXT NOT NULL
) STRICT;
-- Partial, so that what is done costs nothing to those who look for work.
CREATE INDEX effects_due ON effects (due_at, lane) WHERE state = 'due';
CREATE INDEX effects_of_lane ON effects (lane, seq) WHERE state = 'due';
CREATE INDEX effects_waiting ON effects (created_at, seq) WHERE state = 'due';

CREATE TABLE cards (
    subject    TEXT NOT NULL,
    audience   TEXT NOT NULL CHECK (audience IN ('requester', 'approvers')),
    platform   TEXT NOT NULL,
    channel    TEXT NOT NULL,
    message    TEXT NOT NULL,
    digest     TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (subject, audience, platform)
) STRICT;

CREATE TABLE inbox (
    id          TEXT NOT NULL PRIMARY KEY,
    received_at TEXT NOT NULL,
    answer      TEXT
) STRICT;

-- `seq` leaves no gap: `hash` covers the entry and the hash before it (src/domain/chain.rs).
CREATE TABLE audit (
    seq   INTEGER NOT NULL PRIMARY KEY CHECK (seq > 0),
    at    TEXT NOT NULL,
    about TEXT NOT NULL,
    actor TEXT NOT NULL,
    fact  TEXT NOT NULL,
    hash  TEXT NOT NULL
) STRICT;
CREATE INDEX audit_about ON audit (about, seq);

CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log is only ever added to');
END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log is only ever added to');
END;

-- The last entry, once more: whoever adds one has this row to himself, and a log that is cut off is noticed.
CREATE TABLE audit_head (
    id   INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    seq  INTEGER NOT NULL,
    hash TEXT NOT NULL
) STRICT;
INSERT INTO audit_head (id, seq, hash)
VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');

-- A REPLACE removes a row without asking the triggers for that.
CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit WHEN NEW.seq <= (SELECT seq FROM audit_head)
BEGIN
    SELECT RAISE(ABORT, 'the audit log is only ever added to');
END;
CREATE TRIGGER audit_head_no_insert BEFORE INSERT ON audit_head
BEGIN
    SELECT RAISE(ABORT, 'the head of the audit log only moves forward');
END;
CREATE TRIGGER audit_head_forward BEFORE UPDATE ON audit_head WHEN NEW.id <> OLD.id OR NEW.seq <= OLD.seq
BEGIN
    SELECT RAISE(ABORT, 'the head of the audit log only moves forward');
END;
CREATE TRIGGER audit_head_no_delete BEFORE DELETE ON audit_head
BEGIN
    SELECT RAISE(ABORT, 'the head of the audit log only moves forward');
END;

-- `seq` is the revision with which a message was first written: the order of a conversation.
CREATE TABLE console_messages (
    id       TEXT NOT NULL PRIMARY KEY,
    key      TEXT NOT NULL UNIQUE,
    channel  TEXT NOT NULL,
    author   TEXT NOT NULL,
    only_for TEXT,
    body     TEXT NOT NULL,
    at       TEXT NOT NULL,
    seq      INTEGER NOT NULL UNIQUE,
    revision INTEGER NOT NULL UNIQUE
) STRICT;
CREATE INDEX console_messages_in ON console_messages (channel, seq);

-- A sequence hands out numbers in another order than transactions commit; a row that is updated does not.
CREATE TABLE counters (
    name  TEXT NOT NULL PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT;
INSERT INTO counters (name, value) VALUES ('console', 0);

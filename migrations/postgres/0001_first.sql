-- Columns hold what SQL asks for; `body` is JSON text that SQL never looks into.
-- The SQLite twin of this file keeps times as RFC 3339 text.
-- Text compares and sorts by bytes, as it does in SQLite, whatever the locale of the server.

CREATE TABLE people (
    id     TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    handle TEXT COLLATE "C" NOT NULL UNIQUE,
    body   TEXT NOT NULL
);

CREATE TABLE keys (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    owner       TEXT COLLATE "C" NOT NULL,
    name        TEXT COLLATE "C" NOT NULL,
    fingerprint TEXT COLLATE "C" NOT NULL,
    created_at  TIMESTAMPTZ NOT NULL,
    body        TEXT NOT NULL,
    UNIQUE (owner, name),
    UNIQUE (owner, fingerprint)
);

CREATE TABLE requests (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name       TEXT COLLATE "C" NOT NULL UNIQUE,
    requester  TEXT COLLATE "C" NOT NULL,
    state      TEXT COLLATE "C" NOT NULL CHECK (state IN ('analysing', 'pending', 'approved', 'rejected', 'withdrawn', 'lapsed')),
    wakes_at   TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    version    BIGINT NOT NULL,
    body       TEXT NOT NULL
);
CREATE INDEX requests_due ON requests (wakes_at, id) WHERE wakes_at IS NOT NULL;
CREATE INDEX requests_open ON requests (created_at, id) WHERE state IN ('analysing', 'pending');
CREATE INDEX requests_of ON requests (requester, created_at, id);

CREATE TABLE leases (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    request    TEXT COLLATE "C" NOT NULL UNIQUE REFERENCES requests (id),
    name       TEXT COLLATE "C" NOT NULL UNIQUE,
    owner      TEXT COLLATE "C" NOT NULL,
    phase      TEXT COLLATE "C" NOT NULL CHECK (phase IN ('provisioning', 'active', 'grace', 'deleting', 'gone', 'stuck')),
    wakes_at   TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    version    BIGINT NOT NULL,
    body       TEXT NOT NULL
);
CREATE INDEX leases_due ON leases (wakes_at, id) WHERE wakes_at IS NOT NULL;
CREATE INDEX leases_live ON leases (created_at, id) WHERE phase <> 'gone';
CREATE INDEX leases_live_of ON leases (owner, created_at, id) WHERE phase <> 'gone';
CREATE INDEX leases_in ON leases (phase, created_at, id);

CREATE TABLE extensions (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    lease      TEXT COLLATE "C" NOT NULL REFERENCES leases (id),
    state      TEXT COLLATE "C" NOT NULL CHECK (state IN ('pending', 'approved', 'rejected', 'lapsed')),
    wakes_at   TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    version    BIGINT NOT NULL,
    body       TEXT NOT NULL
);
CREATE INDEX extensions_due ON extensions (wakes_at, id) WHERE wakes_at IS NOT NULL;
CREATE INDEX extensions_of ON extensions (lease, created_at, id);

-- One row for each request that ever had an effect; who may act on it now, and until when.
CREATE TABLE lanes (
    id            TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    holder        TEXT COLLATE "C",
    claimed_until TIMESTAMPTZ
);

-- `seq` is the order in which effects were stored.
CREATE TABLE effects (
    seq         BIGINT NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id          TEXT COLLATE "C" NOT NULL UNIQUE,
    lane        TEXT COLLATE "C" NOT NULL,
    kind        TEXT COLLATE "C" NOT NULL,
    key         TEXT COLLATE "C" NOT NULL UNIQUE,
    state       TEXT COLLATE "C" NOT NULL CHECK (state IN ('due', 'done')),
    outcome     TEXT COLLATE "C",
    due_at      TIMESTAMPTZ NOT NULL,
    attempts    BIGINT NOT NULL,
    stage       BIGINT NOT NULL,
    notes       TEXT NOT NULL,
    created_at  TIMESTAMPTZ NOT NULL,
    finished_at TIMESTAMPTZ,
    body        TEXT NOT NULL
);
-- Partial, so that what is done costs nothing to those who look for work.
CREATE INDEX effects_due ON effects (due_at, lane) WHERE state = 'due';
CREATE INDEX effects_of_lane ON effects (lane, seq) WHERE state = 'due';
CREATE INDEX effects_waiting ON effects (created_at, seq) WHERE state = 'due';

CREATE TABLE cards (
    subject    TEXT COLLATE "C" NOT NULL,
    audience   TEXT COLLATE "C" NOT NULL CHECK (audience IN ('requester', 'approvers')),
    platform   TEXT COLLATE "C" NOT NULL,
    channel    TEXT COLLATE "C" NOT NULL,
    message    TEXT COLLATE "C" NOT NULL,
    digest     TEXT COLLATE "C" NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (subject, audience, platform)
);

CREATE TABLE inbox (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    received_at TIMESTAMPTZ NOT NULL,
    answer      TEXT
);

-- `seq` leaves no gap: `hash` covers the entry and the hash before it (src/domain/chain.rs).
CREATE TABLE audit (
    seq   BIGINT NOT NULL PRIMARY KEY CHECK (seq > 0),
    at    TIMESTAMPTZ NOT NULL,
    about TEXT COLLATE "C" NOT NULL,
    actor TEXT NOT NULL,
    fact  TEXT NOT NULL,
    hash  TEXT NOT NULL
);
CREATE INDEX audit_about ON audit (about, seq);

CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is only ever added to';
END;
$$;
CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();

-- The last entry, once more: whoever adds one has this row to himself, and a log that is cut off is noticed.
CREATE TABLE audit_head (
    id   INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    seq  BIGINT NOT NULL,
    hash TEXT NOT NULL
);
INSERT INTO audit_head (id, seq, hash)
VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');

CREATE FUNCTION audit_head_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the head of the audit log only moves forward';
END;
$$;
CREATE TRIGGER audit_head_forward BEFORE UPDATE ON audit_head
    FOR EACH ROW WHEN (NEW.id <> OLD.id OR NEW.seq <= OLD.seq) EXECUTE FUNCTION audit_head_refuse();
CREATE TRIGGER audit_head_no_delete BEFORE DELETE ON audit_head
    FOR EACH ROW EXECUTE FUNCTION audit_head_refuse();
CREATE TRIGGER audit_head_no_truncate BEFORE TRUNCATE ON audit_head
    FOR EACH STATEMENT EXECUTE FUNCTION audit_head_refuse();

-- `seq` is the revision with which a message was first written: the order of a conversation.
CREATE TABLE console_messages (
    id       TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    key      TEXT COLLATE "C" NOT NULL UNIQUE,
    channel  TEXT COLLATE "C" NOT NULL,
    author   TEXT COLLATE "C" NOT NULL,
    only_for TEXT COLLATE "C",
    body     TEXT NOT NULL,
    at       TIMESTAMPTZ NOT NULL,
    seq      BIGINT NOT NULL UNIQUE,
    revision BIGINT NOT NULL UNIQUE
);
CREATE INDEX console_messages_in ON console_messages (channel, seq);

-- A sequence hands out numbers in another order than transactions commit; a row that is updated does not.
CREATE TABLE counters (
    name  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO counters (name, value) VALUES ('console', 0);

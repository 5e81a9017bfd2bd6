-- What was answered to calls of the API that came with a key of their own, so that the same call twice is done once.
CREATE TABLE idempotency (
    person   TEXT NOT NULL,
    key      TEXT NOT NULL,
    digest   TEXT NOT NULL,
    event    TEXT NOT NULL,
    begun_at TEXT NOT NULL,
    answer   TEXT,
    PRIMARY KEY (person, key)
) STRICT;
CREATE INDEX idempotency_begun ON idempotency (begun_at);
-- Pages of lists, newest first or oldest first.
CREATE INDEX requests_created ON requests (created_at, id);
CREATE INDEX leases_created ON leases (created_at, id);
CREATE INDEX leases_of ON leases (owner, created_at, id);
CREATE INDEX extensions_created ON extensions (created_at, id);
CREATE INDEX effects_told ON effects (seq) WHERE kind = 'tell';

-- Limits that were set; where there is none, the configuration's holds.
CREATE TABLE quota_limits (
    scope    TEXT NOT NULL,
    resource TEXT NOT NULL CHECK (resource IN ('environments', 'cpu', 'memory', 'storage', 'hours')),
    amount   INTEGER NOT NULL,
    PRIMARY KEY (scope, resource)
) STRICT;

-- What each scope holds of each resource: the sum over its reservations. Whoever changes what a scope holds, or its
-- limits, has its row to himself until the end of the transaction.
CREATE TABLE quota_usage (
    scope        TEXT NOT NULL PRIMARY KEY,
    environments INTEGER NOT NULL,
    cpu          INTEGER NOT NULL,
    memory       INTEGER NOT NULL,
    storage      INTEGER NOT NULL,
    lease_time   INTEGER NOT NULL
) STRICT;

-- What is held for a request or an extension, until it is released.
CREATE TABLE quota_reservations (
    id           TEXT NOT NULL PRIMARY KEY,
    request      TEXT NOT NULL,
    person       TEXT NOT NULL,
    team         TEXT,
    template     TEXT NOT NULL,
    environments INTEGER NOT NULL,
    cpu          INTEGER NOT NULL,
    memory       INTEGER NOT NULL,
    storage      INTEGER NOT NULL,
    lease_time   INTEGER NOT NULL,
    since        TEXT NOT NULL,
    released_at  TEXT,
    body         TEXT NOT NULL
) STRICT;
CREATE INDEX quota_reservations_held ON quota_reservations (since, id) WHERE released_at IS NULL;
CREATE INDEX quota_reservations_of_request ON quota_reservations (request) WHERE released_at IS NULL;
CREATE INDEX quota_reservations_of_person ON quota_reservations (person) WHERE released_at IS NULL;
CREATE INDEX quota_reservations_of_team ON quota_reservations (team) WHERE released_at IS NULL;
CREATE INDEX quota_reservations_of_template ON quota_reservations (template) WHERE released_at IS NULL;

-- Temporary quotas.
CREATE TABLE quota_grants (
    id         TEXT NOT NULL PRIMARY KEY,
    scope      TEXT NOT NULL,
    until_at   TEXT NOT NULL,
    wakes_at   TEXT,
    created_at TEXT NOT NULL,
    version    INTEGER NOT NULL,
    body       TEXT NOT NULL
) STRICT;
CREATE INDEX quota_grants_due ON quota_grants (wakes_at, id) WHERE wakes_at IS NOT NULL;
CREATE INDEX quota_grants_of ON quota_grants (scope, until_at);

-- Wishes for temporary quotas.
CREATE TABLE quota_wishes (
    id         TEXT NOT NULL PRIMARY KEY,
    person     TEXT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('pending', 'approved', 'rejected', 'lapsed')),
    wakes_at   TEXT,
    created_at TEXT NOT NULL,
    version    INTEGER NOT NULL,
    body       TEXT NOT NULL
) STRICT;
CREATE INDEX quota_wishes_due ON quota_wishes (wakes_at, id) WHERE wakes_at IS NOT NULL;
CREATE INDEX quota_wishes_open ON quota_wishes (created_at, id) WHERE state = 'pending';

-- Limits that were set; where there is none, the configuration's holds.
CREATE TABLE quota_limits (
    scope    TEXT COLLATE "C" NOT NULL,
    resource TEXT COLLATE "C" NOT NULL CHECK (resource IN ('environments', 'cpu', 'memory', 'storage', 'hours')),
    amount   BIGINT NOT NULL,
    PRIMARY KEY (scope, resource)
);

-- What each scope holds of each resource: the sum over its reservations. Whoever changes what a scope holds, or its
-- limits, has its row to himself until the end of the transaction.
CREATE TABLE quota_usage (
    scope        TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    environments BIGINT NOT NULL,
    cpu          BIGINT NOT NULL,
    memory       BIGINT NOT NULL,
    storage      BIGINT NOT NULL,
    lease_time   BIGINT NOT NULL
);

-- What is held for a request or an extension, until it is released.
CREATE TABLE quota_reservations (
    id           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    request      TEXT COLLATE "C" NOT NULL,
    person       TEXT COLLATE "C" NOT NULL,
    team         TEXT COLLATE "C",
    template     TEXT COLLATE "C" NOT NULL,
    environments BIGINT NOT NULL,
    cpu          BIGINT NOT NULL,
    memory       BIGINT NOT NULL,
    storage      BIGINT NOT NULL,
    lease_time   BIGINT NOT NULL,
    since        TIMESTAMPTZ NOT NULL,
    released_at  TIMESTAMPTZ,
    body         TEXT NOT NULL
);
CREATE INDEX quota_reservations_held ON quota_reservations (since, id) WHERE released_at IS NULL;
CREATE INDEX quota_reservations_of_request ON quota_reservations (request) WHERE released_at IS NULL;
CREATE INDEX quota_reservations_of_person ON quota_reservations (person) WHERE released_at IS NULL;
CREATE INDEX quota_reservations_of_team ON quota_reservations (team) WHERE released_at IS NULL;
CREATE INDEX quota_reservations_of_template ON quota_reservations (template) WHERE released_at IS NULL;

-- Temporary quotas.
CREATE TABLE quota_grants (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    scope      TEXT COLLATE "C" NOT NULL,
    until_at   TIMESTAMPTZ NOT NULL,
    wakes_at   TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    version    BIGINT NOT NULL,
    body       TEXT NOT NULL
);
CREATE INDEX quota_grants_due ON quota_grants (wakes_at, id) WHERE wakes_at IS NOT NULL;
CREATE INDEX quota_grants_of ON quota_grants (scope, until_at);

-- Wishes for temporary quotas.
CREATE TABLE quota_wishes (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    person     TEXT COLLATE "C" NOT NULL,
    state      TEXT COLLATE "C" NOT NULL CHECK (state IN ('pending', 'approved', 'rejected', 'lapsed')),
    wakes_at   TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    version    BIGINT NOT NULL,
    body       TEXT NOT NULL
);
CREATE INDEX quota_wishes_due ON quota_wishes (wakes_at, id) WHERE wakes_at IS NOT NULL;
CREATE INDEX quota_wishes_open ON quota_wishes (created_at, id) WHERE state = 'pending';

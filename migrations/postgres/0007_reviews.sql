-- Who reviews in whose stead while somebody is away.
CREATE TABLE delegations (
    person     TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    delegate   TEXT COLLATE "C" NOT NULL,
    until      TIMESTAMPTZ NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX delegations_to ON delegations (delegate, until);

-- Who reviews in whose stead while somebody is away.
CREATE TABLE delegations (
    person     TEXT NOT NULL PRIMARY KEY,
    delegate   TEXT NOT NULL,
    until      TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX delegations_to ON delegations (delegate, until);

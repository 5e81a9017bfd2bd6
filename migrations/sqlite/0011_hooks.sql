-- Up to which place in the audit log each outgoing webhook was told.
CREATE TABLE hooks (
    name TEXT NOT NULL PRIMARY KEY,
    seq  INTEGER NOT NULL
) STRICT;

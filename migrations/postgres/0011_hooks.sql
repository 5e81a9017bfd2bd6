-- Up to which place in the audit log each outgoing webhook was told.
CREATE TABLE hooks (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    seq  BIGINT NOT NULL
);

-- From now on the hash of an entry covers a commitment to its words, made with a salt. Whoever erases somebody's words
-- takes the salt away and keeps the commitment, so that the chain still holds. Entries without either are older: their
-- hash covers the words themselves.
ALTER TABLE audit ADD COLUMN salt TEXT;
ALTER TABLE audit ADD COLUMN sealed TEXT;
CREATE INDEX audit_actor ON audit (actor, seq);

-- Nothing of an entry changes but that its words are erased, once its commitment is kept.
DROP TRIGGER audit_no_update;
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
WHEN COALESCE(NEW.seq = OLD.seq AND NEW.at = OLD.at AND NEW.hash = OLD.hash AND NEW.actor = OLD.actor
    AND NEW.salt IS NULL AND NEW.sealed IS NOT NULL
    AND ((OLD.salt IS NOT NULL AND OLD.sealed IS NULL) OR NEW.sealed IS OLD.sealed), 0) = 0
BEGIN
    SELECT RAISE(ABORT, 'the audit log is only ever added to');
END;

-- What was before the log: nothing, or entries whose time was over. The chain goes on from this hash.
CREATE TABLE audit_floor (
    id   INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    seq  INTEGER NOT NULL,
    hash TEXT NOT NULL
) STRICT;
INSERT INTO audit_floor (id, seq, hash)
VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');

DROP TRIGGER audit_no_delete;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit WHEN OLD.seq > (SELECT seq FROM audit_floor)
BEGIN
    SELECT RAISE(ABORT, 'the audit log is only ever added to');
END;

-- The floor rises to an entry that is there, and never falls.
CREATE TRIGGER audit_floor_no_insert BEFORE INSERT ON audit_floor
BEGIN
    SELECT RAISE(ABORT, 'the floor of the audit log only rises');
END;
CREATE TRIGGER audit_floor_rises BEFORE UPDATE ON audit_floor
WHEN NEW.id <> OLD.id OR NEW.seq <= OLD.seq
    OR NOT EXISTS (SELECT 1 FROM audit WHERE seq = NEW.seq AND hash = NEW.hash)
BEGIN
    SELECT RAISE(ABORT, 'the floor of the audit log only rises');
END;
CREATE TRIGGER audit_floor_no_delete BEFORE DELETE ON audit_floor
BEGIN
    SELECT RAISE(ABORT, 'the floor of the audit log only rises');
END;
CREATE INDEX accounts_by_person ON accounts (person) WHERE person IS NOT NULL;

-- From now on the hash of an entry covers a commitment to its words, made with a salt. Whoever erases somebody's words
-- takes the salt away and keeps the commitment, so that the chain still holds. Entries without either are older: their
-- hash covers the words themselves.
ALTER TABLE audit ADD COLUMN salt TEXT;
ALTER TABLE audit ADD COLUMN sealed TEXT;
CREATE INDEX audit_actor ON audit (actor, seq);

-- What was before the log: nothing, or entries whose time was over. The chain goes on from this hash.
CREATE TABLE audit_floor (
    id   INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    seq  BIGINT NOT NULL,
    hash TEXT NOT NULL
);
INSERT INTO audit_floor (id, seq, hash)
VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');

-- Nothing of an entry changes but that its words are erased, once its commitment is kept; and only what is below the
-- floor is removed.
CREATE FUNCTION audit_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.seq <= (SELECT seq FROM audit_floor) THEN
            RETURN OLD;
        END IF;
    ELSIF NEW.seq = OLD.seq AND NEW.at = OLD.at AND NEW.hash = OLD.hash AND NEW.actor = OLD.actor
        AND NEW.salt IS NULL AND NEW.sealed IS NOT NULL
        AND ((OLD.salt IS NOT NULL AND OLD.sealed IS NULL) OR NEW.sealed IS NOT DISTINCT FROM OLD.sealed) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the audit log is only ever added to';
END;
$$;
DROP TRIGGER audit_no_change ON audit;
CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit
    FOR EACH ROW EXECUTE FUNCTION audit_guard();

-- The floor rises to an entry that is there, and never falls.
CREATE FUNCTION audit_floor_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.id = OLD.id AND NEW.seq > OLD.seq
        AND EXISTS (SELECT 1 FROM audit WHERE seq = NEW.seq AND hash = NEW.hash) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the floor of the audit log only rises';
END;
$$;
CREATE TRIGGER audit_floor_rises BEFORE INSERT OR UPDATE OR DELETE ON audit_floor
    FOR EACH ROW EXECUTE FUNCTION audit_floor_guard();
CREATE TRIGGER audit_floor_no_truncate BEFORE TRUNCATE ON audit_floor
    FOR EACH STATEMENT EXECUTE FUNCTION audit_floor_guard();
CREATE INDEX accounts_by_person ON accounts (person) WHERE person IS NOT NULL;

-- Pages of temporary quotas and of wishes for them, newest first or oldest first.
CREATE INDEX quota_grants_created ON quota_grants (created_at, id);
CREATE INDEX quota_wishes_created ON quota_wishes (created_at, id);
CREATE INDEX quota_wishes_of ON quota_wishes (person, created_at, id);

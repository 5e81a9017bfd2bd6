INSERT INTO idempotency (person, key, digest, event, begun_at, answer) VALUES
    ('per_dana', 'one', 'abc', 'api/1', '2026-11-21T12:00:00+00:00', '{}');

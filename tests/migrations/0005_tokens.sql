INSERT INTO tokens (id, digest, person, name, created_at, expires_at, body) VALUES
    ('tok_1', 'abc', 'per_dana', 'laptop', '2026-11-21T12:00:00+00:00', '2026-12-21T12:00:00+00:00', '{}');

INSERT INTO template_versions (name, version, digest, body, first_seen) VALUES
    ('web', 1, 'abc', '{}', '2026-11-21T12:00:00+00:00'),
    ('web', 2, 'def', '{}', '2026-11-22T12:00:00+00:00');

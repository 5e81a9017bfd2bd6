INSERT INTO delegations (person, delegate, until, created_at) VALUES
    ('per_dana', 'per_kim', '2026-12-01T12:00:00+00:00', '2026-11-21T12:00:00+00:00');

INSERT INTO accounts (workspace, id, person, membership, direct, checked_at) VALUES
    ('slack/T0123ABCD', 'U0001', 'per_dana', 'member', 'D0001', '2026-11-21T12:00:00+00:00'),
    ('slack/T0123ABCD', 'U0002', NULL, 'guest', NULL, '2026-11-21T12:00:00+00:00');

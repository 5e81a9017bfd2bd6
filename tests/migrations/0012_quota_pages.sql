INSERT INTO quota_grants (id, scope, until_at, wakes_at, created_at, version, body) VALUES
    ('gra_2', 'team/shop', '2026-11-23T12:00:00+00:00', '2026-11-23T12:00:00+00:00', '2026-11-21T13:00:00+00:00', 1, '{}');
INSERT INTO quota_wishes (id, person, state, wakes_at, created_at, version, body) VALUES
    ('quo_2', 'per_erin', 'approved', NULL, '2026-11-21T13:00:00+00:00', 2, '{}');

INSERT INTO quota_limits (scope, resource, amount) VALUES ('person/per_dana', 'cpu', 8000);
INSERT INTO quota_usage (scope, environments, cpu, memory, storage, lease_time) VALUES
    ('everybody', 1, 2000, 4294967296, 0, 259200),
    ('person/per_dana', 1, 2000, 4294967296, 0, 259200);
INSERT INTO quota_reservations (id, request, person, team, template, environments, cpu, memory, storage, lease_time, since, released_at, body) VALUES
    ('req_1', 'req_1', 'per_dana', NULL, 'web', 1, 2000, 4294967296, 0, 259200, '2026-11-21T12:00:00+00:00', NULL, '{}'),
    ('req_0', 'req_0', 'per_dana', 'shop', 'web', 1, 2000, 4294967296, 0, 259200, '2026-11-21T11:00:00+00:00', '2026-11-21T12:00:00+00:00', '{}');
INSERT INTO quota_grants (id, scope, until_at, wakes_at, created_at, version, body) VALUES
    ('gra_1', 'person/per_dana', '2026-11-22T12:00:00+00:00', '2026-11-22T12:00:00+00:00', '2026-11-21T12:00:00+00:00', 1, '{}'),
    ('gra_0', 'everybody', '2026-11-20T12:00:00+00:00', NULL, '2026-11-19T12:00:00+00:00', 2, '{}');
INSERT INTO quota_wishes (id, person, state, wakes_at, created_at, version, body) VALUES
    ('quo_1', 'per_dana', 'pending', '2026-11-21T12:30:00+00:00', '2026-11-21T12:00:00+00:00', 1, '{}'),
    ('quo_0', 'per_dana', 'lapsed', NULL, '2026-11-19T12:00:00+00:00', 2, '{}');

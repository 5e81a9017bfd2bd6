-- Rows as they may be there when the next migration comes: every table, and every column that may be empty
-- both ways. One text for both databases.
INSERT INTO people (id, handle, body) VALUES ('per_dana', 'dana', '{}');
INSERT INTO keys (id, owner, name, fingerprint, created_at, body)
VALUES ('key_1', 'per_dana', 'laptop', 'SHA256:1', '2026-11-21T12:00:00.001+00:00', '{}');
INSERT INTO requests (id, name, requester, state, wakes_at, created_at, version, body) VALUES
    ('req_1', 'web-00001', 'per_dana', 'approved', NULL, '2026-11-21T12:00:00+00:00', 3, '{}'),
    ('req_2', 'web-00002', 'per_dana', 'pending', '2026-11-21T12:10:00+00:00', '2026-11-21T12:00:00+00:00', 2, '{}');
INSERT INTO leases (id, request, name, owner, phase, wakes_at, created_at, version, body)
VALUES ('lea_1', 'req_1', 'web-00001', 'per_dana', 'active', '2026-11-24T11:00:00+00:00', '2026-11-21T12:00:00+00:00', 2, '{}');
INSERT INTO extensions (id, lease, state, wakes_at, created_at, version, body)
VALUES ('ext_1', 'lea_1', 'rejected', NULL, '2026-11-21T12:00:00+00:00', 2, '{}');
INSERT INTO lanes (id, holder, claimed_until) VALUES
    ('req_1', NULL, NULL),
    ('req_2', 'worker-1', '2026-11-21T12:01:00+00:00');
INSERT INTO effects (id, lane, kind, key, state, outcome, due_at, attempts, stage, notes, created_at, finished_at, body) VALUES
    ('eff_1', 'req_1', 'show', 'show/req_1/1', 'done', 'done', '2026-11-21T12:00:00+00:00', 1, 0, '[]', '2026-11-21T12:00:00+00:00', '2026-11-21T12:00:01+00:00', '{}'),
    ('eff_2', 'req_2', 'show', 'show/req_2/1', 'due', NULL, '2026-11-21T12:00:00+00:00', 0, 0, '[]', '2026-11-21T12:00:00+00:00', NULL, '{}');
INSERT INTO cards (subject, audience, platform, channel, message, digest, updated_at)
VALUES ('req_1', 'approvers', 'console', 'approvers', 'm1', 'x', '2026-11-21T12:00:00+00:00');
INSERT INTO inbox (id, received_at, answer) VALUES
    ('console/1', '2026-11-21T12:00:00+00:00', NULL),
    ('console/2', '2026-11-21T12:00:00+00:00', '{}');
INSERT INTO audit (seq, at, about, actor, fact, hash)
VALUES (1, '2026-11-21T12:00:00+00:00', 'web-00001', '{}', '{}', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa');
UPDATE audit_head SET seq = 1, hash = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa';
UPDATE counters SET value = value + 1 WHERE name = 'console';
INSERT INTO console_messages (id, key, channel, author, only_for, body, at, seq, revision)
VALUES ('m1', 'card', 'approvers', 'sublet', NULL, '{}', '2026-11-21T12:00:00+00:00', 1, 1);

INSERT INTO accounts (workspace, id, person, membership, linked_at, direct, checked_at) VALUES
    ('discord/100000000000000001', '300000000000000001', 'per_dana', 'member', '2026-11-21T12:00:00+00:00', NULL, '2026-11-21T12:00:00+00:00');
INSERT INTO leaders (post, holder, until) VALUES ('discord/gateway', 'bot-1', '2026-11-21T12:00:00+00:00');
INSERT INTO drafts (id, person, body, saved_at) VALUES ('d1', 'per_dana', '{}', '2026-11-21T12:00:00+00:00');
INSERT INTO codes (digest, person, expires_at) VALUES ('abc', 'per_dana', '2026-11-21T12:00:00+00:00');

INSERT INTO offers (workspace, channel, message, request, body, posted_at) VALUES
    ('slack/T0123ABCD', 'D0001', '1700000000.000100', 'req_1', '{}', '2026-11-21T12:00:00+00:00');

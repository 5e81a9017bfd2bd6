-- Accounts on chat platforms: which person of ours is which user of a Slack workspace.
-- `workspace` is the platform's word and the platform's id of the workspace, such as `slack/T0123ABCD`; the
-- `platform` of a card holds the same.
CREATE TABLE accounts (
    workspace  TEXT NOT NULL,
    id         TEXT NOT NULL,
    person     TEXT,
    membership TEXT NOT NULL CHECK (membership IN ('member', 'guest', 'bot', 'stranger', 'left')),
    direct     TEXT,
    checked_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (workspace, id)
);
CREATE UNIQUE INDEX accounts_of ON accounts (workspace, person) WHERE person IS NOT NULL;

-- Messages with buttons that are no cards, such as warnings: kept while a button of theirs may die.
CREATE TABLE offers (
    workspace  TEXT COLLATE "C" NOT NULL,
    channel    TEXT COLLATE "C" NOT NULL,
    message    TEXT COLLATE "C" NOT NULL,
    request    TEXT COLLATE "C" NOT NULL,
    body       TEXT COLLATE "C" NOT NULL,
    posted_at  TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (workspace, channel, message)
);
CREATE INDEX offers_of ON offers (request);

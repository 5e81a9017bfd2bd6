-- Messages with buttons that are no cards, such as warnings: kept while a button of theirs may die.
CREATE TABLE offers (
    workspace  TEXT NOT NULL,
    channel    TEXT NOT NULL,
    message    TEXT NOT NULL,
    request    TEXT NOT NULL,
    body       TEXT NOT NULL,
    posted_at  TEXT NOT NULL,
    PRIMARY KEY (workspace, channel, message)
) STRICT;
CREATE INDEX offers_of ON offers (request);

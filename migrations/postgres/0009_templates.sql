-- Every content that a template ever had, by number; a request and a lease remember theirs.
CREATE TABLE template_versions (
    name       TEXT COLLATE "C" NOT NULL,
    version    BIGINT NOT NULL,
    digest     TEXT COLLATE "C" NOT NULL,
    body       TEXT NOT NULL,
    first_seen TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (name, version),
    UNIQUE (name, digest)
);

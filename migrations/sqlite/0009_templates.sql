-- Every content that a template ever had, by number; a request and a lease remember theirs.
CREATE TABLE template_versions (
    name       TEXT NOT NULL,
    version    INTEGER NOT NULL,
    digest     TEXT NOT NULL,
    body       TEXT NOT NULL,
    first_seen TEXT NOT NULL,
    PRIMARY KEY (name, version),
    UNIQUE (name, digest)
) STRICT;

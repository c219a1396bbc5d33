-- Written once, aside, and then never changed: readers open it as immutable and take no lock.
-- Source: sqlite.org, "Clustered Indexes and the WITHOUT ROWID Optimization".

CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- One row a file of a source. Where two feeds of one source say something of the same issue, the lower id counts.
CREATE TABLE feed (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL,
    part TEXT NOT NULL,
    url TEXT NOT NULL,
    as_of TEXT NOT NULL,
    fetched TEXT NOT NULL,
    etag TEXT NOT NULL,
    last_modified TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    records INTEGER NOT NULL,
    detail TEXT NOT NULL,
    reader TEXT NOT NULL, -- version of Careen that read it: another one may find more in the same file
    confirmed TEXT NOT NULL,
    derived INTEGER NOT NULL,
    large INTEGER NOT NULL
);

-- Text that many rows share: namespaces, sources, addresses ("https://…/{id}").
CREATE TABLE word (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);

CREATE TABLE advisory (
    namespace INTEGER NOT NULL,
    name TEXT NOT NULL,
    feed INTEGER NOT NULL,
    id TEXT NOT NULL,
    part INTEGER NOT NULL, -- counts what one record says of one package
    body BLOB NOT NULL,
    PRIMARY KEY (namespace, name, feed, id, part)
) WITHOUT ROWID;

-- The ids that an erratum mends: hundreds of a kernel's, for each of its packages.
CREATE TABLE bundle (
    feed INTEGER NOT NULL,
    id INTEGER NOT NULL,
    ids BLOB NOT NULL,
    PRIMARY KEY (feed, id)
) WITHOUT ROWID;

CREATE TABLE malicious (
    namespace INTEGER NOT NULL,
    name TEXT NOT NULL,
    feed INTEGER NOT NULL,
    id TEXT NOT NULL,
    versions BLOB, -- NULL: all
    PRIMARY KEY (namespace, name, feed, id)
) WITHOUT ROWID;

CREATE TABLE namespace (
    namespace INTEGER NOT NULL,
    feed INTEGER NOT NULL,
    records INTEGER NOT NULL,
    packages INTEGER NOT NULL,
    partial INTEGER NOT NULL,
    unfixed INTEGER NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (namespace, feed)
) WITHOUT ROWID;

CREATE TABLE record (
    id TEXT NOT NULL,
    feed INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (id, feed)
) WITHOUT ROWID;

CREATE TABLE alias (
    alias TEXT NOT NULL,
    feed INTEGER NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (alias, feed, id)
) WITHOUT ROWID;

CREATE TABLE epss (id TEXT PRIMARY KEY, feed INTEGER NOT NULL, score REAL NOT NULL, percentile REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE exploited (id TEXT PRIMARY KEY, feed INTEGER NOT NULL, added TEXT NOT NULL, ransomware INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE repository (name TEXT PRIMARY KEY, feed INTEGER NOT NULL, namespaces BLOB NOT NULL) WITHOUT ROWID;
-- Of a release, "debian:12"; of a package of it that is supported in part or no more, "debian:12 golang.*" with JSON.
CREATE TABLE support (namespace TEXT PRIMARY KEY, feed INTEGER NOT NULL, end_of_life TEXT NOT NULL) WITHOUT ROWID;

-- The state of pipelines. Keys are bytes: no collation ever takes two keys for one.
-- Times are milliseconds since 1970 in UTC, 0 = none.
-- sum is a CRC-32C over the row's contents; NULL = do not check (set it so with an edit by hand).

CREATE TABLE IF NOT EXISTS {partition} (
	pipeline    BLOB    NOT NULL,
	part        BLOB    NOT NULL,
	cur         BLOB    NOT NULL, -- the checkpoint
	sum         INTEGER,          -- over pipeline, part, cur
	owner       BLOB    NOT NULL, -- empty = nobody holds the lease
	fence       INTEGER NOT NULL, -- grows with every holder
	lease_until INTEGER NOT NULL,
	rev         INTEGER NOT NULL, -- grows with every write
	updated     INTEGER NOT NULL,
	PRIMARY KEY (pipeline, part)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS {openbatch} (
	pipeline BLOB    NOT NULL,
	part     BLOB    NOT NULL,
	seq      INTEGER NOT NULL,
	fence    INTEGER NOT NULL,    -- who opened it
	started  INTEGER NOT NULL,
	body     BLOB    NOT NULL,    -- the intents, with a checksum of their own
	PRIMARY KEY (pipeline, part, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS {ledger} (
	pipeline    BLOB    NOT NULL,
	rkey        BLOB    NOT NULL, -- the key, or 0x00 'h' and the SHA-256 of one that is longer than 512 bytes
	fullkey     BLOB    NOT NULL, -- the key where rkey is a hash of it, else empty
	fingerprint BLOB    NOT NULL,
	target_id   BLOB    NOT NULL,
	state       INTEGER NOT NULL,
	source_ver  INTEGER NOT NULL,
	updated     INTEGER NOT NULL,
	step        BLOB    NOT NULL, -- how far a record written in steps has come
	sum         INTEGER,
	PRIMARY KEY (pipeline, rkey)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS {dead} (
	pipeline    BLOB    NOT NULL,
	rkey        BLOB    NOT NULL, -- as in the ledger
	fullkey     BLOB    NOT NULL, -- as in the ledger
	okey        BLOB    NOT NULL, -- the first 512 bytes of the key, to order by
	part        BLOB    NOT NULL, -- the partition that wrote it last
	reason      INTEGER NOT NULL,
	code        TEXT    NOT NULL,
	field       TEXT    NOT NULL,
	message     TEXT    NOT NULL,
	raw         BLOB    NOT NULL, -- the item as the source gave it
	fingerprint BLOB    NOT NULL,
	source_ver  INTEGER NOT NULL,
	attempts    INTEGER NOT NULL,
	first_at    INTEGER NOT NULL,
	last_at     INTEGER NOT NULL,
	sum         INTEGER,
	PRIMARY KEY (pipeline, rkey)
) STRICT;

CREATE INDEX IF NOT EXISTS {dead}_order ON {dead} (pipeline, okey);

CREATE TABLE IF NOT EXISTS {run} (
	pipeline BLOB    NOT NULL,
	part     BLOB    NOT NULL,
	id       BLOB    NOT NULL,
	started  INTEGER NOT NULL,
	ended    INTEGER NOT NULL,
	report   BLOB    NOT NULL,
	error    TEXT    NOT NULL,
	sum      INTEGER,
	PRIMARY KEY (pipeline, part, id)
) STRICT;

CREATE INDEX IF NOT EXISTS {run}_latest ON {run} (pipeline, part, started);

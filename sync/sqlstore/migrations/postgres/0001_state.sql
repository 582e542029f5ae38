-- The state of pipelines. Keys are bytes: no collation ever takes two keys for one.
-- Times are milliseconds since 1970 in UTC, 0 = none.
-- sum is a CRC-32C over the row's contents; NULL = do not check (set it so with an edit by hand).

CREATE TABLE IF NOT EXISTS {partition} (
	pipeline    bytea   NOT NULL,
	part        bytea   NOT NULL,
	cur         bytea   NOT NULL, -- the checkpoint
	sum         integer,          -- over pipeline, part, cur
	owner       bytea   NOT NULL, -- empty = nobody holds the lease
	fence       bigint  NOT NULL, -- grows with every holder
	lease_until bigint  NOT NULL, -- by the server's clock
	rev         bigint  NOT NULL, -- grows with every write
	updated     bigint  NOT NULL,
	PRIMARY KEY (pipeline, part)
);

CREATE TABLE IF NOT EXISTS {openbatch} (
	pipeline bytea  NOT NULL,
	part     bytea  NOT NULL,
	seq      bigint NOT NULL,
	fence    bigint NOT NULL,     -- who opened it
	started  bigint NOT NULL,
	body     bytea  NOT NULL,     -- the intents, with a checksum of their own
	PRIMARY KEY (pipeline, part, seq)
);

CREATE TABLE IF NOT EXISTS {ledger} (
	pipeline    bytea    NOT NULL,
	rkey        bytea    NOT NULL, -- the key, or 0x00 'h' and the SHA-256 of one that is longer than 512 bytes
	fullkey     bytea    NOT NULL, -- the key where rkey is a hash of it, else empty
	fingerprint bytea    NOT NULL,
	target_id   bytea    NOT NULL,
	state       smallint NOT NULL,
	source_ver  bigint   NOT NULL,
	updated     bigint   NOT NULL,
	step        bytea    NOT NULL, -- how far a record written in steps has come
	sum         integer,
	PRIMARY KEY (pipeline, rkey)
);

CREATE TABLE IF NOT EXISTS {dead} (
	pipeline    bytea    NOT NULL,
	rkey        bytea    NOT NULL, -- as in the ledger
	fullkey     bytea    NOT NULL, -- as in the ledger
	okey        bytea    NOT NULL, -- the first 512 bytes of the key, to order by
	part        bytea    NOT NULL, -- the partition that wrote it last
	reason      smallint NOT NULL,
	code        text     NOT NULL,
	field       text     NOT NULL,
	message     text     NOT NULL,
	raw         bytea    NOT NULL, -- the item as the source gave it
	fingerprint bytea    NOT NULL,
	source_ver  bigint   NOT NULL,
	attempts    bigint   NOT NULL,
	first_at    bigint   NOT NULL,
	last_at     bigint   NOT NULL,
	sum         integer,
	PRIMARY KEY (pipeline, rkey)
);

CREATE INDEX IF NOT EXISTS {dead}_order ON {dead} (pipeline, okey);

CREATE TABLE IF NOT EXISTS {run} (
	pipeline bytea  NOT NULL,
	part     bytea  NOT NULL,
	id       bytea  NOT NULL,
	started  bigint NOT NULL,
	ended    bigint NOT NULL,
	report   bytea  NOT NULL,
	error    text   NOT NULL,
	sum      integer,
	PRIMARY KEY (pipeline, part, id)
);

CREATE INDEX IF NOT EXISTS {run}_latest ON {run} (pipeline, part, started);

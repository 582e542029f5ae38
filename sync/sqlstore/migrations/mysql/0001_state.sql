-- The state of pipelines. Keys are bytes: no collation ever takes two keys for one.
-- Times are milliseconds since 1970 in UTC, 0 = none.
-- sum is a CRC-32C over the row's contents; NULL = do not check (set it so with an edit by hand).
-- What the program bounds is VARBINARY, all else LONGBLOB: a server that is not strict cuts without a word.
-- Every statement is committed by itself and must do nothing the second time.

CREATE TABLE IF NOT EXISTS {partition} (
	pipeline    VARBINARY(128) NOT NULL,
	part        VARBINARY(255) NOT NULL,
	cur         LONGBLOB       NOT NULL, -- the checkpoint
	`sum`       INT            NULL,     -- over pipeline, part, cur
	owner       VARBINARY(128) NOT NULL, -- empty = nobody holds the lease
	fence       BIGINT         NOT NULL, -- grows with every holder
	lease_until BIGINT         NOT NULL, -- by the server's clock
	rev         BIGINT         NOT NULL, -- grows with every write
	updated     BIGINT         NOT NULL,
	PRIMARY KEY (pipeline, part)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4;

CREATE TABLE IF NOT EXISTS {openbatch} (
	pipeline VARBINARY(128) NOT NULL,
	part     VARBINARY(255) NOT NULL,
	seq      BIGINT         NOT NULL,
	fence    BIGINT         NOT NULL,    -- who opened it
	started  BIGINT         NOT NULL,
	body     LONGBLOB       NOT NULL,    -- the intents, with a checksum of their own
	PRIMARY KEY (pipeline, part, seq)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4;

CREATE TABLE IF NOT EXISTS {ledger} (
	pipeline    VARBINARY(128) NOT NULL,
	rkey        VARBINARY(512) NOT NULL, -- the key, or 0x00 'h' and the SHA-256 of one that is longer than 512 bytes
	fullkey     LONGBLOB       NOT NULL, -- the key where rkey is a hash of it, else empty
	fingerprint VARBINARY(32)  NOT NULL,
	target_id   LONGBLOB       NOT NULL,
	state       SMALLINT       NOT NULL,
	source_ver  BIGINT         NOT NULL,
	updated     BIGINT         NOT NULL,
	step        LONGBLOB       NOT NULL, -- how far a record written in steps has come
	`sum`       INT            NULL,
	PRIMARY KEY (pipeline, rkey)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4;

-- code, field and message are UTF-8, whatever character set a connection has.

CREATE TABLE IF NOT EXISTS {dead} (
	pipeline    VARBINARY(128) NOT NULL,
	rkey        VARBINARY(512) NOT NULL, -- as in the ledger
	fullkey     LONGBLOB       NOT NULL, -- as in the ledger
	okey        VARBINARY(512) NOT NULL, -- the first 512 bytes of the key, to order by
	part        VARBINARY(255) NOT NULL, -- the partition that wrote it last
	reason      SMALLINT       NOT NULL,
	code        LONGBLOB       NOT NULL,
	field       LONGBLOB       NOT NULL,
	message     LONGBLOB       NOT NULL,
	raw         LONGBLOB       NOT NULL, -- the item as the source gave it
	fingerprint VARBINARY(32)  NOT NULL,
	source_ver  BIGINT         NOT NULL,
	attempts    BIGINT         NOT NULL,
	first_at    BIGINT         NOT NULL,
	last_at     BIGINT         NOT NULL,
	`sum`       INT            NULL,
	PRIMARY KEY (pipeline, rkey),
	KEY by_order (pipeline, okey)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4;

CREATE TABLE IF NOT EXISTS {run} (
	pipeline VARBINARY(128) NOT NULL,
	part     VARBINARY(255) NOT NULL,
	id       VARBINARY(128) NOT NULL,
	started  BIGINT         NOT NULL,
	ended    BIGINT         NOT NULL,
	report   LONGBLOB       NOT NULL,
	error    LONGBLOB       NOT NULL,
	`sum`    INT            NULL,
	PRIMARY KEY (pipeline, part, id),
	KEY latest (pipeline, part, started)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4;

-- Tokens and tight quotas that processes share. See 0001 for bytes, times and sums.

CREATE TABLE IF NOT EXISTS {token} (
	scope       BLOB    NOT NULL, -- platform, host, application, hash of the secret
	gen         INTEGER NOT NULL, -- how often it was renewed; 0 = no token yet
	sealed      BLOB    NOT NULL, -- the token: 0x00 and the value, or 0x01, the key's id, nonce and AES-GCM
	expires     INTEGER NOT NULL,
	sum         INTEGER,          -- over scope, gen, sealed, expires
	owner       BLOB    NOT NULL, -- empty = nobody is renewing it
	fence       INTEGER NOT NULL, -- grows with every owner
	lease_until INTEGER NOT NULL,
	renewed     INTEGER NOT NULL,
	PRIMARY KEY (scope)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS {quota} (
	scope   BLOB    NOT NULL,
	booked  BLOB    NOT NULL, -- the latest moments booked, oldest first: nanoseconds since 1970, 8 bytes big-endian each
	sum     INTEGER,          -- over scope, booked
	updated INTEGER NOT NULL,
	PRIMARY KEY (scope)
) STRICT, WITHOUT ROWID;

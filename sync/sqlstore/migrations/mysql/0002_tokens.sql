-- Tokens and tight quotas that processes share. See 0001 for bytes, times and sums.

CREATE TABLE IF NOT EXISTS {token} (
	scope       VARBINARY(512) NOT NULL, -- platform, host, application, hash of the secret
	gen         BIGINT         NOT NULL, -- how often it was renewed; 0 = no token yet
	sealed      LONGBLOB       NOT NULL, -- the token: 0x01, the key's id, nonce and AES-GCM
	expires     BIGINT         NOT NULL,
	`sum`       INT            NULL,     -- over scope, gen, sealed, expires
	owner       VARBINARY(128) NOT NULL, -- empty = nobody is renewing it
	fence       BIGINT         NOT NULL, -- grows with every owner
	lease_until BIGINT         NOT NULL, -- by the server's clock
	renewed     BIGINT         NOT NULL,
	PRIMARY KEY (scope)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4;

CREATE TABLE IF NOT EXISTS {quota} (
	scope   VARBINARY(512) NOT NULL,
	booked  LONGBLOB       NOT NULL, -- the latest moments booked, oldest first: nanoseconds since 1970, 8 bytes big-endian each
	`sum`   INT            NULL,     -- over scope, booked
	updated BIGINT         NOT NULL,
	PRIMARY KEY (scope)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4;

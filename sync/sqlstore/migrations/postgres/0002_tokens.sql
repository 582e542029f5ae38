-- Tokens and tight quotas that processes share. See 0001 for bytes, times and sums.

CREATE TABLE IF NOT EXISTS {token} (
	scope       bytea  NOT NULL, -- platform, host, application, hash of the secret
	gen         bigint NOT NULL, -- how often it was renewed; 0 = no token yet
	sealed      bytea  NOT NULL, -- the token: 0x01, the key's id, nonce and AES-GCM
	expires     bigint NOT NULL,
	sum         integer,         -- over scope, gen, sealed, expires
	owner       bytea  NOT NULL, -- empty = nobody is renewing it
	fence       bigint NOT NULL, -- grows with every owner
	lease_until bigint NOT NULL, -- by the server's clock
	renewed     bigint NOT NULL,
	PRIMARY KEY (scope)
);

CREATE TABLE IF NOT EXISTS {quota} (
	scope   bytea  NOT NULL,
	booked  bytea  NOT NULL, -- the latest moments booked, oldest first: nanoseconds since 1970, 8 bytes big-endian each
	sum     integer,         -- over scope, booked
	updated bigint NOT NULL,
	PRIMARY KEY (scope)
);

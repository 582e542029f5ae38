// Package sqlstore keeps the state of sync pipelines in an SQL database: SQLite,
// PostgreSQL, MySQL or MariaDB.
//
// # Overview
//
// [New] takes a *sql.DB that the caller opened with a driver of their choice,
// and the [Dialect] that handle speaks; the package imports no driver. The
// [Store] it returns implements duijiesync.State:
//
//	import _ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
//
//	db, err := sql.Open("pgx", "postgres://duijie@db.example/erp")
//	store, err := sqlstore.New(ctx, db, sqlstore.PostgreSQL)
//
//	import _ "github.com/go-sql-driver/mysql" // the driver "mysql"
//
//	db, err := sql.Open("mysql", "duijie@tcp(db.example:3306)/erp?readTimeout=30s")
//	store, err := sqlstore.New(ctx, db, sqlstore.MySQL)
//
// Who has no database of their own opens a file instead:
// package github.com/duijie-go/duijie/sync/sqlstore/sqlite brings a driver and
// the right settings. All behave alike. The file is the fastest and is for one machine;
// processes on several machines need a server.
//
// # Schema
//
// New creates what is missing and brings an older schema up to date, one
// process at a time. Where programs may not change tables, [Schema] has the statements
// for somebody who may. All tables share a prefix, see [WithTablePrefix]:
//
//	meta       the version of the schema
//	partition  one row per pipeline and partition: checkpoint and lease
//	openbatch  one row per batch that was sent and is not settled yet
//	ledger     one row per key: fingerprint, target id, state
//	dead       one row per dead letter
//	run        one row per run
//	token      one row per shared token and the lease of who renews it
//	quota      one row per quota that processes share
//
// Keys, names and checkpoints are stored as bytes, so that no collation takes
// two keys for one. A key longer than 512 bytes is found by its SHA-256 and
// kept whole beside it. Rows carry a checksum; an edit by hand sets the column
// sum to NULL.
//
// # Durability
//
// Open and Settle are one transaction each and durable when they return, as far
// as the database is set so. New refuses a database whose
// commits may be lost in a power cut, unless [WithRelaxedDurability] says that
// this is known. New can look at one connection only: set what is set per connection
// where every new one gets it, in the DSN.
//
// Transactions that meet a locked database, die in a deadlock or lose their connection
// are tried again a few times, within a second or so. One whose connection was lost
// while it was being committed is not, for nobody knows what became of it: see
// [ErrCommitUnknown].
//
// # Servers
//
// Every process must reach the same primary: behind a proxy that sends reads to
// replicas, or a cluster that is written to in several places, a record that was
// created a moment ago looks new, and is created again. Nothing is kept in a session, so that
// poolers which hand out connections per transaction may stand between (pgbouncer with
// pgx's default_query_exec_mode=exec); poolers per statement may not. A process that
// vanishes from the network leaves its locks until the server gives its connections up;
// have it look (tcp_keepalives_idle and the like of PostgreSQL, wait_timeout of MySQL).
//
// Partitions of one pipeline take turns, for a moment, when they note what they are
// about to send. Different pipelines do not meet.
//
// CockroachDB, TiDB, OceanBase and databases that only look like these are refused:
// nothing of this was tried on them.
//
// # Tokens and quotas
//
// [Store.Tokens] shares sessions and access tokens between the clients of all
// processes that use the database: one of them logs in, the others find the result, and
// a process that died while it logged in is replaced when its lease ends. It also
// counts the calls that a platform allows so rarely that no process can count them
// alone, such as two a minute:
//
//	store, err := sqlite.Open(ctx, "state.db", sqlstore.WithTokenKey(key))
//	tokens, err := store.Tokens(ctx)
//	client, err := kingdee.NewClient(config, duijie.WithTokenStore(tokens))
//
// With a key ([WithTokenKey]) tokens are sealed. Without one they are stored as they
// are, in a SQLite file that none but its owner can read; servers store none. Their values
// are in no error. Leases and quotas go by the database's clock where it has one;
// SQLite has none, so there they go by the clock of the machine, which is the same for
// all who can open the file.
//
// # Limits
//
// A pipeline's name has 1 to 128 bytes, a partition's at most 255, an owner and
// a run's ID 1 to 128, the scope of a token or quota 1 to 512. Keys, target ids and checkpoints have any length. Times
// are kept to the millisecond. In codes, messages and run errors, NUL is left
// out and invalid UTF-8 replaced; keys and raw items are kept byte for byte.
//
// # Damage
//
// A row whose columns are not what was written is never handed out: whoever reads it
// gets an error that names database, table and row, and the rest stays readable.
// Without a checksum are only the columns of leases, which every holder writes anew,
// and the meta table.
//
// A row whose key was damaged is not found under the key it had. Listing its table
// shows it, and so does [Store.Check], which reads everything; ask it before a file
// that was restored, or a disk in doubt, is used again. Rows that somebody deleted are
// not missed by anything.
//
// # Errors
//
// Lost and held leases are duijiesync.ErrLeaseLost and ErrLeaseHeld. A record
// that can not be read as it was written is duijiesync.ErrStateCorrupt, and the
// error names its table and key, and its database where [WithName] gave it a name. [ErrNewerSchema] means that a later version of
// this package has been at work, [ErrTokenKey] that a token is sealed with a key that
// was not given, [ErrCommitUnknown] that a connection was lost at the worst moment.
// Everything else is the driver's error, wrapped.
package sqlstore

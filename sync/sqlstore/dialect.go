package sqlstore

import (
	"context"
	"database/sql"
)

// Dialect says which database a handle talks to. The values of this package,
// so far [SQLite], are the only ones.
type Dialect interface {
	// String names the database.
	String() string

	// check refuses a handle whose settings break a promise of the package.
	check(ctx context.Context, db *sql.DB, o Options) error
	// migrations returns the schema's steps; the n-th makes version n+1.
	migrations() ([]migration, error)
	// lockSchema begins a transaction on conn that keeps other migrations out.
	lockSchema(ctx context.Context, conn *sql.Conn) error
	// metaTable is the statement that creates {meta} where it is missing.
	metaTable() string
	// query returns the text of a statement, with {table} for table names.
	query(q query) string
	// entriesIn returns the text that reads n ledger rows by key.
	entriesIn(n int) string
	// putEntries returns the text that puts n ledger rows with distinct keys.
	putEntries(n int) string
	// deadIn returns the text that reads n dead letters by key.
	deadIn(n int) string
	// private refuses a database that others on the machine may read.
	private(ctx context.Context, db *sql.DB) error
	// integrity has the database look for damage of its own.
	integrity(ctx context.Context, s *Store) error
	// classify says what a driver's error means to the store.
	classify(err error) errorClass
}

// errorClass is what a driver's error means to the store.
type errorClass int

const (
	errorOther   errorClass = iota
	errorBusy               // another transaction is in the way: roll back and try again
	errorCorrupt            // the database itself is damaged
)

// query names a prepared statement. The arguments of each stand in the order in
// which the code that uses it gives them.
type query int

const (
	queryEnsurePartition query = iota
	queryAcquire
	queryLease
	queryRenew
	queryRelease
	queryGuard
	queryCheckpoint
	queryPutCheckpoint
	queryOpenBatches
	queryOpen
	queryOthers
	queryOthersOpen
	queryClose
	queryListEntries
	queryExpire
	queryForgetEntry
	queryOldDead
	queryPutDead
	queryResolveDead
	queryListDead
	queryCountDead
	queryPutRun
	queryPruneRuns
	queryRuns
	queryToken
	queryTakeToken
	queryFirstToken
	queryGuardToken
	queryCommitToken
	queryReleaseToken
	queryLockQuota
	queryQuota
	queryPutQuota
	queryCount // how many there are
)

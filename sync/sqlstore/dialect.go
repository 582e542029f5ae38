package sqlstore

import (
	"context"
	"database/sql"
	"strings"
)

// Dialect says which database a handle talks to: [SQLite], [PostgreSQL] or
// [MySQL], which is MariaDB too. There are no others. [New] asks the server who it
// is and refuses a handle of another.
type Dialect interface {
	// String names the database.
	String() string

	// check refuses a handle whose settings break a promise of the package.
	check(ctx context.Context, db *sql.DB, o Options) error
	// migrations returns the schema's steps; the n-th makes version n+1.
	migrations() ([]migration, error)
	// migrated tells whether {meta} is there; where it can not tell, false.
	migrated(ctx context.Context, s *Store) (bool, error)
	// lockSchema keeps other migrations out, and what follows on conn together where
	// the database can. unlock ends that, for good or for nothing.
	lockSchema(ctx context.Context, conn *sql.Conn, s *Store) (unlock func(good bool) error, err error)
	// metaTable is the statement that creates {meta} where it is missing.
	metaTable() string
	// verify refuses tables that were made otherwise, or that the user may not use.
	verify(ctx context.Context, s *Store) error

	// prepares tells whether statements are prepared once per connection.
	prepares() bool
	// tokens are replaced in every text: {empty}, a value without bytes, and {sum},
	// the column.
	tokens() []string
	// bind gives the text of a statement the placeholders of the database.
	bind(text string) string
	// query returns the text of a statement, with {table} for table names.
	query(q query) string
	// byKeys returns the text that reads the rows of a pipeline with one of n keys, some
	// of which may be NULL. selection is selectEntries or selectDead.
	byKeys(selection string, n int) string
	// putSizes are the numbers of ledger rows that one statement puts, the largest
	// first and 1 last.
	putSizes() []int
	// putEntries returns the text that puts n ledger rows with distinct keys.
	putEntries(n int) string

	// begin says how transactions begin; nil where one writer keeps all others out.
	begin() *sql.TxOptions
	// clock is the query for the server's time in microseconds since 1970, "" where
	// the machine's own is that of all who share the database.
	clock() string
	// private refuses a database that others on the machine may read.
	private(ctx context.Context, db *sql.DB) error
	// integrity has the database look for damage of its own.
	integrity(ctx context.Context, s *Store) error
	// hint is what to do about an error whose words do not say it; mostly "".
	hint(err error) string
	// classify says what a driver's error means to the store.
	classify(err error) errorClass
}

// errorClass is what a driver's error means to the store.
type errorClass int

const (
	errorOther   errorClass = iota // the database said no
	errorBusy                      // another transaction is in the way: roll back and try again
	errorCorrupt                   // the database itself is damaged
	errorLost                      // no answer came: the connection is gone, or was never there
	errorStrange                   // not of the database, and nothing that is known
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
	queryLockToken
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

// placeholders returns n question marks.
func placeholders(n int) string {
	return strings.TrimSuffix(strings.Repeat("?,", n), ",")
}

// selectIn is byKeys for databases that go by the index for each key of a list.
func selectIn(selection string, n int) string {
	return selection + ` WHERE pipeline = ? AND rkey IN (` + placeholders(n) + `)`
}

// insertEntries begins the text that puts n ledger rows.
func insertEntries(verb string, n int) string {
	row := "(" + placeholders(entryColumns) + ")"
	return verb + ` INTO {ledger}
		(pipeline, rkey, fullkey, fingerprint, target_id, state, source_ver, updated, step, {sum})
		VALUES ` + row + strings.Repeat(","+row, n-1)
}

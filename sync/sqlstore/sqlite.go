package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// SQLite is the dialect of SQLite 3.38 and later.
//
// The handle must have a busy_timeout, a journal that survives a crash, and
// synchronous=FULL ([WithRelaxedDurability] allows NORMAL). SQLite has one
// writer at a time, so give it one connection: db.SetMaxOpenConns(1). It is
// faster with temp_store=MEMORY, which no promise depends on. Locked
// databases are recognized by drivers whose errors have a method Code() int,
// as those of modernc.org/sqlite.
var SQLite Dialect = sqliteDialect{}

type sqliteDialect struct{}

func (sqliteDialect) String() string { return "SQLite" }

// check reads the settings back: drivers are known to ignore DSN parameters
// that are not theirs.
func (sqliteDialect) check(ctx context.Context, db *sql.DB, o Options) error {
	if strings.HasPrefix(o.TablePrefix, "sqlite_") {
		return fmt.Errorf("table prefix %q: SQLite keeps sqlite_ for itself", o.TablePrefix)
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	var (
		file, journal     string
		busy, synchronous int
	)
	for query, value := range map[string]any{
		`SELECT file FROM pragma_database_list WHERE name = 'main'`: &file,
		`PRAGMA journal_mode`: &journal,
		`PRAGMA busy_timeout`: &busy,
		`PRAGMA synchronous`:  &synchronous,
	} {
		if err := conn.QueryRowContext(ctx, query).Scan(value); err != nil {
			return fmt.Errorf("read settings: %w", err)
		}
	}
	inMemory := file == ""
	least := 2
	if o.RelaxedDurability {
		least = 1
	}
	switch {
	case busy <= 0:
		return errors.New("busy_timeout is 0: set it, so that writers wait for each other")
	case inMemory:
		return nil
	case journal == "off" || journal == "memory":
		return fmt.Errorf("journal_mode is %s: a crash would destroy the file; use WAL", journal)
	case synchronous < least:
		return fmt.Errorf("synchronous is %d, needed is %d or more: commits may be lost in a power cut", synchronous, least)
	}
	return nil
}

func (sqliteDialect) migrations() ([]migration, error) { return loadMigrations("migrations/sqlite") }

// migrated leaves it to those who hold the lock: taking it costs nothing here.
func (sqliteDialect) migrated(context.Context, *Store) (bool, error) { return false, nil }

func (sqliteDialect) lockSchema(ctx context.Context, conn *sql.Conn, _ *Store) (unlock func(good bool) error, err error) {
	return lockByTransaction(ctx, conn, "BEGIN IMMEDIATE")
}

func (sqliteDialect) metaTable() string {
	return `CREATE TABLE IF NOT EXISTS {meta} (name TEXT NOT NULL PRIMARY KEY, val TEXT NOT NULL) STRICT`
}

func (sqliteDialect) verify(context.Context, *Store) error { return nil }

func (sqliteDialect) prepares() bool          { return true }
func (sqliteDialect) tokens() []string        { return []string{"{empty}", "x''", "{sum}", "sum"} }
func (sqliteDialect) bind(text string) string { return text }

func (sqliteDialect) query(q query) string {
	if text, ok := sqliteQueries[q]; ok {
		return text
	}
	return commonQueries[q]
}

func (sqliteDialect) byKeys(selection string, n int) string { return selectIn(selection, n) }

// putSizes: a statement for many costs little more than one for a single row. The
// way through database/sql and the driver is most of it.
func (sqliteDialect) putSizes() []int { return []int{50, 10, 1} }

// putEntries replaces whole rows: with every column given and no index but the
// key, that is what an upsert does, and it walks the tree once instead of twice.
func (sqliteDialect) putEntries(n int) string { return insertEntries("INSERT OR REPLACE", n) }

func (sqliteDialect) hint(error) string { return "" }

func (sqliteDialect) begin() *sql.TxOptions { return nil }
func (sqliteDialect) clock() string         { return "" }

// Primary result codes of SQLite; extended codes keep them in the low byte.
const (
	sqliteBusy    = 5
	sqliteLocked  = 6
	sqliteCorrupt = 11
	sqliteNotADB  = 26
)

// classify goes by the result code.
func (sqliteDialect) classify(err error) errorClass {
	var coded interface {
		error
		Code() int
	}
	if !errors.As(err, &coded) {
		return errorOther
	}
	switch coded.Code() & 0xff {
	case sqliteBusy, sqliteLocked:
		return errorBusy
	case sqliteCorrupt, sqliteNotADB:
		return errorCorrupt
	}
	return errorOther
}

// Every transaction begins with a write, so that it takes the write lock at
// once, under the busy timeout, even where the driver begins transactions
// deferred. With it nobody else writes, so that no row needs a lock of its own.
var sqliteQueries = map[query]string{
	queryEnsurePartition: `INSERT INTO {partition}
		(pipeline, part, cur, sum, owner, fence, lease_until, rev, updated)
		VALUES (?, ?, x'', ?, x'', 0, 0, 0, ?) ON CONFLICT (pipeline, part) DO NOTHING`,
	queryPruneRuns: `DELETE FROM {run} WHERE pipeline = ?1 AND part = ?2 AND started < (SELECT started FROM {run}
		WHERE pipeline = ?1 AND part = ?2 ORDER BY started DESC LIMIT 1 OFFSET ?3)`,
	queryLockToken: "", // the next statement is a write
}

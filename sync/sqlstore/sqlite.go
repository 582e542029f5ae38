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

func (sqliteDialect) lockSchema(ctx context.Context, conn *sql.Conn) error {
	_, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE")
	return err
}

func (sqliteDialect) metaTable() string {
	return `CREATE TABLE IF NOT EXISTS {meta} (name TEXT NOT NULL PRIMARY KEY, val TEXT NOT NULL) STRICT`
}

func (sqliteDialect) query(q query) string { return sqliteQueries[q] }

func (sqliteDialect) entriesIn(n int) string {
	return `SELECT rkey, fullkey, fingerprint, target_id, state, source_ver, updated, step, sum
		FROM {ledger} WHERE pipeline = ? AND rkey IN (` + placeholders(n) + `)`
}

// putEntries replaces whole rows: with every column given and no index but the
// key, that is what an upsert does, and it walks the tree once instead of twice.
func (sqliteDialect) putEntries(n int) string {
	row := "(" + placeholders(entryColumns) + ")"
	return `INSERT OR REPLACE INTO {ledger}
		(pipeline, rkey, fullkey, fingerprint, target_id, state, source_ver, updated, step, sum)
		VALUES ` + row + strings.Repeat(","+row, n-1)
}

func (sqliteDialect) deadIn(n int) string {
	return sqliteDeadColumns + ` WHERE pipeline = ? AND rkey IN (` + placeholders(n) + `)
		ORDER BY okey, fullkey`
}

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

// placeholders returns n question marks.
func placeholders(n int) string {
	return strings.TrimSuffix(strings.Repeat("?,", n), ",")
}

const sqliteDeadColumns = `SELECT rkey, fullkey, okey, part, reason, code, field, message, raw, fingerprint, source_ver,
	attempts, first_at, last_at, sum FROM {dead}`

// Every transaction begins with a write, so that it takes the write lock at
// once, under the busy timeout, even where the driver begins transactions
// deferred.
var sqliteQueries = [queryCount]string{ //nolint:gosec // G101: the table of tokens is no token
	queryEnsurePartition: `INSERT INTO {partition}
		(pipeline, part, cur, sum, owner, fence, lease_until, rev, updated)
		VALUES (?, ?, x'', ?, x'', 0, 0, 0, ?) ON CONFLICT (pipeline, part) DO NOTHING`,
	queryAcquire: `UPDATE {partition} SET owner = ?, lease_until = ?, updated = ?, fence = fence + 1, rev = rev + 1
		WHERE pipeline = ? AND part = ? AND (owner = x'' OR lease_until <= ?)`,
	queryLease: `SELECT owner, fence, lease_until FROM {partition} WHERE pipeline = ? AND part = ?`,
	queryRenew: `UPDATE {partition} SET lease_until = ?, updated = ?, rev = rev + 1
		WHERE pipeline = ? AND part = ? AND owner = ? AND fence = ?`,
	queryRelease: `UPDATE {partition} SET owner = x'', lease_until = 0, updated = ?, rev = rev + 1
		WHERE pipeline = ? AND part = ? AND owner = ? AND fence = ?`,
	queryGuard: `UPDATE {partition} SET updated = ?, rev = rev + 1
		WHERE pipeline = ? AND part = ? AND owner = ? AND fence = ?`,

	queryCheckpoint:    `SELECT cur, sum FROM {partition} WHERE pipeline = ? AND part = ?`,
	queryPutCheckpoint: `UPDATE {partition} SET cur = ?, sum = ? WHERE pipeline = ? AND part = ?`,

	queryOpenBatches: `SELECT part, seq, started, body FROM {openbatch} WHERE pipeline = ? AND part = ? ORDER BY seq`,
	queryOpen: `INSERT INTO {openbatch} (pipeline, part, seq, fence, started, body) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (pipeline, part, seq) DO NOTHING`,
	queryOthers:     `SELECT EXISTS (SELECT 1 FROM {partition} WHERE pipeline = ? AND part <> ? AND fence > 0)`,
	queryOthersOpen: `SELECT part, seq, started, body FROM {openbatch} WHERE pipeline = ? AND part <> ? ORDER BY part, seq`,
	queryClose:      `DELETE FROM {openbatch} WHERE pipeline = ? AND part = ? AND seq = ?`,

	queryListEntries: `SELECT rkey, fullkey, fingerprint, target_id, state, source_ver, updated, step, sum
		FROM {ledger} WHERE pipeline = ? AND rkey >= ? ORDER BY rkey LIMIT ?`,
	queryExpire:      `DELETE FROM {ledger} WHERE pipeline = ? AND state = ? AND updated < ?`,
	queryForgetEntry: `DELETE FROM {ledger} WHERE pipeline = ? AND rkey = ?`,

	queryOldDead: `SELECT raw, attempts, first_at FROM {dead} WHERE pipeline = ? AND rkey = ?`,
	queryPutDead: `INSERT INTO {dead}
		(pipeline, rkey, fullkey, okey, part, reason, code, field, message, raw, fingerprint, source_ver,
		attempts, first_at, last_at, sum)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (pipeline, rkey) DO UPDATE SET fullkey = excluded.fullkey, okey = excluded.okey,
		part = excluded.part, reason = excluded.reason, code = excluded.code, field = excluded.field,
		message = excluded.message, raw = excluded.raw, fingerprint = excluded.fingerprint,
		source_ver = excluded.source_ver, attempts = excluded.attempts, first_at = excluded.first_at,
		last_at = excluded.last_at, sum = excluded.sum`,
	queryResolveDead: `DELETE FROM {dead} WHERE pipeline = ? AND rkey = ?`,
	queryListDead: sqliteDeadColumns + ` WHERE pipeline = ? AND okey >= ? AND (? OR okey > ? OR fullkey > ?)
		AND (? = 0 OR reason = ?) AND (? OR part = ?) ORDER BY okey, fullkey LIMIT ?`,
	queryCountDead: `SELECT count(*) FROM {dead} WHERE pipeline = ?`,

	queryPutRun: `INSERT INTO {run} (pipeline, part, id, started, ended, report, error, sum)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (pipeline, part, id) DO UPDATE SET started = excluded.started, ended = excluded.ended,
		report = excluded.report, error = excluded.error, sum = excluded.sum`,
	queryPruneRuns: `DELETE FROM {run} WHERE pipeline = ?1 AND part = ?2 AND started < (SELECT started FROM {run}
		WHERE pipeline = ?1 AND part = ?2 ORDER BY started DESC LIMIT 1 OFFSET ?3)`,
	queryRuns: `SELECT id, started, ended, report, error, sum FROM {run} WHERE pipeline = ? AND part = ?
		ORDER BY started DESC, id DESC LIMIT ?`,

	queryToken: `SELECT gen, sealed, expires, fence, sum FROM {token} WHERE scope = ?`,
	queryTakeToken: `UPDATE {token} SET owner = ?, fence = fence + 1, lease_until = ?
		WHERE scope = ? AND gen = ? AND (owner = x'' OR lease_until <= ?)`,
	queryFirstToken: `INSERT INTO {token} (scope, gen, sealed, expires, sum, owner, fence, lease_until, renewed)
		VALUES (?, 0, x'', 0, ?, ?, 1, ?, 0) ON CONFLICT (scope) DO NOTHING`,
	queryGuardToken: `UPDATE {token} SET owner = x'', lease_until = 0, renewed = ?
		WHERE scope = ? AND owner = ? AND fence = ?`,
	queryCommitToken: `UPDATE {token} SET gen = ?, sealed = ?, expires = ?, sum = ? WHERE scope = ?`,
	queryReleaseToken: `UPDATE {token} SET owner = x'', lease_until = 0
		WHERE scope = ? AND owner = ? AND fence = ?`,

	queryLockQuota: `UPDATE {quota} SET updated = ? WHERE scope = ?`,
	queryQuota:     `SELECT booked, sum FROM {quota} WHERE scope = ?`,
	queryPutQuota: `INSERT INTO {quota} (scope, booked, sum, updated) VALUES (?, ?, ?, ?)
		ON CONFLICT (scope) DO UPDATE SET booked = excluded.booked, sum = excluded.sum, updated = excluded.updated`,
}

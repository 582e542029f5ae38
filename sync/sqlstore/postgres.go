package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
)

// PostgreSQL is the dialect of PostgreSQL 12 and later, for any driver whose errors
// have a method SQLState() string, as those of github.com/jackc/pgx/v5 and
// github.com/lib/pq.
//
// Needed are a database in UTF-8, a user who may create tables in the first schema of
// the search path (or tables made with [Schema]), fsync and synchronous_commit; only
// [WithRelaxedDurability] allows the last two to be off. The server must be the
// primary: what a standby knows is too old to decide by. Statements are sent as text
// and nothing is kept in the session, so that the driver decides what to prepare;
// behind pgbouncer in transaction mode that must be nothing, with pgx
// default_query_exec_mode=exec in the DSN. Statement mode can not work.
//
// Transactions are READ COMMITTED, whatever the server's default. A few connections
// suffice: a run uses as many as it has lanes, and one more for its lease.
var PostgreSQL Dialect = postgresDialect{}

type postgresDialect struct{}

func (postgresDialect) String() string { return "PostgreSQL" }

// postgresSettings is what a server says of itself.
type postgresSettings struct {
	encoding, fsync, commit string
	schema                  sql.NullString
	standby                 bool
	readOnly                string
}

func (d postgresDialect) check(ctx context.Context, db *sql.DB, o Options) error {
	kind, err := askServer(ctx, db)
	if err != nil {
		return err
	}
	switch {
	case kind.name != "PostgreSQL":
		return kind.wrong(d, "PostgreSQL")
	case kind.before(12, 0):
		return fmt.Errorf("the server is %q, needed is PostgreSQL 12 or later", kind.text)
	}
	var set postgresSettings
	err = db.QueryRowContext(ctx, `SELECT current_setting('server_encoding'), current_setting('fsync'),
		current_setting('synchronous_commit'), current_schema()::text, pg_is_in_recovery(), current_setting('transaction_read_only')`).
		Scan(&set.encoding, &set.fsync, &set.commit, &set.schema, &set.standby, &set.readOnly)
	if err != nil {
		return fmt.Errorf("read settings: %w", err)
	}
	return set.check(o)
}

func (set postgresSettings) check(o Options) error {
	switch {
	case set.encoding != "UTF8":
		return fmt.Errorf("the database has encoding %s, needed is UTF8", set.encoding)
	case set.standby:
		return errors.New("the server is a standby, which is read-only and may lag: give the address of the primary")
	case set.readOnly != "off":
		return errors.New("the connection is read-only (default_transaction_read_only)")
	case !set.schema.Valid:
		return errors.New("no schema of the search_path exists, so that there is no place for tables")
	case o.RelaxedDurability:
		return nil
	case set.fsync != "on":
		return errors.New("fsync is off: a power cut would destroy the database")
	case set.commit == "off":
		return errors.New("synchronous_commit is off: the latest commits may be lost in a crash")
	}
	return nil
}

func (postgresDialect) migrations() ([]migration, error) {
	return loadMigrations("migrations/postgres")
}

func (postgresDialect) migrated(ctx context.Context, s *Store) (there bool, err error) {
	err = s.db.QueryRowContext(ctx, s.tables.Replace(`SELECT to_regclass('{meta}') IS NOT NULL`)).Scan(&there)
	return there, err
}

// lockSchema keeps to one transaction, which is all that a pooler leaves of a session.
func (postgresDialect) lockSchema(ctx context.Context, conn *sql.Conn, s *Store) (unlock func(good bool) error, err error) {
	name := fnv.New64a()
	fmt.Fprint(name, "duijie ", s.tables.Replace("{meta}"))
	lock := fmt.Sprintf("SELECT pg_advisory_xact_lock(%d)", int64(name.Sum64())) //nolint:gosec // the bits are wanted, not the number
	return lockByTransaction(ctx, conn, "BEGIN ISOLATION LEVEL READ COMMITTED", lock)
}

func (postgresDialect) metaTable() string {
	return `CREATE TABLE IF NOT EXISTS {meta} (name text NOT NULL PRIMARY KEY, val text NOT NULL)`
}

// verify asks for the rights that the store needs: PostgreSQL itself says so no sooner
// than a statement runs.
func (postgresDialect) verify(ctx context.Context, s *Store) error {
	for _, table := range tables[1:] {
		for _, right := range []string{"SELECT", "INSERT", "UPDATE", "DELETE"} {
			var granted bool
			text := s.tables.Replace(`SELECT has_table_privilege('{` + table + `}', '` + right + `')`)
			if err := s.db.QueryRowContext(ctx, text).Scan(&granted); err != nil {
				return err
			}
			if !granted {
				return fmt.Errorf("the user may not %s in table %s", right, s.tables.Replace("{"+table+"}"))
			}
		}
	}
	return nil
}

func (postgresDialect) prepares() bool   { return false }
func (postgresDialect) tokens() []string { return []string{"{empty}", "''::bytea", "{sum}", "sum"} }

// bind numbers the placeholders. No text of this package has another question mark.
func (postgresDialect) bind(text string) string {
	var b strings.Builder
	for n := 1; ; n++ {
		before, after, found := strings.Cut(text, "?")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		b.WriteString("$" + strconv.Itoa(n))
		text = after
	}
}

func (postgresDialect) query(q query) string {
	if text, ok := postgresQueries[q]; ok {
		return text
	}
	return commonQueries[q]
}

// byKeys looks each key up by itself. For a list PostgreSQL may decide to read all
// rows of the pipeline and compare each with every key: it does while it has no
// statistics of a new table, and then for as long as the connection keeps the plan.
func (postgresDialect) byKeys(selection string, n int) string {
	var b strings.Builder
	b.WriteString(`SELECT l.* FROM (VALUES ($2::bytea)`)
	for i := range n - 1 {
		fmt.Fprintf(&b, ",($%d)", i+3)
	}
	b.WriteString(`) AS k (key) CROSS JOIN LATERAL (` + selection + ` WHERE pipeline = $1 AND rkey = k.key LIMIT 1) AS l`)
	return b.String()
}

// putSizes: each statement is a round trip to the server.
func (postgresDialect) putSizes() []int { return []int{500, 100, 20, 5, 1} }

func (postgresDialect) putEntries(n int) string {
	return insertEntries("INSERT", n) + ` ON CONFLICT (pipeline, rkey) DO UPDATE SET fullkey = excluded.fullkey,
		fingerprint = excluded.fingerprint, target_id = excluded.target_id, state = excluded.state,
		source_ver = excluded.source_ver, updated = excluded.updated, step = excluded.step, {sum} = excluded.{sum}`
}

func (postgresDialect) begin() *sql.TxOptions {
	return &sql.TxOptions{Isolation: sql.LevelReadCommitted}
}

func (postgresDialect) clock() string {
	return `SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint`
}

func (postgresDialect) private(context.Context, *sql.DB) error { return errSealedOnly }

// integrity is left to the server: it checks the pages it reads, where the database
// has checksums.
func (postgresDialect) integrity(context.Context, *Store) error { return nil }

// hint knows the errors of statements that were prepared on another connection.
func (postgresDialect) hint(err error) string {
	var coded interface {
		error
		SQLState() string
	}
	if errors.As(err, &coded) && (coded.SQLState() == "26000" || coded.SQLState() == "42P05") {
		return "; behind a pooler the driver must prepare nothing: with pgx, default_query_exec_mode=exec in the DSN"
	}
	return ""
}

// classify goes by the SQLSTATE.
func (postgresDialect) classify(err error) errorClass {
	var coded interface {
		error
		SQLState() string
	}
	if !errors.As(err, &coded) {
		if lostConnection(err) {
			return errorLost
		}
		return errorStrange
	}
	switch code := coded.SQLState(); code {
	case "40001", "40P01", "55P03", // serialization, deadlock, lock not available
		"53300": // too many connections
		return errorBusy
	case "57P01", "57P02", "57P03", "57P05": // the server shuts down, crashed, starts; the session was idle too long
		return errorLost
	case "XX001", "XX002": // data or an index is corrupt
		return errorCorrupt
	default:
		if strings.HasPrefix(code, "08") {
			return errorLost
		}
	}
	return errorOther
}

// postgresQueries say otherwise what is common.
var postgresQueries = map[query]string{
	// Who reads what is stored, to add to it, keeps others from it.
	queryOldDead: `SELECT raw, attempts, first_at FROM {dead} WHERE pipeline = ? AND rkey = ? FOR UPDATE`,
	queryPruneRuns: `DELETE FROM {run} AS r USING
		(SELECT pipeline, part, started FROM {run} WHERE pipeline = ? AND part = ? ORDER BY started DESC LIMIT 1 OFFSET ?) AS k
		WHERE r.pipeline = k.pipeline AND r.part = k.part AND r.started < k.started`,
}

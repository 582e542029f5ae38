package sqlstore

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// MySQL is the dialect of MySQL 5.7 and later and of MariaDB 10.5 and later, for
// github.com/go-sql-driver/mysql and drivers whose errors have, as its, the server's
// error number in a field Number or Code.
//
// Needed are a database in the DSN, a user who may create tables in it (or tables made
// with [Schema]), InnoDB, autocommit, a binary log that is not of statements, and
// innodb_flush_log_at_trx_commit=1, with a binary log also sync_binlog=1; only
// [WithRelaxedDurability] allows the last two to be otherwise. The server must be the
// primary, and a proxy must not send reads to others: what a replica knows is too old
// to decide by. Neither sql_mode nor the connection's character set matter. Set
// readTimeout in the DSN, for the driver waits for a server that is gone as long as
// the operating system does.
//
// A note of what is about to be sent and a dead letter with its item must each fit
// into max_allowed_packet; 16 MiB is ample.
//
// Transactions are READ COMMITTED, whatever the server's default.
var MySQL Dialect = mysqlDialect{}

type mysqlDialect struct{}

func (mysqlDialect) String() string { return "MySQL" }

// mysqlSettings is what a server says of itself.
type mysqlSettings struct {
	database                 sql.NullString
	flush, syncLog           int
	log, readOnly, innodbOff string
	autocommit               string
}

func (d mysqlDialect) check(ctx context.Context, db *sql.DB, o Options) error {
	kind, err := askServer(ctx, db)
	if err != nil {
		return err
	}
	switch {
	case kind.name != "MySQL" && kind.name != "MariaDB":
		return kind.wrong(d, "MySQL and MariaDB")
	case kind.name == "MySQL" && kind.before(5, 7), kind.name == "MariaDB" && kind.before(10, 5):
		return fmt.Errorf("the server is %q, needed is MySQL 5.7 or MariaDB 10.5 or later", kind.text)
	}
	var set mysqlSettings
	err = db.QueryRowContext(ctx, `SELECT DATABASE(), @@innodb_flush_log_at_trx_commit, @@sync_binlog, @@log_bin,
		@@read_only, @@innodb_read_only, @@autocommit`).
		Scan(&set.database, &set.flush, &set.syncLog, &set.log, &set.readOnly, &set.innodbOff, &set.autocommit)
	if err != nil {
		return fmt.Errorf("read settings: %w", err)
	}
	return set.check(o)
}

func (set mysqlSettings) check(o Options) error {
	on := func(value string) bool { return value != "0" && !strings.EqualFold(value, "off") }
	switch {
	case !set.database.Valid || set.database.String == "":
		return errors.New("the DSN names no database")
	case on(set.readOnly) || on(set.innodbOff):
		return errors.New("the server is read-only: if it is a replica, give the address of the primary")
	case !on(set.autocommit):
		return errors.New("autocommit is off: reads would see what was there long ago")
	case o.RelaxedDurability:
		return nil
	case set.flush != 1:
		return fmt.Errorf("innodb_flush_log_at_trx_commit is %d, needed is 1: commits may be lost in a power cut", set.flush)
	case on(set.log) && set.syncLog != 1:
		return fmt.Errorf("sync_binlog is %d, needed is 1: commits may be lost in a power cut", set.syncLog)
	}
	return nil
}

func (mysqlDialect) migrations() ([]migration, error) { return loadMigrations("migrations/mysql") }

func (mysqlDialect) migrated(ctx context.Context, s *Store) (there bool, err error) {
	text := s.tables.Replace(`SELECT count(*) > 0 FROM information_schema.tables
		WHERE table_schema = DATABASE() AND table_name = '{meta}'`)
	err = s.db.QueryRowContext(ctx, text).Scan(&there)
	return there, err
}

// migrationWait is how many seconds one waits for another who changes the schema.
const migrationWait = 60

// lockSchema takes a lock of the server: there are no transactions around what changes
// tables.
func (mysqlDialect) lockSchema(ctx context.Context, conn *sql.Conn, s *Store) (unlock func(good bool) error, err error) {
	var database string
	if err := conn.QueryRowContext(ctx, "SELECT DATABASE()").Scan(&database); err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte(database + "\x00" + s.tables.Replace("{meta}")))
	name := fmt.Sprintf("duijie %x", sum[:16])
	var got sql.NullInt64
	if err := conn.QueryRowContext(ctx, fmt.Sprintf("SELECT GET_LOCK('%s', %d)", name, migrationWait)).Scan(&got); err != nil {
		return nil, fmt.Errorf("lock the schema: %w", err)
	}
	if got.Int64 != 1 {
		return nil, fmt.Errorf("another process has been changing the schema for %d seconds", migrationWait)
	}
	return func(bool) error {
		_, err := conn.ExecContext(context.WithoutCancel(ctx), "DO RELEASE_LOCK('"+name+"')")
		return err
	}, nil
}

func (mysqlDialect) metaTable() string {
	return `CREATE TABLE IF NOT EXISTS {meta} (name VARBINARY(64) NOT NULL PRIMARY KEY, val VARBINARY(255) NOT NULL)
		ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4`
}

// verify refuses engines without transactions, which a server that is not strict takes
// instead of one it does not have. The rights of the user show when statements are
// prepared.
func (mysqlDialect) verify(ctx context.Context, s *Store) error {
	for _, table := range tables {
		name := s.tables.Replace("{" + table + "}")
		var engine sql.NullString
		err := s.db.QueryRowContext(ctx, `SELECT engine FROM information_schema.tables
			WHERE table_schema = DATABASE() AND table_name = '`+name+`'`).Scan(&engine)
		if errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("table %s is not there, or the user may not see it", name)
		}
		if err != nil {
			return err
		}
		if !strings.EqualFold(engine.String, "InnoDB") {
			return fmt.Errorf("table %s is kept by %s, needed is InnoDB", name, engine.String)
		}
	}
	return nil
}

func (mysqlDialect) prepares() bool { return true }

// tokens: with some sql_modes sum is a reserved word.
func (mysqlDialect) tokens() []string        { return []string{"{empty}", "''", "{sum}", "`sum`"} }
func (mysqlDialect) bind(text string) string { return text }

func (mysqlDialect) query(q query) string {
	if text, ok := mysqlQueries[q]; ok {
		return text
	}
	return commonQueries[q]
}

func (mysqlDialect) byKeys(selection string, n int) string { return selectIn(selection, n) }

// putSizes: each statement is a round trip to the server.
func (mysqlDialect) putSizes() []int { return []int{500, 100, 20, 5, 1} }

// putEntries uses VALUES(), which MySQL calls deprecated: MariaDB does not know what
// came after it.
func (mysqlDialect) putEntries(n int) string {
	return insertEntries("INSERT", n) + ` ON DUPLICATE KEY UPDATE fullkey = VALUES(fullkey),
		fingerprint = VALUES(fingerprint), target_id = VALUES(target_id), state = VALUES(state),
		source_ver = VALUES(source_ver), updated = VALUES(updated), step = VALUES(step), {sum} = VALUES({sum})`
}

func (mysqlDialect) begin() *sql.TxOptions {
	return &sql.TxOptions{Isolation: sql.LevelReadCommitted}
}

// clock does not go through the session's time zone, in which an hour may come twice.
func (mysqlDialect) clock() string {
	return `SELECT TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', UTC_TIMESTAMP(6))`
}

func (mysqlDialect) private(context.Context, *sql.DB) error { return errSealedOnly }

// integrity has the server look through the tables.
func (mysqlDialect) integrity(ctx context.Context, s *Store) error {
	var names []string
	for _, table := range tables {
		names = append(names, s.tables.Replace("{"+table+"}"))
	}
	rows, err := s.db.QueryContext(ctx, "CHECK TABLE "+strings.Join(names, ", "))
	if err != nil {
		return s.fail(ctx, "check", err)
	}
	defer rows.Close()
	var problems []error
	for rows.Next() {
		var table, op, kind, text string
		if err := rows.Scan(&table, &op, &kind, &text); err != nil {
			return s.fail(ctx, "check", err)
		}
		if strings.EqualFold(kind, "error") || strings.EqualFold(kind, "status") && text != "OK" {
			problems = append(problems, s.fail(ctx, "check", s.damaged(fmt.Errorf("table %s: %s", table, text))))
		}
	}
	if err := rows.Err(); err != nil {
		problems = append(problems, s.fail(ctx, "check", err))
	}
	return errors.Join(problems...)
}

// hint knows the error of a transaction that such a log can not hold.
func (mysqlDialect) hint(err error) string {
	switch number, _ := mysqlNumber(err); number {
	case 1665:
		return "; set binlog_format to ROW or MIXED"
	case 1153:
		return "; raise max_allowed_packet"
	}
	return ""
}

// classify goes by the server's error number.
func (mysqlDialect) classify(err error) errorClass {
	number, found := mysqlNumber(err)
	if !found {
		if lostConnection(err) {
			return errorLost
		}
		return errorStrange
	}
	switch number {
	case 1213, 1205, 3572, // deadlock, lock wait timeout, lock not free
		1020, 1412, 1615, // changed since it was read; the table was; prepare again
		1040, 1203: // too many connections
		return errorBusy
	case 1053, 1077, 1079, 1152, 1158, 1159, 1160, 1161, 1184, 1927, 2006, 2013, 3169, 4031: // the server or the session ends
		return errorLost
	case 1034, 1035, 1194, 1195, 1712, 1877: // a table or an index is corrupt
		return errorCorrupt
	}
	return errorOther
}

// mysqlNumber finds the server's error number in the errors of drivers, which have
// it in a field and no method for it.
func mysqlNumber(err error) (number uint64, found bool) {
	for err != nil {
		v := reflect.ValueOf(err)
		if v.Kind() == reflect.Pointer {
			v = v.Elem()
		}
		if v.Kind() == reflect.Struct {
			for _, name := range []string{"Number", "Code"} {
				if f := v.FieldByName(name); f.IsValid() && f.Kind() == reflect.Uint16 {
					return f.Uint(), true
				}
			}
		}
		if joined, ok := err.(interface{ Unwrap() []error }); ok {
			for _, one := range joined.Unwrap() {
				if number, found = mysqlNumber(one); found {
					return number, true
				}
			}
			return 0, false
		}
		err = errors.Unwrap(err)
	}
	return 0, false
}

// mysqlQueries say otherwise what is common. INSERT IGNORE, where it is used, ignores
// that the row is there and nothing else: all values are checked before.
var mysqlQueries = map[query]string{
	queryEnsurePartition: `INSERT INTO {partition}
		(pipeline, part, cur, {sum}, owner, fence, lease_until, rev, updated)
		VALUES (?, ?, {empty}, ?, {empty}, 0, 0, 0, ?) ON DUPLICATE KEY UPDATE rev = rev + 1`,
	queryOpen: `INSERT IGNORE INTO {openbatch} (pipeline, part, seq, fence, started, body) VALUES (?, ?, ?, ?, ?, ?)`,
	// Who reads what is stored, to add to it, keeps others from it.
	queryOldDead: `SELECT raw, attempts, first_at FROM {dead} WHERE pipeline = ? AND rkey = ? FOR UPDATE`,
	queryPutDead: `INSERT INTO {dead}
		(pipeline, rkey, fullkey, okey, part, reason, code, field, message, raw, fingerprint, source_ver,
		attempts, first_at, last_at, {sum})
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON DUPLICATE KEY UPDATE fullkey = VALUES(fullkey), okey = VALUES(okey), part = VALUES(part),
		reason = VALUES(reason), code = VALUES(code), field = VALUES(field), message = VALUES(message), raw = VALUES(raw),
		fingerprint = VALUES(fingerprint), source_ver = VALUES(source_ver), attempts = VALUES(attempts),
		first_at = VALUES(first_at), last_at = VALUES(last_at), {sum} = VALUES({sum})`,
	queryPutRun: `INSERT INTO {run} (pipeline, part, id, started, ended, report, error, {sum})
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON DUPLICATE KEY UPDATE started = VALUES(started), ended = VALUES(ended), report = VALUES(report),
		error = VALUES(error), {sum} = VALUES({sum})`,
	queryPruneRuns: `DELETE r FROM {run} AS r JOIN
		(SELECT pipeline, part, started FROM {run} WHERE pipeline = ? AND part = ? ORDER BY started DESC LIMIT 1 OFFSET ?) AS k
		ON r.pipeline = k.pipeline AND r.part = k.part AND r.started < k.started`,
	queryFirstToken: `INSERT IGNORE INTO {token} (scope, gen, sealed, expires, {sum}, owner, fence, lease_until, renewed)
		VALUES (?, 0, {empty}, 0, ?, ?, 1, ?, 0)`,
	queryLockQuota: `INSERT INTO {quota} (scope, booked, {sum}, updated) VALUES (?, {empty}, ?, ?)
		ON DUPLICATE KEY UPDATE updated = VALUES(updated)`,
}

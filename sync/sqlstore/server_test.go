package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestParseServer(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]serverKind{
		"PostgreSQL 15.20 (Debian 15.20-0+deb12u1) on x86_64-pc-linux-gnu": {name: "PostgreSQL", major: 15, minor: 20},
		"PostgreSQL 9.6.24 on x86_64":                                      {name: "PostgreSQL", major: 9, minor: 6},
		"PostgreSQL 18beta1 on x86_64":                                     {name: "PostgreSQL", major: 18},
		"PostgreSQL 9.2.4 (openGauss 5.0.0 build a07d57c3)":                {name: "openGauss", major: 9, minor: 2},
		"CockroachDB CCL v23.1.11":                                         {name: "CockroachDB", minor: 1},
		"8.0.36":                                                           {name: "MySQL", major: 8},
		"5.7.44-log":                                                       {name: "MySQL", major: 5, minor: 7},
		"5.6.51":                                                           {name: "MySQL", major: 5, minor: 6},
		"10.11.19-MariaDB-0+deb12u1":                                       {name: "MariaDB", major: 10, minor: 11},
		"5.5.5-10.4.34-MariaDB-log":                                        {name: "MariaDB", major: 10, minor: 4},
		"8.0.11-TiDB-v7.5.0":                                               {name: "TiDB", major: 8},
		"":                                                                 {name: "MySQL"},
	} {
		got := parseServer(text)
		if got.text = ""; got != want {
			t.Errorf("%s: %+v, want %+v", text, got, want)
		}
	}
}

func TestPostgresSettings(t *testing.T) {
	t.Parallel()
	good := postgresSettings{
		encoding: "UTF8", fsync: "on", commit: "on", readOnly: "off", schema: sql.NullString{String: "public", Valid: true},
	}
	for want, change := range map[string]func(s *postgresSettings){
		"":                          func(*postgresSettings) {},
		"encoding EUC_CN":           func(s *postgresSettings) { s.encoding = "EUC_CN" },
		"standby":                   func(s *postgresSettings) { s.standby = true },
		"read-only":                 func(s *postgresSettings) { s.readOnly = "on" },
		"search_path":               func(s *postgresSettings) { s.schema.Valid = false },
		"fsync is off":              func(s *postgresSettings) { s.fsync = "off" },
		"synchronous_commit is off": func(s *postgresSettings) { s.commit = "off" },
	} {
		set := good
		change(&set)
		refused(t, want, set.check(Options{}))
		lossy := strings.HasSuffix(want, "is off")
		if err := set.check(Options{RelaxedDurability: true}); (err == nil) != (lossy || want == "") {
			t.Errorf("relaxed, %s: %v", want, err)
		}
	}
}

func TestMySQLSettings(t *testing.T) {
	t.Parallel()
	good := mysqlSettings{
		database: sql.NullString{String: "test", Valid: true}, flush: 1, syncLog: 0, log: "0", readOnly: "0", innodbOff: "OFF", autocommit: "1",
	}
	for want, change := range map[string]func(s *mysqlSettings){
		"":                                    func(*mysqlSettings) {},
		"no database":                         func(s *mysqlSettings) { s.database.Valid = false },
		"read-only":                           func(s *mysqlSettings) { s.readOnly = "1" },
		"the server is read-only":             func(s *mysqlSettings) { s.innodbOff = "ON" },
		"autocommit":                          func(s *mysqlSettings) { s.autocommit = "0" },
		"innodb_flush_log_at_trx_commit is 2": func(s *mysqlSettings) { s.flush = 2 },
		"sync_binlog is 1000":                 func(s *mysqlSettings) { s.log, s.syncLog = "1", 1000 },
	} {
		set := good
		change(&set)
		refused(t, want, set.check(Options{}))
		lossy := strings.Contains(want, " is ") && strings.Contains(want, "_")
		if err := set.check(Options{RelaxedDurability: true}); (err == nil) != (lossy || want == "") {
			t.Errorf("relaxed, %s: %v", want, err)
		}
	}
}

func refused(t *testing.T, want string, err error) {
	t.Helper()
	if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
		t.Errorf("want %q: %v", want, err)
	}
}

// stateError is an error as PostgreSQL drivers return it.
type stateError string

func (e stateError) Error() string    { return "coded" }
func (e stateError) SQLState() string { return string(e) }

// numberError is an error as MySQL drivers return it.
type numberError struct {
	Number  uint16
	Message string
}

func (e *numberError) Error() string { return e.Message }

type valueError struct{ Code uint16 }

func (e valueError) Error() string { return "coded" }

func TestClassify(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		dialect Dialect
		err     error
		want    errorClass
	}{
		{PostgreSQL, stateError("40P01"), errorBusy},
		{PostgreSQL, stateError("40001"), errorBusy},
		{PostgreSQL, stateError("57P01"), errorLost},
		{PostgreSQL, stateError("08006"), errorLost},
		{PostgreSQL, stateError("XX001"), errorCorrupt},
		{PostgreSQL, stateError("23505"), errorOther},
		{PostgreSQL, stateError("57014"), errorOther},
		{PostgreSQL, fmt.Errorf("wrapped: %w", stateError("40P01")), errorBusy},
		{MySQL, &numberError{Number: 1213}, errorBusy},
		{MySQL, fmt.Errorf("a: %w", errors.Join(io.EOF, &numberError{Number: 1205})), errorBusy},
		{MySQL, valueError{1213}, errorBusy},
		{MySQL, &numberError{Number: 1712}, errorCorrupt},
		{MySQL, &numberError{Number: 1927}, errorLost},
		{MySQL, &numberError{Number: 1062}, errorOther},
		{MySQL, errors.New("invalid connection"), errorLost},
	} {
		if got := test.dialect.classify(test.err); got != test.want {
			t.Errorf("%s, %#v: %d, want %d", test.dialect, test.err, got, test.want)
		}
	}
	for _, dialect := range []Dialect{PostgreSQL, MySQL} {
		for err, want := range map[error]errorClass{
			driver.ErrBadConn: errorLost, io.ErrUnexpectedEOF: errorLost, net.ErrClosed: errorLost,
			&net.OpError{Op: "dial", Err: errors.New("refused")}: errorLost,
			context.Canceled: errorStrange, context.DeadlineExceeded: errorStrange, errors.New("what"): errorStrange,
		} {
			if got := dialect.classify(err); got != want {
				t.Errorf("%s, %v: %d, want %d", dialect, err, got, want)
			}
		}
	}
}

func TestErrorsSayWhatToDo(t *testing.T) {
	t.Parallel()
	for want, s := range map[string]*Store{
		"default_query_exec_mode=exec": {dialect: PostgreSQL, name: "26000"},
		"binlog_format":                {dialect: MySQL, name: "1665"},
		"max_allowed_packet":           {dialect: MySQL, name: "1153"},
	} {
		var cause error = stateError(s.name)
		if s.dialect == MySQL {
			number, _ := strconv.Atoi(s.name)
			cause = &numberError{Number: uint16(number)}
		}
		if err := s.fail(t.Context(), "open", cause); !strings.Contains(err.Error(), want) || !errors.Is(err, cause) {
			t.Error(err)
		}
	}
}

// A commit whose outcome nobody knows is never tried again.
func TestWhatIsTriedAgain(t *testing.T) {
	t.Parallel()
	for err, want := range map[error]int{
		error(stateError("40P01")): attempts, error(stateError("08006")): attempts, driver.ErrBadConn: attempts,
		error(stateError("23505")): 1, context.DeadlineExceeded: 1,
		fmt.Errorf("%w: %w", ErrCommitUnknown, io.ErrUnexpectedEOF): 1,
		fmt.Errorf("%w: %w", context.Canceled, driver.ErrBadConn):   1,
	} {
		synctest.Test(t, func(t *testing.T) {
			s, calls := &Store{dialect: PostgreSQL}, 0
			got := s.attempt(t.Context(), func() error {
				calls++
				return err
			})
			if calls != want || !errors.Is(got, err) {
				t.Errorf("%v: %d calls, want %d; %v", err, calls, want, got)
			}
		})
	}
}

func TestOutlive(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		late, done := outlive(ctx, time.Second)
		defer done()
		cancel()
		time.Sleep(time.Second - 1)
		if late.Err() != nil {
			t.Error("it ended too early")
		}
		time.Sleep(2 * time.Nanosecond)
		if late.Err() == nil {
			t.Error("it goes on")
		}
		_, done = outlive(t.Context(), time.Second) // no goroutine stays
		done()
	})
}

func TestBindNumbersPlaceholders(t *testing.T) {
	t.Parallel()
	if got, want := PostgreSQL.bind("a = ? AND (b, c) = (?,?)"), "a = $1 AND (b, c) = ($2,$3)"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := MySQL.bind("a = ?"); got != "a = ?" {
		t.Error(got)
	}
}

func TestSchema(t *testing.T) {
	t.Parallel()
	for _, d := range []Dialect{SQLite, PostgreSQL, MySQL} {
		text, err := Schema(d, WithTablePrefix("our_"))
		if err != nil {
			t.Fatal(err)
		}
		for _, table := range tables {
			if !strings.Contains(text, "CREATE TABLE IF NOT EXISTS our_"+table+" (") {
				t.Errorf("%s: no table %s", d, table)
			}
		}
		if strings.ContainsAny(text, "{}") || !strings.HasSuffix(text, "VALUES ('schema', '2');\n") {
			t.Errorf("%s: %s", d, text)
		}
	}
	if _, err := Schema(nil); err == nil {
		t.Error("no dialect: no error")
	}
	if _, err := Schema(MySQL, WithTablePrefix("A")); err == nil {
		t.Error("a wrong prefix: no error")
	}
}

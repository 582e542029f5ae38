package sqlstoretest

import (
	"database/sql"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/sqlstore"
)

// refused tells why a store is not opened.
func (s server) refused(t *testing.T, opts ...sqlstore.Option) string {
	t.Helper()
	_, err := sqlstore.New(t.Context(), s.open(t), s.dialect, opts...)
	require.Error(t, err)
	return err.Error()
}

func TestWrongServer(t *testing.T) {
	t.Parallel()
	wrong := postgres("")
	wrong.dialect = sqlstore.MySQL
	require.Contains(t, wrong.refused(t), `the dialect MySQL is for MySQL and MariaDB, but the server is "PostgreSQL `)
	wrong = mariadb("")
	wrong.dialect = sqlstore.PostgreSQL
	require.Contains(t, wrong.refused(t), `the dialect PostgreSQL is for PostgreSQL, but the server is "`)
	for _, s := range servers {
		s.dialect = sqlstore.SQLite
		require.Contains(t, s.refused(t), "open SQLite: ")
	}
}

func TestSettingsAreRefused(t *testing.T) {
	t.Parallel()
	require.Contains(t, postgres("", "default_transaction_read_only=on").refused(t), "read-only")
	require.Contains(t, postgres("", "search_path=nowhere").refused(t), "search_path")
	lossy := postgres("", "synchronous_commit=off")
	require.Contains(t, lossy.refused(t), "synchronous_commit is off")
	lossy.store(t, lossy.newPrefix(t), sqlstore.WithRelaxedDurability())
	require.Contains(t, mariadb("", "autocommit=0").refused(t), "autocommit is off")
	nowhere := mariadb("")
	nowhere.dsn = func(t testing.TB) string {
		config, err := mysql.ParseDSN(mariadb("").dsn(t))
		require.NoError(t, err)
		config.DBName = ""
		return config.FormatDSN()
	}
	require.Contains(t, nowhere.refused(t), "the DSN names no database")
}

func TestTokensNeedAKey(t *testing.T) {
	t.Parallel()
	onServers(t, func(t *testing.T, s server) {
		store, err := sqlstore.New(t.Context(), s.open(t), s.dialect, sqlstore.WithTablePrefix(s.newPrefix(t)))
		require.NoError(t, err)
		_, err = store.Tokens(t.Context())
		require.ErrorContains(t, err, "WithTokenKey")
		require.NoError(t, store.Close())
	})
}

// as is the server as another user, with no rights yet.
func (s server) as(t *testing.T, user string) server {
	t.Helper()
	admin := s.open(t)
	exec := func(text string) {
		_, err := admin.Exec(text)
		require.NoError(t, err, text)
	}
	if s.driver == "pgx" {
		exec("CREATE ROLE " + user)
		t.Cleanup(func() { exec("DROP OWNED BY " + user); exec("DROP ROLE " + user) })
		return postgres("", "role="+user)
	}
	exec("CREATE USER " + user + "@'%'")
	t.Cleanup(func() { exec("DROP USER " + user + "@'%'") })
	other := s
	other.dsn = func(t testing.TB) string {
		config, err := mysql.ParseDSN(s.dsn(t))
		require.NoError(t, err)
		config.User, config.Passwd = user, ""
		return config.FormatDSN()
	}
	return other
}

func (s server) grant(t *testing.T, db *sql.DB, prefix, user, rights string) {
	t.Helper()
	if s.driver == "mysql" {
		user += "@'%'"
	}
	for _, table := range tableNames {
		_, err := db.Exec("GRANT " + rights + " ON " + prefix + table + " TO " + user)
		require.NoError(t, err)
	}
}

// A user who may not make tables gets them from somebody who may.
func TestUserWithFewRights(t *testing.T) {
	t.Parallel()
	onServers(t, func(t *testing.T, s server) {
		prefix, db := s.freshPrefix(t), s.open(t)
		user := strings.TrimSuffix(prefix, "_")
		poor := s.as(t, user)
		if s.driver == "pgx" {
			require.Contains(t, poor.refused(t, sqlstore.WithTablePrefix(prefix)), "permission denied")
		} else {
			require.Contains(t, poor.refused(t, sqlstore.WithTablePrefix(prefix)), "denied")
		}
		schema, err := sqlstore.Schema(s.dialect, sqlstore.WithTablePrefix(prefix))
		require.NoError(t, err)
		for statement := range strings.SplitSeq(strings.TrimSuffix(schema, ";\n"), ";\n") {
			_, err := db.Exec(statement)
			require.NoError(t, err, statement)
		}
		s.grant(t, db, prefix, user, "SELECT")
		why := poor.refused(t, sqlstore.WithTablePrefix(prefix))
		require.True(t, strings.Contains(why, "the user may not INSERT in table "+prefix+"partition") ||
			strings.Contains(why, "INSERT, UPDATE command denied to user") || strings.Contains(why, "INSERT command denied to user"), why)

		s.grant(t, db, prefix, user, "INSERT, UPDATE, DELETE")
		store := poor.store(t, prefix)
		lease := acquire(t, store, orders)
		require.NoError(t, store.Settle(t.Context(), lease, duijiesync.Settlement{Entries: []duijiesync.Entry{{Key: "a", State: duijiesync.EntryDone}}}))
		require.NoError(t, store.Check(t.Context()))
		require.NoError(t, s.store(t, prefix).Check(t.Context()), "the same tables as New makes")
	})
}

func TestMigrateManyAtOnce(t *testing.T) {
	t.Parallel()
	onServers(t, func(t *testing.T, s server) {
		prefix := s.freshPrefix(t)
		var group sync.WaitGroup
		for range 4 {
			db := s.open(t)
			group.Go(func() {
				store, err := sqlstore.New(t.Context(), db, s.dialect, sqlstore.WithTablePrefix(prefix))
				if assert.NoError(t, err) {
					assert.NoError(t, store.Close())
				}
			})
		}
		for range 2 {
			cmd := s.childCommand(t, prefix, "migrate")
			require.NoError(t, cmd.Start())
			group.Go(func() { assert.NoError(t, cmd.Wait(), cmd.Stderr) })
		}
		group.Wait()
		require.Equal(t, "2", s.version(t, prefix))
	})
}

func (s server) version(t *testing.T, prefix string) (version string) {
	t.Helper()
	require.NoError(t, s.open(t).QueryRow("SELECT val FROM "+prefix+"meta WHERE name = 'schema'").Scan(&version))
	return version
}

// A migration whose connection is lost is begun again or goes on where it was.
func TestMigrationIsInterrupted(t *testing.T) {
	t.Parallel()
	onServers(t, func(t *testing.T, s server) {
		through, cutter := s.cut(t)
		prefix := s.freshPrefix(t)
		db := through.open(t)
		for n := 6; ; n += 5 {
			require.NoError(t, dropTables(s.driver, s.dsn(t), prefix))
			cutter.arm(n, n%2 == 0, false)
			store, err := sqlstore.New(t.Context(), db, s.dialect, sqlstore.WithTablePrefix(prefix))
			_, last := cutter.disarm()
			if err != nil { // in doubt about the commit, or in the midst of preparing
				store, err = sqlstore.New(t.Context(), db, s.dialect, sqlstore.WithTablePrefix(prefix))
			}
			require.NoError(t, err, "%q", last)
			require.NoError(t, store.Check(t.Context()))
			require.NoError(t, store.Close())
			require.Equal(t, "2", s.version(t, prefix))
			if last == "" || n > 30 {
				break
			}
		}
	})
}

func TestMigrateFromTheFirstVersionAndNoFurther(t *testing.T) {
	t.Parallel()
	onServers(t, func(t *testing.T, s server) {
		prefix, db := s.freshPrefix(t), s.open(t)
		acquire(t, s.storeOn(t, db, prefix), orders)
		exec := func(text string) {
			_, err := db.Exec(text)
			require.NoError(t, err)
		}
		// As after a crash in the midst of the second step.
		exec("DROP TABLE " + prefix + "quota")
		exec("UPDATE " + prefix + "meta SET val = '1'")
		store := s.storeOn(t, db, prefix)
		_, err := store.Acquire(t.Context(), orders, "other", time.Hour)
		require.ErrorIs(t, err, duijiesync.ErrLeaseHeld)
		require.NoError(t, store.Check(t.Context()))
		for version, want := range map[string]error{
			"3": sqlstore.ErrNewerSchema, "999": sqlstore.ErrNewerSchema, "0": duijiesync.ErrStateCorrupt, "x": duijiesync.ErrStateCorrupt,
		} {
			exec("UPDATE " + prefix + "meta SET val = '" + version + "'")
			_, err := sqlstore.New(t.Context(), db, s.dialect, sqlstore.WithTablePrefix(prefix))
			require.ErrorIs(t, err, want)
		}
		exec("UPDATE " + prefix + "meta SET val = '2'")
		_, err = s.storeOn(t, db, prefix).Acquire(t.Context(), orders, "other", time.Hour)
		require.ErrorIs(t, err, duijiesync.ErrLeaseHeld)
	})
}

func TestMySQLTablesNeedTransactions(t *testing.T) {
	t.Parallel()
	s := mariadb("")
	prefix, db := s.freshPrefix(t), s.open(t)
	s.storeOn(t, db, prefix)
	_, err := db.Exec("ALTER TABLE " + prefix + "ledger ENGINE=MyISAM")
	require.NoError(t, err)
	require.Contains(t, s.refused(t, sqlstore.WithTablePrefix(prefix)), "table "+prefix+"ledger is kept by MyISAM, needed is InnoDB")
}

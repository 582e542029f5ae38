package sqlstoretest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib" // registers "pgx"
	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/testutil"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/sqlstore"
)

// TestMain turns the test binary into one of its children where asked to.
func TestMain(m *testing.M) {
	if mode := os.Getenv(childModeEnv); mode != "" {
		if err := child(mode); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

var (
	orders = duijiesync.Scope{Pipeline: "orders", Partition: "p"}
	noon   = time.UnixMilli(1_767_225_600_123).UTC()
	// key seals tokens: a server stores none without one.
	key = duijie.NewSecret("ZG8gbm90IHVzZSB0aGlzIG9uZSwgbWFrZSB5b3Vycy4=")
)

// server is one of the two servers, reached in one way.
type server struct {
	name    string
	driver  string
	dialect sqlstore.Dialect
	dsn     func(t testing.TB) string
}

func postgres(name string, params ...string) server {
	return server{"PostgreSQL" + name, "pgx", sqlstore.PostgreSQL, func(t testing.TB) string {
		t.Helper()
		return withParams(testutil.PostgresDSN(t), params...)
	}}
}

func mariadb(name string, params ...string) server {
	return server{"MySQL" + name, "mysql", sqlstore.MySQL, func(t testing.TB) string {
		t.Helper()
		return withParams(testutil.MySQLDSN(t), params...)
	}}
}

func withParams(dsn string, params ...string) string {
	for _, p := range params {
		sep := "?"
		if strings.Contains(dsn, "?") {
			sep = "&"
		}
		dsn += sep + p
	}
	return dsn
}

// servers are both, as most people reach them.
var servers = []server{postgres(""), mariadb("")}

// onServers runs a test on both.
func onServers(t *testing.T, test func(t *testing.T, s server)) {
	t.Helper()
	for _, s := range servers {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			test(t, s)
		})
	}
}

// open opens a handle with a few connections.
func (s server) open(t testing.TB) *sql.DB {
	t.Helper()
	db, err := sql.Open(s.driver, s.dsn(t))
	require.NoError(t, err)
	db.SetMaxOpenConns(6)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

// newPrefix is a prefix of tables that nobody else has. They are dropped when the
// test ends, after everything that is closed then.
func (s server) newPrefix(t testing.TB) string {
	t.Helper()
	var random [6]byte
	_, _ = rand.Read(random[:])
	prefix := "t" + hex.EncodeToString(random[:]) + "_"
	dsn := s.dsn(t)
	t.Cleanup(func() { dropTables(t, s.driver, dsn, prefix) })
	return prefix
}

var tableNames = []string{"meta", "partition", "openbatch", "ledger", "dead", "run", "token", "quota"}

func dropTables(t testing.TB, driver, dsn, prefix string) {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	require.NoError(t, err)
	defer db.Close()
	var names []string
	for _, table := range tableNames {
		names = append(names, prefix+table)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute) //nolint:usetesting // the test's context has ended
	defer cancel()
	_, err = db.ExecContext(ctx, "DROP TABLE IF EXISTS "+strings.Join(names, ", "))
	require.NoError(t, err)
}

// store opens a store in tables with a prefix; it is closed with the test.
func (s server) store(t testing.TB, prefix string, opts ...sqlstore.Option) *sqlstore.Store {
	t.Helper()
	return s.storeOn(t, s.open(t), prefix, opts...)
}

func (s server) storeOn(t testing.TB, db *sql.DB, prefix string, opts ...sqlstore.Option) *sqlstore.Store {
	t.Helper()
	opts = append([]sqlstore.Option{sqlstore.WithTablePrefix(prefix), sqlstore.WithTokenKey(key)}, opts...)
	store, err := sqlstore.New(t.Context(), db, s.dialect, opts...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	return store
}

func tokensOf(t testing.TB, store *sqlstore.Store) *sqlstore.Tokens {
	t.Helper()
	tokens, err := store.Tokens(t.Context())
	require.NoError(t, err)
	return tokens
}

func commitToken(t testing.TB, tokens *sqlstore.Tokens, scope string, seen int64, value string) {
	t.Helper()
	lease, ok, err := tokens.Acquire(t.Context(), scope, seen, time.Hour)
	require.NoError(t, err)
	require.True(t, ok)
	_, err = tokens.Commit(t.Context(), lease, duijie.Token{Value: duijie.NewSecret(value), Expires: noon})
	require.NoError(t, err)
}

func acquire(t testing.TB, state duijiesync.State, scope duijiesync.Scope) duijiesync.Lease {
	t.Helper()
	lease, err := state.Acquire(t.Context(), scope, "owner", time.Hour)
	require.NoError(t, err)
	return lease
}

// acquireWhenFree polls until the present lease has run out.
func acquireWhenFree(ctx context.Context, state duijiesync.State, scope duijiesync.Scope, ttl time.Duration) (duijiesync.Lease, error) {
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	for {
		lease, err := state.Acquire(ctx, scope, "owner", ttl)
		if err == nil {
			return lease, nil
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return lease, err
		}
	}
}

// text quotes the bytes of a text for a statement past the library.
func (s server) text(v string) string {
	if s.driver == "pgx" {
		return `'\x` + hex.EncodeToString([]byte(v)) + `'::bytea`
	}
	return "x'" + hex.EncodeToString([]byte(v)) + "'"
}

// sqlDriverLog keeps what the driver says of connections the tests cut out of their output.
var _ = mysql.SetLogger(log{})

type log struct{}

func (log) Print(...any) {}

var prefixMu sync.Mutex

// prefixOf is the prefix that stands for a folder.
func prefixOf(t testing.TB, s server, dir string, prefixes map[string]string) string {
	t.Helper()
	prefixMu.Lock()
	defer prefixMu.Unlock()
	if prefixes[dir] == "" {
		prefixes[dir] = s.newPrefix(t)
	}
	return prefixes[dir]
}

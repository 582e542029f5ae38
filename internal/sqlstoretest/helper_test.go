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
	code := m.Run()
	for _, drop := range freePrefixes.drops {
		if err := drop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	os.Exit(code)
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

var tableNames = []string{"meta", "partition", "openbatch", "ledger", "dead", "run", "token", "quota"}

// freePrefixes are those of tables that a test has emptied, by driver: to make tables
// takes longer than most tests. They are dropped at the end of all.
var freePrefixes = struct {
	sync.Mutex
	free  map[string][]string
	drops []func() error
}{free: map[string][]string{}}

// newPrefix is a prefix of empty tables, or of none yet, that no other test uses now.
func (s server) newPrefix(t testing.TB) (prefix string) {
	t.Helper()
	dsn := s.dsn(t)
	freePrefixes.Lock()
	defer freePrefixes.Unlock()
	if free := freePrefixes.free[s.driver]; len(free) > 0 {
		prefix = free[len(free)-1]
		freePrefixes.free[s.driver] = free[:len(free)-1]
	} else {
		prefix = randomPrefix()
		freePrefixes.drops = append(freePrefixes.drops, func() error { return dropTables(s.driver, dsn, prefix) })
	}
	t.Cleanup(func() {
		emptyTables(t, s.driver, dsn, prefix)
		freePrefixes.Lock()
		defer freePrefixes.Unlock()
		freePrefixes.free[s.driver] = append(freePrefixes.free[s.driver], prefix)
	})
	return prefix
}

// freshPrefix is a prefix of no tables. Those that are made are dropped with the test.
func (s server) freshPrefix(t testing.TB) string {
	t.Helper()
	prefix, dsn := randomPrefix(), s.dsn(t)
	t.Cleanup(func() { require.NoError(t, dropTables(s.driver, dsn, prefix)) })
	return prefix
}

func randomPrefix() string {
	var random [6]byte
	_, _ = rand.Read(random[:])
	return "t" + hex.EncodeToString(random[:]) + "_"
}

func emptyTables(t testing.TB, driver, dsn, prefix string) {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	require.NoError(t, err)
	defer func() { _ = db.Close() }()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
	defer cancel()
	for _, table := range tableNames[1:] {
		_, err = db.ExecContext(ctx, "DELETE FROM "+prefix+table)
		require.NoError(t, err)
	}
}

func dropTables(driver, dsn, prefix string) error {
	db, err := sql.Open(driver, dsn)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	var names []string
	for _, table := range tableNames {
		names = append(names, prefix+table)
	}
	_, err = db.Exec("DROP TABLE IF EXISTS " + strings.Join(names, ", "))
	return err
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

package sqlite_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/sqlstore"
	"github.com/duijie-go/duijie/sync/sqlstore/sqlite"
)

func TestOpenOddPaths(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"plain.db", "no extension", "a?b.db", "a#b.db", "a%41b.db", "100%.db", "a&b=c.db", "订单 状态.db", "a+b.db", "'a'.db",
		`a"b.db`, ":memory:.db", "file:a.db", "?mode=memory", "a;b.db", "ä\u0308.db", "-wal",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), name+" 夹")
			require.NoError(t, os.Mkdir(dir, 0o700))
			path := filepath.Join(dir, name)

			store, err := sqlite.Open(t.Context(), path)
			require.NoError(t, err)
			acquire(t, store, orders)
			files, err := filepath.Glob(filepath.Join(filepath.Dir(dir), "*", "*"))
			require.NoError(t, err)
			require.ElementsMatch(t, []string{path, path + "-wal", path + "-shm"}, files)
			require.NoError(t, store.Close())

			_, err = openStore(t, path).Acquire(t.Context(), orders, "other", time.Hour)
			require.ErrorIs(t, err, duijiesync.ErrLeaseHeld)
		})
	}
}

func TestOpenFileMode(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such modes")
	}
	path := stateFile(t)
	acquire(t, openStore(t, path), orders)
	for _, file := range []string{path, path + "-wal", path + "-shm"} {
		info, err := os.Stat(file)
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o600), info.Mode().Perm(), file)
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(path), ".duijie-*"))
	require.NoError(t, err)
	assert.Empty(t, left)
}

func TestOpenRefusesPaths(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(file, []byte(strings.Repeat("not a database ", 100)), 0o600))
	require.NoError(t, os.Symlink(filepath.Join(dir, "nowhere"), filepath.Join(dir, "link")))
	for path, want := range map[string]string{
		"":                               "empty",
		dir + "/a\x00b":                  "NUL",
		dir:                              "not a regular file",
		filepath.Join(dir, "no", "a.db"): "does not exist: create it first",
		filepath.Join(file, "a.db"):      "not a",
		filepath.Join(dir, "link"):       "leads nowhere",
		file:                             "not a database",
	} {
		_, err := sqlite.Open(t.Context(), path)
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, "duijie/sqlstore/sqlite: open ")
	}
}

// A file with contents is never taken for a new one, whatever its size.
func TestOpenRefusesWhatIsNoDatabase(t *testing.T) {
	t.Parallel()
	path := stateFile(t)
	store := openStore(t, path)
	lease := acquire(t, store, orders)
	checkpoint := duijiesync.Checkpoint("2026")
	require.NoError(t, store.Settle(t.Context(), lease, duijiesync.Settlement{Checkpoint: &checkpoint}))
	log, err := os.ReadFile(path + "-wal")
	require.NoError(t, err)
	require.NoError(t, store.Close())
	whole, err := os.ReadFile(path)
	require.NoError(t, err)

	dir := t.TempDir()
	refused := func(content, wal []byte, want error) {
		t.Helper()
		file := filepath.Join(dir, "state.db")
		require.NoError(t, os.WriteFile(file, content, 0o600))
		if wal != nil {
			require.NoError(t, os.WriteFile(file+"-wal", wal, 0o600))
		}
		_, err := sqlite.Open(t.Context(), file)
		require.ErrorIs(t, err, want, "%d bytes", len(content))
		require.ErrorContains(t, err, file)
		left, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Equal(t, content, left)
	}
	for _, n := range []int{1, 2, 15, 16, 17, 20} {
		refused([]byte(strings.Repeat("x", n)), nil, sqlite.ErrNotDatabase)
		refused(whole[:n], nil, sqlite.ErrNotDatabase)
	}
	for _, n := range []int{100, 511, 512, 4096, 8192, len(whole) - 4096} {
		refused(whole[:n], nil, duijiesync.ErrStateCorrupt)
	}
	refused([]byte(strings.Repeat("x", 5000)), nil, sqlite.ErrNotDatabase)
	refused([]byte{}, log, sqlite.ErrNotDatabase)
	require.NoError(t, os.Remove(filepath.Join(dir, "state.db-wal")))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "empty"), nil, 0o600))
	openStore(t, filepath.Join(dir, "empty"))
}

func TestOpenRelativePathStays(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	store := openStore(t, "state.db")
	acquire(t, store, orders)
	require.FileExists(t, filepath.Join(dir, "state.db"))
}

func TestSettingsReadBack(t *testing.T) {
	t.Parallel()
	path := stateFile(t)
	openStore(t, path)
	var mode string
	require.NoError(t, openRaw(t, path).QueryRow("PRAGMA journal_mode").Scan(&mode))
	require.Equal(t, "wal", mode)
	openStore(t, path, sqlite.WithRelaxedDurability())
}

func TestNewRefusesUnsafeHandles(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		pragmas, want string
		opts          []sqlstore.Option
	}{
		"no timeout":  {"_pragma=journal_mode(WAL)", "busy_timeout is 0", nil},
		"no journal":  {"_pragma=busy_timeout(100)&_pragma=journal_mode(OFF)", "journal_mode is off", nil},
		"in memory":   {"_pragma=busy_timeout(100)&_pragma=journal_mode(MEMORY)", "journal_mode is memory", nil},
		"normal":      {"_pragma=busy_timeout(100)&_pragma=journal_mode(WAL)&_pragma=synchronous(1)", "synchronous is 1", nil},
		"off":         {"_pragma=busy_timeout(100)&_pragma=synchronous(0)", "synchronous is 0", []sqlstore.Option{sqlstore.WithRelaxedDurability()}},
		"sqlite_ ":    {"_pragma=busy_timeout(100)", "keeps sqlite_ for itself", []sqlstore.Option{sqlstore.WithTablePrefix("sqlite_")}},
		"relaxed":     {"_pragma=busy_timeout(100)&_pragma=journal_mode(WAL)&_pragma=synchronous(1)", "", []sqlstore.Option{sqlstore.WithRelaxedDurability()}},
		"old journal": {"_pragma=busy_timeout(100)&_pragma=synchronous(2)", "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := openRaw(t, "file:"+stateFile(t)+"?"+test.pragmas)
			store, err := sqlstore.New(t.Context(), db, sqlstore.SQLite, test.opts...)
			if test.want != "" {
				require.ErrorContains(t, err, test.want)
				return
			}
			require.NoError(t, err)
			acquire(t, store, orders)
			require.NoError(t, store.Close())
			require.NoError(t, db.Ping(), "the handle is the caller's")
		})
	}
}

func TestTablePrefixes(t *testing.T) {
	t.Parallel()
	path := stateFile(t)
	for _, prefix := range []string{"duijie_", "a", "_", "erp2_", "abcdefghijklmnopqrstu"} {
		acquire(t, openStore(t, path, sqlstore.WithTablePrefix(prefix)), orders)
	}
	_, err := sqlite.Open(t.Context(), path, sqlstore.WithTablePrefix("no-"))
	require.ErrorContains(t, err, "prefix")
}

func TestLimits(t *testing.T) {
	t.Parallel()
	store := openStore(t, ":memory:")
	long := func(n int) string { return strings.Repeat("n", n) }
	largest := duijiesync.Scope{Pipeline: long(128), Partition: long(255)}
	lease := acquire(t, store, largest)
	require.NoError(t, store.Settle(t.Context(), lease, duijiesync.Settlement{RecordedRun: &duijiesync.RunRecord{ID: long(128)}}))

	for _, scope := range []duijiesync.Scope{{}, {Partition: "p"}, {Pipeline: long(129)}, {Pipeline: "p", Partition: long(256)}} {
		_, err := store.Acquire(t.Context(), scope, "owner", time.Minute)
		require.ErrorContains(t, err, "bytes, allowed are")
		_, err = store.Checkpoint(t.Context(), scope)
		require.ErrorContains(t, err, "bytes, allowed are")
		_, err = store.OpenBatches(t.Context(), scope)
		require.ErrorContains(t, err, "bytes, allowed are")
		_, err = store.Runs(t.Context(), scope, 1)
		require.ErrorContains(t, err, "bytes, allowed are")
		require.ErrorContains(t, store.Release(t.Context(), duijiesync.Lease{Scope: scope}), "bytes, allowed are")
	}
	for _, pipeline := range []string{"", long(129)} {
		_, err := store.Ledger(t.Context(), pipeline, []string{"a"})
		require.ErrorContains(t, err, "bytes, allowed are")
		_, err = store.DeadLetters(t.Context(), pipeline, duijiesync.DeadLetterQuery{})
		require.ErrorContains(t, err, "bytes, allowed are")
		_, err = store.CountDeadLetters(t.Context(), pipeline)
		require.ErrorContains(t, err, "bytes, allowed are")
	}
	for _, owner := range []string{"", long(129)} {
		_, err := store.Acquire(t.Context(), orders, owner, time.Minute)
		require.ErrorContains(t, err, "bytes, allowed are")
	}
	for _, ttl := range []time.Duration{0, -1} {
		_, err := store.Acquire(t.Context(), orders, "owner", ttl)
		require.ErrorContains(t, err, "must be positive")
		require.ErrorContains(t, store.Renew(t.Context(), lease, ttl), "must be positive")
	}
}

func TestErrLeaseHeldNamesTheHolder(t *testing.T) {
	t.Parallel()
	store := openStore(t, ":memory:")
	_, err := store.Acquire(t.Context(), orders, "host-7/1234", time.Hour)
	require.NoError(t, err)
	_, err = store.Acquire(t.Context(), orders, "other", time.Hour)
	require.ErrorIs(t, err, duijiesync.ErrLeaseHeld)
	require.ErrorContains(t, err, `acquire "orders" partition "p": `)
	require.ErrorContains(t, err, `owner "host-7/1234", until 2`)
}

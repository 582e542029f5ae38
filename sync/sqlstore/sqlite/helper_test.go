package sqlite_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/sqlstore"
	"github.com/duijie-go/duijie/sync/sqlstore/sqlite"
)

// TestMain turns the test binary into one of its children where asked to.
func TestMain(m *testing.M) {
	if path := os.Getenv(childEnv); path != "" {
		if err := child(path, os.Getenv(childModeEnv)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

var orders = duijiesync.Scope{Pipeline: "orders", Partition: "p"}

// openStore opens a store that is closed at the end of the test.
func openStore(t testing.TB, path string, opts ...sqlstore.Option) *sqlite.Store {
	t.Helper()
	store, err := sqlite.Open(t.Context(), path, opts...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	return store
}

// stateFile is the path of a file that is not there yet.
func stateFile(t testing.TB) string { return filepath.Join(t.TempDir(), "state.db") }

// openRaw opens a file past the library.
func openRaw(t testing.TB, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", dsn)
	require.NoError(t, err)
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
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

func openBatch(t testing.TB, state duijiesync.State, lease duijiesync.Lease, batch duijiesync.OpenBatch) error {
	t.Helper()
	_, err := state.Open(t.Context(), lease, batch)
	return err
}

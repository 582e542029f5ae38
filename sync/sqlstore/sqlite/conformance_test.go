package sqlite_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/pipelinetest"
	"github.com/duijie-go/duijie/sync/sqlstore"
	"github.com/duijie-go/duijie/sync/sqlstore/sqlite"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	pipelinetest.TestDurableState(t, func(t *testing.T, dir string) duijiesync.State {
		return openStore(t, filepath.Join(dir, "state.db"))
	})
}

func TestConformanceInMemory(t *testing.T) {
	t.Parallel()
	pipelinetest.TestState(t, func(t *testing.T) duijiesync.State { return openStore(t, ":memory:") })
}

// openStore opens a store that is closed at the end of the test.
func openStore(t testing.TB, path string, opts ...sqlstore.Option) *sqlite.Store {
	t.Helper()
	store, err := sqlite.Open(t.Context(), path, opts...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	return store
}

package sqlite_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/sqlstore"
	"github.com/duijie-go/duijie/sync/sqlstore/sqlite"
)

func TestMigrateFreshAndAgain(t *testing.T) {
	t.Parallel()
	path := stateFile(t)
	openStore(t, path)
	raw := openRaw(t, path)
	tables := func() (names []string) {
		rows, err := raw.Query("SELECT name || ' ' || sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
		require.NoError(t, err)
		defer rows.Close()
		for rows.Next() {
			var name string
			require.NoError(t, rows.Scan(&name))
			names = append(names, name)
		}
		require.NoError(t, rows.Err())
		return names
	}
	version := func() (v string) {
		require.NoError(t, raw.QueryRow("SELECT val FROM duijie_meta WHERE name = 'schema'").Scan(&v))
		return v
	}
	fresh := tables()
	require.Len(t, fresh, 10)
	require.Equal(t, "2", version())
	openStore(t, path)
	require.Equal(t, fresh, tables())
	require.Equal(t, "2", version())

	// A step that ran without being noted is harmless.
	_, err := raw.Exec("DELETE FROM duijie_meta; DROP TABLE duijie_run")
	require.NoError(t, err)
	openStore(t, path)
	require.Equal(t, fresh, tables())
	require.Equal(t, "2", version())
}

// A file of the version before tokens is brought up to date, with all that is in it.
func TestMigrateFromTheFirstVersion(t *testing.T) {
	t.Parallel()
	path := stateFile(t)
	acquire(t, openStore(t, path), orders)
	raw := openRaw(t, path)
	_, err := raw.Exec("DROP TABLE duijie_token; DROP TABLE duijie_quota; UPDATE duijie_meta SET val = '1'")
	require.NoError(t, err)
	store := openStore(t, path)
	_, err = store.Acquire(t.Context(), orders, "other", time.Hour)
	require.ErrorIs(t, err, duijiesync.ErrLeaseHeld)
	commitToken(t, tokensOf(t, store), "scope", 0, "first")
	require.NoError(t, store.Check(t.Context()))
}

func TestMigrateManyAtOnce(t *testing.T) {
	t.Parallel()
	path := stateFile(t)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			store, err := sqlite.Open(t.Context(), path)
			if assert.NoError(t, err) {
				assert.NoError(t, store.Close())
			}
		})
	}
	group.Wait()
}

func TestMigrateRefusesNewerSchema(t *testing.T) {
	t.Parallel()
	path := stateFile(t)
	acquire(t, openStore(t, path), orders)
	raw := openRaw(t, path)
	for version, want := range map[string]error{
		"3": sqlstore.ErrNewerSchema, "999": sqlstore.ErrNewerSchema, "0": duijiesync.ErrStateCorrupt, "x": duijiesync.ErrStateCorrupt,
	} {
		_, err := raw.Exec("UPDATE duijie_meta SET val = ?", version)
		require.NoError(t, err)
		_, err = sqlite.Open(t.Context(), path)
		require.ErrorIs(t, err, want)
	}
	// Nothing was touched, and nothing stays locked.
	_, err := raw.Exec("UPDATE duijie_meta SET val = '2'")
	require.NoError(t, err)
	_, err = openStore(t, path).Acquire(t.Context(), orders, "other", time.Hour)
	require.ErrorIs(t, err, duijiesync.ErrLeaseHeld)
}

// The ledger is found by its key alone; nothing scans a table that grows.
func TestQueriesUseTheirIndexes(t *testing.T) {
	t.Parallel()
	path := stateFile(t)
	openStore(t, path)
	raw := openRaw(t, path)
	for query, args := range map[string][]any{
		"SELECT * FROM duijie_ledger WHERE pipeline = ? AND rkey IN (?, ?)":                         {"p", "a", "b"},
		"SELECT * FROM duijie_dead WHERE pipeline = ? AND okey >= ? ORDER BY okey, fullkey LIMIT 1": {"p", "a"},
		"SELECT * FROM duijie_run WHERE pipeline = ? AND part = ? ORDER BY started DESC LIMIT 1":    {"p", "a"},
	} {
		var plan []string
		rows, err := raw.Query("EXPLAIN QUERY PLAN "+query, args...)
		require.NoError(t, err)
		for rows.Next() {
			var a, b, c int
			var detail string
			require.NoError(t, rows.Scan(&a, &b, &c, &detail))
			plan = append(plan, detail)
		}
		require.NoError(t, rows.Err())
		rows.Close()
		require.True(t, slices.ContainsFunc(plan, func(s string) bool { return len(s) > 6 && s[:6] == "SEARCH" }), "%s: %v", query, plan)
	}
}

package sqlite_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/sqlstore"
	"github.com/duijie-go/duijie/sync/sqlstore/sqlite"
)

// The rows of the tests that damage them.
var (
	damagedKey   = strings.Repeat("key ", 200)
	damagedEntry = duijiesync.Entry{
		Key: damagedKey, Fingerprint: duijiesync.Fingerprint{1, 2, 3}, TargetID: "100001", State: duijiesync.EntryDone,
		Version: 5, Updated: noon,
	}
	damagedLetter = duijiesync.DeadLetter{
		Key: damagedKey, Reason: duijiesync.DeadRefused, Code: "E1", Field: "FQty", Message: "too many", Raw: json.RawMessage(`{"a":1}`),
		Fingerprint: duijiesync.Fingerprint{1, 2, 3}, Version: 5, Attempts: 1, First: noon, Last: noon,
	}
	damagedRun   = duijiesync.RunRecord{ID: "run-7", Started: noon, Ended: noon, Report: json.RawMessage(`{"b":2}`), Error: "stopped"}
	damagedBatch = duijiesync.OpenBatch{Seq: 77, Started: noon, Intents: []duijiesync.Intent{{Key: "a", TargetID: "b", Version: 3}}}
)

// damagedStore returns a store with one row in each table, and its file.
func damagedStore(t *testing.T) (*sqlite.Store, *sql.DB) {
	t.Helper()
	path := stateFile(t)
	store := openStore(t, path)
	lease := acquire(t, store, orders)
	require.NoError(t, openBatch(t, store, lease, damagedBatch))
	checkpoint := duijiesync.Checkpoint("2026-01-01")
	require.NoError(t, store.Settle(t.Context(), lease, duijiesync.Settlement{
		Entries: []duijiesync.Entry{damagedEntry}, Dead: []duijiesync.DeadLetter{damagedLetter},
		Checkpoint: &checkpoint, RecordedRun: &damagedRun,
	}))
	tokens := tokensOf(t, store)
	commitToken(t, tokens, "scope", 0, "session")
	_, _, err := tokens.Reserve(t.Context(), "scope", duijie.Quota{Calls: 1, Per: time.Hour}, 0)
	require.NoError(t, err)
	return store, openRaw(t, path)
}

var damagedTables = []struct {
	table   string
	columns []string
	names   string // what the error must name
	read    func(ctx context.Context, s *sqlite.Store) error
}{
	{"partition", []string{"cur", "sum"}, `checkpoint of "orders" partition "p"`, func(ctx context.Context, s *sqlite.Store) error {
		_, err := s.Checkpoint(ctx, orders)
		return err
	}},
	{"openbatch", []string{"body", "seq", "started"}, `pipeline "orders", partition "p", seq `, func(ctx context.Context, s *sqlite.Store) error {
		_, err := s.OpenBatches(ctx, orders)
		return err
	}},
	{
		"ledger", []string{"fullkey", "fingerprint", "target_id", "state", "source_ver", "updated", "sum"},
		`pipeline "orders", key "\x00h`, func(ctx context.Context, s *sqlite.Store) error {
			_, err := s.Ledger(ctx, "orders", []string{damagedKey})
			return err
		},
	},
	{
		"dead", []string{"rkey", "fullkey", "reason", "code", "field", "message", "raw", "fingerprint", "source_ver", "okey", "part",
			"attempts", "first_at", "last_at", "sum"},
		`pipeline "orders", key "`, func(ctx context.Context, s *sqlite.Store) error {
			_, err := s.DeadLetters(ctx, "orders", duijiesync.DeadLetterQuery{})
			return err
		},
	},
	{"run", []string{"id", "started", "ended", "report", "error", "sum"}, `pipeline "orders", run "`, func(ctx context.Context, s *sqlite.Store) error {
		_, err := s.Runs(ctx, orders, 1)
		return err
	}},
	{"token", []string{"gen", "sealed", "expires", "sum"}, `scope "scope"`, func(ctx context.Context, s *sqlite.Store) error {
		return withTokens(ctx, s, func(tokens *sqlstore.Tokens) error {
			_, err := tokens.Load(ctx, "scope")
			return err
		})
	}},
	{"quota", []string{"booked", "sum"}, `scope "scope"`, func(ctx context.Context, s *sqlite.Store) error {
		return withTokens(ctx, s, func(tokens *sqlstore.Tokens) error {
			_, _, err := tokens.Reserve(ctx, "scope", duijie.Quota{Calls: 1, Per: time.Hour}, 0)
			return err
		})
	}},
}

func TestEveryFlippedByteIsNoticed(t *testing.T) {
	t.Parallel()
	for _, table := range damagedTables {
		for _, column := range table.columns {
			t.Run(table.table+"/"+column, func(t *testing.T) {
				t.Parallel()
				store, raw := damagedStore(t)
				require.NoError(t, table.read(t.Context(), store))
				for _, damaged := range damages(t, raw, table.table, column) {
					set(t, raw, table.table, column, damaged.value)
					err := table.read(t.Context(), store)
					require.ErrorIs(t, err, duijiesync.ErrStateCorrupt, damaged.how)
					require.ErrorContains(t, err, "table duijie_"+table.table+", "+table.names, damaged.how)
					require.ErrorContains(t, err, "state.db\", table", damaged.how)
					set(t, raw, table.table, column, damaged.was)
				}
				require.NoError(t, table.read(t.Context(), store))
			})
		}
	}
}

func withTokens(ctx context.Context, s *sqlite.Store, f func(tokens *sqlstore.Tokens) error) error {
	tokens, err := s.Tokens(ctx)
	if err != nil {
		return err
	}
	return f(tokens)
}

type damage struct {
	how        string
	value, was any
}

// damages lists what may happen to the only value of a column.
func damages(t *testing.T, raw *sql.DB, table, column string) (list []damage) {
	t.Helper()
	var was any
	require.NoError(t, raw.QueryRow("SELECT "+column+" FROM duijie_"+table).Scan(&was))
	switch was := was.(type) {
	case int64:
		for _, value := range []int64{was + 1, was - 1, -was, was ^ 1<<40, 0} {
			if value != was {
				list = append(list, damage{fmt.Sprint(value), value, was})
			}
		}
	case []byte:
		for i := 0; i < len(was); i += 1 + len(was)/64 {
			value := slices.Clone(was)
			value[i] ^= 0x10
			list = append(list, damage{fmt.Sprintf("byte %d flipped", i), value, was})
		}
		list = append(list,
			damage{"cut", was[:len(was)-1], was}, damage{"longer", append(slices.Clone(was), 0), was}, damage{"empty", []byte{}, was})
	case string:
		for i := range len(was) {
			value := []byte(was)
			value[i] ^= 0x10
			list = append(list, damage{fmt.Sprintf("byte %d flipped", i), string(value), was})
		}
		list = append(list, damage{"cut", was[:len(was)-1], was}, damage{"empty", "", was}, damage{"NUL", was + "\x00", was})
	default:
		t.Fatalf("%s.%s is a %T", table, column, was)
	}
	return list
}

func set(t *testing.T, raw *sql.DB, table, column string, value any) {
	t.Helper()
	result, err := raw.Exec("UPDATE duijie_"+table+" SET "+column+" = ?", value)
	require.NoError(t, err)
	n, err := result.RowsAffected()
	require.NoError(t, err)
	require.EqualValues(t, 1, n)
}

func TestEditsByHandWithoutSum(t *testing.T) {
	t.Parallel()
	store, raw := damagedStore(t)
	_, err := raw.Exec("UPDATE duijie_ledger SET target_id = CAST('200002' AS BLOB), sum = NULL")
	require.NoError(t, err)
	entries, err := store.Ledger(t.Context(), "orders", []string{damagedKey})
	require.NoError(t, err)
	require.Equal(t, "200002", entries[damagedKey].TargetID)

	_, err = raw.Exec("UPDATE duijie_ledger SET state = 9, sum = NULL")
	require.NoError(t, err)
	_, err = store.Ledger(t.Context(), "orders", []string{damagedKey})
	require.ErrorIs(t, err, duijiesync.ErrStateCorrupt)
}

// A damaged row keeps the rest readable, and is mended by writing it again.
func TestDamagedRowIsMended(t *testing.T) {
	t.Parallel()
	store, raw := damagedStore(t)
	set(t, raw, "ledger", "target_id", []byte("1"))
	lease, err := store.Acquire(t.Context(), duijiesync.Scope{Pipeline: "orders"}, "owner", 1e9)
	require.NoError(t, err)
	entries, err := store.Ledger(t.Context(), "orders", []string{"another"})
	require.NoError(t, err)
	require.Empty(t, entries)
	require.NoError(t, store.Settle(t.Context(), lease, duijiesync.Settlement{Entries: []duijiesync.Entry{damagedEntry}}))
	entries, err = store.Ledger(t.Context(), "orders", []string{damagedKey})
	require.NoError(t, err)
	require.Equal(t, damagedEntry, entries[damagedKey])
}

// Pages of the file itself are overwritten: errors or right answers, no panic.
func TestDamagedFile(t *testing.T) {
	t.Parallel()
	path := stateFile(t)
	store := openStore(t, path)
	lease := acquire(t, store, orders)
	var entries []duijiesync.Entry
	for i := range 2000 {
		entries = append(entries, duijiesync.Entry{Key: fmt.Sprint("key-", i), State: duijiesync.EntryDone, TargetID: fmt.Sprint("id-", i)})
	}
	require.NoError(t, store.Settle(t.Context(), lease, duijiesync.Settlement{Entries: entries}))
	require.NoError(t, store.Close())
	content, err := os.ReadFile(path)
	require.NoError(t, err)

	corrupt := 0
	for i := 0; i < len(content); i += len(content)/20 + 1 {
		damaged := slices.Clone(content)
		for j := i; j < min(i+300, len(damaged)); j++ {
			damaged[j] ^= 0x5a
		}
		file := filepath.Join(t.TempDir(), "damaged.db")
		require.NoError(t, os.WriteFile(file, damaged, 0o600))
		if readDamaged(t, file, entries) {
			corrupt++
		}
	}
	assert.Greater(t, corrupt, 5)
}

// readDamaged reports whether the damage showed. Entries that come back are
// right.
func readDamaged(t *testing.T, file string, entries []duijiesync.Entry) bool {
	t.Helper()
	store, err := sqlite.Open(t.Context(), file)
	if err != nil {
		return true
	}
	defer func() { require.NoError(t, store.Close()) }()
	shown := false
	for some := range slices.Chunk(entries, 50) {
		var keys []string
		for _, entry := range some {
			keys = append(keys, entry.Key)
		}
		found, err := store.Ledger(t.Context(), "orders", keys)
		if err != nil {
			shown = true
			continue
		}
		for _, entry := range some {
			if got, ok := found[entry.Key]; ok && got != entry {
				t.Errorf("got %v, want %v", got, entry)
			}
		}
	}
	return shown
}

package sqlstoretest

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/sqlstore"
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

var damagedTables = []struct {
	table   string
	columns []string
	names   string // what the error must name
	read    func(ctx context.Context, s *sqlstore.Store) error
}{
	{"partition", []string{"cur", "sum"}, `checkpoint of "orders" partition "p"`, func(ctx context.Context, s *sqlstore.Store) error {
		_, err := s.Checkpoint(ctx, orders)
		return err
	}},
	{"openbatch", []string{"body", "seq", "started"}, `pipeline "orders", partition "p", seq `, func(ctx context.Context, s *sqlstore.Store) error {
		_, err := s.OpenBatches(ctx, orders)
		return err
	}},
	{
		"ledger", []string{"fullkey", "fingerprint", "target_id", "state", "source_ver", "updated", "sum"},
		`pipeline "orders", key "\x00h`, func(ctx context.Context, s *sqlstore.Store) error {
			_, err := s.Ledger(ctx, "orders", []string{damagedKey})
			return err
		},
	},
	{
		"dead", []string{"rkey", "fullkey", "reason", "code", "field", "message", "raw", "fingerprint", "source_ver", "okey", "part",
			"attempts", "first_at", "last_at", "sum"},
		`pipeline "orders", key "`, func(ctx context.Context, s *sqlstore.Store) error {
			_, err := s.DeadLetters(ctx, "orders", duijiesync.DeadLetterQuery{})
			return err
		},
	},
	{"run", []string{"id", "started", "ended", "report", "error", "sum"}, `pipeline "orders", run "`, func(ctx context.Context, s *sqlstore.Store) error {
		_, err := s.Runs(ctx, orders, 1)
		return err
	}},
	{"token", []string{"gen", "sealed", "expires", "sum"}, `scope "scope"`, func(ctx context.Context, s *sqlstore.Store) error {
		return withTokens(ctx, s, func(tokens *sqlstore.Tokens) error {
			_, err := tokens.Load(ctx, "scope")
			return err
		})
	}},
	{"quota", []string{"booked", "sum"}, `scope "scope"`, func(ctx context.Context, s *sqlstore.Store) error {
		return withTokens(ctx, s, func(tokens *sqlstore.Tokens) error {
			_, _, err := tokens.Reserve(ctx, "scope", duijie.Quota{Calls: 1, Per: time.Hour}, 0)
			return err
		})
	}},
}

func withTokens(ctx context.Context, s *sqlstore.Store, f func(tokens *sqlstore.Tokens) error) error {
	tokens, err := s.Tokens(ctx)
	if err != nil {
		return err
	}
	return f(tokens)
}

// damagedStore returns a store with one row in each table, and how to get past it.
func (s server) damagedStore(t *testing.T) (*sqlstore.Store, raw) {
	t.Helper()
	prefix, db := s.newPrefix(t), s.open(t)
	store := s.storeOn(t, db, prefix, sqlstore.WithName("database test"))
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
	// The row that partitions lock is there for its lock alone.
	_, err = db.ExecContext(t.Context(), "DELETE FROM "+prefix+"partition WHERE part = "+s.text(""))
	require.NoError(t, err)
	return store, raw{s, db, prefix}
}

// raw changes tables past the library.
type raw struct {
	server

	db     *sql.DB
	prefix string
}

// set changes a column of the only row, and tells whether the server let it.
func (r raw) set(t *testing.T, table, column string, value any) bool {
	t.Helper()
	text := fmt.Sprint(value)
	switch v := value.(type) {
	case []byte:
		text = r.text(string(v))
	case string:
		text = "convert_from(" + r.text(v) + ", 'UTF8')"
	}
	if r.driver == "mysql" {
		column = "`" + column + "`"
	}
	result, err := r.db.ExecContext(t.Context(), "UPDATE "+r.prefix+table+" SET "+column+" = "+text)
	if err != nil {
		return false
	}
	n, err := result.RowsAffected()
	require.NoError(t, err)
	require.EqualValues(t, 1, n)
	return true
}

func TestEveryFlippedByteIsNoticed(t *testing.T) {
	t.Parallel()
	onServers(t, func(t *testing.T, s server) {
		store, raw := s.damagedStore(t)
		require.NoError(t, store.Check(t.Context()))
		for _, table := range damagedTables {
			for _, column := range table.columns {
				require.NoError(t, table.read(t.Context(), store))
				list := raw.damages(t, table.table, column)
				done := 0
				for _, damaged := range list {
					how := fmt.Sprintf("%s.%s: %s", table.table, column, damaged.how)
					if !raw.set(t, table.table, column, damaged.value) {
						continue
					}
					done++
					err := table.read(t.Context(), store)
					require.ErrorIs(t, err, duijiesync.ErrStateCorrupt, how)
					require.ErrorContains(t, err, "database test, table "+raw.prefix+table.table+", "+table.names, how)
					if done == 1 {
						err = store.Check(t.Context())
						require.ErrorIs(t, err, duijiesync.ErrStateCorrupt, how)
						require.ErrorContains(t, err, "table "+raw.prefix+table.table, how)
					}
					require.True(t, raw.set(t, table.table, column, damaged.was), how)
				}
				require.GreaterOrEqual(t, done, 2, "%s.%s", table.table, column)
			}
		}
		require.NoError(t, store.Check(t.Context()))
	})
}

type damage struct {
	how        string
	value, was any
}

// damages lists what may happen to the only value of a column.
func (r raw) damages(t *testing.T, table, column string) (list []damage) {
	t.Helper()
	var was any
	quoted := column
	if r.driver == "mysql" {
		quoted = "`" + column + "`"
	}
	require.NoError(t, r.db.QueryRowContext(t.Context(), "SELECT "+quoted+" FROM "+r.prefix+table).Scan(&was))
	switch was := was.(type) {
	case int64:
		for _, value := range []int64{was + 1, was - 1, -was, was ^ 1<<40, 0} {
			if value != was {
				list = append(list, damage{fmt.Sprint(value), value, was})
			}
		}
	case []byte:
		for i := 0; i < len(was); i += 1 + len(was)/8 {
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
		list = append(list, damage{"cut", was[:len(was)-1], was}, damage{"empty", "", was})
	default:
		t.Fatalf("%s.%s is a %T", table, column, was)
	}
	return list
}

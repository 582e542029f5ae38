package sqlite_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
)

var noon = time.UnixMilli(1_767_225_600_123).UTC()

func TestInvalidSettlementChangesNothing(t *testing.T) {
	t.Parallel()
	store := openStore(t, ":memory:")
	lease := acquire(t, store, orders)
	require.NoError(t, openBatch(t, store, lease, duijiesync.OpenBatch{Seq: 1}))
	good := duijiesync.Entry{Key: "good", State: duijiesync.EntryDone}
	dead := duijiesync.DeadLetter{Key: "good", Reason: duijiesync.DeadRefused}
	moved := duijiesync.Checkpoint("moved")
	for want, settlement := range map[string]duijiesync.Settlement{
		`entry "bad": there is no state 0`:      {Entries: []duijiesync.Entry{good, {Key: "bad"}}},
		`entry "bad": there is no state 6`:      {Entries: []duijiesync.Entry{good, {Key: "bad", State: 6}}},
		`dead letter "z": there is no reason 0`: {Dead: []duijiesync.DeadLetter{dead, {Key: "z"}}},
		`dead letter "z": there is no reason 5`: {Dead: []duijiesync.DeadLetter{dead, {Key: "z", Reason: 5}}},
		`dead letter "z": there can't be -1`:    {Dead: []duijiesync.DeadLetter{dead, {Key: "z", Reason: 1, Attempts: -1}}},
		`run ID "" has 0 bytes`:                 {RecordedRun: &duijiesync.RunRecord{}},
	} {
		settlement.Close, settlement.Checkpoint = []int64{1}, &moved
		err := store.Settle(t.Context(), lease, settlement)
		require.ErrorContains(t, err, want)

		entries, err := store.Ledger(t.Context(), "orders", []string{"good", "bad"})
		require.NoError(t, err)
		require.Empty(t, entries)
		count, err := store.CountDeadLetters(t.Context(), "orders")
		require.NoError(t, err)
		require.Zero(t, count)
		batches, err := store.OpenBatches(t.Context(), orders)
		require.NoError(t, err)
		require.Len(t, batches, 1)
		checkpoint, err := store.Checkpoint(t.Context(), orders)
		require.NoError(t, err)
		require.Empty(t, checkpoint)
	}
}

// TestEveryNumberOfEntries: however many entries a settlement puts, and whatever
// statements they are spread over, each is stored with its own contents; again
// and changed as well, and with keys of every form and times of their own.
func TestEveryNumberOfEntries(t *testing.T) {
	t.Parallel()
	store := openStore(t, ":memory:")
	lease := acquire(t, store, orders)
	for _, n := range []int{1, 2, 9, 10, 11, 20, 49, 50, 51, 60, 61, 121} {
		for version := range int64(2) {
			var s duijiesync.Settlement
			want := map[string]duijiesync.Entry{}
			var keys []string
			for i := range n {
				e := benchEntry(i, version)
				switch i % 5 {
				case 1:
					e.Key = strings.Repeat(e.Key, 30) // found by its hash
				case 2:
					e.TargetID, e.Step, e.Updated = "", "audit", noon.Add(time.Duration(i)*time.Millisecond)
				case 3:
					e.Key, e.State = "\x00h"+e.Key, duijiesync.EntryDead
				}
				e.Key = fmt.Sprint(e.Key, n)
				s.Entries = append(s.Entries, duijiesync.Entry{Key: e.Key, State: duijiesync.EntryHeld}, e) // the last counts
				want[e.Key], keys = e, append(keys, e.Key)
			}
			require.NoError(t, store.Settle(t.Context(), lease, s))
			got, err := store.Ledger(t.Context(), "orders", keys)
			require.NoError(t, err)
			require.Equal(t, want, got, "%d entries", n)
		}
	}
}

func TestOpenBatchIsNeverOverwritten(t *testing.T) {
	t.Parallel()
	store := openStore(t, ":memory:")
	lease := acquire(t, store, orders)
	first := duijiesync.OpenBatch{Seq: 1, Started: noon, Intents: []duijiesync.Intent{{Key: "a"}}}
	require.NoError(t, openBatch(t, store, lease, first))
	err := openBatch(t, store, lease, duijiesync.OpenBatch{Seq: 1, Started: noon})
	require.ErrorContains(t, err, `open batch 1 of "orders" partition "p": a batch with this number is open`)
	batches, err := store.OpenBatches(t.Context(), orders)
	require.NoError(t, err)
	require.Equal(t, []duijiesync.OpenBatch{first}, batches)
}

func TestLaterPartsOfASettlementWin(t *testing.T) {
	t.Parallel()
	store := openStore(t, ":memory:")
	lease := acquire(t, store, orders)
	require.NoError(t, store.Settle(t.Context(), lease, duijiesync.Settlement{
		Entries:  []duijiesync.Entry{{Key: "a", State: duijiesync.EntryDone}},
		Forget:   []string{"a"},
		Dead:     []duijiesync.DeadLetter{{Key: "a", Reason: duijiesync.DeadRefused}},
		Resolved: []string{"a"},
	}))
	entries, err := store.Ledger(t.Context(), "orders", []string{"a"})
	require.NoError(t, err)
	require.Empty(t, entries)
	count, err := store.CountDeadLetters(t.Context(), "orders")
	require.NoError(t, err)
	require.Zero(t, count)
}

func TestEmptyKey(t *testing.T) {
	t.Parallel()
	store := openStore(t, ":memory:")
	lease := acquire(t, store, orders)
	want := duijiesync.Entry{Key: "", State: duijiesync.EntryDone, Updated: noon}
	require.NoError(t, store.Settle(t.Context(), lease, duijiesync.Settlement{
		Entries: []duijiesync.Entry{want}, Dead: []duijiesync.DeadLetter{{Key: "", Reason: duijiesync.DeadRefused}},
	}))
	entries, err := store.Ledger(t.Context(), "orders", []string{""})
	require.NoError(t, err)
	require.Equal(t, map[string]duijiesync.Entry{"": want}, entries)
	letters, err := store.DeadLetters(t.Context(), "orders", duijiesync.DeadLetterQuery{})
	require.NoError(t, err)
	require.Len(t, letters, 1)
}

func TestTextIsCleaned(t *testing.T) {
	t.Parallel()
	store := openStore(t, ":memory:")
	lease := acquire(t, store, orders)
	require.NoError(t, store.Settle(t.Context(), lease, duijiesync.Settlement{
		Dead:        []duijiesync.DeadLetter{{Key: "a\x00\xff", Reason: duijiesync.DeadRefused, Code: "E\x001", Message: "坏\xff字"}},
		RecordedRun: &duijiesync.RunRecord{ID: "run\xff", Error: "\x00e\xff"},
	}))
	letters, err := store.DeadLetters(t.Context(), "orders", duijiesync.DeadLetterQuery{})
	require.NoError(t, err)
	require.Len(t, letters, 1)
	require.Equal(t, []string{"a\x00\xff", "E1", "坏\uFFFD字"}, []string{letters[0].Key, letters[0].Code, letters[0].Message})
	runs, err := store.Runs(t.Context(), orders, 1)
	require.NoError(t, err)
	require.Equal(t, []duijiesync.RunRecord{{ID: "run\xff", Error: "e\uFFFD"}}, runs)
}

func TestRunsAreBounded(t *testing.T) {
	t.Parallel()
	path := stateFile(t)
	store := openStore(t, path)
	lease := acquire(t, store, orders)
	_, err := openRaw(t, path).Exec(`WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 1089)
		INSERT INTO duijie_run (pipeline, part, id, started, ended, report, error)
		SELECT CAST('orders' AS BLOB), CAST('p' AS BLOB), CAST(i AS BLOB), ? + i * 1000, 0, x'', '' FROM n`, noon.UnixMilli())
	require.NoError(t, err)
	for i := 1090; i < 1100; i++ {
		run := duijiesync.RunRecord{ID: fmt.Sprint(i), Started: noon.Add(time.Duration(i) * time.Second)}
		require.NoError(t, store.Settle(t.Context(), lease, duijiesync.Settlement{RecordedRun: &run}))
	}
	runs, err := store.Runs(t.Context(), orders, 5000)
	require.NoError(t, err)
	require.Len(t, runs, 1000)
	require.Equal(t, "1099", runs[0].ID)
	require.Equal(t, "100", runs[999].ID)
}

// A hashed key in the ledger must not be found by the bytes it is stored as.
func TestStoredFormOfALongKeyIsAnotherKey(t *testing.T) {
	t.Parallel()
	path := stateFile(t)
	store := openStore(t, path)
	lease := acquire(t, store, orders)
	long := strings.Repeat("k", 600)
	require.NoError(t, store.Settle(t.Context(), lease, duijiesync.Settlement{
		Entries: []duijiesync.Entry{{Key: long, State: duijiesync.EntryDone, TargetID: "long"}},
	}))
	var stored []byte
	require.NoError(t, openRaw(t, path).QueryRow("SELECT rkey FROM duijie_ledger").Scan(&stored))
	require.Len(t, stored, 34)
	entries, err := store.Ledger(t.Context(), "orders", []string{string(stored)})
	require.NoError(t, err)
	require.Empty(t, entries)
	require.NoError(t, store.Settle(t.Context(), lease, duijiesync.Settlement{
		Entries: []duijiesync.Entry{{Key: string(stored), State: duijiesync.EntryDone, TargetID: "short"}},
	}))
	entries, err = store.Ledger(t.Context(), "orders", []string{string(stored), long})
	require.NoError(t, err)
	require.Equal(t, "short", entries[string(stored)].TargetID)
	require.Equal(t, "long", entries[long].TargetID)
}

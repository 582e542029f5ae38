package sqlite_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/internal/crashtest"
	duijiesync "github.com/duijie-go/duijie/sync"
)

func newWarehouse() *crashtest.Warehouse {
	return crashtest.NewWarehouse(func() { time.Sleep(50 * time.Millisecond) }, time.Second) // virtual
}

// TestEightLanesThroughCrashes copies 5,000 records with eight lanes by processes
// that die at one step after the other, or are told to end, each with a store of
// its own on the same file: every record arrives exactly once.
func TestEightLanesThroughCrashes(t *testing.T) {
	t.Parallel()
	path := stateFile(t)
	synctest.Test(t, func(t *testing.T) {
		all, to := crashtest.Orders(5000), newWarehouse()
		deaths, ends, open, leftOpen := 0, 0, 0, 0
		for life := int64(1); ; life++ {
			require.Less(t, life, int64(100), "no progress")
			store := openStore(t, path)
			ctx, cancel := context.WithCancel(t.Context())
			p := &crashtest.Process{State: store, Warehouse: to, Cancel: cancel}
			if p.At, p.After = 5+2*life+life%3, life%2 == 0; life%4 == 3 {
				p.At, p.CancelAt = 0, p.At
			}
			rep, err := crashtest.Copying(all, p, p).Run(ctx)
			cancel()
			batches, openErr := store.OpenBatches(t.Context(), duijiesync.Scope{Pipeline: "orders"})
			require.NoError(t, openErr)
			require.NoError(t, store.Close())
			if err == nil {
				require.True(t, rep.Complete())
				break
			}
			switch open = len(batches); {
			case errors.Is(err, crashtest.ErrDies):
				deaths, leftOpen = deaths+1, max(leftOpen, open)
			default:
				require.ErrorIs(t, err, context.Canceled)
				require.Zero(t, open, "who is told to end settles what is under way")
				ends++
			}
		}
		to.Check(t, all)
		t.Logf("%d deaths, %d ends, up to %d open batches left, %d writes at once, %d in all", deaths, ends, leftOpen, to.Most, to.Writes)
		require.Greater(t, deaths, 4)
		require.Positive(t, ends)
		require.Greater(t, leftOpen, 3, "several lanes were under way")
		require.Equal(t, 8, to.Most)
		checkLedger(t, path, all, to)
	})
}

// checkLedger asserts that the file knows every record, and that a run over all
// of them with one changed sends that one alone.
func checkLedger(t *testing.T, path string, all []crashtest.Order, to *crashtest.Warehouse) {
	t.Helper()
	store := openStore(t, path)
	defer func() { require.NoError(t, store.Close()) }()
	known := 0
	for after, more := "", true; more; more = after != "" {
		entries, next, err := store.Entries(t.Context(), "orders", after, 700)
		require.NoError(t, err)
		for _, e := range entries {
			require.NotEqual(t, duijiesync.EntryHeld, e.State)
			require.Equal(t, "id-"+e.Key, e.TargetID)
		}
		known, after = known+len(entries), next
	}
	require.Equal(t, len(all), known)
	batches, err := store.OpenBatches(t.Context(), duijiesync.Scope{Pipeline: "orders"})
	require.NoError(t, err)
	require.Empty(t, batches)

	all[1234].Name, to.Writes = "changed", 0
	rep, err := crashtest.Copying(all, to, store).Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 1, rep.Updated)
	require.EqualValues(t, len(all)-1, rep.Unchanged)
	require.Equal(t, 1, to.Writes)
	to.Check(t, all)
}

// TestPartitionsOnOneFile: two processes, each with a store of its own on the
// same file, copy partitions that share most of their keys at the same time.
// Nothing but the file keeps them from creating a record twice, as the sink can not
// look it up.
func TestPartitionsOnOneFile(t *testing.T) {
	t.Parallel()
	for late := range 3 {
		path := stateFile(t)
		synctest.Test(t, func(t *testing.T) {
			all, to := crashtest.Orders(1000), newWarehouse()
			type end struct {
				rep *duijiesync.Report
				met int64 // keys that the other one had open
				err error
			}
			ends := make(chan end)
			for n, partition := range []string{"live", "backfill"} {
				store := openStore(t, path)
				go func() {
					time.Sleep(time.Duration(n*late) * 40 * time.Millisecond) // virtual
					p := &crashtest.Process{State: store}
					pipe := crashtest.Copying(all[200*n:800+200*n], crashtest.Blind{Of: to}, p)
					pipe.Partition = partition
					rep, err := pipe.Run(t.Context())
					ends <- end{rep, p.KeyOpen.Load(), errors.Join(err, store.Close())}
				}()
			}
			met := int64(0)
			for range 2 {
				e := <-ends
				require.NoError(t, e.err)
				require.True(t, e.rep.Complete(), "%+v", e.rep)
				require.Zero(t, e.rep.DeadLetters)
				met += e.met
			}
			to.Check(t, all)
			t.Logf("a key was open in the other partition %d times", met)
			if late == 0 {
				require.Positive(t, met, "they never met on a key: the test is void")
			}
		})
	}
}

// TestKeyOpenInADeadProcess: what another partition may have written before it
// died is not written by anybody else, until that partition has settled it.
func TestKeyOpenInADeadProcess(t *testing.T) {
	t.Parallel()
	path := stateFile(t)
	synctest.Test(t, func(t *testing.T) {
		all, to := crashtest.Orders(50), newWarehouse()
		first := openStore(t, path)
		dies := &crashtest.Process{State: first, Warehouse: to, At: 2, After: true} // its first write is done, and not settled
		dead := crashtest.Copying(all, dies, dies)
		dead.Partition = "dead"
		_, err := dead.Run(t.Context())
		require.ErrorIs(t, err, crashtest.ErrDies)
		require.NoError(t, first.Close())
		to.Check(t, all)

		store := openStore(t, path)
		newer := crashtest.Orders(50)
		newer[7].Name = "newer"
		live := crashtest.Copying(newer, to, store)
		_, err = live.Run(t.Context())
		require.ErrorIs(t, err, duijiesync.ErrKeyOpen)
		require.ErrorContains(t, err, `partition "dead"`)
		to.Check(t, all)

		dead.Sink, dead.State = to, store
		_, err = dead.Run(t.Context())
		require.NoError(t, err)
		rep, err := live.Run(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 1, rep.Updated)
		require.EqualValues(t, 49, rep.Unchanged)
		to.Check(t, newer)
		require.NoError(t, store.Close())
	})
}

package sqlstoretest

import (
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/internal/crashtest"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/sqlstore"
)

func newWarehouse() *crashtest.Warehouse {
	return crashtest.NewWarehouse(runtime.Gosched, time.Millisecond)
}

// leaseEnds has a dead process's lease run out, without the wait for it.
func leaseEnds(t *testing.T, db *sql.DB, prefix string) {
	t.Helper()
	_, err := db.ExecContext(t.Context(), "UPDATE "+prefix+"partition SET lease_until = 1")
	require.NoError(t, err)
}

// TestCrashAtEveryStep: a process dies at each of its steps, before or after it took
// effect, and the next one goes on: every record arrives exactly once.
func TestCrashAtEveryStep(t *testing.T) {
	t.Parallel()
	onServers(t, func(t *testing.T, s server) {
		db, prefix := s.open(t), s.newPrefix(t)
		for _, after := range []bool{false, true} {
			for at, ended := int64(1), false; !ended; at++ {
				store := s.storeOn(t, db, prefix)
				all, to := crashtest.Orders(120), newWarehouse()
				p := &crashtest.Process{State: store, Warehouse: to, At: at, After: after}
				_, err := crashtest.Copying(all, p, p).Run(t.Context())
				if ended = err == nil; !ended {
					require.ErrorIs(t, err, crashtest.ErrDies)
				}
				leaseEnds(t, db, prefix)
				rep, err := crashtest.Copying(all, to, store).Run(t.Context())
				require.NoError(t, err)
				require.True(t, rep.Complete(), "%+v", rep)
				to.Check(t, all)
				emptyTables(t, s.driver, s.dsn(t), prefix)
			}
		}
	})
}

// TestEightLanesThroughCrashes copies records with eight lanes by processes that die
// at one step after the other, each with a store of its own on the same tables.
func TestEightLanesThroughCrashes(t *testing.T) {
	t.Parallel()
	onServers(t, func(t *testing.T, s server) {
		prefix, db := s.newPrefix(t), s.open(t)
		all, to := crashtest.Orders(2000), newWarehouse()
		deaths, leftOpen := 0, 0
		for life := int64(1); ; life++ {
			require.Less(t, life, int64(60), "no progress")
			store := s.storeOn(t, db, prefix)
			p := &crashtest.Process{State: store, Warehouse: to, At: 4 + 2*life + life%3, After: life%2 == 0}
			rep, err := crashtest.Copying(all, p, p).Run(t.Context())
			if err == nil {
				require.True(t, rep.Complete())
				break
			}
			require.ErrorIs(t, err, crashtest.ErrDies)
			batches, err := store.OpenBatches(t.Context(), duijiesync.Scope{Pipeline: "orders"})
			require.NoError(t, err)
			deaths, leftOpen = deaths+1, max(leftOpen, len(batches))
			leaseEnds(t, db, prefix)
		}
		to.Check(t, all)
		t.Logf("%d deaths, up to %d open batches left, %d writes in all", deaths, leftOpen, to.Writes)
		require.Greater(t, deaths, 3)
		require.Greater(t, leftOpen, 1, "several lanes were under way")
		checkLedger(t, s.storeOn(t, db, prefix), all, to)
	})
}

// checkLedger asserts that the store knows every record, and that a run over all
// of them with one changed sends that one alone.
func checkLedger(t *testing.T, store *sqlstore.Store, all []crashtest.Order, to *crashtest.Warehouse) {
	t.Helper()
	known := 0
	for after, more := "", true; more; more = after != "" {
		entries, next, err := store.Entries(t.Context(), "orders", after, 700)
		require.NoError(t, err)
		for _, e := range entries {
			require.Equal(t, duijiesync.EntryDone, e.State)
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

// TestPipelineThroughLostConnections runs a pipeline whose connections to its state are
// cut at every so many messages, or commits, before the server has them or after.
// Whatever run after run makes of it, every record arrives exactly once.
func TestPipelineThroughLostConnections(t *testing.T) {
	t.Parallel()
	onServers(t, func(t *testing.T, s server) {
		through, cutter := s.cut(t)
		for _, commits := range []bool{false, true} {
			prefix, db := s.newPrefix(t), s.open(t)
			s.storeOn(t, db, prefix)
			all, to := crashtest.Orders(1500), newWarehouse()
			unknown, failed, cuts := 0, 0, cutter.cuts
			for run := 1; ; run++ {
				require.Less(t, run, 100, "no progress")
				store := through.store(t, prefix)
				if commits {
					cutter.armCommits(1+3*run, run%2 == 0)
				} else {
					cutter.arm(20+11*run, run%2 == 0, true)
				}
				rep, err := crashtest.Copying(all, to, store).Run(t.Context())
				cutter.disarm()
				if err == nil && rep.Complete() {
					break
				}
				failed++
				if errors.Is(err, sqlstore.ErrCommitUnknown) {
					unknown++
				}
				leaseEnds(t, db, prefix)
			}
			to.Check(t, all)
			t.Logf("%d cuts, %d runs failed, %d of them in doubt about a commit", cutter.cuts-cuts, failed, unknown)
			if commits {
				require.Greater(t, unknown, 1)
			} else {
				require.Greater(t, cutter.cuts-cuts, 5)
			}
			checkLedger(t, s.storeOn(t, db, prefix), all, to)
		}
	})
}

// TestPartitionsOnOneServer: two processes copy partitions that share most of their
// keys at the same time. Nothing but the state keeps them from creating a record
// twice, as the sink can not look it up.
func TestPartitionsOnOneServer(t *testing.T) {
	t.Parallel()
	onServers(t, func(t *testing.T, s server) {
		for round := range 2 {
			prefix := s.newPrefix(t)
			all, to := crashtest.Orders(600), newWarehouse()
			type end struct {
				rep *duijiesync.Report
				met int64 // keys that the other one had open
				err error
			}
			ends := make(chan end)
			for n, partition := range []string{"live", "backfill"} {
				if n == round {
					partition = "" // the one whose row is the lock of all
				}
				store := s.store(t, prefix)
				go func() {
					p := &crashtest.Process{State: store}
					pipe := crashtest.Copying(all[100*n:500+100*n], crashtest.Blind{Of: to}, p)
					pipe.Partition = partition
					rep, err := pipe.Run(t.Context())
					ends <- end{rep, p.KeyOpen.Load(), err}
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
		}
	})
}

// TestKeyIsOpenOnce: of partitions that open batches with the same key at the same
// time, one is granted it.
func TestKeyIsOpenOnce(t *testing.T) {
	t.Parallel()
	onServers(t, func(t *testing.T, s server) {
		store := s.store(t, s.newPrefix(t))
		var leases []duijiesync.Lease
		for n := range 5 {
			partition := fmt.Sprint(n)
			if n == 0 {
				partition = ""
			}
			leases = append(leases, acquire(t, store, duijiesync.Scope{Pipeline: "orders", Partition: partition}))
		}
		for round := range int64(10) {
			var group sync.WaitGroup
			granted := make(chan duijiesync.Lease, len(leases))
			for _, lease := range leases {
				group.Go(func() {
					_, err := store.Open(t.Context(), lease, duijiesync.OpenBatch{Seq: round, Intents: []duijiesync.Intent{{Key: "contested"}}})
					if err == nil {
						granted <- lease
					} else if !errors.Is(err, duijiesync.ErrKeyOpen) {
						t.Error(err)
					}
				})
			}
			group.Wait()
			require.Len(t, granted, 1)
			require.NoError(t, store.Settle(t.Context(), <-granted, duijiesync.Settlement{Close: []int64{round}}))
		}
	})
}

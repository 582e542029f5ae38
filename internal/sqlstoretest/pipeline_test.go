package sqlstoretest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/sqlstore"
)

// order is what the pipelines of these tests copy.
type order struct{ No, Name string }

func ordersTo(n int) []order {
	all := make([]order, n)
	for i := range all {
		all[i] = order{fmt.Sprintf("O%05d", i), fmt.Sprintf("名 %d", i)}
	}
	return all
}

// warehouse is a target that makes a second row of a create of a key it has: the
// most dangerous kind.
type warehouse struct {
	mu         sync.Mutex
	rows       map[string][]string
	writes     int
	busy, most int // writes at the same time
}

func newWarehouse() *warehouse { return &warehouse{rows: map[string][]string{}} }

func (w *warehouse) Limits() duijiesync.Limits {
	return duijiesync.Limits{Rows: 50, FindRows: 50, Lanes: 8, SettleDelay: time.Millisecond}
}

func (w *warehouse) Write(_ context.Context, records []duijiesync.Record[order]) ([]duijiesync.Outcome, error) {
	w.mu.Lock()
	w.writes++
	w.busy++
	w.most = max(w.most, w.busy)
	w.mu.Unlock()
	runtime.Gosched()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.busy--
	out := make([]duijiesync.Outcome, len(records))
	for i, r := range records {
		if r.Target.ID == "" {
			w.rows[r.Key] = append(w.rows[r.Key], r.Value.Name)
			out[i] = duijiesync.Outcome{Kind: duijiesync.OutcomeCreated, TargetID: "id-" + r.Key}
		} else {
			w.rows[r.Key][0] = r.Value.Name
			out[i] = duijiesync.Outcome{Kind: duijiesync.OutcomeUpdated, TargetID: r.Target.ID}
		}
	}
	return out, nil
}

func (w *warehouse) Find(_ context.Context, records []duijiesync.Record[order]) ([]duijiesync.Found, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	found := make([]duijiesync.Found, len(records))
	for i, r := range records {
		switch rows := w.rows[r.Key]; {
		case len(rows) == 0:
			continue
		case r.Target.KeyOnly:
			found[i].Match = duijiesync.Exists
		case rows[0] == r.Value.Name:
			found[i].Match = duijiesync.Identical
		default:
			found[i].Match = duijiesync.Different
		}
		found[i].TargetID = "id-" + r.Key
	}
	return found, nil
}

// check asserts that each order is there once, as it should be.
func (w *warehouse) check(t *testing.T, want []order) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	var wrong []string
	for _, o := range want {
		if rows := w.rows[o.No]; len(rows) != 1 || rows[0] != o.Name {
			wrong = append(wrong, fmt.Sprintf("%s %q", o.No, rows))
		}
	}
	require.Empty(t, wrong[:min(len(wrong), 5)], "%d lost, twice, or with other contents", len(wrong))
	require.Len(t, w.rows, len(want))
}

// blind hides the lookup: only the state keeps records from being written twice.
type blind struct{ w *warehouse }

func (b blind) Limits() duijiesync.Limits { return b.w.Limits() }

func (b blind) Write(ctx context.Context, records []duijiesync.Record[order]) ([]duijiesync.Outcome, error) {
	return b.w.Write(ctx, records)
}

var errDies = errors.New("the process dies")

// process is a State and a target whose process dies at its n-th step: before it,
// or after it took effect. What other lanes have under way takes effect or not,
// and nobody learns of it.
type process struct {
	duijiesync.State
	*warehouse
	steps   atomic.Int64
	at      int64 // 0: never
	after   bool
	dead    atomic.Bool
	keyOpen atomic.Int64 // opens refused for another partition's key
}

func (p *process) step(do func() error) error {
	n := p.steps.Add(1)
	if p.dead.Load() {
		return errDies
	}
	if n == p.at {
		if p.after {
			_ = do()
		}
		p.dead.Store(true)
		return errDies
	}
	err := do()
	if p.dead.Load() {
		return errDies
	}
	return err
}

func (p *process) Open(ctx context.Context, l duijiesync.Lease, b duijiesync.OpenBatch) (shared bool, err error) {
	err = p.step(func() error {
		shared, err = p.State.Open(ctx, l, b)
		if errors.Is(err, duijiesync.ErrKeyOpen) {
			p.keyOpen.Add(1)
		}
		return err
	})
	return shared, err
}

func (p *process) Settle(ctx context.Context, l duijiesync.Lease, s duijiesync.Settlement) error {
	return p.step(func() error { return p.State.Settle(ctx, l, s) })
}

func (p *process) Renew(ctx context.Context, l duijiesync.Lease, ttl time.Duration) error {
	if p.dead.Load() {
		return errDies
	}
	return p.State.Renew(ctx, l, ttl)
}

func (p *process) Release(ctx context.Context, l duijiesync.Lease) error {
	if p.dead.Load() {
		return errDies
	}
	return p.State.Release(ctx, l)
}

func (p *process) Write(ctx context.Context, records []duijiesync.Record[order]) (out []duijiesync.Outcome, err error) {
	err = p.step(func() error {
		out, err = p.warehouse.Write(ctx, records)
		return err
	})
	return out, err
}

func copying(all []order, sink duijiesync.Sink[order], state duijiesync.State) *duijiesync.Pipeline[order, order] {
	src := duijiesync.Slice(all, func(o order) string { return o.No })
	src.Page = 50
	return &duijiesync.Pipeline[order, order]{
		Name: "orders", Source: src, Transform: duijiesync.Same[order], Sink: sink, State: state,
		LeaseTTL: time.Minute, LeaseWait: time.Minute,
	}
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
				all, to := ordersTo(120), newWarehouse()
				p := &process{State: store, warehouse: to, at: at, after: after}
				_, err := copying(all, p, p).Run(t.Context())
				if ended = err == nil; !ended {
					require.ErrorIs(t, err, errDies)
				}
				leaseEnds(t, db, prefix)
				rep, err := copying(all, to, store).Run(t.Context())
				require.NoError(t, err)
				require.True(t, rep.Complete(), "%+v", rep)
				to.check(t, all)
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
		all, to := ordersTo(2000), newWarehouse()
		deaths, leftOpen := 0, 0
		for life := int64(1); ; life++ {
			require.Less(t, life, int64(60), "no progress")
			store := s.storeOn(t, db, prefix)
			p := &process{State: store, warehouse: to, at: 4 + 2*life + life%3, after: life%2 == 0}
			rep, err := copying(all, p, p).Run(t.Context())
			if err == nil {
				require.True(t, rep.Complete())
				break
			}
			require.ErrorIs(t, err, errDies)
			batches, err := store.OpenBatches(t.Context(), duijiesync.Scope{Pipeline: "orders"})
			require.NoError(t, err)
			deaths, leftOpen = deaths+1, max(leftOpen, len(batches))
			leaseEnds(t, db, prefix)
		}
		to.check(t, all)
		t.Logf("%d deaths, up to %d open batches left, %d writes in all", deaths, leftOpen, to.writes)
		require.Greater(t, deaths, 3)
		require.Greater(t, leftOpen, 1, "several lanes were under way")
		checkLedger(t, s.storeOn(t, db, prefix), all, to)
	})
}

// checkLedger asserts that the store knows every record, and that a run over all
// of them with one changed sends that one alone.
func checkLedger(t *testing.T, store *sqlstore.Store, all []order, to *warehouse) {
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

	all[1234].Name, to.writes = "changed", 0
	rep, err := copying(all, to, store).Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 1, rep.Updated)
	require.EqualValues(t, len(all)-1, rep.Unchanged)
	require.Equal(t, 1, to.writes)
	to.check(t, all)
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
			all, to := ordersTo(1500), newWarehouse()
			unknown, failed, cuts := 0, 0, cutter.cuts
			for run := 1; ; run++ {
				require.Less(t, run, 100, "no progress")
				store := through.store(t, prefix)
				if commits {
					cutter.armCommits(1+3*run, run%2 == 0)
				} else {
					cutter.arm(20+11*run, run%2 == 0, true)
				}
				rep, err := copying(all, to, store).Run(t.Context())
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
			to.check(t, all)
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
			all, to := ordersTo(600), newWarehouse()
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
					p := &process{State: store}
					pipe := copying(all[100*n:500+100*n], blind{to}, p)
					pipe.Partition = partition
					rep, err := pipe.Run(t.Context())
					ends <- end{rep, p.keyOpen.Load(), err}
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
			to.check(t, all)
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

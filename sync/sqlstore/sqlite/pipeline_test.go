package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
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
	return duijiesync.Limits{Rows: 50, FindRows: 50, Lanes: 8, SettleDelay: time.Second}
}

func (w *warehouse) Write(_ context.Context, records []duijiesync.Record[order]) ([]duijiesync.Outcome, error) {
	w.mu.Lock()
	w.writes++
	w.busy++
	w.most = max(w.most, w.busy)
	w.mu.Unlock()
	time.Sleep(50 * time.Millisecond) // virtual
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
	steps    atomic.Int64
	at       int64 // 0: never
	after    bool
	dead     atomic.Bool
	keyOpen  atomic.Int64 // opens refused for another partition's key
	cancelAt int64        // at this step the process is told to end
	cancel   context.CancelFunc
}

func (p *process) step(do func() error) error {
	n := p.steps.Add(1)
	if n == p.cancelAt {
		p.cancel()
	}
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
		Name: "orders", Source: src, Transform: duijiesync.Same[order], Sink: sink, State: state, LeaseWait: time.Hour,
	}
}

// TestEightLanesThroughCrashes copies 5,000 records with eight lanes by processes
// that die at one step after the other, or are told to end, each with a store of
// its own on the same file: every record arrives exactly once.
func TestEightLanesThroughCrashes(t *testing.T) {
	t.Parallel()
	path := stateFile(t)
	synctest.Test(t, func(t *testing.T) {
		all, to := ordersTo(5000), newWarehouse()
		deaths, ends, open, leftOpen := 0, 0, 0, 0
		for life := int64(1); ; life++ {
			require.Less(t, life, int64(100), "no progress")
			store := openStore(t, path)
			ctx, cancel := context.WithCancel(t.Context())
			p := &process{State: store, warehouse: to, cancel: cancel}
			if p.at, p.after = 5+2*life+life%3, life%2 == 0; life%4 == 3 {
				p.at, p.cancelAt = 0, p.at
			}
			rep, err := copying(all, p, p).Run(ctx)
			cancel()
			batches, openErr := store.OpenBatches(t.Context(), duijiesync.Scope{Pipeline: "orders"})
			require.NoError(t, openErr)
			require.NoError(t, store.Close())
			if err == nil {
				require.True(t, rep.Complete())
				break
			}
			switch open = len(batches); {
			case errors.Is(err, errDies):
				deaths, leftOpen = deaths+1, max(leftOpen, open)
			default:
				require.ErrorIs(t, err, context.Canceled)
				require.Zero(t, open, "who is told to end settles what is under way")
				ends++
			}
		}
		to.check(t, all)
		t.Logf("%d deaths, %d ends, up to %d open batches left, %d writes at once, %d in all", deaths, ends, leftOpen, to.most, to.writes)
		require.Greater(t, deaths, 4)
		require.Positive(t, ends)
		require.Greater(t, leftOpen, 3, "several lanes were under way")
		require.Equal(t, 8, to.most)
		checkLedger(t, path, all, to)
	})
}

// checkLedger asserts that the file knows every record, and that a run over all
// of them with one changed sends that one alone.
func checkLedger(t *testing.T, path string, all []order, to *warehouse) {
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

	all[1234].Name, to.writes = "changed", 0
	rep, err := copying(all, to, store).Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 1, rep.Updated)
	require.EqualValues(t, len(all)-1, rep.Unchanged)
	require.Equal(t, 1, to.writes)
	to.check(t, all)
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
			all, to := ordersTo(1000), newWarehouse()
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
					p := &process{State: store}
					pipe := copying(all[200*n:800+200*n], blind{to}, p)
					pipe.Partition = partition
					rep, err := pipe.Run(t.Context())
					ends <- end{rep, p.keyOpen.Load(), errors.Join(err, store.Close())}
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
		all, to := ordersTo(50), newWarehouse()
		first := openStore(t, path)
		dies := &process{State: first, warehouse: to, at: 2, after: true} // its first write is done, and not settled
		dead := copying(all, dies, dies)
		dead.Partition = "dead"
		_, err := dead.Run(t.Context())
		require.ErrorIs(t, err, errDies)
		require.NoError(t, first.Close())
		to.check(t, all)

		store := openStore(t, path)
		newer := ordersTo(50)
		newer[7].Name = "newer"
		live := copying(newer, to, store)
		_, err = live.Run(t.Context())
		require.ErrorIs(t, err, duijiesync.ErrKeyOpen)
		require.ErrorContains(t, err, `partition "dead"`)
		to.check(t, all)

		dead.Sink, dead.State = to, store
		_, err = dead.Run(t.Context())
		require.NoError(t, err)
		rep, err := live.Run(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 1, rep.Updated)
		require.EqualValues(t, 49, rep.Unchanged)
		to.check(t, newer)
		require.NoError(t, store.Close())
	})
}

package partition_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/partition"
)

// overlap is windows that overlap by most of their length, so that most keys
// are in two or three of them.
func overlap(days int) []partition.Partition {
	var parts []partition.Partition
	for d := 0; d < days; d++ {
		parts = append(parts, partition.Partition{From: day(d - 2), To: day(d + 1)})
	}
	return parts
}

// TestWindowsShareTheLedger runs windows that overlap side by side: each key has
// its effect once, though the target can not be asked.
func TestWindowsShareTheLedger(t *testing.T) {
	t.Parallel()
	for seed := range uint64(40) {
		synctest.Test(t, func(t *testing.T) {
			b := &book{sales: sales(6, 30), page: 7}
			s := newShelf()
			s.delay = jitter(seed, 4000)
			state := duijiesync.NewMemoryState()
			reg := registry(t, b, state, func(partition.Partition) duijiesync.Sink[sale] { return s })
			sum := mustAll(t, reg, partition.Options{Parallel: 6}, overlap(6)...)
			require.EqualValues(t, 180, sum.Report.Created)
			require.Positive(t, sum.Report.Unchanged, "what another window wrote")
			require.Greater(t, s.most, 1, "side by side")
			s.check(t, b.sales)
		})
	}
}

// TestWindowsWithLedgersOfTheirOwn is the same data the naive way, with a pipeline
// per window: records arrive twice. If it did not, the test above would be void.
func TestWindowsWithLedgersOfTheirOwn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := &book{sales: sales(6, 30), page: 7}
		s := newShelf()
		state := duijiesync.NewMemoryState()
		for _, p := range overlap(6) {
			naive := &duijiesync.Pipeline[sale, sale]{Name: "sales " + p.ID(), Source: b.of(p), Transform: duijiesync.Same[sale], Sink: s, State: state}
			_, err := naive.Run(t.Context())
			require.NoError(t, err)
		}
		require.Equal(t, 3, s.rows["S01-000"])
	})
}

// TestTenantsDoNotMix: equal keys of two tenants are two records in two targets.
func TestTenantsDoNotMix(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := &book{sales: sales(3, 20), page: 7}
		parts := append(windows(t, partition.Partition{Tenant: "acme"}, 0, 3), windows(t, partition.Partition{Tenant: "umbrella"}, 0, 3)...)
		parts = append(parts, windows(t, partition.Partition{Tenant: "umbrella", Entity: "returns"}, 0, 3)...)
		shelves := map[string]*shelf{}
		for _, p := range parts {
			shelves[p.Tenant+p.Entity] = newShelf()
		}
		sink := func(p partition.Partition) duijiesync.Sink[sale] { return shelves[p.Tenant+p.Entity] }
		state := duijiesync.NewMemoryState()
		sum := mustAll(t, registry(t, b, state, sink), partition.Options{Parallel: 9}, parts...)
		require.EqualValues(t, 3*60, sum.Report.Created)
		for _, s := range shelves {
			s.check(t, b.sales)
		}

		// The naive way, one name for all tenants, loses all but the first's.
		clear(shelves["acme"].rows)
		clear(shelves["umbrella"].rows)
		state = duijiesync.NewMemoryState()
		for _, tenant := range []string{"acme", "umbrella"} {
			p := partition.Partition{Tenant: tenant}
			naive := &duijiesync.Pipeline[sale, sale]{Name: "sales", Partition: tenant, Source: b.of(p), Transform: duijiesync.Same[sale], Sink: sink(p), State: state}
			_, err := naive.Run(t.Context())
			require.NoError(t, err)
		}
		require.Empty(t, shelves["umbrella"].rows)
	})
}

// TestRegistryRefusesAnotherScope: what would mix ledgers does not run.
func TestRegistryRefusesAnotherScope(t *testing.T) {
	t.Parallel()
	b, s := &book{sales: sales(1, 5), page: 5}, newShelf()
	state := duijiesync.NewMemoryState()
	wrong := partition.NewRegistry()
	require.NoError(t, wrong.Add("sales", func(_ context.Context, p partition.Partition) (partition.Runner, error) {
		window := p
		window.Tenant = "" // forgotten
		return partition.Bind(&duijiesync.Pipeline[sale, sale]{
			Name: "sales", Source: b.of(p), Transform: duijiesync.Same[sale], Sink: s, State: state,
		}, window)
	}, nil))
	part := partition.Partition{Tenant: "acme", From: day(0), To: day(1)}
	o, err := wrong.RunSlice(t.Context(), "sales", part, partition.Budget{})
	require.ErrorIs(t, err, partition.ErrScope)
	require.ErrorIs(t, err, partition.ErrPermanent)
	require.ErrorContains(t, err, "acme")
	require.False(t, o.More)
	require.Empty(t, s.rows)

	_, err = partition.Bind(&duijiesync.Pipeline[sale, sale]{Name: "sales", Partition: "mine"}, part)
	require.ErrorIs(t, err, partition.ErrPartition)
	_, err = partition.Bind(&duijiesync.Pipeline[sale, sale]{Name: "sales@acme/"}, part)
	require.ErrorIs(t, err, partition.ErrPartition, "bound already")
	p := &duijiesync.Pipeline[sale, sale]{Name: "sales"}
	r, err := partition.Bind(p, part)
	require.NoError(t, err)
	require.Equal(t, "sales@acme/", r.Scope().Pipeline)
	require.Equal(t, "sales", p.Name, "the pipeline itself stays")
}

// TestCrashInAPartition kills a process at each of its settlements; other
// processes go on with what they have, and one takes the dead one's partition over
// after its lease.
func TestCrashInAPartition(t *testing.T) {
	t.Parallel()
	for at := 1; at < 30; at++ {
		synctest.Test(t, func(t *testing.T) {
			b := &book{sales: sales(4, 20), page: 6}
			s := newShelf()
			s.delay = jitter(uint64(at), 2000)
			memory := duijiesync.NewMemoryState()
			sink := func(partition.Partition) duijiesync.Sink[sale] { return finder{s} }
			crashed := make(chan error)
			doomed := registry(t, b, &dying{State: memory, left: at}, sink)
			go func() {
				_, err := doomed.RunAll(t.Context(), "sales", overlap(4), partition.Options{Parallel: 2})
				crashed <- err
			}()
			time.Sleep(1500 * time.Millisecond) // virtual
			sum := mustAll(t, registry(t, b, memory, sink), partition.Options{Parallel: 2, Patience: 10 * time.Minute}, overlap(4)...)
			require.Equal(t, 4, sum.Count(partition.StatusDone))
			if err := <-crashed; at < 5 {
				require.ErrorIs(t, err, errCrash)
			}
			s.check(t, b.sales)
		})
	}
}

// TestRunnersRaceOverOneState: several processes with the same partitions share
// the work, and do all of it.
func TestRunnersRaceOverOneState(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			b := &book{sales: sales(8, 20), page: 6}
			s := newShelf()
			s.delay = jitter(seed, 3000)
			state := duijiesync.NewMemoryState()
			sink := func(partition.Partition) duijiesync.Sink[sale] { return s }
			type end struct {
				sum *partition.Summary
				err error
			}
			ends := make(chan end, 4)
			parts := windows(t, partition.Partition{}, 0, 8)
			for range 4 {
				reg := registry(t, b, state, sink)
				go func() {
					sum, err := reg.RunAll(t.Context(), "sales", parts, partition.Options{
						Parallel: 2, Patience: time.Hour, State: state, Fresh: time.Hour,
						Budget: partition.Budget{Time: 5 * time.Second},
					})
					ends <- end{sum, err}
				}()
				time.Sleep(137 * time.Millisecond) // virtual
			}
			created, worked := int64(0), 0
			for range 4 {
				e := <-ends
				require.NoError(t, e.err)
				require.True(t, e.sum.Complete(), statuses(e.sum))
				created += e.sum.Report.Created
				if e.sum.Report.Created > 0 {
					worked++
				}
			}
			require.EqualValues(t, 160, created, "each record is one runner's")
			require.Greater(t, worked, 1, "the work is shared")
			s.check(t, b.sales)
			runs := 0
			for _, p := range parts {
				scope, err := p.Scope("sales")
				require.NoError(t, err)
				all, err := state.Runs(t.Context(), scope, 0)
				require.NoError(t, err)
				for _, r := range all {
					if r.Error == "" {
						runs++
					}
				}
			}
			require.Equal(t, 8, runs, "what one has done the others leave out")
		})
	}
}

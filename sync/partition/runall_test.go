package partition_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/partition"
)

// recorder notes which partitions run, and how many at once.
type recorder struct {
	mu     sync.Mutex
	order  []string
	flying map[string]int
	most   map[string]int
	run    func(ctx context.Context, p partition.Partition, n int) error
	runs   map[string]int
}

func (r *recorder) registry(t *testing.T) *partition.Registry {
	t.Helper()
	r.flying, r.most, r.runs = map[string]int{}, map[string]int{}, map[string]int{}
	reg := partition.NewRegistry()
	require.NoError(t, reg.Add("sales", func(_ context.Context, p partition.Partition) (partition.Runner, error) {
		scope, err := p.Scope("sales")
		return &recorded{r, p, scope}, err
	}, nil))
	return reg
}

type recorded struct {
	r     *recorder
	p     partition.Partition
	scope duijiesync.Scope
}

func (r *recorded) Scope() duijiesync.Scope { return r.scope }

func (r *recorded) Run(ctx context.Context) (*duijiesync.Report, error) {
	rec := r.r
	rec.mu.Lock()
	rec.order = append(rec.order, r.p.Tenant+r.p.Shard)
	rec.runs[r.p.String()]++
	n := rec.runs[r.p.String()]
	for _, who := range []string{"", r.p.Tenant} {
		rec.flying[who]++
		rec.most[who] = max(rec.most[who], rec.flying[who])
	}
	rec.mu.Unlock()
	defer func() {
		rec.mu.Lock()
		defer rec.mu.Unlock()
		rec.flying[""]--
		rec.flying[r.p.Tenant]--
	}()
	err := rec.run(ctx, r.p, n)
	rep := &duijiesync.Report{Pipeline: r.scope.Pipeline, Partition: r.scope.Partition, Read: 1, Writes: 1, Started: time.Now(), Ended: time.Now()}
	if errors.Is(err, duijie.ErrRateLimited) {
		rep.Writes = 0 // it got nowhere
	}
	return rep, err
}

func (r *recorded) Replay(context.Context, duijiesync.ReplayQuery) (*duijiesync.Report, error) {
	return &duijiesync.Report{}, nil
}

func (r *recorded) Close(context.Context) error { return nil }

// shards makes n partitions of each tenant, a's first, then b's ...
func shards(n int, tenants ...string) []partition.Partition {
	var parts []partition.Partition
	for _, tenant := range tenants {
		for i := range n {
			parts = append(parts, partition.Partition{Tenant: tenant, Shard: fmt.Sprint(i + 1)})
		}
	}
	return parts
}

// takes a second.
func takes(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func TestLimitsAndTurns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rec := &recorder{run: func(ctx context.Context, _ partition.Partition, _ int) error { return takes(ctx, time.Second) }}
		reg := rec.registry(t)
		parts := append(shards(4, "a"), shards(2, "b", "c", "d")...)
		started := time.Now()
		mustAll(t, reg, partition.Options{Parallel: 3, PerTenant: 2}, parts...)
		require.Equal(t, 3, rec.most[""])
		require.LessOrEqual(t, rec.most["a"], 2)
		require.Equal(t, 4*time.Second, time.Since(started), "10 in threes: no slot is idle")
		turns := func(from int) string {
			var who []string
			for _, o := range rec.order[from : from+3] { // of one instant, in any order
				who = append(who, o[:1])
			}
			slices.Sort(who)
			return strings.Join(who, "")
		}
		require.Equal(t, "abc abd acd", turns(0)+" "+turns(3)+" "+turns(6), "in turns: %v", rec.order)

		rec = &recorder{run: rec.run}
		mustAll(t, rec.registry(t), partition.Options{Parallel: 3, PerTenant: 2}, append(shards(8, "a"), shards(1, "b")...)...)
		require.Equal(t, 2, rec.most["a"], "not three, also when nobody else is left")

		rec = &recorder{run: rec.run}
		reg = rec.registry(t)
		mustAll(t, reg, partition.Options{PerTenant: 1}, shards(5, "a", "b")...)
		require.Equal(t, 2, rec.most[""], "one per tenant")
		rec = &recorder{run: rec.run}
		mustAll(t, rec.registry(t), partition.Options{}, shards(9, "a")...)
		require.Equal(t, 4, rec.most["a"], "the default")
	})
}

func TestSlicesTakeTurns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rec := &recorder{run: func(ctx context.Context, p partition.Partition, n int) error {
			if p.Tenant == "big" && n < 4 {
				return takes(ctx, time.Hour) // more than its slice
			}
			return takes(ctx, time.Second)
		}}
		var ends []string
		sum := mustAll(t, rec.registry(t), partition.Options{
			Parallel: 1, Budget: partition.Budget{Time: time.Minute},
			OnResult: func(r partition.Result) { ends = append(ends, r.Partition.Tenant) },
		}, tenants("big", "s", "t")...)
		require.Equal(t, []string{"s", "t", "big"}, ends, "the small ones do not wait for the big one")
		require.Equal(t, 4, sum.Results[0].Slices)
		require.EqualValues(t, 4, sum.Results[0].Report.Read)
		require.EqualValues(t, 6, sum.Report.Read)
	})
}

func TestOneFailsTheOthersGoOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("broken")
		rec := &recorder{run: func(_ context.Context, p partition.Partition, _ int) error {
			switch p.Tenant {
			case "b":
				return broken
			case "c":
				panic("boom")
			case "e":
				runtime.Goexit()
			}
			return nil
		}}
		sum, err := rec.registry(t).RunAll(t.Context(), "sales", tenants("a", "b", "c", "d", "e"), partition.Options{Parallel: 2})
		require.ErrorIs(t, err, broken)
		require.ErrorContains(t, err, "boom")
		var failed *partition.Error
		require.ErrorAs(t, err, &failed)
		require.Equal(t, "do fa fa do fa ", statuses(sum))
		require.False(t, sum.Complete())
		require.ErrorIs(t, sum.Results[1].Err, broken)
	})
}

func TestThrottledTenantRests(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		throttled := &duijie.APIError{Platform: "p", Class: duijie.ClassThrottled, RetryAfter: time.Minute}
		started := time.Now()
		rec := &recorder{}
		rec.run = func(_ context.Context, p partition.Partition, n int) error {
			if p.Tenant == "a" && p.Shard == "1" && n == 1 {
				return throttled
			}
			if p.Tenant == "a" && n == 1 && p.Shard == "2" {
				require.Equal(t, time.Minute, time.Since(started), "its other partitions rest too")
			}
			return nil
		}
		sum := mustAll(t, rec.registry(t), partition.Options{Parallel: 1}, shards(2, "a", "b")...)
		require.Equal(t, "a1 b1 b2", strings.Join(rec.order[:3], " "), "other tenants go on")
		require.Equal(t, 2, sum.Results[0].Slices)

		// For ever throttled: left after the patience, and no error.
		started = time.Now()
		rec = &recorder{run: func(context.Context, partition.Partition, int) error { return throttled }}
		sum, err := rec.registry(t).RunAll(t.Context(), "sales", tenants("a"), partition.Options{Patience: 150 * time.Second})
		require.NoError(t, err)
		require.Equal(t, 1, sum.Count(partition.StatusThrottled))
		require.ErrorIs(t, sum.Results[0].Err, duijie.ErrRateLimited)
		require.False(t, sum.Complete())
	})
}

func TestHeldPartition(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, s := &book{sales: sales(1, 10), page: 5}, newShelf()
		state := duijiesync.NewMemoryState()
		reg := registry(t, b, state, func(partition.Partition) duijiesync.Sink[sale] { return s })
		lease, err := state.Acquire(t.Context(), duijiesync.Scope{Pipeline: "sales@a/"}, "somebody", time.Hour)
		require.NoError(t, err)
		for _, patience := range []time.Duration{-1, time.Minute} {
			started := time.Now()
			sum, err := reg.RunAll(t.Context(), "sales", tenants("a"), partition.Options{Patience: patience})
			require.NoError(t, err, "no error: somebody has it")
			require.Equal(t, "he ", statuses(sum))
			require.ErrorIs(t, sum.Results[0].Err, duijiesync.ErrLeaseHeld)
			require.LessOrEqual(t, time.Since(started), time.Minute)
			require.Nil(t, sum.Results[0].Report)
		}
		go func() {
			time.Sleep(time.Minute) // virtual
			_ = state.Release(t.Context(), lease)
		}()
		mustAll(t, reg, partition.Options{}, tenants("a")...)
		s.check(t, b.sales)
	})
}

func TestBudgetTooShort(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, s := &book{sales: sales(1, 10), page: 5}, newShelf()
		reg := registry(t, b, duijiesync.NewMemoryState(), func(partition.Partition) duijiesync.Sink[sale] { return s })
		sum, err := reg.RunAll(t.Context(), "sales", tenants("a"), partition.Options{Budget: partition.Budget{Time: time.Millisecond}})
		require.ErrorIs(t, err, partition.ErrStalled)
		require.Equal(t, 3, sum.Results[0].Slices)
	})
}

func TestCancelRunAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, s := &book{sales: sales(6, 40), page: 5}, newShelf()
		state := duijiesync.NewMemoryState()
		reg := registry(t, b, state, func(partition.Partition) duijiesync.Sink[sale] { return s })
		why := errors.New("time to go")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(6500*time.Millisecond, func() { cancel(why) })
		parts := windows(t, partition.Partition{}, 0, 6)
		sum, err := reg.RunAll(ctx, "sales", parts, partition.Options{Parallel: 2})
		require.ErrorIs(t, err, why)
		require.Equal(t, 6, sum.Count(partition.StatusStopped), statuses(sum))
		require.Len(t, sum.Results, 6)
		require.Positive(t, sum.Results[0].Report.Created)
		require.Nil(t, sum.Results[5].Report)
		mustAll(t, reg, partition.Options{}, parts...)
		s.check(t, b.sales)
		_, err = reg.RunAll(ctx, "sales", parts, partition.Options{})
		require.ErrorIs(t, err, why)
	})
}

// TestPanicOfOnResult leaves no goroutine behind: the bubble would notice.
func TestPanicOfOnResult(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rec := &recorder{run: func(ctx context.Context, p partition.Partition, _ int) error {
			if p.Tenant == "a" {
				return nil
			}
			return takes(ctx, time.Hour)
		}}
		started := time.Now()
		require.Panics(t, func() {
			_, _ = rec.registry(t).RunAll(t.Context(), "sales", tenants("a", "b"), partition.Options{
				OnResult: func(partition.Result) { panic("boom") },
			})
		})
		require.Zero(t, time.Since(started), "the others are stopped")
	})
}

func TestFreshPartitionsAreLeftOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, s := &book{sales: sales(2, 10), page: 5}, newShelf()
		state := duijiesync.NewMemoryState()
		parts := windows(t, partition.Partition{}, 0, 2)
		reg := registry(t, b, state, func(partition.Partition) duijiesync.Sink[sale] { return s }, parts...)
		o := partition.Options{State: state, Fresh: time.Minute}
		b.fail = func(p partition.Partition, _ int) error {
			if p.From.Equal(day(1)) {
				return errors.New("down")
			}
			return nil
		}
		_, err := reg.RunAll(t.Context(), "sales", nil, o)
		require.ErrorContains(t, err, "down")
		b.fail = nil
		sum, err := reg.RunAll(t.Context(), "sales", nil, o)
		require.NoError(t, err)
		require.Equal(t, "fr do ", statuses(sum), "one that failed is not fresh")
		require.True(t, sum.Complete())
		time.Sleep(2 * time.Minute) // virtual
		sum, err = reg.RunAll(t.Context(), "sales", nil, o)
		require.NoError(t, err)
		require.Equal(t, "do do ", statuses(sum))
		s.check(t, b.sales)
	})
}

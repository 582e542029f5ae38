package mirror_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/mirror"
)

var errCrash = errors.New("crash")

// process is what a mirror runs in: it dies at the n-th of its steps, before it
// or after it took effect. A dead process does nothing more.
type process struct {
	duijiesync.State
	mirror.Deleter

	mu    sync.Mutex
	steps int
	at    int
	after bool
	dead  bool
}

func (p *process) step(do func() error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dead {
		return errCrash
	}
	p.steps++
	if p.steps != p.at {
		return do()
	}
	p.dead = true
	if p.after {
		_ = do()
	}
	return errCrash
}

func (p *process) Acquire(ctx context.Context, s duijiesync.Scope, owner string, ttl time.Duration) (l duijiesync.Lease, err error) {
	err = p.step(func() error {
		l, err = p.State.Acquire(ctx, s, owner, ttl)
		return err
	})
	return l, err
}

func (p *process) Open(ctx context.Context, l duijiesync.Lease, b duijiesync.OpenBatch) (shared bool, err error) {
	err = p.step(func() error {
		shared, err = p.State.Open(ctx, l, b)
		return err
	})
	return shared, err
}

func (p *process) Settle(ctx context.Context, l duijiesync.Lease, s duijiesync.Settlement) error {
	return p.step(func() error { return p.State.Settle(ctx, l, s) })
}

func (p *process) Release(ctx context.Context, l duijiesync.Lease) error {
	return p.step(func() error { return p.State.Release(ctx, l) })
}

func (p *process) Delete(ctx context.Context, rows []mirror.Gone) (out []duijiesync.Outcome, err error) {
	err = p.step(func() error {
		out, err = p.Deleter.Delete(ctx, rows)
		return err
	})
	return out, err
}

func (p *process) Remaining(ctx context.Context, rows []mirror.Gone) ([]bool, error) {
	return p.Deleter.(mirror.Checker).Remaining(ctx, rows)
}

func (p *process) Limits() duijiesync.Limits { return p.Deleter.(duijiesync.Limited).Limits() }

// inProcess runs the mirror in a process of its own.
func (w *world) inProcess(ctx context.Context, at int, after bool) (*process, error) {
	m := *w.m
	p := &process{State: w.state, Deleter: w.m.Deleter, at: at, after: after}
	m.State, m.Deleter = p, p
	_, err := m.Run(ctx)
	return p, err
}

// TestCrashAtEveryStep kills the mirror before and after each of its steps. A
// record comes back in between and the pipeline runs; then both run again.
func TestCrashAtEveryStep(t *testing.T) {
	t.Parallel()
	for _, forbid := range []bool{false, true} {
		steps := 0
		for at := 1; steps == 0; at++ {
			for _, after := range []bool{false, true} {
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(t, 30, false)
					w.to.forbids, w.m.Forbid, w.m.MissingRuns = forbid, forbid, 1
					w.m.MissingFor = time.Nanosecond // so that notes are made as well
					for i := range 10 {
						w.src.remove(number(i))
					}
					time.Sleep(time.Minute)
					w.mirror(t) // notes them
					time.Sleep(time.Minute)
					p, err := w.inProcess(t.Context(), at, after)
					if err == nil {
						steps = p.steps
						return
					}
					require.ErrorIs(t, err, errCrash, "step %d", at)
					time.Sleep(2 * time.Minute) // the leases run out
					w.src.put("D0002", "name 2")
					w.src.put("D0009", "name 9")
					w.copy(t)
					require.Subset(t, w.to.inUse(), w.src.keys(), "step %d, after=%v: lost", at, after)
					w.mirror(t)
					time.Sleep(time.Minute)
					w.mirror(t)
					w.same(t)
				})
			}
		}
		require.Greater(t, steps, 15)
		t.Logf("forbid=%v: %d steps, each crashed before and after", forbid, steps)
	}
}

// slow takes its time for a call, the second of them long enough for another
// process to take the lease over.
type slow struct {
	seeing
	before func(call int)
}

func (s slow) Delete(ctx context.Context, rows []mirror.Gone) ([]duijiesync.Outcome, error) {
	s.before(s.deletes + 1)
	return s.seeing.Delete(ctx, rows)
}

// deaf is a state that can not be reached to renew a lease.
type deaf struct {
	duijiesync.State
	mu  sync.Mutex
	off bool
}

func (d *deaf) Renew(ctx context.Context, l duijiesync.Lease, ttl time.Duration) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.off {
		return errors.New("the state does not answer")
	}
	return d.State.Renew(ctx, l, ttl)
}

func TestLostLeaseDeletesNothingMore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 40, false)
		for i := range 12 {
			w.src.remove(number(i))
		}
		d := &deaf{State: w.state}
		w.m.State = d
		w.m.Deleter = slow{seeing{w.to}, func(call int) {
			if call != 2 {
				return
			}
			d.mu.Lock()
			d.off = true
			d.mu.Unlock()
			time.Sleep(5 * time.Minute)
			w.src.put("D0011", "name 11")
			w.copy(t) // the lease is free
		}}
		rep, err := w.m.Run(t.Context())
		require.ErrorIs(t, err, duijiesync.ErrLeaseLost)
		require.Equal(t, 2, w.to.deletes)
		require.EqualValues(t, 4, rep.Gone)
		require.Contains(t, w.to.inUse(), "D0011")
		w.m.State, w.m.Deleter = w.state, seeing{w.to}
		w.mirror(t)
		w.same(t)
	})
}

// TestRandom lets sources change between and during scans, mirrors crash and
// answers get lost, over and over. What stays in the source throughout is never
// taken out of the target, nor what somebody else put there; in the end both are
// equal.
func TestRandom(t *testing.T) {
	t.Parallel()
	seeds := uint64(80)
	if testing.Short() {
		seeds = 30
	}
	for seed := range seeds {
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { randomLife(t, seed) })
		})
	}
}

func randomLife(t *testing.T, seed uint64) {
	rng := rand.New(rand.NewPCG(seed, 7))
	w := newWorld(t, 60, false)
	w.to.forbids = seed%2 == 1
	w.m.Forbid, w.m.Forget = w.to.forbids, seed%3 == 0
	w.m.MaxShare, w.to.named = 2, seed%5 != 0
	if seed%4 == 0 {
		w.m.MissingRuns = 2
	}
	w.to.rows["foreign"] = &row{ID: "foreign", Key: "foreign", Name: "made by hand"}
	for i := range 60 { // the rows of multiples of 3 stay throughout
		if i%7 == 1 {
			w.to.busy[number(i)] = rng.IntN(3)
		}
	}
	w.to.guard = func(key string) {
		var n int
		_, err := fmt.Sscanf(key, "D%d", &n)
		if err != nil || n%3 == 0 && n < 60 {
			t.Errorf("seed %d: %s was taken out", seed, key)
		}
	}
	change := func() {
		n := rng.IntN(80)
		if n%3 == 0 && n < 60 {
			w.src.put(number(n), fmt.Sprint("name ", n, " ", rng.IntN(2)))
			return
		}
		if rng.IntN(2) == 0 {
			w.src.remove(number(n))
		} else {
			w.src.put(number(n), fmt.Sprint("name ", n))
		}
	}
	w.src.onPage = func(int) {
		for range rng.IntN(4) {
			change()
		}
	}
	w.to.fault = func(int) fault {
		return []fault{fine, fine, fine, lostBefore, lostAfter, late, half, down}[rng.IntN(8)]
	}
	for range 12 {
		for range rng.IntN(6) {
			change()
		}
		if rng.IntN(2) == 0 {
			w.copy(t)
		}
		if p, err := w.inProcess(t.Context(), rng.IntN(60), rng.IntN(2) == 0); err != nil {
			require.True(t, p.dead || errors.Is(err, errDown) || errors.Is(err, mirror.ErrTooManyGone), "seed %d: %v", seed, err)
		}
		time.Sleep(2 * time.Minute)
	}
	w.src.onPage, w.to.fault = nil, nil
	w.copy(t)
	for range 6 {
		time.Sleep(time.Minute)
		w.mirror(t)
	}
	require.Zero(t, w.copy(t).DeadLetters)
	w.same(t, "foreign")
	require.True(t, slices.Contains(w.to.inUse(), "foreign"))
}

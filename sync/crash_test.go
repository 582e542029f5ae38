package sync_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// crashing is a State whose process dies at the n-th step: before the step, or
// after it took effect. A dead process does nothing more.
type crashing struct {
	duijiesync.State
	mu    sync.Mutex
	steps int
	at    int
	after bool
	dead  bool
}

func (c *crashing) step(do func() error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.dead {
		return errCrash
	}
	c.steps++
	if c.steps == c.at {
		c.dead = true
		if c.after {
			_ = do()
		}
		return errCrash
	}
	return do()
}

func (c *crashing) Open(ctx context.Context, l duijiesync.Lease, b duijiesync.OpenBatch) (shared bool, err error) {
	err = c.step(func() error {
		shared, err = c.State.Open(ctx, l, b)
		return err
	})
	return shared, err
}

func (c *crashing) Settle(ctx context.Context, l duijiesync.Lease, s duijiesync.Settlement) error {
	return c.step(func() error { return c.State.Settle(ctx, l, s) })
}

func (c *crashing) Release(ctx context.Context, l duijiesync.Lease) error {
	return c.step(func() error { return c.State.Release(ctx, l) })
}

// crashingTarget dies with the process in the middle of a send: before or after
// the effect.
type crashingTarget struct {
	finderTarget
	c *crashing
}

func (s crashingTarget) Write(ctx context.Context, recs []duijiesync.Record[doc]) (out []duijiesync.Outcome, err error) {
	err = s.c.step(func() error {
		out, err = s.finderTarget.Write(ctx, recs)
		return err
	})
	return out, err
}

// TestCrashAtEveryStep kills the process before and after each of its steps
// and starts it again: every record arrives exactly once.
func TestCrashAtEveryStep(t *testing.T) {
	t.Parallel()
	steps := 0
	for at := 1; steps == 0; at++ {
		for _, after := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				src := &listSource{items: docs(90), page: 30}
				to := newTarget()
				to.poison["D0033"] = true
				memory := duijiesync.NewMemoryState()
				c := &crashing{State: memory, at: at, after: after}
				_, err := pipe(src, crashingTarget{finderTarget{to}, c}, c).Run(t.Context())
				if err == nil {
					steps = at - 1
					return
				}
				require.ErrorIs(t, err, errCrash, "step %d", at)

				time.Sleep(2 * time.Minute) // virtual: the dead process's lease runs out
				src.items = renamed(src.items, "D0045")
				again := &crashing{State: memory}
				rep := mustRun(t, pipe(src, crashingTarget{finderTarget{to}, again}, again))
				require.EqualValues(t, 1, rep.DeadLetters, "step %d", at)
				rep = mustRun(t, pipe(src, finderTarget{to}, memory))
				require.LessOrEqual(t, rep.Updated, int64(1), "at most the rename that lay before the checkpoint")
				require.Zero(t, rep.Created)
				open, err := memory.OpenBatches(t.Context(), duijiesync.Scope{Pipeline: "docs"})
				require.NoError(t, err)
				require.Empty(t, open)
				to.check(t, without(src.items, "D0033"))
			})
		}
	}
	require.Greater(t, steps, 10)
	t.Logf("%d steps, each crashed before and after", steps)
}

func TestCrashWithoutLookupHolds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		src := &listSource{items: docs(20), page: 20}
		to := newTarget()
		memory := duijiesync.NewMemoryState()
		c := &crashing{State: memory, at: 2, after: true} // Open, then Settle never answered... the write itself
		plain := plainCrashing{to, c}
		_, err := pipe(src, plain, c).Run(t.Context())
		require.ErrorIs(t, err, errCrash)
		time.Sleep(2 * time.Minute) // virtual
		rep := mustRun(t, pipe(src, to, memory))
		require.EqualValues(t, 20, rep.Held)
		require.EqualValues(t, 20, rep.Recovered)
		letters, err := memory.DeadLetters(t.Context(), "docs", duijiesync.DeadLetterQuery{})
		require.NoError(t, err)
		require.Len(t, letters, 20)
		require.NotEmpty(t, letters[0].Raw, "the item is kept once the source yields it again")
		to.check(t, src.items)
	})
}

type plainCrashing struct {
	*target
	c *crashing
}

func (s plainCrashing) Write(ctx context.Context, recs []duijiesync.Record[doc]) (out []duijiesync.Outcome, err error) {
	err = s.c.step(func() error {
		out, err = s.target.Write(ctx, recs)
		return err
	})
	return out, err
}

func TestOneRunAtATime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		state := duijiesync.NewMemoryState()
		src := &listSource{items: docs(40), page: 20}
		to := newTarget()
		release := make(chan struct{})
		slow := &slowTarget{finderTarget{to}, release}
		first := make(chan error)
		go func() {
			_, err := pipe(src, slow, state).Run(t.Context())
			first <- err
		}()
		synctest.Wait()
		_, err := pipe(src, finderTarget{to}, state).Run(t.Context())
		require.ErrorIs(t, err, duijiesync.ErrLeaseHeld)
		patient := pipe(src, finderTarget{to}, state)
		patient.LeaseWait = time.Hour
		second := make(chan error)
		go func() {
			_, err := patient.Run(t.Context())
			second <- err
		}()
		time.Sleep(time.Minute) // virtual
		close(release)
		require.NoError(t, <-second)
		require.NoError(t, <-first)
		to.check(t, src.items)
	})
}

type slowTarget struct {
	finderTarget
	release chan struct{}
}

func (s *slowTarget) Write(ctx context.Context, recs []duijiesync.Record[doc]) ([]duijiesync.Outcome, error) {
	<-s.release
	return s.finderTarget.Write(ctx, recs)
}

// paused is a State whose lease renewals stop reaching it, as in a process that
// is paused or cut off from its store.
type paused struct {
	duijiesync.State
	cut bool
}

func (p *paused) Renew(ctx context.Context, l duijiesync.Lease, ttl time.Duration) error {
	if p.cut {
		return errors.New("store not reachable")
	}
	return p.State.Renew(ctx, l, ttl)
}

// TestPausedProcessWritesNothingMore: while a process is paused inside a send,
// another takes over and finishes; the first wakes up and changes nothing.
func TestPausedProcessWritesNothingMore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		memory := duijiesync.NewMemoryState()
		src := &listSource{items: docs(60), page: 60}
		to := newTarget()
		release := make(chan struct{})
		zombieState := &paused{State: memory, cut: true}
		zombie := make(chan error)
		go func() {
			_, err := pipe(src, &slowTarget{finderTarget{to}, release}, zombieState).Run(t.Context())
			zombie <- err
		}()
		time.Sleep(5 * time.Minute) // virtual
		rep := mustRun(t, pipe(src, finderTarget{to}, memory))
		require.EqualValues(t, 60, rep.Created)
		before := to.writes
		close(release)
		require.ErrorIs(t, <-zombie, duijiesync.ErrLeaseLost)
		require.Equal(t, before+1, to.writes, "only the send that was under way ends; nothing new is started")
		cp, err := memory.Checkpoint(t.Context(), duijiesync.Scope{Pipeline: "docs"})
		require.NoError(t, err)
		require.Equal(t, duijiesync.Checkpoint("end"), cp)
	})
}

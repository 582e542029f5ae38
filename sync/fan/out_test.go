package fan_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/fan"
)

func TestEveryTargetGetsEverythingOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		src := newLog(orders(1, 95), 10)
		a, b, c := newTarget(), newTarget(), newTarget()
		b.refuse["O0033"] = true
		c.lanes = 4
		state := duijiesync.NewMemoryState()
		o := out(src, state, to("a", a), to("b", plain{b}), to("c", c))
		rep := mustRun(t, t.Context(), o)
		require.EqualValues(t, 95, rep.Yielded)
		require.EqualValues(t, 3*95, rep.Read)
		require.EqualValues(t, 3*95-1, rep.Created)
		require.EqualValues(t, 1, rep.Refused)
		require.EqualValues(t, 1, rep.DeadLetters)
		require.False(t, rep.Complete(), "a dead letter")
		require.Equal(t, "a log", rep.Paging)
		require.Equal(t, duijiesync.CheckpointMove{After: "95"}, rep.Checkpoint)
		require.Equal(t, duijiesync.CheckpointMove{After: "95"}, rep.Branch("b").Report.Checkpoint)
		require.EqualValues(t, 94, rep.Branch("b").Report.Created)
		total, most := src.reads()
		require.Equal(t, 10, total)
		require.Equal(t, 1, most, "each page is read once")
		require.Len(t, src.settled, 10)
		require.EqualValues(t, 30, src.settled[0].Created, "the sum over the branches")

		src.add(orders(96, 100))
		rep = mustRun(t, t.Context(), o)
		require.EqualValues(t, 5, rep.Yielded)
		require.EqualValues(t, 15, rep.Created)
		require.Equal(t, duijiesync.Checkpoint("95"), rep.Checkpoint.Before)
		a.check(t, src.rows, "a ")
		b.check(t, without(src.rows, "O0033"), "b ")
		c.check(t, src.rows, "c ")

		runs, err := state.Runs(t.Context(), duijiesync.Scope{Pipeline: "orders"}, 0)
		require.NoError(t, err)
		require.Len(t, runs, 2)
		var kept fan.Report
		require.NoError(t, json.Unmarshal(runs[1].Report, &kept))
		require.EqualValues(t, 3*95, kept.Read)
		require.EqualValues(t, 94, kept.Branch("b").Report.Created)
		require.Empty(t, runs[1].Error)
	})
}

// TestBranchDownForSeveralRuns: the others go on, nothing is read twice for
// them, and when the branch is back it gets what it missed.
func TestBranchDownForSeveralRuns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		src := newLog(orders(1, 100), 10)
		a, b := newTarget(), newTarget()
		down := true
		b.before = func(_ context.Context, write int) error {
			if down && write > 3 {
				return errDown
			}
			return nil
		}
		o := out(src, duijiesync.NewMemoryState(), to("a", plain{a}), to("b", plain{b}))
		for day := range 4 {
			if day > 0 {
				src.add(orders(100+10*day-9, 100+10*day))
			}
			rep, err := o.Run(t.Context())
			var failed *fan.BranchError
			require.ErrorAs(t, err, &failed)
			require.Equal(t, "b", failed.Branch)
			require.ErrorIs(t, err, duijie.ErrUnavailable)
			require.Equal(t, "b", names(rep, behind))
			require.False(t, rep.Complete())
			require.Len(t, a.rows, len(src.rows), "the other went on")
			require.LessOrEqual(t, rep.Branch("a").Report.Unchanged, int64(60), "and reads again only until b fails again")
		}
		down = false
		src.add(orders(131, 140))
		rep := mustRun(t, t.Context(), o)
		require.Equal(t, "b", names(rep, caughtUp))
		require.Empty(t, names(rep, behind))
		require.True(t, rep.Complete())
		require.EqualValues(t, 10, rep.Branch("a").Report.Created)
		require.EqualValues(t, 110, rep.Branch("b").Report.Created)

		src.add(orders(141, 150))
		rep = mustRun(t, t.Context(), o)
		require.Empty(t, names(rep, caughtUp))
		require.EqualValues(t, 10, rep.Yielded, "level again: one reading for both")
		a.check(t, src.rows, "a ")
		b.check(t, src.rows, "b ")
		require.Equal(t, 2, src.pages[120], "once for those in front, once to catch up")
		require.Equal(t, 1, src.pages[140])
	})
}

// TestFailedBranchHoldsNobodyBack: also when its feed is full.
func TestFailedBranchHoldsNobodyBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		src := newLog(orders(1, 200), 10)
		a, b := newTarget(), newTarget()
		b.before = func(context.Context, int) error {
			time.Sleep(time.Minute) // virtual
			return errDown
		}
		o := out(src, duijiesync.NewMemoryState(), to("a", a), to("b", b))
		rep, err := o.Run(t.Context())
		require.ErrorIs(t, err, duijie.ErrUnavailable)
		require.EqualValues(t, 200, rep.Branch("a").Report.Created)
		require.Empty(t, rep.Branch("b").Report.Checkpoint.After)
		require.Empty(t, src.settled, "the source is told of nothing a branch has yet to get")
	})
}

func TestSlowBranchHoldsTheReadingBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		src := newLog(orders(1, 1000), 10)
		a, b := newTarget(), newTarget()
		most := 0
		b.before = func(_ context.Context, write int) error {
			time.Sleep(time.Second) // virtual
			src.mu.Lock()
			defer src.mu.Unlock()
			most = max(most, src.yielded-(write-1))
			return nil
		}
		mustRun(t, t.Context(), out(src, duijiesync.NewMemoryState(), to("a", a), to("b", b)))
		// One being written, one prefetched and one on its way there, one buffered,
		// one in the reader's hand.
		require.LessOrEqual(t, most, 5)
		require.Greater(t, most, 2, "reading overlaps writing")
		b.check(t, src.rows, "b ")
	})
}

func TestStopOnFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		src := newLog(orders(1, 500), 10)
		a, b := newTarget(), newTarget()
		a.before = func(context.Context, int) error { time.Sleep(time.Second); return nil } // virtual
		b.before = func(_ context.Context, write int) error {
			if write > 2 {
				return errDown
			}
			return nil
		}
		o := out(src, duijiesync.NewMemoryState(), to("a", plain{a}), to("b", plain{b}))
		o.StopOnFailure = true
		rep, err := o.Run(t.Context())
		require.ErrorIs(t, err, duijie.ErrUnavailable)
		require.NoError(t, rep.Branch("a").Err)
		require.Less(t, len(a.rows), 100)
		a.before, b.before = b.before, nil
		a.writes = 0
		rep, err = o.Run(t.Context())
		require.ErrorIs(t, err, duijie.ErrUnavailable)
		require.Empty(t, names(rep, caughtUp), "it ends there")
		a.before = nil
		rep = mustRun(t, t.Context(), o)
		require.True(t, rep.Complete())
		a.check(t, src.rows, "a ")
		b.check(t, src.rows, "b ")
	})
}

func TestAllBranchesFail(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		src := newLog(orders(1, 300), 10)
		a, b := newTarget(), newTarget()
		down := func(after int) func(context.Context, int) error {
			return func(_ context.Context, write int) error {
				if write > after {
					return errDown
				}
				return nil
			}
		}
		a.before, b.before = down(2), down(5)
		o := out(src, duijiesync.NewMemoryState(), to("a", a), to("b", b))
		_, err := o.Run(t.Context())
		require.ErrorIs(t, err, duijie.ErrUnavailable)
		total, _ := src.reads()
		require.Less(t, total, 15, "nobody is left to read for")
		a.before, b.before = nil, nil
		rep := mustRun(t, t.Context(), o)
		require.True(t, rep.Complete())
		a.check(t, src.rows, "a ")
		b.check(t, src.rows, "b ")
	})
}

func TestSourceErrorStopsAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		src := newLog(orders(1, 100), 10)
		src.fail = func(row int) error {
			if row == 50 {
				return errDown
			}
			return nil
		}
		a, b := newTarget(), newTarget()
		state := duijiesync.NewMemoryState()
		o := out(src, state, to("a", a), to("b", b))
		rep, err := o.Run(t.Context())
		require.ErrorIs(t, err, duijie.ErrUnavailable)
		var failed *fan.BranchError
		require.NotErrorAs(t, err, &failed, "no branch is to blame")
		require.Empty(t, names(rep, behind))
		require.EqualValues(t, "50", rep.Checkpoint.After, "what was read is settled")
		src.fail = nil
		mustRun(t, t.Context(), o)
		_, most := src.reads()
		require.Equal(t, 1, most)
		a.check(t, src.rows, "a ")
		b.check(t, src.rows, "b ")
	})
}

func TestCancelledRunGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		src := newLog(orders(1, 200), 10)
		a, b := newTarget(), newTarget()
		why := errors.New("time to go")
		ctx, cancel := context.WithCancelCause(t.Context())
		b.before = func(_ context.Context, write int) error {
			time.Sleep(time.Second) // virtual
			if write == 5 {
				cancel(why)
			}
			return nil
		}
		o := out(src, duijiesync.NewMemoryState(), to("a", plain{a}), to("b", plain{b}))
		rep, err := o.Run(ctx)
		require.ErrorIs(t, err, why)
		var failed *fan.BranchError
		require.NotErrorAs(t, err, &failed)
		require.Empty(t, names(rep, behind))
		require.EqualValues(t, "50", rep.Checkpoint.After, "the batch under way is finished, and its place kept")
		require.Equal(t, 5, b.writes)
		b.before = nil
		rep = mustRun(t, t.Context(), o)
		require.Zero(t, rep.Branch("b").Report.Unchanged)
		a.check(t, src.rows, "a ")
		b.check(t, src.rows, "b ")

		done, cancelDone := context.WithCancel(t.Context())
		cancelDone()
		_, err = o.Run(done)
		require.ErrorIs(t, err, context.Canceled)
	})
}

// TestCrashAtEveryStep kills the process before and after each step of any
// branch or of the fan, and starts it again.
func TestCrashAtEveryStep(t *testing.T) {
	t.Parallel()
	steps := 0
	for at := 1; steps == 0; at++ {
		for _, after := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				src := newLog(orders(1, 60), 20)
				a, b := newTarget(), newTarget()
				memory := duijiesync.NewMemoryState()
				c := &crashing{State: memory, at: at, after: after}
				_, err := out(src, c, to("a", crashingTarget{a, c}), to("b", crashingTarget{b, c})).Run(t.Context())
				if err == nil {
					steps = at - 1
					return
				}
				require.ErrorIs(t, err, errCrash)
				time.Sleep(2 * time.Minute) // virtual: the dead process's leases run out
				src.add(orders(61, 70))
				rep := mustRun(t, t.Context(), out(src, memory, to("a", a), to("b", b)))
				require.True(t, rep.Complete())
				a.check(t, src.rows, "a ")
				b.check(t, src.rows, "b ")
				rep = mustRun(t, t.Context(), out(src, memory, to("a", a), to("b", b)))
				require.Zero(t, rep.Yielded, "the place is kept")
			})
		}
	}
	require.Greater(t, steps, 20)
	t.Logf("%d steps, each crashed before and after", steps)
}

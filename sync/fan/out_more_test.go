package fan_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/fan"
)

func TestNewBranchGetsWhatWasBefore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		src := newLog(orders(1, 100), 10)
		a, b := newTarget(), newTarget()
		state := duijiesync.NewMemoryState()
		mustRun(t, t.Context(), out(src, state, to("a", plain{a})))
		src.add(orders(101, 110))

		b.before = func(_ context.Context, write int) error {
			if write == 5 {
				return errDown
			}
			return nil
		}
		rep, err := out(src, state, to("a", plain{a}), to("b", plain{b})).Run(t.Context())
		require.ErrorIs(t, err, duijie.ErrUnavailable)
		require.EqualValues(t, 10, rep.Branch("a").Report.Created, "who is there already goes on")
		require.Equal(t, "b", names(rep, behind))
		require.Len(t, b.rows, 40)
		rep = mustRun(t, t.Context(), out(src, state, to("a", plain{a}), to("b", plain{b})))
		require.Equal(t, "b", names(rep, caughtUp))
		require.EqualValues(t, 70, rep.Branch("b").Report.Created)
		a.check(t, src.rows, "a ")
		b.check(t, src.rows, "b ")

		// Taken out and put back it begins anew, and its ledger knows the rows.
		src.add(orders(111, 120))
		mustRun(t, t.Context(), out(src, state, to("a", plain{a})))
		rep = mustRun(t, t.Context(), out(src, state, to("b", plain{b}), to("a", plain{a})))
		require.EqualValues(t, 110, rep.Branch("b").Report.Unchanged)
		require.EqualValues(t, 10, rep.Branch("b").Report.Created)
		b.check(t, src.rows, "b ")
	})
}

// TestStragglerTakesTheLead: where those at the front fail, one that catches up
// does not have to wait for them.
func TestStragglerTakesTheLead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		src := newLog(orders(1, 50), 10)
		a, b := newTarget(), newTarget()
		down := func(context.Context, int) error { return errDown }
		o := out(src, duijiesync.NewMemoryState(), to("a", plain{a}), to("b", plain{b}))
		b.before = down
		_, err := o.Run(t.Context())
		require.ErrorIs(t, err, duijie.ErrUnavailable)
		src.add(orders(51, 100))
		a.before, b.before = down, nil
		rep, err := o.Run(t.Context())
		require.ErrorIs(t, err, duijie.ErrUnavailable)
		require.Equal(t, "b", names(rep, caughtUp))
		require.Equal(t, "a", names(rep, behind))
		require.EqualValues(t, "100", rep.Checkpoint.After)
		a.before = nil
		rep = mustRun(t, t.Context(), o)
		require.EqualValues(t, 50, rep.Branch("a").Report.Created)
		require.True(t, rep.Complete())
		a.check(t, src.rows, "a ")
		b.check(t, src.rows, "b ")
	})
}

func TestBranchOnItsOwn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		src := newLog(orders(1, 30), 10)
		a, b := newTarget(), newTarget()
		b.refuse["O0007"], b.refuse["O0008"] = true, true
		o := out(src, duijiesync.NewMemoryState(), to("a", a), to("b", b))
		mustRun(t, t.Context(), o)

		one, err := o.Branch("b")
		require.NoError(t, err)
		letters, err := one.DeadLetters(t.Context(), duijiesync.DeadLetterQuery{})
		require.NoError(t, err)
		require.Len(t, letters, 2)
		delete(b.refuse, "O0007")
		rep, err := one.Replay(t.Context(), duijiesync.ReplayQuery{Keys: []string{"O0007"}})
		require.NoError(t, err)
		require.EqualValues(t, 1, rep.Created)
		require.NoError(t, one.MarkUnsent(t.Context(), "O0008"))
		require.NoError(t, one.MarkDone(t.Context(), "O0008"))
		b.check(t, without(src.rows, "O0008"), "b ")
		_, err = o.Branch("c")
		require.ErrorIs(t, err, fan.ErrFan)

		src.add(orders(31, 35))
		actions := map[duijiesync.Action]int{}
		for item, err := range one.Plan(t.Context()) {
			require.NoError(t, err)
			actions[item.Action]++
		}
		require.Equal(t, map[duijiesync.Action]int{duijiesync.ActionCreate: 5}, actions)
		require.Len(t, src.settled, 3, "a plan settles nothing")
		require.EqualValues(t, 5, mustRun(t, t.Context(), o).Branch("b").Report.Created, "and changes nothing")
	})
}

func TestPanicsAreErrors(t *testing.T) {
	t.Parallel()
	boom := func(context.Context, int) error { panic("boom") }
	for name, c := range map[string]struct {
		change func(o *fan.Out[order], src *log, b *target)
		lasts  bool // it happens again in the next run
	}{
		"sink":   {change: func(_ *fan.Out[order], _ *log, b *target) { b.before = boom }},
		"source": {change: func(_ *fan.Out[order], src *log, _ *target) { src.fail = func(int) error { panic("boom") } }},
		"limits": {change: func(o *fan.Out[order], _ *log, b *target) { o.Branches[1] = to("b", badLimits{b}) }},
		"gone": {change: func(_ *fan.Out[order], src *log, _ *target) {
			src.fail = func(int) error { runtime.Goexit(); return nil }
		}},
		"settled": {change: func(o *fan.Out[order], src *log, _ *target) { o.Source = badSettled{src} }},
		"observer": {change: func(o *fan.Out[order], _ *log, _ *target) {
			o.Observer = duijiesync.ObserverFunc(func(context.Context, duijiesync.Event) { panic("boom") })
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				src := newLog(orders(1, 40), 10)
				a, b := newTarget(), newTarget()
				state := duijiesync.NewMemoryState()
				o := out(src, state, to("a", a), to("b", b))
				c.change(o, src, b)
				_, err := o.Run(t.Context())
				switch name {
				case "observer":
					require.NoError(t, err)
				case "gone":
					require.ErrorContains(t, err, "Goexit")
				default:
					require.ErrorContains(t, err, "boom")
				}
				time.Sleep(5 * time.Minute) // virtual: a lease may be left
				b.before, src.fail = nil, nil
				rep := mustRun(t, t.Context(), out(src, state, to("a", a), to("b", b)))
				require.True(t, rep.Complete())
				a.check(t, src.rows, "a ")
				b.check(t, src.rows, "b ")
			})
		})
	}
}

type badLimits struct{ *target }

func (badLimits) Limits() duijiesync.Limits { panic("boom") }

type badSettled struct{ *log }

func (s badSettled) Read(ctx context.Context, after duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[order], error] {
	return func(yield func(duijiesync.Batch[order], error) bool) {
		for batch, err := range s.log.Read(ctx, after) {
			batch.Settled = func(duijiesync.BatchResult) { panic("boom") }
			if !yield(batch, err) {
				return
			}
		}
	}
}

func TestLeases(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		src := newLog(orders(1, 60), 10)
		a, b := newTarget(), newTarget()
		b.before = func(context.Context, int) error { time.Sleep(time.Minute); return nil } // virtual
		state := duijiesync.NewMemoryState()
		first := make(chan error)
		go func() {
			_, err := out(src, state, to("a", a), to("b", b)).Run(t.Context())
			first <- err
		}()
		time.Sleep(30 * time.Second) // virtual
		_, err := out(src, state, to("a", a), to("b", b)).Run(t.Context())
		require.ErrorIs(t, err, duijiesync.ErrLeaseHeld, "one run of the fan at a time")
		patient := out(src, state, to("a", a), to("b", b))
		patient.LeaseWait = time.Hour
		rep, err := patient.Run(t.Context())
		require.NoError(t, err)
		require.NoError(t, <-first)
		require.True(t, rep.Complete())

		// A branch somebody else holds stays behind and joins later.
		src.add(orders(61, 80))
		lease, err := state.Acquire(t.Context(), duijiesync.Scope{Pipeline: "b"}, "somebody", time.Hour)
		require.NoError(t, err)
		rep, err = out(src, state, to("a", a), to("b", b)).Run(t.Context())
		require.ErrorIs(t, err, duijiesync.ErrLeaseHeld)
		require.Equal(t, "b", names(rep, behind))
		require.NoError(t, state.Release(t.Context(), lease))
		rep = mustRun(t, t.Context(), out(src, state, to("a", a), to("b", b)))
		require.Equal(t, "b", names(rep, caughtUp))
		a.check(t, src.rows, "a ")
		b.check(t, src.rows, "b ")
	})
}

// deaf is a State that renews no lease of some pipeline.
type deaf struct {
	duijiesync.State
	pipeline string
}

func (d deaf) Renew(ctx context.Context, l duijiesync.Lease, ttl time.Duration) error {
	if l.Scope.Pipeline == d.pipeline {
		return errors.New("store not reachable")
	}
	return d.State.Renew(ctx, l, ttl)
}

func TestLostLeaseOfFanAndBranch(t *testing.T) {
	t.Parallel()
	for _, pipeline := range []string{"orders", "b"} {
		synctest.Test(t, func(t *testing.T) {
			src := newLog(orders(1, 100), 10)
			a, b := newTarget(), newTarget()
			b.before = func(context.Context, int) error { time.Sleep(25 * time.Second); return nil } // virtual
			state := duijiesync.NewMemoryState()
			rep, err := out(src, deaf{state, pipeline}, to("a", a), to("b", b)).Run(t.Context())
			require.ErrorIs(t, err, duijiesync.ErrLeaseLost)
			if pipeline == "b" {
				require.Equal(t, "b", names(rep, behind))
				require.Len(t, a.rows, 100, "the other goes on")
			}
			b.before = nil
			time.Sleep(time.Hour) // virtual
			rep = mustRun(t, t.Context(), out(src, state, to("a", a), to("b", b)))
			require.True(t, rep.Complete())
			a.check(t, src.rows, "a ")
			b.check(t, src.rows, "b ")
		})
	}
}

// overlapping yields the last rows again each time, as windows on modification
// time do.
type overlapping struct{ *log }

func (s overlapping) Read(ctx context.Context, after duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[order], error] {
	at := 0
	_, _ = fmt.Sscan(string(after), &at)
	return s.log.Read(ctx, duijiesync.Checkpoint(fmt.Sprint(max(at-20, 0))))
}

// TestLedgerExpiresOnceNothingCanComeAgain: a branch that is quick must not
// forget what a crash of the run would have it read again.
func TestLedgerExpiresOnceNothingCanComeAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		src := newLog(orders(1, 40), 10)
		a, b := newTarget(), newTarget()
		memory := duijiesync.NewMemoryState()
		short := func(p *duijiesync.Pipeline[order, order]) { p.LedgerExpiry = time.Hour }
		run := func(s duijiesync.State) (*fan.Report, error) {
			return out(overlapping{src}, s, to("a", plain{a}, short), to("b", b, short)).Run(t.Context())
		}
		_, err := run(memory)
		require.NoError(t, err)
		time.Sleep(3 * time.Hour) // virtual
		src.add(orders(41, 60))
		c := &crashing{State: memory}
		b.before = func(context.Context, int) error {
			time.Sleep(time.Minute) // virtual: the other branch is through
			c.mu.Lock()
			c.dead = true
			c.mu.Unlock()
			return nil
		}
		_, err = run(c)
		require.ErrorIs(t, err, errCrash)
		time.Sleep(3 * time.Hour) // virtual
		b.before = nil
		rep, err := run(memory)
		require.NoError(t, err)
		a.check(t, src.rows, "a ")
		b.check(t, src.rows, "b ")
		require.Positive(t, rep.Branch("a").Report.Expired)
		require.Positive(t, rep.Expired)
	})
}

func TestCheckpointOfSomethingElse(t *testing.T) {
	t.Parallel()
	for _, text := range []duijiesync.Checkpoint{
		"2026-01-01", `{"v":2,"at":"","branches":["a"]}`, `{"v":1,"at":"1","branches":["a"]}x`, `{"v":1,"at":null,"branches":["a"]}`,
		`{"v":1,"at":"1","branches":["a"],"behind":["b"]}`, `{"v":1,"at":{"byte":""},"branches":["a"]}`, `{"v":1,"more":1}`,
	} {
		state := duijiesync.NewMemoryState()
		scope := duijiesync.Scope{Pipeline: "orders"}
		lease, err := state.Acquire(t.Context(), scope, "test", time.Minute)
		require.NoError(t, err)
		require.NoError(t, state.Settle(t.Context(), lease, duijiesync.Settlement{Checkpoint: &text}))
		require.NoError(t, state.Release(t.Context(), lease))
		a := newTarget()
		_, err = out(newLog(orders(1, 3), 1), state, to("a", a)).Run(t.Context())
		require.ErrorIs(t, err, fan.ErrCheckpoint)
		require.ErrorContains(t, err, "orders")
		require.Empty(t, a.rows)
		now, err := state.Checkpoint(t.Context(), scope)
		require.NoError(t, err)
		require.Equal(t, text, now, "nothing is reset silently")
	}
}

func TestMistakesAreNamedTogether(t *testing.T) {
	t.Parallel()
	a := newTarget()
	o := &fan.Out[order]{Name: "x", Branches: []fan.Branch[order]{
		nil, fan.To[order, order](nil), to("x", a), to("\xff", a),
		to("b", nil, func(p *duijiesync.Pipeline[order, order]) {
			p.Source, p.State, p.Partition, p.Transform = newLog(nil, 1), duijiesync.NewMemoryState(), "p", nil
		}),
	}}
	rep, err := o.Run(t.Context())
	require.NotNil(t, rep)
	require.ErrorIs(t, err, fan.ErrFan)
	for _, part := range []string{
		"Source is missing", "State is missing", "branch 1 is nil", "its pipeline is nil", `"x" is taken`, "no UTF-8",
		"Sink is missing", "Transform is missing", "Source must be empty", "State must be empty", "Partition must be empty",
	} {
		require.ErrorContains(t, err, part)
	}
	_, err = o.Branch("b")
	require.ErrorIs(t, err, fan.ErrFan)
}

func TestEventsAndCalls(t *testing.T) {
	t.Parallel()
	src := newLog(orders(1, 20), 10)
	calling := duijiesync.SourceFunc[order](func(ctx context.Context, after duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[order], error] {
		duijie.CallObserverFrom(ctx)(duijie.CallEvent{Platform: "p", Op: "list", Attempt: 2, BytesIn: 7, Class: duijie.ClassThrottled})
		require.NotNil(t, duijiesync.ObserverFrom(ctx))
		return src.Read(ctx, after)
	})
	a, b := newTarget(), newTarget()
	b.before = func(context.Context, int) error { return errDown }
	seen := make(chan string, 1000)
	o := out(calling, duijiesync.NewMemoryState(), to("a", a), to("b", b))
	o.Observer = duijiesync.ObserverFunc(func(_ context.Context, e duijiesync.Event) { seen <- e.EventName() })
	rep, err := o.Run(t.Context())
	require.Error(t, err)
	require.Equal(t, map[string]map[string]int64{"p": {"list": 1}}, rep.Calls)
	require.EqualValues(t, 1, rep.Retries)
	require.EqualValues(t, 1, rep.Throttled)
	require.EqualValues(t, 7, rep.BytesIn)
	b.before = nil
	_, err = o.Run(t.Context())
	require.NoError(t, err)
	close(seen)
	count := map[string]int{}
	for name := range seen {
		count[name]++
	}
	require.Equal(t, 1, count["branch_failed"])
	require.Equal(t, 1, count["branch_caught_up"])
	require.Equal(t, 2+5, count["run_ended"], "two runs of the fan, and three passes, one of them for one branch")
}

// ranges reads one closed range of a log a Read, as windows do: from a checkpoint
// inside a range to the end of that range and no further.
type ranges struct{ *log }

func (s ranges) Read(ctx context.Context, after duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[order], error] {
	return func(yield func(duijiesync.Batch[order], error) bool) {
		at, end := 0, 0
		_, _ = fmt.Sscanf(string(after), "%d of %d", &at, &end)
		if at == end {
			s.mu.Lock()
			end = len(s.rows)
			s.mu.Unlock()
		}
		for batch, err := range s.log.Read(ctx, duijiesync.Checkpoint(fmt.Sprint(at))) {
			if err == nil {
				batch.Records = batch.Records[:min(len(batch.Records), end-at)]
				if len(batch.Records) == 0 {
					return
				}
				at += len(batch.Records)
				batch.Checkpoint = duijiesync.Checkpoint(fmt.Sprintf("%d of %d", at, end))
			}
			if !yield(batch, err) || at == end {
				return
			}
		}
	}
}

// TestRangesOfTheirOwn: the front has read one range, and the next as well; one
// that stands in the middle of the first reads only the rest of that when it is back.
// Nothing between may be lost.
func TestRangesOfTheirOwn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		src := newLog(orders(1, 50), 10)
		a, b := newTarget(), newTarget()
		down := true
		b.before = func(_ context.Context, write int) error {
			if down && write > 2 {
				return errDown
			}
			return nil
		}
		o := out(ranges{src}, duijiesync.NewMemoryState(), to("a", plain{a}), to("b", plain{b}))
		for range 3 {
			_, err := o.Run(t.Context())
			require.ErrorIs(t, err, duijie.ErrUnavailable)
			src.add(orders(len(src.rows)+1, len(src.rows)+20))
		}
		down = false
		for range 3 {
			mustRun(t, t.Context(), o)
		}
		a.check(t, src.rows, "a ")
		b.check(t, src.rows, "b ")
	})
}

// TestLedgerIsKeptWhileABranchIsBehind: the pass that catches it up reads again
// for all.
func TestLedgerIsKeptWhileABranchIsBehind(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		src := newLog(orders(1, 40), 10)
		a, b := newTarget(), newTarget()
		b.before = func(_ context.Context, write int) error {
			if write > 1 {
				return errDown
			}
			return nil
		}
		short := func(p *duijiesync.Pipeline[order, order]) { p.LedgerExpiry = time.Hour }
		o := out(src, duijiesync.NewMemoryState(), to("a", plain{a}, short), to("b", plain{b}, short))
		for range 2 {
			rep, err := o.Run(t.Context())
			require.ErrorIs(t, err, duijie.ErrUnavailable)
			require.Zero(t, rep.Expired)
			time.Sleep(3 * time.Hour) // virtual
		}
		b.before = nil
		rep := mustRun(t, t.Context(), o)
		require.True(t, rep.Complete())
		require.Positive(t, rep.Branch("a").Report.Expired, "now it may go")
		a.check(t, src.rows, "a ")
		b.check(t, src.rows, "b ")
	})
}

// TestNewBranchBesideOneThatForgets is refused, and not where no harm is done.
func TestNewBranchBesideOneThatForgets(t *testing.T) {
	t.Parallel()
	src := newLog(orders(1, 20), 10)
	a, b := newTarget(), newTarget()
	state := duijiesync.NewMemoryState()
	short := func(p *duijiesync.Pipeline[order, order]) { p.LedgerExpiry = time.Hour }
	mustRun(t, t.Context(), out(src, state, to("a", plain{a}, short)))
	_, err := out(src, state, to("a", plain{a}, short), to("b", b)).Run(t.Context())
	require.ErrorIs(t, err, fan.ErrFan)
	require.ErrorContains(t, err, "LedgerExpiry")
	require.Empty(t, b.rows)
	mustRun(t, t.Context(), out(src, state, to("a", a, short), to("b", b)))
	b.check(t, src.rows, "b ")
	a.check(t, src.rows, "a ")
}

// TestRandomTroubles has branches fail, runs cancelled and processes killed at
// random, and heals.
func TestRandomTroubles(t *testing.T) {
	t.Parallel()
	seeds := uint64(150)
	if testing.Short() {
		seeds = 30
	}
	for seed := range seeds {
		synctest.Test(t, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 1))
			src := newLog(orders(1, 40), 1+rng.IntN(15))
			targets := map[string]*target{}
			var labels []string
			for i := range 3 {
				labels = append(labels, fmt.Sprint("t", i))
				targets[labels[i]] = newTarget()
				targets[labels[i]].lanes = 1 + rng.IntN(4)
			}
			state := duijiesync.NewMemoryState()
			build := func(s duijiesync.State, sink func(string) duijiesync.Sink[order]) *fan.Out[order] {
				var branches []fan.Branch[order]
				for _, l := range labels {
					branches = append(branches, to(l, sink(l)))
				}
				o := out(src, s, branches...)
				o.Buffer = rng.IntN(4) - 1
				return o
			}
			for round := range 6 {
				c := &crashing{State: state, at: rng.IntN(80), after: rng.IntN(2) == 0} // 0: never
				for _, l := range labels {
					delays := rand.New(rand.NewPCG(seed, uint64(round)+100*uint64(l[1])))
					targets[l].before = func(ctx context.Context, _ int) error {
						targets[l].mu.Lock()
						wait, fails := time.Duration(delays.IntN(3000))*time.Millisecond, delays.IntN(12) == 0
						targets[l].mu.Unlock()
						select {
						case <-time.After(wait):
						case <-ctx.Done():
							return ctx.Err()
						}
						if fails {
							return errDown
						}
						return nil
					}
				}
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(1+rng.IntN(60))*time.Second)
				_, _ = build(c, func(l string) duijiesync.Sink[order] { return crashingTarget2{targets[l], c} }).Run(ctx)
				cancel()
				time.Sleep(3 * time.Minute) // virtual
				src.add(orders(41+10*round, 50+10*round))
			}
			for _, l := range labels {
				targets[l].before = nil
			}
			for range 3 { // ranges that were cut short are read to their own end first
				rep := mustRun(t, t.Context(), build(state, func(l string) duijiesync.Sink[order] { return targets[l] }))
				require.True(t, rep.Complete(), "seed %d", seed)
			}
			for _, l := range labels {
				targets[l].check(t, src.rows, l+" ")
			}
			require.Zero(t, mustRun(t, t.Context(), build(state, func(l string) duijiesync.Sink[order] { return targets[l] })).Yielded)
		})
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// crashingTarget2 lets its writes overlap, unlike crashingTarget.
type crashingTarget2 struct {
	*target
	c *crashing
}

func (s crashingTarget2) Write(ctx context.Context, recs []duijiesync.Record[order]) ([]duijiesync.Outcome, error) {
	if err := s.c.step(func() error { return nil }); err != nil {
		return nil, err
	}
	o, err := s.target.Write(ctx, recs)
	if e := s.c.step(func() error { return nil }); e != nil {
		return nil, e
	}
	return o, err
}

func TestFanInFan(t *testing.T) {
	t.Parallel()
	one, two := newLog(orders(1, 30), 10), newLog(orders(101, 120), 10)
	src := &fan.In[order]{Parts: []fan.Part[order]{{"one", one}, {"two", two}}, Keys: fan.KeysShared}
	a, b := newTarget(), newTarget()
	state := duijiesync.NewMemoryState()
	rep := mustRun(t, t.Context(), out(src, state, to("a", a), to("b", b)))
	require.EqualValues(t, 50, rep.Yielded)
	require.Equal(t, "one: a log; two: a log", rep.Paging)
	require.Contains(t, string(rep.Checkpoint.After), `"one":"30"`)
	two.add(orders(121, 125))
	require.EqualValues(t, 5, mustRun(t, t.Context(), out(src, state, to("a", a), to("b", b))).Yielded)
	a.check(t, append(orders(1, 30), orders(101, 125)...), "a ")
}

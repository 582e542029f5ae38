package sync_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
)

type batches = iter.Seq2[duijiesync.Batch[doc], error]

type readings = iter.Seq2[duijiesync.Batch[reading], error]

// fitful is a State that, as a SQL one does, refuses work under an ended context.
type fitful struct{ duijiesync.State }

func (f fitful) Settle(ctx context.Context, l duijiesync.Lease, s duijiesync.Settlement) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return f.State.Settle(ctx, l, s)
}

// TestGraceThatEndsKeepsWhatIsKnown: the grace ends while the second chunk is
// being written. The first one was answered, and that is not forgotten.
func TestGraceThatEndsKeepsWhatIsKnown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		src := &listSource{items: docs(60), page: 60}
		to := newTarget()
		state := fitful{duijiesync.NewMemoryState()}
		ctx, cancel := context.WithCancel(t.Context())
		p := pipe(src, &hangingTarget{target: to, hang: 2, hung: cancel}, state)
		p.StopGrace = time.Second
		_, err := p.Run(ctx)
		require.ErrorIs(t, err, context.Canceled)
		rep := mustRun(t, pipe(src, to, state))
		require.EqualValues(t, 20, rep.Unchanged, "answered before the end")
		require.EqualValues(t, 20, rep.Held, "only what was being written is in doubt")
		require.EqualValues(t, 20, rep.Created)
		to.check(t, src.items)
	})
}

// hangingTarget does one write and never answers it.
type hangingTarget struct {
	*target
	hang int
	hung func()
}

func (h *hangingTarget) Write(ctx context.Context, recs []duijiesync.Record[doc]) ([]duijiesync.Outcome, error) {
	out, err := h.target.Write(ctx, recs)
	if h.writes == h.hang {
		h.hung()
		<-ctx.Done()
		return nil, errors.Join(errLost, ctx.Err())
	}
	return out, err
}

// TestSurelyUnwrittenIsNotHeld: a busy row and the chunks behind it were not
// written, so that a target which then goes down leaves nothing in doubt.
func TestSurelyUnwrittenIsNotHeld(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		src := &listSource{items: docs(60), page: 60}
		to := newTarget()
		to.busy["D0005"] = 1
		to.fault = func(n int) fault { return map[int]fault{2: down}[n] }
		memory := duijiesync.NewMemoryState()
		_, err := pipe(src, to, memory).Run(t.Context())
		require.ErrorIs(t, err, errDown)
		rep := mustRun(t, pipe(src, to, memory))
		require.Zero(t, rep.Held)
		require.EqualValues(t, 19, rep.Unchanged)
		to.check(t, src.items)
	})
}

// TestBisectedHalfIsSettled: the target goes down while the second half of a
// refused batch is written; the first half was answered.
func TestBisectedHalfIsSettled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		src := &listSource{items: docs(20), page: 20}
		to := newTarget()
		to.named, to.poison["D0020"] = false, true
		to.fault = func(n int) fault { return map[int]fault{3: down}[n] }
		memory := duijiesync.NewMemoryState()
		_, err := pipe(src, to, memory).Run(t.Context())
		require.ErrorIs(t, err, errDown)
		rep := mustRun(t, pipe(src, to, memory))
		require.Zero(t, rep.Held)
		require.EqualValues(t, 10, rep.Unchanged)
		require.EqualValues(t, 9, rep.Created)
		to.check(t, without(src.items, "D0020"))
	})
}

// TestRecoveryWaitsForTheLastSend: a batch was begun long ago, but its last
// write left a moment ago and the target may still be working on it.
func TestRecoveryWaitsForTheLastSend(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		src := &listSource{items: docs(200), page: 200}
		to := newTarget()
		to.late = 5 * time.Second // the lookups are at 1, 3 and 7 s
		to.onWrite = func() { time.Sleep(time.Second) }
		to.fault = func(n int) fault { return map[int]fault{10: lateCommit}[n] }
		memory := duijiesync.NewMemoryState()
		broken := &brokenFinder{finderTarget{to}}
		_, err := pipe(src, broken, memory).Run(t.Context())
		require.ErrorIs(t, err, errCrash)
		mustRun(t, pipe(src, finderTarget{to}, memory))
		time.Sleep(time.Minute) // virtual
		to.check(t, src.items)
	})
}

// brokenFinder can look nothing up after a write.
type brokenFinder struct{ finderTarget }

func (b *brokenFinder) Find(ctx context.Context, recs []duijiesync.Record[doc]) ([]duijiesync.Found, error) {
	if b.writes > 0 {
		return nil, errCrash
	}
	return b.finderTarget.Find(ctx, recs)
}

// anonymousFinder knows what is there but no ids.
type anonymousFinder struct{ upsertByKey }

func (a anonymousFinder) Find(ctx context.Context, recs []duijiesync.Record[doc]) ([]duijiesync.Found, error) {
	found, err := finderTarget{a.target}.Find(ctx, recs)
	for i := range found {
		found[i].TargetID = ""
	}
	return found, err
}

func TestFoundWithoutIDIsNoCreate(t *testing.T) {
	t.Parallel()
	src := &listSource{items: docs(4), page: 4}
	to := newTarget()
	to.rows["D0002"] = []row{{ID: "x", Name: "other"}}
	rep := mustRun(t, pipe(src, anonymousFinder{upsertByKey{to}}, duijiesync.NewMemoryState()))
	require.EqualValues(t, 1, rep.Updated)
	to.check(t, src.items)
}

// TestOwnLateCreateCountsAsCreated: the create came so late that it was sent
// again, and the second one met the first.
func TestOwnLateCreateCountsAsCreated(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		src := &listSource{items: docs(10), page: 10}
		to := newTarget()
		to.unique = true
		to.fault = func(n int) fault { return map[int]fault{1: lostAfter}[n] }
		rep := mustRun(t, pipe(src, &blindTwice{finderTarget: finderTarget{to}}, duijiesync.NewMemoryState()))
		require.EqualValues(t, 10, rep.Created)
		to.check(t, src.items)
	})
}

// blindTwice does not find what is new the first few times.
type blindTwice struct {
	finderTarget
	asked int
}

func (b *blindTwice) Find(ctx context.Context, recs []duijiesync.Record[doc]) ([]duijiesync.Found, error) {
	if b.asked++; b.asked <= 4 {
		return make([]duijiesync.Found, len(recs)), nil
	}
	return b.finderTarget.Find(ctx, recs)
}

// TestPlanAfterACrash agrees with the run about what a crash left.
func TestPlanAfterACrash(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		src := &listSource{items: docs(5), page: 5}
		to := newTarget()
		memory := duijiesync.NewMemoryState()
		c := &crashing{State: memory, at: 2, after: true}
		_, err := pipe(src, crashingTarget{finderTarget{to}, c}, c).Run(t.Context())
		require.ErrorIs(t, err, errCrash)
		time.Sleep(2 * time.Minute) // virtual
		p := pipe(src, existsTarget{finderTarget{to}}, memory)
		src.fail, src.page = errCrash, 1 // recovery only, and one page
		_, err = p.Run(t.Context())
		require.ErrorIs(t, err, errCrash)
		var planned []duijiesync.Action
		src.fail = nil
		for item, err := range p.Plan(t.Context()) {
			require.NoError(t, err)
			planned = append(planned, item.Action)
		}
		require.Equal(t, slices.Repeat([]duijiesync.Action{duijiesync.ActionUnchanged}, 4), planned)
		require.EqualValues(t, 4, mustRun(t, p).Unchanged)
	})
}

// existsTarget can tell that a key is there, not what it holds.
type existsTarget struct{ finderTarget }

func (e existsTarget) Find(ctx context.Context, recs []duijiesync.Record[doc]) ([]duijiesync.Found, error) {
	found, err := e.finderTarget.Find(ctx, recs)
	for i := range found {
		if found[i].Match != duijiesync.Absent {
			found[i] = duijiesync.Found{Match: duijiesync.Exists, TargetID: found[i].TargetID}
		}
	}
	return found, err
}

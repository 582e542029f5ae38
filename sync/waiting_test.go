package sync_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// needing lets a document wait until the one it needs is in the target.
func needing(to *target, needs map[string]string) duijiesync.Transform[doc, doc] {
	return func(_ context.Context, d doc) (doc, error) {
		to.mu.Lock()
		defer to.mu.Unlock()
		if other := needs[d.No]; other != "" && len(to.rows[other]) == 0 {
			return d, fmt.Errorf("%w: %s is not there", duijiesync.ErrWait, other)
		}
		return d, nil
	}
}

// TestWaitingRecordsFollow: records that wait for each other arrive within one
// run, whatever their order, and are counted once.
func TestWaitingRecordsFollow(t *testing.T) {
	t.Parallel()
	src := &listSource{items: docs(30), page: 10}
	to := newTarget()
	p := pipe(src, finderTarget{to}, duijiesync.NewMemoryState())
	// A chain against the order of the source, over all pages.
	p.Transform = needing(to, map[string]string{"D0001": "D0011", "D0011": "D0021", "D0021": "D0030", "D0002": "D0003"})
	var actions []duijiesync.Action
	for item, err := range p.Plan(t.Context()) {
		require.NoError(t, err)
		actions = append(actions, item.Action)
	}
	require.Equal(t, duijiesync.ActionWait, actions[0])
	require.Equal(t, duijiesync.ActionCreate, actions[2])

	rep := mustRun(t, p)
	require.EqualValues(t, 30, rep.Read)
	require.EqualValues(t, 30, rep.Created)
	require.Zero(t, rep.Waiting)
	require.True(t, rep.Complete())
	to.check(t, src.items)
}

// TestWaitingRecordsOutliveRuns: what waits for something that never comes is
// to be seen, and goes on its way as soon as it can, read again or not.
func TestWaitingRecordsOutliveRuns(t *testing.T) {
	t.Parallel()
	for _, reread := range []bool{true, false} {
		src := &listSource{items: docs(12), page: 4}
		to := newTarget()
		p := pipe(src, finderTarget{to}, duijiesync.NewMemoryState())
		p.Transform = needing(to, map[string]string{"D0002": "X", "D0003": "D0002", "D0009": "Y"})
		rep := mustRun(t, p)
		require.EqualValues(t, 3, rep.Waiting)
		require.EqualValues(t, 3, rep.DeadLetters)
		require.Zero(t, rep.Refused, "waiting is no refusal")
		require.False(t, rep.Complete())
		letters, err := p.DeadLetters(t.Context(), duijiesync.DeadLetterQuery{Reason: duijiesync.DeadWaiting})
		require.NoError(t, err)
		require.Len(t, letters, 3)
		require.Equal(t, "waiting", letters[0].Reason.String())
		require.Contains(t, letters[0].Message, "X is not there")

		to.rows["X"] = []row{{ID: "x", Name: "x"}}
		if !reread {
			src.items = nil
		}
		rep = mustRun(t, p)
		require.EqualValues(t, 2, rep.Created)
		require.EqualValues(t, 1, rep.Waiting)
		if reread {
			require.EqualValues(t, 12, rep.Read)
		}
		delete(to.rows, "X")
		to.check(t, without(docs(12), "D0009"))
	}
}

// TestRetriesOfWaitingRecordsDoNotStopTheRun: nothing but waiting records is no
// reason to give up.
func TestRetriesOfWaitingRecordsDoNotStopTheRun(t *testing.T) {
	t.Parallel()
	src := &listSource{items: docs(60), page: 20}
	to := newTarget()
	p := pipe(src, finderTarget{to}, duijiesync.NewMemoryState())
	p.Transform = func(_ context.Context, d doc) (doc, error) { return d, duijiesync.ErrWait }
	for range 2 {
		rep := mustRun(t, p)
		require.EqualValues(t, 60, rep.Waiting)
		require.EqualValues(t, 60, rep.Read)
	}
}

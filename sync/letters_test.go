package sync_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
)

func lettersOf(t *testing.T, state duijiesync.State) []duijiesync.DeadLetter {
	t.Helper()
	letters, err := state.DeadLetters(t.Context(), "docs", duijiesync.DeadLetterQuery{Limit: 1000})
	require.NoError(t, err)
	return letters
}

// TestLetterGoesAfterACrash: a dead record changes, is taken, and the process
// dies before it notes so. The next run finds it, and its letter goes.
func TestLetterGoesAfterACrash(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		src := &listSource{items: docs(5), page: 5}
		to := newTarget()
		to.poison["D0003"] = true
		memory := duijiesync.NewMemoryState()
		mustRun(t, pipe(src, finderTarget{to}, memory))
		require.Len(t, lettersOf(t, memory), 1)

		delete(to.poison, "D0003")
		src.items = renamed(src.items, "D0003")
		c := &crashing{State: memory, at: 2, after: true} // Open, then the write
		_, err := pipe(src, crashingTarget{finderTarget{to}, c}, c).Run(t.Context())
		require.ErrorIs(t, err, errCrash)
		time.Sleep(2 * time.Minute) // virtual
		rep := mustRun(t, pipe(src, finderTarget{to}, memory))
		to.check(t, src.items)
		require.Empty(t, lettersOf(t, memory), "it is in the target")
		require.True(t, rep.Complete())
	})
}

// TestUnsentLetterGoesOnceWritten: a letter that stayed behind would later be
// replayed over newer contents.
func TestUnsentLetterGoesOnceWritten(t *testing.T) {
	t.Parallel()
	src := &listSource{items: docs(20), page: 20}
	to := newTarget()
	to.fault = func(n int) fault { return map[int]fault{1: lostBefore}[n] }
	memory := duijiesync.NewMemoryState()
	p := pipe(src, to, memory)
	require.EqualValues(t, 20, mustRun(t, p).Held)
	require.NoError(t, p.MarkUnsent(t.Context(), "D0002", "D0003"))
	require.EqualValues(t, 2, mustRun(t, p).Created)
	require.Len(t, lettersOf(t, memory), 18, "letters")
	src.items = renamed(src.items, "D0002")
	require.EqualValues(t, 1, mustRun(t, p).Updated)
	_, err := p.Replay(t.Context(), duijiesync.ReplayQuery{})
	require.NoError(t, err)
	require.Equal(t, "NAME 2 renamed", to.rows["D0002"][0].Name, "the replay does not bring old contents back")
}

// TestHeldRecordThatChanged: what a person found in the target is what was
// sent, not what the source holds by now.
func TestHeldRecordThatChanged(t *testing.T) {
	t.Parallel()
	for _, replay := range []bool{false, true} {
		src := &listSource{items: docs(3), page: 3}
		to := newTarget()
		to.fault = func(n int) fault { return map[int]fault{1: lostAfter}[n] }
		memory := duijiesync.NewMemoryState()
		p := pipe(src, upsertByKey{to}, memory)
		require.EqualValues(t, 3, mustRun(t, p).Held)
		src.items = renamed(src.items, "D0002")
		require.EqualValues(t, 3, mustRun(t, p).Held)
		require.NoError(t, p.MarkDone(t.Context(), "D0001", "D0002", "D0003"))
		if replay { // the source may be past it: the letter has the newer contents
			rep, err := p.Replay(t.Context(), duijiesync.ReplayQuery{})
			require.NoError(t, err)
			require.EqualValues(t, 1, rep.Updated)
		} else {
			require.EqualValues(t, 1, mustRun(t, p).Updated)
		}
		to.check(t, src.items)
		require.Empty(t, lettersOf(t, memory))
		require.EqualValues(t, 3, mustRun(t, p).Unchanged)
	}
}

// upsertByKey is a target whose ids are its keys.
type upsertByKey struct{ *target }

func (u upsertByKey) Write(ctx context.Context, recs []duijiesync.Record[doc]) ([]duijiesync.Outcome, error) {
	for i := range recs {
		if rows := u.rows[recs[i].Key]; recs[i].Target.ID != "" && len(rows) > 0 {
			recs[i].Target.ID = rows[0].ID
		}
	}
	return u.target.Write(ctx, recs)
}

// TestReplayThatCrashedIsNotSentTwice: the letter's old refusal does not tell
// that this write was refused.
func TestReplayThatCrashedIsNotSentTwice(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		src := &listSource{items: docs(5), page: 5}
		to := newTarget()
		to.poison["D0003"] = true
		memory := duijiesync.NewMemoryState()
		mustRun(t, pipe(src, to, memory))
		delete(to.poison, "D0003")
		c := &crashing{State: memory, at: 2, after: true}
		_, err := pipe(src, plainCrashing{to, c}, c).Replay(t.Context(), duijiesync.ReplayQuery{})
		require.ErrorIs(t, err, errCrash)
		require.Len(t, to.rows["D0003"], 1)
		time.Sleep(2 * time.Minute) // virtual
		rep, err := pipe(src, to, memory).Replay(t.Context(), duijiesync.ReplayQuery{})
		require.NoError(t, err)
		require.EqualValues(t, 1, rep.Held)
		to.check(t, src.items)
	})
}

// TestOlderStateBesideARefusal: a newer state was refused; an older one that
// comes later must neither overwrite the target nor the letter.
func TestOlderStateBesideARefusal(t *testing.T) {
	t.Parallel()
	for _, broken := range []bool{false, true} {
		src := &listSource{items: renamed(docs(1), "D0001"), page: 5, version: 4}
		to := newTarget()
		memory := duijiesync.NewMemoryState()
		p := pipe(src, finderTarget{to}, memory)
		p.MaxRefusedShare = 1
		p.Transform = func(_ context.Context, d doc) (doc, error) {
			if d.Name == "broken" {
				return d, errCrash
			}
			return d, nil
		}
		mustRun(t, p)
		want := src.items
		if !broken { // refused by the target at version 5, then version 3 comes
			to.poison["D0001"] = true
			src.items, src.version = []doc{{"D0001", "five"}}, 5
			require.EqualValues(t, 1, mustRun(t, p).Refused)
			delete(to.poison, "D0001")
			src.items, src.version = []doc{{"D0001", "three"}}, 3
			require.EqualValues(t, 1, mustRun(t, p).Refused, "still refused")
			require.JSONEq(t, `{"No":"D0001","Name":"five"}`, string(lettersOf(t, memory)[0].Raw))
		} else { // version 3 comes and can not even be transformed
			src.items, src.version = []doc{{"D0001", "broken"}}, 3
			require.EqualValues(t, 1, mustRun(t, p).Unchanged)
			require.Empty(t, lettersOf(t, memory))
		}
		to.check(t, want)
	}
}

// TestVersionOutlivesACrash: what was sent at version 6 is not overwritten by
// version 5 because a crash came in between.
func TestVersionOutlivesACrash(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		src := &listSource{items: docs(2), page: 5, version: 4}
		to := newTarget()
		memory := duijiesync.NewMemoryState()
		mustRun(t, pipe(src, finderTarget{to}, memory))
		src.items, src.version = renamed(src.items, "D0001", "D0002"), 6
		want := src.items
		c := &crashing{State: memory, at: 2, after: true}
		_, err := pipe(src, crashingTarget{finderTarget{to}, c}, c).Run(t.Context())
		require.ErrorIs(t, err, errCrash)
		time.Sleep(2 * time.Minute) // virtual
		src.items, src.version = []doc{{"D0001", "five"}, {"D0002", "five"}}, 5
		mustRun(t, pipe(src, finderTarget{to}, memory))
		to.check(t, want)
	})
}

func TestStateWithoutVersionBesideOneWith(t *testing.T) {
	t.Parallel()
	to := newTarget()
	src := duijiesync.SourceFunc[doc](func(context.Context, duijiesync.Checkpoint) batches {
		return func(yield func(duijiesync.Batch[doc], error) bool) {
			yield(duijiesync.Batch[doc]{Records: []duijiesync.Record[doc]{
				{Key: "A", Value: doc{"A", "first"}, Version: 5}, {Key: "A", Value: doc{"A", "second"}},
			}}, nil)
		}
	})
	mustRun(t, pipe(src, finderTarget{to}, duijiesync.NewMemoryState()))
	to.check(t, []doc{{"A", "second"}})
}

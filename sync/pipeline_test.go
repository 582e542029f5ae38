package sync_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
)

func TestRunCreatesThenLeavesAloneThenUpdates(t *testing.T) {
	t.Parallel()
	src := &listSource{items: docs(130), page: 50}
	to := newTarget()
	p := pipe(src, finderTarget{to}, duijiesync.NewMemoryState())
	rep := mustRun(t, p)
	require.EqualValues(t, 130, rep.Created)
	require.Equal(t, "a list", rep.Paging)
	require.Equal(t, duijiesync.CheckpointMove{Before: "", After: "end"}, rep.Checkpoint)
	to.check(t, src.items)

	writes := to.writes
	rep = mustRun(t, p)
	require.EqualValues(t, 130, rep.Unchanged)
	require.Equal(t, writes, to.writes, "nothing is sent when nothing changed")

	src.items = renamed(src.items, "D0003", "D0077")
	rep = mustRun(t, p)
	require.EqualValues(t, 2, rep.Updated)
	require.EqualValues(t, 128, rep.Unchanged)
	to.check(t, src.items)
}

func TestRecordsAlreadyInTheTargetAreFound(t *testing.T) {
	t.Parallel()
	src := &listSource{items: docs(30), page: 30}
	to := newTarget()
	to.rows["D0001"] = []row{{ID: "old1", Name: src.items[0].Name}}
	to.rows["D0002"] = []row{{ID: "old2", Name: "something else"}}
	rep := mustRun(t, pipe(src, finderTarget{to}, duijiesync.NewMemoryState()))
	require.EqualValues(t, 1, rep.Unchanged)
	require.EqualValues(t, 1, rep.Updated)
	require.EqualValues(t, 28, rep.Created)
	to.check(t, src.items)
}

func TestRefusedRowsBecomeDeadLettersAlone(t *testing.T) {
	t.Parallel()
	for _, named := range []bool{true, false} {
		src := &listSource{items: docs(200), page: 50}
		to := newTarget()
		to.named = named
		bad := []string{"D0001", "D0020", "D0021", "D0150"}
		for _, k := range bad {
			to.poison[k] = true
		}
		p := pipe(src, finderTarget{to}, duijiesync.NewMemoryState())
		rep := mustRun(t, p)
		require.EqualValues(t, 4, rep.Refused)
		require.EqualValues(t, 196, rep.Created)
		require.EqualValues(t, 4, rep.DeadLetters)
		require.False(t, rep.Complete())
		to.check(t, without(src.items, bad...))
		plain := 12 // 4 pages of 50 in chunks of 20
		require.LessOrEqual(t, to.writes-plain, 2*4*5+4, "bisecting costs at most 2·p·log2(n)+p more writes")

		letters, err := p.DeadLetters(t.Context(), duijiesync.DeadLetterQuery{})
		require.NoError(t, err)
		require.Len(t, letters, 4)
		require.Equal(t, "D0001", letters[0].Key)
		require.Equal(t, "11", letters[0].Code)
		require.JSONEq(t, `{"No":"D0001","Name":"name 1"}`, string(letters[0].Raw))

		writes := to.writes
		rep = mustRun(t, p)
		require.EqualValues(t, 4, rep.Refused, "still not in the target")
		require.Equal(t, writes, to.writes, "not sent again unchanged")

		delete(to.poison, "D0001")
		src.items = renamed(src.items, "D0020")
		delete(to.poison, "D0020")
		rep = mustRun(t, p)
		require.EqualValues(t, 1, rep.Created, "a changed record is tried again")
		require.EqualValues(t, 3, rep.DeadLetters)
		rep, err = p.Replay(t.Context(), duijiesync.ReplayQuery{})
		require.NoError(t, err)
		require.EqualValues(t, 1, rep.Created)
		require.EqualValues(t, 2, rep.Refused)
		require.EqualValues(t, 2, rep.DeadLetters)
		letters, err = p.DeadLetters(t.Context(), duijiesync.DeadLetterQuery{})
		require.NoError(t, err)
		require.Equal(t, 2, letters[0].Attempts)
		to.check(t, without(src.items, "D0021", "D0150"))
	}
}

func TestLostAnswersAreSettledByLookup(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]fault{"before": lostBefore, "after": lostAfter, "half": halfDone, "late": lateCommit} {
		for _, unique := range []bool{true, false} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					src := &listSource{items: docs(400), page: 100}
					to := newTarget()
					to.unique = unique
					to.late = 5 * time.Second // the lookups are at 1, 3 and 7 s
					to.fault = func(n int) fault {
						if n%3 == 1 {
							return f
						}
						return fine
					}
					p := pipe(src, finderTarget{to}, duijiesync.NewMemoryState())
					rep := mustRun(t, p)
					require.EqualValues(t, 400, rep.Created)
					time.Sleep(time.Minute) // virtual
					to.check(t, src.items)

					src.items = renamed(src.items, "D0001", "D0200", "D0399")
					rep = mustRun(t, p)
					require.EqualValues(t, 3, rep.Updated)
					time.Sleep(time.Minute) // virtual
					to.check(t, src.items)
				})
			})
		}
	}
}

func TestWithoutLookupUnknownIsHeld(t *testing.T) {
	t.Parallel()
	src := &listSource{items: docs(60), page: 20}
	to := newTarget()
	to.fault = func(n int) fault {
		if n == 2 {
			return lostAfter
		}
		return fine
	}
	p := pipe(src, to, duijiesync.NewMemoryState())
	rep := mustRun(t, p)
	require.EqualValues(t, 40, rep.Created)
	require.EqualValues(t, 20, rep.Held)
	require.EqualValues(t, 20, rep.DeadLetters)
	to.check(t, src.items) // it did arrive, and was not sent twice

	rep = mustRun(t, p)
	require.EqualValues(t, 20, rep.Held, "still nobody knows")
	require.NoError(t, p.MarkDone(t.Context(), "D0021"))
	require.NoError(t, p.MarkUnsent(t.Context(), "D0022"))
	require.Error(t, p.MarkDone(t.Context(), "D0001"), "it is neither held nor dead")
	delete(to.rows, "D0022") // as the person found out
	rep = mustRun(t, p)
	require.EqualValues(t, 18, rep.Held)
	require.EqualValues(t, 1, rep.Created)
	to.check(t, src.items)
}

func TestIdempotentSinkIsSimplyWrittenAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		src := &listSource{items: docs(40), page: 20}
		to := &upsertTarget{rows: map[string]string{}, lose: 1}
		rep := mustRun(t, pipe(src, to, duijiesync.NewMemoryState()))
		require.EqualValues(t, 40, rep.Created)
		require.Zero(t, rep.Held)
		require.Len(t, to.rows, 40)
	})
}

type upsertTarget struct {
	rows map[string]string
	lose int
}

func (u *upsertTarget) Limits() duijiesync.Limits {
	return duijiesync.Limits{Rows: 20, Idempotent: true}
}

func (u *upsertTarget) Write(_ context.Context, recs []duijiesync.Record[doc]) ([]duijiesync.Outcome, error) {
	out := make([]duijiesync.Outcome, len(recs))
	for i, r := range recs {
		u.rows[r.Key] = r.Value.Name
		out[i].Kind = duijiesync.OutcomeCreated
	}
	if u.lose > 0 {
		u.lose--
		return nil, errLost
	}
	return out, nil
}

func TestBusyRowsAreRetriedThenDead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		src := &listSource{items: docs(20), page: 20}
		to := newTarget()
		to.busy["D0004"], to.busy["D0009"] = 2, 100
		rep := mustRun(t, pipe(src, finderTarget{to}, duijiesync.NewMemoryState()))
		require.EqualValues(t, 19, rep.Created)
		require.EqualValues(t, 1, rep.Refused)
		to.check(t, without(src.items, "D0009"))
	})
}

func TestTransformMistakesConcernOneRecord(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	src := &listSource{items: docs(30), page: 10}
	to := newTarget()
	p := pipe(src, finderTarget{to}, duijiesync.NewMemoryState())
	p.Logger = slog.New(slog.NewTextHandler(&log, nil))
	p.Transform = func(_ context.Context, d doc) (doc, error) {
		switch d.No {
		case "D0002":
			return d, duijiesync.ErrSkip
		case "D0003":
			return d, errors.New("no price")
		case "D0004":
			panic("no such unit")
		}
		return d, nil
	}
	rep := mustRun(t, p)
	require.EqualValues(t, 1, rep.Skipped)
	require.EqualValues(t, 2, rep.Refused)
	require.EqualValues(t, 27, rep.Created)
	require.Contains(t, log.String(), "pipeline_test.go", "the log has the stack")
	letters, err := p.DeadLetters(t.Context(), duijiesync.DeadLetterQuery{Reason: duijiesync.DeadTransform})
	require.NoError(t, err)
	require.Len(t, letters, 2)
	require.Contains(t, letters[0].Message, "no price")
}

func TestTooManyRefusalsStopTheRun(t *testing.T) {
	t.Parallel()
	src := &listSource{items: docs(200), page: 50}
	to := newTarget()
	for _, d := range src.items {
		to.poison[d.No] = true
	}
	p := pipe(src, finderTarget{to}, duijiesync.NewMemoryState())
	rep, err := p.Run(t.Context())
	require.ErrorIs(t, err, duijiesync.ErrTooManyRefused)
	require.EqualValues(t, 50, rep.Refused)
	p = pipe(src, finderTarget{to}, duijiesync.NewMemoryState())
	p.MaxRefused, p.MaxRefusedShare = 100, 1
	rep, err = p.Run(t.Context())
	require.ErrorIs(t, err, duijiesync.ErrTooManyRefused)
	require.EqualValues(t, 150, rep.Refused)
}

func TestOlderStateNeverOverwritesNewer(t *testing.T) {
	t.Parallel()
	src := &listSource{items: renamed(docs(5), "D0001"), page: 5, version: 200}
	to := newTarget()
	p := pipe(src, finderTarget{to}, duijiesync.NewMemoryState())
	mustRun(t, p)
	want := src.items
	src.items, src.version = docs(5), 100
	rep := mustRun(t, p)
	require.EqualValues(t, 5, rep.Unchanged)
	to.check(t, want)
}

func TestSameKeyTwiceInABatch(t *testing.T) {
	t.Parallel()
	first := docs(3)
	src := &listSource{items: append(first, renamed(first, "D0001", "D0002", "D0003")...), page: 10}
	to := newTarget()
	rep := mustRun(t, pipe(src, finderTarget{to}, duijiesync.NewMemoryState()))
	require.EqualValues(t, 3, rep.Skipped)
	to.check(t, renamed(first, "D0001", "D0002", "D0003"))
}

func TestFailingReadOrTargetKeepsWhatIsDone(t *testing.T) {
	t.Parallel()
	src := &listSource{items: docs(100), page: 30, fail: errors.New("page 2 failed")}
	to := newTarget()
	state := duijiesync.NewMemoryState()
	p := pipe(src, finderTarget{to}, state)
	rep, err := p.Run(t.Context())
	require.ErrorContains(t, err, "page 2 failed")
	require.EqualValues(t, 30, rep.Created)
	require.Equal(t, duijiesync.Checkpoint("page 1"), rep.Checkpoint.After)
	src.fail = nil
	to.fault = func(n int) fault {
		if n == 4 { // the second chunk of page 2
			return down
		}
		return fine
	}
	_, err = p.Run(t.Context())
	require.ErrorIs(t, err, errDown)
	rep = mustRun(t, p)
	require.EqualValues(t, 50, rep.Created)
	require.EqualValues(t, 20, rep.Unchanged, "the first chunk of page 2 was settled")
	to.check(t, src.items)
}

func TestCancelFinishesTheBatch(t *testing.T) {
	t.Parallel()
	src := &listSource{items: docs(100), page: 20}
	to := newTarget()
	ctx, cancel := context.WithCancel(t.Context())
	to.onWrite = cancel
	p := pipe(src, finderTarget{to}, duijiesync.NewMemoryState())
	rep, err := p.Run(ctx)
	require.ErrorIs(t, err, context.Canceled)
	require.EqualValues(t, 20, rep.Created, "the batch under way is settled")
	require.Equal(t, duijiesync.Checkpoint("page 1"), rep.Checkpoint.After)
	to.onWrite = nil
	rep = mustRun(t, p)
	require.EqualValues(t, 80, rep.Created)
	to.check(t, src.items)
}

func TestPlanWritesNothingAndIsRight(t *testing.T) {
	t.Parallel()
	src := &listSource{items: docs(60), page: 25}
	to := newTarget()
	to.rows["D0005"] = []row{{ID: "old", Name: "five"}}
	to.rows["D0006"] = []row{{ID: "old6", Name: "name 6"}}
	p := pipe(src, finderTarget{to}, duijiesync.NewMemoryState())
	p.Transform = func(_ context.Context, d doc) (doc, error) {
		if d.No == "D0007" {
			return d, errors.New("no name")
		}
		return d, nil
	}
	counts := map[duijiesync.Action]int64{}
	for it, err := range p.Plan(t.Context()) {
		require.NoError(t, err)
		counts[it.Action]++
		if it.Key == "D0005" {
			require.Equal(t, []duijiesync.Change{{Field: "Name", Old: "five", New: "name 5"}}, it.Changes)
			require.Equal(t, "old", it.TargetID)
		}
	}
	require.Zero(t, to.writes)
	rep := mustRun(t, p)
	require.Equal(t, map[duijiesync.Action]int64{
		duijiesync.ActionCreate: rep.Created, duijiesync.ActionUpdate: rep.Updated,
		duijiesync.ActionUnchanged: rep.Unchanged, duijiesync.ActionRefuse: rep.Refused,
	}, counts, "the run does exactly what the plan said")
}

func TestIncompletePipelineNamesEverything(t *testing.T) {
	t.Parallel()
	_, err := (&duijiesync.Pipeline[doc, doc]{}).Run(t.Context())
	require.ErrorIs(t, err, duijiesync.ErrPipeline)
	for _, part := range []string{"Name", "Source", "Transform", "Sink", "State"} {
		require.ErrorContains(t, err, part)
	}
}

func TestSinkBreakingItsContractLosesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		src := &listSource{items: docs(40), page: 40}
		to := newTarget()
		short := &shortSink{finderTarget{to}}
		rep := mustRun(t, pipe(src, short, duijiesync.NewMemoryState()))
		require.EqualValues(t, 40, rep.Created)
		to.check(t, src.items)
	})
}

// shortSink returns one outcome too few.
type shortSink struct{ finderTarget }

func (s *shortSink) Write(ctx context.Context, recs []duijiesync.Record[doc]) ([]duijiesync.Outcome, error) {
	out, err := s.finderTarget.Write(ctx, recs)
	return out[:len(out)-1], err
}

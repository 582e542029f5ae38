package sync_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// TestWaitingRecordThatIsLeftOut: what waited is left out by the transform in
// the end. Its letter goes, and the run ends.
func TestWaitingRecordThatIsLeftOut(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	src := &listSource{items: docs(5), page: 5}
	to := newTarget()
	p := pipe(src, finderTarget{to}, duijiesync.NewMemoryState())
	answer := duijiesync.ErrWait
	p.Transform = func(_ context.Context, d doc) (doc, error) {
		if d.No == "D0002" {
			return d, answer
		}
		return d, nil
	}
	require.EqualValues(t, 1, mustRun(t, p).Waiting)
	src.items, answer = nil, duijiesync.ErrSkip
	rep, err := p.Run(ctx)
	require.NoError(t, err)
	require.EqualValues(t, 1, rep.Skipped)
	require.EqualValues(t, 1, rep.Read)
	require.Zero(t, rep.DeadLetters)

	src.items, answer = docs(5), nil // it is let through after all
	rep = mustRun(t, p)
	require.EqualValues(t, 1, rep.Created)
	to.check(t, src.items)
}

// TestReplayOfALetterThatIsLeftOut: the letter goes, and the same contents come
// through once the transform lets them.
func TestReplayOfALetterThatIsLeftOut(t *testing.T) {
	t.Parallel()
	src := &listSource{items: docs(5), page: 5}
	to := newTarget()
	to.poison["D0002"] = true
	p := pipe(src, finderTarget{to}, duijiesync.NewMemoryState())
	require.EqualValues(t, 1, mustRun(t, p).Refused)
	p.Transform = func(_ context.Context, d doc) (doc, error) {
		if d.No == "D0002" {
			return d, duijiesync.ErrSkip
		}
		return d, nil
	}
	rep, err := p.Replay(t.Context(), duijiesync.ReplayQuery{})
	require.NoError(t, err)
	require.EqualValues(t, 1, rep.Skipped)
	require.Zero(t, rep.DeadLetters)

	p.Transform = duijiesync.Same[doc]
	clear(to.poison)
	require.EqualValues(t, 1, mustRun(t, p).Created, "a record without a letter is not left behind")
	to.check(t, src.items)
}

// TestLetterTheLedgerIsPast: a letter whose record the ledger knows as written
// since goes with its replay, and retries of waiting ones end.
func TestLetterTheLedgerIsPast(t *testing.T) {
	t.Parallel()
	for _, newer := range []int64{0, 1} {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		src := &listSource{items: docs(1), page: 5, version: 4}
		to := newTarget()
		state := duijiesync.NewMemoryState()
		p := pipe(src, finderTarget{to}, state)
		mustRun(t, p)
		scope := duijiesync.Scope{Pipeline: "docs"}
		entries, err := state.Ledger(ctx, "docs", []string{"D0001"})
		require.NoError(t, err)
		raw, err := json.Marshal(docs(1)[0])
		require.NoError(t, err)
		require.NoError(t, duijiesync.WithLease(ctx, state, scope, duijiesync.LeaseOptions{}, func(ctx context.Context, l duijiesync.Lease) error {
			e := entries["D0001"]
			e.Version += newer
			return state.Settle(ctx, l, duijiesync.Settlement{Entries: []duijiesync.Entry{e}, Dead: []duijiesync.DeadLetter{
				{Key: "D0001", Reason: duijiesync.DeadWaiting, Raw: raw, Version: 4, Attempts: 1},
			}})
		}))
		src.items = nil
		rep, err := p.Run(ctx)
		require.NoError(t, err)
		require.Zero(t, rep.DeadLetters)
		require.EqualValues(t, 1, rep.Unchanged)
		to.check(t, docs(1))
	}
}

type (
	pointers = iter.Seq2[duijiesync.Batch[*doc], error]
	anys     = iter.Seq2[duijiesync.Batch[any], error]
)

// limited is a target with limits of the test's own.
type limited struct {
	*target
	limits duijiesync.Limits
}

func (l limited) Limits() duijiesync.Limits { return l.limits }

// TestAbsurdLimits: limits below 0 are none, and those without bound do not
// overflow.
func TestAbsurdLimits(t *testing.T) {
	t.Parallel()
	for _, limits := range []duijiesync.Limits{
		{Rows: -1, FindRows: -1, Lanes: -1},
		{Rows: math.MaxInt, FindRows: math.MaxInt, Lanes: math.MaxInt},
		{Rows: 3, FindRows: 3, Lanes: math.MaxInt},
		{Rows: math.MinInt, FindRows: math.MinInt, Lanes: math.MinInt},
	} {
		for _, find := range []bool{false, true} {
			src := &listSource{items: docs(30), page: 10}
			to := newTarget()
			p := pipe(src, limited{to, limits}, duijiesync.NewMemoryState())
			if find {
				p.Sink = struct {
					limited
					duijiesync.Finder[doc]
				}{limited{to, limits}, finderTarget{to}}
			}
			p.Lanes, p.Prefetch = -1, -1
			p.Settle.Attempts = -1
			p.MaxRefusedShare = -1
			require.EqualValues(t, 30, mustRun(t, p).Created)
			to.check(t, src.items)
		}
	}
}

// TestRetryBudgetWithoutEnd: the largest number is no limit, not none left.
func TestRetryBudgetWithoutEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		src := &listSource{items: docs(3), page: 3}
		to := newTarget()
		to.busy["D0002"] = 2
		p := pipe(src, finderTarget{to}, duijiesync.NewMemoryState())
		p.RetryBudget = math.MaxInt
		require.EqualValues(t, 3, mustRun(t, p).Created)
	})
}

// badError is an error of the kind that is nil and is not.
type badError struct{ words string }

func (e *badError) Error() string { return e.words }

// TestNilPointerAsError: a nil pointer in an error, a slip of many programs,
// concerns its record alone, and ends no process.
func TestNilPointerAsError(t *testing.T) {
	t.Parallel()
	for _, lanes := range []int{1, 4} {
		to := newTarget()
		records := make([]duijiesync.Record[doc], 10)
		for i, d := range docs(10) {
			records[i] = duijiesync.Record[doc]{Key: d.No, Value: d}
		}
		var none *badError
		records[4].Err = none
		src := &batchesSource{batches: [][]duijiesync.Record[doc]{records[:5], records[5:]}}
		find := unclearOf{finderTarget{to}, "D0008"}
		p := pipe(src, find, duijiesync.NewMemoryState())
		p.Sink = struct {
			limited
			duijiesync.Finder[doc]
		}{limited{to, duijiesync.Limits{Lanes: lanes}}, find}
		p.Transform = func(_ context.Context, d doc) (doc, error) {
			var err *badError
			if d.No == "D0002" {
				return d, err
			}
			return d, nil
		}
		rep := mustRun(t, p)
		require.EqualValues(t, 3, rep.Refused)
		require.EqualValues(t, 7, rep.Created)
		to.check(t, without(docs(10), "D0002", "D0005", "D0008"))
	}
}

// unclearOf can not tell one record, and says so with a nil pointer.
type unclearOf struct {
	finderTarget
	key string
}

func (u unclearOf) Find(ctx context.Context, recs []duijiesync.Record[doc]) ([]duijiesync.Found, error) {
	found, err := u.finderTarget.Find(ctx, recs)
	for i := range recs {
		if recs[i].Key == u.key {
			var none *badError
			found[i].Err = none
		}
	}
	return found, err
}

// TestNegativeVersions: times before 1970 order states as others do, and a state
// without version stays one.
func TestNegativeVersions(t *testing.T) {
	t.Parallel()
	src := &listSource{items: docs(1), page: 5}
	to := newTarget()
	p := pipe(src, finderTarget{to}, duijiesync.NewMemoryState())
	mustRun(t, p)
	src.items, src.version = []doc{{"D0001", "sixty"}}, -60
	require.EqualValues(t, 1, mustRun(t, p).Updated, "what the ledger has has no version")
	src.items, src.version = []doc{{"D0001", "seventy"}}, -70
	require.EqualValues(t, 1, mustRun(t, p).Unchanged, "it is older")
	to.check(t, []doc{{"D0001", "sixty"}})

	a, b := rec("D0001", "first"), rec("D0001", "second")
	b.Version = -5
	mustRun(t, pipe(&batchesSource{batches: [][]duijiesync.Record[doc]{{a, b}}}, finderTarget{to}, p.State))
	to.check(t, []doc{{"D0001", "second"}})
}

// TestOpenBatchesOfOneRunEnd: numbers that would be taken for those of letters
// are not used.
func TestOpenBatchesOfOneRunEnd(t *testing.T) {
	t.Parallel()
	p := pipe(&listSource{}, newTarget(), duijiesync.NewMemoryState())
	scope := duijiesync.Scope{Pipeline: "docs"}
	lease, err := p.State.Acquire(t.Context(), scope, "test", time.Minute)
	require.NoError(t, err)
	require.NoError(t, duijiesync.OpenAfter(t.Context(), p, lease, 1<<31-2))
	require.ErrorContains(t, duijiesync.OpenAfter(t.Context(), p, lease, 1<<31-1), "run again")
	open, err := p.State.OpenBatches(t.Context(), scope)
	require.NoError(t, err)
	require.Len(t, open, 1)
}

// TestEditedWaitingLetterStays: what a person edited and wrote, or found in the
// target, does not become a letter again because the source has it as it was.
func TestEditedWaitingLetterStays(t *testing.T) {
	t.Parallel()
	for _, byHand := range []bool{false, true} {
		src := &listSource{items: docs(3), page: 3}
		to := newTarget()
		p := pipe(src, finderTarget{to}, duijiesync.NewMemoryState())
		p.Transform = needing(to, map[string]string{"D0002": "X"})
		require.EqualValues(t, 1, mustRun(t, p).Waiting)
		if byHand {
			to.rows["D0002"] = []row{{ID: "h", Name: "by hand"}}
			require.NoError(t, p.MarkDone(t.Context(), "D0002"))
		} else {
			p.Transform = duijiesync.Same[doc]
			_, err := p.Replay(t.Context(), duijiesync.ReplayQuery{Edit: func(duijiesync.DeadLetter) (json.RawMessage, error) {
				return json.RawMessage(`{"No":"D0002","Name":"by hand"}`), nil
			}})
			require.NoError(t, err)
			p.Transform = needing(to, map[string]string{"D0002": "X"})
		}
		rep := mustRun(t, p)
		require.Zero(t, rep.Waiting)
		require.Zero(t, rep.DeadLetters)
		require.Equal(t, "by hand", to.rows["D0002"][0].Name)
	}
}

// TestHeldRecordThatChangedBack: the source is back at what was sent and is in
// the target; the letter of the state between must not be replayed over it.
func TestHeldRecordThatChangedBack(t *testing.T) {
	t.Parallel()
	src := &listSource{items: docs(3), page: 3}
	to := newTarget()
	to.fault = func(n int) fault { return map[int]fault{1: lostAfter}[n] }
	memory := duijiesync.NewMemoryState()
	p := pipe(src, upsertByKey{to}, memory)
	require.EqualValues(t, 3, mustRun(t, p).Held)
	src.items = renamed(src.items, "D0002")
	require.EqualValues(t, 3, mustRun(t, p).Held)
	require.NoError(t, p.MarkDone(t.Context(), "D0001", "D0002", "D0003"))
	require.Len(t, lettersOf(t, memory), 1)
	src.items = docs(3)
	require.EqualValues(t, 3, mustRun(t, p).Unchanged)
	_, err := p.Replay(t.Context(), duijiesync.ReplayQuery{})
	require.NoError(t, err)
	to.check(t, src.items)
	require.Empty(t, lettersOf(t, memory))
}

// TestSettledBatchesAreNotKept: while the oldest batch is slow, those that
// settled behind it leave memory.
func TestSettledBatchesAreNotKept(t *testing.T) {
	t.Parallel()
	const n = 40
	var mu sync.Mutex
	var kept []weak.Pointer[doc]
	hold, past := make(chan struct{}), make(chan struct{})
	src := duijiesync.SourceFunc[*doc](func(context.Context, duijiesync.Checkpoint) pointers {
		return func(yield func(duijiesync.Batch[*doc], error) bool) {
			for i := range n {
				d := &doc{No: fmt.Sprint(i)}
				mu.Lock()
				kept = append(kept, weak.Make(d))
				mu.Unlock()
				batch := duijiesync.Batch[*doc]{
					Records:    []duijiesync.Record[*doc]{{Key: d.No, Value: d}},
					Checkpoint: duijiesync.Checkpoint(d.No),
				}
				d = nil
				if i == n-1 {
					close(past)
				}
				if !yield(batch, nil) {
					return
				}
			}
		}
	})
	p := &duijiesync.Pipeline[*doc, doc]{
		Name: "docs", Source: src, State: duijiesync.NewMemoryState(),
		Sink: limited{newTarget(), duijiesync.Limits{Lanes: 3}},
		Transform: func(_ context.Context, d *doc) (doc, error) {
			if d.No == "0" {
				<-hold
			}
			return *d, nil
		},
	}
	ends := make(chan error)
	go func() {
		_, err := p.Run(t.Context())
		ends <- err
	}()
	<-past
	live := func() (n int) {
		runtime.GC()
		mu.Lock()
		defer mu.Unlock()
		for _, w := range kept {
			if w.Value() != nil {
				n++
			}
		}
		return n
	}
	require.Eventually(t, func() bool { return live() <= 8 }, 5*time.Second, 10*time.Millisecond, "%d batches are in memory", live())
	close(hold)
	require.NoError(t, <-ends)
}

// TestLetterThatCannotBeKeptHasNoOlderItem: a newer state that has no JSON must not
// be replayed as the older one its letter had.
func TestLetterThatCannotBeKeptHasNoOlderItem(t *testing.T) {
	t.Parallel()
	var value any = 1.5
	src := duijiesync.SourceFunc[any](func(context.Context, duijiesync.Checkpoint) anys {
		return func(yield func(duijiesync.Batch[any], error) bool) {
			yield(duijiesync.Batch[any]{Records: []duijiesync.Record[any]{{Key: "A", Value: value}}}, nil)
		}
	})
	p := &duijiesync.Pipeline[any, doc]{
		Name: "docs", Source: src, State: duijiesync.NewMemoryState(), Sink: newTarget(),
		Transform: func(_ context.Context, v any) (doc, error) { return doc{}, errors.New("no") },
	}
	_, err := p.Run(t.Context())
	require.NoError(t, err)
	require.JSONEq(t, "1.5", string(lettersOf(t, p.State)[0].Raw))
	value = math.Inf(1)
	_, err = p.Run(t.Context())
	require.NoError(t, err)
	require.Empty(t, lettersOf(t, p.State)[0].Raw)
	require.Contains(t, lettersOf(t, p.State)[0].Message, "can not be kept")
}

// TestEmptyRawIsNone: the item is kept as JSON where the source's raw one is
// empty.
func TestEmptyRawIsNone(t *testing.T) {
	t.Parallel()
	r := rec("A", "bad")
	r.Raw = json.RawMessage{}
	to := newTarget()
	to.poison["A"] = true
	p := pipe(&batchesSource{batches: [][]duijiesync.Record[doc]{{r}}}, finderTarget{to}, duijiesync.NewMemoryState())
	mustRun(t, p)
	clear(to.poison)
	_, err := p.Replay(t.Context(), duijiesync.ReplayQuery{})
	require.NoError(t, err)
	to.check(t, []doc{{"A", "bad"}})
}

// deafState fails to list letters once.
type deafState struct {
	duijiesync.State
	left int
}

func (d *deafState) DeadLetters(ctx context.Context, name string, q duijiesync.DeadLetterQuery) ([]duijiesync.DeadLetter, error) {
	if d.left--; d.left == 0 {
		return nil, errCrash
	}
	return d.State.DeadLetters(ctx, name, q)
}

// TestReplayOfAllPartitionsTellsOfAFailure: letters that could not be listed are
// no letters that were replayed.
func TestReplayOfAllPartitionsTellsOfAFailure(t *testing.T) {
	t.Parallel()
	p := pipe(&listSource{}, newTarget(), &deafState{duijiesync.NewMemoryState(), 1})
	rep, err := p.Replay(t.Context(), duijiesync.ReplayQuery{AllPartitions: true})
	require.ErrorIs(t, err, errCrash)
	require.NotNil(t, rep)
}

// hookedState calls a test before or after what a run asks of its State.
type hookedState struct {
	duijiesync.State
	asked   func() // after the ledger was read
	settles func(duijiesync.Settlement)
}

func (h *hookedState) Ledger(ctx context.Context, name string, keys []string) (map[string]duijiesync.Entry, error) {
	entries, err := h.State.Ledger(ctx, name, keys)
	if asked := h.asked; asked != nil {
		h.asked = nil
		asked()
	}
	return entries, err
}

func (h *hookedState) Settle(ctx context.Context, l duijiesync.Lease, s duijiesync.Settlement) error {
	if h.settles != nil {
		h.settles(s)
	}
	return h.State.Settle(ctx, l, s)
}

// TestHeldRecordMarkedBesideAnotherPartition: while a partition refreshes the item
// of a held record, a person settles it in the partition that holds it. It is not
// held again, and what the other one read is written.
func TestHeldRecordMarkedBesideAnotherPartition(t *testing.T) {
	t.Parallel()
	for _, when := range []string{"after the ledger was read", "before the settlement"} {
		for _, changed := range []bool{false, true} {
			for _, unsent := range []bool{false, true} {
				synctest.Test(t, func(t *testing.T) {
					memory := duijiesync.NewMemoryState()
					src := &listSource{items: docs(3), page: 3}
					to := newTarget()
					to.fault = func(n int) fault { return map[int]fault{1: lostAfter}[n] }
					if unsent {
						to.fault = func(n int) fault { return map[int]fault{1: lostBefore}[n] }
					}
					a := pipe(src, upsertByKey{to}, memory)
					a.Partition = "a"
					require.EqualValues(t, 3, mustRun(t, a).Held)
					if changed {
						src.items = renamed(src.items, "D0002")
					}
					marks := make(chan error, 1)
					mark := func() {
						if unsent {
							marks <- a.MarkUnsent(t.Context(), "D0001", "D0002", "D0003")
						} else {
							marks <- a.MarkDone(t.Context(), "D0001", "D0002", "D0003")
						}
					}
					hooked := &hookedState{State: memory}
					if when == "after the ledger was read" {
						hooked.asked = mark
					} else {
						hooked.settles = func(s duijiesync.Settlement) {
							if len(s.Dead) > 0 {
								hooked.settles = nil
								go mark()
								time.Sleep(100 * time.Millisecond) // virtual
							}
						}
					}
					b := pipe(src, upsertByKey{to}, hooked)
					b.Partition = "b"
					mustRun(t, b)
					require.NoError(t, <-marks)
					entries, _, err := memory.Entries(t.Context(), "docs", "", 0)
					require.NoError(t, err)
					for _, e := range entries {
						require.NotEqual(t, duijiesync.EntryHeld, e.State, "%s, %s", when, e.Key)
					}
					mustRun(t, b)
					_, err = a.Replay(t.Context(), duijiesync.ReplayQuery{AllPartitions: true})
					require.NoError(t, err)
					to.check(t, src.items)
					require.Empty(t, lettersOf(t, memory))
				})
			}
		}
	}
}

// TestMarkWaitsForAnotherPartition: a mark does not overwrite what another
// partition is just writing, and leaves no note behind, done or not.
func TestMarkWaitsForAnotherPartition(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		memory := duijiesync.NewMemoryState()
		src := &listSource{items: docs(3), page: 3}
		to := newTarget()
		to.poison["D0002"] = true
		a := pipe(src, finderTarget{to}, memory)
		a.Partition = "a"
		require.EqualValues(t, 1, mustRun(t, a).Refused)
		src.items = renamed(src.items, "D0002")
		clear(to.poison)
		marked := make(chan error, 1)
		hooked := &hookedState{State: memory}
		hooked.settles = func(s duijiesync.Settlement) {
			if len(s.Entries) > 0 {
				hooked.settles = nil
				go func() { marked <- a.MarkDone(t.Context(), "D0002", "D0002") }()
				time.Sleep(100 * time.Millisecond) // virtual
			}
		}
		b := pipe(src, finderTarget{to}, hooked)
		b.Partition = "b"
		require.EqualValues(t, 1, mustRun(t, b).Created)
		require.ErrorContains(t, <-marked, "neither held nor a dead letter")
		require.EqualValues(t, 3, mustRun(t, b).Unchanged)
		for _, part := range []string{"a", "b"} {
			open, err := memory.OpenBatches(t.Context(), duijiesync.Scope{Pipeline: "docs", Partition: part})
			require.NoError(t, err)
			require.Empty(t, open)
		}
	})
}

// TestLetterOfWhatIsNoJSON: one item that is no JSON does not keep a list of
// letters from being encoded.
func TestLetterOfWhatIsNoJSON(t *testing.T) {
	t.Parallel()
	state := duijiesync.NewMemoryState()
	src := duijiesync.SourceFunc[doc](func(context.Context, duijiesync.Checkpoint) batches {
		return func(yield func(duijiesync.Batch[doc], error) bool) {
			yield(duijiesync.Batch[doc]{Records: []duijiesync.Record[doc]{
				{Key: "A", Raw: json.RawMessage(`{"No":"A","Name":7}`), Err: errors.New("a number")},
				{Key: "B", Raw: json.RawMessage("{\"No\":\"B\xff"), Err: errors.New("cut off")},
			}}, nil)
		}
	})
	require.EqualValues(t, 2, mustRun(t, pipe(src, finderTarget{newTarget()}, state)).Refused)
	body, err := json.Marshal(lettersOf(t, state))
	require.NoError(t, err)
	var back []duijiesync.DeadLetter
	require.NoError(t, json.Unmarshal(body, &back))
	require.JSONEq(t, `{"No":"A","Name":7}`, string(back[0].Raw))
	require.Equal(t, duijiesync.DeadTransform, back[0].Reason)
	require.Equal(t, "\"{\\\"No\\\":\\\"B\\ufffd\"", string(back[1].Raw), "as a text")
	require.Equal(t, "{\"No\":\"B\xff", string(lettersOf(t, state)[1].Raw), "kept byte for byte")
}

// TestHeldLettersSayWhatToDo, and what they say works.
func TestHeldLettersSayWhatToDo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		src := &listSource{items: docs(1), page: 1}
		to := newTarget()
		to.fault = func(n int) fault { return map[int]fault{1: lostBefore}[n] }
		p := pipe(src, to, duijiesync.NewMemoryState())
		require.EqualValues(t, 1, mustRun(t, p).Held)
		rep, err := p.Replay(t.Context(), duijiesync.ReplayQuery{})
		require.NoError(t, err)
		require.EqualValues(t, 1, rep.Held, "a replay alone does nothing")
		require.Contains(t, lettersOf(t, p.State)[0].Message, "MarkDone or MarkUnsent")
		require.NoError(t, p.MarkUnsent(t.Context(), "D0001"))
		_, err = p.Replay(t.Context(), duijiesync.ReplayQuery{})
		require.NoError(t, err)
		to.check(t, src.items)

		to = newTarget()
		to.fault = func(int) fault { return lostBefore }
		p = pipe(src, finderTarget{to}, duijiesync.NewMemoryState())
		require.EqualValues(t, 1, mustRun(t, p).Held)
		require.NotContains(t, lettersOf(t, p.State)[0].Message, "can not look")
		require.Contains(t, lettersOf(t, p.State)[0].Message, "written 6 times")
		to.fault = nil
		_, err = p.Replay(t.Context(), duijiesync.ReplayQuery{})
		require.NoError(t, err)
		to.check(t, src.items)
	})
}

// TestFailureBesideABackfill: the live run of a pipeline has the partition "", and
// must not overwrite what a backfill beside it wrote either.
func TestFailureBesideABackfill(t *testing.T) {
	t.Parallel()
	to := newTarget()
	memory := duijiesync.NewMemoryState()
	backfill := pipe(states(state("five", 5)), to, memory)
	backfill.Partition = "backfill"
	live := pipe(states(state("three", 3)), to, &meanwhile{memory, func() { mustRun(t, backfill) }})
	live.Transform = func(context.Context, doc) (doc, error) { return doc{}, errCrash }
	require.EqualValues(t, 1, mustRun(t, live).Unchanged)
	require.Empty(t, lettersOf(t, memory))
	backfill.Source = states(state("six", 6))
	require.EqualValues(t, 1, mustRun(t, backfill).Updated)
	to.check(t, []doc{{"A", "six"}})
}

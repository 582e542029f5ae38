package sync_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// rereading reads a source from the beginning, whatever the checkpoint.
type rereading struct{ duijiesync.Source[doc] }

func (r rereading) Read(ctx context.Context, _ duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[doc], error] {
	return r.Source.Read(ctx, "")
}

func TestSliceGoesOnBehindItsCheckpoint(t *testing.T) {
	t.Parallel()
	items := docs(10)
	target := duijiesync.Collect[doc]()
	state := duijiesync.NewMemoryState()
	run := func() *duijiesync.Report {
		t.Helper()
		return mustRun(t, pipe(duijiesync.Slice(items, docNo), target, state))
	}
	require.EqualValues(t, 10, run().Created)
	require.Zero(t, run().Read, "nothing new")
	items = append(items, docs(12)[10:]...)
	rep := run()
	require.EqualValues(t, 2, rep.Read, "what was appended")
	require.EqualValues(t, 2, rep.Created)
	items = renamed(items, "D0003")
	rep = run()
	require.EqualValues(t, 12, rep.Read, "an item before the checkpoint changed")
	require.EqualValues(t, 1, rep.Updated)
	items = items[:10]
	require.EqualValues(t, 10, run().Unchanged, "fewer items than the checkpoint says")
	require.Equal(t, 12, target.Len())
}

// Whatever becomes of the items between two runs, each ends with all of them in
// the target.
func TestSliceLosesNothingWhateverChanges(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		items := docs(r.IntN(30))
		target, state := duijiesync.Collect[doc](), duijiesync.NewMemoryState()
		for range 6 {
			src := duijiesync.Slice(items, docNo)
			src.Page = 1 + r.IntN(9)
			mustRun(t, pipe(src, target, state))
			for _, want := range items {
				got, there := target.Get(want.No)
				require.True(t, there, "seed %d lost %s", seed, want.No)
				require.Equal(t, want, got, "seed %d", seed)
			}
			items = edited(r, items)
		}
	}
}

// edited changes items in one way or another.
func edited(r *rand.Rand, items []doc) []doc {
	items = slices.Clone(items)
	fresh := doc{No: fmt.Sprint("new ", r.Uint64()), Name: "new"}
	if len(items) == 0 {
		return []doc{fresh}
	}
	at := r.IntN(len(items))
	switch r.IntN(6) {
	case 0:
		return append(items, fresh)
	case 1:
		return slices.Insert(items, at, fresh)
	case 2:
		return slices.Delete(items, at, at+1)
	case 3:
		items[at].Name += " changed"
	case 4:
		slices.Reverse(items)
	case 5:
		items[at], items[0] = items[0], fresh
	}
	return items
}

// An item that has no JSON can be guarded by no hash: from it on every run reads
// again.
func TestSliceWithoutJSON(t *testing.T) {
	t.Parallel()
	items := []any{"a", "b", make(chan int), "d"}
	src := duijiesync.Slice(items, func(v any) string { return fmt.Sprintf("%T %v", v, v) })
	src.Page = 1
	var points []bool
	for b, err := range src.Read(t.Context(), "") {
		require.NoError(t, err)
		points = append(points, b.Checkpoint != "")
	}
	require.Equal(t, []bool{true, true, false, false}, points)
}

// What came before an iterator's error is handed on.
func TestSeqYieldsWhatCameBeforeAnError(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	src := duijiesync.Seq(func(context.Context) iter.Seq2[doc, error] {
		return func(yield func(doc, error) bool) {
			for _, d := range docs(7) {
				if !yield(d, nil) {
					return
				}
			}
			yield(doc{}, broken)
		}
	}, docNo)
	src.Page = 5
	target := duijiesync.Collect[doc]()
	rep, err := pipe(src, target, duijiesync.NewMemoryState()).Run(t.Context())
	require.ErrorIs(t, err, broken)
	require.EqualValues(t, 7, rep.Created)
	require.Equal(t, docs(7), target.Values())
}

// The iterator may end quietly with its context; the source does not.
func TestSeqOverAQuietIterator(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	src := duijiesync.Seq(func(ctx context.Context) iter.Seq2[doc, error] {
		return func(yield func(doc, error) bool) {
			for _, d := range docs(7) {
				if ctx.Err() != nil || !yield(d, nil) {
					return
				}
			}
		}
	}, docNo)
	src.Page = 2
	var last error
	for _, err := range src.Read(ctx, "") {
		cancel()
		last = err
	}
	require.ErrorIs(t, last, context.Canceled)
}

func TestCollectTellsChanges(t *testing.T) {
	t.Parallel()
	target := duijiesync.Collect[doc]()
	state := duijiesync.NewMemoryState()
	src := &listSource{items: docs(3), page: 3}
	mustRun(t, pipe(rereading{src}, target, state))
	src.items = append(renamed(src.items, "D0002"), doc{"x", "y"})
	actions := map[duijiesync.Action]int{}
	for item, err := range pipe(rereading{src}, target, duijiesync.NewMemoryState()).Plan(t.Context()) {
		require.NoError(t, err)
		actions[item.Action]++
		if item.Action == duijiesync.ActionUpdate {
			require.Equal(t, []duijiesync.Change{{Field: "Name", Old: `"name 2"`, New: `"NAME 2 renamed"`}}, item.Changes)
		}
	}
	require.Equal(t, map[duijiesync.Action]int{duijiesync.ActionUnchanged: 2, duijiesync.ActionUpdate: 1, duijiesync.ActionCreate: 1}, actions)

	out, err := target.Write(t.Context(), []duijiesync.Record[doc]{
		{Key: "D0001"}, {Key: "D0001", Target: duijiesync.Target{ID: "another"}}, {Key: "z", Target: duijiesync.Target{ID: "z"}},
	})
	require.NoError(t, err)
	require.Equal(t, []duijiesync.OutcomeKind{duijiesync.OutcomeConflict, duijiesync.OutcomeRefused, duijiesync.OutcomeRefused},
		[]duijiesync.OutcomeKind{out[0].Kind, out[1].Kind, out[2].Kind})
	_, there := target.Get("z")
	require.False(t, there)

	whole := duijiesync.Collect[any]()
	_, err = whole.Write(t.Context(), []duijiesync.Record[any]{{Key: "k", Value: "one"}})
	require.NoError(t, err)
	found, err := whole.Find(t.Context(), []duijiesync.Record[any]{{Key: "k", Value: 2}})
	require.NoError(t, err)
	require.Equal(t, []duijiesync.Change{{Old: `"one"`, New: "2"}}, found[0].Changes)
}

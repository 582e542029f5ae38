package mirror_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/mirror"
)

// The full cycle of both forms, over targets that can look up and that can not:
// copied, gone, back again, gone again.
func TestCycle(t *testing.T) {
	t.Parallel()
	for _, forbid := range []bool{false, true} {
		for _, blind := range []bool{false, true} {
			t.Run(fmt.Sprintf("forbid=%v,blind=%v", forbid, blind), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { cycle(t, forbid, blind) })
			})
		}
	}
}

func cycle(t *testing.T, forbid, blind bool) {
	w := newWorld(t, 100, blind)
	w.to.forbids, w.m.Forbid = forbid, forbid
	w.to.rows["foreign"] = &row{ID: "foreign", Key: "D0000x", Name: "made by hand"}
	w.src.remove("D0007", "D0050", "D0051", "D0099")
	first := w.entry(t, "D0007").TargetID

	rep := w.mirror(t)
	require.Equal(t, []int64{96, 100, 4, 4}, []int64{rep.Scanned, rep.Rows, rep.Missing, rep.Gone})
	w.same(t, "D0000x")
	e := w.entry(t, "D0007")
	require.Equal(t, duijiesync.EntryGone, e.State)
	if forbid {
		require.Equal(t, []string{first, "forbidden"}, []string{e.TargetID, e.Step})
	} else {
		require.Equal(t, []string{"", ""}, []string{e.TargetID, e.Step})
	}
	require.Zero(t, w.mirror(t).Missing, "what is gone is not missed again")

	w.src.put("D0007", "name 7") // with the very contents it had
	copied := w.copy(t)
	require.EqualValues(t, 1, copied.Created+copied.Updated)
	w.same(t, "D0000x")
	second := w.entry(t, "D0007").TargetID
	require.Equal(t, forbid, first == second, "a deleted row is created anew, a forbidden one is used again")

	w.src.remove("D0007")
	require.EqualValues(t, 1, w.mirror(t).Gone)
	w.same(t, "D0000x")
	require.EqualValues(t, 96, w.copy(t).Unchanged)
	require.Equal(t, []string{"D0007"}, w.to.gone[4:])
}

func TestForgetRemovesFromTheLedger(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 10, false)
	w.m.Forget = true
	w.src.remove("D0003")
	require.EqualValues(t, 1, w.mirror(t).Gone)
	require.Zero(t, w.entry(t, "D0003"))
}

func TestGuards(t *testing.T) {
	t.Parallel()
	failed := errors.New("page 3 does not come")
	for name, c := range map[string]struct {
		change func(w *world)
		want   error
		words  string
	}{
		"empty source":        {func(w *world) { w.src.docs = nil }, mirror.ErrEmptySource, "100 rows"},
		"half a source":       {func(w *world) { w.src.end = 5 }, mirror.ErrTooManyGone, "50 of 100"},
		"nine tenths of it":   {func(w *world) { w.src.end = 9 }, mirror.ErrTooManyGone, `10 of 100 rows are not in the source, allowed is a share of 0.05: ["D0090" "D0091"`},
		"an error at the end": {func(w *world) { w.src.remove("D0001"); w.src.fail[10] = failed }, failed, "scan the source"},
		"an error at first":   {func(w *world) { w.src.remove("D0001"); w.src.fail[1] = failed }, failed, "scan the source"},
		"too many": {func(w *world) {
			w.m.MaxCount = 1
			w.src.remove("D0001", "D0002")
		}, mirror.ErrTooManyGone, "2 of 100 rows are not in the source, allowed are 1"},
		"an unsteady source": {func(w *world) {
			w.src.remove("D0001")
			w.src.onPage = func(n int) {
				if n == 1 && w.src.reads == 2 {
					w.src.end = 5
				}
			}
		}, mirror.ErrTooManyGone, "scan 2 yielded 50 keys, the first one 99"},
	} {
		for _, forbid := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/forbid=%v", name, forbid), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, 100, false)
				w.m.MaxShare, w.m.Forbid = 0, forbid // the default
				c.change(w)
				rep, err := w.m.Run(t.Context())
				require.ErrorIs(t, err, c.want)
				require.ErrorContains(t, err, c.words)
				require.Zero(t, rep.Deletes)
				require.Len(t, w.to.inUse(), 100)
				runs, err := w.state.Runs(t.Context(), mirror.NotesScope("docs"), 1)
				require.NoError(t, err)
				require.Len(t, runs, 1)
				require.Contains(t, runs[0].Error, c.words)
			})
		}
	}
}

func TestFewMayGoOfASmallLedger(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 8, false)
	w.m.MaxShare = 0
	w.src.remove("D0001", "D0002", "D0003")
	require.EqualValues(t, 3, w.mirror(t).Gone)
	w.same(t)
	w.src.remove("D0004")
	w.m.MinGone = -1
	_, err := w.m.Run(t.Context())
	require.ErrorIs(t, err, mirror.ErrTooManyGone)

	empty := newWorld(t, 0, false)
	require.Zero(t, empty.mirror(t).Rows, "an empty source is fine beside an empty ledger")
}

// A source whose pages move hides a record from one scan. Who trusts it deletes
// what is there; a second scan or a question about the key saves it.
func TestRecordsThatMoveBetweenPages(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		set  func(w *world)
		lost bool
	}{
		"trusted":     {func(w *world) { w.m.Scans = 1 }, true},
		"second scan": {func(*world) {}, false},
		"exists": {func(w *world) {
			w.m.Exists = func(_ context.Context, keys []string) ([]bool, error) {
				there := make([]bool, len(keys))
				for i, key := range keys {
					there[i] = slices.Contains(w.src.keys(), key)
				}
				return there, nil
			}
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 100, false)
			w.src.remove("D0010")
			w.src.hide = func(no string) bool { return w.src.reads == 1 && no == "D0042" }
			c.set(w)
			rep := w.mirror(t)
			require.EqualValues(t, 2, rep.Missing)
			require.Equal(t, !c.lost, slices.Contains(w.to.inUse(), "D0042"))
			require.NotContains(t, w.to.inUse(), "D0010")
			if !c.lost {
				require.Equal(t, []int64{1, 1}, []int64{rep.Back, rep.Gone})
				w.same(t)
			}
		})
	}
}

func TestMissingLongEnough(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 20, false)
		w.m.MissingRuns, w.m.MissingFor = 3, 48*time.Hour
		day := func() *mirror.Report {
			time.Sleep(24 * time.Hour)
			return w.mirror(t)
		}
		w.src.remove("D0001", "D0002")
		require.EqualValues(t, 2, day().Waiting)
		w.src.put("D0002", "name 2") // back for a day: its count begins anew
		require.EqualValues(t, 1, day().Waiting)
		w.src.remove("D0002")
		time.Sleep(24 * time.Hour)
		for item, err := range w.m.Plan(t.Context()) {
			require.NoError(t, err)
			require.Equal(t, item.Key == "D0002", item.Waits, item.Key)
		}
		rep := w.mirror(t)
		require.Equal(t, []int64{1, 1}, []int64{rep.Gone, rep.Waiting})
		require.Equal(t, []string{"D0001"}, w.to.gone)
		require.EqualValues(t, 1, day().Waiting)
		require.EqualValues(t, 1, day().Gone)
		w.same(t)

		// A row of the same key that is new counts for itself.
		w.src.put("D0001", "name 1")
		w.copy(t)
		w.src.remove("D0001")
		require.EqualValues(t, 1, day().Waiting)
		w.src.put("D0001", "name 1b")
		w.copy(t)
		w.src.remove("D0001")
		for range 2 {
			require.EqualValues(t, 1, day().Waiting)
		}
		require.EqualValues(t, 1, day().Gone)
		notes, _, err := w.state.Entries(t.Context(), mirror.NotesScope("docs").Pipeline, "", 0)
		require.NoError(t, err)
		require.Empty(t, notes)
	})
}

func TestRefusedRowsAreReportedAndTriedAgain(t *testing.T) {
	t.Parallel()
	for _, named := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, 40, false)
			w.to.named = named
			w.to.sticky["D0013"] = true
			w.to.busy["D0015"] = 1
			for i := 10; i < 20; i++ {
				w.src.remove(number(i))
			}
			before := w.entry(t, "D0013")
			rep := w.mirror(t)
			require.Equal(t, []int64{8, 1, 1}, []int64{rep.Gone, rep.Refused, rep.Busy})
			require.Equal(t, []mirror.Refusal{{Key: "D0013", TargetID: before.TargetID, Code: "11", Message: "it is referred to"}}, rep.Refusals)
			require.Equal(t, before, w.entry(t, "D0013"), "its entry is as it was")
			w.same(t, "D0013", "D0015")
			count, err := w.state.CountDeadLetters(t.Context(), "docs")
			require.NoError(t, err)
			require.Zero(t, count, "a replay would write it")
			delete(w.to.sticky, "D0013")
			require.EqualValues(t, 2, w.mirror(t).Gone)
			w.same(t)
		})
	}
}

func TestTooManyRefusedStop(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 100, false)
	for i := range 40 {
		w.to.sticky[number(i)] = true
		w.src.remove(number(i))
	}
	rep, err := w.m.Run(t.Context())
	require.ErrorIs(t, err, duijiesync.ErrTooManyRefused)
	require.ErrorContains(t, err, "it is referred to")
	require.EqualValues(t, 20, rep.Refused)
}

func TestLostAnswers(t *testing.T) {
	t.Parallel()
	for _, f := range []fault{lostBefore, lostAfter, late, half} {
		for _, forbid := range []bool{false, true} {
			for _, blind := range []bool{false, true} {
				t.Run(fmt.Sprintf("%d/forbid=%v,blind=%v", f, forbid, blind), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) { lostAnswer(t, f, forbid, blind) })
				})
			}
		}
	}
}

func lostAnswer(t *testing.T, f fault, forbid, blind bool) {
	w := newWorld(t, 20, blind)
	w.to.forbids, w.m.Forbid = forbid, forbid
	w.to.fault = func(call int) fault {
		if call == 1 {
			return f
		}
		return fine
	}
	w.src.remove("D0001", "D0002", "D0003", "D0004", "D0005")
	rep := w.mirror(t)
	require.EqualValues(t, 5, rep.Gone+rep.Unknown)
	if !blind {
		require.Equal(t, map[fault]int64{lostBefore: 4, half: 2}[f], rep.Unknown)
	}
	// One comes back before the mirror runs again, with the contents it had. It is
	// not taken for unchanged, whatever became of its row.
	if !blind {
		w.src.put("D0004", "name 4")
		copied := w.copy(t)
		require.Zero(t, copied.Refused)
		require.Contains(t, w.to.inUse(), "D0004")
		require.Equal(t, duijiesync.EntryDone, w.entry(t, "D0004").State)
	}
	time.Sleep(time.Minute)
	require.Zero(t, w.mirror(t).Unknown)
	w.same(t)
}

func TestUnavailableStopsCleanly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 40, false)
		w.to.fault = func(call int) fault {
			if call == 2 {
				return down
			}
			return fine
		}
		for i := range 10 {
			w.src.remove(number(i))
		}
		rep, err := w.m.Run(t.Context())
		require.ErrorIs(t, err, errDown)
		require.EqualValues(t, 4, rep.Gone)
		require.Equal(t, 2, w.to.deletes)
		require.EqualValues(t, 6, w.mirror(t).Gone)
		w.same(t)
	})
}

func TestLeftAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 40, false)
	lease, err := w.state.Acquire(t.Context(), duijiesync.Scope{Pipeline: "docs"}, "test", time.Hour)
	require.NoError(t, err)
	twin := w.entry(t, "D0030")
	held, dead, doubt, noID := w.entry(t, "D0001"), w.entry(t, "D0002"), w.entry(t, "D0003"), w.entry(t, "D0005")
	held.State, dead.State, doubt.State, noID.TargetID = duijiesync.EntryHeld, duijiesync.EntryDead, duijiesync.EntryDoubt, ""
	moved := duijiesync.Entry{Key: "old number of D0030", TargetID: twin.TargetID, State: duijiesync.EntryDone}
	require.NoError(t, w.state.Settle(t.Context(), lease, duijiesync.Settlement{
		Entries: []duijiesync.Entry{held, dead, doubt, noID, moved},
		Dead:    []duijiesync.DeadLetter{{Key: "D0004", Reason: duijiesync.DeadTransform, Attempts: 1}},
	}))
	require.NoError(t, w.state.Release(t.Context(), lease))
	w.src.remove("D0001", "D0002", "D0003", "D0004", "D0005", "D0006")
	rep := w.mirror(t)
	require.Equal(t, []int64{2, 5}, []int64{rep.Gone, rep.Left})
	require.Equal(t, []string{"D0003", "D0006"}, w.to.gone)
}

func TestRefusesWhileTheRunsAreNotSettled(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 10, false)
	w.src.remove("D0001")
	scope := duijiesync.Scope{Pipeline: "docs"}
	lease, err := w.state.Acquire(t.Context(), scope, "test", time.Hour)
	require.NoError(t, err)
	_, err = w.m.Run(t.Context())
	require.ErrorIs(t, err, duijiesync.ErrLeaseHeld)
	_, err = w.state.Open(t.Context(), lease, duijiesync.OpenBatch{Seq: 9, Intents: []duijiesync.Intent{{Key: "D0003"}}})
	require.NoError(t, err)
	require.NoError(t, w.state.Release(t.Context(), lease))
	_, err = w.m.Run(t.Context())
	require.ErrorIs(t, err, mirror.ErrOpenBatches)
	require.Empty(t, w.to.gone)
	w.copy(t)
	require.EqualValues(t, 1, w.mirror(t).Gone)
}

func TestPartitionsGoTogether(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0, false)
	w.pipe.Partition = "a"
	w.src.docs = map[string]string{"a1": "", "a2": "", "a3": ""}
	w.copy(t)
	other := newShop(0)
	other.docs = map[string]string{"b1": "", "b2": ""}
	b := *w.pipe
	b.Partition, b.Source = "b", other
	_, err := b.Run(t.Context())
	require.NoError(t, err)

	w.m.Partitions = []string{"a"}
	_, err = w.m.Run(t.Context())
	require.ErrorIs(t, err, mirror.ErrPartitions, "the rows of b look gone to a")
	open, err := w.state.OpenBatches(t.Context(), duijiesync.Scope{Pipeline: "docs", Partition: "a"})
	require.NoError(t, err)
	require.Empty(t, open)

	w.m.Partitions = []string{"", "b", "a", "b"} // "" had one run before
	w.m.Keys = func(ctx context.Context) iter.Seq2[string, error] {
		return func(yield func(string, error) bool) {
			for _, part := range []*shop{w.src, other} {
				for key, err := range mirror.SourceKeys(part)(ctx) {
					if !yield(key, err) {
						return
					}
				}
			}
		}
	}
	other.remove("b1")
	require.EqualValues(t, 1, w.mirror(t).Gone)
	require.Equal(t, "a1 a2 a3 b2", strings.Join(w.to.inUse(), " "))
}

func TestPlan(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 100, false)
	w.m.MaxShare = 0
	w.src.remove("D0001", "D0002")
	id := w.entry(t, "D0002").TargetID
	var items []mirror.PlanItem
	for item, err := range w.m.Plan(t.Context()) {
		require.NoError(t, err)
		items = append(items, item)
	}
	require.Len(t, items, 2)
	require.Equal(t, mirror.PlanItem{Key: "D0002", TargetID: id}, items[1])
	w.src.end = 5
	n := 0
	var last error
	for _, err := range w.m.Plan(t.Context()) {
		n++
		last = err
	}
	require.Equal(t, 50+1, n, "all of them, then why the run would stop")
	require.ErrorIs(t, last, mirror.ErrTooManyGone)
	for _, err := range w.m.Plan(t.Context()) {
		require.NoError(t, err)
		break
	}
	require.Zero(t, w.to.deletes)
	runs, err := w.state.Runs(t.Context(), mirror.NotesScope("docs"), 1)
	require.NoError(t, err)
	require.Empty(t, runs)
}

func TestEventsTellWhatWent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 40, false)
	for i := range 6 {
		w.src.remove(number(i))
	}
	var names, keys []string
	ctx := duijiesync.ContextWithObserver(t.Context(), duijiesync.ObserverFunc(func(_ context.Context, e duijiesync.Event) {
		names = append(names, e.EventName())
		if gone, ok := e.(mirror.RecordsGone); ok {
			require.Equal(t, "docs", gone.Pipeline)
			keys = append(keys, gone.Keys...)
		}
		panic("an observer's own business")
	}))
	_, err := w.m.Run(ctx)
	require.NoError(t, err)
	require.Equal(t, "source_scanned source_scanned records_gone records_gone mirror_ended", strings.Join(names, " "))
	require.Equal(t, w.to.gone, keys)
}

func TestIncomplete(t *testing.T) {
	t.Parallel()
	_, err := (&mirror.Mirror{Name: strings.Repeat("n", 122)}).Run(t.Context())
	require.ErrorIs(t, err, mirror.ErrMirror)
	for _, words := range []string{"Name must be", "State is", "Keys is", "Deleter is"} {
		require.ErrorContains(t, err, words)
	}
}

func TestScanThatEndsQuietlyWithItsContext(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 40, false)
	w.src.remove("D0001")
	ctx, cancel := context.WithCancel(t.Context())
	w.src.onPage = func(n int) {
		if n == 4 {
			cancel()
		}
	}
	_, err := w.m.Run(ctx)
	require.ErrorIs(t, err, context.Canceled)
	require.Zero(t, w.to.deletes)
}

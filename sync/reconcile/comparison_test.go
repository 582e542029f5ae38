package reconcile_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/reconcile"
)

func rows(keys ...string) []reconcile.Row {
	out := make([]reconcile.Row, len(keys))
	for i, k := range keys {
		out[i] = reconcile.Row{Key: k}
	}
	return out
}

func side(keys ...string) reconcile.Side {
	return reconcile.Side{Rows: reconcile.RowsOf(rows(keys...)...)}
}

// many is n rows in descending order.
func many(n int) []reconcile.Row {
	out := make([]reconcile.Row, n)
	for i := range out {
		out[i].Key = fmt.Sprintf("%09d", n-i)
	}
	return out
}

// last runs a comparison and returns the error it ends with.
func last(ctx context.Context, c *reconcile.Comparison, sum *reconcile.Summary) (n int, err error) {
	for _, err := range c.Differences(ctx, sum) {
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

func TestSortedSidesAreCheckedAndNeverStored(t *testing.T) {
	t.Parallel()
	var sum reconcile.Summary
	c := reconcile.Comparison{Memory: 1, TempDir: "/nowhere"}
	c.Source, c.Target = side("a", "b", "b", "d"), side("a", "c", "d")
	c.Source.Sorted, c.Target.Sorted = true, true
	diffs, _ := collect(t, &c)
	require.Equal(t, []string{`duplicatesource "b" x2`, `missing "b"`, `extra "c"`}, briefs(diffs))

	c.Source.Rows = reconcile.RowsOf(rows("a", "c", "b")...)
	_, err := last(t.Context(), &c, &sum)
	require.ErrorIs(t, err, reconcile.ErrOrder)
	require.ErrorContains(t, err, `the source has key "b" after "c"`)
	require.False(t, sum.Complete)
	require.Equal(t, err.Error(), sum.Error)

	c.Source.Rows = reconcile.RowsOf(rows("b", "C")...) // in order only once normalized
	c.Target.Rows = c.Source.Rows
	_, err = last(t.Context(), &c, nil)
	require.ErrorIs(t, err, reconcile.ErrOrder)
	c.NormalizeKey = strings.ToLower
	diffs, _ = collect(t, &c)
	require.Empty(t, diffs)
}

func TestTheDiskLimitIsAnErrorAndLeavesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	all := many(5000)
	c := reconcile.Comparison{
		Memory: 16 << 10, MaxDisk: 20_000, TempDir: dir,
		Source: reconcile.Side{Rows: reconcile.RowsOf(all...)}, Target: reconcile.Side{Rows: reconcile.RowsOf(all...)},
	}
	var sum reconcile.Summary
	_, err := last(t.Context(), &c, &sum)
	require.ErrorIs(t, err, reconcile.ErrDiskLimit)
	require.LessOrEqual(t, sum.TempBytes, int64(20_000))
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left)

	c.MaxDisk = -1
	_, err = last(t.Context(), &c, &sum)
	require.NoError(t, err)
	require.Greater(t, sum.TempBytes, int64(20_000))
	c.MaxDisk = sum.TempBytes * 2
	_, err = last(t.Context(), &c, &sum)
	require.NoError(t, err)
}

// However a comparison ends, no file is left and both sides' reading has ended.
func TestNothingIsLeftBehind(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken pipe")
	for name, end := range map[string]func(c *reconcile.Comparison) (stopAfter int, wantErr error){
		"to the end":       func(*reconcile.Comparison) (int, error) { return -1, nil },
		"the reader stops": func(*reconcile.Comparison) (int, error) { return 3, nil },
		"the source fails": func(c *reconcile.Comparison) (int, error) {
			c.Source.Rows = failing(many(900), broken)
			return -1, broken
		},
		"the target fails": func(c *reconcile.Comparison) (int, error) {
			c.Target.Rows = failing(many(900), broken)
			return -1, broken
		},
		"a sorted one ends": func(c *reconcile.Comparison) (int, error) { c.Target.Sorted = true; return -1, reconcile.ErrOrder },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			reading := make(chan int, 2)
			c := reconcile.Comparison{Memory: 4 << 10, TempDir: dir, Source: reconcile.Side{Rows: reconcile.RowsOf(many(1000)...)}}
			c.Target.Rows = reconcile.RowsOf(many(2000)...)
			stopAfter, wantErr := end(&c)
			for _, s := range []*reconcile.Side{&c.Source, &c.Target} {
				inner := s.Rows
				s.Rows = func(ctx context.Context) iter.Seq2[reconcile.Row, error] {
					return func(yield func(reconcile.Row, error) bool) {
						defer func() { reading <- 1 }()
						inner(ctx)(yield)
					}
				}
			}
			n := 0
			var sum reconcile.Summary
			for _, err := range c.Differences(t.Context(), &sum) {
				if err != nil {
					require.ErrorIs(t, err, wantErr)
					wantErr = nil
					continue
				}
				if n++; n == stopAfter {
					break
				}
			}
			require.NoError(t, wantErr, "it did not end with its error")
			require.Len(t, reading, 2)
			require.Equal(t, name == "to the end", sum.Complete)
			left, err := os.ReadDir(dir)
			require.NoError(t, err)
			require.Empty(t, left)
		})
	}
}

func TestCancelingEndsTheComparison(t *testing.T) {
	t.Parallel()
	for _, sorted := range []bool{false, true} {
		ctx, cancel := context.WithCancelCause(t.Context())
		why := errors.New("had enough")
		endless := func(context.Context) iter.Seq2[reconcile.Row, error] { // and deaf
			return func(yield func(reconcile.Row, error) bool) {
				for i := 0; yield(reconcile.Row{Key: fmt.Sprintf("%09d", i)}, nil); i++ {
					if i == 5000 {
						cancel(why)
					}
				}
			}
		}
		dir := t.TempDir()
		c := reconcile.Comparison{
			TempDir: dir, Memory: 64 << 10,
			Source: reconcile.Side{Rows: endless, Sorted: sorted}, Target: reconcile.Side{Rows: endless, Sorted: sorted},
		}
		_, err := last(ctx, &c, nil)
		require.ErrorIs(t, err, why)
		left, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Empty(t, left)
	}
}

// A panic of a side belongs to whoever ranges over the differences.
func TestAPanicOfASideCanBeCaught(t *testing.T) {
	t.Parallel()
	for _, sorted := range []bool{false, true} {
		dir := t.TempDir()
		c := reconcile.Comparison{TempDir: dir, Memory: 4 << 10, Source: side("a"), Target: reconcile.Side{Sorted: sorted}}
		c.Source.Rows = reconcile.RowsOf(many(1000)...)
		c.Target.Rows = reconcile.Rows(func(func(reconcile.Row, error) bool) { panic("no such table") })
		require.PanicsWithValue(t, "no such table", func() { _, _ = last(t.Context(), &c, nil) })
		left, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Empty(t, left)
	}
}

func TestAllMistakesAreNamedTogether(t *testing.T) {
	t.Parallel()
	c := reconcile.Comparison{Memory: -1, Fields: []reconcile.Field{{}, {Name: "a", As: 9}, {Name: "a", Granularity: -1}}}
	_, err := last(t.Context(), &c, nil)
	require.ErrorIs(t, err, reconcile.ErrComparison)
	for _, what := range []string{"Source.Rows", "Target.Rows", "Fields[0]", `"a" is there twice`, "unknown way", "granularity", "Memory"} {
		require.ErrorContains(t, err, what)
	}
}

func TestKeysThatBecomeOneAreReported(t *testing.T) {
	t.Parallel()
	c := reconcile.Comparison{
		NormalizeKey: func(k string) string { return strings.ToUpper(strings.TrimSpace(k)) },
		Source:       side("a1", "A1 ", "b", "b"), Target: side("A1", "B", "c"),
		Fields: []reconcile.Field{{Name: "n"}},
	}
	diffs, sum := collect(t, &c)
	require.Equal(t, []string{`collisionsource "A1 " x2`, `duplicatesource "b" x2`, `extra "c"`}, briefs(diffs))
	require.Equal(t, []string{"A1 ", "a1"}, diffs[0].Keys)
	require.EqualValues(t, 1, sum.Source.Collisions)
	require.EqualValues(t, 3, sum.Keys)

	c.Target = side("b")
	diffs, _ = collect(t, &c)
	require.Equal(t, `missing "A1 " x2`, strings.ReplaceAll(brief(diffs[1]), " ambiguous", " x2"))
	require.True(t, diffs[1].Ambiguous)
	require.False(t, diffs[1].Repairable())

	c.Source, c.Target = side("b"), reconcile.Side{Rows: reconcile.RowsOf(reconcile.Row{Key: " B", Fields: []reconcile.Value{reconcile.Int(1)}})}
	diffs, _ = collect(t, &c)
	require.Len(t, diffs, 1)
	require.Equal(t, []string{"b", " B"}, []string{diffs[0].Key, diffs[0].TargetKey})
}

func TestStatesOfOneRecordAreNoDuplicates(t *testing.T) {
	t.Parallel()
	at := func(id string, version int64, n int64) reconcile.Row {
		return reconcile.Row{Key: "a", ID: id, Version: version, Fields: []reconcile.Value{reconcile.Int(n)}}
	}
	c := reconcile.Comparison{
		Fields: []reconcile.Field{{Name: "n"}},
		Source: reconcile.Side{Rows: reconcile.RowsOf(at("7", 2, 20), at("7", 3, 30), at("7", 1, 10))},
		Target: reconcile.Side{Rows: reconcile.RowsOf(at("", 0, 30))},
	}
	diffs, _ := collect(t, &c)
	require.Equal(t, []string{`duplicatesource "a" x3`}, briefs(diffs), "the highest version stands for the key")
	require.Equal(t, []string{"7"}, diffs[0].IDs)
	c.Source.Repeats = true
	diffs, sum := collect(t, &c)
	require.Empty(t, diffs)
	require.EqualValues(t, 2, sum.Source.Repeated)
	require.True(t, sum.Clean())

	c.Source.Rows = reconcile.RowsOf(at("7", 0, 10), at("8", 0, 20), at("7", 0, 30)) // without versions the last one read
	diffs, sum = collect(t, &c)
	require.Equal(t, []string{`duplicatesource "a" x3`}, briefs(diffs))
	require.Equal(t, []string{"7", "8"}, diffs[0].IDs)
	require.False(t, sum.Clean())
}

// A row that is longer than the whole memory is compared all the same.
func TestLongRows(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("长", 100_000)
	row := func(key, text string) reconcile.Row {
		return reconcile.Row{Key: key, Fields: []reconcile.Value{reconcile.Text(text)}}
	}
	c := reconcile.Comparison{
		Memory: 2048, TempDir: t.TempDir(), Fields: []reconcile.Field{{Name: "text"}},
		Source: reconcile.Side{Rows: reconcile.RowsOf(row("b"+long, long), row("a", "x"), row("c", "x"), row("d", long))},
		Target: reconcile.Side{Rows: reconcile.RowsOf(row("d", long+"!"), row("c", "x"), row("b"+long, long), row("a", "x"))},
	}
	diffs, sum := collect(t, &c)
	require.Len(t, diffs, 1)
	require.Equal(t, long+"!", diffs[0].Changes[0].Old.String())
	require.Greater(t, sum.TempRuns, int64(4))
}

type order struct {
	No     string         `json:"no"`
	Amount duijie.Decimal `json:"amount"`
}

func TestASourceAsASide(t *testing.T) {
	t.Parallel()
	src := duijiesync.SourceFunc[order](func(_ context.Context, after duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[order], error] {
		return func(yield func(duijiesync.Batch[order], error) bool) {
			_ = yield(duijiesync.Batch[order]{Records: []duijiesync.Record[order]{
				{Key: "1", Value: order{"1", duijie.MustDecimal("1.10")}, Version: 4},
				{Key: "2", Err: errors.New("not JSON"), Raw: json.RawMessage(`{"no`)},
				{Key: "3", Value: order{"3", duijie.MustDecimal("3")}},
				{Key: "4", Value: order{"skip", duijie.Decimal{}}},
				{Key: string(after)},
			}}, nil) && yield(duijiesync.Batch[order]{}, errors.New("page 2 is gone"))
		}
	})
	row := func(rec duijiesync.Record[order]) (reconcile.Row, error) {
		switch rec.Value.No {
		case "3":
			return reconcile.Row{}, errors.New("no 3s")
		case "skip":
			return reconcile.Row{}, fmt.Errorf("a draft: %w", duijiesync.ErrSkip)
		}
		return reconcile.Row{ID: "id" + rec.Value.No, Fields: []reconcile.Value{reconcile.Number(rec.Value.Amount)}}, nil
	}
	var got []reconcile.Row
	var failed error
	for r, err := range reconcile.FromSource(src, "from here", row)(t.Context()) {
		if failed = err; err == nil {
			got = append(got, r)
		}
	}
	require.EqualError(t, failed, "page 2 is gone")
	require.Len(t, got, 4)
	require.Equal(t, []string{"1", "2", "3", "from here"}, []string{got[0].Key, got[1].Key, got[2].Key, got[3].Key})
	require.EqualValues(t, 4, got[0].Version)
	require.EqualError(t, got[1].Err, "not JSON")
	require.ErrorContains(t, got[2].Err, "no 3s")

	c := reconcile.Comparison{Source: reconcile.Side{Rows: reconcile.FromSource(src, "", row)}, Target: side("1")}
	_, err := last(t.Context(), &c, nil)
	require.ErrorContains(t, err, "read the source: page 2 is gone")
}

// The two sides are read at the same time: the shorter the time between, the
// fewer differences come about meanwhile.
func TestBothSidesAreReadAtTheSameTime(t *testing.T) {
	t.Parallel()
	met := make(chan struct{})
	meet := func(ctx context.Context) iter.Seq2[reconcile.Row, error] {
		return func(yield func(reconcile.Row, error) bool) {
			select {
			case met <- struct{}{}:
			case <-met:
			case <-time.After(10 * time.Second):
				yield(reconcile.Row{}, errors.New("the other side is not being read"))
			case <-ctx.Done():
			}
		}
	}
	c := reconcile.Comparison{Source: reconcile.Side{Rows: meet}, Target: reconcile.Side{Rows: meet}}
	_, err := last(t.Context(), &c, nil)
	require.NoError(t, err)
}

// Of the states of a record the last one read stands for it, also when they were
// spilled into different runs and merged in several passes.
func TestTheLastStateStandsAcrossRuns(t *testing.T) {
	t.Parallel()
	var states, want []reconcile.Row
	for state := range 40 {
		for key := range 20 {
			r := reconcile.Row{Key: fmt.Sprint("key", key), Fields: []reconcile.Value{reconcile.Int(int64(state))}}
			states = append(states, r)
			if state == 39 {
				want = append(want, r)
			}
		}
	}
	c := reconcile.Comparison{
		Memory: 2048, TempDir: t.TempDir(), Fields: []reconcile.Field{{Name: "state"}},
		Source: reconcile.Side{Rows: reconcile.RowsOf(states...), Repeats: true}, Target: reconcile.Side{Rows: reconcile.RowsOf(want...)},
	}
	diffs, sum := collect(t, &c)
	require.Empty(t, briefs(diffs))
	require.Greater(t, sum.TempRuns, int64(20))
	require.EqualValues(t, 780, sum.Source.Repeated)
}

// When a side fails, the other one is told to stop; it may wait for hours else.
func TestTheOtherSideStopsWhenOneFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	waits := func(ctx context.Context) iter.Seq2[reconcile.Row, error] {
		return func(yield func(reconcile.Row, error) bool) {
			select {
			case <-ctx.Done():
			case <-time.After(10 * time.Second):
				panic("was not told to stop")
			}
		}
	}
	for _, c := range []reconcile.Comparison{
		{Source: reconcile.Side{Rows: failing(nil, broken)}, Target: reconcile.Side{Rows: waits}},
		{Source: reconcile.Side{Rows: waits}, Target: reconcile.Side{Rows: failing(nil, broken)}},
	} {
		_, err := last(t.Context(), &c, nil)
		require.ErrorIs(t, err, broken)
	}
}

func TestObserversSeeHowFarItIs(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var seen []string
	ctx := duijiesync.ContextWithObserver(t.Context(), duijiesync.ObserverFunc(func(_ context.Context, e duijiesync.Event) {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, fmt.Sprintf("%s %+v", e.EventName(), e))
		if c, ok := e.(reconcile.Compared); ok {
			seen[len(seen)-1] = fmt.Sprint(e.EventName(), " ", c.Summary.Missing, " ", c.Summary.Complete)
		}
	}))
	c := reconcile.Comparison{Source: reconcile.Side{Rows: reconcile.RowsOf(many(25_000)...)}, Target: reconcile.Side{Rows: reconcile.RowsOf(), Sorted: true}}
	n, err := last(ctx, &c, nil)
	require.NoError(t, err)
	require.Equal(t, 25_000, n)
	require.Equal(t, []string{
		"reconcile_rows_read {Side:source Rows:10000 Done:false}", "reconcile_rows_read {Side:source Rows:20000 Done:false}",
		"reconcile_rows_read {Side:source Rows:25000 Done:true}", "reconcile_rows_read {Side:target Rows:0 Done:true}",
		"reconcile_compared 25000 true",
	}, seen)
}

func TestNoRoomForTemporaryFiles(t *testing.T) {
	t.Parallel()
	c := reconcile.Comparison{Memory: 2048, TempDir: t.TempDir() + "/none", Source: reconcile.Side{Rows: reconcile.RowsOf(many(1000)...)}, Target: side()}
	_, err := last(t.Context(), &c, nil)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, "folder for temporary files")
	c.Memory = 0
	_, err = last(t.Context(), &c, nil)
	require.NoError(t, err, "what fits into memory needs no folder")
}

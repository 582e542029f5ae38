package reconcile_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/sync/reconcile"
)

// table is a side that changes: key → value.
type table map[string]string

func (tb table) row(key string) reconcile.Row {
	return reconcile.Row{Key: key, Fields: []reconcile.Value{reconcile.Text(tb[key])}}
}

// tables guards all tables: they change while they are asked.
var tables sync.Mutex

func (tb table) side(asked *[][]string) reconcile.Side {
	var all []reconcile.Row
	for key := range tb {
		all = append(all, tb.row(key))
	}
	return reconcile.Side{Rows: reconcile.RowsOf(all...), Lookup: func(_ context.Context, keys []string) ([]reconcile.Row, error) {
		tables.Lock()
		defer tables.Unlock()
		*asked = append(*asked, slices.Clone(keys))
		var found []reconcile.Row
		for _, key := range keys {
			if _, ok := tb[key]; ok {
				found = append(found, tb.row(key))
			}
		}
		slices.Reverse(found)
		return found, nil
	}}
}

func TestWhatAgreesMeanwhileIsNotReported(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		src := table{"a": "1", "b": "1", "c": "1", "d": "1", "f": "1", "g": "1", "same": "1"}
		tgt := table{"b": "0", "d": "0", "e": "1", "f": "0", "h": "1", "same": "1"}
		var asked [][]string
		c := reconcile.Comparison{
			Fields: []reconcile.Field{{Name: "v"}}, Source: src.side(&asked), Target: tgt.side(&asked),
			Recheck: reconcile.Recheck{Delay: time.Minute, Batch: 3},
		}
		src2, tgt2 := c.Source.Rows, c.Target.Rows
		start := time.Now()
		time.AfterFunc(59*time.Second, func() {
			tables.Lock()
			defer tables.Unlock()
			tgt["a"] = "1"   // arrived
			tgt["b"] = "1"   // was updated
			delete(src, "c") // gone again: missing no more
			tgt["d"] = "2"   // still differs, otherwise
			delete(tgt, "f") // now it is missing
			src["e"] = "1"
		})
		diffs, sum := collect(t, &c)
		require.Equal(t, []string{`different "d" v:2→1`, `missing "f"`, `missing "g"`, `extra "h"`}, briefs(diffs))
		require.EqualValues(t, 4, sum.Settled)
		require.EqualValues(t, 1, sum.Equal)
		require.Equal(t, map[string]int64{"v": 1}, sum.Fields)
		require.Equal(t, sum.Keys, sum.Equal+sum.Missing+sum.Extra+sum.Different+sum.Settled+sum.Unjudged)
		require.Equal(t, [][]string{{"a", "b", "c"}, {"a", "b", "c"}, {"d", "e", "f"}, {"d", "e", "f"}, {"g", "h"}, {"g", "h"}}, asked)
		require.Equal(t, time.Minute, time.Since(start), "the delay is waited out once, from when the sides were read")

		// Asked at once, the same differences stay: the delay is what settles them.
		c.Source.Rows, c.Target.Rows, c.Recheck = src2, tgt2, reconcile.Recheck{}
		before := len(asked)
		_, sum = collect(t, &c)
		require.Positive(t, sum.Settled)
		require.Len(t, asked, before+2)
	})
}

func TestWhileStreamingTheDelayCountsFromEachRow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		lookup := func(context.Context, []string) ([]reconcile.Row, error) { return nil, nil }
		slow := func(yield func(reconcile.Row, error) bool) {
			for i := range 3 {
				time.Sleep(time.Hour)
				if !yield(reconcile.Row{Key: fmt.Sprint(i)}, nil) {
					return
				}
			}
		}
		c := reconcile.Comparison{
			Source:  reconcile.Side{Rows: reconcile.Rows(slow), Sorted: true},
			Target:  reconcile.Side{Rows: reconcile.RowsOf(), Sorted: true, Lookup: lookup},
			Recheck: reconcile.Recheck{Delay: time.Minute, Batch: 1},
		}
		start := time.Now()
		diffs, _ := collect(t, &c)
		require.Len(t, diffs, 3, "the source has no lookup: its rows stay as they were read")
		require.Greater(t, time.Since(start), 3*time.Hour+time.Minute-1)
	})
}

func TestAskingAgainCanFail(t *testing.T) {
	t.Parallel()
	busy := errors.New("busy")
	c := reconcile.Comparison{Source: side("a"), Target: side()}
	c.Target.Lookup = func(context.Context, []string) ([]reconcile.Row, error) { return nil, busy }
	_, err := last(t.Context(), &c, nil)
	require.ErrorIs(t, err, busy)
	require.ErrorContains(t, err, "ask the target again")

	c.Target.Lookup = func(_ context.Context, keys []string) ([]reconcile.Row, error) {
		return []reconcile.Row{{Key: keys[0], Err: errors.New("garbled")}, {Key: "another"}}, nil
	}
	diffs, sum := collect(t, &c)
	require.Equal(t, []string{`undecodabletarget "a"`}, briefs(diffs))
	require.EqualValues(t, 1, sum.Unjudged)
	require.Zero(t, sum.Missing)

	ctx, cancel := context.WithCancel(t.Context())
	c.Recheck.Delay = time.Hour
	c.Target.Rows = reconcile.Rows(func(func(reconcile.Row, error) bool) { time.AfterFunc(10*time.Millisecond, cancel) })
	_, err = last(ctx, &c, nil)
	require.ErrorIs(t, err, context.Canceled)
}

// What is not asked for again keeps its place among what is.
func TestOrderIsKeptThroughTheRecheck(t *testing.T) {
	t.Parallel()
	c := reconcile.Comparison{Source: side("a", "b", "b", "c", "c", "d"), Target: side("c", "e", "e"), Recheck: reconcile.Recheck{Batch: 2}}
	c.Target.Lookup = func(context.Context, []string) ([]reconcile.Row, error) { return nil, nil }
	c.Source.Lookup = func(_ context.Context, keys []string) ([]reconcile.Row, error) { return rows(keys...), nil }
	diffs, _ := collect(t, &c)
	require.Equal(t, []string{
		`missing "a"`, `duplicatesource "b" x2`, `missing "b"`, `duplicatesource "c" x2`, `missing "d"`, `duplicatetarget "e" x2`, `missing "e"`,
	}, briefs(diffs))
}

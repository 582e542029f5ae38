package reconcile_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/sync/reconcile"
)

// collect runs a comparison to its end.
func collect(t *testing.T, c *reconcile.Comparison) ([]reconcile.Difference, reconcile.Summary) {
	t.Helper()
	var sum reconcile.Summary
	var diffs []reconcile.Difference
	for d, err := range c.Differences(t.Context(), &sum) {
		require.NoError(t, err)
		diffs = append(diffs, d)
	}
	require.True(t, sum.Complete)
	return diffs, sum
}

// brief writes a difference in a line, for comparison with what is expected.
func brief(d reconcile.Difference) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s%s %q", d.Kind, d.Side, d.Key)
	for _, c := range d.Changes {
		fmt.Fprintf(&b, " %s:%s→%s", c.Field, c.Old, c.New)
	}
	if d.Count > 0 {
		fmt.Fprintf(&b, " x%d", d.Count)
	}
	if d.Ambiguous {
		b.WriteString(" ambiguous")
	}
	return b.String()
}

func briefs(diffs []reconcile.Difference) []string {
	out := make([]string, len(diffs))
	for i, d := range diffs {
		out[i] = brief(d)
	}
	return out
}

var modelFields = []reconcile.Field{
	{Name: "amount"},
	{Name: "at", As: reconcile.AsTime, Granularity: time.Second},
	{Name: "name", Trim: true, EmptyIsNull: true, AbsentIsNull: true},
	{Name: "note", Ignore: true},
}

// spelling writes the same contents in one of many ways.
func spelling(rng *rand.Rand, n int) []reconcile.Value {
	amounts := []reconcile.Value{
		reconcile.Number(duijie.MustDecimal(fmt.Sprintf("%d.50", n))), reconcile.Number(duijie.MustDecimal(fmt.Sprintf("%d.5", n))),
		reconcile.Text(fmt.Sprintf("%d.5", n)), reconcile.Number(duijie.MustDecimal(fmt.Sprintf("%d5e-1", n))),
	}
	at := time.Unix(1700000000+int64(n), 0)
	times := []reconcile.Value{
		reconcile.Time(at.UTC()), reconcile.Time(at.In(time.FixedZone("", 3600)).Add(400 * time.Millisecond)),
		reconcile.Text(at.In(duijie.China).Format("2006-01-02 15:04:05")), reconcile.Int(at.Unix()), reconcile.Int(at.UnixMilli()),
	}
	names := []reconcile.Value{reconcile.Text(fmt.Sprintf("名%d", n)), reconcile.Text(fmt.Sprintf(" 名%d\t", n))}
	if n%7 == 0 {
		names = []reconcile.Value{reconcile.Null(), reconcile.Text(""), reconcile.Text("  "), {}}
	}
	values := []reconcile.Value{amounts[rng.IntN(len(amounts))], times[rng.IntN(len(times))], names[rng.IntN(len(names))]}
	if rng.IntN(2) == 0 {
		values = append(values, reconcile.Int(rng.Int64N(1000))) // ignored
	}
	return values
}

// model is two sides made of one seed, with the differences planted in them.
type model struct {
	source, target []reconcile.Row
	want           []string
	keys           int
}

func newModel(seed uint64, n int) *model {
	rng := rand.New(rand.NewPCG(seed, 7))
	m := &model{}
	finds := map[string][]string{} // by key
	for i := range n {
		key := fmt.Sprintf("%s%d", strings.Repeat("k", rng.IntN(12)), i)
		if rng.IntN(20) == 0 {
			key = string([]byte{byte(rng.IntN(256)), 0xff, 0}) + key
		}
		m.keys++
		row := func() reconcile.Row {
			return reconcile.Row{Key: key, Fields: spelling(rng, i), ID: fmt.Sprint("id", i)}
		}
		s, t := row(), row()
		find := func(format string, args ...any) { finds[key] = append(finds[key], fmt.Sprintf(format, args...)) }
		switch rng.IntN(25) {
		case 0:
			find("missing %q", key)
			m.source = append(m.source, s)
			continue
		case 1:
			find("extra %q", key)
			m.target = append(m.target, t)
			continue
		case 2:
			t.Fields[0] = reconcile.Number(duijie.MustDecimal(fmt.Sprintf("%d.51", i)))
			find("different %q amount:%d.51→%s", key, i, s.Fields[0])
		case 3:
			t.Fields[1], t.Fields[2] = reconcile.Time(time.Unix(1600000000, 0).UTC()), reconcile.Text("other")
			find("different %q at:2020-09-13T12:26:40Z→%s name:other→%s", key, s.Fields[1], s.Fields[2])
		case 4:
			m.source = append(m.source, s)
			find("duplicatesource %q x2", key)
		case 5:
			m.target = append(m.target, t, t)
			find("duplicatetarget %q x3", key)
		case 6:
			s.Err = errors.New("broken")
			find("undecodablesource %q", key)
		case 7:
			t.Err = errors.New("broken")
			find("undecodabletarget %q", key)
		case 8:
			m.source = append(m.source, s)
			t.Fields[0] = reconcile.Text("none")
			find("duplicatesource %q x2", key)
			find("different %q amount:none→%s", key, s.Fields[0])
		}
		m.source, m.target = append(m.source, s), append(m.target, t)
	}
	if rng.IntN(3) == 0 && n > 0 {
		m.source = append(m.source, reconcile.Row{Err: errors.New("no key")}, reconcile.Row{ID: "x"})
		finds[""] = []string{`undecodablesource ""`, `undecodablesource ""`}
	}
	for _, side := range [][]reconcile.Row{m.source, m.target} {
		rng.Shuffle(len(side), func(i, j int) { side[i], side[j] = side[j], side[i] })
	}
	for _, key := range slices.Sorted(maps.Keys(finds)) {
		m.want = append(m.want, finds[key]...)
	}
	return m
}

// sorted puts rows in order; those without key stay in front.
func sorted(rows []reconcile.Row) []reconcile.Row {
	return slices.SortedStableFunc(slices.Values(rows), func(a, b reconcile.Row) int { return strings.Compare(a.Key, b.Key) })
}

// Whatever the seed, the size, the memory and the order of the sides: each planted
// difference is found, nothing else is, and the counts add up.
func TestEveryPlantedDifferenceIsFoundAndNothingElse(t *testing.T) {
	t.Parallel()
	for seed := range uint64(36) {
		n := []int{0, 1, 2, 30, 300, 3000}[seed%6]
		m := newModel(seed, n)
		if len(m.want) == 0 {
			m.want = []string{}
		}
		for _, memory := range []int64{0, 1 << 10, 8 << 10, 64 << 10} {
			for order := range 4 {
				if memory != 0 && order == 3 || memory == 1<<10 && n > 300 {
					continue
				}
				dir := t.TempDir()
				c := reconcile.Comparison{
					Fields: modelFields, Memory: memory, TempDir: dir,
					Source: reconcile.Side{Rows: reconcile.RowsOf(m.source...)},
					Target: reconcile.Side{Rows: reconcile.RowsOf(m.target...)},
				}
				if order&1 != 0 {
					c.Source = reconcile.Side{Rows: reconcile.RowsOf(sorted(m.source)...), Sorted: true}
				}
				if order&2 != 0 {
					c.Target = reconcile.Side{Rows: reconcile.RowsOf(sorted(m.target)...), Sorted: true}
				}
				diffs, sum := collect(t, &c)
				at := fmt.Sprintf("seed %d, memory %d, order %d", seed, memory, order)
				require.Equal(t, m.want, briefs(diffs), at)
				require.EqualValues(t, len(m.source), sum.Source.Rows, at)
				require.EqualValues(t, len(m.target), sum.Target.Rows, at)
				require.EqualValues(t, m.keys, sum.Keys, at)
				require.Equal(t, sum.Keys, sum.Equal+sum.Missing+sum.Extra+sum.Different+sum.Settled+sum.Unjudged, at)
				require.Equal(t, len(m.want) == 0, sum.Clean(), at)
				left, err := os.ReadDir(dir)
				require.NoError(t, err)
				require.Empty(t, left, at)
				switch {
				case memory == 0 || order == 3:
					require.Zero(t, sum.TempRuns, at+": little input must not touch the disk")
				case memory == 8<<10 && n == 3000 && order == 0:
					require.Greater(t, sum.TempRuns, int64(100), at+": that takes many runs, merged in several passes")
				}
			}
		}
	}
}

// failing yields some rows and then an error.
func failing(rows []reconcile.Row, err error) func(context.Context) iter.Seq2[reconcile.Row, error] {
	return reconcile.Rows(func(yield func(reconcile.Row, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
		yield(reconcile.Row{}, err)
	})
}

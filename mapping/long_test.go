package mapping

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// manyLines is a bill of n lines.
func manyLines(n int) []byte {
	var b strings.Builder
	b.WriteString(`{"l":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"sku":"S%06d","qty":"1.0000","amount":%d.25,"note":"some text that nobody wants to read"}`, i, i)
	}
	b.WriteString(`],"no":"X1","total":1}`)
	return []byte(b.String())
}

// A bill of very many lines takes time by its length, not by its square: this test would run
// for minutes.
func TestLongBillsAreLinear(t *testing.T) {
	t.Parallel()
	const lines = 20_000
	head := WithFunc("head", func(_ context.Context, r Row) (any, error) { return r.Get("no"), nil })
	each := func(f Field) Spec {
		f.Target = "x"
		return Spec{Fields: []Field{{Target: "total", Template: "{total}"}, {Target: "L", Each: "l", Children: []Field{f}}, {Target: "no", Template: "{no}"}}}
	}
	compare := each(Field{Template: "{{l.qty}}", Type: TypeFloat})
	compare.Rules = []Rule{{Check: CheckCompare, Field: "L.x", Op: "<=", Other: "total"}, {Check: CheckSum, Field: "total", Lines: "L.x", Tolerance: "1000000"}}
	for name, spec := range map[string]Spec{"func": each(Field{Func: "head"}), "compare": compare} {
		m, err := Compile(spec, head)
		require.NoError(t, err)
		r, err := m.MapJSON(t.Context(), nil, manyLines(lines))
		require.NoError(t, err)
		require.Equal(t, lines, strings.Count(string(r.JSON), `"x":`), name)
	}
	// An aggregate is computed once, not for each line, also where it fails.
	m, err := Compile(each(Field{Expr: "{{l.qty}}/SUM({{l.qty}})+COUNT({{l.qty}})*0", Type: TypeFloat}))
	require.NoError(t, err)
	for _, n := range []int{lines, 4} { // the second time with what the first left behind
		r, err := m.MapJSON(t.Context(), nil, manyLines(n))
		require.NoError(t, err)
		require.Equal(t, n, strings.Count(string(r.JSON), fmt.Sprintf(`"x":%.8f`, 1/float64(n))))
	}
	m, err = Compile(each(Field{Expr: "{{l.qty}}/SUM({{l.note}})"}))
	require.NoError(t, err)
	_, err = m.MapJSON(t.Context(), nil, manyLines(lines))
	require.Equal(t, CodeNotNumeric, code(t, err))
}

// Very many aggregates over very many values end all the same.
func TestAggregatesAreBounded(t *testing.T) {
	t.Parallel()
	spec := Spec{}
	for i := range 100 {
		spec.Fields = append(spec.Fields, Field{Target: fmt.Sprint("x", i), Expr: "SUM({{l.qty}})"})
	}
	m, err := Compile(spec, WithLimits(Limits{Values: 5_000}))
	require.NoError(t, err)
	_, err = m.MapJSON(t.Context(), nil, manyLines(5_000))
	require.Equal(t, CodeTooLarge, code(t, err))
	_, err = m.MapJSON(t.Context(), nil, manyLines(400))
	require.NoError(t, err)
}

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
	// an aggregate for each line needs the square: it ends
	m, err := Compile(each(Field{Expr: "{{l.qty}}/SUM({{l.qty}})"}), WithLimits(Limits{Values: 30_000}))
	require.NoError(t, err)
	for range 2 { // the second time with what the first left behind
		_, err = m.MapJSON(t.Context(), nil, manyLines(5_000))
		require.Equal(t, CodeTooLarge, code(t, err))
		r, err := m.MapJSON(t.Context(), nil, manyLines(4))
		require.NoError(t, err)
		require.Equal(t, 4, strings.Count(string(r.JSON), `"x":"0.25000000"`), "%s", r.JSON)
	}
}

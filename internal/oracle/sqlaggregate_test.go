package oracle

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/mapping/sqlexpr"
)

// column is the values of one array column.
type column []string

func (c column) Hole(int) (sqlexpr.Operand, error) { return sqlexpr.NullOperand(), nil }
func (c column) Span(int) (sqlexpr.Operand, error) { return sqlexpr.NullOperand(), nil }
func (c column) Rows(int) iter.Seq2[sqlexpr.Operand, error] {
	return func(yield func(sqlexpr.Operand, error) bool) {
		for _, v := range c {
			o := sqlexpr.NumberOperand(v)
			if v == "NULL" {
				o = sqlexpr.NullOperand()
			}
			if !yield(o, nil) {
				return
			}
		}
	}
}

// TestAggregatesAgainstServer compares sums over rows with those over a table
// of the same literals.
func TestAggregatesAgainstServer(t *testing.T) {
	t.Parallel()
	conn := session(t)
	r := rand.New(rand.NewPCG(sqlRun, 2))
	forms := []string{"sum(X)", "avg(X)", "max(X)", "min(X)", "count(X)", "sum(X)/count(X)", "ROUND(avg(X),2)", "sum(X)*1.13+0.5",
		"IFNULL(sum(X),0)", "max(X)-min(X)", "avg(X)*3", "CONCAT(sum(X),'/',count(X))", "IF(sum(X)>100,max(X),min(X))"}
	for range 300 {
		g := &sqlGen{r: r}
		var rows column
		var selects []string
		for range 1 + r.IntN(6) {
			v := g.numberLiteral()
			if strings.ContainsAny(v, "eE") || len(v) > 30 || r.IntN(8) == 0 {
				v = "NULL"
			}
			rows = append(rows, v)
			selects = append(selects, "SELECT "+v+" AS x")
		}
		form := forms[r.IntN(len(forms))]
		src := strings.ReplaceAll(form, "X", "{{l.x}}")
		query := fmt.Sprintf("SELECT CONCAT(%s) FROM (%s) t", strings.ReplaceAll(form, "X", "x"), strings.Join(selects, " UNION ALL "))
		var want *string
		require.NoError(t, conn.QueryRowContext(t.Context(), query).Scan(&want), query)

		e, err := sqlexpr.Compile(src, sqlexpr.Options{Holes: true, MariaDB: true})
		require.NoError(t, err)
		got, err := e.Eval(rows, nil)
		require.NoError(t, err, query)
		if want == nil {
			require.True(t, got.IsNull(), "%s: %s", query, got.Text())
			continue
		}
		require.Equal(t, *want, got.Text(), query)
	}
}

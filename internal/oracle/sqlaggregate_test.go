package oracle

import (
	"database/sql"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
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
	r := rand.New(rand.NewPCG(number(t, sqlRunEnv, sqlRun), 2))
	forms := []string{"sum(X)", "avg(X)", "max(X)", "min(X)", "count(X)", "sum(X)/count(X)", "ROUND(avg(X),2)", "sum(X)*1.13+0.5",
		"IFNULL(sum(X),0)", "max(X)-min(X)", "avg(X)*3", "CONCAT(sum(X),'/',count(X))", "IF(sum(X)>100,max(X),min(X))",
		"ROUND(sum(X)/NULLIF(count(X),0),2)", "CAST(sum(X) AS DECIMAL(20,2))", "CASE WHEN sum(X)>100 THEN avg(X) WHEN sum(X)<0 THEN 1.5 ELSE 0 END", "sum(X) DIV 7", "sum(X)%7",
		"GREATEST(max(X),1.5)", "LEAST(sum(X),avg(X))", "COALESCE(min(X),0)+0.001", "ABS(min(X))", "FLOOR(avg(X))", "CEIL(max(X))", "FORMAT(sum(X),2)", "sum(X) between 1 and 50.5",
		"max(X) in (1,2,5)", "TRUNCATE(avg(X),1)", "sum(X)-sum(X)", "min(X)=max(X)", "CONCAT_WS('-',min(X),max(X),avg(X))", "sum(X)*sum(X)", "avg(X)/3/3", "count(X) is null", "CAST(avg(X) AS SIGNED)"}
	for range number(t, sqlCountEnv, 1000) {
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
		if len(rows) > 1 && !slices.ContainsFunc(rows, func(v string) bool { return v != "NULL" }) {
			continue // the server has no type for several NULLs
		}
		form := forms[r.IntN(len(forms))]
		src := strings.ReplaceAll(form, "X", "{{l.x}}")
		query := fmt.Sprintf("SELECT CONCAT(%s) FROM (%s) t", strings.ReplaceAll(form, "X", "x"), strings.Join(selects, " UNION ALL "))
		var want sql.NullString
		refused := conn.QueryRowContext(t.Context(), query).Scan(&want)

		e, err := sqlexpr.Compile(src, sqlexpr.Options{Holes: true, MariaDB: true})
		require.NoError(t, err)
		got, err := e.Eval(rows, nil)
		ours, theirs := answer{text: got.Text(), null: got.IsNull(), err: err}, answer{text: want.String, null: !want.Valid, err: refused}
		if !ours.same(theirs) && excuse(&sqlCase{src: src, sql: query}, ours, theirs) == "" {
			t.Errorf("%s: ours %v, server %v", query, ours, theirs)
		}
	}
}

package lookup_test

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/mapping"
	"github.com/duijie-go/duijie/mapping/lookup"
)

// stateError and numberError are refusals as the drivers of PostgreSQL and MySQL tell them.
type stateError string

func (e stateError) Error() string    { return "refused" }
func (e stateError) SQLState() string { return string(e) }

type numberError struct{ Number uint16 }

func (e *numberError) Error() string { return "refused" }

func TestSQLOddValues(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err    error
		always bool // the table itself is broken
		good   bool
	}{
		"postgres": {stateError("22P02"), false, true}, "mysql": {&numberError{1525}, false, true}, "wrapped": {fmt.Errorf("x: %w", stateError("22003")), false, true},
		"permission": {stateError("42501"), false, false}, "table": {stateError("22P02"), true, false}, "other": {errors.New("gone"), false, false}, "other number": {&numberError{1146}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := &table{columns: []string{"v", "k"}, rows: [][]driver.Value{{"x", "5"}, {"y", "90"}}}
			d.refuse = func(statement string, args []driver.NamedValue) error {
				if strings.HasSuffix(statement, "1 = 0") && c.always {
					return nil
				}
				for _, a := range args {
					if c.always || strings.Contains(fmt.Sprint(a.Value), "bad") {
						return c.err
					}
				}
				return nil
			}
			db := sql.OpenDB(d)
			defer func() { _ = db.Close() }()
			l, err := lookup.NewSQL(db, lookup.SQLConfig{Table: "t", Columns: map[string]string{"v": "v", "k": "k"}})
			require.NoError(t, err)
			var queries []mapping.Query
			for i := range 100 {
				value := fmt.Sprint(i)
				if i == 42 {
					value = "bad"
				}
				queries = append(queries, mapping.Query{Want: "v", Where: eq("k", value)})
			}
			answers, err := l.Find(t.Context(), queries)
			if !c.good {
				require.ErrorIs(t, err, c.err)
				return
			}
			require.NoError(t, err)
			require.Len(t, answers[5].Values, 1)
			require.Len(t, answers[90].Values, 1)
			require.Empty(t, answers[42].Values)
			require.LessOrEqual(t, len(d.statements), 20, "halves, not one by one")
		})
	}
}

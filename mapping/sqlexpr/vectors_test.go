package sqlexpr_test

import (
	"encoding/json"
	"iter"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/mapping/sqlexpr"
)

// row is a record whose paths are already flat.
type row struct {
	holes  []sqlexpr.Hole
	values map[string]sqlexpr.Operand
	rows   map[string][]sqlexpr.Operand
}

func (r row) Hole(i int) (sqlexpr.Operand, error) {
	h := r.holes[i]
	return r.values[strings.Join(append([]string{h.Ref}, h.Pipes...), "|")], nil
}

func (r row) Rows(i int) iter.Seq2[sqlexpr.Operand, error] {
	return func(yield func(sqlexpr.Operand, error) bool) {
		for _, o := range r.rows[r.holes[i].Ref] {
			if !yield(o, nil) {
				return
			}
		}
	}
}

func (r row) Span(int) (sqlexpr.Operand, error) { return sqlexpr.TextOperand("span"), nil }

type vector struct {
	ID, Kind, Value, SQL string
	Record               map[string]json.RawMessage
	Row                  *struct {
		Array string
		Index int
	}
	SQLResult *string `json:"sql_result"`
	Expect    struct {
		Text  *string
		Error *struct{ Code string }
	}
}

func operand(t *testing.T, raw json.RawMessage) sqlexpr.Operand {
	t.Helper()
	switch raw[0] {
	case '"':
		var s string
		require.NoError(t, json.Unmarshal(raw, &s))
		return sqlexpr.TextOperand(s)
	case 't', 'f':
		return sqlexpr.BoolOperand(raw[0] == 't')
	case 'n':
		return sqlexpr.NullOperand()
	case '[', '{':
		return sqlexpr.OtherOperand(string(raw))
	default:
		return sqlexpr.NumberOperand(string(raw))
	}
}

func (v vector) operands(t *testing.T, holes []sqlexpr.Hole) row {
	t.Helper()
	r := row{holes: holes, rows: map[string][]sqlexpr.Operand{}, values: map[string]sqlexpr.Operand{
		"LAST_SYNC_TIME":          sqlexpr.NumberOperand("1710403200"),
		"LAST_SYNC_TIME|datetime": sqlexpr.TextOperand("2024-03-14 16:00:00"),
		"CURRENT_TIME|datetime":   sqlexpr.TextOperand("2024-03-14 17:00:00"),
	}}
	for name, raw := range v.Record {
		r.values[name] = operand(t, raw)
		var lines []map[string]json.RawMessage
		if raw[0] != '[' {
			continue
		}
		require.NoError(t, json.Unmarshal(raw, &lines))
		for i, line := range lines {
			for k, x := range line {
				path := name + "." + k
				r.rows[path] = append(r.rows[path], operand(t, x))
				if v.Row != nil && v.Row.Index == i {
					r.values[path] = operand(t, x)
				}
			}
		}
	}
	return r
}

var shanghai = time.FixedZone("Asia/Shanghai", 8*3600)

func vectors(t testing.TB) []vector {
	t.Helper()
	data, err := os.ReadFile("testdata/vectors.json")
	require.NoError(t, err)
	var all struct{ Vectors []vector }
	require.NoError(t, json.Unmarshal(data, &all))
	require.NotEmpty(t, all.Vectors)
	return all.Vectors
}

func TestVectors(t *testing.T) {
	t.Parallel()
	env := &sqlexpr.Env{Now: time.Unix(1710406800, 0), Zone: shanghai}
	n := 0
	for _, v := range vectors(t) {
		if v.Kind != "function" {
			continue
		}
		n++
		t.Run(v.ID, func(t *testing.T) {
			t.Parallel()
			src, ok := strings.CutPrefix(v.Value, "_function ")
			require.True(t, ok)
			e, err := sqlexpr.Compile(src, sqlexpr.Options{Holes: true})
			require.NoError(t, err)
			got, err := e.Eval(v.operands(t, e.Holes()), env)
			require.NoError(t, err)
			if v.Expect.Error != nil {
				require.Equal(t, "null_result", v.Expect.Error.Code)
				require.True(t, got.IsNull(), "want NULL, got %q", got.Text())
				return
			}
			require.False(t, got.IsNull())
			require.Equal(t, *v.Expect.Text, got.Text())
			if !strings.Contains(v.SQL, " over ") {
				plain, err := sqlexpr.Compile(strings.TrimPrefix(v.SQL, "SELECT "), sqlexpr.Options{})
				require.NoError(t, err)
				got, err = plain.Eval(row{}, env)
				require.NoError(t, err)
				require.Equal(t, *v.SQLResult, got.Text())
			}
		})
	}
	require.Equal(t, 50, n)
}

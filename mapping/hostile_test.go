package mapping

import (
	"context"
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A unique value in lines is watched, line by line.
func TestUniqueReachesLines(t *testing.T) {
	t.Parallel()
	lines := func(names ...string) Field {
		f := Field{Target: "L", Each: "l"}
		for _, n := range names {
			f.Children = append(f.Children, Field{Target: n, Template: "{{l." + n + "}}"})
		}
		return f
	}
	m, err := Compile(Spec{
		Fields: []Field{{Target: "no", Template: "{no}"}, lines("sn", "seq")},
		Rules:  []Rule{{Check: CheckUnique, Field: "L.sn", Key: "{id}"}, {Check: CheckUnique, Fields: []string{"no", "L.seq"}, Key: "{id}"}},
	})
	require.NoError(t, err)
	for _, c := range []struct{ record, field string }{
		{`{"id":1,"no":"1","l":[{"sn":"A","seq":1},{"sn":"B","seq":2}]}`, ""},
		{`{"id":1,"no":"1","l":[{"sn":"A","seq":1},{"sn":"B","seq":2}]}`, ""}, // a retry
		{`{"id":2,"no":"2","l":[{"sn":"C","seq":1},{"sn":"C","seq":1}]}`, ""}, // in one record
		{`{"id":3,"no":"3","l":[{"sn":"D","seq":1},{"sn":"B","seq":2}]}`, "L.sn"},
		{`{"id":4,"no":"2","l":[{"sn":"E","seq":3},{"sn":"F","seq":1}]}`, "no, L.seq"},
		{`{"id":5,"no":"4","l":[]}`, ""},
		{`{"id":6,"no":"5","l":[{"seq":1},{"seq":2}]}`, ""},
		{`{"id":7,"no":"6","l":[{"seq":1}]}`, ""},
	} {
		_, err := m.MapJSON(t.Context(), nil, []byte(c.record))
		if c.field == "" {
			require.NoError(t, err, c.record)
			continue
		}
		var broken *RuleError
		require.ErrorAs(t, err, &broken, c.record)
		assert.Equal(t, c.field, broken.Field)
	}
}

// A right text of two left ones has no way back, whatever may pass.
func TestReverseTableDoesNotGuess(t *testing.T) {
	t.Parallel()
	table := NewTable(map[string]string{"a": "1", "b": "1", "c": "1", "d": "2"})
	for record, want := range map[string]string{`{"v":2}`: `{"x":"d"}`, `{"v":"9"}`: `{"x":"9"}`, `{"v":"1"}`: ""} {
		m, err := Compile(Spec{Fields: []Field{{Target: "x", Template: "{v}", Table: &TableCall{Name: "t", Reverse: true, Keep: true}}}}, WithTable("t", table))
		require.NoError(t, err)
		r, err := m.MapJSON(t.Context(), nil, []byte(record))
		assert.Equal(t, want, string(r.JSON), record)
		if want == "" {
			assert.Equal(t, CodeMappingNotFound, code(t, err))
		}
	}
}

// A lookup that answers null found nothing: a required one refuses the record.
func TestLookupOfNullFindsNothing(t *testing.T) {
	t.Parallel()
	answer := []json.RawMessage{json.RawMessage(" null")}
	l := LookupFunc(func(_ context.Context, q []Query) ([]Answer, error) {
		return slices.Repeat([]Answer{{Values: answer}}, len(q)), nil
	})
	call := LookupCall{Name: "l", Want: "w", Where: Filter{Path: "k", Values: []string{"{k}"}}}
	for _, required := range []bool{true, false} {
		call.Required = required
		m, err := Compile(Spec{Fields: []Field{{Target: "x", Lookup: &call}, {Target: "y", Const: json.RawMessage("1")}}}, WithLookup("l", l))
		require.NoError(t, err)
		r, err := m.MapJSON(t.Context(), nil, []byte(`{"k":1}`))
		if required {
			assert.Equal(t, CodeLookupRequired, code(t, err))
			continue
		}
		require.NoError(t, err)
		assert.JSONEq(t, `{"y":1}`, string(r.JSON))
		require.Len(t, r.Notes, 1)
		assert.Equal(t, CodeLookupNotFound, r.Notes[0].Code)
	}
}

// Each page is one call of a lookup, also where the Env is that of the page before.
func TestPrefetchAsksOncePerPage(t *testing.T) {
	t.Parallel()
	calls, answer := 0, `"old"`
	l := LookupFunc(func(_ context.Context, q []Query) ([]Answer, error) {
		calls++
		return slices.Repeat([]Answer{{Values: []json.RawMessage{json.RawMessage(answer)}}}, len(q)), nil
	})
	call := LookupCall{Name: "l", Want: "w", Where: Filter{Path: "k", Values: []string{"{{lines.k}}"}}}
	m, err := Compile(Spec{Fields: []Field{{Target: "L", Each: "lines", Children: []Field{{Target: "x", Lookup: &call}}}}}, WithLookup("l", l))
	require.NoError(t, err)
	page := [][]byte{[]byte(`{"lines":[{"k":1},{"k":2}]}`), []byte(`{`), []byte(`{"lines":3}`), []byte(`{"lines":[{"k":2},{"k":[]},{"k":3}]}`), []byte(`{"lines":[{"k":4},{"k":1}]}`)}
	var env *Env
	for i, want := range []string{`"old"`, `"new"`} {
		answer = want
		env, err = m.Prefetch(t.Context(), env, slices.Values(page))
		require.NoError(t, err)
		failed := 0
		for _, record := range page {
			r, err := m.MapJSON(t.Context(), env, record)
			if err != nil {
				failed++
				continue
			}
			assert.Contains(t, string(r.JSON), want)
		}
		assert.Equal(t, 3, failed)
		assert.Equal(t, i+1, calls)
	}
	answer = `"x"`
	broken := LookupFunc(func(ctx context.Context, _ []Query) ([]Answer, error) { return nil, ctx.Err() })
	m, err = Compile(Spec{Fields: []Field{{Target: "x", Lookup: &LookupCall{Name: "l", Want: "w", Where: Filter{Path: "k", Values: []string{"{k}"}}}}}}, WithLookup("l", broken))
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = m.MapJSON(ctx, nil, []byte(`{"k":1}`))
	var le *LookupError
	require.ErrorAs(t, err, &le)
	require.ErrorIs(t, err, context.Canceled)
	var re *RecordError
	require.NotErrorAs(t, err, &re, "a cancelled run is no record's fault")
	_, err = m.MapJSON(t.Context(), nil, []byte(`{"k":1}`))
	require.ErrorAs(t, err, &le, "no answers to one question")
}

// A bound that is a number takes no text for one: "N/A" is not above 0.
func TestRulesTakeNoTextForANumber(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rule   Rule
		record string
		passes bool
	}{
		{Rule{Check: CheckRange, Field: "a", Min: "0"}, `{"a":"N/A"}`, false},
		{Rule{Check: CheckRange, Field: "a", Min: "0"}, `{"a":"1,000.00"}`, false},
		{Rule{Check: CheckRange, Field: "a", Max: "9"}, `{"a":""}`, false},
		{Rule{Check: CheckRange, Field: "a", Max: "9"}, `{"a":[1]}`, false},
		{Rule{Check: CheckRange, Field: "a", Min: "-1", Max: "1e2"}, `{"a":" 100.00 "}`, true},
		{Rule{Check: CheckRange, Field: "a", Min: "0"}, `{"a":null}`, true},
		{Rule{Check: CheckRange, Field: "a", Min: "2024-01-01", Max: "2024-12-31"}, `{"a":"2024-03-14"}`, true},
		{Rule{Check: CheckCompare, Field: "a", Op: ">", Other: "b"}, `{"a":"N/A","b":5}`, false},
		{Rule{Check: CheckCompare, Field: "a", Op: "<", Other: "b"}, `{"a":5,"b":"N/A"}`, false},
		{Rule{Check: CheckCompare, Field: "a", Op: "<>", Other: "b"}, `{"a":5,"b":"N/A"}`, true},
		{Rule{Check: CheckCompare, Field: "a", Op: "=", Other: "b"}, `{"a":1e2,"b":"100.0"}`, true},
		{Rule{Check: CheckCompare, Field: "a", Op: "<=", Other: "b"}, `{"a":"2024-03-14","b":"2024-03-15"}`, true},
	} {
		m, err := Compile(Spec{Fields: []Field{{Target: "a", Template: "{a}", Type: TypeAny}, {Target: "b", Template: "{b}", Type: TypeAny}, {Target: "c", Const: json.RawMessage("1")}}, Rules: []Rule{c.rule}})
		require.NoError(t, err)
		_, err = m.MapJSON(t.Context(), nil, []byte(c.record))
		assert.Equal(t, c.passes, err == nil, "%+v of %s: %v", c.rule, c.record, err)
	}
}

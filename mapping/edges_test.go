package mapping

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

// Parsers reshape what children build, too.
func TestParsersOfChildren(t *testing.T) {
	t.Parallel()
	x := []Field{{Target: "k", Template: "{a}"}}
	wrapped := []Parser{{Name: ParserObject, Params: "v"}}
	tests := map[string]struct {
		field Field
		want  string
	}{
		"object":          {Field{Target: "x", Children: x, Parsers: wrapped}, `{"x":{"v":{"k":"1"}}}`},
		"object to pairs": {Field{Target: "x", Children: x, Parsers: []Parser{{Name: ParserPairs}, wrapped[0]}}, `{"x":{"v":[{"Key":"k","Value":"1"}]}}`},
		"lines":           {Field{Target: "x", Each: "l", Children: x, Parsers: wrapped}, `{"x":{"v":[{"k":"1"},{"k":"1"}]}}`},
		"one line":        {Field{Target: "x", Type: TypeArray, Children: x, Parsers: wrapped}, `{"x":{"v":[{"k":"1"}]}}`},
		"lines joined":    {Field{Target: "x", Each: "l", Children: x, Parsers: []Parser{{Name: ParserArrayToString, Params: ","}}}, "!"},
	}
	for name, test := range tests {
		got, err := build(t, `{"a":1,"l":[{},{}]}`, test.field)
		if test.want == "!" {
			assert.Equal(t, CodeTypeConversion, code(t, err), name)
			continue
		}
		require.NoError(t, err, name)
		assert.Equal(t, test.want, got, name)
	}
}

func TestFuncResults(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		result any
		want   string
	}{
		"nothing": {nil, `{}`}, "text": {"a\"b", `{"x":"a\"b"}`}, "bool": {true, `{"x":true}`}, "int": {7, `{"x":7}`},
		"int64": {int64(math.MinInt64), `{"x":-9223372036854775808}`}, "number": {json.Number("1.10"), `{"x":1.10}`},
		"no number": {json.Number("1,1"), "!"}, "JSON": {json.RawMessage(`{"a": [1]}`), `{"x":{"a": [1]}}`}, "no JSON": {json.RawMessage(`{`), "!"},
		"value": {TextValue("v"), `{"x":"v"}`}, "decimal": {duijie.MustDecimal("1.50"), `{"x":1.50}`}, "unset decimal": {duijie.Decimal{}, `{}`},
		"struct": {struct{ A int }{3}, `{"x":{"A":3}}`}, "unwritable": {func() {}, "!"}, "time": {duijie.NewTime(time.Unix(1710403509, 0)), `{"x":"2024-03-14 16:05:09"}`},
	}
	for name, test := range tests {
		m, err := Compile(Spec{Fields: []Field{{Target: "x", Func: "f"}}}, WithFunc("f", func(context.Context, Row) (any, error) { return test.result, nil }))
		require.NoError(t, err)
		r, err := m.MapJSON(t.Context(), nil, []byte(`{}`))
		if test.want == "!" {
			assert.Equal(t, CodeFuncFailed, code(t, err), name)
			continue
		}
		require.NoError(t, err, name)
		assert.Equal(t, test.want, string(r.JSON), name)
	}
}

func TestVariables(t *testing.T) {
	t.Parallel()
	m, err := Compile(Spec{Name: "vars", Zone: "UTC", Fields: []Field{
		{Target: "ago", Template: "{{DAYS_AGO_2|datetime}}"}, {Target: "shop", Template: "{SHOP}"}, {Target: "n", Template: "{N}", Type: TypeAny},
		{Target: "r", Template: "{random}"}, {Target: "now", Expr: "DATE_FORMAT(NOW(),'%H:%i')"},
	}}, WithVariables("SHOP", "N"))
	require.NoError(t, err)
	assert.Equal(t, "vars", m.Name())
	env := &Env{Now: time.Unix(1710406800, 0), Vars: map[string]string{"SHOP": "店", "N": "12"}, Random: func() string { return "fresh" }}
	r, err := m.MapJSON(t.Context(), env, []byte(`{"SHOP":"of the record"}`))
	require.NoError(t, err)
	assert.Equal(t, `{"ago":"2024-03-12 09:00:00","shop":"店","n":12,"r":"fresh","now":"09:00"}`, string(r.JSON))

	random, err := Compile(Spec{Fields: []Field{{Target: "r", Template: "{random}"}}})
	require.NoError(t, err)
	first, err := random.MapJSON(t.Context(), nil, []byte(`{}`))
	require.NoError(t, err)
	second, err := random.MapJSON(t.Context(), nil, []byte(`{}`))
	require.NoError(t, err)
	assert.NotEqual(t, string(first.JSON), string(second.JSON))
	assert.Len(t, first.JSON, len(`{"r":""}`)+32)
}

func TestExactText(t *testing.T) {
	t.Parallel()
	field := Field{Target: "x", Expr: "case '{{a}}' when 'abc' then 1 else 2 end", Type: TypeInt}
	for want, opts := range map[string][]Option{`{"x":1}`: nil, `{"x":2}`: {WithExactText()}} {
		m, err := Compile(Spec{Fields: []Field{field}}, opts...)
		require.NoError(t, err)
		r, err := m.MapJSON(t.Context(), nil, []byte(`{"a":"ABC "}`))
		require.NoError(t, err)
		assert.Equal(t, want, string(r.JSON))
	}
}

// What is wrong with an operand of an expression is told as in a template.
func TestOperandErrors(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"{{l.x}}+1":           CodeArrayInScalar,
		"'{{t|date}}'":        CodeTypeConversion,
		"SUM({{l.x|date}})":   CodeTypeConversion,
		"{{t}}+1":             CodeNotNumeric,
		"{{o}}+1":             CodeNotNumeric,
		"SUM({{l.t}})":        CodeNotNumeric,
		"REPEAT('x',2000000)": CodeSQLError,
		"{{big}}*{{big}}":     CodeSQLError,
	}
	for expr, want := range tests {
		_, err := build(t, `{"t":"soon","o":{},"big":9223372036854775807,"l":[{"x":"never","t":"a"}]}`, Field{Target: "x", Expr: expr})
		require.Error(t, err, expr)
		assert.Equal(t, want, code(t, err), "%s: %v", expr, err)
	}
	got, err := build(t, `{"l":[{"d":"2024-03-14"},{"d":"2024-03-15 10:00:00"},{}]}`, Field{Target: "x", Expr: "MAX({{l.d|timestamp}})", Type: TypeInt})
	require.NoError(t, err)
	assert.Equal(t, `{"x":1710468000}`, got)
}

// Conditions of a lookup are errors on the record where its values do not fit.
func TestLookupConditions(t *testing.T) {
	t.Parallel()
	var asked []Query
	call := &LookupCall{Name: "l", Want: "w", Where: Filter{Or: []Filter{{Path: "a", Values: []string{"{a}"}}, {And: []Filter{{Path: "b", Op: OpIn, Values: []string{"{b}", "x{b}"}}}}}}}
	m, err := Compile(Spec{Fields: []Field{{Target: "x", Lookup: call}}}, WithLookup("l", LookupFunc(func(_ context.Context, q []Query) ([]Answer, error) {
		asked = append(asked, q...)
		return []Answer{{Values: []json.RawMessage{json.RawMessage(`{"o":1}`)}}}, nil
	})))
	require.NoError(t, err)
	r, err := m.MapJSON(t.Context(), nil, []byte(`{"a":7}`))
	require.NoError(t, err)
	assert.Equal(t, `{"x":{"o":1}}`, string(r.JSON))
	require.Len(t, asked, 1)
	assert.Equal(t, Filter{Or: []Filter{{Path: "a", Op: OpEqual, Values: []string{"7"}}, {And: []Filter{{Path: "b", Op: OpIn, Values: []string{"", "x"}}}}}}, asked[0].Where)
	for _, record := range []string{`{"a":[1]}`, `{"b":{}}`} {
		_, err = m.MapJSON(t.Context(), nil, []byte(record))
		assert.Contains(t, []string{CodeTypeConversion, CodeArrayInScalar}, code(t, err))
	}
	assert.Len(t, asked, 1, "what can not be asked is not")

	other := asked[0]
	other.Where.Or = other.Where.Or[:1]
	assert.NotEqual(t, asked[0].Key(), other.Key())
	assert.NotEqual(t, Query{Want: "a", Where: Filter{Path: "b"}}.Key(), Query{Want: "ab", Where: Filter{Path: ""}}.Key())
	assert.EqualError(t, &LookupError{Name: "l", Err: errors.New("down")}, "mapping: lookup l: down")
}

// Targets that need their JSON are stored through it.
func TestStoredThroughJSON(t *testing.T) {
	t.Parallel()
	type out struct {
		Org   struct{ FNumber string }
		Lines []map[string]any
		One   []struct{ K int }
		Deep  **int
		Bytes json.RawMessage
	}
	m, err := Compile(Spec{Fields: []Field{
		{Target: "Org", Template: "{a}", Parsers: []Parser{{Name: ParserObject, Params: "FNumber"}}},
		{Target: "Lines", Each: "l", Children: []Field{{Target: "k", Template: "{{l.k}}", Type: TypeAny}}},
		{Target: "One", Type: TypeArray, Children: []Field{{Target: "K", Template: "{a}", Type: TypeInt}}},
		{Target: "Deep", Template: "{a}"}, {Target: "Bytes", Template: "{{l}}", Type: TypeArray},
	}})
	require.NoError(t, err)
	f, err := Transform[json.RawMessage, out](m, nil)
	require.NoError(t, err)
	got, err := f(t.Context(), json.RawMessage(`{"a":"3","l":[{"k":1.10},{}]}`))
	require.NoError(t, err)
	b, err := json.Marshal(got)
	require.NoError(t, err)
	assert.Equal(t, `{"Org":{"FNumber":"3"},"Lines":[{"k":1.10},{}],"One":[{"K":3}],"Deep":3,"Bytes":[{"k":1.10},{}]}`, string(b))
	_, err = f(t.Context(), json.RawMessage(`{"a":"x","l":7}`))
	assert.Contains(t, err.Error(), "Lines: array_source_missing")
	assert.Contains(t, err.Error(), "One.K: type_conversion")
}

func TestValues(t *testing.T) {
	t.Parallel()
	v, err := ParseValue([]byte(` {"a":{"b.c":[1,"2\n",null]},"n":" 1.50 ","e":"","x":"y"} `))
	require.NoError(t, err)
	assert.Equal(t, KindObject, v.Kind())
	assert.Equal(t, "an array", v.Get("a.b.c").Kind().String())
	assert.Equal(t, `[1,"2\n",null]`, v.Get("a.b.c").Text())
	d, err := v.Member("n").Decimal()
	require.NoError(t, err)
	assert.Equal(t, "1.50", d.String())
	assert.Equal(t, KindMissing, v.Get("a.q").Kind())
	assert.Equal(t, KindMissing, v.Get("n.q").Kind())
	assert.Equal(t, KindMissing, TextValue("x").Member("a").Kind())
	assert.Equal(t, "null", string(v.Get("zz").JSON()))
	_, err = v.Get("a").Decimal()
	require.Error(t, err)
	_, err = v.Get("x").Decimal()
	require.Error(t, err)
	for _, path := range []string{"e", "zz"} {
		d, err := v.Get(path).Decimal()
		require.NoError(t, err)
		assert.False(t, d.IsSet(), path)
	}
	var texts []string
	for e := range v.Get("a.b.c").Elements() {
		texts = append(texts, e.Text())
	}
	assert.Equal(t, []string{"1", "2\n", ""}, texts)
	_, err = ParseValue([]byte("{\"a\":\n}"))
	require.EqualError(t, err, "line 2, column 1: no JSON value begins like this")
	assert.Equal(t, "\"\\\"\\\\\\n\\r\\t\\u0001<中\ufffd\"", string(TextValue("\"\\\n\r\t\x01<中\xff").JSON()))
}

package mapping

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// build compiles fields and maps one record.
func build(t *testing.T, record string, fields ...Field) (string, error) {
	t.Helper()
	m, err := Compile(Spec{Fields: fields})
	require.NoError(t, err)
	r, err := m.MapJSON(t.Context(), vectorEnv, []byte(record))
	if err == nil {
		require.True(t, json.Valid(r.JSON), "%s", r.JSON)
	}
	return string(r.JSON), err
}

// code is the code of a record's first error.
func code(t *testing.T, err error) string {
	t.Helper()
	var re *RecordError
	require.ErrorAs(t, err, &re)
	return re.Code
}

func TestFieldValues(t *testing.T) {
	t.Parallel()
	x := func(template string, typ Type) Field { return Field{Target: "x", Template: template, Type: typ} }
	tests := []struct {
		name   string
		record string
		field  Field
		want   string // the target, or !code
	}{
		{"long id", `{"a":9007199254740993123}`, x("{a}", "any"), `{"x":9007199254740993123}`},
		{"digits are kept", `{"a":1.10}`, x("{a}", "float"), `{"x":1.10}`},
		{"exponent is kept", `{"a":1.5E+3}`, x("{a}", "any"), `{"x":1.5E+3}`},
		{"number as text", `{"a":1.10}`, x("{a}", ""), `{"x":"1.10"}`},
		{"bool as text", `{"a":true}`, x("{a}", ""), `{"x":"true"}`},
		{"array stays", `{"a":[1, {"b":2}]}`, x("{a}", ""), `{"x":[1, {"b":2}]}`},
		{"array wanted", `{"a":[1]}`, x("{a}", "array"), `{"x":[1]}`},
		{"array wanted, text found", `{"a":"1"}`, x("{a}", "array"), `!type_conversion`},
		{"array in text", `{"a":[1]}`, x("a={a}", ""), `!array_in_scalar`},
		{"object in text", `{"a":{}}`, x("a={a}", ""), `!type_conversion`},
		{"path into array", `{"a":[{"b":1}]}`, x("{{a.b}}", ""), `!array_in_scalar`},
		{"key with dot goes first", `{"a.b":1,"a":{"b":2}}`, x("{{a.b}}", "any"), `{"x":1}`},
		{"nested", `{"a":{"b":2}}`, x("{{a.b}}", "any"), `{"x":2}`},
		{"half nested", `{"a":{"b.c":3}}`, x("{{a.b.c}}", "any"), `{"x":3}`},
		{"last of the same name", `{"a":1,"a":2}`, x("{a}", "any"), `{"x":2}`},
		{"last of the same name, nested", `{"a":{"b":1},"a":{"c":2}}`, x("{{a.b}}", "any"), `{}`},
		{"last of the same name, no object", `{"a":{"b":1},"a":7}`, x("{{a.b}}", "any"), `{}`},
		{"escaped key", `{"\u0061\"":1}`, x(`{{a"}}`, "any"), `{"x":1}`},
		{"escaped text stays", `{"a":"\u4e2d\n\"\\\/"}`, x("{a}", ""), `{"x":"\u4e2d\n\"\\\/"}`},
		{"escaped text in text", `{"a":"\u4e2d\n\ud83d\ude00\ud800"}`, x("<{a}>", ""), "{\"x\":\"<中\\n😀\ufffd>\"}"},
		{"data is data", `{"a":"{b}{{c}}","b":1}`, x("{a}!", ""), `{"x":"{b}{{c}}!"}`},
		{"absent in text", `{}`, x("<{a}>", ""), `{"x":"<>"}`},
		{"null is absent", `{"a":null}`, x("{a}", ""), `{}`},
		{"JSON text survives", `{"a":1}`, x(`{"k":"v","n":{"a": 1}}`, ""), `{"x":"{\"k\":\"v\",\"n\":{\"a\": 1}}"}`},
		{"JSON text with placeholder", `{"a":1}`, x(`{"k":{{a}}}`, ""), `{"x":"{\"k\":1}"}`},
		{"int of zeros", `{"a":"12.0000"}`, x("{a}", "int"), `{"x":12}`},
		{"int of exponent", `{"a":1e3}`, x("{a}", "int"), `{"x":1000}`},
		{"int of 64 bits", `{"a":"-9223372036854775808"}`, x("{a}", "int"), `{"x":-9223372036854775808}`},
		{"int too long", `{"a":"9223372036854775808"}`, x("{a}", "int"), `!type_conversion`},
		{"int with zeros before", `{"a":"007"}`, x("{a}", "int"), `{"x":7}`},
		{"int of nothing", `{"a":""}`, x("{a}", "int"), `!type_conversion`},
		{"int of minus zero", `{"a":"-0"}`, x("{a}", "int"), `{"x":0}`},
		{"float of nothing", `{"a":" "}`, x("{a}", "float"), `!type_conversion`},
		{"date of nothing", `{"a":""}`, x("{a}", "date"), `{"x":""}`},
		{"variable without a value", `{"PAGINATION_PAGE_SIZE":1}`, x("{PAGINATION_PAGE_SIZE}", "int"), `!required_missing`},
		{"count of rows", `{"l":[{"a":1},{},{"a":null}]}`, Field{Target: "x", Expr: "COUNT({{l}})*10+COUNT({{l.a}})"}, `{"x":"31"}`},
		{"float of text", `{"a":" 0012.50 "}`, x("{a}", "float"), `{"x":12.5}`},
		{"float of words", `{"a":"12.50元"}`, x("{a}", "float"), `!type_conversion`},
		{"float of NaN", `{"a":"NaN"}`, x("{a}", "float"), `!type_conversion`},
		{"bool of TRUE", `{"a":"TRUE"}`, x("{a}", "bool"), `{"x":true}`},
		{"bool of 1.00", `{"a":1.00}`, x("{a}", "bool"), `{"x":true}`},
		{"bool of empty", `{"a":""}`, x("{a}", "bool"), `{"x":false}`},
		{"bool of 2", `{"a":2}`, x("{a}", "bool"), `!type_conversion`},
		{"date of seconds", `{"a":1710403509}`, x("{a}", "date"), `{"x":"2024-03-14"}`},
		{"datetime of milliseconds", `{"a":"1710403509000"}`, x("{a}", "datetime"), `{"x":"2024-03-14 16:05:09"}`},
		{"date of digits", `{"a":"20240314"}`, x("{a}", "date"), `{"x":"20240314"}`},
		{"pipe of offset", `{"a":"2024-03-14T08:05:09Z"}`, x("{{a|time}}", ""), `{"x":"16:05:09"}`},
		{"pipe of fraction", `{"a":"2024-03-14 16:05:09.123456"}`, x("{{a|datetime}}", ""), `{"x":"2024-03-14 16:05:09"}`},
		{"pipe to seconds", `{"a":"2024-03-14 16:05:09"}`, x("{{a|timestamp}}", "int"), `{"x":1710403509}`},
		{"pipe of zero date", `{"a":"0000-00-00 00:00:00"}`, x("{{a|date}}", ""), `{}`},
		{"pipe of twelve digits", `{"a":999999999999}`, x("{{a|date}}", ""), `{"x":"2001-09-09"}`},
		{"pipe of eleven digits", `{"a":99999999999}`, x("{{a|date}}", ""), `{"x":"5138-11-16"}`},
		{"pipe of no time", `{"a":"soon"}`, x("{{a|date}}", ""), `!type_conversion`},
		{"pipe of too many digits", `{"a":1710403509000000}`, x("{{a|date}}", ""), `!type_conversion`},
		{"variable", `{}`, x("{CURRENT_TIME}", "int"), `{"x":1710406800}`},
		{"const", `{}`, Field{Target: "x", Const: json.RawMessage(`[1.0, null]`)}, `{"x":[1.0, null]}`},
		{"const null is sent", `{}`, Field{Target: "x", Const: json.RawMessage(`null`)}, `{"x":null}`},
		{"default", `{"a":null}`, Field{Target: "x", Template: "{a}", Default: json.RawMessage(`"d"`)}, `{"x":"d"}`},
		{"default has the type", `{}`, Field{Target: "x", Template: "{a}", Type: TypeInt, Default: json.RawMessage(`"7"`)}, `{"x":7}`},
		{"required", `{}`, Field{Target: "x", Template: "{a}", Required: true}, `!required_missing`},
		{"required object", `{}`, Field{Target: "x", Required: true, Children: []Field{x("{a}", "")}}, `!required_missing`},
		{"empty object is left out", `{}`, Field{Target: "x", Children: []Field{x("{a}", "")}}, `{}`},
		{"one line", `{"a":1}`, Field{Target: "l", Type: TypeArray, Children: []Field{x("{a}", "any")}}, `{"l":[{"x":1}]}`},
		{"no lines", `{"a":[]}`, Field{Target: "l", Each: "a", Children: []Field{x("{a.b}", "")}}, `{"l":[]}`},
		{"lines are null", `{"a":null}`, Field{Target: "l", Each: "a", Children: []Field{x("{a.b}", "")}}, `!array_source_missing`},
		{"lines are no array", `{"a":{}}`, Field{Target: "l", Each: "a", Children: []Field{x("{a.b}", "")}}, `!array_source_missing`},
		{"default of lines", `{}`, Field{Target: "l", Each: "a", Default: json.RawMessage(`[]`), Children: []Field{x("{a.b}", "")}}, `{"l":[]}`},
		{"a line is no object", `{"a":[{},7]}`, Field{Target: "l", Each: "a", Children: []Field{x("{a.b}", "")}}, `!type_conversion`},
		{"parsers in a chain", `{"a":"p,q"}`, Field{Target: "x", Template: "{a}", Parsers: []Parser{
			{Name: ParserStringToArray, Params: ","}, {Name: ParserObject, Params: "list"}}}, `{"x":{"list":["p","q"]}}`},
		{"wrap, then reshape", `{"a":"p"}`, Field{Target: "x", Template: "{a}", Parsers: []Parser{
			{Name: ParserObject, Params: "7"}, {Name: ParserPairs}}}, `{"x":[{"Key":7,"Value":"p"}]}`},
		{"join", `{"a":["p",1,true]}`, Field{Target: "x", Template: "{a}", Type: TypeArray, Parsers: []Parser{
			{Name: ParserArrayToString, Params: "/"}}}, `{"x":"p/1/true"}`},
		{"join objects", `{"a":[{}]}`, Field{Target: "x", Template: "{a}", Parsers: []Parser{{Name: ParserArrayToString, Params: "/"}}}, `!type_conversion`},
		{"key and value", `{"a":1}`, Field{Target: "x", Template: "{a}", Parsers: []Parser{{Name: ParserKeyValue, Params: "k"}}}, `{"x":[{"keyName":"k","keyValue":"1"}]}`},
		{"workflow", `{"a":1}`, Field{Target: "x", Template: "{a}", Parsers: []Parser{{Name: ParserWorkflow, View: json.RawMessage(`true`), FieldID: json.RawMessage(`"9"`)}}},
			`{"x":{"fieldName":"x","fieldValue":"1","view":true,"fieldId":"9"}}`},
		{"blank splits to nothing", `{"a":" "}`, Field{Target: "x", Template: "{a}", Parsers: []Parser{{Name: ParserStringToArray, Params: ","}}}, `{"x":[]}`},
		{"target is literal", `{"a":1}`, Field{Target: `p.q"`, Template: "{a}"}, `{"p.q\"":"1"}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := build(t, test.record, test.field)
			if want, isError := strings.CutPrefix(test.want, "!"); isError {
				require.Error(t, err)
				assert.Equal(t, want, code(t, err), "%v", err)
				assert.Empty(t, got)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, test.want, got)
		})
	}
}

// Rows inside rows see their own members, those of the rows around them, and the head.
func TestNestedLines(t *testing.T) {
	t.Parallel()
	got, err := build(t, `{"no":"B1","lines":[{"sku":"A","serials":[{"s":1},{"s":2}]},{"sku":"B","serials":[]},{"sku":"C","serials":[{"s":3}]}],"tax":[{"r":13},{"r":6}]}`,
		Field{Target: "L", Each: "lines", Children: []Field{
			{Target: "sku", Template: "{{lines.sku}}"},
			{Target: "S", Each: "lines.serials", Children: []Field{
				{Target: "s", Template: "{{no}}/{{lines.sku}}/{{lines.serials.s}}"},
			}},
			{Target: "T", Each: "tax", Children: []Field{{Target: "t", Template: "{{lines.sku}}{{tax.r}}"}}},
			{Target: "all", Expr: "SUM({{tax.r}})", Type: TypeInt},
		}})
	require.NoError(t, err)
	assert.Equal(t, `{"L":[{"sku":"A","S":[{"s":"B1/A/1"},{"s":"B1/A/2"}],"T":[{"t":"A13"},{"t":"A6"}],"all":19},`+
		`{"sku":"B","S":[],"T":[{"t":"B13"},{"t":"B6"}],"all":19},`+
		`{"sku":"C","S":[{"s":"B1/C/3"}],"T":[{"t":"C13"},{"t":"C6"}],"all":19}]}`, got)
}

func TestErrorsNameTheRow(t *testing.T) {
	t.Parallel()
	fields := []Field{{Target: "FEntity", Each: "lines", Children: []Field{{Target: "FTaxPrice", Expr: "{{lines.paid}}/{{lines.qty}}"}}}}
	_, err := build(t, `{"secret":"hidden","lines":[{"paid":1,"qty":1},{"paid":1,"qty":0},{"paid":"x","qty":1}]}`, fields...)
	require.Error(t, err)
	var re *RecordError
	require.ErrorAs(t, err, &re)
	assert.Equal(t, CodeNullResult, re.Code)
	assert.Equal(t, "FEntity.FTaxPrice", re.Field)
	assert.Equal(t, "/fields/0/children/0/expr", re.Pointer)
	assert.Equal(t, []int{1}, re.Rows)
	assert.Contains(t, err.Error(), "FEntity[1].FTaxPrice: null_result")
	assert.Contains(t, err.Error(), "FEntity[2].FTaxPrice: not_numeric", "all errors of a record are told")
	assert.NotContains(t, err.Error(), "hidden")
}

// A record's error points at the member of the field that asks too much.
func TestErrorsPointIntoTheSpec(t *testing.T) {
	t.Parallel()
	_, err := func() (Result, error) {
		m, err := Compile(Spec{Fields: []Field{
			{Target: "a", Template: "{n}", Type: TypeInt}, {Target: "b", Template: "{n}", Table: &TableCall{Name: "t"}}, {Target: "c", Template: "{q}", Required: true},
			{Target: "d", Template: "{o}", Parsers: []Parser{{Name: ParserArrayToString}}}, {Target: "e", Each: "q", Children: []Field{{Target: "x", Template: "1"}}},
			{Target: "f", Each: "l", Children: []Field{{Target: "x", Expr: "1/0"}}},
		}}, WithTable("t", NewTable(nil)))
		require.NoError(t, err)
		return m.MapJSON(t.Context(), nil, []byte(`{"n":"x","o":{},"l":[{}]}`))
	}()
	var all interface{ Unwrap() []error }
	require.ErrorAs(t, err, &all)
	var got []string
	for _, e := range all.Unwrap() {
		var re *RecordError
		require.ErrorAs(t, e, &re)
		got = append(got, re.Pointer+" "+re.Code)
	}
	assert.Equal(t, []string{
		"/fields/0/template type_conversion", "/fields/1/table mapping_not_found", "/fields/2/required required_missing",
		"/fields/3/parsers type_conversion", "/fields/4/each array_source_missing", "/fields/5/children/0/expr null_result",
	}, got)
}

func TestFieldAtRows(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "a.b[0].c[12].d", fieldAtRows("a.b.c.d", []int{3, 5}, []int{0, 12}))
	assert.Equal(t, "a.b[1]", fieldAtRows("a.b", nil, []int{1}))
	assert.Equal(t, "a", fieldAtRows("a", nil, nil))
}

func TestInvalidRecords(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"":                       "invalid_json at line 1, column 1",
		"[]":                     "invalid_json at line 1, column 1",
		"{\"a\":1,\n \"b\":01}":  "invalid_json at line 2, column 7",
		"{\"a\":1,\n}":           "invalid_json at line 2, column 1",
		`{"a":1}x`:               "invalid_json at line 1, column 8",
		`{"a":"` + "\x01" + `"}`: "invalid_json at line 1, column 7",
		`{"a":"\x"}`:             "invalid_json at line 1, column 7",
		`{"a":"\u12g4"}`:         "invalid_json at line 1, column 7",
		"{\"a\":\"\xff\"}":       "invalid_json at line 1, column 7",
		`{"a":tru}`:              "invalid_json at line 1, column 6",
		`{"a":1.}`:               "invalid_json at line 1, column 6",
		`{"a":-}`:                "invalid_json at line 1, column 6",
		`{"a" 1}`:                "invalid_json at line 1, column 6",
		`{"z":[1,2`:              "invalid_json at line 1, column 10",
		`{"a":` + strings.Repeat("[", 200) + strings.Repeat("]", 200) + "}": "too_large",
	}
	for record, want := range tests {
		_, err := build(t, record, Field{Target: "x", Template: "{a}"})
		require.Error(t, err, "%q", record)
		assert.Contains(t, err.Error(), want, "%q", record)
	}
}

func TestRecordLimits(t *testing.T) {
	t.Parallel()
	m, err := Compile(Spec{Fields: []Field{{Target: "l", Each: "a", Children: []Field{{Target: "x", Template: "{a.b}"}}}}},
		WithLimits(Limits{Input: 1000, Values: 100}))
	require.NoError(t, err)
	_, err = m.MapJSON(t.Context(), nil, []byte(`{"a":[`+strings.Repeat("{},", 99)+`{}]}`))
	assert.Equal(t, CodeTooLarge, code(t, err))
	_, err = m.MapJSON(t.Context(), nil, []byte(`{"a":"`+strings.Repeat("x", 1000)+`"}`))
	assert.Equal(t, CodeTooLarge, code(t, err))
	long, err := Compile(Spec{Fields: []Field{{Target: "l", Each: "a", Children: []Field{{Target: "x", Template: "{b}{b}{b}"}}}}}, WithLimits(Limits{Output: 1000}))
	require.NoError(t, err)
	for _, record := range []string{`{"b":"` + strings.Repeat("x", 400) + `","a":[{}]}`, `{"b":"` + strings.Repeat("x", 200) + `","a":[{},{},{}]}`} {
		_, err = long.MapJSON(t.Context(), nil, []byte(record))
		assert.Equal(t, CodeTooLarge, code(t, err))
	}
	_, err = m.MapJSON(t.Context(), nil, []byte(`{"a":[{"b":1}]}`))
	assert.NoError(t, err, "a record after a refused one")
}

func TestSpecMistakes(t *testing.T) {
	t.Parallel()
	loop := make([]Field, 1)
	loop[0] = Field{Target: "a", Children: loop}
	deep := Field{Target: "x", Template: "{a}"}
	for range 40 {
		deep = Field{Target: "d", Children: []Field{deep}}
	}
	tests := []struct {
		name  string
		field Field
		want  []string // path code nearest
	}{
		{"two sources", Field{Target: "x", Template: "{a}", Expr: "1"}, []string{"/fields/0/expr two_sources "}},
		{"each without children", Field{Target: "x", Each: "a"}, []string{"/fields/0/each each_without_children "}},
		{"no target", Field{Template: "{a}"}, []string{"/fields/0/target target_missing "}},
		{"unknown type", Field{Target: "x", Template: "{a}", Type: "sting"}, []string{"/fields/0/type unknown_type string"}},
		{"unknown pipe", Field{Target: "x", Template: "{a|datetme}"}, []string{"/fields/0/template unknown_pipe datetime"}},
		{"unknown function", Field{Target: "x", Func: "f"}, []string{"/fields/0/func unknown_func "}},
		{"unknown table", Field{Target: "x", Template: "{a}", Table: &TableCall{Name: "shosp"}}, []string{"/fields/0/table/name unknown_table shops"}},
		{"unknown lookup", Field{Target: "x", Lookup: &LookupCall{Name: "l", Want: "a", Where: Filter{Path: "b", Values: []string{"{c}"}}}}, []string{"/fields/0/lookup/name unknown_lookup "}},
		{"bad filter", Field{Target: "x", Lookup: &LookupCall{Name: "known", Want: "", Where: Filter{And: []Filter{{Path: "b", Op: "eqq"}}}}}, []string{
			"/fields/0/lookup/want path_syntax ", "/fields/0/lookup/where/and/0/op unknown_op eq", "/fields/0/lookup/where/and/0/values filter_syntax "}},
		{"empty filter", Field{Target: "x", Lookup: &LookupCall{Name: "known", Want: "a"}}, []string{"/fields/0/lookup/where filter_syntax "}},
		{"unknown parser", Field{Target: "x", Template: "{a}", Parsers: []Parser{{Name: "ConvertObjektParser"}}}, []string{"/fields/0/parsers/0/name parser_unknown ConvertObjectParser"}},
		{"parser without parameter", Field{Target: "x", Template: "{a}", Parsers: []Parser{{Name: ParserObject}}}, []string{"/fields/0/parsers/0 parser_syntax "}},
		{"braces", Field{Target: "x", Template: "{{a}"}, []string{"/fields/0/template unbalanced_braces "}},
		{"path", Field{Target: "x", Template: "{{a..b}}"}, []string{"/fields/0/template path_syntax "}},
		{"const", Field{Target: "x", Const: json.RawMessage(`{`)}, []string{"/fields/0/const invalid_json "}},
		{"default", Field{Target: "x", Template: "{a}", Type: TypeInt, Default: json.RawMessage(`"q"`)}, []string{"/fields/0/default bad_default "}},
		{"constant", Field{Target: "x", Template: "12.5", Type: TypeInt}, []string{"/fields/0/template type_conversion "}},
		{"catalogue placeholder", Field{Target: "x", Template: "1", Type: TypeArray}, []string{"/fields/0/template array_without_children "}},
		{"syntax", Field{Target: "x", Expr: "1 +"}, []string{"/fields/0/expr sql_syntax "}},
		{"cycle", loop[0], []string{"/fields/0/children/0/children cyclic_reference "}},
		{"depth", deep, []string{"/fields/0" + strings.Repeat("/children/0", 32) + "/children too_deep "}},
		{"type and children", Field{Target: "x", Type: TypeInt, Children: []Field{{Target: "y", Template: "{a}"}}}, []string{"/fields/0/type type_conflict "}},
		{"inside lines", Field{Target: "l", Each: "a", Children: []Field{{Target: "y", Template: "{b|x}"}, {Target: "z", Type: "x"}}}, []string{
			"/fields/0/children/0/template unknown_pipe ", "/fields/0/children/1/type unknown_type "}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := Compile(Spec{Fields: []Field{test.field}}, WithTable("shops", NewTable(nil)),
				WithLookup("known", LookupFunc(func(context.Context, []Query) ([]Answer, error) { return nil, nil })))
			var bad *SpecErrors
			require.ErrorAs(t, err, &bad)
			var got []string
			for _, e := range bad.Errors {
				got = append(got, e.Path+" "+e.Code+" "+e.Nearest)
				assert.NotEmpty(t, e.Message)
			}
			assert.Equal(t, test.want, got)
		})
	}
}

func TestWarnings(t *testing.T) {
	t.Parallel()
	m, err := Compile(Spec{Fields: []Field{
		{Target: "a", Template: "{x|date|}"},
		{Target: "b", Template: "{{ x }}"},
		{Target: "c", Template: "{LAST_SYNCTIME} {LAST_SYNK_TIME}"},
		{Target: "d"},
		{Target: "e", Each: "{{l}}", Children: []Field{{Target: "f", Template: "l.no"}}},
		{Target: "a", Template: "{y}"},
	}})
	require.NoError(t, err)
	var got []string
	for _, w := range m.Warnings() {
		got = append(got, w.Path+" "+w.Code+" "+w.Nearest)
	}
	assert.ElementsMatch(t, []string{
		"/fields/0/template empty_pipe ", "/fields/0/target duplicate_field ", "/fields/1/template extra_space ",
		"/fields/2/template unknown_variable LAST_SYNC_TIME", "/fields/2/template unknown_variable LAST_SYNC_TIME", "/fields/3 no_source ",
		"/fields/4/each array_value_in_braces ", "/fields/4/children/0/template constant_looks_like_path ",
	}, got)
	r, err := m.MapJSON(t.Context(), vectorEnv, []byte(`{"x":1,"y":2,"l":[]}`))
	require.NoError(t, err)
	assert.Equal(t, `{"b":"1","c":" ","e":[],"a":"2"}`, string(r.JSON), "of two fields with one target the last counts")
}

func TestTables(t *testing.T) {
	t.Parallel()
	table, err := ReadTable(strings.NewReader("\ufeffa_value,a_label,b_value\n004,四号,104\n005,五号,105\n006,,105\n"))
	require.NoError(t, err)
	m, err := Compile(Spec{Fields: []Field{
		{Target: "to", Template: "{a}", Table: &TableCall{Name: "org"}, Type: TypeInt},
		{Target: "back", Template: "{b}", Table: &TableCall{Name: "org", Reverse: true}},
		{Target: "kept", Template: "{c}", Table: &TableCall{Name: "org", Keep: true}, Type: TypeAny},
	}}, WithTable("org", table))
	require.NoError(t, err)
	r, err := m.MapJSON(t.Context(), nil, []byte(`{"a":"004","b":104,"c":7}`))
	require.NoError(t, err)
	assert.Equal(t, `{"to":104,"back":"004","kept":7}`, string(r.JSON))
	_, err = m.MapJSON(t.Context(), nil, []byte(`{"a":"4"}`))
	assert.Equal(t, CodeMappingNotFound, code(t, err))
	_, err = m.MapJSON(t.Context(), nil, []byte(`{"b":"105"}`))
	assert.Equal(t, CodeMappingNotFound, code(t, err), "two left texts have it: none is chosen")
	for _, bad := range []string{"", "x,y\n", "a_value,b_value\n1\n", "a_value,b_value\n1,2\n1,3\n"} {
		_, err = ReadTable(strings.NewReader(bad))
		assert.Error(t, err, "%q", bad)
	}
}

func TestFunc(t *testing.T) {
	t.Parallel()
	boom := errors.New("boom")
	m, err := Compile(Spec{Fields: []Field{
		{Target: "l", Each: "lines", Children: []Field{{Target: "x", Func: "f"}}},
		{Target: "y", Func: "g"},
	}}, WithFunc("f", func(_ context.Context, row Row) (any, error) {
		if row.Get("lines.bad").IsSet() {
			return nil, boom
		}
		return fmt.Sprintf("%s-%d-%s-%s", row.Get("no").Text(), row.Index(), row.Array(), row.Get("lines.sku").Text()), nil
	}), WithFunc("g", func(_ context.Context, row Row) (any, error) { return row.Get("id"), nil }))
	require.NoError(t, err)
	r, err := m.MapJSON(t.Context(), nil, []byte(`{"no":"B","id":12345678901234567890,"lines":[{"sku":"p"},{"sku":"q"}]}`))
	require.NoError(t, err)
	assert.Equal(t, `{"l":[{"x":"B-0-lines-p"},{"x":"B-1-lines-q"}],"y":12345678901234567890}`, string(r.JSON))
	_, err = m.MapJSON(t.Context(), nil, []byte(`{"lines":[{"bad":1}]}`))
	require.ErrorIs(t, err, boom)
	assert.Equal(t, CodeFuncFailed, code(t, err))

	f, err := Transform[map[string]any, json.RawMessage](m, nil)
	require.NoError(t, err)
	out, err := f(t.Context(), map[string]any{"no": "M", "lines": []any{map[string]any{"sku": "r"}}})
	require.NoError(t, err)
	assert.Equal(t, `{"l":[{"x":"M-0-lines-r"}]}`, string(out))
}

// One Mapper serves many goroutines, each record by itself.
func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	m, err := Compile(shopSpec(true))
	require.NoError(t, err)
	var all sync.WaitGroup
	for g := range 8 {
		all.Go(func() {
			for i := range 200 {
				name := fmt.Sprintf("店 %d/%d", g, i)
				in := strings.Replace(shopRecord, "杭州旗舰店", name, 1)
				r, err := m.MapJSON(t.Context(), vectorEnv, []byte(in))
				if err != nil || !strings.Contains(string(r.JSON), `"FName":"`+name+`"`) {
					t.Errorf("%s: %s, %v", name, r.JSON, err)
					return
				}
			}
		})
	}
	all.Wait()
}

// What is appended to stays when a record fails.
func TestAppendJSON(t *testing.T) {
	t.Parallel()
	m, err := Compile(Spec{Fields: []Field{{Target: "x", Expr: "1/{{a}}"}}})
	require.NoError(t, err)
	out, err := m.AppendJSON(t.Context(), nil, []byte("["), []byte(`{"a":2}`))
	require.NoError(t, err)
	assert.Equal(t, `[{"x":"0.5000"}`, string(out))
	out, err = m.AppendJSON(t.Context(), nil, out, []byte(`{"a":0}`))
	require.Error(t, err)
	assert.Equal(t, `[{"x":"0.5000"}`, string(out))
}

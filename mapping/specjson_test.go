package mapping

import (
	"encoding/json"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A spec with every member set survives its JSON.
func TestSpecJSON(t *testing.T) {
	t.Parallel()
	raw := func(s string) json.RawMessage { return json.RawMessage(s) }
	filter := Filter{And: []Filter{{Path: "a", Op: OpIn, Values: []string{"1", "2"}}, {Or: []Filter{{Path: "b", Values: []string{"{c}"}}}}}}
	call := LookupCall{Name: "l", Want: "w", Where: filter, Required: true, First: true}
	spec := Spec{
		Name: "n", Zone: "UTC", Rules: []Rule{{Name: "r", Check: CheckRequired, Field: "a"}},
		Fields: []Field{
			{Target: "a", Template: "{x}", Type: TypeInt, Required: true, Default: raw("7"), Table: &TableCall{Name: "t", Reverse: true, Keep: true}},
			{Target: "b", Const: raw("null")},
			{Target: "c", Expr: "1+FIND", Spans: []ExprLookup{{Start: 2, End: 6, Lookup: call}}},
			{Target: "d", Lookup: &call, Parsers: []Parser{{Name: ParserWorkflow, Params: "p", Params1: "q", Params2: "r", View: raw("1"), Edit: raw("2"), FieldID: raw(`"3"`)}}},
			{Target: "e", Each: "lines", Children: []Field{{Target: "f", Func: "g"}}},
		},
	}
	doc, err := json.Marshal(spec)
	require.NoError(t, err)
	got, err := ParseSpec(doc)
	require.NoError(t, err)
	assert.Equal(t, spec, got)
	for _, f := range []any{spec.Fields[0], spec.Fields[3].Parsers[0], call, filter} { // no exported member without a name in JSON
		for i := range reflect.TypeOf(f).NumField() {
			assert.NotEmpty(t, reflect.TypeOf(f).Field(i).Tag.Get("json"))
		}
	}
}

func TestSpecJSONMistakes(t *testing.T) {
	t.Parallel()
	tests := map[string][]string{
		"{\n \"fields\": [}": {"2:13 invalid_json  "},
		"":                   {"1:1 invalid_json  "},
		"[]":                 {"1:1 wrong_kind  "},
		"{\"fields\":[\n {\"target\":\"a\",\"templat\":\"{x}\"},\n {\"target\":7,\"required\":\"yes\"}]}": {
			"2:26 unknown_member /fields/0/templat template", "3:12 wrong_kind /fields/1/target ", "3:25 wrong_kind /fields/1/required "},
		`{"name":"a","name":"b","fields":[]}`: {"1:20 duplicate_member /name "},
		`{"fields":[{"target":"a","lookup":{"name":"x","want":"y","where":{"path":"p","valeus":[]}}}]}`: {
			"1:87 unknown_member /fields/0/lookup/where/valeus values"},
		`{"fields":{}}`: {"1:11 wrong_kind /fields "},
		`{"fields":[{"target":"x","expr":"1","spans":[{"start":1.5}]}]}`: {"1:55 wrong_kind /fields/0/spans/0/start "},
		strings.Repeat("[", 300): {"1:257 too_deep  "},
	}
	for doc, want := range tests {
		_, err := ParseSpec([]byte(doc))
		var bad *SpecErrors
		require.ErrorAs(t, err, &bad, "%q", doc)
		var got []string
		for _, e := range bad.Errors {
			got = append(got, fmt.Sprintf("%d:%d %s %s %s", e.Line, e.Column, e.Code, e.Path, e.Nearest))
		}
		assert.Equal(t, want, got, "%q", doc)
	}
}

// What Compile finds in a document has its place there; a missing member that of
// what it is missing in.
func TestCompileJSONPlaces(t *testing.T) {
	t.Parallel()
	_, err := CompileJSON([]byte("\n{\"fields\": [\n  {\"target\": \"l\", \"each\": \"a\",\n   \"children\": [{\"template\": \"{x|y}\"}]}]}"))
	var bad *SpecErrors
	require.ErrorAs(t, err, &bad)
	require.Len(t, bad.Errors, 2)
	assert.Equal(t, "4:17", fmt.Sprintf("%d:%d", bad.Errors[0].Line, bad.Errors[0].Column))
	assert.Equal(t, "target_missing", bad.Errors[0].Code)
	assert.Equal(t, "4:30", fmt.Sprintf("%d:%d", bad.Errors[1].Line, bad.Errors[1].Column))
	m, err := CompileJSON([]byte("{\"fields\":[{\"target\":\"a\",\n\"template\":\"{x|}\"}]}"))
	require.NoError(t, err)
	require.Len(t, m.Warnings(), 1)
	assert.Equal(t, 2, m.Warnings()[0].Line)
}

// Specs made to hurt are refused within a second and without much memory.
func TestHostileSpecs(t *testing.T) {
	many := func(item string, n int) string { return strings.TrimSuffix(strings.Repeat(item+",", n), ",") }
	deep := func(open, inner, end string, n int) string {
		return strings.Repeat(open, n) + inner + strings.Repeat(end, n)
	}
	numbered := func(item string, n int) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(strings.ReplaceAll(item, "%d", fmt.Sprint(i)) + ",")
		}
		return strings.TrimSuffix(b.String(), ",")
	}
	docs := map[string]string{
		"many fields":       `{"fields":[` + many("{}", 600_000) + `]}`,
		"many bad":          `{"fields":[` + many(`{"target":1}`, 100_000) + `]}`,
		"deep fields":       `{"fields":[` + deep(`{"target":"a","children":[`, `{"target":"a"}`, "]}", 100) + `]}`,
		"deeper":            `{"fields":[` + deep(`{"children":[`, "", "]}", 100_000) + `]}`,
		"deep filter":       `{"fields":[{"target":"a","lookup":{"name":"l","want":"w","where":` + deep(`{"and":[`, "", "]}", 60) + `}}]}`,
		"long template":     `{"fields":[{"target":"a","template":"` + strings.Repeat("{{a}}", 300_000) + `"}]}`,
		"long path":         `{"fields":[{"target":"a","template":"{{a` + strings.Repeat(".a", 20_000) + `}}"}]}`,
		"long expression":   `{"fields":[{"target":"a","expr":"` + strings.Repeat("1+", 400_000) + `1"}]}`,
		"deep expression":   `{"fields":[{"target":"a","expr":"` + deep("(", "1", ")", 30_000) + `"}]}`,
		"long names":        `{"fields":[` + many(`{"target":"a","template":"{x|`+strings.Repeat("y", 3000)+`}"}`, 500) + `]}`,
		"many paths":        `{"fields":[` + numbered(`{"target":"a","template":"{{b%d`+strings.Repeat(".a", 15)+`}}"}`, 9_900) + `]}`,
		"many names":        `{"fields":[` + numbered(`{"target":"a%d","template":"{b%d}"}`, 9_900) + `]}`,
		"many placeholders": `{"fields":[` + many(`{"target":"a","template":"`+strings.Repeat("{a}", 20_000)+`"}`, 30) + `]}`,
		"many expressions":  `{"fields":[` + many(`{"target":"a","expr":"`+strings.Repeat("1+", 30_000)+`1"}`, 30) + `]}`,
		"many lookups":      `{"fields":[` + many(`{"target":"a","lookup":{"name":"l","want":"w","where":{"or":[`+many(`{"path":"p","values":["{a}"]}`, 600)+`]}}}`, 60) + `]}`,
		"too long":          `{"name":"` + strings.Repeat("x", 3<<20) + `"}`,
	}
	for name, doc := range docs {
		text := []byte(doc)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		_, err := CompileJSON(text)
		took := time.Since(start)
		runtime.ReadMemStats(&after)
		if name == "many names" { // large, but honest
			require.NoError(t, err)
		} else {
			require.Error(t, err, name)
		}
		assert.Less(t, took, slower*time.Second, name)
		assert.Less(t, (after.TotalAlloc-before.TotalAlloc)>>20, uint64(64), name) // all there ever was, so no less than what was live
		if err != nil {
			assert.Less(t, len(err.Error()), 64<<10, name)
		}
	}
}

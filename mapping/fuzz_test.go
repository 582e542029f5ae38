package mapping

import (
	"context"
	"encoding/json"
	"testing"
	"unicode/utf8"
)

// FuzzSpec reads documents as specs. None panics, and what compiles maps records to
// valid JSON or an error.
func FuzzSpec(f *testing.F) {
	f.Add([]byte(`{"fields":[{"target":"a","template":"{x|date}"},{"target":"l","each":"lines","children":[{"target":"q","expr":"{{lines.q}}*2"}]}]}`))
	f.Add([]byte(`{"fields":[{"target":"a","const":[1]},{"target":"b","default":"x","type":"int","table":{"name":"t"}}],"zone":"UTC"}`))
	f.Add([]byte(`{"fields":[{"target":"a","expr":"1+F","spans":[{"start":2,"end":3,"lookup":{"name":"l","want":"w","where":{"path":"p","values":["{x}"]}}}]}]}`))
	f.Add([]byte(`{"fields":[{"target":"a","template":"{x}","parsers":[{"name":"ConvertObjectParser","params":"N"},{"name":"ConvertJson"}]}],"rules":[{"check":"required","field":"a"}]}`))
	f.Add([]byte(`{"fields":[{"target":"o","type":"array","children":[{"target":"a","template":"{{a.b.c}} {{x}}"}]}]}`))
	f.Fuzz(func(t *testing.T, doc []byte) {
		m, err := CompileJSON(doc, WithTable("t", NewTable(map[string]string{"1": "2"})),
			WithLookup("l", LookupFunc(func(_ context.Context, q []Query) ([]Answer, error) { return make([]Answer, len(q)), nil })))
		if err != nil {
			_ = err.Error()
			return
		}
		for _, record := range []string{shopRecord, `{"x":1,"lines":[{"q":"1.5"},{"q":null}],"a":{"b":[{"c":1}]}}`, `{}`} {
			checkMapped(t, m, []byte(record))
		}
	})
}

// FuzzTemplate evaluates templates.
func FuzzTemplate(f *testing.F) {
	for _, s := range []string{"{a}", "{{a.b}}", "{{t|date}}-{a}", `{"k":{{a}}}`, "{{{a}}", "{a|", "{}", "{LAST_SYNC_TIME}000", "{{l.x}}", "{ a }", "{{a|date|}}", "\xff{a}"} {
		f.Add(s, `{"a":{"b":1},"t":1710403509,"l":[{"x":2}]}`)
	}
	f.Add("{a}{b}", `{"a":"\ud800\u0000","b":"中\n"}`)
	f.Fuzz(func(t *testing.T, text, record string) {
		for _, typ := range []Type{TypeString, TypeAny, TypeInt, TypeFloat, TypeBool, TypeDateTime} {
			m, err := Compile(Spec{Fields: []Field{{Target: "x", Template: text, Type: typ}, {Target: "l", Each: "l", Children: []Field{{Target: "y", Template: text}}}}})
			if err != nil {
				continue
			}
			checkMapped(t, m, []byte(record))
		}
	})
}

// FuzzMapJSON maps arbitrary bytes. What is accepted is what encoding/json accepts,
// but for the encoding, and the target is always valid.
func FuzzMapJSON(f *testing.F) {
	for _, s := range []string{shopRecord, `{"a":1,"a":{"b":[{"c":"\u4e2d"}]}}`, `{"lines":[{"q":1},{"q":"2.5"},[]]}`, `{"a":[1,2,{"x":null}]}`, "{\"a\":\"\xff\"}", `{"a":1e400}`, `{"a.b":1}`, ``, `{"":{"":1}}`} {
		f.Add([]byte(s))
	}
	m, err := Compile(Spec{Fields: []Field{
		{Target: "a", Template: "{a}", Type: TypeAny}, {Target: "b", Template: "{{a.b}}"}, {Target: "c", Template: "{{a.b.c}}-{a}"},
		{Target: "l", Each: "lines", Default: json.RawMessage("[]"), Children: []Field{{Target: "q", Template: "{{lines.q}}", Type: TypeFloat}, {Target: "a", Template: "{a}"}}},
		{Target: "s", Expr: "IFNULL(SUM({{lines.q}}),0)"}, {Target: "t", Expr: "CONCAT('{{a}}', '{{shop_name}}')"},
		{Target: "p", Template: "{{a}}", Parsers: []Parser{{Name: ParserStringToArray, Params: ","}, {Name: ParserObject, Params: "v"}}},
	}})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, record []byte) {
		checkMapped(t, m, record)
		_, err := ParseValue(record)
		if valid := json.Valid(record) && utf8.Valid(record); valid && err != nil || !valid && err == nil && utf8.Valid(record) && record[0] != 0xef {
			t.Fatalf("valid %v, but %v", valid, err)
		}
	})
}

func checkMapped(t *testing.T, m *Mapper, record []byte) {
	t.Helper()
	r, err := m.MapJSON(t.Context(), vectorEnv, record)
	if err != nil {
		_ = err.Error()
		return
	}
	if !json.Valid(r.JSON) || !utf8.Valid(r.JSON) {
		t.Fatalf("%q gives %q", record, r.JSON)
	}
}

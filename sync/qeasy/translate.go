package qeasy

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/duijie-go/duijie/mapping"
	"github.com/duijie-go/duijie/mapping/sqlexpr"
)

// translated is a list of fields as a spec of package mapping.
type translated struct {
	spec   mapping.Spec
	origin map[string]origin // by JSON Pointer of the field in the spec
	shifts map[string]int    // offsets of texts in their value string, by JSON Pointer in the spec
	reads  bool              // it reads the record
	// schemes are the lookups' uuids, tables the ids of mapping tables, each with the
	// field it stands in first.
	schemes, tables map[string]origin
}

// origin is where something of a spec stands in the document.
type origin struct{ path, field string }

// translator makes a spec of fields.
type translator struct {
	d        *docReader
	t        *translated
	noRecord bool    // there is no record to read from
	required bool    // is_required counts
	config   *Config // nil while parsing
}

// translate translates what the half has, and compiles it to see what is wrong.
func (d *docReader) translate() {
	h := d.h
	source := h.Side == SideSource
	d.key()
	d.spec(h.Request, source, "/request")
	d.spec(h.Other, source, "/otherRequest")
	if h.Remedy != nil {
		d.spec(h.Remedy.Request, true, "/omissionRemedy/takeOverRequest")
		for i := range h.Remedy.Request {
			f := &h.Remedy.Request[i]
			if !slices.ContainsFunc(h.Request, func(g Field) bool { return g.Name == f.Name }) {
				p := d.oddity(f.Path, f.Name, WarnIgnoredMember, nil, "the request has no field %q to be replaced: it is added", f.Name)
				p.Line, p.Col = d.lines.at(h.places[f.Path])
			}
		}
	}
	if h.CallBack != nil {
		d.spec(h.CallBack.Fields, false, "/callBackStrategy")
	}
	d.spec(h.Writeback, false, "/response")
}

// key checks the templates of id and number.
func (d *docReader) key() {
	for _, k := range []struct{ name, value string }{{"id", d.h.ID}, {"number", d.h.Number}} {
		if !strings.Contains(k.value, "{") || k.name == "number" && k.value == d.h.ID {
			continue
		}
		f := Field{Name: k.name, Type: "string", Value: k.value, HasValue: true, Path: "/" + k.name}
		d.spec([]Field{f}, false, "")
	}
}

func (d *docReader) spec(fields []Field, noRecord bool, path string) translated {
	t := translated{origin: map[string]origin{}, shifts: map[string]int{}, schemes: map[string]origin{}, tables: map[string]origin{}}
	tr := &translator{d: d, t: &t, noRecord: noRecord, required: d.h.Side == SideTarget}
	t.spec.Fields = tr.fields(fields, "/fields", "")
	if len(t.spec.Fields) == 0 {
		return t
	}
	opts := []mapping.Option{mapping.WithLimits(mapping.Limits{Fields: d.o.limits.Fields * 2, Text: d.o.limits.Text * 2, SpecDepth: d.o.limits.Depth})}
	for name := range t.schemes {
		opts = append(opts, mapping.WithLookup(name, nothing))
	}
	for name := range t.tables {
		opts = append(opts, mapping.WithTable(name, mapping.Table{}))
	}
	m, err := mapping.Compile(t.spec, opts...)
	var all *mapping.SpecErrors
	switch {
	case errors.As(err, &all):
		for _, e := range all.Errors {
			switch e.Code {
			case mapping.CodeMappingNotFound, "type_conflict": // the table is not known yet; said already
				continue
			}
			p := d.mistake("", "", e.Code, nil, "%s", e.Message)
			d.h.from(&t, e, p)
			p.Line, p.Col = d.place(p.Path)
		}
	case err != nil:
		d.bad(path, "", CodeInvalidJSON, nil, "%s", err)
	default:
		for _, w := range m.Warnings() {
			switch w.Code {
			case "no_source", "duplicate_field", "constant_looks_like_path", "array_value_in_braces": // said already, of the document
				continue
			}
			p := d.oddity("", "", w.Code, nil, "%s", w.Message)
			d.h.from(&t, w, p)
			p.Line, p.Col = d.place(p.Path)
		}
	}
	return t
}

// place is line and column of what stands at a path, or of what is around it.
func (d *docReader) place(path string) (line, col int) {
	for path != "" {
		if off, ok := d.h.places[path]; ok {
			return d.lines.at(off)
		}
		path = path[:strings.LastIndexByte(path, '/')]
	}
	return 0, 0
}

// from turns a mistake in the spec into one in the document.
func (h *Half) from(t *translated, e *mapping.SpecError, p *Problem) {
	o, path, rest := t.find(e.Path)
	p.Side, p.Nearest, p.Field = h.Side, e.Nearest, o.field
	p.Path = o.path + documentMember(rest)
	if e.Offset >= 0 {
		p.Offset = e.Offset + t.shifts[path+rest]
	}
	switch e.Code {
	case "path_syntax":
		p.Code = CodeUnbalancedBraces
	case "too_large", "too_deep", "bad_default", "type_conflict":
		p.Code = CodeInvalidJSON
	case "parser_syntax":
		p.Code = CodeParserUnsupported
	case "filter_syntax", "unknown_op":
		p.Code = CodeMongoSyntax
	case "unknown_lookup", "unknown_table":
		p.Code = CodeLookupUnknownScheme
	default:
		p.Code = e.Code
	}
}

// find gives the field a pointer into the spec is about, its pointer, and the rest.
func (t *translated) find(path string) (o origin, field, rest string) {
	for field = path; field != ""; field = field[:strings.LastIndexByte(field, '/')] {
		if o, ok := t.origin[field]; ok {
			return o, field, path[len(field):]
		}
	}
	return origin{}, "", path
}

// documentMember is the member of a field object that a member of a spec's field is
// made of.
func documentMember(rest string) string {
	switch first, _, _ := strings.Cut(strings.TrimPrefix(rest, "/"), "/"); first {
	case "":
		return "/value"
	case "parsers":
		return "/parser"
	case "table":
		return "/mapping"
	case "default", "type":
		return "/" + first
	}
	return "/value"
}

// nothing is a lookup for checks.
var nothing = mapping.LookupFunc(func(_ context.Context, q []mapping.Query) ([]mapping.Answer, error) {
	return make([]mapping.Answer, len(q)), nil
})

func (tr *translator) fields(list []Field, at, readable string) []mapping.Field {
	var out []mapping.Field
	for i := range list {
		f := &list[i]
		m := mapping.Field{Target: f.Name, Type: mapping.Type(f.Type), Parsers: f.Parsers, Default: f.Default, Required: f.Required && tr.required}
		p := at + "/" + strconv.Itoa(len(out))
		o := origin{f.Path, joinField(readable, f.Name)}
		kept := tr.source(&m, f, p, o)
		if !kept && len(m.Default) == 0 && !m.Required {
			continue
		}
		if f.Table != nil {
			m.Table = &mapping.TableCall{Name: f.Table.ID, Reverse: f.Table.Reverse, Keep: tr.config != nil && tr.config.KeepUnmapped}
			if _, known := tr.t.tables[f.Table.ID]; !known {
				tr.t.tables[f.Table.ID] = o
			}
		}
		tr.t.origin[p] = o
		out = append(out, m)
	}
	return out
}

// source fills in where the value comes from; kept is false where there is none.
func (tr *translator) source(m *mapping.Field, f *Field, at string, o origin) (kept bool) {
	if len(f.Children) > 0 {
		if f.Type == "array" && f.Value != "" {
			m.Each = f.Value
			tr.shift(at+"/each", 0)
			tr.record(o, f.Value, 0)
		}
		m.Children = tr.fields(f.Children, at+"/children", o.field)
		return len(m.Children) > 0
	}
	if f.Value == "" && f.HasValue && tr.config != nil && tr.config.SendEmpty && f.Type == "string" && len(f.Default) == 0 {
		m.Const = []byte(`""`)
		return true
	}
	if f.Value == "" || f.Type == "object" && isConstant(f.Value) && len(f.Parsers) == 0 {
		if f.Value != "" {
			tr.warn(o, WarnIgnoredMember, -1, "an object without children is left out, and its value counts nothing")
		}
		return false
	}
	kind, body, err := classify(f.Value)
	if err != nil {
		tr.bad(o, err)
		return false
	}
	switch kind {
	case valueFunction:
		return tr.function(m, f.Value[body:], body, at, o)
	case valueFind, valueMongo:
		var l *lookupText
		if kind == valueFind {
			l, err = parseFind(f.Value, false)
		} else {
			l, err = parseMongo(f.Value, tr.d.o.limits)
		}
		if err != nil {
			tr.bad(o, err)
			return false
		}
		m.Lookup = tr.lookup(l, at+"/lookup", 0, o)
		m.Lookup.Required = m.Lookup.Required || m.Required
	default:
		m.Template = f.Value
		tr.shift(at+"/template", 0)
		for _, r := range placeholders(f.Value) {
			tr.reference(o, r, f.Value, 0)
		}
	}
	return true
}

// function translates the text behind _function, which begins at body in the value.
func (tr *translator) function(m *mapping.Field, text string, body int, at string, o origin) bool {
	found, starts, err := nestedFinds(text)
	if err != nil {
		err.offset += body
		tr.bad(o, err)
		return false
	}
	if strings.TrimSpace(text) == "" {
		tr.bad(o, &valueError{CodeSQLSyntax, body, "the expression is missing"})
		return false
	}
	m.Expr = text
	tr.shift(at+"/expr", body)
	options := sqlexpr.Options{Holes: true, MaxLength: tr.d.o.limits.Text * 2}
	for i, l := range found {
		call := tr.lookup(l, at+"/spans/"+strconv.Itoa(i)+"/lookup", body+starts[i], o)
		m.Spans = append(m.Spans, mapping.ExprLookup{Start: starts[i], End: starts[i] + l.end, Lookup: *call})
		options.Spans = append(options.Spans, sqlexpr.Span{Start: starts[i], End: starts[i] + l.end})
	}
	x, bad := sqlexpr.Compile(text, options)
	if bad != nil {
		return true // the mapper says what is wrong
	}
	for _, h := range x.Holes() {
		tr.reference(o, reference{h.Ref, h.Offset}, text, body)
	}
	if len(x.Holes()) == 0 && len(found) == 0 && (dotted.MatchString(text) || quotedName.MatchString(text)) {
		tr.warn(o, WarnLooksLikePath, body, "the expression reads nothing and names what look like fields: their braces were lost on a web page")
	}
	return true
}

// lookup takes over a lookup that was read at an offset of the value.
func (tr *translator) lookup(l *lookupText, at string, offset int, o origin) *mapping.LookupCall {
	for path, shift := range l.shifts {
		tr.shift(at+path, offset+shift)
	}
	if l.spaces >= 0 {
		tr.warn(o, WarnExtraSpace, offset+l.spaces, "the parts of a lookup are parted by one space")
	}
	if _, known := tr.t.schemes[l.call.Name]; !known {
		tr.t.schemes[l.call.Name] = o
	}
	for _, path := range slices.Sorted(maps.Keys(l.shifts)) {
		text := filterText(l.call.Where, path)
		for _, r := range placeholders(text) {
			tr.reference(o, r, text, offset+l.shifts[path])
		}
	}
	call := l.call
	call.Required = tr.config != nil && tr.config.RequireLookups
	return &call
}

// reference looks at one placeholder of a text that begins at base in the value.
func (tr *translator) reference(o origin, r reference, text string, base int) {
	at := base + r.offset
	switch {
	case strings.HasPrefix(r.name, "$") || r.offset > 0 && r.offset <= len(text) && text[r.offset-1] == '$':
		tr.bad(o, &valueError{CodeUnknownMember, at, "$ before a name is of a dialect no published scheme uses"})
	case !variableName.MatchString(r.name):
		tr.record(o, r.name, at)
	}
}

// record notes that the record is read.
func (tr *translator) record(o origin, name string, offset int) {
	tr.t.reads = true
	if tr.noRecord {
		tr.bad(o, &valueError{CodeNoRecord, offset, "the request of a source is built before there is a record, so there is no " + strconv.Quote(cut(name))})
	}
}

func (tr *translator) shift(path string, offset int) { tr.t.shifts[path] = offset }

func (tr *translator) bad(o origin, err *valueError) {
	p := tr.d.mistake(o.path+"/value", o.field, err.code, nil, "%s", err.message)
	p.Offset = err.offset
	p.Line, p.Col = tr.d.place(p.Path)
	if o.path == "/id" || o.path == "/number" {
		p.Path = o.path
	}
}

func (tr *translator) warn(o origin, code string, offset int, message string) {
	p := tr.d.oddity(o.path+"/value", o.field, code, nil, "%s", message)
	p.Offset = offset
	p.Line, p.Col = tr.d.place(p.Path)
}

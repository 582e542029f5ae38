package mapping

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/spell"
)

// source is where a field's value comes from.
type source uint8

const (
	sourceNone source = iota
	sourceTemplate
	sourceConst
	sourceExpr
	sourceLookup
	sourceFunc
	sourceObject // children, one object
	sourceRows   // children, an array with an element per row
	sourceOne    // children, an array of one element
)

// field is a compiled Field.
type field struct {
	target  string
	key     []byte // the member's name as JSON with its colon
	pointer string
	path    string // for people
	member  string // the member of the field its value comes from: /template
	text    string // the template or expression, for errors
	source  source
	at      *location

	template *template
	constant Value
	expr     *expression
	lookup   *lookupCall
	fn       Func
	each     *ref
	inside   *location // the rows of each
	children []field

	typ        Type
	asIs       bool // parsers take the value before it has its type
	keepNull   bool // a null is written
	table      *table
	tableCall  *TableCall
	parsers    []func(Value) (Value, error)
	prefix     string
	suffix     string
	required   bool
	hasDefault bool
	standard   Value // the default, converted

	static []byte // the member's whole value, where no record can change it
}

// compiler collects what a spec gives, mistakes above all.
type compiler struct {
	m        *Mapper
	o        *options
	errs     []*SpecError
	warnings []*SpecError
	fields   int
	slots    int
	braces   int      // in templates
	exprs    int      // bytes of expressions
	above    []*Field // the children lists around, to find cycles
	lookups  bool
}

// Compile checks a spec and makes a Mapper of it. Its error is a [*SpecErrors] with
// all mistakes.
func Compile(spec Spec, opts ...Option) (*Mapper, error) {
	o := options{funcs: map[string]Func{}, lookups: map[string]Lookup{}, tables: map[string]Table{}, limits: defaultLimits}
	for _, opt := range opts {
		opt(&o)
	}
	m := &Mapper{name: spec.Name, zone: duijie.China, limits: o.limits, lookups: o.lookups}
	c := &compiler{m: m, o: &o}
	if spec.Zone != "" {
		zone, err := time.LoadLocation(spec.Zone)
		if err != nil {
			c.mistake("/zone", "", "unknown_zone", err.Error())
		} else {
			m.zone = zone
		}
	}
	m.head = newScope(&c.slots)
	at := &location{scope: m.head, vars: newVariables(o.variables)}
	m.fields = c.fieldList(spec.Fields, at, "/fields", "")
	m.notes = o.notes
	if len(spec.Rules) > 0 {
		m.rules = compileRules(spec.Rules, func(i int) ruleMistake {
			return func(member, code, message, nearest string) {
				c.report("/rules/"+strconv.Itoa(i)+"/"+member, "", code, message).Nearest = nearest
			}
		})
		for i, r := range m.rules.rules {
			if r.Check == CheckUnique && strings.Contains(r.Key, "{") {
				r.keyFrom = c.template(&field{pointer: "/rules/" + strconv.Itoa(i), at: at}, r.Key, "/key")
			}
		}
	}
	if c.slots > maxSlots {
		c.mistake("/fields", "", "too_large", "the spec reads too many paths")
	}
	if len(spec.Fields) == 0 {
		c.mistake("/fields", "", "no_fields", "a spec needs at least one field")
	}
	m.hasLookups = c.lookups
	m.warnings = c.warnings
	if len(c.errs) > 0 {
		return nil, &SpecErrors{Errors: c.errs}
	}
	return m, nil
}

// mistake keeps a mistake that has no offset.
func (c *compiler) mistake(pointer, path, code, message string) {
	_ = c.report(pointer, path, code, message)
}

// report keeps a mistake to which more is to be said.
func (c *compiler) report(pointer, path, code, message string) *SpecError {
	e := &SpecError{Path: pointer, Field: path, Code: code, Offset: -1, Message: message}
	if len(c.errs) < maxMistakes {
		c.errs = append(c.errs, e)
	}
	return e
}

func (c *compiler) warn(pointer, path, code, message string) {
	_ = c.reportWarning(pointer, path, code, message)
}

func (c *compiler) reportWarning(pointer, path, code, message string) *SpecError {
	e := &SpecError{Path: pointer, Field: path, Code: code, Offset: -1, Message: message}
	if len(c.warnings) < maxMistakes {
		c.warnings = append(c.warnings, e)
	}
	return e
}

// fieldList compiles the members of an object. Of several with the same target the
// last one counts.
func (c *compiler) fieldList(specs []Field, at *location, pointer, path string) []field {
	last := make(map[string]int, len(specs))
	for i := range specs {
		last[specs[i].Target] = i
	}
	fields := make([]field, 0, len(specs))
	for i := range specs {
		p := pointer + "/" + strconv.Itoa(i)
		before := len(c.errs)
		f := c.field(&specs[i], at, p, path)
		if last[f.target] != i && f.target != "" {
			c.warn(p+"/target", f.path, "duplicate_field", "a later field has the same target and counts")
			continue
		}
		if len(c.errs) == before {
			fields = append(fields, f)
		}
	}
	return fields
}

func (c *compiler) field(spec *Field, at *location, pointer, path string) field {
	f := field{target: spec.Target, pointer: pointer, path: spec.Target, at: at, typ: spec.Type, required: spec.Required}
	if path != "" {
		f.path = path + "." + spec.Target
	}
	f.key = append(appendQuoted(nil, spec.Target), ':')
	if c.fields++; c.fields > c.o.limits.Fields {
		if c.fields == c.o.limits.Fields+1 {
			c.mistake(pointer, f.path, "too_large", fmt.Sprintf("the spec has more than %d fields", c.o.limits.Fields))
		}
		return f
	}
	if spec.Target == "" {
		c.mistake(pointer+"/target", f.path, "target_missing", "a field needs the name of its target member")
	}
	if !types[string(spec.Type)] {
		e := c.report(pointer+"/type", f.path, "unknown_type", "there is no type "+excerpt(string(spec.Type)))
		e.Nearest = spell.Nearest(string(spec.Type), keysOf(types))
	}
	c.source(&f, spec)
	c.parsers(&f, spec)
	c.table(&f, spec)
	c.standard(&f, spec)
	c.fixed(&f)
	return f
}

// source compiles where the value comes from.
func (c *compiler) source(f *field, spec *Field) {
	var given []string
	if spec.Template != "" {
		given = append(given, "template")
	}
	if len(spec.Const) > 0 {
		given = append(given, "const")
	}
	if spec.Expr != "" {
		given = append(given, "expr")
	}
	if spec.Lookup != nil {
		given = append(given, "lookup")
	}
	if spec.Func != "" {
		given = append(given, "func")
	}
	if len(spec.Children) > 0 {
		given = append(given, "children")
	}
	if len(given) > 1 {
		c.mistake(f.pointer+"/"+given[1], f.path, "two_sources", "a field has one source, this one has "+strings.Join(given, " and "))
		return
	}
	if len(spec.Spans) > 0 && spec.Expr == "" {
		c.mistake(f.pointer+"/spans", f.path, "spans_without_expr", "spans are parts of an expression, and there is none")
	}
	if spec.Each != "" && len(spec.Children) == 0 {
		c.mistake(f.pointer+"/each", f.path, "each_without_children", "the rows of an array need children to build their elements from")
		return
	}
	switch {
	case spec.Template != "":
		f.source, f.text, f.member = sourceTemplate, spec.Template, "/template"
		f.template = c.template(f, spec.Template, "/template")
		c.arrayConstant(f, spec)
	case len(spec.Const) > 0:
		f.source, f.member = sourceConst, "/const"
		v, err := ParseValue(spec.Const)
		if err != nil {
			c.mistake(f.pointer+"/const", f.path, CodeInvalidJSON, err.Error())
		}
		f.constant, f.keepNull = v, true
	case spec.Expr != "":
		f.source, f.text, f.member = sourceExpr, spec.Expr, "/expr"
		f.expr = c.expression(f, spec)
	case spec.Lookup != nil:
		f.source, f.text, f.member = sourceLookup, spec.Lookup.Name, "/lookup"
		f.lookup = c.lookupCall(f, spec.Lookup, "/lookup")
	case spec.Func != "":
		f.source, f.text, f.member, c.m.hasFuncs = sourceFunc, spec.Func, "/func", true
		if f.fn = c.o.funcs[spec.Func]; f.fn == nil {
			e := c.report(f.pointer+"/func", f.path, "unknown_func", "no function of this name was given: "+excerpt(spec.Func))
			e.Nearest = spell.Nearest(spec.Func, keysOf(c.o.funcs))
		}
	case len(spec.Children) > 0:
		c.children(f, spec)
	case len(spec.Default) == 0:
		c.warn(f.pointer, f.path, "no_source", "the field has no source and will never have a value")
	}
	if f.typ == TypeAuto && (f.source == sourceConst || f.source == sourceFunc) {
		f.typ = TypeAny
	}
}

// arrayConstant refuses a constant where an array is wanted: catalogue pages print
// such placeholders.
func (c *compiler) arrayConstant(f *field, spec *Field) {
	if f.template == nil {
		return
	}
	text, constant := f.template.constant()
	if !constant {
		return
	}
	for at := f.at; at.outer != nil; at = at.outer {
		if strings.HasPrefix(text, at.name+".") {
			c.warn(f.pointer+"/template", f.path, "constant_looks_like_path", "the constant looks like a path whose braces were lost")
			break
		}
	}
	if spec.Type == TypeArray && len(spec.Parsers) == 0 || spec.Type == TypeObject && len(spec.Parsers) == 0 {
		c.mistake(f.pointer+"/template", f.path, "array_without_children", "a constant text is no "+string(spec.Type)+"; children are missing")
	}
}

// children compiles a field that is built from others.
func (c *compiler) children(f *field, spec *Field) {
	f.text = spec.Each
	first := &spec.Children[0]
	for _, above := range c.above {
		if above == first {
			c.mistake(f.pointer+"/children", f.path, "cyclic_reference", "the children contain themselves")
			return
		}
	}
	if len(c.above) == c.o.limits.SpecDepth {
		c.mistake(f.pointer+"/children", f.path, "too_deep", fmt.Sprintf("fields nest deeper than %d", c.o.limits.SpecDepth))
		return
	}
	at := f.at
	switch {
	case spec.Each != "":
		path := spec.Each
		if inner, ok := cutBraces(path); ok {
			c.warn(f.pointer+"/each", f.path, "array_value_in_braces", "the path of an array is written without braces")
			path = inner
		}
		if message := checkPath(path); message != "" {
			c.mistake(f.pointer+"/each", f.path, "path_syntax", message)
			return
		}
		f.source, f.member = sourceRows, "/each"
		f.inside, f.each = at.each(path)
		f.inside.ends = append(slices.Clone(at.ends), len(f.path))
		c.use(f, f.each, "/each", -1)
		at = f.inside
		if spec.Type == TypeAuto {
			f.typ = TypeArray
		}
	case spec.Type == TypeArray:
		f.source = sourceOne
	default:
		f.source = sourceObject
		if spec.Type == TypeAuto {
			f.typ = TypeObject
		}
	}
	if want := map[bool]Type{true: TypeObject, false: TypeArray}[f.source == sourceObject]; f.typ != want && types[string(f.typ)] {
		c.mistake(f.pointer+"/type", f.path, "type_conflict", fmt.Sprintf("a field with these children is an %s, not a %s", want, f.typ))
	}
	c.above = append(c.above, first)
	f.children = c.fieldList(spec.Children, at, f.pointer+"/children", f.path)
	c.above = c.above[:len(c.above)-1]
}

// cutBraces takes the braces off a path.
func cutBraces(path string) (string, bool) {
	if inner, ok := strings.CutPrefix(path, "{{"); ok && strings.HasSuffix(inner, "}}") {
		return strings.TrimSuffix(inner, "}}"), true
	}
	if inner, ok := strings.CutPrefix(path, "{"); ok && strings.HasSuffix(inner, "}") {
		return strings.TrimSuffix(inner, "}"), true
	}
	return path, false
}

// maxSegments is how many parts a path may have.
const maxSegments = 16

// What a spec may have, all fields together.
const (
	maxBraces    = 50_000
	maxExprBytes = 256 << 10
)

// checkPath says what is wrong with a path, "" for nothing.
func checkPath(path string) string {
	segments := strings.Split(path, ".")
	for _, s := range segments {
		if s == "" || strings.ContainsAny(s, "{}|") {
			return "a path is names joined by dots"
		}
	}
	if len(segments) > maxSegments {
		return fmt.Sprintf("a path has at most %d parts", maxSegments)
	}
	return ""
}

// template compiles a template at the field's place.
func (c *compiler) template(f *field, text, member string) *template {
	if len(text) > c.o.limits.Text {
		c.mistake(f.pointer+member, f.path, "too_large", fmt.Sprintf("the text is longer than %d bytes", c.o.limits.Text))
		return nil
	}
	if c.braces += strings.Count(text, "{"); c.braces > maxBraces {
		c.mistake(f.pointer+member, f.path, "too_large", "the spec has too many placeholders")
		return nil
	}
	t, mistakes := compileTemplate(text, f.at)
	for i := range t.parts {
		c.use(f, t.parts[i].ref, member, t.parts[i].offset)
	}
	c.templateMistakes(f, mistakes, member)
	return t
}

// use notes that the spec reads a path.
func (c *compiler) use(f *field, r *ref, member string, offset int) {
	if r != nil {
		c.m.uses = append(c.m.uses, use{ref: r, pointer: f.pointer + member, field: f.path, offset: offset})
	}
}

func (c *compiler) templateMistakes(f *field, mistakes []templateMistake, member string) {
	for _, m := range mistakes {
		var e *SpecError
		if m.warning {
			e = c.reportWarning(f.pointer+member, f.path, m.code, m.message)
		} else {
			e = c.report(f.pointer+member, f.path, m.code, m.message)
		}
		e.Offset, e.Nearest = m.offset, m.nearest
	}
}

// parsers compiles the field's parsers: those that wrap at the end become a prefix
// and a suffix.
func (c *compiler) parsers(f *field, spec *Field) {
	for i, p := range spec.Parsers {
		pointer := f.pointer + "/parsers/" + strconv.Itoa(i)
		if !parserNames[p.Name] {
			e := c.report(pointer+"/name", f.path, "parser_unknown", "there is no parser "+excerpt(p.Name))
			e.Nearest = spell.Nearest(p.Name, keysOf(parserNames))
			continue
		}
		compiled, err := newParser(p, f.target)
		if err != nil {
			c.mistake(pointer, f.path, "parser_syntax", err.Error())
			continue
		}
		if compiled.reshape == nil {
			f.prefix, f.suffix = compiled.prefix+f.prefix, f.suffix+compiled.suffix
			continue
		}
		if prefix, suffix := f.prefix, f.suffix; prefix != "" {
			f.parsers = append(f.parsers, func(v Value) (Value, error) { return wrap(v, prefix, suffix), nil })
			f.prefix, f.suffix = "", ""
		}
		f.parsers = append(f.parsers, compiled.reshape)
	}
	f.asIs = len(spec.Parsers) > 0 && (f.typ == TypeArray || f.typ == TypeObject)
}

func (c *compiler) table(f *field, spec *Field) {
	if spec.Table == nil {
		return
	}
	t, known := c.o.tables[spec.Table.Name]
	if !known {
		e := c.report(f.pointer+"/table/name", f.path, "unknown_table", "no table of this name was given: "+excerpt(spec.Table.Name))
		e.Nearest = spell.Nearest(spec.Table.Name, keysOf(c.o.tables))
		return
	}
	f.table, f.tableCall = &t.t, spec.Table
}

// standard compiles the default.
func (c *compiler) standard(f *field, spec *Field) {
	if len(spec.Default) == 0 {
		return
	}
	v, err := ParseValue(spec.Default)
	if err == nil && v.IsSet() && types[string(f.typ)] {
		v, err = c.m.convert(v, f.typ)
	}
	if err != nil {
		c.mistake(f.pointer+"/default", f.path, "bad_default", err.Error())
		return
	}
	f.standard, f.hasDefault = v, true
}

// fixed computes fields no record can change.
func (c *compiler) fixed(f *field) {
	switch f.source {
	case sourceConst:
	case sourceTemplate:
		if f.template == nil {
			return
		}
		if _, constant := f.template.constant(); !constant {
			return
		}
	default:
		return
	}
	if len(c.errs) > 0 && strings.HasPrefix(c.errs[len(c.errs)-1].Path, f.pointer) {
		return
	}
	e := &evaluation{m: c.m, env: &Env{}, most: c.m.limits.Output}
	v, ok := e.scalar(f)
	if !ok {
		for _, err := range e.errs {
			var re *RecordError
			if errors.As(err, &re) {
				c.mistake(re.Pointer, f.path, re.Code, re.Err.Error())
			}
		}
		return
	}
	f.static = append([]byte(f.prefix), v.AppendJSON(nil)...)
	f.static = append(f.static, f.suffix...)
}

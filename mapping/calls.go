package mapping

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"github.com/duijie-go/duijie/internal/spell"
)

// lookupCall is a compiled LookupCall.
type lookupCall struct {
	name     string
	want     string
	where    filter
	required bool
	first    bool
}

// filter is a compiled Filter.
type filter struct {
	and, or []filter
	path    string
	op      Op
	values  []*template
}

var ops = map[string]bool{
	"eq": true, "ne": true, "gt": true, "gte": true, "lt": true, "lte": true, "in": true, "nin": true, "exists": true, "regex": true,
}

// lookupCall compiles a call of a lookup.
func (c *compiler) lookupCall(f *field, call *LookupCall, member string) *lookupCall {
	c.lookups = true
	if _, known := c.o.lookups[call.Name]; !known {
		e := c.report(f.pointer+member+"/name", f.path, "unknown_lookup", "no lookup of this name was given: "+excerpt(call.Name))
		e.Nearest = spell.Nearest(call.Name, keysOf(c.o.lookups))
	}
	if message := checkPath(call.Want); message != "" {
		c.mistake(f.pointer+member+"/want", f.path, "path_syntax", message)
	}
	return &lookupCall{
		name: call.Name, want: call.Want, required: call.Required, first: call.First,
		where: c.filter(f, &call.Where, member+"/where", 0),
	}
}

func (c *compiler) filter(f *field, spec *Filter, member string, depth int) filter {
	out := filter{path: spec.Path, op: spec.Op}
	wrong := func(place, code, message string) { c.mistake(f.pointer+member+place, f.path, code, message) }
	if depth > c.o.limits.SpecDepth {
		wrong("", "too_deep", fmt.Sprintf("conditions nest deeper than %d", c.o.limits.SpecDepth))
		return out
	}
	given := 0
	for _, has := range []bool{len(spec.And) > 0, len(spec.Or) > 0, spec.Path != ""} {
		if has {
			given++
		}
	}
	if given != 1 {
		wrong("", "filter_syntax", "a condition is one of and, or, and a comparison with a path")
		return out
	}
	for i := range spec.And {
		out.and = append(out.and, c.filter(f, &spec.And[i], member+"/and/"+strconv.Itoa(i), depth+1))
	}
	for i := range spec.Or {
		out.or = append(out.or, c.filter(f, &spec.Or[i], member+"/or/"+strconv.Itoa(i), depth+1))
	}
	if spec.Path == "" {
		return out
	}
	if out.op == "" {
		out.op = OpEqual
	}
	if !ops[string(out.op)] {
		e := c.report(f.pointer+member+"/op", f.path, "unknown_op", "there is no comparison "+excerpt(string(out.op)))
		e.Nearest = spell.Nearest(string(out.op), keysOf(ops))
	}
	if n := len(spec.Values); n != 1 && out.op != OpIn && out.op != OpNotIn {
		wrong("/values", "filter_syntax", fmt.Sprintf("the comparison wants one value, found %d", n))
	}
	for i, v := range spec.Values {
		place := "/values/" + strconv.Itoa(i)
		t := c.template(f, v, member+place)
		if t == nil {
			continue
		}
		out.values = append(out.values, t)
		text, constant := t.constant()
		switch {
		case out.op == OpRegexp && constant:
			if _, err := regexp.Compile(text); err != nil {
				wrong(place, "filter_syntax", err.Error())
			}
		case out.op == OpExists && text != "true" && text != "false":
			wrong(place, "filter_syntax", "exists wants true or false")
		}
	}
	return out
}

// fill gives the Filter with the record's texts in it.
func (f *filter) fill(e *evaluation) (Filter, error) {
	out := Filter{Path: f.path, Op: f.op}
	for i := range f.and {
		part, err := f.and[i].fill(e)
		if err != nil {
			return Filter{}, err
		}
		out.And = append(out.And, part)
	}
	for i := range f.or {
		part, err := f.or[i].fill(e)
		if err != nil {
			return Filter{}, err
		}
		out.Or = append(out.Or, part)
	}
	for _, t := range f.values {
		v, err := t.eval(e)
		if err != nil {
			return Filter{}, err
		}
		if v.kind == KindArray || v.kind == KindObject {
			return Filter{}, &failure{code: CodeTypeConversion, offset: -1, err: unfit("a text in a condition", v)}
		}
		out.Values = append(out.Values, v.Text())
	}
	return out, nil
}

// Key is a text that two queries share when they ask the same.
func (q Query) Key() string { return string(q.Where.appendKey(appendPart(nil, q.Want))) }

func appendPart(b []byte, s string) []byte {
	b = strconv.AppendInt(b, int64(len(s)), 10)
	b = append(b, ':')
	return append(b, s...)
}

func (f *Filter) appendKey(b []byte) []byte {
	for _, list := range [2][]Filter{f.And, f.Or} {
		b = append(b, '(')
		for i := range list {
			b = list[i].appendKey(b)
		}
		b = append(b, ')')
	}
	b = appendPart(appendPart(b, f.Path), string(f.Op))
	for _, v := range f.Values {
		b = appendPart(b, v)
	}
	return append(b, ';')
}

// lookup gives what a call found for the record.
func (e *evaluation) lookup(f *field, call *lookupCall) (Value, error) {
	where, err := call.where.fill(e)
	if err != nil {
		return Value{}, err
	}
	answer, known := e.answer(call.name, Query{Want: call.want, Where: where})
	if !known {
		return Value{}, &failure{code: CodeLookupRequired, offset: -1, err: errors.New("the lookup was not asked")}
	}
	values := answer.Values
	isNull := func(v json.RawMessage) bool { return string(bytes.TrimSpace(v)) == "null" }
	if slices.ContainsFunc(values, isNull) {
		values = slices.DeleteFunc(slices.Clone(values), isNull)
	}
	switch n := len(values); {
	case n == 0 && call.required:
		return Value{}, failAt(CodeLookupRequired, -1, "lookup %s found no %s", call.name, call.want)
	case n == 0:
		e.note(f, CodeLookupNotFound, "lookup "+call.name+" found no "+call.want)
		return Value{}, nil
	case n > 1 && !call.first:
		return Value{}, failAt(CodeLookupAmbiguous, -1, "lookup %s found %d different values of %s", call.name, n, call.want)
	}
	v, err := ParseValue(values[0])
	if err != nil {
		return Value{}, failAt(CodeInvalidJSON, -1, "lookup %s answered no JSON: %w", call.name, err)
	}
	return v, nil
}

func answerKey(name string, q Query) string { return string(appendPart(nil, name)) + q.Key() }

func (e *evaluation) answer(name string, q Query) (Answer, bool) {
	key := answerKey(name, q)
	if a, ok := e.found[key]; ok {
		return a, true
	}
	a, ok := e.env.answers[key]
	return a, ok
}

// asked collects the questions of records, each once.
type asked struct {
	queries map[string][]Query // by lookup
	keys    map[string][]string
	seen    map[string]bool
}

// ask collects the questions of one record that nobody answered yet. What fails here
// fails again, and is reported, when the field is built.
func (e *evaluation) ask(fields []field, a *asked) {
	for i := range fields {
		f := &fields[i]
		switch f.source {
		case sourceLookup:
			e.askOne(f.lookup, a)
		case sourceExpr:
			for _, call := range f.expr.lookups {
				e.askOne(call, a)
			}
		case sourceObject, sourceOne:
			e.ask(f.children, a)
		case sourceRows:
			errs := len(e.errs)
			e.rows(f, func() { e.ask(f.children, a) })
			e.errs = e.errs[:errs]
		}
	}
}

func (e *evaluation) askOne(call *lookupCall, a *asked) {
	where, err := call.where.fill(e)
	if err != nil {
		return
	}
	q := Query{Want: call.want, Where: where}
	key := answerKey(call.name, q)
	if a.seen[key] {
		return
	}
	if _, known := e.answer(call.name, q); known {
		return
	}
	if a.seen == nil {
		*a = asked{queries: map[string][]Query{}, keys: map[string][]string{}, seen: map[string]bool{}}
	}
	a.seen[key] = true
	a.queries[call.name] = append(a.queries[call.name], q)
	a.keys[call.name] = append(a.keys[call.name], key)
}

// ask puts the collected questions to the lookups, one call each.
func (m *Mapper) ask(e *evaluation, a *asked, into map[string]Answer) error {
	for _, name := range keysOf(a.queries) {
		queries := a.queries[name]
		answers, err := m.lookups[name].Find(e.ctx, queries)
		if err == nil && len(answers) != len(queries) {
			err = fmt.Errorf("%d answers to %d queries", len(answers), len(queries))
		}
		if err != nil {
			return &LookupError{Name: name, Err: err}
		}
		for i, key := range a.keys[name] {
			into[key] = answers[i]
		}
	}
	return nil
}

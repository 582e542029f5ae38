package mapping

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// object appends the object made of fields, and tells how many members it has.
func (e *evaluation) object(dst []byte, fields []field) ([]byte, int) {
	dst = append(dst, '{')
	n := 0
	for i := range fields {
		f := &fields[i]
		mark := len(dst)
		if mark > e.most {
			e.fail(f, e.tooLarge())
			break
		}
		if n > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, f.key...)
		var ok bool
		if dst, ok = e.member(dst, f); ok {
			n++
		} else {
			dst = dst[:mark]
		}
	}
	return append(dst, '}'), n
}

// member appends the value of a field. false means that it has none, or that
// building it failed.
func (e *evaluation) member(dst []byte, f *field) ([]byte, bool) {
	if f.static != nil {
		return append(dst, f.static...), true
	}
	switch f.source {
	case sourceObject:
		mark, failed := len(dst), len(e.errs)
		var n int
		if dst, n = e.object(dst, f.children); n > 0 {
			return e.wrapped(dst, mark, f), true
		}
		dst = dst[:mark]
		if len(e.errs) > failed {
			return dst, false
		}
		return e.instead(dst, f)
	case sourceRows:
		return e.lines(dst, f)
	case sourceOne:
		mark := len(dst)
		dst = append(dst, '[')
		dst, _ = e.object(dst, f.children)
		return e.wrapped(append(dst, ']'), mark, f), true
	}
	v, ok := e.scalar(f)
	if !ok {
		return dst, false
	}
	dst = append(dst, f.prefix...)
	dst = v.AppendJSON(dst)
	return append(dst, f.suffix...), true
}

// wrapped sends what was built at mark through the field's parsers.
func (e *evaluation) wrapped(dst []byte, mark int, f *field) []byte {
	if f.prefix == "" && len(f.parsers) == 0 {
		return dst
	}
	v := Value{s: string(dst[mark:]), kind: KindArray}
	switch dst[mark] {
	case '{':
		v.kind = KindObject
	case 'n': // the default
		v.kind = KindNull
	}
	for _, p := range f.parsers {
		var err error
		if v, err = p(v); err != nil {
			e.fail(f, &failure{code: CodeTypeConversion, member: "/parsers", offset: -1, err: err})
			return dst
		}
	}
	dst = append(dst[:mark], f.prefix...)
	return append(v.AppendJSON(dst), f.suffix...)
}

// lines appends the array of a field with Each.
func (e *evaluation) lines(dst []byte, f *field) ([]byte, bool) {
	mark := len(dst)
	dst = append(dst, '[')
	n := 0
	failed := len(e.errs)
	present := e.rows(f, func() {
		if n > 0 {
			dst = append(dst, ',')
		}
		n++
		dst, _ = e.object(dst, f.children)
	})
	switch {
	case len(e.errs) > failed:
		return dst[:mark], false
	case !present:
		return e.instead(dst[:mark], f)
	}
	return e.wrapped(append(dst, ']'), mark, f), true
}

// instead appends the default of a field with children that has no value, reshaped
// like one.
func (e *evaluation) instead(dst []byte, f *field) ([]byte, bool) {
	v, ok := e.orDefault(f)
	if !ok {
		return dst, false
	}
	mark := len(dst)
	return e.wrapped(v.AppendJSON(dst), mark, f), true
}

// rows calls build for each row of a field with Each. false means that the array is
// not there, and that this was reported unless the field has a default.
func (e *evaluation) rows(f *field, build func()) bool {
	v, err := e.value(f.each, -1)
	if err == nil && v.kind != KindArray {
		if !v.IsSet() && f.hasDefault {
			return false
		}
		err = failAt(CodeArraySourceMissing, -1, "%s is %s", f.each.path, v.kind)
	}
	if err != nil {
		e.fail(f, err)
		return true
	}
	level := f.inside.level
	base := v.first
	for i := range v.n {
		row := &e.vals[base]
		next := row.first
		e.at = append(e.at[:level], base)
		e.index = append(e.index[:level-1], int(i))
		if row.kind != KindObject {
			e.fail(f, failAt(CodeTypeConversion, -1, "want an object in each row, found %s", row.kind))
		} else {
			build()
		}
		base = next
	}
	e.at, e.index = e.at[:level], e.index[:level-1]
	return true
}

var errRequired = errors.New("the field is required and has no value")

// orDefault gives the default of a field without a value; false when there is
// none, which is an error where the field is required.
func (e *evaluation) orDefault(f *field) (Value, bool) {
	if f.hasDefault {
		return f.standard, true
	}
	if f.required {
		e.fail(f, &failure{code: CodeRequiredMissing, member: "/required", offset: -1, err: errRequired})
	}
	return Value{}, false
}

// scalar gives the value of a field up to its last reshaping parser; what wraps it
// is left to the caller. false means that it has none, or that computing it failed.
func (e *evaluation) scalar(f *field) (Value, bool) {
	v, err := e.sourceValue(f)
	if err == nil && f.table != nil && v.IsSet() {
		v, err = f.table.find(v, f.tableCall)
	}
	if err == nil && v.IsSet() && !f.asIs {
		if v.kind == KindNumber && (f.typ == TypeDate || f.typ == TypeDateTime) {
			if t, err := e.m.parseTime(v.s, v.kind); err == nil {
				e.readTime(v, t)
			}
		}
		v, err = e.m.convert(v, f.typ)
	}
	if e.odd != "" {
		e.note(f, CodeOddTime, e.odd)
		e.odd = ""
	}
	if err != nil {
		e.fail(f, err)
		return Value{}, false
	}
	if !v.IsSet() {
		if v.kind != KindNull || !f.keepNull {
			var ok bool
			if v, ok = e.orDefault(f); !ok {
				return Value{}, false
			}
		}
	}
	for _, p := range f.parsers {
		if v, err = p(v); err != nil {
			e.fail(f, &failure{code: CodeTypeConversion, member: "/parsers", offset: -1, err: err})
			return Value{}, false
		}
	}
	return v, true
}

// sourceValue gives what the field's source gives.
func (e *evaluation) sourceValue(f *field) (Value, error) {
	switch f.source {
	case sourceTemplate:
		return f.template.eval(e)
	case sourceConst:
		return f.constant, nil
	case sourceExpr:
		return f.expr.eval(e, f)
	case sourceLookup:
		return e.lookup(f, f.lookup)
	case sourceFunc:
		row := Row{get: func(path string) Value { return e.get(f.at, path) }, index: -1}
		if f.at.outer != nil {
			row.array, row.index = f.at.name, e.index[f.at.level-1]
		}
		out, err := f.fn(e.ctx, row)
		if err == nil {
			var v Value
			if v, err = valueOf(out); err == nil {
				return v, nil
			}
		}
		return Value{}, &failure{code: CodeFuncFailed, offset: -1, err: err}
	}
	return Value{}, nil
}

// valueOf makes a value of what a Func answered.
func valueOf(out any) (Value, error) {
	switch x := out.(type) {
	case nil:
		return Value{}, nil
	case Value:
		return x, nil
	case string:
		return TextValue(x), nil
	case bool:
		return BoolValue(x), nil
	case int:
		return numberValue(strconv.Itoa(x)), nil
	case int64:
		return numberValue(strconv.FormatInt(x, 10)), nil
	case json.Number:
		if !isNumber(string(x)) {
			return Value{}, fmt.Errorf("json.Number %q is no number", short(string(x)))
		}
		return numberValue(string(x)), nil
	case json.RawMessage:
		return ParseValue(x)
	case duijie.Decimal:
		if !x.IsSet() {
			return Value{}, nil
		}
	}
	b, err := wire.Marshal(out)
	if err != nil {
		return Value{}, err
	}
	return ParseValue(b)
}

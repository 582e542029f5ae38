package mapping

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/spell"
	"github.com/duijie-go/duijie/internal/wire"
)

// store puts a field's value into a Go value, and tells whether there was one.
type store func(e *evaluation, to reflect.Value) (bool, error)

// storer compiles how fields are written into structs.
type storer struct{ mistakes []*SpecError }

// compile makes the stores of fields into the struct type t.
func (s *storer) compile(t reflect.Type, fields []field) store {
	members := map[string]structField{}
	names := map[string]bool{}
	for _, sf := range structFields(t) {
		members[sf.name] = sf
		names[sf.name] = true
	}
	type member struct {
		index []int
		store store
	}
	var stores []member
	for i := range fields {
		f := &fields[i]
		sf, known := members[f.target]
		if !known {
			e := s.mistake(f, "unknown_target", fmt.Sprintf("%s has no member %q in JSON", t, excerpt(f.target)))
			e.Nearest = spell.Nearest(f.target, keysOf(names))
			continue
		}
		if sf.readOnly {
			_ = s.mistake(f, "unknown_target", fmt.Sprintf("the member of %s lies behind an embedded pointer that is not exported", t))
			continue
		}
		stores = append(stores, member{index: sf.index, store: s.field(sf.typ, f)})
	}
	return func(e *evaluation, to reflect.Value) (bool, error) {
		some := false
		for i := range stores {
			m := &stores[i]
			ok, err := m.store(e, fieldToSet(to, m.index))
			if err != nil {
				return false, err
			}
			some = some || ok
		}
		return some, nil
	}
}

func (s *storer) mistake(f *field, code, message string) *SpecError {
	e := &SpecError{Path: f.pointer + "/target", Field: f.path, Code: code, Offset: -1, Message: message}
	s.mistakes = append(s.mistakes, e)
	return e
}

// fieldToSet goes to a member, making embedded pointers on the way.
func fieldToSet(v reflect.Value, index []int) reflect.Value {
	for i, x := range index {
		if i > 0 && v.Kind() == reflect.Pointer {
			if v.IsNil() {
				v.Set(reflect.New(v.Type().Elem()))
			}
			v = v.Elem()
		}
		v = v.Field(x)
	}
	return v
}

// The ways a field goes into a Go value.
const (
	storesJSON = iota
	storesStatic
	storesObject
	storesRows
	storesScalar
)

func storeKind(t reflect.Type, f *field) int {
	plain := f.prefix == "" && len(f.parsers) == 0
	inner := t
	if inner.Kind() == reflect.Pointer {
		inner = inner.Elem()
	}
	isStruct := inner.Kind() == reflect.Struct && !reflect.PointerTo(inner).Implements(unmarshalerType)
	switch {
	case f.static != nil:
		return storesStatic
	case f.source == sourceObject && plain && isStruct && !f.hasDefault:
		return storesObject
	case f.source == sourceRows && plain && t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct && !f.hasDefault:
		return storesRows
	case f.source == sourceObject || f.source == sourceRows || f.source == sourceOne || f.prefix != "":
		return storesJSON
	}
	return storesScalar
}

// field compiles the store of one field into a Go field of type t.
func (s *storer) field(t reflect.Type, f *field) store {
	switch storeKind(t, f) {
	case storesStatic:
		return s.static(t, f)
	case storesObject:
		inner := t
		if inner.Kind() == reflect.Pointer {
			inner = inner.Elem()
		}
		return storeObject(t, inner, s.compile(inner, f.children), f)
	case storesRows:
		return storeRows(t, s.compile(t.Elem(), f.children), f)
	case storesJSON:
		return storeJSON(f)
	}
	set := setter(t)
	return func(e *evaluation, to reflect.Value) (bool, error) {
		v, ok := e.scalar(f)
		if !ok {
			return false, nil
		}
		if err := set(e, to, v); err != nil {
			e.fail(f, err)
			return false, nil
		}
		return true, nil
	}
}

var (
	unmarshalerType     = reflect.TypeFor[json.Unmarshaler]()
	textUnmarshalerType = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// static decodes a constant once where its type shares no memory, else for each
// record.
func (s *storer) static(t reflect.Type, f *field) store {
	value := reflect.New(t).Elem()
	if err := wire.Unmarshal(f.static, value.Addr().Interface()); err != nil {
		_ = s.mistake(f, CodeTypeConversion, fmt.Sprintf("the constant does not fit %s", t))
	}
	if sharesNothing(t) {
		return func(_ *evaluation, to reflect.Value) (bool, error) {
			to.Set(value)
			return true, nil
		}
	}
	return func(_ *evaluation, to reflect.Value) (bool, error) {
		return true, wire.Unmarshal(f.static, to.Addr().Interface())
	}
}

// sharesNothing tells whether a copy of a value of type t is independent of it.
func sharesNothing(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Struct:
		for i := range t.NumField() {
			if !sharesNothing(t.Field(i).Type) {
				return false
			}
		}
		return true
	case reflect.Array:
		return sharesNothing(t.Elem())
	case reflect.Pointer, reflect.Map, reflect.Slice, reflect.Interface, reflect.Func, reflect.Chan, reflect.UnsafePointer:
		return false
	}
	return true
}

func storeObject(t, inner reflect.Type, members store, f *field) store {
	return func(e *evaluation, to reflect.Value) (bool, error) {
		target := to
		if t.Kind() == reflect.Pointer {
			target = reflect.New(inner).Elem()
		}
		failed := len(e.errs)
		ok, err := members(e, target)
		if err != nil {
			return false, err
		}
		if !ok {
			if len(e.errs) == failed {
				e.orDefault(f) // reports a required one
			}
			return false, nil
		}
		if t.Kind() == reflect.Pointer {
			to.Set(target.Addr())
		}
		return true, nil
	}
}

func storeRows(t reflect.Type, row store, f *field) store {
	return func(e *evaluation, to reflect.Value) (bool, error) {
		array, err := e.value(f.each, -1)
		n := 0
		if err == nil && array.kind == KindArray {
			n = int(array.n)
		}
		out := reflect.MakeSlice(t, 0, n)
		var fatal error
		e.rows(f, func() {
			if fatal != nil {
				return
			}
			i := out.Len()
			out = out.Slice(0, i+1)
			_, fatal = row(e, out.Index(i))
		})
		if fatal != nil {
			return false, fatal
		}
		to.Set(out)
		return true, nil
	}
}

// storeJSON writes a field through its JSON.
func storeJSON(f *field) store {
	return func(e *evaluation, to reflect.Value) (bool, error) {
		b, ok := e.member(nil, f)
		if !ok || len(e.errs) > 0 {
			return false, nil
		}
		if err := wire.Unmarshal(b, to.Addr().Interface()); err != nil {
			e.fail(f, err)
			return false, nil
		}
		return true, nil
	}
}

// setter compiles how a scalar is set. The Go type asks for the conversion: a text
// that is a number fits an int.
func setter(t reflect.Type) func(e *evaluation, to reflect.Value, v Value) error {
	if t == decimalType {
		return setDecimal
	}
	if p := reflect.PointerTo(t); t == numberType || p.Implements(unmarshalerType) || p.Implements(textUnmarshalerType) {
		return setJSON
	}
	switch t.Kind() {
	case reflect.Pointer:
		inner := setter(t.Elem())
		return func(e *evaluation, to reflect.Value, v Value) error {
			to.Set(reflect.New(t.Elem()))
			return inner(e, to.Elem(), v)
		}
	case reflect.String:
		return func(e *evaluation, to reflect.Value, v Value) error {
			if v.kind == KindArray || v.kind == KindObject {
				return unfit("a text", v)
			}
			to.SetString(v.Text())
			return nil
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return func(_ *evaluation, to reflect.Value, v Value) error {
			n, err := toInt(v)
			if err != nil {
				return err
			}
			i, err := strconv.ParseInt(n.s, 10, 64)
			if err != nil || to.OverflowInt(i) {
				return fmt.Errorf("%s does not fit %s", short(n.s), to.Type())
			}
			to.SetInt(i)
			return nil
		}
	case reflect.Bool:
		return func(_ *evaluation, to reflect.Value, v Value) error {
			b, err := toBool(v)
			if err == nil {
				to.SetBool(b.s == "true")
			}
			return err
		}
	case reflect.Float32, reflect.Float64:
		return func(e *evaluation, to reflect.Value, v Value) error {
			n, err := toFloat(v)
			if err != nil {
				return err
			}
			return setJSON(e, to, n)
		}
	}
	return setJSON
}

func setDecimal(e *evaluation, to reflect.Value, v Value) error {
	mark := len(e.scratch)
	e.scratch = v.AppendJSON(e.scratch)
	err := to.Addr().Interface().(*duijie.Decimal).UnmarshalJSON(e.scratch[mark:])
	e.scratch = e.scratch[:mark]
	return err
}

func setJSON(_ *evaluation, to reflect.Value, v Value) error {
	return wire.Unmarshal(v.JSON(), to.Addr().Interface())
}

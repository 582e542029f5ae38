package mapping

import (
	"reflect"

	"github.com/duijie-go/duijie/internal/wire"
)

// fill puts a part of the target's JSON into a Go value, as [store] puts what it
// computes. It is for targets that were built already: computing twice could give
// another random text or ask a function again.
type fill func(e *evaluation, to reflect.Value, v Value)

// fillStruct compiles how the members of a target go into the struct type t.
func fillStruct(t reflect.Type, fields []field) fill {
	type member struct {
		index []int
		fill  fill
	}
	members := map[string]member{}
	for _, sf := range structFields(t) {
		for i := range fields {
			if f := &fields[i]; f.target == sf.name && !sf.readOnly {
				members[f.target] = member{index: sf.index, fill: fillField(sf.typ, f)}
			}
		}
	}
	return func(e *evaluation, to reflect.Value, v Value) {
		for name, value := range v.Members() {
			if m, ok := members[name]; ok {
				m.fill(e, fieldToSet(to, m.index), value)
			}
		}
	}
}

func fillField(t reflect.Type, f *field) fill {
	inner := t
	if inner.Kind() == reflect.Pointer {
		inner = inner.Elem()
	}
	switch kind := storeKind(t, f); kind {
	case storesObject:
		members := fillStruct(inner, f.children)
		return func(e *evaluation, to reflect.Value, v Value) {
			if t.Kind() == reflect.Pointer {
				to.Set(reflect.New(inner))
				to = to.Elem()
			}
			members(e, to, v)
		}
	case storesRows:
		row := fillStruct(t.Elem(), f.children)
		return func(e *evaluation, to reflect.Value, v Value) {
			rows := reflect.MakeSlice(t, 0, 0)
			for element := range v.Elements() {
				e.index = append(e.index, rows.Len())
				rows = reflect.Append(rows, reflect.Zero(t.Elem()))
				row(e, rows.Index(rows.Len()-1), element)
				e.index = e.index[:len(e.index)-1]
			}
			to.Set(rows)
		}
	case storesScalar:
		set := setter(t)
		return func(e *evaluation, to reflect.Value, v Value) {
			if err := set(e, to, v); err != nil {
				e.fail(f, err)
			}
		}
	}
	return func(e *evaluation, to reflect.Value, v Value) {
		if err := wire.Unmarshal(v.JSON(), to.Addr().Interface()); err != nil {
			e.fail(f, err)
		}
	}
}

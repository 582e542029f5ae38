package jdy

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// encodeObject encodes a typed row, record or model: fields that are set, those
// Raw has too, and after them the members of Raw that have no field and those of Extra, which go before fields.
// What the platform answered comes back without loss. It asks no MarshalJSON of
// the struct itself.
func encodeObject(v any) ([]byte, error) { return appendObject(nil, reflect.ValueOf(v)) }

func appendObject(out []byte, v reflect.Value) ([]byte, error) {
	l := layoutOf(v.Type())
	var known map[string]json.RawMessage // members of Raw, by trimmed names
	if l.raw != nil {
		if raw := v.FieldByIndex(l.raw).Bytes(); wire.First(raw) == '{' && json.Valid(raw) {
			known = members(raw)
		}
	}
	extra, err := extraOf(v, l)
	if err != nil {
		return nil, err
	}
	out = append(out, '{')
	empty := true
	put := func(name string) (err error) {
		if !empty {
			out = append(out, ',')
		}
		empty = false
		out, err = wire.AppendText(out, name)
		out = append(out, ':')
		return err
	}
	for _, f := range l.fields {
		member := v.FieldByIndex(f.at)
		_, came := known[f.name]
		_, replaced := extra[f.name]
		delete(known, f.name)
		if replaced || !came && !f.always && unset(member) {
			continue
		}
		if err := put(f.name); err != nil {
			return nil, err
		}
		var err error
		if out, err = appendValue(out, member); err != nil {
			return nil, err
		}
	}
	for _, more := range []map[string]json.RawMessage{known, extra} {
		for _, name := range sortedNames(more) {
			if err := put(name); err != nil {
				return nil, err
			}
			out = append(out, more[name]...)
		}
	}
	return append(out, '}'), nil
}

// extraOf are the members of Extra, as JSON.
func extraOf(v reflect.Value, l *layout) (map[string]json.RawMessage, error) {
	if l.extra == nil {
		return nil, nil
	}
	out := map[string]json.RawMessage{}
	for name, value := range v.FieldByIndex(l.extra).Interface().(duijie.Record) {
		b, err := marshal(value)
		if err != nil {
			return nil, fmt.Errorf("member %s of Extra: %w", name, err)
		}
		out[name] = b
	}
	return out, nil
}

func sortedNames(m map[string]json.RawMessage) []string {
	f := Filter{}
	for name := range m {
		f[name] = nil
	}
	return sortedKeys(f)
}

func appendValue(out []byte, v reflect.Value) ([]byte, error) {
	if v.Type().Implements(jsonMarshaler) && (v.Kind() != reflect.Pointer || !v.IsNil()) {
		b, err := wire.Marshal(v.Interface())
		return append(out, b...), err
	}
	switch v.Kind() {
	case reflect.String:
		return wire.AppendText(out, v.String())
	case reflect.Int64, reflect.Int:
		return strconv.AppendInt(out, v.Int(), 10), nil
	case reflect.Bool:
		return strconv.AppendBool(out, v.Bool()), nil
	}
	b, err := wire.Marshal(v.Interface())
	return append(out, b...), err
}

var jsonMarshaler = reflect.TypeFor[json.Marshaler]()

// unset tells a field nobody set. A number that is 0 is set.
func unset(v reflect.Value) bool {
	switch x := v.Interface().(type) {
	case duijie.Decimal:
		return !x.IsSet()
	case Number:
		return !x.IsSet()
	case NumberText:
		return !x.IsSet()
	}
	switch v.Kind() {
	case reflect.Slice, reflect.Map:
		return v.Len() == 0
	}
	return v.IsZero()
}

// layout is how a typed struct is written.
type layout struct {
	fields     []layoutField
	raw, extra []int
}

type layoutField struct {
	name   string
	at     []int
	always bool     // written when zero too
	need   []string // must be set, or one of these members: its own name is the first
}

var layouts sync.Map // reflect.Type → *layout

// layoutOf reads the tags of a struct: json as usual, and jdy, which says need
// for a required member, need=x for one that x makes up for, and always.
func layoutOf(t reflect.Type) *layout {
	if known, ok := layouts.Load(t); ok {
		return known.(*layout)
	}
	l := &layout{}
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case !f.IsExported():
		case f.Name == "Raw" && name == "-":
			l.raw = f.Index
		case f.Name == "Extra" && name == "-":
			l.extra = f.Index
		case name != "" && name != "-":
			rule, other, _ := strings.Cut(f.Tag.Get("jdy"), "=")
			one := layoutField{name: name, at: f.Index, always: rule == "always"}
			if rule == "need" {
				one.need = []string{name}
			}
			if other != "" {
				one.need = append(one.need, other)
			}
			l.fields = append(l.fields, one)
		}
	}
	layouts.Store(t, l)
	return l
}

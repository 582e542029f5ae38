package okki

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// encodeObject encodes a typed row, record or push. A member of Raw whose field was
// not changed since is written as it came; after the fields come the members of Raw
// that have no field and those of Extra, which go before fields. What the platform
// answered comes back without loss.
func encodeObject(v any) ([]byte, error) {
	var e encoder
	if err := e.object(reflect.ValueOf(v)); err != nil {
		return nil, err
	}
	return e.out, nil
}

type encoder struct {
	out   []byte
	empty bool
}

func (e *encoder) put(name string, value []byte) (err error) {
	if !e.empty {
		e.out = append(e.out, ',')
	}
	e.empty = false
	e.out, err = wire.AppendText(e.out, name)
	e.out = append(append(e.out, ':'), value...)
	return err
}

func (e *encoder) object(v reflect.Value) error {
	l := layoutOf(v.Type())
	var came map[string]json.RawMessage
	if l.raw != nil {
		raw := v.FieldByIndex(l.raw).Bytes()
		if json.Valid(raw) && wire.First(raw) != '{' && onlyRaw(v, l) {
			e.out = append(e.out, bytes.TrimSpace(raw)...) // [], null or "" for no object
			return nil
		}
		if wire.First(raw) == '{' && json.Valid(raw) {
			came = members(raw)
		}
	}
	extra, err := extraOf(v, l)
	if err != nil {
		return err
	}
	e.out, e.empty = append(e.out, '{'), true
	for _, f := range l.fields {
		field := v.FieldByIndex(f.at)
		name, was := f.name, json.RawMessage(nil)
		for _, n := range append([]string{f.name}, f.aliases...) {
			if raw, ok := came[n]; ok {
				name, was = n, raw
				delete(came, n)
			}
		}
		if _, replaced := extra[name]; replaced || was == nil && unset(field) {
			continue
		}
		value, err := fieldJSON(f.name, field, was)
		if err == nil {
			err = e.put(name, value)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if came == nil {
		came = map[string]json.RawMessage{}
	}
	maps.Copy(came, extra)
	for _, name := range slices.Sorted(maps.Keys(came)) {
		if err := e.put(name, came[name]); err != nil {
			return err
		}
	}
	e.out = append(e.out, '}')
	return nil
}

// onlyRaw tells that no field of a struct is set.
func onlyRaw(v reflect.Value, l *layout) bool {
	for _, f := range l.fields {
		if !unset(v.FieldByIndex(f.at)) {
			return false
		}
	}
	return true
}

// fieldJSON is a field as JSON: what came where it still says the same.
func fieldJSON(name string, field reflect.Value, was json.RawMessage) ([]byte, error) {
	if was == nil {
		return valueJSON(field)
	}
	custom := name == customMember && field.Type() == recordType
	now, err := was, error(nil)
	if custom {
		now, err = customObject(was)
	}
	came := reflect.New(field.Type())
	if err == nil && (decoder{}).value(now, came.Elem()) == nil && reflect.DeepEqual(came.Elem().Interface(), field.Interface()) {
		return was, nil
	}
	if custom && wire.First(was) == '[' && !emptyList(was) {
		return customList(field.Interface().(duijie.Record), was)
	}
	return valueJSON(field)
}

func valueJSON(v reflect.Value) ([]byte, error) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return []byte("null"), nil
		}
		if v.Type().Elem().Kind() == reflect.Bool { // a flag of a push
			if v.Elem().Bool() {
				return []byte("1"), nil
			}
			return []byte("0"), nil
		}
		return valueJSON(v.Elem())
	case reflect.Bool:
		if v.Bool() {
			return []byte("1"), nil
		}
		return []byte("0"), nil
	case reflect.Struct:
		if ownStruct(v.Type()) {
			return encodeObject(v.Interface())
		}
	case reflect.Int64, reflect.Int:
		return strconv.AppendInt(nil, v.Int(), 10), nil
	case reflect.Slice:
		if v.Type() == rawType || v.IsNil() || v.Type().Elem().Kind() == reflect.Uint8 {
			break
		}
		out := []byte{'['}
		for i := range v.Len() {
			item, err := valueJSON(v.Index(i))
			if err != nil {
				return nil, fmt.Errorf("[%d]: %w", i, err)
			}
			if i > 0 {
				out = append(out, ',')
			}
			out = append(out, item...)
		}
		return append(out, ']'), nil
	}
	return wire.Marshal(v.Interface())
}

// extraOf are the members of Extra, as JSON.
func extraOf(v reflect.Value, l *layout) (map[string]json.RawMessage, error) {
	if l.extra == nil {
		return nil, nil
	}
	out := map[string]json.RawMessage{}
	for name, value := range v.FieldByIndex(l.extra).Interface().(duijie.Record) {
		b, err := wire.Marshal(value)
		if err != nil {
			return nil, fmt.Errorf("member %q of Extra: %w", name, err)
		}
		out[name] = b
	}
	return out, nil
}

// unset tells a field nobody set. A decimal that is 0 is set, and so is a pointer
// to a zero value.
func unset(v reflect.Value) bool {
	switch x := v.Interface().(type) {
	case duijie.Decimal:
		return !x.IsSet()
	case duijie.Time:
		return x.IsZero()
	case Date:
		return x.IsZero()
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
	name    string
	aliases []string
	at      []int
	need    []string // must be set, or one of these members: its own name is the first
}

var layouts sync.Map // reflect.Type → *layout

// layoutOf reads the tags of a struct: json as usual, alias for other spellings
// that are read, and okki, which says need for a required member and need=x for one
// that x makes up for.
func layoutOf(t reflect.Type) *layout {
	if known, ok := layouts.Load(t); ok {
		return known.(*layout)
	}
	l := &layout{}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case !f.IsExported() || f.Anonymous || throughPointer(t, f.Index):
		case f.Name == "Raw" && name == "-":
			l.raw = f.Index
		case f.Name == "Extra" && name == "-":
			l.extra = f.Index
		case name != "" && name != "-":
			rule, other, _ := strings.Cut(f.Tag.Get("okki"), "=")
			one := layoutField{name: name, aliases: strings.Fields(f.Tag.Get("alias")), at: f.Index}
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

// Date is a day as a push sends it, "2026-08-07" in China. The zero value is left
// out.
type Date struct{ time.Time }

// DateOf is the day of t in China.
func DateOf(t time.Time) Date { return Date{t} }

// String is the day as it is sent, "" for none.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return d.In(duijie.China).Format(time.DateOnly)
}

// MarshalJSON writes the day, "" for none.
func (d Date) MarshalJSON() ([]byte, error) { return json.Marshal(d.String()) }

// UnmarshalJSON reads a day or a time, without a zone in China.
func (d *Date) UnmarshalJSON(b []byte) error {
	var t duijie.Time
	if err := decode(b, &t); err != nil {
		return err
	}
	d.Time = t.Time
	return nil
}

// marshalModel encodes what is pushed. A typed model is checked first: its error
// names every required member that is missing, lines included, and matches
// duijie.ErrInvalid.
func marshalModel(v any) (json.RawMessage, error) {
	if problems := missing(reflect.ValueOf(v), ""); len(problems) > 0 {
		return nil, fmt.Errorf("okki: %T: %s: %w", v, strings.Join(problems, "; "), duijie.ErrInvalid)
	}
	b, err := wire.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("okki: %w", err)
	}
	return b, nil
}

// missing lists the required members that are not set, of lines too.
func missing(v reflect.Value, at string) []string {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		if v.IsNil() {
			return nil
		}
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct || !ownStruct(v.Type()) {
		return nil
	}
	l := layoutOf(v.Type())
	given := map[string]bool{}
	for _, f := range l.fields {
		given[f.name] = !unset(v.FieldByIndex(f.at))
	}
	if l.extra != nil {
		for name := range v.FieldByIndex(l.extra).Interface().(duijie.Record) {
			given[name] = true
		}
	}
	var out []string
	for _, f := range l.fields {
		if len(f.need) > 0 && !slices.ContainsFunc(f.need, func(name string) bool { return given[name] }) {
			out = append(out, at+strings.Join(f.need, " or ")+" is missing")
		}
		switch field := v.FieldByIndex(f.at); field.Kind() {
		case reflect.Slice:
			for i := range field.Len() {
				out = append(out, missing(field.Index(i), fmt.Sprintf("%s%s[%d].", at, f.name, i))...)
			}
		case reflect.Struct, reflect.Pointer:
			out = append(out, missing(field, at+f.name+".")...)
		}
	}
	return out
}

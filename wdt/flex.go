package wdt

import (
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"sync"

	"github.com/duijie-go/duijie/internal/wire"
)

// The platform changes the JSON type of a member from method to method, and
// sometimes inside one answer. Rows are therefore decoded member by member:
//
//   - a text takes any scalar, a whole number takes 12, "12", 12.0 and bools, a
//     bool takes 0, 1 and either as text; null and "" are the zero value;
//   - duijie.Decimal takes numbers and texts, duijie.Time takes texts and
//     milliseconds as numbers or texts, "0000-00-00 00:00:00" is unset;
//   - an object takes [] and "" for none, a list takes {} and "" for none, and
//     pointers to either are nil then;
//   - a field called Raw of type json.RawMessage receives the whole object, and
//     its members the struct does not know come back when the row is encoded.
//
// Field types of rows need no methods; a row that users may decode and encode
// by themselves has the two one-line methods of Shop.

// Text is any scalar as text. Like Int and Bool it is for structs of your own that
// [QueryAs], [QueryPage] and [NewWindowSource] fill.
type Text = wire.Text

// Int is a whole number from a number, text or bool; null and "" are 0.
type Int = wire.Int

// Bool is true from true, 1, "1" and "true", false from their opposites, null and "".
type Bool = wire.Bool

// decodeRow decodes an object into row, a pointer to a struct. b is valid JSON.
// A member that does not fit is an error, and the others are decoded all the
// same, so that the row's key is known.
func decodeRow(b []byte, row any) error {
	if wire.First(b) != '{' {
		return fmt.Errorf("want an object, found %s", wire.Excerpt(b))
	}
	return decodeStruct(b, reflect.ValueOf(row).Elem())
}

func decodeStruct(b []byte, v reflect.Value) error {
	v.SetZero()
	s := shapeOf(v.Type())
	var first error
	for m := range wire.Walk(b) {
		i, known := s.byName[string(m.Key)]
		if !known {
			continue
		}
		if err := decodeMember(m.Value, v.Field(i)); err != nil {
			first = cmp.Or(first, fmt.Errorf("%s: %w", m.Key, err))
		}
	}
	if s.raw >= 0 {
		v.Field(s.raw).SetBytes(append(json.RawMessage(nil), b...))
	}
	return first
}

func decodeMember(raw json.RawMessage, v reflect.Value) error {
	switch p := v.Addr().Interface().(type) {
	case *string:
		return (*wire.Text)(p).UnmarshalJSON(raw)
	case *int64:
		return (*wire.Int)(p).UnmarshalJSON(raw)
	case *bool:
		return (*wire.Bool)(p).UnmarshalJSON(raw)
	case json.Unmarshaler:
		isObject := v.Kind() == reflect.Struct && len(shapeOf(v.Type()).fields) > 0
		if first := wire.First(raw); (isObject || first == '[' || first == '{') && v.Kind() == reflect.Struct && isNone(raw) {
			return nil // also where a time or number stands as []
		}
		return p.UnmarshalJSON(raw)
	}
	switch v.Kind() {
	case reflect.String:
		var t wire.Text
		err := t.UnmarshalJSON(raw)
		v.SetString(string(t))
		return err
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		var n wire.Int
		if err := n.UnmarshalJSON(raw); err != nil {
			return err
		}
		if v.OverflowInt(int64(n)) {
			return fmt.Errorf("%d does not fit %s", int64(n), v.Type())
		}
		v.SetInt(int64(n))
		return nil
	case reflect.Bool:
		var b wire.Bool
		err := b.UnmarshalJSON(raw)
		v.SetBool(bool(b))
		return err
	case reflect.Pointer:
		return decodePointer(raw, v)
	case reflect.Struct:
		if isNone(raw) {
			return nil
		}
		if wire.First(raw) != '{' {
			return fmt.Errorf("want an object, found %s", wire.Excerpt(raw))
		}
		return decodeStruct(raw, v)
	case reflect.Slice:
		return decodeList(raw, v)
	}
	return wire.Unmarshal(raw, v.Addr().Interface())
}

func decodePointer(raw json.RawMessage, v reflect.Value) error {
	isObject := v.Type().Elem().Kind() == reflect.Struct
	if string(raw) == "null" || string(raw) == `""` || isObject && isNone(raw) {
		return nil
	}
	p := reflect.New(v.Type().Elem())
	if err := decodeMember(raw, p.Elem()); err != nil {
		return err
	}
	v.Set(p)
	return nil
}

// decodeList decodes what it can: an item that does not fit is an error, and
// leaves its place empty.
func decodeList(raw json.RawMessage, v reflect.Value) error {
	if wire.First(raw) != '[' {
		if isNone(raw) {
			return nil
		}
		return fmt.Errorf("want a list, found %s", wire.Excerpt(raw))
	}
	list := reflect.MakeSlice(v.Type(), 0, 4)
	var first error
	for item := range wire.Elements(raw) {
		one := reflect.New(v.Type().Elem()).Elem()
		if err := decodeMember(item, one); err != nil {
			first = cmp.Or(first, fmt.Errorf("item %d: %w", list.Len()+1, err))
		}
		list = reflect.Append(list, one)
	}
	v.Set(list)
	return first
}

// isNone tells whether a member stands for nothing: null, "", [] or {}.
func isNone(raw json.RawMessage) bool {
	switch wire.First(raw) {
	case 'n':
		return true
	case '"':
		return strings.TrimSpace(string(raw)) == `""`
	case '[':
		for range wire.Elements(raw) {
			return false
		}
		return true
	case '{':
		for range wire.Walk(raw) {
			return false
		}
		return true
	}
	return false
}

// shape is what decoding and encoding know of a struct type.
type shape struct {
	fields []field
	byName map[string]int
	raw    int // index of the field Raw, -1 without one
}

type field struct {
	name      string
	index     int
	omitEmpty bool
}

var shapes sync.Map // reflect.Type → *shape

func shapeOf(t reflect.Type) *shape {
	if known, ok := shapes.Load(t); ok {
		return known.(*shape)
	}
	s := &shape{byName: map[string]int{}, raw: -1}
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Name == "Raw" && f.Type == reflect.TypeFor[json.RawMessage]() {
			s.raw = i
		}
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" || !f.IsExported() {
			continue
		}
		s.byName[name] = i
		s.fields = append(s.fields, field{name, i, strings.Contains(options, "omit")})
	}
	shapes.Store(t, s)
	return s
}

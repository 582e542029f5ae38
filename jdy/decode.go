package jdy

import (
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/duijie-go/duijie/internal/wire"
)

// decode decodes valid JSON into a pointer, as loosely as the platform writes:
// texts, numbers and bools may come as one another, null and "" stand for
// nothing, keys may have blanks around them. Numbers and ids stay exact. A
// member that does not fit is an error, and the others are decoded all the same,
// so that the record's key is known.
//
// A struct with a field Raw of type json.RawMessage keeps the object itself
// there, members without a field included.
func decode(b json.RawMessage, out any) error {
	v := reflect.ValueOf(out)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return fmt.Errorf("can not decode into a %T: give a pointer", out)
	}
	return decodeValue(b, v.Elem())
}

var rawType = reflect.TypeFor[json.RawMessage]()

func decodeValue(b json.RawMessage, v reflect.Value) error {
	if v.Type() == rawType {
		v.SetBytes(slices.Clone(b))
		return nil
	}
	if u, ok := v.Addr().Interface().(json.Unmarshaler); ok {
		return u.UnmarshalJSON(b)
	}
	switch v.Kind() {
	case reflect.String:
		var t wire.Text
		err := t.UnmarshalJSON(b)
		v.SetString(string(t))
		return err
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		var n wire.Int
		if err := n.UnmarshalJSON(b); err != nil {
			return err
		}
		if v.OverflowInt(int64(n)) {
			return fmt.Errorf("%d does not fit", n)
		}
		v.SetInt(int64(n))
		return nil
	case reflect.Bool:
		var t wire.Bool
		err := t.UnmarshalJSON(b)
		v.SetBool(bool(t))
		return err
	case reflect.Pointer:
		if nothing(b) && v.Type().Elem().Kind() != reflect.String {
			v.SetZero()
			return nil
		}
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		return decodeValue(b, v.Elem())
	case reflect.Struct:
		return decodeStruct(b, v)
	case reflect.Slice:
		return decodeSlice(b, v)
	case reflect.Map:
		return decodeMap(b, v)
	}
	return wire.Unmarshal(b, v.Addr().Interface())
}

// nothing tells null and the empty text, which stand for no object and no list.
func nothing(b json.RawMessage) bool {
	text := strings.TrimSpace(string(b[:min(len(b), 8)]))
	return text == "null" || text == `""`
}

func decodeStruct(b json.RawMessage, v reflect.Value) error {
	info := structOf(v.Type())
	v.SetZero()
	if nothing(b) {
		return nil
	}
	if wire.First(b) != '{' {
		return fmt.Errorf("want an object, found %s", wire.Excerpt(b))
	}
	if info.raw != nil {
		v.FieldByIndex(info.raw).SetBytes(slices.Clone(b))
	}
	var first error
	for m := range wire.Walk(b) {
		at, known := info.fields[strings.TrimSpace(string(m.Key))]
		if !known {
			continue
		}
		if err := decodeValue(m.Value, v.FieldByIndex(at)); err != nil {
			first = cmp.Or(first, fmt.Errorf("%s: %w", m.Key, err))
		}
	}
	return first
}

func decodeSlice(b json.RawMessage, v reflect.Value) error {
	if nothing(b) {
		v.SetZero()
		return nil
	}
	if v.Type().Elem().Kind() == reflect.Uint8 {
		return wire.Unmarshal(b, v.Addr().Interface())
	}
	if wire.First(b) != '[' {
		return fmt.Errorf("want a list, found %s", wire.Excerpt(b))
	}
	var first error
	list := reflect.MakeSlice(v.Type(), 0, 4)
	for item := range wire.Elements(b) {
		one := reflect.New(v.Type().Elem()).Elem()
		if err := decodeValue(item, one); err != nil {
			first = cmp.Or(first, fmt.Errorf("[%d]: %w", list.Len(), err))
		}
		list = reflect.Append(list, one)
	}
	v.Set(list)
	return first
}

func decodeMap(b json.RawMessage, v reflect.Value) error {
	switch {
	case v.Type().Key().Kind() != reflect.String:
		return wire.Unmarshal(b, v.Addr().Interface())
	case nothing(b), strings.TrimSpace(string(b)) == "[]":
		v.SetZero()
		return nil
	case wire.First(b) != '{':
		return fmt.Errorf("want an object, found %s", wire.Excerpt(b))
	}
	out := reflect.MakeMap(v.Type())
	var first error
	for m := range wire.Walk(b) {
		one := reflect.New(v.Type().Elem()).Elem()
		if err := decodeValue(m.Value, one); err != nil {
			first = cmp.Or(first, fmt.Errorf("%s: %w", m.Key, err))
		}
		out.SetMapIndex(reflect.ValueOf(strings.TrimSpace(string(m.Key))).Convert(v.Type().Key()), one)
	}
	v.Set(out)
	return first
}

// structInfo is where the members of a struct go.
type structInfo struct {
	fields map[string][]int
	raw    []int
}

var structs sync.Map // reflect.Type → *structInfo

func structOf(t reflect.Type) *structInfo {
	if known, ok := structs.Load(t); ok {
		return known.(*structInfo)
	}
	info := &structInfo{fields: map[string][]int{}}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case !f.IsExported() || f.Anonymous && name == "" || throughPointer(t, f.Index):
		case name == "-" && f.Name == "Raw" && f.Type == rawType && len(f.Index) == 1:
			info.raw = f.Index
		case name == "-":
		case name == "":
			info.fields[f.Name] = f.Index
		default:
			info.fields[name] = f.Index
		}
	}
	structs.Store(t, info)
	return info
}

// throughPointer tells fields of embedded pointers, which nobody would make.
func throughPointer(t reflect.Type, at []int) bool {
	for _, i := range at[:len(at)-1] {
		t = t.Field(i).Type
		if t.Kind() == reflect.Pointer {
			return true
		}
	}
	return false
}

package okki

import (
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// decoder decodes valid JSON as loosely as the platform writes it: texts, numbers
// and flags may come as one another, an empty object as [], nothing as null, "" or
// the first day of 1970. Numbers and ids stay exact. A member that does not fit is
// an error, and the others are decoded all the same, so that the record's key is
// known.
//
// A struct with a field Raw of type json.RawMessage keeps the object itself there,
// members without a field included.
type decoder struct {
	zone *time.Location // of times without one; nil = China
}

func (d decoder) decode(b json.RawMessage, out any) error {
	v := reflect.ValueOf(out)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return fmt.Errorf("can not decode into a %T: give a pointer", out)
	}
	if !json.Valid(b) {
		return fmt.Errorf("malformed JSON: %s", wire.Excerpt(b))
	}
	return d.value(b, v.Elem())
}

// decode decodes with times of China.
func decode(b json.RawMessage, out any) error { return decoder{}.decode(b, out) }

var (
	rawType     = reflect.TypeFor[json.RawMessage]()
	timeType    = reflect.TypeFor[duijie.Time]()
	decimalType = reflect.TypeFor[duijie.Decimal]()
	ownPath     = reflect.TypeFor[Config]().PkgPath()
)

// ownStruct: a struct of this package, whose UnmarshalJSON would only lead back here.
func ownStruct(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && t.PkgPath() == ownPath && t != reflect.TypeFor[EnumValue]() && t != reflect.TypeFor[Date]()
}

func (d decoder) value(b json.RawMessage, v reflect.Value) error {
	switch v.Type() {
	case rawType:
		v.SetBytes(slices.Clone(b))
		return nil
	case timeType:
		return d.time(b, v)
	case decimalType:
		if nothing(b) {
			v.SetZero()
			return nil
		}
	case recordType:
		if nothing(b) || emptyList(b) {
			v.SetZero()
			return nil
		}
	}
	if u, ok := v.Addr().Interface().(json.Unmarshaler); ok && !ownStruct(v.Type()) {
		return u.UnmarshalJSON(b)
	}
	switch v.Kind() {
	case reflect.String:
		return d.text(b, v)
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
		if nothing(b) || emptyList(b) && v.Type().Elem().Kind() == reflect.Struct {
			v.SetZero()
			return nil
		}
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		return d.value(b, v.Elem())
	case reflect.Struct:
		return d.object(b, v)
	case reflect.Slice:
		return d.list(b, v)
	case reflect.Map:
		return d.mapping(b, v)
	}
	return wire.Unmarshal(b, v.Addr().Interface())
}

func (d decoder) text(b json.RawMessage, v reflect.Value) error {
	if emptyList(b) {
		v.SetString("")
		return nil
	}
	var t wire.Text
	err := t.UnmarshalJSON(b)
	v.SetString(string(t))
	return err
}

// time reads a time, which is none on the first day of 1970.
func (d decoder) time(b json.RawMessage, v reflect.Value) error {
	text := scalar(b)
	if nothing(b) || strings.HasPrefix(text, "1970-01-01") || strings.HasPrefix(text, "0000-00-00") || emptyList(b) {
		v.SetZero()
		return nil
	}
	if !isScalar(b) {
		return fmt.Errorf("want a time, found %s", wire.Excerpt(b))
	}
	var t duijie.Time
	var err error
	if wire.First(b) == '"' && d.zone != nil {
		t, err = duijie.ParseTimeIn(text, d.zone)
	} else {
		err = t.UnmarshalJSON(b)
	}
	if err != nil {
		v.SetZero()
		return err
	}
	v.Set(reflect.ValueOf(t))
	return nil
}

// nothing tells null and the empty text.
func nothing(b json.RawMessage) bool {
	text := strings.TrimSpace(string(b[:min(len(b), 8)]))
	return text == "null" || text == `""`
}

// emptyList tells [], which the platform writes for an empty object too.
func emptyList(b json.RawMessage) bool {
	if wire.First(b) != '[' {
		return false
	}
	for range wire.Elements(b) {
		return false
	}
	return true
}

func (d decoder) object(b json.RawMessage, v reflect.Value) error {
	info := structOf(v.Type())
	v.SetZero()
	if info.raw != nil {
		v.FieldByIndex(info.raw).SetBytes(slices.Clone(b))
	}
	if nothing(b) || emptyList(b) {
		return nil
	}
	if wire.First(b) != '{' {
		return fmt.Errorf("want an object, found %s", wire.Excerpt(b))
	}
	var first error
	for m := range wire.Walk(b) {
		at, known := info.fields[string(m.Key)]
		if !known {
			continue
		}
		value, err := m.Value, error(nil)
		if field := v.FieldByIndex(at); string(m.Key) == customMember && field.Type() == recordType {
			value, err = customObject(value)
		}
		if err == nil {
			err = d.value(value, v.FieldByIndex(at))
		}
		if err != nil {
			first = cmp.Or(first, fmt.Errorf("%s: %w", m.Key, err))
		}
	}
	return first
}

func (d decoder) list(b json.RawMessage, v reflect.Value) error {
	if nothing(b) || wire.First(b) == '{' && len(members(b)) == 0 {
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
		if err := d.value(item, one); err != nil {
			first = cmp.Or(first, fmt.Errorf("[%d]: %w", list.Len(), err))
		}
		list = reflect.Append(list, one)
	}
	v.Set(list)
	return first
}

func (d decoder) mapping(b json.RawMessage, v reflect.Value) error {
	switch {
	case v.Type().Key().Kind() != reflect.String:
		return wire.Unmarshal(b, v.Addr().Interface())
	case nothing(b), emptyList(b):
		v.SetZero()
		return nil
	case wire.First(b) != '{':
		return fmt.Errorf("want an object, found %s", wire.Excerpt(b))
	}
	out := reflect.MakeMap(v.Type())
	var first error
	for m := range wire.Walk(b) {
		one := reflect.New(v.Type().Elem()).Elem()
		if err := d.value(m.Value, one); err != nil {
			first = cmp.Or(first, fmt.Errorf("%s: %w", m.Key, err))
		}
		out.SetMapIndex(reflect.ValueOf(string(m.Key)).Convert(v.Type().Key()), one)
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
		case name == "-" && f.Name == "Raw" && f.Type == rawType:
			info.raw = f.Index
		case name == "-":
		case name == "":
			info.fields[f.Name] = f.Index
		default:
			info.fields[name] = f.Index
			for _, other := range strings.Fields(f.Tag.Get("alias")) {
				info.fields[other] = f.Index
			}
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

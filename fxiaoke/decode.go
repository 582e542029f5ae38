package fxiaoke

import (
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// decode decodes JSON into a pointer, as loosely as the platform writes: texts,
// numbers and bools come as one another, null and "" stand for nothing, a list of one may
// come as the one. Numbers stay exact. A member that does not fit is an error, and the
// others are decoded all the same, so that the record's id is known.
//
// A struct with a field Extra of type map[string]json.RawMessage keeps there what has no
// field, and what its field can not tell from nothing ("" and [], false).
func decode(b []byte, out any) error {
	v := reflect.ValueOf(out)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return fmt.Errorf("can not decode into a %T: give a pointer", out)
	}
	if !json.Valid(b) {
		return fmt.Errorf("malformed JSON: %s", wire.Excerpt(b))
	}
	return decodeValue(json.RawMessage(b), v.Elem())
}

var (
	rawType   = reflect.TypeFor[json.RawMessage]()
	extraType = reflect.TypeFor[map[string]json.RawMessage]()
)

func decodeValue(b json.RawMessage, v reflect.Value) error {
	if v.Type() == rawType {
		v.SetBytes(slices.Clone(b))
		return nil
	}
	if err := checkEmbedding(v.Type()); err != nil {
		return err
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
	extra := map[string]json.RawMessage{}
	var first error
	for m := range wire.Walk(b) {
		name := string(m.Key)
		at, known := info.byName[name]
		if !known {
			at, known = info.folded[strings.ToLower(name)] // userList and userlist
		}
		if known {
			field := v.FieldByIndex(at)
			err := decodeValue(m.Value, field)
			if err != nil {
				first = cmp.Or(first, fmt.Errorf("%s: %w", name, err))
			}
			known = err == nil && !unset(field)
		}
		if !known {
			extra[name] = slices.Clone(m.Value)
		}
	}
	if info.extra != nil && len(extra) > 0 {
		v.FieldByIndex(info.extra).Set(reflect.ValueOf(extra))
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
	if wire.First(b) != '[' { // one, where a list of one is meant
		b = slices.Concat([]byte("["), b, []byte("]"))
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

// unset tells a field that nothing tells from one that was never there.
func unset(v reflect.Value) bool {
	if v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		return v.IsNil()
	}
	if set, ok := v.Interface().(interface{ IsSet() bool }); ok { // a Decimal of 0 is a number
		return !set.IsSet()
	}
	if zero, ok := v.Interface().(interface{ IsZero() bool }); ok {
		return zero.IsZero()
	}
	switch v.Kind() {
	case reflect.Slice, reflect.Map:
		return v.Len() == 0
	}
	return v.IsZero()
}

// structInfo is where the members of a struct go.
type structInfo struct {
	names  []string // in the order of the fields
	byName map[string][]int
	folded map[string][]int
	extra  []int // nil without a field Extra
	whole  bool  // wants all members: it keeps what it does not name, or names companions
}

var structs sync.Map // reflect.Type → *structInfo

func structOf(t reflect.Type) *structInfo {
	if known, ok := structs.Load(t); ok {
		return known.(*structInfo)
	}
	info := &structInfo{byName: map[string][]int{}, folded: map[string][]int{}}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case !f.IsExported() || f.Anonymous && name == "" || throughPointer(t, f.Index):
			continue
		case name == "-":
			if f.Name == "Extra" && f.Type == extraType && info.extra == nil {
				info.extra, info.whole = f.Index, true
			}
			continue
		case name == "":
			name, info.whole = f.Name, true // nobody says that the platform has such a field
		}
		if _, twice := info.byName[name]; twice {
			continue // an outer field hides it
		}
		info.names = append(info.names, name)
		info.byName[name], info.folded[strings.ToLower(name)] = f.Index, f.Index
		info.whole = info.whole || isCompanion(name)
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

// companionSuffixes end the read-only companions of a field: display text, objects, raw
// value and so on. They are never sent back; X__o (the free text of "other") is.
var companionSuffixes = []string{"__r", "__l", "__v", "__p", "__e", "__relation_ids"}

func isCompanion(name string) bool {
	return slices.ContainsFunc(companionSuffixes, func(suffix string) bool { return strings.HasSuffix(name, suffix) })
}

var commonType = reflect.TypeFor[Common]()

// checkEmbedding refuses a struct that embeds a typed object: the methods of that would decode
// and encode it without the fields beside it, silently.
func checkEmbedding(t reflect.Type) error {
	if t.Kind() != reflect.Struct {
		return nil
	}
	for i := range t.NumField() {
		f := t.Field(i)
		inner := f.Type
		if inner.Kind() == reflect.Pointer {
			inner = inner.Elem()
		}
		if !f.Anonymous || inner.PkgPath() != commonType.PkgPath() || inner == commonType || inner.Kind() != reflect.Struct {
			continue
		}
		if own, ok := inner.FieldByName("Common"); ok && own.Anonymous {
			return fmt.Errorf("fxiaoke: %s embeds %s, which would leave its other fields out: embed fxiaoke.Common: %w", t, inner, duijie.ErrInvalid)
		}
	}
	return nil
}

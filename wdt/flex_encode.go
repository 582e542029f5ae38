package wdt

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"

	"github.com/duijie-go/duijie/internal/wire"
)

var marshaler = reflect.TypeFor[json.Marshaler]()

// encodeRow encodes a struct, and the members its Raw has beyond it. It asks no
// MarshalJSON of the struct itself.
func encodeRow(row any) ([]byte, error) { return appendStruct(nil, reflect.ValueOf(row)) }

func appendStruct(out []byte, v reflect.Value) ([]byte, error) {
	s := shapeOf(v.Type())
	out = append(out, '{')
	empty := true
	next := func(name string) (err error) {
		if !empty {
			out = append(out, ',')
		}
		empty = false
		out, err = wire.AppendText(out, name)
		out = append(out, ':')
		return err
	}
	for _, f := range s.fields {
		member := v.Field(f.index)
		if f.omitEmpty && (member.IsZero() || member.Kind() == reflect.Slice && member.Len() == 0) {
			continue
		}
		if err := next(f.name); err != nil {
			return nil, err
		}
		var err error
		if out, err = appendMember(out, member); err != nil {
			return nil, err
		}
	}
	if s.raw >= 0 {
		raw := v.Field(s.raw).Bytes()
		for _, m := range unknownMembers(raw, s) {
			if err := next(string(m.Key)); err != nil {
				return nil, err
			}
			out = append(out, m.Value...)
		}
	}
	return append(out, '}'), nil
}

// unknownMembers are the members of raw that the struct has no field for, by
// name.
func unknownMembers(raw json.RawMessage, s *shape) []wire.Member {
	if wire.First(raw) != '{' || !json.Valid(raw) {
		return nil
	}
	var unknown []wire.Member
	for m := range wire.Walk(raw) {
		if _, known := s.byName[string(m.Key)]; known {
			continue
		}
		m.Key = slices.Clone(m.Key)
		unknown = append(unknown, m)
	}
	slices.SortStableFunc(unknown, func(a, b wire.Member) int { return slices.Compare(a.Key, b.Key) })
	return slices.CompactFunc(unknown, func(a, b wire.Member) bool { return slices.Equal(a.Key, b.Key) })
}

func appendMember(out []byte, v reflect.Value) ([]byte, error) {
	t := v.Type()
	switch {
	case t.Implements(marshaler):
	case t.Kind() == reflect.String:
		return wire.AppendText(out, v.String())
	case v.CanInt():
		return strconv.AppendInt(out, v.Int(), 10), nil
	case t.Kind() == reflect.Bool:
		return strconv.AppendBool(out, v.Bool()), nil
	case t.Kind() == reflect.Struct:
		return appendStruct(out, v)
	case t.Kind() == reflect.Pointer && t.Elem().Kind() == reflect.Struct && !v.IsNil():
		return appendStruct(out, v.Elem())
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct && !v.IsNil():
		out = append(out, '[')
		for i := range v.Len() {
			if i > 0 {
				out = append(out, ',')
			}
			var err error
			if out, err = appendMember(out, v.Index(i)); err != nil {
				return nil, err
			}
		}
		return append(out, ']'), nil
	}
	b, err := wire.Marshal(v.Interface())
	return append(out, b...), err
}

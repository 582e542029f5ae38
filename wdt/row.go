package wdt

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

// decodeRow decodes an object into a struct whose text, whole number and bool
// members may come as any scalar: the platform changes the JSON type of a
// member from method to method. plain is a pointer to a struct without an
// UnmarshalJSON of its own; b is valid JSON. A member that does not fit is an
// error, and the others are decoded all the same, so that the row's key is known.
func decodeRow(b []byte, plain any) error {
	if wire.First(b) != '{' {
		return fmt.Errorf("want an object, found %s", wire.Excerpt(b))
	}
	v := reflect.ValueOf(plain).Elem()
	fields := fieldsOf(v.Type())
	var first error
	for m := range wire.Walk(b) {
		i, known := fields[string(m.Key)]
		if !known {
			continue
		}
		if err := decodeMember(m.Value, v.Field(i).Addr().Interface()); err != nil {
			first = cmp.Or(first, fmt.Errorf("%s: %w", m.Key, err))
		}
	}
	return first
}

func decodeMember(raw json.RawMessage, p any) error {
	switch p := p.(type) {
	case *string:
		return (*wire.Text)(p).UnmarshalJSON(raw)
	case *int64:
		return (*wire.Int)(p).UnmarshalJSON(raw)
	case *bool:
		return (*wire.Bool)(p).UnmarshalJSON(raw)
	case json.Unmarshaler:
		return p.UnmarshalJSON(raw)
	}
	return wire.Unmarshal(raw, p)
}

// rowTypes remembers the fields of row types by their JSON names.
var rowTypes sync.Map // reflect.Type → map[string]int

func fieldsOf(t reflect.Type) map[string]int {
	if known, ok := rowTypes.Load(t); ok {
		return known.(map[string]int)
	}
	fields := map[string]int{}
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name != "" && name != "-" {
			fields[name] = i
		}
	}
	rowTypes.Store(t, fields)
	return fields
}

// encodeRow encodes a struct and puts back the members of raw it does not know.
func encodeRow(plain any, raw json.RawMessage) ([]byte, error) {
	b, err := wire.Marshal(plain)
	if err != nil || wire.First(raw) != '{' {
		return b, err
	}
	var all, own map[string]json.RawMessage
	if err := wire.Unmarshal(raw, &all); err != nil {
		return nil, err
	}
	if err := wire.Unmarshal(b, &own); err != nil {
		return nil, err
	}
	var unknown []string
	for name := range all {
		if _, known := own[name]; !known {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) == 0 {
		return b, nil
	}
	slices.Sort(unknown)
	out := b[:len(b)-1]
	for _, name := range unknown {
		key, err := wire.Marshal(name)
		if err != nil {
			return nil, err
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(append(append(out, key...), ':'), all[name]...)
	}
	return append(out, '}'), nil
}

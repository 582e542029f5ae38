package wdt

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/duijie-go/duijie/internal/wire"
)

// decodeRow decodes an object into a struct whose text, whole number and bool
// members may come as any scalar: the platform changes the JSON type of a
// member from method to method. plain is a pointer to a struct without an
// UnmarshalJSON of its own.
func decodeRow(b []byte, plain any) error {
	if err := wire.Unmarshal(b, plain); err == nil {
		return nil
	}
	var members map[string]json.RawMessage
	if err := wire.Unmarshal(b, &members); err != nil {
		return err
	}
	v := reflect.ValueOf(plain).Elem()
	v.SetZero()
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		raw, there := members[name]
		if name == "" || name == "-" || !there {
			continue
		}
		if err := decodeMember(raw, v.Field(i).Addr().Interface()); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func decodeMember(raw json.RawMessage, p any) error {
	switch p := p.(type) {
	case *string:
		return wire.Unmarshal(raw, (*wire.Text)(p))
	case *int64:
		return wire.Unmarshal(raw, (*wire.Int)(p))
	case *bool:
		return wire.Unmarshal(raw, (*wire.Bool)(p))
	}
	return wire.Unmarshal(raw, p)
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

package platforms

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// structMember is a member of a struct as JSON has it.
type structMember struct {
	name     string
	typ      reflect.Type
	index    int
	optional bool // left out where it is not set
}

// membersOf are the members of a struct.
func membersOf(t reflect.Type) (out []structMember) {
	for i := range t.NumField() {
		name, options, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name != "" && name != "-" {
			out = append(out, structMember{name, t.Field(i).Type, i, strings.Contains(options, "omit")})
		}
	}
	return out
}

func memberOf(t reflect.Type, name string) (structMember, bool) {
	for _, m := range membersOf(t) {
		if m.name == name {
			return m, true
		}
	}
	return structMember{}, false
}

// fill reads JSON into a value whose types are those of a client's documents. Schemes
// send numbers and bools as texts, so texts are read as what the document wants. A
// member the struct has none for is an error.
func fill(v reflect.Value, raw json.RawMessage, at string) error {
	if wire.First(raw) == 'n' {
		return nil
	}
	switch to := v.Addr().Interface().(type) {
	case *duijie.Decimal, *duijie.Time:
		text, ok := scalar(raw)
		if !ok {
			return wrongKind(at, "a number or a time", raw)
		}
		if text == "" {
			return nil
		}
		if d, isDecimal := to.(*duijie.Decimal); isDecimal {
			n, err := duijie.ParseDecimal(text)
			if err != nil {
				return fmt.Errorf("%s: %w", at, err)
			}
			*d = n
			return nil
		}
		t, err := duijie.ParseTime(text)
		if err != nil {
			return fmt.Errorf("%s: %w", at, err)
		}
		*to.(*duijie.Time) = t
		return nil
	}
	switch v.Kind() {
	case reflect.Pointer:
		if text, ok := scalar(raw); ok && text == "" {
			return nil
		}
		v.Set(reflect.New(v.Type().Elem()))
		return fill(v.Elem(), raw, at)
	case reflect.Struct:
		return fillStruct(v, raw, at)
	case reflect.Slice:
		return fillSlice(v, raw, at)
	}
	return fillScalar(v, raw, at)
}

func fillStruct(v reflect.Value, raw json.RawMessage, at string) error {
	if wire.First(raw) != '{' {
		return wrongKind(at, "an object", raw)
	}
	for m := range wire.Walk(raw) {
		name := string(m.Key)
		to, known := memberOf(v.Type(), name)
		if !known {
			return fmt.Errorf("%s has no member %s: %w", at, name, duijie.ErrInvalid)
		}
		if err := fill(v.Field(to.index), m.Value, at+"."+name); err != nil {
			return err
		}
	}
	return nil
}

func fillSlice(v reflect.Value, raw json.RawMessage, at string) error {
	if text, ok := scalar(raw); ok && v.Type().Elem().Kind() == reflect.String {
		for part := range strings.SplitSeq(text, ",") {
			if part = strings.TrimSpace(part); part != "" {
				v.Set(reflect.Append(v, reflect.ValueOf(part)))
			}
		}
		return nil
	}
	if wire.First(raw) != '[' {
		return wrongKind(at, "a list", raw)
	}
	n := 0
	for item := range wire.Elements(raw) {
		n++
		one := reflect.New(v.Type().Elem()).Elem()
		if err := fill(one, item, fmt.Sprintf("%s line %d", at, n)); err != nil {
			return err
		}
		v.Set(reflect.Append(v, one))
	}
	return nil
}

func fillScalar(v reflect.Value, raw json.RawMessage, at string) error {
	text, ok := scalar(raw)
	if !ok {
		return wrongKind(at, "a scalar", raw)
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		if err != nil && text != "" {
			return wrongKind(at, "true or false", raw)
		}
		v.SetBool(b)
	case reflect.Int, reflect.Int64:
		if text == "" {
			return nil
		}
		d, err := duijie.ParseDecimal(text)
		if err != nil {
			return wrongKind(at, "a whole number", raw)
		}
		n, whole := d.Int64()
		if !whole {
			return wrongKind(at, "a whole number", raw)
		}
		v.SetInt(n)
	default:
		return fmt.Errorf("%s: a %s can not be filled: %w", at, v.Type(), duijie.ErrInvalid)
	}
	return nil
}

func wrongKind(at, want string, raw json.RawMessage) error {
	return fmt.Errorf("%s: %s is wanted, not %s: %w", at, want, wire.Excerpt(raw), duijie.ErrInvalid)
}

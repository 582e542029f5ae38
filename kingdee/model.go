package kingdee

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// Model is a JSON object whose members keep their order. The platform works
// through a model in that order and later fields overwrite earlier ones, so
// organisations, bill type, customer and currency come first, sub-heads before
// lines, prices late in a line.
//
//	m := kingdee.NewModel().
//		Set("FCreateOrgId", kingdee.Number("100")).
//		Set("FNumber", "C-0001")
type Model struct {
	members []Field
	index   map[string]int
	err     error
}

// Field is one member of a [Model], or of the Extra of a typed one.
//
// Extra takes what the type does not name: custom fields ("F_XYZ_Grade"), fields
// of the platform that are not listed, lines of other kinds. They are written
// where Extra stands in the struct, in their order: behind the members of a head
// and before its sub-heads and lines, at the end of a line. Where a field needs
// another place take a [Model]. A key that is set already is an error.
//
// Members that are not set are left out, and so keep their stored value on an
// update. To clear one, or to send a blank, false or 0, do:
//
//	Number("")                          // an empty reference
//	Field{"FNote", ""}                  // in Extra: an empty text, date or number
//	new(false)                          // a *bool
//	duijie.DecimalFromInt(0)            // a Decimal that was set to 0 is sent
type Field struct {
	Key   string
	Value any
}

// NewModel returns an empty model.
func NewModel() *Model { return &Model{} }

// Set appends a member. A key that is there already, an empty key, or a map of
// several members as value (maps have no order) is an error, which encoding the
// model returns.
func (m *Model) Set(key string, value any) *Model {
	if _, twice := m.index[key]; twice || key == "" {
		m.fail(fmt.Errorf("kingdee: model: key %q is empty or set twice: %w", key, duijie.ErrInvalid))
		return m
	}
	if err := checkOrder(value); err != nil {
		m.fail(fmt.Errorf("kingdee: model: %s: %w", key, err))
		return m
	}
	if m.index == nil {
		m.index = map[string]int{}
	}
	m.index[key] = len(m.members)
	m.members = append(m.members, Field{key, value})
	return m
}

// SetIf is Set when on is true.
func (m *Model) SetIf(on bool, key string, value any) *Model {
	if on {
		return m.Set(key, value)
	}
	return m
}

func (m *Model) fail(err error) {
	if m.err == nil {
		m.err = err
	}
}

// Get returns the value of a member.
func (m *Model) Get(key string) (any, bool) {
	i, ok := m.index[key]
	if !ok {
		return nil, false
	}
	return m.members[i].Value, true
}

// Fields returns the members in order.
func (m *Model) Fields() []Field { return append([]Field(nil), m.members...) }

// Err is the first mistake made with Set.
func (m *Model) Err() error { return m.err }

// MarshalJSON writes the members in order.
func (m *Model) MarshalJSON() ([]byte, error) {
	if m == nil {
		return []byte("null"), nil
	}
	if m.err != nil {
		return nil, m.err
	}
	var b bytes.Buffer
	b.WriteByte('{')
	for i, f := range m.members {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := writeMember(&b, f.Key, f.Value); err != nil {
			return nil, err
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func writeMember(b *bytes.Buffer, key string, value any) error {
	out, err := appendMember(b.AvailableBuffer(), key, value)
	b.Write(out)
	return err
}

func appendMember(b []byte, key string, value any) ([]byte, error) {
	b, err := wire.AppendText(b, key)
	if err != nil {
		return b, err
	}
	b = append(b, ':')
	if text, ok := value.(string); ok {
		return wire.AppendText(b, text)
	}
	v, err := wire.Marshal(value)
	if err != nil {
		return b, fmt.Errorf("%s: %w", key, err)
	}
	return append(b, v...), nil
}

// UnmarshalJSON reads an object; values are kept as they are written.
func (m *Model) UnmarshalJSON(raw []byte) error {
	fields, err := members(raw)
	if err != nil {
		return err
	}
	*m = Model{}
	for _, f := range fields {
		m.Set(f.Key, f.Value)
	}
	return m.err
}

// members splits an object into its members, in order, values as raw JSON.
func members(raw []byte) ([]Field, error) {
	var out []Field
	for m, err := range wire.Members(raw) {
		if err != nil {
			return nil, fmt.Errorf("kingdee: %w: %w", err, duijie.ErrInvalid)
		}
		out = append(out, Field{string(m.Key), json.RawMessage(bytes.Clone(m.Value))})
	}
	return out, nil
}

// Reference names a record of base data inside a model. The inner key differs
// by field: FNumber, FNUMBER, FNAME, FUserID, ...; copy it from the form's
// WebAPI page. The zero Reference counts as not set.
type Reference struct {
	json string // the whole object, so that a reference made once is encoded once
}

// Number refers to a record by its number: {"FNumber":"100"}. An empty number
// clears the field.
func Number(number string) Reference { return RefBy("FNumber", number) }

// RefBy refers to a record by another text key: {"FUserID":"100001"}. Without a
// key it is the zero Reference.
func RefBy(key, value string) Reference {
	text, err := wire.AppendText(nil, value)
	if err != nil {
		return Reference{} // no text fails to encode
	}
	return reference(key, text)
}

// RefID refers to a record by its primary key: {"FMATERIALID":100024}. The save
// needs SaveOptions.ReferencesByID then.
func RefID(key string, id int64) Reference {
	return reference(key, strconv.AppendInt(nil, id, 10))
}

func reference(key string, value []byte) Reference {
	b, err := wire.AppendText([]byte{'{'}, key)
	if err != nil || key == "" {
		return Reference{}
	}
	return Reference{json: string(b) + ":" + string(value) + "}"}
}

// IsZero tells whether the reference was never set; encoding/json's omitzero
// asks it.
func (r Reference) IsZero() bool { return r.json == "" }

// MarshalJSON writes the object with its one member, null for the zero value.
func (r Reference) MarshalJSON() ([]byte, error) {
	if r.IsZero() {
		return []byte("null"), nil
	}
	return []byte(r.json), nil
}

// appendAs writes the object; one made with [Number] gets the inner key of the
// field, where that is not FNumber.
func (r Reference) appendAs(b []byte, key string) []byte {
	if value, ok := strings.CutPrefix(r.json, `{"FNumber":`); ok && key != "" {
		return append(append(append(append(b, `{"`...), key...), `":`...), value...)
	}
	return append(b, r.json...)
}

// UnmarshalJSON reads an object with at most one member.
func (r *Reference) UnmarshalJSON(raw []byte) error {
	*r = Reference{}
	if string(bytes.TrimSpace(raw)) == "null" {
		return nil
	}
	fields, err := members(raw)
	switch {
	case err != nil:
		return err
	case len(fields) > 1:
		return fmt.Errorf("kingdee: a reference has one member, found %d", len(fields))
	case len(fields) == 1:
		*r = reference(fields[0].Key, fields[0].Value.(json.RawMessage))
	}
	return nil
}

// checkOrder refuses maps of several members anywhere in a model: Go encodes
// their keys sorted by name, and the platform depends on the order.
func checkOrder(v any) error {
	if found := findMap(reflect.ValueOf(v), 0); found != nil {
		return fmt.Errorf("%s has no order of keys, and the platform works through a model in order: use kingdee.NewModel or a struct: %w",
			found, duijie.ErrInvalid)
	}
	return nil
}

var marshalerType = reflect.TypeFor[json.Marshaler]()

func findMap(v reflect.Value, depth int) reflect.Type {
	if !v.IsValid() || depth > 32 {
		return nil
	}
	if v.Kind() != reflect.Map && v.Type().Implements(marshalerType) {
		return nil
	}
	switch v.Kind() {
	case reflect.Map:
		if v.Len() > 1 {
			return v.Type()
		}
		for _, k := range v.MapKeys() {
			return findMap(v.MapIndex(k), depth+1)
		}
	case reflect.Pointer, reflect.Interface:
		return findMap(v.Elem(), depth+1)
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return nil
		}
		for i := range v.Len() {
			if t := findMap(v.Index(i), depth+1); t != nil {
				return t
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if t := findMap(v.Field(i), depth+1); t != nil {
				return t
			}
		}
	}
	return nil
}

// modelJSON encodes the model of a save: a *Model, a struct or raw JSON.
func modelJSON(model any) (json.RawMessage, error) {
	if raw, ok := model.(json.RawMessage); ok && wire.First(raw) == '{' {
		return raw, nil // checked when the request is encoded
	}
	v := reflect.ValueOf(model)
	for v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	if v.Kind() == reflect.Map {
		return nil, fmt.Errorf("kingdee: model: %s has no order of keys, and the platform works through a model in order: use kingdee.NewModel or a struct: %w",
			v.Type(), duijie.ErrInvalid)
	}
	if err := checkOrder(model); err != nil {
		return nil, fmt.Errorf("kingdee: model: %w", err)
	}
	raw, err := marshal(model)
	if err != nil {
		return nil, err
	}
	if err := lostByEmbedding(v); err != nil {
		return nil, err
	}
	if wire.First(raw) != '{' {
		return nil, fmt.Errorf("kingdee: model: want an object, found %T: %w", model, duijie.ErrInvalid)
	}
	return raw, nil
}

package kingdee

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"sync"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// The typed models (Customer, SaleOrder, ...) are structs whose members stand in
// the platform's order. Their tags say all that the code below must know:
//
//	json:"FKey,omitzero"  the key; a member that is not set is left out
//	json:"FKey"           an object the server wants even if it is empty
//	ref:"FNUMBER"         the inner key of a reference made with Number
//	must:"单据类型"         required (必录), with the platform's name of it
//
// The field Extra []Field stands where its members are written.

// modelType is how one struct type is written and read.
type modelType struct {
	name   string
	fields []typedField
	byKey  map[string]int // index in fields
	extra  int            // index of Extra in the struct
	known  int            // fields that stand before Extra
}

// typedField is one member.
type typedField struct {
	index int
	key   string
	ref   string // inner key of a reference, "" for FNumber
	must  string // name of a required member
	kind  memberKind
	inner *modelType // of a sub-head, or of lines
}

type memberKind uint8

const (
	scalarMember  memberKind = iota // whatever wire.Marshal makes of it
	textMember                      // string
	boolMember                      // *bool
	intMember                       // int, int64
	refMember                       // Reference
	decimalMember                   // duijie.Decimal
	timeMember                      // duijie.Time
	headMember                      // sub-head (子单据头): a struct with Extra
	linesMember                     // lines (单据体): a slice of them
)

var (
	modelTypes    sync.Map // reflect.Type to *modelType
	referenceType = reflect.TypeFor[Reference]()
	fieldsType    = reflect.TypeFor[[]Field]()
	boolType      = reflect.TypeFor[*bool]()
)

// modelTypeOf knows the models of this package; nil for every other type.
func modelTypeOf(t reflect.Type) *modelType {
	if known, ok := modelTypes.Load(t); ok {
		return known.(*modelType)
	}
	extra, ok := t.FieldByName("Extra")
	if !ok || extra.Type != fieldsType || len(extra.Index) > 1 {
		return nil
	}
	m := &modelType{name: t.Name(), byKey: map[string]int{}, extra: extra.Index[0]}
	for i := range t.NumField() {
		f := t.Field(i)
		if i == m.extra {
			m.known = len(m.fields)
			continue
		}
		key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		field := typedField{index: i, key: key, ref: f.Tag.Get("ref"), must: f.Tag.Get("must")}
		field.kind, field.inner = memberKindOf(f.Type)
		m.byKey[key] = len(m.fields)
		m.fields = append(m.fields, field)
	}
	actual, _ := modelTypes.LoadOrStore(t, m)
	return actual.(*modelType)
}

func memberKindOf(t reflect.Type) (memberKind, *modelType) {
	switch t {
	case referenceType:
		return refMember, nil
	case decimalType:
		return decimalMember, nil
	case timeType:
		return timeMember, nil
	case boolType:
		return boolMember, nil
	}
	switch t.Kind() {
	case reflect.String:
		return textMember, nil
	case reflect.Int, reflect.Int64:
		return intMember, nil
	case reflect.Struct:
		if inner := modelTypeOf(t); inner != nil {
			return headMember, inner
		}
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Struct {
			if inner := modelTypeOf(t.Elem()); inner != nil {
				return linesMember, inner
			}
		}
	}
	return scalarMember, nil
}

// encodeModel writes a typed model, given by pointer so that no member has to be
// copied.
func encodeModel(v any) ([]byte, error) {
	rv := reflect.ValueOf(v).Elem()
	return modelTypeOf(rv.Type()).append(make([]byte, 0, 256), rv)
}

func (m *modelType) append(b []byte, v reflect.Value) ([]byte, error) {
	extra := m.extraOf(v)
	if err := m.checkExtra(v, extra); err != nil {
		return b, err
	}
	b = append(b, '{')
	start := len(b)
	for i := range m.fields {
		if i == m.known {
			var err error
			if b, err = appendExtra(b, start, extra); err != nil {
				return b, err
			}
		}
		var err error
		if b, err = m.fields[i].append(b, start, v.Field(m.fields[i].index)); err != nil {
			return b, fmt.Errorf("%s: %w", m.fields[i].key, err)
		}
	}
	if m.known == len(m.fields) {
		var err error
		if b, err = appendExtra(b, start, extra); err != nil {
			return b, err
		}
	}
	return append(b, '}'), nil
}

// extraOf is Extra; v is addressable, here and below.
func (m *modelType) extraOf(v reflect.Value) []Field {
	return *v.Field(m.extra).Addr().Interface().(*[]Field)
}

func appendExtra(b []byte, start int, extra []Field) ([]byte, error) {
	for _, f := range extra {
		var err error
		if b, err = appendMember(comma(b, start), f.Key, f.Value); err != nil {
			return b, err
		}
	}
	return b, nil
}

func comma(b []byte, start int) []byte {
	if len(b) > start {
		return append(b, ',')
	}
	return b
}

// checkExtra refuses what would be sent twice, or in no order.
func (m *modelType) checkExtra(v reflect.Value, extra []Field) error {
	for i, f := range extra {
		twice := f.Key == ""
		for _, before := range extra[:i] {
			twice = twice || strings.EqualFold(before.Key, f.Key)
		}
		for n := range m.fields {
			twice = twice || strings.EqualFold(m.fields[n].key, f.Key) && !m.fields[n].unset(v.Field(m.fields[n].index))
		}
		if twice {
			return fmt.Errorf("kingdee: model: %s.Extra: key %q is empty or set twice: %w", m.name, f.Key, duijie.ErrInvalid)
		}
		if err := checkOrder(f.Value); err != nil {
			return fmt.Errorf("kingdee: model: %s.Extra: %s: %w", m.name, f.Key, err)
		}
	}
	return nil
}

// unset tells whether a member is left out. A decimal that was set to 0 is not.
func (f *typedField) unset(v reflect.Value) bool {
	switch f.kind {
	case decimalMember:
		d := v.Addr().Interface().(*duijie.Decimal)
		return !d.IsSet() && d.Err() == nil
	case timeMember:
		return v.Addr().Interface().(*duijie.Time).IsZero()
	default:
		return v.IsZero()
	}
}

// append writes a member with its key, nothing when it is not set.
func (f *typedField) append(b []byte, start int, v reflect.Value) ([]byte, error) {
	if f.unset(v) {
		return b, nil
	}
	before := len(b)
	b = append(append(append(comma(b, start), '"'), f.key...), '"', ':')
	switch f.kind {
	case textMember:
		return wire.AppendText(b, v.String())
	case refMember:
		return v.Addr().Interface().(*Reference).appendAs(b, f.ref), nil
	case timeMember:
		// A time that came from another platform keeps its form, and this one
		// wants its own.
		return appendRaw(b, duijie.NewTime(v.Addr().Interface().(*duijie.Time).Time))
	case decimalMember:
		return appendRaw(b, v.Addr().Interface().(*duijie.Decimal))
	case headMember:
		b, err := f.inner.append(b, v)
		if err == nil && b[len(b)-2] == '{' { // nothing in it is set
			b = b[:before]
		}
		return b, err
	case linesMember:
		b = append(b, '[')
		for i := range v.Len() {
			if i > 0 {
				b = append(b, ',')
			}
			var err error
			if b, err = f.inner.append(b, v.Index(i)); err != nil {
				return b, fmt.Errorf("line %d: %w", i, err)
			}
		}
		return append(b, ']'), nil
	}
	raw, err := wire.Marshal(v.Interface())
	return append(b, raw...), err
}

func appendRaw(b []byte, v json.Marshaler) ([]byte, error) {
	raw, err := v.MarshalJSON()
	if err != nil {
		err = fmt.Errorf("%w: %w", err, duijie.ErrInvalid)
	}
	return append(b, raw...), err
}

// decodeModel reads an object into a typed model, a pointer. What the type does
// not know, or would leave out again (a null, a blank), goes into Extra, so that
// nothing is lost.
func decodeModel(raw []byte, into any) error {
	v := reflect.ValueOf(into).Elem()
	return modelTypeOf(v.Type()).read(raw, v)
}

func (m *modelType) read(raw []byte, v reflect.Value) error {
	v.SetZero()
	if string(raw) == "null" {
		return nil
	}
	list, err := members(raw)
	if err != nil {
		return err
	}
	var extra []Field
	for _, member := range list {
		n, known := m.byKey[member.Key]
		if !known {
			extra = append(extra, member)
			continue
		}
		f := &m.fields[n]
		target := v.Field(f.index)
		if !f.unset(target) {
			return fmt.Errorf("kingdee: model: key %q is set twice: %w", member.Key, duijie.ErrInvalid)
		}
		if err := f.read(member.Value.(json.RawMessage), target); err != nil {
			return fmt.Errorf("kingdee: model: %s: %w", member.Key, err)
		}
		if f.unset(target) {
			extra = append(extra, member)
		}
	}
	v.Field(m.extra).Set(reflect.ValueOf(extra))
	return m.checkExtra(v, extra)
}

func (f *typedField) read(raw json.RawMessage, v reflect.Value) error {
	switch {
	case Cell(raw).IsBlank(): // stays unset, and so in Extra
		return nil
	case f.kind == boolMember: // templates write "true" too
		b, err := Cell(raw).Bool()
		if err == nil {
			v.Set(reflect.ValueOf(&b))
		}
		return err
	case f.kind == intMember:
		n, err := Cell(raw).Int()
		v.SetInt(n)
		return err
	case f.kind == headMember && wire.First(raw) == '{':
		return f.inner.read(raw, v)
	case f.kind == linesMember && wire.First(raw) == '[':
		lines := reflect.MakeSlice(v.Type(), 0, 0)
		for one := range wire.Elements(raw) {
			line := reflect.New(v.Type().Elem()).Elem()
			if err := f.inner.read(one, line); err != nil {
				return err
			}
			lines = reflect.Append(lines, line)
		}
		v.Set(lines)
		return nil
	}
	return wire.Unmarshal(raw, v.Addr().Interface())
}

// lostByEmbedding refuses a struct that embeds a typed model and is encoded by
// it alone: the members it adds would be left out without a word. Structs inside,
// lines above all, are looked at too.
func lostByEmbedding(v reflect.Value) error {
	if !v.IsValid() || !mayEmbed(v.Type()) {
		return nil
	}
	switch v.Kind() {
	case reflect.Pointer:
		return lostByEmbedding(v.Elem())
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if err := lostByEmbedding(v.Index(i)); err != nil {
				return err
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if !v.Type().Field(i).IsExported() {
				continue
			}
			if err := lostBeside(v, i); err != nil {
				return err
			}
			if err := lostByEmbedding(v.Field(i)); err != nil {
				return err
			}
		}
	}
	return nil
}

// lostBeside refuses members of a struct that its embedded field i leaves out.
func lostBeside(v reflect.Value, i int) error {
	f, embedded := v.Type().Field(i), v.Field(i)
	if embedded.Kind() == reflect.Pointer {
		embedded = embedded.Elem()
	}
	if !f.Anonymous || !embedded.IsValid() || !embeddedModel(f) {
		return nil
	}
	whole, err := wire.Marshal(v.Interface())
	if err != nil {
		return nil //nolint:nilerr // encoding the model tells
	}
	if inner, err := wire.Marshal(embedded.Interface()); err != nil || !bytes.Equal(inner, whole) {
		return nil //nolint:nilerr // it has an encoding of its own
	}
	for n := range v.NumField() {
		other := v.Type().Field(n)
		key, _, _ := strings.Cut(other.Tag.Get("json"), ",")
		if n == i || key == "" || key == "-" || v.Field(n).IsZero() {
			continue
		}
		return fmt.Errorf("kingdee: model: %s embeds %s, which writes itself alone: put %s into Extra: %w", v.Type(), f.Name, key, duijie.ErrInvalid)
	}
	return nil
}

// embeddedModel: a typed model, or a struct that embeds one itself.
func embeddedModel(f reflect.StructField) bool {
	t := f.Type
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return modelTypeOfHead(t) != nil || t.Kind() == reflect.Struct && mayEmbed(t)
}

var embedders sync.Map // reflect.Type to bool, of types whose members may be lost

// mayEmbed tells whether there may be a struct in values of a type that embeds a
// typed model.
func mayEmbed(t reflect.Type) bool {
	if known, ok := embedders.Load(t); ok {
		return known.(bool)
	}
	found := findEmbedded(t, map[reflect.Type]bool{})
	embedders.Store(t, found)
	return found
}

func findEmbedded(t reflect.Type, seen map[reflect.Type]bool) bool {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return findEmbedded(t.Elem(), seen)
	case reflect.Struct:
	default:
		return false
	}
	if seen[t] || t.PkgPath() == reflect.TypeFor[Line]().PkgPath() && modelTypeOf(t) != nil {
		return false
	}
	seen[t] = true
	for i := range t.NumField() {
		f := t.Field(i)
		head := f.Type
		if head.Kind() == reflect.Pointer {
			head = head.Elem()
		}
		if f.Anonymous && modelTypeOfHead(head) != nil && t.NumField() > 1 || f.IsExported() && findEmbedded(f.Type, seen) {
			return true
		}
	}
	return false
}

// modelTypeOfHead is modelTypeOf for types from outside: one that embeds a model
// has its Extra too, and is none.
func modelTypeOfHead(t reflect.Type) *modelType {
	if t.Kind() != reflect.Struct || t.PkgPath() != reflect.TypeFor[Line]().PkgPath() {
		return nil
	}
	return modelTypeOf(t)
}

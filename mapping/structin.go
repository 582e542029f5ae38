package mapping

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// load puts what is wanted of a Go value into the frame at base. It is compiled for
// one type and one node.
type load func(e *evaluation, v reflect.Value, base int32) (Value, error)

// loader compiles how values of a type are read.
type loader struct {
	filled map[*scope]map[int32]bool // the slots some value can reach
	names  map[*scope]map[string]bool
	depth  int
}

var (
	marshalerType     = reflect.TypeFor[json.Marshaler]()
	textMarshalerType = reflect.TypeFor[encoding.TextMarshaler]()
	decimalType       = reflect.TypeFor[duijie.Decimal]()
	numberType        = reflect.TypeFor[json.Number]()
)

// reach notes that a slot can be filled.
func (l *loader) reach(s *scope, slots ...int32) {
	if l.filled[s] == nil {
		l.filled[s] = map[int32]bool{}
	}
	for _, slot := range slots {
		l.filled[s][slot] = true
	}
}

// reachBelow notes that all slots below n can be filled, and all of its rows.
func (l *loader) reachBelow(s *scope, n *node) {
	l.reach(s, n.below...)
	l.reachRows(n)
}

func (l *loader) reachRows(n *node) {
	if n.rows != nil && l.filled[n.rows] == nil {
		l.reachBelow(n.rows, n.rows.root)
	}
	for _, kid := range n.kids {
		l.reachRows(kid)
	}
}

// compile makes the load of type t at node n of scope s.
func (l *loader) compile(t reflect.Type, s *scope, n *node) load {
	if l.depth++; l.depth > maxSpecDepth { // as deep as the spec's paths at most
		return loadJSON(n)
	}
	defer func() { l.depth-- }()
	switch {
	case t.Kind() == reflect.Pointer:
		inner := l.compile(t.Elem(), s, n)
		return func(e *evaluation, v reflect.Value, base int32) (Value, error) {
			if v.IsNil() {
				return Value{kind: KindNull}, nil
			}
			return inner(e, v.Elem(), base)
		}
	case t == decimalType:
		return loadDecimal
	case t == numberType:
		return func(_ *evaluation, v reflect.Value, _ int32) (Value, error) { return numberOf(v.String()) }
	case marshalsItself(t):
		l.reachBelow(s, n)
		return loadJSON(n)
	}
	switch t.Kind() {
	case reflect.String:
		return func(_ *evaluation, v reflect.Value, _ int32) (Value, error) { return TextValue(v.String()), nil }
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return func(_ *evaluation, v reflect.Value, _ int32) (Value, error) {
			return numberValue(strconv.FormatInt(v.Int(), 10)), nil
		}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return func(_ *evaluation, v reflect.Value, _ int32) (Value, error) {
			return numberValue(strconv.FormatUint(v.Uint(), 10)), nil
		}
	case reflect.Bool:
		return func(_ *evaluation, v reflect.Value, _ int32) (Value, error) { return BoolValue(v.Bool()), nil }
	case reflect.Struct:
		return l.compileStruct(t, s, n)
	case reflect.Slice, reflect.Array:
		if t.Elem().Kind() != reflect.Uint8 {
			return l.compileSlice(t, n)
		}
	case reflect.Interface, reflect.Map:
		l.reachBelow(s, n)
		return loadDynamic(n)
	}
	return loadJSON(n)
}

type structMember struct {
	structField
	slot int32
	load load
}

func (l *loader) compileStruct(t reflect.Type, s *scope, n *node) load {
	var members []structMember
	if l.names[s] == nil {
		l.names[s] = map[string]bool{}
	}
	for _, f := range structFields(t) {
		if n == s.root {
			l.names[s][f.name] = true
		}
		kid := n.kid(f.name)
		if kid == nil {
			continue
		}
		l.reach(s, kid.slot)
		m := structMember{structField: f, slot: kid.slot, load: l.compile(f.typ, s, kid)}
		if f.quoted && !marshalsItself(f.typ) {
			m.load = loadQuoted(m.load)
		}
		members = append(members, m)
	}
	whole := n.whole
	return func(e *evaluation, v reflect.Value, base int32) (Value, error) {
		for i := range members {
			m := &members[i]
			fv, ok := fieldOf(v, m.index)
			if !ok || m.omitEmpty && isEmpty(fv) || m.omitZero && isZero(fv) {
				continue
			}
			value, err := m.load(e, fv, base)
			if err != nil {
				return Value{}, fmt.Errorf("%s: %w", m.name, err)
			}
			if m.slot != 0 {
				e.vals[base+m.slot] = value
			}
		}
		if whole {
			return jsonOf(v)
		}
		return Value{kind: KindObject}, nil
	}
}

// fieldOf goes to a member; false where an embedded pointer on the way is nil.
func fieldOf(v reflect.Value, index []int) (reflect.Value, bool) {
	if len(index) == 1 {
		return v.Field(index[0]), true
	}
	for i, x := range index {
		if i > 0 && v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return reflect.Value{}, false
			}
			v = v.Elem()
		}
		v = v.Field(x)
	}
	return v, true
}

// isEmpty is what omitempty means.
func isEmpty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Array, reflect.Map, reflect.Slice, reflect.String:
		return v.Len() == 0
	case reflect.Struct:
		return false
	}
	return v.IsZero()
}

// isZero is what omitzero means.
func isZero(v reflect.Value) bool {
	if z, ok := v.Interface().(interface{ IsZero() bool }); ok && (v.Kind() != reflect.Pointer || !v.IsNil()) {
		return z.IsZero()
	}
	return v.IsZero()
}

func (l *loader) compileSlice(t reflect.Type, n *node) load {
	if n.rows == nil {
		if !n.whole {
			return markArray(n)
		}
		plain := loadJSON(nil)
		mark := markArray(n)
		return func(e *evaluation, v reflect.Value, base int32) (Value, error) {
			_, _ = mark(e, v, base)
			return plain(e, v, base)
		}
	}
	l.reach(n.rows)
	row := l.compile(t.Elem(), n.rows, n.rows.root)
	rows, whole, slice := n.rows, n.whole, t.Kind() == reflect.Slice
	mark := markArray(n)
	return func(e *evaluation, v reflect.Value, base int32) (Value, error) {
		if slice && v.IsNil() {
			return Value{kind: KindNull}, nil
		}
		_, _ = mark(e, v, base)
		out := Value{kind: KindArray}
		if whole {
			var err error
			if out, err = jsonOf(v); err != nil {
				return Value{}, err
			}
		}
		link := rowLinker{e: e, array: &out, last: -1}
		for i := range v.Len() {
			at, err := link.add(rows)
			if err != nil {
				return Value{}, err
			}
			value, err := row(e, v.Index(i), at)
			if err != nil {
				return Value{}, err
			}
			link.set(at, value)
		}
		return out, nil
	}
}

// rowLinker chains the frames of an array's rows.
type rowLinker struct {
	e     *evaluation
	array *Value
	last  int32
}

func (r *rowLinker) add(s *scope) (int32, error) {
	base, err := r.e.add(s)
	if err != nil {
		return 0, err
	}
	if r.last < 0 {
		r.array.first = base
	} else {
		r.e.vals[r.last].first = base
	}
	r.last = base
	r.array.n++
	return base, nil
}

func (r *rowLinker) set(base int32, v Value) {
	v.first, v.n = 0, 0
	r.e.vals[base] = v
}

func markArray(n *node) load {
	return func(e *evaluation, _ reflect.Value, base int32) (Value, error) {
		e.mark(n, base, kindInArray)
		return Value{kind: KindArray}, nil
	}
}

func loadDecimal(_ *evaluation, v reflect.Value, _ int32) (Value, error) {
	var d duijie.Decimal
	if v.CanAddr() {
		d = *v.Addr().Interface().(*duijie.Decimal)
	} else {
		d = v.Interface().(duijie.Decimal)
	}
	if !d.IsSet() && d.Err() == nil {
		return Value{kind: KindNull}, nil
	}
	b, err := d.MarshalJSON()
	if err != nil {
		return Value{}, err
	}
	if b[0] == '"' {
		return Value{s: string(b), kind: KindText, form: formPlain}, nil
	}
	return numberOf(string(b))
}

func numberOf(literal string) (Value, error) {
	switch {
	case isNumber(literal):
		return numberValue(literal), nil
	case literal == "": // as encoding/json writes it
		return numberValue("0"), nil
	case literal == "null":
		return Value{kind: KindNull}, nil
	}
	return Value{}, fmt.Errorf("%q is no JSON number", short(literal))
}

// loadQuoted is the string option of a tag: the JSON of a scalar as a text.
func loadQuoted(inner load) load {
	return func(e *evaluation, v reflect.Value, base int32) (Value, error) {
		out, err := inner(e, v, base)
		if err == nil && out.IsSet() {
			out = TextValue(string(out.JSON()))
		}
		return out, err
	}
}

// marshalsItself tells whether values of a type, or pointers to them, make their JSON
// themselves.
func marshalsItself(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return t.Implements(marshalerType) || t.Implements(textMarshalerType) || p.Implements(marshalerType) || p.Implements(textMarshalerType)
}

// marshal gives the JSON of a value, by the methods of its pointer too.
func marshal(v reflect.Value) ([]byte, error) {
	if v.CanAddr() {
		v = v.Addr()
	}
	return wire.Marshal(v.Interface())
}

func jsonOf(v reflect.Value) (Value, error) {
	b, err := marshal(v)
	if err != nil {
		return Value{}, err
	}
	return ParseValue(b)
}

// loadJSON reads a value through its JSON.
func loadJSON(n *node) load {
	return func(e *evaluation, v reflect.Value, base int32) (Value, error) {
		b, err := marshal(v)
		if err != nil {
			return Value{}, err
		}
		return e.scan(n, string(b), base)
	}
}

// scan reads JSON text at a node.
func (e *evaluation) scan(n *node, text string, base int32) (Value, error) {
	r := reader{scanner: scanner{s: text, maxDepth: e.m.limits.Depth}, frames: &e.frames}
	err := r.begin()
	var v Value
	if err == nil {
		if n == nil {
			v, err = r.value()
		} else {
			v, err = r.fill(n, base)
		}
	}
	if err == nil {
		err = r.end()
	}
	return v, err
}

// loadDynamic reads maps and what interfaces hold.
func loadDynamic(n *node) load {
	return func(e *evaluation, v reflect.Value, base int32) (Value, error) {
		return e.loadAny(n, v.Interface(), base)
	}
}

func (e *evaluation) loadAny(n *node, v any, base int32) (Value, error) {
	switch x := v.(type) {
	case nil:
		return Value{kind: KindNull}, nil
	case string:
		return TextValue(x), nil
	case bool:
		return BoolValue(x), nil
	case json.Number:
		return numberOf(string(x))
	case map[string]any:
		return e.loadMap(n, x, base)
	case duijie.Record:
		return e.loadMap(n, x, base)
	case json.RawMessage:
		return e.scan(n, string(x), base)
	}
	b, err := wire.Marshal(v)
	if err != nil {
		return Value{}, err
	}
	return e.scan(n, string(b), base)
}

func (e *evaluation) loadMap(n *node, m map[string]any, base int32) (Value, error) {
	if m == nil {
		return Value{kind: KindNull}, nil
	}
	for i, name := range n.names {
		member, ok := m[name]
		if !ok {
			continue
		}
		kid := n.kids[i]
		v, err := e.loadAny(kid, member, base)
		if err != nil {
			return Value{}, err
		}
		if kid.slot != 0 {
			e.vals[base+kid.slot] = v
		}
	}
	if n.whole {
		b, err := wire.Marshal(m)
		if err != nil {
			return Value{}, err
		}
		return ParseValue(b)
	}
	return Value{kind: KindObject}, nil
}

// readGo loads a Go value into the frames.
func (e *evaluation) readGo(root load, v reflect.Value) error {
	base, err := e.add(e.m.head)
	if err != nil {
		return recordFault(err)
	}
	out, err := root(e, v, base)
	if err == nil && out.kind != KindObject {
		err = errNotObject
	}
	if err != nil {
		return recordFault(err)
	}
	e.vals[base] = out
	return nil
}

// recordFault makes a RecordError of what is wrong with a record as a whole.
func recordFault(err error) error {
	var bad *syntaxError
	re := &RecordError{Code: CodeInvalidJSON, Offset: -1, Err: err}
	if errors.As(err, &bad) {
		re.Line, re.Column, re.Err = bad.line, bad.col, errors.New(bad.message)
		if bad.tooLarge {
			re.Code = CodeTooLarge
		}
	}
	return re
}

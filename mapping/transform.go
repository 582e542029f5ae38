package mapping

import (
	"context"
	"reflect"
	"strings"

	"github.com/duijie-go/duijie/internal/spell"
	"github.com/duijie-go/duijie/internal/wire"
)

// Transform makes a function of m that maps values of In to values of Out; it fits
// Transform of package sync. Members are found by their json tags. A struct is
// read and written in place, without its JSON, wherever its types allow; maps, duijie.Record
// and [encoding/json.RawMessage] work too.
//
// The error is a [*SpecErrors]: a path of the spec that In does not have
// (unknown_path), a target that Out does not have (unknown_target). What is wrong with a
// record is told as by [Mapper.MapJSON]; notes are told by [WithNotes]. env may be nil.
func Transform[In, Out any](m *Mapper, env *Env) (func(ctx context.Context, in In) (Out, error), error) {
	read, mistakes := m.readerOf(reflect.TypeFor[In]())
	write, more := m.writerOf(reflect.TypeFor[Out]())
	if mistakes = append(mistakes, more...); len(mistakes) > 0 {
		return nil, &SpecErrors{Errors: mistakes}
	}
	return func(ctx context.Context, in In) (out Out, err error) {
		e := m.start(ctx, env)
		defer m.finish(e)
		if err = read(e, reflect.ValueOf(&in).Elem()); err != nil {
			return out, err
		}
		err = write(e, reflect.ValueOf(&out).Elem())
		e.tellNotes()
		if err != nil {
			var zero Out
			return zero, err
		}
		return out, nil
	}, nil
}

// isJSON tells whether values of a type are JSON text.
func isJSON(t reflect.Type) bool { return t == rawMessage || t == reflect.TypeFor[[]byte]() }

func (m *Mapper) readerOf(t reflect.Type) (func(e *evaluation, in reflect.Value) error, []*SpecError) {
	if isJSON(t) {
		return func(e *evaluation, in reflect.Value) error { return e.read(in.Bytes()) }, nil
	}
	l := loader{filled: map[*scope]map[int32]bool{}, names: map[*scope]map[string]bool{}}
	l.reach(m.head)
	root := l.compile(t, m.head, m.head.root)
	var mistakes []*SpecError
	for _, u := range m.uses {
		if u.ref.variable != noVariable || l.reaches(u.ref) {
			continue
		}
		e := &SpecError{Path: u.pointer, Field: u.field, Code: "unknown_path", Offset: u.offset, Message: t.String() + " has no " + excerpt(u.ref.path) + " in JSON"}
		if name := spell.Nearest(u.ref.rest, keysOf(l.names[u.ref.scope])); name != "" {
			e.Nearest = strings.TrimSuffix(u.ref.path, u.ref.rest) + name
		}
		mistakes = append(mistakes, e)
	}
	if m.hasFuncs { // they may ask for any member
		return func(e *evaluation, in reflect.Value) error {
			b, err := marshal(in)
			if err != nil {
				return recordFault(err)
			}
			return e.read(b)
		}, mistakes
	}
	return func(e *evaluation, in reflect.Value) error {
		if m.notes != nil {
			e.record = in.Addr().Interface()
		}
		return e.readGo(root, in)
	}, mistakes
}

// reaches tells whether a ref can ever have a value.
func (l *loader) reaches(r *ref) bool {
	filled := l.filled[r.scope]
	for _, slot := range r.slots {
		if filled[slot] {
			return true
		}
	}
	return false
}

func (m *Mapper) writerOf(t reflect.Type) (func(e *evaluation, out reflect.Value) error, []*SpecError) {
	isStruct := t.Kind() == reflect.Struct && !reflect.PointerTo(t).Implements(unmarshalerType)
	var s storer
	var store store
	if isStruct {
		store = s.compile(t, m.fields)
	}
	if !isStruct {
		return func(e *evaluation, out reflect.Value) error {
			b, err := e.write(nil)
			if err != nil {
				return err
			}
			if isJSON(t) {
				out.SetBytes(b)
				return nil
			}
			if err := wire.Unmarshal(b, out.Addr().Interface()); err != nil {
				return &RecordError{Code: CodeTypeConversion, Offset: -1, Err: err}
			}
			return nil
		}, s.mistakes
	}
	if m.rules != nil { // they look at the target's JSON, so that it is built
		fill := fillStruct(t, m.fields)
		return func(e *evaluation, out reflect.Value) error {
			b, err := e.write(e.out[:0])
			if err != nil {
				return err
			}
			e.out = b
			fill(e, out, e.target)
			if len(e.errs) > 0 {
				return e.failed()
			}
			return nil
		}, s.mistakes
	}
	return func(e *evaluation, out reflect.Value) error {
		if err := e.prepare(); err != nil {
			return err
		}
		if _, err := store(e, out); err != nil {
			return err
		}
		if len(e.errs) > 0 {
			return e.failed()
		}
		return nil
	}, s.mistakes
}

// use is a reference somewhere in the spec.
type use struct {
	ref            *ref
	pointer, field string
	offset         int
}

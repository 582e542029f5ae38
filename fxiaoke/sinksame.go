package fxiaoke

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/same"
	"github.com/duijie-go/duijie/internal/wire"
)

// likeness is how a stored value compares with one that would be written.
type likeness uint8

const (
	different      likeness = iota
	alike                   // it is the same
	alikeAsNumbers          // two texts that are one number: the same if the field holds numbers
	unsure                  // it can not be told: objects, which the platform completes with members of its own
)

// sameValue compares a stored value with one that would be written, by the kinds of
// JSON they have. The platform writes numbers as texts.
func sameValue(stored, model json.RawMessage) likeness {
	switch {
	case emptyValue(stored) || emptyValue(model):
		if emptyValue(stored) && emptyValue(model) {
			return alike
		}
		return different
	case isScalar(stored) && isScalar(model):
		return sameScalar(stored, model)
	case wire.First(stored) == '[' && wire.First(model) == '[':
		return sameList(slices.Collect(wire.Elements(stored)), slices.Collect(wire.Elements(model)))
	}
	return unsure
}

func sameList(stored, model []json.RawMessage) likeness {
	if len(stored) != len(model) {
		return different
	}
	out := alike
	for i := range stored {
		if !isScalar(stored[i]) || !isScalar(model[i]) {
			return unsure
		}
		switch sameScalar(stored[i], model[i]) {
		case different:
			return different
		case alikeAsNumbers:
			out = alikeAsNumbers
		}
	}
	return out
}

func sameScalar(stored, model json.RawMessage) likeness {
	switch {
	case same.Scalar(stored, model):
		return alike
	case wire.First(stored) == '"' && wire.First(model) == '"' && same.Number(scalar(stored), scalar(model)):
		return alikeAsNumbers
	}
	return different
}

// numberTypes are the types of fields whose texts are numbers, as describe names them.
var numberTypes = []string{"number", "currency", "percentile", "formula", "count"}

// isNumber tells whether a field holds numbers: by the type it has in the model, else by what the
// platform says of it. What the platform refuses to tell is taken for a text, whose every
// change counts: that costs an update that changes nothing.
func (s *Sink[T]) isNumber(ctx context.Context, kind reflect.Type, name string) (bool, error) {
	if numeric(kind, name) {
		return true, nil
	}
	fields, _, err := s.describe(ctx)
	if err != nil {
		return false, err
	}
	return slices.Contains(numberTypes, fields[name].Type), nil
}

var decimalType = reflect.TypeFor[duijie.Decimal]()

// numeric tells that a struct has a number where a field is.
func numeric(kind reflect.Type, name string) bool {
	if kind != nil && kind.Kind() == reflect.Pointer {
		kind = kind.Elem()
	}
	if kind == nil || kind.Kind() != reflect.Struct {
		return false
	}
	at, known := structOf(kind).byName[name]
	if !known {
		return false
	}
	t := kind.FieldByIndex(at).Type
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Float32, reflect.Float64:
		return true
	}
	return t == decimalType
}

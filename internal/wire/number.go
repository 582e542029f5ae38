package wire

import (
	"encoding/json"
	"reflect"
	"sync"
)

// anyTypes remembers which types holdsAny found what of.
var anyTypes sync.Map // reflect.Type → bool

var unmarshaler = reflect.TypeFor[json.Unmarshaler]()

// holdsAny tells whether decoding into t may fill an interface, where numbers
// would become float64 without a decoder that was told otherwise. Types that
// decode themselves look after their numbers.
func holdsAny(t reflect.Type) bool {
	if t == nil {
		return true
	}
	if known, ok := anyTypes.Load(t); ok {
		return known.(bool)
	}
	found := searchAny(t, map[reflect.Type]bool{})
	anyTypes.Store(t, found)
	return found
}

func searchAny(t reflect.Type, seen map[reflect.Type]bool) bool {
	if seen[t] {
		return false
	}
	seen[t] = true
	if t.Kind() != reflect.Pointer && t.Kind() != reflect.Interface && reflect.PointerTo(t).Implements(unmarshaler) {
		return false
	}
	switch t.Kind() {
	case reflect.Interface:
		return true
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		return searchAny(t.Elem(), seen)
	case reflect.Struct:
		for i := range t.NumField() {
			if searchAny(t.Field(i).Type, seen) {
				return true
			}
		}
	}
	return false
}

package mapping

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
)

// structField is a member of a struct by its JSON name.
type structField struct {
	name      string
	index     []int
	typ       reflect.Type
	omitEmpty bool
	omitZero  bool
	quoted    bool // the string option: scalars as texts
	tagged    bool // the name is from the tag
	readOnly  bool // it lies behind an embedded pointer that can not be set
}

// structFields lists the members a struct has in JSON, as encoding/json does: those
// of embedded structs too, and of several with one name the least deep, then the one
// whose tag names it; none where that leaves several.
func structFields(t reflect.Type) []structField {
	var all []structField
	collectFields(t, nil, false, map[reflect.Type]bool{}, &all)
	slices.SortStableFunc(all, func(a, b structField) int {
		return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(len(a.index), len(b.index)), compareBool(b.tagged, a.tagged))
	})
	var out []structField
	for i := 0; i < len(all); {
		n := i + 1
		for n < len(all) && all[n].name == all[i].name {
			n++
		}
		if n == i+1 || len(all[i].index) != len(all[i+1].index) || all[i].tagged != all[i+1].tagged {
			out = append(out, all[i])
		}
		i = n
	}
	slices.SortFunc(out, func(a, b structField) int { return slices.Compare(a.index, b.index) })
	return out
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// collectFields adds the members of t, which lies at index. around are the types it
// is embedded in, for types that embed themselves.
func collectFields(t reflect.Type, index []int, readOnly bool, around map[reflect.Type]bool, all *[]structField) {
	if around[t] {
		return
	}
	around[t] = true
	defer delete(around, t)
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" && options == "" {
			continue
		}
		at := append(slices.Clone(index), i)
		inner, pointer := f.Type, f.Type.Kind() == reflect.Pointer
		if pointer {
			inner = inner.Elem()
		}
		embedded := f.Anonymous && inner.Kind() == reflect.Struct
		if !f.IsExported() && !embedded {
			continue
		}
		if embedded && name == "" {
			collectFields(inner, at, readOnly || pointer && !f.IsExported(), around, all)
			continue
		}
		if !f.IsExported() {
			continue
		}
		opts := strings.Split(options, ",")
		sf := structField{
			name: name, index: at, typ: f.Type, omitEmpty: slices.Contains(opts, "omitempty"), omitZero: slices.Contains(opts, "omitzero"),
			quoted: slices.Contains(opts, "string") && isScalar(inner.Kind()), tagged: name != "", readOnly: readOnly,
		}
		if name == "" {
			sf.name = f.Name
		}
		*all = append(*all, sf)
	}
}

// isScalar tells whether the string option of a tag counts for a kind.
func isScalar(k reflect.Kind) bool {
	return k >= reflect.Bool && k <= reflect.Float64 || k == reflect.String
}

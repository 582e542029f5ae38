package fxiaoke

import (
	"fmt"
	"reflect"
	"strconv"
	"time"

	"github.com/duijie-go/duijie"
)

// Operator compares a field with values, spelled as the platform spells it.
type Operator string

// The operators of filters. NE, GE, LE and NOT_IN, which one page of the manual has,
// are wrong.
const (
	OpEqual      Operator = "EQ"
	OpNotEqual   Operator = "N" // empty fields match too
	OpGreater    Operator = "GT"
	OpAtLeast    Operator = "GTE"
	OpLess       Operator = "LT"
	OpAtMost     Operator = "LTE"
	OpBetween    Operator = "BETWEEN" // both ends included
	OpNotBetween Operator = "NBETWEEN"
	OpLike       Operator = "LIKE" // contains the text
	OpNotLike    Operator = "NLIKE"
	OpStartsWith Operator = "STARTWITH"
	OpEndsWith   Operator = "ENDWITH"
	OpIn         Operator = "IN"
	OpNotIn      Operator = "NIN"
	OpEmpty      Operator = "IS"
	OpNotEmpty   Operator = "ISN"
	OpHasAny     Operator = "HASANYOF"  // of a field with many options
	OpHasNone    Operator = "NHASANYOF" // the same, none of
	OpContains   Operator = "CONTAINS"  // of a list; custom objects
)

// arity is how many values an operator takes: at least and at most, -1 for any.
var arity = map[Operator][2]int{
	OpEqual: {1, 1}, OpNotEqual: {1, 1}, OpGreater: {1, 1}, OpAtLeast: {1, 1}, OpLess: {1, 1}, OpAtMost: {1, 1},
	OpBetween: {2, 2}, OpNotBetween: {2, 2}, OpLike: {1, 1}, OpNotLike: {1, 1}, OpStartsWith: {1, 1}, OpEndsWith: {1, 1},
	OpIn: {1, -1}, OpNotIn: {1, -1}, OpEmpty: {0, 1}, OpNotEmpty: {0, 1}, OpHasAny: {1, -1}, OpHasNone: {1, -1}, OpContains: {1, -1},
}

// Filter is one condition of a [Query]; all conditions of a query must hold. Values
// are texts, numbers, bools, times (sent as milliseconds since 1970), or types of these; all
// are sent as texts, as the manual does. Make one with [Where].
type Filter struct {
	Field  string   // api_name of the field
	Op     Operator // how it is compared
	Values []any    // with what; how many depends on Op
}

// Where is a condition: Where("name", OpEqual, "上海"). A single slice of values stands
// for its elements. For employees (owner, created_by) use OpIn, with FSUID_ ids in body
// mode and employee numbers in header mode.
func Where(field string, op Operator, values ...any) Filter {
	if len(values) == 1 {
		if v := reflect.ValueOf(values[0]); v.Kind() == reflect.Slice && v.Type().Elem().Kind() != reflect.Uint8 {
			values = make([]any, v.Len())
			for i := range values {
				values[i] = v.Index(i).Interface()
			}
		}
	}
	return Filter{Field: field, Op: op, Values: values}
}

// wireFilter is a filter as it is sent.
type wireFilter struct {
	Field  string   `json:"field_name"`
	Values []string `json:"field_values"`
	Op     Operator `json:"operator"`
}

func (f Filter) wire() (wireFilter, error) {
	w := wireFilter{Field: f.Field, Op: f.Op, Values: make([]string, len(f.Values))}
	n, known := arity[f.Op]
	switch {
	case f.Field == "":
		return w, fmt.Errorf("a filter names no field")
	case !known:
		return w, fmt.Errorf("filter on %s: the platform has no operator %.20q", f.Field, f.Op)
	case len(f.Values) < n[0] || n[1] >= 0 && len(f.Values) > n[1]:
		return w, fmt.Errorf("filter on %s: %s does not take %d values", f.Field, f.Op, len(f.Values))
	}
	for i, v := range f.Values {
		text, err := valueText(v)
		if err != nil {
			return w, fmt.Errorf("filter on %s: %w", f.Field, err)
		}
		w.Values[i] = text
	}
	return w, nil
}

// valueText is a value as text.
func valueText(v any) (string, error) {
	switch x := v.(type) {
	case string:
		return x, nil
	case time.Time:
		return strconv.FormatInt(x.UnixMilli(), 10), nil
	case Time:
		return strconv.FormatInt(x.UnixMilli(), 10), nil
	case duijie.Time:
		return strconv.FormatInt(x.Time.UnixMilli(), 10), nil
	case duijie.Decimal:
		return x.String(), x.Err()
	case fmt.Stringer:
		return x.String(), nil
	}
	rv := reflect.ValueOf(v)
	switch rv.Kind() {
	case reflect.String:
		return rv.String(), nil
	case reflect.Bool:
		return strconv.FormatBool(rv.Bool()), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.FormatInt(rv.Int(), 10), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return strconv.FormatUint(rv.Uint(), 10), nil
	}
	return "", fmt.Errorf("a %T can not be compared with: give a text, whole number, bool, time or duijie.Decimal", v)
}

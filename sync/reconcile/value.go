package reconcile

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
)

// ValueType says what a [Value] is.
type ValueType uint8

// The types of values.
const (
	TypeAbsent ValueType = iota // the row has no such field
	TypeNull                    // the field is there and empty: null
	TypeBool
	TypeText
	TypeNumber // exact
	TypeTime   // an instant
	typeInvalid
)

var typeNames = [...]string{"absent", "null", "bool", "text", "number", "time", "invalid"}

// String names the type.
func (t ValueType) String() string {
	if int(t) < len(typeNames) {
		return typeNames[t]
	}
	return "invalid"
}

// Value is one field of a [Row]: text, an exact number, an instant, true or
// false, null, or absent, which is the zero Value. Whether two values agree is
// for a [Field] to say; == tells two ways to write a number apart.
type Value struct {
	typ  ValueType
	text string // of a text, the literal of a number, "true" or "false"
	at   time.Time
}

// Text is a text; the empty one is not null.
func Text(s string) Value { return Value{typ: TypeText, text: s} }

// Number is an exact number; an unset Decimal is null. A row with an invalid
// Decimal, see duijie.Decimal.Err, is undecodable.
func Number(d duijie.Decimal) Value {
	switch {
	case d.Err() != nil:
		return Value{typ: typeInvalid, text: d.Err().Error()}
	case !d.IsSet():
		return Null()
	}
	lit := d.String()
	if _, err := duijie.ParseDecimal(lit); err != nil {
		lit = d.Canonical() // longer than literals are read: equal numbers have the same text
	}
	return Value{typ: TypeNumber, text: lit}
}

// Int is a whole number.
func Int(n int64) Value { return Value{typ: TypeNumber, text: strconv.FormatInt(n, 10)} }

// Time is an instant; the zero time is null.
func Time(t time.Time) Value {
	if t.IsZero() {
		return Null()
	}
	return Value{typ: TypeTime, at: t.Round(0)}
}

// Bool is true or false.
func Bool(b bool) Value { return Value{typ: TypeBool, text: strconv.FormatBool(b)} }

// Null is the empty value of a field that is there.
func Null() Value { return Value{typ: TypeNull} }

// ValueOf returns the value of what JSON decodes to, and of the types of this
// library: nil, text, json.Number, bool, integers, time.Time, duijie.Time,
// duijie.Decimal; of anything else, the value of its JSON. Objects and lists become
// the text of their JSON, members sorted. A float64 has lost its decimals already and
// is taken as the shortest number that reads back as it. What has no JSON makes its
// row undecodable.
func ValueOf(v any) Value {
	switch x := v.(type) {
	case nil:
		return Null()
	case Value:
		return x
	case string:
		return Text(x)
	case bool:
		return Bool(x)
	case json.Number:
		d, err := duijie.ParseDecimal(x.String())
		if err != nil {
			return Value{typ: typeInvalid, text: err.Error()}
		}
		return Number(d)
	case int:
		return Int(int64(x))
	case int32:
		return Int(int64(x))
	case int64:
		return Int(x)
	case duijie.Decimal:
		return Number(x)
	case time.Time:
		return Time(x)
	case duijie.Time:
		return Time(x.Time)
	case float64:
		return ValueOf(json.Number(strconv.FormatFloat(x, 'g', -1, 64)))
	}
	return valueOfJSON(v)
}

// valueOfJSON takes the way over JSON: for named types, pointers and types that
// encode themselves.
func valueOfJSON(v any) Value {
	var x any
	b, err := json.Marshal(v)
	if err == nil {
		dec := json.NewDecoder(bytes.NewReader(b))
		dec.UseNumber()
		err = dec.Decode(&x)
	}
	switch x.(type) {
	case map[string]any, []any:
		var text bytes.Buffer
		enc := json.NewEncoder(&text) // members sorted
		enc.SetEscapeHTML(false)
		if err = enc.Encode(x); err == nil {
			return Text(strings.TrimSuffix(text.String(), "\n"))
		}
	}
	if err != nil {
		return Value{typ: typeInvalid, text: err.Error()}
	}
	return ValueOf(x)
}

// Values picks the members at paths out of a record, as the fields of a [Row]:
// see duijie.Record.Get for the paths.
func Values(rec duijie.Record, paths ...string) []Value {
	vs := make([]Value, len(paths))
	for i, p := range paths {
		if v, ok := rec.Get(p); ok {
			vs[i] = ValueOf(v)
		}
	}
	return vs
}

// Type says what v is.
func (v Value) Type() ValueType { return v.typ }

// IsZero reports whether v is absent, so omitzero of encoding/json leaves it out.
func (v Value) IsZero() bool { return v.typ == TypeAbsent }

// String returns a text as it is, a number's literal, an instant in RFC 3339,
// true or false; null and absent are empty.
func (v Value) String() string {
	if v.typ == TypeTime {
		return v.at.Format(time.RFC3339Nano)
	}
	return v.text
}

// Time returns the instant of a value of TypeTime, else the zero time.
func (v Value) Time() time.Time { return v.at }

// Decimal returns the number v is, or the one its text holds, blanks around it
// aside. Null, absent and empty ones are unset; false where there is no number.
func (v Value) Decimal() (duijie.Decimal, bool) {
	switch v.typ {
	case TypeAbsent, TypeNull:
		return duijie.Decimal{}, true
	case TypeText, TypeNumber:
		s := strings.TrimSpace(v.text)
		if s == "" {
			return duijie.Decimal{}, true
		}
		d, err := duijie.ParseDecimal(s)
		return d, err == nil
	}
	return duijie.Decimal{}, false
}

// MarshalJSON writes a number as a JSON number with all its digits, an instant
// as text in RFC 3339, null and absent as null.
func (v Value) MarshalJSON() ([]byte, error) {
	switch v.typ {
	case TypeAbsent, TypeNull:
		return []byte("null"), nil
	case TypeBool:
		return []byte(v.text), nil
	case TypeNumber:
		if d, err := duijie.ParseDecimal(v.text); err == nil {
			return d.MarshalJSON()
		}
		return []byte(v.text), nil // canonical, see Number
	}
	return json.Marshal(v.String())
}

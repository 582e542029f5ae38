package mapping

import (
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/duijie-go/duijie"
)

// Kind is the JSON kind of a [Value].
type Kind uint8

// The kinds of values.
const (
	KindMissing Kind = iota // there is no such member
	KindNull                // null
	KindBool                // true or false
	KindNumber              // a number, with the digits of its source
	KindText                // a text
	KindArray               // a list
	KindObject              // an object

	kindInArray // the path meets an array; not seen by users
)

// String is the kind's name in messages.
func (k Kind) String() string {
	names := [...]string{"nothing", "null", "a bool", "a number", "a text", "an array", "an object", "a path into an array"}
	return names[k]
}

// form tells what Value.s of a text is.
type form uint8

const (
	formDecoded form = iota // the text itself
	formPlain               // a JSON text without escapes, with its quotes
	formEscaped             // a JSON text with escapes, with its quotes
)

// Value is one JSON value as it stands in a record. Reading it decodes no more
// than is asked for, and numbers keep their digits. The zero Value is missing.
type Value struct {
	s     string // the JSON literal; of a text see form
	first int32  // of an array with rows: the frame of the first row
	n     int32  // of an array with rows: how many
	kind  Kind
	form  form
}

// ParseValue checks b, one JSON value, and returns it. The error gives line and
// column.
func ParseValue(b []byte) (Value, error) {
	s := scanner{s: string(b), maxDepth: defaultDepth}
	v, err := s.document()
	if err != nil {
		return Value{}, err
	}
	return v, nil
}

// TextValue returns s as a value.
func TextValue(s string) Value { return Value{s: s, kind: KindText} }

// BoolValue returns b as a value.
func BoolValue(b bool) Value {
	if b {
		return Value{s: "true", kind: KindBool}
	}
	return Value{s: "false", kind: KindBool}
}

// numberValue returns a JSON number literal as a value.
func numberValue(literal string) Value { return Value{s: literal, kind: KindNumber} }

// Kind returns the JSON kind.
func (v Value) Kind() Kind {
	if v.kind == kindInArray {
		return KindMissing
	}
	return v.kind
}

// IsSet tells whether there is a value that is not null.
func (v Value) IsSet() bool { return v.kind > KindNull && v.kind != kindInArray }

// Text returns the value as text: a text decoded, a number with its digits, true
// or false; an array or object as JSON; "" for missing and null.
func (v Value) Text() string {
	switch v.kind {
	case KindMissing, KindNull, kindInArray:
		return ""
	case KindText:
		switch v.form {
		case formPlain:
			return v.s[1 : len(v.s)-1]
		case formEscaped:
			return unquote(v.s)
		}
	}
	return v.s
}

// Decimal returns a number, or a text that is one, exactly. Missing, null and ""
// give the unset Decimal.
func (v Value) Decimal() (duijie.Decimal, error) {
	switch v.kind {
	case KindMissing, KindNull:
		return duijie.Decimal{}, nil
	case KindNumber, KindText:
		t := strings.TrimSpace(v.Text())
		if t == "" {
			return duijie.Decimal{}, nil
		}
		return duijie.ParseDecimal(t)
	}
	return duijie.Decimal{}, fmt.Errorf("want a number, found %s", v.kind)
}

// AppendJSON appends the value as JSON, as it stood; null for a missing one.
func (v Value) AppendJSON(dst []byte) []byte {
	switch v.kind {
	case KindMissing, KindNull, kindInArray:
		return append(dst, "null"...)
	case KindText:
		if v.form == formDecoded {
			return appendQuoted(dst, v.s)
		}
	}
	return append(dst, v.s...)
}

// JSON returns the value as JSON; null for a missing one.
func (v Value) JSON() []byte { return v.AppendJSON(nil) }

// Get follows a dotted path of member names. A member whose own name holds the
// dots wins over a nested one, and of members of the same name the last. The
// result is missing where the path does not lead through objects.
func (v Value) Get(path string) Value {
	if v.kind != KindObject {
		return Value{}
	}
	if whole := v.member(path); whole.kind != KindMissing {
		return whole
	}
	head, rest, nested := strings.Cut(path, ".")
	if !nested {
		return Value{}
	}
	return v.member(head).Get(rest)
}

// Member returns the member of that name, taken literally.
func (v Value) Member(name string) Value {
	if v.kind != KindObject {
		return Value{}
	}
	return v.member(name)
}

func (v Value) member(name string) Value {
	var found Value
	for key, m := range v.Members() {
		if key == name {
			found = m
		}
	}
	return found
}

// Members yields the members of an object in its order, duplicates included; none
// of what is no object.
func (v Value) Members() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		v.members(func(name string, _ int, m Value) bool { return yield(name, m) })
	}
}

// members is Members with where each value begins in v.
func (v Value) members(yield func(name string, at int, m Value) bool) {
	if v.kind != KindObject {
		return
	}
	s := scanner{s: v.s, i: 1, maxDepth: anyDepth}
	for s.blank() == '"' {
		key, plain, err := s.text()
		if err != nil {
			return
		}
		s.blank()
		s.i++ // the colon
		s.blank()
		at := s.i
		m, err := s.value()
		if err != nil || !yield(keyText(key, plain), at, m) {
			return
		}
		if s.blank() != ',' {
			return
		}
		s.i++
		s.blank()
	}
}

// Elements yields the elements of an array; none of what is no array.
func (v Value) Elements() iter.Seq[Value] {
	return func(yield func(Value) bool) {
		v.elements(func(_ int, e Value) bool { return yield(e) })
	}
}

// elements is Elements with where each value begins in v.
func (v Value) elements(yield func(at int, e Value) bool) {
	if v.kind != KindArray {
		return
	}
	s := scanner{s: v.s, i: 1, maxDepth: anyDepth}
	for c := s.blank(); c != ']' && c != 0; c = s.blank() {
		at := s.i
		e, err := s.value()
		if err != nil || !yield(at, e) {
			return
		}
		if s.blank() != ',' {
			return
		}
		s.i++
	}
}

// each walks path from v through objects and arrays and yields every value found
// at its end, one per row; a row without the member yields a missing value.
func (v Value) each(path string, yield func(Value) bool) bool {
	switch {
	case v.kind == KindArray:
		for e := range v.Elements() {
			if !e.each(path, yield) {
				return false
			}
		}
		return true
	case path == "":
		return yield(v)
	case v.kind != KindObject:
		return yield(Value{})
	}
	if whole := v.member(path); whole.kind != KindMissing {
		return whole.each("", yield)
	}
	head, rest, nested := strings.Cut(path, ".")
	if !nested {
		return yield(Value{})
	}
	return v.member(head).each(rest, yield)
}

var errNotObject = errors.New("the record is not a JSON object")

// Package wire is the only place that decodes and encodes JSON for the
// platforms: numbers exact, mixed types tolerated where contracts say so, no
// HTML escapes. encoding/json/v2 can take over here without touching a client.
package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"sync"
)

// Unmarshal decodes b into v; numbers in any are json.Number. Text after the
// value is an error.
func Unmarshal(b []byte, v any) error {
	if !holdsAny(reflect.TypeOf(v)) {
		return json.Unmarshal(b, v) // the same, without a decoder's buffers
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	if err := dec.Decode(v); err != nil {
		return err
	}
	if First(b[dec.InputOffset():]) != 0 {
		return errors.New("text after the JSON value")
	}
	return nil
}

// Marshal encodes v without turning <, > and & into escapes, which some
// platforms store literally and some signatures trip over.
func Marshal(v any) ([]byte, error) {
	e := encoders.Get().(*encoder)
	e.buf.Reset()
	err := e.enc.Encode(v)
	var out []byte
	if err == nil {
		out = bytes.Clone(bytes.TrimSuffix(e.buf.Bytes(), []byte("\n")))
	}
	if e.buf.Cap() <= maxPooled {
		encoders.Put(e)
	}
	return out, err
}

// encoder is a JSON encoder with its buffer, kept for the next value.
type encoder struct {
	buf bytes.Buffer
	enc *json.Encoder
}

const maxPooled = 1 << 20

var encoders = sync.Pool{New: func() any {
	e := &encoder{}
	e.enc = json.NewEncoder(&e.buf)
	e.enc.SetEscapeHTML(false)
	return e
}}

// First returns the first byte of b that is not white space, 0 for none.
func First(b []byte) byte {
	b = bytes.TrimLeft(b, " \t\r\n\xef\xbb\xbf")
	if len(b) == 0 {
		return 0
	}
	return b[0]
}

// Excerpt is the beginning of an answer for an error message.
func Excerpt(b []byte) string {
	const limit = 120
	b = bytes.ToValidUTF8(bytes.TrimSpace(b), []byte("?"))
	if len(b) > limit {
		return string(bytes.ToValidUTF8(b[:limit], nil)) + "…"
	}
	return string(b)
}

// Text decodes a JSON text, number or bool into its text; null gives "".
type Text string

// UnmarshalJSON accepts any scalar.
func (t *Text) UnmarshalJSON(b []byte) error {
	switch {
	case len(b) == 0 || string(b) == "null":
		*t = ""
	case b[0] == '"':
		if plainText(b) {
			*t = Text(b[1 : len(b)-1])
			return nil
		}
		return json.Unmarshal(b, (*string)(t))
	case b[0] == '{' || b[0] == '[':
		return fmt.Errorf("want a text or number, found %s", Excerpt(b))
	default:
		*t = Text(b)
	}
	return nil
}

// Int decodes a whole number from a JSON number, text or bool; null and ""
// give 0.
type Int int64

// UnmarshalJSON accepts 12, "12", 12.0, true.
func (i *Int) UnmarshalJSON(b []byte) error {
	if n, ok := smallInt(b); ok {
		*i = Int(n)
		return nil
	}
	var t Text
	if err := t.UnmarshalJSON(b); err != nil {
		return err
	}
	switch t {
	case "", "false":
		*i = 0
		return nil
	case "true":
		*i = 1
		return nil
	}
	n, err := parseInt(string(t))
	*i = Int(n)
	return err
}

// Bool decodes true, 1, "1", "true" and their opposites; null and "" are false.
type Bool bool

// UnmarshalJSON accepts a bool, 0 and 1, or either as text.
func (v *Bool) UnmarshalJSON(b []byte) error {
	switch string(b) { // without a copy
	case "true":
		*v = true
		return nil
	case "false":
		*v = false
		return nil
	}
	var t Text
	if err := t.UnmarshalJSON(b); err != nil {
		return err
	}
	switch t {
	case "", "0", "false", "False", "FALSE":
		*v = false
	case "1", "true", "True", "TRUE":
		*v = true
	default:
		return fmt.Errorf("want true or false, found %s", Excerpt(b))
	}
	return nil
}

// Package same tells whether a value a target stores is the value a record holds.
//
// Platforms answer with other literals than they were sent: a number as text, 1 for
// true, 12.5000 for 12.5. Taking too much for equal skips a real change; taking too
// little costs one update that changes nothing. So the kind of the two JSON values
// decides, and text is text: "1.10" and "1.1" are two texts, as "007" and "7" are,
// unless the caller knows the field to be a number and asks [Number].
package same

import (
	"encoding/json"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// Scalar compares two JSON scalars, in either order:
//
//   - numbers by value: 1.10 equals 1.1;
//   - texts byte for byte;
//   - a number and a text by value, if the text is a plain number as [Plain] says;
//   - true and false also with 1 and 0, as a number or as text, and with their names
//     as text;
//   - null with null alone: whether an absent value equals an empty one is the
//     platform's matter.
//
// A value that is no scalar, or no JSON, equals nothing.
func Scalar(a, b json.RawMessage) bool {
	ka, kb := kindOf(a), kindOf(b)
	switch {
	case ka == other || kb == other:
		return false
	case ka == null || kb == null:
		return ka == kb
	case ka == boolean || kb == boolean:
		x, okX := truth(a, ka)
		y, okY := truth(b, kb)
		return okX && okY && x == y
	case ka == text && kb == text:
		return textOf(a) == textOf(b)
	}
	return Number(literal(a, ka), literal(b, kb))
}

// Number compares the texts of two numbers by value: "1.10" equals "1.1". Equal
// texts are equal even if they are no numbers; otherwise both must be [Plain].
func Number(a, b string) bool {
	if a == b {
		return true
	}
	if !Plain(a) || !Plain(b) {
		return false
	}
	x, errX := duijie.ParseDecimal(a)
	y, errY := duijie.ParseDecimal(b)
	return errX == nil && errY == nil && x.Equal(y)
}

// Plain tells a number from a code that looks like one: digits with at most one
// point and a minus sign. 007, 1E2, +1 and " 1" may be names, so they are not plain.
func Plain(s string) bool {
	digits := strings.TrimPrefix(s, "-")
	whole, decimals, point := strings.Cut(digits, ".")
	return whole != "" && onlyDigits(whole) && (len(whole) == 1 || whole[0] != '0') &&
		(!point || decimals != "" && onlyDigits(decimals))
}

func onlyDigits(s string) bool { return strings.Trim(s, "0123456789") == "" }

type kind uint8

const (
	other kind = iota
	null
	boolean
	number
	text
)

func kindOf(v json.RawMessage) kind {
	switch c := wire.First(v); {
	case !json.Valid(v):
		return other
	case c == 'n':
		return null
	case c == 't', c == 'f':
		return boolean
	case c == '"':
		return text
	case c == '-', c >= '0' && c <= '9':
		return number
	}
	return other
}

func textOf(v json.RawMessage) string {
	var s string
	if json.Unmarshal(v, &s) != nil {
		return ""
	}
	return s
}

// literal is a number as a text holds it or as JSON writes it; JSON may use an exponent.
func literal(v json.RawMessage, k kind) string {
	if k == text {
		return textOf(v)
	}
	s := strings.TrimSpace(string(v))
	if d, err := duijie.ParseDecimal(s); err == nil {
		return d.Canonical()
	}
	return s
}

func truth(v json.RawMessage, k kind) (yes, ok bool) {
	switch s := literal(v, k); {
	case s == "true", s == "1" && k != boolean:
		return true, true
	case s == "false", s == "0" && k != boolean:
		return false, true
	}
	return false, false
}

package jdy

import (
	"encoding/json"
	"strings"

	"github.com/duijie-go/duijie"
)

// Number is a number a save sends as a JSON number, where the documentation
// says number. Unset it is left out by the omitzero option of its JSON tag; 0 is
// sent.
type Number struct{ duijie.Decimal }

// NumberText is a number a save sends as a JSON text, where the documentation
// says string: the platform refuses a JSON number there. Unset it is left out by the
// omitzero option of its JSON tag; 0 is sent.
type NumberText struct{ duijie.Decimal }

// NumberOf is d as a JSON number.
func NumberOf(d duijie.Decimal) Number { return Number{d} }

// TextOf is d as a JSON text.
func TextOf(d duijie.Decimal) NumberText { return NumberText{d} }

// IsZero tells whether the number is unset; 0 is not.
func (n Number) IsZero() bool { return !n.IsSet() }

// IsZero tells whether the number is unset; 0 is not.
func (n NumberText) IsZero() bool { return !n.IsSet() }

// plain is a number without an exponent, its zeros kept.
func plain(d duijie.Decimal) (string, error) {
	if err := d.Err(); err != nil {
		return "", err
	}
	text := d.String()
	if strings.ContainsAny(text, "eE+") {
		text = d.Canonical()
	}
	return text, nil
}

// MarshalJSON writes a JSON number in plain notation, null when unset.
func (n Number) MarshalJSON() ([]byte, error) {
	text, err := plain(n.Decimal)
	if err != nil || !n.IsSet() {
		return []byte("null"), err
	}
	d, err := duijie.ParseDecimal(text)
	if err != nil {
		return nil, err
	}
	return d.Unquoted().MarshalJSON()
}

// MarshalJSON writes a JSON text in plain notation, "" when unset.
func (n NumberText) MarshalJSON() ([]byte, error) {
	text, err := plain(n.Decimal)
	if err != nil || !n.IsSet() {
		return []byte(`""`), err
	}
	return json.Marshal(text)
}

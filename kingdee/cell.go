package kingdee

import (
	"encoding/json"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// Cell is one value of a query row, as it came: a JSON text, number, bool or
// null.
type Cell json.RawMessage

// UnmarshalJSON keeps the value.
func (c *Cell) UnmarshalJSON(raw []byte) error {
	*c = append((*c)[:0], raw...)
	return nil
}

// MarshalJSON writes the value as it came.
func (c Cell) MarshalJSON() ([]byte, error) {
	if len(c) == 0 {
		return []byte("null"), nil
	}
	return c, nil
}

// IsBlank tells whether there is nothing in it: null, "" or blanks only, which
// all mean the same to the platform.
func (c Cell) IsBlank() bool { return strings.TrimSpace(c.Text()) == "" }

// Text is the value as text: a number as its literal, "" for null. A text of
// blanks only is "".
func (c Cell) Text() string {
	var t wire.Text
	if t.UnmarshalJSON(c) != nil {
		return string(c)
	}
	if strings.TrimSpace(string(t)) == "" {
		return ""
	}
	return string(t)
}

// Int is the value as a whole number; blank gives 0.
func (c Cell) Int() (int64, error) {
	if c.IsBlank() {
		return 0, nil
	}
	var i wire.Int
	err := i.UnmarshalJSON(c)
	return int64(i), err
}

// Bool is the value as a bool: true, 1 and "1" are true; blank is false.
func (c Cell) Bool() (bool, error) {
	if c.IsBlank() {
		return false, nil
	}
	var b wire.Bool
	err := b.UnmarshalJSON(c)
	return bool(b), err
}

// Decimal is the value as an exact number; blank is unset.
func (c Cell) Decimal() (duijie.Decimal, error) {
	var d duijie.Decimal
	if c.IsBlank() {
		return d, nil
	}
	err := d.UnmarshalJSON(c)
	return d, err
}

// Time is the value as a time in China's zone, which the server does not
// write; blank is unset.
func (c Cell) Time() (duijie.Time, error) {
	var t duijie.Time
	if c.IsBlank() {
		return t, nil
	}
	err := t.UnmarshalJSON(c)
	return t, err
}

// Grouped is [Cell.Decimal] for cells of reports, which write 34,579.99; see
// duijie.ParseDecimalGrouped.
func (c Cell) Grouped() (duijie.Decimal, error) {
	if c.IsBlank() {
		return duijie.Decimal{}, nil
	}
	return duijie.ParseDecimalGrouped(strings.TrimSpace(c.Text()))
}

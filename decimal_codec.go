package duijie

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
)

// MarshalJSON writes the literal the way it was read: as text if it was text
// (or after Quoted), as a number otherwise. Unset is null, or "" if it was
// read from an empty text. An invalid Decimal is an error.
func (d Decimal) MarshalJSON() ([]byte, error) {
	if err := d.Err(); err != nil {
		return nil, err
	}
	text := d.flags&decimalText != 0
	if !text && !d.IsSet() {
		return []byte("null"), nil
	}
	b := make([]byte, 0, 24)
	if !text {
		if d.flags&decimalJSONNumber != 0 {
			return append(b, d.lit...), nil
		}
		return d.appendPlain(b), nil
	}
	b = append(b, '"')
	if d.flags&decimalLead != 0 {
		b = append(b, ' ')
	}
	if d.IsSet() {
		b = d.appendLiteral(b)
	}
	if d.flags&decimalTrail != 0 {
		b = append(b, ' ')
	}
	return append(b, '"'), nil
}

// UnmarshalJSON reads a JSON number, a text holding one (with at most one
// blank on either side), or null or an empty text, which are unset. Anything
// else is an error that says what was found: true, an object, "NaN", "0x1F".
func (d *Decimal) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		*d = Decimal{}
		return nil
	}
	if len(data) == 0 || data[0] != '"' {
		n, err := decimalFromJSONNumber(data)
		if err != nil {
			return err
		}
		*d = n
		return nil
	}
	text, err := literalFromJSON(data)
	if err != nil {
		return err
	}
	n, err := decimalFromText(text)
	if err != nil {
		return err
	}
	n.flags |= decimalText
	*d = n
	return nil
}

// decimalFromJSONNumber reads data, which is neither null nor text.
func decimalFromJSONNumber(data []byte) (Decimal, error) {
	kind := "nothing"
	if len(data) > 0 {
		switch c := data[0]; {
		case c == '{':
			kind = "an object"
		case c == '[':
			kind = "an array"
		case c == 't' || c == 'f':
			kind = "a boolean"
		case c == '-' || c >= '0' && c <= '9':
			n, err := scanDecimal(data)
			if err == nil && n.lit != "" && n.flags&decimalJSONNumber == 0 {
				err = decimalSyntaxError(string(data))
			}
			return n, err
		default:
			kind = "no JSON value"
		}
	}
	return Decimal{}, fmt.Errorf("duijie: want a decimal number, found %s: %s", kind, literalExcerpt(string(data)))
}

// literalFromJSON returns the content of a JSON text.
func literalFromJSON(data []byte) ([]byte, error) {
	plain := len(data) >= 2 && data[len(data)-1] == '"'
	for i := 1; plain && i < len(data)-1; i++ {
		plain = data[i] != '\\' && data[i] != '"' && data[i] >= ' ' && data[i] < 0x7f
	}
	if plain {
		return data[1 : len(data)-1], nil
	}
	var s string
	if err := json.Unmarshal(data, &s); err != nil {
		return nil, fmt.Errorf("duijie: %q is not a JSON text: %w", literalExcerpt(string(data)), err)
	}
	return []byte(s), nil
}

// decimalFromText reads a text that may be empty or carry a blank on either
// side, and remembers the blanks for marshaling.
func decimalFromText(text []byte) (Decimal, error) {
	flags := decimalFlags(0)
	if len(text) > 0 && text[0] == ' ' {
		text, flags = text[1:], flags|decimalLead
	}
	if n := len(text); n > 0 && text[n-1] == ' ' {
		text, flags = text[:n-1], flags|decimalTrail
	}
	if len(text) == 0 {
		return Decimal{flags: flags}, nil
	}
	d, err := scanDecimal(text)
	if err != nil {
		return Decimal{}, err
	}
	d.flags |= flags
	return d, nil
}

// AppendText appends the literal as MarshalText returns it.
func (d Decimal) AppendText(b []byte) ([]byte, error) {
	if err := d.Err(); err != nil {
		return b, err
	}
	if !d.IsSet() {
		return b, nil
	}
	return d.appendLiteral(b), nil
}

// MarshalText returns the literal, and an empty text for unset. An invalid
// Decimal is an error.
func (d Decimal) MarshalText() ([]byte, error) { return d.AppendText(nil) }

// UnmarshalText reads what UnmarshalJSON reads inside a text; an empty text
// is unset. The value marshals to JSON as a number, like one that ParseDecimal
// returns.
func (d *Decimal) UnmarshalText(text []byte) error {
	n, err := decimalFromText(text)
	if err != nil {
		return err
	}
	*d = n.Unquoted()
	return nil
}

// Value implements driver.Valuer: the literal as a string, and NULL for
// unset. An invalid Decimal is an error.
func (d Decimal) Value() (driver.Value, error) {
	if err := d.Err(); err != nil {
		return nil, err
	}
	if !d.IsSet() {
		return nil, nil
	}
	return d.String(), nil
}

// Scan implements sql.Scanner for text and integer columns; NULL is unset. It
// refuses float64, which has lost the decimal already: read such a column as
// text (CAST in the query) or declare it DECIMAL.
func (d *Decimal) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*d = Decimal{}
		return nil
	case int64:
		*d = DecimalFromInt(v)
		return nil
	case string:
		return d.UnmarshalText([]byte(v))
	case []byte:
		return d.UnmarshalText(v)
	default:
		return fmt.Errorf("duijie: cannot scan %T into a decimal", src)
	}
}

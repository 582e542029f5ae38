package duijie

import (
	"encoding/json"
	"fmt"
	"time"
)

// MarshalJSON writes t exactly as it was read, or in its form if it is a new
// value. Unset is null unless it was read from something else. A year before
// 0 or after 9999 is an error in the forms that are not epochs.
func (t Time) MarshalJSON() ([]byte, error) {
	if t.asRead() {
		return []byte(t.raw), nil
	}
	if t.IsZero() {
		return []byte("null"), nil
	}
	if err := t.writable(); err != nil {
		return nil, err
	}
	b := make([]byte, 0, 40)
	if t.form == FormMillis || t.form == FormSeconds {
		return t.appendForm(b), nil
	}
	b = append(b, '"')
	b = t.appendForm(b)
	return append(b, '"'), nil
}

// writable reports why t has no text.
func (t Time) writable() error {
	if t.form > FormSecondsText {
		return fmt.Errorf("%w %d", errTimeForm, t.form)
	}
	if int(t.form) >= len(timeLayouts) {
		return nil
	}
	if year := t.Time.In(t.zone()).Year(); year < 0 || year > 9999 {
		return fmt.Errorf("duijie: year %d does not fit a time text", year)
	}
	return nil
}

// UnmarshalJSON reads a text in any form ParseTime reads, an epoch as a
// number, or null, which is unset. A text may have one blank on either side;
// a blank alone is unset. Anything else is an error that names what was found
// and the forms.
func (t *Time) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		*t = Time{}
		return nil
	}
	if n, ok := timeCommon(data); ok {
		*t = n
		return nil
	}
	if len(data) == 0 || data[0] != '"' {
		n, ok := parseEpoch(string(data))
		if !ok {
			return timeError(string(data))
		}
		*t = n.read(string(data))
		return nil
	}
	var text string
	if b, ok := timePlainText(data); ok {
		text = string(b)
	} else if err := json.Unmarshal(data, &text); err != nil {
		return fmt.Errorf("duijie: %q is not a JSON text: %w", literalExcerpt(string(data)), err)
	}
	n, ok := parseTimeText(timeTrim(text), China)
	if !ok {
		return timeError(text)
	}
	*t = n.read(string(data))
	return nil
}

// timeCommon reads the two tokens platforms send by the thousand without
// keeping a copy: they are written back from the value alone.
func timeCommon(data []byte) (Time, bool) {
	if string(data) == `""` {
		return Time{}.read(`""`), true
	}
	// "2006-01-02 15:04:05" in quotes
	if len(data) != 21 || data[5] != '-' || data[8] != '-' || data[11] != ' ' || data[14] != ':' || data[17] != ':' || data[20] != '"' || data[0] != '"' {
		return Time{}, false
	}
	ok := true
	digits := func(from, to int) (n int) {
		for _, c := range data[from:to] {
			ok = ok && c >= '0' && c <= '9'
			n = n*10 + int(c-'0')
		}
		return n
	}
	year, month, day := digits(1, 5), digits(6, 8), digits(9, 11)
	hour, minute, second := digits(12, 14), digits(15, 17), digits(18, 20)
	if !ok || year == 0 || month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59 {
		return Time{}, false
	}
	at := time.Date(year, time.Month(month), day, hour, minute, second, 0, China)
	if at.IsZero() || at.Day() != day {
		return Time{}, false
	}
	return Time{Time: at}, true
}

// read attaches the token t was read from.
func (t Time) read(raw string) Time {
	t.raw, t.sec, t.nsec = raw, t.Time.Unix(), t.Time.Nanosecond()
	return t
}

// literal returns the content of raw without quotes, escapes and blanks.
func (t Time) literal() string {
	raw := t.raw
	if raw[0] != '"' {
		return raw
	}
	if b, ok := timePlainText([]byte(raw)); ok {
		return timeTrim(string(b))
	}
	var text string
	_ = json.Unmarshal([]byte(raw), &text) // it was read once already
	return timeTrim(text)
}

// timePlainText returns the content of a JSON text without escapes.
func timePlainText(data []byte) ([]byte, bool) {
	if len(data) < 2 || data[len(data)-1] != '"' {
		return nil, false
	}
	data = data[1 : len(data)-1]
	for _, c := range data {
		if c == '\\' || c == '"' || c < ' ' || c >= 0x7f {
			return nil, false
		}
	}
	return data, true
}

// timeTrim removes one blank on either side.
func timeTrim(s string) string {
	if s != "" && s[0] == ' ' {
		s = s[1:]
	}
	if n := len(s); n > 0 && s[n-1] == ' ' {
		s = s[:n-1]
	}
	return s
}

// MarshalText returns what String returns, with the errors of MarshalJSON.
func (t Time) MarshalText() ([]byte, error) {
	if !t.asRead() && !t.IsZero() {
		if err := t.writable(); err != nil {
			return nil, err
		}
	}
	return []byte(t.String()), nil
}

// UnmarshalText reads what ParseTime reads.
func (t *Time) UnmarshalText(text []byte) error {
	n, err := ParseTime(string(text))
	if err != nil {
		return err
	}
	*t = n
	return nil
}

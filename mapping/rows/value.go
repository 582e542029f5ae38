package rows

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
)

// number reads a text that is a plain number: digits, a sign, one point.
func number(s string) (duijie.Decimal, bool) {
	if s == "" || strings.Trim(s, "+-.0123456789") != "" {
		return duijie.Decimal{}, false
	}
	d, err := duijie.ParseDecimal(s)
	return d, err == nil
}

// plain is a scalar as text for comparing: a JSON number without its exponent.
func plain(v json.RawMessage) string {
	s := text(v)
	if isText(v) || !strings.ContainsAny(s, "eE") {
		return s
	}
	if d, err := duijie.ParseDecimal(s); err == nil {
		return d.Canonical()
	}
	return s
}

// compare orders two texts: as numbers where both are, else byte by byte.
func compare(a, b string) int {
	x, okX := number(a)
	y, okY := number(b)
	if okX && okY {
		return x.Cmp(y)
	}
	return strings.Compare(a, b)
}

// moment reads a time: Unix seconds of at most 11 digits, milliseconds of 12 to 14, or
// a text of date and time, with or without seconds, zone or offset.
func moment(s string, zone *time.Location) (time.Time, bool) {
	if s == "" {
		return time.Time{}, false
	}
	if digits := strings.TrimPrefix(s, "-"); digits != "" && strings.Trim(digits, "0123456789") == "" {
		if len(digits) > 14 || isDateOfDigits(digits) {
			return time.Time{}, false
		}
		var n int64
		for _, c := range digits {
			n = n*10 + int64(c-'0')
		}
		if s[0] == '-' {
			n = -n
		}
		if len(digits) > 11 {
			return time.UnixMilli(n).In(zone), true
		}
		return time.Unix(n, 0).In(zone), true
	}
	if len(s) >= 16 && s[13] == ':' && (len(s) == 16 || s[16] != ':') { // no seconds
		s = s[:16] + ":00" + s[16:]
	}
	t, err := duijie.ParseTimeIn(s, zone)
	if err != nil || t.IsZero() {
		return time.Time{}, false
	}
	return t.Time.In(zone), true
}

// isDateOfDigits tells a date such as 20240314 or 20240314160000 from a Unix time, which
// it would make one of 1970, or of 2611.
func isDateOfDigits(digits string) bool {
	layout := "20060102"
	if len(digits) == len("20060102150405") {
		layout = "20060102150405"
	}
	t, err := time.Parse(layout, digits)
	return err == nil && t.Year() >= 1900 && t.Year() < 2200
}

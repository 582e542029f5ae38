package mapping

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// pipe formats a time.
type pipe uint8

const (
	pipeDateTime pipe = iota
	pipeDate
	pipeTime
	pipeTimestamp
)

var pipes = map[string]pipe{
	"datetime": pipeDateTime, "dateTime": pipeDateTime, "date": pipeDate, "time": pipeTime, "timestamp": pipeTimestamp,
}

var pipeNames = []string{"datetime", "date", "time", "timestamp"}

var pipeLayouts = [...]string{pipeDateTime: time.DateTime, pipeDate: time.DateOnly, pipeTime: time.TimeOnly}

// pipe turns a time into the text p asks for. What has no value, and the zero
// date some platforms write for none, stays missing.
func (e *evaluation) pipe(p pipe, v Value) (Value, error) {
	switch v.kind {
	case KindMissing, KindNull:
		return Value{}, nil
	case KindNumber, KindText:
	default:
		return Value{}, fmt.Errorf("want a time, found %s", v.kind)
	}
	text := strings.TrimSpace(v.Text())
	if text == "" || strings.HasPrefix(text, "0000-00-00") {
		return Value{}, nil
	}
	t, err := e.m.parseTime(text, v.kind)
	if err != nil {
		return Value{}, err
	}
	e.readTime(v, t)
	if p == pipeTimestamp {
		return numberValue(strconv.FormatInt(t.Unix(), 10)), nil
	}
	return TextValue(t.In(e.m.zone).Format(pipeLayouts[p])), nil
}

// readTime remembers a number that was read as a Unix time, as all numbers are, though it
// looks like a date: the field's owner gets a note.
func (e *evaluation) readTime(v Value, t time.Time) {
	if v.kind != KindNumber {
		return
	}
	if digits, _ := unixDigits(v.s); isDateOfDigits(digits) {
		e.odd = "the number " + digits + " was read as the Unix time " + t.In(e.m.zone).Format(time.DateTime) + dateHint
	}
}

// dateHint says how dates written as digits are read.
const dateHint = "; if it is a date, read it with an expression, as in STR_TO_DATE('{t}','%Y%m%d')"

// parseTime reads Unix seconds (up to 11 digits), Unix milliseconds (12 to 14), or a
// text that begins with a date; times without a zone are in the mapper's. Digits in a text
// that read as a date are neither: who writes 20240314 does not mean a day of 1970.
func (m *Mapper) parseTime(text string, kind Kind) (time.Time, error) {
	if whole, ok := unixDigits(text); ok {
		n, err := strconv.ParseInt(whole, 10, 64)
		digits := len(strings.TrimPrefix(whole, "-"))
		switch {
		case err != nil || digits > 14:
			return time.Time{}, fmt.Errorf("%d digits are no Unix time", digits)
		case kind == KindText && isDateOfDigits(whole):
			return time.Time{}, fmt.Errorf("the text %s is rather a date than a Unix time%s", whole, dateHint)
		case digits > 11:
			return time.UnixMilli(n), nil
		}
		return time.Unix(n, 0), nil
	}
	for _, layout := range timeLayouts {
		t, err := time.Parse(layout, text)
		switch {
		case err != nil:
		case strings.Contains(layout, "Z07"):
			return t, nil
		default:
			return inZone(t, m.zone), nil
		}
	}
	return time.Time{}, fmt.Errorf("want a time like 2024-03-14 16:00:00 or a Unix time, found %q", short(text))
}

// inZone takes the clock of t for that of a zone. In an hour a clock skips, it is the
// time after the skip, as in MySQL: package time may fall back into the day before.
func inZone(t time.Time, zone *time.Location) time.Time {
	out := time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), zone)
	_, offset := out.Zone()
	if skipped := t.Sub(out) - time.Duration(offset)*time.Second; skipped > 0 {
		out = out.Add(skipped)
	}
	return out
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

// timeLayouts are the texts read as times. A fraction of the second is read
// after any of them.
var timeLayouts = []string{
	"2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02T15:04:05Z07:00", "2006-01-02 15:04:05Z07:00",
	"2006-01-02T15:04:05Z0700", "2006-01-02 15:04:05Z0700", "2006-01-02 15:04", "2006-01-02T15:04",
	"2006-01-02T15:04Z07:00", "2006-01-02 15:04Z07:00", "2006-01-02",
}

// unixDigits returns the whole number text stands for; a fraction of zeros, as in a
// decimal column, is left out.
func unixDigits(text string) (string, bool) {
	whole, fraction, dotted := strings.Cut(text, ".")
	if dotted && strings.Trim(fraction, "0") != "" {
		return "", false
	}
	digits := strings.TrimPrefix(whole, "-")
	if digits == "" || skipDigits(digits, 0) != len(digits) {
		return "", false
	}
	return whole, true
}

// short is the beginning of a value for a message.
func short(s string) string {
	const most = 40
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

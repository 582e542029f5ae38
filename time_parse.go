package duijie

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ParseTime reads one of these texts:
//
//   - "2006-01-02 15:04:05" or "2006-01-02T15:04:05", with up to 9 digits of
//     a second after a point, and "2006-01-02", in China time;
//   - "2006/1/2 15:04:05" and "2006/1/2", with or without leading zeros in
//     month, day and hour, in China time;
//   - RFC 3339, "2006-01-02T15:04:05.000Z" or with an offset, +08:00 or +0800;
//   - an epoch: 9 or 10 digits are seconds (1973 to 2286), 11 to 13 digits
//     are milliseconds (until 2286), either with a leading minus. Shorter
//     ones are an error, since they are rather dates or durations, and longer
//     ones too: 14 digits are usually a date and time without separators, 16
//     and more are micro- or nanoseconds;
//   - "", "0", "0000-00-00" and "0000-00-00 00:00:00" are unset.
//
// The text is kept and is what the Time marshals as, in quotes. Dates that do
// not exist, such as 2023-02-29, are an error.
func ParseTime(s string) (Time, error) { return ParseTimeIn(s, China) }

// ParseTimeIn is ParseTime with texts without a zone read in loc, and epochs
// returned in it. A nil loc is China. A wall clock time that daylight saving
// skips or repeats in loc is resolved as by time.Date.
func ParseTimeIn(s string, loc *time.Location) (Time, error) {
	if loc == nil {
		loc = China
	}
	t, ok := parseTimeText(s, loc)
	if !ok {
		return Time{}, timeError(s)
	}
	// No text that is read needs an escape.
	return t.read(`"` + s + `"`), nil
}

func timeError(s string) error {
	return fmt.Errorf("duijie: %q is not a time: want 2006-01-02 15:04:05, 2006-01-02T15:04:05, "+
		"2006-01-02, 2006/1/2 15:04:05, 2006/1/2, RFC 3339, or an epoch of 9 to 10 digits in seconds "+
		"or 11 to 13 digits in milliseconds", literalExcerpt(s))
}

// parseTimeText reads any text, without its token attached.
func parseTimeText(s string, loc *time.Location) (Time, bool) {
	t := Time{}
	if loc != China {
		t.loc = loc
	}
	switch s {
	case "", "0000-00-00 00:00:00":
		return t, true
	case "0000-00-00":
		t.form = FormDate
		return t, true
	}
	if len(s) > 4 {
		switch s[4] {
		case '-':
			ok := t.scanDashed(s, loc)
			return t, ok
		case '/':
			ok := t.scanSlashed(s, loc)
			return t, ok
		}
	}
	e, ok := parseEpoch(s)
	if !ok {
		return t, false
	}
	t.Time, t.form = e.Time, FormMillisText
	if e.form == FormSeconds {
		t.form = FormSecondsText
	}
	if !t.IsZero() {
		t.Time = t.Time.In(loc)
	}
	return t, true
}

// parseEpoch reads digits in the form FormMillis or FormSeconds.
func parseEpoch(s string) (Time, bool) {
	if s == "0" {
		return Time{form: FormMillis}, true
	}
	digits := strings.TrimPrefix(s, "-")
	if len(digits) < 9 || len(digits) > 13 || !decimalAllDigits(digits) || digits[0] == '0' {
		return Time{}, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return Time{}, false
	}
	if len(digits) <= 10 {
		return Time{Time: time.Unix(n, 0).In(China), form: FormSeconds}, true
	}
	return Time{Time: time.UnixMilli(n).In(China), form: FormMillis}, true
}

// timeScanner takes a text apart from the left; ok turns false for good at
// the first thing that does not fit.
type timeScanner struct {
	rest string
	ok   bool
}

// number takes a number of at least low and at most high digits.
func (c *timeScanner) number(low, high int) int {
	n, i := 0, 0
	for i < len(c.rest) && i < high && c.rest[i] >= '0' && c.rest[i] <= '9' {
		n = n*10 + int(c.rest[i]-'0')
		i++
	}
	if i < low {
		c.ok = false
	}
	c.rest = c.rest[i:]
	return n
}

// take takes one character if it is b.
func (c *timeScanner) take(b byte) bool {
	if c.rest == "" || c.rest[0] != b {
		return false
	}
	c.rest = c.rest[1:]
	return true
}

func (c *timeScanner) must(b byte) {
	if !c.take(b) {
		c.ok = false
	}
}

// nanos takes an optional fraction of a second of 1 to 9 digits.
func (c *timeScanner) nanos() int {
	if !c.take('.') {
		return 0
	}
	before := len(c.rest)
	n := c.number(1, 9)
	for i := before - len(c.rest); i < 9; i++ {
		n *= 10
	}
	return n
}

// offset takes what follows the time: nothing, Z, +08:00 or +0800.
func (c *timeScanner) offset() (loc *time.Location) {
	if c.rest == "" {
		return nil
	}
	if c.take('Z') {
		return time.UTC
	}
	sign := 1
	if c.take('-') {
		sign = -1
	} else {
		c.must('+')
	}
	hours := c.number(2, 2)
	c.take(':')
	minutes := c.number(2, 2)
	if hours > 23 || minutes > 59 {
		c.ok = false
	}
	switch seconds := sign * (hours*3600 + minutes*60); seconds {
	case 0:
		return time.UTC
	case 8 * 3600:
		return China
	default:
		return time.FixedZone("", seconds)
	}
}

// timeDate is time.Date for values that exist.
func timeDate(year, month, day, hour, minute, sec, nsec int, loc *time.Location) (time.Time, bool) {
	if month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || sec > 59 {
		return time.Time{}, false
	}
	if day > time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day() {
		return time.Time{}, false
	}
	return time.Date(year, time.Month(month), day, hour, minute, sec, nsec, loc), true
}

// scanDashed reads the forms that start with 2006-01-02.
func (t *Time) scanDashed(s string, loc *time.Location) bool {
	c := timeScanner{rest: s, ok: true}
	year := c.number(4, 4)
	c.must('-')
	month := c.number(2, 2)
	c.must('-')
	day := c.number(2, 2)
	var hour, minute, sec, nsec int
	t.form = FormDate
	if c.rest != "" {
		t.form = FormDateTime
		if c.take('T') {
			t.form = FormISOLocal
		} else {
			c.must(' ')
		}
		hour = c.number(2, 2)
		c.must(':')
		minute = c.number(2, 2)
		c.must(':')
		sec = c.number(2, 2)
		nsec = c.nanos()
		if t.form == FormISOLocal {
			if zone := c.offset(); zone != nil {
				t.form, loc = FormISO, zone
			}
		}
	}
	at, ok := timeDate(year, month, day, hour, minute, sec, nsec, loc)
	t.Time = at
	return ok && c.ok && c.rest == ""
}

// scanSlashed reads the forms that start with 2006/1/2.
func (t *Time) scanSlashed(s string, loc *time.Location) bool {
	c := timeScanner{rest: s, ok: true}
	year := c.number(4, 4)
	c.must('/')
	month := c.number(1, 2)
	c.must('/')
	day := c.number(1, 2)
	var hour, minute, sec int
	t.form = FormSlashDate
	if c.rest != "" {
		t.form = FormSlash
		c.must(' ')
		hour = c.number(1, 2)
		c.must(':')
		minute = c.number(2, 2)
		c.must(':')
		sec = c.number(2, 2)
	}
	at, ok := timeDate(year, month, day, hour, minute, sec, 0, loc)
	t.Time = at
	return ok && c.ok && c.rest == ""
}

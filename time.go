package duijie

import (
	"errors"
	"strconv"
	"time"
)

// China is the zone of every text a platform sends without one: UTC+8. It is
// a fixed zone because China has had no daylight saving since 1991, and so it
// needs no time zone database on the machine. Texts from before 1992 are read
// as UTC+8 too.
var China = time.FixedZone("Asia/Shanghai", 8*3600)

// TimeForm is a way to write a Time in JSON. Texts without a zone are in
// China time, or in the zone given to In or ParseTimeIn. Forms coarser than
// the time cut it off, they do not round it.
type TimeForm uint8

const (
	// FormDateTime is the text "2006-01-02 15:04:05", the default.
	FormDateTime TimeForm = iota
	// FormDate is the text "2006-01-02".
	FormDate
	// FormISO is RFC 3339 with the zone and as many digits of the second as
	// are not 0: "2006-01-02T15:04:05.5+08:00".
	FormISO
	// FormISOLocal is the text "2006-01-02T15:04:05" without a zone.
	FormISOLocal
	// FormSlash is the text "2006/1/2 15:04:05".
	FormSlash
	// FormSlashDate is the text "2006/1/2".
	FormSlashDate
	// FormMillis is the number of milliseconds since 1970-01-01 UTC.
	FormMillis
	// FormSeconds is the number of seconds since 1970-01-01 UTC.
	FormSeconds
	// FormMillisText is FormMillis as a JSON text.
	FormMillisText
	// FormSecondsText is FormSeconds as a JSON text.
	FormSecondsText
)

var timeLayouts = [...]string{
	FormDateTime:  "2006-01-02 15:04:05",
	FormDate:      "2006-01-02",
	FormISO:       time.RFC3339Nano,
	FormISOLocal:  "2006-01-02T15:04:05",
	FormSlash:     "2006/1/2 15:04:05",
	FormSlashDate: "2006/1/2",
}

var errTimeForm = errors.New("duijie: unknown time form")

// Time is an instant the way platforms write it: date texts without a zone,
// RFC 3339, epochs in seconds or milliseconds, as numbers or as text. See
// UnmarshalJSON for the forms read.
//
// A Time that was read marshals byte for byte as it was read, including unset
// ones such as "" and "0000-00-00 00:00:00". A new value, from NewTime or As
// or by assigning another instant to the Time field, is written in its form.
//
// The instant itself is the Time field: compare, add and format through it.
// It is not embedded, so that none of its own encodings is used by accident.
// The zero value is unset and marshals as null. Use Equal to compare; == does
// not compile, on purpose.
type Time struct {
	_ [0]func() // == would tell two ways to write one instant apart

	// Time is the instant, the zero time.Time if unset. Texts without a zone
	// and epochs are in China, RFC 3339 in its own zone.
	Time time.Time

	raw  string         // JSON token as read, valid for the instant sec, nsec
	sec  int64          // Unix seconds
	nsec int            // and nanoseconds that raw stands for
	form TimeForm       // how a new value is written
	loc  *time.Location // zone of texts without one, nil for China
}

// NewTime returns t in the default form: "2006-01-02 15:04:05" in China time,
// whatever the zone of t. Use As for another form.
func NewTime(t time.Time) Time { return Time{Time: t} }

// As returns the same instant written in form f. Unset stays unset and
// becomes null. An unknown form is an error when marshaling.
//
// An instant close to 1970 makes an epoch shorter than 9 digits, which
// ParseTime refuses to read back, and 1970-01-01 UTC itself makes 0, which
// platforms and ParseTime take for unset.
func (t Time) As(f TimeForm) Time { return Time{Time: t.Time, form: f, loc: t.loc} }

// In returns the same instant with the Time field in loc and texts without a
// zone, and FormISO, written in loc. A nil loc is China.
func (t Time) In(loc *time.Location) Time {
	n := Time{Time: t.Time, form: t.form, loc: loc}
	if !t.IsZero() {
		n.Time = t.Time.In(n.zone())
	}
	return n
}

// Form returns the form t was read in or is written in.
func (t Time) Form() TimeForm { return t.form }

// IsZero reports whether t is unset, so omitzero of encoding/json leaves it
// out.
func (t Time) IsZero() bool { return t.Time.IsZero() }

// Equal reports whether t and u are the same instant, however written and in
// whatever zone. Unset equals only unset.
func (t Time) Equal(u Time) bool { return t.Time.Equal(u.Time) }

// String returns the text as it was read, or t in its form, without quotes.
// Unset is empty unless it was read from a text such as "0000-00-00".
func (t Time) String() string {
	if t.asRead() {
		return t.literal()
	}
	if t.IsZero() {
		return ""
	}
	return string(t.appendForm(nil))
}

func (t Time) zone() *time.Location {
	if t.loc == nil {
		return China
	}
	return t.loc
}

// asRead reports whether raw still stands for the instant, which it does not
// once another one was assigned to the field.
func (t Time) asRead() bool {
	return t.raw != "" && t.Time.Unix() == t.sec && t.Time.Nanosecond() == t.nsec
}

// appendForm appends a set t in its form, without quotes.
func (t Time) appendForm(b []byte) []byte {
	switch t.form {
	case FormMillis, FormMillisText:
		return strconv.AppendInt(b, t.Time.UnixMilli(), 10)
	case FormSeconds, FormSecondsText:
		return strconv.AppendInt(b, t.Time.Unix(), 10)
	}
	at := t.Time.In(t.zone())
	if int(t.form) >= len(timeLayouts) {
		return at.AppendFormat(b, timeLayouts[FormDateTime])
	}
	if _, offset := at.Zone(); t.form == FormISO && offset%60 != 0 {
		at = at.UTC() // RFC 3339 has no seconds in offsets
	}
	return at.AppendFormat(b, timeLayouts[t.form])
}

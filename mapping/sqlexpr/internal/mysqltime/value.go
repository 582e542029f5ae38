package mysqltime

import "time"

// Kind is the SQL type of a Value.
type Kind uint8

// The kinds. The zero Kind belongs to no valid value.
const (
	KindDate     Kind = iota + 1 // DATE
	KindDateTime                 // DATETIME
	KindTime                     // TIME: signed, up to 838:59:59.999999
)

// maxHour is the largest hour of a TIME.
const maxHour = 838

// Value is a DATE, DATETIME or TIME. Values are comparable with == where
// Decimals are equal too; Compare orders them.
type Value struct {
	Micro    uint32 // microseconds, 0 to 999999; may be finer than Decimals
	Year     uint16 // 0 to 9999; 0 in a TIME
	Hour     uint16 // 0 to 23, of a TIME 0 to 838
	Month    uint8  // 0 to 12
	Day      uint8  // 0 to 31
	Minute   uint8  // 0 to 59
	Second   uint8  // 0 to 59
	Kind     Kind   // the SQL type
	Neg      bool   // a TIME below zero
	Decimals uint8  // digits of the fraction it prints, 0 to 6; of a DATE those its DATETIME would have
}

// NewDate returns a DATE. It does not check that there is such a day: see
// Value.Valid.
func NewDate(year, month, day int) Value {
	return Value{Kind: KindDate, Year: uint16(year), Month: uint8(month), Day: uint8(day)} //nolint:gosec // the caller's range
}

// At returns t's wall clock as a DATETIME with the given decimals, cut to
// them. NOW(n) is At(clock.In(zone), n). Years outside 0 to 9999 give
// ok=false.
func At(t time.Time, decimals int) (Value, bool) {
	y, m, d := t.Date()
	if y < 0 || y > 9999 {
		return Value{}, false
	}
	v := NewDate(y, int(m), d)
	v.Kind = KindDateTime
	h, mi, s := t.Clock()
	v.Hour, v.Minute, v.Second = uint16(h), uint8(mi), uint8(s) //nolint:gosec // a clock's range
	v.Micro = uint32(t.Nanosecond() / 1000)                     //nolint:gosec // below a million
	return v.Cut(decimals), true
}

// Cut sets the decimals, at most 6, and drops the digits beyond.
func (v Value) Cut(decimals int) Value {
	decimals = max(0, min(decimals, 6))
	if v.Kind == KindDate {
		v.Decimals = 0
		return v
	}
	v.Decimals = uint8(decimals)
	v.Micro -= v.Micro % pow10[6-decimals]
	if v.Kind == KindTime && v.zeroClock() {
		v.Neg = false
	}
	return v
}

var pow10 = [...]uint32{1, 10, 100, 1000, 10000, 100000, 1000000}

func (v Value) zeroClock() bool { return v.Hour == 0 && v.Minute == 0 && v.Second == 0 && v.Micro == 0 }

// Append appends the text MySQL prints: 2024-03-05, 2024-03-05 08:09:07.50,
// -08:09:07. The fraction has Decimals digits.
func (v Value) Append(dst []byte) []byte {
	if v.Kind != KindTime {
		dst = appendPadded(dst, int(v.Year), 4)
		dst = append(dst, '-')
		dst = appendPadded(dst, int(v.Month), 2)
		dst = append(dst, '-')
		dst = appendPadded(dst, int(v.Day), 2)
		if v.Kind == KindDate {
			return dst
		}
		dst = append(dst, ' ')
	} else if v.Neg {
		dst = append(dst, '-')
	}
	dst = appendPadded(dst, int(v.Hour), 2)
	dst = append(dst, ':')
	dst = appendPadded(dst, int(v.Minute), 2)
	dst = append(dst, ':')
	dst = appendPadded(dst, int(v.Second), 2)
	if v.Decimals > 0 {
		dst = append(dst, '.')
		dst = appendPadded(dst, int(v.Micro/pow10[6-min(v.Decimals, 6)]), int(min(v.Decimals, 6)))
	}
	return dst
}

// String returns what Append appends.
func (v Value) String() string { return string(v.Append(make([]byte, 0, 26))) }

// Number returns the value as MySQL computes with it: 20240305, 20240305080907
// or -80907, and the microseconds beside; neg is the sign of both.
func (v Value) Number() (whole int64, micro int, neg bool) {
	date := int64(v.Year)*10000 + int64(v.Month)*100 + int64(v.Day)
	clock := int64(v.Hour)*10000 + int64(v.Minute)*100 + int64(v.Second)
	switch v.Kind {
	case KindDate:
		return date, 0, false
	case KindTime:
		return clock, int(v.Micro), v.Neg
	default:
		return date*1000000 + clock, int(v.Micro), false
	}
}

// Valid tells whether the value names a real day: month and day are neither 0
// nor beyond the month's end. A TIME has no day and is valid.
func (v Value) Valid() bool {
	return v.Kind == KindTime || v.Month > 0 && v.Day > 0 && v.Month <= 12 && int(v.Day) <= daysIn(int(v.Year), int(v.Month))
}

// exists tells whether the day is not beyond the month's end; zeros pass.
func (v Value) exists() bool { return v.Month == 0 || int(v.Day) <= daysIn(int(v.Year), int(v.Month)) }

// Compare orders two values of the same kind, or a DATE and a DATETIME: -1, 0
// or 1.
func (v Value) Compare(w Value) int {
	a, b := v.key(), w.key()
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	default:
		return 0
	}
}

// key is monotonic in the value.
func (v Value) key() int64 {
	k := (int64(v.Year)*16+int64(v.Month))*32 + int64(v.Day)
	k = k*86400 + int64(v.Hour)*3600 + int64(v.Minute)*60 + int64(v.Second)
	k = k*1000000 + int64(v.Micro)
	if v.Neg {
		return -k
	}
	return k
}

// AsDate returns the day of a DATE or DATETIME as DATE. Of a TIME it is
// today's date moved by the time, as CAST(time AS DATE) has it: see
// TimeOnDate, which takes today.
func (v Value) AsDate() Value {
	return Value{Kind: KindDate, Year: v.Year, Month: v.Month, Day: v.Day}
}

// AsDateTime returns a DATE as the DATETIME of its midnight, a DATETIME as
// it is.
func (v Value) AsDateTime() Value {
	v.Kind = KindDateTime
	return v
}

// AsTime returns the time of day: TIME(datetime). A DATE's is 00:00:00.
func (v Value) AsTime() Value {
	v.Kind, v.Year, v.Month, v.Day = KindTime, 0, 0, 0
	return v
}

func appendPadded(dst []byte, n, width int) []byte {
	var b [20]byte
	i := len(b)
	for n > 0 || width > 0 {
		i--
		b[i] = byte('0' + n%10)
		n /= 10
		width--
	}
	return append(dst, b[i:]...)
}

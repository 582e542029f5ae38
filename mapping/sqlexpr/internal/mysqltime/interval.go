package mysqltime

import "strings"

// Unit is the unit of an INTERVAL.
type Unit uint8

// The units of MySQL. Those of two words read a text such as '1 10:30'.
const (
	Microsecond Unit = iota + 1
	Second
	Minute
	Hour
	Day
	Week
	Month
	Quarter
	Year
	SecondMicrosecond
	MinuteMicrosecond
	MinuteSecond
	HourMicrosecond
	HourSecond
	HourMinute
	DayMicrosecond
	DaySecond
	DayMinute
	DayHour
	YearMonth
)

var units = [...]string{
	"", "MICROSECOND", "SECOND", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR",
	"SECOND_MICROSECOND", "MINUTE_MICROSECOND", "MINUTE_SECOND", "HOUR_MICROSECOND", "HOUR_SECOND", "HOUR_MINUTE",
	"DAY_MICROSECOND", "DAY_SECOND", "DAY_MINUTE", "DAY_HOUR", "YEAR_MONTH",
}

// ParseUnit finds a unit by its name in any case. TIMESTAMPADD and
// TIMESTAMPDIFF take SQL_TSI_DAY for DAY as well: cut that prefix first; they
// take no unit that is Composite.
func ParseUnit(name string) (Unit, bool) {
	name = strings.ToUpper(name)
	for i, s := range units {
		if s == name && i > 0 {
			return Unit(i), true
		}
	}
	return 0, false
}

// String returns the unit's name.
func (u Unit) String() string {
	if int(u) < len(units) {
		return units[u]
	}
	return ""
}

// Composite tells whether the amount is a text of several numbers: see
// ParseInterval.
func (u Unit) Composite() bool { return u >= SecondMicrosecond }

// Clock tells whether the unit reaches below the day, which makes a DATETIME of
// a DATE.
func (u Unit) Clock() bool { return u >= Microsecond && u <= Hour || u > Year && u != YearMonth }

// Decimals returns the digits of the fraction the unit itself brings: 6 with
// microseconds. Of SECOND they are those of the amount: 6 of a text or DOUBLE,
// the scale of a DECIMAL.
func (u Unit) Decimals() int {
	switch u {
	case Microsecond, SecondMicrosecond, MinuteMicrosecond, HourMicrosecond, DayMicrosecond:
		return 6
	default:
		return 0
	}
}

// Interval is an amount of a unit.
type Interval struct {
	unit     Unit
	neg      bool
	months   uint64 // of the units of months
	seconds  uint64 // of all other units
	micro    uint64
	decimals uint8
}

// tooMuch is beyond what any date or time can move by.
const tooMuch = 1 << 40

func bounded(n, factor uint64) uint64 {
	if n > tooMuch {
		return tooMuch
	}
	return n * factor
}

// NewInterval returns n units. The amount is an integer in SQL as well: a
// DECIMAL is rounded half away from zero, a text cut. The unit must not be
// composite; seconds with a fraction are made by Seconds.
func NewInterval(n int64, u Unit) Interval {
	amount := uint64(n) //nolint:gosec // the sign is kept apart
	if n < 0 {
		amount = -amount
	}
	iv := Interval{unit: u, neg: n < 0, decimals: uint8(u.Decimals())} //nolint:gosec // 0 or 6
	switch u {
	case Microsecond:
		iv.micro = amount
	case Second:
		iv.seconds = bounded(amount, 1)
	case Minute:
		iv.seconds = bounded(amount, 60)
	case Hour:
		iv.seconds = bounded(amount, 3600)
	case Day:
		iv.seconds = bounded(amount, 86400)
	case Week:
		iv.seconds = bounded(amount, 7*86400)
	case Month:
		iv.months = bounded(amount, 1)
	case Quarter:
		iv.months = bounded(amount, 3)
	case Year:
		iv.months = bounded(amount, 12)
	}
	return iv
}

// Seconds returns an interval of the unit SECOND with a fraction: integer part
// and millionths of the absolute value. decimals are those of the amount, 6 of
// a text or DOUBLE.
func Seconds(whole uint64, micro uint32, neg bool, decimals int) Interval {
	return Interval{
		unit: Second, neg: neg, seconds: bounded(whole, 1), micro: uint64(micro),
		decimals: uint8(max(0, min(decimals, 6))),
	}
}

// fields of the composite units: how many numbers, and what the last counts.
var composite = map[Unit][]uint64{
	SecondMicrosecond: {1, 0},
	MinuteMicrosecond: {60, 1, 0},
	MinuteSecond:      {60, 1},
	HourMicrosecond:   {3600, 60, 1, 0},
	HourSecond:        {3600, 60, 1},
	HourMinute:        {3600, 60},
	DayMicrosecond:    {86400, 3600, 60, 1, 0},
	DaySecond:         {86400, 3600, 60, 1},
	DayMinute:         {86400, 3600, 60},
	DayHour:           {86400, 3600},
	YearMonth:         {12, 1},
}

// ParseInterval reads the amount of a composite unit: numbers parted by
// anything that is no digit, with a sign before all. Where numbers are missing
// they are the leading ones: '5' MINUTE_SECOND is five seconds. Too many
// numbers give ok=false. Numbers are read by their SQL text: 1.5 DAY_HOUR is
// a day and five hours.
func ParseInterval(s string, u Unit) (Interval, bool) {
	factors := composite[u]
	if factors == nil {
		return Interval{}, false
	}
	p := scanner{s: s}
	p.spaces()
	iv := Interval{unit: u, decimals: uint8(u.Decimals())} //nolint:gosec // 0 or 6
	if !p.end() && p.s[p.i] == '-' {
		iv.neg = true
		p.i++
	}
	var f [5]uint64
	n, width := 0, 0
	for p.skipToDigit(); n < len(factors) && (n == 0 || p.digit()); n++ {
		start := p.i
		var ok bool
		if f[n], ok = p.amount(); !ok {
			return Interval{}, false
		}
		width = p.i - start
		p.skipToDigit()
	}
	if !p.end() {
		return Interval{}, false
	}
	factors = factors[len(factors)-n:]
	for i, factor := range factors {
		switch {
		case u == YearMonth:
			iv.months += bounded(f[i], factor)
		case factor == 0:
			iv.micro = f[i]
			for ; width < 6; width++ {
				iv.micro *= 10
			}
			for ; width > 6; width-- {
				iv.micro /= 10
			}
		default:
			iv.seconds += bounded(f[i], factor)
		}
	}
	return iv, true
}

func (p *scanner) skipToDigit() {
	for !p.end() && !p.digit() {
		p.i++
	}
}

// amount reads a number of up to 64 bits.
func (p *scanner) amount() (n uint64, ok bool) {
	for ; p.digit(); p.i++ {
		d := uint64(p.s[p.i] - '0')
		if n > (1<<64-1-d)/10 {
			return 0, false
		}
		n = n*10 + d
	}
	return n, true
}

// Add is DATE_ADD(v, INTERVAL …), with subtract DATE_SUB, and v ± INTERVAL. A
// DATE becomes a DATETIME where the unit has hours or less; the decimals are
// the larger ones of both. A TIME takes units from MICROSECOND to DAY. Of a
// text, parsed by ParseDateTime, the result is a text of the same form. What
// leaves the years 1 to 9999, or a TIME's range, gives ok=false, and so does
// a date with month or day 0.
func (v Value) Add(iv Interval, subtract bool) (Value, bool) {
	neg := iv.neg != subtract
	if v.Kind == KindTime {
		return v.addToTime(iv, neg)
	}
	if !v.Valid() {
		return Value{}, false
	}
	if iv.unit.Clock() {
		v.Kind = KindDateTime
	}
	if v.Kind == KindDateTime {
		v.Decimals = max(v.Decimals, iv.decimals)
	}
	switch iv.unit {
	case Month, Quarter, Year, YearMonth:
		return v.addMonths(iv.months, neg)
	case Day, Week:
		days := int(min(iv.seconds/86400, tooMuch))
		if neg {
			days = -days
		}
		return v.setDay(v.dayNumber() + days)
	}
	n, ok := iv.micros()
	if !ok {
		return Value{}, false
	}
	if neg {
		n = -n
	}
	return fromMicros(v.micros()+n, v.Decimals)
}

// micros is the length of an interval that no date can hold more of.
func (iv Interval) micros() (int64, bool) {
	seconds := iv.seconds + iv.micro/secondMicros
	if seconds > (maxDay+1)*86400 {
		return 0, false
	}
	return int64(seconds*secondMicros + iv.micro%secondMicros), true
}

func (v Value) addMonths(months uint64, neg bool) (Value, bool) {
	n := int64(min(months, tooMuch))
	if neg {
		n = -n
	}
	n += int64(v.Year)*12 + int64(v.Month) - 1
	if n < 0 || n >= 120000 {
		return Value{}, false
	}
	year, month := int(n/12), int(n%12)+1
	v.Year, v.Month = uint16(year), uint8(month)
	v.Day = uint8(min(int(v.Day), daysIn(year, month))) //nolint:gosec // at most 31
	return v, true
}

func (v Value) addToTime(iv Interval, neg bool) (Value, bool) {
	switch iv.unit {
	case Week, Month, Quarter, Year, YearMonth:
		return Value{}, false
	}
	n, ok := iv.micros()
	if !ok {
		return Value{}, false
	}
	if neg {
		n = -n
	}
	n += v.micros()
	if n > maxTime || n < -maxTime {
		return Value{}, false
	}
	return timeOf(n, max(v.Decimals, iv.decimals)), true
}

// TimestampDiff is TIMESTAMPDIFF(u, a, b): whole units from a to b, toward
// zero. The unit must not be composite.
func TimestampDiff(u Unit, a, b Value) (int64, bool) {
	if !a.Valid() || !b.Valid() || a.Kind == KindTime || b.Kind == KindTime {
		return 0, false
	}
	switch u {
	case Month, Quarter, Year:
		n := monthsBetween(a, b)
		switch u {
		case Quarter:
			n /= 3
		case Year:
			n /= 12
		}
		return n, true
	}
	d := b.micros() - a.micros()
	if u == Microsecond {
		return d, true
	}
	d /= secondMicros
	switch u {
	case Second:
	case Minute:
		d /= 60
	case Hour:
		d /= 3600
	case Day:
		d /= 86400
	case Week:
		d /= 7 * 86400
	default:
		return 0, false
	}
	return d, true
}

// monthsBetween counts whole months: the last one is whole when its day and
// time of day are reached.
func monthsBetween(a, b Value) int64 {
	if a.micros() > b.micros() {
		return -monthsBetween(b, a)
	}
	n := (int64(b.Year)-int64(a.Year))*12 + int64(b.Month) - int64(a.Month)
	if a.Day > b.Day || a.Day == b.Day && a.AsTime().micros() > b.AsTime().micros() {
		n--
	}
	return n
}

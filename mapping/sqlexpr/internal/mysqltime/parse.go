package mysqltime

import "strings"

// maxText is the most bytes of a text that are looked at. MySQL cuts longer
// ones as well; no date needs them.
const maxText = 255

// readable cuts blanks and letters at the end, but not T.
func readable(s string) string {
	if len(s) > maxText {
		s = s[:maxText]
	}
	for len(s) > 0 {
		c := s[len(s)-1]
		if !isSpace(c) && (!isAlpha(c) || c == 'T') {
			break
		}
		s = s[:len(s)-1]
	}
	return s
}

// scanner reads a text from the left.
type scanner struct {
	s      string
	i      int
	fields int  // numbers read
	bad    bool // something did not fit; the rest is ignored
	marked bool // a T followed the day
}

// sign passes blanks and a sign before a number.
func (p *scanner) sign() (neg bool) {
	p.spaces()
	if !p.end() && (p.s[p.i] == '-' || p.s[p.i] == '+') {
		neg = p.s[p.i] == '-'
		p.i++
		p.spaces()
	}
	return neg
}

func (p *scanner) end() bool { return p.i >= len(p.s) }

func (p *scanner) digit() bool { return !p.end() && isDigit(p.s[p.i]) }

func (p *scanner) spaces() {
	for !p.end() && isSpace(p.s[p.i]) {
		p.i++
	}
}

// number reads a number of at most width digits. At the end of the text it
// reads none, and that is no mistake. Long numbers wrap at 32 bits, as the
// server's do.
func (p *scanner) number(width int) (n uint32) {
	if p.bad || p.end() {
		return 0
	}
	if !p.digit() {
		p.bad = true
		return 0
	}
	for ; width > 0 && p.digit(); width-- {
		n = n*10 + uint32(p.s[p.i]-'0')
		p.i++
	}
	p.fields++
	return n
}

// punct passes one punctuation character between numbers.
func (p *scanner) punct() {
	switch {
	case p.bad || p.end():
	case isPunct(p.s[p.i]):
		p.i++
	default:
		p.bad = true
	}
}

// between passes what parts day and hour: a T, blanks, or, unless strict, one
// punctuation character.
func (p *scanner) between(strict bool) {
	switch {
	case p.bad || p.end():
	case p.s[p.i] == 'T':
		p.marked = true
		p.i++
	case isPunct(p.s[p.i]):
		if strict {
			p.fields, p.bad = 0, true
			return
		}
		p.i++
	case isSpace(p.s[p.i]):
		p.spaces()
	default:
		p.bad = true
	}
}

// fraction reads .123456; digits beyond six are passed over.
func (p *scanner) fraction() (micro uint32, digits int) {
	if p.bad || p.end() || p.s[p.i] != '.' {
		return 0, 0
	}
	p.i++
	for ; p.digit(); p.i++ {
		if digits < 6 {
			micro = micro*10 + uint32(p.s[p.i]-'0')
			digits++
		}
	}
	return micro * pow10[6-digits], digits
}

// ParseDateTime reads a text where MySQL wants a date, with or without time:
// 2024-3-5, 24/3/5, 20240305, 2024-03-05T08:09:07.5, 20240305080907. The
// result is a DATE where no time follows, else a DATETIME; Decimals are the
// digits of its fraction. What follows the part that can be read is ignored,
// zones too. Zeros for month and day pass; 30 February does not.
func ParseDateTime(s string) (Value, bool) {
	return parseDateTime(s, false)
}

// parseDateTime reads a date; strict refuses punctuation between day and hour
// and dates without time.
func parseDateTime(s string, strict bool) (Value, bool) {
	s = readable(s)
	p := scanner{s: s}
	if neg := p.sign(); neg || !p.digit() {
		return Value{}, false
	}
	return p.dateTime(strict)
}

// dateTime reads a date from where p stands, at a digit.
func (p *scanner) dateTime(strict bool) (Value, bool) {
	var f [6]uint32
	yearLen := p.dateFields(&f, strict)
	if p.fields < 3 {
		return Value{}, false
	}
	micro, digits := p.fraction()
	if yearLen == 2 && (f != [6]uint32{} || micro != 0) {
		f[0] += century(f[0])
	}
	kind := KindDateTime
	if p.fields == 3 && !strict {
		kind = KindDate
	}
	v, ok := fromFields(f, micro)
	v.Kind, v.Decimals = kind, uint8(digits) //nolint:gosec // at most 6
	if strict && v.Kind != 0 && !ok && v.Month != 0 {
		v.Decimals, ok = 6, true
	}
	if kind == KindDate {
		v.Micro, v.Decimals = 0, 0
	}
	return v, ok
}

// dateFields reads year, month, day, hour, minute and second and returns the
// digits of the year.
func (p *scanner) dateFields(f *[6]uint32, strict bool) (yearLen int) {
	start, e := p.i, p.i
	for e < len(p.s) && (isDigit(p.s[e]) || p.s[e] == 'T') {
		e++
	}
	const long = 1 << 10
	if n := e - start; e == len(p.s) || p.s[e] == '.' && n >= 12 {
		yearLen = 2
		if n == 4 || n == 8 || n >= 14 {
			yearLen = 4
		}
		f[0], f[1], f[2] = p.number(yearLen), p.number(2), p.number(2)
		if !p.bad && !p.end() && p.s[p.i] == 'T' {
			p.i++
		}
		f[3], f[4], f[5] = p.number(2), p.number(2), p.number(2)
		return yearLen
	}
	f[0] = p.number(long)
	yearLen = p.i - start
	p.punct()
	f[1] = p.number(long)
	p.punct()
	f[2] = p.number(long)
	p.between(strict)
	f[3] = p.number(long)
	p.punct()
	f[4] = p.number(long)
	p.punct()
	f[5] = p.number(long)
	return yearLen
}

func century(year uint32) uint32 {
	if year < 70 {
		return 2000
	}
	return 1900
}

// fromFields makes a DATETIME of year to second where they are in range.
func fromFields(f [6]uint32, micro uint32) (Value, bool) {
	if f[0] > 9999 || f[1] > 12 || f[2] > 31 || f[3] > 23 || f[4] > 59 || f[5] > 59 {
		return Value{}, false
	}
	v := NewDate(int(f[0]), int(f[1]), int(f[2]))
	v.Kind, v.Micro = KindDateTime, micro
	v.Hour, v.Minute, v.Second = uint16(f[3]), uint8(f[4]), uint8(f[5]) //nolint:gosec // within the ranges checked above
	return v, v.exists()
}

// ParseTime reads a text where MySQL wants a TIME: 8:9, 80907, 1 08:09:07.5,
// -8:09:07. Of a date with time it takes the time. Beyond 838:59:59 it gives
// that limit. "2024-03-05" is 00:20:24, as 2024 is read as 20:24.
func ParseTime(s string) (Value, bool) {
	v, ok := ParseEither(s)
	if !ok {
		return Value{}, false
	}
	return v.AsTime(), true
}

// ParseEither reads a text where MySQL takes a TIME as well as a DATETIME, such
// as the first argument of ADDTIME and both of TIMEDIFF: as ParseTime, but a
// date with time stays a DATETIME.
func ParseEither(s string) (Value, bool) {
	s = readable(s)
	p := scanner{s: s}
	v := Value{Kind: KindTime, Neg: p.sign()}
	if !p.digit() {
		return Value{}, false
	}
	if dt, isDate, ok := p.asDateTime(); isDate {
		return dt, ok && !v.Neg
	}
	f, micro, digits, ok := p.clock()
	if !ok {
		return Value{}, false
	}
	return v.setClock(f[0]*24+f[1], uint32(f[2]), uint32(f[3]), micro, digits), true //nolint:gosec // below 60
}

// asDateTime tells whether the text from here on is a date with time, and
// whether that is one. From 12 characters on, three numbers are enough for a
// date unless a colon follows the first; else a number alone is none, and a T
// or an hour must follow the day.
func (p *scanner) asDateTime() (v Value, isDate, ok bool) {
	q := scanner{s: p.s, i: p.i}
	for q.digit() {
		q.i++
	}
	long := len(p.s)-p.i >= 12
	if !long && (q.end() || q.s[q.i] == '.' && !strings.ContainsAny(q.s[q.i:], " \tT")) {
		return Value{}, false, false
	}
	long = long && (q.end() || q.s[q.i] != ':')
	q.i = p.i
	v, ok = q.dateTime(true)
	if q.fields < 3 || q.fields == 3 && !long && !q.marked {
		return Value{}, false, false
	}
	return v, true, ok
}

// Span is a length of time that may be longer than a TIME: what ADDTIME and
// SUBTIME move by.
type Span struct {
	micros   int64
	decimals uint8
}

// maxSpanHours is what ADDTIME takes at most.
const maxSpanHours = 87649415

// Span returns the length of a TIME; of no other kind.
func (v Value) Span() (Span, bool) {
	return Span{micros: v.micros(), decimals: v.Decimals}, v.Kind == KindTime
}

// ParseSpan reads the second argument of ADDTIME and SUBTIME: as ParseTime, but
// up to 87649415 hours, and a text that looks like a date gives ok=false.
func ParseSpan(s string) (Span, bool) {
	s = readable(s)
	p := scanner{s: s}
	neg := p.sign()
	if !p.digit() {
		return Span{}, false
	}
	if v, _, ok := p.asDateTime(); ok && v.exists() {
		return Span{}, false
	}
	f, micro, digits, ok := p.clock()
	hours := f[0]*24 + f[1]
	if !ok || hours > maxSpanHours || !p.end() && p.s[p.i] == '-' {
		return Span{}, false
	}
	return spanOf(hours, f[2], f[3], micro, neg, digits), true
}

func spanOf(hours, minutes, seconds uint64, micro uint32, neg bool, digits int) Span {
	n := int64(hours*3600+minutes*60+seconds)*secondMicros + int64(micro) //nolint:gosec // below 2^59
	if neg {
		n = -n
	}
	return Span{micros: n, decimals: uint8(max(0, min(digits, 6)))}
}

// clock reads [days ]hours:minutes:seconds or one number HHMMSS into days,
// hours, minutes and seconds.
func (p *scanner) clock() (f [4]uint64, micro uint32, digits int, ok bool) {
	n := p.long()
	digitsEnd := p.i
	p.spaces()
	rest := len(p.s) - p.i
	switch {
	case rest > 1 && p.i != digitsEnd && p.digit():
		f[0] = n
		p.clockFields(&f, 1)
	case rest > 1 && p.s[p.i] == ':' && isDigit(p.s[p.i+1]):
		f[1] = n
		p.i++
		p.clockFields(&f, 2)
	default:
		f[1], f[2], f[3] = n/10000, n/100%100, n%100
	}
	micro, digits = p.fraction()
	ok = !p.exponent() && f[0]*24+f[1] <= maxLong && f[2] <= 59 && f[3] <= 59
	return f, micro, digits, ok
}

const maxLong = 1<<32 - 1

// long reads a number that may be too large; it then stays beyond maxLong.
func (p *scanner) long() (n uint64) {
	for ; p.digit(); p.i++ {
		if n <= maxLong*10000 {
			n = n*10 + uint64(p.s[p.i]-'0')
		}
	}
	return n
}

func (p *scanner) clockFields(f *[4]uint64, at int) {
	for ; at < 4; at++ {
		f[at] = p.long()
		if len(p.s)-p.i < 2 || p.s[p.i] != ':' || !isDigit(p.s[p.i+1]) {
			return
		}
		if at < 3 {
			p.i++
		}
	}
}

// exponent tells whether E and a number follow: 1e3 is no TIME.
func (p *scanner) exponent() bool {
	s := p.s[p.i:]
	if len(s) < 2 || s[0] != 'e' && s[0] != 'E' {
		return false
	}
	return isDigit(s[1]) || len(s) > 2 && (s[1] == '+' || s[1] == '-') && isDigit(s[2])
}

// setClock sets a TIME and bounds it by 838:59:59.
func (v Value) setClock(hour uint64, minute, second, micro uint32, digits int) Value {
	v.Kind, v.Decimals = KindTime, uint8(digits) //nolint:gosec // at most 6
	if hour > maxHour {
		v.Hour, v.Minute, v.Second, v.Micro = maxHour, 59, 59, 999999
		return v
	}
	v.Hour, v.Minute, v.Second, v.Micro = uint16(hour), uint8(minute), uint8(second), micro //nolint:gosec // at most 838:59:59
	v.Neg = v.Neg && !v.zeroClock()
	return v
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }
func isAlpha(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isPunct(c byte) bool { return c > ' ' && c < 0x7f && !isDigit(c) && !isAlpha(c) }

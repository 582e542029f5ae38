package mysqltime

import "strings"

// LayoutKind tells the type STR_TO_DATE gives for a layout: DATE, TIME or
// DATETIME, and its decimals: 6 with %f. Days alone (%d %e %D) beside a time of
// day are days of a TIME.
func LayoutKind(layout string) (k Kind, decimals int) {
	date, clock := false, false
	for i := 0; i+1 < len(layout); i++ {
		if layout[i] != '%' {
			continue
		}
		i++
		switch layout[i] {
		case 'f':
			clock, decimals = true, 6
		case 'H', 'I', 'S', 'T', 'h', 'i', 'k', 'l', 'r', 's':
			clock = true
		case 'M', 'V', 'U', 'X', 'Y', 'W', 'a', 'b', 'c', 'j', 'm', 'v', 'u', 'x', 'y', 'w':
			date = true
		}
	}
	switch {
	case date && clock:
		return KindDateTime, decimals
	case clock:
		return KindTime, decimals
	default:
		return KindDate, 0
	}
}

// reading is what Parse has gathered so far.
type reading struct {
	scanner
	f        [6]uint32 // year to second
	micro    uint32
	usa, pm  bool // hours count to 12; PM
	yearDay  int
	weekday  int // 1 for Monday to 7
	week     int // -1: none
	weekYear int // of %X and %x, -1: none
	sunday   bool
	strict   bool // %V or %v
	sundayYr bool // %X
}

// Parse is STR_TO_DATE(s, layout). Blanks are free; when s ends early the rest
// is zero, and what follows the layout's end is ignored. The day must not be
// beyond 31, but 30 February passes.
func Parse(s, layout string) (Value, bool) {
	r := reading{scanner: scanner{s: s}, week: -1, weekYear: -1}
	if !r.read(layout) {
		return Value{}, false
	}
	return r.value(layout)
}

func (r *reading) read(layout string) bool {
	for i := 0; i < len(layout); i++ {
		if r.spaces(); r.end() {
			break
		}
		c := layout[i]
		switch {
		case c == '%' && i+1 < len(layout):
			i++
			if !r.part(layout[i]) {
				return false
			}
		case isSpace(c):
		case r.s[r.i] != c:
			return false
		default:
			r.i++
		}
	}
	return true
}

// part reads what %c stands for.
func (r *reading) part(c byte) bool {
	switch c {
	case 'Y', 'y', 'm', 'c', 'd', 'e', 'D', 'M', 'b':
		return r.datePart(c)
	case 'W', 'a', 'w', 'j', 'U', 'u', 'V', 'v', 'X', 'x':
		return r.dayPart(c)
	case 'r':
		return r.twelveHours()
	case 'T':
		return r.read("%H:%i:%S")
	case '.':
		r.skip(isPunct)
		return true
	case '@':
		r.skip(isAlpha)
		return true
	case '#':
		r.skip(isDigit)
		return true
	default:
		return r.clockPart(c)
	}
}

// twelveHours reads %r, whose AM or PM is its own.
func (r *reading) twelveHours() bool {
	usa, pm := r.usa, r.pm
	r.usa, r.pm = false, false
	ok := r.read("%I:%i:%S %p") && r.meridiem()
	r.usa, r.pm = usa, pm
	return ok
}

// meridiem applies AM and PM to the hour.
func (r *reading) meridiem() bool {
	if !r.usa {
		return true
	}
	if r.f[3] < 1 || r.f[3] > 12 {
		return false
	}
	r.f[3] %= 12
	if r.pm {
		r.f[3] += 12
	}
	return true
}

func (r *reading) skip(class func(byte) bool) {
	for !r.end() && class(r.s[r.i]) {
		r.i++
	}
}

func (r *reading) datePart(c byte) (ok bool) {
	switch c {
	case 'Y', 'y':
		width := 4
		if c == 'y' {
			width = 2
		}
		start := r.i
		if r.f[0], ok = r.signed(width); ok && r.i-start <= 2 {
			r.f[0] += century(r.f[0])
		}
	case 'm', 'c':
		r.f[1], ok = r.signed(2)
	case 'd', 'e':
		r.f[2], ok = r.signed(2)
	case 'D':
		r.f[2], ok = r.signed(2)
		r.i = min(r.i+2, len(r.s))
	case 'M':
		r.f[1], ok = r.name(monthNames[:], 0)
	default:
		r.f[1], ok = r.name(monthNames[:], 3)
	}
	return ok
}

// signed reads a number of at most width characters, a plus sign counted.
func (r *reading) signed(width int) (uint32, bool) {
	if !r.end() && r.s[r.i] == '+' && width > 1 && r.i+1 < len(r.s) && isDigit(r.s[r.i+1]) {
		r.i++
		width--
	}
	n := r.number(width)
	return n, !r.bad
}

// name reads a word and finds the one name it begins, 1 for the first; of
// names only the first cut letters count.
func (r *reading) name(names []string, cut int) (uint32, bool) {
	start := r.i
	r.skip(isAlpha)
	word := r.s[start:r.i]
	found := 0
	for i, n := range names {
		if cut > 0 {
			n = n[:cut]
		}
		if len(word) > len(n) || word == "" || !strings.EqualFold(word, n[:len(word)]) {
			continue
		}
		if len(word) == len(n) {
			return uint32(i + 1), true
		}
		if found > 0 {
			return 0, false
		}
		found = i + 1
	}
	return uint32(found), found > 0
}

func (r *reading) dayPart(c byte) bool {
	var n uint32
	var ok bool
	switch c {
	case 'W', 'a':
		cut := 0
		if c == 'a' {
			cut = 3
		}
		n, ok = r.name(dayNames[:], cut)
		r.weekday = int(n)
	case 'w':
		n, ok = r.signed(1)
		r.weekday = int(n)
		if n == 0 {
			r.weekday = 7
		}
		return ok && n <= 6
	case 'j':
		n, ok = r.signed(3)
		r.yearDay = int(n)
	case 'X', 'x':
		n, ok = r.signed(4)
		r.weekYear, r.sundayYr = int(n), c == 'X'
	default:
		n, ok = r.signed(2)
		r.week, r.sunday, r.strict = int(n), c == 'V' || c == 'U', c == 'V' || c == 'v'
		return ok && n <= 53 && (n > 0 || !r.strict)
	}
	return ok
}

func (r *reading) clockPart(c byte) (ok bool) {
	switch c {
	case 'h', 'I', 'l', 'H', 'k':
		if c != 'H' && c != 'k' {
			r.usa = true
		}
		r.f[3], ok = r.signed(2)
	case 'i':
		r.f[4], ok = r.signed(2)
	case 's', 'S':
		r.f[5], ok = r.signed(2)
	case 'f':
		start := r.i
		r.micro = r.number(6)
		r.micro *= pow10[6-min(r.i-start, 6)]
		ok = !r.bad
	case 'p':
		if !r.usa || len(r.s)-r.i < 2 {
			return false
		}
		word := r.s[r.i : r.i+2]
		r.pm = strings.EqualFold(word, "PM")
		ok = r.pm || strings.EqualFold(word, "AM")
		r.i += 2
	}
	return ok
}

// value makes the result of what was read.
func (r *reading) value(layout string) (Value, bool) {
	if !r.meridiem() || !r.resolveDay() {
		return Value{}, false
	}
	f := r.f
	if f[1] > 12 || f[2] > 31 || f[3] > 23 || f[4] > 59 || f[5] > 59 {
		return Value{}, false
	}
	k, decimals := LayoutKind(layout)
	v, _ := fromFields(f, r.micro)
	v.Kind, v.Decimals = k, uint8(decimals) //nolint:gosec // 0 or 6
	switch k {
	case KindTime:
		v.Hour += uint16(v.Day) * 24
		v.Year, v.Month, v.Day = 0, 0, 0
		return v.Cut(decimals), true
	case KindDate:
		return v.AsDate(), true
	default:
		return v.Cut(decimals), true
	}
}

// resolveDay sets the date by the day of the year, or by week and weekday.
func (r *reading) resolveDay() bool {
	if r.yearDay > 0 && !r.setDayNumber(dayNumber(int(r.f[0]), 1, 1)+r.yearDay-1) {
		return false
	}
	if r.week < 0 || r.weekday == 0 {
		return true
	}
	year := int(r.f[0])
	if r.strict {
		if r.weekYear < 0 || r.sundayYr != r.sunday {
			return false
		}
		year = r.weekYear
	} else if r.weekYear >= 0 {
		return false
	}
	n := firstWeek(year, !r.sunday, !r.sunday) + (r.week-1)*7
	if r.sunday {
		n += r.weekday % 7
	} else {
		n += r.weekday - 1
	}
	return r.setDayNumber(n)
}

func (r *reading) setDayNumber(n int) bool {
	v, ok := Value{}.setDay(n)
	if ok {
		r.f[0], r.f[1], r.f[2] = uint32(v.Year), uint32(v.Month), uint32(v.Day)
	}
	return ok
}

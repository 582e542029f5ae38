package mysqltime

// The calendar is the Gregorian one carried back to year 0, as MySQL has it:
// with day 1 for 0000-01-01 and no leap day in year 0.

func isLeap(year int) bool { return year%4 == 0 && (year%100 != 0 || year%400 == 0 && year != 0) }

func daysIn(year, month int) int {
	switch month {
	case 2:
		if isLeap(year) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	default:
		return 31
	}
}

// maxDay is the number of 9999-12-31, minDay that of 0001-01-01: no sum of a
// date and a span lies before it.
const (
	minDay = 366
	maxDay = 3652424
)

var daysBefore = [...]int{-31, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334}

// yearDay returns the number of a day in its year, from 1.
func yearDay(year, month, day int) int {
	n := daysBefore[month] + day
	if month > 2 && isLeap(year) {
		n++
	}
	return n
}

// dayNumber is TO_DAYS: 1 for 0000-01-01. Month 0 counts as the 31 days
// before January, day 0 as the last of the month before; 0000-00-00 is 0.
func dayNumber(year, month, day int) int {
	if year == 0 && month == 0 {
		return 0
	}
	n := 365 * year
	if year > 0 {
		y := year - 1
		n += y/4 - y/100 + y/400
	}
	return n + yearDay(year, month, day)
}

func (v Value) dayNumber() int { return dayNumber(int(v.Year), int(v.Month), int(v.Day)) }

// setDay sets year, month and day by a day number of year 1 to 9999.
func (v Value) setDay(n int) (Value, bool) {
	if n < minDay || n > maxDay {
		return Value{}, false
	}
	n -= minDay // days since 0001-01-01
	year := 1 + n/146097*400
	n %= 146097
	c := min(n/36524, 3)
	year, n = year+c*100, n-c*36524
	year, n = year+n/1461*4, n%1461
	y := min(n/365, 3)
	year, n = year+y, n-y*365
	month := 12
	for yearDay(year, month, 1) > n+1 {
		month--
	}
	v.Year, v.Month, v.Day = uint16(year), uint8(month), uint8(n+2-yearDay(year, month, 1)) //nolint:gosec // a day of the years 1 to 9999
	return v, true
}

// weekday returns the day of the week of a day number: 0 is Monday.
func weekday(n int) int { return (n + 5) % 7 }

// Weekday is WEEKDAY: 0 for Monday to 6 for Sunday. DAYOFWEEK is
// (Weekday+1)%7+1.
func (v Value) Weekday() (int, bool) {
	if !v.Valid() {
		return 0, false
	}
	return weekday(v.dayNumber()), true
}

// DayOfWeek is DAYOFWEEK: 1 for Sunday to 7 for Saturday.
func (v Value) DayOfWeek() (int, bool) {
	n, ok := v.Weekday()
	return (n+1)%7 + 1, ok
}

// YearDay is DAYOFYEAR: 1 to 366.
func (v Value) YearDay() (int, bool) {
	if !v.Valid() {
		return 0, false
	}
	return yearDay(int(v.Year), int(v.Month), int(v.Day)), true
}

// Quarter is QUARTER: 1 to 4, and 0 for month 0.
func (v Value) Quarter() int { return (int(v.Month) + 2) / 3 }

// DayNumber is TO_DAYS: days since year 0.
func (v Value) DayNumber() (int, bool) {
	if !v.Valid() {
		return 0, false
	}
	return v.dayNumber(), true
}

// Week is WEEK(v, mode), and the year the week belongs to where the mode
// counts weeks from 1 (YEARWEEK). Only the three lowest bits of mode count.
//
//	mode    0    1    2    3    4    5    6    7
//	starts  Sun  Mon  Sun  Mon  Sun  Mon  Sun  Mon
//	counts  0-53 0-53 1-53 1-53 0-53 0-53 1-53 1-53
//	week 1  Sun  4+   Sun  4+   4+   Mon  4+   Mon    (holds a Sunday, a Monday, four days of the year)
func (v Value) Week(mode int) (week, year int, ok bool) {
	if !v.Valid() {
		return 0, 0, false
	}
	mode &= 7
	monday, ranged := mode&1 != 0, mode&2 != 0
	four := (mode&4 != 0) != monday
	day, y := v.dayNumber(), int(v.Year)
	start := firstWeek(y, monday, four)
	switch {
	case day < start && !ranged:
		return 0, y, true
	case day < start:
		y--
		start = firstWeek(y, monday, four)
	case ranged && day >= firstWeek(y+1, monday, four):
		return 1, y + 1, true
	}
	return (day-start)/7 + 1, y, true
}

// firstWeek returns the day number week 1 of a year starts with.
func firstWeek(year int, monday, four bool) int {
	jan1 := dayNumber(year, 1, 1)
	wd := weekday(jan1)
	if !monday {
		wd = (wd + 1) % 7
	}
	if wd == 0 || four && wd <= 3 {
		return jan1 - wd
	}
	return jan1 + 7 - wd
}

// LastDay is LAST_DAY: the last day of the month. The day may be 0, the month
// not.
func (v Value) LastDay() (Value, bool) {
	if v.Kind == KindTime || v.Month == 0 {
		return Value{}, false
	}
	return NewDate(int(v.Year), int(v.Month), daysIn(int(v.Year), int(v.Month))), true
}

// MakeDate is MAKEDATE: day n of a year. Years below 70 are of this century,
// below 100 of the last.
func MakeDate(year, n int64) (Value, bool) {
	if n <= 0 || year < 0 || year > 9999 || n > maxDay {
		return Value{}, false
	}
	if year < 100 {
		year += int64(century(uint32(year)))
	}
	return Value{Kind: KindDate}.setDay(dayNumber(int(year), 1, 1) + int(n) - 1)
}

// DateDiff is DATEDIFF: days from b to a, times of day aside.
func DateDiff(a, b Value) (int, bool) {
	if !a.Valid() || !b.Valid() || a.Kind == KindTime || b.Kind == KindTime {
		return 0, false
	}
	return a.dayNumber() - b.dayNumber(), true
}

package mysqltime

// Names are English: the language of the session's default locale, en_US.
var (
	monthNames = [...]string{
		"January", "February", "March", "April", "May", "June",
		"July", "August", "September", "October", "November", "December",
	}
	dayNames = [...]string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}
)

// AppendFormat is DATE_FORMAT: it appends v as the layout says. An empty layout
// gives ok=false, and so does a part the value does not have: the name of month
// 0, the weekday or week of a day that is none. A TIME has date 0000-00-00.
// Letters after % that mean nothing print themselves.
func (v Value) AppendFormat(dst []byte, layout string) ([]byte, bool) {
	if layout == "" {
		return dst, false
	}
	if v.Neg {
		dst = append(dst, '-')
	}
	for i := 0; i < len(layout); i++ {
		if layout[i] != '%' || i+1 == len(layout) {
			dst = append(dst, layout[i])
			continue
		}
		i++
		var ok bool
		if dst, ok = v.appendPart(dst, layout[i]); !ok {
			return dst, false
		}
	}
	return dst, true
}

// AppendTimeFormat is TIME_FORMAT of a TIME, or of the time of day of what
// ParseEither read: as AppendFormat, and parts of a date give ok=false. The sign of a time below
// zero stands before all, whatever the layout begins with.
func (v Value) AppendTimeFormat(dst []byte, layout string) ([]byte, bool) {
	if !v.exists() {
		return dst, false
	}
	for i := 0; i+1 < len(layout); i++ {
		if layout[i] != '%' {
			continue
		}
		i++
		switch layout[i] {
		case 'Y', 'y', 'M', 'b', 'm', 'c', 'D', 'd', 'e', 'W', 'a', 'w', 'j', 'U', 'u', 'V', 'v', 'X', 'x':
			return dst, false
		}
	}
	return v.AsTime().AppendFormat(dst, layout)
}

// appendPart appends what %c stands for.
func (v Value) appendPart(dst []byte, c byte) ([]byte, bool) {
	switch c {
	case 'Y', 'y', 'm', 'c', 'd', 'e', 'D', 'M', 'b':
		return v.appendDatePart(dst, c)
	case 'W', 'a', 'w', 'j', 'U', 'u', 'V', 'v', 'X', 'x':
		return v.appendDayPart(dst, c)
	default:
		return v.appendClockPart(dst, c), true
	}
}

func (v Value) appendDatePart(dst []byte, c byte) ([]byte, bool) {
	switch c {
	case 'Y':
		return appendPadded(dst, int(v.Year), 4), true
	case 'y':
		return appendPadded(dst, int(v.Year)%100, 2), true
	case 'm':
		return appendPadded(dst, int(v.Month), 2), true
	case 'c':
		return appendPadded(dst, int(v.Month), 1), true
	case 'd':
		return appendPadded(dst, int(v.Day), 2), true
	case 'e':
		return appendPadded(dst, int(v.Day), 1), true
	case 'D':
		return append(appendPadded(dst, int(v.Day), 1), ordinal(int(v.Day))...), true
	}
	if v.Month == 0 {
		return dst, false
	}
	name := monthNames[v.Month-1]
	if c == 'b' {
		name = name[:3]
	}
	return append(dst, name...), true
}

func ordinal(n int) string {
	if n/10 == 1 {
		return "th"
	}
	switch n % 10 {
	case 1:
		return "st"
	case 2:
		return "nd"
	case 3:
		return "rd"
	default:
		return "th"
	}
}

// appendDayPart appends what is counted from the day: weekday, day of the
// year, week.
func (v Value) appendDayPart(dst []byte, c byte) ([]byte, bool) {
	if v.Kind == KindTime {
		return dst, false
	}
	switch c {
	case 'W', 'a', 'w':
		return v.appendWeekday(dst, c)
	case 'j':
		// Day 0 of a month is the last of the month before; year 0 has no days here.
		if v.Year == 0 || v.Month == 0 {
			return dst, false
		}
		return appendPadded(dst, yearDay(int(v.Year), int(v.Month), int(v.Day)), 3), true
	}
	week, year, ok := v.Week(weekMode(c))
	if c == 'X' || c == 'x' {
		return appendPadded(dst, year, 4), ok
	}
	return appendPadded(dst, week, 2), ok
}

// weekMode is the mode of WEEK a letter counts by.
func weekMode(c byte) int {
	switch c {
	case 'U':
		return 0
	case 'u':
		return 1
	case 'V', 'X':
		return 2
	default:
		return 3
	}
}

// appendWeekday takes day 0 for the last of the month before and month 0 for
// the December before, as the server does here and nowhere else.
func (v Value) appendWeekday(dst []byte, c byte) ([]byte, bool) {
	if v.Year == 0 && v.Month == 0 {
		return dst, false
	}
	n := weekday(v.dayNumber())
	switch c {
	case 'W':
		return append(dst, dayNames[n]...), true
	case 'a':
		return append(dst, dayNames[n][:3]...), true
	default:
		return appendPadded(dst, (n+1)%7, 1), true
	}
}

func (v Value) appendClockPart(dst []byte, c byte) []byte {
	hour12 := (int(v.Hour)%24+11)%12 + 1
	switch c {
	case 'H':
		return appendPadded(dst, int(v.Hour), 2)
	case 'k':
		return appendPadded(dst, int(v.Hour), 1)
	case 'h', 'I':
		return appendPadded(dst, hour12, 2)
	case 'l':
		return appendPadded(dst, hour12, 1)
	case 'i':
		return appendPadded(dst, int(v.Minute), 2)
	case 's', 'S':
		return appendPadded(dst, int(v.Second), 2)
	case 'f':
		return appendPadded(dst, int(v.Micro), 6)
	case 'p':
		return append(dst, v.meridiem()...)
	case 'T', 'r':
		if c == 'r' {
			dst = appendPadded(dst, hour12, 2)
		} else {
			dst = appendPadded(dst, int(v.Hour), 2)
		}
		dst = append(dst, ':')
		dst = appendPadded(dst, int(v.Minute), 2)
		dst = append(dst, ':')
		dst = appendPadded(dst, int(v.Second), 2)
		if c == 'r' {
			dst = append(append(dst, ' '), v.meridiem()...)
		}
		return dst
	default:
		return append(dst, c)
	}
}

func (v Value) meridiem() string {
	if v.Hour%24 < 12 {
		return "AM"
	}
	return "PM"
}

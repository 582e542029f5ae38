package mysqltime

import "time"

// maxUnix is the last second FROM_UNIXTIME and UNIX_TIMESTAMP know:
// 3001-01-18 23:59:59 UTC, as in MySQL 8. MariaDB 10.11 ends in 2038.
const maxUnix = 32536771199

// FromUnix is FROM_UNIXTIME: the DATETIME of Unix seconds in a zone. whole and
// micro are integer part and millionths of the absolute value. Negative ones
// and those beyond the year 3000, milliseconds taken for seconds above all,
// give ok=false.
func FromUnix(whole int64, micro uint32, neg bool, decimals int, zone *time.Location) (Value, bool) {
	if neg && (whole != 0 || micro != 0) || whole < 0 || whole > maxUnix {
		return Value{}, false
	}
	v, ok := At(time.Unix(whole, int64(micro)*1000).In(zone), 6)
	return v.Cut(decimals), ok
}

// Unix is UNIX_TIMESTAMP: the Unix seconds of a DATE or DATETIME in a zone,
// with v.Micro beside as its fraction of v.Decimals digits. Times before 1970
// and after the year 3000 give ok=false.
func (v Value) Unix(zone *time.Location) (seconds int64, ok bool) {
	if v.Kind == KindTime || !v.Valid() {
		return 0, false
	}
	s := time.Date(int(v.Year), time.Month(v.Month), int(v.Day), int(v.Hour), int(v.Minute), int(v.Second), 0, zone).Unix()
	return s, s >= 0 && s <= maxUnix
}

// Auto gives the decimals of a text result: 6 where there is a fraction,
// else 0. ADDTIME of texts and FROM_UNIXTIME of a text or DOUBLE print so.
func (v Value) Auto() Value {
	if v.Micro != 0 {
		return v.Cut(6)
	}
	return v.Cut(0)
}

// OnDate returns a TIME as DATETIME: midnight of today moved by it, as CAST of
// a TIME does it, and every function of dates that is given a TIME.
func (v Value) OnDate(today Value) (Value, bool) {
	if v.Kind != KindTime {
		return v.AsDateTime(), true
	}
	return fromMicros(int64(today.dayNumber())*dayMicros+v.micros(), v.Decimals)
}

const (
	secondMicros = 1000000
	dayMicros    = 86400 * secondMicros
	maxTime      = (maxHour*3600+59*60+59)*secondMicros + 999999
)

// micros is the length of a TIME, or of a DATE or DATETIME the time since day 0.
func (v Value) micros() int64 {
	n := (int64(v.Hour)*3600+int64(v.Minute)*60+int64(v.Second))*secondMicros + int64(v.Micro)
	if v.Kind == KindTime {
		if v.Neg {
			return -n
		}
		return n
	}
	return n + int64(v.dayNumber())*dayMicros
}

// fromMicros makes a DATETIME of the time since day 0.
func fromMicros(n int64, decimals uint8) (Value, bool) {
	if n < minDay*dayMicros {
		return Value{}, false
	}
	v, ok := Value{Kind: KindDateTime, Decimals: decimals}.setDay(int(n / dayMicros))
	return v.setMicros(n % dayMicros), ok
}

// setMicros sets the clock to a time of day, or of a TIME its length.
func (v Value) setMicros(n int64) Value {
	v.Micro = uint32(n % secondMicros) //nolint:gosec // below a million
	n /= secondMicros
	v.Hour, v.Minute, v.Second = uint16(n/3600), uint8(n/60%60), uint8(n%60) //nolint:gosec // at most 838:59:59
	return v
}

// timeOf makes a TIME, bounded by 838:59:59.999999.
func timeOf(n int64, decimals uint8) Value {
	v := Value{Kind: KindTime, Decimals: decimals, Neg: n < 0}
	if n < 0 {
		n = -n
	}
	return v.setMicros(min(n, maxTime))
}

// AddTime is ADDTIME(v, d), with subtract SUBTIME. v is read by ParseEither or
// NumberEither, d by ParseSpan, NumberSpan or Value.Span. A DATE becomes a
// DATETIME. Where SQL has v as text, the result is text with Auto decimals.
func AddTime(v Value, d Span, subtract bool) (Value, bool) {
	decimals := max(v.Decimals, d.decimals)
	n := d.micros
	if subtract {
		n = -n
	}
	if v.Kind == KindTime {
		return timeOf(v.micros()+n, decimals), true
	}
	if !v.exists() {
		return Value{}, false
	}
	return fromMicros(v.micros()+n, decimals)
}

// TimeDiff is TIMEDIFF: a − b as TIME, bounded by 838:59:59. Both must be of
// the same kind.
func TimeDiff(a, b Value) (Value, bool) {
	if a.Kind != b.Kind {
		return Value{}, false
	}
	return timeOf(a.micros()-b.micros(), max(a.Decimals, b.Decimals)), true
}

// SecToTime is SEC_TO_TIME, bounded by 838:59:59. whole and micro are integer
// part and millionths of the absolute value; neg is false for 0.
func SecToTime(whole int64, micro uint32, neg bool, decimals int) (Value, bool) {
	n := min(uint64(whole), maxTime)*secondMicros + uint64(micro) //nolint:gosec // a negative whole is far beyond the bound
	v := timeOf(int64(n), uint8(max(0, min(decimals, 6))))        //nolint:gosec // below 2^62; at most 6
	v.Neg = neg
	return v, true
}

// TimeToSec is TIME_TO_SEC: the seconds and millionths of a TIME or of a time
// of day, rounded to v.Decimals digits. neg is the sign of both.
func TimeToSec(v Value) (seconds int64, micro uint32, neg bool) {
	unit := pow10[6-min(v.Decimals, 6)]
	micro = v.Micro
	if unit < secondMicros {
		micro = (micro + unit/2) / unit * unit
	} else {
		micro = 0
	}
	n := int64(v.Hour)*3600 + int64(v.Minute)*60 + int64(v.Second)
	return n + int64(micro/secondMicros), micro % secondMicros, v.Neg
}

// Round is ROUND(v, decimals) of a DATETIME or TIME, half a unit away from zero,
// and within their bounds.
func (v Value) Round(decimals int) Value {
	unit := int64(pow10[6-max(0, min(decimals, 6))])
	return v.atMicros(unit, unit/2, decimals)
}

// Whole is FLOOR of a DATETIME or TIME, with up CEILING: the full second before
// or after it.
func (v Value) Whole(up bool) Value {
	if up != v.Neg {
		return v.atMicros(secondMicros, secondMicros-1, 0)
	}
	return v.Cut(0)
}

// atMicros moves v by add away from zero and cuts it to whole units.
func (v Value) atMicros(unit, add int64, decimals int) Value {
	n := v.micros()
	if n < 0 {
		n = -n
	}
	n = (n + add) / unit * unit
	if v.Kind == KindTime {
		if v.Neg {
			n = -n
		}
		return timeOf(n, 6).Cut(decimals)
	}
	t, ok := fromMicros(n, 6)
	if !ok { // the last day ends before the next second
		t = v
	}
	return t.Cut(decimals)
}

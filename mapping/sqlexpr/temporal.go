package sqlexpr

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/duijie-go/duijie/mapping/sqlexpr/internal/mysqltime"
)

// temporal is a value of one of the time kinds.
type temporal = mysqltime.Value

func timeKind(t *temporal) Kind {
	switch t.Kind {
	case mysqltime.KindDate:
		return Date
	case mysqltime.KindTime:
		return Time
	default:
		return DateTime
	}
}

// setTime gives n a DATE, DATETIME or TIME. A day the calendar does not have
// is NULL.
func (m *machine) setTime(n *node, t temporal, ok bool) *value {
	v := m.slot(n)
	if !ok || !t.Valid() {
		return v.setNull()
	}
	v.k, v.t = timeKind(&t), t
	return v
}

// setTimeText gives n a text that counts as the time it is in arithmetic, as
// DATE_ADD of a text does.
func (m *machine) setTimeText(n *node, t temporal, ok bool) *value {
	if !ok || !t.Valid() {
		return m.slot(n).setNull()
	}
	v := m.slot(n).setText(t.String())
	v.t, v.hybrid = t, true
	return v
}

// timeToDec is the number a time counts as: 20240314160000.
func timeToDec(t *temporal) dec {
	whole, micro, neg := t.Number()
	frac := ""
	if micro != 0 {
		frac = fmt.Sprintf("%06d", micro)
	}
	d, _ := decFromDigits(strconv.FormatInt(whole, 10), frac, neg)
	return d
}

// zone and now are those of the session.
func (m *machine) zone() *time.Location {
	if m.env != nil && m.env.Zone != nil {
		return m.env.Zone
	}
	return defaultZone
}

var defaultZone = time.FixedZone("UTC+8", 8*3600)

func (m *machine) now(decimals int) (temporal, bool) {
	t := time.Time{}
	if m.env != nil {
		t = m.env.Now
	}
	if t.IsZero() {
		t = time.Now()
	}
	return mysqltime.At(t.In(m.zone()), decimals)
}

func (m *machine) today() temporal {
	t, _ := m.now(0)
	return t.AsDate()
}

// split parts v, the value of n or of an argument n compares, into integer part
// and millionths. decimals are the digits of the fraction that count.
func (m *machine) split(n *node, v *value) (whole int64, micro uint32, neg bool, decimals int) {
	decimals = 6
	if v.k == Double {
		f := math.Abs(v.f)
		if f >= math.MaxInt64 {
			return math.MaxInt64, 0, v.f < 0, decimals
		}
		whole = int64(f)
		micro = uint32(math.Floor((f-math.Trunc(f))*1e6 + 1e-3))
		return whole, min(micro, 999999), v.f < 0, decimals
	}
	d, _ := m.toDec(v)
	if v.k != Text && !n.op.compares {
		decimals = min(m.attr(n).dec, 6)
	}
	cut, _ := decRound(&d, 6, true)
	u, ok := cut.toUint()
	if !ok || u > math.MaxInt64 {
		u = math.MaxInt64
	}
	return int64(u), cut.word(0) / 1000, d.neg, decimals
}

// dateOf reads v, the value of n, where SQL wants a date: texts and numbers as
// such, a TIME as that time of today. A day the calendar does not have is
// none.
func (m *machine) dateOf(n *node, v *value) (t temporal, ok bool) {
	t, ok = m.anyDate(n, v)
	return t, ok && t.Valid()
}

// anyDate is dateOf where month and day may be 0, as 16:00:00 read as a date
// has them.
func (m *machine) anyDate(n *node, v *value) (t temporal, ok bool) {
	t, ok = v.t, true
	switch {
	case v.k == Null:
		return t, false
	case v.isTime(Time):
		t, ok = t.OnDate(m.today())
	case v.isTime(Date), v.isTime(DateTime):
	case v.k == Text:
		t, ok = mysqltime.ParseDateTime(v.s)
	default:
		t, ok = mysqltime.NumberDateTime(m.split(n, v))
	}
	return t, ok
}

// isTime tells whether v is a value of kind k, or a text that stands for one.
func (v *value) isTime(k Kind) bool {
	return v.k == k || v.k == Text && v.hybrid && timeKind(&v.t) == k
}

// timeOf reads v where SQL wants a TIME.
func (m *machine) timeOf(n *node, v *value) (temporal, bool) {
	switch {
	case v.k == Null:
		return temporal{}, false
	case v.isTime(Time):
		return v.t, true
	case v.k.temporal(), v.k == Text && v.hybrid:
		return v.t.AsTime(), true
	case v.k == Text:
		return mysqltime.ParseTime(v.s)
	}
	return mysqltime.NumberTime(m.split(n, v))
}

// eitherOf reads v where SQL takes a TIME as well as a DATETIME.
func (m *machine) eitherOf(n *node, v *value) (temporal, bool) {
	switch {
	case v.k == Null:
		return temporal{}, false
	case v.k.temporal(), v.k == Text && v.hybrid:
		return v.t, true
	case v.k == Text:
		return mysqltime.ParseEither(v.s)
	}
	return mysqltime.NumberEither(m.split(n, v))
}

// spanOf reads v as what ADDTIME and SUBTIME move by.
func (m *machine) spanOf(n *node, v *value) (mysqltime.Span, bool) {
	switch {
	case v.k == Null:
		return mysqltime.Span{}, false
	case v.k.temporal(), v.k == Text && v.hybrid:
		return v.t.Span()
	case v.k == Text:
		return mysqltime.ParseSpan(v.s)
	}
	return mysqltime.NumberSpan(m.split(n, v))
}

func (m *machine) dateArg(n *node, i int) (temporal, bool) { return m.dateOf(n.args[i], m.arg(n, i)) }
func (m *machine) timeArg(n *node, i int) (temporal, bool) { return m.timeOf(n.args[i], m.arg(n, i)) }

// toTemporal converts v, the value of from, to the kind and decimals n has.
func (m *machine) toTemporal(n, from *node, v *value) *value {
	a := m.attr(n)
	if a.k == Time {
		t, ok := m.timeOf(from, v)
		return m.setTime(n, t.Cut(a.dec), ok)
	}
	t, ok := m.dateOf(from, v)
	if a.k == Date {
		return m.setTime(n, t.AsDate(), ok)
	}
	if t = t.AsDateTime(); !a.loose {
		t = t.Cut(a.dec)
	}
	return m.setTime(n, t, ok)
}

// compareTimes compares a time with a time, text or number, as dates or as
// TIMEs. A text that is none is an error, as in MySQL 8.
func (m *machine) compareTimes(n *node, a, b *value, k Kind) (int, bool) {
	read := m.dateOf
	switch {
	case k == Time:
		read = m.timeOf
	case m.e.o.MariaDB:
		read = m.anyDate
	}
	x, ok := read(n, a)
	y, also := read(n, b)
	if m.e.o.MariaDB { // what is none counts as the day 0, or as midnight
		if !ok {
			x = temporal{}
		}
		if !also {
			y = temporal{}
		}
		return x.Compare(y), true
	}
	if !ok || !also {
		bad := a
		if ok {
			bad = b
		}
		m.noDate(n, bad)
		return 0, false
	}
	return x.Compare(y), true
}

// noDate fails because v is compared with a time and is none.
func (m *machine) noDate(n *node, v *value) *value {
	text := v.s
	if v.k != Text {
		d, _ := m.toDec(v)
		text = d.String()
	}
	return m.fail(n, CodeSQL, `"`+excerpt(strings.ToValidUTF8(text, "?"))+`" compared with a date is none`, nil)
}

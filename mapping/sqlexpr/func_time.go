package sqlexpr

import (
	"math"
	"strings"

	"github.com/duijie-go/duijie/mapping/sqlexpr/internal/mysqltime"
)

var timeFunctions = []*operation{
	{name: "NOW", min: 0, max: 1, looks: true, fix: fixNow(DateTime), eval: evalNow},
	{name: "SYSDATE", min: 0, max: 1, looks: true, fix: fixNow(DateTime), eval: evalNow},
	{name: "CURTIME", min: 0, max: 1, looks: true, fix: fixNow(Time), eval: evalNow},
	{name: "CURDATE", min: 0, max: 0, fix: fixDate, eval: evalNow},
	{name: "UNIX_TIMESTAMP", min: 0, max: 1, looks: true, fix: fixUnix, eval: evalUnix},
	{name: "FROM_UNIXTIME", min: 1, max: 2, fix: fixFromUnix, eval: evalFromUnix},
	{name: "DATE", min: 1, max: 1, fix: fixDate, eval: dateToDate(func(t temporal) (temporal, bool) { return t.AsDate(), true })},
	{name: "LAST_DAY", min: 1, max: 1, fix: fixDate, eval: dateToDate(temporal.LastDay)},
	{name: "TIME", min: 1, max: 1, looks: true, fix: fixTimeOf, eval: evalTime},
	{name: "YEAR", min: 1, max: 1, fix: fixCount, eval: dateToInt(func(t temporal) (int, bool) { return int(t.Year), true })},
	{name: "MONTH", min: 1, max: 1, fix: fixCount, eval: dateToInt(func(t temporal) (int, bool) { return int(t.Month), true })},
	{name: "DAYOFMONTH", min: 1, max: 1, fix: fixCount, eval: dateToInt(func(t temporal) (int, bool) { return int(t.Day), true })},
	{name: "DAYOFYEAR", min: 1, max: 1, fix: fixCount, eval: dateToInt(temporal.YearDay)},
	{name: "WEEKDAY", min: 1, max: 1, fix: fixCount, eval: dateToInt(temporal.Weekday)},
	{name: "DAYOFWEEK", min: 1, max: 1, fix: fixCount, eval: dateToInt(temporal.DayOfWeek)},
	{name: "QUARTER", min: 1, max: 1, fix: fixCount, eval: dateToInt(func(t temporal) (int, bool) { return t.Quarter(), true })},
	{name: "WEEK", min: 1, max: 2, fix: fixCount, eval: evalWeek},
	{name: "HOUR", min: 1, max: 1, fix: fixCount, eval: timeToInt(func(t temporal) int { return int(t.Hour) })},
	{name: "MINUTE", min: 1, max: 1, fix: fixCount, eval: timeToInt(func(t temporal) int { return int(t.Minute) })},
	{name: "SECOND", min: 1, max: 1, fix: fixCount, eval: timeToInt(func(t temporal) int { return int(t.Second) })},
	{name: "DATE_FORMAT", min: 2, max: 2, fix: fixLayout, eval: evalDateFormat},
	{name: "TIME_FORMAT", min: 2, max: 2, fix: fixLayout, eval: evalTimeFormat},
	{name: "STR_TO_DATE", min: 2, max: 2, looks: true, fix: fixStrToDate, eval: evalStrToDate},
	{name: "ADDTIME", min: 2, max: 2, looks: true, fix: fixAddTime, eval: evalAddTime},
	{name: "SUBTIME", min: 2, max: 2, looks: true, fix: fixAddTime, eval: evalAddTime},
	{name: "DATEDIFF", min: 2, max: 2, fix: fixCount, eval: evalDateDiff},
	{name: "TIMEDIFF", min: 2, max: 2, looks: true, fix: fixTimeDiff, eval: evalTimeDiff},
	{name: "MAKEDATE", min: 2, max: 2, fix: fixDate, eval: evalMakeDate},
	{name: "SEC_TO_TIME", min: 1, max: 1, fix: func(m *machine, n *node) attr {
		return attr{k: Time, dec: min(numeric(m.attr(n.args[0])).dec, 6)}
	}, eval: evalSecToTime},
	{name: "TIME_TO_SEC", min: 1, max: 1, looks: true, fix: fixTimeToSec, eval: evalTimeToSec},
}

// fixLayout is the type of a formatted date: a text that counts as a number
// without decimals in arithmetic.
func fixLayout(*machine, *node) attr { return attr{k: Text} }

func fixDate(*machine, *node) attr { return attr{k: Date} }

// fixNow reads the decimals wanted.
func fixNow(k Kind) func(*machine, *node) attr {
	return func(m *machine, n *node) attr {
		a := attr{k: k}
		if len(n.args) > 0 {
			if v, ok := m.constant(n.args[0]); ok {
				a.dec = int(max(0, min(m.toInt(v), 6)))
			}
		}
		return a
	}
}

func evalNow(m *machine, n *node) *value {
	a := m.attr(n)
	t, ok := m.now(a.dec)
	switch a.k {
	case Date:
		t = t.AsDate()
	case Time:
		t = t.AsTime()
	}
	return m.setTime(n, t, ok)
}

// fraction tells how many decimals the time in an argument has; of a text
// those it holds, or missing if it holds no time.
func (m *machine) fraction(n *node, missing int, read func(*node, *value) (temporal, bool)) int {
	switch a := m.attr(n); a.k {
	case Date, Int:
		return 0
	case Time, DateTime, Decimal:
		return min(a.dec, 6)
	case Double:
		return 6
	}
	if d := m.attr(n).dec; d != notFixed {
		if n.op.name != "CAST" {
			return min(d, 6)
		}
		missing = d
	}
	if v, ok := m.constant(n); ok {
		if v.k == Text && v.hybrid && !v.isTime(Time) {
			return int(v.t.Decimals)
		}
		if v.isTime(Time) { // its text, which may read as a date
			v = new(value).setText(v.s)
		}
		if t, ok := read(n, v); ok {
			return int(t.Decimals)
		}
	}
	return missing
}

func fixUnix(m *machine, n *node) attr {
	if len(n.args) == 0 {
		return attr{k: Int, ip: 10}
	}
	if d := m.fraction(n.args[0], 6, m.anyDate); d > 0 {
		return attr{k: Decimal, dec: d, ip: 11}
	}
	return attr{k: Int, ip: 11}
}

func evalUnix(m *machine, n *node) *value {
	var t temporal
	var ok bool
	if len(n.args) == 0 {
		t, ok = m.now(0)
	} else {
		t, ok = m.dateArg(n, 0)
	}
	if !ok {
		return m.slot(n).setNull()
	}
	seconds, ok := t.Unix(m.zone())
	if !ok || m.beyond(seconds) {
		return m.slot(n).setNull()
	}
	return m.seconds(n, seconds, t.Micro, false)
}

// beyond tells whether a Unix time is past the last one of MariaDB 10.11.
func (m *machine) beyond(seconds int64) bool { return m.e.o.MariaDB && seconds > math.MaxInt32 }

// seconds gives n a number of seconds with as many decimals as it has.
func (m *machine) seconds(n *node, whole int64, micro uint32, neg bool) *value {
	a := m.attr(n)
	if a.k == Int {
		if neg {
			whole = -whole
		}
		return m.slot(n).setInt(whole)
	}
	d := decFromInt(whole)
	if micro -= micro % (pow10[6-a.dec]); micro != 0 { // else it has no fraction to a division
		d.frac = 6
		d.w[d.iw()] = micro * 1000
	}
	d.neg = neg && !d.isZero()
	return m.slot(n).setDec(d)
}

func fixFromUnix(m *machine, n *node) attr {
	if len(n.args) == 2 {
		return fixLayout(m, n)
	}
	dec := numeric(m.attr(n.args[0])).dec
	return attr{k: DateTime, dec: min(dec, 6), loose: dec >= notFixed}
}

func evalFromUnix(m *machine, n *node) *value {
	v := m.numberArg(n, 0)
	if v.null() {
		return m.slot(n).setNull()
	}
	whole, micro, neg, decimals := m.split(n.args[0], v)
	if neg || m.beyond(whole) {
		return m.slot(n).setNull()
	}
	t, ok := mysqltime.FromUnix(whole, micro, neg, decimals, m.zone())
	if len(n.args) == 2 {
		return m.format(n, t, ok)
	}
	if v.k == Text || v.k == Double {
		t = t.Auto()
	}
	return m.setTime(n, t, ok)
}

// format prints t by the layout in the second argument.
func (m *machine) format(n *node, t temporal, ok bool) *value {
	layout, known := m.str(n, 1)
	if !ok || !known || !m.room(n, len(layout)*8) {
		return m.slot(n).setNull()
	}
	text, ok := t.AppendFormat(nil, layout)
	if !ok {
		return m.slot(n).setNull()
	}
	return m.slot(n).setText(string(text))
}

func evalDateFormat(m *machine, n *node) *value {
	v := m.arg(n, 0)
	if v.isTime(Time) {
		return m.format(n, v.t, true)
	}
	t, ok := m.dateOf(n.args[0], v)
	return m.format(n, t, ok)
}

func evalTimeFormat(m *machine, n *node) *value {
	t, ok := m.timeArg(n, 0)
	layout, known := m.str(n, 1)
	if !ok || !known || !m.room(n, len(layout)*8) {
		return m.slot(n).setNull()
	}
	text, ok := t.AppendTimeFormat(nil, layout)
	if !ok {
		return m.slot(n).setNull()
	}
	return m.slot(n).setText(string(text))
}

func dateToDate(f func(temporal) (temporal, bool)) func(*machine, *node) *value {
	return func(m *machine, n *node) *value {
		t, ok := m.dateArg(n, 0)
		if !ok {
			return m.slot(n).setNull()
		}
		r, ok := f(t)
		return m.setTime(n, r, ok)
	}
}

func dateToInt(f func(temporal) (int, bool)) func(*machine, *node) *value {
	return func(m *machine, n *node) *value {
		t, ok := m.dateArg(n, 0)
		if !ok {
			return m.slot(n).setNull()
		}
		i, ok := f(t)
		if !ok {
			return m.slot(n).setNull()
		}
		return m.slot(n).setInt(int64(i))
	}
}

func timeToInt(f func(temporal) int) func(*machine, *node) *value {
	return func(m *machine, n *node) *value {
		t, ok := m.timeArg(n, 0)
		if !ok {
			return m.slot(n).setNull()
		}
		return m.slot(n).setInt(int64(f(t)))
	}
}

func fixTimeOf(m *machine, n *node) attr {
	return attr{k: Time, dec: m.fraction(n.args[0], 6, m.timeOf)}
}

func evalTime(m *machine, n *node) *value {
	t, ok := m.timeArg(n, 0)
	return m.setTime(n, t.Cut(m.attr(n).dec), ok)
}

func evalWeek(m *machine, n *node) *value {
	t, ok := m.dateArg(n, 0)
	if !ok {
		return m.slot(n).setNull()
	}
	mode := int64(0)
	if len(n.args) > 1 {
		mode, _ = m.num(n, 1)
	}
	week, _, ok := t.Week(int(mode & 7))
	if !ok {
		return m.slot(n).setNull()
	}
	return m.slot(n).setInt(int64(week))
}

func fixStrToDate(m *machine, n *node) attr {
	v, ok := m.constant(n.args[1])
	if !ok || v.null() {
		return attr{k: DateTime, dec: 6}
	}
	k, decimals := mysqltime.LayoutKind(m.textOf(n.args[1], v))
	return attr{k: timeKind(&temporal{Kind: k}), dec: decimals}
}

func evalStrToDate(m *machine, n *node) *value {
	s, ok := m.str(n, 0)
	if !ok {
		return m.slot(n).setNull()
	}
	layout, ok := m.str(n, 1)
	if !ok {
		return m.slot(n).setNull()
	}
	t, ok := mysqltime.Parse(s, layout)
	return m.setTime(n, t, ok)
}

func fixAddTime(m *machine, n *node) attr {
	switch a := m.attr(n.args[0]); a.k {
	case Time, DateTime, Date:
		if a.k == Date {
			a.k = DateTime
		}
		a.dec, a.loose = max(a.dec, m.fraction(n.args[1], 6, m.timeOf)), false
		return a
	case Text:
		if a.dec != notFixed {
			a.dec = max(a.dec, m.fraction(n.args[1], 6, m.timeOf))
		}
		return a
	default:
		return attr{k: Text, dec: max(min(a.dec, 6), m.fraction(n.args[1], 6, m.timeOf))}
	}
}

func evalAddTime(m *machine, n *node) *value {
	a, b := m.arg(n, 0), m.arg(n, 1)
	x, ok := m.eitherOf(n.args[0], a)
	y, also := m.spanOf(n.args[1], b)
	if !ok || !also {
		return m.slot(n).setNull()
	}
	t, ok := mysqltime.AddTime(x, y, n.op.name == "SUBTIME")
	if m.attr(n).k == Text {
		if d := m.attr(n).dec; d != notFixed {
			t = t.Cut(d)
		} else {
			t = t.Auto()
		}
		return m.setTimeText(n, t, ok)
	}
	return m.setTime(n, t.Cut(m.attr(n).dec), ok)
}

func evalDateDiff(m *machine, n *node) *value {
	a, ok := m.dateArg(n, 0)
	if !ok {
		return m.slot(n).setNull()
	}
	b, ok := m.dateArg(n, 1)
	if !ok {
		return m.slot(n).setNull()
	}
	days, ok := mysqltime.DateDiff(a, b)
	if !ok {
		return m.slot(n).setNull()
	}
	return m.slot(n).setInt(int64(days))
}

func fixTimeDiff(m *machine, n *node) attr {
	return attr{k: Time, dec: max(m.fraction(n.args[0], 6, m.eitherOf), m.fraction(n.args[1], 6, m.eitherOf))}
}

func evalTimeDiff(m *machine, n *node) *value {
	a, ok := m.eitherOf(n.args[0], m.arg(n, 0))
	b, also := m.eitherOf(n.args[1], m.arg(n, 1))
	if !ok || !also {
		return m.slot(n).setNull()
	}
	t, ok := mysqltime.TimeDiff(a, b)
	return m.setTime(n, t, ok)
}

func evalMakeDate(m *machine, n *node) *value {
	year, ok := m.num(n, 0)
	if !ok {
		return m.slot(n).setNull()
	}
	day, ok := m.num(n, 1)
	if !ok {
		return m.slot(n).setNull()
	}
	t, ok := mysqltime.MakeDate(year, day)
	return m.setTime(n, t, ok)
}

func evalSecToTime(m *machine, n *node) *value {
	v := m.numberArg(n, 0)
	if v.null() {
		return m.slot(n).setNull()
	}
	t, ok := mysqltime.SecToTime(m.split(n.args[0], v))
	return m.setTime(n, t, ok)
}

func fixTimeToSec(m *machine, n *node) attr {
	if d := m.fraction(n.args[0], 6, m.timeOf); d > 0 {
		return attr{k: Decimal, dec: d, ip: 7}
	}
	return attr{k: Int, ip: 10}
}

func evalTimeToSec(m *machine, n *node) *value {
	t, ok := m.timeArg(n, 0)
	if !ok {
		return m.slot(n).setNull()
	}
	seconds, micro, neg := mysqltime.TimeToSec(t)
	return m.seconds(n, seconds, micro, neg)
}

// shift is what DATE_ADD and its like keep from compiling.
type shift struct {
	unit     mysqltime.Unit
	subtract bool
}

var opShift = &operation{name: "DATE_ADD", looks: true, fix: fixShift, eval: evalShift}

// fixShift gives the type of args[0] moved by args[1] units.
func fixShift(m *machine, n *node) attr {
	by, _ := n.extra.(shift)
	a := m.attr(n.args[0])
	decimals := by.unit.Decimals()
	if by.unit == mysqltime.Second {
		decimals = min(numeric(m.attr(n.args[1])).dec, 6)
	}
	switch a.k {
	case Date:
		if by.unit.Clock() {
			return attr{k: DateTime, dec: decimals}
		}
		return attr{k: Date}
	case Time, DateTime:
		a.dec, a.loose = max(a.dec, decimals), false
		return a
	default:
		return attr{k: Text, dec: max(decimals, m.fraction(n.args[0], 6, m.anyDate))}
	}
}

// textDecimals are those of a text that stands for a TIME where a date is
// wanted: it may read as one, or its decimals are not known.
func textDecimals(v *value) int {
	if t, ok := mysqltime.ParseDateTime(v.s); ok {
		return int(t.Decimals)
	}
	return 6
}

func evalShift(m *machine, n *node) *value {
	by, _ := n.extra.(shift)
	v := m.arg(n, 0)
	amount := m.numberArg(n, 1)
	if v.null() || amount.null() {
		return m.slot(n).setNull()
	}
	iv, ok := m.amount(n.args[1], amount, by.unit)
	if !ok {
		return m.slot(n).setNull()
	}
	t := v.t
	if !v.isTime(Time) {
		if t, ok = m.dateOf(n.args[0], v); !ok {
			return m.slot(n).setNull()
		}
	}
	t, ok = t.Add(iv, by.subtract)
	if m.attr(n).k == Text {
		if v.k == Text && v.isTime(Time) {
			d := m.attr(n.args[0]).dec
			if d == notFixed {
				d = textDecimals(v)
			}
			t = t.Cut(max(d, int(t.Decimals)))
		}
		return m.setTimeText(n, t, ok)
	}
	return m.setTime(n, t.Cut(m.attr(n).dec), ok)
}

// amount reads the number before a unit.
func (m *machine) amount(n *node, v *value, unit mysqltime.Unit) (mysqltime.Interval, bool) {
	switch {
	case unit.Composite():
		return mysqltime.ParseInterval(m.textOf(n, v), unit)
	case unit == mysqltime.Second && v.k != Int:
		whole, micro, neg, decimals := m.split(n, v)
		return mysqltime.Seconds(unsigned(whole), micro, neg, decimals), true
	case v.isUint():
		return mysqltime.NewInterval(math.MaxInt64, unit), true
	default:
		return mysqltime.NewInterval(m.toInt(v), unit), true
	}
}

// unit reads the name of a unit.
func (p *parser) unit() mysqltime.Unit {
	if p.ok() && p.tok.kind == tokName {
		if u, ok := mysqltime.ParseUnit(p.tok.text); ok {
			p.advance()
			return u
		}
	}
	p.unexpected("a unit such as DAY")
	return mysqltime.Day
}

// interval reads INTERVAL x unit behind + or -.
func (p *parser) interval(left *node, subtract bool, off int) *node {
	p.expectWord("interval")
	amount := p.expr(precLowest)
	n := p.node(opShift, off, left, amount)
	n.extra = shift{unit: p.unit(), subtract: subtract}
	return n
}

// parseDateAdd reads the arguments of DATE_ADD and DATE_SUB, and of ADDDATE and
// SUBDATE, which take a number of days too.
func parseDateAdd(p *parser, t token) *node {
	date := p.expr(precLowest)
	p.expectOp(",")
	by := shift{unit: mysqltime.Day, subtract: strings.Contains(t.text, "sub")}
	var amount *node
	switch {
	case p.acceptWord("interval"):
		amount = p.expr(precLowest)
		by.unit = p.unit()
	case strings.HasPrefix(t.text, "date_"):
		p.unexpected("INTERVAL")
		return nil
	default:
		amount = p.expr(precLowest)
	}
	p.expectOp(")")
	n := p.node(opShift, t.off, date, amount)
	n.extra = by
	return n
}

var opTimestampDiff = &operation{name: "TIMESTAMPDIFF", fix: func(*machine, *node) attr { return attr{k: Int, ip: 19} }, eval: func(m *machine, n *node) *value {
	by, _ := n.extra.(shift)
	a, ok := m.dateArg(n, 0)
	if !ok {
		return m.slot(n).setNull()
	}
	b, ok := m.dateArg(n, 1)
	if !ok {
		return m.slot(n).setNull()
	}
	i, ok := mysqltime.TimestampDiff(by.unit, a, b)
	if !ok {
		return m.slot(n).setNull()
	}
	return m.slot(n).setInt(i)
}}

// parseTimestamp reads TIMESTAMPADD(unit, n, date) and
// TIMESTAMPDIFF(unit, a, b).
func parseTimestamp(p *parser, t token) *node {
	p.tok.text = strings.TrimPrefix(p.tok.text, "sql_tsi_")
	off := p.tok.off
	by := shift{unit: p.unit()}
	if by.unit.Composite() {
		p.stop(CodeSyntax, off, "%s takes a unit of one word", strings.ToUpper(t.text))
	}
	p.expectOp(",")
	first := p.expr(precLowest)
	p.expectOp(",")
	second := p.expr(precLowest)
	p.expectOp(")")
	n := p.node(opTimestampDiff, t.off, first, second)
	if t.text == "timestampadd" {
		n.op, n.args = opShift, []*node{second, first}
	}
	n.extra = by
	return n
}

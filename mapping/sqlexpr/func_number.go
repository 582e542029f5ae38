package sqlexpr

import (
	"math"
)

var numberFunctions = []*operation{
	{name: "ABS", min: 1, max: 1, fix: fixAbs, eval: evalAbs},
	{name: "SIGN", min: 1, max: 1, fix: fixBool, eval: evalSign},
	{name: "ROUND", min: 1, max: 2, looks: true, fix: fixRound, eval: evalRound},
	{name: "TRUNCATE", min: 2, max: 2, looks: true, fix: fixRound, eval: evalRound},
	{name: "CEILING", min: 1, max: 1, fix: fixWhole, eval: evalWhole},
	{name: "FLOOR", min: 1, max: 1, fix: fixWhole, eval: evalWhole},
	{name: "MOD", min: 2, max: 2, fix: fixMod, eval: evalMod},
	{name: "POW", min: 2, max: 2, fix: fixReal, eval: evalPow},
	{name: "SQRT", min: 1, max: 1, fix: fixReal, eval: evalSqrt},
	{name: "GREATEST", min: 2, max: -1, looks: true, fix: fixExtreme, eval: evalExtreme},
	{name: "LEAST", min: 2, max: -1, looks: true, fix: fixExtreme, eval: evalExtreme},
	{name: "RAND", min: 0, max: 1, fix: fixReal, eval: evalRand},
	{name: "FORMAT", min: 2, max: 2, fix: fixText, eval: evalFormat},
}

func fixReal(*machine, *node) attr { return attr{k: Double, dec: notFixed} }

func fixAbs(m *machine, n *node) attr {
	a := numeric(m.attr(n.args[0]))
	if m.attr(n.args[0]).k.temporal() {
		a.k = Decimal
	}
	a.narrow = false
	return a
}

func evalAbs(m *machine, n *node) *value {
	v := m.numberArg(n, 0)
	if v.null() {
		return m.slot(n).setNull()
	}
	switch m.attr(n).k {
	case Int:
		i := m.intOf(v)
		switch {
		case v.k == Int && v.unsigned:
			return m.slot(n).setUint(unsigned(i))
		case i == math.MinInt64:
			return m.outOfRange(n, "BIGINT")
		case i < 0:
			i = -i
		}
		return m.slot(n).setInt(i)
	case Decimal:
		d, _ := m.toDec(v)
		d.neg = false
		return m.slot(n).setDec(d)
	default:
		return m.slot(n).setReal(math.Abs(m.toFloat(v)))
	}
}

func evalSign(m *machine, n *node) *value {
	v := m.numberArg(n, 0)
	if v.null() {
		return m.slot(n).setNull()
	}
	if v.k == Decimal {
		return m.slot(n).setInt(int64(v.d.sign()))
	}
	f := m.toFloat(v)
	switch {
	case f > 0:
		return m.slot(n).setInt(1)
	case f < 0:
		return m.slot(n).setInt(-1)
	default:
		return m.slot(n).setInt(0)
	}
}

// roundDigits returns the second argument of ROUND and TRUNCATE; known is
// false if it is NULL.
func (m *machine) roundDigits(n *node) (digits int, known bool) {
	if len(n.args) < 2 {
		return 0, true
	}
	d, ok := m.num(n, 1)
	return int(max(-1000, min(d, 1000))), ok
}

// roundsTime tells whether n, ROUND and the like, gives a time of a time: in
// MariaDB, and not of a DATE.
func (m *machine) roundsTime(n *node) bool {
	k := m.attr(n.args[0]).k
	return m.e.o.MariaDB && (k == Time || k == DateTime)
}

// roundTime is ROUND, TRUNCATE, FLOOR and CEILING of a time.
func (m *machine) roundTime(n *node, v *value) *value {
	digits := m.attr(n).dec
	switch n.op.name {
	case "ROUND":
		return m.setTime(n, v.t.Round(digits), true)
	case "TRUNCATE":
		return m.setTime(n, v.t.Cut(digits), true)
	default:
		return m.setTime(n, v.t.Whole(n.op.name == "CEILING"), true)
	}
}

func fixRound(m *machine, n *node) attr {
	a := numeric(m.attr(n.args[0]))
	digits := 0
	if len(n.args) > 1 {
		v, ok := m.constant(n.args[1])
		switch {
		case ok && v.null() && a.k == Int:
			return a
		case !ok || v.null():
			return attr{k: Double, dec: notFixed}
		}
		digits = int(max(-1000, min(m.toInt(v), 1000)))
	}
	if m.roundsTime(n) {
		return attr{k: m.attr(n.args[0]).k, dec: max(0, min(digits, 6))}
	}
	truncate := n.op.name == "TRUNCATE"
	switch a.k {
	case Int:
		if digits < 0 && !truncate && wideInteger(n.args[0], a) && m.attr(n.args[0]).k == Int {
			return attr{k: Decimal, ip: a.ip + 1}
		}
		return a
	case Decimal:
		a.dec = m.clampScale(digits)
		if !truncate {
			a.ip = addDigits(a.ip, 1)
		}
		return a
	default:
		a.dec = max(0, min(digits, notFixed))
		return a
	}
}

// wideInteger tells whether the type of an Int has 64 bits, as the server finds
// by the length of its text, with a sign unless it is a literal.
func wideInteger(n *node, a attr) bool {
	switch length := a.ip; n.op.name {
	case "CAST":
		return !a.narrow
	case opLiteral.name, opHole.name, opNumberParts.name, "DIV":
		return length >= 10 && !a.narrow
	default:
		return length >= 9 && !a.narrow
	}
}

func evalRound(m *machine, n *node) *value {
	v := m.numberArg(n, 0)
	if v.null() {
		return m.slot(n).setNull()
	}
	digits, known := m.roundDigits(n)
	if !known {
		return m.slot(n).setNull()
	}
	truncate := n.op.name == "TRUNCATE"
	k := m.attr(n).k
	if k.temporal() {
		return m.roundTime(n, v)
	}
	if k == Double {
		return m.slot(n).setReal(roundFloat(m.toFloat(v), digits, truncate))
	}
	if k == Int && digits >= 0 && v.k == Int {
		out := m.slot(n)
		*out = *v
		return out
	}
	d, _ := m.toDec(v)
	r, status := decRound(&d, min(digits, m.attr(n).dec), truncate)
	switch {
	case status == decOverflow:
		return m.outOfRange(n, "DECIMAL")
	case k == Int:
		return m.intResult(n, &r)
	default:
		return m.slot(n).setDec(r)
	}
}

// roundFloat rounds a DOUBLE as MySQL does: by multiplying and dividing with
// a power of ten.
func roundFloat(f float64, digits int, truncate bool) float64 {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return f
	}
	p := math.Pow10(abs(digits))
	scaled, restore := f*p, func(x float64) float64 { return x / p }
	if digits < 0 {
		scaled, restore = f/p, func(x float64) float64 { return x * p }
	}
	switch {
	case digits < 0 && math.IsInf(p, 0):
		return 0
	case digits >= 0 && (math.IsInf(scaled, 0) || math.IsNaN(scaled)):
		return f
	case truncate:
		return restore(math.Trunc(scaled))
	default:
		return restore(math.RoundToEven(scaled))
	}
}

func abs(i int) int {
	if i < 0 {
		return -i
	}
	return i
}

// fixWhole gives the type of CEILING and FLOOR: BIGINT where the digits fit.
func fixWhole(m *machine, n *node) attr {
	a := numeric(m.attr(n.args[0]))
	if m.roundsTime(n) {
		return attr{k: m.attr(n.args[0]).k}
	}
	if a.k == Decimal && a.ip < 18 {
		a.k = Int
	}
	a.dec = 0
	return a
}

func evalWhole(m *machine, n *node) *value {
	v := m.numberArg(n, 0)
	if v.null() {
		return m.slot(n).setNull()
	}
	up := n.op.name == "CEILING"
	k := m.attr(n).k
	if k.temporal() {
		return m.roundTime(n, v)
	}
	if k == Double {
		if up {
			return m.slot(n).setReal(math.Ceil(m.toFloat(v)))
		}
		return m.slot(n).setReal(math.Floor(m.toFloat(v)))
	}
	if v.k == Int {
		out := m.slot(n)
		*out = *v
		return out
	}
	d, _ := m.toDec(v)
	r, _ := decRound(&d, 0, true)
	if compareMagnitudes(&r, &d) != 0 && up != d.neg {
		one := decFromInt(1)
		one.neg = d.neg
		r.neg = d.neg
		r, _ = decAdd(&r, &one)
	}
	if k == Int {
		return m.intResult(n, &r)
	}
	return m.slot(n).setDec(r)
}

func evalPow(m *machine, n *node) *value {
	a, b, ok := m.numbers(n)
	if !ok {
		return m.slot(n).setNull()
	}
	return m.real(n, pow(m.toFloat(a), m.toFloat(b)))
}

func evalSqrt(m *machine, n *node) *value {
	v := m.numberArg(n, 0)
	if v.null() {
		return m.slot(n).setNull()
	}
	f := m.toFloat(v)
	if f < 0 {
		return m.slot(n).setNull()
	}
	return m.real(n, math.Sqrt(f))
}

// fixExtreme gives GREATEST and LEAST the type their arguments are compared
// as.
func fixExtreme(m *machine, n *node) attr {
	var r attr
	for i, a := range n.args {
		b := m.attr(a)
		switch {
		case r.k.temporal() && !b.k.temporal():
			if r.k != Date {
				r.dec = max(r.dec, m.decimals(n.args[i], r.k))
			}
		case b.k.temporal() && !r.k.temporal():
			if b.k != Date {
				for _, before := range n.args[:i] {
					b.dec = max(b.dec, m.decimals(before, b.k))
				}
			}
			r = b
		case b.k == Null && a != n.args[0] && !r.k.temporal() && r.k != Text && r.k != Null,
			r.k == Null && a != n.args[0] && !b.k.temporal() && b.k != Text && b.k != Null:
			r = attr{k: Double, dec: max(r.dec, b.dec)}
		case r.k == Null, b.k == Null, r.k == b.k, r.k != Text && b.k != Text:
			r = mixTwo(r, b)
		default:
			r = attr{k: Double, dec: max(r.dec, b.dec)}
		}
	}
	r.loose = false
	return r
}

// decimals are those an operand has as a time of kind k; of a text those it
// holds.
func (m *machine) decimals(n *node, k Kind) int {
	if m.attr(n).k != Text {
		return min(m.attr(n).dec, 6)
	}
	if !m.e.o.MariaDB {
		return 0
	}
	read := m.anyDate
	if k == Time {
		read = m.timeOf
	}
	return m.fraction(n, 6, read)
}

func evalExtreme(m *machine, n *node) *value {
	k := m.attr(n).k
	var best *value
	bestArg := 0
	for i := range n.args {
		v := m.arg(n, i)
		if v.null() {
			return m.slot(n).setNull()
		}
		if k == Double {
			v = m.number(n.args[i], v)
		}
		if best == nil {
			best = v
			continue
		}
		c, ok := m.compare(n, v, best, k)
		if !ok {
			return m.slot(n).setNull()
		}
		if c < 0 && n.op.name == "LEAST" || c > 0 && n.op.name == "GREATEST" {
			best, bestArg = v, i
		}
	}
	out := m.as(n, n.args[bestArg], best)
	if k.temporal() && out.null() && m.err == nil {
		return m.noDate(n, best)
	}
	return out
}

// evalRand with a seed is the first number of MySQL's generator.
func evalRand(m *machine, n *node) *value {
	if len(n.args) == 0 {
		return m.slot(n).setReal(m.env.random())
	}
	v := m.numberArg(n, 0)
	seed := uint32(0)
	if !v.null() {
		seed = uint32(m.toInt(v)) //nolint:gosec // MySQL cuts the seed to 32 bits
	}
	const most = 0x3FFFFFFF
	s1 := uint64(seed*0x10001+55555555) % most
	s2 := uint64(seed*0x10000001) % most
	s1 = (s1*3 + s2) % most
	return m.slot(n).setReal(float64(s1) / most)
}

// evalFormat rounds and puts a comma before every third digit.
func evalFormat(m *machine, n *node) *value {
	v := m.numberArg(n, 0)
	if v.null() {
		return m.slot(n).setNull()
	}
	digits, ok := m.num(n, 1)
	if !ok {
		return m.slot(n).setNull()
	}
	places := int(max(0, min(digits, int64(m.maxScale))))
	var buf [96]byte
	text := buf[:0]
	if k := numeric(m.attr(n.args[0])).k; k == Double || v.k.temporal() {
		text = appendFixed(text, roundFloat(m.toFloat(v), places, false)+0, places)
	} else {
		d, _ := m.toDec(v)
		text = appendDec(text, &d, places)
	}
	return m.slot(n).setText(group(string(text)))
}

func group(s string) string {
	sign := 0
	if s[0] == '-' {
		sign = 1
	}
	end := sign
	for end < len(s) && isDigit(s[end]) {
		end++
	}
	out := make([]byte, 0, len(s)*4/3+1)
	out = append(out, s[:sign]...)
	for i := sign; i < end; i++ {
		if i > sign && (end-i)%3 == 0 {
			out = append(out, ',')
		}
		out = append(out, s[i])
	}
	return string(append(out, s[end:]...))
}

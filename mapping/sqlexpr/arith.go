package sqlexpr

import (
	"math"
	"math/bits"
)

var (
	opAdd    = &operation{name: "+", fix: fixSum, eval: evalAdd}
	opSub    = &operation{name: "-", fix: fixSum, eval: evalSub}
	opMul    = &operation{name: "*", fix: fixMul, eval: evalMul}
	opDiv    = &operation{name: "/", fix: fixDiv, eval: evalDiv}
	opIntDiv = &operation{name: "DIV", fix: fixIntDiv, eval: evalIntDiv}
	opMod    = &operation{name: "%", fix: fixMod, eval: evalMod}
	opNeg    = &operation{name: "-", looks: true, fix: fixNeg, eval: evalNeg}
)

// pair gives the attributes of both operands in arithmetic, and the kind of
// the result.
func (m *machine) pair(n *node) (a, b attr, k Kind) {
	x, y := m.attr(n.args[0]), m.attr(n.args[1])
	a, b, k = numeric(x), numeric(y), max(numeric(x).k, numeric(y).k) // Int < Decimal < Double
	if k == Double {
		if x.loose {
			a.dec = notFixed
		}
		if y.loose {
			b.dec = notFixed
		}
	}
	return a, b, k
}

// whole tells whether n, arithmetic with a time, is BIGINT though one operand
// is a DECIMAL: MariaDB has it so where neither has decimals.
func (m *machine) whole(n *node, a, b attr, k Kind) bool {
	x, y := m.attr(n.args[0]).k, m.attr(n.args[1]).k
	return m.e.o.MariaDB && k == Decimal && a.dec == 0 && b.dec == 0 && (x.temporal() || y.temporal())
}

// operands evaluates both; ok is false when one is NULL.
func (m *machine) operands(n *node) (a, b *value, ok bool) {
	a = m.arg(n, 0)
	if a.null() {
		return a, a, false
	}
	b = m.arg(n, 1)
	return a, b, !b.null()
}

// numbers evaluates both as numbers. Except for DECIMAL, an error of the
// second counts even if the first is NULL.
func (m *machine) numbers(n *node) (a, b *value, ok bool) {
	a = m.arg(n, 0)
	if a.null() && m.attr(n).k == Decimal {
		return a, a, false
	}
	b = m.arg(n, 1)
	if a.null() || b.null() {
		return a, b, false
	}
	a, b = m.number(n.args[0], a), m.number(n.args[1], b)
	if m.attr(n).k == Int && n.op.name != "DIV" { // see whole
		if a.k == Decimal {
			a = new(value).setInt(m.toInt(a))
		}
		if b.k == Decimal {
			b = new(value).setInt(m.toInt(b))
		}
	}
	return a, b, true
}

// numberArg evaluates an argument as a number.
func (m *machine) numberArg(n *node, i int) *value { return m.number(n.args[i], m.arg(n, i)) }

// number is v, the value of n, to a consumer of numbers: GREATEST and LEAST
// of texts compare their arguments as numbers then, and ELT does not turn its
// argument into text.
func (m *machine) number(n *node, v *value) *value {
	if v.k != Text {
		return v
	}
	switch n.op.name {
	case jsonExtract:
		return jsonNumber(n, v)
	case "GREATEST", "LEAST":
	case "ELT":
		i := m.toInt(m.done(n.args[0]))
		return m.number(n.args[i], m.done(n.args[i]))
	default:
		return v
	}
	var best float64
	for i, a := range n.args {
		f := m.toFloat(m.number(a, m.done(a)))
		if i == 0 || f < best && n.op.name == "LEAST" || f > best && n.op.name == "GREATEST" {
			best = f
		}
	}
	return new(value).setReal(best)
}

// exact is v, the value of n, to a consumer of decimals: GREATEST and LEAST
// compare as decimals then.
func (m *machine) exact(n *node, v *value) (dec, decStatus) {
	v = jsonNumber(n, v)
	least := n.op.name == "LEAST"
	if v.k != Double && v.k != Text || !least && n.op.name != "GREATEST" {
		return m.toDec(v)
	}
	best, status := m.exact(n.args[0], m.done(n.args[0]))
	for _, a := range n.args[1:] {
		d, s := m.exact(a, m.done(a))
		if c := decCmp(&d, &best); c < 0 && least || c > 0 && !least {
			best, status = d, s
		}
	}
	return best, status
}

func fixSum(m *machine, n *node) attr {
	a, b, k := m.pair(n)
	if m.whole(n, a, b, k) {
		k = Int
	}
	r := attr{k: k, dec: max(a.dec, b.dec), ip: addDigits(max(a.ip, b.ip), 1)}
	if k == Int {
		r.unsigned = a.unsigned || b.unsigned
	}
	if k == Decimal {
		r.dec = m.clampScale(r.dec)
	}
	return r
}

func addDigits(a, b int) int { return min(a+b, maxDigits) }

func evalAdd(m *machine, n *node) *value {
	a, b, ok := m.numbers(n)
	if !ok {
		return m.slot(n).setNull()
	}
	switch m.attr(n).k {
	case Int:
		x, y := m.intOf(a), m.intOf(b)
		if !a.unsigned && !b.unsigned {
			if s := x + y; (s > x) == (y > 0) {
				return m.slot(n).setInt(s)
			}
		}
		return m.wideInt(n, a, b, decAdd)
	case Decimal:
		return m.decimalOp(n, a, b, decAdd)
	default:
		return m.real(n, m.toFloat(a)+m.toFloat(b))
	}
}

func evalSub(m *machine, n *node) *value {
	a, b, ok := m.numbers(n)
	if !ok {
		return m.slot(n).setNull()
	}
	switch m.attr(n).k {
	case Int:
		x, y := m.intOf(a), m.intOf(b)
		if !a.unsigned && !b.unsigned {
			if s := x - y; (s < x) == (y > 0) {
				return m.slot(n).setInt(s)
			}
		}
		return m.wideInt(n, a, b, decSub)
	case Decimal:
		return m.decimalOp(n, a, b, decSub)
	default:
		return m.real(n, m.toFloat(a)-m.toFloat(b))
	}
}

// intOf returns the integer of an operand of integer arithmetic: an Int, or a
// time as a number.
func (m *machine) intOf(v *value) int64 {
	if v.k == Int {
		return v.i
	}
	return m.toInt(v)
}

// wideInt computes with more room than 64 bits and fails if the result does
// not fit them.
func (m *machine) wideInt(n *node, a, b *value, op func(a, b *dec) (dec, decStatus)) *value {
	x, _ := m.toDec(a)
	y, _ := m.toDec(b)
	d, _ := op(&x, &y)
	return m.intResult(n, &d)
}

// intResult fits a whole number into the BIGINT that n is.
func (m *machine) intResult(n *node, d *dec) *value {
	if m.attr(n).unsigned {
		u, ok := d.toUint()
		if !ok || d.neg {
			return m.outOfRange(n, "BIGINT UNSIGNED")
		}
		return m.slot(n).setUint(u)
	}
	i, ok := d.toInt()
	if !ok {
		return m.outOfRange(n, "BIGINT")
	}
	return m.slot(n).setInt(i)
}

func (m *machine) decimalOp(n *node, a, b *value, op func(a, b *dec) (dec, decStatus)) *value {
	x, _ := m.toDec(a)
	y, _ := m.toDec(b)
	d, status := op(&x, &y)
	if status == decOverflow {
		return m.outOfRange(n, "DECIMAL")
	}
	return m.slot(n).setDec(d)
}

func fixMul(m *machine, n *node) attr {
	a, b, k := m.pair(n)
	if m.whole(n, a, b, k) {
		k = Int
	}
	r := attr{k: k, ip: addDigits(a.ip, b.ip)}
	switch k {
	case Int:
		r.unsigned = a.unsigned || b.unsigned
	case Decimal:
		r.dec = m.clampScale(a.dec + b.dec)
	default:
		r.dec = max(a.dec, b.dec)
	}
	return r
}

func evalMul(m *machine, n *node) *value {
	a, b, ok := m.numbers(n)
	if !ok {
		return m.slot(n).setNull()
	}
	switch m.attr(n).k {
	case Int:
		x, y := m.intOf(a), m.intOf(b)
		if !a.unsigned && !b.unsigned {
			if p, ok := mulInt64(x, y); ok {
				return m.slot(n).setInt(p)
			}
		}
		return m.wideInt(n, a, b, func(a, b *dec) (dec, decStatus) { return decMul(a, b, 0) })
	case Decimal:
		x, _ := m.toDec(a)
		y, _ := m.toDec(b)
		d, status := decMul(&x, &y, m.maxFrac())
		if status == decOverflow {
			return m.outOfRange(n, "DECIMAL")
		}
		return m.slot(n).setDec(d)
	default:
		return m.real(n, m.toFloat(a)*m.toFloat(b))
	}
}

func mulInt64(x, y int64) (int64, bool) {
	abs := func(i int64) uint64 {
		if i < 0 {
			return uint64(-i)
		}
		return unsigned(i)
	}
	hi, lo := bits.Mul64(abs(x), abs(y))
	if hi != 0 || lo > math.MaxInt64 {
		return 0, false
	}
	if (x < 0) != (y < 0) {
		return -int64(lo), true
	}
	return int64(lo), true
}

func fixDiv(m *machine, n *node) attr {
	a, b, k := m.pair(n)
	if k == Double {
		r := attr{k: Double, dec: notFixed}
		if d := max(a.dec, b.dec) + divIncrement; d < notFixed {
			r.dec = d
		}
		return r
	}
	return attr{k: Decimal, dec: m.clampScale(a.dec + divIncrement), ip: addDigits(a.ip, b.dec)}
}

func evalDiv(m *machine, n *node) *value {
	a, b, ok := m.numbers(n)
	if !ok {
		return m.slot(n).setNull()
	}
	if m.attr(n).k == Double {
		y := m.toFloat(b)
		if y == 0 {
			return m.slot(n).setNull()
		}
		return m.real(n, m.toFloat(a)/y)
	}
	x, _ := m.toDec(a)
	y, _ := m.toDec(b)
	d, status := decDiv(&x, &y, divIncrement)
	switch status {
	case decDivZero:
		return m.slot(n).setNull()
	case decOverflow:
		return m.outOfRange(n, "DECIMAL")
	default:
		m.signZero(&d, x.neg != y.neg && !x.isZero() && d.isZero())
		return m.slot(n).setDec(d)
	}
}

// signZero gives a quotient cut to 0 the sign MariaDB leaves on it,
// which makes it less than 0 to a comparison there.
func (m *machine) signZero(d *dec, neg bool) {
	if m.e.o.MariaDB && neg {
		d.neg = true
	}
}

func fixIntDiv(m *machine, n *node) attr {
	a, b, _ := m.pair(n)
	return attr{k: Int, ip: a.ip, unsigned: a.unsigned || b.unsigned, narrow: a.narrow}
}

// evalIntDiv divides integers as such and everything else as decimals, and
// cuts the decimals off.
func evalIntDiv(m *machine, n *node) *value {
	a, b, ok := m.numbers(n)
	if !ok {
		return m.slot(n).setNull()
	}
	if a.k == Int && b.k == Int && !a.unsigned && !b.unsigned && b.i != 0 && b.i != -1 {
		return m.slot(n).setInt(a.i / b.i)
	}
	x, _ := m.exact(n.args[0], a)
	y, _ := m.exact(n.args[1], b)
	d, status := decDiv(&x, &y, 0)
	switch status {
	case decDivZero:
		return m.slot(n).setNull()
	case decOverflow:
		return m.outOfRange(n, "BIGINT")
	}
	d, _ = decRound(&d, 0, true)
	return m.intResult(n, &d)
}

func fixMod(m *machine, n *node) attr {
	a, b, k := m.pair(n)
	if m.whole(n, a, b, k) {
		k = Int
	}
	r := attr{k: k, dec: max(a.dec, b.dec), ip: max(a.ip, b.ip)}
	if k == Int {
		r.unsigned = a.unsigned
	}
	return r
}

func evalMod(m *machine, n *node) *value {
	a, b, ok := m.numbers(n)
	if !ok {
		return m.slot(n).setNull()
	}
	k := m.attr(n).k
	if k == Double {
		y := m.toFloat(b)
		if y == 0 {
			return m.slot(n).setNull()
		}
		return m.real(n, math.Mod(m.toFloat(a), y))
	}
	if k == Int && a.k == Int && b.k == Int && !a.unsigned && !b.unsigned && b.i != 0 {
		if b.i == -1 {
			return m.slot(n).setInt(0)
		}
		return m.slot(n).setInt(a.i % b.i)
	}
	x, _ := m.toDec(a)
	y, _ := m.toDec(b)
	d, status := decMod(&x, &y)
	switch {
	case status == decDivZero:
		return m.slot(n).setNull()
	case k == Int:
		return m.intResult(n, &d)
	default:
		m.signZero(&d, x.neg && !x.isZero() && max(x.frac, y.frac) > 0 && d.isZero())
		d.frac = max(d.frac, min(max(x.frac, y.frac), maxScaleZero))
		return m.slot(n).setDec(d)
	}
}

// maxScaleZero bounds the decimals put on a remainder of 0.
const maxScaleZero = 38

func fixNeg(m *machine, n *node) attr {
	a := fixAbs(m, n)
	if a.k == Int {
		// The negation of a negative result, of the smallest BIGINT and of what
		// exceeds it is a DECIMAL.
		v, ok := m.constant(n.args[0])
		literal := n.args[0].op == opLiteral || n.args[0].op == opHole || n.args[0].op == opNumberParts
		if ok && v.k == Int && !v.isUint() && v.i < 0 && !literal {
			return attr{k: Decimal, ip: a.ip}
		}
		if ok && v.k == Int && (v.isUint() && unsigned(v.i) != 1<<63 || !v.isUint() && v.i == math.MinInt64) {
			return attr{k: Decimal, ip: 20}
		}
		a.unsigned = false
	}
	return a
}

func evalNeg(m *machine, n *node) *value {
	v := m.numberArg(n, 0)
	if v.null() {
		return m.slot(n).setNull()
	}
	switch m.attr(n).k {
	case Int:
		i := m.intOf(v)
		if i == math.MinInt64 && !v.unsigned {
			return m.outOfRange(n, "BIGINT")
		}
		return m.slot(n).setInt(-i)
	case Decimal:
		d, _ := m.toDec(v)
		d.neg = !d.neg && !d.isZero()
		return m.slot(n).setDec(d)
	default:
		return m.slot(n).setReal(-m.toFloat(v))
	}
}

package sqlexpr

import (
	"cmp"
	"math"
)

var (
	opEq     = comparison("=", func(c int) bool { return c == 0 })
	opNe     = comparison("<>", func(c int) bool { return c != 0 })
	opLt     = comparison("<", func(c int) bool { return c < 0 })
	opLe     = comparison("<=", func(c int) bool { return c <= 0 })
	opGt     = comparison(">", func(c int) bool { return c > 0 })
	opGe     = comparison(">=", func(c int) bool { return c >= 0 })
	opNullEq = &operation{name: "<=>", compares: true, fix: fixBool, eval: func(m *machine, n *node) *value {
		a, b := m.arg(n, 0), m.arg(n, 1)
		if a.null() || b.null() {
			return m.slot(n).setBool(a.null() && b.null())
		}
		return m.compareTo(n, a, b, func(c int) bool { return c == 0 })
	}}
	opIn      = &operation{name: "IN", compares: true, fix: fixBool, eval: evalIn}
	opBetween = &operation{name: "BETWEEN", compares: true, fix: fixBool, eval: evalBetween}
	opLike    = &operation{name: "LIKE", fix: fixBool, eval: evalLike}
)

func fixBool(*machine, *node) attr { return attr{k: Int, ip: 1} }

func comparison(name string, holds func(int) bool) *operation {
	return &operation{name: name, compares: true, fix: fixBool, eval: func(m *machine, n *node) *value {
		a, b, ok := m.operands(n)
		if !ok {
			return m.slot(n).setNull()
		}
		return m.compareTo(n, a, b, holds)
	}}
}

// compareTo sets n to whether the order of a and b is as wanted.
func (m *machine) compareTo(n *node, a, b *value, holds func(int) bool) *value {
	c, ok := m.compareArgs(n, 0, a, 1, b)
	if !ok {
		return m.slot(n).setNull()
	}
	return m.slot(n).setBool(holds(c))
}

// compareArgs orders the values a and b of the arguments i and j of n.
func (m *machine) compareArgs(n *node, i int, a *value, j int, b *value) (c int, ok bool) {
	k := comparisonKind(a.k, b.k)
	if k != Text && !k.temporal() {
		a, b = m.number(n.args[i], a), m.number(n.args[j], b)
	} else if n.op.name != "IN" || len(n.args) == 2 {
		a, b = bare(n.args[i], a), bare(n.args[j], b)
	}
	if k == Double {
		if c, ok := m.nearlyEqual(n.args[i], a, n.args[j], b); ok && n.op.name != "IN" {
			return c, true
		}
	}
	if m.e.o.MariaDB && (n.op.name != "IN" || len(n.args) == 2) {
		a, b = m.shown(n.args[i], a, k), m.shown(n.args[j], b, k)
	}
	return m.compare(n, a, b, k)
}

// nearlyEqual orders two numbers one of which is DOUBLE, but both print with a
// fixed number of decimals: they are equal if they differ by less than half a
// unit of the last.
func (m *machine) nearlyEqual(x *node, a *value, y *node, b *value) (c int, ok bool) {
	decimals := max(m.attr(x).dec, m.attr(y).dec)
	if decimals >= notFixed {
		return 0, false
	}
	f, g := m.toFloat(a), m.toFloat(b)
	if f == g || math.Abs(f-g) < 5/math.Pow10(decimals+1) {
		return 0, true
	}
	return cmp.Compare(f, g), true
}

// shown rounds a DECIMAL to the scale it prints with: MariaDB does that with
// constants before it compares two of them.
func (m *machine) shown(n *node, v *value, k Kind) *value {
	scale := m.attr(n).dec
	if k != Decimal || v.k != Decimal && v.k != Text || v.k == Text && scale >= notFixed {
		return v
	}
	d, _ := m.toDec(v)
	if d.frac <= scale {
		return v
	}
	d, _ = decRound(&d, scale, false)
	return new(value).setDec(d)
}

// comparisonKind is the kind two operands that are not NULL are compared as.
func comparisonKind(a, b Kind) Kind {
	switch {
	case a == b:
		return a
	case a == Null:
		return b
	case b == Null:
		return a
	case a.temporal() && b.temporal():
		if a == Time && b == Time {
			return Time
		}
		return DateTime
	case a.temporal():
		return a
	case b.temporal():
		return b
	case a == Double || b == Double:
		return Double
	case a == Int && b == Text, a == Text && b == Int:
		// Long ids stay exact: MariaDB compares so; MySQL would go through
		// DOUBLE, which makes no difference below 2^53.
		return Decimal
	case a == Text || b == Text:
		return Double
	default:
		return Decimal
	}
}

// compare orders two values, neither of them NULL, as values of kind k. ok is
// false where the result is NULL.
func (m *machine) compare(n *node, a, b *value, k Kind) (c int, ok bool) {
	switch k {
	case Int:
		switch {
		case a.isUint() != b.isUint():
			if a.isUint() {
				return 1, true
			}
			return -1, true
		case a.isUint():
			return cmp.Compare(unsigned(a.i), unsigned(b.i)), true
		default:
			return cmp.Compare(a.i, b.i), true
		}
	case Decimal:
		x, _ := m.toDec(a)
		y, _ := m.toDec(b)
		return decCmp(&x, &y), true
	case Text:
		return m.compareText(a.s, b.s), true
	case Double:
		return cmp.Compare(m.toFloat(a), m.toFloat(b)), true
	default:
		return m.compareTimes(n, a, b, k)
	}
}

// evalIn compares with one after the other, each by the kinds of the two.
func evalIn(m *machine, n *node) *value {
	a := m.arg(n, 0)
	if a.null() {
		return m.slot(n).setNull()
	}
	sawNull := false
	for i := 1; i < len(n.args); i++ {
		b := m.arg(n, i)
		if b.null() {
			sawNull = true
			continue
		}
		c, ok := m.compareArgs(n, 0, a, i, b)
		if ok && c == 0 {
			return m.slot(n).setInt(1)
		}
		sawNull = sawNull || !ok
	}
	if sawNull {
		return m.slot(n).setNull()
	}
	return m.slot(n).setInt(0)
}

// evalBetween compares all three as one kind.
func evalBetween(m *machine, n *node) *value {
	a := m.arg(n, 0)
	if a.null() {
		return m.slot(n).setNull()
	}
	low, high := m.arg(n, 1), m.arg(n, 2)
	k := comparisonKind(comparisonKind(a.k, m.attr(n.args[1]).k), m.attr(n.args[2]).k)
	if k != Text && !k.temporal() {
		a, low, high = m.number(n.args[0], a), m.number(n.args[1], low), m.number(n.args[2], high)
	}
	above, below := m.bound(n, a, low, k), m.bound(n, high, a, k)
	switch {
	case above == 0 || below == 0:
		return m.slot(n).setInt(0)
	case above < 0 || below < 0:
		return m.slot(n).setNull()
	default:
		return m.slot(n).setInt(1)
	}
}

// bound tells whether a ≥ b: 1, 0, or -1 for NULL.
func (m *machine) bound(n *node, a, b *value, k Kind) int {
	if a.null() || b.null() {
		return -1
	}
	c, ok := m.compare(n, a, b, k)
	switch {
	case !ok:
		return -1
	case c >= 0:
		return 1
	default:
		return 0
	}
}

func evalLike(m *machine, n *node) *value {
	s, ok := m.str(n, 0)
	if !ok {
		return m.slot(n).setNull()
	}
	pattern, ok := m.str(n, 1)
	if !ok {
		return m.slot(n).setNull()
	}
	escape := '\\'
	if len(n.args) > 2 {
		e, _ := m.str(n, 2)
		runes := []rune(e)
		switch len(runes) {
		case 0:
			if !m.e.o.MariaDB { // there it is the backslash still
				escape = 0
			}
		case 1:
			escape = runes[0]
		default:
			return m.fail(n, CodeSQL, "ESCAPE takes one character", nil)
		}
	}
	if !m.spend(n, 8*len(s)*len(pattern)) {
		return m.slot(n).setNull()
	}
	return m.slot(n).setBool(m.like(s, pattern, escape))
}

// str evaluates an argument as text; ok is false for NULL.
func (m *machine) str(n *node, i int) (s string, ok bool) {
	v := m.arg(n, i)
	if v.null() {
		return "", false
	}
	s = m.textOf(n.args[i], v)
	return s, m.spend(n, len(s))
}

// num evaluates an argument as an integer; ok is false for NULL.
func (m *machine) num(n *node, i int) (int64, bool) {
	v := m.arg(n, i)
	if v.null() {
		return 0, false
	}
	return m.toInt(v), true
}

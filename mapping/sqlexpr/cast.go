package sqlexpr

import (
	"math"
	"strconv"
	"unicode/utf8"
)

// castType is the target of CAST and CONVERT.
type castType struct {
	k        Kind
	unsigned bool
	length   int  // CHAR(n): characters, -1 without; DECIMAL: digits; times: decimals
	scale    int  // DECIMAL
	using    bool // CONVERT(x USING charset)
}

var opCast = &operation{name: "CAST", looks: true, fix: fixCast, eval: evalCast}

// parseCast reads CAST(x AS type).
func parseCast(p *parser, t token) *node {
	x := p.expr(precLowest)
	p.expectWord("as")
	return p.cast(t, x)
}

// parseConvert reads CONVERT(x, type) and CONVERT(x USING charset).
func parseConvert(p *parser, t token) *node {
	x := p.expr(precLowest)
	if p.acceptWord("using") {
		if !p.isWord("utf8mb4") && !p.isWord("utf8") {
			p.unexpected("utf8mb4")
			return nil
		}
		p.advance()
		p.expectOp(")")
		n := p.node(opCast, t.off, x)
		n.extra = castType{k: Text, length: -1, using: true}
		return n
	}
	p.expectOp(",")
	return p.cast(t, x)
}

func (p *parser) cast(t token, x *node) *node {
	c := castType{length: -1}
	switch {
	case p.acceptWord("signed"):
		c.k = Int
		p.integerWord()
	case p.acceptWord("unsigned"):
		c.k, c.unsigned = Int, true
		p.integerWord()
	case p.acceptWord("char"):
		c.k = Text
		c.length = p.typeLength(-1, math.MaxInt32)
	case p.acceptWord("decimal"):
		c.k = Decimal
		p.decimalType(&c)
	case p.acceptWord("double"):
		c.k = Double
	case p.acceptWord("date"):
		c.k = Date
	case p.acceptWord("time"):
		c.k = Time
		c.length = p.typeLength(0, 6)
	case p.acceptWord("datetime"):
		c.k = DateTime
		c.length = p.typeLength(0, 6)
	default:
		p.unexpected("CHAR, SIGNED, UNSIGNED, DECIMAL, DOUBLE, DATE, TIME or DATETIME")
		return nil
	}
	p.expectOp(")")
	n := p.node(opCast, t.off, x)
	n.extra = c
	return n
}

func (p *parser) integerWord() {
	if !p.acceptWord("integer") {
		p.acceptWord("int")
	}
}

// typeLength reads (n), or gives the default.
func (p *parser) typeLength(missing, most int) int {
	if !p.acceptOp("(") {
		return missing
	}
	n := p.typeNumber(most)
	p.expectOp(")")
	return n
}

func (p *parser) typeNumber(most int) int {
	if p.tok.kind != tokNumber || len(p.tok.parts) != 1 || p.tok.parts[0].hole >= 0 {
		p.unexpected("a whole number")
		return 0
	}
	n, err := strconv.Atoi(p.tok.parts[0].text)
	if err != nil || n > most {
		p.unexpected("a whole number up to " + strconv.Itoa(most))
		return 0
	}
	p.advance()
	return n
}

func (p *parser) decimalType(c *castType) {
	c.length = 10
	if !p.acceptOp("(") {
		return
	}
	off := p.tok.off
	c.length = p.typeNumber(maxPrecision)
	if p.acceptOp(",") {
		c.scale = p.typeNumber(p.o.maxScale())
	}
	if c.length == 0 {
		c.length = 10
	}
	if c.scale > c.length {
		p.stop(CodeSyntax, off, "a DECIMAL has no more decimals than digits")
	}
	p.expectOp(")")
}

func fixCast(m *machine, n *node) attr {
	c, _ := n.extra.(castType)
	switch c.k {
	case Text:
		if m.e.o.MariaDB && !c.using {
			return attr{k: Text}
		}
		return attr{k: Text, dec: notFixed}
	case Double:
		return attr{k: c.k, dec: notFixed}
	case Decimal:
		return attr{k: Decimal, dec: c.scale, ip: c.length - c.scale}
	case Int:
		return m.fixCastInt(n, c.unsigned)
	default:
		return attr{k: c.k, dec: max(c.length, 0)}
	}
}

// fixCastInt gives the type of CAST(x AS SIGNED or UNSIGNED), of 32 bits where
// the length of x shows that they are enough.
func (m *machine) fixCastInt(n *node, unsigned bool) attr {
	from := m.attr(n.args[0])
	a := attr{k: Int, ip: numeric(from).ip, unsigned: unsigned}
	switch v, ok := m.constant(n.args[0]); {
	case from.k == Text && ok:
		length := utf8.RuneCountInString(v.s)
		a.ip, a.narrow = min(length, 19), length < 10 && !unsigned || length < 2
	case from.k == Int && unsigned:
		if a.narrow = ok && v.i >= 0; !a.narrow {
			a.ip = 20 // a negative number wraps around
		}
	case from.k == Int:
		a.narrow = a.ip < 10
	}
	return a
}

func evalCast(m *machine, n *node) *value {
	v := m.arg(n, 0)
	if v.null() {
		return m.slot(n).setNull()
	}
	c, _ := n.extra.(castType)
	switch c.k {
	case Int:
		if c.unsigned {
			return m.slot(n).setUint(m.toUint(v))
		}
		if v.k == Text {
			i, _ := textToInt(v.s) // beyond the BIGINT it wraps around
			return m.slot(n).setInt(i)
		}
		if v.isUint() {
			return m.slot(n).setInt(v.i)
		}
		return m.slot(n).setInt(m.toInt(v))
	case Decimal:
		d, status := m.exact(n.args[0], v)
		return m.slot(n).setDec(fitDecimal(d, status, c.length, c.scale))
	case Double:
		return m.slot(n).setReal(m.toFloat(m.number(n.args[0], v)))
	case Text:
		s := m.textOf(n.args[0], v)
		if c.length >= 0 {
			s = s[:offset(s, int64(c.length))]
		}
		return m.slot(n).setText(s)
	default:
		return m.toTemporal(n, n.args[0], v)
	}
}

// toUint converts for CAST(… AS UNSIGNED): a negative integer keeps its bits.
func (m *machine) toUint(v *value) uint64 {
	switch v.k {
	case Int:
		return unsigned(v.i)
	case Text:
		i, _ := textToInt(v.s)
		return unsigned(i)
	case Decimal:
		d, _ := decRound(&v.d, 0, false)
		if d.neg && !d.isZero() {
			return 0
		}
		u, _ := d.toUint()
		return u
	case Double:
		f := math.RoundToEven(v.f)
		switch {
		case f < 0:
			return 0
		case f >= math.MaxUint64:
			return math.MaxUint64
		default:
			return uint64(f)
		}
	default:
		return unsigned(m.toInt(v))
	}
}

// fitDecimal rounds to so many decimals and takes the largest number for what
// has too many digits, as the server does.
func fitDecimal(d dec, status decStatus, digits, scale int) dec {
	if status == decOverflow {
		return nines(digits, scale, d.neg)
	}
	r, status := decRound(&d, scale, false)
	whole := 0
	if w := r.significantWords(); w > 0 {
		whole = (w-1)*wordDigits + digitCount(r.w[r.iw()-w])
	}
	if status == decOverflow || whole > digits-scale {
		return nines(digits, scale, d.neg)
	}
	return r
}

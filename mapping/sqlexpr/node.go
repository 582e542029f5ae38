package sqlexpr

import "math"

// Kind is the type of a value, in the words of MySQL.
type Kind uint8

// The kinds. A value of kind Null has no text.
const (
	Null     Kind = iota
	Int           // BIGINT, or BIGINT UNSIGNED where that is needed
	Decimal       // DECIMAL, exact
	Double        // DOUBLE, binary floating point: arithmetic on quoted numbers
	Text          // character string
	Date          // DATE
	Time          // TIME, a span of up to 838 hours
	DateTime      // DATETIME
)

var kindNames = [...]string{"NULL", "BIGINT", "DECIMAL", "DOUBLE", "CHAR", "DATE", "TIME", "DATETIME"}

// String returns the name of the SQL type, NULL for Null.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "?"
}

func (k Kind) temporal() bool { return k >= Date }

// notFixed is the number of decimals of a DOUBLE that prints as many as it
// has, and of texts.
const notFixed = 31

// attr is what MySQL fixes about an operand before it evaluates anything.
type attr struct {
	k        Kind
	dec      int // decimals: of DECIMAL and DOUBLE the scale it prints with; of times the fraction
	ip       int // most digits before the point of a number
	unsigned bool
	loose    bool // of a time: DOUBLE arithmetic with it has no fixed decimals
	narrow   bool // of an Int: its type has 32 bits
}

// value is one operand at run time. Only the member its kind names holds
// something.
type value struct {
	k        Kind
	unsigned bool // Int: i holds the bits of a uint64
	hybrid   bool // Text: t is the time the text stands for, its value in arithmetic
	i        int64
	f        float64
	s        string
	d        dec
	t        temporal
}

func (v *value) setNull() *value          { v.k = Null; return v }
func (v *value) setInt(i int64) *value    { v.k, v.unsigned, v.i = Int, false, i; return v }
func (v *value) setUint(u uint64) *value  { v.k, v.unsigned, v.i = Int, true, signed(u); return v }
func (v *value) setText(s string) *value  { v.k, v.s, v.hybrid = Text, s, false; return v }
func (v *value) setReal(f float64) *value { v.k, v.f = Double, f; return v }
func (v *value) setDec(d dec) *value      { v.k, v.d = Decimal, d; return v }
func (v *value) null() bool               { return v.k == Null }
func (v *value) isUint() bool             { return v.k == Int && v.unsigned && v.i < 0 }

func (v *value) setBool(b bool) *value {
	if b {
		return v.setInt(1)
	}
	return v.setInt(0)
}

// node is one operation of a compiled expression.
type node struct {
	op     *operation
	args   []*node
	id     int
	off    int
	depth  int
	static bool // attr is fixed by the text alone
	pure   bool // so is the value
	attr   attr

	val   value  // of literals
	parts []part // of texts and numbers that hold holes
	hole  int    // of holes, aggregates and spans: the index in their list
	end   int    // of number literals: where the text ends; 0 once it has a sign
	extra any    // what the operation keeps from compiling
}

// part is a piece of a literal: text, or a hole.
type part struct {
	text string
	hole int // -1: text
}

// operation is what a node does. fix gives type and scale from those of the
// arguments, eval the value.
type operation struct {
	name     string
	min, max int  // number of arguments; max < 0: any number
	looks    bool // fix looks at values of arguments
	compares bool // arguments are compared as what they are
	fix      func(m *machine, n *node) attr
	eval     func(m *machine, n *node) *value
}

// cell is the state of one node during an evaluation.
type cell struct {
	attr attr
	val  value
}

// machine evaluates one expression once.
type machine struct {
	e         *Expr
	ops       Operands
	env       *Env
	maxScale  int
	cells     []cell
	holes     []Operand
	buf       []byte
	built     int // bytes
	work      int
	err       *EvalError
	undecided bool // an evaluation while types were being fixed has failed
}

func (m *machine) attr(n *node) attr {
	if n.static {
		return n.attr
	}
	return m.cells[n.id].attr
}

func (m *machine) slot(n *node) *value       { return &m.cells[n.id].val }
func (m *machine) eval(n *node) *value       { return n.op.eval(m, n) }
func (m *machine) arg(n *node, i int) *value { a := n.args[i]; return a.op.eval(m, a) }

// constant evaluates an argument while types are being fixed, where MySQL
// looks at its value. ok is false if that fails; the failure is met again if
// the evaluation needs the argument.
func (m *machine) constant(n *node) (v *value, ok bool) {
	err, built := m.err, m.built
	m.err = nil
	v = m.eval(n)
	ok = m.err == nil
	m.undecided = m.undecided || !ok
	m.err, m.built = err, built
	return v, ok
}

// fail notes the first error; the evaluation runs on with NULL.
func (m *machine) fail(n *node, code, message string, err error) *value {
	if m.err == nil {
		m.err = &EvalError{Code: code, Offset: n.off, Message: message, Err: err}
	}
	return m.slot(n).setNull()
}

func (m *machine) outOfRange(n *node, k string) *value {
	return m.fail(n, CodeSQL, k+" value is out of range in "+n.op.name, nil)
}

// clampScale bounds decimals to what a DECIMAL may have.
func (m *machine) clampScale(n int) int { return max(0, min(n, m.maxScale)) }

// maxFrac bounds the decimals the library keeps of a product.
func (m *machine) maxFrac() int { return m.maxScale + 1 }

// numeric returns the attributes an operand has in arithmetic.
func numeric(a attr) attr {
	switch a.k {
	case Text:
		return attr{k: Double, dec: a.dec}
	case Date, Time, DateTime:
		if a.dec > 0 && a.k != Date {
			return attr{k: Decimal, dec: a.dec, ip: 14}
		}
		return attr{k: Int, ip: 14}
	case Null:
		return attr{k: Double}
	default:
		return a
	}
}

// real sets a Double, or fails where MySQL finds it out of range.
func (m *machine) real(n *node, f float64) *value {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return m.outOfRange(n, "DOUBLE")
	}
	return m.slot(n).setReal(f)
}

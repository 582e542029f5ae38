package sqlexpr

import (
	"iter"
	"math/rand/v2"
	"sync"
	"time"
)

const (
	defaultLength = 64 << 10
	defaultDepth  = 200
	// resultLimit is the most bytes of one text that is built; MySQL's
	// max_allowed_packet is the same idea.
	resultLimit = 1 << 20
	// totalLimit is the most bytes one evaluation builds.
	totalLimit = 16 << 20
	// workLimit is the most characters one evaluation looks at; what LIKE,
	// LOCATE and REGEXP need is the product of two lengths.
	workLimit = 64 << 20
	// mysqlScale is the most decimals MySQL gives a DECIMAL it computes.
	mysqlScale = 30
	// mariadbScale is MariaDB's.
	mariadbScale = 38
)

// Options say how Compile reads a text. The zero value is plain SQL without
// holes.
type Options struct {
	// Holes makes {{ref|pipe}} and {ref|pipe} stand for values of the record.
	Holes bool
	// Spans are parts of the text that are operands the caller computes, such
	// as a nested lookup: ascending, without overlap, outside quotes.
	Spans []Span
	// MaxLength bounds the text, in bytes; 0 means 64 KiB.
	MaxLength int
	// MaxDepth bounds the nesting of parentheses, calls and CASE; 0 means 200.
	MaxDepth int
	// Exact compares texts byte by byte instead of ignoring case, width and
	// trailing blanks as utf8mb4_unicode_ci does.
	Exact bool
	// MariaDB follows MariaDB 10.11 where it computes other results than MySQL:
	// a DECIMAL has up to 38 decimals instead of 30, a comparison of DECIMALs
	// rounds both to the scale they print with, a negative quotient cut to 0
	// keeps its sign, CAST(x AS CHAR) in arithmetic has no decimals, Unix times
	// end in 2038, ROUND of a time is a time, and to a comparison with a date
	// what is none is the day 0, which is an error else.
	MariaDB bool
}

func (o *Options) maxScale() int {
	if o.MariaDB {
		return mariadbScale
	}
	return mysqlScale
}

// Span is the part src[Start:End] of a text, in bytes.
type Span struct{ Start, End int }

// Hole is a place in the text where a value of the record goes.
type Hole struct {
	Ref       string   // what stands in the braces before the first pipe, as written
	Pipes     []string // names of the pipes in order; an empty one is kept as ""
	Offset    int      // of the opening brace, in bytes
	Quoted    bool     // the hole is inside quotes: its value is text
	Aggregate bool     // the hole is the argument of SUM, AVG, MAX, MIN or COUNT: Rows is asked, not Hole
}

// Operands hands an evaluation its values. The pipes of a hole are applied by
// whoever implements it. An error ends the evaluation and is returned inside
// an *EvalError.
type Operands interface {
	// Hole returns the value of hole i of Expr.Holes. Each hole that is no
	// aggregate is asked for once per evaluation, also in a branch of CASE
	// that is not taken: the types of all branches decide the result's.
	Hole(i int) (Operand, error)
	// Rows returns the values of hole i, an aggregate, over all rows.
	Rows(i int) iter.Seq2[Operand, error]
	// Span returns the value of span i of Options.Spans, once per evaluation.
	Span(i int) (Operand, error)
}

// Keeper is an [Operands] that keeps the results of aggregates, for expressions
// that are evaluated for each line of a record: the rows are the same each time.
type Keeper interface {
	Operands
	// Kept returns the place for the result of hole i, an aggregate; the same as
	// long as the rows are. Nil means that it is not kept.
	Kept(i int) *Aggregated
}

// Aggregated is a place for the result of one aggregate. The zero value is empty.
type Aggregated struct {
	done bool
	err  *EvalError
	attr attr
	val  value
}

type operandKind uint8

const (
	operandNull operandKind = iota
	operandText
	operandNumber
	operandBool
	operandOther
)

// Operand is one value of a record. The zero value is NULL.
type Operand struct {
	text string
	kind operandKind
}

// NullOperand is an absent or null field: NULL outside quotes, the empty text
// inside.
func NullOperand() Operand { return Operand{} }

// TextOperand is a text. Outside quotes it must be a number and is one there,
// with the digits it has; of a span it stays text.
func TextOperand(s string) Operand { return Operand{text: s, kind: operandText} }

// NumberOperand is a number by its literal, for example that of a JSON
// document: the digits decide type and scale, so 0.1300 is a DECIMAL with
// four decimals.
func NumberOperand(literal string) Operand { return Operand{text: literal, kind: operandNumber} }

// BoolOperand is 1 or 0; inside quotes it reads true or false.
func BoolOperand(b bool) Operand {
	if b {
		return Operand{text: "true", kind: operandBool}
	}
	return Operand{text: "false", kind: operandBool}
}

// OtherOperand is an array or object, by its JSON text. It has a place inside
// quotes only.
func OtherOperand(json string) Operand { return Operand{text: json, kind: operandOther} }

// Env is what an evaluation knows besides its operands. A nil Env is the zero
// value.
type Env struct {
	// Now is the clock NOW() and its like read; the zero value is the machine's
	// clock. One run of a pipeline should use one Now.
	Now time.Time
	// Zone is the session's time zone; nil means Asia/Shanghai, UTC+8.
	Zone *time.Location
	// Rand returns numbers in [0,1) for RAND(); nil means a random source.
	Rand func() float64
	// UUID returns what UUID() gives; nil means random version 4 UUIDs.
	UUID func() string
}

func (env *Env) random() float64 {
	if env != nil && env.Rand != nil {
		return env.Rand()
	}
	return rand.Float64()
}

// Expr is a compiled expression. It is immutable and safe for concurrent use.
type Expr struct {
	src   string
	o     Options
	root  *node
	order []*node // nodes whose attributes depend on the operands, arguments first
	count int
	holes []Hole
	pool  sync.Pool
}

// Holes returns the holes of the expression in the order of the text.
func (e *Expr) Holes() []Hole { return append([]Hole(nil), e.holes...) }

// String returns the text the expression was compiled from.
func (e *Expr) String() string { return e.src }

// Eval computes the value for the operands, which may be nil if the text has
// neither holes nor spans. NULL is a value: a caller for
// which it is a mistake asks Value.IsNull. Errors are *EvalError.
func (e *Expr) Eval(ops Operands, env *Env) (Value, error) {
	m, _ := e.pool.Get().(*machine)
	if m == nil {
		m = e.machine()
	}
	if ops == nil {
		ops = noOperands{}
	}
	m.ops, m.env, m.err, m.built, m.work = ops, env, nil, 0, 0
	defer e.release(m)
	m.load()
	for _, n := range e.order {
		m.cells[n.id].attr = n.op.fix(m, n)
	}
	if m.err != nil {
		return Value{}, m.err
	}
	v := m.eval(e.root)
	if m.err != nil {
		return Value{}, m.err
	}
	return m.result(v), nil
}

// noOperands are the operands of a text without holes.
type noOperands struct{}

func (noOperands) Hole(int) (Operand, error)          { return Operand{}, errNoOperands }
func (noOperands) Rows(int) iter.Seq2[Operand, error] { return nil }
func (noOperands) Span(int) (Operand, error)          { return Operand{}, errNoOperands }

func (e *Expr) machine() *machine {
	return &machine{e: e, maxScale: e.o.maxScale(), cells: make([]cell, e.count), holes: make([]Operand, len(e.holes))}
}

// release lets go of what belongs to the caller.
func (e *Expr) release(m *machine) {
	m.ops, m.env = nil, nil
	clear(m.holes)
	for i := range m.cells {
		m.cells[i].val.s = ""
	}
	if cap(m.buf) > resultLimit/16 {
		m.buf = nil
	}
	e.pool.Put(m)
}

// load asks for the values of the holes.
func (m *machine) load() {
	for i := range m.e.holes {
		h := &m.e.holes[i]
		if h.Aggregate {
			continue
		}
		o, err := m.ops.Hole(i)
		if err != nil {
			m.operandError(h.Offset, err)
			return
		}
		m.holes[i] = o
	}
}

func (m *machine) operandError(off int, err error) {
	if m.err == nil {
		m.err = &EvalError{Code: CodeSQL, Offset: off, Message: err.Error(), Err: err}
	}
}

// Value is the result of an expression. The zero value is NULL.
type Value struct {
	text string
	kind Kind
}

// result renders v as the server would send it.
func (m *machine) result(v *value) Value {
	if v.null() {
		return Value{}
	}
	return Value{kind: v.k, text: m.textOf(m.e.root, v)}
}

// IsNull tells whether the value is NULL.
func (v Value) IsNull() bool { return v.kind == Null }

// Kind returns the type of the value.
func (v Value) Kind() Kind { return v.kind }

// Text returns the value as SQL prints it: a DECIMAL with the decimals of its
// scale, TRUE as 1. It is "" for NULL.
func (v Value) Text() string { return v.text }

// AppendText appends Text to dst.
func (v Value) AppendText(dst []byte) []byte { return append(dst, v.text...) }

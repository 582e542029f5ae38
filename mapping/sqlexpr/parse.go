package sqlexpr

import (
	"fmt"
	"strings"
)

// Binding powers, loosest first.
const (
	precLowest = iota
	precOr
	precXor
	precAnd
	precNot
	precCompare   // = < IS …
	precPredicate // IN LIKE BETWEEN REGEXP
	precAdd
	precMul
	precUnary
)

// treeFactor allows chains like a + b + c …, which nest in the tree only, to
// be that many times as deep as MaxDepth.
const treeFactor = 16

// parser is a Pratt parser over the lexer's tokens.
type parser struct {
	lexer

	tok   token
	e     *Expr
	nodes []*node
	count int
	depth int
	fatal bool // what follows can't be read any more
}

func (p *parser) ok() bool { return !p.fatal }

func (p *parser) advance() {
	p.tok = p.next()
	if p.tok.kind == tokError {
		p.fatal = true
	}
}

func (p *parser) stop(code string, off int, format string, args ...any) {
	if !p.fatal {
		p.errorf(code, off, format, args...)
	}
	p.fatal = true
}

func (p *parser) unexpected(want string) {
	got := "the end"
	switch p.tok.kind {
	case tokEOF, tokError:
	case tokSpan:
		got = "a lookup"
	default:
		got = fmt.Sprintf("%q", excerpt(p.src[p.tok.off:p.tok.end]))
	}
	p.stop(CodeSyntax, p.tok.off, "%s where %s is due", got, want)
}

func (p *parser) isOp(text string) bool   { return p.tok.kind == tokOp && p.tok.text == text }
func (p *parser) isWord(text string) bool { return p.tok.kind == tokName && p.tok.text == text }

func (p *parser) acceptOp(text string) bool {
	if p.ok() && p.isOp(text) {
		p.advance()
		return true
	}
	return false
}

func (p *parser) acceptWord(text string) bool {
	if p.ok() && p.isWord(text) {
		p.advance()
		return true
	}
	return false
}

func (p *parser) expectOp(text string) {
	if !p.acceptOp(text) {
		p.unexpected(`"` + text + `"`)
	}
}

func (p *parser) expectWord(text string) {
	if !p.acceptWord(text) {
		p.unexpected(strings.ToUpper(text))
	}
}

// node adds an operation to the tree.
func (p *parser) node(op *operation, off int, args ...*node) *node {
	n := &node{op: op, off: off, args: args, id: p.count}
	p.count++
	for _, a := range args {
		if a != nil {
			n.depth = max(n.depth, a.depth+1)
		}
	}
	if n.depth > p.o.MaxDepth*treeFactor {
		p.stop(CodeSyntax, off, "more than %d operations inside each other", p.o.MaxDepth*treeFactor)
	}
	p.nodes = append(p.nodes, n)
	return n
}

// enter counts the nesting; every true needs a leave.
func (p *parser) enter() bool {
	if p.depth++; p.depth > p.o.MaxDepth {
		p.stop(CodeSyntax, p.tok.off, "nested more than %d deep", p.o.MaxDepth)
	}
	return p.ok()
}

func (p *parser) leave() { p.depth-- }

var binary = map[string]struct {
	prec int
	op   *operation
}{
	"or": {precOr, opOr}, "||": {precOr, opOr}, "xor": {precXor, opXor}, "and": {precAnd, opAnd}, "&&": {precAnd, opAnd},
	"=": {precCompare, opEq}, "<=>": {precCompare, opNullEq}, "<>": {precCompare, opNe}, "!=": {precCompare, opNe},
	"<": {precCompare, opLt}, "<=": {precCompare, opLe}, ">": {precCompare, opGt}, ">=": {precCompare, opGe},
	"+": {precAdd, opAdd}, "-": {precAdd, opSub},
	"*": {precMul, opMul}, "/": {precMul, opDiv}, "div": {precMul, opIntDiv}, "%": {precMul, opMod}, "mod": {precMul, opMod},
}

// expr reads an expression whose operators all bind tighter than prec.
func (p *parser) expr(prec int) *node {
	if !p.enter() {
		p.leave()
		return nil
	}
	defer p.leave()
	left := p.prefix(prec)
	most := precUnary // a predicate is no operand of what binds tighter
	for p.ok() {
		before := p.precedence()
		if before > most && before > prec {
			p.unexpected("the end of the condition")
			break
		}
		n, done := p.infix(left, prec)
		if done {
			break
		}
		left, most = n, before
		if before == precPredicate {
			most--
		}
	}
	return left
}

var predicates = map[string]int{
	"is": precCompare, "in": precPredicate, "not": precPredicate, "between": precPredicate, "like": precPredicate,
	"regexp": precPredicate, "rlike": precPredicate,
}

// precedence is that of the operator at hand, precLowest if there is none.
func (p *parser) precedence() int {
	if p.tok.kind != tokName && p.tok.kind != tokOp {
		return precLowest
	}
	if b, ok := binary[p.tok.text]; ok {
		return b.prec
	}
	return predicates[p.tok.text]
}

// prefix reads what an expression may begin with.
func (p *parser) prefix(prec int) *node {
	off := p.tok.off
	switch {
	case p.isWord("not") && prec <= precNot:
		p.advance()
		return p.node(opNot, off, p.expr(precNot))
	case p.acceptOp("!"):
		return p.node(opNot, off, p.expr(precUnary))
	case p.acceptOp("-"):
		return p.negate(off, p.expr(precUnary))
	case p.acceptOp("+"):
		return p.expr(precUnary)
	}
	return p.primary()
}

// negate folds the sign into a number literal, so that the smallest BIGINT is
// one.
func (p *parser) negate(off int, n *node) *node {
	if n != nil && n.op == opLiteral && n.end > 0 {
		if v, a, ok := parseNumber("-" + p.src[n.off:n.end]); ok {
			n.val, n.attr, n.end = v, a, 0
			return n
		}
	}
	return p.node(opNeg, off, n)
}

// infix continues left with the operator that follows, if it binds tighter
// than prec.
func (p *parser) infix(left *node, prec int) (*node, bool) {
	if p.tok.kind != tokName && p.tok.kind != tokOp {
		return left, true
	}
	off := p.tok.off
	if b, ok := binary[p.tok.text]; ok {
		if b.prec <= prec {
			return left, true
		}
		p.advance()
		if b.prec == precAdd && p.isWord("interval") {
			return p.interval(left, b.op == opSub, off), false
		}
		return p.node(b.op, off, left, p.expr(b.prec)), false
	}
	switch {
	case p.tok.kind == tokName && prec < precCompare && p.acceptWord("is"):
		return p.is(left, off), false
	case p.tok.kind == tokName && prec < precPredicate:
		return p.predicate(left, off)
	default:
		return left, true
	}
}

// predicate reads IN, BETWEEN, LIKE and REGEXP.
func (p *parser) predicate(left *node, off int) (*node, bool) {
	negated := p.acceptWord("not")
	var n *node
	switch {
	case p.acceptWord("in"):
		p.expectOp("(")
		n = p.node(opIn, off, append([]*node{left}, p.list()...)...)
	case p.acceptWord("between"):
		low := p.expr(precPredicate)
		p.expectWord("and")
		n = p.node(opBetween, off, left, low, p.expr(precPredicate))
	case p.acceptWord("like"):
		args := []*node{left, p.expr(precPredicate)}
		if p.acceptWord("escape") {
			args = append(args, p.primary())
		}
		n = p.node(opLike, off, args...)
	case p.isWord("regexp"), p.isWord("rlike"):
		p.advance()
		n = p.node(opRegexp, off, left, p.expr(precPredicate))
		p.compilePattern(n)
	case negated:
		p.unexpected("IN, BETWEEN, LIKE or REGEXP")
		return left, true
	default:
		return left, true
	}
	if negated {
		n = p.node(opNot, off, n)
	}
	return n, false
}

func (p *parser) is(left *node, off int) *node {
	negated := p.acceptWord("not")
	var op *operation
	switch {
	case p.acceptWord("null"):
		op = opIsNull
	case p.acceptWord("true"):
		op = opIsTrue
	case p.acceptWord("false"):
		op = opIsFalse
	default:
		p.unexpected("NULL, TRUE or FALSE")
		return left
	}
	n := p.node(op, off, left)
	if negated {
		n = p.node(opNot, off, n)
	}
	return n
}

// list reads the expressions up to the closing parenthesis, one at least.
func (p *parser) list() []*node {
	var args []*node
	for p.ok() {
		args = append(args, p.expr(precLowest))
		if !p.acceptOp(",") {
			p.expectOp(")")
			break
		}
	}
	return args
}

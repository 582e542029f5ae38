package sqlexpr

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/duijie-go/duijie/internal/spell"
)

// primary reads an operand.
func (p *parser) primary() *node {
	t := p.tok
	switch t.kind {
	case tokNumber:
		p.advance()
		return p.number(t)
	case tokString:
		p.advance()
		for p.ok() && p.tok.kind == tokString { // 'a' 'b' is 'ab'
			t.parts = append(t.parts, p.tok.parts...)
			p.advance()
		}
		return p.text(t)
	case tokSpan:
		p.advance()
		n := p.node(opSpan, t.off)
		n.hole = t.hole
		return n
	case tokName:
		return p.name(t)
	case tokOp:
		if p.acceptOp("(") {
			n := p.expr(precLowest)
			p.expectOp(")")
			return n
		}
	}
	p.unexpected("an operand")
	return nil
}

func (p *parser) number(t token) *node {
	if len(t.parts) == 1 && t.parts[0].hole >= 0 {
		n := p.node(opHole, t.off)
		n.hole = t.parts[0].hole
		return n
	}
	if len(t.parts) > 1 {
		n := p.node(opNumberParts, t.off)
		n.parts = t.parts
		return n
	}
	v, a, ok := parseNumber(t.parts[0].text)
	if !ok {
		p.stop(CodeSyntax, t.off, "%q is not a number SQL can hold", excerpt(t.parts[0].text))
		return nil
	}
	n := p.literal(t, v)
	n.attr, n.end = a, t.end
	return n
}

func (p *parser) literal(t token, v value) *node {
	n := p.node(opLiteral, t.off)
	n.val = v
	n.attr = attr{k: v.k}
	if v.k == Text {
		n.attr.dec = notFixed
	}
	return n
}

func (p *parser) text(t token) *node {
	for _, part := range t.parts {
		if part.hole >= 0 {
			n := p.node(opTextParts, t.off)
			n.parts = t.parts
			return n
		}
	}
	var b strings.Builder
	for _, part := range t.parts {
		b.WriteString(part.text)
	}
	return p.literal(t, value{k: Text, s: b.String()})
}

// reserved words never name a function, nor stand for themselves.
var reserved = map[string]bool{
	"and": true, "or": true, "xor": true, "not": true, "in": true, "is": true, "between": true, "like": true,
	"regexp": true, "rlike": true, "div": true, "when": true, "then": true, "else": true, "select": true,
	"as": true, "from": true, "where": true,
}

// name reads a word: a constant, CASE, or a call.
func (p *parser) name(t token) *node {
	p.advance()
	switch t.text {
	case "null":
		return p.literal(t, value{})
	case "true":
		return p.boolean(t, 1)
	case "false":
		return p.boolean(t, 0)
	case "case":
		return p.caseOf(t)
	}
	if !p.ok() || reserved[t.text] {
		p.tok = t
		p.unexpected("an operand")
		return nil
	}
	if !p.isOp("(") {
		if bareCalls[t.text] {
			return p.node(functions[t.text], t.off)
		}
		p.stop(CodeSyntax, t.off, "%q is neither a function nor a value; texts stand in quotes, fields in braces",
			excerpt(p.src[t.off:t.end]))
		return nil
	}
	p.advance()
	return p.call(t)
}

func (p *parser) boolean(t token, i int64) *node {
	n := p.literal(t, value{k: Int, i: i})
	n.attr.ip = 1
	return n
}

// caseOf reads CASE behind its first word. The arguments of opCase are the
// conditions and results in turn, then the ELSE if there is one; those of
// opCaseOf begin with the operand.
func (p *parser) caseOf(t token) *node {
	op := opCase
	var args []*node
	if !p.isWord("when") {
		op = opCaseOf
		args = append(args, p.expr(precLowest))
	}
	if !p.isWord("when") {
		p.unexpected("WHEN")
	}
	for p.acceptWord("when") {
		args = append(args, p.expr(precLowest))
		p.expectWord("then")
		args = append(args, p.expr(precLowest))
	}
	if p.acceptWord("else") {
		args = append(args, p.expr(precLowest))
	}
	p.expectWord("end")
	return p.node(op, t.off, args...)
}

// call reads the arguments of a function behind the opening parenthesis.
func (p *parser) call(t token) *node {
	if special, ok := specialCalls[t.text]; ok {
		return special(p, t)
	}
	op, known := functions[t.text]
	var args []*node
	if !p.acceptOp(")") {
		args = p.list()
	}
	if !known {
		// The parser goes on: all unknown functions are reported together.
		p.errorf(CodeFunction, t.off, "there is no function %s", strings.ToUpper(excerpt(t.text)))
		if last := p.errs[len(p.errs)-1]; last.Offset == t.off {
			last.Nearest = nearestFunction(t.text)
		}
		return p.literal(t, value{})
	}
	if p.ok() && (len(args) < op.min || op.max >= 0 && len(args) > op.max) {
		p.errorf(CodeSyntax, t.off, "%s takes %s, not %d", op.name, argumentCount(op), len(args))
	}
	return p.node(op, t.off, args...)
}

func argumentCount(op *operation) string {
	plural := func(n int) string {
		if n == 1 {
			return "1 argument"
		}
		return fmt.Sprintf("%d arguments", n)
	}
	switch {
	case op.max < 0:
		return plural(op.min) + " or more"
	case op.min == op.max:
		return plural(op.min)
	default:
		return fmt.Sprintf("%d to %s", op.min, plural(op.max))
	}
}

// nearestFunction returns the supported name that takes the fewest changes,
// or "" if all are far.
func nearestFunction(name string) string {
	known := slices.Concat(slices.Collect(maps.Keys(functions)), slices.Collect(maps.Keys(specialCalls)))
	slices.Sort(known)
	return strings.ToUpper(spell.Nearest(name, known))
}

package sqlexpr

import (
	"fmt"
	"slices"
	"unicode/utf8"
)

// Compile reads an expression. The error is Errors: all unknown functions,
// and the syntax errors up to the first that leaves the rest without meaning.
func Compile(src string, o Options) (*Expr, error) {
	if o.MaxLength == 0 {
		o.MaxLength = defaultLength
	}
	if o.MaxDepth == 0 {
		o.MaxDepth = defaultDepth
	}
	o.Spans = slices.Clone(o.Spans)
	if errs := checkText(src, &o); errs != nil {
		return nil, errs
	}
	p := &parser{lexer: lexer{src: src, o: &o}, e: &Expr{src: src, o: o}}
	p.advance()
	root := p.expr(precLowest)
	if p.ok() && p.tok.kind != tokEOF {
		p.unexpected("the end of the expression")
	}
	if len(p.errs) > 0 {
		slices.SortStableFunc(p.errs, func(a, b *Error) int { return a.Offset - b.Offset })
		return nil, p.errs
	}
	e := p.e
	e.root, e.holes, e.count = root, p.holes, p.count
	e.fixStatic(p.nodes)
	return e, nil
}

func checkText(src string, o *Options) Errors {
	if len(src) > o.MaxLength {
		return Errors{{Code: CodeSyntax, Offset: o.MaxLength,
			Message: fmt.Sprintf("the expression has %d bytes, more than %d", len(src), o.MaxLength)}}
	}
	end := 0
	for _, s := range o.Spans {
		if s.Start < end || s.End <= s.Start || s.End > len(src) {
			return Errors{{Code: CodeSyntax, Offset: min(max(s.Start, 0), len(src)),
				Message: "the spans of the expression overlap, are empty or outside the text"}}
		}
		end = s.End
	}
	if !utf8.ValidString(src) {
		for i, r := range src {
			if r == utf8.RuneError {
				if _, n := utf8.DecodeRuneInString(src[i:]); n <= 1 {
					return Errors{{Code: CodeSyntax, Offset: i, Message: "the text is not valid UTF-8"}}
				}
			}
		}
	}
	return nil
}

// fixStatic gives the nodes that no operand reaches their types, once for
// all, and lists the others. nodes is ordered arguments first.
func (e *Expr) fixStatic(nodes []*node) {
	m := e.machine()
	for _, n := range nodes {
		static := n.op != opHole && n.op != opNumberParts && n.op != opSpan && n.op.name != aggregateName
		n.pure = static && n.op != opTextParts
		for _, a := range n.args {
			static = static && a.static
			n.pure = n.pure && a.pure
		}
		if static = static && (n.pure || !n.op.looks); static {
			m.err, m.undecided = nil, false
			a := n.op.fix(m, n)
			if static = m.err == nil && !m.undecided; static {
				n.attr, n.static = a, true
			}
		}
		if !static {
			e.order = append(e.order, n)
		}
	}
}

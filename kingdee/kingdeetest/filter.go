package kingdeetest

import (
	"encoding/json"
	"strings"
)

// maxDepth is how deep parentheses and "not" may nest in a filter.
const maxDepth = 200

// expr is a condition; columns tells every column it reads.
type expr interface {
	eval(get func(column) any) truth
	columns(note func(column))
}

// operand is a column or a literal.
type operand struct {
	col     column
	isCol   bool
	literal any // string or json.Number
}

func (o operand) value(get func(column) any) any {
	if o.isCol {
		return get(o.col)
	}
	return o.literal
}

func (o operand) columns(note func(column)) {
	if o.isCol {
		note(o.col)
	}
}

// filterParser reads the SQL-like text of FilterString.
type filterParser struct {
	toks   []token
	pos    int
	depth  int
	column func(string) (column, bool)
}

// parseFilter turns a FilterString into a condition, nil for an empty one.
func parseFilter(text string, resolve func(string) (column, bool)) (expr, []issue) {
	toks, issues := lex(text)
	if issues != nil || len(toks) == 0 {
		return nil, issues
	}
	p := &filterParser{toks: toks, column: resolve}
	e, issues := p.or()
	if issues != nil {
		return nil, issues
	}
	if p.pos < len(p.toks) {
		return nil, p.syntax()
	}
	return e, nil
}

func (p *filterParser) syntax() []issue {
	near := "结尾"
	if p.pos < len(p.toks) {
		near = p.toks[p.pos].text
	}
	return []issue{{text: "过滤条件在“" + near + "”附近有语法错误", code: codeParameter}}
}

func (p *filterParser) peek() token {
	if p.pos < len(p.toks) {
		return p.toks[p.pos]
	}
	return token{}
}

// word takes a keyword if it comes next.
func (p *filterParser) word(w string) bool {
	t := p.peek()
	if t.kind != tokWord || !strings.EqualFold(t.text, w) {
		return false
	}
	p.pos++
	return true
}

func (p *filterParser) sign(s string) bool {
	if t := p.peek(); t.kind != tokSign || t.text != s {
		return false
	}
	p.pos++
	return true
}

func (p *filterParser) or() (expr, []issue) {
	list, issues := p.chain("or", p.and)
	return orExpr(list), issues
}

func (p *filterParser) and() (expr, []issue) {
	list, issues := p.chain("and", p.not)
	return andExpr(list), issues
}

// chain reads terms joined by one word.
func (p *filterParser) chain(word string, next func() (expr, []issue)) ([]expr, []issue) {
	var list []expr
	for {
		e, issues := next()
		if issues != nil {
			return nil, issues
		}
		list = append(list, e)
		if !p.word(word) {
			return list, nil
		}
	}
}

func (p *filterParser) not() (expr, []issue) {
	if p.depth++; p.depth > maxDepth {
		return nil, p.syntax()
	}
	defer func() { p.depth-- }()
	if p.word("not") {
		e, issues := p.not()
		return notExpr{e}, issues
	}
	if !p.sign("(") {
		return p.predicate()
	}
	e, issues := p.or()
	if issues == nil && !p.sign(")") {
		issues = p.syntax()
	}
	return e, issues
}

func (p *filterParser) predicate() (expr, []issue) {
	left, issues := p.operand()
	if issues != nil {
		return nil, issues
	}
	if p.word("is") {
		negated := p.word("not")
		if !p.word("null") {
			return nil, p.syntax()
		}
		return negate(nullExpr{left}, negated), nil
	}
	negated := p.word("not")
	switch {
	case p.word("in"):
		e, issues := p.in(left)
		return negate(e, negated), issues
	case p.word("like"):
		pattern, issues := p.operand()
		return negate(likeExpr{left, pattern}, negated), issues
	case p.word("between"):
		e, issues := p.between(left)
		return negate(e, negated), issues
	}
	t := p.peek()
	if negated || t.kind != tokSign || !strings.Contains("= <> != > >= < <=", t.text) {
		return nil, p.syntax()
	}
	p.pos++
	right, issues := p.operand()
	return compareExpr{t.text, left, right}, issues
}

func negate(e expr, negated bool) expr {
	if negated {
		return notExpr{e}
	}
	return e
}

func (p *filterParser) in(left operand) (expr, []issue) {
	if !p.sign("(") {
		return nil, p.syntax()
	}
	e := inExpr{left: left}
	for {
		o, issues := p.operand()
		if issues != nil {
			return nil, issues
		}
		e.list = append(e.list, o)
		if p.sign(")") {
			return e, nil
		}
		if !p.sign(",") {
			return nil, p.syntax()
		}
	}
}

func (p *filterParser) between(left operand) (expr, []issue) {
	low, issues := p.operand()
	if issues != nil {
		return nil, issues
	}
	if !p.word("and") {
		return nil, p.syntax()
	}
	high, issues := p.operand()
	return andExpr{compareExpr{">=", left, low}, compareExpr{"<=", left, high}}, issues
}

func (p *filterParser) operand() (operand, []issue) {
	t := p.peek()
	switch t.kind {
	case tokText:
		p.pos++
		return operand{literal: t.text}, nil
	case tokNumber:
		p.pos++
		return operand{literal: json.Number(t.text)}, nil
	case tokWord:
		switch strings.ToLower(t.text) {
		case "and", "or", "not", "in", "like", "between", "is", "null":
			return operand{}, p.syntax()
		}
		col, ok := p.column(t.text)
		if !ok {
			return operand{}, unknownField(t.text)
		}
		p.pos++
		return operand{col: col, isCol: true}, nil
	}
	return operand{}, p.syntax()
}

package sqlexpr

import (
	"regexp"
	"regexp/syntax"
)

const (
	patternLength = 1000
	patternSize   = 2000 // instructions
	// regexpCost is how much more a step of a regular expression costs than one
	// of LIKE.
	regexpCost = 64
)

var opRegexp = &operation{name: "REGEXP", fix: fixBool, eval: evalRegexp}

// pattern is a compiled regular expression.
type pattern struct {
	re   *regexp.Regexp
	size int // instructions
}

// compilePattern compiles a pattern that is fixed by the text.
func (p *parser) compilePattern(n *node) {
	if !p.ok() {
		return
	}
	if lit := n.args[1]; lit.op == opLiteral && lit.val.k == Text {
		re, why := compilePattern(lit.val.s, p.o.Exact)
		if why != "" {
			p.errorf(CodeSyntax, lit.off, "%s", why)
			return
		}
		n.extra = re
	}
}

// compilePattern makes a matcher that needs time in proportion to the text.
// What Go's regular expressions lack (back references, looking around,
// possessive repetition) is refused, and so are patterns that are too large.
func compilePattern(text string, exact bool) (*pattern, string) {
	if len(text) > patternLength {
		return nil, "the pattern is too long"
	}
	flags := "(?s)"
	if !exact {
		flags = "(?is)"
	}
	tree, err := syntax.Parse(flags+text, syntax.Perl)
	if err != nil {
		return nil, "the pattern is not supported: " + err.Error()
	}
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil || len(prog.Inst) > patternSize {
		return nil, "the pattern repeats too much"
	}
	re, err := regexp.Compile(flags + text)
	if err != nil {
		return nil, "the pattern is not supported: " + err.Error()
	}
	return &pattern{re: re, size: len(prog.Inst)}, ""
}

func evalRegexp(m *machine, n *node) *value {
	s, ok := m.str(n, 0)
	if !ok {
		return m.slot(n).setNull()
	}
	text, ok := m.str(n, 1)
	if !ok {
		return m.slot(n).setNull()
	}
	p, _ := n.extra.(*pattern)
	if p == nil {
		var why string
		if !m.spend(n, 1000*len(text)) {
			return m.slot(n).setNull()
		}
		if p, why = compilePattern(text, m.e.o.Exact); why != "" {
			return m.fail(n, CodeSQL, why, nil)
		}
	}
	if !m.spend(n, regexpCost*len(s)*p.size) {
		return m.slot(n).setNull()
	}
	return m.slot(n).setBool(p.re.MatchString(s))
}

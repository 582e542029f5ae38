package sqlexpr

import (
	"regexp"
	"regexp/syntax"
)

const (
	patternLength = 1000
	patternSize   = 2000 // instructions
)

var opRegexp = &operation{name: "REGEXP", fix: fixBool, eval: evalRegexp}

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
func compilePattern(pattern string, exact bool) (*regexp.Regexp, string) {
	if len(pattern) > patternLength {
		return nil, "the pattern is too long"
	}
	flags := syntax.Perl
	prefix := "(?s)"
	if !exact {
		flags |= syntax.FoldCase
		prefix = "(?is)"
	}
	tree, err := syntax.Parse(pattern, flags)
	if err != nil {
		return nil, "the pattern is not supported: " + err.Error()
	}
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil || len(prog.Inst) > patternSize {
		return nil, "the pattern repeats too much"
	}
	re, err := regexp.Compile(prefix + pattern)
	if err != nil {
		return nil, "the pattern is not supported: " + err.Error()
	}
	return re, ""
}

func evalRegexp(m *machine, n *node) *value {
	s, ok := m.str(n, 0)
	if !ok {
		return m.slot(n).setNull()
	}
	pattern, ok := m.str(n, 1)
	if !ok {
		return m.slot(n).setNull()
	}
	re, _ := n.extra.(*regexp.Regexp)
	if re == nil {
		var why string
		if re, why = compilePattern(pattern, m.e.o.Exact); why != "" {
			return m.fail(n, CodeSQL, why, nil)
		}
	}
	return m.slot(n).setBool(re.MatchString(s))
}

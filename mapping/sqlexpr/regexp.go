package sqlexpr

import (
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode/utf8"
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
	re    *regexp.Regexp
	size  int  // instructions
	ascii bool // it can be told for texts of ASCII alone
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
	flags := ""
	if !exact {
		flags = "(?i)"
	}
	source, bounds := unicodeClasses(text)
	tree, err := syntax.Parse(flags+source, syntax.Perl)
	if err != nil {
		return nil, "the pattern is not supported: " + strings.ReplaceAll(err.Error(), "`"+flags, "`")
	}
	endBeforeNewline(tree)
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil || len(prog.Inst) > patternSize {
		return nil, "the pattern repeats too much"
	}
	re, err := regexp.Compile(tree.String())
	if err != nil {
		return nil, "the pattern is not supported: " + err.Error()
	}
	return &pattern{re: re, size: len(prog.Inst), ascii: bounds}, ""
}

// endBeforeNewline lets $ hold before a line feed at the end too.
func endBeforeNewline(re *syntax.Regexp) {
	if re.Op == syntax.OpEndText && re.Flags&syntax.WasDollar != 0 {
		if end, err := syntax.Parse(`\n?\z`, syntax.Perl); err == nil {
			*re = *end
		}
		return
	}
	for _, sub := range re.Sub {
		endBeforeNewline(sub)
	}
}

// The classes of characters as the server has them. Go's know ASCII only, and
// no Chinese character would be a letter.
const (
	classSpace = `\p{Z}\t-\r\x{85}`
	classWord  = `\p{L}\p{N}_`
)

var escapeClasses = map[byte][2]string{ // alone, and inside brackets
	'd': {`\p{Nd}`, `\p{Nd}`}, 'D': {`\P{Nd}`, `\P{Nd}`}, 'w': {"[" + classWord + "]", classWord}, 's': {"[" + classSpace + "]", classSpace},
	'W': {"[^" + classWord + "]", ""}, 'S': {"[^" + classSpace + "]", ""}, 'Z': {`\n?\z`, ""},
}

var namedClasses = [...][2]string{
	{"[:alpha:]", `\p{L}`}, {"[:alnum:]", `\p{L}\p{N}`}, {"[:digit:]", `\p{Nd}`}, {"[:space:]", classSpace}, {"[:word:]", classWord},
	{"[:punct:]", "\\p{P}$+<=>^`|~"}, {"[:^alpha:]", `\P{L}`}, {"[:^digit:]", `\P{Nd}`},
}

// unicodeClasses writes the classes of a pattern so that Go understands them as
// the server does. bounds tells that the pattern holds \b or \B, which Go knows
// for ASCII only.
func unicodeClasses(pattern string) (out string, bounds bool) {
	var b strings.Builder
	brackets := 0 // where the contents of [ ] begin, 0 outside
	for i := 0; i < len(pattern); {
		rest := pattern[i:]
		switch {
		case strings.HasPrefix(rest, `\Q`) && brackets == 0:
			end := strings.Index(rest, `\E`)
			if end < 0 {
				end = len(rest)
			}
			b.WriteString(rest[:end])
			i += end
		case rest[0] == '\\' && len(rest) > 1:
			text := rest[:2]
			if class := escapeClasses[rest[1]]; brackets == 0 && class[0] != "" {
				text = class[0]
			} else if brackets > 0 && class[1] != "" {
				text = class[1]
			}
			bounds = bounds || brackets == 0 && (rest[1] == 'b' || rest[1] == 'B')
			b.WriteString(text)
			i += 2
		case brackets == 0 && rest[0] == '[':
			b.WriteByte('[')
			if i++; strings.HasPrefix(pattern[i:], "^") {
				b.WriteByte('^')
				i++
			}
			brackets = i + 1
		case brackets > 0 && rest[0] == ']' && i >= brackets:
			b.WriteByte(']')
			brackets = 0
			i++
		case brackets > 0 && strings.HasPrefix(rest, "[:"):
			name := rest[:2]
			text := name
			for _, c := range namedClasses {
				if strings.HasPrefix(rest, c[0]) {
					name, text = c[0], c[1]
				}
			}
			if end := strings.Index(rest, ":]"); len(name) == 2 && end > 0 {
				name, text = rest[:end+2], rest[:end+2]
			}
			b.WriteString(text)
			i += len(name)
		default:
			b.WriteByte(rest[0])
			i++
		}
	}
	return b.String(), bounds
}

func allASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
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
	if p.ascii && !allASCII(s) {
		return m.fail(n, CodeSQL, `the pattern is not supported: \b in a text that is not all ASCII`, nil)
	}
	return m.slot(n).setBool(p.re.MatchString(s))
}

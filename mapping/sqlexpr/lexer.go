package sqlexpr

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

type tokenKind uint8

const (
	tokEOF    tokenKind = iota
	tokNumber           // parts: digits and holes that touch them; one part of one hole: a bare hole
	tokString           // parts: text and holes
	tokName             // keyword or function name, in lower case
	tokOp               // operator or punctuation
	tokSpan             // hole: index of the span
	tokError            // already reported
)

type token struct {
	kind     tokenKind
	off, end int
	text     string
	parts    []part
	hole     int
}

// lexer cuts the text into tokens. It reports the mistakes it finds and goes
// on behind them.
type lexer struct {
	src   string
	o     *Options
	pos   int
	span  int // next span
	prev  token
	holes []Hole
	errs  Errors
}

func (l *lexer) errorf(code string, off int, format string, args ...any) {
	const most = 20
	if len(l.errs) < most {
		l.errs = append(l.errs, &Error{Code: code, Offset: off, Message: fmt.Sprintf(format, args...)})
	}
}

// next returns the next token.
func (l *lexer) next() token {
	t := l.scan()
	t.end = l.pos
	l.prev = t
	return t
}

func (l *lexer) scan() token {
	for l.pos < len(l.src) && isSpace(l.src[l.pos]) {
		l.pos++
	}
	t := token{off: l.pos}
	if l.span < len(l.o.Spans) && l.pos >= l.o.Spans[l.span].Start {
		t.kind, t.hole = tokSpan, l.span
		l.pos = l.o.Spans[l.span].End
		l.span++
		return t
	}
	if l.pos >= len(l.src) {
		return t
	}
	c := l.src[l.pos]
	switch {
	case c == '\'' || c == '"':
		return l.scanString(c)
	case isDigit(c), c == '.' && l.pos+1 < len(l.src) && isDigit(l.src[l.pos+1]), c == '{' && l.o.Holes:
		return l.scanNumber()
	case isNameStart(c):
		for l.pos < len(l.src) && (isNameStart(l.src[l.pos]) || isDigit(l.src[l.pos])) {
			l.pos++
		}
		t.kind, t.text = tokName, strings.ToLower(l.src[t.off:l.pos])
		return t
	default:
		return l.scanOperator()
	}
}

// limit is where the running token must end: at the next span.
func (l *lexer) limit() int {
	if l.span < len(l.o.Spans) {
		return l.o.Spans[l.span].Start
	}
	return len(l.src)
}

var operators = [...]string{
	"<=>", "<>", "!=", "<=", ">=", "&&", "||", "=", "<", ">", "+", "-", "*", "/", "%", "(", ")", ",", "!",
}

func (l *lexer) scanOperator() token {
	t := token{kind: tokOp, off: l.pos}
	rest := l.src[l.pos:]
	for _, comment := range [...]string{"--", "/*", "#"} {
		if strings.HasPrefix(rest, comment) && (comment != "--" || len(rest) == 2 || isSpace(rest[2])) {
			l.errorf(CodeSyntax, l.pos, "comments are not part of an expression")
			l.pos = len(l.src)
			return token{kind: tokError, off: t.off}
		}
	}
	for _, op := range operators {
		if strings.HasPrefix(rest, op) {
			t.text = op
			l.pos += len(op)
			return t
		}
	}
	r, n := utf8.DecodeRuneInString(rest)
	switch {
	case r == utf8.RuneError && n <= 1:
		l.errorf(CodeSyntax, l.pos, "the text is not valid UTF-8")
	case r == '{' || r == '}':
		l.errorf(CodeSyntax, l.pos, "unexpected %q: holes are not allowed here", r)
	default:
		l.errorf(CodeSyntax, l.pos, "unexpected character %q", r)
	}
	l.pos += n
	return token{kind: tokError, off: t.off}
}

// scanNumber reads digits and the holes that touch them.
func (l *lexer) scanNumber() token {
	t := token{kind: tokNumber, off: l.pos}
	start := l.pos
	flush := func() {
		if start < l.pos {
			t.parts = append(t.parts, part{text: l.src[start:l.pos], hole: -1})
		}
	}
	limit := l.limit()
	for l.pos < limit {
		c := l.src[l.pos]
		switch {
		case c == '{' && l.o.Holes:
			flush()
			hole, ok := l.scanHole(false, false)
			if !ok {
				return token{kind: tokError, off: t.off}
			}
			t.parts = append(t.parts, part{hole: hole})
			start = l.pos
			continue
		case isDigit(c), c == '.':
		case (c == 'e' || c == 'E') && l.pos > start:
			if _, end := parseExponent(l.src, l.pos); end > l.pos {
				l.pos = end
				continue
			}
			flush()
			return l.numberTail(t)
		default:
			flush()
			return l.numberTail(t)
		}
		l.pos++
	}
	flush()
	return t
}

// numberTail refuses names that touch a number.
func (l *lexer) numberTail(t token) token {
	if l.pos < len(l.src) && isNameStart(l.src[l.pos]) {
		off := l.pos
		for l.pos < l.limit() && (isNameStart(l.src[l.pos]) || isDigit(l.src[l.pos])) {
			l.pos++
		}
		l.errorf(CodeSyntax, off, "%q touches a number or a hole", excerpt(l.src[off:l.pos]))
		return token{kind: tokError, off: t.off}
	}
	return t
}

// scanString reads a quoted text with its holes.
func (l *lexer) scanString(quote byte) token {
	t := token{kind: tokString, off: l.pos}
	pattern := l.prev.kind == tokName && (l.prev.text == "regexp" || l.prev.text == "rlike")
	l.pos++
	start := l.pos
	open := 0 // braces that are text and not closed yet
	var b strings.Builder
	flush := func() { b.WriteString(l.src[start:l.pos]) }
	limit := l.limit()
	for l.pos < limit {
		c := l.src[l.pos]
		switch {
		case c == quote:
			flush()
			l.pos++
			if l.pos < limit && l.src[l.pos] == quote { // doubled
				start = l.pos
				l.pos++
				continue
			}
			if b.Len() > 0 || len(t.parts) == 0 {
				t.parts = append(t.parts, part{text: b.String(), hole: -1})
			}
			return t
		case c == '\\' && l.pos+1 < limit:
			flush()
			b.WriteString(unescape(l.src[l.pos+1]))
			l.pos += 2
			start = l.pos
			if !isASCII(l.src[l.pos-1]) {
				start = l.pos - 1
			}
		case c == '{' && l.o.Holes && l.isHole(pattern):
			flush()
			hole, ok := l.scanHole(true, open > 0)
			if !ok {
				return token{kind: tokError, off: t.off}
			}
			if b.Len() > 0 {
				t.parts = append(t.parts, part{text: b.String(), hole: -1})
				b.Reset()
			}
			t.parts = append(t.parts, part{hole: hole})
			start = l.pos
		default:
			switch c {
			case '{':
				open++
			case '}':
				open--
			}
			l.pos++
		}
	}
	l.errorf(CodeSyntax, t.off, "the text in quotes is not closed")
	return token{kind: tokError, off: t.off}
}

func isASCII(c byte) bool { return c < utf8.RuneSelf }

// unescape returns what a backslash before c means. \% and \_ keep the
// backslash: LIKE reads them.
func unescape(c byte) string {
	switch c {
	case '0':
		return "\x00"
	case 'b':
		return "\b"
	case 'n':
		return "\n"
	case 'r':
		return "\r"
	case 't':
		return "\t"
	case 'Z':
		return "\x1a"
	case '%':
		return `\%`
	case '_':
		return `\_`
	}
	if !isASCII(c) {
		return ""
	}
	return string(rune(c))
}

// isHole tells whether the brace here begins a hole inside quotes: {{ always
// does, { only if a plain reference follows. In the pattern of REGEXP {2} and
// {2,3} are repetitions.
func (l *lexer) isHole(pattern bool) bool {
	rest := l.src[l.pos:]
	if strings.HasPrefix(rest, "{{") {
		return true
	}
	end := strings.IndexByte(rest, '}')
	if end < 0 {
		return false
	}
	inner := rest[1:end]
	if pattern && strings.Trim(inner, "0123456789,") == "" {
		return false
	}
	return isPlainRef(inner)
}

// isPlainRef tells whether the content of single braces is a reference with
// its pipes: no quotes, colons, blanks or braces.
func isPlainRef(s string) bool {
	return s != "" && !strings.ContainsAny(s, "{}'\":\\ \t\r\n") && splitRef(s).Ref != ""
}

// splitRef parts a reference and its pipes. Ref is "" if it is none.
func splitRef(s string) Hole {
	pieces := strings.Split(s, "|")
	h := Hole{Ref: strings.TrimSpace(pieces[0])}
	for _, p := range pieces[1:] {
		h.Pipes = append(h.Pipes, strings.TrimSpace(p))
	}
	for seg := range strings.SplitSeq(h.Ref, ".") {
		if seg == "" {
			h.Ref = ""
		}
	}
	return h
}

// scanHole reads {ref|pipe} or {{ref|pipe}} and returns its index. closes tells
// that a brace behind it may close one that is text, as in '{"a":{{a}}}'.
func (l *lexer) scanHole(quoted, closes bool) (int, bool) {
	off := l.pos
	open, closing := "{", "}"
	if strings.HasPrefix(l.src[off:], "{{") {
		open, closing = "{{", "}}"
	}
	inner := l.src[off+len(open):]
	end := strings.IndexAny(inner, "{}")
	if end < 0 || !strings.HasPrefix(inner[end:], closing) {
		l.pos = len(l.src)
		l.errorf(CodeBraces, off, "the hole that begins here is not closed by %s", closing)
		return 0, false
	}
	h := splitRef(inner[:end])
	l.pos = off + len(open) + end + len(closing)
	if l.pos < len(l.src) && l.src[l.pos] == '}' && (closing == "}}" && !closes || !quoted) {
		l.errorf(CodeBraces, l.pos, "one brace too many")
		l.pos++
		return 0, false
	}
	if h.Ref == "" || !quoted && closing == "}" && !isPlainRef(inner[:end]) {
		l.errorf(CodeSyntax, off, "%q is not a reference to a field", excerpt(inner[:end]))
		return 0, false
	}
	h.Offset, h.Quoted = off, quoted
	l.holes = append(l.holes, h)
	return len(l.holes) - 1, true
}

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

func isNameStart(c byte) bool {
	return c == '_' || c == '$' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

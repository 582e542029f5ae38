package mapping

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

const (
	defaultDepth = 128     // how deep a record may nest
	anyDepth     = 1 << 20 // for what was checked before
)

// scanner walks over JSON text once, checking all of it. Values are parts of the
// text: nothing is copied.
type scanner struct {
	s        string
	i        int
	depth    int
	maxDepth int
}

// syntaxError is a mistake in JSON text.
type syntaxError struct {
	offset    int
	line, col int // from 1
	message   string
	tooLarge  bool // a limit, not a mistake
}

// Error gives the place and the mistake.
func (e *syntaxError) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.line, e.col, e.message)
}

// fail makes the error for the byte at offset.
func (s *scanner) fail(offset int, message string) error {
	line, col := position(s.s, offset)
	return &syntaxError{offset: offset, line: line, col: col, message: message}
}

// position tells line and column of a byte, both from 1.
func position(text string, offset int) (line, col int) {
	offset = min(offset, len(text))
	before := text[:offset]
	return 1 + strings.Count(before, "\n"), offset - strings.LastIndexByte(before, '\n')
}

// document reads the one value the text consists of.
func (s *scanner) document() (Value, error) {
	if err := s.begin(); err != nil {
		return Value{}, err
	}
	v, err := s.value()
	if err != nil {
		return Value{}, err
	}
	return v, s.end()
}

// begin checks the encoding and skips a byte order mark.
func (s *scanner) begin() error {
	if !utf8.ValidString(s.s) {
		at := 0
		for at < len(s.s) {
			r, n := utf8.DecodeRuneInString(s.s[at:])
			if r == utf8.RuneError && n <= 1 {
				break
			}
			at += n
		}
		return s.fail(at, "a byte that is no UTF-8")
	}
	if strings.HasPrefix(s.s, "\ufeff") {
		s.i = len("\ufeff")
	}
	return nil
}

// end checks that nothing follows.
func (s *scanner) end() error {
	if s.blank(); s.i < len(s.s) {
		return s.fail(s.i, "text after the JSON value")
	}
	return nil
}

// blank skips white space and returns the byte after it, 0 at the end.
func (s *scanner) blank() byte {
	for s.i < len(s.s) {
		c := s.s[s.i]
		if c > ' ' {
			return c
		}
		if c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return c
		}
		s.i++
	}
	return 0
}

// value reads the value that starts here, after white space.
func (s *scanner) value() (Value, error) {
	c := s.blank()
	start := s.i
	switch {
	case c == '"':
		lit, plain, err := s.text()
		if err != nil {
			return Value{}, err
		}
		f := formPlain
		if !plain {
			f = formEscaped
		}
		return Value{s: lit, kind: KindText, form: f}, nil
	case c == '{':
		err := s.object(nil)
		return Value{s: s.s[start:s.i], kind: KindObject}, err
	case c == '[':
		err := s.array(nil)
		return Value{s: s.s[start:s.i], kind: KindArray}, err
	case c == '-' || c >= '0' && c <= '9':
		err := s.number()
		return Value{s: s.s[start:s.i], kind: KindNumber}, err
	case c == 't':
		return Value{s: "true", kind: KindBool}, s.word("true")
	case c == 'f':
		return Value{s: "false", kind: KindBool}, s.word("false")
	case c == 'n':
		return Value{s: "null", kind: KindNull}, s.word("null")
	case c == 0 && s.i >= len(s.s):
		return Value{}, s.fail(s.i, "the text ends where a value should be")
	}
	return Value{}, s.fail(s.i, "no JSON value begins like this")
}

func (s *scanner) word(w string) error {
	if !strings.HasPrefix(s.s[s.i:], w) {
		return s.fail(s.i, "want "+w)
	}
	s.i += len(w)
	return nil
}

// text reads a JSON text and returns it with its quotes; plain when it has no
// escapes.
func (s *scanner) text() (literal string, plain bool, err error) {
	start := s.i
	str := s.s
	i := start + 1
	plain = true
	for i < len(str) {
		switch c := str[i]; {
		case c == '"':
			s.i = i + 1
			return str[start:s.i], plain, nil
		case c == '\\':
			plain = false
			n := escapeLength(str[i:])
			if n == 0 {
				return "", false, s.fail(i, "no escape of JSON")
			}
			i += n
		case c < ' ':
			return "", false, s.fail(i, "a control character inside a text")
		default:
			i++
		}
	}
	return "", false, s.fail(len(str), "the text ends inside a quoted text")
}

// escapeLength returns how long the escape at the start of str is, 0 for none.
func escapeLength(str string) int {
	if len(str) < 2 {
		return 0
	}
	switch str[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if len(str) < 6 {
			return 0
		}
		for _, c := range []byte(str[2:6]) {
			if !isHex(c) {
				return 0
			}
		}
		return 6
	}
	return 0
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// number reads a JSON number.
func (s *scanner) number() error {
	n := numberLength(s.s[s.i:])
	if n == 0 {
		return s.fail(s.i, "no JSON number")
	}
	s.i += n
	return nil
}

// numberLength returns how many bytes of str are a JSON number, 0 when it does
// not begin with one.
func numberLength(str string) int {
	i := 0
	if i < len(str) && str[i] == '-' {
		i++
	}
	switch {
	case i < len(str) && str[i] == '0':
		i++
	case i < len(str) && str[i] >= '1' && str[i] <= '9':
		i = skipDigits(str, i)
	default:
		return 0
	}
	if i < len(str) && str[i] == '.' {
		j := skipDigits(str, i+1)
		if j == i+1 {
			return 0
		}
		i = j
	}
	if i < len(str) && (str[i] == 'e' || str[i] == 'E') {
		i++
		if i < len(str) && (str[i] == '+' || str[i] == '-') {
			i++
		}
		j := skipDigits(str, i)
		if j == i {
			return 0
		}
		i = j
	}
	return i
}

func skipDigits(str string, i int) int {
	for i < len(str) && str[i] >= '0' && str[i] <= '9' {
		i++
	}
	return i
}

// isNumber tells whether the whole of str is a JSON number.
func isNumber(str string) bool { return str != "" && numberLength(str) == len(str) }

// enter counts one level of nesting and moves behind the bracket.
func (s *scanner) enter() error {
	if s.depth++; s.depth > s.maxDepth {
		line, col := position(s.s, s.i)
		return &syntaxError{offset: s.i, line: line, col: col, message: fmt.Sprintf("nested deeper than %d", s.maxDepth), tooLarge: true}
	}
	s.i++
	return nil
}

// object reads the object that starts here. take reads each member's value,
// given its key literal; nil skips them.
func (s *scanner) object(take func(key string, plain bool) error) error {
	if err := s.enter(); err != nil {
		return err
	}
	defer func() { s.depth-- }()
	if s.blank() == '}' {
		s.i++
		return nil
	}
	for {
		if s.blank() != '"' {
			return s.fail(s.i, "want a member's name in quotes")
		}
		key, plain, err := s.text()
		if err != nil {
			return err
		}
		if s.blank() != ':' {
			return s.fail(s.i, "want a colon after the member's name")
		}
		s.i++
		if take == nil {
			_, err = s.value()
		} else {
			err = take(key, plain)
		}
		if err != nil {
			return err
		}
		switch s.blank() {
		case ',':
			s.i++
		case '}':
			s.i++
			return nil
		default:
			return s.fail(s.i, "want a comma or the end of the object")
		}
	}
}

// array reads the array that starts here. take reads each element; nil skips them.
func (s *scanner) array(take func() error) error {
	if err := s.enter(); err != nil {
		return err
	}
	defer func() { s.depth-- }()
	if s.blank() == ']' {
		s.i++
		return nil
	}
	for {
		var err error
		if take == nil {
			_, err = s.value()
		} else {
			err = take()
		}
		if err != nil {
			return err
		}
		switch s.blank() {
		case ',':
			s.i++
		case ']':
			s.i++
			return nil
		default:
			return s.fail(s.i, "want a comma or the end of the array")
		}
	}
}

// keyText decodes a key literal.
func keyText(literal string, plain bool) string {
	if plain {
		return literal[1 : len(literal)-1]
	}
	return unquote(literal)
}

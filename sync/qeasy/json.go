package qeasy

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// kind is the kind of a JSON value.
type kind uint8

const (
	kindNull kind = iota
	kindBool
	kindNumber
	kindText
	kindArray
	kindObject
)

var kindNames = [...]string{"null", "a boolean", "a number", "a text", "an array", "an object"}

func (k kind) String() string { return kindNames[k] }

// node is a JSON value with its place. Members keep their order.
type node struct {
	kind  kind
	off   int    // of its first byte
	raw   string // the value as written
	text  string // of a text, decoded
	names []string
	nodes []*node
}

// get returns a member of an object, nil when it has none of the name.
func (n *node) get(name string) *node {
	for i, m := range n.names {
		if m == name {
			return n.nodes[i]
		}
	}
	return nil
}

// truth reads a boolean: true, false, 1, 0, and these as text.
func (n *node) truth() (value, ok bool) {
	s := n.raw
	if n.kind == kindText {
		s = n.text
	}
	switch strings.ToLower(s) {
	case "true", "1":
		return true, true
	case "false", "0":
		return false, true
	}
	return false, false
}

// jsonError is text that is no JSON, or more of it than the limits allow.
type jsonError struct {
	off     int
	message string
}

func (e *jsonError) Error() string { return e.message }

// reader reads one JSON text into nodes.
type reader struct {
	s      string
	i      int
	depth  int
	values int
	limits Limits
}

// readJSON reads a whole JSON text. Its error is a *jsonError.
func readJSON(s string, limits Limits) (*node, error) {
	if len(s) > limits.Bytes {
		return nil, &jsonError{0, fmt.Sprintf("the document is longer than %d bytes", limits.Bytes)}
	}
	if strings.HasPrefix(s, "\xff\xfe") || strings.HasPrefix(s, "\xfe\xff") {
		return nil, &jsonError{0, "the document is UTF-16: save it as UTF-8"}
	}
	if at := invalidUTF8(s); at >= 0 {
		return nil, &jsonError{at, "a byte that is not UTF-8 (a document in GBK must be saved as UTF-8)"}
	}
	r := &reader{s: s, limits: limits}
	if strings.HasPrefix(s, "\ufeff") { // as editors of Windows write it
		r.i = len("\ufeff")
	}
	n, err := r.value()
	if err != nil {
		return nil, err
	}
	r.blank()
	if r.i < len(s) {
		return nil, r.fail("text behind the end of the document")
	}
	return n, nil
}

func invalidUTF8(s string) int {
	if utf8.ValidString(s) {
		return -1
	}
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

func (r *reader) fail(format string, args ...any) error {
	return &jsonError{r.i, fmt.Sprintf(format, args...)}
}

func (r *reader) blank() {
	for r.i < len(r.s) && strings.IndexByte(" \t\r\n", r.s[r.i]) >= 0 {
		r.i++
	}
}

func (r *reader) value() (*node, error) {
	r.blank()
	if r.i == len(r.s) {
		return nil, r.fail("the document ends where a value is due")
	}
	if r.values++; r.values > r.limits.Values {
		return nil, r.fail("the document has more than %d values", r.limits.Values)
	}
	n := &node{off: r.i}
	var err error
	switch c := r.s[r.i]; {
	case c == '{':
		n.kind = kindObject
		err = r.list(n, '}')
	case c == '[':
		n.kind = kindArray
		err = r.list(n, ']')
	case c == '"':
		n.kind = kindText
		n.text, err = r.text()
	case c == '-' || c >= '0' && c <= '9':
		n.kind = kindNumber
		err = r.number()
	default:
		err = r.word(n)
	}
	n.raw = r.s[n.off:r.i]
	return n, err
}

func (r *reader) word(n *node) error {
	for word, k := range map[string]kind{"null": kindNull, "true": kindBool, "false": kindBool} {
		if strings.HasPrefix(r.s[r.i:], word) {
			n.kind = k
			r.i += len(word)
			return nil
		}
	}
	c, _ := utf8.DecodeRuneInString(r.s[r.i:])
	return r.fail("%q begins no value", c)
}

// list reads the members of an object or the elements of an array.
func (r *reader) list(n *node, end byte) error {
	if r.depth++; r.depth > r.limits.Depth {
		return r.fail("the document nests deeper than %d", r.limits.Depth)
	}
	r.i++
	seen := map[string]bool{}
	for first := true; ; first = false {
		r.blank()
		if r.i == len(r.s) {
			return r.fail("the document ends inside %s", n.kind)
		}
		if first && r.s[r.i] == end {
			break
		}
		if end == '}' {
			if err := r.name(n, seen); err != nil {
				return err
			}
		}
		v, err := r.value()
		if err != nil {
			return err
		}
		n.nodes = append(n.nodes, v)
		r.blank()
		if r.i == len(r.s) {
			return r.fail("the document ends inside %s", n.kind)
		}
		if r.s[r.i] == end {
			break
		}
		if r.s[r.i] != ',' {
			return r.fail("a comma or %q is missing", end)
		}
		r.i++
	}
	r.i++
	r.depth--
	return nil
}

func (r *reader) name(n *node, seen map[string]bool) error {
	if r.s[r.i] != '"' {
		return r.fail("the name of a member is due, in double quotes")
	}
	at := r.i
	name, err := r.text()
	if err != nil {
		return err
	}
	if seen[name] {
		return &jsonError{at, fmt.Sprintf("the member %q stands here twice; which one counts nobody can tell", cut(name))}
	}
	seen[name] = true
	n.names = append(n.names, name)
	r.blank()
	if r.i == len(r.s) || r.s[r.i] != ':' {
		return r.fail("a colon is missing behind the name of a member")
	}
	r.i++
	return nil
}

func (r *reader) number() error {
	digits := func() bool {
		from := r.i
		for r.i < len(r.s) && r.s[r.i] >= '0' && r.s[r.i] <= '9' {
			r.i++
		}
		return r.i > from
	}
	at := r.i
	if r.s[r.i] == '-' {
		r.i++
	}
	zero := r.i < len(r.s) && r.s[r.i] == '0'
	from := r.i
	if !digits() || zero && r.i > from+1 {
		return &jsonError{at, "a number that is none"}
	}
	if r.i < len(r.s) && r.s[r.i] == '.' {
		r.i++
		if !digits() {
			return &jsonError{at, "a number without digits behind its point"}
		}
	}
	if r.i < len(r.s) && (r.s[r.i] == 'e' || r.s[r.i] == 'E') {
		r.i++
		if r.i < len(r.s) && (r.s[r.i] == '+' || r.s[r.i] == '-') {
			r.i++
		}
		if !digits() {
			return &jsonError{at, "a number without digits in its exponent"}
		}
	}
	return nil
}

// text reads a text in quotes.
func (r *reader) text() (string, error) {
	at := r.i
	r.i++
	from := r.i
	var b []byte
	for r.i < len(r.s) {
		switch c := r.s[r.i]; {
		case c == '"':
			out := r.s[from:r.i]
			r.i++
			if b == nil {
				return out, nil
			}
			return string(append(b, out...)), nil
		case c == '\\':
			b = append(b, r.s[from:r.i]...)
			c, err := r.escape()
			if err != nil {
				return "", err
			}
			b = utf8.AppendRune(b, c)
			from = r.i
		case c < ' ':
			return "", r.fail("a line break or control character inside a text")
		default:
			r.i++
		}
	}
	return "", &jsonError{at, "a text that does not end"}
}

var escapes = map[byte]rune{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

func (r *reader) escape() (rune, error) {
	if r.i+1 >= len(r.s) {
		return 0, r.fail("a text that does not end")
	}
	c := r.s[r.i+1]
	if out, ok := escapes[c]; ok {
		r.i += 2
		return out, nil
	}
	if c != 'u' {
		return 0, r.fail("an escape that does not exist")
	}
	first, err := r.hex()
	if err != nil || !utf16.IsSurrogate(first) {
		return first, err
	}
	if strings.HasPrefix(r.s[r.i:], `\u`) {
		second, err := r.hex()
		if out := utf16.DecodeRune(first, second); err == nil && out != utf8.RuneError {
			return out, nil
		}
	}
	return 0, r.fail("half of a surrogate pair")
}

func (r *reader) hex() (rune, error) {
	if r.i+6 > len(r.s) {
		return 0, r.fail("an escape that is cut short")
	}
	var out rune
	for _, c := range []byte(r.s[r.i+2 : r.i+6]) {
		switch {
		case c >= '0' && c <= '9':
			out = out<<4 | rune(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			out = out<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, r.fail("an escape that is no number")
		}
	}
	r.i += 6
	return out, nil
}

// lines finds line and column of offsets in a text.
type lines struct {
	s      string
	starts []int
}

func newLines(s string) *lines {
	l := &lines{s: s, starts: []int{0}}
	for i := range len(s) {
		if s[i] == '\n' {
			l.starts = append(l.starts, i+1)
		}
	}
	return l
}

func (l *lines) at(off int) (line, col int) {
	low, high := 0, len(l.starts)
	for high-low > 1 {
		if mid := (low + high) / 2; l.starts[mid] <= off {
			low = mid
		} else {
			high = mid
		}
	}
	return low + 1, off - l.starts[low] + 1
}

// cut is a text as a message shows it.
func cut(s string) string { return cutAt(s, 80) }

func cutAt(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// jsonOffset is where a readJSON error lies.
func jsonOffset(err error) int {
	if e, ok := errors.AsType[*jsonError](err); ok {
		return e.off
	}
	return 0
}

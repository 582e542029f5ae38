package sqlexpr

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// jsonDepth bounds the nesting of documents that are looked into.
const jsonDepth = 100

var jsonFunctions = []*operation{
	{name: "JSON_EXTRACT", min: 2, max: 2, fix: fixText, eval: evalJSONExtract},
	{name: "JSON_UNQUOTE", min: 1, max: 1, fix: fixText, eval: evalJSONUnquote},
}

// evalJSONExtract returns the value at a path as it stands in the document:
// texts keep their quotes, as on the server. A path that leads nowhere is
// NULL; what is no JSON, or a path with wildcards, is an error.
func evalJSONExtract(m *machine, n *node) *value {
	doc, ok := m.str(n, 0)
	if !ok {
		return m.slot(n).setNull()
	}
	path, ok := m.str(n, 1)
	if !ok {
		return m.slot(n).setNull()
	}
	steps, ok := jsonPath(path)
	if !ok {
		return m.fail(n, CodeSQL, `"`+excerpt(path)+`" is no JSON path such as $.a[0]`, nil)
	}
	s := jsonScanner{src: doc}
	s.space()
	found, ok := s.find(steps, 0)
	s.space()
	if !ok || s.pos != len(doc) {
		return m.fail(n, CodeSQL, "the text is no JSON at byte "+strconv.Itoa(s.pos), nil)
	}
	if found == "" {
		return m.slot(n).setNull()
	}
	return m.slot(n).setText(found)
}

func evalJSONUnquote(m *machine, n *node) *value {
	text, ok := m.str(n, 0)
	if !ok || !m.room(n, len(text)) {
		return m.slot(n).setNull()
	}
	if len(text) < 2 || text[0] != '"' {
		return m.slot(n).setText(text)
	}
	s := jsonScanner{src: text}
	raw, ok := s.text()
	if !ok || s.pos != len(text) {
		return m.fail(n, CodeSQL, "the text in quotes is no JSON", nil)
	}
	return m.slot(n).setText(unquoteJSON(raw))
}

// jsonStep is a member's name, or an index from 0.
type jsonStep struct {
	name  string
	index int // -1: name
}

// jsonPath reads $.a."b c"[0].
func jsonPath(path string) ([]jsonStep, bool) {
	rest, ok := strings.CutPrefix(strings.TrimSpace(path), "$")
	var steps []jsonStep
	for ok && rest != "" {
		switch rest[0] {
		case '.':
			s := jsonScanner{src: rest[1:]}
			name := ""
			if strings.HasPrefix(s.src, `"`) {
				var raw string
				if raw, ok = s.text(); ok {
					name = unquoteJSON(raw)
				}
			} else {
				if s.pos = strings.IndexAny(s.src, ".["); s.pos < 0 {
					s.pos = len(s.src)
				}
				name = s.src[:s.pos]
				ok = name != "" && !strings.ContainsAny(name, `*"' `)
			}
			steps, rest = append(steps, jsonStep{name: name, index: -1}), rest[1+s.pos:]
		case '[':
			end := strings.IndexByte(rest, ']')
			if end < 0 {
				return nil, false
			}
			i, err := strconv.Atoi(strings.TrimSpace(rest[1:end]))
			ok = err == nil && i >= 0
			steps, rest = append(steps, jsonStep{index: i}), rest[end+1:]
		default:
			ok = false
		}
	}
	return steps, ok
}

// jsonScanner walks over a JSON text without building anything.
type jsonScanner struct {
	src string
	pos int
}

func (s *jsonScanner) space() {
	for s.pos < len(s.src) && strings.IndexByte(" \t\r\n", s.src[s.pos]) >= 0 {
		s.pos++
	}
}

func (s *jsonScanner) accept(c byte) bool {
	if s.pos < len(s.src) && s.src[s.pos] == c {
		s.pos++
		return true
	}
	return false
}

// find skips one value and returns the part of it the steps lead to, "" if
// there is none. Of members of the same name the last counts.
func (s *jsonScanner) find(steps []jsonStep, depth int) (found string, ok bool) {
	start := s.pos
	if depth > jsonDepth || s.pos >= len(s.src) {
		return "", false
	}
	switch s.src[s.pos] {
	case '{':
		found, ok = s.members(steps, depth)
	case '[':
		found, ok = s.elements(steps, depth)
	case '"':
		_, ok = s.text()
	default:
		ok = s.scalar()
	}
	if !ok {
		return "", false
	}
	if len(steps) == 0 || len(steps) == 1 && steps[0].index == 0 && found == "" && s.src[start] != '[' {
		found = s.src[start:s.pos] // $[0] of what is no array is the value itself
	}
	return found, true
}

func (s *jsonScanner) members(steps []jsonStep, depth int) (found string, ok bool) {
	s.pos++
	s.space()
	if s.accept('}') {
		return "", true
	}
	for {
		raw, ok := s.text()
		if !ok {
			return "", false
		}
		s.space()
		if !s.accept(':') {
			return "", false
		}
		s.space()
		here := len(steps) > 0 && steps[0].index < 0 && unquoteJSON(raw) == steps[0].name
		var inner []jsonStep
		if here {
			inner = steps[1:]
		}
		value, ok := s.find(inner, depth+1)
		if !ok {
			return "", false
		}
		if here {
			found = value
		}
		s.space()
		if s.accept('}') {
			return found, true
		}
		if !s.accept(',') {
			return "", false
		}
		s.space()
	}
}

func (s *jsonScanner) elements(steps []jsonStep, depth int) (found string, ok bool) {
	s.pos++
	s.space()
	if s.accept(']') {
		return "", true
	}
	for i := 0; ; i++ {
		here := len(steps) > 0 && steps[0].index == i
		var inner []jsonStep
		if here {
			inner = steps[1:]
		}
		value, ok := s.find(inner, depth+1)
		if !ok {
			return "", false
		}
		if here {
			found = value
		}
		s.space()
		if s.accept(']') {
			return found, true
		}
		if !s.accept(',') {
			return "", false
		}
		s.space()
	}
}

// text skips a text and returns what stands between its quotes.
func (s *jsonScanner) text() (raw string, ok bool) {
	if !s.accept('"') {
		return "", false
	}
	start := s.pos
	for s.pos < len(s.src) {
		switch c := s.src[s.pos]; {
		case c == '"':
			s.pos++
			return s.src[start : s.pos-1], true
		case c < ' ':
			return "", false
		case c == '\\':
			s.pos++
		}
		s.pos++
	}
	s.pos = len(s.src)
	return "", false
}

func (s *jsonScanner) scalar() bool {
	rest := s.src[s.pos:]
	for _, word := range [...]string{"true", "false", "null"} {
		if strings.HasPrefix(rest, word) {
			s.pos += len(word)
			return true
		}
	}
	if rest[0] != '-' && !isDigit(rest[0]) {
		return false
	}
	n := textNumberLength(rest)
	s.pos += n
	return n > 0
}

// unquoteJSON resolves the escapes of a text.
func unquoteJSON(raw string) string {
	if strings.IndexByte(raw, '\\') < 0 {
		return raw
	}
	b := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' || i+1 >= len(raw) {
			b = append(b, raw[i])
			continue
		}
		i++
		switch raw[i] {
		case 'b':
			b = append(b, '\b')
		case 'f':
			b = append(b, '\f')
		case 'n':
			b = append(b, '\n')
		case 'r':
			b = append(b, '\r')
		case 't':
			b = append(b, '\t')
		case 'u':
			r, n := hexRune(raw[i-1:])
			b = utf8.AppendRune(b, r)
			i += n - 2
		default:
			b = append(b, raw[i])
		}
	}
	return string(b)
}

// hexRune reads \u4e2d, or the two halves of a surrogate pair, and returns the
// length read.
func hexRune(s string) (rune, int) {
	unit := func(s string) (rune, bool) {
		if len(s) < 6 || s[:2] != `\u` {
			return 0, false
		}
		u, err := strconv.ParseUint(s[2:6], 16, 16)
		return rune(u), err == nil
	}
	r, ok := unit(s)
	if !ok {
		return utf8.RuneError, 2
	}
	if utf16.IsSurrogate(r) {
		if low, ok := unit(s[6:]); ok {
			if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
				return pair, 12
			}
		}
	}
	return r, 6
}

package sqlexpr

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/duijie-go/duijie/internal/wire"
)

var jsonFunctions = []*operation{
	{name: jsonExtract, min: 2, max: 2, fix: fixText, eval: evalJSONExtract},
	{name: "JSON_UNQUOTE", min: 1, max: 1, fix: fixText, eval: evalJSONUnquote},
}

const jsonExtract = "JSON_EXTRACT"

// evalJSONExtract returns the value at a path: texts keep their quotes and
// numbers their digits, objects and arrays get blanks as the server writes
// them, and members stay in their order. A path that leads nowhere is NULL;
// what is no JSON, or a path with wildcards, is an error.
func evalJSONExtract(m *machine, n *node) *value {
	doc, ok := m.str(n, 0)
	if !ok {
		return m.slot(n).setNull()
	}
	path, ok := m.str(n, 1)
	if !ok || !m.room(n, 2*len(doc)) {
		return m.slot(n).setNull()
	}
	steps, ok := jsonPath(path)
	if !ok {
		return m.fail(n, CodeSQL, `"`+excerpt(path)+`" is no JSON path such as $.a[0]`, nil)
	}
	var at json.RawMessage
	if err := wire.Unmarshal([]byte(doc), &at); err != nil {
		return m.fail(n, CodeSQL, "the text is no JSON: "+err.Error(), nil)
	}
	for _, s := range steps {
		if at = s.of(at); at == nil {
			return m.slot(n).setNull()
		}
	}
	return m.slot(n).setText(string(appendJSON(nil, at)))
}

func evalJSONUnquote(m *machine, n *node) *value {
	text, ok := m.str(n, 0)
	if !ok || !m.room(n, len(text)) {
		return m.slot(n).setNull()
	}
	plain, ok := unquoteJSON(text)
	if !ok {
		return m.fail(n, CodeSQL, "the text in quotes is no JSON", nil)
	}
	return m.slot(n).setText(plain)
}

// unquoteJSON resolves a JSON text; anything else stays as it is.
func unquoteJSON(s string) (plain string, ok bool) {
	if len(s) < 2 || s[0] != '"' {
		return s, true
	}
	var text wire.Text
	err := wire.Unmarshal([]byte(s), &text)
	return string(text), err == nil
}

// jsonNumber is v, the value of n, to a consumer of numbers: true is 1.
func jsonNumber(n *node, v *value) *value {
	if n.op.name == jsonExtract && v.k == Text && v.s == "true" {
		return new(value).setInt(1)
	}
	return bare(n, v)
}

// bare is v, the value of n, to a comparison of two: a JSON text found in a
// document counts without its quotes. It keeps them in BETWEEN and in lists, as on
// the servers; JSON_UNQUOTE takes them away.
func bare(n *node, v *value) *value {
	if n.op.name != jsonExtract || v.k != Text || !strings.HasPrefix(v.s, `"`) {
		return v
	}
	plain, _ := unquoteJSON(v.s)
	return new(value).setText(plain)
}

// jsonStep is a member's name, or an index from 0.
type jsonStep struct {
	name  string
	index int // -1: name
}

// of returns the part of a checked document the step leads to, nil if there is
// none. Of members of the same name the last counts.
func (s jsonStep) of(doc json.RawMessage) (found json.RawMessage) {
	if s.index < 0 {
		for member := range wire.Walk(doc) {
			if string(member.Key) == s.name {
				found = member.Value
			}
		}
		return found
	}
	if s.index == 0 && wire.First(doc) != '[' {
		return doc // $[0] of what is no array is the value itself
	}
	i := 0
	for element := range wire.Elements(doc) {
		if i == s.index {
			return element
		}
		i++
	}
	return nil
}

// jsonPath reads $.a."b c"[0].
func jsonPath(path string) ([]jsonStep, bool) {
	rest, ok := strings.CutPrefix(strings.TrimSpace(path), "$")
	var steps []jsonStep
	for ok && rest != "" {
		end := 0
		switch {
		case strings.HasPrefix(rest, `."`):
			name := string(wire.FirstValue([]byte(rest[1:])))
			end = 1 + len(name)
			name, ok = unquoteJSON(name)
			steps = append(steps, jsonStep{name: name, index: -1})
		case rest[0] == '.':
			if end = 1 + strings.IndexAny(rest[1:], ".["); end == 0 {
				end = len(rest)
			}
			name := rest[1:end]
			ok = name != "" && !strings.ContainsAny(name, `*"' `)
			steps = append(steps, jsonStep{name: name, index: -1})
		case rest[0] == '[':
			end = strings.IndexByte(rest, ']') + 1
			if end == 0 {
				return nil, false
			}
			i, err := strconv.Atoi(strings.TrimSpace(rest[1 : end-1]))
			ok = err == nil && i >= 0
			steps = append(steps, jsonStep{index: i})
		default:
			return nil, false
		}
		rest = rest[end:]
	}
	return steps, ok
}

// appendJSON appends a checked JSON value with a blank behind each colon and
// comma, and no other.
func appendJSON(dst []byte, v json.RawMessage) []byte {
	quoted := false
	for i := 0; i < len(v); i++ {
		c := v[i]
		switch {
		case quoted:
			switch c {
			case '\\':
				dst = append(dst, c)
				i++
				c = v[i]
			case '"':
				quoted = false
			}
		case c == '"':
			quoted = true
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			continue
		case c == ':' || c == ',':
			dst = append(dst, c, ' ')
			continue
		}
		dst = append(dst, c)
	}
	return dst
}

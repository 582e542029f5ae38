package qeasy

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/duijie-go/duijie/mapping"
)

// lookupText is a lookup as a value string has it.
type lookupText struct {
	call   mapping.LookupCall
	shifts map[string]int // offsets of the templates in the text, by their path in the call
	spaces int            // offset of a run of spaces, -1 for none
	end    int            // offset behind the lookup
}

// word is a part of a lookup between spaces.
type word struct {
	text string
	at   int
}

// words parts a text at spaces that are not inside braces. It stops behind stop.
func words(s, stop string) (out []word, end, spaces int) {
	spaces = -1
	for i := 0; i < len(s); {
		from := i
		for i < len(s) && strings.IndexByte(" \t\r\n", s[i]) >= 0 {
			i++
		}
		if spaces < 0 && (i > from+1 || i > from && s[from] != ' ') && i < len(s) {
			spaces = from
		}
		if i == len(s) {
			break
		}
		if rest, ok := strings.CutPrefix(s[i:], stop); ok && !startsName(rest) { // an operand or bracket may follow at once
			return out, i + len(stop), spaces
		}
		at, deep := i, 0
		for i < len(s) && (deep > 0 || strings.IndexByte(" \t\r\n", s[i]) < 0) {
			switch s[i] {
			case '{':
				deep++
			case '}':
				deep = max(deep-1, 0)
			}
			i++
		}
		out = append(out, word{s[at:i], at})
	}
	return out, len(s), spaces
}

// startsName tells that a text goes on with a letter, digit or underscore.
func startsName(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return r == '_' || unicode.IsLetter(r) && r != utf8.RuneError || unicode.IsDigit(r)
}

// parseFind reads a _findCollection; s begins with the prefix. nested tells that it is an
// operand of an expression, where it must end in _endFind.
func parseFind(s string, nested bool) (*lookupText, *valueError) {
	w, end, spaces := words(s, wordEndFind)
	if nested && !strings.HasSuffix(s[:end], wordEndFind) {
		return nil, &valueError{CodeLookupEndMissing, 0, "a lookup inside an expression ends in _endFind"}
	}
	bad := func(at int, message string) (*lookupText, *valueError) {
		return nil, &valueError{CodeLookupSyntax, at, message}
	}
	if !nested && end < len(s) && strings.TrimSpace(s[end:]) != "" {
		return bad(end, "there is text behind _endFind")
	}
	for i, want := range []string{prefixFind, "find", "", "from", "", "where"} {
		if i >= len(w) {
			return bad(len(strings.TrimRight(s[:end], " \t\r\n")), "the lookup ends early: _findCollection find NAME from UUID where NAME=VALUE")
		}
		if want != "" && w[i].text != want {
			return bad(w[i].at, "the word "+want+" is due here: _findCollection find NAME from UUID where NAME=VALUE")
		}
	}
	if len(w) == 6 {
		return bad(w[5].at, "the lookup has no condition")
	}
	l := &lookupText{shifts: map[string]int{}, spaces: spaces, end: end}
	l.call = mapping.LookupCall{Name: w[4].text, Want: "content." + w[2].text}
	if strings.ContainsAny(w[2].text, "{}|") || strings.ContainsAny(w[4].text, "{}|") {
		return bad(w[2].at, "the wanted field and the scheme are plain names")
	}
	for i, c := range w[6:] {
		name, value, ok := strings.Cut(c.text, "=")
		switch {
		case !ok || name == "" && value == "":
			return bad(c.at, "a condition is NAME=VALUE, without spaces around =")
		case name == "":
			return bad(c.at, "a condition is NAME=VALUE, without spaces around =")
		case strings.ContainsAny(name, "{}|"):
			return bad(c.at, "the name of a condition's field can not be a placeholder")
		case value == "":
			return bad(c.at+len(c.text), "the condition has no value to compare with")
		}
		l.call.Where.And = append(l.call.Where.And, mapping.Filter{Path: "content." + name, Values: []string{value}})
		l.shifts["/where/and/"+strconv.Itoa(i)+"/values/0"] = c.at + len(name) + 1
	}
	if len(l.call.Where.And) == 1 {
		l.call.Where = l.call.Where.And[0]
		l.shifts = map[string]int{"/where/values/0": l.shifts["/where/and/0/values/0"]}
	}
	return l, nil
}

// nestedFinds reads the lookups inside an expression.
func nestedFinds(s string) (found []*lookupText, starts []int, err *valueError) {
	quote := byte(0)
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case strings.HasPrefix(s[i:], prefixFind) && quote != 0:
			return nil, nil, &valueError{CodeLookupSyntax, i, "a lookup inside quotes is text, not a lookup"}
		case strings.HasPrefix(s[i:], prefixMongo):
			return nil, nil, &valueError{CodeLookupSyntax, i, "inside an expression only _findCollection can be used"}
		case strings.HasPrefix(s[i:], prefixFind):
			l, bad := parseFind(s[i:], true)
			if bad != nil {
				bad.offset += i
				return nil, nil, bad
			}
			found, starts = append(found, l), append(starts, i)
			i += l.end - 1
		case quote != 0 && c == '\\':
			i++
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
		case quote == 0 && strings.HasPrefix(s[i:], "findCollection find "):
			return nil, nil, &valueError{CodeLookupSyntax, i, "the underscore before findCollection is missing: web pages drop it"}
		}
	}
	return found, starts, nil
}

// filterText gives the text of a value of a filter by its path: "/where/and/0/values/0".
func filterText(f mapping.Filter, path string) string {
	parts := strings.Split(strings.TrimPrefix(path, "/where/"), "/")
	for len(parts) > 0 {
		n, err := strconv.Atoi(parts[1])
		switch {
		case err != nil:
			return ""
		case parts[0] == "values" && n < len(f.Values):
			return f.Values[n]
		case parts[0] == "and" && n < len(f.And):
			f = f.And[n]
		case parts[0] == "or" && n < len(f.Or):
			f = f.Or[n]
		default:
			return ""
		}
		parts = parts[2:]
	}
	return ""
}

package kingdeetest

import (
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"
)

type tokenKind byte

const (
	tokNone tokenKind = iota
	tokWord
	tokText
	tokNumber
	tokSign
)

type token struct {
	kind tokenKind
	text string
}

// lex cuts a filter into words, texts in quotes, numbers and signs.
func lex(s string) ([]token, []issue) {
	var out []token
	for s = strings.TrimSpace(s); s != ""; s = strings.TrimLeftFunc(s, unicode.IsSpace) {
		t, rest := nextToken(s)
		if t.kind == tokNone {
			return nil, []issue{{text: "过滤条件在“" + firstRune(s) + "”附近有语法错误", code: codeParameter}}
		}
		out, s = append(out, t), rest
	}
	return out, nil
}

func firstRune(s string) string {
	_, n := utf8.DecodeRuneInString(s)
	return strings.ToValidUTF8(s[:n], "?")
}

func nextToken(s string) (token, string) {
	if s[0] == '\'' {
		return quoted(s[1:])
	}
	if len(s) > 1 && (s[0] == 'N' || s[0] == 'n') && s[1] == '\'' {
		return quoted(s[2:])
	}
	if s[0] == '-' || s[0] >= '0' && s[0] <= '9' {
		return number(s)
	}
	for _, sign := range []string{"<>", "<=", ">=", "!=", "=", "<", ">", "(", ")", ","} {
		if strings.HasPrefix(s, sign) {
			return token{tokSign, sign}, s[len(sign):]
		}
	}
	end := strings.IndexFunc(s, func(r rune) bool {
		return r == utf8.RuneError || r != '_' && r != '.' && r != '$' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
	if end < 0 {
		end = len(s)
	}
	if end == 0 {
		return token{}, s
	}
	return token{tokWord, s[:end]}, s[end:]
}

// quoted reads a text up to its closing quote; two quotes stand for one.
func quoted(s string) (token, string) {
	var b strings.Builder
	for {
		before, after, ok := strings.Cut(s, "'")
		if !ok {
			return token{}, s
		}
		b.WriteString(before)
		if !strings.HasPrefix(after, "'") {
			return token{tokText, b.String()}, after
		}
		b.WriteByte('\'')
		s = after[1:]
	}
}

func number(s string) (token, string) {
	end := 1
	for end < len(s) && (s[end] == '.' || s[end] >= '0' && s[end] <= '9') {
		end++
	}
	if !json.Valid([]byte(s[:end])) && strings.Trim(s[:end], "0123456789") != "" {
		return token{}, s
	}
	return token{tokNumber, s[:end]}, s[end:]
}

// filterText is the FilterString as text: as it came, or put together from the
// array form, whose Logic ("0" and, "1" or) joins an item to the next.
func filterText(raw json.RawMessage) (string, []issue) {
	if len(raw) == 0 || string(raw) == "null" {
		return "", nil
	}
	if text, ok := asText(raw); ok {
		return text, nil
	}
	var items []json.RawMessage
	if json.Unmarshal(raw, &items) != nil {
		return "", []issue{{text: "参数FilterString必须是文本或数组", code: codeParameter}}
	}
	logic := map[string]string{"": " and ", "0": " and ", "1": " or "}
	var b strings.Builder
	for i, item := range items {
		p, err := lowerObject(item)
		if err != nil {
			return "", []issue{{text: "FilterString的元素必须是对象", code: codeParameter}}
		}
		b.WriteString(strings.Join([]string{
			p.text("left"), p.text("fieldname"), p.text("compare"), filterValue(p), p.text("right"),
		}, " "))
		if i < len(items)-1 {
			b.WriteString(logic[p.text("logic")])
		}
	}
	return b.String(), nil
}

// filterValue quotes a value of the array form; for "in" it is a comma list.
func filterValue(p params) string {
	quote := func(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
	value := p.text("value")
	if !strings.HasSuffix(strings.ToLower(strings.TrimSpace(p.text("compare"))), "in") {
		return quote(value)
	}
	list := strings.Split(value, ",")
	for i, v := range list {
		list[i] = quote(strings.Trim(strings.TrimSpace(v), "'"))
	}
	return "(" + strings.Join(list, ",") + ")"
}

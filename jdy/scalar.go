package jdy

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/duijie-go/duijie/internal/wire"
)

// members are the members of an object that was checked before, none when it
// is something else. Keys are trimmed: one list spells a key with a blank.
func members(object json.RawMessage) map[string]json.RawMessage {
	m := map[string]json.RawMessage{}
	for member := range wire.Walk(object) {
		m[strings.TrimSpace(string(member.Key))] = member.Value
	}
	return m
}

// memberText is a scalar member of an object as text, "" when there is none.
func memberText(object json.RawMessage, name string) string {
	text := ""
	for m := range wire.Walk(object) {
		if strings.TrimSpace(string(m.Key)) == name {
			text = scalar(m.Value)
		}
	}
	return text
}

// scalar is a JSON scalar as text without blanks around it, "" for null, objects
// and lists.
func scalar(raw json.RawMessage) string {
	var t wire.Text
	if len(raw) == 0 || t.UnmarshalJSON(raw) != nil {
		return ""
	}
	return strings.TrimSpace(string(t))
}

// whole reads a whole number that may be written as 12, "12" or 12.0.
func whole(text string) (int64, bool) {
	digits, fraction, _ := strings.Cut(text, ".")
	if strings.Trim(fraction, "0") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	return n, err == nil
}

// index is a position in a list.
func index(text string) (int, bool) {
	n, ok := whole(text)
	return int(n), ok && n >= 0 && n < 1<<31
}

func itoa(n int) string { return strconv.Itoa(n) }

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

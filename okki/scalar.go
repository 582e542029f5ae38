package okki

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/duijie-go/duijie/internal/wire"
)

// members are the members of an object that was checked before, none when it
// is something else.
func members(object json.RawMessage) map[string]json.RawMessage {
	m := map[string]json.RawMessage{}
	for member := range wire.Walk(object) {
		m[string(member.Key)] = member.Value
	}
	return m
}

// member is a member of an object, nil when there is none.
func member(object json.RawMessage, name string) (value json.RawMessage) {
	for m := range wire.Walk(object) {
		if string(m.Key) == name {
			value = m.Value
		}
	}
	return value
}

// memberText is a scalar member of an object as text, "" when there is none.
func memberText(object json.RawMessage, name string) string { return scalar(member(object, name)) }

// scalar is a JSON scalar as text, "" for null, objects and lists.
func scalar(raw json.RawMessage) string {
	var t wire.Text
	if len(raw) == 0 || t.UnmarshalJSON(raw) != nil {
		return ""
	}
	return string(t)
}

func isScalar(v json.RawMessage) bool {
	c := wire.First(v)
	return c != '{' && c != '['
}

// whole reads a whole number that may be written as 12, "12" or 12.0.
func whole(text string) (int64, bool) {
	digits, fraction, _ := strings.Cut(strings.TrimSpace(text), ".")
	if strings.Trim(fraction, "0") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	return n, err == nil
}

// idText is an id as text, "" for none: the platform writes 0 and "" for it.
func idText(raw json.RawMessage) string {
	if n, ok := whole(scalar(raw)); ok && n != 0 {
		return strconv.FormatInt(n, 10)
	}
	return ""
}

// quoted is a text as JSON.
func quoted(text string) json.RawMessage {
	b, _ := json.Marshal(text)
	return b
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

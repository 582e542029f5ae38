package banniu

import (
	"encoding/json"
	"strings"

	"github.com/duijie-go/duijie/internal/wire"
)

// scalar is a JSON scalar as text; "" for null, objects, lists and nothing.
func scalar(raw json.RawMessage) string {
	var t wire.Text
	if len(raw) == 0 || t.UnmarshalJSON(trim(raw)) != nil {
		return ""
	}
	return string(t)
}

func trim(raw json.RawMessage) json.RawMessage {
	return json.RawMessage(strings.TrimSpace(string(raw)))
}

// nothing tells a value that is not there, or null.
func nothing(raw json.RawMessage) bool {
	return wire.First(raw) == 0 || string(trim(raw)) == "null"
}

// members are the members of an object that was checked before.
func members(valid json.RawMessage) map[string]json.RawMessage {
	out := map[string]json.RawMessage{}
	for m := range wire.Walk(valid) {
		out[string(m.Key)] = m.Value
	}
	return out
}

// whole reads a whole number in any form the platform writes one.
func whole(raw json.RawMessage) (int64, bool) {
	var n wire.Int
	if nothing(raw) || scalar(raw) == "" || n.UnmarshalJSON(trim(raw)) != nil {
		return 0, false
	}
	return int64(n), true
}

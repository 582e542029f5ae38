package rows

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/duijie-go/duijie/internal/wire"
)

// object is a JSON object in its own order. Of members with one name the last counts.
type object []member

type member struct {
	name  string
	value json.RawMessage
}

func parseObject(raw []byte) (object, error) {
	var o object
	for m, err := range wire.Members(raw) {
		if err != nil {
			return nil, fmt.Errorf("duijie/mapping/rows: a record is %w", err)
		}
		o = append(o, member{string(m.Key), m.Value})
	}
	return o, nil
}

// inner are the members of a value that was checked before; none if it is no object.
func inner(valid json.RawMessage) object {
	var o object
	for m := range wire.Walk(valid) {
		o = append(o, member{string(m.Key), m.Value})
	}
	return o
}

func (o object) find(name string) int {
	for i := len(o) - 1; i >= 0; i-- {
		if o[i].name == name {
			return i
		}
	}
	return -1
}

func (o object) get(name string) (json.RawMessage, bool) {
	if i := o.find(name); i >= 0 {
		return o[i].value, true
	}
	return nil, false
}

// with is o with a member set, at its old place or at the end. o itself stays.
func (o object) with(name string, value json.RawMessage) object {
	out := slices.Clone(o)
	if i := out.find(name); i >= 0 {
		out[i].value = value
		return out
	}
	return append(out, member{name, value})
}

// put replaces the member at i by others.
func (o object) put(i int, others object) object {
	return slices.Concat(o[:i], others, o[i+1:])
}

func (o object) encode() (json.RawMessage, error) {
	b := []byte{'{'}
	for i, m := range o {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = wire.AppendText(b, m.name); err != nil {
			return nil, err
		}
		b = append(append(b, ':'), m.value...)
	}
	return append(b, '}'), nil
}

func encodeArray(values []json.RawMessage) json.RawMessage {
	b := []byte{'['}
	for i, v := range values {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, v...)
	}
	return append(b, ']')
}

func elements(valid json.RawMessage) []json.RawMessage { return slices.Collect(wire.Elements(valid)) }

func isArray(v json.RawMessage) bool  { return wire.First(v) == '[' }
func isObject(v json.RawMessage) bool { return wire.First(v) == '{' }
func isText(v json.RawMessage) bool   { return wire.First(v) == '"' }
func isNull(v json.RawMessage) bool   { c := wire.First(v); return c == 'n' || c == 0 }

// text is a scalar as text: numbers keep their digits, null and what is no scalar is "".
func text(v json.RawMessage) string {
	switch wire.First(v) {
	case '"':
		var s string
		if json.Unmarshal(v, &s) != nil {
			return ""
		}
		return s
	case 'n', '{', '[', 0:
		return ""
	}
	return strings.TrimSpace(string(v))
}

func quoted(s string) (json.RawMessage, error) { return wire.AppendText(nil, s) }

// at finds a value by a path: the whole path as one name first, then its parts. Where
// the path meets an array, that ends it: rest is what is left of the path.
func (o object) at(path string) (value json.RawMessage, rest string, found bool) {
	if v, ok := o.get(path); ok {
		return v, "", true
	}
	for head, tail, cut := strings.Cut(path, "."); cut; {
		v, ok := o.get(head)
		if ok {
			if isArray(v) {
				return v, tail, true
			}
			if value, rest, found := inner(v).at(tail); found {
				return value, rest, true
			}
		}
		var next string // the name itself may hold points
		next, tail, cut = strings.Cut(tail, ".")
		head += "." + next
	}
	return nil, "", false
}

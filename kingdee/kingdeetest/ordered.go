package kingdeetest

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
)

// members is a JSON object that keeps the order of its keys, because the server
// works through a Model in that order.
type members []member

type member struct {
	key   string
	value any // members, []any, string, json.Number, bool or nil
}

// get reads a member without regard to case; of two the later one counts.
func (m members) get(key string) any {
	for i := len(m) - 1; i >= 0; i-- {
		if strings.EqualFold(m[i].key, key) {
			return m[i].value
		}
	}
	return nil
}

// index tells where a key stands, -1 when it is not there.
func (m members) index(key string) int {
	for i := range m {
		if strings.EqualFold(m[i].key, key) {
			return i
		}
	}
	return -1
}

// plain is the object without an order, as references and lists are stored.
func (m members) plain() map[string]any {
	out := make(map[string]any, len(m))
	for _, x := range m {
		out[x.key] = plainValue(x.value)
	}
	return out
}

func plainValue(v any) any {
	switch v := v.(type) {
	case members:
		return v.plain()
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = plainValue(x)
		}
		return out
	}
	return v
}

var errNotJSON = errors.New("not JSON")

// parseOrdered reads any JSON value with the order of its keys and its numbers
// as they are written.
func parseOrdered(raw []byte) (any, error) {
	if !json.Valid(raw) { // bounds the nesting, too
		return nil, errNotJSON
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	return readValue(d)
}

func readValue(d *json.Decoder) (any, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t {
	case json.Delim('{'):
		return readObject(d)
	case json.Delim('['):
		list := []any{}
		for d.More() {
			v, err := readValue(d)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err = d.Token()
		return list, err
	}
	return t, nil
}

func readObject(d *json.Decoder) (any, error) {
	m := members{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		v, err := readValue(d)
		if err != nil {
			return nil, err
		}
		text, _ := key.(string)
		m = append(m, member{text, v})
	}
	_, err := d.Token()
	return m, err
}

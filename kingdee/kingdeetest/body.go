package kingdeetest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
)

const maxBody = 64 << 20 // bytes

// params are the parameters of one call, named in small letters whichever of the
// body forms they came in.
type params map[string]json.RawMessage

// bodyError is a body the server can not bind; it answers with text.
type bodyError struct {
	status int
	text   string
}

func (e *bodyError) answer() plain { return plain(*e) }

func tooLarge() *bodyError {
	return &bodyError{http.StatusRequestEntityTooLarge, "Maximum request length exceeded."}
}

func readBody(r *http.Request) ([]byte, *bodyError) {
	if r.Body == nil {
		return nil, nil
	}
	if r.ContentLength > maxBody {
		return nil, tooLarge()
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return nil, &bodyError{http.StatusBadRequest, "the request body could not be read: " + err.Error()}
	}
	if len(body) > maxBody {
		return nil, tooLarge()
	}
	return bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))), nil
}

// parseParams binds a body to the parameter names of a service. Four forms are
// known: named parameters; {"parameters":[...]}; {"parameters":"[...]"}; and
// either of the latter two inside the envelope with format, rid and so on.
func parseParams(body []byte, names []string) (params, *bodyError) {
	if len(body) == 0 {
		body = []byte("{}")
	}
	if body[0] == '[' {
		return nil, &bodyError{http.StatusInternalServerError, "Additional text found in JSON string"}
	}
	top, err := lowerObject(body)
	if err != nil {
		return nil, &bodyError{http.StatusInternalServerError, "Error parsing JSON: " + err.Error()}
	}
	list, ok := top["parameters"]
	if !ok {
		return top, nil
	}
	delete(top, "parameters")
	if text, isText := asText(list); isText {
		list = json.RawMessage(text)
	}
	var values []json.RawMessage
	if err := json.Unmarshal(list, &values); err != nil {
		return nil, &bodyError{http.StatusInternalServerError, "parameters is not an array: " + err.Error()}
	}
	for i, name := range names {
		if i < len(values) {
			top[name] = values[i]
		}
	}
	return top, nil
}

// lowerObject decodes an object with its names in small letters.
func lowerObject(raw []byte) (params, error) {
	var m map[string]json.RawMessage
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, err
	}
	out := make(params, len(m))
	for k, v := range m {
		out[strings.ToLower(k)] = v
	}
	return out, nil
}

func asText(raw json.RawMessage) (string, bool) {
	var s string
	if len(raw) == 0 || raw[0] != '"' || json.Unmarshal(raw, &s) != nil {
		return "", false
	}
	return s, true
}

// object is a parameter that is an object, or a text holding one. A text inside
// a text is refused as the server does.
func (p params) object(name string) (params, bool) {
	raw, ok := p[name]
	if !ok {
		return nil, false
	}
	if text, isText := asText(raw); isText {
		raw = json.RawMessage(strings.TrimSpace(text))
	}
	m, err := lowerObject(raw)
	return m, err == nil && m != nil
}

// text is a parameter as text, whether it came as text, number or bool.
func (p params) text(name string) string {
	raw := p[name]
	if s, ok := asText(raw); ok {
		return s
	}
	if len(raw) == 0 || string(raw) == "null" || raw[0] == '{' || raw[0] == '[' {
		return ""
	}
	return string(raw)
}

func (p params) integer(name string) int {
	n, _ := strconv.Atoi(strings.TrimSpace(p.text(name)))
	return n
}

func (p params) boolean(name string, byDefault bool) bool {
	switch strings.ToLower(strings.TrimSpace(p.text(name))) {
	case "true", "1":
		return true
	case "false", "0":
		return false
	}
	return byDefault
}

// texts is a parameter that must be an array of texts; numbers in it count as texts.
func (p params) texts(name string) ([]string, bool) {
	raw, ok := p[name]
	if !ok || string(raw) == "null" || string(raw) == `""` {
		return nil, true
	}
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		return nil, false
	}
	out := make([]string, 0, len(list))
	for _, v := range list {
		out = append(out, params{"v": v}.text("v"))
	}
	return out, true
}

// decode reads any JSON value, numbers kept as they are written.
func decode(raw []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	return d.Decode(v)
}

package okkitest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strconv"
)

// Row is a record as it stands in JSON. Numbers may be json.Number, int, int64 or
// float64; use json.Number or texts for amounts.
type Row map[string]any

// Error is a refusal that a function given to [Server.Handle] may return.
type Error struct {
	Code    int    // of the envelope
	Message string // of the envelope
}

// Error is the code and the message.
func (e *Error) Error() string { return fmt.Sprintf("%d %s", e.Code, e.Message) }

type refusal struct {
	code int
	msg  string
}

func refuse(code int, format string, args ...any) *refusal {
	return &refusal{code: code, msg: fmt.Sprintf(format, args...)}
}

// reply is one HTTP answer: a JSON body, or a text when it is none.
type reply struct {
	status int
	body   any
	text   string
}

func (r reply) write(w http.ResponseWriter) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	if r.body == nil {
		http.Error(w, r.text, r.status)
		return
	}
	raw, err := json.Marshal(r.body)
	if err != nil {
		panic(fmt.Sprintf("okkitest: %v", err))
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(r.status)
	_, _ = w.Write(raw)
}

func (s *Server) now() string { return s.clock().In(China).Format(layout) }

func (s *Server) succeeded(data any) reply {
	body := map[string]any{"code": 200, "message": "success", "now": s.now(), "data": data}
	return reply{body: body}
}

func (s *Server) refused(r *refusal) reply {
	return reply{body: map[string]any{"code": r.code, "message": r.msg, "now": s.now()}}
}

// readBody decodes the JSON body of a write.
func (c *call) readBody() *refusal {
	if len(bytes.TrimSpace(c.raw)) == 0 {
		return refuse(400, "Empty POST request body data")
	}
	dec := json.NewDecoder(bytes.NewReader(c.raw))
	dec.UseNumber()
	if err := dec.Decode(&c.body); err != nil {
		return refuse(400, "Invalid data json")
	}
	return nil
}

// text is a JSON scalar as text; "" for null and everything else.
func text(v any) string {
	switch x := v.(type) {
	case string:
		return x
	case json.Number:
		return x.String()
	case int:
		return strconv.Itoa(x)
	case int64:
		return strconv.FormatInt(x, 10)
	case float64:
		return strconv.FormatFloat(x, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(x)
	}
	return ""
}

// number is an id; 0 for none.
func number(v any) int64 {
	n, err := strconv.ParseInt(text(v), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func cloneRow(r Row) Row {
	out := maps.Clone(r)
	for k, v := range out {
		out[k] = cloneValue(v)
	}
	return out
}

func cloneValue(v any) any {
	switch x := v.(type) {
	case Row:
		return cloneRow(x)
	case map[string]any:
		return map[string]any(cloneRow(x))
	case []any:
		out := make([]any, len(x))
		for i, e := range x {
			out[i] = cloneValue(e)
		}
		return out
	}
	return v
}

// objects are the objects of an array, whatever type they have in Go.
func objects(v any) []Row {
	list, _ := v.([]any)
	var out []Row
	for _, e := range list {
		switch x := e.(type) {
		case Row:
			out = append(out, x)
		case map[string]any:
			out = append(out, x)
		}
	}
	return out
}

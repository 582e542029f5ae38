package fxiaoketest

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strconv"
)

// Row is a record as it stands in JSON. Numbers may be json.Number, int, int64 or
// float64; use texts or json.Number for amounts, int64 milliseconds for times.
type Row map[string]any

// Error is a refusal that a function given to [Server.Handle] may return.
type Error struct {
	Code    int    // errorCode
	Message string // errorMessage
}

// Error is the code and the message.
func (e *Error) Error() string { return fmt.Sprintf("%d %s", e.Code, e.Message) }

type refusal struct {
	code int
	msg  string
	desc string
}

func refuse(code int, format string, args ...any) *refusal {
	return &refusal{code: code, msg: fmt.Sprintf(format, args...)}
}

var (
	errThrottled = refuse(14001, "the request is beyond the call limit of the interface")
	errToken     = refuse(20016, "the cropId,cropAccessToken or authorization is error")
	errDay       = refuse(30002, "calls of the day are used up")
	errNoPack    = refuse(30003, "no API quota")
)

// reply is the members of one answer.
type reply map[string]any

func (r reply) write(w http.ResponseWriter) {
	if m, ok := r[fileMember].(Media); ok {
		m.write(w)
		return
	}
	raw, err := json.Marshal(map[string]any(r))
	if err != nil {
		panic(fmt.Sprintf("fxiaoketest: %v", err))
	}
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(raw)
}

func (s *Server) trace() string {
	var b [3]byte
	_, _ = rand.Read(b[:])
	return "E-O." + s.ea + "." + s.employeeID + "-" + s.clock().In(China).Format("20060102150405") + "-" + hex.EncodeToString(b[:])
}

func (s *Server) code(n int) any {
	if s.textCodes {
		return strconv.Itoa(n)
	}
	return n
}

func (s *Server) succeeded(members map[string]any) reply {
	out := reply{"errorCode": s.code(0), "errorMessage": "OK", "errorDescription": "success", "traceId": s.trace()}
	maps.Copy(out, members)
	return out
}

func (s *Server) refused(r *refusal) reply {
	out := reply{"errorCode": s.code(r.code), "errorMessage": r.msg, "traceId": s.trace()}
	if r.desc != "" {
		out["errorDescription"] = r.desc
	}
	return out
}

func readBody(raw []byte) (Row, *refusal) {
	if len(bytes.TrimSpace(raw)) == 0 {
		return nil, refuse(12004, "post body is empty")
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var body Row
	if err := dec.Decode(&body); err != nil || body == nil {
		return nil, refuse(15002, "parameter is not legal")
	}
	return body, nil
}

// text is a JSON scalar as text, a list of one as its member; "" for everything else.
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
	case []any:
		if len(x) == 1 {
			return text(x[0])
		}
	}
	return ""
}

func whole(v any) (int64, bool) {
	n, err := strconv.ParseInt(text(v), 10, 64)
	return n, err == nil
}

func flag(v any) bool { return text(v) == "true" || text(v) == "1" }

func row(v any) Row {
	switch x := v.(type) {
	case Row:
		return x
	case map[string]any:
		return x
	}
	return nil
}

func rows(v any) []Row {
	list, _ := v.([]any)
	var out []Row
	for _, e := range list {
		if r := row(e); r != nil {
			out = append(out, r)
		}
	}
	return out
}

func texts(v any) []string {
	list, _ := v.([]any)
	var out []string
	for _, e := range list {
		out = append(out, text(e))
	}
	return out
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
		return map[string]any(cloneRow(x))
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

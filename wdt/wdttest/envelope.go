package wdttest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// topError is a failure of TOP, which never reaches the platform's application.
type topError struct {
	code       int
	message    string
	subCode    string
	subMessage string
}

// plainAnswer is an answer without an envelope.
func plainAnswer(out outcome) map[string]any {
	answer := map[string]any{"status": out.status}
	if out.data != nil {
		answer["data"] = out.data
	}
	if out.total != nil {
		answer["total"] = *out.total
	}
	return answer
}

// wrap puts an answer that TOP lets through under its root.
func (c *qimenCall) wrap(s *Server, answer map[string]any) map[string]any {
	root := "response"
	if s.methodRoot {
		root = strings.ReplaceAll(withoutScene(c.params["method"]), ".", "_") + "_response"
	}
	return map[string]any{root: answer}
}

func (c *qimenCall) refuse(s *Server, e *BusinessError) map[string]any {
	return c.wrap(s, map[string]any{"status": e.Status, "message": e.Message})
}

func (c *qimenCall) top(s *Server, e *topError) (map[string]any, bool) {
	root, message, subMessage := "response", "message", "sub_message"
	body := map[string]any{"code": e.code, "request_id": fmt.Sprintf("16fake%06d", s.ids.Add(1))}
	if s.errorResponseRoot {
		root, message, subMessage = "error_response", "msg", "sub_msg"
	} else {
		body["flag"] = "failure"
	}
	body[message] = e.message
	if e.subCode != "" {
		body["sub_code"], body[subMessage] = e.subCode, e.subMessage
	}
	return map[string]any{root: body}, true
}

func (c *qimenCall) finish(s *Server, answer map[string]any) map[string]any {
	if !s.numbersAsText {
		return answer
	}
	if text, ok := numbersToText(answer).(map[string]any); ok {
		return text
	}
	return answer
}

// numbersToText gives v as JSON values with every number as text; v itself when
// it is no JSON.
func numbersToText(v any) any {
	b, err := json.Marshal(v)
	if err != nil {
		return v
	}
	plain, err := decodeJSON(b)
	if err != nil {
		return v
	}
	return textNumbers(plain)
}

func textNumbers(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			v[k] = textNumbers(v[k])
		}
	case []any:
		for i := range v {
			v[i] = textNumbers(v[i])
		}
	case json.Number:
		return v.String()
	}
	return v
}

// send sends an answer. HTTP is 200 whatever the platform says.
func (s *Server) send(w http.ResponseWriter, c gatewayCall, answer map[string]any) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(c.finish(s, answer)); err != nil {
		http.Error(w, "the answer is no JSON: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	_, _ = w.Write(b.Bytes())
}

package banniutest

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// refusal is a call the platform does not serve.
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
	if r.body == nil {
		http.Error(w, r.text, r.status)
		return
	}
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(http.StatusOK)
	raw, err := json.Marshal(r.body)
	if err != nil {
		panic(fmt.Sprintf("banniutest: %v", err))
	}
	_, _ = w.Write(raw)
}

// envelope is the gateway's answer around map.
func envelope(code any, msg any, inner any) map[string]any {
	return map[string]any{
		"total_results": nil, "page_no": nil, "page_size": nil, "code": code, "has_next": nil,
		"error_msg": msg, "map": inner, "isSuccess": nil,
	}
}

func (s *Server) refused(r *refusal) reply {
	if s.topLevelErrors {
		return reply{body: map[string]any{"code": r.code, "msg": r.msg}}
	}
	return reply{body: map[string]any{"response": envelope(r.code, r.msg, nil)}}
}

// listed is a result with the counts that stand beside it.
type listed struct {
	result any
	beside map[string]any
}

// succeeded wraps a result: user.list alone answers under data and without a code.
func succeeded(method string, result any) reply {
	inner := map[string]any{"result": result}
	if l, ok := result.(listed); ok {
		inner["result"] = l.result
		for k, v := range l.beside {
			inner[k] = v
		}
	}
	if method == "user.list" {
		return reply{body: map[string]any{"data": map[string]any{"map": inner}}}
	}
	return reply{body: map[string]any{"response": envelope(0, nil, inner)}}
}

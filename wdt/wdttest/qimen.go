package wdttest

import (
	"encoding/json"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	scene        = "3ldsmu02o9" // the custom scene of the flagship application
	maxSkewQimen = 10 * time.Minute
)

// qimenCall is a call of the Qimen gateway.
type qimenCall struct {
	params map[string]string
	method method // name only when unknown
	known  bool
}

// readQimen merges query and form, as TOP does before it checks anything.
func (s *Server) readQimen(r *http.Request) (gatewayCall, error) {
	c := &qimenCall{params: map[string]string{}}
	if err := parseParams(r.URL.RawQuery, c.params); err != nil {
		return nil, err
	}
	body, err := readBody(r)
	if err != nil {
		return nil, err
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind == "application/x-www-form-urlencoded" {
		if err := parseParams(string(body), c.params); err != nil {
			return nil, err
		}
	}
	c.method, c.known = s.findQimen(strings.TrimPrefix(c.params["method"], scene+"."))
	return c, nil
}

func (c *qimenCall) about() Call {
	call := Call{Op: c.method.name, Gateway: GatewayQimen}
	call.PageNo, call.PageSize, _ = c.pager()
	return call
}

// pager reads the page; ok is false when there is none to read.
func (c *qimenCall) pager() (no, size int, ok bool) {
	v, err := decodeJSON([]byte(c.params["pager"]))
	p, isObject := v.(map[string]any)
	if err != nil || !isObject {
		return 0, 0, false
	}
	no, errNo := strconv.Atoi(textOf(p["page_no"]))
	size, errSize := strconv.Atoi(textOf(p["page_size"]))
	return no, size, errNo == nil && errSize == nil
}

func (c *qimenCall) answer(s *Server, t twist) map[string]any {
	if e := c.verifyTOP(s); e != nil {
		answer, _ := c.top(s, e)
		return answer
	}
	if e := c.verifyWDT(s); e != nil {
		return c.refuse(s, e)
	}
	req, e := c.request()
	if e != nil {
		return c.refuse(s, e)
	}
	out, e := s.run(req, t)
	if e != nil {
		return c.refuse(s, e)
	}
	answer := plainAnswer(out)
	if s.withoutStatus || t.missingStatus {
		delete(answer, "status")
	}
	return c.wrap(s, answer)
}

// required are the TOP parameters, with the error for a missing one.
var required = []struct {
	name  string
	error *topError
}{
	{"method", &topError{code: 21, message: "Missing method"}},
	{"app_key", &topError{code: 28, message: "Missing app key"}},
	{"timestamp", &topError{code: 30, message: "Missing timestamp"}},
	{"sign", &topError{code: 24, message: "Missing signature"}},
	{"target_app_key", errMissing},
	{"v", errMissing},
	{"format", errMissing},
	{"sign_method", errMissing},
}

var errMissing = &topError{code: 40, message: "Missing required arguments"}

// verifyTOP checks what TOP checks before it passes the call on.
func (c *qimenCall) verifyTOP(s *Server) *topError {
	a, p := s.account, c.params
	for _, r := range required {
		if p[r.name] == "" {
			return r.error
		}
	}
	if !c.known {
		return &topError{code: 22, message: "Invalid method"}
	}
	at, e := parseTime(p["timestamp"])
	if skew := s.clock().Sub(at).Abs(); e != nil || skew > maxSkewQimen {
		return &topError{code: 31, message: "Invalid timestamp"}
	}
	if p["v"] != "2.0" {
		return &topError{code: 33, message: "Invalid version"}
	}
	if p["format"] != "json" {
		return &topError{code: 23, message: "Invalid format"}
	}
	if p["app_key"] != a.QimenAppKey {
		return &topError{code: 29, message: "Invalid app key"}
	}
	sign, ok := topSign(p["sign_method"], a.QimenAppSecret, p)
	if !ok || !same(p["sign"], sign) {
		return &topError{code: 25, message: "Invalid signature"}
	}
	if p["target_app_key"] != a.TargetAppKey {
		return &topError{code: 11, message: "Insufficient isv permissions"}
	}
	if p["session"] != "" && !same(p["session"], a.Session) {
		return &topError{code: 27, message: "Invalid session"}
	}
	return nil
}

// verifyWDT checks what the flagship application checks.
func (c *qimenCall) verifyWDT(s *Server) *BusinessError {
	a, p := s.account, c.params
	rightSign := same(p["wdt_sign"], wdtSign(a.secret(), p))
	rightSalt := same(p["wdt_salt"], a.salt())
	if !rightSign || !rightSalt || p["wdt_appkey"] != a.AppKey || p["wdt3_customer_id"] != a.SID {
		return errVerify
	}
	if at, e := parseTime(p["datetime"]); e != nil || at.IsZero() {
		return errVerify
	}
	return nil
}

// request reads the arguments and the page.
func (c *qimenCall) request() (request, *BusinessError) {
	m := c.method
	req := request{method: m, qimen: true, args: c.arguments()}
	if m.args >= 0 && len(req.args) != m.args {
		return req, errArgCount
	}
	if !m.paged || c.params["pager"] == "" {
		return req, nil
	}
	no, size, ok := c.pager()
	if !ok {
		return req, errMismatch
	}
	req.paging, req.page = true, Page{No: no - 1, Size: size, Total: true}
	return req, nil
}

// notArguments are the business parameters that carry no argument, besides the
// TOP parameters.
var notArguments = map[string]bool{
	"method": true, "datetime": true, "wdt_appkey": true, "wdt_salt": true, "pager": true,
}

// arguments puts the form fields into the positions of the direct method.
func (c *qimenCall) arguments() []json.RawMessage {
	fields := c.method.fields
	if _, there := c.params["params"]; fields == nil && (there || c.method.args == 1) {
		fields = []string{"params"}
	}
	if fields == nil {
		for _, name := range slices.Sorted(maps.Keys(c.params)) {
			if !notArguments[name] && !notInWDTSign[name] {
				fields = append(fields, name)
			}
		}
	}
	args := make([]json.RawMessage, 0, len(fields))
	last := 0
	for i, name := range fields {
		value, there := c.params[name]
		if there {
			last = i + 1
		}
		args = append(args, argument(value, there))
	}
	return args[:last]
}

// argument is the JSON of one form field.
func argument(value string, there bool) json.RawMessage {
	if !there {
		return json.RawMessage("null")
	}
	if _, ok := jsonInside(value); ok || value == "true" || value == "false" {
		return json.RawMessage(value)
	}
	text, _ := json.Marshal(value)
	return text
}

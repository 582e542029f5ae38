package wdttest

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// epoch is 2012-01-01 00:00:00 +08:00 in unix seconds; direct timestamps count from it.
const epoch = 1325347200

const (
	maxSkewDirect = 120 // seconds
	textClock     = "时间戳错误"
)

// directCall is a call of the direct gateway.
type directCall struct {
	query map[string]string
	body  []byte
}

func readDirect(r *http.Request) (gatewayCall, error) {
	if r.Method != http.MethodPost {
		return nil, &transportError{http.StatusMethodNotAllowed, "only POST is served"}
	}
	if r.URL.RawQuery == "" {
		return nil, &transportError{http.StatusBadRequest, "no query"}
	}
	c := &directCall{query: map[string]string{}}
	if err := parseParams(r.URL.RawQuery, c.query); err != nil {
		return nil, err
	}
	var err error
	c.body, err = readBody(r)
	return c, err
}

func (c *directCall) about() Call {
	no, _ := strconv.Atoi(c.query["page_no"])
	size, _ := strconv.Atoi(c.query["page_size"])
	return Call{Op: c.query["method"], Gateway: GatewayDirect, PageNo: no, PageSize: size}
}

func (c *directCall) answer(s *Server, t twist) map[string]any {
	if e := c.verify(s); e != nil {
		return c.refuse(s, e)
	}
	req, e := c.request(s)
	if e != nil {
		return c.refuse(s, e)
	}
	out, e := s.run(req, t)
	if e != nil {
		return c.refuse(s, e)
	}
	return plainAnswer(out)
}

// verify checks who calls, when, and the signature.
func (c *directCall) verify(s *Server) *BusinessError {
	a, q := s.account, c.query
	if q["sid"] != a.SID {
		return &BusinessError{1, "sid is not exists"}
	}
	if q["key"] != a.AppKey {
		return &BusinessError{1, "app auth fail"}
	}
	if s.refuseIP {
		return &BusinessError{6, "ip不在白名单内"}
	}
	sent, err := strconv.ParseInt(q["timestamp"], 10, 32)
	if err != nil {
		return &BusinessError{1, `For input string: "` + q["timestamp"] + `"`}
	}
	if skew := s.clock().Unix() - epoch - sent; skew > maxSkewDirect || skew < -maxSkewDirect {
		return &BusinessError{7, textClock}
	}
	if q["v"] != "1.0" {
		return &BusinessError{8, "版本错误"}
	}
	rightSign := same(q["sign"], directSign(a.secret(), q, c.body))
	if rightSalt := same(q["salt"], a.salt()); !rightSign || !rightSalt {
		return errVerify
	}
	return nil
}

var (
	errVerify   = &BusinessError{1, "验证失败"}
	errArgCount = &BusinessError{1, "invalid argument count"}
)

// request reads the arguments, the method and the page.
func (c *directCall) request(s *Server) (request, *BusinessError) {
	m, known := s.find(c.query["method"])
	req := request{method: m}
	req.args = []json.RawMessage{}
	if err := json.Unmarshal(c.body, &req.args); err != nil || req.args == nil {
		return req, errArgCount
	}
	if known && m.args >= 0 && len(req.args) != m.args {
		return req, errArgCount
	}
	if !known {
		return req, &BusinessError{100, "权限不足"}
	}
	if m.query != nil && m.query.qimenOnly {
		return req, &BusinessError{100, "The API used internal only: " + m.name}
	}
	no, size := c.query["page_no"], c.query["page_size"]
	if no == "" || size == "" || !m.paged {
		return req, nil
	}
	var errNo, errSize error
	req.page.No, errNo = strconv.Atoi(no)
	req.page.Size, errSize = strconv.Atoi(size)
	if errNo != nil || errSize != nil {
		return req, errMismatch
	}
	req.paging, req.page.Total = true, c.query["calc_total"] == "1"
	return req, nil
}

func (c *directCall) refuse(_ *Server, e *BusinessError) map[string]any {
	return map[string]any{"status": e.Status, "message": e.Message}
}

func (c *directCall) top(*Server, *topError) (map[string]any, bool) { return nil, false }

// finish turns the numbers inside data into text when asked to; status stays a number.
func (c *directCall) finish(s *Server, answer map[string]any) map[string]any {
	if data, ok := answer["data"]; ok && s.numbersAsText {
		answer["data"] = numbersToText(data)
	}
	return answer
}

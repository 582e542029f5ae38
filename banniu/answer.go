package banniu

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/transport"
	"github.com/duijie-go/duijie/internal/wire"
)

// Answer is the whole answer of a call. Give an *Answer as out of [Client.Call] to
// get more than its result.
type Answer struct {
	Result     json.RawMessage            // map.result, nil when there is none
	Map        map[string]json.RawMessage // all members of map
	Total      int64                      // map.total, -1 when not told
	TotalPages int64                      // map.total_page_num, -1 when not told
}

// envelope is what stands around the result of an answer.
type envelope struct {
	code    string // as text, "" when there is none
	message string
	failed  bool // isSuccess is false
	fields  map[string]json.RawMessage
	mapped  bool // map is an object
	result  json.RawMessage
}

func (e envelope) answer() Answer {
	return Answer{Result: e.result, Map: e.fields, Total: e.number("total"), TotalPages: e.number("total_page_num")}
}

// number is a count beside the result, -1 when it is not told.
func (e envelope) number(name string) int64 {
	if n, ok := whole(e.fields[name]); ok && n >= 0 {
		return n
	}
	return -1
}

// readEnvelope reads an answer: response or data around the rest, or a bare
// object with a code. ok is false for what is not in the platform's format.
func readEnvelope(body []byte) (e envelope, ok bool) {
	if wire.First(body) != '{' || !json.Valid(body) {
		return envelope{}, false
	}
	outer := members(body)
	for _, name := range []string{"response", "data"} {
		if inner, there := outer[name]; there && wire.First(inner) == '{' {
			outside := outer
			outer = members(inner)
			outsideInto(outside, outer)
			break
		}
	}
	if e.code = scalar(outer["code"]); e.code == "" && !nothing(outer["code"]) && outer["code"][0] != '"' {
		e.code = wire.Excerpt(outer["code"]) // of no known form, so no success
	}
	e.message = firstOf(scalar(outer["error_msg"]), scalar(outer["msg"]), scalar(outer["message"]))
	e.failed = strings.EqualFold(scalar(outer["isSuccess"]), "false")
	if wire.First(outer["map"]) == '{' {
		e.mapped, e.fields = true, members(outer["map"])
		if result := e.fields["result"]; !nothing(result) {
			e.result = result
		}
	}
	// A code is the sure sign of an answer, a map the next best.
	return e, e.code != "" || e.mapped || e.failed || e.message != ""
}

// outsideInto takes in what stands beside response or data and not in it: where one of
// two codes tells of a failure, it counts.
func outsideInto(outside, inside map[string]json.RawMessage) {
	if code := outside["code"]; !nothing(code) && (nothing(inside["code"]) || zero(scalar(inside["code"])) && !zero(scalar(code))) {
		inside["code"] = code
		for _, name := range []string{"error_msg", "msg", "message"} {
			if nothing(inside[name]) && !nothing(outside[name]) {
				inside[name] = outside[name]
			}
		}
	}
	if strings.EqualFold(scalar(outside["isSuccess"]), "false") {
		inside["isSuccess"] = outside["isSuccess"]
	}
}

func zero(code string) bool {
	n, err := strconv.ParseFloat(code, 64)
	return err == nil && n == 0
}

// succeeded: only code 0 says so, or a map where no code is told.
func (e envelope) succeeded() bool {
	if e.failed {
		return false
	}
	if e.code == "" {
		return e.mapped && e.message == ""
	}
	return zero(e.code)
}

// judge reads an answer whatever its HTTP status: what is no answer of the
// platform's first, then its code and words by the table, then the status.
func (c *Client) judge(op Operation, a *transport.Answer) (envelope, transport.Verdict) {
	e, ok := readEnvelope(a.Body)
	switch {
	case !ok:
		return e, c.byStatus(a)
	case !e.succeeded():
		return e, c.refusal(e, a.Status)
	case a.Status < 200 || a.Status > 299:
		return e, transport.Verdict{Class: duijie.ClassUnavailable, Malformed: true, Hint: "the answer says success and its HTTP status failure"}
	case op.rows && !e.hasRows():
		// Taken for an empty list it would end a reading in the middle.
		return e, transport.Verdict{Class: duijie.ClassUnavailable, Malformed: true, Message: "the answer has no list"}
	}
	return e, transport.Verdict{}
}

// hasRows: map.result is a list; null in its place is an empty one.
func (e envelope) hasRows() bool {
	_, there := e.fields["result"]
	return there && (e.result == nil || wire.First(e.result) == '[')
}

// refusal is the verdict on an answer that is no success.
func (c *Client) refusal(e envelope, status int) transport.Verdict {
	v, found := match(c.cfg.Rules, status, e.code, e.message)
	switch {
	case found:
	case status >= http.StatusInternalServerError || status == http.StatusRequestTimeout:
		v = transport.Verdict{Class: duijie.ClassUnavailable}
	default:
		v = transport.Verdict{Class: duijie.ClassRefused, Hint: hintUnknown}
	}
	v.Code, v.Message = e.code, e.message
	return v
}

// byStatus is the verdict on an answer that is not in the platform's format:
// proxies answer by HTTP status and HTML.
func (c *Client) byStatus(a *transport.Answer) transport.Verdict {
	message := "the answer is no JSON of this platform"
	switch wire.First(a.Body) {
	case 0:
		message = "the answer is empty"
	case '<':
		message = "the answer is an HTML page"
	case '{':
		message = "the answer has neither code nor map"
	}
	const advice = "check the base URL, and that no proxy answers in the platform's place"
	v := transport.Verdict{Class: duijie.ClassUnavailable, Malformed: true}
	rule, found := match(c.cfg.Rules, a.Status, "", "")
	switch {
	case found:
		v = rule
	case a.Status == http.StatusRequestTimeout || a.Status >= http.StatusInternalServerError:
	case a.Status == http.StatusUnauthorized:
		v = transport.Verdict{Class: duijie.ClassUnauthenticated, NoEffect: true, Hint: hintAuth}
	case a.Status == http.StatusForbidden, a.Status == http.StatusProxyAuthRequired:
		v = transport.Verdict{Class: duijie.ClassPermission, NoEffect: true, Hint: advice}
	case a.Status >= http.StatusBadRequest:
		v = transport.Verdict{Class: duijie.ClassInvalid, NoEffect: true, Hint: advice}
	default:
		v.Hint = advice
	}
	v.Message = message
	if a.Status >= http.StatusBadRequest {
		v.Code = strconv.Itoa(a.Status)
	}
	return v
}

package dingtalk

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/transport"
	"github.com/duijie-go/duijie/internal/wire"
)

type verdict = transport.Verdict

// envelope is what an answer says about itself, on either gateway. Names are read
// whatever their letter case, as the vendor's own SDK does.
type envelope struct {
	code, message, requestID string // of the new gateway
	description              string
	scopes                   []string // rights the application lacks

	errcode, errmsg string // of the old gateway; the new one uses it for paths it does not know
	subCode, subMsg string

	success  string
	answered bool   // the member is there that makes the answer a success
	banned   string // minutes of a ban of the caller's address, "" for none
}

func readEnvelope(object json.RawMessage) envelope {
	m := map[string]json.RawMessage{}
	for member := range wire.Walk(object) {
		m[strings.ToLower(string(member.Key))] = member.Value
	}
	e := envelope{
		code: scalar(m["code"]), message: scalar(m["message"]), requestID: firstOf(scalar(m["requestid"]), scalar(m["request_id"])),
		description: scalar(m["description"]), errcode: scalar(m["errcode"]), errmsg: scalar(m["errmsg"]),
		subCode: scalar(m["sub_code"]), subMsg: scalar(m["sub_msg"]), success: scalar(m["success"]),
	}
	if scalar(m["status"]) == "1111" || scalar(m["punish"]) == "deny" {
		e.banned = firstOf(scalar(m["wait"]), "5")
	}
	for d := range wire.Walk(m["accessdenieddetail"]) {
		if strings.EqualFold(string(d.Key), "requiredScopes") {
			for s := range wire.Elements(d.Value) {
				e.scopes = append(e.scopes, scalar(s))
			}
		}
	}
	if e.errcode == wrapped && e.subCode == "" {
		if found := subCodeText.FindStringSubmatch(e.errmsg); found != nil {
			e.subCode = found[1]
		}
	}
	return e
}

// wrapped is the errcode under which sub_code holds the true one.
const wrapped = "88"

var subCodeText = regexp.MustCompile(`\[subcode=(-?\d+)`)

// judge reads an answer whatever its HTTP status: bans and pages of proxies
// first, then the code by the table, then the status, and a success only where
// it looks like one.
func judge(r *request, a *transport.Answer, now time.Time) (Answer, verdict) {
	first := wire.First(a.Body)
	out := Answer{RequestID: a.Header.Get("x-acs-request-id")}
	good := a.Status >= 200 && a.Status < 300
	if first == '<' {
		return out, page(a.Status)
	}
	if first == 0 || !json.Valid(a.Body) {
		if good && r.op.Void || good && first == 0 && r.gateway.kind == API && r.op.Member == "" {
			return out, verdict{RequestID: out.RequestID}
		}
		return out, unreadable(a, first)
	}
	out.Body = json.RawMessage(a.Body)
	e := readEnvelope(out.Body)
	out.RequestID = firstOf(e.requestID, out.RequestID)
	e.answered = r.answered(out.Body)
	v := e.verdict(r, a.Status, now)
	if v.Class == duijie.ClassOK && !e.answered {
		v = verdict{
			Class: duijie.ClassUnavailable, Malformed: true, Hint: hintBase,
			Message: "the answer lacks its member " + firstOf(r.member, r.op.Member),
		}
	}
	v.RequestID = out.RequestID
	return out, v
}

// answered tells whether an answer holds the member that makes it a success. Where
// something was to be made, it must name what was.
func (r *request) answered(object json.RawMessage) bool {
	want := firstOf(r.member, r.op.Member)
	if want == "" {
		return true
	}
	for m := range wire.Walk(object) {
		switch string(m.Key) {
		case want:
			return r.op.Effect != duijie.EffectWrite || string(m.Value) != "null" && string(m.Value) != `""`
		case "totalCount":
			if want == "data" { // an empty list may leave its rows out
				return true
			}
		}
	}
	return false
}

// verdict is the verdict on JSON.
func (e *envelope) verdict(r *request, status int, now time.Time) verdict {
	good := status >= 200 && status < 300
	switch {
	case e.banned != "":
		v := verdict{Class: duijie.ClassThrottled, Message: "the platform bans this machine's address for a while", Hint: hintBan, Cause: ErrBlocked}
		v.RetryAfter = minutes(e.banned)
		v.Code = "1111"
		return v
	case e.errcode != "" && e.errcode != "0":
		v := e.oldRefusal(r, now)
		return v
	case e.code != "" && (!good || e.message != "" && e.requestID != "" || e.refuses(r)):
		return e.refusal(r, status, now)
	case !good:
		return byStatus(status, "the answer has HTTP status "+fmt.Sprint(status)+" and no code")
	case r.gateway.kind == OAPI && e.errcode == "":
		return verdict{Class: duijie.ClassUnavailable, Malformed: true, Message: "the answer holds no errcode", Hint: hintBase}
	case e.success == "false":
		return verdict{Class: duijie.ClassRefused, Code: e.code, Message: firstOf(e.message, e.errmsg, e.description, "the answer says success: false")}
	}
	return verdict{}
}

// refuses tells whether a code in an answer of HTTP status 200 stands where a success
// should: in place of the member it has, or in an answer that has none.
func (e *envelope) refuses(r *request) bool {
	return r.gateway.kind == API && e.code != "0" && (r.op.Void || !e.answered)
}

// refusal is the verdict on an error of the new gateway.
func (e *envelope) refusal(r *request, status int, now time.Time) verdict {
	v, known := classify(API, r.noToken, e.code, e.message, now)
	if !known {
		v = byStatus(status, "")
		v.Malformed = false
	}
	v.Code, v.Message = e.code, firstOf(e.message, e.description)
	if len(e.scopes) > 0 && v.Class == duijie.ClassPermission {
		v.Cause = &ScopeError{Scopes: e.scopes}
		v.Hint = "grant the application " + strings.Join(e.scopes, ", ") + " (open.dingtalk.com > 应用开发 > 权限管理)"
	}
	return v
}

// oldRefusal is the verdict on an error of the old gateway.
func (e *envelope) oldRefusal(r *request, now time.Time) verdict {
	code := e.errcode
	if code == wrapped && e.subCode != "" {
		code = e.subCode
	}
	text := firstOf(e.subMsg, e.errmsg)
	v, known := classify(OAPI, r.noToken, code, text, now)
	if !known {
		v = verdict{Class: duijie.ClassRefused}
	}
	v.Code, v.SubCode, v.Message = e.errcode, e.subCode, text
	return v
}

// unreadable is the verdict on an answer that is neither JSON nor a page.
func unreadable(a *transport.Answer, first byte) verdict {
	text := "the answer is no JSON of this platform"
	if first == 0 {
		text = "the answer is empty"
	}
	v := byStatus(a.Status, text)
	if a.Status < 300 {
		v = verdict{Class: duijie.ClassUnavailable, Malformed: true, Message: text, Hint: hintBase}
	}
	return v
}

// page is the verdict on HTML, which is how the platform bans an address, and how
// proxies answer. It does not tell whether work had begun.
func page(status int) verdict {
	v := verdict{
		Class: duijie.ClassThrottled, Ambiguous: true, Malformed: true, RetryAfter: banTime,
		Message: "the answer is an HTML page", Hint: hintBan + "; " + hintBase,
	}
	switch {
	case status >= http.StatusInternalServerError:
		v.Class, v.RetryAfter, v.Hint = duijie.ClassUnavailable, 0, ""
	case status == http.StatusNotFound, status == http.StatusProxyAuthRequired:
		v = verdict{Class: duijie.ClassInvalid, NoEffect: true, Malformed: true, Message: v.Message, Hint: hintBase}
	}
	if status >= http.StatusBadRequest {
		v.Code = fmt.Sprint(status)
	}
	return v
}

// byStatus is the verdict where no code is known. Text "" leaves Message open.
func byStatus(status int, text string) verdict {
	v := verdict{Message: text}
	switch {
	case status == http.StatusTooManyRequests:
		v.Class = duijie.ClassThrottled
	case status == http.StatusUnauthorized:
		v.Class, v.NoEffect, v.Hint = duijie.ClassUnauthenticated, true, hintApp
	case status == http.StatusForbidden:
		v.Class, v.NoEffect, v.Hint = duijie.ClassPermission, true, hintRight
	case status >= http.StatusInternalServerError, status == http.StatusRequestTimeout:
		v.Class, v.Malformed = duijie.ClassUnavailable, text != ""
	default:
		v.Class = duijie.ClassRefused
	}
	return v
}

func minutes(text string) time.Duration {
	n := 0
	if _, err := fmt.Sscan(text, &n); err != nil || n <= 0 || n > 24*60 {
		return banTime
	}
	return time.Duration(n) * time.Minute
}

// banTime is how long an address is banned.
const banTime = 5 * time.Minute

package okki

import (
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/transport"
	"github.com/duijie-go/duijie/internal/wire"
)

// envelope is what stands around the data of an answer.
type envelope struct {
	code    string // code, or the name of an OAuth error
	ok      bool   // the code is one of success, or there is a token
	message string
	hint    string // of OAuth errors
	now     string
	data    json.RawMessage
	whole   json.RawMessage // the answer itself
}

// readEnvelope reads an answer. ok is false when it is not in the platform's
// format: no object, or without a code, an error or a token.
func readEnvelope(body []byte) (e envelope, ok bool) {
	if wire.First(body) != '{' || !json.Valid(body) {
		return envelope{}, false
	}
	m := members(body)
	e = envelope{
		message: firstOf(scalar(m["message"]), scalar(m["msg"]), scalar(m["error_description"])),
		hint:    scalar(m["hint"]), now: scalar(m["now"]), data: m["data"], whole: body,
	}
	if string(e.data) == "null" {
		e.data = nil
	}
	code, failure := scalar(m["code"]), scalar(m["error"])
	switch {
	case failure != "":
		e.code = failure
	case scalar(m["error_code"]) == "401":
		e.code = "401"
	case code != "":
		e.code = code
		n, isWhole := whole(code)
		e.ok = isWhole && (n == 0 || n == http.StatusOK)
		if isWhole {
			e.code = strconv.FormatInt(n, 10)
		}
	case scalar(m["access_token"]) != "" || memberText(m["data"], "access_token") != "":
		e.ok = true
	default:
		return e, false
	}
	return e, true
}

// judge reads an answer whatever its HTTP status: its body first, where it is one
// of the platform's, else the status.
func judge(o *Operation, a *transport.Answer) (envelope, verdict) {
	e, ok := readEnvelope(a.Body)
	switch {
	case !ok:
		return e, byStatus(a)
	case !e.ok:
		return e, refusal(o, e, a.Status)
	case a.Status < 200 || a.Status > 299:
		return e, verdict{Class: duijie.ClassUnavailable, Malformed: true, Hint: "the answer says success and its HTTP status failure"}
	}
	return e, verdict{}
}

// refusal is the verdict on a code that is none of success.
func refusal(o *Operation, e envelope, status int) verdict {
	rules := table
	if o.noToken {
		rules = tokenTable
	}
	v, known := classify(rules, e.code, e.message)
	switch {
	case status == http.StatusTooManyRequests:
		v = permanent(duijie.ClassThrottled, hintThrottle)
	case status == http.StatusServiceUnavailable:
		v = verdict{Class: duijie.ClassThrottled, Ambiguous: true, Hint: hintThrottle}
	case o.noToken && known:
	case status == http.StatusUnauthorized && v.Class != duijie.ClassPermission:
		v = tokenDead()
	case status >= http.StatusInternalServerError && v.Class == duijie.ClassRefused:
		// The server failed, at nobody knows which step.
		v = verdict{Class: duijie.ClassUnavailable}
	case known:
	case status == http.StatusForbidden:
		v = permanent(duijie.ClassPermission, "")
	}
	v.Code, v.Message = e.code, e.message
	if e.hint != "" {
		v.Message += " (" + e.hint + ")"
	}
	return v
}

// byStatus is the verdict on an answer that is not in the platform's format:
// proxies answer by HTTP status and HTML.
func byStatus(a *transport.Answer) verdict {
	const advice = "check the base URL, and that no proxy answers in the platform's place"
	v := verdict{Class: duijie.ClassUnavailable, Malformed: true, Message: "the answer is no JSON of this platform"}
	switch wire.First(a.Body) {
	case 0:
		v.Message = "the answer is empty"
	case '<':
		v.Message = "the answer is an HTML page"
	}
	switch {
	case a.Status == http.StatusUnauthorized:
		v = verdict{Class: duijie.ClassUnauthenticated, Renew: true, NoEffect: true, Hint: hintToken, Message: v.Message}
	case a.Status == http.StatusTooManyRequests:
		v = verdict{Class: duijie.ClassThrottled, Hint: hintThrottle, Message: v.Message}
	case a.Status == http.StatusServiceUnavailable:
		v = verdict{Class: duijie.ClassThrottled, Ambiguous: true, Hint: hintThrottle, Message: v.Message}
	case a.Status == http.StatusForbidden, a.Status == http.StatusProxyAuthRequired:
		v.Class, v.NoEffect, v.Hint = duijie.ClassPermission, true, advice
	case a.Status == http.StatusNotFound:
		// Never to be taken for a record that is not there.
		v.Class, v.NoEffect, v.Hint = duijie.ClassInvalid, true, hintPath
	case a.Status == http.StatusRequestTimeout, a.Status >= http.StatusInternalServerError:
	case a.Status >= http.StatusBadRequest:
		v.Class, v.NoEffect, v.Hint = duijie.ClassInvalid, true, advice
	default:
		v.Hint = advice
	}
	if a.Status >= http.StatusBadRequest {
		v.Code = strconv.Itoa(a.Status)
	}
	return v
}

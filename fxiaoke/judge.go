package fxiaoke

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/transport"
	"github.com/duijie-go/duijie/internal/wire"
)

// envelope is what an answer says around its payload.
type envelope struct {
	code        string // errorCode as text
	message     string
	description string
	traceID     string
	data        json.RawMessage // nil when there is none
	body        []byte
}

// readEnvelope reads an answer. ok is false when it is not in the platform's
// format: no object, or without a code.
func readEnvelope(body []byte) (e envelope, ok bool) {
	if wire.First(body) != '{' || !json.Valid(body) {
		return envelope{}, false
	}
	e.body = body
	for m := range wire.Walk(body) {
		switch string(m.Key) {
		case "errorCode":
			e.code = strings.TrimSpace(scalar(m.Value))
		case "errorMessage":
			e.message = scalar(m.Value)
		case "errorDescription":
			e.description = scalar(m.Value)
		case "traceId":
			e.traceID = scalar(m.Value)
		case "data":
			if string(m.Value) != "null" {
				e.data = m.Value
			}
		}
	}
	return e, e.code != ""
}

// ok: 0 is the code of success, as a number or a text.
func (e envelope) ok() bool {
	whole, fraction, _ := strings.Cut(e.code, ".")
	return whole != "" && strings.Trim(whole, "0") == "" && strings.Trim(fraction, "0") == ""
}

// words are the platform's, the better text first.
func (e envelope) words() string {
	switch {
	case e.description == "" || e.description == e.message:
		return e.message
	case e.message == "":
		return e.description
	}
	return e.description + " (" + e.message + ")"
}

// scalar is a JSON text, number or bool as text, "" for anything else.
func scalar(v json.RawMessage) string {
	var t wire.Text
	if t.UnmarshalJSON(v) != nil {
		return ""
	}
	return string(t)
}

// judge reads an answer whatever its HTTP status: the code by the table first, then
// the status of what is no answer of the platform's.
func judge(on place, thirdTraceID string, a *transport.Answer) (envelope, verdict) {
	e, ok := readEnvelope(a.Body)
	f := &Failure{Message: e.message, Description: e.description, TraceID: e.traceID, ThirdTraceID: thirdTraceID}
	var v verdict
	switch {
	case !ok:
		v = byStatus(a)
	case !e.ok():
		r := classify(on, e.code)
		v, f.Quota = r.verdict, r.quota
		v.Code, v.Message = e.code, e.words()
		switch {
		case on == onToken:
			v.Renew = false
		case a.Status == http.StatusTooManyRequests && v.Class == duijie.ClassRefused:
			v.Class, v.Hint, f.Quota = duijie.ClassThrottled, hintPace, ErrInterfaceLimit
		case a.Status >= http.StatusInternalServerError && v.Class == duijie.ClassRefused:
			v.Ambiguous = true // an unknown refusal that may come after the call was passed on
		}
	case a.Status < 200 || a.Status > 299:
		v = verdict{Class: duijie.ClassUnavailable, Malformed: true, Hint: "the answer says success and its HTTP status failure"}
	}
	v.RequestID = e.traceID
	if v.Class != duijie.ClassOK {
		v.Cause = f
		if v.RequestID == "" {
			v.RequestID = thirdTraceID
		}
	}
	return e, v
}

// byStatus is the verdict on an answer that is not in the platform's format: the
// platform answers everything with HTTP 200, so a proxy in between speaks.
func byStatus(a *transport.Answer) verdict {
	v := verdict{Class: duijie.ClassUnavailable, Malformed: true, Message: "the answer is no JSON of this platform"}
	const advice = "check the base URL, and that no proxy answers in the platform's place"
	switch wire.First(a.Body) {
	case 0:
		v.Message = "the answer is empty"
	case '<':
		v.Message = "the answer is an HTML page"
	}
	switch {
	case a.Status == http.StatusTooManyRequests:
		v = verdict{Class: duijie.ClassThrottled, Hint: hintPace, Message: v.Message}
	case a.Status == http.StatusUnauthorized, a.Status == http.StatusForbidden, a.Status == http.StatusProxyAuthRequired:
		v.Class, v.NoEffect, v.Hint = duijie.ClassPermission, true, advice+"; the application's IP allow-list may lack this machine"
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

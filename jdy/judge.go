package jdy

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/transport"
	"github.com/duijie-go/duijie/internal/wire"
)

// envelope is what stands around the data of an answer, in any of its forms.
type envelope struct {
	code    string // errcode, or code of push_app_authorize, or errorCode of uploads
	ok      bool   // the code is the one of success
	message string
	data    json.RawMessage
	valid   json.RawMessage // the whole answer, where it is an object
}

// readEnvelope reads an answer. ok is false when it is not in the platform's
// format: no object, or without any code.
func readEnvelope(o *Operation, body []byte) (e envelope, ok bool) {
	if wire.First(body) != '{' || !json.Valid(body) {
		return envelope{}, false
	}
	e.valid = body
	m := map[string]string{}
	for member := range wire.Walk(body) {
		if key := string(member.Key); key == "data" {
			e.data = member.Value
		} else {
			m[key] = scalar(member.Value)
		}
	}
	if string(e.data) == "null" {
		e.data = nil
	}
	e.message = firstOf(m["description"], m["description_cn"], m["message"], m["msg"])
	switch {
	case m["errcode"] != "":
		e.code, e.ok = m["errcode"], isZero(m["errcode"])
		if e.ok && saysNo(m["success"]) {
			return e, false // yes and no
		}
	case m["errorCode"] != "":
		e.code, e.ok = m["errorCode"], m["errorCode"] == "success" && m["success"] != "false"
		if e.ok && o.Kind != KindUpload && o.Title != "" {
			return e, false // the form of uploads alone
		}
	case m["code"] != "":
		e.code, e.ok = m["code"], m["code"] == "200"
		if e.ok && o.Path != authorizePath {
			return e, false // the form of the authorisation alone
		}
	default:
		return e, false
	}
	return e, true
}

// isZero reads a code that may come as 0, "0" or 0.0.
func isZero(code string) bool {
	whole, fraction, _ := strings.Cut(code, ".")
	return whole != "" && strings.Trim(whole, "0") == "" && strings.Trim(fraction, "0") == ""
}

// judge reads an answer whatever its HTTP status: what is no answer of the
// platform's first, then the code by the table, then the status.
func judge(o *Operation, effect duijie.Effect, a *transport.Answer) (envelope, verdict) {
	e, ok := readEnvelope(o, a.Body)
	v := verdict{}
	switch {
	case !ok:
		v = byStatus(a)
	case !e.ok:
		v = refusal(o, e, a.Status)
	case a.Status < 200 || a.Status > 299:
		v = verdict{Class: duijie.ClassUnavailable, Malformed: true, Hint: "the answer says success and its HTTP status failure"}
	case effect != duijie.EffectRead:
		v = hiddenFailure(o, e.data)
	}
	v.RequestID = a.Header.Get("X-Api-Requestid")
	return e, v
}

// refusal is the verdict on a code that is not the one of success.
func refusal(o *Operation, e envelope, status int) verdict {
	on := onBusiness
	if o.Path == tokenPath {
		on = onToken
	}
	v, known := classify(on, e.code)
	if !known {
		// The status says what kind of failure it is where it is one of the few that
		// mean something.
		if s, ok := classify(on, statusCode(status)); ok && status != http.StatusBadRequest && status != http.StatusNotFound {
			v = s
		} else if status == gatewayStatus || status >= http.StatusInternalServerError || ofServer(e.code) {
			v.Ambiguous = true // an unknown refusal of the gateway, which may come after the call was passed on
		}
	}
	if status == http.StatusTooManyRequests {
		v = permanent(duijie.ClassThrottled, hintThrottle)
	}
	v.Code, v.Message = e.code, e.message
	return v
}

// ofServer tells codes of the families in which gateway and servers speak of
// themselves: four digits beginning with 4 or 5, and HTTP's 5xx.
func ofServer(code string) bool {
	n, ok := whole(code)
	return ok && (n >= 4000 && n < 6000 || n >= 500 && n < 600)
}

// gatewayStatus is the HTTP status of the gateway's own refusals.
const gatewayStatus = 519

// byStatus is the verdict on an answer that is not in the platform's format:
// proxies and the data centres answer by HTTP status and HTML.
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
	case a.Status == http.StatusUnauthorized:
		v = verdict{Class: duijie.ClassUnauthenticated, Renew: true, Ambiguous: true, Hint: hintToken, Message: v.Message}
	case a.Status == http.StatusTooManyRequests:
		v = verdict{Class: duijie.ClassThrottled, Hint: hintThrottle, Message: v.Message}
	case a.Status == http.StatusForbidden, a.Status == http.StatusProxyAuthRequired:
		v.Class, v.NoEffect, v.Hint = duijie.ClassPermission, true, advice
	case a.Status == http.StatusNotFound:
		// "No Route": never to be taken for a record that is not there.
		v.Class, v.NoEffect, v.Hint = duijie.ClassInvalid, true, hintEdition
	case a.Status == http.StatusRequestTimeout, a.Status >= http.StatusInternalServerError:
	case a.Status >= http.StatusBadRequest:
		v.Class, v.NoEffect, v.Hint = duijie.ClassInvalid, true, advice
	default:
		v.Hint = advice
	}
	if a.Status >= http.StatusBadRequest {
		v.Code = statusCode(a.Status)
	}
	return v
}

func statusCode(status int) string {
	switch status { // what differs from the code of the same number
	case http.StatusBadGateway:
		return "500"
	}
	return itoa(status)
}

// hiddenFailure looks for failures under errcode 0 in the answer to a write.
func hiddenFailure(o *Operation, data json.RawMessage) verdict {
	p := findFailure(data)
	if p == nil {
		return verdict{}
	}
	v := verdict{Class: duijie.ClassRefused, Message: p.message(), Cause: p}
	// Named as saved and as failed at once, it may be either.
	v.Ambiguous = p.unclear || !p.Named && len(p.Saved.IDs) > 0
	if !p.Named && o.Batch != "" {
		v.Hint = "the answer does not say which rows failed: look all of them up before sending any again"
	}
	return v
}

// findFailure returns nil when nothing failed.
func findFailure(data json.RawMessage) *PartialError {
	m := members(data)
	if wire.First(data) == '[' {
		m["rows"] = data
	}
	p := &PartialError{Saved: readSaved(data), Named: true}
	n := -1
	for row := range wire.Elements(m["rows"]) {
		n++
		if wire.First(row) != '{' {
			continue
		}
		if failed, bad := failedRow(row, n); bad {
			p.Rows = append(p.Rows, failed)
			p.unclear = p.unclear || failed.ID != "" && unclear(row)
		}
	}
	for _, name := range []string{"errors", "error_fields"} {
		for _, item := range items(m[name]) {
			p.Rows = append(p.Rows, RowError{Index: -1, Message: words(item)})
			p.Named = false
		}
	}
	if text, told := m["success"]; told && len(p.Rows) == 0 && saysNo(scalar(text)) {
		p.Rows = append(p.Rows, RowError{Index: -1, Message: firstOf(scalar(m["message"]), scalar(m["msg"]), scalar(m["error_code"]))})
		p.Named = false
	}
	if len(p.Rows) == 0 {
		return nil
	}
	return p
}

// failedRow reads one row of the answer to a bulk save. The documentation does
// not give the values of success: a row with errors, without an id or with a
// plain no has failed.
func failedRow(row json.RawMessage, n int) (RowError, bool) {
	m := members(row)
	success, told := m["success"]
	_, hasErrors := m["errors"]
	empty := emptyResult(m)
	if !told && !hasErrors && !empty {
		return RowError{}, false // no row of a verdict
	}
	r := RowError{Index: n, ID: scalar(m["id"]), Number: firstOf(scalar(m["number"]), scalar(m["bill_no"]))}
	if at, ok := index(scalar(m["index"])); ok {
		r.Index = at
	}
	var texts []string
	bad := empty
	for _, item := range items(m["errors"]) {
		bad = true
		texts = append(texts, words(item))
	}
	if text := scalar(m["message"]); text != "" && (bad || saysNo(scalar(success))) {
		texts = append(texts, text)
	}
	r.Message = strings.Join(texts, "; ")
	if id, hasID := m["id"]; hasID && scalar(id) == "" {
		bad = true
	}
	return r, bad || told && (saysNo(scalar(success)) || unclear(row))
}

// unclear tells a row whose success is neither yes nor no.
func unclear(row json.RawMessage) bool {
	text := memberText(row, "success")
	return text != "" && !saysNo(text) && !saysYes(text)
}

func saysYes(text string) bool {
	switch strings.ToLower(text) {
	case "true", "1", "yes", "y", "success", "ok":
		return true
	}
	return false
}

// items are the elements of a list, or what stands in a list's place.
func items(v json.RawMessage) []json.RawMessage {
	var out []json.RawMessage
	switch wire.First(v) {
	case '[':
		for item := range wire.Elements(v) {
			out = append(out, item)
		}
	case '{':
		if len(members(v)) > 0 {
			out = append(out, v)
		}
	default:
		if scalar(v) != "" {
			out = append(out, v)
		}
	}
	return out
}

// emptyResult: the member that names what a row made is there and empty.
func emptyResult(m map[string]json.RawMessage) bool {
	if made, ok := m["reverse_voucher_id"]; ok && scalar(made) == "" {
		return true
	}
	ids, ok := m["ids"]
	if !ok {
		return false
	}
	for range wire.Elements(ids) {
		return false
	}
	return true
}

func saysNo(text string) bool {
	switch strings.ToLower(text) {
	case "false", "0", "no", "n", "fail", "failed":
		return true
	}
	return false
}

// words is what an error of a list says, a text or an object.
func words(item json.RawMessage) string {
	if wire.First(item) != '{' {
		return scalar(item)
	}
	m := members(item)
	text := firstOf(scalar(m["message"]), scalar(m["messages"]), scalar(m["msg"]), scalar(m["error_msg"]))
	if id := scalar(m["id"]); id != "" && text == "" {
		text = id
	}
	return text
}

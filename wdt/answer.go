package wdt

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/transport"
	"github.com/duijie-go/duijie/internal/wire"
)

// Answer is the whole answer of a call. Give a *Answer as out of [Client.Call]
// to get more than the data member.
type Answer struct {
	Data      json.RawMessage // object, list, number or text; nil when the platform sent none
	Total     int64           // rows on all pages, -1 when the platform did not say
	Message   string          // set by some calls beside data
	RequestID string          // Qimen's id of the call
}

// envelope is what stands around data, on either gateway.
type envelope struct {
	Status, Message, Total loose
	Data                   json.RawMessage

	Flag, Code, Msg, SubCode, SubMsg, SubMessage, RequestID loose // TOP; Msg and SubMsg in error_response
}

// readEnvelope reads an object that was checked before. Large answers are not
// decoded here, only taken apart.
func readEnvelope(valid []byte) envelope {
	var e envelope
	for m := range wire.Walk(valid) {
		switch string(m.Key) {
		case "data":
			e.Data = m.Value
		case "status":
			e.Status = readLoose(m.Value)
		case "message":
			e.Message = readLoose(m.Value)
		case "total":
			e.Total = readLoose(m.Value)
		case "flag":
			e.Flag = readLoose(m.Value)
		case "code":
			e.Code = readLoose(m.Value)
		case "msg":
			e.Msg = readLoose(m.Value)
		case "sub_code":
			e.SubCode = readLoose(m.Value)
		case "sub_msg":
			e.SubMsg = readLoose(m.Value)
		case "sub_message":
			e.SubMessage = readLoose(m.Value)
		case "request_id":
			e.RequestID = readLoose(m.Value)
		}
	}
	return e
}

// loose is a text, number or bool as text, "" for null; an object or list as it
// stands.
type loose string

func readLoose(raw json.RawMessage) loose {
	var t wire.Text
	if err := t.UnmarshalJSON(raw); err != nil {
		t = wire.Text(raw)
	}
	return loose(strings.TrimSpace(string(t)))
}

// number is the whole number a member holds.
func (l loose) number() (int64, bool) {
	whole, fraction, _ := strings.Cut(string(l), ".")
	if strings.Trim(fraction, "0") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(whole, 10, 64)
	return n, err == nil
}

// reply is an answer of the platform's application or of TOP, read.
type reply struct {
	layer     layer
	ok        bool
	code      string
	subCode   string
	message   string
	requestID string
	data      json.RawMessage
	total     loose
}

// readDirect reads the envelope of the direct gateway. ok is false when the
// body is not in its format.
func readDirect(body []byte) (r reply, ok bool) {
	if wire.First(body) != '{' || !json.Valid(body) {
		return reply{}, false
	}
	e := readEnvelope(body)
	if e.Status == "" && e.Message != "" {
		// A failing call may leave the status out.
		return reply{layer: fromWDT, message: string(e.Message)}, true
	}
	return e.business()
}

// readQimen reads the envelope of the Qimen gateway, in the order in which its
// three layers may refuse a call.
func readQimen(body []byte) (r reply, ok bool) {
	if wire.First(body) != '{' || !json.Valid(body) {
		return reply{}, false
	}
	inner := json.RawMessage(body)
	isError := false
	root := members(body)
	if b, there := root["error_response"]; there {
		inner, isError = b, true
	} else if b, there := root["response"]; there {
		inner = b
	} else if len(root) == 1 {
		for _, b := range root {
			if wire.First(b) == '{' {
				inner = b
			}
		}
	}
	if wire.First(inner) != '{' {
		return reply{}, false
	}
	e := readEnvelope(inner)
	if isError || strings.EqualFold(string(e.Flag), "failure") {
		return e.top(), true
	}
	return e.business()
}

// business reads the answer of the platform's application; without a status it
// is none.
func (e *envelope) business() (reply, bool) {
	status, isNumber := e.Status.number()
	if !isNumber {
		return reply{}, false
	}
	r := reply{
		layer: fromWDT, ok: status == 0, code: strconv.FormatInt(status, 10), message: string(e.Message),
		requestID: string(e.RequestID), data: e.Data, total: e.Total,
	}
	if !r.ok && r.message == "" {
		r.message = memberText(e.Data, "message")
	}
	return r, true
}

// top reads a refusal by TOP itself.
func (e *envelope) top() reply {
	r := reply{
		layer: fromTOP, code: string(e.Code), subCode: string(e.SubCode), requestID: string(e.RequestID),
		message: firstOf(string(e.Message), string(e.Msg)),
	}
	if sub := firstOf(string(e.SubMessage), string(e.SubMsg)); sub != "" {
		r.message = strings.TrimPrefix(r.message+": "+sub, ": ")
	}
	return r
}

// answer is the public form of a successful reply. withTotal is false when the
// platform was not asked for it, for then it may be there and wrong.
func (r *reply) answer(withTotal bool) Answer {
	a := Answer{Data: r.data, Total: -1, Message: r.message, RequestID: r.requestID}
	if string(a.Data) == "null" {
		a.Data = nil
	}
	if !withTotal {
		return a
	}
	total := r.total
	if total == "" {
		total = loose(memberText(r.data, "total_count"))
	}
	if n, ok := total.number(); ok && n >= 0 {
		a.Total = n
	}
	return a
}

// judgeHTTP is the verdict on an answer that is not in the platform's format:
// gateways and proxies answer by HTTP status and HTML.
func judgeHTTP(a *transport.Answer) transport.Verdict {
	v := transport.Verdict{Class: duijie.ClassUnavailable, Malformed: true, Hint: "the answer is no JSON of this gateway"}
	const advice = ": check gateway and base URL, and that no proxy answers in its place"
	switch wire.First(a.Body) {
	case 0:
		v.Hint = "the answer is empty"
	case '<':
		v.Hint = "the answer is an HTML page"
	}
	switch {
	case a.Status == http.StatusTooManyRequests:
		v.Class, v.Malformed = duijie.ClassThrottled, false
	case a.Status == http.StatusRequestTimeout, a.Status < 400, a.Status >= 500:
	case a.Status == http.StatusForbidden, a.Status == http.StatusProxyAuthRequired:
		v.Class, v.NoEffect = duijie.ClassPermission, true
	default:
		v.Class, v.NoEffect = duijie.ClassInvalid, true
	}
	if v.Class != duijie.ClassThrottled && a.Status < 500 {
		v.Hint += advice
	}
	return v
}

// members are the members of an object that was checked before, none when it
// is something else.
func members(object json.RawMessage) map[string]json.RawMessage {
	m := map[string]json.RawMessage{}
	for member := range wire.Walk(object) {
		m[string(member.Key)] = member.Value
	}
	return m
}

// memberText is a scalar member of an object as text, "" when there is none.
func memberText(object json.RawMessage, name string) string {
	text := ""
	for m := range wire.Walk(object) {
		if string(m.Key) == name {
			text = rawText(m.Value)
		}
	}
	return text
}

// rawText is a JSON scalar as text, "" for null, objects and lists.
func rawText(raw json.RawMessage) string {
	var t wire.Text
	if len(raw) == 0 || t.UnmarshalJSON(raw) != nil {
		return ""
	}
	return strings.TrimSpace(string(t))
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

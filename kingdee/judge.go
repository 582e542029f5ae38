package kingdee

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/transport"
	"github.com/duijie-go/duijie/internal/wire"
)

// shape is what a service answers when it worked.
type shape uint8

const (
	anyShape     shape = iota // custom services: any JSON that tells of no failure
	statusShape               // Result.ResponseStatus
	mixedShape                // the same; some records may have failed
	batchShape                // the same; each record has its own verdict
	rowsShape                 // [[...],...]
	objectsShape              // [{...},...]
	viewShape                 // Result.Result
	reportShape               // Result.IsSuccess and Rows
	loginShape                // LoginResultType
	pushShape                 // Result.ResponseStatus and ConvertResponseStatus
	taskShape                 // TaskId, or what batchShape has
	fileShape                 // statusShape, with a part of a file that is taken out before the rest is read
	stockShape                // any JSON that tells of no failure, "success" included
)

// reading judges the answers of one call and keeps what it decoded of the last.
type reading struct {
	shape   shape
	records int // in a batch
	body    []byte
	file    json.RawMessage // fileShape: the part as it came, a JSON text
	result  result
	rows    [][]Cell
	probe   probe
}

// judge reads an answer whatever its HTTP status. The order is the platform's:
// structured failures first, texts after them, the HTTP status last. A body
// that worked is never searched for words.
func (r *reading) judge(a *transport.Answer) transport.Verdict {
	*r = reading{shape: r.shape, records: r.records, body: bytes.TrimSpace(bytes.TrimPrefix(a.Body, []byte("\xef\xbb\xbf")))}
	if r.shape == fileShape {
		r.body, r.file = cutMember(r.body, "FilePart")
	}
	v := r.verdict(a.Status)
	v.RequestID = a.Header.Get("X-Api-Requestid")
	if v.Code == "" && v.Class != duijie.ClassOK && a.Status != http.StatusOK {
		v.Code = fmt.Sprint(a.Status)
	}
	return v
}

// judgeBody judges an answer that came inside another one.
func (r *reading) judgeBody(body []byte) transport.Verdict {
	return r.judge(&transport.Answer{Status: http.StatusOK, Body: body})
}

func (r *reading) verdict(httpStatus int) transport.Verdict {
	if first := wire.First(r.body); first == '{' || first == '[' {
		if v, decided := r.structured(httpStatus); decided {
			return v
		}
	}
	if v, decided := r.text(); decided {
		return v
	}
	if httpStatus >= http.StatusMultipleChoices {
		return byStatus(httpStatus)
	}
	if r.shape == anyShape && json.Valid(r.body) {
		return verdict{}
	}
	return malformed(r.body)
}

// structured judges a JSON answer; false when the HTTP status must decide.
func (r *reading) structured(httpStatus int) (verdict, bool) {
	var p probe
	object, depth := firstObject(r.body)
	if object != nil && wire.Unmarshal(object, &p) != nil {
		p = probe{}
		if json.Valid(r.body) && r.shape == anyShape && httpStatus < http.StatusMultipleChoices {
			return verdict{}, true
		}
	}
	r.probe = p
	switch {
	case depth > 0 && p.ActionName != "":
		return firewall(p), true
	case p.ErrCode != "" && httpStatus >= http.StatusMultipleChoices:
		text := string(p.DescriptionCN)
		if text == "" {
			text = string(p.Description)
		}
		return classify(gateway, string(p.ErrCode), text), true
	case r.shape == loginShape && p.LoginResultType != nil:
		return loginVerdict(p), true
	}
	if wire.First(p.Result) == '{' && wire.Unmarshal(p.Result, &r.result) == nil {
		if v, failed := r.failure(); failed {
			return v, true
		}
	}
	if httpStatus >= http.StatusMultipleChoices {
		return verdict{}, false
	}
	return r.success()
}

// failure finds the refusal in an envelope.
func (r *reading) failure() (verdict, bool) {
	st := r.result.ResponseStatus
	unnamed := false // something was taken, and the answer does not say what
	if c := r.result.ConvertResponseStatus; c != nil && !bool(c.IsSuccess) && (st == nil || st.MsgCode != "1") {
		if r.shape == pushShape && st != nil && bool(st.IsSuccess) && len(st.succeeded()) > 0 {
			return verdict{}, false // some lines were pushed, others not
		}
		unnamed = r.shape == pushShape && st != nil && bool(st.IsSuccess) && st.SuccessEntitys == nil
		st = c
	}
	switch {
	case st == nil && r.result.IsSuccess != nil && !bool(*r.result.IsSuccess):
		return classify(noMsgCode, "", string(r.result.Message)), true
	case st == nil || bool(st.IsSuccess) && st.MsgCode != "1":
		return verdict{}, false
	case (r.shape == batchShape || r.shape == taskShape || r.shape == mixedShape || r.shape == pushShape && st == r.result.ResponseStatus) && len(st.succeeded()) > 0:
		return verdict{}, false
	}
	text := st.text()
	if text == "" {
		text = string(r.result.Message)
	}
	code := string(st.MsgCode)
	from := msgCode
	if code == "" || code == "0" {
		from = noMsgCode
	}
	v := classify(from, code, text)
	if from == noMsgCode && v.Renew && (len(st.Errors) > 1 || len(st.succeeded()) > 0) {
		v.Class, v.Renew, v.NoEffect, v.Hint = duijie.ClassRefused, false, false, "" // a record's text, not the call's verdict
	}
	// A server that names no successes may have stored rows beside a locked one.
	lock := v.NoEffect && v.Class == duijie.ClassUnavailable && r.records > 1 && st.SuccessEntitys == nil
	if (r.shape == batchShape || r.shape == taskShape) && r.rowVerdicts(st) && (ofRecords(v.Class) && v.Hint != hintForm || lock) {
		return verdict{}, false
	}
	switch {
	case len(st.succeeded()) > 0:
		v.Ambiguous = true
		v.Hint = "some records were taken all the same: read SuccessEntitys of the answer"
	case text == "" && from == noMsgCode: // neither yes nor a reason for no
		v.Ambiguous = true
		v.Hint = "the answer tells neither success nor a reason: look the record up"
	case unnamed || !v.NoEffect && ofRecords(v.Class) && v.Hint != hintForm && r.mayHaveTaken(st, v.Class):
		v.Ambiguous = true
		v.Hint = hintUnnamed
	case v.NoEffect && v.Class == duijie.ClassUnavailable && r.shape == pushShape && st == r.result.ResponseStatus && st.SuccessEntitys == nil:
		v.NoEffect = false // one target is locked, others may be made
	}
	return v, true
}

// mayHaveTaken tells of a refusal that may stand beside a stored record: a save
// that names one, which failed at submit or audit, and a batch of a server that
// names no successes.
func (r *reading) mayHaveTaken(st *status, class duijie.Class) bool {
	switch r.shape {
	case statusShape:
		return class != duijie.ClassConflict && r.result.ID != "" && r.result.ID != "0"
	case batchShape, taskShape:
		return r.records > 1 && st.SuccessEntitys == nil
	}
	return false
}

// ofRecords: refusals of this class speak of records, not of the call.
func ofRecords(c duijie.Class) bool {
	return c == duijie.ClassRefused || c == duijie.ClassConflict || c == duijie.ClassNotFound
}

// rowVerdicts: every error names its record.
func (r *reading) rowVerdicts(st *status) bool {
	for _, n := range st.Errors {
		if n.DIndex == nil && r.records != 1 || n.DIndex != nil && *n.DIndex < 0 {
			return false
		}
	}
	return len(st.Errors) > 0
}

// success checks that the answer is what the service promises.
func (r *reading) success() (verdict, bool) {
	switch r.shape {
	case rowsShape:
		if wire.Unmarshal(r.body, &r.rows) != nil {
			return malformed(r.body), true
		}
		return verdict{}, true
	case objectsShape:
		var list []json.RawMessage
		if wire.Unmarshal(r.body, &list) != nil || len(list) > 0 && wire.First(list[0]) != '{' {
			return malformed(r.body), true
		}
		return verdict{}, true
	case taskShape:
		if r.result.ResponseStatus == nil && r.probe.TaskID == "" {
			return malformed(r.body), true
		}
	case pushShape:
		if r.result.ResponseStatus == nil {
			return malformed(r.body), true // converted, and perhaps saved
		}
	case stockShape:
		if said, err := Cell(r.probe.Success).Bool(); len(r.probe.Success) > 0 && (err != nil || !said) {
			var text wire.Text
			_ = text.UnmarshalJSON(r.probe.Message)
			return classify(noMsgCode, "", string(text)), true
		}
	case statusShape, mixedShape, batchShape, fileShape:
		if r.result.ResponseStatus == nil && r.probe.TaskID == "" {
			return malformed(r.body), true
		}
	case viewShape:
		if empty := emptyObject(r.result.Result); empty {
			return r.emptyView(), true
		}
	case reportShape:
		if r.result.IsSuccess == nil && r.result.ResponseStatus == nil {
			return malformed(r.body), true
		}
	case loginShape:
		return malformed(nil), true
	}
	if !json.Valid(r.body) {
		return malformed(r.body), true
	}
	return verdict{}, true
}

func emptyObject(raw json.RawMessage) bool {
	return wire.First(raw) != '{' || len(bytes.TrimSpace(bytes.Trim(bytes.TrimSpace(raw), "{}"))) == 0
}

// emptyView: some servers answer an empty object to a View without a session.
func (r *reading) emptyView() verdict {
	if r.result.ResponseStatus != nil {
		return verdict{Class: duijie.ClassNotFound, Message: "the answer holds no record"}
	}
	return verdict{
		Class: duijie.ClassRefused, Renew: true, Message: "the answer is empty",
		Hint: "the session may be lost, or the record can not be seen by this user",
	}
}

func (r *reading) text() (verdict, bool) {
	const limit = 2000 // of the words; oneLine cuts further when printed
	head := string(bytes.ToValidUTF8(r.body[:min(len(r.body), limit)], []byte("?")))
	for _, rule := range table {
		if rule.from == plainText && strings.HasPrefix(head, rule.text) {
			v := rule.Verdict
			v.Message = head
			return v, true
		}
	}
	return verdict{}, false
}

// firewall is the showConfirm array of the request firewall.
func firewall(p probe) verdict {
	var params []struct {
		Msg string `json:"msg"`
	}
	v := verdict{Class: duijie.ClassInvalid, Code: string(p.ActionName), Hint: hintFirewall}
	if wire.Unmarshal(p.Params, &params) == nil && len(params) > 0 {
		v.Message = params[0].Msg
	}
	return v
}

func byStatus(httpStatus int) verdict {
	v := verdict{Class: duijie.ClassUnavailable}
	switch httpStatus {
	case http.StatusUnauthorized:
		v = verdict{Class: duijie.ClassUnauthenticated, Renew: true, Ambiguous: true, Hint: hintSession}
	case http.StatusForbidden:
		v = verdict{Class: duijie.ClassPermission, Hint: "a proxy or firewall before the server may refuse this machine"}
	case http.StatusNotFound:
		v = verdict{Class: duijie.ClassNotFound, Hint: "no such service: check its name, and that BaseURL ends in /k3cloud/"}
	case http.StatusTooManyRequests:
		v = verdict{Class: duijie.ClassThrottled}
	case http.StatusServiceUnavailable:
		// The platform's sign of overload, but a proxy may say so after it passed the call on.
		v = verdict{Class: duijie.ClassThrottled, Ambiguous: true}
	case http.StatusRequestTimeout:
	default:
		if httpStatus < http.StatusInternalServerError {
			v = verdict{Class: duijie.ClassInvalid}
		}
	}
	return v
}

// malformed is an answer nothing can be read from: whether a write was done is unknown.
func malformed(body []byte) verdict {
	v := verdict{
		Class: duijie.ClassUnavailable, Malformed: true,
		Hint: "check that BaseURL is the server's address ending in /k3cloud/, and that no proxy answers in its place",
	}
	switch {
	case len(body) == 0:
		v.Message = "the answer is empty or has no result"
	case wire.First(body) == '<':
		v.Message = "the answer is an HTML page"
	default:
		v.Message = "the answer is not in the platform's format"
	}
	return v
}

// loginVerdict reads LoginResultType.
func loginVerdict(p probe) verdict {
	kind := int64(*p.LoginResultType)
	optional := kind == -2 || kind == -4 || kind == -5
	if kind == 1 || optional && bool(p.IsSuccessByAPI) || kind == -5 && p.SessionID != "" {
		return verdict{}
	}
	var text wire.Text
	_ = text.UnmarshalJSON(p.Message) // an object or list has no words
	return classify(loginType, fmt.Sprint(kind), string(text))
}

// withHints adds what only the client knows: how it authenticates, and how far
// its clock is from the server's, which no answer but the gateway's speaks of.
func (c *Client) withHints(v verdict, a *transport.Answer) verdict {
	if v.Class != duijie.ClassUnauthenticated {
		return v
	}
	if v.Hint == hintSession && c.mode == SignHeaders {
		v.Hint = hintSigned
	}
	switch off := clockOff(a.Header.Get("Date"), c.http.Now()); {
	case off != "":
		v.Hint = strings.TrimSuffix(off+"; "+v.Hint, "; ")
	case v.Skew:
		v.Hint = "set this machine's clock right, or the server's: the Date of its answers tells no difference"
	}
	return v
}

// clockOff tells how far now is from the Date of an answer, where that is more
// than a slow answer explains.
func clockOff(date string, now time.Time) string {
	server, err := http.ParseTime(date)
	if err != nil {
		return ""
	}
	switch diff := now.Sub(server).Round(time.Second); {
	case diff > time.Minute:
		return fmt.Sprintf("this machine's clock is %v ahead of the server's: set it right", diff)
	case diff < -time.Minute:
		return fmt.Sprintf("this machine's clock is %v behind the server's: set it right", -diff)
	}
	return ""
}

// hide blanks secrets and the session out of the server's words, should it, or
// a proxy, send back what it was sent.
func (c *Client) hide(v *verdict, r *reading, session duijie.Secret) {
	if v.Message == "" && len(r.reasons()) == 0 {
		return
	}
	var ids []string
	for cookie := range strings.SplitSeq(session.Reveal(), "; ") {
		if _, id, _ := strings.Cut(cookie, "="); len(id) >= 8 {
			ids = append(ids, id, "[redacted]")
		}
	}
	sessions := strings.NewReplacer(ids...)
	clean := func(text string) string { return c.http.Clean(sessions.Replace(text)) }
	v.Message = clean(v.Message)
	for _, st := range []*status{r.result.ResponseStatus, r.result.ConvertResponseStatus} {
		if st == nil {
			continue
		}
		for i := range st.Errors {
			n := &st.Errors[i]
			n.Message, n.FieldName = wire.Text(clean(string(n.Message))), wire.Text(clean(string(n.FieldName)))
		}
	}
}

package kingdeetest

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/duijie-go/duijie/internal/fakeserver"
)

// FaultKind says what goes wrong with a call. "After" means the work was done
// and only its answer is lost.
type FaultKind string

// Faults of the transport and of any platform.
const (
	Throttle         = FaultKind(fakeserver.Throttle)         // MsgCode 14 (调用次数超限), no effect
	SessionLost      = FaultKind(fakeserver.TokenExpired)     // MsgCode 1, no effect; the session the call named is gone for good
	Unavailable      = FaultKind(fakeserver.Unavailable)      // HTTP 502 before the effect
	UnavailableAfter = FaultKind(fakeserver.UnavailableAfter) // HTTP 502 after the effect
	Cut              = FaultKind(fakeserver.Cut)              // connection closed before the effect
	CutAfter         = FaultKind(fakeserver.CutAfter)         // connection closed after the effect
	Slow             = FaultKind(fakeserver.Slow)             // effect, then the right answer after Delay
	StallAfter       = FaultKind(fakeserver.StallAfter)       // effect, then nothing until the caller gives up
	TruncateAfter    = FaultKind(fakeserver.TruncateAfter)    // effect, then half of the answer
	GarbageAfter     = FaultKind(fakeserver.GarbageAfter)     // effect, then HTTP 200 with bytes that are not JSON
	HTML             = FaultKind(fakeserver.HTML)             // an HTML page with HTTP 200, no effect
	HugeAfter        = FaultKind(fakeserver.HugeAfter)        // effect, then 10 GB of body
	DripAfter        = FaultKind(fakeserver.DripAfter)        // effect, then a body that never ends, a blank every Delay
	RedirectAway     = FaultKind(fakeserver.RedirectAway)     // HTTP 307 to another host, no effect
)

// Faults only this platform has.
const (
	Locked             FaultKind = "locked"               // MsgCode 13 (网络控制冲突), no effect
	GatewayOverload    FaultKind = "gateway overload"     // HTTP 519 with errcode 5007, no effect
	ResponseError      FaultKind = "response error"       // HTTP 200 with a text "response_error:{...}", no effect
	ResponseErrorAfter FaultKind = "response error after" // the same text after the effect
	WAF                FaultKind = "waf"                  // the request firewall's showConfirm array, no effect
	N001               FaultKind = "n001"                 // HTTP 200 with a text "ByRspRetStatusCode -- N001: ...", no effect
)

// Faults with a Code of the test's own; FaultKinds does not list them.
const (
	Refused    FaultKind = "refused"     // the envelope with MsgCode Code and the words Message, no effect
	HTTPStatus FaultKind = "http status" // HTTP status Code with Message as text, no effect
)

const commitLate FaultKind = "commit late"

// FaultKinds lists every FaultKind that can hit any call, for tests that try
// them all; those of tasks (TaskFaulted and its kin) are not among them.
func FaultKinds() []FaultKind {
	var kinds []FaultKind
	for _, k := range fakeserver.Kinds() {
		kinds = append(kinds, FaultKind(k))
	}
	return append(kinds, Locked, GatewayOverload, ResponseError, ResponseErrorAfter, WAF, N001)
}

// Fault injects Kind into calls of one operation.
type Fault struct {
	Op    string        // last word of the service: "BatchSave", "ExecuteBillQuery", "ValidateUser"; "" = any
	Call  int           // 1 = the first matching call from now on; 0 means 1
	Times int           // how many calls in a row; 0 means 1; negative means for ever
	Kind  FaultKind     // what goes wrong
	Delay time.Duration // for Slow and DripAfter, real time

	Code    int    // MsgCode for Refused, as 2 (no permission) or 4 (exception); HTTP status for HTTPStatus
	Message string // for Refused and HTTPStatus
}

// coded packs what only Refused and HTTPStatus need into a kind, kindOf unpacks it.
func (f Fault) coded() fakeserver.Kind {
	if f.Kind != Refused && f.Kind != HTTPStatus {
		return fakeserver.Kind(f.Kind)
	}
	return fakeserver.Kind(string(f.Kind) + "\x00" + strconv.Itoa(f.Code) + "\x00" + f.Message)
}

func kindOf(k fakeserver.Kind) (kind FaultKind, code int, text string) {
	parts := strings.SplitN(string(k), "\x00", 3)
	if len(parts) < 3 {
		return FaultKind(k), 0, ""
	}
	code, _ = strconv.Atoi(parts[1])
	return FaultKind(parts[0]), code, parts[2]
}

// Call is one call the server received.
type Call struct {
	Op    string    // last word of the service
	At    time.Time // when it arrived, real time
	Fault FaultKind // the fault injected into it, "" for none
}

// Inject adds a fault. Faults are tried in the order they were added; the first
// that fires decides.
func (s *Server) Inject(f Fault) {
	s.faults.Add(fakeserver.Rule{Op: f.Op, Call: f.Call, Times: f.Times, Kind: f.coded(), Delay: f.Delay})
}

// CommitLate loses the answer of one call of op (call 1 = the next) by cutting
// the connection, while its effect becomes visible only d later (real time).
// Until then queries, View and Records show the state before; a number the call
// used up is taken at once, though, as inside an open transaction.
func (s *Server) CommitLate(op string, call int, d time.Duration) {
	s.Inject(Fault{Op: op, Call: call, Kind: commitLate, Delay: d})
}

// ClearFaults removes all faults, CommitLate ones too; what calls have done stays.
func (s *Server) ClearFaults() { s.faults.Clear() }

// Calls returns the calls so far, in order of arrival.
func (s *Server) Calls() []Call {
	log := s.faults.Calls()
	out := make([]Call, len(log))
	for i, c := range log {
		kind, _, _ := kindOf(c.Fault)
		out[i] = Call{Op: c.Op, At: c.At, Fault: kind}
	}
	return out
}

// Count tells how many calls of op arrived; op "" counts all.
func (s *Server) Count(op string) int { return s.faults.Count(op) }

type lateHandler func(w http.ResponseWriter, r *http.Request, late time.Duration)

// spoil logs the call and serves it, or lets the fault that fires spoil it.
func (s *Server) spoil(w http.ResponseWriter, r *http.Request, op string, handle lateHandler) {
	rule, ok := s.faults.Next(op)
	if !ok {
		handle(w, r, 0)
		return
	}
	c := &call{s: s, r: r, op: op}
	kind, code, text := kindOf(rule.Kind)
	switch kind {
	case Refused:
		c.send(w, c.fail(issue{text: text, code: code}))
	case HTTPStatus:
		c.send(w, plain{code, text})
	case commitLate:
		handle(&fakeserver.Unread{}, r, max(rule.Delay, 1))
		panic(http.ErrAbortHandler)
	case TaskFaulted, TaskFaultedAfter, TaskLost:
		handle(w, withTaskFault(r, kind), 0)
	case Locked:
		c.send(w, c.fail(issue{text: "网络控制冲突，数据正在被其他用户操作，请稍后再试", code: codeLocked}))
	case GatewayOverload:
		s.gatewayError(w, 5007, "Service overload", "服务过载")
	case ResponseErrorAfter:
		handle(&fakeserver.Unread{}, r, 0)
		c.send(w, responseError())
	case ResponseError:
		c.send(w, responseError())
	case WAF:
		c.send(w, firewall())
	case N001:
		c.send(w, plain{http.StatusOK, "ByRspRetStatusCode -- N001: Unexpectable request"})
	default:
		s.spoilShared(w, r, rule, c, handle)
	}
}

// spoilShared serves the faults every fake platform has.
func (s *Server) spoilShared(w http.ResponseWriter, r *http.Request, rule fakeserver.Rule, c *call, handle lateHandler) {
	own := fakeserver.Answers{
		Throttle: func(w http.ResponseWriter, _ *http.Request) {
			c.send(w, c.fail(issue{text: "接口调用次数已达上限，请稍后再试", code: codeLimit}))
		},
		TokenExpired: func(w http.ResponseWriter, r *http.Request) {
			s.sessions.drop(sessionID(r))
			c.send(w, c.sessionLost())
		},
	}
	fakeserver.Spoil(w, r, rule, own, func(w http.ResponseWriter, r *http.Request) { handle(w, r, 0) })
}

func responseError() plain {
	body := map[string]any{
		"Message":        "未将对象引用设置到对象的实例。",
		"InnerExWrapper": map[string]any{"Message": "Object reference not set to an instance of an object."},
		"InnerException": nil,
	}
	return plain{http.StatusOK, "response_error:" + string(encode(body))}
}

func firewall() any {
	type params struct {
		Title   string `json:"title"`
		Msg     string `json:"msg"`
		Option  int    `json:"option"`
		MsgType int    `json:"msgType"`
	}
	type action struct {
		ActionName string   `json:"actionname"`
		Params     []params `json:"params"`
	}
	const rule = "caller_in_less_Point_Bracket"
	return []action{{"showConfirm", []params{{Msg: "请求参数存在可疑数据,当前请求已经被拦截规则[" + rule + "]阻止!"}}}}
}

// refusal is a row the server was told not to take.
type refusal struct {
	field, message string
	unnamed        bool
}

func refusalKey(form, number string) string { return strings.ToLower(form) + "\x00" + number }

// Refuse makes every save of that number fail in its row, with MsgCode 11 and
// these words. An empty message ends it.
func (s *Server) Refuse(form, number, field, message string) {
	s.setRefusal(form, number, refusal{field: field, message: message}, message == "")
}

// RefuseUnnamed makes every save that contains that number fail as a whole: one
// error that names no row, no SuccessEntitys, nothing stored.
func (s *Server) RefuseUnnamed(form, number string) {
	s.setRefusal(form, number, refusal{message: "保存失败，数据不符合业务规则", unnamed: true}, false)
}

func (s *Server) setRefusal(form, number string, r refusal, remove bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if remove {
		delete(s.refusals, refusalKey(form, number))
		return
	}
	s.refusals[refusalKey(form, number)] = r
}

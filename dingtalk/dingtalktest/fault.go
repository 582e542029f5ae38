package dingtalktest

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/duijie-go/duijie/internal/fakeserver"
)

// FaultKind says what goes wrong with a call. "After" means the platform did the
// work and only the answer is lost.
type FaultKind string

// Faults of the transport and of any platform.
const (
	Throttle         = FaultKind(fakeserver.Throttle)         // 403 QpsLimitForAppkeyAndApi, 88/90018, for robots 130101; no effect
	TokenExpired     = FaultKind(fakeserver.TokenExpired)     // InvalidAuthentication or 88/40014, no effect; the token of the call is gone for good
	Unavailable      = FaultKind(fakeserver.Unavailable)      // HTTP 502 with HTML, no effect
	UnavailableAfter = FaultKind(fakeserver.UnavailableAfter) // HTTP 502 with HTML after the effect
	Cut              = FaultKind(fakeserver.Cut)              // connection closed, no effect
	CutAfter         = FaultKind(fakeserver.CutAfter)         // connection closed after the effect
	Slow             = FaultKind(fakeserver.Slow)             // effect, then the right answer after Delay
	StallAfter       = FaultKind(fakeserver.StallAfter)       // effect, then nothing until the caller gives up
	TruncateAfter    = FaultKind(fakeserver.TruncateAfter)    // effect, then half of the answer
	GarbageAfter     = FaultKind(fakeserver.GarbageAfter)     // effect, then HTTP 200 with bytes that are no JSON
	HTML             = FaultKind(fakeserver.HTML)             // HTTP 200 with an HTML page, no effect
	HugeAfter        = FaultKind(fakeserver.HugeAfter)        // effect, then 10 GB of body
	DripAfter        = FaultKind(fakeserver.DripAfter)        // effect, then a body without end, a blank every Delay
	RedirectAway     = FaultKind(fakeserver.RedirectAway)     // HTTP 307 to another host, no effect
)

// Faults only this platform has.
const (
	TokenRefused     FaultKind = "token refused"      // as TokenExpired, but the token lives on: the token call gives the same text again
	PlatformThrottle FaultKind = "platform throttle"  // 403 QpsLimitForApi or 88/90002, no effect
	MinuteThrottle   FaultKind = "minute throttle"    // 403 QpmLimitForAppkeyAndApi or 88/90018, no effect
	QuotaUsed        FaultKind = "quota used"         // 403 ApiCountLimitForOrg or 88/90020, no effect
	NoPermission     FaultKind = "no permission"      // 403 AccessTokenPermissionDenied or 88/60011, no effect
	Banned           FaultKind = "banned"             // HTTP 200 {"status":1111,…}, the ban of an address, no effect
	ServerError      FaultKind = "server error"       // 500 unknownError or errcode -1, no effect
	ServerErrorAfter FaultKind = "server error after" // the same after the effect
	TooManyVisitors  FaultKind = "too many visitors"  // 500 failure.operation.tooManyVisitors or errcode -1, no effect
	FormBusy         FaultKind = "form busy"          // 400 previousBatchUpdatingIsRunning or errcode -1, no effect
	EmptyAfter       FaultKind = "empty after"        // effect, then HTTP 200 with an empty body
	GatewayTimeout   FaultKind = "gateway timeout"    // HTTP 504 with HTML after the effect
	RowsMove         FaultKind = "rows move"          // before a list is answered a user edits the row it begins with (ends with, when newest come first), so that rows change places between pages
	Refusal          FaultKind = "refusal"            // the Error of the Fault, no effect
	RefusalAfter     FaultKind = "refusal after"      // the Error of the Fault after the effect
)

const commitLate FaultKind = "commit late"

// losing are the faults after which the caller does not know that the work was done.
var losing = []FaultKind{CutAfter, UnavailableAfter, StallAfter, TruncateAfter, GarbageAfter, ServerErrorAfter, EmptyAfter, GatewayTimeout, commitLate}

// FaultKinds lists every FaultKind, for tests that try them all.
func FaultKinds() []FaultKind {
	var kinds []FaultKind
	for _, k := range fakeserver.Kinds() {
		kinds = append(kinds, FaultKind(k))
	}
	return append(kinds, TokenRefused, PlatformThrottle, MinuteThrottle, QuotaUsed, NoPermission, Banned, ServerError, ServerErrorAfter,
		TooManyVisitors, FormBusy, EmptyAfter, GatewayTimeout, RowsMove, Refusal, RefusalAfter)
}

// Fault injects Kind into calls of one operation.
type Fault struct {
	Op    string        // verb and path, "POST yida/processes/instances/start", "GET yida/forms/instances/{id}", "GET gettoken", "POST topapi/v2/user/get"; a version before it is cut off; "" = any
	Call  int           // 1 = the first matching call from now on; 0 means 1
	Times int           // how many calls in a row; 0 means 1; negative means for ever
	Kind  FaultKind     // what goes wrong
	Delay time.Duration // for Slow and DripAfter, real time
	Error *Error        // for Refusal and RefusalAfter
}

// Call is one call the server received.
type Call struct {
	Op    string     // verb and path without version
	Path  string     // path as received, /oapi/… for the old gateway
	At    time.Time  // when it arrived, by the server's clock
	Query url.Values // decoded query
	Body  string     // as received
	Fault FaultKind  // the fault injected into it, "" for none
}

// Inject adds a fault. Faults are tried in the order they were added; the first
// that fires decides. It panics when there is no such operation.
func (s *Server) Inject(f Fault) {
	op := f.Op
	if op != "" {
		op = opKey(op)
	}
	if f.Kind == Refusal || f.Kind == RefusalAfter {
		if f.Error == nil {
			panic("dingtalktest: a refusal needs an Error")
		}
		s.mu.Lock()
		f.Delay = time.Duration(len(s.refusals)) // which error it is; a refusal has no other use for it
		s.refusals = append(s.refusals, f.Error)
		s.mu.Unlock()
	}
	s.faults.Add(fakeserver.Rule{Op: op, Call: f.Call, Times: f.Times, Kind: fakeserver.Kind(f.Kind), Delay: f.Delay})
}

// CommitLate loses the answer of one call of op (call 1 = the next) by cutting the
// connection, while the rows it created show only d later, by the server's clock:
// until then neither a search nor a look by id finds them.
func (s *Server) CommitLate(op string, call int, d time.Duration) {
	s.Inject(Fault{Op: op, Call: call, Kind: commitLate, Delay: d})
}

// ClearFaults removes all faults; what calls have done stays.
func (s *Server) ClearFaults() { s.faults.Clear() }

// Calls returns the calls so far, in order of arrival.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Call(nil), s.log...)
}

// Count tells how many calls of op arrived; op "" counts all.
func (s *Server) Count(op string) int {
	if op == "" {
		return s.faults.Count("")
	}
	return s.faults.Count(opKey(op))
}

// ownRefusal is the answer of a kind that is a refusal without effect; nil for
// other kinds.
func (c *call) ownRefusal(kind FaultKind) *Error {
	old := c.gate == oapi
	pick := func(e *Error, code int, words string) *Error {
		if old {
			return wrapped(code, words)
		}
		return e
	}
	switch kind {
	case Throttle:
		if c.key() == "POST robot/send" {
			return errRobotFast
		}
		return pick(throttled("QpsLimitForAppkeyAndApi"), 90018, "您的应用调用当前接口的频率超过限制")
	case TokenExpired, TokenRefused:
		return pick(errBadToken, 40014, "不合法的access_token")
	case PlatformThrottle:
		return pick(throttled("QpsLimitForApi"), 90002, "当前接口的所有请求都被暂时禁用了")
	case MinuteThrottle:
		return pick(throttled("QpmLimitForAppkeyAndApi"), 90018, "您的应用调用当前接口的频率超过限制")
	case QuotaUsed:
		return c.overQuota()
	case NoPermission:
		scope := "Contact.User.Read"
		if c.op != nil && c.op.scope != "" {
			scope = c.op.scope
		}
		return pick(&Error{
			Status: http.StatusForbidden, Code: "Forbidden.AccessDenied.AccessTokenPermissionDenied", Message: "没有调用该接口的权限", Scopes: []string{scope},
		}, 60011, "没有调用该接口的权限")
	}
	var e *Error
	switch kind {
	case ServerError, ServerErrorAfter:
		e = errUnknown
	case TooManyVisitors:
		e = &Error{Status: http.StatusInternalServerError, Code: "failure.operation.tooManyVisitors", Message: "访问人数过多，请稍后重试"}
	case FormBusy:
		e = refuse("invalidState.batchOperation.previousBatchUpdatingIsRunning", "上一次批量更新还在执行")
	default:
		return nil
	}
	if old {
		return oldError(-1, "系统繁忙")
	}
	return e
}

// spoil logs the call and serves it, or lets the fault that fires spoil it.
func (s *Server) spoil(w http.ResponseWriter, r *http.Request, c *call) {
	rule, _ := s.faults.Next(c.key())
	kind := FaultKind(rule.Kind)
	s.mu.Lock()
	s.log = append(s.log, Call{Op: c.key(), Path: r.URL.Path, At: s.clock(), Query: c.query, Body: string(c.raw), Fault: kind})
	var given *Error
	if kind == Refusal || kind == RefusalAfter {
		given = s.refusals[rule.Delay]
	}
	s.mu.Unlock()
	c.lost = slices.Contains(losing, kind)
	switch kind {
	case "":
		c.answer().write(w)
	case Refusal:
		s.refusal(c.gate, c.path, given).write(w)
	case RefusalAfter:
		c.answer()
		s.refusal(c.gate, c.path, given).write(w)
	case ServerErrorAfter:
		c.answer()
		s.refusal(c.gate, c.path, c.ownRefusal(kind)).write(w)
	case RowsMove:
		c.moves = true
		c.answer().write(w)
	case commitLate:
		c.late = max(rule.Delay, 1)
		c.answer()
		panic(http.ErrAbortHandler)
	case EmptyAfter:
		c.answer()
		reply{status: http.StatusOK}.write(w)
	case GatewayTimeout:
		c.answer()
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusGatewayTimeout)
		_, _ = w.Write([]byte("<html><head><title>504 Gateway Time-out</title></head><body></body></html>"))
	case Banned:
		reply{status: http.StatusOK, kind: "application/json", body: Row{
			"status": 1111, "wait": 5, "source": "x5", "punish": "deny", "uuid": randomHex(16),
		}}.write(w)
	default:
		s.spoilShared(w, r, c, kind, rule.Delay)
	}
}

// spoilShared serves refusals and the faults every fake platform has.
func (s *Server) spoilShared(w http.ResponseWriter, r *http.Request, c *call, kind FaultKind, delay time.Duration) {
	if e := c.ownRefusal(kind); e != nil {
		if kind == TokenExpired {
			s.dropToken(c)
		}
		s.refusal(c.gate, c.path, e).write(w)
		return
	}
	fakeserver.Spoil(w, r, fakeserver.Rule{Kind: fakeserver.Kind(kind), Delay: delay}, fakeserver.Answers{}, func(w http.ResponseWriter, _ *http.Request) { c.answer().write(w) })
}

// dropToken ends the token of a call.
func (s *Server) dropToken(c *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, given := range []string{c.r.Header.Get("X-Acs-Dingtalk-Access-Token"), c.query.Get("access_token")} {
		if t := s.tokens[given]; t != nil {
			t.dead = true
		}
	}
}

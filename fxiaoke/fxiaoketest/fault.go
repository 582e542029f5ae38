package fxiaoketest

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/duijie-go/duijie/internal/fakeserver"
)

// FaultKind says what goes wrong with a call. "After" means the platform did the work
// and only the answer is lost.
type FaultKind string

// Faults of the transport and of any platform.
const (
	Throttle         = FaultKind(fakeserver.Throttle)         // errorCode 14001, no effect
	TokenExpired     = FaultKind(fakeserver.TokenExpired)     // errorCode 20016, no effect; the token in force is replaced by a new one
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

// Faults beside the shared ones.
const (
	TooManyRequests FaultKind = "429"            // HTTP 429 with Retry-After: 1 from a proxy, no effect
	Overloaded      FaultKind = "503"            // HTTP 503 from a proxy, no effect
	InternalAfter   FaultKind = "500 after"      // HTTP 500 from a proxy after the effect
	SystemBusy      FaultKind = "busy"           // errorCode -1, no effect
	SystemError     FaultKind = "system error"   // errorCode -2, no effect
	SystemAfter     FaultKind = "-2 after"       // errorCode -2 after the effect
	ServiceAfter    FaultKind = "50009 after"    // errorCode 50009 after the effect
	PerSecond       FaultKind = "30004"          // errorCode 30004, no effect
	DayUsedUp       FaultKind = "30002"          // errorCode 30002, no effect
	NoPack          FaultKind = "30003"          // errorCode 30003, no effect
	BusinessError   FaultKind = "business error" // an errorCode of no table, no effect
	NoCode          FaultKind = "no errorCode"   // an object without errorCode, no effect
	ModuleRefusal   FaultKind = "no right"       // errorCode of a module with the text of a missing right, no effect
	RowsMove        FaultKind = "rows move"      // before a query is answered its first row is modified: pages by offset begin one row further
)

const commitLate FaultKind = "commit late"

// FaultKinds lists every FaultKind, for tests that try them all.
func FaultKinds() []FaultKind {
	var kinds []FaultKind
	for _, k := range fakeserver.Kinds() {
		kinds = append(kinds, FaultKind(k))
	}
	return append(kinds, TooManyRequests, Overloaded, InternalAfter, SystemBusy, SystemError, SystemAfter,
		ServiceAfter, PerSecond, DayUsedUp, NoPack, BusinessError, NoCode, ModuleRefusal, RowsMove)
}

// Fault injects Kind into calls of one operation.
type Fault struct {
	Op    string        // path, "/cgi/crm/v2/data/query", or path and object, "/cgi/crm/v2/data/query AccountObj"; "" = any
	Call  int           // 1 = the first matching call from now on; 0 means 1
	Times int           // how many calls in a row; 0 means 1; negative means for ever
	Kind  FaultKind     // what goes wrong
	Delay time.Duration // for Slow and DripAfter, real time
}

// Call is one call the server received.
type Call struct {
	Op    string     // path, and the object it is about where there is one
	At    time.Time  // when it arrived, by the server's clock
	Query url.Values // decoded query
	Head  http.Header
	Body  string    // as received
	Fault FaultKind // the fault injected into it, "" for none
}

// Inject adds a fault. Faults are tried in the order they were added; the first that
// fires decides.
func (s *Server) Inject(f Fault) {
	s.faults.Add(fakeserver.Rule{Op: f.Op, Call: f.Call, Times: f.Times, Kind: fakeserver.Kind(f.Kind), Delay: f.Delay})
}

// CommitLate cuts the connection of one create (call 1 = the next of op) while what it
// created becomes visible to queries only d later, real time. Changes of
// records that were there before show at once.
func (s *Server) CommitLate(op string, call int, d time.Duration) {
	s.Inject(Fault{Op: op, Call: call, Kind: commitLate, Delay: d})
}

type (
	lateKey struct{}
	moveKey struct{}
)

// ClearFaults removes all faults; what calls have done stays.
func (s *Server) ClearFaults() { s.faults.Clear() }

// Calls returns the calls so far, in order of arrival.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Call(nil), s.log...)
}

// Count tells how many calls of an operation arrived; "" counts all.
func (s *Server) Count(op string) int { return s.faults.Count(op) }

// faultCodes are the errorCodes of faults.
var faultCodes = map[FaultKind]*refusal{
	SystemBusy: refuse(-1, "system busy"), SystemError: refuse(-2, "system error"), SystemAfter: refuse(-2, "system error"),
	ServiceAfter: refuse(50009, "service abnormal"), PerSecond: refuse(30004, "calls per second exceeded"),
	DayUsedUp: errDay, NoPack: errNoPack, BusinessError: refuse(320099999, "自定义函数执行失败"),
	ModuleRefusal: refuse(320001403, "无此操作的数据权限"),
}

// spoil logs the call and serves it, or lets the fault that fires spoil it.
func (s *Server) spoil(w http.ResponseWriter, r *http.Request, op, body string, handle http.HandlerFunc) {
	rule, _ := s.faults.Next(op)
	kind := FaultKind(rule.Kind)
	s.mu.Lock()
	s.log = append(s.log, Call{
		Op: op, At: s.clock(), Query: r.URL.Query(), Head: r.Header.Clone(), Body: body, Fault: kind,
	})
	s.mu.Unlock()
	if ref, ok := faultCodes[kind]; ok && kind != SystemAfter && kind != ServiceAfter {
		s.refused(ref).write(w)
		return
	}
	switch kind {
	case "":
		handle(w, r)
	case RowsMove:
		handle(w, r.WithContext(context.WithValue(r.Context(), moveKey{}, true)))
	case commitLate:
		handle(&fakeserver.Unread{}, r.WithContext(context.WithValue(r.Context(), lateKey{}, max(rule.Delay, 1))))
		panic(http.ErrAbortHandler)
	case TooManyRequests:
		w.Header().Set("Retry-After", "1")
		http.Error(w, "Too Many Requests", http.StatusTooManyRequests)
	case Overloaded:
		http.Error(w, "Service Unavailable", http.StatusServiceUnavailable)
	case InternalAfter:
		handle(&fakeserver.Unread{}, r)
		w.WriteHeader(http.StatusInternalServerError)
	case SystemAfter, ServiceAfter:
		handle(&fakeserver.Unread{}, r)
		s.refused(faultCodes[kind]).write(w)
	case NoCode:
		reply{"traceId": s.trace()}.write(w)
	default:
		s.spoilShared(w, r, rule, handle)
	}
}

// spoilShared serves the faults every fake platform has.
func (s *Server) spoilShared(w http.ResponseWriter, r *http.Request, rule fakeserver.Rule, handle http.HandlerFunc) {
	fakeserver.Spoil(w, r, rule, fakeserver.Answers{
		Throttle: func(w http.ResponseWriter, _ *http.Request) { s.refused(errThrottled).write(w) },
		TokenExpired: func(w http.ResponseWriter, _ *http.Request) {
			s.RevokeToken()
			s.refused(errToken).write(w)
		},
	}, handle)
}

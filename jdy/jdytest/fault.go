package jdytest

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/duijie-go/duijie/internal/fakeserver"
)

// FaultKind says what goes wrong with a call. "After" means the platform did
// the work and only the answer is lost.
type FaultKind string

// Faults of the transport and of any platform.
const (
	Throttle         = FaultKind(fakeserver.Throttle)         // HTTP 429 with errcode 429, no effect
	TokenExpired     = FaultKind(fakeserver.TokenExpired)     // errcode 1000202001, no effect; the token of the call is gone for good
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
	SecretRotated       FaultKind = "secret rotated"        // the account set's appSecret changes, then the call is served
	GatewayTimeout      FaultKind = "gateway timeout"       // HTTP 504 with HTML, no effect
	GatewayTimeoutAfter FaultKind = "gateway timeout after" // HTTP 504 with HTML after the effect
	Timeout5004After    FaultKind = "5004 after"            // HTTP 519 with errcode 5004 after the effect
	Overload            FaultKind = "overload"              // HTTP 519 with errcode 5007, no effect
	BreakerOpen         FaultKind = "breaker open"          // HTTP 519 with errcode 5006, no effect
	Internal5000        FaultKind = "5000"                  // HTTP 519 with errcode 5000, no effect
	ServiceError        FaultKind = "service error"         // HTTP 200 with errcode 1000002001, no effect
	Unauthorized        FaultKind = "unauthorized"          // HTTP 401 with errcode 401, no effect; the token of the call is gone for good
	NoRoute             FaultKind = "no route"              // HTTP 404 with the text "No Route", no effect
	ClockSkew           FaultKind = "clock skew"            // HTTP 519 with errcode 4006, no effect
	RowsMove            FaultKind = "rows move"             // before a list is answered the first row it would have moves to its end: this page and later ones begin one row further
)

const commitLate FaultKind = "commit late"

// FaultKinds lists every FaultKind, for tests that try them all.
func FaultKinds() []FaultKind {
	var kinds []FaultKind
	for _, k := range fakeserver.Kinds() {
		kinds = append(kinds, FaultKind(k))
	}
	return append(kinds, SecretRotated, GatewayTimeout, GatewayTimeoutAfter, Timeout5004After, Overload, BreakerOpen,
		Internal5000, ServiceError, Unauthorized, NoRoute, ClockSkew, RowsMove)
}

// Fault injects Kind into calls of one operation.
type Fault struct {
	Op    string        // verb and path, "POST scm/sal_order", "GET kingdee_auth_token", "POST push_app_authorize"; "" = any
	Call  int           // 1 = the first matching call from now on; 0 means 1
	Times int           // how many calls in a row; 0 means 1; negative means for ever
	Kind  FaultKind     // what goes wrong
	Delay time.Duration // for Slow and DripAfter, real time
}

// Call is one call the server received.
type Call struct {
	Op    string     // verb and path after /jdy/v2/
	At    time.Time  // when it arrived, by the server's clock
	Query url.Values // decoded query
	Body  string     // as received
	Fault FaultKind  // the fault injected into it, "" for none
}

// Inject adds a fault. Faults are tried in the order they were added; the first
// that fires decides.
func (s *Server) Inject(f Fault) {
	op := f.Op
	if op != "" {
		op = opKey(op)
	}
	s.faults.Add(fakeserver.Rule{Op: op, Call: f.Call, Times: f.Times, Kind: fakeserver.Kind(f.Kind), Delay: f.Delay})
}

// CommitLate loses the answer of one call of op (call 1 = the next) by cutting
// the connection, while the records it created become visible only d later (real
// time). Until then lists, details and Records do not show them; a number the call
// used up is taken at once, though, as inside an open transaction. Changes of
// records that were there before show at once.
func (s *Server) CommitLate(op string, call int, d time.Duration) {
	s.Inject(Fault{Op: op, Call: call, Kind: commitLate, Delay: d})
}

// lateKey carries the delay of CommitLate to the call's handler, moveKey that
// rows are to move.
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

// Count tells how many calls of op arrived; op "" counts all.
func (s *Server) Count(op string) int {
	if op == "" {
		return s.faults.Count("")
	}
	return s.faults.Count(opKey(op))
}

// refusals are the kinds answered by a refusal without effect.
var refusals = map[FaultKind]*Error{
	Overload:     gateway(5007, "Service overload", "服务过载"),
	BreakerOpen:  gateway(5006, "Circuit breaker is open", "服务熔断"),
	Internal5000: gateway(5000, "Internal failure", "内部错误"),
	ServiceError: {Code: codeService, Description: "服务异常"},
	Unauthorized: {Status: http.StatusUnauthorized, Code: 401, Description: "Unauthorized"},
	ClockSkew:    gateway(4006, "Unauthorized, errDescEn: X-Api-TimeStamp is invalid", "认证失败, errDescCn: X-Api-TimeStamp过期"),
}

// spoil logs the call and serves it, or lets the fault that fires spoil it.
func (s *Server) spoil(w http.ResponseWriter, r *http.Request, op *operation, body string, handle http.HandlerFunc) {
	rule, _ := s.faults.Next(op.key())
	kind := FaultKind(rule.Kind)
	s.mu.Lock()
	s.log = append(s.log, Call{Op: op.key(), At: s.clock(), Query: r.URL.Query(), Body: body, Fault: kind})
	s.mu.Unlock()
	if e, ok := refusals[kind]; ok {
		if kind == Unauthorized {
			s.dropToken(r)
		}
		e.reply().write(w)
		return
	}
	switch kind {
	case "":
		handle(w, r)
	case SecretRotated:
		s.bookOfCall(r).RotateSecret()
		handle(w, r)
	case RowsMove:
		handle(w, r.WithContext(context.WithValue(r.Context(), moveKey{}, true)))
	case NoRoute:
		http.Error(w, "No Route", http.StatusNotFound)
	case commitLate:
		handle(&fakeserver.Unread{}, r.WithContext(context.WithValue(r.Context(), lateKey{}, max(rule.Delay, 1))))
		panic(http.ErrAbortHandler)
	case GatewayTimeout:
		gatewayTimeout(w)
	case GatewayTimeoutAfter:
		handle(&fakeserver.Unread{}, r)
		gatewayTimeout(w)
	case Timeout5004After:
		handle(&fakeserver.Unread{}, r)
		gateway(5004, "API timeout", "请求超时").reply().write(w)
	default:
		s.spoilShared(w, r, rule, handle)
	}
}

// spoilShared serves the faults every fake platform has.
func (s *Server) spoilShared(w http.ResponseWriter, r *http.Request, rule fakeserver.Rule, handle http.HandlerFunc) {
	own := fakeserver.Answers{
		Throttle: func(w http.ResponseWriter, _ *http.Request) { errThrottled.reply().write(w) },
		TokenExpired: func(w http.ResponseWriter, r *http.Request) {
			s.dropToken(r)
			s.expired().reply().write(w)
		},
	}
	fakeserver.Spoil(w, r, rule, own, handle)
}

// dropToken ends the token of a call.
func (s *Server) dropToken(r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.tokens[r.Header.Get("app-token")]; t != nil {
		t.expired = true
	}
}

// bookOfCall is the account set a call is about, the first when it does not say.
func (s *Server) bookOfCall(r *http.Request) *Book {
	if b := s.bookByAppKey(r.URL.Query().Get("app_key")); b != nil {
		return b
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.tokens[r.Header.Get("app-token")]; t != nil {
		return t.book
	}
	return s.Book
}

func gatewayTimeout(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(http.StatusGatewayTimeout)
	_, _ = w.Write([]byte("<html><head><title>504 Gateway Time-out</title></head><body><center><h1>504 Gateway Time-out</h1></center></body></html>"))
}

package okkitest

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
	Throttle         = FaultKind(fakeserver.Throttle)         // HTTP 429 without Retry-After, no effect
	TokenExpired     = FaultKind(fakeserver.TokenExpired)     // HTTP 401, no effect; the token of the call is gone for good
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
	TooManyRequests FaultKind = "429"            // HTTP 429 with Retry-After: 1, no effect; nobody saw the platform do it
	Overloaded      FaultKind = "503"            // HTTP 503, no effect
	InternalError   FaultKind = "500"            // HTTP 500 with an empty body, no effect
	InternalAfter   FaultKind = "500 after"      // HTTP 500 with an empty body after the effect
	BusinessError   FaultKind = "business error" // HTTP 200 with a code nobody knows, no effect
	Code500         FaultKind = "code 500"       // HTTP 200 with envelope code 500, no effect
	NoScope         FaultKind = "no scope"       // the text of a missing scope, no effect
	Envelope401     FaultKind = "envelope 401"   // HTTP 200 with envelope code 401, no effect; the token of the call is gone for good
	RowsMove        FaultKind = "rows move"      // before a list is answered its first row moves to its end: pages from this one begin one row further
)

const commitLate FaultKind = "commit late"

// FaultKinds lists every FaultKind, for tests that try them all.
func FaultKinds() []FaultKind {
	var kinds []FaultKind
	for _, k := range fakeserver.Kinds() {
		kinds = append(kinds, FaultKind(k))
	}
	return append(kinds, TooManyRequests, Overloaded, InternalError, InternalAfter, BusinessError, Code500, NoScope, Envelope401, RowsMove)
}

// Fault injects Kind into calls of one operation.
type Fault struct {
	Op    string        // verb and path after /v1/: "GET product/list", "POST oauth2/access_token"; "" = any
	Call  int           // 1 = the first matching call from now on; 0 means 1
	Times int           // how many calls in a row; 0 means 1; negative means for ever
	Kind  FaultKind     // what goes wrong
	Delay time.Duration // for Slow and DripAfter, real time
}

// Call is one call the server received.
type Call struct {
	Op    string     // verb and path after /v1/
	At    time.Time  // when it arrived, by the server's clock
	Query url.Values // decoded query
	Auth  string     // the Authorization header as received
	Body  string     // as received
	Fault FaultKind  // the fault injected into it, "" for none
}

// Inject adds a fault. Faults are tried in the order they were added; the first that
// fires decides.
func (s *Server) Inject(f Fault) {
	s.faults.Add(fakeserver.Rule{Op: f.Op, Call: f.Call, Times: f.Times, Kind: fakeserver.Kind(f.Kind), Delay: f.Delay})
}

// CommitLate cuts the connection of one push (call 1 = the next of op) while what it
// created becomes visible to lists and infos only d later, real time. Changes of
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

// spoil logs the call and serves it, or lets the fault that fires spoil it.
func (s *Server) spoil(w http.ResponseWriter, r *http.Request, op, body string, handle http.HandlerFunc) {
	rule, _ := s.faults.Next(op)
	kind := FaultKind(rule.Kind)
	s.mu.Lock()
	s.log = append(s.log, Call{
		Op: op, At: s.clock(), Query: r.URL.Query(), Auth: r.Header.Get("Authorization"), Body: body, Fault: kind,
	})
	s.mu.Unlock()
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
	case InternalError:
		w.WriteHeader(http.StatusInternalServerError)
	case InternalAfter:
		handle(&fakeserver.Unread{}, r)
		w.WriteHeader(http.StatusInternalServerError)
	case BusinessError:
		s.refused(refuse(1000077, "系统异常")).write(w)
	case Code500:
		s.refused(refuse(500, "父级节点不存在")).write(w)
	case NoScope:
		s.refused(refuse(403, "no permission product scopes")).write(w)
	case Envelope401:
		s.dropToken(r)
		s.refused(refuse(401, "Unauthorized")).write(w)
	default:
		s.spoilShared(w, r, rule, handle)
	}
}

// spoilShared serves the faults every fake platform has.
func (s *Server) spoilShared(w http.ResponseWriter, r *http.Request, rule fakeserver.Rule, handle http.HandlerFunc) {
	fakeserver.Spoil(w, r, rule, fakeserver.Answers{
		Throttle: func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "Too Many Requests", http.StatusTooManyRequests)
		},
		TokenExpired: func(w http.ResponseWriter, r *http.Request) {
			s.dropToken(r)
			denied().write(w)
		},
	}, handle)
}

package banniutest

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
	Throttle         = FaultKind(fakeserver.Throttle)         // code [Codes.Throttled], no effect
	TokenExpired     = FaultKind(fakeserver.TokenExpired)     // code [Codes.Token], no effect; the next call is served again
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
	TooManyRequests  FaultKind = "429"            // HTTP 429 with Retry-After: 1, no effect
	Overloaded       FaultKind = "503"            // HTTP 503, no effect
	InternalError    FaultKind = "500"            // HTTP 500 with an empty body, no effect
	InternalAfter    FaultKind = "500 after"      // HTTP 500 with an empty body after the effect
	BusinessError    FaultKind = "business error" // a code nobody knows, no effect
	NoMap            FaultKind = "no map"         // HTTP 200, response without code and map, no effect
	SignatureRefused FaultKind = "signature"      // code [Codes.Signature], no effect
	RowsMove         FaultKind = "rows move"      // the first row of the list moves to its end before the list is answered
)

const commitLate FaultKind = "commit late"

// FaultKinds lists every FaultKind, for tests that try them all.
func FaultKinds() []FaultKind {
	var kinds []FaultKind
	for _, k := range fakeserver.Kinds() {
		kinds = append(kinds, FaultKind(k))
	}
	return append(kinds, TooManyRequests, Overloaded, InternalError, InternalAfter, BusinessError, NoMap, SignatureRefused, RowsMove)
}

// Fault injects Kind into calls of one method.
type Fault struct {
	Method string        // "task.list"; "" = any
	Call   int           // 1 = the first matching call from now on; 0 means 1
	Times  int           // how many calls in a row; 0 means 1; negative means for ever
	Kind   FaultKind     // what goes wrong
	Delay  time.Duration // for Slow and DripAfter, real time
}

// Call is one call the server received.
type Call struct {
	Method string     // of the platform, such as "task.list"
	At     time.Time  // when it arrived, by the server's clock
	Query  url.Values // decoded query, credentials and sign included
	Body   string     // as received
	Fault  FaultKind  // the fault injected into it, "" for none
}

// Inject adds a fault. Faults are tried in the order they were added; the first that
// fires decides.
func (s *Server) Inject(f Fault) {
	s.faults.Add(fakeserver.Rule{Op: f.Method, Call: f.Call, Times: f.Times, Kind: fakeserver.Kind(f.Kind), Delay: f.Delay})
}

// CommitLate cuts the connection of one task.create (call 1 = the next) while the task
// becomes visible only d later, real time.
func (s *Server) CommitLate(call int, d time.Duration) {
	s.Inject(Fault{Method: "task.create", Call: call, Kind: commitLate, Delay: d})
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

// Count tells how many calls of a method arrived; "" counts all.
func (s *Server) Count(method string) int { return s.faults.Count(method) }

// spoil logs the call and serves it, or lets the fault that fires spoil it.
func (s *Server) spoil(w http.ResponseWriter, r *http.Request, method, body string, handle http.HandlerFunc) {
	rule, _ := s.faults.Next(method)
	kind := FaultKind(rule.Kind)
	s.mu.Lock()
	s.log = append(s.log, Call{Method: method, At: s.clock(), Query: r.URL.Query(), Body: body, Fault: kind})
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
		s.refused(refuse(7777, "系统内部错误")).write(w)
	case NoMap:
		reply{body: map[string]any{"response": map[string]any{"isSuccess": nil}}}.write(w)
	case SignatureRefused:
		s.refused(refuse(s.codes.Signature, "签名错误")).write(w)
	default:
		s.spoilShared(w, r, rule, handle)
	}
}

// spoilShared serves the faults every fake platform has.
func (s *Server) spoilShared(w http.ResponseWriter, r *http.Request, rule fakeserver.Rule, handle http.HandlerFunc) {
	fakeserver.Spoil(w, r, rule, fakeserver.Answers{
		Throttle: func(w http.ResponseWriter, _ *http.Request) { s.refused(s.tooFast()).write(w) },
		TokenExpired: func(w http.ResponseWriter, _ *http.Request) {
			s.refused(refuse(s.codes.Token, "access_token已过期")).write(w)
		},
	}, handle)
}

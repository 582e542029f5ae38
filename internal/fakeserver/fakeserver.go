// Package fakeserver is the machinery the fake platforms share: fault rules
// matched by operation and call number, the ways an HTTP answer can go wrong,
// and a log of the calls received. It knows no platform and imports the
// standard library only, because the fakes run inside users' tests.
package fakeserver

import (
	"bytes"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Kind says what goes wrong with one call.
type Kind string

// Kinds every fake can inject. "After" means the platform did the work and only
// the answer is lost: the caller can not know whether its write took effect.
const (
	Throttle         Kind = "throttle"          // the platform's own throttle answer, no effect
	TokenExpired     Kind = "token expired"     // the platform's own answer to a lost session or token, no effect
	Unavailable      Kind = "unavailable"       // HTTP 502 before the effect
	UnavailableAfter Kind = "unavailable after" // HTTP 502 after the effect
	Cut              Kind = "cut"               // connection closed before the effect
	CutAfter         Kind = "cut after"         // connection closed after the effect
	Slow             Kind = "slow"              // effect, then the right answer after the rule's delay
	StallAfter       Kind = "stall after"       // effect, then no answer until the caller gives up
	TruncateAfter    Kind = "truncate after"    // effect, then half of the answer
	GarbageAfter     Kind = "garbage after"     // effect, then bytes that are not the platform's format, HTTP 200
	HTML             Kind = "html"              // an HTML page with HTTP 200, no effect
	HugeAfter        Kind = "huge after"        // effect, then 10 GB of body
	DripAfter        Kind = "drip after"        // effect, then a body that never ends, a few bytes at a time
	RedirectAway     Kind = "redirect away"     // HTTP 307 to another host, no effect
)

// Kinds lists every Kind above, for tests that try them all.
func Kinds() []Kind {
	return []Kind{
		Throttle, TokenExpired, Unavailable, UnavailableAfter, Cut, CutAfter, Slow, StallAfter,
		TruncateAfter, GarbageAfter, HTML, HugeAfter, DripAfter, RedirectAway,
	}
}

// Rule injects Kind into calls of one operation.
type Rule struct {
	Op    string        // operation name as the fake counts it; "" matches every operation
	Call  int           // 1 = the first matching call after the rule was added; 0 = from the first on
	Times int           // how many calls in a row; 0 means 1; negative means for ever
	Kind  Kind          // what goes wrong
	Delay time.Duration // for Slow and DripAfter
}

// Call is one request the fake received.
type Call struct {
	Op    string    // operation name
	At    time.Time // when it arrived
	Fault Kind      // the fault injected into it, "" for none
}

type activeRule struct {
	Rule
	seen int
	left int
}

// Faults holds the rules and the call log of one fake. The zero value is ready
// to use and safe for concurrent use.
type Faults struct {
	mu    sync.Mutex
	rules []*activeRule
	calls []Call
}

// Add adds a rule. Rules are tried in the order they were added; the first that
// fires decides.
func (f *Faults) Add(r Rule) {
	left := r.Times
	if left == 0 {
		left = 1
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rules = append(f.rules, &activeRule{Rule: r, left: left})
}

// Clear removes every rule; the call log stays.
func (f *Faults) Clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rules = nil
}

// Next logs one call of op and returns the rule that fires for it, if any.
func (f *Faults) Next(op string) (Rule, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var hit *activeRule
	for _, r := range f.rules {
		if r.Op != "" && r.Op != op {
			continue
		}
		r.seen++
		if hit == nil && r.left != 0 && r.seen >= r.Call {
			hit = r
			r.left--
		}
	}
	call := Call{Op: op, At: time.Now()}
	if hit == nil {
		f.calls = append(f.calls, call)
		return Rule{}, false
	}
	call.Fault = hit.Kind
	f.calls = append(f.calls, call)
	return hit.Rule, true
}

// Calls returns the log so far.
func (f *Faults) Calls() []Call {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]Call(nil), f.calls...)
}

// Count tells how many calls of op arrived; op "" counts all.
func (f *Faults) Count(op string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	if op == "" {
		return len(f.calls)
	}
	n := 0
	for _, c := range f.calls {
		if c.Op == op {
			n++
		}
	}
	return n
}

// Answers writes the two answers only the platform itself knows the shape of.
type Answers struct {
	Throttle     http.HandlerFunc
	TokenExpired http.HandlerFunc // nil: the platform has no such answer, the call is served normally
}

// Serve logs the call and answers it through handle, or lets the rule that
// fires spoil it.
func (f *Faults) Serve(w http.ResponseWriter, r *http.Request, op string, own Answers, handle http.HandlerFunc) {
	rule, ok := f.Next(op)
	if !ok {
		handle(w, r)
		return
	}
	Spoil(w, r, rule, own, handle)
}

// Spoil answers a call as a rule that fired says, for fakes that log calls and know
// further kinds themselves.
func Spoil(w http.ResponseWriter, r *http.Request, rule Rule, own Answers, handle http.HandlerFunc) {
	switch rule.Kind {
	case Throttle:
		own.Throttle(w, r)
	case TokenExpired:
		if own.TokenExpired == nil {
			handle(w, r)
			return
		}
		own.TokenExpired(w, r)
	case Unavailable:
		badGateway(w)
	case Cut:
		panic(http.ErrAbortHandler)
	case HTML:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte("<!DOCTYPE html><html><head><title>Welcome</title></head><body>It works!</body></html>"))
	case RedirectAway:
		w.Header().Set("Location", "http://elsewhere.invalid/login")
		w.WriteHeader(http.StatusTemporaryRedirect)
	default:
		afterEffect(w, r, rule, handle)
	}
}

func afterEffect(w http.ResponseWriter, r *http.Request, rule Rule, handle http.HandlerFunc) {
	answer := &recorder{header: http.Header{}, status: http.StatusOK}
	handle(answer, r)
	switch rule.Kind {
	case UnavailableAfter:
		badGateway(w)
	case CutAfter:
		panic(http.ErrAbortHandler)
	case Slow:
		Wait(r, rule.Delay)
		answer.copyTo(w)
	case StallAfter:
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	case TruncateAfter:
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(answer.body.Len()))
		w.WriteHeader(answer.status)
		_, _ = w.Write(answer.body.Bytes()[:answer.body.Len()/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	case GarbageAfter:
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte("{\"\x00\xff not the format\": ]"))
	case HugeAfter:
		flood(w, r, bytes.Repeat([]byte("[0,"), 1<<14), 0, 10<<30)
	case DripAfter:
		delay := rule.Delay
		if delay == 0 {
			delay = 10 * time.Millisecond
		}
		flood(w, r, []byte(" "), delay, 10<<30)
	default:
		answer.copyTo(w)
	}
}

// flood writes chunk again and again until limit bytes are out or the caller is gone.
func flood(w http.ResponseWriter, r *http.Request, chunk []byte, pause time.Duration, limit int64) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusOK)
	rc := http.NewResponseController(w)
	for sent := int64(0); sent < limit; {
		n, err := w.Write(chunk)
		if err != nil {
			return
		}
		sent += int64(n)
		if pause == 0 {
			continue
		}
		_ = rc.Flush()
		if !Wait(r, pause) {
			return
		}
	}
}

// Wait waits for d of real time; false when the caller is gone.
func Wait(r *http.Request, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

func badGateway(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(http.StatusBadGateway)
	_, _ = w.Write([]byte("<html><body><h1>502 Bad Gateway</h1></body></html>"))
}

// recorder keeps an answer instead of sending it.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(p []byte) (int, error) { return r.body.Write(p) }
func (r *recorder) copyTo(w http.ResponseWriter) {
	for k, v := range r.header {
		w.Header()[k] = v
	}
	w.WriteHeader(r.status)
	_, _ = w.Write(r.body.Bytes())
}

// Unread is the answer nobody gets: the work is done and its answer lost.
type Unread struct{ header http.Header }

// Header is what nobody reads.
func (u *Unread) Header() http.Header {
	if u.header == nil {
		u.header = http.Header{}
	}
	return u.header
}

// WriteHeader does nothing.
func (u *Unread) WriteHeader(int) {}

// Write takes everything.
func (u *Unread) Write(p []byte) (int, error) { return len(p), nil }

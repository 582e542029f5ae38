// Package transport sends the calls of every platform client through one chain:
// limiter, token, signature, time limit, log, HTTP, capped read, verdict. It is
// built on go-retryablehttp, whose defaults are all replaced: what may be
// retried is decided by the effect of the call and the verdict on the answer's
// body, never by the HTTP verb or status alone.
package transport

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/duijie-go/duijie"
)

// Config is what a platform package knows about its platform.
type Config struct {
	Platform string
	Options  duijie.Options
	// Limits of an endpoint group; the group "" must be there and serves every
	// group without an entry.
	Limits map[string]Limit
	// Retry fills the fields the user left zero.
	Retry duijie.RetryPolicy
	// Tokens serves calls that need a token; nil when none do.
	Tokens TokenSource
	// Secrets are blanked out of every text that leaves the package, should a
	// platform or proxy echo them.
	Secrets []duijie.Secret
}

// TokenSource hands out the current token. refused is the generation the
// platform just refused, 0 when none was: a newer one is then obtained first.
type TokenSource interface {
	Token(ctx context.Context, refused int64) (duijie.Token, error)
}

// Call is one operation, ready to be sent as often as needed.
type Call struct {
	Op      string
	Group   string // endpoint group of the limiter
	Effect  duijie.Effect
	NoToken bool // login calls and platforms without tokens
	// Sign builds the request of one attempt: fresh time, fresh signature.
	Sign func(ctx context.Context, a Attempt) (*http.Request, error)
	// Judge reads the answer, whatever its HTTP status.
	Judge   func(*Answer) Verdict
	Options duijie.CallOptions
	// Hide, where it is set, blanks secrets of the call's own (tokens, signatures) out of
	// the platform's words and of errors and logs, beside the client's Secrets.
	Hide func(text string) string
	// Into, where it is set, is what answers are read into: the body is good until
	// the next call that has the same. For series of large answers.
	Into *bytes.Buffer
}

// Attempt is what a signature may depend on.
type Attempt struct {
	N     int       // 1 is the first
	Now   time.Time // corrected for a clock difference the platform told us of
	Token duijie.Token
}

// Answer is an HTTP answer whose body was read within the cap.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Verdict is what a platform's table makes of an answer.
type Verdict struct {
	Class      duijie.Class
	Code       string
	SubCode    string
	Message    string
	Hint       string
	RequestID  string
	RetryAfter time.Duration
	// NoEffect: refused before work began, so even a write may be repeated.
	// Throttled answers always are, unless they are ambiguous.
	NoEffect bool
	// Ambiguous: refused in a way that does not tell whether work had begun, such
	// as a proxy's 503. A write is then not repeated, also when it was throttled.
	Ambiguous bool
	// Renew: the token or session is not accepted; renew it once, repeat once.
	Renew bool
	// Skew: the platform finds our clock wrong; take its Date once, repeat once.
	Skew bool
	// Malformed: the body is not in the platform's format.
	Malformed bool
	// Cause goes into the error as it is, for answers that hold more than one
	// message (the failed rows of a batch). It prints no secret and no body.
	Cause error
}

// Transport is the sending side of one client. Safe for concurrent use.
type Transport struct {
	cfg      Config
	base     http.RoundTripper
	timeout  time.Duration
	maxBody  int64
	retry    duijie.RetryPolicy
	log      *slog.Logger
	now      func() time.Time
	skew     atomic.Int64 // nanoseconds to add to our clock
	redactor redactor

	mu       sync.Mutex
	limiters map[string]*limiter
}

const (
	defaultTimeout = 60 * time.Second
	defaultMaxBody = 64 << 20
)

// New builds a Transport from what the platform and the user set.
func New(cfg Config) *Transport {
	o := cfg.Options
	t := &Transport{
		cfg: cfg, base: baseTransport(o.HTTPClient), timeout: o.AttemptTimeout, maxBody: o.MaxBody,
		retry: mergeRetry(o.Retry, cfg.Retry), log: o.Logger, now: o.Clock,
		redactor: newRedactor(cfg.Secrets), limiters: map[string]*limiter{},
	}
	if t.timeout == 0 && o.HTTPClient != nil {
		t.timeout = o.HTTPClient.Timeout
	}
	if t.timeout == 0 {
		t.timeout = defaultTimeout
	}
	if t.maxBody == 0 {
		t.maxBody = defaultMaxBody
	}
	if t.log == nil {
		t.log = slog.New(slog.DiscardHandler)
	}
	if t.now == nil {
		t.now = time.Now
	}
	return t
}

// Now is the time signatures are made with.
func (t *Transport) Now() time.Time { return t.now().Add(time.Duration(t.skew.Load())) }

// Do sends c until it has a verdict it may not repeat. Any error but an
// argument mistake is a *duijie.APIError.
func (t *Transport) Do(ctx context.Context, c *Call) (*Answer, error) {
	s := &callState{t: t, call: c, started: time.Now(), observe: t.observer(ctx)}
	s.run(ctx)
	return s.finish(ctx)
}

func (t *Transport) observer(ctx context.Context) duijie.CallObserver {
	own, outer := t.cfg.Options.Observer, duijie.CallObserverFrom(ctx)
	switch {
	case own == nil:
		return outer
	case outer == nil:
		return own
	}
	return func(e duijie.CallEvent) { own(e); outer(e) }
}

// limiter returns the limiter of a call's group. Calls that fetch tokens have one
// of their own: those that wait for the token hold places in theirs.
func (t *Transport) limiter(c *Call) *limiter {
	t.mu.Lock()
	defer t.mu.Unlock()
	group := c.Group
	limit, ok := t.cfg.Limits[group]
	if !ok {
		group, limit = "", t.cfg.Limits[""]
	}
	if c.NoToken && t.cfg.Tokens != nil {
		group = "token " + group
	}
	l := t.limiters[group]
	if l == nil {
		l = newLimiter(limit, t.cfg.Options.RateLimiter)
		t.limiters[group] = l
	}
	return l
}

// baseTransport is the caller's transport, or one of our own: HTTP/1.1 (some
// platforms answer 502 to HTTP/2), TLS verified, connections kept per client.
func baseTransport(hc *http.Client) http.RoundTripper {
	if hc != nil && hc.Transport != nil {
		return hc.Transport
	}
	own := http.DefaultTransport.(*http.Transport).Clone()
	own.Protocols = new(http.Protocols)
	own.Protocols.SetHTTP1(true)
	own.ForceAttemptHTTP2 = false
	own.MaxIdleConnsPerHost = 16
	return own
}

// CloseIdleConnections closes the idle connections of the client's own transport.
func (t *Transport) CloseIdleConnections() {
	if c, ok := t.base.(interface{ CloseIdleConnections() }); ok && t.cfg.Options.HTTPClient == nil {
		c.CloseIdleConnections()
	}
}

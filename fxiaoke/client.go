package fxiaoke

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/tokencache"
	"github.com/duijie-go/duijie/internal/transport"
	"github.com/duijie-go/duijie/internal/wire"
)

const platform = "fxiaoke"

// Client calls one enterprise of 纷享销客 as one employee. Make it with [NewClient] and
// share it: it is safe for concurrent use.
type Client struct {
	Services // the typed objects: Accounts, Contacts, SalesOrders and so on

	cfg       Config
	base      string // without / at its end
	http      *transport.Transport
	files     *transport.Transport // for calls that carry files, which take longer
	fileConns *http.Transport      // of files; nil where the user gave one
	tokens    *tokencache.Source
	quota     duijie.QuotaStore
	tokenWait time.Duration
	ownPace   bool // the user's limiter replaces ours
	ownDelay  bool // the user said how long to wait after a throttle
	log       *slog.Logger
	trace     func() string
	ahead     *atomic.Int64 // nanoseconds our clock was before the platform's Date at the last answer
}

// NewClient makes a client. Its error names every setting that is missing or wrong
// and where to find it; it matches [duijie.ErrInvalid]. Nothing is sent yet.
//
// A token store given with duijie.WithTokenStore shares the token, and, where it is a
// duijie.QuotaStore too, counts token calls over all processes. Without one the token is
// the client's own and token calls are counted in this process.
func NewClient(cfg Config, opts ...duijie.Option) (*Client, error) {
	o, err := duijie.NewOptions(opts...)
	if o.BaseURL != "" {
		cfg.BaseURL = o.BaseURL
	}
	if p := cfg.problems(); len(p) > 0 {
		err = errors.Join(err, settingsError("config", p, func(field string) string { return field }))
	}
	if err != nil {
		return nil, err
	}
	c := &Client{
		ahead: new(atomic.Int64),
		cfg:   cfg, base: cfg.base(), quota: processQuota, tokenWait: maxTokenWait, log: o.Logger, trace: newTraceID,
		ownPace: o.RateLimiter != nil, ownDelay: o.Retry.ThrottleDelay != 0,
	}
	if q, ok := o.TokenStore.(duijie.QuotaStore); ok {
		c.quota = q
	}
	if most := o.Retry.MaxRetryAfter; most != 0 {
		c.tokenWait = min(c.tokenWait, max(most, 0))
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	c.tokens = tokencache.New(o.TokenStore, cfg.scope(), c.login, tokencache.FetchTimeout(fetchTimeout))
	if o.AttemptTimeout == 0 && (o.HTTPClient == nil || o.HTTPClient.Timeout == 0) {
		o.AttemptTimeout = attemptTimeout
	}
	c.http = transport.New(transport.Config{
		Platform: platform, Options: o, Limits: limits(), Retry: retryPolicy(), Tokens: c.tokens,
		Secrets: []duijie.Secret{cfg.AppSecret, cfg.PermanentCode},
	})
	c.files, c.fileConns = newFileTransport(cfg, o, c.tokens)
	c.Services = newServices(c)
	return c, nil
}

// As is the same client acting as another employee: an FSUID_ id in body mode, an
// employee's number in header mode. Tokens and limits are shared.
func (c *Client) As(openUserID string) (*Client, error) {
	what := userProblem(c.cfg.mode(), openUserID)
	if openUserID == "" {
		what = "is missing"
	}
	if what != "" {
		return nil, settingsError("As", []problem{{"OpenUserID", what}}, func(field string) string { return field })
	}
	other := *c
	other.cfg.OpenUserID = openUserID
	other.cfg.Mode = c.cfg.mode()
	other.Services = newServices(&other)
	return &other, nil
}

// String names the client without its credentials.
func (c *Client) String() string { return "fxiaoke.Client(" + c.base + ")" }

// CloseIdleConnections closes connections nobody uses. A transport given with
// duijie.WithHTTPClient is left alone.
func (c *Client) CloseIdleConnections() {
	c.http.CloseIdleConnections()
	if c.fileConns != nil {
		c.fileConns.CloseIdleConnections()
	}
}

// Now is the time as the client knows it.
func (c *Client) Now() time.Time { return c.http.Now() }

// Call calls any operation by its path, "/cgi/crm/v2/data/query"; "POST " before it is
// allowed, since every operation is a POST.
//
// body is the JSON object of the parameters without credentials: a struct, a map or a
// [json.RawMessage]; nil is {}. corpAccessToken and corpId in it are left out, because the client
// sets them; a currentOpenUserId in it acts as that employee for this call. out receives the
// whole answer, whose payload is data for most CRM operations and stands at the top level for users,
// departments and creates; *[Answer] gives its parts, nil drops it.
//
// Effect: what [LookupOperation] tells, else write; an update that starts no workflow
// and no approval is idempotent. duijie.WithEffect overrides it.
func (c *Client) Call(ctx context.Context, path string, body, out any, opts ...duijie.CallOption) error {
	r, err := newRequest(path, body)
	if err != nil {
		return err
	}
	e, err := c.send(ctx, r, duijie.NewCallOptions(opts...))
	if err != nil {
		return err
	}
	return e.into(r.op.Path, out)
}

// Answer is the whole answer of a call. Give a *Answer as out of [Client.Call].
type Answer struct {
	Body    []byte // the JSON object as it came
	Data    []byte // JSON of its data member, nil when there is none
	TraceID string // the platform's id of the call
}

var errUnfit = errors.New("the call succeeded, but its answer does not fit")

// into decodes the answer.
func (e envelope) into(path string, out any) error {
	switch out := out.(type) {
	case nil:
		return nil
	case *Answer:
		*out = Answer{Body: e.body, Data: e.data, TraceID: e.traceID}
		return nil
	}
	if err := decode(e.body, out); err != nil {
		return fmt.Errorf("fxiaoke: %s: %w %T: %w", path, errUnfit, out, err)
	}
	return nil
}

// send is the one way out.
func (c *Client) send(ctx context.Context, r *request, o duijie.CallOptions) (envelope, error) {
	effect := r.effect()
	if o.Effect != duijie.EffectDefault {
		effect = o.Effect
	}
	if err := r.check(c); err != nil {
		return envelope{}, err
	}
	var last envelope
	var token duijie.Token
	var trace string
	throttles, systemErrors := 0, 0
	call := &transport.Call{
		Op: r.op.Path, Group: r.op.group(), Effect: effect, NoToken: r.op.noToken, Options: o,
		Sign: func(ctx context.Context, a transport.Attempt) (*http.Request, error) {
			token, trace = a.Token, c.trace()
			if r.build != nil {
				return r.build(ctx, trace, a)
			}
			return c.request(ctx, r, trace, a)
		},
		Judge: func(a *transport.Answer) transport.Verdict {
			var v verdict
			last, v = judge(r.op.place(), trace, a)
			switch v.Code {
			case "14001":
				throttles++
				v.RetryAfter = c.windowPause(throttles)
				if r.op.place() == onToken && v.RetryAfter == 0 {
					v.RetryAfter = tokenQuota.Per // somebody else called too
				}
			case "30002":
				now := c.http.Now()
				v.RetryAfter = midnight(now).Sub(now)
				v.Class = duijie.ClassRefused // finish says throttled; here it would hold other calls back for minutes
			case "-2":
				// At most one repeat: the second one is not passing by.
				if systemErrors++; systemErrors > 1 {
					v.Class, v.Ambiguous = duijie.ClassRefused, true
				}
			}
			if v.Class == duijie.ClassOK {
				c.noteClock(a.Header)
			}
			c.hide(&v, token)
			return v
		},
	}
	via := c.http
	if r.via != nil {
		via = r.via
	}
	_, err := via.Do(ctx, call)
	return last, finish(err, trace)
}

// noteClock takes from the Date of an answer by how much our clock is ahead of the platform's.
func (c *Client) noteClock(h http.Header) {
	const fine = 2 * time.Second // Date has whole seconds, and the answer was on its way
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return
	}
	ahead := c.http.Now().Sub(date)
	if ahead < fine {
		ahead = 0
	}
	if before := c.ahead.Swap(int64(ahead)); ahead > time.Minute && time.Duration(before) < ahead/2 {
		c.log.Warn("our clock is ahead of the platform's", "platform", platform, "difference", ahead)
	}
}

// platformNow is the earlier of our time and the platform's: no row will be modified before it
// any more. It asks for one row of the object, as only an answer of now tells the platform's time.
func (c *Client) platformNow(ctx context.Context, object string) (time.Time, error) {
	if _, err := c.fetch(ctx, Query{Object: object, Fields: []string{"_id"}, PageSize: 1}, nil); err != nil {
		return time.Time{}, err
	}
	return c.Now().Add(-time.Duration(c.ahead.Load())), nil
}

// windowPause is how long to wait after the n-th 14001: a whole window, then two. The
// user's own delay goes before it.
func (c *Client) windowPause(n int) time.Duration {
	if c.ownDelay {
		return 0
	}
	return windowPause << min(n-1, 3)
}

// finish completes an error with what the transport does not know.
func finish(err error, trace string) error {
	e, ok := err.(*duijie.APIError) //nolint:errorlint // the transport's own, never one inside another
	if !ok {
		return err
	}
	if e.RequestID == "" && e.Attempts > 0 {
		e.RequestID = trace
	}
	switch e.Code {
	case "-2":
		e.Class = duijie.ClassUnavailable
	case "30002":
		e.Class = duijie.ClassThrottled
	}
	return e
}

// hide blanks the token out of the platform's words, should they repeat it, and the
// client's secrets out of the cause.
func (c *Client) hide(v *verdict, t duijie.Token) {
	clean := c.http.Clean
	if s, err := readSession(t); err == nil && len(s.Token) >= 8 {
		clean = func(text string) string { return strings.ReplaceAll(c.http.Clean(text), s.Token, "[redacted]") }
	}
	v.Message, v.RequestID, v.Code = clean(v.Message), clean(v.RequestID), clean(v.Code)
	if f, ok := errors.AsType[*Failure](v.Cause); ok {
		f.Message, f.Description, f.TraceID = clean(f.Message), clean(f.Description), clean(f.TraceID)
	}
}

// request builds one attempt.
func (c *Client) request(ctx context.Context, r *request, trace string, a transport.Attempt) (*http.Request, error) {
	if r.before != nil {
		if err := r.before(ctx); err != nil {
			return nil, err
		}
	} else if err := c.bookCall(ctx, r.op.Path); err != nil {
		return nil, err
	}
	body, header := r.body, http.Header{}
	var err error
	if !r.op.noToken {
		if body, err = c.credentials(r, a.Token, header); err != nil {
			return nil, err
		}
	} else if r.op.appOnly {
		if body, err = withMembers(r.body, "appId", c.cfg.AppID, "appSecret", c.cfg.AppSecret.Reveal()); err != nil {
			return nil, err
		}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+r.op.Path+"?thirdTraceId="+trace, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("fxiaoke: %w", err)
	}
	req.Header = header
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	return req, nil
}

// credentials puts the token into the body or the headers, never both.
func (c *Client) credentials(r *request, t duijie.Token, header http.Header) ([]byte, error) {
	s, err := readSession(t)
	if err != nil {
		return nil, err
	}
	user := c.cfg.OpenUserID
	if r.user != "" {
		user = r.user
	}
	if c.cfg.mode() == ModeHeader {
		c.setHeaders(header, s, user)
		return r.body, nil
	}
	return withMembers(r.body, "corpAccessToken", s.Token, "corpId", s.CorpID, "currentOpenUserId", user)
}

// setHeaders are the credentials of header mode.
func (c *Client) setHeaders(header http.Header, s session, user string) {
	header.Set("Authorization", "Bearer "+s.Token)
	header.Set("X-Fs-Ea", s.EA)
	header.Set("X-Fs-Userid", user)
}

// withMembers puts members, name and text in turn, before those of a JSON object that has none
// of them.
func withMembers(object []byte, pairs ...string) ([]byte, error) {
	b := make([]byte, 0, len(object)+256)
	b = append(b, '{')
	var err error
	for i, text := range pairs {
		switch {
		case i%2 == 1:
			b = append(b, ':')
		case i > 0:
			b = append(b, ',')
		}
		if b, err = wire.AppendText(b, text); err != nil {
			return nil, fmt.Errorf("fxiaoke: %w", err)
		}
	}
	rest := bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimSpace(object), []byte("{")))
	if len(rest) > 1 {
		b = append(b, ',')
	}
	return append(b, rest...), nil
}

func invalid(op, what string) error {
	return fmt.Errorf("fxiaoke: %s: %s: %w", op, what, duijie.ErrInvalid)
}

package jdy

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/tokencache"
	"github.com/duijie-go/duijie/internal/transport"
	"github.com/duijie-go/duijie/internal/wire"
)

const platform = "jdy"

// Client calls one account set (账套) of 金蝶云星辰. Make it with [NewClient] and
// share it: it is safe for concurrent use.
type Client struct {
	Services // the typed areas: Materials, Customers, SalesOrders and so on

	cfg       Config
	base      string // without / at its end
	http      *transport.Transport
	sessions  *sessions
	blanks    *blanks
	store     duijie.TokenStore
	quota     duijie.QuotaStore
	tokenWait time.Duration
	log       *slog.Logger
	nonce     func() string
}

// NewClient makes a client. Its error names every setting that is missing or
// wrong and where to find it; it matches [duijie.ErrInvalid]. Nothing is sent yet.
//
// A token store given with duijie.WithTokenStore shares the token, and, where it
// is a duijie.QuotaStore too, counts token calls over all processes. Without one
// the token is the client's own and token calls are counted in this process.
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
	c := &Client{cfg: cfg, base: cfg.base(), quota: processQuota, tokenWait: maxTokenWait, log: o.Logger, nonce: newNonce, blanks: newBlanks(cfg)}
	if q, ok := o.TokenStore.(duijie.QuotaStore); ok {
		c.quota = q
	}
	if most := o.Retry.MaxRetryAfter; most != 0 {
		c.tokenWait = min(c.tokenWait, max(most, 0))
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if c.store = o.TokenStore; c.store == nil {
		c.store = duijie.NewMemoryTokenStore()
	}
	c.sessions = &sessions{source: tokencache.New(c.store, cfg.scope(), c.login, tokencache.FetchTimeout(fetchTimeout))}
	if o.AttemptTimeout == 0 && (o.HTTPClient == nil || o.HTTPClient.Timeout == 0) {
		o.AttemptTimeout = attemptTimeout
	}
	c.http = transport.New(transport.Config{
		Platform: platform, Options: o, Limits: limits(), Retry: retryPolicy(), Tokens: c.sessions,
		Secrets: []duijie.Secret{cfg.ClientSecret, cfg.AppSecret},
	})
	c.Services = newServices(c)
	return c, nil
}

// fetchTimeout leaves room for two token calls that wait for their turn.
const fetchTimeout = 3 * time.Minute

// newNonce is ten random digits.
func newNonce() string {
	n, err := rand.Int(rand.Reader, big.NewInt(9_000_000_000))
	if err != nil {
		n = big.NewInt(time.Now().UnixNano() % 9_000_000_000)
	}
	return strconv.FormatInt(n.Int64()+1_000_000_000, 10)
}

// String names the client without its credentials.
func (c *Client) String() string { return "jdy.Client(" + c.base + ")" }

// CloseIdleConnections closes connections nobody uses. A transport given with
// duijie.WithHTTPClient is left alone.
func (c *Client) CloseIdleConnections() { c.http.CloseIdleConnections() }

// Now is the platform's time as far as the client knows it: this machine's
// clock, corrected where the platform found it wrong.
func (c *Client) Now() time.Time { return c.http.Now() }

// Call calls any operation: its method and path, "POST /jdy/v2/scm/sal_order"; a
// path alone is a GET when there is no body, else a POST.
//
// query is a [Filter], a *[Query] or nil; body is encoded as JSON as it is and
// must spell text fields as texts, or a [json.RawMessage], or a *[File] for an
// upload; nil sends none. out receives the data member of the answer, or the
// whole body when it is a *[Answer]; nil drops it.
//
// Effect: what [LookupOperation] tells, read for any GET, else write; an update
// that sets absolute values alone is idempotent. duijie.WithEffect overrides it.
// Rows a write reports as failed under errcode 0 are errors too: see [PartialError].
func (c *Client) Call(ctx context.Context, operation string, query, body, out any, opts ...duijie.CallOption) error {
	r, err := newRequest(operation, query, body)
	if err != nil {
		return err
	}
	if r.op.Path == tokenPath || r.op.Path == authorizePath {
		return invalid(r.op.Path, "use Client.Token and Client.Accounts, which keep the secrets and the limit of token calls")
	}
	e, err := c.send(ctx, r, duijie.NewCallOptions(opts...))
	if err != nil {
		return err
	}
	return e.into(c, r.op, out)
}

// Answer is the whole answer of a call. Give a *Answer as out of [Client.Call] to
// get more than its data.
type Answer struct {
	Data    []byte // JSON of the data member, nil when there is none
	Message string // the platform's words, usually "success"
}

// into decodes the data into out.
func (e envelope) into(c *Client, o *Operation, out any) error {
	switch out := out.(type) {
	case nil:
		return nil
	case *Answer:
		*out = Answer{Data: e.data, Message: e.message}
		return nil
	}
	if e.data == nil {
		return nil
	}
	if err := c.decode(e.data, out); err != nil {
		return fmt.Errorf("jdy: %s: the call succeeded, but its data does not fit %T: %w", o.Path, out, err)
	}
	return nil
}

// send is the one way out.
func (c *Client) send(ctx context.Context, r *request, o duijie.CallOptions) (envelope, error) {
	effect := r.effect()
	if o.Effect != duijie.EffectDefault {
		effect = o.Effect
	}
	wireText := wireQuery(r.query)
	if n := len(c.base) + len(r.op.Path) + 1 + len(wireText); n > MaxURL {
		return envelope{}, invalid(r.op.Path, fmt.Sprintf("the URL has %d characters, the platform takes %d: ask for less at once", n, MaxURL))
	}
	var last envelope
	var token duijie.Token
	call := &transport.Call{
		Op: r.op.Path, Group: r.op.group, Effect: effect, NoToken: r.op.noToken, Options: o,
		Sign: func(ctx context.Context, a transport.Attempt) (*http.Request, error) {
			token = a.Token
			return c.request(ctx, r, wireText, a)
		},
		Judge: func(a *transport.Answer) transport.Verdict {
			var v verdict
			last, v = judge(r.op, effect, a)
			if v.Renew && !r.op.noToken {
				c.sessions.lost(token.Gen)
			}
			if r.op.noToken {
				v.Renew = false
			}
			if r.op == tokenCall && v.Class == duijie.ClassThrottled && transport.RetryAfter(a.Header, c.http.Now()) == 0 {
				v.RetryAfter = tokenQuota.Per // somebody else called too
			}
			if r.op.noToken {
				c.blanks.note(secretsIn(last.valid)...)
			}
			last.message = c.blanks.hide(last.message)
			v.Cause = c.blanks.cause(v.Cause)
			return v
		},
		Hide: c.blanks.hide,
	}
	_, err := c.http.Do(ctx, call)
	return last, err
}

// request builds one attempt.
func (c *Client) request(ctx context.Context, r *request, wireText string, a transport.Attempt) (*http.Request, error) {
	if r.before != nil {
		if err := r.before(ctx); err != nil {
			return nil, err
		}
		a.Now = c.http.Now()
	}
	target := c.base + r.op.Path
	if wireText != "" {
		target += "?" + wireText
	}
	var body io.Reader
	if r.body != nil {
		body = bytes.NewReader(r.body)
	}
	req, err := http.NewRequestWithContext(ctx, r.op.Method, target, body)
	if err != nil {
		return nil, fmt.Errorf("jdy: %w", err)
	}
	if r.op == tokenCall {
		// net/http sends a GET again by itself when a kept connection turns out to be
		// closed, unless it has a body it can not begin anew. Nobody would count that call.
		req.Body = io.NopCloser(strings.NewReader(""))
	}
	req.Header.Set("Content-Type", firstOf(r.contentType, "application/json"))
	req.Header.Set("Accept", "application/json")
	signHeaders(req.Header, c.cfg.ClientID, c.cfg.ClientSecret.Reveal(), r.op.Method, r.op.Path, wireText,
		c.nonce(), strconv.FormatInt(a.Now.UnixMilli(), 10))
	c.blanks.sign(req.Header.Get("X-Api-Signature"))
	if !r.op.noToken {
		s, err := readSession(a.Token)
		if err != nil {
			return nil, err
		}
		c.blanks.note(s.Token)
		req.Header.Set("app-token", s.Token)
		if s.Domain != "" {
			req.Header.Set("X-GW-Router-Addr", s.Domain)
		}
	}
	return req, nil
}

// marshal encodes a body.
func marshal(v any) ([]byte, error) {
	b, err := wire.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("jdy: %w", err)
	}
	return b, nil
}

func invalid(op, what string) error {
	return fmt.Errorf("jdy: %s: %s: %w", op, what, duijie.ErrInvalid)
}

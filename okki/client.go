package okki

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/tokencache"
	"github.com/duijie-go/duijie/internal/transport"
)

const platform = "okki"

// Client calls one enterprise's 小满 OKKI CRM. Make it with [NewClient] and share
// it: it is safe for concurrent use.
type Client struct {
	Services // the typed areas: Products, Companies, Orders and so on

	cfg    Config
	base   string // without / at its end
	http   *transport.Transport
	store  duijie.TokenStore
	tokens *sessions
	claims claims
}

// NewClient makes a client. Its error names every setting that is missing or
// wrong and where to find it; it matches [duijie.ErrInvalid]. Nothing is sent yet.
//
// A token store given with duijie.WithTokenStore shares the token between processes.
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
	c := &Client{cfg: cfg, base: cfg.base(), store: o.TokenStore}
	if c.store == nil {
		c.store = duijie.NewMemoryTokenStore()
	}
	c.tokens = &sessions{source: tokencache.New(c.store, cfg.tokenScope(), c.login)}
	if o.AttemptTimeout == 0 && (o.HTTPClient == nil || o.HTTPClient.Timeout == 0) {
		o.AttemptTimeout = attemptTimeout
	}
	c.http = transport.New(transport.Config{
		Platform: platform, Options: o, Limits: limits(), Retry: retryPolicy(), Tokens: c.tokens, Secrets: cfg.secrets(),
	})
	c.Services = newServices(c)
	return c, nil
}

// secrets are the texts that must never be printed, should the platform echo them.
func (c Config) secrets() []duijie.Secret {
	out := []duijie.Secret{c.ClientSecret}
	if c.Username != "" {
		out = append(out, c.Password, c.PasswordHash, duijie.NewSecret(c.passwordHash()))
	}
	return out
}

// String names the client without its credentials.
func (c *Client) String() string { return "okki.Client(" + c.base + ")" }

// CloseIdleConnections closes connections nobody uses. A transport given with
// duijie.WithHTTPClient is left alone.
func (c *Client) CloseIdleConnections() { c.http.CloseIdleConnections() }

// Now is the time windows are made with.
func (c *Client) Now() time.Time { return c.http.Now() }

// Call calls any operation: its method and path, "GET /v1/product/list"; a path
// alone is a GET when there is no body, else a POST.
//
// params go into the query. body is sent as the operation wants it: as JSON, or a
// flat struct or map as a form; nil sends none. out receives the data member of the
// answer, decoded loosely, or the whole answer when it is a *[Answer]; nil drops it.
//
// Effect: what [LookupOperation] tells, read for an unknown GET, else write.
// duijie.WithEffect overrides it. The token calls are refused: the client makes
// them itself.
func (c *Client) Call(ctx context.Context, operation string, params Params, body, out any, opts ...duijie.CallOption) error {
	r, err := c.newRequest(operation, params, body)
	if err != nil {
		return err
	}
	if strings.HasPrefix(r.op.Path, oauthPrefix) {
		return invalid(r.op.Path, "the client asks for tokens itself: see Client.Token")
	}
	e, err := c.send(ctx, r, duijie.NewCallOptions(opts...))
	if err != nil {
		return err
	}
	return c.into(e, r.op, out)
}

// call is Call for an operation with a path of its own.
func (c *Client) call(ctx context.Context, method, path string, params Params, body, out any, opts []duijie.CallOption) error {
	return c.Call(ctx, method+" "+path, params, body, out, opts...)
}

// Answer is the whole answer of a call. Give a *Answer as out of [Client.Call] to
// get more than its data.
type Answer struct {
	Data    json.RawMessage // the data member, nil when there is none
	Whole   json.RawMessage // the body, with what stands beside data
	Message string          // the platform's words, usually "success"
	Now     duijie.Time     // the platform's time
}

// into decodes the data into out.
func (c *Client) into(e envelope, o *Operation, out any) error {
	switch out := out.(type) {
	case nil:
		return nil
	case *Answer:
		*out = Answer{Data: e.data, Whole: e.whole, Message: e.message}
		out.Now, _ = duijie.ParseTimeIn(e.now, c.cfg.zone()) // informative
		return nil
	}
	if e.data == nil {
		return nil
	}
	if err := c.decode(e.data, out); err != nil {
		return fmt.Errorf("okki: %s: the call succeeded, but its data does not fit %T: %w", o.Path, out, err)
	}
	return nil
}

// decode decodes with times in the client's zone.
func (c *Client) decode(b json.RawMessage, out any) error { return decoder{c.cfg.Zone}.decode(b, out) }

// send is the one way out.
func (c *Client) send(ctx context.Context, r *request, o duijie.CallOptions) (envelope, error) {
	effect := r.op.Effect
	if o.Effect != duijie.EffectDefault {
		effect = o.Effect
	}
	var last envelope
	var token duijie.Token
	call := &transport.Call{
		Op: r.op.Path, Effect: effect, NoToken: r.op.noToken, Options: o,
		Sign: func(ctx context.Context, a transport.Attempt) (*http.Request, error) {
			token = a.Token
			return c.build(ctx, r, a)
		},
		Hide: func(text string) string { return hideToken(text, token) },
		Judge: func(a *transport.Answer) transport.Verdict {
			var v verdict
			last, v = judge(r.op, a)
			if r.op.noToken {
				v.Renew = false
			} else if v.Renew {
				c.tokens.lost(token.Gen)
			}
			return v
		},
	}
	_, err := c.http.Do(ctx, call)
	return last, err
}

// hideToken blanks the token out of the platform's words, should they repeat it, also
// escaped or in base64.
func hideToken(text string, t duijie.Token) string {
	if text == "" || t.Value.IsZero() {
		return text
	}
	s, err := readSession(t)
	if err != nil {
		return text
	}
	secrets := []string{s.Access, s.Refresh}
	secrets = slices.DeleteFunc(secrets, func(one string) bool { return len(one) < 4 })
	return transport.Blanker(secrets...)(text)
}

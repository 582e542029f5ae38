package banniu

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/transport"
	"github.com/duijie-go/duijie/internal/wire"
)

const platform = "banniu"

// Client calls the gateway for one tenant. Make it with [NewClient] and share it:
// it is safe for concurrent use.
type Client struct {
	cfg  Config
	base string // without / at its end
	http *transport.Transport
}

// NewClient makes a client. Its error names every setting that is missing or
// wrong and where to find it; it matches [duijie.ErrInvalid]. Nothing is sent yet.
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
	if cfg.Rules == nil {
		cfg.Rules = DefaultRules()
	}
	if cfg.EntryDone == nil {
		cfg.EntryDone = EntryDone
	}
	return &Client{cfg: cfg, base: cfg.base(), http: transport.New(transport.Config{
		Platform: platform, Options: o, Limits: limits(), Retry: retryPolicy(),
		Secrets: []duijie.Secret{cfg.AppSecret, cfg.AccessToken},
	})}, nil
}

// String names the client without its credentials.
func (c *Client) String() string { return "banniu.Client(" + c.base + ")" }

// CloseIdleConnections closes connections nobody uses. A transport given with
// duijie.WithHTTPClient is left alone.
func (c *Client) CloseIdleConnections() { c.http.CloseIdleConnections() }

// Now is the time requests are signed with.
func (c *Client) Now() time.Time { return c.http.Now() }

// Call calls any method: one the package knows by its name, "task.list", and any
// other by verb, path and name, "GET /gateway/api/miniAPI task.get".
//
// query are business parameters, signed like the rest; body is encoded as JSON and not
// signed, nil sends none with GET and {} with POST. out receives map.result of the answer, or
// the whole answer when it is an *[Answer]; nil drops it.
//
// Effect: that of [Operations]; of a method the package does not know, write.
// duijie.WithEffect overrides it. The entries of a task.batchUpdate are not looked at:
// use [Project.BatchUpdate]. Errors: *duijie.APIError.
func (c *Client) Call(ctx context.Context, operation string, query Params, body, out any, opts ...duijie.CallOption) error {
	op, err := operationOf(operation)
	if err != nil {
		return err
	}
	e, err := c.send(ctx, op, query, body, opts)
	if err != nil {
		return err
	}
	switch out := out.(type) {
	case nil:
		return nil
	case *Answer:
		*out = e.answer()
		return nil
	}
	if nothing(e.result) {
		return nil
	}
	if err := wire.Unmarshal(e.result, out); err != nil {
		return fmt.Errorf("banniu: %s: the call succeeded, but its result does not fit %T: %w", op.Method, out, err)
	}
	return nil
}

// send is the one way out.
func (c *Client) send(ctx context.Context, op Operation, query Params, body any, opts []duijie.CallOption) (envelope, error) {
	business, err := query.values(c.cfg)
	if err != nil {
		return envelope{}, invalid(op.Method, err.Error())
	}
	var text []byte
	if op.Verb == http.MethodPost {
		if body == nil {
			body = struct{}{}
		}
		if text, err = wire.Marshal(body); err != nil {
			return envelope{}, fmt.Errorf("banniu: %s: body: %w", op.Method, err)
		}
	} else if body != nil {
		return envelope{}, invalid(op.Method, "a GET has no body: give query parameters")
	}
	o := duijie.NewCallOptions(opts...)
	effect := op.Effect
	if o.Effect != duijie.EffectDefault {
		effect = o.Effect
	}
	var last envelope
	sign := ""
	call := &transport.Call{
		Op: op.Method, Effect: effect, NoToken: true, Options: o,
		Sign: func(ctx context.Context, a transport.Attempt) (*http.Request, error) {
			q := c.cfg.signed(op.Method, business, a.Now)
			sign = q.Get(signParam)
			return c.request(ctx, op, q, text)
		},
		Judge: func(a *transport.Answer) transport.Verdict {
			a.Body = c.clean(a.Body, sign)
			var v transport.Verdict
			last, v = c.judge(op, a)
			return v
		},
	}
	_, err = c.http.Do(ctx, call)
	return last, err
}

// clean blanks the signature and the secrets out of an answer that repeats them, so
// that they are in no words, rows or dead letters.
func (c *Client) clean(body []byte, sign string) []byte {
	const shortest = 16 // a shorter one might be a part of something else
	for _, secret := range []string{sign, c.cfg.AppSecret.Reveal(), c.cfg.AccessToken.Reveal()} {
		if len(secret) >= shortest {
			body = bytes.ReplaceAll(body, []byte(secret), []byte("[redacted]"))
		}
	}
	return body
}

// request builds one attempt.
func (c *Client) request(ctx context.Context, op Operation, q url.Values, text []byte) (*http.Request, error) {
	var body io.Reader
	if text != nil {
		body = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, op.Verb, c.base+op.Path+"?"+q.Encode(), body)
	if err != nil {
		return nil, errors.New("banniu: the request can not be built: check the base URL and the path") // the cause would show the query
	}
	if text != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("Accept", "application/json")
	if c.cfg.BearerHeader {
		req.Header.Set("Authorization", "Bearer "+c.cfg.AccessToken.Reveal())
	}
	return req, nil
}

// Params are business parameters by their names on the platform. A value is a
// text, a number, a bool, a time.Time (sent as "2006-01-02 15:04:05"), a
// duijie.Decimal or duijie.Time; anything else is sent as its JSON. nil values are left
// out.
type Params map[string]any

func (p Params) values(cfg Config) (url.Values, error) {
	out := url.Values{}
	for name, v := range p {
		if slices.Contains(systemParams, name) {
			return nil, fmt.Errorf("parameter %s is the client's own", name)
		}
		if v == nil {
			continue
		}
		text, err := paramText(cfg, v)
		if err != nil {
			return nil, fmt.Errorf("parameter %s: %w", name, err)
		}
		out.Set(name, text)
	}
	return out, nil
}

// paramText is a value as it is sent: what Go's JSON writes plainly is, texts are
// themselves.
func paramText(cfg Config, v any) (string, error) {
	switch x := v.(type) {
	case string:
		return x, nil
	case time.Time:
		return cfg.timeText(x), nil
	case duijie.Decimal:
		return x.String(), x.Err()
	case fmt.Stringer:
		return x.String(), nil
	}
	b, err := wire.Marshal(v)
	if err != nil {
		return "", err
	}
	if wire.First(b) == '"' {
		return scalar(b), nil
	}
	return string(b), nil
}

func invalid(op, what string) error {
	return fmt.Errorf("banniu: %s: %s: %w", op, what, duijie.ErrInvalid)
}

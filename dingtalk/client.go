package dingtalk

import (
	"errors"
	"sync/atomic"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/transport"
)

const platform = "dingtalk"

// Gateway is one of the platform's two.
type Gateway uint8

// The gateways.
const (
	API  Gateway = iota // api.dingtalk.com: token in a header, HTTP status tells failure
	OAPI                // oapi.dingtalk.com: token in the query, errcode tells failure
)

// String names the gateway.
func (g Gateway) String() string {
	if g == OAPI {
		return "oapi"
	}
	return "api"
}

// Client calls one application of one organisation on both gateways. Make it with
// [NewClient] and share it: it is safe for concurrent use.
type Client struct {
	cfg       Config
	api, oapi *gateway
	quotaEnd  atomic.Int64 // Unix nanoseconds until which no call is sent, 0 for none
}

// gateway is the way to one of the hosts.
type gateway struct {
	kind   Gateway
	base   string // without / at its end
	http   *transport.Transport
	tokens *sessions
}

// NewClient makes a client. Its error names every setting that is missing or
// wrong and where to find it; it matches [duijie.ErrInvalid]. Nothing is sent yet.
//
// duijie.WithBaseURL replaces Config.BaseURL, and with it the old gateway's where
// that is not set. A limiter given with duijie.WithRateLimiter paces both
// gateways together.
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
	c := &Client{cfg: cfg, api: &gateway{kind: API, base: cfg.base()}, oapi: &gateway{kind: OAPI, base: cfg.oapiBase()}}
	c.api.tokens, c.oapi.tokens = c.newSessions(o.TokenStore)
	for _, g := range []*gateway{c.api, c.oapi} {
		g.http = transport.New(transport.Config{
			Platform: platform, Options: o, Limits: limitsOf(g.kind), Retry: retryPolicy(), Tokens: g.tokens,
			Secrets: []duijie.Secret{cfg.AppSecret, cfg.Yida.SystemToken},
		})
	}
	return c, nil
}

// String names the client without its credentials.
func (c *Client) String() string { return "dingtalk.Client(" + c.api.base + ")" }

// CloseIdleConnections closes connections nobody uses. A transport given with
// duijie.WithHTTPClient is left alone.
func (c *Client) CloseIdleConnections() {
	c.api.http.CloseIdleConnections()
	c.oapi.http.CloseIdleConnections()
}

// Now is the time windows are closed by.
func (c *Client) Now() time.Time { return c.api.http.Now() }

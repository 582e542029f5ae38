package wdt

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/wdt/wdttest"
)

var gateways = []Gateway{Direct, Qimen}

// onBoth runs a test on either gateway.
func onBoth(t *testing.T, fn func(t *testing.T, g Gateway)) {
	t.Helper()
	for _, g := range gateways {
		t.Run(string(g), func(t *testing.T) {
			t.Parallel()
			fn(t, g)
		})
	}
}

func fakeConfig(s *wdttest.Server, g Gateway) Config {
	a := s.Account()
	cfg := Config{
		Gateway: g, BaseURL: s.DirectURL(), SID: a.SID, AppKey: a.AppKey, AppSecret: duijie.NewSecret(a.AppSecret),
		QimenAppKey: a.QimenAppKey, QimenAppSecret: duijie.NewSecret(a.QimenAppSecret),
	}
	if g == Qimen {
		cfg.BaseURL = s.QimenURL()
	}
	return cfg
}

// fast switches waiting off.
var fast = []duijie.Option{
	duijie.WithRateLimiter(rate.NewLimiter(rate.Inf, 1)),
	duijie.WithRetry(duijie.RetryPolicy{MinDelay: -1, ThrottleDelay: -1}),
}

func newFake(t *testing.T, g Gateway, opts ...wdttest.Option) (*wdttest.Server, *Client) {
	t.Helper()
	s := wdttest.NewServer(opts...)
	c, err := NewClient(fakeConfig(s, g), fast...)
	require.NoError(t, err)
	t.Cleanup(func() {
		c.CloseIdleConnections()
		s.Close()
	})
	return s, c
}

// mockConfig is for tests that answer themselves.
func mockConfig(g Gateway) Config {
	return Config{
		Gateway: g, SID: "seller3", AppKey: "seller3-key", AppSecret: duijie.NewSecret("plantedsecret:plantedsalt"),
		QimenAppKey: "34000001", QimenAppSecret: duijie.NewSecret("plantedtopsecret"),
		QimenSession: duijie.NewSecret("plantedsession"),
	}
}

func newMock(t *testing.T, g Gateway, respond httpmock.Responder, opts ...duijie.Option) (*Client, *httpmock.MockTransport) {
	t.Helper()
	mt := httpmock.NewMockTransport()
	mt.RegisterNoResponder(respond)
	opts = append([]duijie.Option{duijie.WithHTTPClient(&http.Client{Transport: mt})}, opts...)
	c, err := NewClient(mockConfig(g), opts...)
	require.NoError(t, err)
	return c, mt
}

func answers(status int, body string) httpmock.Responder {
	return func(*http.Request) (*http.Response, error) { return httpmock.NewStringResponse(status, body), nil }
}

func shopNames(ctx context.Context, c *Client, q ShopQuery) (map[string]string, error) {
	names := map[string]string{}
	for shop, err := range c.Shops.All(ctx, q) {
		if err != nil {
			return names, err
		}
		names[shop.No] = shop.Name
	}
	return names, nil
}

// served lets a fake without a server answer.
func served(s *wdttest.Server, r *http.Request) *http.Response {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	resp := w.Result()
	resp.Header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	return resp
}

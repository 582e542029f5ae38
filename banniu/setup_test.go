package banniu

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/banniu/banniutest"
)

const (
	plantedSecret = "planted-secret-0f1e2d3c4b5a6978"
	plantedToken  = "planted-token-8796a5b4c3d2e1f0"
)

// quick retries without waiting.
var quick = duijie.WithRetry(duijie.RetryPolicy{MinDelay: -1, ThrottleDelay: -1})

// unlimited takes the pace out of tests.
type unlimited struct{}

func (unlimited) Wait(ctx context.Context) error { return ctx.Err() }

func clientOf(t testing.TB, cfg Config, opts ...duijie.Option) *Client {
	t.Helper()
	c, err := NewClient(cfg, append([]duijie.Option{quick, duijie.WithRateLimiter(unlimited{})}, opts...)...)
	require.NoError(t, err)
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func configOf(s *banniutest.Server) Config {
	return Config{
		BaseURL: s.URL(), AppKey: s.AppKey(), AppSecret: duijie.NewSecret(s.AppSecret()), AccessToken: duijie.NewSecret(s.AccessToken()),
		ProjectID: banniutest.DemoProject, AppID: banniutest.DemoApp,
	}
}

// newPair is a client with a fake of its own, which has the demo's sheet.
func newPair(t testing.TB, opts ...banniutest.Option) (*Client, *banniutest.Server) {
	t.Helper()
	s := banniutest.NewServer(append([]banniutest.Option{banniutest.WithDemo()}, opts...)...)
	t.Cleanup(s.Close)
	return clientOf(t, configOf(s)), s
}

// sheetPair is a client with a fake that has one empty sheet, "100" of app "7".
func sheetPair(t testing.TB, opts ...banniutest.Option) (*Project, *banniutest.Server) {
	t.Helper()
	s := banniutest.NewServer(opts...)
	t.Cleanup(s.Close)
	s.AddProject(banniutest.Project{ID: "100", AppID: "7", Name: "售后", Columns: []banniutest.Column{
		{ID: 501, Name: "编号"}, {ID: 502, Name: "名称"}, {ID: 503, Name: "金额", Behavior: banniutest.Number},
		{ID: 504, Name: "状况", Behavior: banniutest.Dropdown, Options: []banniutest.Choice{{ID: 1, Title: "好"}, {ID: 2, Title: "坏"}}},
	}})
	return clientOf(t, configOf(s)).Project("100", "7"), s
}

// seen is a request as it arrived.
type seen struct {
	request *http.Request
	body    string
}

// answering is a client of a server that answers everything with one function, one
// call at a time, and what the server saw.
func answering(t testing.TB, answer func(w http.ResponseWriter, r *http.Request), opts ...duijie.Option) (c *Client, saw func() []seen) {
	t.Helper()
	var mu sync.Mutex
	var all []seen
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		all = append(all, seen{r, string(body)})
		r.Body = io.NopCloser(bytes.NewReader(body))
		answer(w, r)
	}))
	t.Cleanup(server.Close)
	cfg := Config{
		BaseURL: server.URL + "/with/path/", AppKey: "1000000002", AppSecret: duijie.NewSecret(plantedSecret), AccessToken: duijie.NewSecret(plantedToken),
		ProjectID: "359", AppID: "41339",
	}
	return clientOf(t, cfg, opts...), func() []seen {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(all)
	}
}

// stub answers in this process, for tests whose waits take no time.
type stub func(http.ResponseWriter, *http.Request)

// RoundTrip makes stub an http.RoundTripper.
func (s stub) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	s(w, r)
	return w.Result(), nil
}

func stubbed(t testing.TB, answer stub, opts ...duijie.Option) *Client {
	t.Helper()
	cfg := Config{
		AppKey: "1000000002", AppSecret: duijie.NewSecret(plantedSecret), AccessToken: duijie.NewSecret(plantedToken), ProjectID: "359", AppID: "41339",
	}
	return clientOf(t, cfg, append([]duijie.Option{duijie.WithHTTPClient(&http.Client{Transport: answer})}, opts...)...)
}

// says answers with a status and a body.
func says(status int, body string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// result is a success with a result.
func result(json string) string {
	return `{"response":{"code":0,"error_msg":null,"map":{"result":` + json + `}}}`
}

func collect[T any](t testing.TB, seq func(func(T, error) bool)) []T {
	t.Helper()
	var out []T
	for v, err := range seq {
		require.NoError(t, err)
		out = append(out, v)
	}
	return out
}

var testDay = time.Date(2026, 8, 7, 9, 10, 11, 0, duijie.China)

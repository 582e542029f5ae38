package okkitest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var noon = time.Date(2026, 5, 6, 12, 0, 0, 0, China)

// clock is a server's clock that tests move.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// client calls a fake with a token.
type client struct {
	t     *testing.T
	s     *Server
	token string
	clock *clock
}

func start(t *testing.T, opts ...Option) *client {
	t.Helper()
	cl := &clock{t: noon}
	s := New(append([]Option{WithClock(cl.now)}, opts...)...)
	c := &client{t: t, s: s, clock: cl}
	c.login()
	return c
}

func (c *client) login() {
	c.t.Helper()
	status, out := c.do(http.MethodPost, "/v1/oauth2/access_token", "application/x-www-form-urlencoded", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {c.s.ClientID()}, "client_secret": {c.s.ClientSecret()},
		"scope": {strings.Join(c.s.scopes, " ")},
	}.Encode())
	require.Equal(c.t, http.StatusOK, status)
	c.token, _ = out["access_token"].(string)
	require.NotEmpty(c.t, c.token)
}

func (c *client) do(verb, target, kind, body string) (int, map[string]any) {
	c.t.Helper()
	r := httptest.NewRequest(verb, target, strings.NewReader(body))
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	w := httptest.NewRecorder()
	c.s.ServeHTTP(w, r)
	raw, err := io.ReadAll(w.Body)
	require.NoError(c.t, err)
	var out map[string]any
	_ = json.Unmarshal(raw, &out)
	return w.Code, out
}

// get answers code and data of a read.
func (c *client) get(path string, query ...string) (int, any) {
	c.t.Helper()
	q := url.Values{}
	for i := 0; i < len(query); i += 2 {
		q.Set(query[i], query[i+1])
	}
	status, out := c.do(http.MethodGet, "/v1/"+path+"?"+q.Encode(), "", "")
	require.Equal(c.t, http.StatusOK, status, "%v", out)
	require.NotEmpty(c.t, out["now"])
	code, _ := out["code"].(float64)
	return int(code), out["data"]
}

// post answers code and data of a write with a JSON body.
func (c *client) post(path string, body any) (int, any) {
	c.t.Helper()
	raw, err := json.Marshal(body)
	require.NoError(c.t, err)
	status, out := c.do(http.MethodPost, "/v1/"+path, "application/json", string(raw))
	require.Equal(c.t, http.StatusOK, status, "%v", out)
	code, _ := out["code"].(float64)
	return int(code), out["data"]
}

// page answers the rows and the total of a list.
func (c *client) page(path, total string, query ...string) ([]map[string]any, any) {
	c.t.Helper()
	code, data := c.get(path, query...)
	require.Equal(c.t, 200, code)
	var rows []map[string]any
	for _, r := range data.(map[string]any)["list"].([]any) {
		rows = append(rows, r.(map[string]any))
	}
	return rows, data.(map[string]any)[total]
}

type object = map[string]any

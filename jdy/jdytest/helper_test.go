package jdytest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

type (
	obj = map[string]any
	arr = []any
)

// noon is the fixed instant of tests with a clock.
var noon = time.Date(2026, 9, 16, 12, 0, 0, 0, china)

// at makes a clock that tests can move.
type at struct{ ms atomic.Int64 }

func (a *at) now() time.Time       { return time.UnixMilli(a.ms.Load()) }
func (a *at) move(d time.Duration) { a.ms.Add(d.Milliseconds()) }
func clockAt(t time.Time) *at      { a := &at{}; a.ms.Store(t.UnixMilli()); return a }
func (a *at) option() Option       { return WithClock(a.now) }
func fixed() Option                { return clockAt(noon).option() }

// rig is a server on a port and a hand-written client for it.
type rig struct {
	*testing.T
	s      *Server
	client *http.Client
	token  string
	router string
	nonce  atomic.Int64
}

func start(t *testing.T, opts ...Option) *rig {
	t.Helper()
	s := NewServer(append([]Option{fixed(), WithCallsPerMinute(0)}, opts...)...)
	t.Cleanup(s.Close)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	t.Cleanup(client.CloseIdleConnections)
	return &rig{T: t, s: s, client: client, router: s.Account().Domain}
}

// login fetches a token for the first account set without its counting matter.
func login(t *testing.T, opts ...Option) *rig {
	t.Helper()
	r := start(t, opts...)
	r.token = r.fetch(r.s.Book)
	return r
}

func (r *rig) fetch(b *Book) string {
	r.Helper()
	a := b.Account()
	status, body := r.send("GET", tokenPath, url.Values{"app_key": {a.AppKey}, "app_signature": {sign(a.AppSecret, a.AppKey)}}, nil)
	require.Equal(r, 200, status, "%v", body)
	require.EqualValues(r, json.Number("0"), body["errcode"], "%v", body)
	return body["data"].(obj)["app-token"].(string)
}

// request makes a rightly signed request.
func (r *rig) request(method, path, rawQuery, body string) *http.Request {
	r.Helper()
	target := r.s.URL() + path
	if rawQuery != "" {
		target += "?" + rawQuery
	}
	req, err := http.NewRequestWithContext(r.Context(), method, target, strings.NewReader(body))
	require.NoError(r, err)
	r.sign(req, strconv.FormatInt(r.s.clock().UnixMilli(), 10), strconv.FormatInt(1234567890+r.nonce.Add(1), 10))
	req.Header.Set("Content-Type", "application/json")
	if r.token != "" {
		req.Header.Set("app-token", r.token)
	}
	if r.router != "" {
		req.Header.Set("X-GW-Router-Addr", r.router)
	}
	return req
}

func (r *rig) sign(req *http.Request, stamp, nonce string) {
	h := req.Header
	h.Set("X-Api-ClientID", r.s.ClientID())
	h.Set("X-Api-Auth-Version", "2.0")
	h.Set("X-Api-TimeStamp", stamp)
	h.Set("X-Api-Nonce", nonce)
	h.Set("X-Api-SignHeaders", "X-Api-Nonce,X-Api-TimeStamp")
	h.Set("X-Api-Signature", sign(r.s.ClientSecret(), stringToSign(req.Method, req.URL.Path, req.URL.RawQuery, nonce, stamp)))
}

// do sends a request and decodes what comes back.
func (r *rig) do(req *http.Request) (int, obj) {
	r.Helper()
	resp, err := r.client.Do(req)
	require.NoError(r, err)
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	require.NoError(r, err)
	v, err := decode(raw)
	require.NoError(r, err, "%s", raw)
	return resp.StatusCode, v.(obj)
}

func (r *rig) send(method, path string, query url.Values, body any) (int, obj) {
	r.Helper()
	text := ""
	if body != nil {
		text = string(encode(body))
	}
	return r.do(r.request(method, path, query.Encode(), text))
}

// get and post do a business call that must succeed and return its data.
func (r *rig) get(path string, pairs ...string) obj {
	r.Helper()
	return r.ok(r.send("GET", businessRoot+path, query(pairs), nil))
}

func (r *rig) post(path string, body any) obj {
	r.Helper()
	return r.ok(r.send("POST", businessRoot+path, nil, body))
}

func (r *rig) ok(status int, answer obj) obj {
	r.Helper()
	require.Equal(r, 200, status, "%v", answer)
	require.Equal(r, json.Number("0"), answer["errcode"], "%v", answer)
	data, ok := answer["data"].(obj)
	require.True(r, ok, "%v", answer)
	return data
}

// refused does a business call that must be refused with that code.
func (r *rig) refused(code int, method, path string, query url.Values, body any) string {
	r.Helper()
	_, answer := r.send(method, businessRoot+path, query, body)
	require.Equal(r, json.Number(strconv.Itoa(code)), answer["errcode"], "%v", answer)
	return answer["description"].(string)
}

func query(pairs []string) url.Values {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Add(pairs[i], pairs[i+1])
	}
	return q
}

// rows are the rows of a list's data.
func rows(data obj) []obj {
	var out []obj
	for _, x := range data["rows"].(arr) {
		out = append(out, x.(obj))
	}
	return out
}

func savedID(data obj) string { return data["ids"].(arr)[0].(string) }

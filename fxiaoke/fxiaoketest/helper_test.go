package fxiaoketest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
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

type jsonMap = map[string]any

// client calls a fake in body or header mode.
type client struct {
	t      *testing.T
	s      *Server
	header bool
	token  string
	clock  *clock
}

func start(t *testing.T, opts ...Option) *client {
	t.Helper()
	cl := &clock{t: noon}
	c := &client{t: t, s: New(append([]Option{WithClock(cl.now), WithRate(0)}, opts...)...), clock: cl}
	c.login()
	return c
}

func (c *client) login() {
	c.t.Helper()
	out := c.raw(tokenBody, jsonMap{"appId": c.s.AppID(), "appSecret": c.s.AppSecret(), "permanentCode": c.s.PermanentCode()}, nil)
	require.Contains(c.t, []any{0.0, "0"}, out["errorCode"])
	c.token, _ = out["corpAccessToken"].(string)
}

// raw posts a body as it is; nil when the connection was cut.
func (c *client) raw(path string, body any, header http.Header) (out map[string]any) {
	c.t.Helper()
	raw, ok := body.(string)
	if !ok {
		b, err := json.Marshal(body)
		require.NoError(c.t, err)
		raw = string(b)
	}
	r := httptest.NewRequest(http.MethodPost, path+"?thirdTraceId=3f2b6c1e-0f52-4f0b-9a54-6a1f0d3c9b11", strings.NewReader(raw))
	for k, v := range header {
		r.Header[k] = v
	}
	w := httptest.NewRecorder()
	defer func() {
		if cut := recover(); cut != nil {
			require.Equal(c.t, http.ErrAbortHandler, cut)
			out = nil
		}
	}()
	c.s.ServeHTTP(w, r)
	dec := json.NewDecoder(bytes.NewReader(w.Body.Bytes()))
	_ = dec.Decode(&out)
	return out
}

// call posts a body with credentials.
func (c *client) call(path string, body jsonMap) map[string]any {
	c.t.Helper()
	b := jsonMap{}
	for k, v := range body {
		b[k] = v
	}
	if c.header {
		return c.raw(path, b, http.Header{
			"Authorization": {"Bearer " + c.token}, "X-Fs-Ea": {c.s.EA()}, "X-Fs-Userid": {c.s.EmployeeID()},
		})
	}
	b["corpAccessToken"], b["corpId"], b["currentOpenUserId"] = c.token, c.s.CorpID(), c.s.OpenUserID()
	return c.raw(path, b, nil)
}

func code(out map[string]any) int {
	n, _ := out["errorCode"].(float64)
	return int(n)
}

// query is one page of an object.
func (c *client) query(object string, info jsonMap) ([]map[string]any, map[string]any) {
	c.t.Helper()
	path := "/cgi/crm/v2/data/query"
	if strings.HasSuffix(object, "__c") {
		path = "/cgi/crm/custom/v2/data/query"
	}
	out := c.call(path, jsonMap{"data": jsonMap{"dataObjectApiName": object, "search_query_info": info}})
	if code(out) != 0 {
		return nil, out
	}
	require.NotEmpty(c.t, out["traceId"])
	var list []map[string]any
	for _, r := range out["data"].(map[string]any)["dataList"].([]any) {
		list = append(list, r.(map[string]any))
	}
	return list, out
}

func filter(field, op string, values ...any) jsonMap {
	if values == nil {
		values = []any{}
	}
	return jsonMap{"field_name": field, "operator": op, "field_values": values}
}

// serve answers a request that is made already.
func (c *client) serve(r *http.Request) (out map[string]any) {
	c.t.Helper()
	w := httptest.NewRecorder()
	c.s.ServeHTTP(w, r)
	_ = json.NewDecoder(w.Body).Decode(&out)
	return out
}

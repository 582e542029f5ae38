package dingtalktest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
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
var noon = time.Date(2026, 9, 16, 12, 0, 30, 0, china)

// at makes a clock that tests can move.
type at struct{ ms atomic.Int64 }

func (a *at) now() time.Time       { return time.UnixMilli(a.ms.Load()) }
func (a *at) move(d time.Duration) { a.ms.Add(d.Milliseconds()) }
func clockAt(t time.Time) *at      { a := &at{}; a.ms.Store(t.UnixMilli()); return a }
func (a *at) option() Option       { return WithClock(a.now) }

// rig is a server on a port and a hand-written client for it.
type rig struct {
	*testing.T
	s      *Server
	clock  *at
	client *http.Client
	token  string
}

func start(t *testing.T, opts ...Option) *rig {
	t.Helper()
	clock := clockAt(noon)
	s := NewServer(append([]Option{clock.option(), WithQPS(0), WithDemo()}, opts...)...)
	t.Cleanup(s.Close)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	t.Cleanup(client.CloseIdleConnections)
	r := &rig{T: t, s: s, clock: clock, client: client}
	r.token = r.fetch()
	return r
}

// fetch gets a token.
func (r *rig) fetch() string {
	r.Helper()
	status, answer := r.send("POST", "/v1.0/oauth2/accessToken", nil, obj{"appKey": r.s.AppKey(), "appSecret": r.s.AppSecret()})
	require.Equal(r, 200, status, "%v", answer)
	require.Equal(r, json.Number("7200"), answer["expireIn"])
	return answer["accessToken"].(string)
}

// request makes a request of either gateway: paths under /oapi take the token in
// the query.
func (r *rig) request(method, path string, query url.Values, body any) *http.Request {
	r.Helper()
	if query == nil {
		query = url.Values{}
	}
	old := strings.HasPrefix(path, "/oapi")
	if old && r.token != "" && !query.Has("access_token") {
		query.Set("access_token", r.token)
	}
	target := r.s.URL() + path
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	var raw io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		raw = strings.NewReader(b)
	default:
		raw = strings.NewReader(encodeText(body))
	}
	req, err := http.NewRequestWithContext(r.Context(), method, target, raw)
	require.NoError(r, err)
	if body != nil {
		req.Header.Set("Content-Type", "application/json; charset=utf-8")
	}
	if !old && r.token != "" {
		req.Header.Set("x-acs-dingtalk-access-token", r.token)
	}
	return req
}

// do sends a request and decodes what comes back; an empty body is a nil object.
func (r *rig) do(req *http.Request) (int, obj) {
	r.Helper()
	resp, err := r.client.Do(req)
	require.NoError(r, err)
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	require.NoError(r, err)
	if len(raw) == 0 {
		return resp.StatusCode, nil
	}
	v, err := decode(raw)
	require.NoError(r, err, "%s", raw)
	return resp.StatusCode, v.(obj)
}

func (r *rig) send(method, path string, query url.Values, body any) (int, obj) {
	r.Helper()
	return r.do(r.request(method, path, query, body))
}

// yida is a body or query with what every Yida call carries.
func (r *rig) yida(members obj) obj {
	out := obj{"appType": r.s.AppType(), "systemToken": r.s.SystemToken(), "userId": r.s.UserID()}
	for k, v := range members {
		if v == nil {
			delete(out, k)
			continue
		}
		out[k] = v
	}
	return out
}

func values(o obj) url.Values {
	q := url.Values{}
	for k, v := range o {
		q.Set(k, text(normal(v)))
	}
	return q
}

// post, put and get do a Yida call that must succeed.
func (r *rig) post(path string, members obj) obj {
	r.Helper()
	return r.fine(r.send("POST", path, nil, r.yida(members)))
}

func (r *rig) put(path string, members obj) obj {
	r.Helper()
	return r.fine(r.send("PUT", path, nil, r.yida(members)))
}

func (r *rig) get(path string, members obj) obj {
	r.Helper()
	return r.fine(r.send("GET", path, values(r.yida(members)), nil))
}

func (r *rig) fine(status int, answer obj) obj {
	r.Helper()
	require.Equal(r, 200, status, "%v", answer)
	require.NotContains(r, answer, "code")
	return answer
}

// refused wants a refusal with that status and code.
func (r *rig) refused(want int, code string, status int, answer obj) string {
	r.Helper()
	require.Equal(r, want, status, "%v", answer)
	require.Equal(r, code, answer["code"], "%v", answer)
	require.NotEmpty(r, answer["requestid"])
	return answer["message"].(string)
}

// denied does a Yida POST that must be refused.
func (r *rig) denied(code, path string, members obj) string {
	r.Helper()
	status, answer := r.send("POST", path, nil, r.yida(members))
	return r.refused(400, code, status, answer)
}

// old does a call of the old gateway that must end in that errcode.
func (r *rig) old(errcode string, path string, body obj) obj {
	r.Helper()
	status, answer := r.send("POST", "/oapi"+path, nil, body)
	require.Equal(r, 200, status)
	require.Equal(r, json.Number(errcode), answer["errcode"], "%v", answer)
	return answer
}

// formJSON is a member that holds values as a JSON string.
func formJSON(v any) string { return encodeText(v) }

// saveStock saves a row of the plain form and returns its id.
func (r *rig) saveStock(v obj) string {
	r.Helper()
	return r.post("/v2.0/yida/forms/instances", obj{"formUuid": DemoPlainForm, "formDataJson": formJSON(v)})["result"].(string)
}

// stock reads a row of the plain form by id.
func (r *rig) stock(id string) obj {
	r.Helper()
	return r.get("/v2.0/yida/forms/instances/"+id, nil)["formData"].(obj)
}

// eq is a search for a text.
func eq(key, value string) string {
	return formJSON(arr{obj{"key": key, "value": value, "type": "TEXT", "operator": "eq", "componentName": "TextField"}})
}

// found are the ids a search of the plain form finds.
func (r *rig) found(search string, more obj) []string {
	r.Helper()
	body := obj{"formUuid": DemoPlainForm, "searchFieldJson": search, "pageSize": 100}
	for k, v := range more {
		body[k] = v
	}
	return ids(r.post("/v1.0/yida/forms/instances/search", body))
}

// skus are the codes of the rows a search of the plain form finds, in order.
func (r *rig) skus(search string, more obj) []string {
	r.Helper()
	var out []string
	for _, id := range r.found(search, more) {
		in, known := r.s.Instance(DemoPlainForm, id)
		require.True(r, known)
		out = append(out, text(in.Values["textField_sku"]))
	}
	return out
}

func ids(page obj) []string {
	out := []string{}
	for _, x := range page["data"].(arr) {
		switch x := x.(type) {
		case string:
			out = append(out, x)
		case obj:
			for _, name := range []string{"formInstanceId", "processInstanceId"} {
				if id, has := x[name].(string); has {
					out = append(out, id)
				}
			}
		}
	}
	return out
}

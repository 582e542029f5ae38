package banniutest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var noon = time.Date(2026, 5, 6, 12, 0, 0, 0, China)

// fake starts a server whose clock stands at noon.
func fake(t *testing.T, opts ...Option) *Server {
	t.Helper()
	s := NewServer(append([]Option{WithClock(func() time.Time { return noon })}, opts...)...)
	t.Cleanup(s.Close)
	return s
}

// sheet adds a project with a column of each kind.
func sheet(s *Server) {
	s.AddProject(Project{ID: "359", AppID: "41", Name: "售后", Columns: []Column{
		{ID: 601, Name: "单号"},
		{ID: 602, Name: "方式", Behavior: Multiple, Options: []Choice{{643, "补发"}, {645, "换货"}}},
		{ID: 603, Name: "金额", Behavior: Number},
		{ID: 604, Name: "明细", Sons: []Column{{ID: 606, Name: "品名"}}},
		{ID: 605, Name: "图片", Behavior: Attachment},
		{ID: 607, Name: "物流", Late: true},
		{ID: 608, Name: "原因", Behavior: Cascade, Related: []Choice{{71, "破损"}}},
	}})
}

// send signs and sends one call and returns status and decoded body.
func send(t *testing.T, s *Server, verb, path, method string, query map[string]string, body any) (int, map[string]any) {
	t.Helper()
	q := url.Values{}
	for k, v := range map[string]string{
		"app_key": s.AppKey(), "access_token": s.AccessToken(), "method": method, "v": "1.0",
		"timestamp": noon.Format(layout),
	} {
		q.Set(k, v)
	}
	for k, v := range query {
		q.Set(k, v)
	}
	q.Set("sign", signature(q, s.AppSecret()))
	return raw(t, s, verb, path+"?"+q.Encode(), body)
}

func raw(t *testing.T, s *Server, verb, target string, body any) (int, map[string]any) {
	t.Helper()
	var reader io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		require.NoError(t, err)
		reader = strings.NewReader(string(b))
	}
	req, err := http.NewRequestWithContext(t.Context(), verb, s.URL()+target, reader)
	require.NoError(t, err)
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	var out map[string]any
	_ = json.Unmarshal(text, &out)
	return res.StatusCode, out
}

func mini(t *testing.T, s *Server, verb, method string, query map[string]string, body any) (code any, msg string, inner map[string]any) {
	t.Helper()
	status, out := send(t, s, verb, "/gateway/api/miniAPI", method, query, body)
	require.Equal(t, http.StatusOK, status)
	res, _ := out["response"].(map[string]any)
	require.NotNil(t, res, "%v", out)
	msg, _ = res["error_msg"].(string)
	inner, _ = res["map"].(map[string]any)
	return res["code"], msg, inner
}

// ids are the task ids of a list's rows.
func ids(t *testing.T, inner map[string]any) []string {
	t.Helper()
	var out []string
	for _, r := range inner["result"].([]any) {
		out = append(out, r.(map[string]any)["-1"].(string))
	}
	return out
}

// serve answers one call without a network; nil when the connection was cut.
func serve(t *testing.T, s *Server, method string, body any) (answer []byte) {
	t.Helper()
	e := endpoints[method]
	q := url.Values{
		"app_key": {s.AppKey()}, "access_token": {s.AccessToken()}, "method": {method}, "v": {"1.0"}, "timestamp": {noon.Format(layout)},
	}
	if e.verb == http.MethodGet {
		q.Set("project_id", "359")
	}
	q.Set("sign", signature(q, s.AppSecret()))
	raw, err := json.Marshal(body)
	require.NoError(t, err)
	w := httptest.NewRecorder()
	defer func() {
		if cut := recover(); cut != nil {
			require.Equal(t, http.ErrAbortHandler, cut)
			answer = nil
		}
	}()
	s.ServeHTTP(w, httptest.NewRequest(e.verb, e.path+"?"+q.Encode(), strings.NewReader(string(raw))))
	return w.Body.Bytes()
}

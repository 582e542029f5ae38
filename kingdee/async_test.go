package kingdee

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

// asyncInput is the part of an async_poll vector the other kinds do not have.
type asyncInput struct {
	ID    string
	Input struct {
		Service     string
		FormID      string `json:"formid"`
		Data        json.RawMessage
		FirstAnswer json.RawMessage `json:"first_answer"`
		Cookie      string          `json:"first_answer_set_cookie"`
		PollAnswer  json.RawMessage `json:"poll_answer"`
	}
}

// asyncPoll makes the asynchronous BatchSave through Call, as users reach it:
// the bodies are the official SDK's. Its cookies are not: in signing mode a kept
// session id goes stale and then loses calls, so none is sent back.
func (v vector) asyncPoll(t *testing.T) {
	t.Helper()
	var file struct{ Vectors []asyncInput }
	raw, err := os.ReadFile("testdata/vectors.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, &file))
	in := file.Vectors[slices.IndexFunc(file.Vectors, func(a asyncInput) bool { return a.ID == v.ID })]
	var sent []*http.Request
	var bodies []string
	answers := []json.RawMessage{in.Input.FirstAnswer, in.Input.PollAnswer}
	c := mocked(t, SignHeaders, func(r *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		sent, bodies = append(sent, r), append(bodies, string(body))
		return &http.Response{
			StatusCode: http.StatusOK, Header: http.Header{"Set-Cookie": {in.Input.Cookie}},
			Body: io.NopCloser(strings.NewReader(string(answers[len(sent)-1]))),
		}, nil
	}, duijie.WithBaseURL("http://tenant.invalid/k3cloud/"))
	var task struct {
		Status int
		TaskId string //nolint:revive // the platform's spelling
	}
	require.NoError(t, c.Call(t.Context(), in.Input.Service, struct {
		FormID string          `json:"formid"`
		Data   json.RawMessage `json:"data"`
		Begin  string          `json:"beginmethod"`
		Query  string          `json:"querymethod"`
	}{in.Input.FormID, in.Input.Data, "BeginQueryImpl", "QueryAsyncResult"}, &task))
	require.Zero(t, task.Status)

	info, err := json.Marshal(map[string]any{"TaskId": task.TaskId, "Cancelled": false})
	require.NoError(t, err)
	var done struct {
		Status int
		Result json.RawMessage
	}
	require.NoError(t, c.Call(t.Context(), "QueryAsyncResult", map[string]string{"queryInfo": string(info)}, &done, duijie.WithEffect(duijie.EffectRead)))
	require.Equal(t, 2, done.Status)
	require.JSONEq(t, string(v.Expect.Result), string(done.Result))

	require.Len(t, sent, len(v.Expect.Calls))
	for i, want := range v.Expect.Calls {
		require.Equal(t, want.Path, sent[i].URL.Path)
		require.JSONEq(t, plainQueryInfo(t, want.BodyJSON), plainQueryInfo(t, []byte(bodies[i])))
		require.Empty(t, sent[i].Header.Get("Cookie"))
		require.Empty(t, sent[i].Header.Get("kdservice-sessionid"))
	}
	in.typed(t, v)
}

// typed is the same with BatchSaveAsync, which sends its options beside.
func (in asyncInput) typed(t *testing.T, v vector) {
	t.Helper()
	c, s := script(t, string(in.Input.FirstAnswer), string(in.Input.PollAnswer))
	var data struct{ Model []json.RawMessage }
	require.NoError(t, json.Unmarshal(in.Input.Data, &data))
	models := make([]any, len(data.Model))
	for i, m := range data.Model {
		models[i] = m
	}
	res, err := c.BatchSaveAsync(t.Context(), BatchSaveRequest{FormID: in.Input.FormID, Models: models})
	require.NoError(t, err)
	require.NoError(t, res.Err())
	require.Equal(t, len(v.Expect.Calls), s.count())
	for i, want := range v.Expect.Calls {
		require.True(t, strings.HasSuffix(want.Path, "/"+s.calls[i].Path+serviceSuffix))
		for _, key := range []string{"formid", "beginmethod", "querymethod"} {
			require.Equal(t, member(t, string(want.BodyJSON), key), member(t, s.calls[i].Body, key))
		}
	}
	require.JSONEq(t, member(t, string(in.Input.Data), "Model"), member(t, s.calls[0].Body, "data", "Model"))
	require.JSONEq(t, plainQueryInfo(t, v.Expect.Calls[1].BodyJSON), plainQueryInfo(t, []byte(s.calls[1].Body)))
}

// plainQueryInfo replaces the JSON text inside queryInfo by what it stands for:
// blanks in it do not count.
func plainQueryInfo(t *testing.T, body []byte) string {
	t.Helper()
	var m map[string]any
	require.NoError(t, json.Unmarshal(body, &m))
	if text, ok := m["queryInfo"].(string); ok {
		var inner any
		require.NoError(t, json.Unmarshal([]byte(text), &inner))
		m["queryInfo"] = inner
	}
	out, err := json.Marshal(m)
	require.NoError(t, err)
	return string(out)
}

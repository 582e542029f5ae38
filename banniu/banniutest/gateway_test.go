package banniutest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/internal/testutil"
)

func TestGatewayChecksWhatEveryRequestCarries(t *testing.T) {
	t.Parallel()
	s := fake(t, WithClockTolerance(10*time.Minute))
	sheet(s)
	codes := s.codes
	for name, c := range map[string]struct {
		change func(url.Values)
		code   int
	}{
		"no app_key":     {func(q url.Values) { q.Del("app_key") }, codes.Parameter},
		"no timestamp":   {func(q url.Values) { q.Del("timestamp") }, codes.Parameter},
		"ISO timestamp":  {func(q url.Values) { q.Set("timestamp", "2026-05-06T12:00:00") }, codes.Parameter},
		"old timestamp":  {func(q url.Values) { q.Set("timestamp", "2026-05-06 11:30:00") }, codes.Parameter},
		"other version":  {func(q url.Values) { q.Set("v", "2.0") }, codes.Parameter},
		"unknown app":    {func(q url.Values) { q.Set("app_key", "7") }, codes.Token},
		"unknown token":  {func(q url.Values) { q.Set("access_token", "x") }, codes.Token},
		"unknown method": {func(q url.Values) { q.Set("method", "task.get") }, codes.Method},
		"other path":     {func(q url.Values) { q.Set("method", "common.getSeller") }, codes.Method},
		"fine":           {func(url.Values) {}, 0},
	} {
		q := url.Values{
			"app_key": {s.AppKey()}, "access_token": {s.AccessToken()}, "method": {"project.list"}, "v": {"1"},
			"timestamp": {noon.Format(layout)},
		}
		c.change(q)
		q.Set("sign", signature(q, s.AppSecret()))
		status, out := raw(t, s, http.MethodGet, "/gateway/api/miniAPI?"+q.Encode(), nil)
		require.Equal(t, http.StatusOK, status, name)
		require.EqualValues(t, c.code, out["response"].(map[string]any)["code"], name)
	}
	code, _, _ := mini(t, s, http.MethodPost, "task.list", map[string]string{"project_id": "359"}, map[string]any{})
	require.EqualValues(t, codes.Method, code, "task.list is a GET")
	status, _ := raw(t, s, http.MethodGet, "/gateway/api/miniAPP?method=project.list", nil)
	require.Equal(t, http.StatusNotFound, status)
}

func TestRate(t *testing.T) {
	t.Parallel()
	s := fake(t, WithRate(2))
	for i, want := range []int{0, 0, s.codes.Throttled} {
		code, msg, _ := mini(t, s, http.MethodGet, "project.list", nil, nil)
		require.EqualValues(t, want, code, i)
		if want != 0 {
			require.Contains(t, msg, "频繁")
		}
	}
}

func TestUsersAnswerUnderData(t *testing.T) {
	t.Parallel()
	s := fake(t)
	for i := range 130 {
		s.AddUser(User{ID: int64(1001 + i), Nick: "u" + strconv.Itoa(i)})
	}
	status, out := send(t, s, http.MethodPost, "/gateway/api/user", "user.list", nil, map[string]string{"pageSize": "100", "pageNum": "2"})
	require.Equal(t, http.StatusOK, status)
	require.NotContains(t, out, "response")
	inner := out["data"].(map[string]any)["map"].(map[string]any)
	require.Len(t, inner["result"], 30)
	require.EqualValues(t, 130, inner["total"])
	require.EqualValues(t, 2, inner["page_num"])
}

func TestShops(t *testing.T) {
	t.Parallel()
	s := fake(t)
	s.AddShop(Shop{ID: 501, Title: "旗舰店"})
	_, out := send(t, s, http.MethodGet, "/gateway/api/bnAPI2", "common.getSeller", nil, nil)
	inner := out["response"].(map[string]any)["map"].(map[string]any)
	require.Equal(t, []any{map[string]any{"id": 501.0, "title": "旗舰店"}}, inner["result"])
}

// TestUploadHasTheShapeOfARealAnswer compares the members of the answer with the one
// recorded answer there is.
func TestUploadHasTheShapeOfARealAnswer(t *testing.T) {
	t.Parallel()
	var recorded map[string]any
	require.NoError(t, json.Unmarshal(testutil.Sample(t, "banniu", "POST_file_url_upload.json"), &recorded))
	s := fake(t)
	_, out := send(t, s, http.MethodPost, "/gateway/api/common", "file.url.upload", nil, map[string]any{
		"contents": []any{map[string]any{"url": "https://files.example/a.jpg", "name": "a.jpg", "type": "jpg", "signUrl": "1"}},
	})
	requireSameShape(t, recorded, out, "")
	require.Len(t, s.Files(), 1)
	require.Equal(t, ".jpg", s.Files()[0].Suffix)
}

func requireSameShape(t *testing.T, want, got any, at string) {
	t.Helper()
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		require.True(t, ok, at)
		require.Len(t, g, len(w), at)
		for k := range w {
			require.Contains(t, g, k, at)
			requireSameShape(t, w[k], g[k], at+"/"+k)
		}
	case []any:
		g, ok := got.([]any)
		require.True(t, ok, at)
		require.NotEmpty(t, g, at)
		requireSameShape(t, w[0], g[0], at+"/0")
	default:
		require.IsType(t, want, got, at)
	}
}

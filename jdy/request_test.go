package jdy

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/jdy/jdytest"
)

func TestFilterTexts(t *testing.T) {
	t.Parallel()
	at := time.UnixMilli(1760000000123)
	type status string
	got, err := Filter{
		"z": nil, "ids": []string{"2", "1"}, "enable": -1, "show": true, "modify_start_time": at, "price": duijie.MustDecimal("1.10"), "status": status("C"),
		"empty": "", "date": duijie.NewTime(at.In(duijie.China)).As(duijie.FormDate), "n": uint8(7), "p": new("x"), "nil": (*string)(nil),
	}.pairs()
	require.NoError(t, err)
	require.Equal(t, []pair{
		{"date", "2025-10-09"}, {"empty", ""}, {"enable", "-1"}, {"ids", "2"}, {"ids", "1"}, {"modify_start_time", "1760000000123"},
		{"n", "7"}, {"p", "x"}, {"price", "1.10"}, {"show", "true"}, {"status", "C"},
	}, got)
	for _, bad := range []any{1.5, map[string]any{}, struct{}{}, []any{[]any{1.5}}} {
		_, err := Filter{"a": bad}.pairs()
		require.ErrorContains(t, err, "parameter a")
	}
}

func TestCallIsChecked(t *testing.T) {
	t.Parallel()
	c, s := newPair(t)
	for _, op := range []string{"", "material", "GET material", "GET /jdy/v2/bd/material?page=1", "GET " + tokenPath, "POST " + authorizePath} {
		require.ErrorIs(t, c.Call(t.Context(), op, nil, nil, nil), duijie.ErrInvalid, op)
	}
	require.ErrorIs(t, c.Call(t.Context(), "GET /jdy/v2/bd/material", 5, nil, nil), duijie.ErrInvalid)
	require.Error(t, c.Call(t.Context(), "POST /jdy/v2/bd/material", nil, func() {}, nil))
	require.Zero(t, s.Count(""))
}

// What is sent is what was signed, at the path of the base URL; body and token
// are not signed, and the domain is a header and nothing else.
func TestRequestOnTheWire(t *testing.T) {
	t.Parallel()
	var seen *http.Request
	var body []byte
	c := mocked(t, func(r *http.Request) (*http.Response, error) {
		seen = r
		if r.Body != nil {
			body, _ = io.ReadAll(r.Body)
		}
		return httpmock.NewStringResponse(200, `{"errcode":0,"description":"success","data":{"ids":["1"]}}`), nil
	})
	var out struct {
		IDs []string `json:"ids"`
	}
	err := c.Call(t.Context(), "POST /jdy/v2/scm/sal_order", Filter{"a": "x y~*"}, map[string]any{"remark": "<&>"}, &out, duijie.WithHeader("X-Api-Signature", "mine"))
	require.NoError(t, err)
	require.Equal(t, []string{"1"}, out.IDs)
	require.Equal(t, "https://gw.invalid/with/path/jdy/v2/scm/sal_order?a=x+y%7E*", seen.URL.String())
	require.JSONEq(t, `{"remark":"<&>"}`, string(body))
	require.Contains(t, string(body), "<&>")
	h := seen.Header
	require.Equal(t, plantedToken, h.Get("app-token"))
	require.Equal(t, "https://tf.invalid", h.Get("X-GW-Router-Addr"))
	require.Equal(t, "application/json", h.Get("Content-Type"))
	require.Equal(t, "2.0", h.Get("X-Api-Auth-Version"))
	require.Regexp(t, `^[0-9]{10}$`, h.Get("X-Api-Nonce"))
	require.Regexp(t, `^[0-9]{13}$`, h.Get("X-Api-TimeStamp"))
	want := http.Header{}
	signHeaders(want, "300017", plantedSecret, "POST", "/jdy/v2/scm/sal_order", "a=x+y%7E*", h.Get("X-Api-Nonce"), h.Get("X-Api-TimeStamp"))
	require.Equal(t, want.Get("X-Api-Signature"), h.Get("X-Api-Signature"))

	var a Answer
	require.NoError(t, c.Call(t.Context(), "/jdy/v2/sys/current_user_info", nil, nil, &a))
	require.Equal(t, "GET", seen.Method)
	require.Equal(t, "success", a.Message)
	require.JSONEq(t, `{"ids":["1"]}`, string(a.Data))
}

// Odd values reach the platform as they are, signed so that it agrees.
func TestOddQueryValues(t *testing.T) {
	t.Parallel()
	c, s := newPair(t)
	for _, odd := range []string{"a b", "~*", "+&=?#%", "中文/路径", "a=b&c=d", " ", "\"'<>"} {
		require.NoError(t, c.Call(t.Context(), "GET /jdy/v2/bd/material", Filter{"search": odd, "ids": []string{"2", "10", "1"}}, nil, nil), odd)
		calls := s.Calls()
		require.Equal(t, odd, calls[len(calls)-1].Query.Get("search"))
	}
}

func TestUpload(t *testing.T) {
	t.Parallel()
	c, s := newPair(t)
	var out struct {
		File1 string `json:"file1"`
	}
	require.NoError(t, c.Call(t.Context(), "POST /jdy/v2/sys/attachment_upload", nil, &File{Name: `a"b.txt`, Content: []byte("hello")}, &out))
	files := s.Files()
	require.Len(t, files, 1)
	require.Equal(t, "hello", string(files[0].Data))
	require.Equal(t, files[0].URL, out.File1)
	require.ErrorIs(t, c.Call(t.Context(), "POST /jdy/v2/sys/attachment_upload", nil, &File{}, nil), duijie.ErrInvalid)
}

// Every operation of the catalogue can be called, and the fake knows it.
func TestEveryOperationIsReachable(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, jdytest.WithCallsPerMinute(0))
	for _, o := range Operations() {
		var out json.RawMessage
		err := c.Call(t.Context(), o.Method+" "+o.Path, nil, nil, &out)
		if err != nil {
			require.NotContains(t, err.Error(), "code 500", o.Path)
			require.NotErrorIs(t, err, duijie.ErrUnauthenticated, o.Path)
		}
		require.NotZero(t, s.Count(o.Method+" "+strings.TrimPrefix(o.Path, pathPrefix)), o.Path)
	}
}

func TestConfig(t *testing.T) {
	for _, name := range envNames {
		t.Setenv(name, "")
	}
	_, err := ConfigFromEnv()
	require.ErrorIs(t, err, duijie.ErrInvalid)
	for _, name := range []string{"JDY_CLIENT_ID", "JDY_CLIENT_SECRET", "JDY_OUTER_INSTANCE_ID"} {
		require.ErrorContains(t, err, name)
	}
	require.NotContains(t, err.Error(), "JDY_APP_SECRET")

	t.Setenv("JDY_CLIENT_ID", " 300017 ")
	t.Setenv("JDY_CLIENT_SECRET", plantedSecret)
	t.Setenv("JDY_APP_KEY", "Ab3dEf9Z")
	_, err = ConfigFromEnv()
	require.ErrorContains(t, err, "JDY_APP_SECRET")
	require.ErrorContains(t, err, "JDY_DOMAIN")
	require.NotContains(t, err.Error(), plantedSecret)

	t.Setenv("JDY_OUTER_INSTANCE_ID", "480012345678901234")
	t.Setenv("JDY_ACCOUNT_ID", "1783803326505631821")
	cfg, err := ConfigFromEnv()
	require.NoError(t, err)
	require.Equal(t, "300017", cfg.ClientID)
	require.Equal(t, "1783803326505631821", cfg.AccountID)
	require.Equal(t, DefaultBaseURL, cfg.base())

	t.Setenv("JDY_BASE_URL", "ftp://x")
	_, err = ConfigFromEnv()
	require.ErrorContains(t, err, "JDY_BASE_URL")
	_, err = NewClient(Config{ClientID: "a\r\nb"}, duijie.WithMaxBody(-1))
	require.ErrorContains(t, err, "WithMaxBody")
	require.ErrorContains(t, err, "ClientSecret is missing")
	require.ErrorContains(t, err, "no header can carry")
	c, err := NewClient(cfg, duijie.WithBaseURL("https://other.invalid/x"))
	require.NoError(t, err)
	require.Equal(t, "jdy.Client(https://other.invalid/x)", c.String())
}

package dingtalk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

const startV2 = "POST /v2.0/yida/processes/instances/start"

func TestTokenIsRenewedOnceOnBothGateways(t *testing.T) {
	t.Parallel()
	for name, call := range map[string]func(*Client) error{
		"api": func(c *Client) error { return c.Call(t.Context(), startV2, nil, map[string]string{}, nil) },
		"oapi": func(c *Client) error {
			return c.CallOAPI(t.Context(), "POST /topapi/v2/user/get", nil, map[string]string{}, nil)
		},
	} {
		refusal := `{"code":"InvalidAuthentication","requestid":"R","message":"不合法的access_token"}`
		if name == "oapi" {
			refusal = `{"errcode":88,"sub_code":"40014","sub_msg":"不合法的access_token","errmsg":"x","request_id":"r"}`
		}
		status := 400
		if name == "oapi" {
			status = 200
		}
		s := newServer(t, func(n int, _ seen) (int, string) {
			if n == 1 {
				return status, refusal
			}
			return 200, `{"errcode":0,"result":"done"}`
		})
		require.NoError(t, call(newClient(t, s.URL)), name)
		require.Len(t, s.requests(), 2, name)
		require.Equal(t, 2, s.tokens, name)

		again := newServer(t, func(int, seen) (int, string) { return status, refusal })
		err := call(newClient(t, again.URL))
		require.ErrorIs(t, err, duijie.ErrUnauthenticated, name)
		require.NotErrorIs(t, err, duijie.ErrOutcomeUnknown)
		require.Len(t, again.requests(), 2, "a second refusal ends it")
	}
}

func TestTokenTravelsWhereTheGatewayWantsIt(t *testing.T) {
	t.Parallel()
	c, s := client(t, 200, `{"errcode":0,"result":{"userid":"u1"}}`)
	var out struct {
		UserID string `json:"userid"`
	}
	require.NoError(t, c.CallOAPI(t.Context(), "POST /topapi/v2/user/get", Query{"x": "a b+c"}, map[string]string{"userid": "u1"}, &out))
	require.Equal(t, "u1", out.UserID)
	require.NoError(t, c.Call(t.Context(), "GET /v1.0/yida/forms", Query{"appType": "a b"}, nil, nil))
	got := s.requests()
	require.Equal(t, "access_token="+testToken+"&x=a%20b%2Bc", got[0].RawQuery)
	require.Empty(t, got[0].Header.Get("x-acs-dingtalk-access-token"))
	require.Equal(t, testToken, got[1].Header.Get("x-acs-dingtalk-access-token"))
	require.Equal(t, "appType=a%20b", got[1].RawQuery)
	require.Equal(t, 1, s.tokens, "one token for both")
}

func TestLostAnswerOfAWriteIsUnknown(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]struct {
		status int
		body   string
	}{
		"cut":            {cutConnection, ""},
		"busy":           {500, `{"code":"unknownError","message":"未知错误","requestid":"R"}`},
		"unknown 500":    {500, `{"code":"neverSeen","message":"?","requestid":"R"}`},
		"gateway":        {502, ``},
		"no member":      {200, `{}`},
		"empty":          {200, ``},
		"no JSON":        {200, `{"result":"f30`},
		"null id":        {200, `{"result":null}`},
		"page":           {200, `<html>`},
		"page with 503":  {503, `<html>`},
		"other platform": {200, `{"hello":1}`},
	} {
		c, s := client(t, answer.status, answer.body)
		err := c.Call(t.Context(), startV2, nil, map[string]string{}, nil)
		require.ErrorIs(t, err, duijie.ErrOutcomeUnknown, name)
		require.Len(t, s.requests(), 1, "%s: never sent again", name)
	}
}

func TestReadsAreRepeatedAndThrottledWritesToo(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(n int, _ seen) (int, string) {
		if n < 3 {
			return 500, `{"code":"systemError","message":"x"}`
		}
		return 200, `{"data":[],"totalCount":0}`
	})
	require.NoError(t, newClient(t, s.URL).Call(t.Context(), "POST /v2.0/yida/forms/instances/search", nil, map[string]int{}, nil))
	require.Len(t, s.requests(), 3)

	s = newServer(t, func(n int, _ seen) (int, string) {
		if n < 3 {
			return 403, `{"code":"Forbidden.AccessDenied.QpsLimitForAppkeyAndApi","message":"x"}`
		}
		return 200, `{"result":"id"}`
	})
	require.NoError(t, newClient(t, s.URL).Call(t.Context(), startV2, nil, map[string]int{}, nil))
	require.Len(t, s.requests(), 3)
}

func TestMonthlyQuotaStopsEverything(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"code":"Forbidden.AccessDenied.ApiCountLimitForOrg","message":"x","requestid":"R"}`,
		`{"errcode":88,"sub_code":"90020","errmsg":"x"}`,
	} {
		c, s := client(t, 403, body)
		err := c.Call(t.Context(), startV2, nil, map[string]int{}, nil)
		require.ErrorIs(t, err, ErrQuota)
		require.ErrorIs(t, err, duijie.ErrRateLimited)
		require.NotErrorIs(t, err, duijie.ErrOutcomeUnknown)
		e, _ := errors.AsType[*duijie.APIError](err)
		require.Greater(t, e.RetryAfter, longestWait)
		for range 3 { // the other gateway and all operations too
			require.ErrorIs(t, c.CallOAPI(t.Context(), "POST /topapi/message/corpconversation/asyncsend_v2", nil, nil, nil), ErrQuota)
			require.ErrorIs(t, c.Call(t.Context(), "GET /v1.0/yida/forms", nil, nil, nil), ErrQuota)
		}
		require.Len(t, s.requests(), 1, "no storm")
		require.Error(t, c.CallOAPI(t.Context(), "POST /topapi/v2/user/get", nil, nil, nil))
		require.Len(t, s.requests(), 2, "contacts do not count")
	}
}

func TestBanIsNoSuccess(t *testing.T) {
	t.Parallel()
	for _, op := range []string{"PUT /v2.0/yida/forms/instances", "GET /v1.0/yida/forms", "POST /v1.0/anything"} {
		c, s := client(t, 200, `{"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"24ce"}`)
		err := c.Call(t.Context(), op, nil, nil, nil)
		require.ErrorIs(t, err, ErrBlocked)
		require.ErrorIs(t, err, duijie.ErrRateLimited)
		require.Len(t, s.requests(), 1)
	}
}

func TestVoidOperationsTakeAnyBody(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "{}", "null", "true", "ok", `{"result":null}`} {
		c, _ := client(t, 200, body)
		require.NoError(t, c.Call(t.Context(), "PUT /v2.0/yida/forms/instances", nil, map[string]int{}, nil), body)
	}
}

func TestSecretsStayHidden(t *testing.T) {
	t.Parallel()
	echo := fmt.Sprintf(`{"code":"x%s","message":"bad %s of %s and %s","requestid":"R"}`, testSecret, testToken, testSystem, testSecret)
	c, _ := client(t, 400, echo)
	err := c.Call(t.Context(), startV2, nil, map[string]string{"systemToken": testSystem}, nil)
	require.Error(t, err)
	cut, _ := client(t, cutConnection, "")
	errCut := cut.CallOAPI(t.Context(), "POST /topapi/v2/user/get", Query{"systemToken": testSystem}, nil, nil)
	require.Error(t, errCut)
	cfg, jsonErr := json.Marshal(c.cfg)
	require.NoError(t, jsonErr)
	var all strings.Builder
	for _, v := range []any{err, errCut, c, c.cfg, c.cfg.Yida, string(cfg)} {
		_, _ = fmt.Fprintf(&all, "%v %+v %#v %s\n", v, v, v, v)
	}
	for _, secret := range []string{testToken, testSystem, testSecret} {
		require.NotContains(t, all.String(), secret)
	}
}

func TestConfigProblemsComeTogether(t *testing.T) {
	t.Parallel()
	_, err := NewClient(Config{BaseURL: "ftp://x", Yida: YidaApp{FormUUID: "F", Version: "v3"}, SuiteTicket: func(context.Context) (duijie.Secret, error) { return duijie.Secret{}, nil }})
	require.ErrorIs(t, err, duijie.ErrInvalid)
	for _, field := range []string{"BaseURL", "AppKey", "AppSecret", "CorpID", "Yida.AppType", "Yida.SystemToken", "Yida.UserID", "Yida.Version"} {
		require.ErrorContains(t, err, field)
	}
}

func TestOldGatewayFollowsTheNamedHost(t *testing.T) {
	t.Parallel()
	require.Equal(t, DefaultOAPIBaseURL, Config{}.oapiBase())
	require.Equal(t, "https://yida.corp.example/x", Config{BaseURL: "https://yida.corp.example/x/"}.oapiBase())
	require.Equal(t, "https://o.example", Config{BaseURL: "https://a.example", OAPIBaseURL: "https://o.example/"}.oapiBase())
}

func TestConfigFromEnv(t *testing.T) {
	for _, name := range envNames {
		t.Setenv(name, "")
	}
	_, err := ConfigFromEnv()
	require.ErrorContains(t, err, "DINGTALK_APP_KEY")
	require.ErrorContains(t, err, "DINGTALK_APP_SECRET")
	require.NotContains(t, err.Error(), "YIDA", "Yida need not be used")
	t.Setenv("DINGTALK_APP_KEY", " k ")
	t.Setenv("DINGTALK_APP_SECRET", "s")
	t.Setenv("DINGTALK_YIDA_FORM_UUID", "FORM-1")
	_, err = ConfigFromEnv()
	require.ErrorContains(t, err, "DINGTALK_YIDA_APP_TYPE")
	require.ErrorContains(t, err, "DINGTALK_YIDA_SYSTEM_TOKEN")
	require.ErrorContains(t, err, "DINGTALK_USER_ID")
	t.Setenv("DINGTALK_YIDA_APP_TYPE", "APP_1")
	t.Setenv("DINGTALK_YIDA_SYSTEM_TOKEN", "t")
	t.Setenv("DINGTALK_USER_ID", "u")
	t.Setenv("DINGTALK_BASE_URL", "http://127.0.0.1:1/base")
	t.Setenv("DINGTALK_OAPI_BASE_URL", "http://127.0.0.1:2")
	cfg, err := ConfigFromEnv()
	require.NoError(t, err)
	require.Equal(t, "k", cfg.AppKey)
	require.Equal(t, "http://127.0.0.1:2", cfg.oapiBase())
	require.Equal(t, YidaApp{AppType: "APP_1", SystemToken: cfg.Yida.SystemToken, UserID: "u", FormUUID: "FORM-1"}, cfg.Yida)
	t.Setenv("DINGTALK_YIDA_OLD_METADATA", "true")
	cfg, err = ConfigFromEnv()
	require.NoError(t, err)
	require.True(t, cfg.Yida.OldMetadata)
	t.Setenv("DINGTALK_YIDA_OLD_METADATA", "perhaps")
	t.Setenv("DINGTALK_USER_ID", "")
	_, err = ConfigFromEnv()
	require.ErrorIs(t, err, duijie.ErrInvalid)
	require.ErrorContains(t, err, "DINGTALK_YIDA_OLD_METADATA is neither")
	require.ErrorContains(t, err, "DINGTALK_USER_ID", "all problems at once")
}

func TestOtherTokenCalls(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(_ int, r seen) (int, string) {
		switch r.Path {
		case "/gettoken":
			return 200, `{"errcode":0,"access_token":"old-token","errmsg":"ok","expires_in":7200}`
		case "/v1.0/oauth2/ding1/token":
			return 200, `{"access_token":"corp-token","expires_in":7200}`
		case "/v1.0/oauth2/corpAccessToken":
			return 200, `{"accessToken":"suite-token","expireIn":7200}`
		}
		return 200, `{"errcode":0,"result":{}}`
	})
	try := func(change func(*Config)) []seen {
		before := len(s.requests())
		cfg := testConfig(s.URL)
		change(&cfg)
		c, err := NewClient(cfg)
		require.NoError(t, err)
		require.NoError(t, c.Call(t.Context(), "GET /v1.0/yida/forms", nil, nil, nil))
		require.NoError(t, c.CallOAPI(t.Context(), "POST /topapi/v2/user/get", nil, nil, nil))
		return s.requests()[before:]
	}
	got := try(func(c *Config) { c.SeparateOAPIToken = true })
	require.Equal(t, testToken, got[0].Header.Get("x-acs-dingtalk-access-token"))
	require.Equal(t, "appkey=dingappkey0001&appsecret=made%2Bup%2Fapp%3D%3Dsecret", got[1].RawQuery)
	require.Equal(t, "access_token=old-token", got[2].RawQuery)
	got = try(func(c *Config) { c.CorpID = "ding1" })
	require.JSONEq(t, `{"client_id":"dingappkey0001","client_secret":"made+up/app==secret","grant_type":"client_credentials"}`, got[0].Body)
	require.Equal(t, "corp-token", got[1].Header.Get("x-acs-dingtalk-access-token"))
	got = try(func(c *Config) {
		c.CorpID = "ding1"
		c.SuiteTicket = func(context.Context) (duijie.Secret, error) { return duijie.NewSecret("ticket"), nil }
	})
	require.JSONEq(t, `{"suiteKey":"dingappkey0001","suiteSecret":"made+up/app==secret","authCorpId":"ding1","suiteTicket":"ticket"}`, got[0].Body)
	require.Equal(t, "suite-token", got[1].Header.Get("x-acs-dingtalk-access-token"))
}

func TestOperations(t *testing.T) {
	t.Parallel()
	require.Len(t, Operations(), 68)
	o, ok := LookupOperation(API, "GET", "/v2.0/yida/forms/instances/FINST-1")
	require.True(t, ok)
	require.Equal(t, "/v2.0/yida/forms/instances/{id}", o.Path)
	o, ok = LookupOperation(API, "POST", "/v2.0/yida/forms/instances/search")
	require.True(t, ok)
	require.Equal(t, duijie.EffectRead, o.Effect)
	for _, path := range []string{"", "/", "/v2.0/yida/forms/instances/", "/v2.0/yida/forms/instances/a/b", "/v2.0/yida/forms/instances/search"} {
		_, ok = LookupOperation(OAPI, "GET", path)
		require.False(t, ok, path)
	}
	_, ok = LookupOperation(API, "GET", "/v2.0/yida/forms/instances/")
	require.False(t, ok)
	require.NoError(t, func() error { _, err := newRequest(&gateway{}, "get /v1.0/x", nil, nil); return err }())
	for _, bad := range []string{"", "/v1.0/x", "GET v1.0", "GET /a?b=c", "GET /a b", "GET /%zz"} {
		_, err := newRequest(&gateway{}, bad, nil, nil)
		require.ErrorIs(t, err, duijie.ErrInvalid, bad)
	}
}

package kingdeetest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var customerQuery = obj{"FormId": "BD_Customer", "FieldKeys": "FNumber"}

func TestCallsNeedASession(t *testing.T) {
	t.Parallel()
	for _, session := range []string{"", "4d9e0f7a-0000-0000-0000-000000000000"} {
		c := &caller{t: t, s: NewServer(), session: session}
		t.Cleanup(c.s.Close)
		require.Equal(t, codeLost, c.envelope("Save", "BD_Customer", obj{"Model": customer("C1", "甲")}).code())
		require.Equal(t, codeLost, c.envelope("View", "BD_Customer", obj{"Number": "C1"}).code())
		for op, open := range map[string]string{"ExecuteBillQuery": `[[{"Result":`, "BillQuery": `[{"Result":`} {
			text := c.call(dynamicForm+op, obj{"data": customerQuery})
			require.True(t, strings.HasPrefix(text, open), text)
			require.Contains(t, text, "会话信息已丢失，请重新登录")
		}
	}
}

func TestSessionsAreCookiesOrHeadersAndExpire(t *testing.T) {
	t.Parallel()
	var now atomic.Int64
	now.Store(time.Now().UnixNano())
	c := start(t, WithClock(func() time.Time { return time.Unix(0, now.Load()) }), WithSessionIdle(time.Minute))
	require.Empty(t, c.query(customerQuery))

	byCookie := post(t, "/k3cloud/"+dynamicForm+"ExecuteBillQuery"+suffix, `{"data":{"FormId":"BD_Customer","FieldKeys":"FNumber"}}`)
	byCookie.AddCookie(&http.Cookie{Name: sessionName, Value: c.session})
	require.Equal(t, "[]", direct(c.s, byCookie).Body.String())

	now.Add(int64(time.Minute))
	require.Empty(t, c.query(customerQuery), "a call renews the session")
	now.Add(int64(time.Minute))
	require.Empty(t, c.query(customerQuery))
	now.Add(int64(time.Minute + time.Second))
	require.Equal(t, codeLost, c.envelope("View", "BD_Customer", obj{"Number": "C1"}).code())
}

func TestLogins(t *testing.T) {
	t.Parallel()
	c := start(t)
	a := c.s.Account()
	for _, x := range []struct {
		op   string
		body any
		want int
		text string
	}{
		{"ValidateUser", obj{"parameters": list{a.AcctID, a.Username, a.Password, 2052}}, 1, ""},
		{"ValidateUser", obj{"ACCTID": a.AcctID, "UserName": a.Username, "Password": "wrong", "lcid": 2052}, 0, "密码错误"},
		{"ValidateUser", obj{"acctID": "other", "username": a.Username, "password": a.Password}, -1, "会话信息已丢失"},
		{"ValidateUserByOrgNumber", obj{"parameters": list{a.AcctID, a.Username, a.Password, 2052, "100"}}, 1, ""},
		{"LoginByAppSecret", obj{"parameters": list{a.AcctID, a.Username, a.AppID, a.AppSecret, 2052}}, 1, ""},
		{"LoginByAppSecret", obj{"parameters": list{a.AcctID, a.Username, a.AppID, "wrong", 2052}}, -1, "密钥"},
		{"LoginByAppSecret", obj{"parameters": list{a.AcctID, "eve", a.AppID, a.AppSecret, 2052}}, -1, "不允许用户eve"},
		{"LoginByAppSecret", obj{"parameters": list{a.AcctID, a.Username, "x", a.AppSecret, 2052}}, -1, "第三方应用"},
		{"LoginBySign", obj{"parameters": list{"other", a.Username, a.AppID, "1", "x", 2052}}, -1, "会话信息已丢失"},
	} {
		h, text, err := c.try(authService+x.op, x.body)
		require.NoError(t, err)
		var got loginAnswer
		c.decode(text, &got)
		require.Equal(t, x.want, got.LoginResultType, text)
		require.Equal(t, x.want == 1, got.IsSuccessByAPI)
		require.Equal(t, x.want == 1, got.KDSVCSessionID != "")
		if x.want == 1 {
			require.Len(t, h.cookies, 2)
			require.Equal(t, got.KDSVCSessionID, h.cookies[0].Value)
			continue
		}
		require.Contains(t, *got.Message, x.text)
		require.Empty(t, h.cookies)
	}
	require.Equal(t, 4, c.s.Logins())
	require.Equal(t, 4, c.s.Count("ValidateUser"), "the first login included")
}

func TestKickingOffAndLoggingOut(t *testing.T) {
	t.Parallel()
	c := start(t)
	a, first := c.s.Account(), c.session
	var second loginAnswer
	c.decode(c.call(authService+"ValidateUser2", obj{"parameters": list{a.AcctID, a.Username, a.Password, true, 2052}}), &second)
	require.Equal(t, codeLost, c.envelope("View", "BD_Customer", obj{"Number": "C1"}).code())
	require.Equal(t, first, c.session)
	c.session = second.KDSVCSessionID
	require.Empty(t, c.query(customerQuery))
	require.Equal(t, "true", c.call(authService+"Logout", obj{}))
	require.Equal(t, "false", c.call(authService+"Logout", obj{}))
	require.Equal(t, codeLost, c.envelope("View", "BD_Customer", obj{"Number": "C1"}).code())
}

func signedQuery(t *testing.T, s *Server, change func(http.Header)) *httptest.ResponseRecorder {
	t.Helper()
	r := post(t, "/k3cloud/"+dynamicForm+"ExecuteBillQuery"+suffix, `{"data":{"FormId":"BD_Customer","FieldKeys":"FNumber"}}`)
	signRequest(r, s.Account(), time.Now())
	change(r.Header)
	return direct(s, r)
}

func TestSignedCalls(t *testing.T) {
	t.Parallel()
	s := New()
	same := func(http.Header) {}
	w := signedQuery(t, s, same)
	require.Equal(t, "[]", w.Body.String())
	cookie := w.Result().Cookies()[0]
	require.Equal(t, sessionName, cookie.Name)
	require.Equal(t, "[]", signedQuery(t, s, func(h http.Header) { h.Set(sessionName, cookie.Value) }).Body.String())

	for name, change := range map[string]func(http.Header){
		"stale session":   func(h http.Header) { h.Set("SID", "gone") },
		"kd signature":    func(h http.Header) { h.Set("X-Kd-Signature", "x") },
		"app key":         func(h http.Header) { h.Set("X-Kd-Appkey", "x") },
		"app data":        func(h http.Header) { h.Set("X-Kd-Appdata", "!") },
		"other user":      func(h http.Header) { h.Set("X-Kd-Appdata", base64Text(s.Account().AcctID+",eve,2052,")) },
		"too few parts":   func(h http.Header) { h.Set("X-Kd-Appdata", base64Text(s.Account().AcctID+","+s.Account().Username)) },
		"api signature":   func(h http.Header) { h.Set("X-Api-Signature", "x") },
		"nonce":           func(h http.Header) { h.Set("X-Api-Nonce", "x") },
		"sign headers":    func(h http.Header) { h.Del("X-Api-Signheaders") },
		"old timestamp":   func(h http.Header) { h.Set("X-Api-Timestamp", "1741334950") },
		"client id":       func(h http.Header) { h.Del("X-Api-ClientID") },
		"auth version":    func(h http.Header) { h.Set("X-Api-Auth-Version", "1.0") },
		"not a timestamp": func(h http.Header) { h.Set("X-Api-Timestamp", "now") },
	} {
		w := signedQuery(t, s, change)
		require.Equal(t, http.StatusOK, w.Code, name)
		require.True(t, strings.HasPrefix(w.Body.String(), "[[{"), "%s: %s", name, w.Body)
		require.Contains(t, w.Body.String(), `"MsgCode":1}`, name)
	}
	require.Zero(t, s.Logins())
}

func TestGateway(t *testing.T) {
	t.Parallel()
	s := New(WithGateway())
	require.Equal(t, "[]", signedQuery(t, s, func(http.Header) {}).Body.String())
	for want, change := range map[int]func(http.Header){
		4001: func(h http.Header) { h.Set("X-Api-Auth-Version", "1.0") },
		4002: func(h http.Header) { h.Del("X-Api-ClientID") },
		4003: func(h http.Header) { h.Set("X-Api-ClientID", "1") },
		4006: func(h http.Header) { h.Set("X-Api-Timestamp", "1741334950") },
		4007: func(h http.Header) { h.Set("X-Api-Signheaders", "x-api-nonce") },
		4008: func(h http.Header) { h.Set("X-Api-Signature", "x") },
	} {
		w := signedQuery(t, s, change)
		requireGateway(t, w, want)
	}
	w := signedQuery(t, s, func(h http.Header) { h.Set("X-Kd-Signature", "x") })
	require.Equal(t, http.StatusOK, w.Code, "past the gateway the server itself answers")
	require.Contains(t, w.Body.String(), `"MsgCode":1}`)

	a := s.Account()
	body := `{"acctID":"` + a.AcctID + `","username":"demo","password":"888888","lcid":2052}`
	requireGateway(t, direct(s, post(t, "/k3cloud/"+authService+"ValidateUser"+suffix, body)), 4002)
	unknown := post(t, "/galaxyapi/A.B.C"+suffix, "{}")
	signRequest(unknown, a, time.Now())
	requireGateway(t, direct(s, unknown), 5001)
}

func requireGateway(t *testing.T, w *httptest.ResponseRecorder, code int) {
	t.Helper()
	require.Equal(t, 519, w.Code)
	require.NotEmpty(t, w.Header().Get("X-Api-Requestid"))
	var got struct {
		ErrCode       int    `json:"errcode"`
		Description   string `json:"description"`
		DescriptionCN string `json:"description_cn"`
	}
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &got))
	require.Equal(t, code, got.ErrCode)
	require.True(t, strings.HasSuffix(got.Description, "[GW]"))
	require.True(t, strings.HasSuffix(got.DescriptionCN, "[网关]"))
}

func TestAppIDsWithoutASecret(t *testing.T) {
	t.Parallel()
	a := New().Account()
	a.AppID = "PlainApp"
	s := New(WithAccount(a))
	require.Equal(t, "[]", signedQuery(t, s, func(h http.Header) { h.Set("X-Api-Signature", "") }).Body.String())
	require.Equal(t, "[]", signedQuery(t, s, func(h http.Header) {
		for k := range h {
			if strings.HasPrefix(k, "X-Api") {
				h.Del(k)
			}
		}
	}).Body.String())
}

package dingtalktest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTokensLiveAndRenew(t *testing.T) {
	t.Parallel()
	r := start(t)
	first := r.token
	r.clock.move(7100 * time.Second)
	require.Equal(t, first, r.fetch(), "asking again renews the same token")
	r.clock.move(7100 * time.Second)
	r.stock(r.s.Instances(DemoPlainForm)[0].ID)
	r.clock.move(200 * time.Second)
	status, answer := r.send("GET", "/v1.0/yida/forms", values(r.yida(nil)), nil)
	require.Equal(t, "不合法的access_token", r.refused(400, "InvalidAuthentication", status, answer))
	r.token = r.fetch()
	require.NotEqual(t, first, r.token)
	r.get("/v1.0/yida/forms", nil)
	require.Equal(t, 2, r.s.Tokens())
	r.s.ExpireTokens()
	status, answer = r.send("GET", "/v1.0/yida/forms", values(r.yida(nil)), nil)
	r.refused(400, "InvalidAuthentication", status, answer)
	require.NotEqual(t, r.token, r.fetch())
	require.Subset(t, r.s.Secrets(), []string{first, r.token, r.s.AppSecret(), r.s.SystemToken(), r.s.RobotSecret(), r.s.RobotToken()})
}

func TestTokenCallsRefuse(t *testing.T) {
	t.Parallel()
	r := start(t, WithSuite("suite1", "suitesecret", "ticket1"))
	s := r.s
	for _, c := range []struct {
		path   string
		body   obj
		status int
		code   string
	}{
		{"/v1.0/oauth2/accessToken", obj{"appKey": s.AppKey(), "appSecret": "x"}, 400, "invalidClientIdOrSecret"},
		{"/v1.0/oauth2/accessToken", obj{}, 400, "invalidClientIdOrSecret"},
		{"/v1.0/oauth2/dingother/token", obj{"client_id": s.AppKey(), "client_secret": s.AppSecret(), "grant_type": "client_credentials"}, 500, "unknownError"},
		{"/v1.0/oauth2/" + s.CorpID() + "/token", obj{"client_id": s.AppKey(), "client_secret": "x", "grant_type": "client_credentials"}, 400, "invalid.client"},
		{"/v1.0/oauth2/" + s.CorpID() + "/token", obj{"client_id": s.AppKey(), "client_secret": s.AppSecret()}, 400, "unsupported.grant.type"},
		{"/v1.0/oauth2/corpAccessToken", obj{"suiteKey": "suite1", "suiteSecret": "x", "authCorpId": s.CorpID(), "suiteTicket": "ticket1"}, 400, "invalidSuiteKey"},
		{"/v1.0/oauth2/corpAccessToken", obj{"suiteKey": "suite1", "suiteSecret": "suitesecret", "authCorpId": s.CorpID(), "suiteTicket": "old"}, 400, "invalidSuiteTicket"},
		{"/v1.0/oauth2/corpAccessToken", obj{"suiteKey": "suite1", "suiteSecret": "suitesecret", "authCorpId": "x", "suiteTicket": "ticket1"}, 400, "invalidAuthInfo"},
	} {
		status, answer := r.send("POST", c.path, nil, c.body)
		r.refused(c.status, c.code, status, answer)
	}
	_, answer := r.send("POST", "/v1.0/oauth2/"+s.CorpID()+"/token", nil, obj{"client_id": s.AppKey(), "client_secret": s.AppSecret(), "grant_type": "client_credentials"})
	require.Equal(t, r.token, answer["access_token"])
	require.Equal(t, json.Number("7200"), answer["expires_in"])
	suite := obj{"suiteKey": "suite1", "suiteSecret": "suitesecret", "authCorpId": s.CorpID(), "suiteTicket": "ticket1"}
	_, one := r.send("POST", "/v1.0/oauth2/corpAccessToken", nil, suite)
	_, two := r.send("POST", "/v1.0/oauth2/corpAccessToken", nil, suite)
	require.NotEqual(t, one["accessToken"], two["accessToken"], "every answer is a new token")
	r.token = one["accessToken"].(string)
	r.get("/v1.0/yida/forms", nil)
}

func TestOldTokens(t *testing.T) {
	t.Parallel()
	r := start(t)
	ask := func(r *rig, q url.Values) obj {
		q.Set("access_token", "unused")
		_, answer := r.send("GET", "/oapi/gettoken", q, nil)
		return answer
	}
	require.Equal(t, obj{"errcode": json.Number("40096"), "errmsg": "不合法的appKey或appSecret"}, ask(r, url.Values{"appkey": {r.s.AppKey()}, "appsecret": {"x"}}))
	require.Equal(t, obj{"errcode": json.Number("40035"), "errmsg": "缺少参数 corpid or appkey"}, ask(r, url.Values{}))
	answer := ask(r, url.Values{"appkey": {r.s.AppKey()}, "appsecret": {r.s.AppSecret()}})
	require.Equal(t, json.Number("0"), answer["errcode"])
	require.NotEqual(t, r.token, answer["access_token"])
	r.old("0", "/topapi/v2/user/get", obj{"userid": DemoUser}) // with the new gateway's token
	r.token = answer["access_token"].(string)
	r.old("0", "/topapi/v2/user/get", obj{"userid": DemoUser})

	apart := start(t, WithSeparateTokens())
	require.Equal(t, "40014", apart.old("88", "/topapi/v2/user/get", obj{"userid": DemoUser})["sub_code"])
	apart.token = ask(apart, url.Values{"appkey": {apart.s.AppKey()}, "appsecret": {apart.s.AppSecret()}})["access_token"].(string)
	apart.old("0", "/topapi/v2/user/get", obj{"userid": DemoUser})
	status, refusal := apart.send("GET", "/v1.0/yida/forms", values(apart.yida(nil)), nil)
	apart.refused(400, "InvalidAuthentication", status, refusal)
}

func TestWhereTheTokenMustStand(t *testing.T) {
	t.Parallel()
	r := start(t)
	token := r.token
	r.token = ""
	req := r.request("GET", "/v1.0/yida/forms", url.Values{"access_token": {token}}, nil)
	req.Header.Set("Authorization", "Bearer "+token)
	status, answer := r.do(req)
	require.Equal(t, "缺少参数：x-acs-dingtalk-access-token", r.refused(400, "AuthenticationFailed.MissingParameter", status, answer))
	for _, bad := range []string{"x", `"` + token + `"`} {
		req := r.request("GET", "/v1.0/yida/forms", nil, nil)
		req.Header.Set("x-acs-dingtalk-access-token", bad)
		status, answer := r.do(req)
		r.refused(400, "InvalidAuthentication", status, answer)
	}
	req = r.request("POST", "/oapi/topapi/v2/user/get", nil, obj{"userid": DemoUser})
	req.Header.Set("x-acs-dingtalk-access-token", token)
	_, answer = r.do(req)
	require.Equal(t, "40000", answer["sub_code"])
	require.Equal(t, "ding talk error[subcode=40000,submsg=access_token is blank]", answer["errmsg"])
	r.token = "test"
	answer = r.old("88", "/topapi/v2/user/get", obj{"userid": DemoUser})
	require.Equal(t, "40014", answer["sub_code"])
	require.NotEmpty(t, answer["request_id"])
	require.Equal(t, "Invalid method[submsg=不合法ApiName，ApiName = dingtalk.oapi.v2.user.notexist]", r.old("22", "/topapi/v2/user/notexist", nil)["errmsg"])
	require.Equal(t, "请求的URI地址不存在", r.old("404", "/user/none", nil)["errmsg"])
	status, answer = r.send("POST", "/oauth2/corpAccessToken", nil, obj{})
	require.Equal(t, 200, status)
	require.Equal(t, obj{"errcode": json.Number("404"), "errmsg": "请求的URI地址不存在"}, answer)
	status, answer = r.send("POST", "/v1.0/yida/nothing", nil, obj{})
	r.refused(404, "InvalidAction.NotFound", status, answer)
}

func TestCallsInASecond(t *testing.T) {
	t.Parallel()
	r := start(t, WithQPS(20))
	for range 20 {
		r.get("/v1.0/yida/forms", nil)
	}
	status, answer := r.send("GET", "/v1.0/yida/forms", values(r.yida(nil)), nil)
	r.refused(403, "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi", status, answer)
	r.get("/v1.0/yida/forms/formFields", obj{"formUuid": DemoForm}) // another path
	for range 20 {
		r.old("0", "/topapi/v2/user/get", obj{"userid": DemoUser})
	}
	require.Equal(t, "90018", r.old("88", "/topapi/v2/user/get", obj{"userid": DemoUser})["sub_code"])
	r.clock.move(time.Second)
	r.get("/v1.0/yida/forms", nil)
	require.Equal(t, 22, r.s.Count("GET yida/forms"))
}

func TestMonthlyQuota(t *testing.T) {
	t.Parallel()
	r := start(t, WithMonthlyQuota(2, 1))
	r.get("/v1.0/yida/forms", nil)
	r.old("0", "/topapi/v2/user/get", obj{"userid": DemoUser}) // contacts do not count
	r.get("/v1.0/yida/forms", nil)
	status, answer := r.send("GET", "/v1.0/yida/forms", values(r.yida(nil)), nil)
	r.refused(403, "Forbidden.AccessDenied.ApiCountLimitForOrg", status, answer)
	answer = r.old("88", "/topapi/message/corpconversation/getsendresult", obj{"agent_id": 1, "task_id": 1})
	require.Equal(t, "90020", answer["sub_code"])
	r.fetch()
	calls, messages := r.s.MonthlyCalls()
	require.Equal(t, []int{2, 0}, []int{calls, messages})
	r.clock.move(16 * 24 * time.Hour)
	r.token = r.fetch()
	r.get("/v1.0/yida/forms", nil)
}

func TestPermissions(t *testing.T) {
	t.Parallel()
	r := start(t, WithScopes(formRead))
	r.get("/v1.0/yida/forms", nil)
	status, answer := r.send("POST", "/v2.0/yida/forms/instances", nil, r.yida(nil))
	r.refused(403, "Forbidden.AccessDenied.AccessTokenPermissionDenied", status, answer)
	require.Equal(t, obj{"requiredScopes": arr{"Yida.Form.Write"}}, answer["accessdenieddetail"])
	require.Equal(t, "60011", r.old("88", "/topapi/v2/user/get", obj{"userid": DemoUser})["sub_code"])

	late := start(t, WithoutLegacy())
	body := obj{"formUuid": DemoForm, "formDataJson": `{"textField_lq0sj9h9":"杯","textField_lq23ags2":"A"}`}
	status, answer = late.send("POST", "/v1.0/yida/processes/instances/start", nil, late.yida(body))
	late.refused(403, "Forbidden.AccessDenied.AccessTokenPermissionDenied", status, answer)
	late.post("/v2.0/yida/processes/instances/start", body)
	late.get("/v1.0/yida/forms", nil) // has no second version
}

func TestSignedTokensOfSuites(t *testing.T) {
	t.Parallel()
	r := start(t, WithSuite("suite1", "suitesecret", ""))
	ask := func(secret string) obj {
		stamp := strconv.FormatInt(noon.UnixMilli(), 10)
		q := url.Values{
			"accessKey": {"suite1"}, "timestamp": {stamp}, "suiteTicket": {"any ticket"}, "signature": {hmac64(secret, stamp+"\nany ticket")}, "access_token": {""},
		}
		_, answer := r.send("POST", "/oapi/service/get_corp_token", q, obj{"auth_corpid": r.s.CorpID()})
		return answer
	}
	require.Equal(t, json.Number("40089"), ask("x")["errcode"])
	r.token = ask("suitesecret")["access_token"].(string)
	r.old("0", "/topapi/v2/user/get", obj{"userid": DemoUser})
}

func TestHeadersOfAnswers(t *testing.T) {
	t.Parallel()
	r := start(t)
	resp, err := r.client.Do(r.request("GET", "/v1.0/yida/forms", nil, nil))
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	require.Equal(t, "application/json;charset=utf-8", resp.Header.Get("Content-Type"))
	require.Equal(t, "DingTalk/1.0.0", resp.Header.Get("Server"))
	require.NotEmpty(t, resp.Header.Get("X-Acs-Request-Id"))
	require.Empty(t, resp.Header.Get("Retry-After"))
	require.Equal(t, http.StatusBadRequest, resp.StatusCode)
}

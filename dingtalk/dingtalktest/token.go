package dingtalktest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"time"
)

// token is one access token given out.
type token struct {
	text string
	app  string // the application: its key
	old  bool   // by gettoken
	ends time.Time
	dead bool // expired or revoked by the test or a fault
}

func tokenOps() []operation {
	return []operation{
		{verb: "POST", path: "oauth2/accessToken", versions: "1", open: true, free: true, body: "appKey appSecret", serve: (*call).accessToken},
		{verb: "POST", path: "oauth2/{corpId}/token", versions: "1", open: true, free: true, body: "client_id client_secret grant_type", serve: (*call).corpToken},
		{verb: "POST", path: "oauth2/corpAccessToken", versions: "1", open: true, free: true, body: "suiteKey suiteSecret authCorpId suiteTicket", serve: (*call).suiteToken},
		{gate: oapi, verb: "GET", path: "gettoken", open: true, free: true, query: "appkey appsecret", serve: (*call).getToken},
		{gate: oapi, verb: "POST", path: "service/get_corp_token", open: true, free: true, query: "accessKey timestamp suiteTicket signature", body: "auth_corpid", serve: (*call).signedToken},
	}
}

// accessToken is the call of internal applications.
func (c *call) accessToken() (any, *Error) {
	if c.str("appKey") != c.s.appKey || c.str("appSecret") != c.s.appSecret {
		return nil, errCredential
	}
	t := c.s.issue(c.s.appKey, false, false)
	return Row{"accessToken": t, "expireIn": c.s.lifeSeconds()}, nil
}

// corpToken are the client credentials of an organisation.
func (c *call) corpToken() (any, *Error) {
	id, secret := c.str("client_id"), c.str("client_secret")
	switch {
	case c.str("grant_type") != "client_credentials":
		return nil, refuse("unsupported.grant.type", "不支持的grant_type")
	case c.str("corpId") != c.s.corpID:
		return nil, errUnknown
	case id == c.s.appKey && secret == c.s.appSecret, id == c.s.suiteKey && secret == c.s.suiteSecret:
		return Row{"access_token": c.s.issue(id, false, false), "expires_in": c.s.lifeSeconds()}, nil
	}
	return nil, refuse("invalid.client", "无效的client")
}

// suiteToken is the call of third-party applications: every answer a new token.
func (c *call) suiteToken() (any, *Error) {
	switch {
	case c.str("suiteKey") != c.s.suiteKey || c.str("suiteSecret") != c.s.suiteSecret:
		return nil, refuse("invalidSuiteKey", "suitekey不合法")
	case c.str("suiteTicket") == "" || c.s.suiteTicket != "" && c.str("suiteTicket") != c.s.suiteTicket:
		return nil, refuse("invalidSuiteTicket", "suiteTicket不合法")
	case c.str("authCorpId") != c.s.corpID:
		return nil, refuse("invalidAuthInfo", "企业未开通该应用")
	}
	return Row{"accessToken": c.s.issue(c.s.suiteKey, false, true), "expireIn": c.s.lifeSeconds()}, nil
}

// getToken is the old token call.
func (c *call) getToken() (any, *Error) {
	switch {
	case c.str("appkey") == "":
		return nil, oldError(40035, "缺少参数 corpid or appkey")
	case c.str("appkey") != c.s.appKey || c.str("appsecret") != c.s.appSecret:
		return nil, oldError(40096, "不合法的appKey或appSecret")
	}
	return oldOK(Row{"access_token": c.s.issue(c.s.appKey, true, false), "expires_in": c.s.lifeSeconds()}), nil
}

// signedToken is the old call of third-party applications.
func (c *call) signedToken() (any, *Error) {
	stamp, ticket := c.str("timestamp"), c.str("suiteTicket")
	signed := stamp
	if ticket != "" {
		signed += "\n" + ticket
	}
	switch {
	case c.str("accessKey") != c.s.suiteKey || !same(c.str("signature"), hmac64(c.s.suiteSecret, signed)):
		return nil, oldError(40089, "不合法的corpid或corpsecret")
	case c.s.suiteTicket != "" && ticket != c.s.suiteTicket:
		return nil, oldError(40089, "不合法的suite_ticket")
	case c.str("auth_corpid") != c.s.corpID:
		return nil, oldError(40035, "缺少参数 auth_corpid")
	}
	return oldOK(Row{"access_token": c.s.issue(c.s.suiteKey, true, false), "expires_in": c.s.lifeSeconds()}), nil
}

func (s *Server) lifeSeconds() int64 { return int64(s.tokenLife / time.Second) }

// issue gives an application its living token and renews its life, or a new one.
func (s *Server) issue(app string, old, always bool) string {
	now := s.clock()
	for _, t := range s.tokens {
		if t.app == app && t.old == old && !always && s.alive(t, now) {
			t.ends = now.Add(s.tokenLife)
			return t.text
		}
	}
	t := &token{text: randomHex(16), app: app, old: old, ends: now.Add(s.tokenLife)}
	s.tokens[t.text] = t
	s.secrets = append(s.secrets, t.text)
	return t.text
}

func (s *Server) alive(t *token, now time.Time) bool { return !t.dead && now.Before(t.ends) }

// tokenOf checks the access token of a call.
func (c *call) tokenOf() *Error {
	given := c.r.Header.Get("X-Acs-Dingtalk-Access-Token")
	missing, bad := errNoHeader, errBadToken
	if c.gate == oapi {
		given = c.query.Get("access_token")
		missing, bad = wrapped(40000, "access_token is blank"), wrapped(40014, "不合法的access_token")
	}
	if given == "" {
		return missing
	}
	t := c.s.tokens[given]
	if t == nil || !c.s.alive(t, c.s.clock()) || c.s.separateTokens && t.old != (c.gate == oapi) {
		return bad
	}
	c.token = t
	return nil
}

// admit does the gateway's checks: token, permission, calls in a second and in the
// month.
func (c *call) admit() *Error {
	app := c.s.appKey
	if !c.op.open {
		if err := c.tokenOf(); err != nil {
			return err
		}
		app = c.token.app
		if err := c.permitted(); err != nil {
			return err
		}
	}
	if c.key() == "POST robot/send" {
		return nil // has limits of its own
	}
	if !c.s.allow("qps "+app+" "+c.version+c.key(), c.s.qps, time.Second) {
		if c.gate == oapi {
			return wrapped(90018, "您的应用调用当前接口的频率超过限制")
		}
		return throttled("QpsLimitForAppkeyAndApi")
	}
	if c.op.free || c.s.countCall() {
		return nil
	}
	return c.overQuota()
}

func throttled(which string) *Error {
	return &Error{
		Status: http.StatusForbidden, Code: "Forbidden.AccessDenied." + which,
		Message: "您的企业应用调用钉钉开放平台当前接口的所有请求都被暂时禁用了",
	}
}

func (c *call) overQuota() *Error {
	if c.gate == oapi {
		return wrapped(90020, "您的企业调用钉钉开放平台接口的次数超过了本月限额")
	}
	e := *throttled("ApiCountLimitForOrg")
	e.Message = "您的企业调用钉钉开放平台接口的次数超过了本月限额"
	return &e
}

// permitted checks the application's permissions.
func (c *call) permitted() *Error {
	legacy := c.version == "1" && strings.Contains(c.op.versions, "2") && c.s.noLegacy
	if c.op.scope == "" || !legacy && (c.s.scopes == nil || slices.Contains(c.s.scopes, c.op.scope)) {
		return nil
	}
	words := "没有调用该接口的权限，接口权限申请参考：https://open.dingtalk.com/document/orgapp-server/add-api-permission"
	if c.gate == oapi {
		return wrapped(60011, words)
	}
	return &Error{
		Status: http.StatusForbidden, Code: "Forbidden.AccessDenied.AccessTokenPermissionDenied", Message: words, Scopes: []string{c.op.scope},
	}
}

// allow tells whether a call is among the first n of its window; calls it refuses
// do not count. n 0 means no limit.
func (s *Server) allow(key string, n int, window time.Duration) bool {
	if n <= 0 {
		return true
	}
	now := s.clock()
	kept := s.meters[key]
	for len(kept) > 0 && now.Sub(kept[0]) >= window {
		kept = kept[1:]
	}
	if len(kept) >= n {
		s.meters[key] = kept
		return false
	}
	s.meters[key] = append(kept, now)
	return true
}

func (s *Server) newMonth() {
	if m := s.clock().In(china).Format("2006-01"); m != s.month {
		s.month, s.calls, s.messages = m, 0, 0
	}
}

// countCall counts a call against the month; false when the quota is used up.
func (s *Server) countCall() bool {
	s.newMonth()
	if s.monthlyCalls > 0 && s.calls >= s.monthlyCalls {
		return false
	}
	s.calls++
	return true
}

// countMessage is countCall for webhook messages.
func (s *Server) countMessage() bool {
	s.newMonth()
	if s.monthlyMessages > 0 && s.messages >= s.monthlyMessages {
		return false
	}
	s.messages++
	return true
}

// MonthlyCalls tells how many calls and webhook messages of the month counted
// against the organisation's quota so far.
func (s *Server) MonthlyCalls() (calls, messages int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.newMonth()
	return s.calls, s.messages
}

// ExpireTokens ends every access token given out so far: calls with one are
// refused, and the next token call gives a new one.
func (s *Server) ExpireTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.tokens {
		t.dead = true
	}
}

// Tokens tells how many different access tokens were given out.
func (s *Server) Tokens() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.tokens)
}

func hmac64(key, message string) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(message))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func same(a, b string) bool { return hmac.Equal([]byte(a), []byte(b)) }

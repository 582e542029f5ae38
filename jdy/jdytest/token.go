package jdytest

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// token is one app-token given out.
type token struct {
	book    *Book
	ends    time.Time
	expired bool // by ExpireTokens
	revoked bool // by RevokeTokens, a newer token or a fault
}

// authorize answers push_app_authorize.
func (s *Server) authorize(q url.Values) reply {
	rows := []any{}
	wanted := q.Get("outerInstanceId")
	for _, b := range s.books {
		a := b.Account()
		if wanted != "" && wanted != a.OuterInstanceID {
			continue
		}
		status := 1
		if a.Invalid {
			status = 0
		}
		rows = append(rows, map[string]any{
			"accountId": a.ID, "accountName": a.Name, "agreementCompanyName": a.Company, "appKey": a.AppKey, "appSecret": a.AppSecret,
			"clientId": s.clientID, "domain": a.Domain, "groupName": a.Group, "outerInstanceId": a.OuterInstanceID,
			"serviceId": a.ServiceID, "status": status, "accessToken": nil, "appToken": nil, "tid": 12345 + b.index,
			"instanceExpiresTime": s.clock().AddDate(1, 0, 0).UnixMilli(),
		})
	}
	if s.errcodeForm {
		return reply{http.StatusOK, map[string]any{"errcode": 0, "description": "成功", "data": rows}}
	}
	return reply{http.StatusOK, map[string]any{"code": 200, "msg": "success", "data": rows}}
}

// fetchToken answers kingdee_auth_token.
func (s *Server) fetchToken(q url.Values) reply {
	book := s.bookByAppKey(q.Get("app_key"))
	if book == nil {
		return refuse(codeAppKey, "用户授权数据异常，请检查appKey").reply()
	}
	if !book.tokenCalls.allow(s.clock(), s.tokensPerMin) {
		return errThrottled.reply()
	}
	a := book.Account()
	if a.Invalid {
		return refuse(codeAppKey, "用户授权数据异常，授权已失效").reply()
	}
	if !equal(q.Get("app_signature"), sign(a.AppSecret, a.AppKey)) {
		return refuse(codeRotated, "授权密钥校验失败").reply()
	}
	now := s.clock()
	ends := now.Add(s.tokenLife)
	data := map[string]any{"uid": 141861382 + book.index, "app-token": s.issue(book, now, ends)}
	if !s.bareToken {
		data["access_token"], data["expires"], data["domain"] = randomHex(16), ends.UnixMilli(), a.Domain
	}
	return reply{http.StatusOK, map[string]any{"errcode": 0, "description": "成功", "data": data}}
}

func (s *Server) bookByAppKey(key string) *Book {
	for _, b := range s.books {
		if b.Account().AppKey == key {
			return b
		}
	}
	return nil
}

// issue makes a JWT and remembers it. Its signature is nobody's business but
// the platform's; the claims are real.
func (s *Server) issue(book *Book, now, ends time.Time) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.singleToken {
		for _, t := range s.tokens {
			t.revoked = t.revoked || t.book == book
		}
	}
	s.issued++
	claims, _ := json.Marshal(map[string]any{"iat": now.Unix(), "exp": ends.Unix(), "accountId": book.account.ID, "jti": s.issued})
	text := b64url([]byte(`{"typ":"JWT","alg":"HS256"}`)) + "." + b64url(claims)
	mac := hmac.New(sha256.New, []byte(s.clientSecret))
	mac.Write([]byte(text))
	text += "." + b64url(mac.Sum(nil))
	s.tokens[text] = &token{book: book, ends: time.Unix(ends.Unix(), 0)}
	return text
}

// bookOf finds the account set of an app-token.
func (s *Server) bookOf(text string) (*Book, *Error) {
	if text == "" {
		return nil, gateway(4009, "Unauthorized, access token is empty", "认证失败, 访问令牌为空")
	}
	now := s.clock()
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tokens[text]
	switch {
	case t == nil || t.revoked:
		return nil, gateway(4010, "Unauthorized, access token is invalid", "认证失败, 访问令牌无效")
	case t.expired || !now.Before(t.ends):
		return nil, s.expired()
	}
	return t.book, nil
}

func (s *Server) expired() *Error {
	return &Error{Status: s.expiredStatus, Code: codeJWTExpired, Description: "JWT token has expired"}
}

// ExpireTokens ends every app-token given out so far: business calls with one
// answer errcode 1000202001.
func (s *Server) ExpireTokens() { s.eachToken(func(t *token) { t.expired = true }) }

// RevokeTokens makes every app-token given out so far unknown: business calls
// with one answer errcode 4010 with HTTP 519.
func (s *Server) RevokeTokens() { s.eachToken(func(t *token) { t.revoked = true }) }

func (s *Server) eachToken(f func(*token)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.tokens {
		f(t)
	}
}

// Tokens tells how many app-tokens were given out, over all account sets.
func (s *Server) Tokens() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.issued
}

// RotateSecret gives the account set a new appSecret and returns it. Tokens
// fetched with the old one stay valid; a new token needs the new secret, which
// push_app_authorize tells.
func (b *Book) RotateSecret() string {
	secret := randomHex(20)
	b.s.mu.Lock()
	defer b.s.mu.Unlock()
	b.account.AppSecret = secret
	return secret
}

// MaxTokenCallsPerMinute tells the largest number of kingdee_auth_token calls
// that arrived for the account set in any 60 seconds, refused ones too. The
// platform allows 2.
func (b *Book) MaxTokenCallsPerMinute() int { return b.tokenCalls.most() }

// MaxCallsPerMinute tells the largest number of business calls that arrived for
// the account set in any 60 seconds, refused ones too. The platform allows 500.
func (b *Book) MaxCallsPerMinute() int { return b.calls.most() }

// meter counts calls in a sliding minute.
type meter struct {
	mu      sync.Mutex
	arrived []time.Time
	let     []time.Time
	peak    int
}

// arrive notes one call, answered or not.
func (m *meter) arrive(now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.arrived = append(recent(m.arrived, now), now)
	m.peak = max(m.peak, len(m.arrived))
}

// allow tells whether a call is among the first n of its minute; calls it
// refuses do not count.
func (m *meter) allow(now time.Time, n int) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.let = recent(m.let, now)
	if n > 0 && len(m.let) >= n {
		return false
	}
	m.let = append(m.let, now)
	return true
}

func (m *meter) most() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.peak
}

// recent keeps the instants of the last 60 seconds.
func recent(times []time.Time, now time.Time) []time.Time {
	i := 0
	for i < len(times) && now.Sub(times[i]) >= time.Minute {
		i++
	}
	return times[i:]
}

func b64url(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func randomHex(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}

// fill gives an account set the members it was not given.
func (a Account) fill(i int, instance string) Account {
	set := func(to *string, format string, args ...any) {
		if *to == "" {
			*to = fmt.Sprintf(format, args...)
		}
	}
	set(&a.ID, "1783803326505631%03d", 821+i)
	set(&a.Name, "演示账套%d", i+1)
	set(&a.Company, "对接演示有限公司")
	set(&a.ServiceID, "79000000000%02d", 1+i)
	set(&a.OuterInstanceID, "%s", instance)
	set(&a.AppKey, "Ab3dEf%02d", i)
	set(&a.AppSecret, "1f2e3d4c5b6a79880716253443526170a1b2c3%02x", 0xd4+i)
	set(&a.Domain, "https://tf.jdy.com")
	set(&a.Group, "ns-t33w")
	return a
}

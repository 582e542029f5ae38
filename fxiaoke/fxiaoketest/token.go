package fxiaoketest

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

const (
	tokenBody   = "/cgi/corpAccessToken/get/V2"
	tokenHeader = "/oauth2.0/token"

	tokenLife = 7200 * time.Second
	tokenSame = 6600 * time.Second // for so long the same token is answered
)

type token struct {
	text  string
	made  time.Time
	ended bool
}

// fetchToken answers both token calls: the same token for 6600 s, then a new one.
func (s *Server) fetchToken(path string, body Row) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock()
	if s.tokenRate > 0 && !s.within("token", now, time.Minute, s.tokenRate) {
		return s.refused(errThrottled)
	}
	if path == tokenHeader && text(body["grantType"]) != "app_secret" {
		return s.refused(refuse(32000, "grantType is error"))
	}
	if ref := s.checkCredentials(body); ref != nil {
		return s.refused(ref)
	}
	if s.current == nil || now.Sub(s.current.made) >= tokenSame {
		s.newToken(now)
	}
	left := int((tokenLife - now.Sub(s.current.made)) / time.Second)
	if path == tokenBody {
		return s.succeeded(map[string]any{
			"errorMessage": "success", "corpAccessToken": s.current.text, "corpId": s.corpID, "expiresIn": left,
		})
	}
	return s.succeeded(map[string]any{
		"errorMessage": "success", "openUserId": s.corpID, "accessToken": s.current.text, "expiresIn": left, "appId": s.appID, "ea": s.ea,
	})
}

func (s *Server) newToken(now time.Time) {
	s.nextID++
	s.current = &token{text: fmt.Sprintf("C0FFEE%026X", 0x5000_0000+s.nextID), made: now}
	s.tokens = append(s.tokens, s.current)
}

func (s *Server) checkCredentials(body Row) *refusal {
	wrong := refuse(10006, "the parameter appSecret is missing or illegal")
	appOK := text(body["appId"]) == s.appID && text(body["appSecret"]) == s.appSecret
	codeOK := text(body["permanentCode"]) == s.permanentCode
	switch {
	case appOK && codeOK:
		return nil
	case s.credentialCodes && appOK:
		return refuse(20015, "permanentCode is error")
	case s.credentialCodes:
		return refuse(20006, "appId or appSecret is error")
	}
	return wrong
}

// good tells that a token is in force.
func (s *Server) good(text string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.tokens {
		if t.text == text && !t.ended && s.clock().Sub(t.made) < tokenLife {
			return true
		}
	}
	return false
}

// RevokeToken ends the token in force; the next token call answers a new one.
func (s *Server) RevokeToken() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current != nil {
		s.current.ended, s.current = true, nil
	}
}

// RefuseToken makes calls refuse the token in force while the token call goes on
// answering the same one, as a refusal inside its first 6600 s looks.
func (s *Server) RefuseToken() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current != nil {
		s.current.ended = true
	}
}

// Tokens lists every token issued so far, for tests that look for them where they must
// not be.
func (s *Server) Tokens() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, t := range s.tokens {
		out = append(out, t.text)
	}
	return out
}

// authenticate finds out who calls and how employees are to appear.
func (c *call) authenticate(r *http.Request) *refusal {
	header, inBody := r.Header.Get("Authorization"), text(c.body["corpAccessToken"])
	switch {
	case header == "" && inBody == "":
		ref := refuse(20017, "corpAccessToken为必填项，不能为空")
		return ref
	case header != "" && inBody != "":
		return refuse(15002, "parameter is not legal: two modes of credentials")
	case header != "":
		return c.headerMode(r, header)
	}
	if !c.s.good(inBody) || text(c.body["corpId"]) != c.s.corpID {
		return errToken
	}
	c.open = true
	c.choose()
	user := text(c.body["currentOpenUserId"])
	if user == "" && strings.HasPrefix(r.URL.Path, "/cgi/crm/") {
		return refuse(10010, "the parameter currentOpenUserId is missing or illegal")
	}
	if user != "" {
		c.actor = c.s.employeeOf(user)
		if c.actor == "" || !strings.HasPrefix(user, "FSUID_") {
			return refuse(20012, "openUserId not found")
		}
	}
	return nil
}

func (c *call) headerMode(r *http.Request, header string) *refusal {
	bearer, ok := strings.CutPrefix(header, "Bearer ")
	if !ok || !c.s.good(bearer) || r.Header.Get("X-Fs-Ea") != c.s.ea {
		return errToken
	}
	c.choose()
	user := r.Header.Get("X-Fs-Userid")
	if user == "" || strings.Trim(user, "0123456789") != "" {
		return refuse(11008, "the parameter openUserId is missing or illegal")
	}
	c.actor = user
	if c.s.openIDOf(user) == "" {
		return refuse(30027, "employee does not exist")
	}
	return nil
}

// choose reads the switch convertUserId.
func (c *call) choose() {
	if v, sent := c.body["convertUserId"]; sent {
		c.open = flag(v)
	}
	c.nulls = flag(c.body["includeNull"])
}

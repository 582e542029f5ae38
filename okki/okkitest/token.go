package okkitest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// token is one access token.
type token struct {
	scopes  []string
	expires time.Time
	refresh string
	gone    bool
}

// lacks is the first scope that is wanted when the token has none of them.
func (t *token) lacks(wanted []string) string {
	if len(wanted) == 0 {
		return ""
	}
	for _, w := range wanted {
		if slices.Contains(t.scopes, w) {
			return ""
		}
	}
	return wanted[0]
}

func oauthError(status int, name, text string) reply {
	return reply{status: status, body: map[string]any{"error": name, "error_description": text, "message": text}}
}

// denied is the answer to a call without a good token.
func denied() reply {
	return oauthError(http.StatusUnauthorized, "access_denied", "The resource owner or authorization server denied the request.")
}

// form reads a token request, a form or a JSON object.
func form(r *http.Request, body []byte) url.Values {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind == "application/json" {
		var m map[string]any
		out := url.Values{}
		if json.Unmarshal(body, &m) == nil {
			for k, v := range m {
				out.Set(k, text(v))
			}
		}
		return out
	}
	q, err := url.ParseQuery(string(body))
	if err != nil {
		return url.Values{}
	}
	return q
}

func (s *Server) fetchToken(r *http.Request, body []byte) reply {
	q := form(r, body)
	grant := q.Get("grant_type")
	if grant != "client_credentials" && grant != "password" {
		return oauthError(http.StatusBadRequest, "unsupported_grant_type", "The authorization grant type is not supported by the authorization server.")
	}
	if q.Get("client_id") != s.clientID || q.Get("client_secret") != s.clientSecret {
		return oauthError(http.StatusBadRequest, "invalid_client", "Client authentication failed")
	}
	scopes := strings.Fields(q.Get("scope"))
	if len(scopes) == 0 {
		return oauthError(http.StatusBadRequest, "invalid_request", "The request is missing a required parameter: scope")
	}
	for _, scope := range scopes {
		if !slices.Contains(s.scopes, scope) {
			return oauthError(http.StatusBadRequest, "invalid_scope", "The requested scope is invalid, unknown, or malformed: "+scope)
		}
	}
	if grant == "password" && (q.Get("username") != s.username || q.Get("password") != s.passwordHash) {
		return oauthError(http.StatusUnauthorized, "invalid_credentials", "The user credentials were incorrect.")
	}
	return s.issue(scopes, grant == "password")
}

func (s *Server) refreshToken(r *http.Request, body []byte) reply {
	q := form(r, body)
	switch {
	case q.Get("grant_type") != "refresh_token":
		return oauthError(http.StatusBadRequest, "unsupported_grant_type", "The authorization grant type is not supported by the authorization server.")
	case q.Get("client_id") != s.clientID || q.Get("client_secret") != s.clientSecret:
		return oauthError(http.StatusUnauthorized, "invalid_client", "Client authentication failed")
	}
	s.mu.Lock()
	t := s.refreshes[q.Get("refresh_token")]
	delete(s.refreshes, q.Get("refresh_token"))
	s.mu.Unlock()
	if t == nil {
		return reply{status: http.StatusBadRequest, body: map[string]any{
			"error": "invalid_request", "error_description": "The refresh token is invalid.", "hint": "Token has been revoked",
			"message": "The refresh token is invalid.",
		}}
	}
	return s.issue(t.scopes, true)
}

// issue makes a token that looks as the platform's: three parts, base64 inside.
func (s *Server) issue(scopes []string, withRefresh bool) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.issued++
	now := s.clock()
	claims, _ := json.Marshal(map[string]any{
		"aud": s.clientID, "jti": fmt.Sprintf("%08x", s.issued), "iat": now.Unix(), "exp": now.Add(s.tokenLife).Unix(), "scopes": scopes,
	})
	enc := base64.RawURLEncoding.EncodeToString
	text := enc([]byte(`{"typ":"JWT","alg":"RS256"}`)) + "." + enc(claims) + "." + enc(fmt.Appendf(nil, "signature %d of %s", s.issued, s.clientID))
	t := &token{scopes: scopes, expires: now.Add(s.tokenLife)}
	answer := map[string]any{"token_type": "Bearer", "access_token": text}
	if s.sayExpiry {
		answer["expires_in"] = int(s.tokenLife / time.Second)
	}
	if withRefresh {
		t.refresh = fmt.Sprintf("def50200%024x", s.issued)
		s.refreshes[t.refresh] = t
		answer["refresh_token"] = t.refresh
	}
	s.tokens[text] = t
	return reply{body: answer}
}

func tokenText(r *http.Request) string {
	return strings.TrimSpace(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
}

// tokenOf is the good token of a call, bare or as Bearer.
func (s *Server) tokenOf(r *http.Request) *token {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tokens[tokenText(r)]
	if t == nil || t.gone || !s.clock().Before(t.expires) {
		return nil
	}
	return t
}

func (s *Server) dropToken(r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.tokens[tokenText(r)]; t != nil {
		t.gone = true
	}
}

// RevokeTokens ends every token issued so far, before their time.
func (s *Server) RevokeTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.tokens {
		t.gone = true
	}
}

// RevokeRefreshTokens ends every refresh token issued so far.
func (s *Server) RevokeRefreshTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.refreshes)
}

// Issued tells how many tokens were issued.
func (s *Server) Issued() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.issued
}

// Tokens lists every access and refresh token issued so far, for tests that look for
// them where they must not be.
func (s *Server) Tokens() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for text, t := range s.tokens {
		out = append(out, text)
		if t.refresh != "" {
			out = append(out, t.refresh)
		}
	}
	return out
}

package okki

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/tokencache"
	"github.com/duijie-go/duijie/internal/wire"
)

const (
	oauthPrefix = "/v1/oauth2/"
	tokenPath   = oauthPrefix + "access_token"
	refreshPath = oauthPrefix + "refresh_token"
)

var (
	tokenCall   = &Operation{Method: http.MethodPost, Path: tokenPath, Title: "鉴权接口", Effect: duijie.EffectRead, noToken: true}
	refreshCall = &Operation{Method: http.MethodPost, Path: refreshPath, Title: "刷新令牌接口", Effect: duijie.EffectWrite, noToken: true}
)

// session is a token as it stands in the token store.
type session struct {
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token,omitempty"`
}

func readSession(t duijie.Token) (session, error) {
	var s session
	if err := wire.Unmarshal([]byte(t.Value.Reveal()), &s); err != nil || s.Access == "" || !headerText(s.Access) {
		return session{}, fmt.Errorf("okki: what the token store holds is no token of this platform: %w", duijie.ErrInvalid)
	}
	return s, nil
}

// headerText tells whether a text can be sent in a header as it is.
func headerText(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

// sessions hands out the token, one for the whole client.
type sessions struct {
	source *tokencache.Source
	// floor is the newest generation known to be refused: the next call must not
	// use it again.
	floor atomic.Int64
}

// Token returns a token newer than refused.
func (s *sessions) Token(ctx context.Context, refused int64) (duijie.Token, error) {
	return s.source.Token(ctx, max(refused, s.floor.Load()))
}

func (s *sessions) lost(gen int64) {
	for old := s.floor.Load(); old < gen && !s.floor.CompareAndSwap(old, gen); old = s.floor.Load() {
	}
}

// tokenScope names the token in a shared store. It holds a hash of the secrets, so
// that a wrong one never finds the token of a right one.
func (c Config) tokenScope() string {
	sum := sha256.Sum256([]byte(strings.Join([]string{
		c.base(), c.ClientID, c.scopeText(), c.Username, c.ClientSecret.Fingerprint(), c.Password.Fingerprint(), c.PasswordHash.Fingerprint(),
	}, "\x00")))
	host := "?"
	if u, err := url.Parse(c.base()); err == nil {
		host = strings.ToLower(u.Host)
	}
	return platform + " " + host[:min(len(host), 300)] + " " + hex.EncodeToString(sum[:])
}

// TokenStatus tells about the current token, never the token itself.
type TokenStatus struct {
	Expires  time.Time // when it ends, in China time; the platform may end it earlier
	Renewals int64     // how often the scope's token was renewed, from 1
}

// Token makes sure there is a token that works for a while, and tells about it
// (鉴权接口). Tokens live eight hours and are renewed five minutes before.
//
// Effect: read.
func (c *Client) Token(ctx context.Context) (TokenStatus, error) {
	t, err := c.tokens.Token(ctx, 0)
	if err != nil {
		return TokenStatus{}, err
	}
	return TokenStatus{Expires: t.Expires.In(duijie.China), Renewals: t.Gen}, nil
}

// login gets a token. The password grant has refresh tokens: one is used where
// there is one, and where it brings no token, for whatever reason but one that passes
// or concerns the application, the password is.
func (c *Client) login(ctx context.Context) (duijie.Token, error) {
	if c.cfg.Username != "" {
		old, err := c.store.Load(ctx, c.cfg.tokenScope())
		if err != nil {
			return duijie.Token{}, fmt.Errorf("okki: token store: %w", err)
		}
		if s, err := readSession(old); err == nil && s.Refresh != "" {
			t, err := c.refresh(ctx, s.Refresh)
			if err == nil || !refreshGone(err) {
				return t, err
			}
		}
	}
	fields := []string{"grant_type", "client_credentials", "client_id", c.cfg.ClientID, "client_secret", c.cfg.ClientSecret.Reveal(), "scope", c.cfg.scopeText()}
	if c.cfg.Username != "" {
		fields[1] = "password"
		fields = append(fields, "username", c.cfg.Username, "password", c.cfg.passwordHash())
	}
	return c.askToken(ctx, tokenCall, fields, c.cfg.TokenJSON)
}

func (c *Client) refresh(ctx context.Context, token string) (duijie.Token, error) {
	return c.askToken(ctx, refreshCall, []string{
		"grant_type", "refresh_token", "refresh_token", token, "client_id", c.cfg.ClientID, "client_secret", c.cfg.ClientSecret.Reveal(),
	}, false)
}

// refreshGone: the refresh token is of no more use, or may be: a refresh whose
// answer was lost, or told no token, has used it up. A refusal of the application
// itself would meet the login too, and what passes leaves the token as it was.
func refreshGone(err error) bool {
	e, ok := errors.AsType[*duijie.APIError](err)
	switch {
	case !ok || e.Code == "invalid_client":
		return false
	case e.OutcomeUnknown || errors.Is(e, duijie.ErrMalformedAnswer):
		return true
	}
	return e.Class != duijie.ClassThrottled && e.Class != duijie.ClassUnavailable
}

// askToken makes one token call. fields are names and values in turn.
func (c *Client) askToken(ctx context.Context, op *Operation, fields []string, asJSON bool) (duijie.Token, error) {
	r := &request{op: op}
	if asJSON {
		object := map[string]string{}
		for i := 0; i < len(fields); i += 2 {
			object[fields[i]] = fields[i+1] //nolint:gosec // names and values come in pairs
		}
		body, err := wire.Marshal(object)
		if err != nil {
			return duijie.Token{}, fmt.Errorf("okki: %w", err)
		}
		r.body, r.contentType = body, "application/json"
	} else {
		r.body, r.contentType = []byte(formText(fields)), "application/x-www-form-urlencoded"
	}
	asked := time.Now()
	e, err := c.send(ctx, r, duijie.CallOptions{})
	if err != nil {
		return duijie.Token{}, hideSecrets(err, fields)
	}
	return readToken(op, e, asked)
}

// hideSecrets blanks a refresh token out of the platform's words.
func hideSecrets(err error, fields []string) error {
	e, ok := errors.AsType[*duijie.APIError](err)
	if !ok || len(fields) < 4 || fields[2] != "refresh_token" || !strings.Contains(e.Message, fields[3]) {
		return err
	}
	hidden := *e
	hidden.Message = strings.ReplaceAll(e.Message, fields[3], "[redacted]")
	return &hidden
}

// formText is a form with its fields in order.
func formText(fields []string) string {
	var b strings.Builder
	for i := 0; i < len(fields); i += 2 {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(url.QueryEscape(fields[i]) + "=" + url.QueryEscape(fields[i+1]))
	}
	return b.String()
}

// tokenLife is how long a token lives where nothing says so.
const tokenLife = 8 * time.Hour

// readToken reads the answer to a token call.
func readToken(op *Operation, e envelope, now time.Time) (duijie.Token, error) {
	m := members(e.whole)
	if scalar(m["access_token"]) == "" {
		m = members(e.data) // one client knows this form
	}
	s := session{Access: scalar(m["access_token"]), Refresh: scalar(m["refresh_token"])}
	if s.Access == "" || !headerText(s.Access) {
		return duijie.Token{}, &duijie.APIError{
			Platform: platform, Op: op.Path, Class: duijie.ClassUnauthenticated, Err: duijie.ErrMalformedAnswer,
			Message: "the answer holds no access token",
		}
	}
	value, err := wire.Marshal(s)
	if err != nil {
		return duijie.Token{}, fmt.Errorf("okki: %w", err)
	}
	return duijie.Token{Value: duijie.NewSecret(string(value)), Expires: tokenEnd(scalar(m["expires_in"]), s.Access, now)}, nil
}

// tokenEnd is when a token ends: as told, else as the token says itself, else in
// eight hours. An end that has passed already is not believed.
func tokenEnd(told, token string, now time.Time) time.Time {
	const longest = 10 * 365 * 24 * 3600
	if n, ok := whole(told); ok && n > 0 && n < longest {
		return now.Add(time.Duration(n) * time.Second)
	}
	if end, ok := jwtExpiry(token); ok && end.After(now) {
		return end
	}
	return now.Add(tokenLife)
}

// jwtExpiry reads exp of a JWT, which may have a fraction. The signature is the
// platform's business.
func jwtExpiry(token string) (time.Time, bool) {
	_, rest, _ := strings.Cut(token, ".")
	payload, _, ok := strings.Cut(rest, ".")
	if !ok {
		return time.Time{}, false
	}
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(payload, "="))
	if err != nil || !json.Valid(raw) {
		return time.Time{}, false
	}
	text, _, _ := strings.Cut(memberText(raw, "exp"), ".")
	seconds, ok := whole(text)
	const latest = 253402300799 // the end of the year 9999
	if !ok || seconds <= 0 || seconds > latest {
		return time.Time{}, false
	}
	return time.Unix(seconds, 0), true
}

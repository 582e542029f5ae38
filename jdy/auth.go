package jdy

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/tokencache"
	"github.com/duijie-go/duijie/internal/wire"
)

// session is a token with what calls need beside it, as it stands in the token
// store. The key tells which secret of the day it was made with.
type session struct {
	Token       string `json:"token"`
	Domain      string `json:"domain"`
	AccountID   string `json:"account_id"`
	AccountName string `json:"account_name"`
	Key         string `json:"key"`
}

func readSession(t duijie.Token) (session, error) {
	var s session
	if err := wire.Unmarshal([]byte(t.Value.Reveal()), &s); err != nil || s.Token == "" || !headerText(s.Token) || !headerText(s.Domain) {
		return session{}, fmt.Errorf("jdy: what the token store holds is no token of this platform: %w", duijie.ErrInvalid)
	}
	return s, nil
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

// scope names the token in a shared store. It holds a hash of the secret, so
// that a wrong one never finds the token of a right one.
func (c Config) scope() string {
	parts := []string{platform, strings.ToLower(c.base()), c.ClientID, c.OuterInstanceID, c.AccountID, c.ServiceID, c.AppKey, c.UserID}
	for i, p := range parts {
		parts[i] = strconv.Quote(p)
	}
	parts = append(parts, c.ClientSecret.Fingerprint())
	if c.static() {
		parts = append(parts, c.AppSecret.Fingerprint())
	}
	return strings.Join(parts, " ")
}

// TokenStatus tells about the current token, never the token itself.
type TokenStatus struct {
	AccountID   string    // the account set it is for; "" without OuterInstanceID
	AccountName string    // its name
	Domain      string    // the data centre calls are routed to
	Expires     time.Time // when it ends, in China time
	Renewals    int64     // how often the scope's token was renewed, from 1
}

// Token makes sure there is a token that works for a while, and tells about it.
// The secret of the day is fetched and the token renewed where needed.
//
// Effect: read. Limit: two token calls a minute for an application, counted over
// all processes that share a duijie.QuotaStore.
func (c *Client) Token(ctx context.Context) (TokenStatus, error) {
	t, err := c.sessions.Token(ctx, 0)
	if err != nil {
		return TokenStatus{}, err
	}
	s, err := readSession(t)
	if err != nil {
		return TokenStatus{}, err
	}
	return TokenStatus{
		AccountID: s.AccountID, AccountName: s.AccountName, Domain: s.Domain, Renewals: t.Gen,
		Expires: t.Expires.In(duijie.China),
	}, nil
}

// tokenCall asks for a token.
var tokenCall = &Operation{Method: http.MethodGet, Path: tokenPath, Title: "获取app-token", Effect: duijie.EffectRead, group: authGroup, noToken: true}

// login gets a token with the secret of the day. The secret is asked for each
// time, because it changes about once a day and the call is free; should it change
// just now, it is asked for once more.
func (c *Client) login(ctx context.Context) (duijie.Token, error) {
	for attempt := 1; ; attempt++ {
		a, err := c.authorization(ctx)
		if err != nil {
			return duijie.Token{}, err
		}
		if err := c.sameAccount(ctx, a); err != nil {
			return duijie.Token{}, err
		}
		t, err := c.fetchToken(ctx, a)
		if err == nil || attempt > 1 || c.cfg.static() || !secretChanged(err) {
			return t, err
		}
	}
}

// sameAccount refuses an account set other than the one the last token was for: what
// was written and remembered of that one is not true of another.
func (c *Client) sameAccount(ctx context.Context, a authorization) error {
	last, err := c.store.Load(ctx, c.cfg.scope())
	if err != nil {
		return fmt.Errorf("jdy: token store: %w", err)
	}
	s, err := readSession(last)
	if err != nil || s.AccountID == "" || s.AccountID == a.ID {
		return nil //nolint:nilerr // there is no token yet
	}
	return &duijie.APIError{
		Platform: platform, Op: authorizeCall.Path, Class: duijie.ClassInvalid,
		Message: fmt.Sprintf("account set %s was used until now, and the authorisation is for %s (%s)", s.AccountID, a.ID, firstOf(a.Name, a.Company, "no name")),
		Hint:    "if that is meant, choose it with AccountID of the Config (JDY_ACCOUNT_ID), and give pipelines into it new names",
	}
}

// secretChanged: the token call did not take key or secret.
func secretChanged(err error) bool {
	e, ok := errors.AsType[*duijie.APIError](err)
	return ok && (e.Code == "1030002006" || e.Code == "1020002008")
}

// authorization is the account set calls are for, with its secret.
func (c *Client) authorization(ctx context.Context) (authorization, error) {
	if c.cfg.static() {
		return authorization{
			Account: Account{ID: c.cfg.AccountID, AppKey: c.cfg.AppKey, Domain: c.cfg.Domain, Valid: true}, secret: c.cfg.AppSecret,
		}, nil
	}
	rows, err := c.authorizations(ctx)
	if err != nil {
		return authorization{}, err
	}
	return c.cfg.choose(rows)
}

func (c *Client) fetchToken(ctx context.Context, a authorization) (duijie.Token, error) {
	signature := appSignature(a.AppKey, a.secret.Reveal())
	c.blanks.note(a.secret.Reveal(), a.AppKey)
	c.blanks.sign(signature)
	query := []pair{{"app_key", a.AppKey}, {"app_signature", signature}}
	if c.cfg.UserID != "" {
		query = append(query, pair{"uid", c.cfg.UserID})
	}
	e, err := c.send(ctx, &request{op: tokenCall, query: query, before: c.bookTokenCall}, duijie.CallOptions{})
	if err != nil {
		return duijie.Token{}, err
	}
	m := members(e.data)
	s := session{
		Token: scalar(m["app-token"]), Domain: a.Domain, AccountID: a.ID, AccountName: firstOf(a.Name, a.Company),
		Key: a.secret.Fingerprint(),
	}
	if s.Domain == "" {
		s.Domain = scalar(m["domain"])
	}
	if s.Token == "" || !headerText(s.Token) || !headerText(s.Domain) {
		return duijie.Token{}, &duijie.APIError{
			Platform: platform, Op: tokenCall.Path, Class: duijie.ClassUnauthenticated, Err: duijie.ErrMalformedAnswer,
			Message: "the answer holds no app-token",
		}
	}
	value, err := wire.Marshal(s)
	if err != nil {
		return duijie.Token{}, fmt.Errorf("jdy: %w", err)
	}
	return duijie.Token{Value: duijie.NewSecret(string(value)), Expires: c.expires(s.Token, scalar(m["expires"]))}, nil
}

// tokenLife is how long a token lives where nothing says so.
const tokenLife = 24 * time.Hour

// expires is when a token ends by our clock: what the token says itself, else
// the answer, else 24 hours. An end that has passed already is not believed, or
// every call would ask for a new token.
func (c *Client) expires(token, told string) time.Time {
	now := time.Now()
	ours := now.Sub(c.http.Now()) // the platform's clock may be another
	if at, ok := jwtExpiry(token); ok {
		if end := at.Add(ours); end.After(now) {
			return end
		}
	}
	if ms, ok := whole(told); ok {
		if end := time.UnixMilli(ms).Add(ours); end.After(now) {
			return end
		}
	}
	return now.Add(tokenLife)
}

// jwtExpiry reads exp of a JWT. The signature is the platform's business.
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
	seconds, ok := whole(memberText(raw, "exp"))
	const latest = 253402300799 // the end of the year 9999
	if !ok || seconds <= 0 || seconds > latest {
		return time.Time{}, false
	}
	return time.Unix(seconds, 0), true
}

// processQuota counts token calls where the token store does not: for all
// clients of this process together.
var processQuota = duijie.NewMemoryTokenStore().(duijie.QuotaStore)

// quotaScope names what is counted: the token calls of one application.
func (c Config) quotaScope() string {
	host := c.base()
	if u, err := url.Parse(host); err == nil {
		host = u.Host
	}
	return platform + " token calls " + strconv.Quote(strings.ToLower(host)) + " " + strconv.Quote(c.ClientID)
}

// bookTokenCall waits for the turn of one token call. It comes before every
// attempt, so that a repeat counts too.
func (c *Client) bookTokenCall(ctx context.Context) error {
	wait, ok, err := c.quota.Reserve(ctx, c.cfg.quotaScope(), tokenQuota, c.tokenWait)
	switch {
	case err != nil:
		return fmt.Errorf("jdy: counting token calls: %w", err)
	case !ok:
		return &duijie.APIError{
			Platform: platform, Op: tokenCall.Path, Class: duijie.ClassThrottled, RetryAfter: wait,
			Message: fmt.Sprintf("the next token call may be made in %v", wait.Round(time.Second)),
			Hint:    "the platform takes two token calls a minute: share the token between processes with duijie.WithTokenStore, and clients within one",
		}
	case wait <= 0:
		return nil
	}
	c.log.Warn("waiting for the turn of a token call", "platform", platform, "wait", wait)
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

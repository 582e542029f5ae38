package dingtalk

import (
	"context"
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

// sessions hands out the token of one gateway.
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
func (c Config) scope(base, kind string) string {
	parts := []string{platform, kind, strings.ToLower(base), c.AppKey, c.CorpID}
	for i, p := range parts {
		parts[i] = strconv.Quote(p)
	}
	return strings.Join(append(parts, c.AppSecret.Fingerprint()), " ")
}

// newSessions are the tokens of the two gateways: one for both, unless the
// old gateway is to have its own.
func (c *Client) newSessions(store duijie.TokenStore) (api, oapi *sessions) {
	kind, fetch := "internal", c.internalToken
	switch {
	case c.cfg.SuiteTicket != nil:
		kind, fetch = "suite", c.suiteToken
	case c.cfg.CorpID != "":
		kind, fetch = "corp", c.corpToken
	}
	api = &sessions{source: tokencache.New(store, c.cfg.scope(c.cfg.base(), kind), fetch)}
	if !c.cfg.SeparateOAPIToken {
		return api, api
	}
	return api, &sessions{source: tokencache.New(store, c.cfg.scope(c.cfg.oapiBase(), "gettoken"), c.oldToken)}
}

// Token makes sure there is a token that works for a while and tells when it
// ends; never the token itself. 获取应用的 accessToken.
//
// Effect: read. Token calls do not count against the monthly quota.
func (c *Client) Token(ctx context.Context) (expires time.Time, err error) {
	t, err := c.api.tokens.Token(ctx, 0)
	return t.Expires.In(duijie.China), err
}

// internalToken asks for the token of an internal application. While one lives,
// the platform gives the same text again and renews its life.
func (c *Client) internalToken(ctx context.Context) (duijie.Token, error) {
	return c.fetchToken(ctx, c.api, http.MethodPost, "/v1.0/oauth2/accessToken", nil,
		map[string]string{"appKey": c.cfg.AppKey, "appSecret": c.cfg.AppSecret.Reveal()})
}

// corpToken asks as client credentials for one organisation.
func (c *Client) corpToken(ctx context.Context) (duijie.Token, error) {
	return c.fetchToken(ctx, c.api, http.MethodPost, "/v1.0/oauth2/"+url.PathEscape(c.cfg.CorpID)+"/token", nil,
		map[string]string{"client_id": c.cfg.AppKey, "client_secret": c.cfg.AppSecret.Reveal(), "grant_type": "client_credentials"})
}

// suiteToken asks for a third-party application, in the name of an organisation.
func (c *Client) suiteToken(ctx context.Context) (duijie.Token, error) {
	ticket, err := c.cfg.SuiteTicket(ctx)
	if err != nil {
		return duijie.Token{}, err
	}
	return c.fetchToken(ctx, c.api, http.MethodPost, "/v1.0/oauth2/corpAccessToken", nil, map[string]string{
		"suiteKey": c.cfg.AppKey, "suiteSecret": c.cfg.AppSecret.Reveal(), "authCorpId": c.cfg.CorpID, "suiteTicket": ticket.Reveal(),
	}, ticket)
}

// oldToken asks for a token of the old gateway.
func (c *Client) oldToken(ctx context.Context) (duijie.Token, error) {
	return c.fetchToken(ctx, c.oapi, http.MethodGet, "/gettoken",
		Query{"appkey": c.cfg.AppKey, "appsecret": c.cfg.AppSecret.Reveal()}, nil)
}

// defaultLife is how long a token lives where the answer does not say.
const defaultLife = 2 * time.Hour

func (c *Client) fetchToken(ctx context.Context, g *gateway, method, path string, query Query, body any, secrets ...duijie.Secret) (duijie.Token, error) {
	r, err := newRequest(g, method+" "+path, query, body)
	if err != nil {
		return duijie.Token{}, err
	}
	r.noToken, r.group, r.secrets = true, tokenGroup, secrets
	a, err := c.send(ctx, r, duijie.CallOptions{})
	if err != nil {
		return duijie.Token{}, err
	}
	var t struct {
		New     string   `json:"accessToken"`
		NewLife wire.Int `json:"expireIn"`
		Old     string   `json:"access_token"`
		OldLife wire.Int `json:"expires_in"`
	}
	if err := wire.Unmarshal(a.Body, &t); err != nil || t.New+t.Old == "" || !headerText(t.New+t.Old) {
		return duijie.Token{}, &duijie.APIError{
			Platform: platform, Op: r.op.Path, Class: duijie.ClassUnauthenticated, Err: duijie.ErrMalformedAnswer,
			Message: "the answer holds no access token",
		}
	}
	life := time.Duration(max(t.NewLife, t.OldLife)) * time.Second
	if life <= 0 {
		life = defaultLife
	}
	return duijie.Token{Value: duijie.NewSecret(firstOf(t.New, t.Old)), Expires: time.Now().Add(life)}, nil
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

package kingdee

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/tokencache"
	"github.com/duijie-go/duijie/internal/transport"
)

// sessions hands out the login session, one for the whole client.
type sessions struct {
	source *tokencache.Source
	// floor is the newest generation known to be lost, from answers after which a
	// write could not be repeated: the next call must not use it again.
	floor atomic.Int64
}

// newSessions is the session of a client, shared with those of the same scope.
func (c *Client) newSessions() *sessions {
	name := scope(c.base, c.mode, c.auth)
	if c.auth.switched {
		name += " switched"
	}
	return &sessions{source: tokencache.New(c.store, name, c.login)}
}

// sessionOfCall is the session the context of a call carries: clients for several
// organisations share one transport and its limits, and have a session each.
type sessionOfCall struct{}

// Token returns a session newer than refused.
func (s sessionOfCall) Token(ctx context.Context, refused int64) (duijie.Token, error) {
	own, ok := ctx.Value(s).(*sessions)
	if !ok {
		return duijie.Token{}, fmt.Errorf("kingdee: a call without a session: %w", duijie.ErrInvalid) // send gives every call one
	}
	return own.Token(ctx, refused)
}

// Token returns a session newer than refused.
func (s *sessions) Token(ctx context.Context, refused int64) (duijie.Token, error) {
	return s.source.Token(ctx, max(refused, s.floor.Load()))
}

func (s *sessions) lost(gen int64) {
	for old := s.floor.Load(); old < gen && !s.floor.CompareAndSwap(old, gen); old = s.floor.Load() {
	}
}

// scope names the session in a shared store. It holds a hash of the secret, so
// that a wrong one never finds the session of a right one.
func scope(base string, mode AuthMode, c credentials) string {
	secret := c.password
	if mode == LoginByAppSecret || mode == LoginBySign {
		secret = c.appSecret
	}
	clientID, _, _ := splitAppID(c.appID.Reveal())
	parts := []string{"kingdee", strings.ToLower(base), c.acctID, string(mode), c.username, clientID, c.orgNum, strconv.Itoa(c.lcid)}
	for i, p := range parts {
		parts[i] = strconv.Quote(p)
	}
	return strings.Join(append(parts, secret.Fingerprint(), c.appID.Fingerprint()), " ")
}

// login opens a session (登录验证). Repeating it costs a session, nothing else.
func (c *Client) login(ctx context.Context) (duijie.Token, error) {
	method, params, err := c.loginParameters(c.http.Now().Unix())
	if err != nil {
		return duijie.Token{}, err
	}
	body, err := marshal(map[string]any{"parameters": params})
	if err != nil {
		return duijie.Token{}, err
	}
	op := operation{service: authPrefix + method, effect: duijie.EffectRead, shape: loginShape, group: loginGroup, noToken: true}
	r := &reading{shape: loginShape}
	answer, err := c.send(ctx, op, body, duijie.CallOptions{}, r)
	if err != nil {
		return duijie.Token{}, err
	}
	cookies, err := sessionCookies(answer.Header, string(r.probe.SessionID))
	if err != nil {
		return duijie.Token{}, &duijie.APIError{
			Platform: platform, Op: method, Class: duijie.ClassUnauthenticated, StatusCode: answer.Status, Err: err,
			Hint: "the server said yes and opened no session: a proxy may strip its cookies",
		}
	}
	if c.auth.orgNum != "" && method != "ValidateUserByOrgNumber" {
		if err := c.moveSession(ctx, cookies); err != nil {
			return duijie.Token{}, err
		}
	}
	return duijie.Token{Value: duijie.NewSecret(cookies)}, nil
}

// loginParameters are the positional parameters, the one form all servers take.
func (c *Client) loginParameters(unix int64) (method string, params []any, err error) {
	k := c.auth
	switch c.mode {
	case LoginByAppSecret:
		return "LoginByAppSecret", []any{k.acctID, k.username, k.appID.Reveal(), k.appSecret.Reveal(), k.lcid}, nil
	case LoginBySign:
		at := strconv.FormatInt(unix, 10)
		sign := loginSign(c.legacySHA1, k.acctID, k.username, k.appID.Reveal(), k.appSecret.Reveal(), at)
		return "LoginBySign", []any{k.acctID, k.username, k.appID.Reveal(), at, sign, k.lcid}, nil
	case ValidateUserEnDeCode:
		user, err := encodeLogin(k.username)
		if err != nil {
			return "", nil, err
		}
		password, err := encodeLogin(k.password.Reveal())
		return "ValidateUserEnDeCode", []any{k.acctID, user, password, k.lcid}, err
	}
	if k.orgNum != "" && !k.switched {
		return "ValidateUserByOrgNumber", []any{k.acctID, k.username, k.password.Reveal(), k.lcid, k.orgNum}, nil
	}
	return "ValidateUser", []any{k.acctID, k.username, k.password.Reveal(), k.lcid}, nil
}

const sessionCookie = "kdservice-sessionid"

// sessionCookies is the Cookie header that carries the session on.
func sessionCookies(h http.Header, fromBody string) (string, error) {
	answer := http.Response{Header: h}
	var parts []string
	named := false
	for _, cookie := range answer.Cookies() {
		if cookie.Value == "" || cookie.MaxAge < 0 {
			continue
		}
		named = named || strings.EqualFold(cookie.Name, sessionCookie)
		parts = append(parts, cookie.Name+"="+cookie.Value)
	}
	if !named {
		if fromBody == "" || strings.ContainsAny(fromBody, " ;,\"\\\r\n\t") {
			return "", fmt.Errorf("the login answer holds no session: %w", duijie.ErrMalformedAnswer)
		}
		parts = append(parts, sessionCookie+"="+fromBody)
	}
	return strings.Join(parts, "; "), nil
}

// authorise puts the proof of who calls into a request.
func (c *Client) authorise(req *http.Request, a transport.Attempt) {
	if c.mode != SignHeaders {
		if !a.Token.Value.IsZero() {
			req.Header.Set("Cookie", a.Token.Value.Reveal())
		}
		return
	}
	at := strconv.FormatInt(a.Now.UnixMilli(), 10)
	if c.seconds {
		at = strconv.FormatInt(a.Now.Unix(), 10)
	}
	c.signer.sign(req.Header, req.URL.RequestURI(), at, c.nonce())
}

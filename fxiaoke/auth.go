package fxiaoke

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// session is a token with what calls need beside it, as it stands in the token store.
type session struct {
	Token  string `json:"token"`
	CorpID string `json:"corp_id"` // FSCID_…
	EA     string `json:"ea"`
}

func readSession(t duijie.Token) (session, error) {
	var s session
	if err := wire.Unmarshal([]byte(t.Value.Reveal()), &s); err != nil || s.Token == "" || !headerText(s.Token) || !headerText(s.EA) {
		return session{}, fmt.Errorf("fxiaoke: what the token store holds is no token of this platform: %w", duijie.ErrInvalid)
	}
	return s, nil
}

// scope names the token in a shared store. It holds hashes of the secrets, so that a
// wrong one never finds the token of a right one.
func (c Config) scope() string {
	return strings.Join([]string{
		platform, c.mode().String(), strconv.Quote(strings.ToLower(c.base())), strconv.Quote(c.AppID), strconv.Quote(c.EA),
		c.AppSecret.Fingerprint(), c.PermanentCode.Fingerprint(),
	}, " ")
}

// TokenStatus tells about the current token, never the token itself.
type TokenStatus struct {
	Mode     Mode      // how it is passed
	CorpID   string    // the enterprise, FSCID_ and hex digits
	EA       string    // the enterprise account; "" in body mode
	Expires  time.Time // when it ends, in China time
	Renewals int64     // how often the scope's token was renewed, from 1
}

// Token makes sure there is a token that works for a while, and tells about it
// (获取 corpAccessToken, 获取 accessToken).
//
// Effect: read. Limit: 10 token calls a minute for an application, counted over all
// processes that share a duijie.QuotaStore. For the first 110 minutes the platform hands out the
// same token to all who ask.
func (c *Client) Token(ctx context.Context) (TokenStatus, error) {
	t, err := c.tokens.Token(ctx, 0)
	if err != nil {
		return TokenStatus{}, err
	}
	s, err := readSession(t)
	if err != nil {
		return TokenStatus{}, err
	}
	return TokenStatus{Mode: c.cfg.mode(), CorpID: s.CorpID, EA: s.EA, Expires: t.Expires.In(duijie.China), Renewals: t.Gen}, nil
}

// Paths of the two token calls.
const (
	bodyTokenPath   = "/cgi/corpAccessToken/get/V2" //nolint:gosec // a path
	headerTokenPath = "/oauth2.0/token"             //nolint:gosec // a path
)

// tokenLife is how long a token lives at most; one example of the manual says decades.
const tokenLife = 7200 * time.Second

// login asks for the token. In the first 6600 s of a token the platform answers the
// same one again.
func (c *Client) login(ctx context.Context) (duijie.Token, error) {
	body := map[string]any{
		"appId": c.cfg.AppID, "appSecret": c.cfg.AppSecret.Reveal(), "permanentCode": c.cfg.PermanentCode.Reveal(),
	}
	path := bodyTokenPath
	if c.cfg.mode() == ModeHeader {
		path, body["grantType"] = headerTokenPath, "app_secret"
	}
	raw, err := wire.Marshal(body)
	if err != nil {
		return duijie.Token{}, fmt.Errorf("fxiaoke: %w", err)
	}
	done, err := takeTurn(ctx, c.cfg.quotaScope("token calls"))
	if err != nil {
		return duijie.Token{}, err
	}
	defer done()
	e, err := c.send(ctx, &request{op: tokenOperation(path), body: raw, before: c.bookTokenCall}, duijie.CallOptions{})
	if err != nil {
		return duijie.Token{}, err
	}
	return c.readToken(path, e)
}

// turns holds a lock for the one token call that may be under way for an application. Clients of
// one scope share a lease; those of another mode or account do not.
var turns sync.Map // scope → *sync.Mutex

// takeTurn waits until no other token call is under way in this process. It asks now and then,
// so that a context can end the wait.
func takeTurn(ctx context.Context, scope string) (done func(), err error) {
	place, _ := turns.LoadOrStore(scope, new(sync.Mutex))
	turn := place.(*sync.Mutex)
	for !turn.TryLock() {
		if err := pause(ctx, 20*time.Millisecond); err != nil {
			return nil, err
		}
	}
	return turn.Unlock, nil
}

func (c *Client) readToken(path string, e envelope) (duijie.Token, error) {
	m := membersOf(e.body)
	s := session{Token: scalar(m["corpAccessToken"]), CorpID: scalar(m["corpId"])}
	if c.cfg.mode() == ModeHeader {
		// openUserId of this answer is the enterprise's id.
		s = session{Token: scalar(m["accessToken"]), CorpID: scalar(m["openUserId"]), EA: scalar(m["ea"])}
		if c.cfg.EA != "" {
			s.EA = c.cfg.EA
		}
	}
	missing := ""
	switch {
	case s.Token == "" || !headerText(s.Token):
		missing = "token"
	case c.cfg.mode() == ModeBody && s.CorpID == "":
		missing = "corpId"
	case c.cfg.mode() == ModeHeader && (s.EA == "" || !headerText(s.EA)):
		missing = "ea"
	}
	if missing != "" {
		return duijie.Token{}, &duijie.APIError{
			Platform: platform, Op: path, Class: duijie.ClassUnauthenticated, Err: duijie.ErrMalformedAnswer, RequestID: e.traceID,
			Message: "the answer holds no " + missing,
		}
	}
	value, err := wire.Marshal(s)
	if err != nil {
		return duijie.Token{}, fmt.Errorf("fxiaoke: %w", err)
	}
	var seconds wire.Int
	life := tokenLife
	if seconds.UnmarshalJSON(m["expiresIn"]) == nil && len(m["expiresIn"]) > 0 && seconds >= 0 && int64(seconds) < int64(tokenLife/time.Second) {
		life = time.Duration(seconds) * time.Second
	}
	return duijie.Token{Value: duijie.NewSecret(string(value)), Expires: time.Now().Add(life)}, nil
}

// bookTokenCall waits for the turn of one token call. It comes before every attempt,
// so that a repeat counts too.
func (c *Client) bookTokenCall(ctx context.Context) error {
	wait, ok, err := c.quota.Reserve(ctx, c.cfg.quotaScope("token calls"), tokenQuota, c.tokenWait)
	switch {
	case err != nil:
		return fmt.Errorf("fxiaoke: counting token calls: %w", err)
	case !ok:
		return &duijie.APIError{
			Platform: platform, Op: "token", Class: duijie.ClassThrottled, RetryAfter: wait,
			Message: fmt.Sprintf("the next token call may be made in %v", wait.Round(time.Second)),
			Hint:    "the platform takes ten token calls a minute: share the token between processes with duijie.WithTokenStore, and clients within one",
			Err:     ErrInterfaceLimit,
		}
	case wait <= 0:
		return nil
	}
	c.log.Warn("waiting for the turn of a token call", "platform", platform, "wait", wait)
	return pause(ctx, wait)
}

// memberOf is one member of a JSON object that was checked before, nil when it is not there.
func memberOf(object []byte, name string) json.RawMessage {
	for m := range wire.Walk(object) {
		if string(m.Key) == name {
			return m.Value
		}
	}
	return nil
}

// membersOf are the members of a JSON object that was checked before.
func membersOf(object []byte) map[string]json.RawMessage {
	m := map[string]json.RawMessage{}
	for member := range wire.Walk(object) {
		m[string(member.Key)] = member.Value
	}
	return m
}

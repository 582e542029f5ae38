package jdy

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/jdy/jdytest"
)

const (
	opAuthorize = "POST push_app_authorize"
	opToken     = "GET kingdee_auth_token"
	opMaterials = "GET bd/material"
)

func materials(ctx context.Context, c *Client) error {
	return c.Call(ctx, "GET /jdy/v2/bd/material", nil, nil, nil)
}

// Both envelopes of the authorisation are read, and the token is fetched once,
// whoever calls.
func TestTokenIsFetchedOnce(t *testing.T) {
	t.Parallel()
	for _, opts := range [][]jdytest.Option{nil, {jdytest.WithErrcodeForm()}, {jdytest.WithBareToken(), jdytest.WithStrictRouter()}} {
		c, s := newPair(t, opts...)
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() { require.NoError(t, materials(t.Context(), c)) })
		}
		wg.Wait()
		status, err := c.Token(t.Context())
		require.NoError(t, err)
		account := s.Account()
		require.Equal(t, account.ID, status.AccountID)
		require.Equal(t, account.Name, status.AccountName)
		require.Equal(t, account.Domain, status.Domain)
		require.InDelta(t, 24*time.Hour, time.Until(status.Expires), float64(time.Minute))
		require.Equal(t, int64(1), status.Renewals)
		require.Equal(t, 1, s.Count(opToken))
		require.Equal(t, 1, s.Count(opAuthorize))
		require.Zero(t, s.ReusedNonces())
	}
}

// The secret of the day changes between the two calls: both are made once more.
func TestSecretRotates(t *testing.T) {
	t.Parallel()
	c, s := newPair(t)
	s.Inject(jdytest.Fault{Op: opToken, Kind: jdytest.SecretRotated})
	require.NoError(t, materials(t.Context(), c))
	require.Equal(t, 2, s.Count(opToken))
	require.Equal(t, 2, s.Count(opAuthorize))

	// A token made with an old secret goes on working, and the next one takes the
	// new secret without a refusal.
	s.RotateSecret()
	require.NoError(t, materials(t.Context(), c))
	require.Equal(t, 2, s.Count(opToken))
}

// A secret that is refused twice is no longer tried: token calls are dear.
func TestSecretRefusedTwice(t *testing.T) {
	t.Parallel()
	c, s := newPair(t)
	s.Inject(jdytest.Fault{Op: opToken, Kind: jdytest.SecretRotated, Times: -1})
	err := materials(t.Context(), c)
	require.ErrorIs(t, err, duijie.ErrUnauthenticated)
	require.Equal(t, 2, s.Count(opToken))
	require.Equal(t, 0, s.Count(opMaterials))
}

func TestStaticSecret(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	a := s.Account()
	cfg := configOf(s)
	cfg.OuterInstanceID, cfg.AppKey, cfg.AppSecret, cfg.Domain = "", a.AppKey, duijie.NewSecret(a.AppSecret), a.Domain
	require.NoError(t, materials(t.Context(), clientOf(t, cfg)))
	require.Zero(t, s.Count(opAuthorize))

	s.RotateSecret()
	err := materials(t.Context(), clientOf(t, cfg))
	require.ErrorIs(t, err, duijie.ErrUnauthenticated)
	require.ErrorContains(t, err, "set OuterInstanceID")
	require.Equal(t, 2, s.Count(opToken), "nothing newer can be had: no second call")
}

// A token the platform no longer takes is renewed once and the call repeated
// once, writes too, whatever the HTTP status.
func TestTokenRefused(t *testing.T) {
	t.Parallel()
	for _, status := range []int{200, 401, 519} {
		for name, spoil := range map[string]func(*jdytest.Server){
			"expired": (*jdytest.Server).ExpireTokens, "revoked": (*jdytest.Server).RevokeTokens,
			"code 401": func(s *jdytest.Server) { s.Inject(jdytest.Fault{Op: "POST bd/material", Kind: jdytest.Unauthorized}) },
		} {
			t.Run(fmt.Sprintf("%s %d", name, status), func(t *testing.T) {
				t.Parallel()
				c, s := newPair(t, jdytest.WithExpiredStatus(status))
				require.NoError(t, materials(t.Context(), c))
				spoil(s)
				unit := s.Seed("bd/measure_unit", jdytest.Row{"name": "个"})[0]
				err := c.Call(t.Context(), "POST /jdy/v2/bd/material", nil, map[string]any{"number": "M-1", "name": "料", "base_unit_id": unit, "check_type": "1"}, nil)
				require.NoError(t, err)
				require.Equal(t, 1, s.Created("bd/material", "M-1"))
				require.Equal(t, 2, s.Count("POST bd/material"))
				require.Equal(t, 2, s.Tokens())
			})
		}
	}
}

// A token that is refused again and again costs one renewal a call.
func TestTokenRefusedForEver(t *testing.T) {
	t.Parallel()
	c, s := newPair(t)
	s.Inject(jdytest.Fault{Op: opMaterials, Kind: jdytest.TokenExpired, Times: -1})
	err := materials(t.Context(), c)
	require.ErrorIs(t, err, duijie.ErrUnauthenticated)
	require.NotErrorIs(t, err, duijie.ErrOutcomeUnknown)
	require.Equal(t, 2, s.Count(opMaterials))
	require.Equal(t, 2, s.Count(opToken))
}

// A token that was refused is not used again, also where the call that met the
// refusal could not be repeated.
func TestRefusedTokenIsDropped(t *testing.T) {
	t.Parallel()
	g := &gate{}
	var tokens []string
	c := mockedWith(t, func(r *http.Request) (*http.Response, error) {
		tokens = append(tokens, r.Header.Get("app-token"))
		if len(tokens) == 1 {
			return httpmock.NewStringResponse(401, "<html>"), nil
		}
		return httpmock.NewStringResponse(200, `{"errcode":0}`), nil
	}, g.token)
	err := c.Call(t.Context(), "POST /jdy/v2/scm/sal_order", nil, map[string]any{}, nil)
	require.ErrorIs(t, err, duijie.ErrOutcomeUnknown)
	require.NoError(t, materials(t.Context(), c))
	require.Equal(t, []string{"token-1-aaaaaaaa", "token-2-aaaaaaaa"}, tokens)
}

// gate answers business calls with an expired token, and notes when tokens are
// asked for.
type gate struct {
	mu    sync.Mutex
	calls []time.Time
}

func (g *gate) token(*http.Request) (*http.Response, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.calls = append(g.calls, time.Now())
	return httpmock.NewStringResponse(200, tokenAnswer(fmt.Sprintf("token-%d-aaaaaaaa", len(g.calls)))), nil
}

// times are the moments tokens were asked for.
func (g *gate) times() []time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.calls)
}

func (g *gate) most(within time.Duration) int {
	most, calls := 0, g.times()
	for i := range calls {
		n := 0
		for j := i; j < len(calls) && calls[j].Sub(calls[i]) < within; j++ {
			n++
		}
		most = max(most, n)
	}
	return most
}

var expired = answer(401, `{"errcode":1000202001,"description":"JWT token has expired"}`)

// However often tokens are refused, and whoever asks, there are two token calls
// a minute.
func TestTwoTokenCallsAMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := &gate{}
		store := duijie.NewMemoryTokenStore()
		one := mockedWith(t, expired, g.token, duijie.WithTokenStore(store))
		two := mockedWith(t, expired, g.token, duijie.WithTokenStore(store))
		for range 4 {
			require.ErrorIs(t, materials(t.Context(), one), duijie.ErrUnauthenticated)
			require.ErrorIs(t, materials(t.Context(), two), duijie.ErrUnauthenticated)
		}
		require.Greater(t, len(g.times()), 5)
		require.LessOrEqual(t, g.most(time.Minute), 2)
		require.Less(t, time.Since(g.times()[0]), time.Duration(len(g.times()))*31*time.Second+time.Minute, "no longer than it takes")
	})
}

// A wait above the maximum is an error that says how long, and sends nothing.
func TestTokenCallWouldWaitTooLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := &gate{}
		c := mockedWith(t, expired, g.token, duijie.WithRetry(duijie.RetryPolicy{MaxRetryAfter: 20 * time.Second}))
		require.ErrorIs(t, materials(t.Context(), c), duijie.ErrUnauthenticated)
		time.Sleep(10 * time.Second)
		err := materials(t.Context(), c)
		require.ErrorIs(t, err, duijie.ErrRateLimited)
		require.ErrorContains(t, err, "may be made in 51s")
		e, ok := errors.AsType[*duijie.APIError](err)
		require.True(t, ok)
		require.Equal(t, 51*time.Second, e.RetryAfter)
		require.Len(t, g.times(), 2)

		time.Sleep(40 * time.Second)
		require.ErrorIs(t, materials(t.Context(), c), duijie.ErrUnauthenticated)
		require.Greater(t, len(g.times()), 2)
	})
}

// Who can not wait gives up with its own context; the wait goes on for the
// others.
func TestTokenWaitUnderContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := &gate{}
		c := mockedWith(t, expired, g.token)
		require.ErrorIs(t, materials(t.Context(), c), duijie.ErrUnauthenticated)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		err := materials(ctx, c)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Len(t, g.times(), 2)
		time.Sleep(2 * time.Minute)
		require.Len(t, g.times(), 3)
	})
}

// A throttled token call waits a minute: somebody else called too.
func TestTokenThrottled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := &gate{}
		first := true
		token := func(r *http.Request) (*http.Response, error) {
			resp, err := g.token(r)
			if first {
				first = false
				return httpmock.NewStringResponse(429, `{"errcode":429,"description":"too many requests"}`), nil
			}
			return resp, err
		}
		c := mockedWith(t, answer(200, `{"errcode":0,"data":{}}`), token)
		require.NoError(t, materials(t.Context(), c))
		require.Len(t, g.times(), 2)
		require.GreaterOrEqual(t, g.times()[1].Sub(g.times()[0]), time.Minute)
	})
}

// The token ends when it says so itself, else when the answer says, else after a
// day; it is renewed five minutes early and more.
func TestTokenExpiry(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		jwt := func(claims string) string {
			return "eyJhbGciOiJIUzI1NiJ9." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2ln"
		}
		now := time.Now()
		for name, c := range map[string]struct {
			token, more string
			want        time.Duration
		}{
			"jwt":            {jwt(fmt.Sprintf(`{"exp":%d}`, now.Add(3*time.Hour).Unix())), fmt.Sprintf(`,"expires":%d`, now.Add(2*time.Hour).UnixMilli()), 3 * time.Hour},
			"answer":         {plantedToken, fmt.Sprintf(`,"expires":%d`, now.Add(2*time.Hour).UnixMilli()), 2 * time.Hour},
			"answer as text": {plantedToken, fmt.Sprintf(`,"expires":"%d"`, now.Add(2*time.Hour).UnixMilli()), 2 * time.Hour},
			"nothing":        {plantedToken, "", 24 * time.Hour},
			"past":           {jwt(`{"exp":1000}`), `,"expires":1000`, 24 * time.Hour},
			"no jwt":         {jwt(`{"exp":"soon"}`), `,"expires":"soon"`, 24 * time.Hour},
			"far":            {jwt(`{"exp":9223372036854775807}`), "", 24 * time.Hour},
		} {
			body := fmt.Sprintf(`{"errcode":0,"data":{"app-token":%q%s}}`, c.token, c.more)
			client := mockedWith(t, answer(200, `{"errcode":0}`), answer(200, body))
			status, err := client.Token(t.Context())
			require.NoError(t, err, name)
			require.Equal(t, c.want, time.Until(status.Expires), name)
		}
	})
}

func TestTokenIsRenewedEarly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := &gate{}
		c := mockedWith(t, answer(200, `{"errcode":0,"data":{}}`), g.token)
		require.NoError(t, materials(t.Context(), c))
		time.Sleep(24*time.Hour - 10*time.Minute)
		require.NoError(t, materials(t.Context(), c))
		require.Len(t, g.times(), 1)
		time.Sleep(5 * time.Minute)
		require.NoError(t, materials(t.Context(), c))
		require.Len(t, g.times(), 2)
	})
}

// Nobody's books are written into by accident: of several account sets one must
// be chosen, and the error says how.
func TestSeveralAccounts(t *testing.T) {
	t.Parallel()
	one := jdytest.Account{ID: "1796761579449012459", Name: "甲公司", ServiceID: "7900000000001", Domain: "https://tf.jdy.com"}
	two := jdytest.Account{ID: "1798064490458912873", Name: "乙公司", ServiceID: "7900000000002", Domain: "http://vip1-gd.jdy.com"}
	gone := jdytest.Account{ID: "1798064490458912999", Name: "丙公司", ServiceID: "7900000000003", Invalid: true}
	s := newServer(t, jdytest.WithAccounts(one, two, gone))

	c := clientOf(t, configOf(s))
	err := materials(t.Context(), c)
	require.Error(t, err)
	for _, part := range []string{one.ID, one.Name, two.ID, two.Name, "JDY_ACCOUNT_ID"} {
		require.ErrorContains(t, err, part)
	}
	require.NotContains(t, err.Error(), gone.ID)
	require.NotContains(t, err.Error(), s.Account().AppSecret)
	require.Zero(t, s.Count(opToken))

	accounts, err := c.Accounts(t.Context())
	require.NoError(t, err)
	require.Len(t, accounts, 3)
	require.Equal(t, two.Name, accounts[1].Name)
	require.False(t, accounts[2].Valid)
	require.NotContains(t, fmt.Sprintf("%#v", accounts), s.Account().AppSecret)

	for name, choose := range map[string]func(*Config){
		"account":                          func(cfg *Config) { cfg.AccountID = two.ID },
		"service":                          func(cfg *Config) { cfg.ServiceID = two.ServiceID },
		"key":                              func(cfg *Config) { cfg.AppKey = s.In(two.ID).Account().AppKey },
		"account, with a key of yesterday": func(cfg *Config) { cfg.AccountID, cfg.AppKey = two.ID, "old-key0" },
	} {
		cfg := configOf(s)
		choose(&cfg)
		// The fake counts token calls over all clients.
		status, err := clientOf(t, cfg, duijie.WithTokenStore(duijie.NewMemoryTokenStore())).chosen(t)
		require.NoError(t, err, name)
		require.Equal(t, two.ID, status.ID, name)
		require.Equal(t, two.Domain, status.Domain, name)
	}
	for name, choose := range map[string]func(*Config){
		"no such account": func(cfg *Config) { cfg.AccountID = "1" },
		"not valid":       func(cfg *Config) { cfg.AccountID = gone.ID },
	} {
		cfg := configOf(s)
		choose(&cfg)
		err := materials(t.Context(), clientOf(t, cfg))
		require.ErrorIs(t, err, duijie.ErrUnauthenticated, name)
		require.ErrorContains(t, err, "AccountID", name)
	}
}

func (c *Client) chosen(t *testing.T) (Account, error) {
	a, err := c.authorization(t.Context())
	return a.Account, err
}

// Neither client secret, secret of the day nor token are in errors, logs or
// what is printed.
func TestNoSecretIsPrinted(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	var seen []duijie.CallEvent
	echo := func(r *http.Request) (*http.Response, error) {
		body, _ := json.Marshal(map[string]any{"errcode": 2016002099, "description": "echo " + r.Header.Get("app-token") + " " + plantedSecret})
		return httpmock.NewBytesResponse(200, body), nil
	}
	c := mocked(t, echo, duijie.WithLogger(logger), duijie.WithCallObserver(func(e duijie.CallEvent) { seen = append(seen, e) }))
	err := materials(t.Context(), c)
	require.ErrorIs(t, err, duijie.ErrRefused)
	_, tokenErr := c.Token(t.Context())
	require.NoError(t, tokenErr)
	text := fmt.Sprintf("%v %+v %#v %v %v %+v %s", err, err, err, c, c.cfg, seen, log.String())
	raw, jsonErr := json.Marshal(c.cfg)
	require.NoError(t, jsonErr)
	text += string(raw) + fmt.Sprintf("%#v %+v", c.cfg, c.cfg)
	for _, secret := range []string{plantedSecret, plantedAppSecret, plantedToken} {
		require.NotContains(t, text, secret)
	}
	require.Contains(t, text, "echo [redacted]")
	require.NotEmpty(t, seen)
}

// A machine whose clock is wrong is corrected once by the platform's.
func TestClockIsCorrected(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	c := clientOf(t, configOf(s), duijie.WithClock(func() time.Time { return time.Now().Add(-time.Hour) }))
	require.NoError(t, materials(t.Context(), c))
	status, err := c.Token(t.Context())
	require.NoError(t, err)
	require.InDelta(t, 24*time.Hour, time.Until(status.Expires), float64(time.Minute))
}

// A connection that is cut under a token call must not have net/http send the
// call again: that one would not be booked.
func TestTokenCallsThatAreCut(t *testing.T) {
	t.Parallel()
	for _, kind := range []jdytest.FaultKind{jdytest.Cut, jdytest.CutAfter} {
		s := newServer(t)
		c := clientOf(t, configOf(s), duijie.WithRetry(duijie.RetryPolicy{MinDelay: -1, ThrottleDelay: -1, MaxRetryAfter: time.Second}))
		s.Inject(jdytest.Fault{Op: "GET kingdee_auth_token", Call: 1, Kind: kind})
		_, err := c.Token(t.Context())
		require.NoError(t, err, kind)
		require.Equal(t, 2, s.Count("GET kingdee_auth_token"), "%s: the one that was cut, and its repeat", kind)
		s.RevokeTokens()
		_, err = c.Materials.List(t.Context(), Query{})
		require.ErrorIs(t, err, duijie.ErrRateLimited, "%s: both were booked", kind)
		require.Equal(t, 2, s.Count("GET kingdee_auth_token"), kind)
	}
}

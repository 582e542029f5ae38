package fxiaoke

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

var uuid4 = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

// Both generations of credentials work, and neither is mixed with the other.
func TestModesOnTheWire(t *testing.T) {
	t.Parallel()
	s := newStub(t)
	s.seed("AccountObj", row{"name": "甲"})
	get := func(c *Client, body any) (http.Header, map[string]json.RawMessage) {
		require.NoError(t, c.Call(t.Context(), "POST /cgi/crm/v2/data/query", body, nil))
		return s.last()
	}
	query := Query{Object: "AccountObj"}

	h, b := get(clientOf(t, s.config()), query)
	require.Equal(t, s.token(), scalar(b["corpAccessToken"]))
	require.Equal(t, "FSCID_test", scalar(b["corpId"]))
	require.Equal(t, testUser, scalar(b["currentOpenUserId"]))
	require.Empty(t, h.Get("Authorization"))

	cfg := s.config()
	cfg.OpenUserID = "1000"
	c := clientOf(t, cfg)
	h, b = get(c, query)
	require.Equal(t, "Bearer "+s.token(), h.Get("Authorization"))
	require.Equal(t, "testea", h.Get("X-Fs-Ea"))
	require.Equal(t, "1000", h.Get("X-Fs-Userid"))
	require.Len(t, b, 1)

	// An employee of the body's own, and credentials that are not.
	own := map[string]any{"data": json.RawMessage(`{"dataObjectApiName":"AccountObj","search_query_info":{"limit":1,"offset":0,"filters":[],"orders":[]}}`), "currentOpenUserId": "1001", "corpId": "x", "corpAccessToken": "y"}
	h, b = get(c, own)
	require.Equal(t, "1001", h.Get("X-Fs-Userid"))
	require.Len(t, b, 1)
	own["currentOpenUserId"] = testUser
	require.ErrorIs(t, c.Call(t.Context(), "/cgi/crm/v2/data/query", own, nil), duijie.ErrInvalid)

	other, err := c.As("1002")
	require.NoError(t, err)
	h, _ = get(other, query)
	require.Equal(t, "1002", h.Get("X-Fs-Userid"))
	_, err = c.As(testUser)
	require.ErrorIs(t, err, duijie.ErrInvalid)
	require.Equal(t, 1, s.count(headerTokenPath))
	for trace, n := range s.traces {
		require.Regexp(t, uuid4, trace)
		require.Equal(t, 1, n)
	}
}

// A refused token is renewed once and the call repeated once, a write too; one that
// stays refused ends the call.
func TestTokenRenewal(t *testing.T) {
	t.Parallel()
	c, s := newPair(t)
	create := CreateRequest{Object: "AccountObj", Data: row{"name": "甲"}}
	_, err := c.Create(t.Context(), create)
	require.NoError(t, err)
	s.inject(fault{path: "create", kind: "20016"})
	_, err = c.Create(t.Context(), create)
	require.NoError(t, err)
	require.Equal(t, 3, s.count("create"))
	require.Equal(t, 2, s.count(bodyTokenPath))

	// The same token comes back in its first 6600 s, and is refused again.
	s.inject(fault{path: "create", kind: "20005", times: 2})
	_, err = c.Create(t.Context(), create)
	require.ErrorIs(t, err, duijie.ErrUnauthenticated)
	require.NotErrorIs(t, err, duijie.ErrOutcomeUnknown)
	require.Equal(t, 5, s.count("create"))
	require.Equal(t, 3, s.count(bodyTokenPath))

	status, err := c.Token(t.Context())
	require.NoError(t, err)
	require.Equal(t, "FSCID_test", status.CorpID)
	require.WithinDuration(t, time.Now().Add(2*time.Hour), status.Expires, time.Minute)
	require.Len(t, s.find("AccountObj", "name", "甲"), 2)
}

// A hundred callers share one token call.
func TestTokenIsShared(t *testing.T) {
	t.Parallel()
	c, s := newPair(t)
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() { _ = c.Call(t.Context(), "/cgi/crm/v2/data/query", Query{Object: "AccountObj"}, nil) })
	}
	group.Wait()
	require.Equal(t, 1, s.count(bodyTokenPath))
	cfg := s.config()
	cfg.AppSecret = duijie.NewSecret("another-secret-0123456789")
	_, err := clientOf(t, cfg).Token(t.Context())
	require.ErrorIs(t, err, duijie.ErrUnauthenticated)
	require.NotContains(t, err.Error(), "another-secret")
}

// The two modes ask for tokens of their own, and never at the same time.
func TestTokenCallsTakeTurns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var busy, most atomic.Int32
		answer := func(r *http.Request) {
			most.Store(max(most.Load(), busy.Add(1)))
			time.Sleep(time.Second)
			busy.Add(-1)
		}
		hc := &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			answer(r)
			return &http.Response{StatusCode: 200, Header: http.Header{}, Request: r, Body: readerOf(`{"errorCode":0,"corpAccessToken":"abc","accessToken":"abc","corpId":"c","ea":"e","expiresIn":7200}`)}, nil
		})}
		var group sync.WaitGroup
		for _, user := range []string{testUser, "1000", "1001"} {
			c := clientOf(t, Config{BaseURL: "https://turns.invalid", AppID: "FSAID_turns", AppSecret: duijie.NewSecret("s"), PermanentCode: duijie.NewSecret("p"), OpenUserID: user}, duijie.WithHTTPClient(hc))
			group.Go(func() {
				if _, err := c.Token(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		require.EqualValues(t, 1, most.Load())
	})
}

// Wrong token answers are no token, and a life of decades is not believed.
func TestTokenAnswers(t *testing.T) {
	t.Parallel()
	c := clientOf(t, newStub(t).config())
	for body, missing := range map[string]string{
		`{"errorCode":0}`: "token",
		`{"errorCode":0,"corpAccessToken":"a b","corpId":"c"}`: "token",
		`{"errorCode":0,"corpAccessToken":"abc"}`:              "corpId",
	} {
		_, err := c.readToken(bodyTokenPath, envelope{body: []byte(body)})
		require.ErrorIs(t, err, duijie.ErrUnauthenticated)
		require.ErrorContains(t, err, missing)
	}
	for expires, want := range map[string]time.Duration{"1580000000": 7200, `"600"`: 600, "0": 0, `"x"`: 7200, "-5": 7200, "null": 0} {
		token, err := c.readToken(bodyTokenPath, envelope{body: []byte(`{"corpAccessToken":"abc","corpId":"c","expiresIn":` + expires + `}`)})
		require.NoError(t, err)
		require.WithinDuration(t, time.Now().Add(want*time.Second), token.Expires, 10*time.Second, expires)
	}
}

// Never more than ten token calls a minute, whoever asks.
func TestTokenQuota(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := duijie.NewMemoryTokenStore()
		var at []time.Time
		c := scripted(t, func(*http.Request) (int, string) { return 200, `{"errorCode":20016,"errorMessage":"no"}` }, duijie.WithTokenStore(store))
		for range 25 {
			begin := time.Now()
			_, err := c.login(t.Context())
			require.NoError(t, err)
			at = append(at, time.Now())
			require.Less(t, time.Since(begin), 62*time.Second)
		}
		for i := 10; i < len(at); i++ {
			require.GreaterOrEqual(t, at[i].Sub(at[i-10]), time.Minute)
		}
		// A queue is an error that says when, not a long sleep.
		for range 20 {
			_, _, _ = store.(duijie.QuotaStore).Reserve(t.Context(), c.cfg.quotaScope("token calls"), tokenQuota, time.Hour)
		}
		_, err := c.login(t.Context())
		require.ErrorIs(t, err, duijie.ErrRateLimited)
		require.ErrorIs(t, err, ErrInterfaceLimit)
		e, _ := errors.AsType[*duijie.APIError](err)
		require.Greater(t, e.RetryAfter, maxTokenWait)
	})
}

// No 20 seconds hold more than 100 calls of one path, over two clients; another path
// does not wait for it.
func TestInterfaceQuota(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		sent := map[string][]time.Time{}
		answer := func(r *http.Request) (int, string) {
			mu.Lock()
			defer mu.Unlock()
			sent[r.URL.Path] = append(sent[r.URL.Path], time.Now())
			return 200, `{"errorCode":0}`
		}
		paced := func(o *duijie.Options) error { o.RateLimiter = nil; return nil }
		a, b := scripted(t, answer, paced), scripted(t, answer, paced)
		b.cfg.AppID = a.cfg.AppID // of one application
		var group sync.WaitGroup
		begin := time.Now()
		for i := range 300 {
			group.Go(func() {
				c := a
				if i%2 == 0 {
					c = b
				}
				if err := c.Call(t.Context(), "/cgi/crm/v2/data/query", nil, nil); err != nil {
					t.Error(err)
				}
			})
		}
		require.NoError(t, a.Call(t.Context(), "/cgi/user/list", nil, nil))
		require.Less(t, time.Since(begin), time.Second)
		group.Wait()
		at := sent["/prefix/cgi/crm/v2/data/query"]
		require.Len(t, at, 300)
		for i := 100; i < len(at); i++ {
			require.GreaterOrEqual(t, at[i].Sub(at[i-100]), 20*time.Second)
		}
		require.Less(t, time.Since(begin), 48*time.Second, "and yet as fast as the limit lets it")
	})
}

// After 14001 a whole window is waited out, then two; after 30004 seconds.
func TestThrottleWaits(t *testing.T) {
	t.Parallel()
	advice := duijie.WithRetry(duijie.RetryPolicy{})
	for code, waits := range map[string][2]time.Duration{"14001": {60 * time.Second, 65 * time.Second}, "30004": {3 * time.Second, 4 * time.Second}, "-1": {1500 * time.Millisecond, 3 * time.Second}} {
		synctest.Test(t, func(t *testing.T) {
			n := 0
			c := scripted(t, func(*http.Request) (int, string) {
				if n++; n <= 2 {
					return 200, `{"errorCode":` + code + `,"errorMessage":"slow"}`
				}
				return 200, `{"errorCode":0}`
			}, advice)
			begin := time.Now()
			var resp duijie.Response
			require.NoError(t, c.Call(t.Context(), "/cgi/crm/v2/data/query", nil, nil, duijie.WithResponse(&resp)))
			require.Equal(t, 3, resp.Attempts)
			require.GreaterOrEqual(t, time.Since(begin), waits[0], code)
			require.LessOrEqual(t, time.Since(begin), waits[1], code)
		})
	}
}

// The quota of the day ends the call at once and says when it is counted anew.
func TestDailyQuota(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := 0
		c := scripted(t, func(*http.Request) (int, string) { n++; return 200, `{"errorCode":30002,"errorMessage":"used up"}` },
			duijie.WithRetry(duijie.RetryPolicy{}), duijie.WithClock(func() time.Time { return time.Date(2026, 3, 1, 23, 30, 0, 0, duijie.China).UTC() }))
		begin := time.Now()
		for range 2 {
			err := c.Call(t.Context(), "/cgi/crm/v2/data/query", nil, nil)
			require.ErrorIs(t, err, ErrDailyQuota)
			require.ErrorIs(t, err, duijie.ErrRateLimited)
			e, _ := errors.AsType[*duijie.APIError](err)
			require.Equal(t, 30*time.Minute, e.RetryAfter)
		}
		require.Equal(t, 2, n)
		require.Zero(t, time.Since(begin))
	})
}

// -2 is repeated once for a read; a write stays unknown.
func TestSystemError(t *testing.T) {
	t.Parallel()
	n := 0
	c := scripted(t, func(*http.Request) (int, string) { n++; return 200, `{"errorCode":-2,"errorMessage":"x"}` })
	err := c.Call(t.Context(), "/cgi/crm/v2/data/query", nil, nil)
	require.ErrorIs(t, err, duijie.ErrUnavailable)
	require.Equal(t, 2, n)
	err = c.Call(t.Context(), "/cgi/crm/v2/data/create", nil, nil)
	require.ErrorIs(t, err, duijie.ErrOutcomeUnknown)
	require.ErrorIs(t, err, duijie.ErrUnavailable)
	require.Equal(t, 3, n)
}

// The effect decides what a lost answer means: reads go on, updates that start
// nothing too, everything else is unknown and sent once.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		path, body string
		sent       int
	}{
		{"/cgi/crm/v2/data/query", `{}`, 2},
		{"/cgi/crm/v2/data/create", `{}`, 1},
		{"/cgi/crm/v2/data/update", `{"triggerWorkFlow":false,"triggerApprovalFlow":false}`, 2},
		{"/cgi/crm/v2/data/update", `{"triggerWorkFlow":false}`, 1},
		{"/cgi/crm/v2/data/update", `{"triggerWorkFlow":true,"triggerApprovalFlow":false}`, 1},
		{"/cgi/crm/v2/data/invalid", `{}`, 2},
		{"/cgi/crm/v2/data/changeOwner", `{}`, 1},
		{"/cgi/crm/not/documented", `{}`, 1},
		{"/cgi/message/send", `{}`, 1},
	} {
		n := 0
		c := scripted(t, func(*http.Request) (int, string) {
			if n++; n == 1 {
				return 504, ""
			}
			return 200, `{"errorCode":0}`
		})
		err := c.Call(t.Context(), test.path, json.RawMessage(test.body), nil)
		require.Equal(t, test.sent, n, test.path)
		require.Equal(t, test.sent == 1, errors.Is(err, duijie.ErrOutcomeUnknown), test.path)
	}
}

func TestCallIsChecked(t *testing.T) {
	t.Parallel()
	c, s := newPair(t)
	for path, body := range map[string]any{
		"": nil, "query": nil, "/cgi/x?y=1": nil, "/cgi/x": []int{1}, "/cgi/y": "text", bodyTokenPath: nil, headerTokenPath: row{"grantType": "app_secret"}, "/cgi/z": json.RawMessage(`{"a":`),
	} {
		require.Error(t, c.Call(t.Context(), path, body, nil), path)
	}
	require.Zero(t, s.count(""))
	var answer Answer
	require.NoError(t, c.Call(t.Context(), "/cgi/crm/v2/data/query", Query{Object: "AccountObj"}, &answer))
	require.Equal(t, "E-O.test-0", answer.TraceID)
	require.Contains(t, string(answer.Data), "dataList")
	var n struct {
		Data struct {
			List []row `json:"dataList"`
		} `json:"data"`
	}
	require.NoError(t, c.Call(t.Context(), "/cgi/crm/v2/data/query", Query{Object: "AccountObj"}, &n))
	err := c.Call(t.Context(), "/cgi/crm/v2/data/query", Query{Object: "AccountObj"}, &struct {
		Data int `json:"data"`
	}{})
	require.ErrorContains(t, err, "the call succeeded")
	err = c.Call(t.Context(), "/cgi/crm/v2/nothing", nil, nil)
	require.ErrorIs(t, err, duijie.ErrInvalid)
}

// Calls of the application carry its own credentials and no token.
func TestAppCalls(t *testing.T) {
	t.Parallel()
	var body map[string]json.RawMessage
	c := scripted(t, func(r *http.Request) (int, string) {
		b := new(bytes.Buffer)
		_, _ = b.ReadFrom(r.Body)
		body = membersOf(b.Bytes())
		return 200, `{"errorCode":0,"data":"FSUID_X"}`
	})
	require.NoError(t, c.Call(t.Context(), "/oauth2.0/getUserInfoByCode", row{"code": "c1"}, nil))
	require.Equal(t, plantedSecret, scalar(body["appSecret"]))
	require.Equal(t, "c1", scalar(body["code"]))
	require.NotContains(t, body, "corpAccessToken")
}

// What the platform, a proxy or a log repeats never shows a secret.
func TestSecretsStayHidden(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	leak := plantedSecret + " " + plantedCode + " " + plantedToken + "1"
	c := canned(t, 200, fmt.Sprintf(`{"errorCode":32000,"errorMessage":%q,"errorDescription":%q,"traceId":%q}`, leak, leak+"!", leak),
		duijie.WithLogger(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))))
	err := c.Call(t.Context(), "/cgi/crm/v2/data/query", nil, nil)
	f, _ := errors.AsType[*Failure](err)
	for _, text := range []string{err.Error(), fmt.Sprintf("%+v %#v", err, err), log.String(), fmt.Sprintf("%+v %#v", f, f), fmt.Sprintf("%v %+v", c, c), mustJSON(t, f)} {
		for _, secret := range strings.Fields(leak) {
			require.NotContains(t, text, secret)
		}
	}
	require.Contains(t, log.String(), "platform call")
	require.Regexp(t, `query_thirdTraceId=[0-9a-f-]{36}`, log.String(), "support asks for it")
}

func TestCatalogue(t *testing.T) {
	t.Parallel()
	require.Greater(t, len(Operations()), 40)
	for _, o := range Operations() {
		require.NotEmpty(t, o.Title)
		require.NotEqual(t, duijie.EffectDefault, o.Effect, o.Path)
	}
	o, ok := LookupOperation("/cgi/crm/v2/data/create")
	require.True(t, ok)
	require.Equal(t, duijie.EffectWrite, o.Effect)
	_, ok = LookupOperation("/cgi/none")
	require.False(t, ok)
	require.Equal(t, "/cgi/crm/custom/v2/data/update", dataPath("object_x__c", "update"))
	require.Equal(t, "/cgi/crm/v2/data/update", dataPath("AccountObj", "update"))
	require.Equal(t, "/cgi/crm/custom/v2/data/findSimple", dataPath("AccountObj", "findSimple"))
}

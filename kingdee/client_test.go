package kingdee

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/kingdee/kingdeetest"
)

func seedCustomers(s *kingdeetest.Server, n int) {
	for i := 1; i <= n; i++ {
		s.Seed("BD_Customer", map[string]any{
			"FCUSTID": 200000 + i, "FNumber": fmt.Sprintf("C-%04d", i), "FName": fmt.Sprintf("客户%d", i),
			"FCreateOrgId": "100", "FUseOrgId": "100", "FDescription": " ",
		})
	}
}

func TestAllModesAuthenticate(t *testing.T) {
	t.Parallel()
	for _, mode := range []AuthMode{SignHeaders, ValidateUser, ValidateUserEnDeCode, LoginByAppSecret, LoginBySign} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			c, s := newPair(t, mode)
			seedCustomers(s, 1)
			row, err := c.Customers.Get(t.Context(), "C-0001")
			require.NoError(t, err)
			require.Equal(t, "客户1", row.Name)
			require.Empty(t, row.Description)
			want := 1
			if mode == SignHeaders {
				want = 0
			}
			require.Equal(t, want, s.Logins())

			// The session is lost before a write: renewed once, the write repeated once.
			s.Inject(kingdeetest.Fault{Op: "Save", Kind: kingdeetest.SessionLost})
			_, err = c.Customers.Save(t.Context(), Customer{CreateOrg: Number("100"), UseOrg: Number("100"), Number: "N-1", Name: "新"}, SaveOptions{})
			require.NoError(t, err)
			require.Equal(t, 2, s.Count("Save"))

			// Lost for good is an error that is not retried on.
			s.Inject(kingdeetest.Fault{Op: "View", Kind: kingdeetest.SessionLost, Times: -1})
			_, err = c.View(t.Context(), "BD_Customer", RecordKey{Number: "C-0001"})
			require.ErrorIs(t, err, duijie.ErrUnauthenticated)
			require.Equal(t, 2, s.Count("View"))
		})
	}
}

func TestGatewayAndSeconds(t *testing.T) {
	t.Parallel()
	s := kingdeetest.NewServer(kingdeetest.WithGateway())
	t.Cleanup(s.Close)
	cfg := configOf(s, SignHeaders)
	cfg.SecondsTimestamp, cfg.PositionalBody = true, true
	c, err := NewClient(cfg, quick, unpaced())
	require.NoError(t, err)
	seedCustomers(s, 1)
	_, err = c.Customers.Get(t.Context(), "C-0001")
	require.NoError(t, err)

	slow, err := NewClient(cfg, quick, unpaced(), duijie.WithClock(func() time.Time { return time.Now().Add(-time.Hour) }))
	require.NoError(t, err)
	_, err = slow.Customers.Get(t.Context(), "C-0001")
	require.NoError(t, err, "the clock is taken from the platform")

	cfg.AppID = "999999_bn4ZWR8PFhuj1R5uW2GhWM1NuuviuRsN"
	wrong, err := NewClient(cfg, quick, unpaced())
	require.NoError(t, err)
	_, err = wrong.Customers.Get(t.Context(), "C-0001")
	require.ErrorIs(t, err, duijie.ErrUnauthenticated)
}

// A server that is called directly answers a signature of another time like a
// lost session; only the Date of its answer tells why.
func TestRefusedSignatureTellsWhatToDo(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	_, s := newPair(t, SignHeaders, kingdeetest.WithClock(func() time.Time { return noon }))
	for off, want := range map[time.Duration]string{
		0:                 "check AcctID, Username, AppID and AppSecret",
		-13 * time.Minute: "this machine's clock is 13m0s behind the server's: set it right",
		13 * time.Minute:  "this machine's clock is 13m0s ahead of the server's: set it right",
	} {
		cfg := configOf(s, SignHeaders)
		if off == 0 {
			cfg.AppSecret = duijie.NewSecret("wrong-secret")
		}
		c, err := NewClient(cfg, quick, unpaced(), duijie.WithClock(func() time.Time { return noon.Add(off) }))
		require.NoError(t, err)
		_, err = c.Customers.Get(t.Context(), "C-0001")
		require.ErrorIs(t, err, duijie.ErrUnauthenticated)
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "no field named")
		require.NotContains(t, err.Error(), "renewal", "a signed call has no session to renew")
	}
}

func TestOneLoginForAll(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, ValidateUser, kingdeetest.WithLatency(20*time.Millisecond))
	seedCustomers(s, 1)
	var wg sync.WaitGroup
	for range 20 { // more than may be in flight
		wg.Go(func() {
			_, err := c.Customers.Get(t.Context(), "C-0001")
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	require.Equal(t, 1, s.Logins())
}

func TestWrongCredentials(t *testing.T) {
	t.Parallel()
	s := kingdeetest.NewServer()
	t.Cleanup(s.Close)
	for name, change := range map[string]func(*Config){
		"password": func(c *Config) { c.Password = duijie.NewSecret("wrong-password") },
		"account":  func(c *Config) { c.AcctID = "other" },
	} {
		cfg := configOf(s, ValidateUser)
		change(&cfg)
		c, err := NewClient(cfg, quick, unpaced())
		require.NoError(t, err)
		_, err = c.Customers.Get(t.Context(), "C-0001")
		require.ErrorIs(t, err, duijie.ErrUnauthenticated, name)
		e, ok := errors.AsType[*duijie.APIError](err)
		require.True(t, ok)
		require.NotEmpty(t, e.Hint)
		require.NotErrorIs(t, err, duijie.ErrOutcomeUnknown)
	}
	require.Equal(t, 2, s.Count("ValidateUser"), "a wrong password is not tried again")
}

func TestConfigNamesEverything(t *testing.T) {
	for _, name := range envNames {
		t.Setenv(name, "")
	}
	t.Setenv("KINGDEE_LCID", "x")
	_, err := ConfigFromEnv()
	require.ErrorIs(t, err, duijie.ErrInvalid)
	for _, name := range []string{"KINGDEE_BASE_URL", "KINGDEE_ACCT_ID", "KINGDEE_USERNAME", "KINGDEE_APP_ID", "KINGDEE_APP_SECRET", "KINGDEE_PASSWORD is missing too", "KINGDEE_LCID", "第三方系统登录授权"} {
		require.ErrorContains(t, err, name)
	}
	_, err = NewClient(Config{BaseURL: "ftp://x", AppID: "1_short", Mode: SignHeaders})
	require.ErrorIs(t, err, duijie.ErrInvalid)
	for _, name := range []string{"BaseURL is wrong", "AcctID", "Username", "AppSecret", "32 characters"} {
		require.ErrorContains(t, err, name)
	}
	t.Setenv("KINGDEE_LCID", "1033")
	t.Setenv("KINGDEE_BASE_URL", " https://erp.example.com/k3cloud/\n")
	t.Setenv("KINGDEE_ACCT_ID", "a")
	t.Setenv("KINGDEE_USERNAME", "u")
	t.Setenv("KINGDEE_PASSWORD", "p")
	cfg, err := ConfigFromEnv()
	require.NoError(t, err)
	require.Equal(t, ValidateUser, cfg.mode())
	require.Equal(t, 1033, cfg.LCID)
	require.Equal(t, "https://erp.example.com/k3cloud/", cfg.BaseURL, "blanks of a copied setting are not part of it")
}

func TestSecretsStayInside(t *testing.T) {
	t.Parallel()
	const appID, secret, password = "260101_bn4ZWR8PFhuj1R5uW2GhWM1NuuviuRsN", "app-secret-planted", "password-planted"
	_, clientSecret, _ := splitAppID(appID)
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	var shown strings.Builder
	cfg := Config{BaseURL: "http://x/k3cloud", AppID: appID, AppSecret: duijie.NewSecret(secret), Password: duijie.NewSecret(password)}
	raw, err := json.Marshal(cfg)
	require.NoError(t, err)
	fmt.Fprintf(&shown, "%v %+v %#v %s %q %s", cfg, cfg, cfg, cfg, &cfg, raw)
	logger.Info("config", "cfg", cfg)
	echo := fmt.Sprintf(`%s %s %s %s`, secret, password, appID, clientSecret)
	for _, mode := range []AuthMode{SignHeaders, ValidateUser, LoginByAppSecret} {
		for status, body := range map[int]string{
			200: "response_error:" + echo, 500: `{"errcode":4002,"description_cn":"` + echo + `"}`,
			519: `{"errcode":4002,"description_cn":"` + echo + `"}`, 201: echo,
			202: `{"Result":{"ResponseStatus":{"IsSuccess":false,"Errors":[{"Message":"` + echo + `"}],"MsgCode":11}}}`,
			203: `{"LoginResultType":0,"Message":"` + echo + `"}`,
		} {
			c := mocked(t, mode, answerText(status, body), duijie.WithLogger(logger))
			_, err := c.Query(t.Context(), Query{FormID: "X", Fields: []string{"F"}})
			require.Error(t, err)
			fmt.Fprintf(&shown, "%v %+v %#v %v %+v", err, err, err, c, c)
			logger.Error("call", "err", err, "client", c)
		}
	}
	for _, text := range []string{shown.String(), log.String()} {
		for _, s := range []string{secret, password, clientSecret, "bn4ZWR8PFhuj1R5uW2GhWM1NuuviuRsN"} {
			require.NotContains(t, text, s)
		}
	}
}

func TestEveryFaultIsSettledOrTold(t *testing.T) {
	t.Parallel()
	after := map[kingdeetest.FaultKind]bool{
		kingdeetest.UnavailableAfter: true, kingdeetest.CutAfter: true, kingdeetest.StallAfter: true, kingdeetest.TruncateAfter: true,
		kingdeetest.GarbageAfter: true, kingdeetest.HugeAfter: true, kingdeetest.DripAfter: true, kingdeetest.ResponseErrorAfter: true,
	}
	for _, kind := range kingdeetest.FaultKinds() {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			s := kingdeetest.NewServer()
			t.Cleanup(s.Close)
			c, err := NewClient(configOf(s, ValidateUser), quick, unpaced(), duijie.WithAttemptTimeout(400*time.Millisecond), duijie.WithMaxBody(1<<20))
			require.NoError(t, err)
			t.Cleanup(c.CloseIdleConnections)
			seedCustomers(s, 3)
			s.Inject(kingdeetest.Fault{Op: "ExecuteBillQuery", Kind: kind, Delay: time.Millisecond})
			_, err = c.Customers.Get(t.Context(), "C-0002")
			switch kind {
			case kingdeetest.WAF, kingdeetest.RedirectAway:
				require.ErrorIs(t, err, duijie.ErrInvalid)
			default:
				require.NoError(t, err, "a read is repeated")
			}
			s.ClearFaults()

			s.Inject(kingdeetest.Fault{Op: "Save", Kind: kind, Delay: time.Millisecond})
			_, err = c.Customers.Save(t.Context(), Customer{CreateOrg: Number("100"), UseOrg: Number("100"), Number: "N-1", Name: "新"}, SaveOptions{})
			stored, ok := s.Record("BD_Customer", "N-1")
			if ok {
				require.Equal(t, 1, stored.Saves, "never twice")
			}
			switch {
			case err == nil:
				require.True(t, ok)
			case after[kind]:
				require.ErrorIs(t, err, duijie.ErrOutcomeUnknown)
			default:
				require.False(t, ok, "an error without a doubt means that nothing was done")
			}
			s.ClearFaults()
			if kind == kingdeetest.N001 {
				require.ErrorIs(t, err, duijie.ErrOutcomeUnknown)
				_, err = c.Customers.Save(t.Context(), Customer{CreateOrg: Number("100"), UseOrg: Number("100"), Number: "N-2", Name: "新"}, SaveOptions{})
				require.NoError(t, err)
				require.GreaterOrEqual(t, s.Logins(), 3, "the doubtful session is not used again")
			}
		})
	}
}

func TestBackoffDoublesAndIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		c := mocked(t, SignHeaders, func(*http.Request) (*http.Response, error) {
			calls++
			if calls < 4 {
				return answerText(200, `{"Result":{"ResponseStatus":{"IsSuccess":false,"Errors":[{"Message":"网络控制冲突"}],"MsgCode":13}}}`)(nil)
			}
			return answerText(200, okStatus)(nil)
		}, duijie.WithRetry(duijie.RetryPolicy{}))
		begin := time.Now()
		_, err := c.Save(t.Context(), SaveRequest{FormID: "BD_Customer", Model: NewModel().Set("FName", "x")})
		require.NoError(t, err, "a locked record is tried again, also by a write")
		require.Equal(t, 4, calls)
		waited := time.Since(begin)
		require.GreaterOrEqual(t, waited, 3500*time.Millisecond)
		require.LessOrEqual(t, waited, 7*time.Second)
	})
}

func TestCallReachesAnything(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, SignHeaders)
	var out duijie.Record
	require.NoError(t, c.Call(t.Context(), "QueryBusinessInfo", map[string]any{"data": map[string]any{"FormId": "BD_Customer"}}, &out))
	id, _ := out.Get("Result.NeedReturnData.Id")
	require.Equal(t, "BD_Customer", id)
	var centres []duijie.Record
	require.NoError(t, c.Call(t.Context(), "Kingdee.BOS.ServiceFacade.ServicesStub.Account.AccountService.GetDataCenterList", nil, &centres))
	require.Equal(t, s.Account().AcctID, centres[0].Text("Id"))
	err := c.Call(t.Context(), "My.Plugin.Service.Run,My.Plugin", nil, nil)
	require.ErrorIs(t, err, duijie.ErrNotFound)
	for _, bad := range []string{"", "a b", "Save?x=1", "../Save", "A.B,", "Save/../x"} {
		require.ErrorIs(t, c.Call(t.Context(), bad, nil, nil), duijie.ErrInvalid, bad)
	}
}

func TestBasePathIsKept(t *testing.T) {
	t.Parallel()
	var path, cookie string
	c := mocked(t, SignHeaders, func(r *http.Request) (*http.Response, error) {
		path, cookie = r.URL.Path, r.Header.Get("Cookie")
		resp, err := answerText(200, `[]`)(r)
		resp.Header.Set("Set-Cookie", "kdservice-sessionid=stale")
		return resp, err
	})
	for range 2 {
		_, err := c.Query(t.Context(), Query{FormID: "X", Fields: []string{"F"}})
		require.NoError(t, err)
	}
	require.Equal(t, "/with/a/path/k3cloud/"+servicePrefix+"ExecuteBillQuery"+serviceSuffix, path)
	require.Empty(t, cookie, "no cookie is kept in signing mode")
}

func TestNothingIsLeftRunning(t *testing.T) {
	s := kingdeetest.NewServer()
	seedCustomers(s, 5)
	before := runtime.NumGoroutine()
	c, err := NewClient(configOf(s, ValidateUser), quick, unpaced(), duijie.WithAttemptTimeout(100*time.Millisecond))
	require.NoError(t, err)
	s.Inject(kingdeetest.Fault{Op: "ExecuteBillQuery", Kind: kingdeetest.StallAfter})
	for _, err := range c.Customers.All(t.Context(), CustomerQuery{Limit: 2}) {
		require.NoError(t, err)
		break
	}
	c.CloseIdleConnections()
	s.Close()
	require.Eventually(t, func() bool { return runtime.NumGoroutine() <= before }, 5*time.Second, 5*time.Millisecond)
}

// Sessions are shared through a store, and by clients with the same secret only.
func TestSessionsAreSharedThroughAStore(t *testing.T) {
	t.Parallel()
	s := kingdeetest.NewServer()
	t.Cleanup(s.Close)
	seedCustomers(s, 1)
	store := duijie.NewMemoryTokenStore()
	cfg := configOf(s, ValidateUser)
	for range 3 {
		c, err := NewClient(cfg, quick, unpaced(), duijie.WithTokenStore(store))
		require.NoError(t, err)
		_, err = c.Customers.Get(t.Context(), "C-0001")
		require.NoError(t, err)
	}
	require.Equal(t, 1, s.Logins())
	cfg.Password = duijie.NewSecret("wrong-password")
	c, err := NewClient(cfg, quick, unpaced(), duijie.WithTokenStore(store))
	require.NoError(t, err)
	_, err = c.Customers.Get(t.Context(), "C-0001")
	require.ErrorIs(t, err, duijie.ErrUnauthenticated)
}

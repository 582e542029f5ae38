package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/examples/internal/cli"
	"github.com/duijie-go/duijie/jdy/jdytest"
)

// settingNames are the environment variables of the platform.
var settingNames = []string{
	"JDY_BASE_URL", "JDY_CLIENT_ID", "JDY_CLIENT_SECRET", "JDY_OUTER_INSTANCE_ID", "JDY_ACCOUNT_ID", "JDY_SERVICE_ID",
	"JDY_APP_KEY", "JDY_APP_SECRET", "JDY_DOMAIN", "JDY_USER_ID",
}

// page is a text that several write at the same time.
type page struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (p *page) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(b)
}

func (p *page) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

// result is what a user sees of the program.
type result struct {
	code      int
	out, logs string
}

// program runs the program with settings, as name and value in turn, and with
// waits nobody waits for. Everything is logged.
func program(t *testing.T, settings []string, args ...string) result {
	t.Helper()
	return programWith(t, nil, settings, args...)
}

// programWith gives the client further options.
func programWith(t *testing.T, more []duijie.Option, settings []string, args ...string) result {
	t.Helper()
	for _, name := range settingNames {
		t.Setenv(name, "")
	}
	for i := 0; i < len(settings); i += 2 {
		t.Setenv(settings[i], settings[i+1])
	}
	var out, stderr page
	options := []duijie.Option{
		duijie.WithRateLimiter(rate.NewLimiter(rate.Inf, 1)),
		duijie.WithRetry(duijie.RetryPolicy{MaxAttempts: 3, MinDelay: time.Millisecond, ThrottleDelay: 2 * time.Millisecond, MaxRetryAfter: time.Second}),
		duijie.WithAttemptTimeout(20 * time.Second),
		duijie.WithLogger(slog.New(slog.NewTextHandler(&stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))),
	}
	options = append(options, more...)
	code := cli.Run(t.Context(), name, args, &out, &stderr, func(ctx context.Context, env *cli.Env) (int, error) {
		if !configured() {
			return demo(ctx, env)
		}
		return live(ctx, env, options...)
	})
	return result{code, out.String(), stderr.String()}
}

func settingsOf(s *jdytest.Server, more ...string) []string {
	return append([]string{
		"JDY_BASE_URL", s.URL(), "JDY_CLIENT_ID", s.ClientID(), "JDY_CLIENT_SECRET", s.ClientSecret(), "JDY_OUTER_INSTANCE_ID", s.OuterInstanceID(),
	}, more...)
}

func newServer(t *testing.T, opts ...jdytest.Option) *jdytest.Server {
	t.Helper()
	s := jdytest.NewServer(append([]jdytest.Option{jdytest.WithDemo()}, opts...)...)
	t.Cleanup(s.Close)
	return s
}

func stateFile(t *testing.T) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "state.db")
}

type report struct {
	Read, Created, Updated, Unchanged int64
}

func (r result) report(t *testing.T) report {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(r.out), "\n")
	var rep report
	require.NoError(t, json.Unmarshal([]byte(lines[len(lines)-1]), &rep), "%s", r.out)
	return rep
}

func TestDemo(t *testing.T) {
	r := program(t, nil, "-json", "-state", stateFile(t))
	require.Equal(t, cli.ExitSettled, r.code, "%s", r.logs)
	require.Equal(t, report{Read: 2, Updated: 2}, r.report(t))
	require.Contains(t, r.logs, "ends 20")
	require.Contains(t, r.logs, "token calls: 2 in all")

	r = program(t, nil, "-plan", "-state", stateFile(t))
	require.Equal(t, cli.ExitSettled, r.code, "%s", r.logs)
	require.Contains(t, r.out, "320 to create")
}

// The token is in the state file: later runs, and programs that share the file,
// make no token call, and read nothing again.
func TestTokenIsShared(t *testing.T) {
	s, state := newServer(t), stateFile(t)
	first := program(t, settingsOf(s), "-json", "-state", state)
	require.Equal(t, cli.ExitSettled, first.code, "%s", first.logs)
	require.EqualValues(t, 320, first.report(t).Created)
	info, err := os.Stat(state)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), "it holds the token")

	second := program(t, settingsOf(s), "-json", "-state", state)
	require.Equal(t, cli.ExitSettled, second.code, "%s", second.logs)
	require.Zero(t, second.report(t).Created+second.report(t).Updated)
	require.Equal(t, 1, s.Count("GET kingdee_auth_token"))
	require.Equal(t, 1, s.Count("POST push_app_authorize"))
}

// The secret of the day and the token ended between two runs: the second one's first
// call is refused, and it gets both anew.
func TestSecretThatRotated(t *testing.T) {
	c := newClock()
	s, state := newServer(t, jdytest.WithClock(c.now)), stateFile(t)
	clocked := []duijie.Option{duijie.WithClock(c.now)}
	require.Equal(t, cli.ExitSettled, programWith(t, clocked, settingsOf(s), "-state", state).code)
	lists := s.Count("GET " + materials)
	s.RotateSecret()
	s.RevokeTokens()
	c.forward(5 * time.Minute)
	r := programWith(t, clocked, settingsOf(s), "-json", "-state", state)
	require.Equal(t, cli.ExitSettled, r.code, "%s", r.logs)
	require.Contains(t, r.logs, "ends 20")
	require.Greater(t, s.Count("GET "+materials), lists+1, "the refused call and its repeat")
	require.Equal(t, 2, s.Count("GET kingdee_auth_token"))
	require.Equal(t, 2, s.Count("POST push_app_authorize"), "for the new secret")
	require.Zero(t, r.report(t).Created)
}

// -since leaves out what was last changed before.
func TestSince(t *testing.T) {
	s := jdytest.NewServer(jdytest.WithTokenCallsPerMinute(0)) // each of the states counts its own
	t.Cleanup(s.Close)
	seed(s, 230, time.Date(2026, 3, 1, 12, 0, 0, 0, duijie.China))
	for _, no := range []string{"N1", "N2"} {
		s.Seed(materials, jdytest.Row{"number": no, "name": no, "create_time": "2026-06-01 12:00:00", "modify_time": "2026-06-01 12:00:00"})
	}
	for since, want := range map[string]int64{"2026-05-01": 2, "2026-06-02": 0, "2026-01-01": 232} {
		r := program(t, settingsOf(s), "-json", "-since", since, "-state", stateFile(t))
		require.Equal(t, cli.ExitSettled, r.code, "%s", r.logs)
		require.Equal(t, report{Read: want, Created: want}, r.report(t), since)
	}
}

// -plan shows what a run would do, and leaves all of it to do.
func TestPlanWritesNothing(t *testing.T) {
	s, state := newServer(t), stateFile(t)
	for range 2 {
		r := program(t, settingsOf(s), "-plan", "-state", state)
		require.Equal(t, cli.ExitSettled, r.code, "%s", r.logs)
		require.Contains(t, r.out, "320 to create")
	}
	for _, call := range s.Calls() {
		require.True(t, call.Op == "POST push_app_authorize" || strings.HasPrefix(call.Op, "GET "), call.Op)
	}
	require.EqualValues(t, 320, program(t, settingsOf(s), "-json", "-state", state).report(t).Created, "ledger and checkpoint were left alone")
	r := program(t, settingsOf(s), "-plan", "-state", state)
	require.NotContains(t, r.out, "320 to create")
}

func TestSettingsThatAreWrong(t *testing.T) {
	s := newServer(t)
	r := program(t, []string{"JDY_BASE_URL", s.URL()})
	require.Equal(t, cli.ExitUsage, r.code)
	for _, missing := range []string{"JDY_CLIENT_ID", "JDY_CLIENT_SECRET", "JDY_OUTER_INSTANCE_ID"} {
		require.Contains(t, r.logs, missing)
	}
	wrong := strings.Repeat("0f", 16)
	r = program(t, settingsOf(s, "JDY_CLIENT_SECRET", wrong), "-state", stateFile(t))
	require.Equal(t, cli.ExitFailed, r.code, "%s", r.logs)
	require.Contains(t, r.logs, "4008", "the gateway's code for a wrong signature")
	require.NotContains(t, r.logs+r.out, wrong)
}

func TestSeveralAccountSets(t *testing.T) {
	s := newServer(t, jdytest.WithAccounts(jdytest.Account{ID: "1001", Name: "甲公司"}, jdytest.Account{ID: "1002", Name: "乙公司"}))
	r := program(t, settingsOf(s), "-state", stateFile(t))
	require.Equal(t, cli.ExitFailed, r.code, "%s", r.logs)
	for _, words := range []string{"1001", "甲公司", "1002", "乙公司", "AccountID", "JDY_ACCOUNT_ID"} {
		require.Contains(t, r.logs, words)
	}
	r = program(t, settingsOf(s, "JDY_ACCOUNT_ID", "1002"), "-state", stateFile(t))
	require.Equal(t, cli.ExitSettled, r.code, "%s", r.logs)
	require.Contains(t, r.out, "1002 乙公司")
}

// listener notes the tokens and signatures that are sent.
type listener struct {
	mu      sync.Mutex
	secrets []string
}

func (l *listener) RoundTrip(r *http.Request) (*http.Response, error) {
	l.mu.Lock()
	l.secrets = append(l.secrets, r.Header.Get("app-token"), r.Header.Get("X-Api-Signature"), r.URL.Query().Get("app_signature"))
	l.mu.Unlock()
	return http.DefaultTransport.RoundTrip(r)
}

// Secrets are in nothing that is printed, whatever goes wrong with whichever call.
func TestSecretsAreNotPrinted(t *testing.T) {
	ops := []string{"POST push_app_authorize", "GET kingdee_auth_token", "GET " + materials}
	for i, kind := range jdytest.FaultKinds() {
		for _, op := range ops[i%2 : i%2+2] {
			s, heard := jdytest.NewServer(), &listener{}
			seed(s, 3, time.Now().Add(-time.Hour))
			heard.secrets = []string{s.ClientSecret(), s.Account().AppSecret}
			s.Inject(jdytest.Fault{Op: op, Kind: kind, Delay: time.Millisecond})
			r := programWith(t, []duijie.Option{
				duijie.WithHTTPClient(&http.Client{Transport: heard}), duijie.WithAttemptTimeout(300 * time.Millisecond), duijie.WithMaxBody(1 << 20),
			}, settingsOf(s), "-json", "-state", stateFile(t))
			require.True(t, fired(s, op, kind), "%s: %s", op, kind)
			require.Contains(t, r.logs, "push_app_authorize", "calls were logged")
			secrets := append(heard.secrets, s.Account().AppSecret)
			require.Greater(t, len(secrets), 5)
			for _, secret := range secrets {
				for form, hidden := range map[string]string{
					"plain": secret, "base64": base64.StdEncoding.EncodeToString([]byte(secret)), "hex": hex.EncodeToString([]byte(secret)), "escaped": url.QueryEscape(secret),
				} {
					require.False(t, secret != "" && strings.Contains(r.out+r.logs, hidden), "%s: %s: %s in %s", op, kind, secret, form)
				}
			}
			require.NotRegexp(t, `eyJ[A-Za-z0-9_-]{8}`, r.out+r.logs, "no token, which is a JWT")
			require.NotContains(t, r.out+r.logs, "app_signature=")
			s.Close()
		}
	}
}

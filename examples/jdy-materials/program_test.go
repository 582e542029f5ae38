package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
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

// result is what a user sees of the program.
type result struct {
	code      int
	out, logs string
}

// program runs the program with settings, as name and value in turn, and with
// waits nobody waits for. Everything is logged.
func program(t *testing.T, settings []string, args ...string) result {
	t.Helper()
	for _, name := range settingNames {
		t.Setenv(name, "")
	}
	for i := 0; i < len(settings); i += 2 {
		t.Setenv(settings[i], settings[i+1])
	}
	var out, stderr bytes.Buffer
	options := []duijie.Option{
		duijie.WithRateLimiter(rate.NewLimiter(rate.Inf, 1)),
		duijie.WithRetry(duijie.RetryPolicy{MaxAttempts: 3, MinDelay: time.Millisecond, ThrottleDelay: 2 * time.Millisecond}),
		duijie.WithAttemptTimeout(20 * time.Second),
		duijie.WithLogger(slog.New(slog.NewTextHandler(&stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))),
	}
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

func TestSecretThatRotated(t *testing.T) {
	s, state := newServer(t), stateFile(t)
	require.Equal(t, cli.ExitSettled, program(t, settingsOf(s), "-state", state).code)
	s.RotateSecret()
	s.RevokeTokens()
	r := program(t, settingsOf(s), "-state", state)
	require.Equal(t, cli.ExitSettled, r.code, "%s", r.logs)
	require.Contains(t, r.out, "ends 20")
	require.LessOrEqual(t, s.MaxTokenCallsPerMinute(), 2)
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
	for _, words := range []string{"1001", "甲公司", "1002", "乙公司", "AccountID"} {
		require.Contains(t, r.logs, words)
	}
	r = program(t, settingsOf(s, "JDY_ACCOUNT_ID", "1002"), "-state", stateFile(t))
	require.Equal(t, cli.ExitSettled, r.code, "%s", r.logs)
	require.Contains(t, r.out, "1002 乙公司")
}

// Secrets are in nothing that is printed, whatever goes wrong.
func TestSecretsAreNotPrinted(t *testing.T) {
	s, state := newServer(t), stateFile(t)
	var printed strings.Builder
	for i, kind := range append([]jdytest.FaultKind{""}, jdytest.FaultKinds()...) {
		if kind != "" {
			s.Inject(jdytest.Fault{Call: 1 + i%3, Kind: kind, Delay: time.Millisecond})
		}
		r := program(t, settingsOf(s), "-json", "-state", state)
		printed.WriteString(r.out + r.logs)
		s.ClearFaults()
	}
	require.Contains(t, printed.String(), "bd/material", "calls were logged")
	secrets := []string{s.ClientSecret(), s.Account().AppSecret, s.RotateSecret()}
	for i, secret := range secrets {
		require.NotEmpty(t, secret, i)
		for form, hidden := range map[string]string{
			"plain": secret, "base64": base64.StdEncoding.EncodeToString([]byte(secret)), "hex": hex.EncodeToString([]byte(secret)), "escaped": url.QueryEscape(secret),
		} {
			require.NotContains(t, printed.String(), hidden, "secret %d in %s", i, form)
		}
	}
	require.NotRegexp(t, `eyJ[A-Za-z0-9_-]{8}`, printed.String(), "no token, which is a JWT")
	require.NotRegexp(t, `app_signature=[^&" ]*[A-Za-z0-9]{16}`, printed.String())
}

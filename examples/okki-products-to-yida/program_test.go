package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/dingtalk/dingtalktest"
	"github.com/duijie-go/duijie/examples/internal/cli"
	"github.com/duijie-go/duijie/okki/okkitest"
)

// settingNames are the environment variables of both platforms.
var settingNames = []string{
	"OKKI_BASE_URL", "OKKI_CLIENT_ID", "OKKI_CLIENT_SECRET", "OKKI_SCOPES", "OKKI_USERNAME", "OKKI_PASSWORD", "OKKI_PASSWORD_HASH",
	"DINGTALK_BASE_URL", "DINGTALK_OAPI_BASE_URL", "DINGTALK_APP_KEY", "DINGTALK_APP_SECRET", "DINGTALK_CORP_ID",
	"DINGTALK_YIDA_APP_TYPE", "DINGTALK_YIDA_SYSTEM_TOKEN", "DINGTALK_YIDA_FORM_UUID", "DINGTALK_USER_ID",
	"DINGTALK_YIDA_VERSION", "DINGTALK_YIDA_LANGUAGE", "DINGTALK_YIDA_ENV", "DINGTALK_YIDA_OLD_METADATA",
}

var runs int

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

// program runs the program with settings, as name and value in turn, and with waits
// nobody waits for. Everything is logged.
func program(t *testing.T, settings []string, args ...string) result {
	t.Helper()
	for _, name := range settingNames {
		t.Setenv(name, "")
	}
	for i := 0; i < len(settings); i += 2 {
		t.Setenv(settings[i], settings[i+1])
	}
	update = false
	runs++ // each run is two seconds behind the one before, as times have whole seconds
	ahead := time.Duration(runs) * 2 * time.Second
	var out, stderr page
	options := []duijie.Option{
		duijie.WithRateLimiter(rate.NewLimiter(rate.Inf, 1)),
		duijie.WithRetry(duijie.RetryPolicy{MaxAttempts: 3, MinDelay: time.Millisecond, ThrottleDelay: 2 * time.Millisecond, MaxRetryAfter: time.Second}),
		duijie.WithAttemptTimeout(2 * time.Second), duijie.WithMaxBody(1 << 20),
		duijie.WithClock(func() time.Time { return time.Now().Add(ahead) }),
		duijie.WithLogger(slog.New(slog.NewTextHandler(&stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))),
	}
	code := cli.Run(t.Context(), name, args, &out, &stderr, func(ctx context.Context, env *cli.Env) (int, error) {
		if !configured() {
			return demo(ctx, env)
		}
		return live(ctx, env, options, options)
	}, flags)
	return result{code, out.String(), stderr.String()}
}

// pair is a server of either platform, with few products.
func pair(t *testing.T, products int) (*okkitest.Server, *dingtalktest.Server) {
	t.Helper()
	from := okkitest.NewServer()
	to := dingtalktest.NewServer(dingtalktest.WithDemo(), dingtalktest.WithQPS(0))
	t.Cleanup(from.Close)
	t.Cleanup(to.Close)
	for i := range products {
		at := time.Now().Add(-time.Duration(60+i) * time.Minute).In(duijie.China).Format(time.DateTime)
		from.Add("product", okkitest.Row{"product_no": fmt.Sprintf("P%02d", i), "name": fmt.Sprintf("产品 %d", i), "product_type": 1, "create_time": at, "update_time": at})
	}
	return from, to
}

func settingsOf(from *okkitest.Server, to *dingtalktest.Server, more ...string) []string {
	return append([]string{
		"OKKI_BASE_URL", from.URL(), "OKKI_CLIENT_ID", from.ClientID(), "OKKI_CLIENT_SECRET", from.ClientSecret(), "OKKI_SCOPES", "product",
		"DINGTALK_BASE_URL", to.URL(), "DINGTALK_OAPI_BASE_URL", to.OapiURL(), "DINGTALK_APP_KEY", to.AppKey(), "DINGTALK_APP_SECRET", to.AppSecret(),
		"DINGTALK_YIDA_APP_TYPE", to.AppType(), "DINGTALK_YIDA_SYSTEM_TOKEN", to.SystemToken(), "DINGTALK_YIDA_FORM_UUID", dingtalktest.DemoForm,
		"DINGTALK_USER_ID", to.UserID(),
	}, more...)
}

func stateFile(t *testing.T) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "state.db")
}

type report struct {
	Read, Created, Updated, Unchanged, Refused int64
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
	require.Equal(t, cli.ExitParked, r.code, "%s", r.logs)
	require.Equal(t, report{Read: 2, Created: 1, Unchanged: 1}, r.report(t))
	require.Contains(t, r.logs, "approvals started: 130 for 131 products")
	require.Contains(t, r.logs, "textField_lq0sj9h9 必填")

	r = program(t, nil, "-plan", "-state", stateFile(t))
	require.Equal(t, cli.ExitSettled, r.code, "%s", r.logs)
	require.Contains(t, r.out, "130 to create")
}

func TestPlanWritesNothing(t *testing.T) {
	from, to := pair(t, 5)
	r := program(t, settingsOf(from, to), "-plan", "-state", stateFile(t))
	require.Equal(t, cli.ExitSettled, r.code, "%s", r.logs)
	require.Contains(t, r.out, "5 to create")
	require.Zero(t, to.Count(startOp))
}

// A refused product goes after it was put right, once; -replay alone leaves it refused.
func TestReplay(t *testing.T) {
	from, to := pair(t, 3)
	bad := from.Add("product", okkitest.Row{"product_no": "BAD", "name": "", "product_type": 1, "update_time": "2026-01-05 10:00:00"})
	state := stateFile(t)
	r := program(t, settingsOf(from, to), "-json", "-state", state)
	require.Equal(t, cli.ExitParked, r.code, "%s", r.logs)
	require.Equal(t, report{Read: 4, Created: 3, Refused: 1}, r.report(t))
	r = program(t, settingsOf(from, to), "-json", "-state", state, "-replay")
	require.Equal(t, cli.ExitParked, r.code, "%s", r.logs)
	from.Set("product", bad, okkitest.Row{"name": "好了", "update_time": time.Now().Add(-10 * time.Minute).In(duijie.China).Format(time.DateTime)})
	r = program(t, settingsOf(from, to), "-json", "-state", state)
	require.Equal(t, cli.ExitSettled, r.code, "%s", r.logs)
	require.Equal(t, 1, to.Created(dingtalktest.DemoForm, componentNo, "BAD"))
	require.Equal(t, 4, to.Created(dingtalktest.DemoForm, "", ""))
}

func TestUpdate(t *testing.T) {
	from, to := pair(t, 2)
	state := stateFile(t)
	require.Equal(t, cli.ExitSettled, program(t, settingsOf(from, to), "-state", state).code)
	from.Set("product", idOf(from.Records("product")[0]), okkitest.Row{"name": "改名", "update_time": time.Now().Add(-10 * time.Minute).In(duijie.China).Format(time.DateTime)})
	r := program(t, settingsOf(from, to), "-json", "-state", state)
	require.Equal(t, report{Read: 1, Unchanged: 1}, r.report(t), "it stays as it was started")
	from.Set("product", idOf(from.Records("product")[0]), okkitest.Row{"name": "又改名", "update_time": time.Now().Add(-9 * time.Minute).In(duijie.China).Format(time.DateTime)})
	r = program(t, settingsOf(from, to), "-json", "-state", state, "-update")
	require.Equal(t, cli.ExitSettled, r.code, "%s", r.logs)
	require.Equal(t, report{Read: 1, Updated: 1}, r.report(t))
	require.Equal(t, 2, to.Created(dingtalktest.DemoForm, "", ""))
}

func TestSince(t *testing.T) {
	from, to := pair(t, 20) // changed 60 to 79 minutes ago
	since := time.Now().Add(-40 * time.Minute)
	r := program(t, settingsOf(from, to), "-json", "-state", stateFile(t), "-since", since.In(duijie.China).Format(time.DateTime))
	require.Equal(t, cli.ExitSettled, r.code, "%s", r.logs)
	require.Less(t, r.report(t).Created, int64(20), "not all of them")
}

func TestSettingsThatAreWrong(t *testing.T) {
	from, to := pair(t, 1)
	r := program(t, []string{"OKKI_BASE_URL", from.URL()})
	require.Equal(t, cli.ExitUsage, r.code)
	for _, missing := range []string{
		"OKKI_CLIENT_ID", "OKKI_CLIENT_SECRET", "OKKI_SCOPES", "DINGTALK_APP_KEY", "DINGTALK_APP_SECRET",
	} {
		require.Contains(t, r.logs, missing)
	}
	wrong := strings.Repeat("0f", 16)
	for _, setting := range []string{"OKKI_CLIENT_SECRET", "DINGTALK_APP_SECRET", "DINGTALK_YIDA_SYSTEM_TOKEN"} {
		r = program(t, settingsOf(from, to, setting, wrong), "-state", stateFile(t))
		require.Equal(t, cli.ExitFailed, r.code, "%s: %s", setting, r.logs)
		require.NotContains(t, r.logs+r.out, wrong)
	}
	require.Zero(t, to.Created(dingtalktest.DemoForm, "", ""))
}

// Secrets are in nothing that is printed, whatever goes wrong. Each fault has servers and a
// state of its own, so that it surely fires.
func TestSecretsAreNotPrinted(t *testing.T) {
	slow := []string{"stall after", "huge after", "drip after"} // differ from others in time and size alone, and take long
	check := func(kind string, r result, secrets []string) {
		printed := r.out + r.logs
		require.Contains(t, printed, "/v1", "calls were logged")
		for n, secret := range secrets {
			for form, hidden := range map[string]string{
				"plain": secret, "base64": base64.StdEncoding.EncodeToString([]byte(secret)), "hex": hex.EncodeToString([]byte(secret)),
				"escaped": url.QueryEscape(secret),
			} {
				require.NotContains(t, printed, hidden, "%s: secret %d in %s", kind, n, form)
			}
		}
	}
	secretsOf := func(from *okkitest.Server, to *dingtalktest.Server) []string {
		return slices.DeleteFunc(slices.Concat([]string{from.ClientSecret()}, from.Tokens(), to.Secrets()), func(s string) bool { return len(s) < 8 })
	}
	for i, kind := range okkitest.FaultKinds() {
		if slices.Contains(slow, string(kind)) {
			continue
		}
		from, to := pair(t, 2)
		op := []string{listOp, "POST oauth2/access_token"}[i%2]
		from.Inject(okkitest.Fault{Op: op, Kind: kind, Times: -1, Delay: time.Millisecond})
		r := program(t, settingsOf(from, to), "-json", "-state", stateFile(t))
		require.Positive(t, from.Count(op), kind)
		check(string(kind), r, secretsOf(from, to))
	}
	for i, kind := range dingtalktest.FaultKinds() {
		if slices.Contains(slow, string(kind)) || kind == dingtalktest.Refusal || kind == dingtalktest.RefusalAfter {
			continue
		}
		from, to := pair(t, 2)
		op := []string{"POST oauth2/accessToken", "POST yida/processes/instances"}[i%2]
		if i%6 == 5 { // after a lost start the program waits for the index
			op = startOp
		}
		to.Inject(dingtalktest.Fault{Op: op, Kind: kind, Times: 3, Delay: time.Millisecond})
		r := program(t, settingsOf(from, to), "-json", "-state", stateFile(t))
		require.Positive(t, to.Count(op), kind)
		check(string(kind), r, secretsOf(from, to))
	}
}

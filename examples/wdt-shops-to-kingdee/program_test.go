package main

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/examples/internal/cli"
	"github.com/duijie-go/duijie/wdt"
)

// settingNames are the environment variables of both platforms.
var settingNames = []string{
	"WDT_GATEWAY", "WDT_BASE_URL", "WDT_SID", "WDT_APP_KEY", "WDT_APP_SECRET",
	"WDT_QIMEN_APP_KEY", "WDT_QIMEN_APP_SECRET", "WDT_QIMEN_TARGET_APP_KEY",
	"KINGDEE_BASE_URL", "KINGDEE_ACCT_ID", "KINGDEE_USERNAME", "KINGDEE_APP_ID", "KINGDEE_APP_SECRET",
	"KINGDEE_PASSWORD", "KINGDEE_LCID", "KINGDEE_ORG_NUM",
}

// settings are values for them; what is not named is not set.
type settings map[string]string

// with is a copy with other values, given as name, value, name, value.
func (s settings) with(pairs ...string) settings {
	c := settings{}
	for k, v := range s {
		c[k] = v
	}
	for i := 0; i < len(pairs); i += 2 {
		c[pairs[i]] = pairs[i+1]
	}
	return c
}

func (s settings) set(t *testing.T) {
	t.Helper()
	for _, k := range settingNames {
		t.Setenv(k, s[k])
	}
}

func (s settings) list() (out []string) {
	for _, k := range settingNames {
		out = append(out, k+"="+s[k])
	}
	return out
}

// settings are those a user has to reach the fakes.
func (w *world) settings(gateway wdt.Gateway, password bool) settings {
	a, k := w.shops.Account(), w.erp.Account()
	s := settings{
		"WDT_GATEWAY": string(gateway), "WDT_BASE_URL": w.shops.DirectURL(),
		"WDT_SID": a.SID, "WDT_APP_KEY": a.AppKey, "WDT_APP_SECRET": a.AppSecret,
		"KINGDEE_BASE_URL": w.erp.URL(), "KINGDEE_ACCT_ID": k.AcctID, "KINGDEE_USERNAME": k.Username,
		"KINGDEE_APP_ID": k.AppID, "KINGDEE_APP_SECRET": k.AppSecret,
	}
	if gateway == wdt.Qimen {
		s = s.with("WDT_BASE_URL", w.shops.QimenURL(), "WDT_QIMEN_APP_KEY", a.QimenAppKey,
			"WDT_QIMEN_APP_SECRET", a.QimenAppSecret, "WDT_QIMEN_TARGET_APP_KEY", a.TargetAppKey)
	}
	if password {
		s = s.with("KINGDEE_APP_ID", "", "KINGDEE_APP_SECRET", "", "KINGDEE_PASSWORD", k.Password)
	}
	return s
}

// result is what a user sees of the program.
type result struct {
	code     int
	out, err string
	cause    error // what the program returned, for errors.Is
	took     time.Duration
}

func (r result) String() string {
	return fmt.Sprintf("exit status %d after %v\n--- stdout\n%s--- stderr\n%s", r.code, r.took, r.out, r.err)
}

// hurried are options that shorten what the program would wait for. The time
// limit of an attempt is for a busy machine; who waits for it takes impatient.
func hurried() []duijie.Option {
	return []duijie.Option{
		duijie.WithRateLimiter(rate.NewLimiter(rate.Inf, 1)),
		duijie.WithRetry(duijie.RetryPolicy{MaxAttempts: 2, MinDelay: time.Millisecond, ThrottleDelay: 2 * time.Millisecond}),
		duijie.WithAttemptTimeout(5 * time.Second),
		duijie.WithMaxBody(1 << 20),
	}
}

func impatient() []duijie.Option {
	return append(hurried(), duijie.WithAttemptTimeout(100*time.Millisecond))
}

// program runs the whole program, flags and environment included, with
// shortened waits.
func program(t *testing.T, s settings, args ...string) result {
	t.Helper()
	return programWith(t, s, hurried(), args...)
}

func programWith(t *testing.T, s settings, options []duijie.Option, args ...string) result {
	t.Helper()
	s.set(t)
	var out, stderr bytes.Buffer
	begin := time.Now()
	var cause error
	code := cli.Run(t.Context(), name, args, &out, &stderr, func(ctx context.Context, env *cli.Env) (code int, err error) {
		code, err = live(ctx, env, options...)
		cause = err
		return code, err
	})
	r := result{code: code, out: out.String(), err: stderr.String(), cause: cause, took: time.Since(begin)}
	require.NotContains(t, r.out+r.err, "panic", "%v", r)
	s.hidden(t, r)
	return r
}

// hidden: no secret of the settings is in what was printed.
func (s settings) hidden(t *testing.T, r result) {
	t.Helper()
	for _, k := range []string{"WDT_APP_SECRET", "WDT_QIMEN_APP_SECRET", "KINGDEE_APP_SECRET", "KINGDEE_PASSWORD"} {
		for _, part := range strings.Split(s[k], ":") {
			if len(part) >= 4 {
				require.NotContains(t, r.out+r.err, part, "%s is printed", k)
			}
		}
	}
}

// failed: the run ended soon, with exit status 1, and the words tell what
// happened, what to do, and that nothing is lost.
func (r result) failed(t *testing.T, words ...string) {
	t.Helper()
	require.Equal(t, cli.ExitFailed, r.code, "%v", r)
	require.Less(t, r.took, 20*time.Second, "%v", r)
	for _, w := range append(words, "nothing is lost: start it again with -state ") {
		require.Contains(t, r.err, w, "%v", r)
	}
}

// completes: with the right settings, the state of a bad run leads to the end.
func (w *world) completes(t *testing.T, s settings, state string) {
	t.Helper()
	r := program(t, s, "-state", state)
	require.Equal(t, cli.ExitSettled, r.code, "%v", r)
	w.check(t)
}

func stateFile(t *testing.T) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "state.db")
}

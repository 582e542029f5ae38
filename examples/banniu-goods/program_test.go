package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
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
	"github.com/duijie-go/duijie/banniu/banniutest"
	"github.com/duijie-go/duijie/examples/internal/cli"
)

// settingNames are the environment variables of the program.
var settingNames = []string{
	"BANNIU_BASE_URL", "BANNIU_APP_KEY", "BANNIU_APP_SECRET", "BANNIU_ACCESS_TOKEN", "BANNIU_PROJECT_ID", "BANNIU_APP_ID",
	envCSV, envDB, envPipeline,
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

func (r result) String() string {
	return fmt.Sprintf("exit status %d\n--- stdout\n%s--- stderr\n%s", r.code, r.out, r.logs)
}

// options are waits nobody waits for, the world's clock, and a log of everything.
func (w *world) options(log io.Writer) []duijie.Option {
	return []duijie.Option{
		duijie.WithRateLimiter(rate.NewLimiter(rate.Inf, 1)), duijie.WithClock(w.now), duijie.WithMaxBody(1 << 20),
		duijie.WithRetry(duijie.RetryPolicy{MaxAttempts: 3, MinDelay: time.Millisecond, ThrottleDelay: 2 * time.Millisecond}),
		duijie.WithAttemptTimeout(patience),
		duijie.WithLogger(slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))),
	}
}

// program runs the whole program, flags and environment included.
func (w *world) program(t *testing.T, settings []string, args ...string) result {
	t.Helper()
	for _, name := range settingNames {
		t.Setenv(name, "")
	}
	for i := 0; i < len(settings); i += 2 {
		t.Setenv(settings[i], settings[i+1])
	}
	var out, stderr page
	code := cli.Run(t.Context(), name, args, &out, &stderr, func(ctx context.Context, env *cli.Env) (int, error) {
		if !configured() {
			return demo(ctx, env)
		}
		return live(ctx, env, w.options(&stderr)...)
	})
	return result{code, out.String(), stderr.String()}
}

// settings are those a user has to reach the fake, with the goods in a file.
func (w *world) settings(t *testing.T, more ...string) []string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "goods.csv")
	var b strings.Builder
	for no, barcode := range w.goods {
		fmt.Fprintf(&b, "%s,%s\n", no, barcode)
	}
	require.NoError(t, os.WriteFile(path, []byte(b.String()), 0o600))
	return append([]string{
		"BANNIU_BASE_URL", w.server.URL(), "BANNIU_APP_KEY", w.server.AppKey(), "BANNIU_APP_SECRET", w.server.AppSecret(),
		"BANNIU_ACCESS_TOKEN", w.server.AccessToken(), "BANNIU_PROJECT_ID", sheetID, "BANNIU_APP_ID", appID, envCSV, path,
	}, more...)
}

func stateFile(t *testing.T) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "state.db")
}

type report struct {
	Read, Updated, Unchanged, Waiting int64
	DeadLetters                       int64 `json:"dead_letters"`
}

func (r result) report(t *testing.T) report {
	t.Helper()
	require.Equal(t, 1, strings.Count(r.out, "\n"), "one line on stdout: %v", r)
	var rep report
	require.NoError(t, json.Unmarshal([]byte(r.out), &rep), "%v", r)
	return rep
}

func TestDemo(t *testing.T) {
	w := newWorld(t, 4)
	r := w.program(t, nil, "-json", "-state", stateFile(t))
	require.Equal(t, cli.ExitSettled, r.code, "%v", r)
	require.Equal(t, report{Read: 1, Updated: 1}, r.report(t))
	require.Contains(t, r.logs, "without their barcode, or written twice: 0")
	require.Contains(t, r.logs, "已完成")
	r = w.program(t, nil, "-plan", "-state", stateFile(t))
	require.Equal(t, cli.ExitSettled, r.code, "%v", r)
	require.Contains(t, r.out, "229 to update")
	require.Contains(t, r.out, "1 waiting")
}

// Runs go on where the last one stopped, a task of unknown goods waits, and what is
// done is not done again.
func TestRuns(t *testing.T) {
	w, state := newWorld(t, 120), stateFile(t)
	since := []string{"-since", "2024-09-06 00:00:00", "-json", "-state", state}
	r := w.program(t, w.settings(t), since...)
	require.Equal(t, cli.ExitParked, r.code, "%v", r)
	rep := r.report(t)
	require.EqualValues(t, 119, rep.Updated)
	require.EqualValues(t, 1, rep.Waiting)
	require.Contains(t, r.logs, unknownGoods)
	w.check(t)

	w.goods[unknownGoods] = "6999999999999"
	r = w.program(t, w.settings(t), since...)
	require.Equal(t, cli.ExitSettled, r.code, "%v", r)
	require.EqualValues(t, 1, r.report(t).Updated)
	w.check(t)
	r = w.program(t, w.settings(t), since...)
	require.Equal(t, cli.ExitSettled, r.code, "%v", r)
	require.Zero(t, r.report(t).Updated)
	w.check(t)
}

// Without a checkpoint -since says where reading begins, later it changes nothing.
func TestSince(t *testing.T) {
	w, state := newWorld(t, 120), stateFile(t)
	r := w.program(t, w.settings(t), "-since", "2024-09-06 01:00:00", "-json", "-state", state)
	require.Equal(t, cli.ExitSettled, r.code, "%v", r)
	require.InDelta(t, 60, r.report(t).Updated, 1, "a second before the start is read too")
	r = w.program(t, w.settings(t), "-since", "2024-09-06 00:00:00", "-json", "-state", state)
	require.Zero(t, r.report(t).Read, "%v", r)
	require.Equal(t, cli.ExitUsage, w.program(t, w.settings(t), "-since", "yesterday").code)
}

// A plan writes nothing, on either side, and is what the next run does.
func TestPlan(t *testing.T) {
	w, state := newWorld(t, 30), stateFile(t)
	args := []string{"-since", "2024-09-06 00:00:00", "-state", state}
	r := w.program(t, w.settings(t), append(args, "-plan", "-json")...)
	require.Equal(t, cli.ExitSettled, r.code, "%v", r)
	require.JSONEq(t, `{"update":29,"wait":1}`, r.out)
	require.Contains(t, r.logs, `商品条码: "" → "69`)
	require.Zero(t, w.server.Count("task.update")+w.server.Count("task.batchUpdate"))
	require.Equal(t, r.out, w.program(t, w.settings(t), append(args, "-plan", "-json")...).out)
	r = w.program(t, w.settings(t), append(args, "-json")...)
	require.EqualValues(t, 29, r.report(t).Updated, "%v", r)
	w.check(t)
}

// What the platform refused is sent again by -replay.
func TestReplay(t *testing.T) {
	w, state := newWorld(t, 30), stateFile(t)
	id := w.server.TaskIDs(sheetID)[9]
	w.server.Set(sheetID, id, banniutest.Cells{"27963": ""})
	args := []string{"-since", "2024-09-06 00:00:00", "-json", "-state", state}
	w.goods[unknownGoods] = "6999999999999"
	r := w.program(t, w.settings(t), args...)
	require.Equal(t, cli.ExitParked, r.code, "%v", r)
	require.EqualValues(t, 1, r.report(t).DeadLetters)
	require.Contains(t, r.logs, "has no goods number")
	r = w.program(t, w.settings(t), append(args, "-replay")...)
	require.Equal(t, cli.ExitParked, r.code, "%v", r)
	require.EqualValues(t, 1, r.report(t).DeadLetters)

	// One that was refused for a passing reason.
	other, state := newWorld(t, 1), stateFile(t)
	other.server.Inject(banniutest.Fault{Method: "task.update", Kind: banniutest.BusinessError})
	args[len(args)-1] = state
	r = other.program(t, other.settings(t), args...)
	require.Equal(t, cli.ExitParked, r.code, "%v", r)
	require.Contains(t, r.logs, "系统内部错误", "the platform's words")
	r = other.program(t, other.settings(t), append(args, "-replay")...)
	require.Equal(t, cli.ExitSettled, r.code, "%v", r)
	other.check(t)
}

// Settings that are missing are named together, before anything is called.
func TestSettingsThatAreWrong(t *testing.T) {
	w := newWorld(t, 5)
	r := w.program(t, []string{"BANNIU_BASE_URL", w.server.URL()})
	require.Equal(t, cli.ExitUsage, r.code)
	for _, missing := range append(settingNames[1:6:6], envCSV, envDB, envPipeline) {
		require.Contains(t, r.logs, missing)
	}
	for _, tt := range []struct{ name, value, says string }{
		{"BANNIU_BASE_URL", "ftp://x", "BANNIU_BASE_URL"},
		{"BANNIU_PROJECT_ID", "goods", "BANNIU_PROJECT_ID"},
		{envCSV, "/no/such/file.csv", "no such file"},
		{envDB, "/no/such/file.db", "2 are set"},
	} {
		r = w.program(t, w.settings(t, tt.name, tt.value), "-state", stateFile(t))
		require.Equal(t, cli.ExitUsage, r.code, "%v", r)
		require.Contains(t, r.logs, tt.says)
	}
	require.Zero(t, w.server.Count(""))
	for _, tt := range []struct{ name, value, says string }{
		{"BANNIU_APP_SECRET", "another-secret-0123456789", "签名错误"},
		{"BANNIU_ACCESS_TOKEN", "another-token-0123456789", "access_token无效"},
		{"BANNIU_PROJECT_ID", "999", "不存在"},
		{"BANNIU_BASE_URL", "http://127.0.0.1:1", "never left"},
	} {
		r = w.program(t, w.settings(t, tt.name, tt.value), "-state", stateFile(t))
		require.Equal(t, cli.ExitFailed, r.code, "%v", r)
		require.Contains(t, r.logs, tt.says)
		require.Contains(t, r.logs, "nothing is lost")
		if strings.HasPrefix(tt.value, "another") {
			require.NotContains(t, r.logs, tt.value)
		}
	}
}

// The sheet lacks the column that is to be written.
func TestSheetWithoutTheColumn(t *testing.T) {
	w := newWorld(t, 5)
	w.server.AddProject(banniutest.Project{ID: "5", AppID: appID, Columns: []banniutest.Column{{ID: 1000, Name: "x"}}})
	r := w.program(t, w.settings(t, "BANNIU_PROJECT_ID", "5"), "-state", stateFile(t))
	require.Equal(t, cli.ExitFailed, r.code, "%v", r)
	require.Contains(t, r.logs, "27963")
}

// Secrets are in nothing that is printed or kept, whatever goes wrong, and also when
// the platform sends them back.
func TestSecretsAreNotPrinted(t *testing.T) {
	w, state := newWorld(t, 30), stateFile(t)
	var printed strings.Builder
	args := []string{"-since", "2024-09-06 00:00:00", "-json", "-state", state}
	for i, kind := range append([]banniutest.FaultKind{""}, banniutest.FaultKinds()...) {
		call := 1 + i%3
		if slows(kind) {
			call = 6 // few are left then
		}
		if kind != "" {
			w.server.Inject(banniutest.Fault{Call: call, Kind: kind, Delay: time.Millisecond})
		}
		w.hours.Add(1)
		w.add(time.Duration(w.hours.Load()-2) * time.Hour)
		r := w.program(t, w.settings(t), args...)
		printed.WriteString(r.String())
		w.server.ClearFaults()
	}
	echo := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, err := json.Marshal(map[string]any{"response": map[string]any{"code": 7, "error_msg": fmt.Sprint(r.URL, r.URL.Query(), r.Header)}})
		if err == nil {
			_, _ = rw.Write(body)
		}
	}))
	t.Cleanup(echo.Close)
	printed.WriteString(w.program(t, w.settings(t, "BANNIU_BASE_URL", echo.URL), args...).String())
	require.Contains(t, printed.String(), "task.list", "calls were logged")
	require.Contains(t, printed.String(), "[redacted]", "what was sent back is blanked")
	kept, err := os.ReadFile(state)
	require.NoError(t, err)
	all := printed.String() + string(kept)
	for i, secret := range []string{w.server.AppSecret(), w.server.AccessToken()} {
		require.NotEmpty(t, secret, i)
		for form, hidden := range map[string]string{
			"plain": secret, "base64": base64.StdEncoding.EncodeToString([]byte(secret)), "hex": hex.EncodeToString([]byte(secret)), "escaped": url.QueryEscape(secret),
		} {
			require.NotContains(t, all, hidden, "secret %d in %s", i, form)
		}
	}
	for _, call := range w.server.Calls() {
		require.NotContains(t, all, call.Query.Get("sign"))
	}
}

// Barcodes are found in a map, a file, a database and a ledger alike; a database whose
// column has lost digits ends the run before anything is written.
func TestLookupFromDatabase(t *testing.T) {
	for kind, ok := range map[string]bool{"TEXT": true, "REAL": false} {
		w, path := newWorld(t, 30), filepath.Join(t.TempDir(), "goods.db")
		db, err := sql.Open("sqlite", path)
		require.NoError(t, err)
		_, err = db.ExecContext(t.Context(), "CREATE TABLE goods (goods_no TEXT, barcode "+kind+")")
		require.NoError(t, err)
		for no, barcode := range w.goods {
			_, err = db.ExecContext(t.Context(), "INSERT INTO goods VALUES (?, ?)", no, barcode)
			require.NoError(t, err)
		}
		require.NoError(t, db.Close())
		r := w.program(t, w.settings(t, envCSV, "", envDB, path), "-since", "2024-09-06 00:00:00", "-state", stateFile(t))
		if ok {
			require.Equal(t, cli.ExitParked, r.code, "%v", r)
			w.check(t)
			continue
		}
		require.Equal(t, cli.ExitFailed, r.code, "%v", r)
		require.Contains(t, r.logs, "floating-point number")
		require.Empty(t, w.server.Effects())
	}
}

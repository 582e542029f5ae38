package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/examples/internal/cli"
	"github.com/duijie-go/duijie/fxiaoke/fxiaoketest"
)

// settingNames are the environment variables of the platform.
var settingNames = []string{
	"FXIAOKE_BASE_URL", "FXIAOKE_APP_ID", "FXIAOKE_APP_SECRET", "FXIAOKE_PERMANENT_CODE", "FXIAOKE_OPEN_USER_ID", "FXIAOKE_EA",
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
	tableFile = ""
	var out, stderr page
	options := []duijie.Option{
		duijie.WithRateLimiter(rate.NewLimiter(rate.Inf, 1)),
		duijie.WithRetry(duijie.RetryPolicy{MaxAttempts: 3, MinDelay: time.Millisecond, ThrottleDelay: 2 * time.Millisecond, MaxRetryAfter: time.Second}),
		duijie.WithAttemptTimeout(2 * time.Second), duijie.WithMaxBody(1 << 20),
		duijie.WithLogger(slog.New(slog.NewTextHandler(&stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))),
	}
	code := cli.Run(t.Context(), name, args, &out, &stderr, func(ctx context.Context, env *cli.Env) (int, error) {
		if !configured() {
			return demo(ctx, env)
		}
		return live(ctx, env, options...)
	}, flags)
	return result{code, out.String(), stderr.String()}
}

func settingsOf(s *fxiaoketest.Server, more ...string) []string {
	return append([]string{
		"FXIAOKE_BASE_URL", s.URL(), "FXIAOKE_APP_ID", s.AppID(), "FXIAOKE_APP_SECRET", s.AppSecret(),
		"FXIAOKE_PERMANENT_CODE", s.PermanentCode(), "FXIAOKE_OPEN_USER_ID", s.OpenUserID(),
	}, more...)
}

func newServer(t *testing.T, opts ...fxiaoketest.Option) *fxiaoketest.Server {
	t.Helper()
	s := fxiaoketest.NewServer(append([]fxiaoketest.Option{fxiaoketest.WithDemo()}, opts...)...)
	t.Cleanup(s.Close)
	return s
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

// rowsIn are the rows of a table file, by id.
func rowsIn(t *testing.T, file string) map[string]Warehouse {
	t.Helper()
	db, err := sql.Open("sqlite", file)
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	rows, err := db.QueryContext(t.Context(), "SELECT id, name, city, total_capacity, current_stock, create_time, last_modified_time FROM warehouses")
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	out := map[string]Warehouse{}
	for rows.Next() {
		var w Warehouse
		var total, stock string
		require.NoError(t, rows.Scan(&w.ID, &w.Name, &w.Location.City, &total, &stock, &w.Created, &w.Modified))
		w.Capacity = Capacity{Total: duijie.MustDecimal(total), Stock: duijie.MustDecimal(stock)}
		require.NotContains(t, out, w.ID)
		out[w.ID] = w
	}
	require.NoError(t, rows.Err())
	return out
}

func TestDemo(t *testing.T) {
	file := filepath.Join(t.TempDir(), "w.db")
	r := program(t, nil, "-json", "-state", stateFile(t), "-table", file)
	require.Equal(t, cli.ExitSettled, r.code, "%s", r.logs)
	require.Equal(t, report{Read: 3, Created: 2, Updated: 1}, r.report(t), "the row that moved, the one put right, the renamed one")
	require.Contains(t, r.logs, "the stock 999999.00 is more than the capacity 1410.50")
	require.Len(t, rowsIn(t, file), fxiaoketest.DemoRecords)

	r = program(t, nil, "-plan", "-state", stateFile(t))
	require.Equal(t, cli.ExitSettled, r.code, "%s", r.logs)
	require.Contains(t, r.out, "259 to create")
	require.Contains(t, r.out, "1 would be refused")
}

func TestTableHoldsWhatThePlatformHas(t *testing.T) {
	s, state, file := newServer(t), stateFile(t), filepath.Join(t.TempDir(), "w.db")
	r := program(t, settingsOf(s), "-plan", "-state", state, "-table", file)
	require.Equal(t, cli.ExitSettled, r.code, "%s", r.logs)
	require.Empty(t, rowsIn(t, file), "a plan writes nothing")

	r = program(t, settingsOf(s), "-json", "-state", state, "-table", file)
	require.Equal(t, cli.ExitSettled, r.code, "%s", r.logs)
	have := rowsIn(t, file)
	for _, rec := range s.Records(object) {
		w := have[fmt.Sprint(rec["_id"])]
		require.Equal(t, rec["name"], w.Name)
		require.Equal(t, rec["current_stock__c"], w.Capacity.Stock.String())
		require.Equal(t, time.UnixMilli(rec["last_modified_time"].(int64)).In(duijie.China).Format(time.DateTime), w.Modified)
	}
	// Who edits the table by hand sees it corrected when the record changes.
	r = program(t, settingsOf(s), "-json", "-state", state, "-table", file)
	require.Zero(t, r.report(t).Created+r.report(t).Updated)
	require.Equal(t, 1, s.Count("/cgi/corpAccessToken/get/V2"), "the token is in the state file")
}

func TestSince(t *testing.T) {
	s := newServer(t)
	since := time.Now().Add(-70 * time.Minute)
	want := 0
	for _, rec := range s.Records(object) {
		if rec["last_modified_time"].(int64) >= since.Add(-5*time.Minute).Truncate(time.Second).UnixMilli() {
			want++
		}
	}
	r := program(t, settingsOf(s), "-json", "-state", stateFile(t), "-since", since.In(duijie.China).Format(time.DateTime))
	require.Equal(t, cli.ExitSettled, r.code, "%s", r.logs)
	require.InDelta(t, want, r.report(t).Created, 12, "records of the last hour, and the overlap before")
	require.Less(t, r.report(t).Created, int64(fxiaoketest.DemoRecords)/2)
}

func TestReplay(t *testing.T) {
	s, state, file := newServer(t), stateFile(t), filepath.Join(t.TempDir(), "w.db")
	bad := s.Add(object, fxiaoketest.Row{"name": "", "code__c": "X1", "last_modified_time": time.Now().Add(-time.Hour).UnixMilli()})
	r := program(t, settingsOf(s), "-json", "-state", state, "-table", file)
	require.Equal(t, cli.ExitParked, r.code, "%s", r.logs)
	require.EqualValues(t, 1, r.report(t).Refused)
	require.Contains(t, r.logs, "the warehouse has no name")
	r = program(t, settingsOf(s), "-json", "-state", state, "-table", file, "-replay")
	require.Equal(t, cli.ExitParked, r.code, "%s", r.logs)
	require.NotContains(t, rowsIn(t, file), bad)
}

func TestSettingsThatAreWrong(t *testing.T) {
	s := newServer(t)
	r := program(t, []string{"FXIAOKE_BASE_URL", s.URL()})
	require.Equal(t, cli.ExitUsage, r.code)
	for _, missing := range []string{"FXIAOKE_APP_ID", "FXIAOKE_APP_SECRET", "FXIAOKE_PERMANENT_CODE", "FXIAOKE_OPEN_USER_ID"} {
		require.Contains(t, r.logs, missing)
	}
	wrong := strings.Repeat("0f", 16)
	r = program(t, settingsOf(s, "FXIAOKE_APP_SECRET", wrong), "-state", stateFile(t))
	require.Equal(t, cli.ExitFailed, r.code, "%s", r.logs)
	require.Contains(t, r.logs, "10006")
	require.NotContains(t, r.logs+r.out, wrong)
	r = program(t, settingsOf(newServer(t, fxiaoketest.WithoutQuota())), "-state", stateFile(t))
	require.Equal(t, cli.ExitFailed, r.code, "%s", r.logs)
	require.Contains(t, r.logs, "30003")
	r = program(t, settingsOf(s), "-state", stateFile(t), "-table", filepath.Join(t.TempDir(), "none", "w.db"))
	require.NotEqual(t, cli.ExitSettled, r.code)
	require.Contains(t, r.logs, "-table")
}

// Secrets are in nothing that is printed, whatever goes wrong. Each fault has a server and
// a state of its own, so that it surely fires.
func TestSecretsAreNotPrinted(t *testing.T) {
	for i, kind := range append([]fxiaoketest.FaultKind{""}, fxiaoketest.FaultKinds()...) {
		if kind == fxiaoketest.StallAfter || kind == fxiaoketest.HugeAfter || kind == fxiaoketest.DripAfter {
			continue // they differ from others in time and size alone, and take long
		}
		s := newServer(t)
		op := []string{queryOp, "/cgi/corpAccessToken/get/V2"}[i%2]
		if kind != "" {
			s.Inject(fxiaoketest.Fault{Op: op, Kind: kind, Times: -1, Delay: time.Millisecond})
		}
		r := program(t, settingsOf(s), "-json", "-state", stateFile(t))
		if kind != "" {
			require.Equal(t, kind, faultOf(s, op), "the fault fired")
		}
		printed := r.out + r.logs
		require.Contains(t, printed, "/cgi/", "calls were logged")
		for n, secret := range append([]string{s.AppSecret(), s.PermanentCode()}, s.Tokens()...) {
			for form, hidden := range map[string]string{
				"plain": secret, "base64": base64.StdEncoding.EncodeToString([]byte(secret)), "hex": hex.EncodeToString([]byte(secret)),
				"escaped": url.QueryEscape(secret),
			} {
				require.NotContains(t, printed, hidden, "%s: secret %d in %s", kind, n, form)
			}
		}
	}
}

func faultOf(s *fxiaoketest.Server, op string) fxiaoketest.FaultKind {
	for _, c := range s.Calls() {
		if c.Op == op {
			return c.Fault
		}
	}
	return "the call was not made"
}

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/examples/internal/cli"
	"github.com/duijie-go/duijie/kingdee/kingdeetest"
	"github.com/duijie-go/duijie/wdt/wdttest"
)

// settingNames are the environment variables of both platforms and of the
// company's choices.
var settingNames = []string{
	"WDT_GATEWAY", "WDT_BASE_URL", "WDT_SID", "WDT_APP_KEY", "WDT_APP_SECRET",
	"WDT_QIMEN_APP_KEY", "WDT_QIMEN_APP_SECRET", "WDT_QIMEN_TARGET_APP_KEY",
	"KINGDEE_BASE_URL", "KINGDEE_ACCT_ID", "KINGDEE_USERNAME", "KINGDEE_APP_ID", "KINGDEE_APP_SECRET",
	"KINGDEE_PASSWORD", "KINGDEE_LCID", "KINGDEE_ORG_NUM",
	"KINGDEE_SALER", "KINGDEE_CATEGORY", "KINGDEE_CURRENCY", "KINGDEE_UNIT", "KINGDEE_TAX_RATE", "KINGDEE_STOCK_FIELD",
}

// settings are values for them; what is not named is not set.
type settings map[string]string

// with is a copy with other values, given as name, value, name, value.
func (s settings) with(pairs ...string) settings {
	c := maps.Clone(s)
	for i := 0; i < len(pairs); i += 2 {
		c[pairs[i]] = pairs[i+1]
	}
	return c
}

// settings are those a user has to reach the fakes.
func (w *world) settings() settings {
	a, k := w.seller.Account(), w.erp.Account()
	return settings{
		"WDT_BASE_URL": w.seller.DirectURL(), "WDT_SID": a.SID, "WDT_APP_KEY": a.AppKey, "WDT_APP_SECRET": a.AppSecret,
		"KINGDEE_BASE_URL": w.erp.URL(), "KINGDEE_ACCT_ID": k.AcctID, "KINGDEE_USERNAME": k.Username,
		"KINGDEE_APP_ID": k.AppID, "KINGDEE_APP_SECRET": k.AppSecret,
		"KINGDEE_SALER": "XSY01", "KINGDEE_CATEGORY": "CHLB01", "KINGDEE_STOCK_FIELD": demoStock,
	}
}

// result is what a user sees of the program.
type result struct {
	code     int
	out, err string
}

func (r result) String() string {
	return fmt.Sprintf("exit status %d\n--- stdout\n%s--- stderr\n%s", r.code, r.out, r.err)
}

// program runs the whole program, flags and environment included, with
// shortened waits. No secret of the settings may be in what it prints.
func program(t *testing.T, s settings, args ...string) result {
	t.Helper()
	for _, k := range settingNames {
		t.Setenv(k, s[k])
	}
	var out, stderr bytes.Buffer
	code := cli.Run(t.Context(), name, args, &out, &stderr, func(ctx context.Context, env *cli.Env) (int, error) {
		return live(ctx, env,
			duijie.WithRateLimiter(rate.NewLimiter(rate.Inf, 1)),
			duijie.WithRetry(duijie.RetryPolicy{MaxAttempts: 2, MinDelay: time.Millisecond, ThrottleDelay: 2 * time.Millisecond}),
			duijie.WithAttemptTimeout(5*time.Second), duijie.WithMaxBody(1<<20))
	})
	r := result{code: code, out: out.String(), err: stderr.String()}
	require.NotContains(t, r.out+r.err, "panic", "%v", r)
	for _, k := range []string{"WDT_APP_SECRET", "KINGDEE_APP_SECRET", "KINGDEE_PASSWORD"} {
		for part := range strings.SplitSeq(s[k], ":") {
			if len(part) >= 4 {
				require.NotContains(t, r.out+r.err, part, "%s is printed", k)
			}
		}
	}
	return r
}

// since is where the first window begins: before all orders of the world.
func (w *world) since() string { return w.start.In(duijie.China).Format("2006-01-02 15:04:05") }

func stateFile(t *testing.T) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "state.db")
}

// report is the JSON object of a run: the only line on stdout.
func report(t *testing.T, r result) map[string]any {
	t.Helper()
	require.Equal(t, 1, strings.Count(r.out, "\n"), "%v", r)
	require.True(t, strings.HasSuffix(r.out, "}\n"), "%v", r)
	var object map[string]any
	require.NoError(t, json.Unmarshal([]byte(r.out), &object), "%v", r)
	return object
}

// TestMissingSettings: one failure names all that is missing or wrong on both
// sides and of the company's choices; nothing is begun.
func TestMissingSettings(t *testing.T) {
	r := program(t, settings{"WDT_SID": "s", "KINGDEE_TAX_RATE": "planted"}, "-state", stateFile(t))
	require.Equal(t, cli.ExitUsage, r.code, "%v", r)
	require.Empty(t, r.out)
	for _, words := range []string{
		"WDT_APP_KEY is not set", "WDT_APP_SECRET is not set", "KINGDEE_BASE_URL is missing", "KINGDEE_ACCT_ID is missing",
		"KINGDEE_USERNAME is missing", "KINGDEE_APP_ID is missing", "KINGDEE_SALER is not set (number of the 销售员",
		"KINGDEE_CATEGORY is not set (number of the 存货类别", "KINGDEE_TAX_RATE is wrong (税率 in per cent, such as 13)",
	} {
		require.Contains(t, r.err, words)
	}
	require.NotContains(t, r.err, "WDT_SID")
	require.NotContains(t, r.err, "planted")
	w := newWorld(t, 0)
	for _, rate := range []string{"-1", "100", "1300", "13%"} {
		r := program(t, w.settings().with("KINGDEE_TAX_RATE", rate), "-state", stateFile(t))
		require.Equal(t, cli.ExitUsage, r.code, "%s: %v", rate, r)
	}
	require.Zero(t, w.seller.Count("")+w.erp.Count(""))
}

// TestPlan: a plan writes nothing, references included, and is what the
// following run does.
func TestPlan(t *testing.T) {
	w, state := newWorld(t, 6), stateFile(t)
	w.seller.SeedTrade(wdttest.Trade{
		No: "JY9999", ShopNo: "S01", WarehouseNo: "W01", Lines: []wdttest.TradeLine{{SpecNo: "unknown", Price: "1"}}, Modified: w.start.Add(time.Minute),
	})
	args := []string{"-state", state, "-since", w.since()}
	for range 2 {
		r := program(t, w.settings(), append(args, "-plan", "-json")...)
		require.Equal(t, cli.ExitSettled, r.code, "%v", r)
		require.Contains(t, r.err, "nothing was written")
		var counts map[string]int
		require.NoError(t, json.Unmarshal([]byte(r.out), &counts))
		require.Equal(t, map[string]int{"create": 6, "wait": 1}, counts, "%v", r)
		require.Empty(t, w.erp.History("", ""))
	}
	r := program(t, w.settings(), append(args, "-json")...)
	require.Equal(t, cli.ExitParked, r.code, "%v", r)
	rep := report(t, r)
	require.EqualValues(t, 6, rep["created"])
	require.EqualValues(t, 1, rep["waiting"])
	require.Contains(t, r.err, `dead letter JY9999 (waiting, `)
	require.Contains(t, r.err, `materials "unknown" is not in the target yet: it is not to be created: WDT shows no SKU unknown; the record waits`)
	r = program(t, w.settings(), append(args, "-plan", "-json")...)
	require.NotContains(t, r.out, "create")
	require.NotContains(t, r.out, "update")

	// The SKU appears; its order does not change and is brought all the same.
	w.seller.SeedGoods(wdttest.Goods{No: "G9", Name: "新", Specs: []wdttest.Spec{{No: "unknown"}}})
	r = program(t, w.settings(), args...)
	require.Equal(t, cli.ExitSettled, r.code, "%v", r)
	w.check(t)
}

// TestReplay: a refused order is a dead letter with Kingdee's words, once, and
// goes through on demand.
func TestReplay(t *testing.T) {
	w, state := newWorld(t, 6), stateFile(t)
	w.refuse(2)
	args := []string{"-state", state, "-since", w.since()}
	for range 2 {
		r := program(t, w.settings(), args...)
		require.Equal(t, cli.ExitParked, r.code, "%v", r)
		require.Contains(t, r.out, "dead letter JY0002 (refused, attempt 1): FNote: "+badWords+"\n")
		require.NotContains(t, r.err, name)
		w.check(t)
	}
	r := program(t, w.settings(), append(args, "-replay", "-json")...)
	require.Equal(t, cli.ExitParked, r.code, "%v", r)
	require.EqualValues(t, 1, report(t, r)["refused"])
	w.erp.Refuse(orderForm, w.bad, "", "")
	w.bad = ""
	r = program(t, w.settings(), append(args, "-replay")...)
	require.Equal(t, cli.ExitSettled, r.code, "%v", r)
	w.check(t)
}

// TestReferencesKingdeeRefuses: the orders of a customer that can not be created
// wait and tell why, the others go through. Replay tries the customer again.
func TestReferencesKingdeeRefuses(t *testing.T) {
	w, state := newWorld(t, 6), stateFile(t)
	w.erp.Refuse("BD_Customer", "S02", "FName", "名称含有非法字符")
	args := []string{"-state", state, "-since", w.since()}
	for range 2 {
		r := program(t, w.settings(), args...)
		require.Equal(t, cli.ExitParked, r.code, "%v", r)
		require.Contains(t, r.out, `customers "S02" is not in the target yet: its creation is a dead letter (refused) 11 FName 名称含有非法字符`)
		require.Len(t, w.erp.Records(orderForm), 4)
	}
	w.erp.Refuse("BD_Customer", "S02", "", "")
	r := program(t, w.settings(), append(args, "-replay")...)
	require.Equal(t, cli.ExitSettled, r.code, "%v", r)
	w.check(t)
}

// TestSince: orders of before are left alone.
func TestSince(t *testing.T) {
	w := newWorld(t, 3)
	late := w.trade(4)
	late.Modified = w.start.Add(15 * time.Minute)
	w.seller.SeedTrade(late)
	at := w.start.Add(10 * time.Minute).In(duijie.China).Format("2006-01-02 15:04:05")
	r := program(t, w.settings(), "-state", stateFile(t), "-since", at, "-json")
	require.Equal(t, cli.ExitSettled, r.code, "%v", r)
	require.EqualValues(t, 1, report(t, r)["created"])
	require.Len(t, w.erp.Records(orderForm), 1)
}

// TestFailures: a run that can not reach a platform ends with exit status 1,
// names the state to go on with, and the next run completes it.
func TestFailures(t *testing.T) {
	w, state := newWorld(t, 3), stateFile(t)
	args := []string{"-state", state, "-since", w.since()}
	for _, wrong := range []settings{
		w.settings().with("WDT_APP_SECRET", "wrong-secret:wrong-salt"), w.settings().with("KINGDEE_APP_SECRET", "wrong-secret"),
	} {
		r := program(t, wrong, args...)
		require.Equal(t, cli.ExitFailed, r.code, "%v", r)
		require.Contains(t, r.err, "nothing is lost: start it again with -state "+state)
	}
	require.Empty(t, w.erp.History("", ""))
	r := program(t, w.settings(), args...)
	require.Equal(t, cli.ExitSettled, r.code, "%v", r)
	w.check(t)
}

// TestSecrets: every fault of either side, printed as it is. program searches
// all that is printed.
func TestSecrets(t *testing.T) {
	seller := wdttest.Account{SID: "seller", AppKey: "account", AppSecret: "cAnArY+wdt/secret=1:cAnArY+wdt/salt=2"}
	erp := kingdeetest.Account{
		AcctID: "account", Username: "integration", Password: "cAnArY+password/4=", AppSecret: "cAnArY+app/secret=5",
		AppID: "260101_bn4ZWR8PFhuj1R5uW2GhWM1NuuviuRsN",
	}
	w := newWorldOf(t, 2, wdttest.NewServer(wdttest.WithAccount(seller)), kingdeetest.NewServer(kingdeetest.WithAccount(erp)))
	passive := w.settings().with("KINGDEE_APP_ID", "", "KINGDEE_APP_SECRET", "", "KINGDEE_PASSWORD", erp.Password)
	for _, kind := range []wdttest.FaultKind{wdttest.ServerText, wdttest.HTML, wdttest.RedirectAway, wdttest.OtherFault} {
		w.seller.Inject(wdttest.Fault{Kind: kind, Times: -1})
		require.Equal(t, cli.ExitFailed, program(t, passive, "-state", stateFile(t)).code)
		w.seller.ClearFaults()
	}
	for _, kind := range []kingdeetest.FaultKind{kingdeetest.WAF, kingdeetest.N001, kingdeetest.ResponseError, kingdeetest.RedirectAway} {
		w.erp.Inject(kingdeetest.Fault{Kind: kind, Times: -1})
		for _, s := range []settings{w.settings(), passive} {
			require.NotEqual(t, cli.ExitSettled, program(t, s, "-state", stateFile(t), "-since", w.since(), "-json").code)
		}
		w.erp.ClearFaults()
	}
	require.Equal(t, cli.ExitSettled, program(t, passive, "-state", stateFile(t), "-since", w.since()).code)
	w.check(t)
}

package main

import (
	"cmp"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/examples/internal/cli"
	"github.com/duijie-go/duijie/kingdee"
	"github.com/duijie-go/duijie/wdt"
)

// TestMissingSettings: one failure names everything that is missing on both
// sides and where it is found; one setting of either side is enough to mean the
// real hosts.
func TestMissingSettings(t *testing.T) {
	needed := map[string]string{
		"WDT_SID": "is not set (seller account (卖家账号)", "WDT_APP_KEY": "is not set (interface account",
		"WDT_APP_SECRET": `is not set (text "secret:salt", from open.wangdian.cn`, "KINGDEE_BASE_URL": "is missing (the address of the web client",
		"KINGDEE_ACCT_ID": "is missing (数据中心 ID", "KINGDEE_USERNAME": "is missing (集成用户", "KINGDEE_APP_ID": "is missing (应用 ID",
		"KINGDEE_APP_SECRET": "is missing (应用密钥", "KINGDEE_PASSWORD": "is missing too, and would do instead of these two",
	}
	instead := map[string][]string{ // what need not be set then
		"KINGDEE_PASSWORD": {"KINGDEE_APP_ID", "KINGDEE_APP_SECRET"},
		"KINGDEE_APP_ID":   {"KINGDEE_PASSWORD"}, "KINGDEE_APP_SECRET": {"KINGDEE_PASSWORD"},
	}
	values := settings{"WDT_GATEWAY": "direct", "WDT_BASE_URL": "http://x", "KINGDEE_LCID": "2052"}
	for _, only := range settingNames {
		r := program(t, settings{only: cmp.Or(values[only], "some:thing")}, "-state", stateFile(t))
		require.Equal(t, cli.ExitUsage, r.code, "%s: %v", only, r)
		require.ErrorIs(t, r.cause, duijie.ErrInvalid)
		require.Empty(t, r.out)
		for name, words := range needed {
			if name != only && !slices.Contains(instead[only], name) {
				require.Contains(t, r.err, name+" "+words, "only %s is set", only)
			}
		}
	}
	r := program(t, settings{"WDT_GATEWAY": "qimen"})
	require.Contains(t, r.err, "WDT_QIMEN_APP_KEY is not set (App Key of your own application on open.taobao.com)")
	require.Contains(t, r.err, "WDT_QIMEN_APP_SECRET is not set")
}

// TestMalformedSettings: everything that is malformed is named at once, without
// the value, for it might be a secret in the wrong place.
func TestMalformedSettings(t *testing.T) {
	state := stateFile(t)
	bad := settings{
		"WDT_GATEWAY": "planted-carrier-pigeon", "WDT_BASE_URL": "planted wdt url", "WDT_SID": "s", "WDT_APP_KEY": "k", "WDT_APP_SECRET": "planted-nocolon",
		"KINGDEE_BASE_URL": "https://admin:planted-password@erp.example.com/k3cloud/", "KINGDEE_ACCT_ID": "a", "KINGDEE_USERNAME": "u,v",
		"KINGDEE_APP_ID": "260101_planted-short", "KINGDEE_APP_SECRET": "planted-secret", "KINGDEE_LCID": "planted-chinese",
	}
	r := program(t, bad, "-state", state)
	require.Equal(t, cli.ExitUsage, r.code, "%v", r)
	for _, words := range []string{
		`WDT_GATEWAY is malformed ("direct", "qimen" or "enterprise")`, "WDT_BASE_URL is malformed: the base URL must begin with http:// or https://",
		`WDT_APP_SECRET is malformed (text "secret:salt"`, "KINGDEE_LCID is not a number (2052",
		"KINGDEE_BASE_URL is wrong: the base URL must not hold a user name", "KINGDEE_APP_ID is wrong: the part behind _ must have 32 characters",
		"KINGDEE_USERNAME and AcctID must not hold a comma",
	} {
		require.Contains(t, r.err, words)
	}
	require.NotContains(t, r.err, "planted")
	_, err := os.Stat(state)
	require.ErrorIs(t, err, os.ErrNotExist, "nothing was begun")

	r = program(t, bad.with("WDT_GATEWAY", "qimen", "WDT_QIMEN_TARGET_APP_KEY", "planted-text", "KINGDEE_LCID", "-1", "KINGDEE_APP_ID", "1_!planted-!planted-!planted-!plan"))
	require.Contains(t, r.err, "WDT_QIMEN_TARGET_APP_KEY is malformed (empty for 21363512)")
	require.Contains(t, r.err, "KINGDEE_LCID is not a number")
	require.Contains(t, r.err, "KINGDEE_APP_ID is wrong: the part behind _ is not base64")
	require.NotContains(t, r.err, "planted")
}

// TestWrongCredentials: both gateways, both ways to log in. The run ends with the
// platform's words and what to check, and with the right ones it goes on.
func TestWrongCredentials(t *testing.T) {
	const checkWDT, checkTop = "check sid, app key, secret:salt", "check the Qimen app key and app secret"
	const checkSigned, checkLogin = "check AcctID, Username, AppID and AppSecret", "check AcctID, Username and the password"
	for _, tt := range []struct {
		name     string
		gateway  wdt.Gateway
		password bool
		change   []string
		is       error
		words    []string
	}{
		{"sid", wdt.Direct, false, []string{"WDT_SID", "nobody"}, duijie.ErrUnauthenticated, []string{"sid is not exists", checkWDT}},
		{"app key", wdt.Direct, false, []string{"WDT_APP_KEY", "nobody"}, duijie.ErrUnauthenticated, []string{"app auth fail", checkWDT}},
		{"secret", wdt.Direct, false, []string{"WDT_APP_SECRET", "wrong-secret:wrong-salt"}, duijie.ErrUnauthenticated, []string{"验证失败", checkWDT}},
		{"qimen secret of wdt", wdt.Qimen, false, []string{"WDT_APP_SECRET", "wrong-secret:wrong-salt"}, duijie.ErrUnauthenticated, []string{"验证失败", checkWDT}},
		{"qimen app key", wdt.Qimen, false, []string{"WDT_QIMEN_APP_KEY", "1"}, duijie.ErrUnauthenticated, []string{"Invalid app key", checkTop}},
		{"qimen app secret", wdt.Qimen, false, []string{"WDT_QIMEN_APP_SECRET", "wrong-secret"}, duijie.ErrUnauthenticated, []string{"Invalid signature", checkTop}},
		{"qimen target", wdt.Qimen, false, []string{"WDT_QIMEN_TARGET_APP_KEY", "1"}, duijie.ErrPermission, []string{"grant the application this scene"}},
		{"signed: account", wdt.Direct, false, []string{"KINGDEE_ACCT_ID", "other"}, duijie.ErrUnauthenticated, []string{checkSigned}},
		{"signed: user", wdt.Direct, false, []string{"KINGDEE_USERNAME", "nobody"}, duijie.ErrUnauthenticated, []string{checkSigned}},
		{"signed: app id", wdt.Direct, false, []string{"KINGDEE_APP_ID", "1_bn4ZWR8PFhuj1R5uW2GhWM1NuuviuRsN"}, duijie.ErrUnauthenticated, []string{checkSigned}},
		{"signed: app secret", wdt.Qimen, false, []string{"KINGDEE_APP_SECRET", "wrong-secret"}, duijie.ErrUnauthenticated, []string{checkSigned}},
		{"login: password", wdt.Direct, true, []string{"KINGDEE_PASSWORD", "wrong-password"}, duijie.ErrUnauthenticated, []string{"用户名或密码错误", checkLogin}},
		{"login: user", wdt.Qimen, true, []string{"KINGDEE_USERNAME", "nobody"}, duijie.ErrUnauthenticated, []string{checkLogin}},
		{"login: account", wdt.Qimen, true, []string{"KINGDEE_ACCT_ID", "other"}, duijie.ErrUnauthenticated, []string{"usually a wrong AcctID"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w, state := newWorld(t, 3), stateFile(t)
			good := w.settings(tt.gateway, tt.password)
			r := program(t, good.with(tt.change...), "-state", state)
			r.failed(t, append(tt.words, state)...)
			require.ErrorIs(t, r.cause, tt.is)
			require.LessOrEqual(t, w.shops.Count("")+w.erp.Count(""), 3, "what is refused for good is not tried on and on")
			w.completes(t, good, state)
		})
	}
}

// TestRefusedRows: the rest goes through, the bad row is named once with its
// field, and is sent again on demand.
func TestRefusedRows(t *testing.T) {
	w, state := newWorld(t, 25), stateFile(t)
	w.refuse(9)
	s := w.settings(wdt.Direct, false)
	for attempt := range 2 {
		r := program(t, s, "-state", state)
		require.Equal(t, cli.ExitParked, r.code, "run %d: %v", attempt, r)
		require.Contains(t, r.out, "dead letter S0009 (refused, attempt 1): FName: 名称含有非法字符\n")
		require.Empty(t, r.err)
		w.check(t)
	}
	r := program(t, s, "-state", state, "-replay")
	require.Equal(t, cli.ExitParked, r.code, "%v", r)
	require.Contains(t, r.out, "dead letter S0009 (refused, attempt 2): FName: 名称含有非法字符\n")
	w.erp.Refuse("BD_Customer", w.bad, "", "")
	w.bad = ""
	r = program(t, s, "-state", state, "-replay")
	require.Equal(t, cli.ExitSettled, r.code, "%v", r)
	require.NotContains(t, r.out, "dead letter S")
	w.check(t)
}

// TestUnknownForm: the example's form is fixed, so this goes through the client.
func TestUnknownForm(t *testing.T) {
	w := newWorld(t, 0)
	w.settings(wdt.Direct, false).set(t)
	cfg, err := kingdee.ConfigFromEnv()
	require.NoError(t, err)
	c, err := kingdee.NewClient(cfg, hurried()...)
	require.NoError(t, err)
	_, err = c.Query(t.Context(), kingdee.Query{FormID: "BD_Customers", Fields: []string{"FNumber"}})
	require.ErrorIs(t, err, duijie.ErrNotFound)
	require.ErrorContains(t, err, "copy the FormId from the form's WebAPI page")
	_, err = c.BatchSave(t.Context(), kingdee.BatchSaveRequest{FormID: "BD_Customers", Models: []any{kingdee.Customer{Number: "1", Name: "x"}}})
	require.ErrorIs(t, err, duijie.ErrNotFound)
	require.ErrorContains(t, err, "copy the FormId from the form's WebAPI page")
	require.NotErrorIs(t, err, duijie.ErrOutcomeUnknown)
}

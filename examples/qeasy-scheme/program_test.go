package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/examples/internal/cli"
	"github.com/duijie-go/duijie/kingdee/kingdeetest"
	"github.com/duijie-go/duijie/wdt/wdttest"
)

// result is what a user sees of the program.
type result struct {
	code      int
	out, logs string
}

// program runs the program with the environment's settings of all platforms gone, but
// for those given.
func program(t *testing.T, env map[string]string, args ...string) result {
	t.Helper()
	for _, setting := range os.Environ() {
		name, _, _ := strings.Cut(setting, "=")
		for _, p := range known {
			if strings.HasPrefix(name, p.prefix) {
				t.Setenv(name, "")
			}
		}
	}
	for name, value := range env {
		t.Setenv(name, value)
	}
	var out, logs bytes.Buffer
	var s settings
	code := cli.RunArgs(t.Context(), name, synopsis, args, &out, &logs, s.run, s.flags)
	return result{code, out.String(), logs.String()}
}

// report is the JSON object on the last line of stdout.
func (r result) report(t *testing.T) map[string]any {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(r.out), "\n")
	var report map[string]any
	require.NoError(t, json.Unmarshal([]byte(lines[len(lines)-1]), &report), "%s\n%s", r.out, r.logs)
	return report
}

func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// Without arguments and settings: every shop is a customer once, though an answer is lost
// and a call throttled; the refused one waits with Kingdee's words.
func TestDemo(t *testing.T) {
	r := program(t, nil, "-json", "-state", filepath.Join(t.TempDir(), "state.db"))
	require.Equal(t, cli.ExitParked, r.code, "%s%s", r.out, r.logs)
	report := r.report(t)
	require.EqualValues(t, demoShops, report["read"])
	require.EqualValues(t, demoShops-1, report["created"])
	require.EqualValues(t, 1, report["dead_letters"])
	require.Contains(t, r.logs, "名称含有非法字符")
	require.Contains(t, r.logs, "against fakes")
}

func TestPlanWritesNothing(t *testing.T) {
	r := program(t, nil, "-plan", "-state", filepath.Join(t.TempDir(), "state.db"))
	require.Equal(t, cli.ExitSettled, r.code, "%s%s", r.out, r.logs)
	require.Contains(t, r.out, "create")
}

func TestCheck(t *testing.T) {
	r := program(t, nil, "-check")
	require.Equal(t, cli.ExitSettled, r.code, "%s%s", r.out, r.logs)
	require.Contains(t, r.out, "FCreateOrgId")
	require.Contains(t, r.out, "0 cannot")

	source := file(t, "s.json", string(demoSource))
	target := file(t, "t.json", strings.Replace(string(demoTarget), `"batchArraySave"`, `"merge"`, 1))
	r = program(t, nil, "-check", source, target)
	require.Equal(t, cli.ExitFailed, r.code)
	require.Contains(t, r.out, "operation_unsupported")
	r = program(t, nil, source, target)
	require.Equal(t, cli.ExitUsage, r.code)
	require.Contains(t, r.logs, "/operation/method")
}

// Against hosts that stay: the second run finds everything known, a renamed shop is
// updated, and with -follow-idcheck it is dropped as on the old platform.
func TestRunsAgain(t *testing.T) {
	from, to := wdttest.NewServer(), kingdeetest.NewServer()
	t.Cleanup(from.Close)
	t.Cleanup(to.Close)
	for i := range 30 {
		from.PutShop(wdttest.Shop{ID: int64(i + 1), No: fmt.Sprintf("S%02d", i), Name: fmt.Sprintf("店铺 %d", i), PlatformID: 1})
	}
	w, k := from.Account(), to.Account()
	env := map[string]string{
		"WDT_BASE_URL": from.DirectURL(), "WDT_SID": w.SID, "WDT_APP_KEY": w.AppKey, "WDT_APP_SECRET": w.AppSecret,
		"KINGDEE_BASE_URL": to.URL(), "KINGDEE_ACCT_ID": k.AcctID, "KINGDEE_USERNAME": k.Username, "KINGDEE_APP_ID": k.AppID, "KINGDEE_APP_SECRET": k.AppSecret,
	}
	state := filepath.Join(t.TempDir(), "state.db")
	source, target := file(t, "shops.json", string(demoSource)), file(t, "customers.json", string(demoTarget))
	run := func(args ...string) map[string]any {
		r := program(t, env, append(append([]string{"-json", "-state", state}, args...), source, target)...)
		require.Equal(t, cli.ExitSettled, r.code, "%s%s", r.out, r.logs)
		for _, secret := range []string{w.AppSecret, k.AppSecret} {
			for part := range strings.SplitSeq(secret, ":") {
				require.NotContains(t, r.out+r.logs, part)
			}
		}
		return r.report(t)
	}
	require.EqualValues(t, 30, run()["created"])
	require.EqualValues(t, 30, run()["unchanged"])
	from.PutShop(wdttest.Shop{ID: 8, No: "S07", Name: "新名", PlatformID: 1})
	require.EqualValues(t, 1, run()["updated"])
	from.PutShop(wdttest.Shop{ID: 9, No: "S08", Name: "也改名", PlatformID: 1})
	require.EqualValues(t, 0, run("-follow-idcheck")["updated"])
	require.Len(t, to.Records("BD_Customer"), 30)
	names := map[string]string{}
	for _, c := range to.Records("BD_Customer") {
		var name string
		require.NoError(t, json.Unmarshal(c.Fields["FName"], &name))
		names[c.Number] = name
	}
	require.Equal(t, "新名", names["S07"])
	require.Equal(t, "店铺 8", names["S08"])
}

func TestBadInput(t *testing.T) {
	good := file(t, "t.json", string(demoTarget))
	for name, c := range map[string]struct {
		args  []string
		words []string
	}{
		"one file":        {[]string{good}, []string{"SOURCE.json TARGET.json"}},
		"no file":         {[]string{"/nowhere.json", good}, []string{"/nowhere.json"}},
		"malformed":       {[]string{file(t, "s.json", "{\"api\":\"x\",\n \"effect\": QUERY}"), good}, []string{"invalid_json", "line 2"}},
		"wrong side":      {[]string{good, good}, []string{"wrong_side"}},
		"unknown member":  {[]string{file(t, "s2.json", strings.Replace(string(demoSource), `"idCheck"`, `"writeMode":1,"idCheck"`, 1)), good}, []string{"writeMode"}},
		"unknown api":     {[]string{file(t, "s3.json", strings.Replace(string(demoSource), "wdt.setting.shop.queryshop", "jst.orders.query", 1)), good}, []string{"api_unsupported", "jst.orders.query"}},
		"bad lookup flag": {[]string{"-lookup", "x", good, good}, []string{"ID=FILE"}},
		"no collection":   {[]string{"-lookup", "u=/nowhere.json"}, []string{"-lookup u", "/nowhere.json"}},
		"bad collection":  {[]string{"-lookup", "u=" + file(t, "c.json", `[{"id":1},2]`)}, []string{"record 2"}},
		"bad table":       {[]string{"-table", "u=" + file(t, "t.csv", "a,b\n1,2\n")}, []string{"a_value and b_value"}},
		"empty table":     {[]string{"-table", "u=" + file(t, "t3.csv", "")}, []string{"a_value and b_value"}},
		"table of heads":  {[]string{"-table", "u=" + file(t, "t4.csv", "a_value,b_value\n")}, []string{"holds no pair"}},
		"short line":      {[]string{"-table", "u=" + file(t, "t5.csv", "a_value,b_value\n1,2\n3\n")}, []string{"line 3 is too short"}},
		"blank a_value":   {[]string{"-table", "u=" + file(t, "t6.csv", "a_value,b_value\n,2\n")}, []string{"line 2 has no a_value"}},
		"table in GBK":    {[]string{"-table", "u=" + file(t, "t7.csv", "a_value,b_value\n\xb5\xea,2\n")}, []string{"save it as UTF-8"}},
		"table of Excel":  {[]string{"-table", "u=" + file(t, "t8.xlsx", "PK\x03\x04...")}, []string{"save it as CSV UTF-8"}},
		"no table":        {[]string{"-table", "u=/nowhere.csv"}, []string{"-table u", "/nowhere.csv"}},
		"a folder":        {[]string{"-table", "u=" + t.TempDir()}, []string{"-table u", "is a directory"}},
		"table id twice":  {[]string{"-table", "u=a.csv", "-table", "u=b.csv"}, []string{"u has a file already"}},
		"empty lookup":    {[]string{"-lookup", "u=" + file(t, "c2.json", "")}, []string{"holds no record"}},
		"lookup no JSON":  {[]string{"-lookup", "u=" + file(t, "c3.json", "a,b\n1,2")}, []string{"record 1"}},
		"lookup UTF-16":   {[]string{"-lookup", "u=" + file(t, "c4.json", "\xff\xfe[\x00]\x00")}, []string{"save it as UTF-8"}},
		"needless key":    {[]string{"-key", "FNumber"}, []string{"-key FNumber", "batchSave"}},
		"table twice":     {[]string{"-table", "u=" + file(t, "t2.csv", "a_value,b_value\n1,2\n1,3\n")}, []string{"line 3", `"1"`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Cleanup(func() { keyComponent = "" })
			r := program(t, nil, c.args...)
			require.Equal(t, cli.ExitUsage, r.code, "%s%s", r.out, r.logs)
			for _, w := range c.words {
				require.Contains(t, r.logs, w)
			}
		})
	}
}

func TestFiles(t *testing.T) {
	c, err := readCollection(file(t, "c.json", "\xef\xbb\xbf"+`{"id":"G1","content":{"goodsNo":"G001"}}`+"\n"+`{"id":"G2","goodsNo":"G002"}`))
	require.NoError(t, err)
	require.Equal(t, 2, c.Len())
	table, err := readTable(file(t, "t.csv", "a_value,a_label,b_value,b_label\n1,\"一, one\",A,甲\n2,二,B,乙\n"))
	require.NoError(t, err)
	require.NotZero(t, table)
}

package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/examples/internal/cli"
	"github.com/duijie-go/duijie/kingdee/kingdeetest"
	"github.com/duijie-go/duijie/wdt/wdttest"
)

// Shops that became customers are handed on and become suppliers, each once.
func TestHandsOn(t *testing.T) {
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
	handing := strings.Replace(string(demoTarget), `"idCheck": true,`,
		`"idCheck": true, "callBackStrategy": {"strategyId": "suppliers", "shop_no": "{{shop_no}}", "shop_name": "供应商 {{shop_name}}"},`, 1)
	suppliers := strings.NewReplacer("BD_Customer", "BD_Supplier", `"request": [`, `"request": [
		{"field": "FFinanceInfo", "type": "object", "children": [{"field": "FPayCurrencyId", "value": "PRE001", "parser": {"name": "ConvertObjectParser", "params": "FNumber"}}]},`).
		Replace(string(demoTarget))
	source, target := file(t, "shops.json", string(demoSource)), file(t, "customers.json", handing)
	receiver := "suppliers=" + source + "," + file(t, "suppliers.json", suppliers)
	state := filepath.Join(t.TempDir(), "state.db")
	for range 2 {
		r := program(t, env, "-json", "-state", state, "-callback", receiver, source, target)
		require.Equal(t, cli.ExitSettled, r.code, "%s%s", r.out, r.logs)
		require.Len(t, to.Records("BD_Customer"), 30)
		require.Len(t, to.Records("BD_Supplier"), 30)
	}
	rec, found := to.Record("BD_Supplier", "S07")
	require.True(t, found)
	require.JSONEq(t, `"供应商 店铺 7"`, string(rec.Fields["FName"]))

	from.PutShop(wdttest.Shop{ID: 8, No: "S07", Name: "新名", PlatformID: 1})
	r := program(t, env, "-json", "-state", state, "-callback", receiver, source, target)
	require.Equal(t, cli.ExitSettled, r.code, "%s%s", r.out, r.logs)
	rec, _ = to.Record("BD_Supplier", "S07")
	require.JSONEq(t, `"供应商 新名"`, string(rec.Fields["FName"]), "a change is handed on too")

	for _, c := range []struct{ flag, words string }{
		{"suppliers=" + source, "SOURCE.json,TARGET.json"},
		{"suppliers=" + source + ",/nowhere.json", "/nowhere.json"},
		{"others=" + source + "," + target, "callBackStrategy"},
	} {
		r := program(t, env, "-callback", c.flag, source, target)
		require.Equal(t, cli.ExitUsage, r.code, "%s%s", r.out, r.logs)
		require.Contains(t, r.logs, c.words)
	}
}

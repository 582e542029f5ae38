package platforms

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/qeasy"
	"github.com/duijie-go/duijie/wdt"
	"github.com/duijie-go/duijie/wdt/wdttest"
)

func ago(d time.Duration) string { return time.Now().In(duijie.China).Add(-d).Format(time.DateTime) }

func warehouses(start, end string) string {
	return `{"api":"setting.Warehouse.queryWarehouse","effect":"QUERY","id":"warehouse_no","request":[
	{"field":"start_time","type":"datetime","value":"` + start + `"},{"field":"end_time","type":"datetime","value":"` + end + `"},
	{"field":"page_size","value":"40"},{"field":"page_no","value":"{{PAGINATION_START_PAGE}}"}]}`
}

// A request from LAST_SYNC_TIME to CURRENT_TIME is read in windows of the client; days are
// read pull by pull.
func TestWDTWindows(t *testing.T) {
	t.Parallel()
	client, server := newWDT(t, wdt.Direct)
	for i, back := range []time.Duration{time.Hour, 30 * time.Hour, 100 * time.Hour} {
		server.Seed("setting.Warehouse.queryWarehouse", wdttest.Row{"warehouse_no": fmt.Sprintf("W%d", i), "modified": ago(back)})
	}
	c := WDT(client, WDTConfig{})
	taken := compileSource(t, c, warehouses("_function SUBTIME('{{LAST_SYNC_TIME|datetime}}', '02:00:00')", "{{CURRENT_TIME|datetime}}"),
		qeasy.Config{Since: time.Now().Add(-29 * time.Hour)})
	pager, ok := taken.(duijiesync.Pager)
	require.True(t, ok)
	require.Contains(t, pager.Paging(), "2h0m0s (overlap)")
	rows, _ := readAll(t, taken, "", 0)
	require.Len(t, rows, 2, "the lookback of the request reaches the second")

	days := compileSource(t, c, warehouses("{{DAYS_AGO_2|datetime}}", "{{CURRENT_TIME|datetime}}"), qeasy.Config{})
	require.IsType(t, (*pull)(nil), days)
	rows, at := readAll(t, days, "", 0)
	require.Len(t, rows, 2)
	again, _ := readAll(t, days, at, 0)
	require.Equal(t, rows, again, "each pull asks for the days it has")
}

// Every list of the platform's public list is a source, and nothing else.
func TestWDTCatalogue(t *testing.T) {
	t.Parallel()
	client, _ := newWDT(t, wdt.Qimen)
	c := WDT(client, WDTConfig{})
	apis := map[string]bool{}
	for _, a := range c.APIs() {
		apis[a] = true
	}
	lists := 0
	for _, m := range append(wdt.Methods(), wdt.EnterpriseMethods()...) {
		list := m.Effect == duijie.EffectRead && (m.Enterprise || m.Paged && m.List != "")
		require.Equal(t, list, c.Match(qeasy.SideSource, m.Name), m.Name)
		if list {
			lists++
			require.True(t, apis[m.Name], m.Name)
		}
		if m.OnQimen && list {
			require.True(t, c.Match(qeasy.SideSource, m.QimenName), m.QimenName)
		}
	}
	require.Greater(t, lists, 90)
	for _, target := range wdtTargets(client, WDTConfig{}) {
		m, known := wdt.LookupMethod(target.method)
		require.True(t, known, target.method)
		require.Equal(t, target.number, m.Write.Key+map[bool]string{true: target.number}[m.Write.Key == ""], target.method)
		require.True(t, c.Match(qeasy.SideTarget, target.method))
		if fields := m.Fields; len(fields) > 0 {
			for i, a := range target.args {
				require.Equal(t, fields[i], a.name, target.method)
			}
		}
	}
	require.False(t, c.Match(qeasy.SideTarget, "setting.Shop.updateShop"))
	_, scene := wdtScene("wdt.trade.query")
	require.True(t, scene, "of the enterprise edition on Qimen, which is refused with a reason")
}

const stockinTarget = `{"api":"wms.stockin.Other.createOtherOrder","effect":"EXECUTE","request":[%s
	{"field":"outer_no","value":"{no}"},{"field":"warehouse_no","value":"CK1"},{"field":"is_check","value":"1"},
	{"field":"goods_list","type":"array","value":"lines","children":[{"field":"spec_no","value":"{{lines.sku}}"},{"field":"num","value":"{{lines.qty}}"}]}]}`

// Documents are created once, though an answer is lost.
func TestWDTDocuments(t *testing.T) {
	t.Parallel()
	for _, gateway := range []wdt.Gateway{wdt.Direct, wdt.Qimen} {
		client, server := newWDT(t, gateway)
		server.Inject(wdttest.Fault{Op: "wms.stockin.Other.createOtherOrder", Call: 2, Kind: wdttest.CutAfter})
		p := pipelineTo(t, WDT(client, WDTConfig{}), fmt.Sprintf(stockinTarget, ""), row("1"), row("2"), row("3"))
		report, err := p.Run(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 3, report.Created, deadLetters(t, p))
		for _, no := range []string{"B1", "B2", "B3"} {
			require.Equal(t, 1, server.Created("wms.stockin.Other.createOtherOrder", no), no)
		}
	}
}

// What a half has and the method has not is refused with its place.
func TestWDTRefuses(t *testing.T) {
	t.Parallel()
	client, _ := newWDT(t, wdt.Direct)
	c := WDT(client, WDTConfig{})
	source := parse(t, qeasy.SideSource, anySource)
	got := problems(t, source, parse(t, qeasy.SideTarget, fmt.Sprintf(stockinTarget, `{"field":"colour","value":"red"},`)), qeasy.Config{Source: plainSource{}, Target: c})
	require.Equal(t, map[string]string{"target/request/0": qeasy.CodeUnknownMember}, got)
	got = problems(t, source, parse(t, qeasy.SideTarget, `{"api":"purchase.PurchaseOrder.createOrder","effect":"EXECUTE","request":[{"field":"purchase_no","value":"{no}"}]}`),
		qeasy.Config{Source: plainSource{}, Target: c})
	require.Equal(t, map[string]string{"target/request": qeasy.CodeUnsupportedMember}, got)
	target := parse(t, qeasy.SideTarget, nothingTarget)
	got = problems(t, parse(t, qeasy.SideSource, `{"api":"setting.Shop.queryShop","id":"shop_no","request":[
		{"field":"pager","type":"object","children":[{"field":"page_no","value":"3"},{"field":"calc","value":"1"}]},
		{"field":"params","type":"object","children":[{"field":"shop_no","value":"S1"}]},{"field":"status","value":"1"}]}`), target, qeasy.Config{Source: c})
	require.Equal(t, map[string]string{
		"source/request/0/children/0": qeasy.CodeUnsupportedMember, "source/request/0/children/1": qeasy.CodeUnknownMember, "source/request/2": qeasy.CodeUnknownMember,
	}, got)
	got = problems(t, parse(t, qeasy.SideSource, `{"api":"trade_query.php","id":"trade_no","request":[]}`), target, qeasy.Config{Source: c})
	require.Equal(t, map[string]string{"source/api": qeasy.CodeAPIUnsupported}, got)
	for _, name := range []string{"src-wdt-stockout-trade.json", "src-wdt-trade-query.json"} {
		half, err := qeasy.Parse(qeasy.SideSource, sample(t, name))
		require.NoError(t, err)
		got = problems(t, half, target, qeasy.Config{Source: c, Since: time.Now(), ID: "id"})
		require.Equal(t, qeasy.CodeAPIUnsupported, got["source/api"], name)
	}
}

// Texts of schemes become what documents hold, and digits stay.
func TestFill(t *testing.T) {
	t.Parallel()
	client, _ := newWDT(t, wdt.Direct)
	spec := sinkSpec(t, fmt.Sprintf(stockinTarget, ""))
	s := &wdtSave{w: WDT(client, WDTConfig{}).(*wdtConnector), spec: spec}
	s.target = s.w.target(spec.API)
	s.arguments()
	require.Empty(t, s.problems)
	doc := wdtDocument(s, func(d *wdt.OtherStockinPush) []any { return []any{d} })
	d, err := doc.Document(rawRecord(`{"outer_no":"B1","is_check":"1","goods_list":[{"spec_no":7,"num":"1.10","defect":"true","production_date":"2025-01-02"}]}`))
	require.NoError(t, err)
	require.EqualValues(t, 1, *d.Approve)
	require.Equal(t, "7", d.Lines[0].SpecNo)
	require.Equal(t, "1.10", d.Lines[0].Num.String())
	require.True(t, *d.Lines[0].Defect)
	require.False(t, d.Lines[0].ProductionDate.IsZero())
	for _, wrong := range []string{`{"is_check":"often"}`, `{"goods_list":"x"}`, `{"colour":1}`, `{"goods_list":[{"num":"much"}]}`, `{"goods_list":[{"num":[]}]}`} {
		_, err := doc.Document(rawRecord(wrong))
		require.Error(t, err, wrong)
	}
}

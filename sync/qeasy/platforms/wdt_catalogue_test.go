package platforms

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/sync/qeasy"
	"github.com/duijie-go/duijie/wdt"
)

const (
	wdtQueue  = "a step of a queue that the caller works off: what is acknowledged is the outcome of another system's call, and no record of a scheme"
	wdtNoRows = "the member its rows stand in is not documented"
	// wdtUntyped is the reason of every other write: the client has no type for it.
	wdtUntyped = "the client has no sink for it: what it takes is documented nowhere in full, or nothing it makes could be looked up after a lost answer"
)

// wdtLeft are the methods that no scheme runs though the client types them or they read.
var wdtLeft = map[string]string{
	"sales.LogisticsSync.update":                         wdtQueue,
	"sales.StockSync.getSelfWaitSyncIdListOpen":          wdtQueue,
	"sales.StockSync.calcStock":                          wdtQueue,
	"sales.StockSync.batchCalcStock":                     wdtQueue,
	"sales.StockSync.syncSuccess":                        wdtQueue,
	"sales.StockSync.syncFail":                           wdtQueue,
	"sales.StockSync.cancelSync":                         wdtQueue,
	"goods.Goods.batchPush":                              "goods.Goods.push writes the same, one goods a call, so that each has its own outcome",
	"goods.Goods.push2":                                  "as goods.Goods.push, which the client types",
	"wdt.sales.logisticssync.getspecialoids":             wdtNoRows,
	"wdt.statistic.extstatsalesstatistic.querysales":     wdtNoRows,
	"wdt.statistic.extstatsalesstatistic.querystatsales": wdtNoRows,
	"wdt.statistic.statsalesstatistic.querysales":        wdtNoRows,
	"wdt.wms.extstockin.search":                          wdtNoRows,
	"wdt.wms.extstockout.search":                         wdtNoRows,
	"wdt.wms.stockout.batchqueryconsignorder":            wdtNoRows,
	"wms.stockout.SalesPick.pickListOverviewForApi":      wdtNoRows,
}

// Each method of the platform's lists is run, or stands with the reason why not.
func TestWDTEveryMethod(t *testing.T) {
	t.Parallel()
	client, _ := newWDT(t, wdt.Direct)
	c := WDT(client, WDTConfig{})
	left := map[string]bool{}
	for _, m := range append(wdt.Methods(), wdt.EnterpriseMethods()...) {
		reason := wdtLeft[m.Name]
		if reason == "" && m.Effect != duijie.EffectRead {
			reason = wdtUntyped
		}
		runs := c.Match(qeasy.SideSource, m.Name) || c.Match(qeasy.SideTarget, m.Name)
		if _, named := wdtLeft[m.Name]; named {
			left[m.Name] = true
			require.False(t, runs, "%s is run and in the table of those that are not", m.Name)
		}
		require.True(t, runs || reason != "", "%s is run, or it is said why not", m.Name)
		require.False(t, c.Match(qeasy.SideSource, m.Name) && m.Effect != duijie.EffectRead, "%s writes", m.Name)
	}
	for name := range wdtLeft {
		require.True(t, left[name], "there is no method %s", name)
	}
	for _, target := range wdtTargets(client, WDTConfig{}) {
		m, known := wdt.LookupMethod(target.method)
		require.True(t, known && m.Effect != duijie.EffectRead, target.method)
	}
	require.Len(t, wdtFlows, len(wdtTargets(client, WDTConfig{})), "each target is run by TestWDTFlows")
}

// The recorded halves run, or are refused with the code that is known: the enterprise
// edition's methods on Qimen have no gateway in the client.
func TestWDTSamples(t *testing.T) {
	t.Parallel()
	direct, _ := newWDT(t, wdt.Direct)
	enterprise, _ := newWDT(t, wdt.Enterprise)
	unsupported := map[string]string{"source/api": qeasy.CodeAPIUnsupported}
	for name, want := range map[string][2]map[string]string{
		"src-wdt-shop-pager.json":     {nil, unsupported},
		"src-wdt-stockout-trade.json": {unsupported, unsupported},
		"src-wdt-trade-query.json":    {unsupported, unsupported},
	} {
		for i, client := range []*wdt.Client{direct, enterprise} {
			require.Equal(t, want[i], sampleProblems(t, qeasy.SideSource, sample(t, name), WDT(client, WDTConfig{})), name)
		}
	}
	require.Len(t, sampleNames(t, "src-wdt"), 3)
	// A script of the enterprise edition.
	require.Nil(t, sampleProblems(t, qeasy.SideSource, sample(t, "src-python-adapter-metadata.json"), WDT(enterprise, WDTConfig{})))
	require.Equal(t, unsupported, sampleProblems(t, qeasy.SideSource, sample(t, "src-python-adapter-metadata.json"), WDT(direct, WDTConfig{})))

	got := compileError(t, `{"api":"wdt.trade.query","effect":"QUERY","id":"trade_id","request":[{"field":"page_no","value":"0"}]}`, WDT(enterprise, WDTConfig{}))
	require.ErrorContains(t, got, "trade_query.php")
	require.ErrorContains(t, got, "no gateway for")
	for api, script := range map[string]string{"wdt.shop.query": "shop.php", "hu3cgwt0tc.wdt.stockout.order.query.trade": "stockout_order_query_trade.php"} {
		found, scene := wdtScene(api)
		require.True(t, scene)
		require.Equal(t, script, found)
	}
	_, scene := wdtScene("wdt.setting.shop.queryshop")
	require.False(t, scene)
}

func compileError(t *testing.T, source string, c qeasy.Connector) error {
	t.Helper()
	_, err := qeasy.Compile(parse(t, qeasy.SideSource, source), parse(t, qeasy.SideTarget, nothingTarget), qeasy.Config{Source: c})
	return err
}

package platforms

import (
	"slices"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/sync/qeasy"
	"github.com/duijie-go/duijie/wdt"
)

// WDTConfig says what documents leave open about 旺店通.
type WDTConfig struct {
	// Lookback is how far back in time a document is looked for before it is created;
	// 0 is 30 days. One that did not change since is not found, but the platform refuses its
	// number as a duplicate.
	Lookback time.Duration
	// AnyAmounts pushes orders of own shops whose amounts do not agree.
	AnyAmounts bool
}

// WDT joins 旺店通 to schemes: each query method of the platform's list as a source,
// by its direct or its Qimen name, and the scripts of the enterprise edition
// ("trade_query.php") where the client is on that gateway; as targets the writes
// the client has sinks for: goods.Goods.push, sales.RawTrade.pushSelf2 (and pushSelf),
// purchase.PurchaseOrder.createOrder, wms.stockin.Other.createOtherOrder,
// wms.stockout.Other.createOther and wms.stocktransfer.Edit.createOrder. Their requests have the
// arguments by the names they have on Qimen; the only argument of a method may also be the
// request itself.
//
// A request that begins at LAST_SYNC_TIME is read in closed windows, cut to the span
// the method takes, each from its last page to the first; other times are read in such
// windows pull by pull. Lists without times are read whole, until no row moved.
func WDT(c *wdt.Client, cfg WDTConfig) qeasy.Connector {
	return &wdtConnector{client: c, cfg: cfg, targets: wdtTargets(c, cfg)}
}

type wdtConnector struct {
	client  *wdt.Client
	cfg     WDTConfig
	targets []wdtTarget
}

// APIs lists the methods by their direct names, and those of the enterprise edition.
func (w *wdtConnector) APIs() []string {
	var out []string
	for _, m := range slices.Concat(wdt.Methods(), wdt.EnterpriseMethods()) {
		if isWDTList(&m) {
			out = append(out, m.Name)
			if m.OnQimen && m.QimenName != m.Name {
				out = append(out, m.QimenName)
			}
		}
	}
	for _, t := range w.targets {
		out = append(out, t.method)
		if t.older != "" {
			out = append(out, t.older)
		}
	}
	return out
}

// isWDTList tells the methods that answer rows.
func isWDTList(m *wdt.Method) bool {
	return m.Effect == duijie.EffectRead && (m.Enterprise || m.Paged && m.List != "")
}

// wdtScene is the script behind a method of the enterprise edition's scene on Qimen, which
// is named after it with dots: "wdt.trade.query" is trade_query.php.
func wdtScene(api string) (script string, ok bool) {
	name, scene := strings.CutPrefix(strings.TrimPrefix(api, "hu3cgwt0tc."), "wdt.")
	if !scene {
		return "", false
	}
	if _, flagship := wdt.LookupMethod(api); flagship {
		return "", false
	}
	for _, script := range []string{strings.ReplaceAll(name, ".", "_") + ".php", strings.TrimSuffix(name, ".query") + ".php"} { // wdt.shop.query is shop.php
		if m, known := wdt.LookupMethod(script); known && m.Enterprise {
			return m.Name, true
		}
	}
	return "", false
}

// Match finds the method. It knows those of the enterprise edition on Qimen too, so
// that a half is told why they are not run.
func (w *wdtConnector) Match(side qeasy.Side, api string) bool {
	if _, scene := wdtScene(api); scene {
		return true
	}
	m, known := wdt.LookupMethod(api)
	if side == qeasy.SideTarget {
		return known && w.target(m.Name) != nil
	}
	return known && isWDTList(&m)
}

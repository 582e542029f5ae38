package platforms

import (
	"slices"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/sync/qeasy"
	"github.com/duijie-go/duijie/wdt"
)

// WDTConfig says what documents leave open about 旺店通.
type WDTConfig struct {
	// Writes are how the target halves write.
	Writes WDTWrites
}

// WDT joins 旺店通 to schemes: each query method of the platform's list as a source,
// by its direct or its Qimen name, and the scripts of the enterprise edition
// ("trade_query.php") where the client is on that gateway; as targets the writes
// the client has sinks for, see [WDTTargets].
//
// A request that begins at LAST_SYNC_TIME is read in closed windows, cut to the span
// the method takes, each from its last page to the first; other times are read in such
// windows pull by pull. Lists without times are read whole, until no row moved.
func WDT(c *wdt.Client, cfg WDTConfig) qeasy.Connector { return &wdtConnector{client: c, cfg: cfg} }

type wdtConnector struct {
	client *wdt.Client
	cfg    WDTConfig
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
	return append(out, WDTTargets()...)
}

// isWDTList tells the methods that answer rows.
func isWDTList(m *wdt.Method) bool {
	return m.Effect == duijie.EffectRead && (m.Enterprise || m.Paged && m.List != "")
}

// Match finds the method.
func (w *wdtConnector) Match(side qeasy.Side, api string) bool {
	m, known := wdt.LookupMethod(api)
	if !known && strings.HasSuffix(api, ".php") {
		return false
	}
	if side == qeasy.SideTarget {
		return known && wdtTarget(m.Name) != nil
	}
	return known && isWDTList(&m)
}

// Package wdt is a client of 旺店通旗舰版 (Wangdiantong flagship, "WDT ultimate",
// 慧策) with both of its gateways, and a source of its lists for the sync package.
//
// # Overview
//
// The platform has two gateways for the same methods, and [Config].Gateway
// chooses. [Direct] (直连) is the platform's own. [Qimen] (奇门自定义接口) goes
// through Taobao's open platform and signs twice. Method names are always given
// in the direct spelling, pages always count from 0; the client converts.
//
// Direct never returns orders, refunds and goods of the Taobao family (Taobao,
// Tmall), of Pinduoduo and of system supply, and says nothing about it: who
// sells there needs Qimen for sales.TradeQuery, sales.RawTrade, wms.stockout.Sales,
// aftersales, wms.stockin.Refund and goods.ApiGoods. Pinduoduo's own rows must be
// taken from Pinduoduo. Shops, warehouses, stock and purchase are complete on both.
// Both leave out silently what the interface account may not see.
//
// # Credentials
//
// Direct: the seller account (卖家账号, sid), the interface account (接口账号, key)
// and its appsecret, a text "secret:salt". Qimen: the same three, and App Key and
// App Secret of an application of your own on the Taobao open platform.
// [ConfigFromEnv] reads them from WDT_GATEWAY, WDT_BASE_URL, WDT_SID, WDT_APP_KEY,
// WDT_APP_SECRET, WDT_QIMEN_APP_KEY, WDT_QIMEN_APP_SECRET and
// WDT_QIMEN_TARGET_APP_KEY. There is no token to refresh. The enterprise edition
// (企业版) is another product and not served.
//
// # Quick start
//
//	cfg, err := wdt.ConfigFromEnv()
//	client, err := wdt.NewClient(cfg)
//	for shop, err := range client.Shops.All(ctx, wdt.ShopQuery{}) {
//		...
//	}
//
// # Errors
//
// Failed calls return a [*duijie.APIError] that matches duijie.ErrRateLimited,
// ErrUnauthenticated, ErrPermission, ErrInvalid, ErrNotFound, ErrConflict,
// ErrUnavailable or ErrRefused. The platform answers most failures with status 100
// and a text, so the text decides; a text the table does not know is ErrRefused. A
// write can fail under status 0: then the error holds a [*PartialError] that names
// the rows. A write whose answer was lost matches duijie.ErrOutcomeUnknown: look the
// document up by its outer_no, tid or spec_no before sending it again.
//
// # Paging
//
// Lists are read from the last page to the first, as the platform advises: a row
// that changes moves to the end, those behind it move onto pages not read yet.
// Empty pages inside a list are asked for again. Orders and stock movements are
// read in closed windows of modification times with [QueryAs]; [LookupMethod]
// tells the widest window, 60 minutes for orders. Lists without a window, such as
// shops, are read again until as many rows were met as are counted. Overlap
// windows by some minutes and end them a minute ago: whether their ends are
// inclusive is not documented.
//
// # Limits and retries
//
// The platform publishes no numbers. A client makes 1 call a second, one at a
// time, over all methods; duijie.WithRateLimiter sets another rate. After a throttle
// answer every call waits 1, 2 and 4 minutes. Reads, and pushes of goods and source
// orders (a repeat updates), are sent up to four times when something passes; other
// writes only when they surely had no effect. A clock that is off is corrected from the
// platform's Date header once. A client keeps connections of its own, shared with no
// other seller; through a caller's transport it closes each connection.
//
// # Raw access
//
// [Client.Call] reaches every method, listed or not, with the same signatures,
// limits, retries and errors; scripts of your own are system.ScriptExtension.call on
// Direct. [QueryPage] and [QueryAs] decode rows into a struct of yours.
// duijie.WithResponse gives the answer's bytes.
//
// # Official pages
//
// Methods and error codes: https://open.wangdian.cn (旗舰版, qjb). TOP errors:
// https://open.taobao.com. The fake server for tests is in wdt/wdttest.
package wdt

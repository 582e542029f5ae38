// Package wdt is a client of 旺店通旗舰版 (Wangdiantong flagship, "WDT ultimate",
// 慧策) with both of its gateways and of 旺店通企业版 (the enterprise edition), and a
// source of their lists for the sync package.
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
// Both leave out silently what the interface account may not see. Method.HiddenOnDirect
// of [LookupMethod] tells the methods, the client warns of each in its log once, and
// [Shop.HiddenOnDirect] tells the shops; a filter for such a platform is refused.
//
// [Enterprise] is another product with accounts of its own. Its methods are scripts,
// "trade_query.php"; those of one edition are refused on the other. It is reached with
// [Client.Call], [QueryPage] and [QueryAs]; its Qimen scene is not.
//
// # Credentials
//
// Direct: the seller account (卖家账号, sid), the interface account (接口账号, key)
// and its appsecret, a text "secret:salt". Qimen: the same three, and App Key and
// App Secret of an application of your own on the Taobao open platform.
// [ConfigFromEnv] reads them from WDT_GATEWAY, WDT_BASE_URL, WDT_SID, WDT_APP_KEY,
// WDT_APP_SECRET, WDT_QIMEN_APP_KEY, WDT_QIMEN_APP_SECRET, WDT_QIMEN_TARGET_APP_KEY,
// WDT_QIMEN_SESSION, WDT_QIMEN_SIGN_METHOD and WDT_QIMEN_SCENE_PREFIX. Enterprise has an
// appsecret without a salt. There is no token to refresh.
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
// document up before sending it again. Method.Write of [LookupMethod] tells by which
// member and with which method, and what a repeat does; so does the error's hint.
//
// # Paging and windows
//
// Lists are read from the last page to the first, as the platform advises: a row
// that changes moves to the end, those behind it move onto pages not read yet.
// Empty pages inside a list are asked for again. Lists without a window, such as
// shops ([ListService]), are read until one answer holds all that changed meanwhile.
// Lists with one ([WindowService], [QueryAs], [NewWindowSource]) are read in closed
// windows of modification times; [LookupMethod] tells the widest, 60 minutes for
// orders, and what is wider is cut, or refused by QueryAs. A [WindowSource] goes on
// where its last run ended, less an overlap of 5 minutes, and up to a minute ago:
// whether the platform includes the ends of a window is not documented. It halves
// what is too much for the platform and resumes at each page.
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
// Direct. [QueryPage], [QueryAs] and [NewWindowSource] decode rows into a struct of
// yours; the platform changes the JSON type of members, so give them the types
// [Text], [Int], [Bool], duijie.Decimal and duijie.Time.
// duijie.WithResponse gives the answer's bytes.
//
// # Official pages
//
// Methods and error codes: https://open.wangdian.cn (旗舰版, qjb). TOP errors:
// https://open.taobao.com. The fake server for tests is in wdt/wdttest.
package wdt

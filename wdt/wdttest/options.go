package wdttest

import (
	"strings"
	"time"
)

// Account is the one seller account the fake knows, with the credentials of
// both gateways. All of them are static, as on the platform.
type Account struct {
	SID       string // sid, the seller account (卖家账号); wdt3_customer_id on Qimen
	AppKey    string // the interface account (接口账号): key on direct, wdt_appkey on Qimen
	AppSecret string // "secret:salt", cut at the first colon; both gateways use it

	QimenAppKey    string // app_key of the caller's own TOP application
	QimenAppSecret string // secret of the TOP application
	TargetAppKey   string // target_app_key, the public key of the flagship application
	Session        string // TOP session; "" when the application has none

	EnterpriseSID       string // sid of the account of the enterprise edition (企业版), another product
	EnterpriseAppKey    string // appkey of the enterprise edition
	EnterpriseAppSecret string // secret of the enterprise edition
}

func defaultAccount() Account {
	return Account{
		SID: "fakeseller3", AppKey: "fakeseller3-test", AppSecret: "5a1f0e2d3c4b5968:9f8e7d",
		QimenAppKey: "39990001", QimenAppSecret: "topsecret00000000000000000000fake",
		TargetAppKey:  "21363512",
		EnterpriseSID: "fakeseller2", EnterpriseAppKey: "fakeseller2-ot", EnterpriseAppSecret: "e0c1d2b3a4958677",
	}
}

// secret and salt are the two parts of AppSecret.
func (a Account) secret() string { s, _, _ := strings.Cut(a.AppSecret, ":"); return s }
func (a Account) salt() string   { _, s, _ := strings.Cut(a.AppSecret, ":"); return s }

type config struct {
	account           Account
	clock             func() time.Time
	latency           time.Duration
	callsPerMinute    int
	concurrency       int
	errorResponseRoot bool
	methodRoot        bool
	numbersAsText     bool
	withoutStatus     bool
	mixedTypes        bool
	refuseIP          bool
	notGranted        map[string]bool
	keptBackOnDirect  []int
	stockMoves        bool
	strictFilters     bool
	transferNumbers   bool
	stockAsObject     bool
	zeroTotals        bool
	pageRows          int
}

// Option changes how a [Server] behaves.
type Option func(*config)

// WithAccount sets the account the fake accepts.
func WithAccount(a Account) Option { return func(c *config) { c.account = a } }

// WithClock sets the fake's clock: the timestamps it accepts, the minute it
// counts calls in, the modification time of rows put without one, the Date of
// answers and the time in the call log. The default is time.Now.
func WithClock(now func() time.Time) Option { return func(c *config) { c.clock = now } }

// WithLatency makes every call take at least d.
func WithLatency(d time.Duration) Option { return func(c *config) { c.latency = d } }

// WithCallsPerMinute lets n calls through in any 60 seconds, over both gateways
// and all methods together; the next is refused with the frequency text (频率)
// and not counted. 0, the default, means no limit. The platform's number is not
// published; 60 is what its users keep to.
func WithCallsPerMinute(n int) Option { return func(c *config) { c.callsPerMinute = n } }

// WithConcurrency lets n calls be served at once; more are refused with the
// concurrency text (并发). 0, the default, means no limit.
func WithConcurrency(n int) Option { return func(c *config) { c.concurrency = n } }

// WithErrorResponseRoot makes TOP errors come as {"error_response":{...}}
// instead of {"response":{"flag":"failure",...}}.
func WithErrorResponseRoot() Option { return func(c *config) { c.errorResponseRoot = true } }

// WithMethodRoot makes Qimen answers that TOP lets through come under a root
// named after the method, such as wdt_setting_shop_queryshop_response.
func WithMethodRoot() Option { return func(c *config) { c.methodRoot = true } }

// WithNumbersAsText sends every number of a Qimen answer as text, status and
// code included, and the numbers inside data on the direct gateway.
func WithNumbersAsText() Option { return func(c *config) { c.numbersAsText = true } }

// WithoutStatus leaves status out of every successful Qimen answer.
func WithoutStatus() Option { return func(c *config) { c.withoutStatus = true } }

// WithMixedTypes varies the JSON types of seeded rows the way the platform
// does. By the position of the row on its page, in turn: as documented; times in
// milliseconds, booleans 0 and 1, integers and decimals as text, unset times
// null; times in milliseconds as text, booleans "true" and "false", unset times
// absent; booleans "0" and "1", decimals as text without the zeros at their end.
func WithMixedTypes() Option { return func(c *config) { c.mixedTypes = true } }

// taobaoFamily are the platforms of Taobao's family, Tmall among them.
var taobaoFamily = []int{1, 2, 82, 94, 137, 172}

// WithKeptBack sets the platforms (platform_id) whose orders, refunds and goods
// the direct gateway leaves out without a word. The default is Taobao's family:
// 1, 2, 82, 94, 137 and 172; add those of your system supply (系统供销).
// Pinduoduo, 39, is always left out, on both gateways.
func WithKeptBack(platformIDs ...int) Option {
	return func(c *config) { c.keptBackOnDirect = platformIDs }
}

// WithStrictFilters refuses members of a filter that the method does not
// document, with status 2 and the name of the member. Without it they are left
// unread; whether the platform minds them is not known.
func WithStrictFilters() Option { return func(c *config) { c.strictFilters = true } }

// WithStockAsObject makes wms.StockSpec.search answer an object with detail_list
// and total_count on Qimen, where others meet the bare list. Users met both.
func WithStockAsObject() Option { return func(c *config) { c.stockAsObject = true } }

// WithTransferNumbers makes wms.stocktransfer.Edit.createOrder give transfers
// numbers of the platform's own, so that they can not be found by outer_no. The
// documentation calls outer_no the number of the transfer, but shows an answer
// with another; without this option they are the same.
func WithTransferNumbers() Option { return func(c *config) { c.transferNumbers = true } }

// WithZeroTotals makes every list tell 0 for its total, beside its rows: a total
// that was not asked for may be missing or 0.
func WithZeroTotals() Option { return func(c *config) { c.zeroTotals = true } }

// WithPageRows bounds the rows of a page: a call that asks for more gets pages of n
// rows, without a word. The platform publishes no maximum for most methods.
func WithPageRows(n int) Option { return func(c *config) { c.pageRows = n } }

// WithStockMoves makes approved documents move stock: stock-in, stock-out and
// transfers change the stock rows and leave a line in
// wms.StockSpec.queryChangeHistory. Without it stock is what was seeded.
func WithStockMoves() Option { return func(c *config) { c.stockMoves = true } }

// WithIPRefused makes the direct gateway answer status 6, the caller's IP is
// not on the white list (白名单), to every call.
func WithIPRefused() Option { return func(c *config) { c.refuseIP = true } }

// WithoutGrant takes the right to call these methods (direct names) away:
// status 100 权限不足 on both gateways.
func WithoutGrant(methods ...string) Option {
	return func(c *config) {
		for _, m := range methods {
			c.notGranted[m] = true
		}
	}
}

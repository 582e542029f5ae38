package wdttest

import "time"

// query is one query method of the public catalog.
type query struct {
	name      string // direct name; capitals matter
	list      string // key of the list inside data; "" when data is the list; "-" when data is one object
	times     string // pairs of time members, "from/to", comma between pairs
	window    window // widest span; zero when none is documented
	needs     bool   // one pair of times is required
	lifts     string // members that lift the need for times; "a+b" when both must be there
	ignore    bool   // a lifting member makes the platform ignore the times
	max       int    // largest page_size; 0 when none is documented
	qimen     bool   // known to exist on the Qimen gateway
	qimenOnly bool   // the direct gateway answers "internal only"
}

// window is the widest span of times a method takes, with the platform's words for it.
type window struct {
	span time.Duration
	text string
}

var (
	days30          = window{30 * 24 * time.Hour, "查询时间不能大于30天"}
	days7           = window{7 * 24 * time.Hour, "查询时间不能大于7天"}
	day1            = window{24 * time.Hour, "查询时间不能大于1天"}
	hour1           = window{time.Hour, "查询时间不能大于1小时"}
	hourWithoutSpec = window{time.Hour, "不传商家编码,查询时间不能大于1小时"}
	minutes60       = window{time.Hour, "查询时间不能大于60分钟"}
)

// queries is the catalog of query methods. Times are marked as needed only
// where the documentation of the method says so.
var queries = []query{
	{name: "aftersales.refund.RawRefund.search", list: "order", times: "start_time/end_time", window: days30, needs: true, lifts: "refund_no,platform_id+tid,logistics_no", qimen: true},
	{name: "aftersales.refund.RawRefund.searchHistory", list: "order", times: "start_time/end_time", window: days30, needs: true, lifts: "refund_no,platform_id+tid,logistics_no"},
	{name: "aftersales.refund.Refund.search", list: "order", times: "modified_from/modified_to,settle_from/settle_to,agree_from/agree_to", window: days30, needs: true, qimen: true},
	{name: "aftersales.refund.Refund.searchHistory", list: "order", times: "start_time/end_time", window: days30, qimen: true},
	{name: "finance.AlipayAccountCheck.search", list: "order", times: "start_time/end_time"},
	{name: "finance.Payment.search", list: "order", times: "start_time/end_time", window: days30},
	{name: "finance.RawPayment.search", list: "detail_list", times: "start_time/end_time", window: days30, qimen: true},
	{name: "finance.StockCost.search", list: "detail_list", times: "start_time/end_time", window: days30},
	{name: "finance.invoice.InvoiceOrder.search", list: "order", times: "start_time/end_time", window: days30},
	{name: "finance.settle.Logistics.search", list: "detail_list", times: "start_time/end_time", window: hour1},
	{name: "finance.settle.Purchase.search", list: "order", times: "modified_from/modified_to", qimen: true},
	{name: "finance.settle.Transfer.search", list: "order", times: "start_time/end_time", window: days30},
	{name: "finance.settle.process.search", list: "order", times: "start_time/end_time", max: 1000},
	{name: "goods.ApiGoods.search", list: "goods_list", times: "start_time/end_time", window: days30, needs: true, qimen: true},
	{name: "goods.Category.search", list: "category_list", times: "start_time/end_time", window: days30},
	{name: "goods.Goods.queryWithSpec", list: "goods_list", times: "start_time/end_time", window: days30, needs: true, lifts: "spec_no,goods_no", qimen: true},
	{name: "goods.GoodsBrand.search", list: "detail_list", times: "start_time/end_time"},
	{name: "goods.GoodsClass.search", list: "order_list", times: "start_time/end_time"},
	{name: "goods.Suite.search", list: "suite_list", times: "start_time/end_time", window: days30, qimen: true},
	{name: "process.Bom.search", list: "order_list", times: "start_time/end_time", window: days30},
	{name: "process.Process.search", list: "order", times: "start_time/end_time", window: days30},
	{name: "purchase.ProviderGoods.queryDetail", list: "details", qimen: true},
	{name: "purchase.PurchaseApply.search", list: "order_list", times: "start_time/end_time", window: days30},
	{name: "purchase.PurchaseOrder.queryWithDetail", list: "order", times: "start_time/end_time", window: days30, needs: true, lifts: "purchase_no", ignore: true, qimen: true},
	{name: "purchase.PurchaseReturn.queryWithDetail", list: "order", times: "start_time/end_time", window: days30, needs: true, lifts: "return_no", ignore: true, qimen: true},
	{name: "purchase.StockInPreOrder.search", list: "order_list", times: "start_time/end_time", window: days7},
	{name: "sales.LogisticsSync.getSyncListExt", list: "", max: 1000, qimen: true},
	{name: "sales.Payment.queryWithDetail", list: "payment_list", times: "start_time/end_time", window: days30, qimen: true},
	{name: "sales.RawTrade.search", list: "order", times: "start_time/end_time", window: days30, qimen: true},
	{name: "sales.RawTrade.searchHistory", list: "order", times: "start_time/end_time", window: days30, qimen: true},
	{name: "sales.RawTrade.searchHistorySelfOrder", list: "order", times: "start_time/end_time", window: days30},
	{name: "sales.RawTrade.searchSelfOrder", list: "order", times: "start_time/end_time", window: days30},
	{name: "sales.TradeQuery.getLog", list: "detail_list"},
	{name: "sales.TradeQuery.getTradeMergedLog", list: "log_list", times: "start_time/end_time"},
	{name: "sales.TradeQuery.queryHistorySelfOrderWithDetail", list: "order", times: "start_time/end_time", window: minutes60, needs: true, lifts: "trade_no,src_tid,logistics_no"},
	{name: "sales.TradeQuery.queryHistoryWithDetail", list: "order", times: "start_time/end_time", window: minutes60, needs: true, lifts: "trade_no,src_tid,logistics_no", qimen: true},
	{name: "sales.TradeQuery.querySelfOrderWithDetail", list: "order", times: "start_time/end_time", window: minutes60, needs: true, lifts: "trade_no,src_tid,logistics_no"},
	{name: "sales.TradeQuery.queryWithDetail", list: "order", times: "start_time/end_time", window: minutes60, needs: true, lifts: "trade_no,src_tid,logistics_no", qimen: true},
	{name: "sales.jit.JitRefund.search", list: "order_list", times: "start_time/end_time", window: days30},
	{name: "setting.Address.citySearch", list: "detail_list", times: "start_time/end_time", window: days30},
	{name: "setting.Address.districtSearch", list: "detail_list", times: "start_time/end_time", window: days30},
	{name: "setting.Address.provinceSearch", list: "detail_list", times: "start_time/end_time"},
	{name: "setting.CustomAttr.getTradeLabel", list: "detail_list", times: "start_time/end_time", window: days30},
	{name: "setting.Employee.search", list: "order_list", times: "start_time/end_time", needs: true},
	{name: "setting.Logistics.queryLogistics", list: "details", qimen: true},
	{name: "setting.OperationReason.search", list: "detail_list", times: "start_time/end_time", window: days30},
	{name: "setting.PurchaseProvider.queryDetail", list: "details", times: "created_begin/created_end,modified_begin/modified_end", qimen: true},
	{name: "setting.Shop.queryShop", list: "details", qimen: true},
	{name: "setting.Warehouse.queryWarehouse", list: "details", times: "start_time/end_time", qimen: true},
	{name: "setting.strategy.VirtualWarehouse.orderSearch", list: "order", times: "start_time/end_time", window: days30},
	{name: "setting.strategy.VirtualWarehouse.query", list: "detail_list"},
	{name: "setting.strategy.VirtualWarehouse.stockSearch", list: "detail_list", times: "start_time/end_time", window: days30},
	{name: "setting.strategy.VirtualWarehouse.warehouseSearch", list: "detail_list", times: "start_time/end_time", window: days30},
	{name: "statistic.StockinCollect.queryCostWithDetail", list: "order", times: "start_time/end_time", window: days7},
	{name: "statistic.StockoutCollect.queryCostWithDetail", list: "order", times: "start_time/end_time", window: days7},
	{name: "wms.GoodsSN.queryWithDetail", list: "sn_list", times: "start_time/end_time", window: days30},
	{name: "wms.MoveOrder.queryWithDetail", list: "order", times: "start_time/end_time", window: days30, qimen: true},
	{name: "wms.PositionCapacity.search", list: "detail_list", times: "start_time/end_time", window: days7},
	{name: "wms.StockPd.queryStockPd", list: "pd_list", times: "start_time/end_time"},
	{name: "wms.StockPd.queryStockPdDetail", list: ""},
	{name: "wms.StockPd.queryStockPdInDetail", list: "order", times: "start_time/end_time", window: days30, qimen: true},
	{name: "wms.StockPd.queryStockPdOutDetail", list: "order", times: "start_time/end_time", window: days30, qimen: true},
	{name: "wms.StockShelve.queryWithDetail", list: "order", times: "start_time/end_time", window: days30, qimen: true},
	{name: "wms.StockSpec.queryAvailableStock", list: "stocks", times: "start_time/end_time", window: days30, qimen: true},
	{name: "wms.StockSpec.queryChangeHistory", list: "data", times: "start_date/end_date", window: days30, needs: true, qimen: true},
	{name: "wms.StockSpec.search", list: "", times: "start_time/end_time", window: days30, max: 1000, qimen: true},
	{name: "wms.StockSpec.search2", list: "detail_list", times: "start_time/end_time", window: days30, max: 1000},
	{name: "wms.StockSpec.stockDetailSearch", list: "detail_list"},
	{name: "wms.outer.OuterIn.queryWithDetail", list: "order", times: "start_time/end_time", window: days30, max: 2000},
	{name: "wms.outer.OuterOut.queryWithDetail", list: "order", times: "start_time/end_time", window: days30, max: 2000},
	{name: "wms.stockdefect.DefectChange.search", list: "order", times: "start_time/end_time", window: days30, qimen: true},
	{name: "wms.stockin.Base.search", list: "order_list", times: "start_time/end_time", window: day1},
	{name: "wms.stockin.Base.searchSN", list: "detail_list", times: "start_time/end_time"},
	{name: "wms.stockin.JitRefund.searchOrderWithDetail", list: "order_list", times: "start_time/end_time", window: days30},
	{name: "wms.stockin.Other.queryWithDetail", list: "order", times: "start_time/end_time", window: days30, needs: true, qimen: true},
	{name: "wms.stockin.PreStockin.search", list: "order", times: "mt_from/mt_to,ct_from/ct_to", qimen: true, qimenOnly: true},
	{name: "wms.stockin.Process.queryWithDetail", list: "order", times: "start_time/end_time", window: days30, max: 2000},
	{name: "wms.stockin.Purchase.queryWithDetail", list: "order", times: "start_time/end_time", window: days30, needs: true, qimen: true},
	{name: "wms.stockin.Refund.queryHisWithDetail", list: "order", times: "start_time/end_time", window: days30, needs: true},
	{name: "wms.stockin.Refund.queryWithDetail", list: "order", times: "start_time/end_time", window: days30, needs: true, qimen: true},
	{name: "wms.stockin.Refund.returnLogisticsPackageQuery", list: "record", times: "start_time/end_time", window: days30},
	{name: "wms.stockin.Transfer.queryWithDetail", list: "order", times: "start_time/end_time", window: days30, needs: true, qimen: true},
	{name: "wms.stockother.InQuery.queryWithDetail", list: "order", times: "start_time/end_time", window: days30},
	{name: "wms.stockother.OutQuery.queryWithDetail", list: "order", times: "start_time/end_time", window: days30},
	{name: "wms.stockout.Base.search", list: "order_list", times: "start_time/end_time", window: minutes60},
	{name: "wms.stockout.Base.searchSN", list: "detail_list", times: "start_time/end_time"},
	{name: "wms.stockout.JitOrder.search", list: "order_list", times: "start_time/end_time"},
	{name: "wms.stockout.OtherQuery.queryWithDetail", list: "order", times: "start_time/end_time", window: days30, needs: true, qimen: true},
	{name: "wms.stockout.Pack.search", list: "order_list", times: "start_time/end_time"},
	{name: "wms.stockout.Process.queryWithDetail", list: "order", times: "start_time/end_time", window: days30, max: 2000},
	{name: "wms.stockout.PurchaseReturn.queryWithDetail", list: "order", times: "start_time/end_time", window: days30, qimen: true},
	{name: "wms.stockout.Sales.queryHistoryWithDetail", list: "order", times: "start_time/end_time", window: minutes60, needs: true, lifts: "stockout_no,src_order_no,logistics_no", qimen: true},
	{name: "wms.stockout.Sales.queryWithDetail", list: "order", times: "start_time/end_time", window: minutes60, needs: true, lifts: "stockout_no,src_order_no,logistics_no", qimen: true},
	{name: "wms.stockout.Sales.searchCancel", list: "order_list", times: "start_time/end_time"},
	{name: "wms.stockout.Sales.searchLogistics", list: "order_list", times: "start_time/end_time", window: day1},
	{name: "wms.stockout.Sales.searchPositionDetail", list: "order_list", times: "start_time/end_time", window: minutes60},
	{name: "wms.stockout.SalesPick.pickListOverviewForApi", list: "-"},
	{name: "wms.stockout.Transfer.queryWithDetail", list: "order", times: "start_time/end_time", window: days30, needs: true, qimen: true},
	{name: "wms.stocktransfer.Manage.queryWithDetail", list: "order", times: "start_time/end_time", window: days30, needs: true, qimen: true},
}

// onQimen are the documented write methods known to exist on the Qimen gateway,
// with the form fields that carry their arguments in positional order.
var onQimen = map[string][]string{
	"aftersales.refund.RawRefund.upload":  {"shop_no", "order_list"},
	"goods.Goods.push":                    {"goodsInfo", "specInfoList"},
	"purchase.PurchaseOrder.createOrder":  {"params"},
	"purchase.PurchaseReturn.createOrder": {"orderInfo", "detailList", "is_submit"},
	"purchase.PurchaseReturn.cancelOrder": {"returnNo"},
	"sales.LogisticsSync.update":          {"syncList"},
	"sales.RawTrade.pushSelf":             {"shopNo", "rawTradeList", "rawTradeOrderList", "discountList"},
	"setting.PurchaseProvider.push":       {"provider"},
	"wms.StockPd.stockSyncByPd":           {"pdOrder", "specList"},
	"wms.stockin.Other.createOtherOrder":  {"stockin_order"},
	"wms.stockin.PreStockin.createExt":    {"stockinOrder", "specList"},
	"wms.stockin.Purchase.upload":         {"stockin_order", "stockin_detail_list", "is_submit"},
	"wms.stockin.SmartRefund.upload":      {"refundInfo", "detailMapList", "createPreStockin"},
	"wms.stockin.Transfer.createOrder":    {"orderInfo", "detailList", "isCheck"},
	"wms.stockother.In.push":              {"order", "order_details"},
	"wms.stockother.Out.push":             {"order", "order_details"},
	"wms.stockout.Other.createOther":      {"stockout_order"},
	"wms.stockout.Transfer.createOrder":   {"orderInfo", "detailList", "isCheck"},
	"wms.stocktransfer.Edit.createOrder":  {"orderInfo", "detailList", "isCheck"},

	// These exist on Qimen only and have no direct name.
	"wdt.sales.logisticssync.getspecialoids":             {"tid", "oids", "platform_id", "trade_id"},
	"wdt.wms.stockout.batchqueryconsignorder":            {"params"},
	"wdt.statistic.statsalesstatistic.querysales":        {"params"},
	"wdt.statistic.extstatsalesstatistic.querysales":     {"params"},
	"wdt.statistic.extstatsalesstatistic.querystatsales": {"params"},
	"wdt.wms.extstockin.search":                          {"params"},
	"wdt.wms.extstockout.search":                         {"params"},
}

// oddQimenNames are the names that do not follow "wdt." + lower case.
var oddQimenNames = map[string]string{
	"purchase.PurchaseReturn.cancelOrder": "wdt.purchase.purchasereturn.cancleorder",
	"wms.stockin.Other.createOtherOrder":  "wdt.wms.stockin.other.createotherstockinorder",
	"wms.stockout.Other.createOther":      "wdt.wms.stockout.other.createotherstockoutorder",
	"wms.stockin.SmartRefund.upload":      "wdt.wms.stockin.smartrefund.createext",
}

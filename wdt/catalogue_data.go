package wdt

import "time"

// Spans of time windows, as the method pages state them.
const (
	hour  = time.Hour
	day   = 24 * time.Hour
	week  = 7 * day
	month = 30 * day
)

// query is one row of the catalogue of query methods. All of them are paged.
type query struct {
	name      string
	what      string
	list      string // member of data the rows stand in; "[]" when data is the list, "" when unknown
	times     string // filter members from/to, kind and what chooses it, parted by commas; see timeFilter
	window    time.Duration
	needs     string // member without which the window is an hour
	max       int    // documented maximum page size
	orders    bool   // of the order family: pages of at most 200 are advised
	qimen     bool   // known to exist on Qimen
	qimenOnly bool
}

// queries is the platform's public list of query methods, open.wangdian.cn.
var queries = []query{
	{name: "aftersales.refund.RawRefund.search", what: "source refunds", list: "order", times: "start_time/end_time modified time_type=1, start_time/end_time refunded time_type=2", window: month, orders: true, qimen: true},
	{name: "aftersales.refund.RawRefund.searchHistory", what: "archived source refunds", list: "order", times: "start_time/end_time", window: month, orders: true},
	{name: "aftersales.refund.Refund.search", what: "refund/exchange orders", list: "order", times: "modified_from/modified_to, settle_from/settle_to settled, agree_from/agree_to agreed", window: month, orders: true, qimen: true},
	{name: "aftersales.refund.Refund.searchHistory", what: "archived refund orders", list: "order", times: "start_time/end_time", window: month, orders: true, qimen: true},
	{name: "finance.AlipayAccountCheck.search", what: "Alipay reconciliation", list: "order", times: "start_time/end_time"},
	{name: "finance.Payment.search", what: "payments (finance)", list: "order", times: "start_time/end_time", window: month},
	{name: "finance.RawPayment.search", what: "platform bills", list: "detail_list", times: "start_time/end_time", window: month, qimen: true},
	{name: "finance.StockCost.search", what: "stock cost", list: "detail_list", times: "start_time/end_time", window: month},
	{name: "finance.invoice.InvoiceOrder.search", what: "invoices", list: "order", times: "start_time/end_time", window: month},
	{name: "finance.settle.Logistics.search", what: "logistics settlement", list: "detail_list", times: "start_time/end_time", window: hour},
	{name: "finance.settle.Purchase.search", what: "purchase settlement", list: "order", times: "modified_from/modified_to", qimen: true},
	{name: "finance.settle.Transfer.search", what: "transfer settlement", list: "order", times: "start_time/end_time", window: month},
	{name: "finance.settle.process.search", what: "production settlement", list: "order", times: "start_time/end_time", max: 1000},
	{name: "goods.ApiGoods.search", what: "platform goods", list: "goods_list", times: "start_time/end_time", window: month, qimen: true},
	{name: "goods.Category.search", what: "goods classes (platform)", list: "category_list", times: "start_time/end_time", window: month},
	{name: "goods.Goods.queryWithSpec", what: "goods with SKUs", list: "goods_list", times: "start_time/end_time", window: month, qimen: true},
	{name: "goods.GoodsBrand.search", what: "brands", list: "detail_list", times: "start_time/end_time"},
	{name: "goods.GoodsClass.search", what: "goods classes", list: "order_list", times: "start_time/end_time"},
	{name: "goods.Suite.search", what: "bundles", list: "suite_list", times: "start_time/end_time", window: month, qimen: true},
	{name: "process.Bom.search", what: "bills of material", list: "order_list", times: "start_time/end_time", window: month},
	{name: "process.Process.search", what: "production orders", list: "order", times: "start_time/end_time", window: month},
	{name: "purchase.ProviderGoods.queryDetail", what: "supplier goods", list: "details", qimen: true},
	{name: "purchase.PurchaseApply.search", what: "purchase requests", list: "order_list", times: "start_time/end_time", window: month},
	{name: "purchase.PurchaseOrder.queryWithDetail", what: "purchase orders", list: "order", times: "start_time/end_time", window: month, qimen: true},
	{name: "purchase.PurchaseReturn.queryWithDetail", what: "purchase returns", list: "order", times: "start_time/end_time", window: month, qimen: true},
	{name: "purchase.StockInPreOrder.search", what: "purchase appointments", list: "order_list", times: "start_time/end_time", window: week},
	{name: "sales.LogisticsSync.getSyncListExt", what: "shipments to sync (own shops)", list: "[]", max: 1000, qimen: true},
	{name: "sales.Payment.queryWithDetail", what: "sales payments", list: "payment_list", times: "start_time/end_time", window: month, qimen: true},
	{name: "sales.RawTrade.search", what: "source orders", list: "order", times: "start_time/end_time", window: month, orders: true, qimen: true},
	{name: "sales.RawTrade.searchHistory", what: "archived source orders", list: "order", times: "start_time/end_time", window: month, orders: true, qimen: true},
	{name: "sales.RawTrade.searchHistorySelfOrder", what: "archived source orders, own/offline shops", list: "order", times: "start_time/end_time", window: month, orders: true},
	{name: "sales.RawTrade.searchSelfOrder", what: "source orders, own/offline shops", list: "order", times: "start_time/end_time", window: month, orders: true},
	{name: "sales.TradeQuery.getLog", what: "order log", list: "detail_list"},
	{name: "sales.TradeQuery.getTradeMergedLog", what: "order merge log", list: "log_list", times: "start_time/end_time"},
	{name: "sales.TradeQuery.queryHistorySelfOrderWithDetail", what: "archived orders, own/offline shops", list: "order", times: "start_time/end_time", window: hour, orders: true},
	{name: "sales.TradeQuery.queryHistoryWithDetail", what: "archived orders", list: "order", times: "start_time/end_time", window: hour, orders: true, qimen: true},
	{name: "sales.TradeQuery.querySelfOrderWithDetail", what: "orders, own/offline shops", list: "order", times: "start_time/end_time", window: hour, orders: true},
	{name: "sales.TradeQuery.queryWithDetail", what: "orders", list: "order", times: "start_time/end_time", window: hour, orders: true, qimen: true},
	{name: "sales.jit.JitRefund.search", what: "JIT returns", list: "order_list", times: "start_time/end_time", window: month},
	{name: "setting.Address.citySearch", what: "cities", list: "detail_list", times: "start_time/end_time", window: month},
	{name: "setting.Address.districtSearch", what: "districts", list: "detail_list", times: "start_time/end_time", window: month},
	{name: "setting.Address.provinceSearch", what: "provinces", list: "detail_list", times: "start_time/end_time"},
	{name: "setting.CustomAttr.getTradeLabel", what: "order labels", list: "detail_list", times: "start_time/end_time", window: month},
	{name: "setting.Employee.search", what: "employees", list: "order_list", times: "start_time/end_time"},
	{name: "setting.Logistics.queryLogistics", what: "logistics companies", list: "details", qimen: true},
	{name: "setting.OperationReason.search", what: "reasons", list: "detail_list", times: "start_time/end_time", window: month},
	{name: "setting.PurchaseProvider.queryDetail", what: "suppliers", list: "details", times: "modified_begin/modified_end, created_begin/created_end created", qimen: true},
	{name: "setting.Shop.queryShop", what: "shops", list: "details", qimen: true},
	{name: "setting.Warehouse.queryWarehouse", what: "warehouses", list: "details", times: "start_time/end_time", qimen: true},
	{name: "setting.strategy.VirtualWarehouse.orderSearch", what: "virtual warehouse orders", list: "order", times: "start_time/end_time", window: month},
	{name: "setting.strategy.VirtualWarehouse.query", what: "virtual warehouses", list: "detail_list"},
	{name: "setting.strategy.VirtualWarehouse.stockSearch", what: "virtual warehouse stock", list: "detail_list", times: "start_time/end_time", window: month},
	{name: "setting.strategy.VirtualWarehouse.warehouseSearch", what: "virtual warehouse setup", list: "detail_list", times: "start_time/end_time", window: month},
	{name: "statistic.StockinCollect.queryCostWithDetail", what: "stock-in cost", list: "order", times: "start_time/end_time", window: week},
	{name: "statistic.StockoutCollect.queryCostWithDetail", what: "stock-out cost", list: "order", times: "start_time/end_time", window: week},
	{name: "wms.GoodsSN.queryWithDetail", what: "serial numbers", list: "sn_list", times: "start_time/end_time", window: month},
	{name: "wms.MoveOrder.queryWithDetail", what: "shelf moves", list: "order", times: "start_time/end_time", window: month, qimen: true},
	{name: "wms.PositionCapacity.search", what: "default shelves", list: "detail_list", times: "start_time/end_time", window: week},
	{name: "wms.StockPd.queryStockPd", what: "stocktakes", list: "pd_list", times: "start_time/end_time"},
	{name: "wms.StockPd.queryStockPdDetail", what: "stocktake lines", list: "[]"},
	{name: "wms.StockPd.queryStockPdInDetail", what: "stocktake surplus in", list: "order", times: "start_time/end_time", window: month, qimen: true},
	{name: "wms.StockPd.queryStockPdOutDetail", what: "stocktake loss out", list: "order", times: "start_time/end_time", window: month, qimen: true},
	{name: "wms.StockShelve.queryWithDetail", what: "replenishment", list: "order", times: "start_time/end_time", window: month, qimen: true},
	{name: "wms.StockSpec.queryAvailableStock", what: "available stock", list: "stocks", times: "start_time/end_time", window: month, qimen: true},
	{name: "wms.StockSpec.queryChangeHistory", what: "stock changes", list: "data", times: "start_date/end_date created", needs: "spec_no", window: month, qimen: true},
	{name: "wms.StockSpec.search", what: "stock (old)", list: "[]", times: "start_time/end_time", window: month, max: 1000, qimen: true},
	{name: "wms.StockSpec.search2", what: "stock", list: "detail_list", times: "start_time/end_time", window: month, max: 1000},
	{name: "wms.StockSpec.stockDetailSearch", what: "stock by shelf/batch", list: "detail_list"},
	{name: "wms.outer.OuterIn.queryWithDetail", what: "outer warehouse adjust in", list: "order", times: "start_time/end_time", window: month, max: 2000},
	{name: "wms.outer.OuterOut.queryWithDetail", what: "outer warehouse adjust out", list: "order", times: "start_time/end_time", window: month, max: 2000},
	{name: "wms.stockdefect.DefectChange.search", what: "good/defect conversions", list: "order", times: "start_time/end_time", window: month, qimen: true},
	{name: "wms.stockin.Base.search", what: "all stock-in", list: "order_list", times: "start_time/end_time", window: day},
	{name: "wms.stockin.Base.searchSN", what: "stock-in serials", list: "detail_list", times: "start_time/end_time"},
	{name: "wms.stockin.JitRefund.searchOrderWithDetail", what: "JIT return stock-in", list: "order_list", times: "start_time/end_time", window: month},
	{name: "wms.stockin.Other.queryWithDetail", what: "other stock-in", list: "order", times: "start_time/end_time", window: month, qimen: true},
	{name: "wms.stockin.PreStockin.search", qimenOnly: true, what: "pre stock-in (Qimen only)", list: "order", times: "mt_from/mt_to, ct_from/ct_to created", qimen: true},
	{name: "wms.stockin.Process.queryWithDetail", what: "production stock-in", list: "order", times: "start_time/end_time", window: month, max: 2000},
	{name: "wms.stockin.Purchase.queryWithDetail", what: "purchase stock-in", list: "order", times: "start_time/end_time", window: month, qimen: true},
	{name: "wms.stockin.Refund.queryHisWithDetail", what: "archived return stock-in", list: "order", times: "start_time/end_time", window: month},
	{name: "wms.stockin.Refund.queryWithDetail", what: "return stock-in", list: "order", times: "start_time/end_time modified time_type=0, start_time/end_time stockedin time_type=1", window: month, qimen: true},
	{name: "wms.stockin.Refund.returnLogisticsPackageQuery", what: "return parcels", list: "record", times: "start_time/end_time", window: month},
	{name: "wms.stockin.Transfer.queryWithDetail", what: "transfer stock-in", list: "order", times: "start_time/end_time", window: month, qimen: true},
	{name: "wms.stockother.InQuery.queryWithDetail", what: "other-in business orders", list: "order", times: "start_time/end_time", window: month},
	{name: "wms.stockother.OutQuery.queryWithDetail", what: "other-out business orders", list: "order", times: "start_time/end_time", window: month},
	{name: "wms.stockout.Base.search", what: "all stock-out", list: "order_list", times: "start_time/end_time", window: hour},
	{name: "wms.stockout.Base.searchSN", what: "stock-out serials", list: "detail_list", times: "start_time/end_time"},
	{name: "wms.stockout.JitOrder.search", what: "JIT stock-out", list: "order_list", times: "start_time/end_time"},
	{name: "wms.stockout.OtherQuery.queryWithDetail", what: "other stock-out", list: "order", times: "start_time/end_time modified time_type=3, start_time/end_time shipped time_type=1, start_time/end_time created time_type=2", window: month, qimen: true},
	{name: "wms.stockout.Pack.search", what: "packing lists", list: "order_list", times: "start_time/end_time"},
	{name: "wms.stockout.Process.queryWithDetail", what: "production stock-out", list: "order", times: "start_time/end_time", window: month, max: 2000},
	{name: "wms.stockout.PurchaseReturn.queryWithDetail", what: "purchase return stock-out", list: "order", times: "start_time/end_time modified time_type=3, start_time/end_time shipped time_type=1, start_time/end_time created time_type=2", window: month, qimen: true},
	{name: "wms.stockout.Sales.queryHistoryWithDetail", what: "archived sales stock-out", list: "order", times: "start_time/end_time", window: hour, orders: true, qimen: true},
	{name: "wms.stockout.Sales.queryWithDetail", what: "sales stock-out", list: "order", times: "start_time/end_time modified status_type=3, start_time/end_time shipped status_type=0", window: hour, orders: true, qimen: true},
	{name: "wms.stockout.Sales.searchCancel", what: "cancelled sales stock-out", list: "order_list", times: "start_time/end_time"},
	{name: "wms.stockout.Sales.searchLogistics", what: "parcel tracking nos", list: "order_list", times: "start_time/end_time", window: day},
	{name: "wms.stockout.Sales.searchPositionDetail", what: "sales stock-out shelves", list: "order_list", times: "start_time/end_time", window: hour, orders: true},
	{name: "wms.stockout.SalesPick.pickListOverviewForApi", what: "wave overview"},
	{name: "wms.stockout.Transfer.queryWithDetail", what: "transfer stock-out", list: "order", times: "start_time/end_time shipped", window: month, qimen: true},
	{name: "wms.stocktransfer.Manage.queryWithDetail", what: "transfers", list: "order", times: "start_time/end_time", window: month, qimen: true},
}

// oddQimenNames are the Qimen names that do not follow the rule "wdt." + lower case.
var oddQimenNames = map[string]string{
	"purchase.PurchaseReturn.cancelOrder": "wdt.purchase.purchasereturn.cancleorder", // misspelt there
	"wms.stockin.Other.createOtherOrder":  "wdt.wms.stockin.other.createotherstockinorder",
	"wms.stockout.Other.createOther":      "wdt.wms.stockout.other.createotherstockoutorder",
	"wms.stockin.SmartRefund.upload":      "wdt.wms.stockin.smartrefund.createext",
}

// qimenReads are reads that exist under a Qimen name only.
var qimenReads = []string{
	"wdt.sales.logisticssync.getspecialoids",
	"wdt.wms.stockout.batchqueryconsignorder",
	"wdt.statistic.statsalesstatistic.querysales",
	"wdt.statistic.extstatsalesstatistic.querysales",
	"wdt.statistic.extstatsalesstatistic.querystatsales",
	"wdt.wms.extstockin.search",
	"wdt.wms.extstockout.search",
}

// qimenFields are the form fields of the arguments of a Qimen method, in the
// order of the direct arguments. Methods not listed have the one field params.
var qimenFields = map[string][]string{
	"wdt.purchase.purchaseorder.createorder":          {"params"},
	"wdt.wms.stockout.batchqueryconsignorder":         {"params"},
	"wdt.aftersales.refund.rawrefund.upload":          {"shop_no", "order_list"},
	"wdt.goods.goods.push":                            {"goodsInfo", "specInfoList"},
	"wdt.purchase.purchasereturn.createorder":         {"orderInfo", "detailList", "is_submit"},
	"wdt.purchase.purchasereturn.cancleorder":         {"returnNo"},
	"wdt.sales.logisticssync.getspecialoids":          {"tid", "oids", "platform_id", "trade_id"},
	"wdt.sales.logisticssync.update":                  {"syncList"},
	"wdt.sales.rawtrade.pushself":                     {"shopNo", "rawTradeList", "rawTradeOrderList", "discountList"},
	"wdt.setting.purchaseprovider.push":               {"provider"},
	"wdt.wms.stockin.prestockin.createext":            {"stockinOrder", "specList"},
	"wdt.wms.stockin.purchase.upload":                 {"stockin_order", "stockin_detail_list", "is_submit"},
	"wdt.wms.stockin.smartrefund.createext":           {"refundInfo", "detailMapList", "createPreStockin"},
	"wdt.wms.stockin.transfer.createorder":            {"orderInfo", "detailList", "isCheck"},
	"wdt.wms.stockout.transfer.createorder":           {"orderInfo", "detailList", "isCheck"},
	"wdt.wms.stocktransfer.edit.createorder":          {"orderInfo", "detailList", "isCheck"},
	"wdt.wms.stockother.in.push":                      {"order", "order_details"},
	"wdt.wms.stockother.out.push":                     {"order", "order_details"},
	"wdt.wms.stockin.other.createotherstockinorder":   {"stockin_order"},
	"wdt.wms.stockout.other.createotherstockoutorder": {"stockout_order"},
	"wdt.wms.stockpd.stocksyncbypd":                   {"pdOrder", "specList"},
}

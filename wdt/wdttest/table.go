package wdttest

import "strings"

// table says how the rows of one query method are kept, found and shown. A
// method that is not here keeps the rows seeded for it in the order of
// modification, and finds them by their times alone.
type table struct {
	name     string // direct method name
	store    string // the method whose rows it answers; "" its own
	shape    string // the method whose documented members it has; "" its own
	key      string // member that tells rows apart
	id       string // member with the running number
	modified string // members with the modification time, space-separated
	created  string // members with the creation time
	on       string // members the pairs of times mean, comma-separated; default the modification time
	timeType string // "value:member" for time_type; the first is the default
	filter   string // "param=member" where the names differ
	self     bool   // rows of own and offline shops only
	hides    bool   // rows of platforms the gateway keeps back are left out
	noWH     string // text for an unknown warehouse; "" does not check
	live     string // a hide_ param hides rows where this member says disabled or deleted
	archive  string // method the rows move to when they are archived
	msText   bool   // Qimen shows milliseconds as text
}

const (
	trades     = "sales.TradeQuery.queryWithDetail"
	rawTrade   = "sales.RawTrade.search"
	goods      = "goods.Goods.queryWithSpec"
	stock      = "wms.StockSpec.search2"
	olderStock = "wms.StockSpec.search"
	available  = "wms.StockSpec.queryAvailableStock"
	history    = "wms.StockSpec.queryChangeHistory"
	supplier   = "setting.PurchaseProvider.queryDetail"
	employee   = "setting.Employee.search"
	purchase   = "purchase.PurchaseOrder.queryWithDetail"
	returns    = "purchase.PurchaseReturn.queryWithDetail"
	transfer   = "wms.stocktransfer.Manage.queryWithDetail"
	otherIn    = "wms.stockin.Other.queryWithDetail"
	otherOut   = "wms.stockout.OtherQuery.queryWithDetail"
	bought     = "wms.stockin.Purchase.queryWithDetail"
	shipSync   = "sales.LogisticsSync.getSyncListExt"
	apiGoods   = "goods.ApiGoods.search"
	refund     = "aftersales.refund.Refund.search"

	born        = "*" // stands for the creation time of rows that do not show it
	tradeFilter = "src_tid=src_tids,status=trade_status"
	tradeTimes  = "1:,2:pay_time,3:trade_time"
	shipTimes   = "1:consign_time,2:" + born + ",3:"
	salesFilter = "stockout_no=order_no,shop_nos=shop_no,src_tid=src_trade_no"
)

var tables = []table{
	{name: shopMethod, key: "shop_no", id: "shop_id", modified: "modified", created: "created"},
	{name: warehouseMethod, key: "warehouse_no", id: "warehouse_id", modified: "modified", created: "created", filter: "warehouse_name=name", live: "is_disabled"},
	{name: "setting.Logistics.queryLogistics", key: "logistics_no", id: "logistics_id", modified: "modified", created: "created", live: "is_disabled"},
	{name: supplier, key: "provider_no", id: "provider_id", modified: "modified", created: "created", on: "created,"},
	{name: employee, key: "employee_no", id: "employee_id"},
	{name: goods, key: "goods_no", id: "goods_id", modified: "modified goods_modified", created: "goods_created", filter: "spec_no=spec_list.spec_no,barcode=spec_list.barcode", live: "deleted"},
	{name: "goods.Suite.search", key: "suite_no", id: "suite_id", modified: "suite_modified", created: "suite_created", filter: "spec_no=detail_list.spec_no,goods_no=detail_list.goods_no", live: "deleted"},
	{name: apiGoods, key: "rec_id", id: "rec_id", modified: "modified", created: "created", hides: true},
	{name: stock, key: stockKey, id: "rec_id", modified: "modified", created: "created", filter: "spec_nos=spec_no", noWH: "仓库不存在  仓库编号: "},
	{name: olderStock, store: stock, filter: "spec_nos=spec_no", noWH: "仓库不存在 仓库编号: "},
	{name: available, store: stock},
	{name: history, id: "rec_id", modified: "created"},

	{name: rawTrade, key: "tid", id: "rec_id", modified: "modified", created: "created", hides: true, archive: "sales.RawTrade.searchHistory"},
	{name: "sales.RawTrade.searchSelfOrder", store: rawTrade, shape: rawTrade, self: true},
	{name: "sales.RawTrade.searchHistory", shape: rawTrade, key: "tid", id: "rec_id", modified: "modified", created: "created", hides: true},
	{name: "sales.RawTrade.searchHistorySelfOrder", store: "sales.RawTrade.searchHistory", shape: rawTrade, self: true},
	{name: trades, key: "trade_no", id: "trade_id", modified: "modified", created: "created", filter: tradeFilter, timeType: tradeTimes, hides: true, archive: "sales.TradeQuery.queryHistoryWithDetail"},
	{name: "sales.TradeQuery.querySelfOrderWithDetail", store: trades, shape: trades, filter: tradeFilter, timeType: tradeTimes, self: true},
	{name: "sales.TradeQuery.queryHistoryWithDetail", shape: trades, key: "trade_no", id: "trade_id", modified: "modified", created: "created", filter: tradeFilter, timeType: tradeTimes, hides: true},
	{name: "sales.TradeQuery.queryHistorySelfOrderWithDetail", store: "sales.TradeQuery.queryHistoryWithDetail", shape: trades, filter: tradeFilter, timeType: tradeTimes, self: true},
	{name: shipSync, key: "sync_id", id: "sync_id", created: "created"},
	{name: "wms.stockout.Sales.queryWithDetail", key: "order_no", id: "stockout_id", modified: "modified", created: "created created_date", filter: salesFilter, hides: true, noWH: "仓库不存在", archive: "wms.stockout.Sales.queryHistoryWithDetail"},
	{name: "wms.stockout.Sales.queryHistoryWithDetail", shape: "wms.stockout.Sales.queryWithDetail", key: "order_no", id: "stockout_id", modified: "modified", created: "created created_date", filter: salesFilter, hides: true, noWH: "仓库不存在"},
	{name: refund, key: "refund_no", id: "refund_id", modified: "modified modified_date", created: "created", on: ",settle_time,check_time", hides: true, archive: "aftersales.refund.Refund.searchHistory",
		filter: "shop_nos=shop_no,tid=tid_list,trade_no=trade_no_list,return_warehouse_nos=return_warehouse_no"},
	{name: "aftersales.refund.Refund.searchHistory", shape: refund, key: "refund_no", id: "refund_id", modified: "modified modified_date", created: "created", hides: true,
		filter: "shop_nos=shop_no,tid=tid_list,trade_no=trade_no_list,return_warehouse_nos=return_warehouse_no"},
	{name: "aftersales.refund.RawRefund.search", key: "refund_no", id: "refund_id", modified: "modified", created: "created", timeType: "1:,2:refund_time", hides: true, archive: "aftersales.refund.RawRefund.searchHistory"},
	{name: "aftersales.refund.RawRefund.searchHistory", shape: "aftersales.refund.RawRefund.search", key: "refund_no", id: "refund_id", modified: "modified", created: "created", timeType: "1:,2:refund_time", hides: true},
	{name: "wms.stockin.Refund.queryWithDetail", key: "order_no", id: "stockin_id", modified: "modified", created: "created created_time", timeType: "0:,1:check_time", filter: "stockin_no=order_no,shop_nos=shop_no", hides: true, noWH: "仓库不存在", archive: "wms.stockin.Refund.queryHisWithDetail", msText: true},
	{name: "wms.stockin.Refund.queryHisWithDetail", shape: "wms.stockin.Refund.queryWithDetail", key: "order_no", id: "stockin_id", modified: "modified", created: "created created_time", timeType: "0:,1:check_time", filter: "stockin_no=order_no,shop_nos=shop_no", hides: true, noWH: "仓库不存在", msText: true},

	{name: purchase, key: "purchase_no", id: "purchase_id", modified: "modified", created: "created", filter: "expect_warehouse_no=warehouse_no,receive_warehouse_no=warehouse_no"},
	{name: bought, key: "order_no", id: "stockin_id", modified: "modified", created: "created_time", filter: "stockin_no=order_no", noWH: "仓库不存在"},
	{name: returns, key: "return_no", id: "return_id", modified: "modified", created: "created"},
	{name: "wms.stockout.PurchaseReturn.queryWithDetail", key: "order_no", id: "stockout_id", modified: "modified", created: "create_time", filter: "stockout_no=order_no", timeType: "1:consign_time,2:create_time,3:", noWH: "仓库不存在"},
	{name: otherIn, key: "order_no", id: "stockin_id", created: "created_time", filter: "stockin_no=order_no,other_stockin_no=src_order_no,reason_name=reason", noWH: "仓库不存在"},
	{name: otherOut, key: "order_no", id: "stockout_id", modified: "modified", filter: "stockout_no=order_no,reason_name=reason", timeType: shipTimes, noWH: "仓库不存在"},
	{name: transfer, key: "transfer_no", id: "transfer_id", modified: "modified modified_date", created: "created created_date"},
	{name: "wms.stockin.Transfer.queryWithDetail", key: "order_no", id: "stockin_id", modified: "modified", created: "created_time st_created", filter: "stockin_no=order_no,transfer_no=src_order_no,warehouse_no=to_warehouse_no", noWH: "仓库不存在"},
	{name: "wms.stockout.Transfer.queryWithDetail", key: "order_no", id: "stockout_id", created: "st_created", on: "consign_time", filter: "stockout_no=order_no", noWH: "仓库不存在"},
	{name: "wms.stockin.PreStockin.search", key: "stockin_no", id: "stockin_id", modified: "modified modified_date", created: "created created_date", on: ",created_date",
		filter: "spec_no=detail_list.spec_no,goods_no=detail_list.goods_no,goods_name=detail_list.goods_name"},
}

// stockKey stands for the key of a stock row: warehouse, SKU and whether the
// goods are defective.
const stockKey = "warehouse_no/spec_no"

// usualKeys are the members a method without a table is looked up by.
var usualKeys = []string{"order_no", "refund_no", "trade_no", "rec_id"}

var tableByName = func() map[string]*table {
	byName := make(map[string]*table, len(tables))
	for i := range tables {
		byName[tables[i].name] = &tables[i]
	}
	return byName
}()

// tableOf is the table of a method, one without rules when it has none.
func tableOf(method string) *table {
	if t := tableByName[method]; t != nil {
		return t
	}
	return &table{name: method, modified: "modified", created: "created"}
}

// storeOf is the table that keeps the rows a method answers.
func storeOf(method string) *table {
	t := tableOf(method)
	if t.store != "" {
		return tableOf(t.store)
	}
	return t
}

func (t *table) shapeName() string {
	if t.shape != "" {
		return t.shape
	}
	return t.name
}

// keyOf is what tells a row from the others; "" when nothing does.
func (t *table) keyOf(r Row) string {
	switch t.key {
	case "":
		for _, name := range usualKeys {
			if key := r.text(name); key != "" {
				return key
			}
		}
		return ""
	case stockKey:
		key := r.text("warehouse_no") + "/" + r.text("spec_no")
		if d := r.text("defect"); d == "true" || d == "1" {
			key += "/defect"
		}
		return key
	}
	return r.text(t.key)
}

// member is the row member a filter means.
func (t *table) member(param string) string {
	for pair := range strings.SplitSeq(t.filter, ",") {
		if name, member, _ := strings.Cut(pair, "="); name == param {
			return member
		}
	}
	return param
}

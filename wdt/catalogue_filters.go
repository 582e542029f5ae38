package wdt

// filterMembers are the members the platform documents for the filters of the
// methods used most, parted by blanks. A member beyond them is worth a warning,
// no more: the platform has more than its pages tell.
var filterMembers = map[string]string{
	"aftersales.refund.RawRefund.search":          "refund_no logistics_no shop_no tid oid time_type platform_id detail_mask filter_detail start_time end_time",
	"aftersales.refund.Refund.search":             "shop_nos tid buyer_nick trade_no refund_no return_logistics_no return_warehouse_nos raw_refund_nos status stockin_status type order_type rr_status fuzzy_query return_mask_manual_intercept refund_mask_reject_return need_gov_subsidy_info modified_from modified_to settle_from settle_to agree_from agree_to current_phase_timeout_from current_phase_timeout_to",
	"goods.ApiGoods.search":                       "shop_no goods_id spec_id start_time end_time",
	"goods.Goods.queryWithSpec":                   "spec_no goods_no brand_name class_name barcode hide_deleted start_time end_time",
	"goods.Suite.search":                          "spec_no goods_no brand_name class_name barcode suite_no suite_name hide_deleted start_time end_time",
	"purchase.PurchaseOrder.queryWithDetail":      "purchase_no provider_no expect_warehouse_no receive_warehouse_no status stockin_status fuzzy_query start_time end_time",
	"purchase.PurchaseReturn.queryWithDetail":     "provider_no return_no status fuzzy_query start_time end_time",
	"sales.LogisticsSync.getSyncListExt":          "shop_no tid logistics_no is_part_sync is_own_platform",
	"sales.RawTrade.search":                       "tid shop_no detail_mask is_slave start_time end_time",
	"sales.TradeQuery.queryWithDetail":            "warehouse_no status trade_no shop_no logistics_no src_tid trade_from order_type time_type is_slave cal_share_post_amount need_gift_relation accurate_query cut_logistics_no start_time end_time",
	"sales.TradeQuery.querySelfOrderWithDetail":   "warehouse_no status trade_no shop_no logistics_no src_tid trade_from order_type time_type is_slave cal_share_post_amount need_gift_relation accurate_query cut_logistics_no start_time end_time",
	"setting.Employee.search":                     "employee_no start_time end_time",
	"setting.Logistics.queryLogistics":            "logistics_no logistics_name hide_delete need_quantity",
	"setting.PurchaseProvider.queryDetail":        "provider_no provider_name telno mobile description contact is_disabled deleted created_begin created_end modified_begin modified_end",
	"setting.Shop.queryShop":                      "shop_no platform_id",
	"setting.Warehouse.queryWarehouse":            "warehouse_no warehouse_name type sub_type hide_delete start_time end_time",
	"wms.StockSpec.queryAvailableStock":           "spec_no goods_no warehouse_no start_time end_time",
	"wms.StockSpec.queryChangeHistory":            "spec_no warehouse_no type defect start_date end_date",
	"wms.StockSpec.search":                        "warehouse_no mask need_alarm_info start_time end_time spec_nos",
	"wms.StockSpec.search2":                       "warehouse_no mask need_alarm_info start_time end_time spec_nos",
	"wms.stockin.Other.queryWithDetail":           "status warehouse_no stockin_no other_stockin_no reason_name wms_stock_change_no start_time end_time",
	"wms.stockin.PreStockin.search":               "warehouse_no stockin_no logistics_no sender_name buyer_nick sender_mobile spec_no goods_no goods_name barcode short_name remark status mt_from mt_to ct_from ct_to",
	"wms.stockin.Purchase.queryWithDetail":        "status warehouse_no stockin_no purchase_no start_time end_time",
	"wms.stockin.Refund.queryWithDetail":          "warehouse_no stockin_no refund_no shop_nos status time_type is_slave need_sn need_summary need_gov_subsidy_info start_time end_time",
	"wms.stockin.Transfer.queryWithDetail":        "status warehouse_no stockin_no transfer_no start_time end_time",
	"wms.stockout.OtherQuery.queryWithDetail":     "warehouse_no src_order_no stockout_no reason_name time_type status start_time end_time",
	"wms.stockout.PurchaseReturn.queryWithDetail": "warehouse_no stockout_no src_order_no status time_type start_time end_time",
	"wms.stockout.Sales.queryWithDetail":          "status warehouse_no stockout_no shop_nos src_order_no logistics_no src_tid status_type position order_type need_pick_position need_sn is_slave get_anchor need_gov_subsidy_info start_time end_time",
	"wms.stockout.Transfer.queryWithDetail":       "warehouse_no src_order_no stockout_no status position start_time end_time",
	"wms.stocktransfer.Manage.queryWithDetail":    "from_warehouse_no to_warehouse_no transfer_no status fuzzy_query start_time end_time",
}

// lifts are the members of filters that make their times unnecessary, as the
// method pages say: any one, or all of a pair "a+b".
var lifts = map[string]string{
	"aftersales.refund.RawRefund.search":        "refund_no platform_id+tid logistics_no",
	"goods.Goods.queryWithSpec":                 "spec_no goods_no",
	"purchase.PurchaseOrder.queryWithDetail":    "purchase_no",
	"purchase.PurchaseReturn.queryWithDetail":   "return_no",
	"sales.TradeQuery.querySelfOrderWithDetail": "trade_no src_tid logistics_no",
	"sales.TradeQuery.queryWithDetail":          "trade_no src_tid logistics_no",
	"wms.stockout.Sales.queryWithDetail":        "stockout_no src_order_no logistics_no",
}

package wdt

import "github.com/duijie-go/duijie"

// The enterprise edition documents pages of 1 to 100 rows for most scripts, to 30
// or 40 for some.
const (
	enterprisePageSize    = 30
	enterpriseMaxPageSize = 100
)

// script is one row of the list of the enterprise edition's scripts.
type script struct {
	name string // without .php
	what string
	list string // member the rows stand in, "" when unknown: then the only list there is
	read bool
}

// scripts are those of the enterprise edition that are known. The others are
// called all the same.
var scripts = []script{
	{"trade_query", "orders", "trades", true},
	{"stock_query", "stock", "stocks", true},
	{"goods_query", "goods with SKUs", "goods_list", true},
	{"shop", "shops", "shoplist", true},
	{"warehouse_query", "warehouses", "", true},
	{"logistics", "logistics companies", "", true},
	{"purchase_order_query", "purchase orders", "", true},
	{"purchase_provider_query", "suppliers", "", true},
	{"stockin_order_query_purchase", "purchase stock-in", "", true},
	{"stockin_order_query_refund", "return stock-in", "", true},
	{"stockout_order_query_trade", "sales stock-out", "stockout_list", true},
	{"stock_transfer_query", "transfers", "", true},
	{"refund_query", "refund/exchange orders", "refunds", true},
	{"logistics_sync_query", "shipments to sync (own shops)", "", true},
	{"api_goods_stock_change_query", "stock changes to sync (own shops)", "", true},
	{"trade_push", "push own-shop orders", "", false},
	{"goods_push", "create or update goods", "", false},
	{"purchase_order_push", "create a purchase order", "", false},
	{"stockin_order_push", "create a stock-in", "", false},
	{"stockout_order_push", "create a stock-out", "", false},
	{"logistics_sync_ack", "acknowledge shipments", "", false},
	{"api_goods_stock_change_ack", "acknowledge stock changes", "", false},
}

func (s script) method() *Method {
	m := &Method{
		Name: s.name + ".php", What: s.what, List: s.list, Enterprise: true, Effect: duijie.EffectWrite,
		PageSize: enterprisePageSize, MaxPageSize: enterpriseMaxPageSize,
	}
	if s.read {
		m.Effect = duijie.EffectRead
	}
	return m
}

// EnterpriseMethods lists the scripts of the enterprise edition that are known.
// Which of them a repeat updates nobody says: all pushes are writes.
func EnterpriseMethods() []Method {
	list := make([]Method, len(scripts))
	for i, s := range scripts {
		list[i] = *s.method()
	}
	return list
}

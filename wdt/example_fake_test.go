package wdt_test

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/duijie-go/duijie/wdt/wdttest"
)

func answerPushes(server *wdttest.Server) {
	server.Handle("sales.RawTrade.pushSelf2", false, func([]json.RawMessage, wdttest.Page) (any, error) {
		failed := []any{map[string]any{"no": "T1", "error": "金额不平"}}
		return map[string]any{"new_count": 0, "chg_count": 0, "error_list": failed}, nil
	})
}

func answerOrders(server *wdttest.Server) {
	orders := []any{map[string]any{"trade_no": "JY1"}, map[string]any{"trade_no": "JY2"}}
	server.Handle("sales.TradeQuery.queryWithDetail", true, func(_ []json.RawMessage, page wdttest.Page) (any, error) {
		return wdttest.List{Key: "order", Rows: page.Cut(orders), Total: len(orders)}, nil
	})
}

// answerStock answers stock that changed in the last hour.
func answerStock(server *wdttest.Server) {
	changed := time.Now().Add(-time.Hour).UnixMilli()
	stock := []any{
		map[string]any{"spec_no": "A1", "warehouse_no": "W1", "stock_num": "3.0000", "modified": changed},
		map[string]any{"spec_no": "A2", "warehouse_no": "W1", "stock_num": 5, "modified": fmt.Sprint(changed)},
	}
	server.Handle("wms.StockSpec.search2", true, func(_ []json.RawMessage, page wdttest.Page) (any, error) {
		return wdttest.List{Key: "detail_list", Rows: page.Cut(stock), Total: len(stock)}, nil
	})
}

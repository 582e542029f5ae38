package wdt_test

import (
	"encoding/json"

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

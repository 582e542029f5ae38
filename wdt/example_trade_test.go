package wdt_test

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/wdt"
	"github.com/duijie-go/duijie/wdt/wdttest"
)

// The approved and shipped orders of a day, read an hour at a time.
func ExampleTradeService() {
	server := wdttest.NewServer()
	defer server.Close()
	answerTrades(server)
	client, err := wdt.NewClient(settings(server))
	if err != nil {
		fmt.Println(err)
		return
	}

	query := wdt.TradeQuery{
		ShopNo: "S01", Status: []wdt.TradeStatus{wdt.TradeApproved, wdt.TradeShipped},
		From: time.Date(2026, 1, 5, 8, 0, 0, 0, duijie.China), To: time.Date(2026, 1, 5, 9, 0, 0, 0, duijie.China),
	}
	for trade, err := range client.Trades.All(context.Background(), query) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(trade.No, trade.Status, trade.Receivable)
		for _, line := range trade.Lines {
			fmt.Println(" ", line.SpecNo, line.Num, line.ShareAmount)
		}
	}
	// Output:
	// JY1 已审核 29.80
	//   SKU-1 2.0000 29.80
}

func answerTrades(server *wdttest.Server) {
	trades := []any{map[string]any{
		"trade_no": "JY1", "trade_status": "55", "receivable": "29.80", "modified": "2026-01-05 08:30:00",
		"detail_list": []any{map[string]any{"spec_no": "SKU-1", "num": "2.0000", "share_amount": "29.80"}},
	}}
	server.Handle("sales.TradeQuery.queryWithDetail", true, func(_ []json.RawMessage, page wdttest.Page) (any, error) {
		return wdttest.List{Key: "order", Rows: page.Cut(trades), Total: len(trades)}, nil
	})
}

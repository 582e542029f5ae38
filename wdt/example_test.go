package wdt_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/wdt"
	"github.com/duijie-go/duijie/wdt/wdttest"
)

// settings are what ConfigFromEnv reads where there is a real account.
func settings(server *wdttest.Server) wdt.Config {
	account := server.Account()
	return wdt.Config{
		BaseURL: server.DirectURL(), SID: account.SID, AppKey: account.AppKey,
		AppSecret: duijie.NewSecret(account.AppSecret),
	}
}

func Example() {
	server := wdttest.NewServer()
	defer server.Close()
	server.PutShop(wdttest.Shop{No: "S01", Name: "示例店铺", PlatformID: 127})

	client, err := wdt.NewClient(settings(server))
	if err != nil {
		fmt.Println(err)
		return
	}
	for shop, err := range client.Shops.All(context.Background(), wdt.ShopQuery{}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(shop.No, shop.Name, shop.PlatformID)
	}
	// Output: S01 示例店铺 127
}

// The same on Qimen, the gateway that also returns the Taobao family.
func Example_qimen() {
	server := wdttest.NewServer()
	defer server.Close()
	server.PutShop(wdttest.Shop{No: "S01", Name: "示例店铺"})

	account := server.Account()
	cfg := settings(server)
	cfg.Gateway, cfg.BaseURL = wdt.Qimen, server.QimenURL()
	cfg.QimenAppKey, cfg.QimenAppSecret = account.QimenAppKey, duijie.NewSecret(account.QimenAppSecret)

	client, err := wdt.NewClient(cfg)
	if err != nil {
		fmt.Println(err)
		return
	}
	page, err := client.Shops.List(context.Background(), wdt.ShopQuery{No: "S01"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(page.Total, page.Items[0].Name)
	// Output: 1 示例店铺
}

// A method without a typed form, and a failure that hides under status 0.
func ExampleClient_Call() {
	server := wdttest.NewServer()
	defer server.Close()
	answerPushes(server)
	client, err := wdt.NewClient(settings(server))
	if err != nil {
		fmt.Println(err)
		return
	}

	orders := []map[string]any{{"tid": "T1", "receivable": "19.9000"}}
	lines := []map[string]any{{"tid": "T1", "oid": "T1-1", "num": "1.0000"}}
	args := wdt.Args{{Value: "S01"}, {Value: orders}, {Value: lines}}
	err = client.Call(context.Background(), "sales.RawTrade.pushSelf2", args, nil)

	fmt.Println(errors.Is(err, duijie.ErrRefused))
	if partial, ok := errors.AsType[*wdt.PartialError](err); ok {
		for _, row := range partial.Rows {
			fmt.Println(row.No, row.Message)
		}
	}
	// Output:
	// true
	// T1 金额不平
}

// Orders of a closed window, from the last page to the first.
func ExampleQueryAs() {
	server := wdttest.NewServer()
	defer server.Close()
	answerOrders(server)
	client, err := wdt.NewClient(settings(server))
	if err != nil {
		fmt.Println(err)
		return
	}

	type order struct {
		No string `json:"trade_no"`
	}
	window := &wdt.Query{
		Params: map[string]any{"start_time": "2026-01-05 08:00:00", "end_time": "2026-01-05 09:00:00"},
		Key:    "trade_no",
	}
	for o, err := range wdt.QueryAs[order](context.Background(), client, "sales.TradeQuery.queryWithDetail", window) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(o.No)
	}
	// Output:
	// JY1
	// JY2
}

func ExampleNewListScan() {
	server := wdttest.NewServer()
	defer server.Close()
	server.PutShop(wdttest.Shop{No: "S01"}, wdttest.Shop{No: "S02"})
	client, err := wdt.NewClient(settings(server))
	if err != nil {
		fmt.Println(err)
		return
	}

	source := wdt.NewListScan(client.Shops, wdt.ShopQuery{})
	fmt.Println(source.Paging())
	for batch, err := range source.Read(context.Background(), "") {
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, record := range batch.Records {
			fmt.Println(record.Key)
		}
	}
	// Output:
	// setting.Shop.queryShop: by modification time, pages from last to first, and the end again until one answer holds all that changed meanwhile; where no total is told, again until two passes agree
	// S01
	// S02
}

// One page, and the number of rows on all of them.
func ExampleQueryPage() {
	server := wdttest.NewServer()
	defer server.Close()
	answerOrders(server)
	client, err := wdt.NewClient(settings(server))
	if err != nil {
		fmt.Println(err)
		return
	}

	type order struct {
		No wdt.Text `json:"trade_no"`
	}
	page, err := wdt.QueryPage[order](context.Background(), client, "sales.TradeQuery.queryWithDetail", &wdt.Query{
		Params: map[string]any{"start_time": "2026-01-05 08:00:00", "end_time": "2026-01-05 09:00:00"},
		Size:   1, Total: true,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(page.Items[0].No, page.Total, page.Next)
	// Output: JY1 2 1
}

// Stock that changed since the last run, as a source of a pipeline: a struct of
// your own, a key, a version.
func ExampleNewWindowSource() {
	server := wdttest.NewServer()
	defer server.Close()
	answerStock(server)
	client, err := wdt.NewClient(settings(server))
	if err != nil {
		fmt.Println(err)
		return
	}

	type stock struct {
		Spec      wdt.Text       `json:"spec_no"`
		Warehouse wdt.Text       `json:"warehouse_no"`
		Num       duijie.Decimal `json:"stock_num"`
		Modified  duijie.Time    `json:"modified"`
	}
	source, err := wdt.NewWindowSource(client, "wms.StockSpec.search2", nil, wdt.ScanConfig[stock]{
		Key:     func(s stock) string { return string(s.Warehouse + "/" + s.Spec) },
		Version: func(s stock) int64 { return s.Modified.Time.UnixMilli() },
	}, wdt.WindowConfig{Start: time.Now().Add(-24 * time.Hour)})
	if err != nil {
		fmt.Println(err)
		return
	}
	for batch, err := range source.Read(context.Background(), "") {
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, record := range batch.Records {
			fmt.Println(record.Key, record.Value.Num)
		}
	}
	// Output:
	// W1/A1 3.0000
	// W1/A2 5
}

// What the platform's list says of a method: how wide a window may be, what the
// direct gateway hides, and how to find a document whose answer was lost.
func ExampleLookupMethod() {
	orders, _ := wdt.LookupMethod("sales.TradeQuery.queryWithDetail")
	fmt.Println(orders.Window, orders.MaxPageSize, orders.HiddenOnDirect, orders.Lifts)
	stockIn, _ := wdt.LookupMethod("wms.stockin.Other.createOtherOrder")
	fmt.Println(stockIn.Effect, stockIn.Write.Key, stockIn.Write.Repeat, stockIn.Write.Lookup, stockIn.Write.LookupBy)
	// Output:
	// 1h0m0s 1000 true [trade_no src_tid logistics_no]
	// write outer_no refused wms.stockin.Other.queryWithDetail stockin_no
}

// The enterprise edition: its own account, scripts as methods.
func Example_enterprise() {
	server := wdttest.NewServer()
	defer server.Close()
	server.SeedEnterprise("trade_query.php", "trades", wdttest.Row{"trade_no": "JY1", "modified": "2026-01-05 08:30:00"})
	account := server.Account()
	client, err := wdt.NewClient(wdt.Config{
		Gateway: wdt.Enterprise, BaseURL: server.EnterpriseURL(), SID: account.EnterpriseSID,
		AppKey: account.EnterpriseAppKey, AppSecret: duijie.NewSecret(account.EnterpriseAppSecret),
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	type order struct {
		No wdt.Text `json:"trade_no"`
	}
	window := &wdt.Query{
		Params: map[string]any{"start_time": "2026-01-05 08:00:00", "end_time": "2026-01-05 09:00:00"},
		Key:    "trade_no",
	}
	for o, err := range wdt.QueryAs[order](context.Background(), client, "trade_query.php", window) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(o.No)
	}
	// Output: JY1
}

// Settings from the environment: WDT_SID, WDT_APP_KEY and WDT_APP_SECRET at least.
func ExampleConfigFromEnv() {
	cfg, err := wdt.ConfigFromEnv()
	if err != nil {
		fmt.Println(err) // names every variable that is missing or malformed
		return
	}
	client, err := wdt.NewClient(cfg)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(client.Gateway())
}

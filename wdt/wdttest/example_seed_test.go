package wdttest_test

import (
	"fmt"
	"time"

	"github.com/duijie-go/duijie/wdt/wdttest"
)

// A test seeds what it needs and afterwards asks what became of it. Any query
// method takes rows by the platform's member names.
func ExampleServer_Seed() {
	noon := time.Date(2026, 1, 5, 12, 0, 0, 0, time.FixedZone("", 8*60*60))
	server := wdttest.New(wdttest.WithClock(func() time.Time { return noon }))

	server.SeedGoods(wdttest.Goods{No: "CUP", Name: "保温杯", Specs: []wdttest.Spec{{No: "CUP-RED"}}})
	server.SeedStock(wdttest.Stock{WarehouseNo: "W1", SpecNo: "CUP-RED", Num: "12"})
	server.SeedTrade(wdttest.Trade{
		No: "JY1", ShopNo: "S1", PostAmount: "8", Discount: "5",
		Lines: []wdttest.TradeLine{{SpecNo: "CUP-RED", Num: "2", Price: "59.9"}},
	})
	server.Seed("wms.MoveOrder.queryWithDetail", wdttest.Row{"order_no": "M1", "remark": "any method"})

	server.Touch("sales.TradeQuery.queryWithDetail", "JY1", wdttest.Row{"trade_status": 95})
	order, _ := server.Row("sales.TradeQuery.queryWithDetail", "JY1")
	fmt.Println(order["goods_amount"], order["discount"], order["receivable"], order["trade_status"])
	fmt.Println(server.Created("wms.stockin.Other.createOtherOrder", "IN1"), "documents IN1 made")
	// Output:
	// 119.8000 5.0000 122.8000 95
	// 0 documents IN1 made
}

package wdt_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/wdt"
)

var (
	ctx       = context.Background()
	client    *wdt.Client // made by wdt.NewClient
	yesterday = time.Now().AddDate(0, 0, -1)
)

// Create a goods with two SKUs; a repeat would update it.
func ExampleGoodsService_Push() {
	id, err := client.Goods.Push(ctx, wdt.GoodsPush{
		No: "G01", Name: "保温杯", AutoCreate: new(true), BrandName: "示例",
		Specs: []wdt.SpecPush{{No: "G01-RED", Name: "红色", RetailPrice: duijie.MustDecimal("59.90")}, {No: "G01-BLUE", Name: "蓝色"}},
	})
	fmt.Println(id, err)
}

// The stock of one warehouse that changed since yesterday.
func ExampleStockService() {
	for stock, err := range client.Stock.All(ctx, wdt.StockQuery{WarehouseNo: "W01", From: yesterday}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(stock.SpecNo, stock.StockNum, stock.AvailableSendStock)
	}
}

// What moved the stock of an SKU.
func ExampleStockChangeService() {
	for change, err := range client.StockChanges.All(ctx, wdt.StockChangeQuery{SpecNo: "G01-RED", From: yesterday}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(change.DocNo, change.Source, change.Type, change.Num, change.After)
	}
}

// What was shipped since yesterday, by ship time.
func ExampleSalesStockoutService() {
	for out, err := range client.SalesStockouts.All(ctx, wdt.SalesStockoutQuery{Times: wdt.TimeShipped, From: yesterday}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(out.No, out.Status, out.LogisticsNo, len(out.Lines))
	}
}

// Refunds settled since yesterday.
func ExampleRefundService() {
	for refund, err := range client.Refunds.All(ctx, wdt.RefundQuery{Times: wdt.TimeSettled, From: yesterday}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(refund.No, refund.Type, refund.Status, refund.ActualRefundAmount)
	}
}

// A lost answer is settled by your own number.
func ExamplePurchaseOrderService_Create() {
	order := wdt.PurchaseOrderPush{
		No: "CG-2026-0001", ProviderNo: "P01", PurchaserName: "采购甲", ExpectWarehouseNo: "W01", ReceiveWarehouseNos: []string{"W01"},
		Lines: []wdt.PurchaseOrderPushLine{{SpecNo: "G01-RED", Num: duijie.DecimalFromInt(100), Price: duijie.MustDecimal("21.50")}},
	}
	no, err := client.Purchases.Create(ctx, order)
	if errors.Is(err, duijie.ErrOutcomeUnknown) {
		_, found, lookup := client.Purchases.Find(ctx, order.No)
		fmt.Println("created:", found, lookup)
		return
	}
	fmt.Println(no, err)
}

// Other stock-ins from a pipeline, each made once.
func ExampleNewOtherStockinSink() {
	type receipt struct {
		SKU    string
		Pieces int64
	}
	var sink duijiesync.Sink[receipt] = wdt.NewOtherStockinSink(client, wdt.DocumentSinkConfig[receipt, wdt.OtherStockinPush]{
		Document: func(r duijiesync.Record[receipt]) (wdt.OtherStockinPush, error) {
			lines := []wdt.OtherStockinPushLine{{SpecNo: r.Value.SKU, Num: duijie.DecimalFromInt(r.Value.Pieces)}}
			return wdt.OtherStockinPush{WarehouseNo: "W01", Reason: "其他入库", Approve: new(int64(1)), Lines: lines}, nil
		},
	})
	fmt.Printf("%T\n", sink)
}

// Move goods between two warehouses.
func ExampleTransferService_Create() {
	no, err := client.Transfers.Create(ctx, wdt.TransferPush{
		No: "DB-2026-0001", FromWarehouseNo: "W01", ToWarehouseNo: "W02", Mode: wdt.TransferBySKU, Approve: true,
		Lines: []wdt.TransferPushLine{{SpecNo: "G01-RED", Num: duijie.DecimalFromInt(10)}},
	})
	fmt.Println(no, err)
}

// Push an order of an own shop; amounts that do not agree are found before it is sent.
func ExampleRawTradeService_Push() {
	result, err := client.RawTrades.Push(ctx, wdt.RawTradePushRequest{ShopNo: "S01", Orders: []wdt.RawTradePush{{
		TID: "T1", Status: wdt.RawTradeToShip, ProcessStatus: wdt.RawProcessToSubmit, PayStatus: 2, PayMethod: 1, DeliveryTerm: 1,
		TradeTime: duijie.NewTime(yesterday), BuyerNick: "b1", ReceiverName: "某人", ReceiverMobile: "13800000000",
		ReceiverArea: "北京 北京市 朝阳区", ReceiverAddress: "示例路1号", Receivable: duijie.MustDecimal("19.90"),
		Lines: []wdt.RawTradePushLine{{
			OID: "T1-1", Status: wdt.RawTradeToShip, GoodsID: "G01", SpecID: "G01-RED", GoodsNo: "G01", SpecNo: "G01-RED", GoodsName: "保温杯",
			Num: duijie.DecimalFromInt(1), Price: duijie.MustDecimal("19.90"), TotalAmount: duijie.MustDecimal("19.90"),
		}},
	}}})
	fmt.Println(result, err)
}

// Tell an own shop what was shipped.
func ExampleShipmentService_Each() {
	n, err := client.Shipments.Each(ctx, wdt.ShipmentQuery{ShopNo: "S01"}, func(_ context.Context, s wdt.Shipment) error {
		fmt.Println("ship", s.TID, s.LogisticsName, s.LogisticsNo) // on the shop
		return nil
	})
	fmt.Println(n, err)
}

// Show the stock the ERP computes in an own shop.
func ExampleStockSyncService_Each() {
	report, err := client.StockSync.Each(ctx, func(_ context.Context, s wdt.SyncStock) error {
		fmt.Println("show", s.GoodsID, s.SpecID, s.Stock) // on the shop
		return nil
	})
	fmt.Println(report, err)
}

// All suppliers.
func ExampleProviderService() {
	for p, err := range client.Providers.All(ctx, wdt.ProviderQuery{}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(p.No, p.Name)
	}
}

package wdt

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/pipelinetest"
	"github.com/duijie-go/duijie/wdt/wdttest"
)

// listTest is a typed list and how the fake gets rows of it.
type listTest struct {
	name string
	run  func(t *testing.T)
}

// lacksOf adds why the rows of a list have no version.
func lacksOf(method string, lacks map[pipelinetest.Feature]string) map[pipelinetest.Feature]string {
	all := maps.Clone(lacks)
	switch method {
	case employeesMethod, shipmentsMethod, availableMethod:
		if all == nil {
			all = map[pipelinetest.Feature]string{}
		}
		all[pipelinetest.Versions] = "the rows carry no time of their last change"
	}
	return all
}

// windowList tests a list with windows. key and at are the members that tell its
// rows apart and when they changed.
func windowList[T Row, Q ListQuery](method string, g Gateway, service func(*Client) *WindowService[T, Q], q Q, key, at string, more wdttest.Row) listTest {
	name := fmt.Sprintf("%s %s", g, method)
	return listTest{name, func(t *testing.T) {
		pipelinetest.TestSource(t, pipelinetest.SourceSuite[T]{
			Records: 23, Lacks: lacksOf(method, nil),
			Open: func(t *testing.T) pipelinetest.SourceCase[T] {
				clock := &stop{at: start.Add(3 * time.Hour)}
				server := wdttest.NewServer(wdttest.WithClock(clock.now), wdttest.WithMixedTypes(), wdttest.WithStrictFilters())
				client, err := NewClient(fakeConfig(server, g), append(slices.Clone(fast), duijie.WithClock(clock.now))...)
				require.NoError(t, err)
				t.Cleanup(func() {
					client.CloseIdleConnections()
					server.Close()
				})
				for i := range 23 {
					row := wdttest.Row{key: fmt.Sprintf("N%03d", i)}
					for name, v := range more {
						row[name] = v
					}
					row[at] = start.Add(time.Duration(i) * time.Minute)
					clock.set(start.Add(time.Duration(i) * time.Minute)) // of rows that do not show their time
					server.Seed(method, row)
				}
				clock.set(start.Add(3 * time.Hour))
				open := func() duijiesync.Source[T] {
					src, err := NewListSource(service(client), q, WindowConfig{Start: start})
					require.NoError(t, err)
					return src
				}
				return pipelinetest.SourceCase[T]{
					Source: open(), Again: open, Requests: func() int { return server.Count("") }, Down: setDown(server),
					Move: func(round int) { server.Remove(method, fmt.Sprintf("N%03d", 20-3*round)) },
				}
			},
		})
	}}
}

// wholeList tests a list without windows, which is read again until it is complete.
func wholeList[T Row, Q ListQuery](method string, g Gateway, service func(*Client) *ListService[T, Q], q Q, key string, more wdttest.Row) listTest {
	name := fmt.Sprintf("%s %s", g, method)
	keyOf := func(i int) string {
		if key == "sync_id" {
			return fmt.Sprint(1000 + i)
		}
		return fmt.Sprintf("N%03d", i)
	}
	return listTest{name, func(t *testing.T) {
		pipelinetest.TestSource(t, pipelinetest.SourceSuite[T]{
			Records: 23, Lacks: lacksOf(method, noResume),
			Open: func(t *testing.T) pipelinetest.SourceCase[T] {
				server, client := newFake(t, g, wdttest.WithMixedTypes(), wdttest.WithStrictFilters())
				put := func(key string, value any, at time.Time) {
					row := wdttest.Row{"modified": at}
					maps.Copy(row, more)
					row[key] = value
					server.Seed(method, row)
				}
				for i := range 23 {
					put(key, keyOf(i), start.Add(time.Duration(i)*time.Minute))
				}
				open := func() duijiesync.Source[T] { return NewListScan(service(client), q) }
				return pipelinetest.SourceCase[T]{
					Source: open(), Again: open, Requests: func() int { return server.Count("") }, Down: setDown(server),
					// One goes, one comes.
					Move: func(round int) {
						server.Remove(method, keyOf(22-round))
						put(key, keyOf(100+round), start.Add(time.Duration(100+round)*time.Minute))
					},
				}
			},
		})
	}}
}

func listTests() []listTest {
	return []listTest{
		windowList(tradesMethod, Qimen, func(c *Client) *TradeService { return c.Trades }, TradeQuery{PageSize: 5}, "trade_no", "modified", nil),
		windowList(tradesMethod, Direct, func(c *Client) *TradeService { return c.Trades }, TradeQuery{PageSize: 5}, "trade_no", "modified", wdttest.Row{"platform_id": 127}),
		windowList(goodsMethod, Direct, func(c *Client) *WindowService[Goods, GoodsQuery] { return &c.Goods.WindowService }, GoodsQuery{PageSize: 5}, "goods_no", "modified", nil),
		windowList(suitesMethod, Direct, func(c *Client) *SuiteService { return c.Suites }, SuiteQuery{PageSize: 5}, "suite_no", "suite_modified", nil),
		windowList(stockMethod, Direct, func(c *Client) *StockService { return c.Stock }, StockQuery{PageSize: 5}, "spec_no", "modified", wdttest.Row{"warehouse_no": "W01"}),
		windowList(stockOldMethod, Qimen, func(c *Client) *StockOldService { return c.StockOld }, StockOldQuery{PageSize: 5}, "spec_no", "modified", wdttest.Row{"warehouse_no": "W01"}),
		windowList(rawTradesMethod, Direct, func(c *Client) *WindowService[RawTrade, RawTradeQuery] { return &c.RawTrades.WindowService }, RawTradeQuery{PageSize: 5}, "tid", "modified", wdttest.Row{"platform_id": 127}),
		windowList(salesStockoutsMethod, Direct, func(c *Client) *SalesStockoutService { return c.SalesStockouts }, SalesStockoutQuery{PageSize: 5}, "order_no", "modified", wdttest.Row{"platform_id": 127, "status": 110}),
		windowList(refundsMethod, Direct, func(c *Client) *RefundService { return c.Refunds }, RefundQuery{PageSize: 5}, "refund_no", "modified", wdttest.Row{"platform_id": 127}),
		windowList(rawRefundsMethod, Qimen, func(c *Client) *RawRefundService { return c.RawRefunds }, RawRefundQuery{PageSize: 5}, "refund_no", "modified", nil),
		windowList(refundStockinsMethod, Qimen, func(c *Client) *WindowService[RefundStockin, RefundStockinQuery] {
			return &c.RefundStockins.WindowService
		}, RefundStockinQuery{PageSize: 5}, "order_no", "modified", nil),
		windowList(purchasesMethod, Direct, func(c *Client) *WindowService[PurchaseOrder, PurchaseOrderQuery] { return &c.Purchases.WindowService }, PurchaseOrderQuery{PageSize: 5}, "purchase_no", "modified", nil),
		windowList(purchaseStockinsMethod, Direct, func(c *Client) *PurchaseStockinService { return c.PurchaseStockins }, PurchaseStockinQuery{PageSize: 5}, "order_no", "modified", nil),
		windowList(purchaseReturnsMethod, Direct, func(c *Client) *PurchaseReturnService { return c.PurchaseReturns }, PurchaseReturnQuery{PageSize: 5}, "return_no", "modified", nil),
		windowList(purchaseReturnStockoutsMethod, Direct, func(c *Client) *PurchaseReturnStockoutService { return c.PurchaseReturnStockouts }, PurchaseReturnStockoutQuery{PageSize: 5}, "order_no", "modified", nil),
		windowList(otherStockoutsMethod, Direct, func(c *Client) *WindowService[OtherStockout, OtherStockoutQuery] {
			return &c.OtherStockouts.WindowService
		}, OtherStockoutQuery{PageSize: 5}, "order_no", "modified", nil),
		windowList(transfersMethod, Direct, func(c *Client) *WindowService[Transfer, TransferQuery] { return &c.Transfers.WindowService }, TransferQuery{PageSize: 5}, "transfer_no", "modified", nil),
		windowList(transferStockinsMethod, Direct, func(c *Client) *TransferStockinService { return c.TransferStockins }, TransferStockinQuery{PageSize: 5}, "order_no", "modified", nil),
		windowList(transferStockoutsMethod, Direct, func(c *Client) *TransferStockoutService { return c.TransferStockouts }, TransferStockoutQuery{PageSize: 5}, "order_no", "consign_time", nil),
		windowList(preStockinsMethod, Qimen, func(c *Client) *PreStockinService { return c.PreStockins }, PreStockinQuery{PageSize: 5}, "stockin_no", "modified", nil),
		windowList(providersMethod, Direct, func(c *Client) *ProviderService { return c.Providers }, ProviderQuery{PageSize: 5}, "provider_no", "modified", nil),
		windowList(selfTradesMethod, Direct, func(c *Client) *SelfTradeService { return c.SelfTrades }, SelfTradeQuery{PageSize: 5}, "trade_no", "modified", wdttest.Row{"platform_id": 127}),
		windowList(availableMethod, Direct, func(c *Client) *AvailableStockService { return c.AvailableStock }, AvailableStockQuery{PageSize: 5}, "spec_no", "modified", wdttest.Row{"warehouse_no": "W01"}),
		windowList(stockChangesMethod, Direct, func(c *Client) *StockChangeService { return c.StockChanges }, StockChangeQuery{PageSize: 5}, "stockio_no", "created", wdttest.Row{"warehouse_no": "W01", "spec_no": "A"}),
		windowList(otherStockinsMethod, Direct, func(c *Client) *WindowService[OtherStockin, OtherStockinQuery] {
			return &c.OtherStockins.WindowService
		}, OtherStockinQuery{PageSize: 5}, "order_no", "modified", nil),
		windowList(employeesMethod, Direct, func(c *Client) *EmployeeService { return c.Employees }, EmployeeQuery{PageSize: 5}, "employee_no", "modified", nil),
		wholeList(logisticsMethod, Direct, func(c *Client) *LogisticsService { return c.Logistics }, LogisticsQuery{PageSize: 5}, "logistics_no", nil),
		wholeList(logisticsMethod, Qimen, func(c *Client) *LogisticsService { return c.Logistics }, LogisticsQuery{PageSize: 5}, "logistics_no", nil),
		wholeList(shipmentsMethod, Direct, func(c *Client) *ListService[Shipment, ShipmentQuery] { return &c.Shipments.ListService }, ShipmentQuery{PageSize: 5}, "sync_id", wdttest.Row{"platform_id": 127}),
		windowList(apiGoodsMethod, Qimen, func(c *Client) *APIGoodsService { return c.APIGoods }, APIGoodsQuery{PageSize: 5}, "spec_id", "modified", wdttest.Row{"shop_no": "S01"}),
	}
}

// Every list with windows keeps the contract of a source, over rows whose JSON
// types change and filters that may hold documented members only.
func TestTypedSourcesConform(t *testing.T) {
	t.Parallel()
	for _, tt := range listTests() {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.run(t)
		})
	}
}

package wdt

// newServices ties the typed lists to their client. See lists.go for how to add one.
func (c *Client) newServices() {
	c.Shops = &ShopService{client: c}
	c.Warehouses = &WarehouseService{client: c}
	c.Trades = &TradeService{client: c}
	c.SelfTrades = &SelfTradeService{client: c}
	c.Goods = &GoodsService{WindowService[Goods, GoodsQuery]{client: c}}
	c.Suites = &SuiteService{client: c}
	c.APIGoods = &APIGoodsService{client: c}
	c.Stock = &StockService{client: c}
	c.StockOld = &StockOldService{client: c}
	c.AvailableStock = &AvailableStockService{client: c}
	c.StockChanges = &StockChangeService{client: c}
	c.RawTrades = &RawTradeService{WindowService[RawTrade, RawTradeQuery]{client: c}}
	c.SalesStockouts = &SalesStockoutService{client: c}
	c.Refunds = &RefundService{client: c}
	c.RawRefunds = &RawRefundService{client: c}
	c.RefundStockins = &RefundStockinService{WindowService[RefundStockin, RefundStockinQuery]{client: c}}
	c.Purchases = &PurchaseOrderService{WindowService[PurchaseOrder, PurchaseOrderQuery]{client: c}}
	c.PurchaseStockins = &PurchaseStockinService{client: c}
	c.PurchaseReturns = &PurchaseReturnService{client: c}
	c.PurchaseReturnStockouts = &PurchaseReturnStockoutService{client: c}
	c.OtherStockins = &OtherStockinService{WindowService[OtherStockin, OtherStockinQuery]{client: c}}
	c.OtherStockouts = &OtherStockoutService{WindowService[OtherStockout, OtherStockoutQuery]{client: c}}
	c.Transfers = &TransferService{WindowService[Transfer, TransferQuery]{client: c}}
	c.TransferStockins = &TransferStockinService{client: c}
	c.TransferStockouts = &TransferStockoutService{client: c}
	c.PreStockins = &PreStockinService{client: c}
	c.Logistics = &LogisticsService{client: c}
	c.Providers = &ProviderService{client: c}
	c.Employees = &EmployeeService{client: c}
	c.Shipments = &ShipmentService{ListService[Shipment, ShipmentQuery]{client: c}}
	c.StockSync = &StockSyncService{client: c}
}

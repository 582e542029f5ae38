package wdt

// newServices ties the typed lists to their client. See lists.go for how to add one.
func (c *Client) newServices() {
	c.Shops = &ShopService{client: c}
	c.Warehouses = &WarehouseService{client: c}
	c.Trades = &TradeService{client: c}
	c.SelfTrades = &SelfTradeService{client: c}
}

package fxiaoke

// Services are the typed objects, members of every [Client]. Any other is reached with
// [NewObjects], [QueryAs] and [Client.Create].
type Services struct {
	Accounts                     *Objects[Account]                     // 客户 AccountObj
	Contacts                     *Objects[Contact]                     // 联系人 ContactObj
	Leads                        *Objects[Lead]                        // 销售线索 LeadsObj
	Opportunities                *Objects[Opportunity]                 // 商机 OpportunityObj
	SalesOrders                  *Objects[SalesOrder]                  // 销售订单 SalesOrderObj
	SalesOrderProducts           *Objects[SalesOrderProduct]           // 订单产品 SalesOrderProductObj
	ReturnedGoodsInvoices        *Objects[ReturnedGoodsInvoice]        // 退货单 ReturnedGoodsInvoiceObj
	ReturnedGoodsInvoiceProducts *Objects[ReturnedGoodsInvoiceProduct] // 退货单产品 ReturnedGoodsInvoiceProductObj
	Payments                     *Objects[Payment]                     // 回款 PaymentObj
	OrderPayments                *Objects[OrderPayment]                // 回款明细 OrderPaymentObj
	Products                     *Objects[Product]                     // 产品 ProductObj
	PriceBookProducts            *Objects[PriceBookProduct]            // 价目表明细 PriceBookProductObj
	Warehouses                   *Objects[Warehouse]                   // 仓库 WarehouseObj
	Stocks                       *Objects[Stock]                       // 库存 StockObj
	GoodsReceivedNotes           *Objects[GoodsReceivedNote]           // 入库单 GoodsReceivedNoteObj
	GoodsReceivedNoteProducts    *Objects[GoodsReceivedNoteProduct]    // 入库单产品 GoodsReceivedNoteProductObj
	Suppliers                    *Objects[Supplier]                    // 供应商 SupplierObj
	PurchaseOrders               *Objects[PurchaseOrder]               // 采购订单 PurchaseOrderObj
	PurchaseOrderProducts        *Objects[PurchaseOrderProduct]        // 采购订单产品 PurchaseOrderProductObj
	Personnel                    *Objects[Personnel]                   // 人员 PersonnelObj
	Departments                  *Objects[CRMDepartment]               // 部门 DepartmentObj
}

func newServices(c *Client) Services {
	return Services{
		Accounts:                     NewObjects[Account](c, "AccountObj"),
		Contacts:                     NewObjects[Contact](c, "ContactObj"),
		Leads:                        NewObjects[Lead](c, "LeadsObj"),
		Opportunities:                NewObjects[Opportunity](c, "OpportunityObj"),
		SalesOrders:                  NewObjects[SalesOrder](c, "SalesOrderObj"),
		SalesOrderProducts:           NewObjects[SalesOrderProduct](c, "SalesOrderProductObj"),
		ReturnedGoodsInvoices:        NewObjects[ReturnedGoodsInvoice](c, "ReturnedGoodsInvoiceObj"),
		ReturnedGoodsInvoiceProducts: NewObjects[ReturnedGoodsInvoiceProduct](c, "ReturnedGoodsInvoiceProductObj"),
		Payments:                     NewObjects[Payment](c, "PaymentObj"),
		OrderPayments:                NewObjects[OrderPayment](c, "OrderPaymentObj"),
		Products:                     NewObjects[Product](c, "ProductObj"),
		PriceBookProducts:            NewObjects[PriceBookProduct](c, "PriceBookProductObj"),
		Warehouses:                   NewObjects[Warehouse](c, "WarehouseObj"),
		Stocks:                       NewObjects[Stock](c, "StockObj"),
		GoodsReceivedNotes:           NewObjects[GoodsReceivedNote](c, "GoodsReceivedNoteObj"),
		GoodsReceivedNoteProducts:    NewObjects[GoodsReceivedNoteProduct](c, "GoodsReceivedNoteProductObj"),
		Suppliers:                    NewObjects[Supplier](c, "SupplierObj"),
		PurchaseOrders:               NewObjects[PurchaseOrder](c, "PurchaseOrderObj"),
		PurchaseOrderProducts:        NewObjects[PurchaseOrderProduct](c, "PurchaseOrderProductObj"),
		Personnel:                    NewObjects[Personnel](c, "PersonnelObj"),
		Departments:                  NewObjects[CRMDepartment](c, "DepartmentObj"),
	}
}

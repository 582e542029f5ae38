package okki

// Services are the typed areas of the platform, members of every [Client]. What
// has no service here is called with [Client.Call], [QueryAs] and [NewRecords].
type Services struct {
	Products             *ProductService                                                             // products (产品)
	ProductGroups        *ProductGroupService                                                        // groups of products (产品分组)
	SKUAttributes        *SKUAttributeService                                                        // attributes variants differ by (产品规格)
	Inventory            *InventoryService                                                           // stock of variants (库存)
	Warehouses           *Lister[Warehouse]                                                          // warehouses (仓库)
	Companies            *CompanyService                                                             // customers with their contacts (客户)
	Leads                *Records[LeadRow, Lead, LeadPush]                                           // leads (线索)
	Opportunities        *Records[Opportunity, Opportunity, OpportunityPush]                         // opportunities (商机)
	Trails               *TrailService                                                               // follow-ups (跟进动态)
	Orders               *OrderService                                                               // sales orders (销售订单)
	Quotations           *Records[Quotation, Quotation, QuotationPush]                               // quotations (报价单)
	PurchaseOrders       *Records[PurchaseOrder, PurchaseOrder, PurchaseOrderPush]                   // purchase orders (采购订单)
	Suppliers            *SupplierService                                                            // suppliers (供应商)
	Outbounds            *Records[Outbound, Outbound, OutboundPush]                                  // sales outbound (销售出库单)
	Inbounds             *Records[Inbound, Inbound, InboundPush]                                     // purchase inbound (采购入库单)
	PurchaseReturns      *Records[PurchaseReturn, PurchaseReturn, PurchaseReturnPush]                // purchase returns (采购退货单)
	Receipts             *ReceiptService                                                             // receipts of money (回款单)
	ReceiptRegistrations *Records[ReceiptRegistration, ReceiptRegistration, ReceiptRegistrationPush] // receipts to be allocated (回款登记)
	Payments             *Reader[Payment, Payment]                                                   // payments (付款单)
	Costs                *Reader[Cost, Cost]                                                         // costs (费用单)
	CapitalAccounts      *Lister[CapitalAccount]                                                     // accounts money is kept on (资金账户)
	Users                *UserService                                                                // users (用户)
	Departments          *DepartmentService                                                          // departments (部门)
	Webhooks             *WebhookService                                                             // callback address and subscriptions (消息推送)
}

func newServices(c *Client) Services {
	return Services{
		Products:             &ProductService{NewRecords[ProductRow, Product, ProductPush](c, productKind)},
		ProductGroups:        &ProductGroupService{c},
		SKUAttributes:        &SKUAttributeService{c},
		Inventory:            &InventoryService{c},
		Warehouses:           newLister[Warehouse](c, warehouseKind),
		Companies:            &CompanyService{NewRecords[CompanyRow, Company, CompanyPush](c, companyKind)},
		Leads:                NewRecords[LeadRow, Lead, LeadPush](c, leadKind),
		Opportunities:        NewRecords[Opportunity, Opportunity, OpportunityPush](c, opportunityKind),
		Trails:               &TrailService{newLister[Trail](c, trailKind)},
		Orders:               &OrderService{NewRecords[OrderRow, Order, OrderPush](c, orderKind)},
		Quotations:           NewRecords[Quotation, Quotation, QuotationPush](c, quotationKind),
		PurchaseOrders:       NewRecords[PurchaseOrder, PurchaseOrder, PurchaseOrderPush](c, purchaseOrderKind),
		Suppliers:            &SupplierService{NewRecords[Supplier, Supplier, SupplierPush](c, supplierKind)},
		Outbounds:            NewRecords[Outbound, Outbound, OutboundPush](c, outboundKind),
		Inbounds:             NewRecords[Inbound, Inbound, InboundPush](c, inboundKind),
		PurchaseReturns:      NewRecords[PurchaseReturn, PurchaseReturn, PurchaseReturnPush](c, purchaseReturnKind),
		Receipts:             &ReceiptService{NewRecords[Receipt, Receipt, ReceiptPush](c, receiptKind)},
		ReceiptRegistrations: NewRecords[ReceiptRegistration, ReceiptRegistration, ReceiptRegistrationPush](c, receiptRegistrationKind),
		Payments:             newReader[Payment, Payment](c, paymentKind),
		Costs:                newReader[Cost, Cost](c, costKind),
		CapitalAccounts:      newLister[CapitalAccount](c, capitalAccountKind),
		Users:                &UserService{c},
		Departments:          &DepartmentService{c},
		Webhooks:             &WebhookService{c},
	}
}

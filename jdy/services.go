package jdy

// Services are the typed areas of the platform, members of every [Client]. What
// has no service here is called with [Client.Call], [QueryAs] and [NewRecords].
type Services struct {
	Materials          *MaterialService          // materials (商品)
	MaterialGroups     *MaterialGroupService     // groups of materials (商品分类)
	MeasureUnits       *MeasureUnitService       // units of measure (计量单位)
	Customers          *CustomerService          // customers (客户)
	CustomerGroups     *CustomerGroupService     // groups of customers (客户分类)
	Suppliers          *SupplierService          // suppliers (供应商)
	SupplierGroups     *SupplierGroupService     // groups of suppliers (供应商分类)
	Stores             *StoreService             // warehouses (仓库)
	StoreGroups        *StoreGroupService        // groups of warehouses (仓库分类)
	Employees          *EmployeeService          // employees (职员)
	Departments        *DepartmentService        // departments (部门)
	SettlementAccounts *SettlementAccountService // accounts money is kept on (账户)
	SettlementTypes    *SettlementTypeService    // ways to pay (结算方式)
	LedgerAccounts     *LedgerAccountService     // accounts of the ledger (科目)
	SalesOrders        *SalesOrderService        // sales orders (销售订单)
	SalesOuts          *SalesOutService          // sales stock-outs (销售出库单)
	SalesReturns       *SalesReturnService       // sales returns (销售退货单)
	PurchaseOrders     *PurchaseOrderService     // purchase orders (采购订单)
	PurchaseIns        *PurchaseInService        // purchase stock-ins (采购入库单)
	PurchaseReturns    *PurchaseReturnService    // purchase returns (采购退货单)
	OtherStockIns      *OtherStockInService      // other stock-ins (其他入库单)
	OtherStockOuts     *OtherStockOutService     // other stock-outs (其他出库单)
	StockMoves         *StockMoveService         // moves between warehouses (移仓单)
	TransferIns        *TransferInService        // transfers in (调拨入库单)
	TransferOuts       *TransferOutService       // transfers out (调拨出库单)
	Receipts           *ReceiptService           // receipts of money (收款单)
	Payments           *PaymentService           // payments of money (付款单)
	Vouchers           *VoucherService           // vouchers (凭证)
	Inventory          *InventoryService         // stock balances (商品库存)
}

func newServices(c *Client) Services {
	return Services{
		Materials:          NewRecords[MaterialRow, Material, MaterialSave](c, materialRecords),
		MaterialGroups:     NewRecords[MaterialGroupRow, MaterialGroup, MaterialGroupSave](c, materialGroupRecords),
		MeasureUnits:       NewRecords[MeasureUnitRow, MeasureUnit, MeasureUnitSave](c, measureUnitRecords),
		Customers:          NewRecords[CustomerRow, Customer, CustomerSave](c, customerRecords),
		CustomerGroups:     NewRecords[CustomerGroupRow, CustomerGroupRow, CustomerGroupSave](c, customerGroupRecords),
		Suppliers:          NewRecords[SupplierRow, Supplier, SupplierSave](c, supplierRecords),
		SupplierGroups:     NewRecords[SupplierGroupRow, SupplierGroupRow, SupplierGroupSave](c, supplierGroupRecords),
		Stores:             NewRecords[StoreRow, Store, StoreSave](c, storeRecords),
		StoreGroups:        NewRecords[StoreGroupRow, StoreGroup, StoreGroupSave](c, storeGroupRecords),
		Employees:          NewRecords[EmployeeRow, Employee, EmployeeSave](c, employeeRecords),
		Departments:        NewRecords[DepartmentRow, Department, DepartmentSave](c, departmentRecords),
		SettlementAccounts: NewRecords[SettlementAccountRow, SettlementAccountRow, SettlementAccountSave](c, settlementAccountRecords),
		SettlementTypes:    NewRecords[SettlementTypeRow, SettlementTypeRow, SettlementTypeSave](c, settlementTypeRecords),
		LedgerAccounts:     NewRecords[LedgerAccountRow, LedgerAccount, LedgerAccountSave](c, ledgerAccountRecords),
		SalesOrders:        NewRecords[SalesOrderRow, SalesOrder, SalesOrderSave](c, salesOrderRecords),
		SalesOuts:          NewRecords[SalesOutRow, SalesOut, SalesOutSave](c, salesOutRecords),
		SalesReturns:       NewRecords[SalesReturnRow, SalesReturn, SalesReturnSave](c, salesReturnRecords),
		PurchaseOrders:     NewRecords[PurchaseOrderRow, PurchaseOrder, PurchaseOrderSave](c, purchaseOrderRecords),
		PurchaseIns:        NewRecords[PurchaseInRow, PurchaseIn, PurchaseInSave](c, purchaseInRecords),
		PurchaseReturns:    NewRecords[PurchaseReturnRow, PurchaseReturn, PurchaseReturnSave](c, purchaseReturnRecords),
		OtherStockIns:      NewRecords[OtherStockInRow, OtherStockIn, OtherStockInSave](c, otherInRecords),
		OtherStockOuts:     NewRecords[OtherStockOutRow, OtherStockOut, OtherStockOutSave](c, otherOutRecords),
		StockMoves:         NewRecords[StockMoveRow, StockMove, StockMoveSave](c, stockMoveRecords),
		TransferIns:        NewRecords[TransferInRow, TransferIn, TransferInSave](c, transferInRecords),
		TransferOuts:       NewRecords[TransferOutRow, TransferOut, TransferOutSave](c, transferOutRecords),
		Receipts:           NewRecords[ReceiptRow, Receipt, ReceiptSave](c, receiptRecords),
		Payments:           NewRecords[PaymentRow, Payment, PaymentSave](c, paymentRecords),
		Vouchers:           &VoucherService{NewRecords[VoucherRow, Voucher, VoucherSave](c, voucherRecords)},
		Inventory:          &InventoryService{client: c},
	}
}

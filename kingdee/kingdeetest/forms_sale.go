package kingdeetest

// saleForms are the bills of sales (销售).
func saleForms() []Form {
	return []Form{saleOrder(), deliveryNotice(), outStock(), returnStock()}
}

func saleOrder() Form {
	const entry = "FSaleOrderEntry"
	f := bill("SAL_SaleOrder", "销售订单", entry,
		keys(`FBillTypeID{}* FDate@* FSaleOrgId{}* FCustId{}* FSalerId{}*:销售员 FSaleDeptId{} FReceiveId{BD_Customer}
			FSettleId{BD_Customer} FChargeId{BD_Customer} FNote`),
		in("FSaleOrderFinance", "FSettleCurrId{}* FRecConditionId{BD_RecCondition} FIsIncludedTax? FIsPriceExcludeTax? FExchangeTypeId{} FExchangeRate#"),
		in(entry+"[]", `FMaterialId{}* FUnitID{}*:销售单位 FQty# FPriceUnitId{} FPrice# FTaxPrice# FIsFree? FEntryTaxRate#
			FDeliveryDate@*:要货日期 FStockOrgId{} FSettleOrgIds{}* FSupplyOrgId{} FReserveType FStockUnitID{} FOUTLMTUNIT
			FEntryNote FAmount# FTaxAmount# FAllAmount# FAuxPropId{flex} FSaleOrderEntry_Link[]`),
		keys("FSaleOrderPlan[]"))
	f.Org, f.BillType = "FSaleOrgId", "XSDD01_SYS"
	f.Operations = append(f.Operations, orderSwitches("YL", entry, "UnBillClose")...)
	return f
}

func deliveryNotice() Form {
	f := bill("SAL_DELIVERYNOTICE", "发货通知单", "FEntity",
		keys("FBillTypeID{}* FDate@* FSaleOrgId{}* FCustomerID{}* FDeliveryOrgID{} FCloseStatus=A"),
		in("FEntity[]", "FMaterialID{} FUnitID{} FQty# FShipmentStockID{BD_STOCK} FEntity_Link[]"))
	f.Org, f.BillType = "FSaleOrgId", "FHTZD01_SYS"
	return f
}

func outStock() Form {
	f := bill("SAL_OUTSTOCK", "销售出库单", "FEntity",
		keys("FBillTypeID{}* FDate@* FSaleOrgId{}* FCustomerID{}* FStockOrgId{}* FNote"),
		in("SubHeadEntity", "FSettleCurrID{}* FSettleOrgID{}* FExchangeRate#"),
		in("FEntity[]", `FMaterialID{}* FUnitID{}* FRealQty#*:实发数量 FStockID{}* FStockStatusID{BD_StockStatus}
			FLot{BD_BatchMainFile} FPrice# FTaxPrice# FIsFree? FEntryTaxRate# FAmount# FTaxAmount# FAllAmount#
			FAuxPropId{flex} FEntity_Link[]`))
	f.Org, f.BillType = "FSaleOrgId", "XSCKD01_SYS"
	f.Stock = []StockMove{{Qty: "FRealQty", Stock: "FStockID", Org: "FStockOrgId", Out: true}}
	return f
}

func returnStock() Form {
	f := bill("SAL_RETURNSTOCK", "销售退货单", "FEntity",
		keys(`FBillTypeID{}* FDate@* FSaleOrgId{}* FRetcustId{BD_Customer}*:退货客户 FStockOrgId{}* FSalesManId{} FSaledeptid{}
			FReturnReason{} FCustomerID{}`),
		in("SubHeadEntity", "FSettleCurrID{} FSettleOrgID{} FExchangeRate#"),
		in("FEntity[]", `FMaterialId{}* FUnitID{}* FRealQty#*:实退数量 FStockId{}* FStockStatusID{BD_StockStatus}
			FLot{BD_BatchMainFile} FReturnType{} FDeliveryDate@ FPrice# FTaxPrice# FEntryTaxRate# FAmount# FTaxAmount#
			FAllAmount# FEntity_Link[]`))
	f.Org, f.BillType = "FSaleOrgId", "XSTHD01_SYS"
	f.Stock = []StockMove{{Qty: "FRealQty", Stock: "FStockId", Org: "FStockOrgId"}}
	return f
}

package kingdeetest

// purchaseForms are the bills of purchasing (采购).
func purchaseForms() []Form {
	return []Form{purchaseOrder(), inStock(), purchaseReturn()}
}

func purchaseOrder() Form {
	const entry = "FPOOrderEntry"
	f := bill("PUR_PurchaseOrder", "采购订单", entry,
		keys("FBillTypeID{}* FDate@* FPurchaseOrgId{}* FSupplierId{}* FPurchaserId{} FPurchaseDeptId{}"),
		in("FPOOrderFinance", "FSettleCurrId{}* FExchangeTypeId{} FExchangeRate# FIsIncludedTax?"),
		in(entry+"[]", `FMaterialId{}* FUnitId{}*:采购单位 FQty#*:采购数量 FPriceUnitId{}*:计价单位 FPrice# FTaxPrice#
			FEntryTaxRate# FDeliveryDate@ FGiveAway? FReceiveQty# FStockInQty# FAmount# FTaxAmount# FAllAmount#
			FAuxPropId{flex} FPOOrderEntry_Link[]`))
	f.Org, f.BillType = "FPurchaseOrgId", "CGDD01_SYS"
	f.Operations = joinOperations(switches("Cancel", "Uncancel", "FCancelStatus", "ZAD"),
		orderSwitches("", entry, "BillUnClose"))
	return f
}

func inStock() Form {
	f := bill("STK_InStock", "采购入库单", "FInStockEntry",
		keys("FBillTypeID{}* FDate@* FStockOrgId{}* FPurchaseOrgId{}* FSupplierId{}* FNote"),
		in("FInStockFin", "FSettleOrgId{}* FSettleCurrId{}* FExchangeRate#"),
		in("FInStockEntry[]", `FMaterialId{}* FUnitID{}* FRealQty#* FPriceUnitID{} FPrice# FTaxPrice# FLot{BD_BatchMainFile}
			FStockId{}* FStockStatusId{BD_StockStatus} FGiveAway? FNote FEntryTaxRate# FAmount# FTaxAmount# FAllAmount#
			FAuxPropId{flex} FInStockEntry_Link[]`))
	f.Org, f.BillType = "FPurchaseOrgId", "RKD01_SYS"
	f.Stock = []StockMove{{Qty: "FRealQty", Stock: "FStockId", Org: "FStockOrgId"}}
	return f
}

func purchaseReturn() Form {
	f := bill("PUR_MRB", "采购退料单", "FPURMRBENTRY",
		keys("FBillTypeID{} FDate@* FSupplierID{}* FStockOrgId{}* FPurchaseOrgId{}"),
		in("FPURMRBENTRY[]", `FMATERIALID{}* FRMREALQTY#*:实退数量 FSTOCKID{} FUnitID{} FLot{BD_BatchMainFile}
			FStockStatusId{BD_StockStatus} FPRICE# FTAXPRICE# FPURMRBENTRY_Link[]`))
	f.Org, f.BillType = "FStockOrgId", "TLD01_SYS"
	f.Stock = []StockMove{{Qty: "FRMREALQTY", Stock: "FSTOCKID", Org: "FStockOrgId", Out: true}}
	return f
}

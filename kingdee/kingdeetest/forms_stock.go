package kingdeetest

// stockForms are the bills of the warehouse (库存) and the stock on hand.
func stockForms() []Form {
	transfer := bill("STK_TransferDirect", "直接调拨单", "FBillEntry",
		keys(`FBillTypeID{}* FBizType FTransferDirect FTransferBizType FDate@* FStockOutOrgId{}*:调出库存组织 FOwnerTypeOutIdHead
			FOwnerOutIdHead{ORG_Organizations} FStockOrgId{}*:调入库存组织 FOwnerTypeIdHead FOwnerIdHead{ORG_Organizations}`),
		in("FBillEntry[]", `FMaterialId{}* FUnitID{}* FQty#*:调拨数量 FSrcStockId{BD_STOCK}*:调出仓库 FDestStockId{BD_STOCK}*:调入仓库
			FLot{BD_BatchMainFile} FStockStatusId{BD_StockStatus} FBillEntry_Link[]`))
	transfer.Org, transfer.BillType = "FStockOutOrgId", "ZJDB01_SYS"
	transfer.Stock = []StockMove{
		{Qty: "FQty", Stock: "FSrcStockId", Org: "FStockOutOrgId", Out: true},
		{Qty: "FQty", Stock: "FDestStockId", Org: "FStockOrgId"},
	}
	otherIn := bill("STK_MISCELLANEOUS", "其他入库单", "FEntity",
		keys("FBillTypeID{}* FStockOrgId{}* FDate@* FSTOCKDIRECT FDEPTID{} FSUPPLIERID{}"),
		in("FEntity[]", `FMATERIALID{}* FUnitID{}* FSTOCKID{}* FQty#* FLOT{BD_BatchMainFile} FStockStatusId{BD_StockStatus}
			FPRICE# FAmount# FEntryNOTE FEntity_Link[]`))
	otherIn.Org, otherIn.BillType = "FStockOrgId", "QTRKD01_SYS"
	otherIn.Stock = []StockMove{{Qty: "FQty", Stock: "FSTOCKID", Org: "FStockOrgId"}}
	otherOut := bill("STK_MisDelivery", "其他出库单", "FEntity",
		keys("FBillTypeID{}* FStockOrgId{}* FDate@* FDeptId{} FCustId{}"),
		in("FEntity[]", `FMaterialId{}* FUnitID{}* FQty#* FStockId{}* FLot{BD_BatchMainFile} FStockStatusId{BD_StockStatus}
			FEntity_Link[]`))
	otherOut.Org, otherOut.BillType = "FStockOrgId", "QTCKD01_SYS"
	otherOut.Stock = []StockMove{{Qty: "FQty", Stock: "FStockId", Org: "FStockOrgId", Out: true}}
	return []Form{transfer, otherIn, otherOut, inventoryForm()}
}

func inventoryForm() Form {
	return Form{
		ID: inventory, Title: "即时库存", Key: "FID", KeyText: true, ReadOnly: true,
		Fields: keys(`FMaterialId{} FStockId{} FStockOrgId{} FLot{BD_BatchMainFile} FStockStatusId{BD_StockStatus}
			FBaseUnitId{} FProduceDate@ FExpiryDate@ FMtoNo FQty# FBaseQty# FAVBQty#`),
	}
}

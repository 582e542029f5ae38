package kingdeetest

func baseData(id, title, key string, fields ...[]string) Form {
	return Form{
		ID: id, Title: title, Key: key, Number: "FNumber", Name: "FName", Org: "FUseOrgId",
		Required: keys("FName FCreateOrgId{} FUseOrgId{}"),
		Fields:   join(fields...),
	}
}

// baseForms are the base data (基础资料) that programs write. Starred fields a
// real server fills by itself when they are left out (the customer's currency,
// whole sub-heads of material and supplier) are wanted here only where their
// sub-head is sent.
func baseForms() []Form {
	customer := baseData("BD_Customer", "客户", "FCUSTID", keys(`FShortName FCOUNTRY{} FPROVINCIAL{} FADDRESS FZIP FTEL
		FFAX FWEBSITE FINVOICETITLE FTAXREGISTERCODE FINVOICEBANKNAME FINVOICEBANKACCOUNT FSOCIALCRECODE FCustTypeId{}
		FGroup{group} FTRADINGCURRID{} FSETTLETYPEID{BD_SETTLETYPE} FRECCONDITIONID{BD_RecCondition} FInvoiceType
		FTaxType{} FTaxRate{BD_TaxRate} FPriority FSELLER{} FSALDEPTID{} FDescription FT_BD_CUSTBANK[]
		FT_BD_CUSTLOCATION[] FT_BD_CUSTCONTACT[]`))
	supplier := baseData("BD_Supplier", "供应商", "FSupplierId",
		keys(`FShortName FGroup{group} FBankInfo[] FLocationInfo[] FSupplierContact[]`),
		in("FBaseInfo", "*"), in("FBusinessInfo", "*"),
		in("FFinanceInfo", "FPayCurrencyId{}*:付款币别 FInvoiceType FTaxType{}"))
	material := baseData("BD_MATERIAL", "物料", "FMATERIALID", keys("FSpecification FDescription FMaterialGroup{group}"),
		in("SubHeadEntity", `FErpClsID*:物料属性 FCategoryID{}*:存货类别 FTaxType{} FTaxRateId{BD_TaxRate}
			FBaseUnitId{}*:基本单位 FBARCODE FIsPurchase? FIsInventory? FIsSale?`),
		in("SubHeadEntity1", "FStoreUnitID{}*:库存单位 FStockId{} FIsBatchManage?"))
	customer.Allocated, supplier.Allocated, material.Allocated = true, true, true
	return []Form{
		customer, supplier, material,
		baseData("BD_STOCK", "仓库", "FStockId", keys("FStockProperty FAddress FPrincipal{BD_Empinfo}")),
		baseData("BD_Department", "部门", "FDEPTID", keys("FParentID{BD_Department} FEffectDate@ FLapseDate@ FDeptProperty{}")),
		employee(),
		{
			ID: "BD_UNIT", Title: "计量单位", Key: "FUNITID", Number: "FNumber", Name: "FName",
			Fields: keys("FUnitGroupId{}*:单位组"), Required: keys("FName"),
		},
	}
}

func employee() Form {
	f := baseData("BD_Empinfo", "员工", "FID", keys(`FMobile FEmail FTel FAddress^ FDescription^ FPhoto FIsHR? FIsSHR?
		FForbidderId{SEC_User} FForbidDate@ FStaffId{} FPersonId{} FFirstCardID{}`),
		in("FPostEntity[]", "FWorkOrgId{} FPostDept{BD_Department} FPost{} FStaffStartDate@ FIsFirstPost? FStaffDocumentStatus FStaffForbidStatus FStaffDetails#"),
		keys("FSHRMapEntity[] FEmpinfoBank[]"))
	f.Number, f.NumberAlso = "FStaffNumber", "FNumber"
	f.Entity = map[string]string{
		"FStaffNumber": "FStaffNumber", "FTel": "FTel", "FIsSHR": "FIsSHR", "FApproverId": "AuditorId", "FApproveDate": "AuditDate",
	}
	return f
}

// settingForms are the base data that programs mostly read.
func settingForms() []Form {
	simple := func(id, title, key, fields string) Form {
		return Form{ID: id, Title: title, Key: key, Number: "FNumber", Name: "FName", Required: keys("FName"), Fields: keys(fields)}
	}
	return []Form{
		simple("ORG_Organizations", "组织机构", "FOrgID", ""),
		simple("BD_Currency", "币别", "FCURRENCYID", "FCODE"),
		{ID: "SEC_User", Title: "用户", Key: "FUserID", Number: "FUserAccount", Name: "FName", Required: keys("FName")},
		simple("BD_Account", "科目", "FACCTID", "FDC FISDETAIL?"),
		simple("BD_AccountBook", "账簿", "FBOOKID", "FAccountOrgId{}"),
		simple("BD_VoucherGroup", "凭证字", "FVCHGROUPID", ""),
		simple("BD_TaxRate", "税率", "FID", "FTaxRate#"),
		simple("BD_SETTLETYPE", "结算方式", "FID", ""),
		simple("BD_RecCondition", "收款条件", "FID", ""),
		simple("BD_PaymentCondition", "付款条件", "FID", ""),
		simple("BD_StockStatus", "库存状态", "FStockStatusId", ""),
		simple("BD_BatchMainFile", "批号主档", "FLOTID", ""),
	}
}

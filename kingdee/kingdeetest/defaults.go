package kingdeetest

import "strings"

var titles = map[string]string{
	"bd_customer": "客户", "bd_material": "物料", "bd_supplier": "供应商", "bd_stock": "仓库",
	"org_organizations": "组织机构", "bd_currency": "币别", "sal_saleorder": "销售订单",
	"fsaleorderentry": "明细信息",
}

var labels = map[string]string{
	"fname": "名称", "fnumber": "编码", "fbillno": "单据编号", "fcreateorgid": "创建组织", "fuseorgid": "使用组织",
	"fcustid": "客户", "fbilltypeid": "单据类型", "fdate": "日期", "fsaleorgid": "销售组织", "fsalerid": "销售员",
	"fsettlecurrid": "结算币别", "fmaterialid": "物料编码", "funitid": "销售单位", "fdeliverydate": "要货日期",
	"fsettleorgids": "结算组织",
}

func keys(list string) []string { return strings.Fields(list) }

// in puts every key of a list into one part.
func in(where, list string) []string {
	out := keys(list)
	for i, k := range out {
		out[i] = where + "." + k
	}
	return out
}

func join(lists ...[]string) []string {
	var out []string
	for _, l := range lists {
		out = append(out, l...)
	}
	return out
}

func baseData(id, key, fields string, more ...[]string) Form {
	return Form{
		ID: id, Key: key, Number: "FNumber", Name: "FName",
		Required: keys("FName FCreateOrgId{} FUseOrgId{}"),
		Fields:   join(append([][]string{keys(fields)}, more...)...),
	}
}

// defaultForms are the business objects every server starts with. Fields that a
// real server fills by itself when they are left out (the customer's currency,
// the sub-heads of material and supplier) are not required here.
func defaultForms() []Form {
	return []Form{
		baseData("BD_Customer", "FCUSTID", `FShortName FCOUNTRY{} FPROVINCIAL{} FADDRESS FZIP FTEL FFAX FWEBSITE
			FINVOICETITLE FTAXREGISTERCODE FINVOICEBANKNAME FINVOICEBANKACCOUNT FSOCIALCRECODE FCustTypeId{} FGroup{}
			FTRADINGCURRID{} FSETTLETYPEID{} FRECCONDITIONID{} FInvoiceType FTaxType{} FTaxRate{} FPriority FSELLER{}
			FSALDEPTID{} FDescription FT_BD_CUSTBANK[] FT_BD_CUSTLOCATION[] FT_BD_CUSTCONTACT[]`),
		baseData("BD_MATERIAL", "FMATERIALID", `FSpecification FDescription FMaterialGroup{}`,
			in("SubHeadEntity", "FErpClsID FCategoryID{} FTaxType{} FTaxRateId{} FBaseUnitId{} FBARCODE FIsPurchase FIsInventory FIsSale"),
			in("SubHeadEntity1", "FStoreUnitID{} FStockId{} FIsBatchManage")),
		baseData("BD_Supplier", "FSupplierId", `FShortName FGroup{} FBankInfo[] FLocationInfo[] FSupplierContact[]`,
			in("FBaseInfo", "*"), in("FBusinessInfo", "*"),
			in("FFinanceInfo", "FPayCurrencyId{} FInvoiceType FTaxType{}")),
		baseData("BD_STOCK", "FStockId", `FStockProperty FAddress FPrincipal{}`),
		{ID: "ORG_Organizations", Key: "FOrgID", Number: "FNumber", Name: "FName", Required: keys("FName")},
		{ID: "BD_Currency", Key: "FCURRENCYID", Number: "FNumber", Name: "FName", Fields: keys("FCODE")},
		saleOrder(),
	}
}

func saleOrder() Form {
	return Form{
		ID: "SAL_SaleOrder", Key: "FID", Number: "FBillNo",
		Required: join(keys("FBillTypeID{} FDate@ FSaleOrgId{} FCustId{} FSalerId{}"),
			in("FSaleOrderFinance", "FSettleCurrId{}"),
			in("FSaleOrderEntry[]", "FMaterialId{} FUnitID{} FDeliveryDate@ FSettleOrgIds{}")),
		Fields: join(keys("FSaleDeptId{} FReceiveId{} FSettleId{} FChargeId{} FNote FCloseStatus FCancelStatus FSaleOrderPlan[]"),
			in("FSaleOrderFinance", "FRecConditionId{} FIsIncludedTax FIsPriceExcludeTax FExchangeTypeId{}"),
			in("FSaleOrderEntry[]", `FQty# FPriceUnitId{} FPrice# FTaxPrice# FIsFree FEntryTaxRate# FStockOrgId{}
				FSupplyOrgId{} FReserveType FStockUnitID{} FOUTLMTUNIT FEntryNote FAmount# FTaxAmount# FAllAmount#`)),
	}
}

// seedDefaults puts in the organisation and the currency, unless the forms were
// replaced by ones that can not hold them.
func (s *Server) seedDefaults() {
	if t := s.table("ORG_Organizations"); t.Key == "FOrgID" && t.Name == "FName" {
		s.Seed(t.ID, map[string]any{"FOrgID": 1, "FNumber": "100", "FName": "对接测试公司"})
	}
	if t := s.table("BD_Currency"); t.byKey["fcode"] != nil && t.Key == "FCURRENCYID" && t.Name == "FName" {
		s.Seed(t.ID, map[string]any{"FCURRENCYID": 1, "FNumber": "PRE001", "FName": "人民币", "FCODE": "CNY"})
	}
}

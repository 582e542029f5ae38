package kingdee

import "strings"

// Form describes a business object (业务对象) as far as the library must know
// it: its FormId and the keys of its head.
type Form struct {
	ID     string // FormId, "BD_Customer"
	Key    string // primary key (内码), "FCUSTID"
	Number string // number (编码, 单据编号), "FNumber" or "FBillNo"
	Name   string // name (名称), "" for bills
	Org    string // organisation a number is unique in, "" when there is none
}

// Forms with their keys as the official templates write them. Any other object
// works the same: fill in a [Form].
var (
	FormCustomer      = baseForm("BD_Customer", "FCUSTID")
	FormSupplier      = baseForm("BD_Supplier", "FSupplierId")
	FormMaterial      = baseForm("BD_MATERIAL", "FMATERIALID")
	FormStock         = baseForm("BD_STOCK", "FStockId")
	FormDepartment    = baseForm("BD_Department", "FDEPTID")
	FormEmployee      = baseForm("BD_Empinfo", "FID")
	FormUnit          = Form{ID: "BD_UNIT", Key: "FUNITID", Number: "FNumber", Name: "FName"}
	FormOrganization  = Form{ID: "ORG_Organizations", Key: "FOrgID", Number: "FNumber", Name: "FName"}
	FormCurrency      = Form{ID: "BD_Currency", Key: "FCURRENCYID", Number: "FNumber", Name: "FName"}
	FormSaleOrder     = billForm("SAL_SaleOrder")
	FormOutStock      = billForm("SAL_OUTSTOCK")
	FormReturnStock   = billForm("SAL_RETURNSTOCK")
	FormPurchaseOrder = billForm("PUR_PurchaseOrder")
	FormInStock       = billForm("STK_InStock")
	FormReceivable    = billForm("AR_receivable")
	FormReceiveBill   = billForm("AR_RECEIVEBILL")
	FormVoucher       = Form{ID: "GL_VOUCHER", Key: "FVOUCHERID", Number: "FVOUCHERGROUPNO"}
)

func baseForm(id, key string) Form {
	return Form{ID: id, Key: key, Number: "FNumber", Name: "FName", Org: "FUseOrgId"}
}

func billForm(id string) Form { return Form{ID: id, Key: "FID", Number: "FBillNo"} }

// knownKeys are the primary keys of the forms above, for queries that name none.
var knownKeys = func() map[string]string {
	keys := map[string]string{}
	for _, f := range []Form{
		FormCustomer, FormSupplier, FormMaterial, FormStock, FormDepartment, FormEmployee, FormUnit, FormOrganization,
		FormCurrency, FormSaleOrder, FormOutStock, FormReturnStock, FormPurchaseOrder, FormInStock, FormReceivable,
		FormReceiveBill, FormVoucher,
	} {
		keys[strings.ToLower(f.ID)] = f.Key
	}
	return keys
}()

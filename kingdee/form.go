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
	FormCustomer      = baseForm("BD_Customer", "FCUSTID")                                             // 客户
	FormSupplier      = baseForm("BD_Supplier", "FSupplierId")                                         // 供应商
	FormMaterial      = baseForm("BD_MATERIAL", "FMATERIALID")                                         // 物料
	FormStock         = baseForm("BD_STOCK", "FStockId")                                               // 仓库: a warehouse
	FormDepartment    = baseForm("BD_Department", "FDEPTID")                                           // 部门
	FormEmployee      = baseForm("BD_Empinfo", "FID")                                                  // 员工
	FormUnit          = Form{ID: "BD_UNIT", Key: "FUNITID", Number: "FNumber", Name: "FName"}          // 计量单位
	FormOrganization  = Form{ID: "ORG_Organizations", Key: "FOrgID", Number: "FNumber", Name: "FName"} // 组织机构
	FormCurrency      = Form{ID: "BD_Currency", Key: "FCURRENCYID", Number: "FNumber", Name: "FName"}  // 币别
	FormSaleOrder     = billForm("SAL_SaleOrder")                                                      // 销售订单
	FormOutStock      = billForm("SAL_OUTSTOCK")                                                       // 销售出库单: goods leave
	FormReturnStock   = billForm("SAL_RETURNSTOCK")                                                    // 销售退货单: goods come back
	FormPurchaseOrder = billForm("PUR_PurchaseOrder")                                                  // 采购订单
	FormInStock       = billForm("STK_InStock")                                                        // 采购入库单: goods arrive
	FormReceivable    = billForm("AR_receivable")                                                      // 应收单
	FormReceiveBill   = billForm("AR_RECEIVEBILL")                                                     // 收款单: money received
	FormVoucher       = Form{ID: "GL_VOUCHER", Key: "FVOUCHERID", Number: "FVOUCHERGROUPNO"}           // 凭证; its number counts within its voucher group (凭证字)
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

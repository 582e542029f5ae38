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
	Entry  string // lines (单据体), "FSaleOrderEntry"; "" when there are none, or several kinds
}

// Forms with their keys as the official templates write them. Any other object
// works the same: fill in a [Form].
var (
	FormCustomer       = baseForm("BD_Customer", "FCUSTID")                                             // 客户
	FormSupplier       = baseForm("BD_Supplier", "FSupplierId")                                         // 供应商
	FormMaterial       = baseForm("BD_MATERIAL", "FMATERIALID")                                         // 物料
	FormStock          = baseForm("BD_STOCK", "FStockId")                                               // 仓库: a warehouse
	FormDepartment     = baseForm("BD_Department", "FDEPTID")                                           // 部门
	FormEmployee       = baseForm("BD_Empinfo", "FID")                                                  // 员工
	FormUnit           = Form{ID: "BD_UNIT", Key: "FUNITID", Number: "FNumber", Name: "FName"}          // 计量单位
	FormOrganization   = Form{ID: "ORG_Organizations", Key: "FOrgID", Number: "FNumber", Name: "FName"} // 组织机构
	FormCurrency       = Form{ID: "BD_Currency", Key: "FCURRENCYID", Number: "FNumber", Name: "FName"}  // 币别
	FormSaleOrder      = billForm("SAL_SaleOrder", "FSaleOrderEntry")                                   // 销售订单
	FormDeliveryNotice = billForm("SAL_DELIVERYNOTICE", "FEntity")                                      // 发货通知单: goods shall leave
	FormOutStock       = billForm("SAL_OUTSTOCK", "FEntity")                                            // 销售出库单: goods leave
	FormReturnStock    = billForm("SAL_RETURNSTOCK", "FEntity")                                         // 销售退货单: goods come back
	FormPurchaseOrder  = billForm("PUR_PurchaseOrder", "FPOOrderEntry")                                 // 采购订单
	FormInStock        = billForm("STK_InStock", "FInStockEntry")                                       // 采购入库单: goods arrive
	FormPurchaseReturn = billForm("PUR_MRB", "FPURMRBENTRY")                                            // 采购退料单: goods go back
	FormTransfer       = billForm("STK_TransferDirect", "FBillEntry")                                   // 直接调拨单: goods change warehouse
	FormMiscellaneous  = billForm("STK_MISCELLANEOUS", "FEntity")                                       // 其他入库单: goods arrive otherwise
	FormMisDelivery    = billForm("STK_MisDelivery", "FEntity")                                         // 其他出库单: goods leave otherwise
	FormInventory      = Form{ID: "STK_Inventory", Key: "FID"}                                          // 即时库存: stock on hand; its key is a text, and it has no number
	FormReceivable     = billForm("AR_receivable", "FEntityDetail")                                     // 应收单
	FormPayable        = billForm("AP_Payable", "FEntityDetail")                                        // 应付单
	FormReceiveBill    = billForm("AR_RECEIVEBILL", "FRECEIVEBILLENTRY")                                // 收款单: money received
	FormPayBill        = billForm("AP_PAYBILL", "FPAYBILLENTRY")                                        // 付款单: money paid
	FormVoucher        = Form{ID: "GL_VOUCHER", Key: "FVOUCHERID", Number: "FBillNo", Entry: "FEntity"} // 凭证; FVOUCHERGROUPNO counts within its voucher group (凭证字)
)

func baseForm(id, key string) Form {
	return Form{ID: id, Key: key, Number: "FNumber", Name: "FName", Org: "FUseOrgId"}
}

func billForm(id, entry string) Form {
	return Form{ID: id, Key: "FID", Number: "FBillNo", Entry: entry}
}

// knownKeys are the primary keys of the forms above, for queries that name none.
var knownKeys = func() map[string]string {
	keys := map[string]string{}
	for _, f := range []Form{
		FormCustomer, FormSupplier, FormMaterial, FormStock, FormDepartment, FormEmployee, FormUnit, FormOrganization,
		FormCurrency, FormSaleOrder, FormDeliveryNotice, FormOutStock, FormReturnStock, FormPurchaseOrder, FormInStock,
		FormPurchaseReturn, FormTransfer, FormMiscellaneous, FormMisDelivery, FormInventory, FormReceivable, FormPayable,
		FormReceiveBill, FormPayBill, FormVoucher,
	} {
		keys[strings.ToLower(f.ID)] = f.Key
	}
	return keys
}()

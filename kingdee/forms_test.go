package kingdee

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/kingdee/kingdeetest"
)

// typedForm is one form with everything this package knows of it.
type typedForm struct {
	form  Form
	model any      // zero value of what is saved, nil when it is only read
	stars []string // what Validate asks of a new one with one line
	list  func(*testing.T, *Client) error
}

func formOf[R, M any](s func(*Client) *FormService[R, M], form Form, stars ...string) typedForm {
	var model M
	return typedForm{form, model, stars, func(t *testing.T, c *Client) error {
		require.Equal(t, form, s(c).Form())
		_, err := s(c).List(t.Context(), FormQuery{})
		return err
	}}
}

func billOf[R, L, M any](s func(*Client) *BillService[R, L, M], form Form, stars ...string) typedForm {
	f := formOf(func(c *Client) *FormService[R, M] { return &s(c).FormService }, form, stars...)
	heads := f.list
	f.list = func(t *testing.T, c *Client) error {
		require.Equal(t, form, s(c).Lines.Form())
		if _, err := s(c).Lines.List(t.Context(), FormQuery{}); err != nil {
			return err
		}
		return heads(t, c)
	}
	return f
}

func readerOf[R any](r func(*Client) *RowReader[R], form Form) typedForm {
	return typedForm{form: form, list: func(t *testing.T, c *Client) error {
		require.Equal(t, form, r(c).Form())
		_, err := r(c).List(t.Context(), FormQuery{})
		return err
	}}
}

// typedForms are all of them. The stars are those of the contract's field lists.
func typedForms() []typedForm {
	return []typedForm{
		formOf(func(c *Client) *CustomerService { return c.Customers }, FormCustomer, "创建组织", "使用组织", "客户名称"),
		formOf(func(c *Client) *FormService[SupplierRow, Supplier] { return c.Suppliers }, FormSupplier, "创建组织", "使用组织", "供应商名称"),
		formOf(func(c *Client) *FormService[MaterialRow, Material] { return c.Materials }, FormMaterial, "创建组织", "使用组织", "物料名称"),
		formOf(func(c *Client) *FormService[StockRow, Stock] { return c.Stocks }, FormStock, "创建组织", "使用组织", "仓库名称"),
		formOf(func(c *Client) *FormService[UnitRow, Unit] { return c.Units }, FormUnit, "单位名称", "计量单位组"),
		formOf(func(c *Client) *FormService[DepartmentRow, Department] { return c.Departments }, FormDepartment, "创建组织", "使用组织", "部门名称"),
		formOf(func(c *Client) *FormService[EmployeeRow, Employee] { return c.Employees }, FormEmployee, "创建组织", "使用组织", "员工姓名"),
		readerOf(func(c *Client) *RowReader[OrganizationRow] { return &c.Organizations.RowReader }, FormOrganization),
		readerOf(func(c *Client) *RowReader[CurrencyRow] { return &c.Currencies.RowReader }, FormCurrency),
		readerOf(func(c *Client) *RowReader[InventoryRow] { return c.Inventory }, FormInventory),
		billOf(func(c *Client) *BillService[SaleOrderRow, SaleOrderLineRow, SaleOrder] { return c.SaleOrders }, FormSaleOrder,
			"单据类型", "日期", "销售组织", "客户", "销售员", "结算币别", "物料编码", "销售单位", "结算组织", "要货日期"),
		billOf(func(c *Client) *BillService[DeliveryNoticeRow, DeliveryNoticeLineRow, DeliveryNotice] {
			return c.DeliveryNotices
		},
			FormDeliveryNotice, "单据类型", "日期", "销售组织", "客户"),
		billOf(func(c *Client) *BillService[OutStockRow, OutStockLineRow, OutStock] { return c.OutStocks }, FormOutStock,
			"单据类型", "日期", "销售组织", "客户", "发货组织", "结算币别", "结算组织", "物料编码", "库存单位", "仓库", "实发数量"),
		billOf(func(c *Client) *BillService[ReturnStockRow, ReturnStockLineRow, ReturnStock] { return c.ReturnStocks }, FormReturnStock,
			"单据类型", "日期", "销售组织", "退货客户", "库存组织", "物料编码", "库存单位", "仓库", "实退数量"),
		billOf(func(c *Client) *BillService[PurchaseOrderRow, PurchaseOrderLineRow, PurchaseOrder] {
			return c.PurchaseOrders
		},
			FormPurchaseOrder, "单据类型", "采购日期", "采购组织", "供应商", "结算币别", "物料编码", "采购单位", "计价单位", "采购数量"),
		billOf(func(c *Client) *BillService[InStockRow, InStockLineRow, InStock] { return c.InStocks }, FormInStock,
			"单据类型", "入库日期", "收料组织", "采购组织", "供应商", "结算组织", "结算币别", "物料编码", "库存单位", "仓库", "实收数量"),
		billOf(func(c *Client) *BillService[PurchaseReturnRow, PurchaseReturnLineRow, PurchaseReturn] {
			return c.PurchaseReturns
		},
			FormPurchaseReturn, "退料日期", "退料组织", "供应商", "物料编码", "实退数量"),
		billOf(func(c *Client) *BillService[TransferRow, TransferLineRow, Transfer] { return c.Transfers }, FormTransfer,
			"单据类型", "调出库存组织", "调入库存组织", "日期", "物料编码", "单位", "调出仓库", "调入仓库", "调拨数量"),
		billOf(func(c *Client) *BillService[MiscellaneousRow, MiscellaneousLineRow, Miscellaneous] {
			return c.Miscellaneous
		},
			FormMiscellaneous, "单据类型", "库存组织", "日期", "物料编码", "单位", "收货仓库", "实收数量"),
		billOf(func(c *Client) *BillService[MisDeliveryRow, MisDeliveryLineRow, MisDelivery] { return c.MisDeliveries }, FormMisDelivery,
			"单据类型", "库存组织", "日期", "物料编码", "单位", "发货仓库", "实发数量"),
		billOf(func(c *Client) *BillService[ReceivableRow, ReceivableLineRow, Receivable] { return c.Receivables }, FormReceivable,
			"单据类型", "业务日期", "到期日", "客户", "币别", "结算组织", "收款组织"),
		billOf(func(c *Client) *BillService[PayableRow, PayableLineRow, Payable] { return c.Payables }, FormPayable,
			"单据类型", "业务日期", "到期日", "供应商", "币别", "结算组织", "付款组织"),
		billOf(func(c *Client) *BillService[ReceiveBillRow, ReceiveBillLineRow, ReceiveBill] { return c.ReceiveBills }, FormReceiveBill,
			"单据类型", "业务日期", "往来单位类型", "往来单位", "币别", "收款组织", "结算方式", "收款用途"),
		billOf(func(c *Client) *BillService[PayBillRow, PayBillLineRow, PayBill] { return c.PayBills }, FormPayBill,
			"单据类型", "业务日期", "往来单位类型", "往来单位", "币别", "付款组织", "结算方式", "付款用途"),
		billOf(func(c *Client) *BillService[VoucherRow, VoucherLineRow, Voucher] { return c.Vouchers }, FormVoucher,
			"账簿", "日期", "凭证字", "摘要", "科目编码", "币别", "汇率类型"),
	}
}

// eachModel runs a test for every form that is written.
func eachModel(t *testing.T, test func(t *testing.T, f typedForm)) {
	t.Helper()
	for _, f := range typedForms() {
		if f.model != nil {
			t.Run(f.form.ID, func(t *testing.T) {
				t.Parallel()
				test(t, f)
			})
		}
	}
}

// filled sets every member of a model, sub-heads and one line of each kind too.
func filled(model any) any {
	if model == nil {
		return nil
	}
	v := reflect.New(reflect.TypeOf(model)).Elem()
	fill(v)
	return v.Interface()
}

func fill(v reflect.Value) {
	m := modelTypeOf(v.Type())
	for i := range m.fields {
		f := &m.fields[i]
		target := v.Field(f.index)
		switch f.kind {
		case textMember:
			target.SetString("t-" + f.key)
		case boolMember:
			target.Set(reflect.ValueOf(new(false)))
		case intMember:
			target.SetInt(7)
		case refMember:
			target.Set(reflect.ValueOf(Number("n-" + f.key)))
		case decimalMember:
			target.Set(reflect.ValueOf(duijie.MustDecimal("0.10")))
		case timeMember:
			target.Set(reflect.ValueOf(duijie.NewTime(testDay)))
		case headMember:
			fill(target)
		case linesMember:
			target.Set(reflect.MakeSlice(target.Type(), 1, 1))
			fill(target.Index(0))
		default:
			target.Set(reflect.ValueOf(Dimensions{{"FFLEX6", Number("C-0001")}, {"FF100002", Number("P-1")}}))
		}
	}
	v.Field(m.extra).Set(reflect.ValueOf([]Field{{"F_XYZ_" + m.name, json.RawMessage(`"x"`)}}))
}

// newForms are forms as the contract describes them, for a server that does not
// start with them.
func newForms() kingdeetest.Option {
	words := strings.Fields
	in := func(part, list string) []string {
		out := words(list)
		for i := range out {
			out[i] = part + "." + out[i]
		}
		return out
	}
	base := func(id, key, list string) kingdeetest.Form {
		return kingdeetest.Form{ID: id, Key: key, Number: "FNumber", Name: "FName", Required: words("FName"), Fields: words("FCreateOrgId{} FUseOrgId{} " + list)}
	}
	bill := func(id, key, head string, parts ...[]string) kingdeetest.Form {
		f := kingdeetest.Form{ID: id, Key: key, Number: "FBillNo", Fields: words(head)}
		for _, p := range parts {
			f.Fields = append(f.Fields, p...)
		}
		return f
	}
	debt := func(id, partner string) kingdeetest.Form {
		return bill(id, "FID", "FBillTypeID{} FDATE@ FENDDATE_H@ FCURRENCYID{} FSETTLEORGID{} FPAYORGID{} FSALEORGID{} FPURCHASEORGID{} "+partner,
			in("FsubHeadSuppiler", "*"), in("FsubHeadFinc", "FACCNTTIMEJUDGETIME@ FMAINBOOKSTDCURRID{} FEXCHANGETYPE{} FExchangeRate#"),
			in("FEntityDetail[]", "FCOSTID{} FMATERIALID{} FPRICEUNITID{} FPriceQty# FTaxPrice# FPrice# FEntryTaxRate# FNoTaxAmountFor_D# FALLAMOUNTFOR_D#"))
	}
	money := func(id, entry, party, total, amount string) kingdeetest.Form {
		return bill(id, "FID", "FBillTypeID{} FDATE@ FCONTACTUNITTYPE FCONTACTUNIT{} FCURRENCYID{} FSETTLEORGID{} FPAYORGID{} "+party,
			in(entry+"[]", "FSETTLETYPEID{} FPURPOSEID{} FACCOUNTID{} FCOMMENT "+total+" "+amount))
	}
	const moved = "FMaterialId{} FUnitID{} FQty# FStockId{} FLot{} "
	return kingdeetest.WithForms(
		base("BD_Department", "FDEPTID", "FParentID{} FEffectDate@ FLapseDate@ FDeptProperty{}"),
		base("BD_Empinfo", "FID", "FStaffNumber FMobile FEmail FPostEntity[]"),
		base("BD_UNIT", "FUNITID", "FUnitGroupId{}"),
		bill("SAL_DELIVERYNOTICE", "FID", "FBillTypeID{} FDate@ FSaleOrgId{} FCustomerID{} FDeliveryOrgID{}", in("FEntity[]", "FMaterialID{} FUnitID{} FQty# FShipmentStockID{}")),
		bill("SAL_OUTSTOCK", "FID", "FBillTypeID{} FDate@ FSaleOrgId{} FCustomerID{} FStockOrgId{}", in("SubHeadEntity", "FSettleCurrID{} FSettleOrgID{} FExchangeRate#"),
			in("FEntity[]", "FMaterialID{} FUnitID{} FRealQty# FStockID{} FStockStatusID{} FLot{} FPrice# FTaxPrice# FIsFree FEntryTaxRate#")),
		bill("SAL_RETURNSTOCK", "FID", "FBillTypeID{} FDate@ FSaleOrgId{} FRetcustId{} FStockOrgId{} FSalesManId{} FSaledeptid{} FReturnReason{}",
			in("SubHeadEntity", "*"), in("FEntity[]", "FMaterialId{} FUnitID{} FRealQty# FStockId{} FReturnType{} FDeliveryDate@")),
		bill("PUR_PurchaseOrder", "FID", "FBillTypeID{} FDate@ FPurchaseOrgId{} FSupplierId{} FPurchaserId{} FPurchaseDeptId{}", in("FPOOrderFinance", "FSettleCurrId{} FExchangeTypeId{} FIsIncludedTax"),
			in("FPOOrderEntry[]", "FMaterialId{} FUnitId{} FQty# FPriceUnitId{} FPrice# FTaxPrice# FEntryTaxRate# FDeliveryDate@ FGiveAway FReceiveQty# FStockInQty#")),
		bill("STK_InStock", "FID", "FBillTypeID{} FDate@ FStockOrgId{} FPurchaseOrgId{} FSupplierId{}", in("FInStockFin", "FSettleOrgId{} FSettleCurrId{}"),
			in("FInStockEntry[]", "FMaterialId{} FUnitID{} FRealQty# FPriceUnitID{} FPrice# FTaxPrice# FLot{} FStockId{} FStockStatusId{} FGiveAway FNote")),
		bill("PUR_MRB", "FID", "FBillTypeID{} FSupplierID{} FStockOrgId{} FDate@", in("FPURMRBENTRY[]", "FMATERIALID{} FRMREALQTY# FSTOCKID{}")),
		bill("STK_TransferDirect", "FID", "FBillTypeID{} FBizType FTransferDirect FTransferBizType FDate@ FStockOutOrgId{} FOwnerTypeOutIdHead FOwnerOutIdHead{} FStockOrgId{} FOwnerTypeIdHead FOwnerIdHead{}",
			in("FBillEntry[]", "FMaterialId{} FUnitID{} FQty# FSrcStockId{} FDestStockId{} FLot{}")),
		bill("STK_MISCELLANEOUS", "FID", "FBillTypeID{} FStockOrgId{} FDate@ FSTOCKDIRECT FDEPTID{} FSUPPLIERID{}", in("FEntity[]", moved+"FPRICE# FAmount# FEntryNOTE")),
		bill("STK_MisDelivery", "FID", "FBillTypeID{} FStockOrgId{} FDate@ FDeptId{} FCustId{}", in("FEntity[]", moved)),
		kingdeetest.Form{ID: "STK_Inventory", Key: "FID", KeyText: true, Number: "FMtoNo", Fields: words("FMaterialId{} FStockId{} FStockOrgId{} FLot{} FStockStatusId{} FBaseUnitId{} FProduceDate@ FExpiryDate@ FQty# FBaseQty# FAVBQty#")},
		debt("AR_receivable", "FCUSTOMERID{}"), debt("AP_Payable", "FSUPPLIERID{}"),
		money("AR_RECEIVEBILL", "FRECEIVEBILLENTRY", "FPAYUNITTYPE FPAYUNIT{}", "FRECTOTALAMOUNTFOR#", "FRECAMOUNTFOR_E#"),
		money("AP_PAYBILL", "FPAYBILLENTRY", "FRECTUNITTYPE FRECTUNIT{}", "FPAYTOTALAMOUNTFOR#", "FPAYAMOUNTFOR_E#"),
		bill("GL_VOUCHER", "FVOUCHERID", "FAccountBookID{} FDate@ FBUSDATE@ FYEAR FPERIOD FVOUCHERGROUPID{} FVOUCHERGROUPNO FATTACHMENTS",
			in("FEntity[]", "FEXPLANATION FACCOUNTID{} FDetailID FCURRENCYID{} FEXCHANGERATETYPE{} FEXCHANGERATE# FAMOUNTFOR# FDEBIT# FCREDIT#")),
	)
}

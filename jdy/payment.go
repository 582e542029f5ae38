package jdy

import (
	"encoding/json"

	"github.com/duijie-go/duijie"
)

// PaymentService reads and saves payments of money (付款单).
//
// Parameters for Filter of the [Query]: bill_status, dept_id, emp_id,
// source_bill_id, supplier_group_id, supplier_id.
type PaymentService = Records[PaymentRow, Payment, PaymentSave]

// paymentRecords says where payments of money are.
var paymentRecords = RecordKind{Name: "payment", Path: "/jdy/v2/arap/ap_credit", Entity: "ap_paybill", Number: "bill_no", Step: "operate_type"}

// PaymentRow is a row of the list of payments of money (付款单列表, GET /jdy/v2/arap/ap_credit).
type PaymentRow struct {
	ID         string      `json:"id"`
	BillNo     string      `json:"bill_no"`     // 单据编号
	BillDate   duijie.Time `json:"bill_date"`   // 单据日期
	BillStatus BillStatus  `json:"bill_status"` // audited or not

	CurrencyID     string `json:"currency_id"` // 币别
	CurrencyNumber string `json:"currency_number"`
	CurrencyName   string `json:"currency_name"`
	DeptID         string `json:"dept_id"` // 部门
	DeptNumber     string `json:"dept_number"`
	DeptName       string `json:"dept_name"`
	EmpID          string `json:"emp_id"` // salesman or buyer (业务员)
	EmpNumber      string `json:"emp_number"`
	EmpName        string `json:"emp_name"`
	SupplierID     string `json:"supplier_id"`
	SupplierNumber string `json:"supplier_number"`
	SupplierName   string `json:"supplier_name"`

	Remark string `json:"remark"` // 备注

	ExchangeRate           duijie.Decimal `json:"exchange_rate"` // 汇率
	TotalAmount            duijie.Decimal `json:"total_amount"`  // sum, with tax
	TotalAmountFor         duijie.Decimal `json:"total_amount_for"`
	TotalDiscountAmount    duijie.Decimal `json:"total_discount_amount"`
	TotalDiscountAmountFor duijie.Decimal `json:"total_discount_amount_for"`
	TotalSettleAmount      duijie.Decimal `json:"total_settle_amount"`
	TotalSettleAmountFor   duijie.Decimal `json:"total_settle_amount_for"`

	AuditDate duijie.Time `json:"audit_date"` // China time

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v PaymentRow) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// Payment is a whole record of payments of money (付款单详情, GET /jdy/v2/arap/ap_credit_detail).
type Payment struct {
	ID         string      `json:"id"`
	BillNo     string      `json:"bill_no"`     // 单据编号
	BillDate   duijie.Time `json:"bill_date"`   // 单据日期
	BillStatus BillStatus  `json:"bill_status"` // audited or not

	CreatorID         string `json:"creator_id"`
	CreatorNumber     string `json:"creator_number"`
	CreatorName       string `json:"creator_name"`
	CurrencyForID     string `json:"currency_for_id"`
	CurrencyForNumber string `json:"currency_for_number"`
	CurrencyForName   string `json:"currency_for_name"`
	CurrencyID        string `json:"currency_id"` // 币别
	CurrencyNumber    string `json:"currency_number"`
	CurrencyName      string `json:"currency_name"`
	DeptID            string `json:"dept_id"` // 部门
	DeptNumber        string `json:"dept_number"`
	DeptName          string `json:"dept_name"`
	EmpID             string `json:"emp_id"` // salesman or buyer (业务员)
	EmpNumber         string `json:"emp_number"`
	EmpName           string `json:"emp_name"`
	SupplierBankName  string `json:"supplier_bank_name"`
	SupplierID        string `json:"supplier_id"`
	SupplierNumber    string `json:"supplier_number"`
	SupplierName      string `json:"supplier_name"`

	CreatorPhone    string `json:"creator_phone"`
	Remark          string `json:"remark"` // 备注
	SupplierAccount string `json:"supplier_account"`

	CurrentTotalInstantAmount    duijie.Decimal `json:"current_total_instant_amount"`
	CurrentTotalInstantAmountFor duijie.Decimal `json:"current_total_instant_amount_for"`
	TotalAmount                  duijie.Decimal `json:"total_amount"` // sum, with tax
	TotalAmountFor               duijie.Decimal `json:"total_amount_for"`
	TotalDiscountAmount          duijie.Decimal `json:"total_discount_amount"`
	TotalDiscountAmountFor       duijie.Decimal `json:"total_discount_amount_for"`

	CreateTime duijie.Time `json:"create_time"` // China time

	IsMultiCurrency bool `json:"is_multi_currency"`

	Attachments []Attachment     `json:"attachments_url_list"`
	Custom      duijie.Record    `json:"custom_field"` // custom fields by their keys; a reference takes the key with _id
	Payments    []PaymentPayment `json:"pay_entry_list"`
	Sources     []PaymentSource  `json:"source_bill_entry_list"`

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v Payment) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// PaymentSource is part of a [Payment]: a bill that is settled.
type PaymentSource struct {
	ID  string `json:"id"`
	Seq string `json:"seq"`

	SrcBillID         string `json:"src_bill_id"`
	SrcBillTypeID     string `json:"src_bill_type_id"` // entity of the source bill; send the whole src group or nothing of it
	SrcEntryID        string `json:"src_entry_id"`     // id of its line
	SrcMaterialID     string `json:"src_material_id"`
	SrcMaterialNumber string `json:"src_material_number"`
	SrcMaterialName   string `json:"src_material_name"`
	SrcSupplierID     string `json:"src_supplier_id"`
	SrcSupplierNumber string `json:"src_supplier_number"`
	SrcSupplierName   string `json:"src_supplier_name"`

	SrcComment string `json:"src_comment"`

	CurSettleAmount duijie.Decimal `json:"cur_settle_amount"` // settled by this bill
	SettleAmount    duijie.Decimal `json:"settle_amount"`
	SrcBillAmount   duijie.Decimal `json:"src_bill_amount"`
	SrcPrice        duijie.Decimal `json:"src_price"`
	SrcQty          duijie.Decimal `json:"src_qty"`
	UnsettleAmount  duijie.Decimal `json:"unsettle_amount"`

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v PaymentSource) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// PaymentPayment is part of a [Payment]: a payment.
type PaymentPayment struct {
	ID  string `json:"id"`
	Seq string `json:"seq"`

	PayTypeID           string `json:"pay_type_id"` // 结算方式
	PayTypeNumber       string `json:"pay_type_number"`
	PayTypeName         string `json:"pay_type_name"`
	SettleAccountID     string `json:"settle_account_id"` // account the money moves on (结算账户)
	SettleAccountNumber string `json:"settle_account_number"`
	SettleAccountName   string `json:"settle_account_name"`
	TransNumber         string `json:"trans_number"` // 交易号

	Comment string `json:"comment"`

	Amount    duijie.Decimal `json:"amount"`
	AmountFor duijie.Decimal `json:"amount_for"` // in the currency of the line

	Custom duijie.Record `json:"custom_entity_field"` // custom fields of the line

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v PaymentPayment) MarshalJSON() ([]byte, error) { return encodeObject(v) }

package jdy

import (
	"encoding/json"

	"github.com/duijie-go/duijie"
)

// ReceiptService reads and saves receipts of money (收款单).
//
// Parameters for Filter of the [Query]: bill_status, customer_group_id, customer_id,
// dept_id, emp_id, source_bill_id.
type ReceiptService = Records[ReceiptRow, Receipt, ReceiptSave]

// receiptRecords says where receipts of money are.
var receiptRecords = RecordKind{Name: "receipt", Path: "/jdy/v2/arap/ar_credit", Entity: "ar_creditbill", Number: "bill_no", Step: "operate_type"}

// ReceiptRow is a row of the list of receipts of money (收款单列表, GET /jdy/v2/arap/ar_credit).
type ReceiptRow struct {
	ID         string      `json:"id"`
	BillNo     string      `json:"bill_no"`     // 单据编号
	BillDate   duijie.Time `json:"bill_date"`   // 单据日期
	BillStatus BillStatus  `json:"bill_status"` // audited or not

	CurrencyID     string `json:"currency_id"` // 币别
	CurrencyNumber string `json:"currency_number"`
	CurrencyName   string `json:"currency_name"`
	CustomerID     string `json:"customer_id"`
	CustomerNumber string `json:"customer_number"`
	CustomerName   string `json:"customer_name"`
	DeptID         string `json:"dept_id"` // 部门
	DeptNumber     string `json:"dept_number"`
	DeptName       string `json:"dept_name"`
	EmpID          string `json:"emp_id"` // salesman or buyer (业务员)
	EmpNumber      string `json:"emp_number"`
	EmpName        string `json:"emp_name"`

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
func (v ReceiptRow) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// Receipt is a whole record of receipts of money (收款单详情, GET /jdy/v2/arap/ar_credit_detail).
type Receipt struct {
	ID         string      `json:"id"`
	BillNo     string      `json:"bill_no"`     // 单据编号
	BillDate   duijie.Time `json:"bill_date"`   // 单据日期
	BillStatus BillStatus  `json:"bill_status"` // audited or not

	CurrencyForID     string `json:"currency_for_id"`
	CurrencyForNumber string `json:"currency_for_number"`
	CurrencyForName   string `json:"currency_for_name"`
	CurrencyID        string `json:"currency_id"` // 币别
	CurrencyNumber    string `json:"currency_number"`
	CurrencyName      string `json:"currency_name"`
	CustomerID        string `json:"customer_id"`
	CustomerNumber    string `json:"customer_number"`
	CustomerName      string `json:"customer_name"`
	DeptID            string `json:"dept_id"` // 部门
	DeptNumber        string `json:"dept_number"`
	DeptName          string `json:"dept_name"`
	EmpID             string `json:"emp_id"` // salesman or buyer (业务员)
	EmpNumber         string `json:"emp_number"`
	EmpName           string `json:"emp_name"`

	Remark string `json:"remark"` // 备注

	CurrentTotalInstantAmount    duijie.Decimal `json:"current_total_instant_amount"`
	CurrentTotalInstantAmountFor duijie.Decimal `json:"current_total_instant_amount_for"`
	TotalAmount                  duijie.Decimal `json:"total_amount"` // sum, with tax
	TotalAmountFor               duijie.Decimal `json:"total_amount_for"`
	TotalDiscountAmount          duijie.Decimal `json:"total_discount_amount"`
	TotalDiscountAmountFor       duijie.Decimal `json:"total_discount_amount_for"`

	Attachments []Attachment     `json:"attachments_url_list"`
	Custom      duijie.Record    `json:"custom_field"` // custom fields by their keys; a reference takes the key with _id
	Payments    []ReceiptPayment `json:"pay_entry_list"`
	Sources     []ReceiptSource  `json:"source_bill_entry_list"`

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v Receipt) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// ReceiptSource is part of a [Receipt]: a bill that is settled.
type ReceiptSource struct {
	ID string `json:"id"`

	SrcBillCurrencyID     string `json:"src_bill_currency_id"`
	SrcBillCurrencyNumber string `json:"src_bill_currency_number"`
	SrcBillCurrencyName   string `json:"src_bill_currency_name"`
	SrcBillID             string `json:"src_bill_id"`
	SrcBillTypeID         string `json:"src_bill_type_id"` // entity of the source bill; send the whole src group or nothing of it
	SrcBillTypeName       string `json:"src_bill_type_name"`

	SrcBillComment string `json:"src_bill_comment"`
	SrcBillNo      string `json:"src_bill_no"` // its number
	SrcComment     string `json:"src_comment"`

	CurSettleAmount    duijie.Decimal `json:"cur_settle_amount"` // settled by this bill
	CurSettleAmountFor duijie.Decimal `json:"cur_settle_amount_for"`
	SettleAmount       duijie.Decimal `json:"settle_amount"`
	SrcBillAmount      duijie.Decimal `json:"src_bill_amount"`
	UnSettleAmount     duijie.Decimal `json:"un_settle_amount"`

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v ReceiptSource) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// ReceiptPayment is part of a [Receipt]: a payment.
type ReceiptPayment struct {
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
func (v ReceiptPayment) MarshalJSON() ([]byte, error) { return encodeObject(v) }

package jdy

import (
	"github.com/duijie-go/duijie"
)

// ReceiptSave is what a save of receipts of money sends (收款单保存, POST /jdy/v2/arap/ar_credit).
type ReceiptSave struct {
	// Required.
	BillDate   Date                 `json:"bill_date" jdy:"need"` // 单据日期
	CustomerID string               `json:"customer_id" jdy:"need"`
	Payments   []ReceiptSavePayment `json:"pay_entry_list" jdy:"need"`
	Sources    []ReceiptSaveSource  `json:"source_bill_entry_list" jdy:"need"`

	// What is not set is not sent.
	BillNo string `json:"bill_no,omitempty"` // 单据编号

	CurrencyID string `json:"currency_id,omitempty"` // 币别
	DeptID     string `json:"dept_id,omitempty"`     // 部门
	EmpID      string `json:"emp_id,omitempty"`      // salesman or buyer (业务员)

	Remark string `json:"remark,omitempty"` // 备注

	ExchangeRate        NumberText `json:"exchange_rate,omitzero"` // 汇率
	TotalDiscountAmount NumberText `json:"total_discount_amount,omitzero"`

	IsMultiCurrency *bool `json:"is_multi_currency,omitempty"`

	Attachments []AttachmentSave `json:"attachments_url_list,omitempty"`
	Custom      duijie.Record    `json:"custom_field,omitempty"` // custom fields by their keys; a reference takes the key with _id

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v ReceiptSave) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// ReceiptSaveSource is part of a [ReceiptSave]: a bill that is settled.
type ReceiptSaveSource struct {
	// Required.
	CurSettleAmount NumberText `json:"cur_settle_amount" jdy:"need"` // settled by this bill
	SrcBillID       string     `json:"src_bill_id" jdy:"need"`
	SrcBillTypeID   string     `json:"src_bill_type_id" jdy:"need"` // entity of the source bill; send the whole src group or nothing of it

	// What is not set is not sent.
	ID string `json:"id,omitempty"`

	SrcComment string `json:"src_comment,omitempty"`

	SettleAmount   NumberText `json:"settle_amount,omitzero"`
	UnSettleAmount NumberText `json:"un_settle_amount,omitzero"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v ReceiptSaveSource) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// ReceiptSavePayment is part of a [ReceiptSave]: a payment.
type ReceiptSavePayment struct {
	// Required.
	Amount          NumberText `json:"amount" jdy:"need"`
	SettleAccountID string     `json:"settle_account_id" jdy:"need"` // account the money moves on (结算账户)

	// What is not set is not sent.
	ID string `json:"id,omitempty"`

	PayTypeID   string `json:"pay_type_id,omitempty"`  // 结算方式
	TransNumber string `json:"trans_number,omitempty"` // 交易号

	Comment string `json:"comment,omitempty"`

	ServiceFee NumberText `json:"service_fee,omitzero"` // 手续费

	Custom duijie.Record `json:"custom_entity_field,omitempty"` // custom fields of the line

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v ReceiptSavePayment) MarshalJSON() ([]byte, error) { return encodeObject(v) }

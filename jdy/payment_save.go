package jdy

import (
	"github.com/duijie-go/duijie"
)

// PaymentSave is what a save of payments of money sends (付款单保存, POST /jdy/v2/arap/ap_credit).
type PaymentSave struct {
	// Required.
	BillDate   Date                 `json:"bill_date" jdy:"need"` // 单据日期
	Payments   []PaymentSavePayment `json:"pay_entry_list" jdy:"need"`
	Sources    []PaymentSaveSource  `json:"source_bill_entry_list" jdy:"need"`
	SupplierID string               `json:"supplier_id" jdy:"need"`

	// What is not set is not sent.
	BillNo string `json:"bill_no,omitempty"` // 单据编号

	CurrencyID        string `json:"currency_id,omitempty"` // 币别
	DeptID            string `json:"dept_id,omitempty"`     // 部门
	EmpID             string `json:"emp_id,omitempty"`      // salesman or buyer (业务员)
	SupplierAccountID string `json:"supplier_account_id,omitempty"`

	PayFromToType string `json:"pay_from_to_type,omitempty"`
	Remark        string `json:"remark,omitempty"` // 备注

	ExchangeRate        NumberText `json:"exchange_rate,omitzero"` // 汇率
	TotalDiscountAmount NumberText `json:"total_discount_amount,omitzero"`

	Attachments []AttachmentSave `json:"attachments_url_list,omitempty"`
	Custom      duijie.Record    `json:"custom_field,omitempty"` // custom fields by their keys; a reference takes the key with _id

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v PaymentSave) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// PaymentSaveSource is part of a [PaymentSave]: a bill that is settled.
type PaymentSaveSource struct {
	// Required.
	CurSettleAmount NumberText `json:"cur_settle_amount" jdy:"need"` // settled by this bill
	SrcBillID       string     `json:"src_bill_id" jdy:"need"`
	SrcBillTypeID   string     `json:"src_bill_type_id" jdy:"need"` // entity of the source bill; send the whole src group or nothing of it

	// What is not set is not sent.
	SrcComment string `json:"src_comment,omitempty"`

	UnsettleAmount NumberText `json:"unsettle_amount,omitzero"`

	Lines []PaymentSaveSourceLine `json:"source_bill_entry_data,omitempty"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v PaymentSaveSource) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// PaymentSaveSourceLine is part of a [PaymentSave]: a settled line of a bill.
type PaymentSaveSourceLine struct {
	// Required.
	EntrySettleAmount    NumberText `json:"entry_settle_amount" jdy:"need"`
	SrcEntryID           string     `json:"src_entry_id" jdy:"need"` // id of its line
	SrcEntrySettleAmount NumberText `json:"src_entry_settle_amount" jdy:"need"`

	// What is not set is not sent.
	SrcEntryUnsettleAmount NumberText `json:"src_entry_unsettle_amount,omitzero"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v PaymentSaveSourceLine) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// PaymentSavePayment is part of a [PaymentSave]: a payment.
type PaymentSavePayment struct {
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
func (v PaymentSavePayment) MarshalJSON() ([]byte, error) { return encodeObject(v) }

package jdy

import (
	"encoding/json"

	"github.com/duijie-go/duijie"
)

// VoucherRow is a row of the list of vouchers (凭证列表, GET /jdy/v2/fi/voucher).
type VoucherRow struct {
	ID           string      `json:"id"`
	Number       string      `json:"number"`      // 编码
	BillStatus   BillStatus  `json:"bill_status"` // audited or not
	Date         duijie.Time `json:"date"`
	Period       string      `json:"period"` // yyyyMM
	VoucherNo    string      `json:"voucher_no"`
	SourceBillNo string      `json:"source_bill_no"` // your own id of it: a second voucher with the same one is refused

	GroupID     string `json:"group_id"` // 分类
	GroupNumber string `json:"group_number"`
	GroupName   string `json:"group_name"`

	Remark string `json:"remark"` // 备注

	CreditTotal duijie.Decimal `json:"credit_total"`
	DebitTotal  duijie.Decimal `json:"debit_total"`

	HaveReverse bool `json:"have_reverse"`
	IsReverse   bool `json:"is_reverse"`

	SourceBills []VoucherRowSourceBill `json:"src_bill"`

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v VoucherRow) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// VoucherRowSourceBill is part of a [VoucherRow]: the bill it came from.
type VoucherRowSourceBill struct {
	SrcBillID string `json:"src_bill_id"`

	SrcBillNo   string `json:"src_bill_no"` // its number
	SrcBillType string `json:"src_bill_type"`

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v VoucherRowSourceBill) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// Voucher is a whole record of vouchers (凭证详情, GET /jdy/v2/fi/voucher_detail).
type Voucher struct {
	ID         string      `json:"id"`
	Number     string      `json:"number"`      // 编码
	BillStatus BillStatus  `json:"bill_status"` // audited or not
	Date       duijie.Time `json:"date"`
	Period     string      `json:"period"` // yyyyMM
	VoucherNo  string      `json:"voucher_no"`

	GroupID     string `json:"group_id"` // 分类
	GroupNumber string `json:"group_number"`
	GroupName   string `json:"group_name"`

	CreditTotal duijie.Decimal `json:"credit_total"`
	DebitTotal  duijie.Decimal `json:"debit_total"`

	HaveReverse bool `json:"have_reverse"`
	IsReverse   bool `json:"is_reverse"`

	Lines       []VoucherLine       `json:"entry_list"`
	SourceBills []VoucherSourceBill `json:"src_bill"`

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v Voucher) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// VoucherSourceBill is part of a [Voucher]: the bill it came from.
type VoucherSourceBill struct {
	SrcBillID string `json:"src_bill_id"`

	SrcBillNo   string `json:"src_bill_no"` // its number
	SrcBillType string `json:"src_bill_type"`

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v VoucherSourceBill) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// VoucherLine is part of a [Voucher]: a line.
type VoucherLine struct {
	ID  string `json:"id"`
	Seq string `json:"seq"`

	AccountID         string `json:"account_id"`
	AccountNumber     string `json:"account_number"`
	AccountName       string `json:"account_name"`
	CurrencyID        string `json:"currency_id"` // 币别
	CurrencyNumber    string `json:"currency_number"`
	CurrencyName      string `json:"currency_name"`
	MeasureUnitID     string `json:"measure_unit_id"`
	MeasureUnitNumber string `json:"measure_unit_number"`
	MeasureUnitName   string `json:"measure_unit_name"`

	DC          Direction `json:"dc"`
	Explanation string    `json:"explanation"` // 摘要

	AmountFor    duijie.Decimal `json:"amount_for"`    // in the currency of the line
	CreditAmount duijie.Decimal `json:"credit_amount"` // 贷方金额
	DebitAmount  duijie.Decimal `json:"debit_amount"`  // 借方金额
	Price        duijie.Decimal `json:"price"`
	Quantity     duijie.Decimal `json:"quantity"` // where the account counts quantities

	Assist []VoucherAssist `json:"assist"`

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v VoucherLine) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// VoucherAssist is part of a [Voucher]: an auxiliary item (辅助核算).
type VoucherAssist struct {
	ID     string `json:"id"`
	Number string `json:"number"` // 编码
	Name   string `json:"name"`

	TypeName          string `json:"type_name"`
	BDAuxInfoTypeID   string `json:"bd_aux_info_type_id"`
	BDAuxinfoTypeName string `json:"bd_auxinfo_type_name"`

	Type string `json:"type"`

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v VoucherAssist) MarshalJSON() ([]byte, error) { return encodeObject(v) }

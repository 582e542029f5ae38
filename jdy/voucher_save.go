package jdy

import (
	"fmt"

	"github.com/duijie-go/duijie"
)

// VoucherSave is what a save of vouchers sends (凭证保存, POST /jdy/v2/fi/voucher).
// It must balance: the sums of debits and credits are compared exactly before
// anything is sent.
type VoucherSave struct {
	// Required.
	Date    Date              `json:"date" jdy:"need"`
	GroupID string            `json:"group_id,omitempty" jdy:"need=group_number"` // 凭证字; or group_number
	Lines   []VoucherSaveLine `json:"entry_list" jdy:"need"`                      // two at least

	// What is not set is not sent.
	GroupNumber  string `json:"group_number,omitempty"`
	Number       string `json:"number,omitempty"`         // 凭证号 within period and group; unset: the next one
	SourceBillNo string `json:"source_bill_no,omitempty"` // your own id of it: a second voucher with the same one is refused

	Remark string `json:"remark,omitempty"` // 备注

	AttachmentIDs []string `json:"attachment_ids,omitempty"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v VoucherSave) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// VoucherSaveLine is a line of a [VoucherSave] (分录): give DebitAmount or
// CreditAmount, the other one and DC follow from it.
type VoucherSaveLine struct {
	// Required.
	AccountID   string `json:"account_id,omitempty" jdy:"need=account_number"` // 科目; or account_number
	CurrencyID  string `json:"currency_id" jdy:"need"`                         // 币别
	Explanation string `json:"explanation" jdy:"need"`                         // 摘要

	DebitAmount  NumberText `json:"debit_amount,omitzero"`  // 借方金额, in the base currency
	CreditAmount NumberText `json:"credit_amount,omitzero"` // 贷方金额, in the base currency

	// What is not set is not sent.
	ID            string     `json:"id,omitempty"`
	AccountNumber string     `json:"account_number,omitempty"`
	DC            Direction  `json:"dc,omitempty"`        // unset: the side that has an amount
	AmountFor     NumberText `json:"amount_for,omitzero"` // in the line's currency; unset: as in the base currency
	Price         NumberText `json:"price,omitzero"`      // where the account counts quantities
	Quantity      Number     `json:"quantity,omitzero"`   // where the account counts quantities

	Assists []VoucherSaveAssist `json:"assist_list,omitempty"` // 辅助核算

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set, and what follows from it.
func (v VoucherSaveLine) MarshalJSON() ([]byte, error) {
	return encodeObject(voucherLine(v.completed()))
}

// voucherLine is a line that is complete.
type voucherLine VoucherSaveLine

// completed sets the amount of the other side, which is 0, the direction and the
// amount in the line's currency.
func (v VoucherSaveLine) completed() VoucherSaveLine {
	none := TextOf(duijie.DecimalFromInt(0))
	debit := v.DebitAmount.Sign() != 0
	if v.DC == "" {
		v.DC = Credit
		if debit {
			v.DC = Debit
		}
	}
	if !v.DebitAmount.IsSet() {
		v.DebitAmount = none
	}
	if !v.CreditAmount.IsSet() {
		v.CreditAmount = none
	}
	if !v.AmountFor.IsSet() {
		v.AmountFor = v.CreditAmount
		if debit {
			v.AmountFor = v.DebitAmount
		}
	}
	return v
}

// check finds lines with both sides or none, and a voucher that does not balance.
func (v VoucherSave) check() []string {
	var out []string
	if len(v.Lines) == 1 {
		out = append(out, "entry_list has one line, a voucher has two at least")
	}
	var debit, credit duijie.Decimal
	for i, line := range v.Lines {
		side := Debit
		switch d, c := line.DebitAmount.Sign() != 0, line.CreditAmount.Sign() != 0; {
		case d && c:
			out = append(out, fmt.Sprintf("entry_list[%d] has a debit and a credit amount", i))
		case !d && !c:
			out = append(out, fmt.Sprintf("entry_list[%d] has no amount", i))
		case c:
			side = Credit
			fallthrough
		default:
			if line.DC != "" && line.DC != side {
				out = append(out, fmt.Sprintf("entry_list[%d]: dc %s is not the side of its amount", i, line.DC))
			}
		}
		debit, credit = debit.Add(line.DebitAmount.Decimal), credit.Add(line.CreditAmount.Decimal)
	}
	if !debit.Equal(credit) {
		out = append(out, fmt.Sprintf("the voucher does not balance: debit %s, credit %s", debit, credit))
	}
	return out
}

// VoucherSaveAssist is part of a [VoucherSave]: an auxiliary item (辅助核算).
type VoucherSaveAssist struct {
	// Required.
	Type string `json:"type" jdy:"need"` // kind of item
	ID   string `json:"id,omitempty" jdy:"need=number"`

	// What is not set is not sent.
	Number              string `json:"number,omitempty"` // 编码
	BDAuxInfoTypeID     string `json:"bd_aux_info_type_id,omitempty"`
	BDAuxInfoTypeNumber string `json:"bd_aux_info_type_number,omitempty"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v VoucherSaveAssist) MarshalJSON() ([]byte, error) { return encodeObject(v) }

package jdy

import (
	"github.com/duijie-go/duijie"
)

// SettlementAccountSave is what a save of accounts money is kept on sends (账户保存, POST /jdy/v2/bd/settlement_account).
type SettlementAccountSave struct {
	// Required.
	CurrencyNumber string `json:"currency_number" jdy:"need"`
	Name           string `json:"name" jdy:"need"`

	// What is not set is not sent.
	Number string `json:"number,omitempty"` // 编码

	AccountName string `json:"account_name,omitempty"`

	Account     string `json:"account,omitempty"`
	OpeningBank string `json:"opening_bank,omitempty"` // 开户行
	Remark      string `json:"remark,omitempty"`       // 备注

	IsDefault *bool `json:"is_default,omitempty"` // 默认

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v SettlementAccountSave) MarshalJSON() ([]byte, error) { return encodeObject(v) }

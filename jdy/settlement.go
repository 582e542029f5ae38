package jdy

import (
	"encoding/json"
)

// SettlementAccountService reads and saves accounts money is kept on (账户).
//
// The platform has no detail of one: Get, GetByNumber and sinks, which look records
// up by it, do not work here.
type SettlementAccountService = Records[SettlementAccountRow, SettlementAccountRow, SettlementAccountSave]

// settlementAccountRecords says where accounts money is kept on are.
var settlementAccountRecords = RecordKind{Name: "settlement account", Path: "/jdy/v2/bd/settlement_account", Entity: "bd_bank"}

// SettlementAccountRow is a row of the list of accounts money is kept on (账户列表, GET /jdy/v2/bd/settlement_account).
type SettlementAccountRow struct {
	ID     string `json:"id"`
	Number string `json:"number"` // 编码
	Name   string `json:"name"`
	Enable Enable `json:"enable"`

	AccountName string `json:"account_name"`

	Account     string `json:"account"`
	OpeningBank string `json:"opening_bank"` // 开户行

	IsDefault bool `json:"is_default"` // 默认

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v SettlementAccountRow) MarshalJSON() ([]byte, error) { return encodeObject(v) }

package jdy

import (
	"encoding/json"

	"github.com/duijie-go/duijie"
)

// LedgerAccountService reads and saves accounts of the ledger (科目).
//
// The list comes in one answer.
type LedgerAccountService = Records[LedgerAccountRow, LedgerAccount, LedgerAccountSave]

// ledgerAccountRecords says where accounts of the ledger are.
var ledgerAccountRecords = RecordKind{Name: "ledger account", Path: "/jdy/v2/fi/account", Entity: "bd_account"}

// LedgerAccountRow is a row of the list of accounts of the ledger (科目列表, GET /jdy/v2/fi/account).
type LedgerAccountRow struct {
	ID       string `json:"id"`
	Number   string `json:"number"` // 编码
	Name     string `json:"name"`
	Enable   Enable `json:"enable"`
	FullName string `json:"full_name"` // with the names above it

	AccountTypeID string `json:"account_type_id"`

	DC               Direction `json:"dc"`
	HelpCode         string    `json:"help_code"` // 助记码
	IsAssist         int64     `json:"is_assist"`
	IsBank           int64     `json:"is_bank"`
	IsCash           int64     `json:"is_cash"`
	IsCashEquivalent int64     `json:"is_cash_equivalent"`
	IsCurrency       int64     `json:"is_currency"`
	IsLeaf           int64     `json:"is_leaf"` // has nothing below it
	Level            int64     `json:"level"`   // from 1
	ParentID         string    `json:"pid"`

	IsQty duijie.Decimal `json:"is_qty"`

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v LedgerAccountRow) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// LedgerAccount is a whole record of accounts of the ledger (科目详情, GET /jdy/v2/fi/account_detail).
type LedgerAccount struct {
	ID     string `json:"id"`
	Number string `json:"number"` // 编码
	Name   string `json:"name"`
	Enable Enable `json:"enable"`

	AccountTypeID     string `json:"account_type_id"`
	AccountTypeNumber string `json:"account_type_number"`
	AccountTypeName   string `json:"account_type_name"`
	ParentID          string `json:"parent_id"` // group it is in
	ParentNumber      string `json:"parent_number"`
	ParentName        string `json:"parent_name"`

	DC       Direction `json:"dc"`
	HelpCode string    `json:"help_code"` // 助记码

	IsAllCurrency    bool `json:"is_all_currency"`
	IsAssist         bool `json:"is_assist"`
	IsBank           bool `json:"is_bank"`
	IsCash           bool `json:"is_cash"`
	IsCashEquivalent bool `json:"is_cash_equivalent"`
	IsChangeCurrency bool `json:"is_change_currency"`
	IsCurrency       bool `json:"is_currency"`
	IsLeaf           bool `json:"is_leaf"` // has nothing below it
	IsQty            bool `json:"is_qty"`

	CheckItems []LedgerAccountCheckItem `json:"check_item_entry"`

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v LedgerAccount) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// LedgerAccountCheckItem is part of a [LedgerAccount]: an auxiliary item the account asks for.
type LedgerAccountCheckItem struct {
	ID  string `json:"id"`
	Seq string `json:"seq"`

	BDAuxInfoTypeID string `json:"bd_aux_info_type_id"`

	IsRequire bool `json:"is_require"`

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v LedgerAccountCheckItem) MarshalJSON() ([]byte, error) { return encodeObject(v) }

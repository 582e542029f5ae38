package jdy

import (
	"github.com/duijie-go/duijie"
)

// LedgerAccountSave is what a save of accounts of the ledger sends (科目保存, POST /jdy/v2/fi/account).
type LedgerAccountSave struct {
	// Required.
	AccountTypeID string    `json:"account_type_id" jdy:"need"`
	DC            Direction `json:"dc" jdy:"need"`
	Level         string    `json:"level" jdy:"need"` // from 1
	Name          string    `json:"name" jdy:"need"`

	// What is not set is not sent.
	Number string `json:"number,omitempty"` // 编码
	Enable Enable `json:"enable,omitempty"`

	MeasureUnitID string `json:"measure_unit_id,omitempty"`
	ParentID      string `json:"parent_id,omitempty"` // group it is in

	CurrencyIDs string `json:"currency_ids,omitempty"`
	HelpCode    string `json:"help_code,omitempty"` // 助记码

	IsAllCurrency    *bool `json:"is_all_currency,omitempty"`
	IsAssist         *bool `json:"is_assist,omitempty"`
	IsBank           *bool `json:"is_bank,omitempty"`
	IsCash           *bool `json:"is_cash,omitempty"`
	IsCashEquivalent *bool `json:"is_cash_equivalent,omitempty"`
	IsChangeCurrency *bool `json:"is_change_currency,omitempty"`
	IsCurrency       *bool `json:"is_currency,omitempty"`
	IsQty            *bool `json:"is_qty,omitempty"`

	CheckItems []LedgerAccountSaveCheckItem `json:"check_item_entry,omitempty"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v LedgerAccountSave) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// LedgerAccountSaveCheckItem is part of a [LedgerAccountSave]: an auxiliary item the account asks for.
type LedgerAccountSaveCheckItem struct {
	ID  string `json:"id,omitempty"`
	Seq string `json:"seq,omitempty"`

	BDAuxInfoTypeID string `json:"bd_aux_info_type_id,omitempty"`

	IsRequire *bool `json:"is_require,omitempty"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v LedgerAccountSaveCheckItem) MarshalJSON() ([]byte, error) { return encodeObject(v) }

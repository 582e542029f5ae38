package jdy

import (
	"encoding/json"
)

// SettlementTypeService reads and saves ways to pay (结算方式).
//
// The platform has no detail of one: Get, GetByNumber and sinks, which look records
// up by it, do not work here.
type SettlementTypeService = Records[SettlementTypeRow, SettlementTypeRow, SettlementTypeSave]

// settlementTypeRecords says where ways to pay are.
var settlementTypeRecords = RecordKind{Name: "settlement type", Path: "/jdy/v2/bd/settlement_type", Entity: "bd_settlementtype"}

// SettlementTypeRow is a row of the list of ways to pay (结算方式列表, GET /jdy/v2/bd/settlement_type).
type SettlementTypeRow struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Enable Enable `json:"enable"`

	IsDefault bool `json:"is_default"` // 默认

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v SettlementTypeRow) MarshalJSON() ([]byte, error) { return encodeObject(v) }

package jdy

import (
	"encoding/json"
)

// SupplierGroupService reads and saves groups of suppliers (供应商分类).
//
// The platform has no detail of one: Get, GetByNumber and sinks, which look records
// up by it, do not work here.
//
// Parameters for Filter of the [Query]: level.
type SupplierGroupService = Records[SupplierGroupRow, SupplierGroupRow, SupplierGroupSave]

// supplierGroupRecords says where groups of suppliers are.
var supplierGroupRecords = RecordKind{Name: "supplier group", Path: "/jdy/v2/bd/supplier_group", Entity: "bd_suppliergroup"}

// SupplierGroupRow is a row of the list of groups of suppliers (供应商分类列表, GET /jdy/v2/bd/supplier_group).
type SupplierGroupRow struct {
	ID     string `json:"id"`
	Number string `json:"number"` // 编码
	Name   string `json:"name"`

	ParentID string `json:"parent_id"` // group it is in

	Level string `json:"level"` // from 1

	IsLeaf bool `json:"is_leaf"` // has nothing below it

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v SupplierGroupRow) MarshalJSON() ([]byte, error) { return encodeObject(v) }

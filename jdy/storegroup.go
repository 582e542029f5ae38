package jdy

import (
	"encoding/json"
)

// StoreGroupService reads and saves groups of warehouses (仓库分类).
//
// Parameters for Filter of the [Query]: level, parent.
type StoreGroupService = Records[StoreGroupRow, StoreGroup, StoreGroupSave]

// storeGroupRecords says where groups of warehouses are.
var storeGroupRecords = RecordKind{Name: "warehouse group", Path: "/jdy/v2/bd/store_group", Entity: "bd_storegroup"}

// StoreGroupRow is a row of the list of groups of warehouses (仓库分类列表, GET /jdy/v2/bd/store_group).
type StoreGroupRow struct {
	ID     string `json:"id"`
	Number string `json:"number"` // 编码
	Name   string `json:"name"`

	Level  string `json:"level"` // from 1
	Parent string `json:"parent"`

	IsLeaf bool `json:"is_leaf"` // has nothing below it

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v StoreGroupRow) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// StoreGroup is a whole record of groups of warehouses (仓库分类详情, GET /jdy/v2/bd/store_group_detail).
type StoreGroup struct {
	ID     string `json:"id"`
	Number string `json:"number"` // 编码
	Name   string `json:"name"`

	ParentID string `json:"parent_id"` // group it is in

	Level string `json:"level"` // from 1

	IsLeaf bool `json:"is_leaf"` // has nothing below it

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v StoreGroup) MarshalJSON() ([]byte, error) { return encodeObject(v) }

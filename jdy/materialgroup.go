package jdy

import (
	"encoding/json"

	"github.com/duijie-go/duijie"
)

// MaterialGroupService reads and saves groups of materials (商品分类).
//
// Parameters for Filter of the [Query]: parent.
type MaterialGroupService = Records[MaterialGroupRow, MaterialGroup, MaterialGroupSave]

// materialGroupRecords says where groups of materials are.
var materialGroupRecords = RecordKind{Name: "material group", Path: "/jdy/v2/bd/material_group", Entity: "bd_materialgroup"}

// MaterialGroupRow is a row of the list of groups of materials (商品分类列表, GET /jdy/v2/bd/material_group).
type MaterialGroupRow struct {
	ID     string `json:"id"`
	Number string `json:"number"` // 编码
	Name   string `json:"name"`

	Level string `json:"level"` // from 1

	CreateTime duijie.Time `json:"create_time"` // China time
	ModifyTime duijie.Time `json:"modify_time"` // China time

	IsLeaf bool `json:"is_leaf"` // has nothing below it

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v MaterialGroupRow) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// MaterialGroup is a whole record of groups of materials (商品分类详情, GET /jdy/v2/bd/material_group_detail).
type MaterialGroup struct {
	ID     string `json:"id"`
	Number string `json:"number"` // 编码
	Name   string `json:"name"`

	CreatorName  string `json:"creator_name"`
	ModifierName string `json:"modifier_name"`
	ParentID     string `json:"parent_id"` // group it is in

	Description string `json:"description"`
	Level       string `json:"level"` // from 1

	CreateTime duijie.Time `json:"create_time"` // China time
	ModifyTime duijie.Time `json:"modify_time"` // China time

	IsLeaf bool `json:"is_leaf"` // has nothing below it

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v MaterialGroup) MarshalJSON() ([]byte, error) { return encodeObject(v) }

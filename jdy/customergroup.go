package jdy

import (
	"encoding/json"
)

// CustomerGroupService reads and saves groups of customers (客户分类).
//
// The platform has no detail of one: Get, GetByNumber and sinks, which look records
// up by it, do not work here.
//
// Parameters for Filter of the [Query]: name, number, parent.
type CustomerGroupService = Records[CustomerGroupRow, CustomerGroupRow, CustomerGroupSave]

// customerGroupRecords says where groups of customers are.
var customerGroupRecords = RecordKind{Name: "customer group", Path: "/jdy/v2/bd/customer_group", Entity: "bd_customergroup"}

// CustomerGroupRow is a row of the list of groups of customers (客户分类列表, GET /jdy/v2/bd/customer_group).
type CustomerGroupRow struct {
	ID     string `json:"id"`
	Number string `json:"number"` // 编码
	Name   string `json:"name"`

	ParentID string `json:"parent_id"` // group it is in

	Level  string `json:"level"`  // from 1
	Remark string `json:"remark"` // 备注

	IsLeaf bool `json:"is_leaf"` // has nothing below it

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v CustomerGroupRow) MarshalJSON() ([]byte, error) { return encodeObject(v) }

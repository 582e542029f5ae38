package jdy

import (
	"github.com/duijie-go/duijie"
)

// CustomerGroupSave is what a save of groups of customers sends (客户分类保存, POST /jdy/v2/bd/customer_group).
type CustomerGroupSave struct {
	// Required.
	Name string `json:"name" jdy:"need"`

	// What is not set is not sent.
	Number string `json:"number,omitempty"` // 编码

	ParentID     string `json:"parent_id,omitempty"` // group it is in
	ParentNumber string `json:"parent_number,omitempty"`

	Remark string `json:"remark,omitempty"` // 备注

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v CustomerGroupSave) MarshalJSON() ([]byte, error) { return encodeObject(v) }

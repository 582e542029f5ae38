package jdy

import (
	"github.com/duijie-go/duijie"
)

// MaterialGroupSave is what a save of groups of materials sends (商品分类保存, POST /jdy/v2/bd/material_group).
type MaterialGroupSave struct {
	// Required.
	Name string `json:"name" jdy:"need"`

	// What is not set is not sent.
	Number string `json:"number,omitempty"` // 编码

	ParentID     string `json:"parent_id,omitempty"` // group it is in
	ParentNumber string `json:"parent_number,omitempty"`

	Description string `json:"description,omitempty"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v MaterialGroupSave) MarshalJSON() ([]byte, error) { return encodeObject(v) }

package jdy

import (
	"github.com/duijie-go/duijie"
)

// DepartmentSave is what a save of departments sends (部门保存, POST /jdy/v2/bd/department).
type DepartmentSave struct {
	// Required.
	Name        string `json:"name" jdy:"need"`
	ParentOrgID string `json:"parent_org_id" jdy:"need=parent_org_number"` // or parent_org_number

	// What is not set is not sent.
	Number string `json:"number,omitempty"` // 编码

	ParentOrgNumber string `json:"parent_org_number,omitempty"`

	Comment string `json:"f_comment,omitempty"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v DepartmentSave) MarshalJSON() ([]byte, error) { return encodeObject(v) }

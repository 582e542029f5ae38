package jdy

import (
	"encoding/json"
)

// DepartmentService reads and saves departments (部门).
//
// Parameters for Filter of the [Query]: parent_id.
type DepartmentService = Records[DepartmentRow, Department, DepartmentSave]

// departmentRecords says where departments are.
var departmentRecords = RecordKind{Name: "department", Path: "/jdy/v2/bd/department", Entity: "bd_department"}

// DepartmentRow is a row of the list of departments (部门列表, GET /jdy/v2/bd/department).
type DepartmentRow struct {
	ID       string `json:"id"`
	Number   string `json:"number"` // 编码
	Name     string `json:"name"`
	Enable   Enable `json:"enable"`
	FullName string `json:"full_name"` // with the names above it

	LongNumber   string `json:"long_number"`
	ParentID     string `json:"parent_id"` // group it is in
	ParentNumber string `json:"parent_number"`
	ParentName   string `json:"parent_name"`

	Level string `json:"level"` // from 1

	IsLeaf bool `json:"is_leaf"` // has nothing below it

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v DepartmentRow) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// Department is a whole record of departments (部门详情, GET /jdy/v2/bd/department_detail).
type Department struct {
	ID       string `json:"id"`
	Number   string `json:"number"` // 编码
	Name     string `json:"name"`
	Enable   Enable `json:"enable"`
	FullName string `json:"full_name"` // with the names above it

	LongNumber   string `json:"long_number"`
	ParentID     string `json:"parent_id"` // group it is in
	ParentNumber string `json:"parent_number"`
	ParentName   string `json:"parent_name"`

	Comment string `json:"comment"`
	Level   string `json:"level"` // from 1

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v Department) MarshalJSON() ([]byte, error) { return encodeObject(v) }

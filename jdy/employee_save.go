package jdy

import (
	"github.com/duijie-go/duijie"
)

// EmployeeSave is what a save of employees sends (职员保存, POST /jdy/v2/bd/emp).
type EmployeeSave struct {
	// Required.
	Name string `json:"name" jdy:"need"`

	// What is not set is not sent.
	Number string `json:"number,omitempty"` // 编码

	DepartmentID     string `json:"department_id,omitempty"`
	DepartmentNumber string `json:"department_number,omitempty"`
	IDNumber         string `json:"id_number,omitempty"` // ID card; private: sent in clear text

	Birthday string `json:"birthday,omitempty"` // private: sent in clear text
	Email    string `json:"email,omitempty"`    // private: sent in clear text
	Gender   Gender `json:"gender,omitempty"`
	Mobile   string `json:"mobile,omitempty"` // private: sent in clear text
	Wechat   string `json:"wechat,omitempty"` // private: sent in clear text

	HireDate Date `json:"hire_date,omitzero"` // 入职日期

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v EmployeeSave) MarshalJSON() ([]byte, error) { return encodeObject(v) }

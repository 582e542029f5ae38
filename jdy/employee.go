package jdy

import (
	"encoding/json"

	"github.com/duijie-go/duijie"
)

// EmployeeService reads and saves employees (职员).
//
// Mobile, e-mail and ID number are encrypted on the way and readable here.
//
// Parameters for Filter of the [Query]: dept_id.
type EmployeeService = Records[EmployeeRow, Employee, EmployeeSave]

// employeeRecords says where employees are.
var employeeRecords = RecordKind{Name: "employee", Path: "/jdy/v2/bd/emp", Entity: "bd_employee"}

// EmployeeRow is a row of the list of employees (职员列表, GET /jdy/v2/bd/emp).
type EmployeeRow struct {
	ID     string `json:"id"`
	Number string `json:"number"` // 编码
	Name   string `json:"name"`
	Enable Enable `json:"enable"`

	IDNumber string `json:"id_number" jdy:"private"` // ID card; private: decrypted when read

	Mobile string `json:"mobile" jdy:"private"` // private: decrypted when read

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v EmployeeRow) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// Employee is a whole record of employees (职员详情, GET /jdy/v2/bd/emp_detail).
type Employee struct {
	ID     string `json:"id"`
	Number string `json:"number"` // 编码
	Name   string `json:"name"`
	Enable Enable `json:"enable"`

	IDNumber         string `json:"id_number" jdy:"private"` // ID card; private: decrypted when read
	DepartmentID     string `json:"department_id"`
	DepartmentNumber string `json:"department_number"`
	DepartmentName   string `json:"department_name"`
	SettleBankID     string `json:"settle_bank_id"`
	SettleTypeID     string `json:"settle_type_id"` // 结算方式

	Birthday string `json:"birthday" jdy:"private"` // private: decrypted when read
	Email    string `json:"email" jdy:"private"`    // private: decrypted when read
	Gender   Gender `json:"gender"`
	Mobile   string `json:"mobile" jdy:"private"` // private: decrypted when read
	Wechat   string `json:"wechat" jdy:"private"` // private: decrypted when read

	HireDate  duijie.Time `json:"hire_date"`  // 入职日期
	LeaveDate duijie.Time `json:"leave_date"` // 离职日期

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v Employee) MarshalJSON() ([]byte, error) { return encodeObject(v) }

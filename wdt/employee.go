package wdt

import (
	"encoding/json"
	"time"
)

const employeesMethod = "setting.Employee.search"

// Employee is an employee (员工) of the seller.
// A member the platform left out is zero; members this struct does not know stay in
// Raw and come back when it is encoded.
type Employee struct {
	ID        int64  `json:"employee_id"`
	No        string `json:"employee_no"` // the key (员工编号)
	Name      string `json:"name"`
	ShortName string `json:"shortname"` // the nick name documents show (昵称)

	Gender     int64 `json:"gender"`
	RolesMask  int64 `json:"roles_mask"`     // role bits
	Deleted    int64 `json:"deleted"`        // above 0: deleted
	SystemUser bool  `json:"is_system_user"` // a built-in account
	Disabled   bool  `json:"is_disabled"`    // true = disabled

	PositionName string `json:"position_name"`

	DepartmentName string `json:"department_name"`
	Remark         string `json:"remark"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// UnmarshalJSON takes every member in any of the forms the platform sends it in.
func (e *Employee) UnmarshalJSON(b []byte) error { return decodeRow(b, e) }

// MarshalJSON writes the employee with the members only Raw has.
func (e Employee) MarshalJSON() ([]byte, error) { return encodeRow(e) }

// Key is employee_no; one without is known as "employee_id:" and its number.
func (e Employee) Key() string { return keyOr(e.No, "employee_id", e.ID) }

func (e Employee) version() int64 { return 0 }

// EmployeeQuery selects employees. From and To are required.
type EmployeeQuery struct {
	No       string    // employee_no (员工编号)
	From, To time.Time // start_time and end_time, the last change; any length
	PageSize int       // rows per call; 0 takes 200, at most 1000
	Cursor   string    // Next of a page List gave
}

func (q EmployeeQuery) list() selection {
	f := filter{}
	f.text("employee_no", q.No)
	return selection{
		method: employeesMethod, params: f, size: q.PageSize, cursor: q.Cursor,
		from: q.From, to: q.To,
	}
}

// EmployeeService reads employees (员工; 查询员工, setting.Employee.search) by windows of
// their modification time. Its rows carry no time.
type EmployeeService = WindowService[Employee, EmployeeQuery]

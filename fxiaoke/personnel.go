package fxiaoke

// Personnel is an employee as an object, which takes a special right to read (人员, PersonnelObj).
type Personnel struct {
	Common

	FullName        string   `json:"full_name"`
	Phone           string   `json:"phone"`
	Email           string   `json:"email"`
	UserID          string   `json:"user_id"`
	EmployeeNumber  string   `json:"employee_number"`
	MainDepartment  []string `json:"main_department"`
	ViceDepartments []string `json:"vice_departments"`
	Position        string   `json:"position"`
	Status          string   `json:"status"` // "0" in service, "1" left
}

// MarshalJSON writes the fields that are set, and what Extra has beyond them.
func (v Personnel) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads loosely and keeps what has no field.
func (v *Personnel) UnmarshalJSON(b []byte) error { return decodeObject(b, v) }

// CRMDepartment is a department as an object (部门, DepartmentObj).
type CRMDepartment struct {
	Common

	ParentID  []string `json:"parent_id"` // the one above
	ManagerID []string `json:"manager_id"`
	Status    string   `json:"status"` // "0" active; others are stopped or deleted
}

// MarshalJSON writes the fields that are set, and what Extra has beyond them.
func (v CRMDepartment) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads loosely and keeps what has no field.
func (v *CRMDepartment) UnmarshalJSON(b []byte) error { return decodeObject(b, v) }

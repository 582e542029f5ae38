package kingdee

// Employee is an employee (员工) to be saved. The number is written as
// FStaffNumber and read as FNumber too.
type Employee struct {
	ID          int64     `json:"FID,omitzero"`                      // primary key: set for an update
	CreateOrg   Reference `json:"FCreateOrgId,omitzero" must:"创建组织"` // 创建组织, required
	UseOrg      Reference `json:"FUseOrgId,omitzero" must:"使用组织"`    // 使用组织, required; the same as CreateOrg when creating
	StaffNumber string    `json:"FStaffNumber,omitzero"`             // 员工编号; empty: the server draws one
	Name        string    `json:"FName,omitzero" must:"员工姓名"`        // 员工姓名, required
	Mobile      string    `json:"FMobile,omitzero"`                  // 移动电话
	Email       string    `json:"FEmail,omitzero"`                   // 电子邮箱
	Extra       []Field   `json:"-"`                                 // further members, custom ones too, see [Field]
	Posts       []Line    `json:"FPostEntity,omitzero"`              // 任岗信息
}

// MarshalJSON writes the members that are set, in the platform's order.
func (e Employee) MarshalJSON() ([]byte, error) { return encodeModel(&e) }

// UnmarshalJSON reads them back; what it does not know goes into Extra.
func (e *Employee) UnmarshalJSON(raw []byte) error { return decodeModel(raw, e) }

// Validate names the required members that a new one lacks; of an update only
// those of new lines.
func (e Employee) Validate() error { return validate(FormEmployee, &e) }

// EmployeeRow is an employee as lists give it.
type EmployeeRow struct {
	ID          int64  `kingdee:"FID,key"`
	Number      string `kingdee:"FNumber"`
	StaffNumber string `kingdee:"FStaffNumber"`
	Name        string `kingdee:"FName"`
	CreateOrg   string `kingdee:"FCreateOrgId.FNumber"`
	UseOrg      string `kingdee:"FUseOrgId.FNumber"`
	Mobile      string `kingdee:"FMobile"`
	Email       string `kingdee:"FEmail"`
	BaseState
}

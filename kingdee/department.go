package kingdee

import "github.com/duijie-go/duijie"

// Department is a department (部门) to be saved. Members that are not set are
// left out; see [Field] for how to clear one.
type Department struct {
	ID        int64       `json:"FDEPTID,omitzero"`                  // primary key: set for an update
	CreateOrg Reference   `json:"FCreateOrgId,omitzero" must:"创建组织"` // 创建组织, required
	UseOrg    Reference   `json:"FUseOrgId,omitzero" must:"使用组织"`    // 使用组织, required; the same as CreateOrg when creating
	Number    string      `json:"FNumber,omitzero"`                  // 部门编码; empty: the server draws one
	Name      string      `json:"FName,omitzero" must:"部门名称"`        // 部门名称, required
	Parent    Reference   `json:"FParentID,omitzero"`                // 上级部门
	Effective duijie.Time `json:"FEffectDate,omitzero"`              // 生效日期
	Lapse     duijie.Time `json:"FLapseDate,omitzero"`               // 失效日期
	Property  Reference   `json:"FDeptProperty,omitzero"`            // 部门属性
	Extra     []Field     `json:"-"`                                 // further members, custom ones too, see [Field]
}

// MarshalJSON writes the members that are set, in the platform's order.
func (d Department) MarshalJSON() ([]byte, error) { return encodeModel(&d) }

// UnmarshalJSON reads them back; what it does not know goes into Extra.
func (d *Department) UnmarshalJSON(raw []byte) error { return decodeModel(raw, d) }

// Validate names the required members that a new one lacks; of an update only
// those of new lines.
func (d Department) Validate() error { return validate(FormDepartment, &d) }

// DepartmentRow is a department as lists give it.
type DepartmentRow struct {
	ID        int64       `kingdee:"FDEPTID,key"`
	Number    string      `kingdee:"FNumber"`
	Name      string      `kingdee:"FName"`
	CreateOrg string      `kingdee:"FCreateOrgId.FNumber"`
	UseOrg    string      `kingdee:"FUseOrgId.FNumber"`
	Parent    string      `kingdee:"FParentID.FNumber"`
	Effective duijie.Time `kingdee:"FEffectDate"`
	Lapse     duijie.Time `kingdee:"FLapseDate"`
	BaseState
}

package kingdee

// Unit is a unit of measure (计量单位) to be saved; its group (计量单位组) says what it
// converts to.
type Unit struct {
	ID     int64     `json:"FUNITID,omitzero"`                   // primary key: set for an update
	Number string    `json:"FNumber,omitzero"`                   // 单位编码; empty: the server draws one
	Name   string    `json:"FName,omitzero" must:"单位名称"`         // 单位名称, required
	Group  Reference `json:"FUnitGroupId,omitzero" must:"计量单位组"` // 计量单位组, required
	Extra  []Field   `json:"-"`                                  // further members, custom ones too, see [Field]
}

// MarshalJSON writes the members that are set, in the platform's order.
func (u Unit) MarshalJSON() ([]byte, error) { return encodeModel(&u) }

// UnmarshalJSON reads them back; what it does not know goes into Extra.
func (u *Unit) UnmarshalJSON(raw []byte) error { return decodeModel(raw, u) }

// Validate names the required members that a new one lacks; of an update only
// those of new lines.
func (u Unit) Validate() error { return validate(FormUnit, &u) }

// UnitRow is a unit of measure as lists give it.
type UnitRow struct {
	ID     int64  `kingdee:"FUNITID,key"`
	Number string `kingdee:"FNumber"`
	Name   string `kingdee:"FName"`
	Group  string `kingdee:"FUnitGroupId.FNumber"`
	BaseState
}

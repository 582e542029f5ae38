package kingdee

// Stock is a warehouse (仓库) to be saved. Members that are not set are left
// out; see [Field] for how to clear one. Its field list is the word of one
// source: Validate checks no more than name and organisations.
type Stock struct {
	ID        int64     `json:"FStockId,omitzero"`                 // primary key: set for an update
	CreateOrg Reference `json:"FCreateOrgId,omitzero" must:"创建组织"` // 创建组织, required
	UseOrg    Reference `json:"FUseOrgId,omitzero" must:"使用组织"`    // 使用组织, required; the same as CreateOrg when creating
	Number    string    `json:"FNumber,omitzero"`                  // 仓库编码; empty: the server draws one
	Name      string    `json:"FName,omitzero" must:"仓库名称"`        // 仓库名称, required
	Property  string    `json:"FStockProperty,omitzero"`           // 仓库属性
	Address   string    `json:"FAddress,omitzero"`                 // 仓库地址
	Principal Reference `json:"FPrincipal,omitzero"`               // 仓库负责人
	Extra     []Field   `json:"-"`                                 // further members, custom ones too, see [Field]
}

// MarshalJSON writes the members that are set, in the platform's order.
func (s Stock) MarshalJSON() ([]byte, error) { return encodeModel(&s) }

// UnmarshalJSON reads them back; what it does not know goes into Extra.
func (s *Stock) UnmarshalJSON(raw []byte) error { return decodeModel(raw, s) }

// Validate names the required members that a new one lacks; of an update only
// those of new lines.
func (s Stock) Validate() error { return validate(FormStock, &s) }

// StockRow is a warehouse as lists give it.
type StockRow struct {
	ID        int64  `kingdee:"FStockId,key"`
	Number    string `kingdee:"FNumber"`
	Name      string `kingdee:"FName"`
	CreateOrg string `kingdee:"FCreateOrgId.FNumber"`
	UseOrg    string `kingdee:"FUseOrgId.FNumber"`
	Property  string `kingdee:"FStockProperty"`
	Address   string `kingdee:"FAddress"`
	BaseState
}

package kingdee

// Supplier is a supplier (供应商) to be saved. Members that are not set are left
// out; see [Field] for how to clear one.
type Supplier struct {
	ID        int64           `json:"FSupplierId,omitzero"`              // primary key: set for an update
	CreateOrg Reference       `json:"FCreateOrgId,omitzero" must:"创建组织"` // 创建组织, required
	UseOrg    Reference       `json:"FUseOrgId,omitzero" must:"使用组织"`    // 使用组织, required; the same as CreateOrg when creating
	Number    string          `json:"FNumber,omitzero"`                  // 供应商编码; empty: the server draws one
	Name      string          `json:"FName,omitzero" must:"供应商名称"`       // 供应商名称, required
	ShortName string          `json:"FShortName,omitzero"`               // 简称
	Group     Reference       `json:"FGroup,omitzero"`                   // 供应商分组
	Extra     []Field         `json:"-"`                                 // further members, custom ones too, see [Field]
	Base      Part            `json:"FBaseInfo,omitzero"`                // 基本信息
	Business  Part            `json:"FBusinessInfo,omitzero"`            // 商务信息
	Finance   SupplierFinance `json:"FFinanceInfo,omitzero"`             // 财务信息
	Banks     []Line          `json:"FBankInfo,omitzero"`                // 银行信息
	Locations []Line          `json:"FLocationInfo,omitzero"`            // 地点信息
	Contacts  []Line          `json:"FSupplierContact,omitzero"`         // 联系人
}

// MarshalJSON writes the members that are set, in the platform's order.
func (s Supplier) MarshalJSON() ([]byte, error) { return encodeModel(&s) }

// UnmarshalJSON reads them back; what it does not know goes into Extra.
func (s *Supplier) UnmarshalJSON(raw []byte) error { return decodeModel(raw, s) }

// Validate names the required members that a new one lacks; of an update only
// those of new lines.
func (s Supplier) Validate() error { return validate(FormSupplier, &s) }

// SupplierFinance is how a supplier is paid (财务信息).
type SupplierFinance struct {
	Currency    Reference `json:"FPayCurrencyId,omitzero"` // settlement currency (结算币别), "PRE001"; left out, the server takes its own
	InvoiceType string    `json:"FInvoiceType,omitzero"`   // 发票类型
	TaxType     Reference `json:"FTaxType,omitzero"`       // 税分类
	Extra       []Field   `json:"-"`                       // further members, custom ones too, see [Field]
}

// MarshalJSON writes the members that are set, in the platform's order.
func (s SupplierFinance) MarshalJSON() ([]byte, error) { return encodeModel(&s) }

// UnmarshalJSON reads them back; what it does not know goes into Extra.
func (s *SupplierFinance) UnmarshalJSON(raw []byte) error { return decodeModel(raw, s) }

// SupplierRow is a supplier as lists give it.
type SupplierRow struct {
	ID        int64  `kingdee:"FSupplierId,key"`
	Number    string `kingdee:"FNumber"`
	Name      string `kingdee:"FName"`
	ShortName string `kingdee:"FShortName"`
	CreateOrg string `kingdee:"FCreateOrgId.FNumber"`
	UseOrg    string `kingdee:"FUseOrgId.FNumber"`
	Group     string `kingdee:"FGroup.FNumber"`
	BaseState
}

package kingdee

// Material is a material (物料) to be saved. Members that are not set are left
// out: the server fills the sub-heads of a new material from its own defaults,
// and an update keeps what is stored; see [Field] for how to clear one.
type Material struct {
	ID            int64         `json:"FMATERIALID,omitzero"`              // primary key: set for an update
	CreateOrg     Reference     `json:"FCreateOrgId,omitzero" must:"创建组织"` // 创建组织, required
	UseOrg        Reference     `json:"FUseOrgId,omitzero" must:"使用组织"`    // 使用组织, required; the same as CreateOrg when creating
	Number        string        `json:"FNumber,omitzero"`                  // 物料编码; empty: the server draws one
	Name          string        `json:"FName,omitzero" must:"物料名称"`        // 物料名称, required
	Specification string        `json:"FSpecification,omitzero"`           // 规格型号
	Description   string        `json:"FDescription,omitzero"`             // 描述
	Group         Reference     `json:"FMaterialGroup,omitzero"`           // 物料分组
	Extra         []Field       `json:"-"`                                 // further members, custom ones too, see [Field]
	Base          MaterialBase  `json:"SubHeadEntity,omitzero"`            // 基本
	Stock         MaterialStock `json:"SubHeadEntity1,omitzero"`           // 库存
}

// MarshalJSON writes the members that are set, in the platform's order.
func (m Material) MarshalJSON() ([]byte, error) { return encodeModel(&m) }

// UnmarshalJSON reads them back; what it does not know goes into Extra.
func (m *Material) UnmarshalJSON(raw []byte) error { return decodeModel(raw, m) }

// Validate names the required members that a new one lacks; of an update only
// those of new lines.
func (m Material) Validate() error { return validate(FormMaterial, &m) }

// MaterialBase is what a material is (基本, SubHeadEntity).
type MaterialBase struct {
	Kind      string    `json:"FErpClsID,omitzero"`    // 物料属性: [MaterialBought] or [MaterialMade]
	Category  Reference `json:"FCategoryID,omitzero"`  // 存货类别
	TaxType   Reference `json:"FTaxType,omitzero"`     // 税分类
	TaxRate   Reference `json:"FTaxRateId,omitzero"`   // 默认税率
	BaseUnit  Reference `json:"FBaseUnitId,omitzero"`  // 基本单位
	Barcode   string    `json:"FBARCODE,omitzero"`     // 条码
	Purchased *bool     `json:"FIsPurchase,omitzero"`  // 允许采购
	Stocked   *bool     `json:"FIsInventory,omitzero"` // 允许库存
	Sold      *bool     `json:"FIsSale,omitzero"`      // 允许销售
	Extra     []Field   `json:"-"`                     // further members, custom ones too, see [Field]
}

// MarshalJSON writes the members that are set, in the platform's order.
func (m MaterialBase) MarshalJSON() ([]byte, error) { return encodeModel(&m) }

// UnmarshalJSON reads them back; what it does not know goes into Extra.
func (m *MaterialBase) UnmarshalJSON(raw []byte) error { return decodeModel(raw, m) }

// MaterialStock is how a material is kept (库存, SubHeadEntity1).
type MaterialStock struct {
	StoreUnit Reference `json:"FStoreUnitID,omitzero"`   // 库存单位
	Stock     Reference `json:"FStockId,omitzero"`       // default warehouse (仓库)
	ByLot     *bool     `json:"FIsBatchManage,omitzero"` // 启用批号管理
	Extra     []Field   `json:"-"`                       // further members, custom ones too, see [Field]
}

// MarshalJSON writes the members that are set, in the platform's order.
func (m MaterialStock) MarshalJSON() ([]byte, error) { return encodeModel(&m) }

// UnmarshalJSON reads them back; what it does not know goes into Extra.
func (m *MaterialStock) UnmarshalJSON(raw []byte) error { return decodeModel(raw, m) }

// What a material can be (物料属性).
const (
	MaterialBought = "1" // 外购
	MaterialMade   = "2" // 自制
)

// MaterialRow is a material as lists give it.
type MaterialRow struct {
	ID            int64  `kingdee:"FMATERIALID,key"`
	Number        string `kingdee:"FNumber"`
	Name          string `kingdee:"FName"`
	Specification string `kingdee:"FSpecification"`
	CreateOrg     string `kingdee:"FCreateOrgId.FNumber"`
	UseOrg        string `kingdee:"FUseOrgId.FNumber"`
	Group         string `kingdee:"FMaterialGroup.FNumber"`
	Kind          string `kingdee:"FErpClsID"` // 物料属性: "1" bought, "2" made
	BaseUnit      string `kingdee:"FBaseUnitId.FNumber"`
	Barcode       string `kingdee:"FBARCODE"`
	Description   string `kingdee:"FDescription"`
	BaseState
}

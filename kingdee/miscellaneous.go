package kingdee

import "github.com/duijie-go/duijie"

// Miscellaneous is any other in-stock (其他入库单) to be saved: goods that arrive
// without a purchase. Members that are not set are left out and so keep their
// stored value on an update; see [Field] for how to clear one.
type Miscellaneous struct {
	ID        int64               `json:"FID,omitzero"`                                   // primary key: set for an update
	BillType  Reference           `json:"FBillTypeID,omitzero" ref:"FNUMBER" must:"单据类型"` // 单据类型, required; [BillTypeMiscellaneous]
	Number    string              `json:"FBillNo,omitzero"`                               // 单据编号; empty: the server draws one
	StockOrg  Reference           `json:"FStockOrgId,omitzero" must:"库存组织"`               // 库存组织, required
	Direction string              `json:"FSTOCKDIRECT,omitzero"`                          // 库存方向
	Date      duijie.Time         `json:"FDate,omitzero" must:"日期"`                       // 日期, required
	Supplier  Reference           `json:"FSUPPLIERID,omitzero"`                           // 供应商
	Dept      Reference           `json:"FDEPTID,omitzero"`                               // 部门
	Extra     []Field             `json:"-"`                                              // further members, custom ones too, see [Field]
	Lines     []MiscellaneousLine `json:"FEntity,omitzero"`                               // 明细信息
}

// MarshalJSON writes the members that are set, in the platform's order.
func (m Miscellaneous) MarshalJSON() ([]byte, error) { return encodeModel(&m) }

// UnmarshalJSON reads them back; what it does not know goes into Extra.
func (m *Miscellaneous) UnmarshalJSON(raw []byte) error { return decodeModel(raw, m) }

// Validate names the required members that a new one lacks; of an update only
// those of new lines.
func (m Miscellaneous) Validate() error { return validate(FormMiscellaneous, &m) }

// MiscellaneousLine is a line of an other in-stock (明细信息); price and amount
// come last.
type MiscellaneousLine struct {
	EntryID  int64          `json:"FEntryID,omitzero"`                // line key: set for a line that is stored already
	Material Reference      `json:"FMATERIALID,omitzero" must:"物料编码"` // 物料编码, required
	Unit     Reference      `json:"FUnitID,omitzero" must:"单位"`       // 单位, required
	Stock    Reference      `json:"FSTOCKID,omitzero" must:"收货仓库"`    // 收货仓库, required
	Lot      Reference      `json:"FLOT,omitzero"`                    // 批号
	Note     string         `json:"FEntryNOTE,omitzero"`              // 备注
	Qty      duijie.Decimal `json:"FQty,omitzero" must:"实收数量"`        // 实收数量, required
	Price    duijie.Decimal `json:"FPRICE,omitzero"`                  // cost of one (成本价)
	Amount   duijie.Decimal `json:"FAmount,omitzero"`                 // cost (总成本)
	Extra    []Field        `json:"-"`                                // further members, custom ones too, see [Field]
}

// MarshalJSON writes the members that are set, in the platform's order.
func (m MiscellaneousLine) MarshalJSON() ([]byte, error) { return encodeModel(&m) }

// UnmarshalJSON reads them back; what it does not know goes into Extra.
func (m *MiscellaneousLine) UnmarshalJSON(raw []byte) error { return decodeModel(raw, m) }

// MiscellaneousRow is the head of an other in-stock as lists give it.
type MiscellaneousRow struct {
	ID       int64       `kingdee:"FID,key"`
	Number   string      `kingdee:"FBillNo"`
	BillType string      `kingdee:"FBillTypeID.FNumber"`
	Date     duijie.Time `kingdee:"FDate"`
	StockOrg string      `kingdee:"FStockOrgId.FNumber"`
	Dept     string      `kingdee:"FDEPTID.FNumber"`
	Supplier string      `kingdee:"FSUPPLIERID.FNumber"`
	RecordState
}

// MiscellaneousLineRow is a line of an other in-stock as lists give it, with
// what it needs of the head.
type MiscellaneousLineRow struct {
	ID             int64          `kingdee:"FID,key"`
	Number         string         `kingdee:"FBillNo"`
	Date           duijie.Time    `kingdee:"FDate"`
	DocumentStatus string         `kingdee:"FDocumentStatus"`
	Modified       duijie.Time    `kingdee:"FModifyDate"`
	EntryID        int64          `kingdee:"FEntity_FEntryID"`
	Material       string         `kingdee:"FMATERIALID.FNumber"`
	MaterialName   string         `kingdee:"FMATERIALID.FName"`
	Unit           string         `kingdee:"FUnitID.FNumber"`
	Stock          string         `kingdee:"FSTOCKID.FNumber"`
	Lot            string         `kingdee:"FLOT.FNumber"`
	Note           string         `kingdee:"FEntryNOTE"`
	Qty            duijie.Decimal `kingdee:"FQty"`
	Price          duijie.Decimal `kingdee:"FPRICE"`
	Amount         duijie.Decimal `kingdee:"FAmount"`
}

// MisDelivery is any other out-stock (其他出库单) to be saved: goods that leave
// without a sale. Members that are not set are left out and so keep their
// stored value on an update; see [Field] for how to clear one.
type MisDelivery struct {
	ID       int64             `json:"FID,omitzero"`                                   // primary key: set for an update
	BillType Reference         `json:"FBillTypeID,omitzero" ref:"FNUMBER" must:"单据类型"` // 单据类型, required; [BillTypeMisDelivery]
	Number   string            `json:"FBillNo,omitzero"`                               // 单据编号; empty: the server draws one
	StockOrg Reference         `json:"FStockOrgId,omitzero" must:"库存组织"`               // 库存组织, required
	Date     duijie.Time       `json:"FDate,omitzero" must:"日期"`                       // 日期, required
	Customer Reference         `json:"FCustId,omitzero"`                               // 客户
	Dept     Reference         `json:"FDeptId,omitzero"`                               // 领料部门
	Extra    []Field           `json:"-"`                                              // further members, custom ones too, see [Field]
	Lines    []MisDeliveryLine `json:"FEntity,omitzero"`                               // 明细信息
}

// MarshalJSON writes the members that are set, in the platform's order.
func (m MisDelivery) MarshalJSON() ([]byte, error) { return encodeModel(&m) }

// UnmarshalJSON reads them back; what it does not know goes into Extra.
func (m *MisDelivery) UnmarshalJSON(raw []byte) error { return decodeModel(raw, m) }

// Validate names the required members that a new one lacks; of an update only
// those of new lines.
func (m MisDelivery) Validate() error { return validate(FormMisDelivery, &m) }

// MisDeliveryLine is a line of an other out-stock (明细信息).
type MisDeliveryLine struct {
	EntryID  int64          `json:"FEntryID,omitzero"`                // line key: set for a line that is stored already
	Material Reference      `json:"FMaterialId,omitzero" must:"物料编码"` // 物料编码, required
	Unit     Reference      `json:"FUnitID,omitzero" must:"单位"`       // 单位, required
	Stock    Reference      `json:"FStockId,omitzero" must:"发货仓库"`    // 发货仓库, required
	Lot      Reference      `json:"FLot,omitzero"`                    // 批号
	Qty      duijie.Decimal `json:"FQty,omitzero" must:"实发数量"`        // 实发数量, required
	Extra    []Field        `json:"-"`                                // further members, custom ones too, see [Field]
}

// MarshalJSON writes the members that are set, in the platform's order.
func (m MisDeliveryLine) MarshalJSON() ([]byte, error) { return encodeModel(&m) }

// UnmarshalJSON reads them back; what it does not know goes into Extra.
func (m *MisDeliveryLine) UnmarshalJSON(raw []byte) error { return decodeModel(raw, m) }

// MisDeliveryRow is the head of an other out-stock as lists give it.
type MisDeliveryRow struct {
	ID       int64       `kingdee:"FID,key"`
	Number   string      `kingdee:"FBillNo"`
	BillType string      `kingdee:"FBillTypeID.FNumber"`
	Date     duijie.Time `kingdee:"FDate"`
	StockOrg string      `kingdee:"FStockOrgId.FNumber"`
	Dept     string      `kingdee:"FDeptId.FNumber"`
	Customer string      `kingdee:"FCustId.FNumber"`
	RecordState
}

// MisDeliveryLineRow is a line of an other out-stock as lists give it, with
// what it needs of the head.
type MisDeliveryLineRow struct {
	ID             int64          `kingdee:"FID,key"`
	Number         string         `kingdee:"FBillNo"`
	Date           duijie.Time    `kingdee:"FDate"`
	DocumentStatus string         `kingdee:"FDocumentStatus"`
	Modified       duijie.Time    `kingdee:"FModifyDate"`
	EntryID        int64          `kingdee:"FEntity_FEntryID"`
	Material       string         `kingdee:"FMaterialId.FNumber"`
	MaterialName   string         `kingdee:"FMaterialId.FName"`
	Unit           string         `kingdee:"FUnitID.FNumber"`
	Stock          string         `kingdee:"FStockId.FNumber"`
	Lot            string         `kingdee:"FLot.FNumber"`
	Qty            duijie.Decimal `kingdee:"FQty"`
}

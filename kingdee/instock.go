package kingdee

import "github.com/duijie-go/duijie"

// InStock is an in-stock of purchases (采购入库单) to be saved: goods that arrived.
// Members that are not set are left out and so keep their stored value on an
// update; see [Field] for how to clear one. One that belongs to an order is
// made with Push, because only that links the two.
type InStock struct {
	ID          int64          `json:"FID,omitzero"`                                   // primary key: set for an update
	BillType    Reference      `json:"FBillTypeID,omitzero" ref:"FNUMBER" must:"单据类型"` // 单据类型, required; [BillTypeInStock]
	Number      string         `json:"FBillNo,omitzero"`                               // 单据编号; empty: the server draws one
	Date        duijie.Time    `json:"FDate,omitzero" must:"入库日期"`                     // 入库日期, required
	StockOrg    Reference      `json:"FStockOrgId,omitzero" must:"收料组织"`               // 收料组织, required
	PurchaseOrg Reference      `json:"FPurchaseOrgId,omitzero" must:"采购组织"`            // 采购组织, required
	Supplier    Reference      `json:"FSupplierId,omitzero" must:"供应商"`                // 供应商, required
	Extra       []Field        `json:"-"`                                              // further members, custom ones too, see [Field]
	Finance     InStockFinance `json:"FInStockFin,omitzero"`                           // 财务信息
	Lines       []InStockLine  `json:"FInStockEntry,omitzero"`                         // 明细信息
}

// MarshalJSON writes the members that are set, in the platform's order.
func (i InStock) MarshalJSON() ([]byte, error) { return encodeModel(&i) }

// UnmarshalJSON reads them back; what it does not know goes into Extra.
func (i *InStock) UnmarshalJSON(raw []byte) error { return decodeModel(raw, i) }

// Validate names the required members that a new one lacks; of an update only
// those of new lines.
func (i InStock) Validate() error { return validate(FormInStock, &i) }

// InStockFinance is how an in-stock is settled (财务信息).
type InStockFinance struct {
	SettleOrg Reference `json:"FSettleOrgId,omitzero" must:"结算组织"`  // 结算组织, required
	Currency  Reference `json:"FSettleCurrId,omitzero" must:"结算币别"` // 结算币别, required; "PRE001" is CNY
	Extra     []Field   `json:"-"`                                  // further members, custom ones too, see [Field]
}

// MarshalJSON writes the members that are set, in the platform's order.
func (i InStockFinance) MarshalJSON() ([]byte, error) { return encodeModel(&i) }

// UnmarshalJSON reads them back; what it does not know goes into Extra.
func (i *InStockFinance) UnmarshalJSON(raw []byte) error { return decodeModel(raw, i) }

// InStockLine is a line of an in-stock of purchases (明细信息); the prices come
// last.
type InStockLine struct {
	EntryID     int64          `json:"FEntryID,omitzero"`                // line key: set for a line that is stored already
	Material    Reference      `json:"FMaterialId,omitzero" must:"物料编码"` // 物料编码, required
	Unit        Reference      `json:"FUnitID,omitzero" must:"库存单位"`     // 库存单位, required
	PriceUnit   Reference      `json:"FPriceUnitID,omitzero"`            // 计价单位
	Lot         Reference      `json:"FLot,omitzero"`                    // 批号
	Stock       Reference      `json:"FStockId,omitzero" must:"仓库"`      // 仓库, required
	StockStatus Reference      `json:"FStockStatusId,omitzero"`          // 库存状态
	Note        string         `json:"FNote,omitzero"`                   // 备注
	Qty         duijie.Decimal `json:"FRealQty,omitzero" must:"实收数量"`    // 实收数量, required
	Free        *bool          `json:"FGiveAway,omitzero"`               // 是否赠品
	Price       duijie.Decimal `json:"FPrice,omitzero"`                  // without tax (单价)
	TaxPrice    duijie.Decimal `json:"FTaxPrice,omitzero"`               // with tax (含税单价)
	Extra       []Field        `json:"-"`                                // further members, custom ones too, see [Field]
}

// MarshalJSON writes the members that are set, in the platform's order.
func (i InStockLine) MarshalJSON() ([]byte, error) { return encodeModel(&i) }

// UnmarshalJSON reads them back; what it does not know goes into Extra.
func (i *InStockLine) UnmarshalJSON(raw []byte) error { return decodeModel(raw, i) }

// InStockRow is the head of an in-stock of purchases as lists give it.
type InStockRow struct {
	ID           int64       `kingdee:"FID,key"`
	Number       string      `kingdee:"FBillNo"`
	BillType     string      `kingdee:"FBillTypeID.FNumber"`
	Date         duijie.Time `kingdee:"FDate"`
	StockOrg     string      `kingdee:"FStockOrgId.FNumber"`
	PurchaseOrg  string      `kingdee:"FPurchaseOrgId.FNumber"`
	Supplier     string      `kingdee:"FSupplierId.FNumber"`
	SupplierName string      `kingdee:"FSupplierId.FName"`
	RecordState
}

// InStockLineRow is a line of an in-stock of purchases as lists give it, with
// what it needs of the head.
type InStockLineRow struct {
	ID             int64          `kingdee:"FID,key"`
	Number         string         `kingdee:"FBillNo"`
	Date           duijie.Time    `kingdee:"FDate"`
	Supplier       string         `kingdee:"FSupplierId.FNumber"`
	DocumentStatus string         `kingdee:"FDocumentStatus"`
	Modified       duijie.Time    `kingdee:"FModifyDate"`
	EntryID        int64          `kingdee:"FInStockEntry_FEntryID"`
	Material       string         `kingdee:"FMaterialId.FNumber"`
	MaterialName   string         `kingdee:"FMaterialId.FName"`
	Unit           string         `kingdee:"FUnitID.FNumber"`
	Stock          string         `kingdee:"FStockId.FNumber"`
	Lot            string         `kingdee:"FLot.FNumber"`
	Qty            duijie.Decimal `kingdee:"FRealQty"` // 实收数量
	Free           bool           `kingdee:"FGiveAway"`
	Price          duijie.Decimal `kingdee:"FPrice"`    // without tax
	TaxPrice       duijie.Decimal `kingdee:"FTaxPrice"` // with tax
}

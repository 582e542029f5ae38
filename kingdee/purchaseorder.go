package kingdee

import "github.com/duijie-go/duijie"

// PurchaseOrder is a purchase order (采购订单) to be saved. Members that are not
// set are left out and so keep their stored value on an update; see [Field]
// for how to clear one.
type PurchaseOrder struct {
	ID           int64                `json:"FID,omitzero"`                                   // primary key: set for an update
	BillType     Reference            `json:"FBillTypeID,omitzero" ref:"FNUMBER" must:"单据类型"` // 单据类型, required; [BillTypePurchaseOrder]
	Number       string               `json:"FBillNo,omitzero"`                               // 单据编号; empty: the server draws one
	Date         duijie.Time          `json:"FDate,omitzero" must:"采购日期"`                     // 采购日期, required
	PurchaseOrg  Reference            `json:"FPurchaseOrgId,omitzero" must:"采购组织"`            // 采购组织, required
	Supplier     Reference            `json:"FSupplierId,omitzero" must:"供应商"`                // 供应商, required
	PurchaseDept Reference            `json:"FPurchaseDeptId,omitzero"`                       // 采购部门
	Purchaser    Reference            `json:"FPurchaserId,omitzero"`                          // 采购员
	Extra        []Field              `json:"-"`                                              // further members, custom ones too, see [Field]
	Finance      PurchaseOrderFinance `json:"FPOOrderFinance,omitzero"`                       // 财务信息
	Lines        []PurchaseOrderLine  `json:"FPOOrderEntry,omitzero"`                         // 明细信息
}

// MarshalJSON writes the members that are set, in the platform's order.
func (p PurchaseOrder) MarshalJSON() ([]byte, error) { return encodeModel(&p) }

// UnmarshalJSON reads them back; what it does not know goes into Extra.
func (p *PurchaseOrder) UnmarshalJSON(raw []byte) error { return decodeModel(raw, p) }

// Validate names the required members that a new one lacks; of an update only
// those of new lines.
func (p PurchaseOrder) Validate() error { return validate(FormPurchaseOrder, &p) }

// PurchaseOrderFinance is how a purchase order is settled (财务信息).
type PurchaseOrderFinance struct {
	Currency     Reference `json:"FSettleCurrId,omitzero" must:"结算币别"` // 结算币别, required; "PRE001" is CNY
	ExchangeType Reference `json:"FExchangeTypeId,omitzero"`           // 汇率类型
	TaxIncluded  *bool     `json:"FIsIncludedTax,omitzero"`            // prices include tax (含税)
	Extra        []Field   `json:"-"`                                  // further members, custom ones too, see [Field]
}

// MarshalJSON writes the members that are set, in the platform's order.
func (p PurchaseOrderFinance) MarshalJSON() ([]byte, error) { return encodeModel(&p) }

// UnmarshalJSON reads them back; what it does not know goes into Extra.
func (p *PurchaseOrderFinance) UnmarshalJSON(raw []byte) error { return decodeModel(raw, p) }

// PurchaseOrderLine is a line of a purchase order (明细信息); the prices come
// last.
type PurchaseOrderLine struct {
	EntryID      int64          `json:"FEntryID,omitzero"`                 // line key: set for a line that is stored already
	Material     Reference      `json:"FMaterialId,omitzero" must:"物料编码"`  // 物料编码, required
	Unit         Reference      `json:"FUnitId,omitzero" must:"采购单位"`      // 采购单位, required
	PriceUnit    Reference      `json:"FPriceUnitId,omitzero" must:"计价单位"` // 计价单位, required
	DeliveryDate duijie.Time    `json:"FDeliveryDate,omitzero"`            // 交货日期
	Qty          duijie.Decimal `json:"FQty,omitzero" must:"采购数量"`         // 采购数量, required
	Free         *bool          `json:"FGiveAway,omitzero"`                // 是否赠品
	TaxRate      duijie.Decimal `json:"FEntryTaxRate,omitzero"`            // per cent (税率%)
	Price        duijie.Decimal `json:"FPrice,omitzero"`                   // without tax (单价)
	TaxPrice     duijie.Decimal `json:"FTaxPrice,omitzero"`                // with tax (含税单价)
	Extra        []Field        `json:"-"`                                 // further members, custom ones too, see [Field]
}

// MarshalJSON writes the members that are set, in the platform's order.
func (p PurchaseOrderLine) MarshalJSON() ([]byte, error) { return encodeModel(&p) }

// UnmarshalJSON reads them back; what it does not know goes into Extra.
func (p *PurchaseOrderLine) UnmarshalJSON(raw []byte) error { return decodeModel(raw, p) }

// PurchaseOrderRow is the head of a purchase order as lists give it.
type PurchaseOrderRow struct {
	ID           int64       `kingdee:"FID,key"`
	Number       string      `kingdee:"FBillNo"`
	BillType     string      `kingdee:"FBillTypeID.FNumber"`
	Date         duijie.Time `kingdee:"FDate"`
	PurchaseOrg  string      `kingdee:"FPurchaseOrgId.FNumber"`
	Supplier     string      `kingdee:"FSupplierId.FNumber"`
	SupplierName string      `kingdee:"FSupplierId.FName"`
	PurchaseDept string      `kingdee:"FPurchaseDeptId.FNumber"`
	Purchaser    string      `kingdee:"FPurchaserId.FNumber"`
	Currency     string      `kingdee:"FSettleCurrId.FNumber"`
	RecordState
}

// PurchaseOrderLineRow is a line of a purchase order as lists give it, with
// what it needs of the head.
type PurchaseOrderLineRow struct {
	ID             int64          `kingdee:"FID,key"`
	Number         string         `kingdee:"FBillNo"`
	Date           duijie.Time    `kingdee:"FDate"`
	Supplier       string         `kingdee:"FSupplierId.FNumber"`
	DocumentStatus string         `kingdee:"FDocumentStatus"`
	Modified       duijie.Time    `kingdee:"FModifyDate"`
	EntryID        int64          `kingdee:"FPOOrderEntry_FEntryID"`
	Material       string         `kingdee:"FMaterialId.FNumber"`
	MaterialName   string         `kingdee:"FMaterialId.FName"`
	Unit           string         `kingdee:"FUnitId.FNumber"`
	DeliveryDate   duijie.Time    `kingdee:"FDeliveryDate"`
	Qty            duijie.Decimal `kingdee:"FQty"`
	Received       duijie.Decimal `kingdee:"FReceiveQty"` // 累计收料数量
	StockedIn      duijie.Decimal `kingdee:"FStockInQty"` // 累计入库数量
	Free           bool           `kingdee:"FGiveAway"`
	TaxRate        duijie.Decimal `kingdee:"FEntryTaxRate"` // per cent
	Price          duijie.Decimal `kingdee:"FPrice"`        // without tax
	TaxPrice       duijie.Decimal `kingdee:"FTaxPrice"`     // with tax
}

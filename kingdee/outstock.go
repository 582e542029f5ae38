package kingdee

import "github.com/duijie-go/duijie"

// OutStock is an out-stock of sales (销售出库单) to be saved: goods that left.
// Members that are not set are left out and so keep their stored value on an
// update; see [Field] for how to clear one. One that belongs to an order is
// made with Push, because only that links the two.
type OutStock struct {
	ID       int64           `json:"FID,omitzero"`                                   // primary key: set for an update
	BillType Reference       `json:"FBillTypeID,omitzero" ref:"FNUMBER" must:"单据类型"` // 单据类型, required; [BillTypeOutStock]
	Number   string          `json:"FBillNo,omitzero"`                               // 单据编号; empty: the server draws one
	Date     duijie.Time     `json:"FDate,omitzero" must:"日期"`                       // 日期, required
	SaleOrg  Reference       `json:"FSaleOrgId,omitzero" must:"销售组织"`                // 销售组织, required
	Customer Reference       `json:"FCustomerID,omitzero" must:"客户"`                 // 客户, required
	StockOrg Reference       `json:"FStockOrgId,omitzero" must:"发货组织"`               // 发货组织, required
	Extra    []Field         `json:"-"`                                              // further members, custom ones too, see [Field]
	Finance  OutStockFinance `json:"SubHeadEntity,omitzero"`                         // 财务信息
	Lines    []OutStockLine  `json:"FEntity,omitzero"`                               // 明细信息
}

// MarshalJSON writes the members that are set, in the platform's order.
func (o OutStock) MarshalJSON() ([]byte, error) { return encodeModel(&o) }

// UnmarshalJSON reads them back; what it does not know goes into Extra.
func (o *OutStock) UnmarshalJSON(raw []byte) error { return decodeModel(raw, o) }

// Validate names the required members that a new one lacks; of an update only
// those of new lines.
func (o OutStock) Validate() error { return validate(FormOutStock, &o) }

// OutStockFinance is how an out-stock is settled (财务信息, SubHeadEntity).
type OutStockFinance struct {
	Currency     Reference      `json:"FSettleCurrID,omitzero" must:"结算币别"` // 结算币别, required; "PRE001" is CNY
	SettleOrg    Reference      `json:"FSettleOrgID,omitzero" must:"结算组织"`  // 结算组织, required
	ExchangeRate duijie.Decimal `json:"FExchangeRate,omitzero"`             // 汇率
	Extra        []Field        `json:"-"`                                  // further members, custom ones too, see [Field]
}

// MarshalJSON writes the members that are set, in the platform's order.
func (o OutStockFinance) MarshalJSON() ([]byte, error) { return encodeModel(&o) }

// UnmarshalJSON reads them back; what it does not know goes into Extra.
func (o *OutStockFinance) UnmarshalJSON(raw []byte) error { return decodeModel(raw, o) }

// OutStockLine is a line of an out-stock of sales (明细信息); the prices come
// last.
type OutStockLine struct {
	EntryID     int64          `json:"FEntryID,omitzero"`                // line key: set for a line that is stored already
	Material    Reference      `json:"FMaterialID,omitzero" must:"物料编码"` // 物料编码, required
	Unit        Reference      `json:"FUnitID,omitzero" must:"库存单位"`     // 库存单位, required
	Stock       Reference      `json:"FStockID,omitzero" must:"仓库"`      // 仓库, required
	StockStatus Reference      `json:"FStockStatusID,omitzero"`          // 库存状态
	Lot         Reference      `json:"FLot,omitzero"`                    // 批号
	Qty         duijie.Decimal `json:"FRealQty,omitzero" must:"实发数量"`    // 实发数量, required
	Free        *bool          `json:"FIsFree,omitzero"`                 // 是否赠品
	TaxRate     duijie.Decimal `json:"FEntryTaxRate,omitzero"`           // per cent (税率%)
	Price       duijie.Decimal `json:"FPrice,omitzero"`                  // without tax (单价)
	TaxPrice    duijie.Decimal `json:"FTaxPrice,omitzero"`               // with tax (含税单价)
	Extra       []Field        `json:"-"`                                // further members, custom ones too, see [Field]
}

// MarshalJSON writes the members that are set, in the platform's order.
func (o OutStockLine) MarshalJSON() ([]byte, error) { return encodeModel(&o) }

// UnmarshalJSON reads them back; what it does not know goes into Extra.
func (o *OutStockLine) UnmarshalJSON(raw []byte) error { return decodeModel(raw, o) }

// OutStockRow is the head of an out-stock of sales as lists give it.
type OutStockRow struct {
	ID           int64       `kingdee:"FID,key"`
	Number       string      `kingdee:"FBillNo"`
	BillType     string      `kingdee:"FBillTypeID.FNumber"`
	Date         duijie.Time `kingdee:"FDate"`
	SaleOrg      string      `kingdee:"FSaleOrgId.FNumber"`
	StockOrg     string      `kingdee:"FStockOrgId.FNumber"`
	Customer     string      `kingdee:"FCustomerID.FNumber"`
	CustomerName string      `kingdee:"FCustomerID.FName"`
	RecordState
}

// OutStockLineRow is a line of an out-stock of sales as lists give it, with
// what it needs of the head.
type OutStockLineRow struct {
	ID             int64          `kingdee:"FID,key"`
	Number         string         `kingdee:"FBillNo"`
	Date           duijie.Time    `kingdee:"FDate"`
	Customer       string         `kingdee:"FCustomerID.FNumber"`
	DocumentStatus string         `kingdee:"FDocumentStatus"`
	Modified       duijie.Time    `kingdee:"FModifyDate"`
	EntryID        int64          `kingdee:"FEntity_FEntryID"`
	Material       string         `kingdee:"FMaterialID.FNumber"`
	MaterialName   string         `kingdee:"FMaterialID.FName"`
	Unit           string         `kingdee:"FUnitID.FNumber"`
	Stock          string         `kingdee:"FStockID.FNumber"`
	Lot            string         `kingdee:"FLot.FNumber"`
	Qty            duijie.Decimal `kingdee:"FRealQty"` // 实发数量
	Free           bool           `kingdee:"FIsFree"`
	TaxRate        duijie.Decimal `kingdee:"FEntryTaxRate"` // per cent
	Price          duijie.Decimal `kingdee:"FPrice"`        // without tax
	TaxPrice       duijie.Decimal `kingdee:"FTaxPrice"`     // with tax
}

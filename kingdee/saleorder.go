package kingdee

import "github.com/duijie-go/duijie"

// SaleOrder is a sales order (销售订单) to be saved. Members that are not set are
// left out and so keep their stored value on an update; see [Field] for how to
// clear one.
type SaleOrder struct {
	ID       int64            `json:"FID,omitzero"`                                   // primary key: set for an update
	BillType Reference        `json:"FBillTypeID,omitzero" ref:"FNUMBER" must:"单据类型"` // 单据类型, required; [BillTypeSaleOrder]
	Number   string           `json:"FBillNo,omitzero"`                               // 单据编号; empty: the server draws one
	Date     duijie.Time      `json:"FDate,omitzero" must:"日期"`                       // 日期, required
	SaleOrg  Reference        `json:"FSaleOrgId,omitzero" must:"销售组织"`                // 销售组织, required
	Customer Reference        `json:"FCustId,omitzero" must:"客户"`                     // 客户, required
	Receiver Reference        `json:"FReceiveId,omitzero"`                            // 收货方
	SaleDept Reference        `json:"FSaleDeptId,omitzero"`                           // 销售部门
	Salesman Reference        `json:"FSalerId,omitzero" must:"销售员"`                   // 销售员, required
	Settler  Reference        `json:"FSettleId,omitzero"`                             // 结算方
	Payer    Reference        `json:"FChargeId,omitzero"`                             // 付款方
	Note     string           `json:"FNote,omitzero"`                                 // 备注
	Extra    []Field          `json:"-"`                                              // further members, custom ones too, see [Field]
	Finance  SaleOrderFinance `json:"FSaleOrderFinance,omitzero"`                     // 财务信息
	Lines    []SaleOrderLine  `json:"FSaleOrderEntry,omitzero"`                       // 明细信息
	Plan     []Line           `json:"FSaleOrderPlan,omitzero"`                        // 收款计划
}

// MarshalJSON writes the members that are set, in the platform's order.
func (s SaleOrder) MarshalJSON() ([]byte, error) { return encodeModel(&s) }

// UnmarshalJSON reads them back; what it does not know goes into Extra.
func (s *SaleOrder) UnmarshalJSON(raw []byte) error { return decodeModel(raw, s) }

// Validate names the required members that a new one lacks; of an update only
// those of new lines.
func (s SaleOrder) Validate() error { return validate(FormSaleOrder, &s) }

// SaleOrderFinance is how a sales order is settled (财务信息). The server must see
// it before the lines, else it finds their prices wrong.
type SaleOrderFinance struct {
	Currency         Reference `json:"FSettleCurrId,omitzero" must:"结算币别"` // 结算币别, required; "PRE001" is CNY
	RecCondition     Reference `json:"FRecConditionId,omitzero"`           // 收款条件
	PriceExcludesTax *bool     `json:"FIsPriceExcludeTax,omitzero"`        // 价外税
	TaxIncluded      *bool     `json:"FIsIncludedTax,omitzero"`            // prices include tax (是否含税)
	ExchangeType     Reference `json:"FExchangeTypeId,omitzero"`           // 汇率类型
	Extra            []Field   `json:"-"`                                  // further members, custom ones too, see [Field]
}

// MarshalJSON writes the members that are set, in the platform's order.
func (s SaleOrderFinance) MarshalJSON() ([]byte, error) { return encodeModel(&s) }

// UnmarshalJSON reads them back; what it does not know goes into Extra.
func (s *SaleOrderFinance) UnmarshalJSON(raw []byte) error { return decodeModel(raw, s) }

// SaleOrderLine is a line of a sales order (明细信息). The prices come last,
// because what stands behind them may overwrite them.
type SaleOrderLine struct {
	EntryID       int64          `json:"FEntryID,omitzero"`                  // line key: set for a line that is stored already
	Material      Reference      `json:"FMaterialId,omitzero" must:"物料编码"`   // 物料编码, required
	Unit          Reference      `json:"FUnitID,omitzero" must:"销售单位"`       // 销售单位, required
	StockUnit     Reference      `json:"FStockUnitID,omitzero"`              // 库存单位
	PriceUnit     Reference      `json:"FPriceUnitId,omitzero"`              // 计价单位
	StockOrg      Reference      `json:"FStockOrgId,omitzero"`               // 库存组织
	SettleOrg     Reference      `json:"FSettleOrgIds,omitzero" must:"结算组织"` // 结算组织, required
	SupplyOrg     Reference      `json:"FSupplyOrgId,omitzero"`              // 供应组织
	DeliveryDate  duijie.Time    `json:"FDeliveryDate,omitzero" must:"要货日期"` // 要货日期, required
	ReserveType   string         `json:"FReserveType,omitzero"`              // 预留类型
	OverLimitUnit string         `json:"FOUTLMTUNIT,omitzero"`               // 超发控制单位类型
	Note          string         `json:"FEntryNote,omitzero"`                // 备注
	Qty           duijie.Decimal `json:"FQty,omitzero"`                      // 销售数量
	Free          *bool          `json:"FIsFree,omitzero"`                   // 是否赠品
	TaxRate       duijie.Decimal `json:"FEntryTaxRate,omitzero"`             // per cent (税率%)
	Price         duijie.Decimal `json:"FPrice,omitzero"`                    // without tax (单价)
	TaxPrice      duijie.Decimal `json:"FTaxPrice,omitzero"`                 // with tax (含税单价)
	Extra         []Field        `json:"-"`                                  // further members, custom ones too, see [Field]
}

// MarshalJSON writes the members that are set, in the platform's order.
func (s SaleOrderLine) MarshalJSON() ([]byte, error) { return encodeModel(&s) }

// UnmarshalJSON reads them back; what it does not know goes into Extra.
func (s *SaleOrderLine) UnmarshalJSON(raw []byte) error { return decodeModel(raw, s) }

// SaleOrderRow is the head of a sales order as lists give it. For custom
// fields embed it in a struct of your own and read it with [NewFormReader] or
// [QueryAs].
type SaleOrderRow struct {
	ID           int64       `kingdee:"FID,key"`
	Number       string      `kingdee:"FBillNo"`
	BillType     string      `kingdee:"FBillTypeID.FNumber"`
	Date         duijie.Time `kingdee:"FDate"`
	SaleOrg      string      `kingdee:"FSaleOrgId.FNumber"`
	Customer     string      `kingdee:"FCustId.FNumber"`
	CustomerName string      `kingdee:"FCustId.FName"`
	SaleDept     string      `kingdee:"FSaleDeptId.FNumber"`
	Salesman     string      `kingdee:"FSalerId.FNumber"`
	Currency     string      `kingdee:"FSettleCurrId.FNumber"`
	Note         string      `kingdee:"FNote"`
	CloseStatus  string      `kingdee:"FCloseStatus"` // A open, B closed
	RecordState
}

// SaleOrderLineRow is a line of a sales order as lists give it, with what it
// needs of the head.
type SaleOrderLineRow struct {
	ID             int64          `kingdee:"FID,key"`
	Number         string         `kingdee:"FBillNo"`
	Date           duijie.Time    `kingdee:"FDate"`
	Customer       string         `kingdee:"FCustId.FNumber"`
	DocumentStatus string         `kingdee:"FDocumentStatus"`
	Modified       duijie.Time    `kingdee:"FModifyDate"`
	EntryID        int64          `kingdee:"FSaleOrderEntry_FEntryID"`
	Material       string         `kingdee:"FMaterialId.FNumber"`
	MaterialName   string         `kingdee:"FMaterialId.FName"`
	Unit           string         `kingdee:"FUnitID.FNumber"`
	StockOrg       string         `kingdee:"FStockOrgId.FNumber"`
	DeliveryDate   duijie.Time    `kingdee:"FDeliveryDate"`
	Note           string         `kingdee:"FEntryNote"`
	Qty            duijie.Decimal `kingdee:"FQty"`
	Free           bool           `kingdee:"FIsFree"`
	TaxRate        duijie.Decimal `kingdee:"FEntryTaxRate"` // per cent
	Price          duijie.Decimal `kingdee:"FPrice"`        // without tax
	TaxPrice       duijie.Decimal `kingdee:"FTaxPrice"`     // with tax
	Amount         duijie.Decimal `kingdee:"FAmount"`       // without tax (金额)
	AllAmount      duijie.Decimal `kingdee:"FAllAmount"`    // with tax (价税合计)
}

package kingdee

import "github.com/duijie-go/duijie"

// ReturnStock is a return of sales (销售退货单) to be saved: goods that came back.
// Members that are not set are left out and so keep their stored value on an
// update; see [Field] for how to clear one.
type ReturnStock struct {
	ID       int64             `json:"FID,omitzero"`                                   // primary key: set for an update
	BillType Reference         `json:"FBillTypeID,omitzero" ref:"FNUMBER" must:"单据类型"` // 单据类型, required; [BillTypeReturnStock]
	Number   string            `json:"FBillNo,omitzero"`                               // 单据编号; empty: the server draws one
	Date     duijie.Time       `json:"FDate,omitzero" must:"日期"`                       // 日期, required
	SaleOrg  Reference         `json:"FSaleOrgId,omitzero" must:"销售组织"`                // 销售组织, required
	Customer Reference         `json:"FRetcustId,omitzero" must:"退货客户"`                // 退货客户, required
	SaleDept Reference         `json:"FSaledeptid,omitzero"`                           // 销售部门
	Salesman Reference         `json:"FSalesManId,omitzero"`                           // 销售员
	StockOrg Reference         `json:"FStockOrgId,omitzero" must:"库存组织"`               // 库存组织, required
	Reason   Reference         `json:"FReturnReason,omitzero"`                         // 退货原因
	Extra    []Field           `json:"-"`                                              // further members, custom ones too, see [Field]
	Finance  Part              `json:"SubHeadEntity,omitzero"`                         // 财务信息
	Lines    []ReturnStockLine `json:"FEntity,omitzero"`                               // 明细信息
}

// MarshalJSON writes the members that are set, in the platform's order.
func (r ReturnStock) MarshalJSON() ([]byte, error) { return encodeModel(&r) }

// UnmarshalJSON reads them back; what it does not know goes into Extra.
func (r *ReturnStock) UnmarshalJSON(raw []byte) error { return decodeModel(raw, r) }

// Validate names the required members that a new one lacks; of an update only
// those of new lines.
func (r ReturnStock) Validate() error { return validate(FormReturnStock, &r) }

// ReturnStockLine is a line of a return of sales (明细信息). Prices go into Extra,
// behind the rest.
type ReturnStockLine struct {
	EntryID      int64          `json:"FEntryID,omitzero"`                // line key: set for a line that is stored already
	Material     Reference      `json:"FMaterialId,omitzero" must:"物料编码"` // 物料编码, required
	Unit         Reference      `json:"FUnitID,omitzero" must:"库存单位"`     // 库存单位, required
	Stock        Reference      `json:"FStockId,omitzero" must:"仓库"`      // 仓库, required
	ReturnType   Reference      `json:"FReturnType,omitzero"`             // 退货类型
	DeliveryDate duijie.Time    `json:"FDeliveryDate,omitzero"`           // 退货日期
	Qty          duijie.Decimal `json:"FRealQty,omitzero" must:"实退数量"`    // 实退数量, required
	Extra        []Field        `json:"-"`                                // further members, custom ones too, see [Field]
}

// MarshalJSON writes the members that are set, in the platform's order.
func (r ReturnStockLine) MarshalJSON() ([]byte, error) { return encodeModel(&r) }

// UnmarshalJSON reads them back; what it does not know goes into Extra.
func (r *ReturnStockLine) UnmarshalJSON(raw []byte) error { return decodeModel(raw, r) }

// ReturnStockRow is the head of a return of sales as lists give it.
type ReturnStockRow struct {
	ID           int64       `kingdee:"FID,key"`
	Number       string      `kingdee:"FBillNo"`
	BillType     string      `kingdee:"FBillTypeID.FNumber"`
	Date         duijie.Time `kingdee:"FDate"`
	SaleOrg      string      `kingdee:"FSaleOrgId.FNumber"`
	StockOrg     string      `kingdee:"FStockOrgId.FNumber"`
	Customer     string      `kingdee:"FRetcustId.FNumber"`
	CustomerName string      `kingdee:"FRetcustId.FName"`
	RecordState
}

// ReturnStockLineRow is a line of a return of sales as lists give it, with
// what it needs of the head.
type ReturnStockLineRow struct {
	ID             int64          `kingdee:"FID,key"`
	Number         string         `kingdee:"FBillNo"`
	Date           duijie.Time    `kingdee:"FDate"`
	Customer       string         `kingdee:"FRetcustId.FNumber"`
	DocumentStatus string         `kingdee:"FDocumentStatus"`
	Modified       duijie.Time    `kingdee:"FModifyDate"`
	EntryID        int64          `kingdee:"FEntity_FEntryID"`
	Material       string         `kingdee:"FMaterialId.FNumber"`
	MaterialName   string         `kingdee:"FMaterialId.FName"`
	Unit           string         `kingdee:"FUnitID.FNumber"`
	Stock          string         `kingdee:"FStockId.FNumber"`
	Qty            duijie.Decimal `kingdee:"FRealQty"` // 实退数量
}

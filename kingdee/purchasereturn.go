package kingdee

import "github.com/duijie-go/duijie"

// PurchaseReturn is a return of purchases (采购退料单) to be saved: goods that go
// back to the supplier. Members that are not set are left out and so keep
// their stored value on an update; see [Field] for how to clear one.
type PurchaseReturn struct {
	ID       int64                `json:"FID,omitzero"`                       // primary key: set for an update
	BillType Reference            `json:"FBillTypeID,omitzero" ref:"FNUMBER"` // 单据类型
	Number   string               `json:"FBillNo,omitzero"`                   // 单据编号; empty: the server draws one
	Date     duijie.Time          `json:"FDate,omitzero" must:"退料日期"`         // 退料日期, required
	StockOrg Reference            `json:"FStockOrgId,omitzero" must:"退料组织"`   // 退料组织, required
	Supplier Reference            `json:"FSupplierID,omitzero" must:"供应商"`    // 供应商, required
	Extra    []Field              `json:"-"`                                  // further members, custom ones too, see [Field]
	Lines    []PurchaseReturnLine `json:"FPURMRBENTRY,omitzero"`              // 明细信息
}

// MarshalJSON writes the members that are set, in the platform's order.
func (p PurchaseReturn) MarshalJSON() ([]byte, error) { return encodeModel(&p) }

// UnmarshalJSON reads them back; what it does not know goes into Extra.
func (p *PurchaseReturn) UnmarshalJSON(raw []byte) error { return decodeModel(raw, p) }

// Validate names the required members that a new one lacks; of an update only
// those of new lines.
func (p PurchaseReturn) Validate() error { return validate(FormPurchaseReturn, &p) }

// PurchaseReturnLine is a line of a return of purchases (明细信息).
type PurchaseReturnLine struct {
	EntryID  int64          `json:"FEntryID,omitzero"`                // line key: set for a line that is stored already
	Material Reference      `json:"FMATERIALID,omitzero" must:"物料编码"` // 物料编码, required
	Stock    Reference      `json:"FSTOCKID,omitzero"`                // 仓库
	Qty      duijie.Decimal `json:"FRMREALQTY,omitzero" must:"实退数量"`  // 实退数量, required
	Extra    []Field        `json:"-"`                                // further members, custom ones too, see [Field]
}

// MarshalJSON writes the members that are set, in the platform's order.
func (p PurchaseReturnLine) MarshalJSON() ([]byte, error) { return encodeModel(&p) }

// UnmarshalJSON reads them back; what it does not know goes into Extra.
func (p *PurchaseReturnLine) UnmarshalJSON(raw []byte) error { return decodeModel(raw, p) }

// PurchaseReturnRow is the head of a return of purchases as lists give it.
type PurchaseReturnRow struct {
	ID           int64       `kingdee:"FID,key"`
	Number       string      `kingdee:"FBillNo"`
	Date         duijie.Time `kingdee:"FDate"`
	StockOrg     string      `kingdee:"FStockOrgId.FNumber"`
	Supplier     string      `kingdee:"FSupplierID.FNumber"`
	SupplierName string      `kingdee:"FSupplierID.FName"`
	RecordState
}

// PurchaseReturnLineRow is a line of a return of purchases as lists give it,
// with what it needs of the head.
type PurchaseReturnLineRow struct {
	ID             int64          `kingdee:"FID,key"`
	Number         string         `kingdee:"FBillNo"`
	Date           duijie.Time    `kingdee:"FDate"`
	Supplier       string         `kingdee:"FSupplierID.FNumber"`
	DocumentStatus string         `kingdee:"FDocumentStatus"`
	EntryID        int64          `kingdee:"FPURMRBENTRY_FEntryID"`
	Material       string         `kingdee:"FMATERIALID.FNumber"`
	Stock          string         `kingdee:"FSTOCKID.FNumber"`
	Qty            duijie.Decimal `kingdee:"FRMREALQTY"` // 实退数量
}

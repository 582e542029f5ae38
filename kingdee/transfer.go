package kingdee

import "github.com/duijie-go/duijie"

// Transfer is a direct transfer between warehouses (直接调拨单) to be saved.
// Members that are not set are left out and so keep their stored value on an
// update; see [Field] for how to clear one.
type Transfer struct {
	ID           int64          `json:"FID,omitzero"`                                   // primary key: set for an update
	BillType     Reference      `json:"FBillTypeID,omitzero" ref:"FNUMBER" must:"单据类型"` // 单据类型, required; [BillTypeTransfer]
	Number       string         `json:"FBillNo,omitzero"`                               // 单据编号; empty: the server draws one
	BizType      string         `json:"FBizType,omitzero"`                              // 业务类型: [TransferNormal]
	Direction    string         `json:"FTransferDirect,omitzero"`                       // 调拨方向: [TransferGeneral] or [TransferReturn]
	Kind         string         `json:"FTransferBizType,omitzero"`                      // 调拨类型: [TransferInner] or [TransferOver]
	StockOutOrg  Reference      `json:"FStockOutOrgId,omitzero" must:"调出库存组织"`          // 调出库存组织, required
	OwnerTypeOut string         `json:"FOwnerTypeOutIdHead,omitzero"`                   // 调出货主类型: [OwnerOrg]
	OwnerOut     Reference      `json:"FOwnerOutIdHead,omitzero"`                       // 调出货主
	StockOrg     Reference      `json:"FStockOrgId,omitzero" must:"调入库存组织"`             // 调入库存组织, required
	OwnerType    string         `json:"FOwnerTypeIdHead,omitzero"`                      // 调入货主类型: [OwnerOrg]
	Owner        Reference      `json:"FOwnerIdHead,omitzero"`                          // 调入货主
	Date         duijie.Time    `json:"FDate,omitzero" must:"日期"`                       // 日期, required
	Extra        []Field        `json:"-"`                                              // further members, custom ones too, see [Field]
	Lines        []TransferLine `json:"FBillEntry,omitzero"`                            // 明细信息
}

// MarshalJSON writes the members that are set, in the platform's order.
func (t Transfer) MarshalJSON() ([]byte, error) { return encodeModel(&t) }

// UnmarshalJSON reads them back; what it does not know goes into Extra.
func (t *Transfer) UnmarshalJSON(raw []byte) error { return decodeModel(raw, t) }

// Validate names the required members that a new one lacks; of an update only
// those of new lines.
func (t Transfer) Validate() error { return validate(FormTransfer, &t) }

// TransferLine is a line of a transfer (明细信息).
type TransferLine struct {
	EntryID  int64          `json:"FEntryID,omitzero"`                 // line key: set for a line that is stored already
	Material Reference      `json:"FMaterialId,omitzero" must:"物料编码"`  // 物料编码, required
	Unit     Reference      `json:"FUnitID,omitzero" must:"单位"`        // 单位, required
	Lot      Reference      `json:"FLot,omitzero"`                     // 调出批号
	From     Reference      `json:"FSrcStockId,omitzero" must:"调出仓库"`  // 调出仓库, required
	To       Reference      `json:"FDestStockId,omitzero" must:"调入仓库"` // 调入仓库, required
	Qty      duijie.Decimal `json:"FQty,omitzero" must:"调拨数量"`         // 调拨数量, required
	Extra    []Field        `json:"-"`                                 // further members, custom ones too, see [Field]
}

// MarshalJSON writes the members that are set, in the platform's order.
func (t TransferLine) MarshalJSON() ([]byte, error) { return encodeModel(&t) }

// UnmarshalJSON reads them back; what it does not know goes into Extra.
func (t *TransferLine) UnmarshalJSON(raw []byte) error { return decodeModel(raw, t) }

// What a transfer can be; the words are the platform's codes.
const (
	TransferNormal  = "NORMAL"           // FBizType: 标准
	TransferGeneral = "GENERAL"          // FTransferDirect: 普通
	TransferReturn  = "RETURN"           // FTransferDirect: 退货
	TransferInner   = "InnerOrgTransfer" // FTransferBizType: within one organisation (组织内调拨)
	TransferOver    = "OverOrgTransfer"  // FTransferBizType: between organisations (跨组织调拨)
	OwnerOrg        = "BD_OwnerOrg"      // the owner of goods is an organisation (业务组织)
)

// TransferRow is the head of a transfer as lists give it.
type TransferRow struct {
	ID          int64       `kingdee:"FID,key"`
	Number      string      `kingdee:"FBillNo"`
	BillType    string      `kingdee:"FBillTypeID.FNumber"`
	Direction   string      `kingdee:"FTransferDirect"`
	Kind        string      `kingdee:"FTransferBizType"`
	Date        duijie.Time `kingdee:"FDate"`
	StockOutOrg string      `kingdee:"FStockOutOrgId.FNumber"`
	StockOrg    string      `kingdee:"FStockOrgId.FNumber"`
	RecordState
}

// TransferLineRow is a line of a transfer as lists give it, with what it needs
// of the head.
type TransferLineRow struct {
	ID             int64          `kingdee:"FID,key"`
	Number         string         `kingdee:"FBillNo"`
	Date           duijie.Time    `kingdee:"FDate"`
	DocumentStatus string         `kingdee:"FDocumentStatus"`
	Modified       duijie.Time    `kingdee:"FModifyDate"`
	EntryID        int64          `kingdee:"FBillEntry_FEntryID"`
	Material       string         `kingdee:"FMaterialId.FNumber"`
	MaterialName   string         `kingdee:"FMaterialId.FName"`
	Unit           string         `kingdee:"FUnitID.FNumber"`
	Lot            string         `kingdee:"FLot.FNumber"`
	From           string         `kingdee:"FSrcStockId.FNumber"`  // 调出仓库
	To             string         `kingdee:"FDestStockId.FNumber"` // 调入仓库
	Qty            duijie.Decimal `kingdee:"FQty"`
}

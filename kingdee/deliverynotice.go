package kingdee

import "github.com/duijie-go/duijie"

// DeliveryNotice is a delivery notice (发货通知单) to be saved: goods that shall
// leave. Members that are not set are left out and so keep their stored value
// on an update; see [Field] for how to clear one. Its field list is the word
// of one source.
type DeliveryNotice struct {
	ID          int64                `json:"FID,omitzero"`                                   // primary key: set for an update
	BillType    Reference            `json:"FBillTypeID,omitzero" ref:"FNUMBER" must:"单据类型"` // 单据类型, required; as your installation has it
	Number      string               `json:"FBillNo,omitzero"`                               // 单据编号; empty: the server draws one
	Date        duijie.Time          `json:"FDate,omitzero" must:"日期"`                       // 日期, required
	SaleOrg     Reference            `json:"FSaleOrgId,omitzero" must:"销售组织"`                // 销售组织, required
	Customer    Reference            `json:"FCustomerID,omitzero" must:"客户"`                 // 客户, required
	DeliveryOrg Reference            `json:"FDeliveryOrgID,omitzero"`                        // 发货组织
	Extra       []Field              `json:"-"`                                              // further members, custom ones too, see [Field]
	Lines       []DeliveryNoticeLine `json:"FEntity,omitzero"`                               // 明细信息
}

// MarshalJSON writes the members that are set, in the platform's order.
func (d DeliveryNotice) MarshalJSON() ([]byte, error) { return encodeModel(&d) }

// UnmarshalJSON reads them back; what it does not know goes into Extra.
func (d *DeliveryNotice) UnmarshalJSON(raw []byte) error { return decodeModel(raw, d) }

// Validate names the required members that a new one lacks; of an update only
// those of new lines.
func (d DeliveryNotice) Validate() error { return validate(FormDeliveryNotice, &d) }

// DeliveryNoticeLine is a line of a delivery notice.
type DeliveryNoticeLine struct {
	EntryID   int64          `json:"FEntryID,omitzero"`         // line key: set for a line that is stored already
	Material  Reference      `json:"FMaterialID,omitzero"`      // 物料编码
	Unit      Reference      `json:"FUnitID,omitzero"`          // 销售单位
	ShipStock Reference      `json:"FShipmentStockID,omitzero"` // 出货仓库
	Qty       duijie.Decimal `json:"FQty,omitzero"`             // 销售数量
	Extra     []Field        `json:"-"`                         // further members, custom ones too, see [Field]
}

// MarshalJSON writes the members that are set, in the platform's order.
func (d DeliveryNoticeLine) MarshalJSON() ([]byte, error) { return encodeModel(&d) }

// UnmarshalJSON reads them back; what it does not know goes into Extra.
func (d *DeliveryNoticeLine) UnmarshalJSON(raw []byte) error { return decodeModel(raw, d) }

// DeliveryNoticeRow is the head of a delivery notice as lists give it.
type DeliveryNoticeRow struct {
	ID          int64       `kingdee:"FID,key"`
	Number      string      `kingdee:"FBillNo"`
	Date        duijie.Time `kingdee:"FDate"`
	SaleOrg     string      `kingdee:"FSaleOrgId.FNumber"`
	Customer    string      `kingdee:"FCustomerID.FNumber"`
	DeliveryOrg string      `kingdee:"FDeliveryOrgID.FNumber"`
	RecordState
}

// DeliveryNoticeLineRow is a line of a delivery notice as lists give it, with
// what it needs of the head.
type DeliveryNoticeLineRow struct {
	ID             int64          `kingdee:"FID,key"`
	Number         string         `kingdee:"FBillNo"`
	Date           duijie.Time    `kingdee:"FDate"`
	Customer       string         `kingdee:"FCustomerID.FNumber"`
	DocumentStatus string         `kingdee:"FDocumentStatus"`
	EntryID        int64          `kingdee:"FEntity_FEntryID"`
	Material       string         `kingdee:"FMaterialID.FNumber"`
	Unit           string         `kingdee:"FUnitID.FNumber"`
	Qty            duijie.Decimal `kingdee:"FQty"`
}

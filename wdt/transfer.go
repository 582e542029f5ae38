package wdt

import (
	"encoding/json"
	"time"

	"github.com/duijie-go/duijie"
)

const transfersMethod = "wms.stocktransfer.Manage.queryWithDetail"

// Transfer moves goods between two warehouses (调拨单), with its lines.
// A member the platform left out is zero; members this struct does not know stay in
// Raw and come back when it is encoded.
type Transfer struct {
	ID              int64          `json:"transfer_id"`
	No              string         `json:"transfer_no"` // the key (调拨单号)
	Mode            TransferMode   `json:"mode"`
	Status          TransferStatus `json:"status"`
	FromWarehouseNo string         `json:"from_warehouse_no"`
	ToWarehouseNo   string         `json:"to_warehouse_no"`

	OutInStatus    int64 `json:"stock_out_in_status"`
	GoodsTypeCount int64 `json:"goods_type_count"` // different goods

	ToWarehouseID   int64 `json:"to_warehouse_id"`
	FromWarehouseID int64 `json:"from_warehouse_id"`

	Contact string `json:"contact"`
	Telno   string `json:"telno"`

	LogisticsNo   string        `json:"logistics_no"`
	LogisticsName string        `json:"logistics_name"`
	LogisticsCode string        `json:"logistics_code"`
	LogisticsType LogisticsType `json:"logistics_type"`
	LogisticsID   int64         `json:"logistics_id"`

	GoodsCount    duijie.Decimal `json:"goods_count"`     // pieces
	GoodsInCount  duijie.Decimal `json:"goods_in_count"`  // pieces that came in
	GoodsOutCount duijie.Decimal `json:"goods_out_count"` // pieces that went out

	CheckTime    duijie.Time `json:"check_time"` // approved
	ModifiedDate duijie.Time `json:"modified_date"`
	CreatedDate  duijie.Time `json:"created_date"`
	Modified     duijie.Time `json:"modified"` // last change
	Created      duijie.Time `json:"created"`

	Remark      string `json:"remark"`
	CreatorName string `json:"creator_name"`
	WMSOutCode  string `json:"wms_out_code"` // document of the sending warehouse system
	WMSInCode   string `json:"wms_in_code"`  // document of the receiving one
	FlagName    string `json:"flag_name"`    // coloured flag (标旗)

	Lines []TransferLine `json:"details_list"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// UnmarshalJSON takes every member in any of the forms the platform sends it in.
func (t *Transfer) UnmarshalJSON(b []byte) error { return decodeRow(b, t) }

// MarshalJSON writes the transfer with the members only Raw has.
func (t Transfer) MarshalJSON() ([]byte, error) { return encodeRow(t) }

// Key is transfer_no; a transfer without one is known as "transfer_id:" and its number.
func (t Transfer) Key() string { return keyOr(t.No, "transfer_id", t.ID) }

func (t Transfer) version() int64 { return unixMilli(t.Modified) }

// TransferLine is one line of a [Transfer].
type TransferLine struct {
	ID         int64  `json:"rec_id"` // number of the row
	TransferID int64  `json:"transfer_id"`
	SpecNo     string `json:"spec_no"` // SKU, merchant code (商家编码)

	BatchID int64 `json:"batch_id"`
	GoodsID int64 `json:"goods_id"`
	SpecID  int64 `json:"spec_id"` // SKU id
	Defect  bool  `json:"defect"`  // damaged goods (残品)

	BatchNo     string `json:"batch_no"`
	GoodsNo     string `json:"goods_no"` // goods, SPU (货品编号)
	SpecCode    string `json:"spec_code"`
	SpecName    string `json:"spec_name"`
	Barcode     string `json:"barcode"`
	UnitName    string `json:"unit_name"`
	AuxUnitName string `json:"aux_unit_name"` // auxiliary unit

	StockNum duijie.Decimal `json:"stock_num"` // in stock
	Num      duijie.Decimal `json:"num"`       // pieces
	OutNum   duijie.Decimal `json:"out_num"`   // went out
	InNum    duijie.Decimal `json:"in_num"`    // came in
	AuxNum   duijie.Decimal `json:"aux_num"`   // in the auxiliary unit

	ExpireDate duijie.Time `json:"expire_date"` // end of shelf life
	Modified   duijie.Time `json:"modified"`    // last change
	Created    duijie.Time `json:"created"`

	Remark       string `json:"remark"`
	FromPosition string `json:"from_position"` // shelf
	ToPosition   string `json:"to_position"`   // shelf

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// TransferQuery selects transfers. From and To are required.
type TransferQuery struct {
	No              string           // transfer_no (调拨单号)
	FromWarehouseNo string           // from_warehouse_no
	ToWarehouseNo   string           // to_warehouse_no
	Status          []TransferStatus // status, any of them; none: all
	Fuzzy           *bool            // fuzzy_query; fails where more than one row matches
	From, To        time.Time        // start_time and end_time, the last change; any length
	PageSize        int              // rows per call; 0 takes 200, at most 1000
	Cursor          string           // Next of a page List gave
}

func (q TransferQuery) list() selection {
	f := filter{}
	f.text("transfer_no", q.No).text("from_warehouse_no", q.FromWarehouseNo).text("to_warehouse_no", q.ToWarehouseNo).flag("fuzzy_query", q.Fuzzy)
	join(f, "status", q.Status)
	return selection{
		method: transfersMethod, params: f, size: q.PageSize, cursor: q.Cursor,
		from: q.From, to: q.To,
	}
}

package wdt

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/duijie-go/duijie"
)

const stockChangesMethod = "wms.StockSpec.queryChangeHistory"

// StockChange is one movement of stock (出入库明细): it never changes itself.
// A member the platform left out is zero; members this struct does not know stay in
// Raw and come back when it is encoded.
type StockChange struct {
	DocNo       string         `json:"stockio_no"` // stock document (出入库单号)
	Source      StockSource    `json:"src_order_type"`
	SrcOrderNo  string         `json:"src_order_no"` // document it was made for
	Type        StockDirection `json:"type"`
	SpecNo      string         `json:"spec_no"` // SKU, merchant code (商家编码)
	WarehouseNo string         `json:"warehouse_no"`
	Defect      bool           `json:"defect"` // damaged goods (残品)

	WarehouseName string `json:"warehouse_name"`

	Num                duijie.Decimal `json:"num"`           // always positive; see Type
	Before             duijie.Decimal `json:"stock_num_old"` // stock before
	After              duijie.Decimal `json:"stock_num_new"` // stock after
	ActualWeight       duijie.Decimal `json:"actual_weight"`
	ActualWeightAfter  duijie.Decimal `json:"actual_weight_new"`
	ActualWeightBefore duijie.Decimal `json:"actual_weight_old"`

	Created duijie.Time `json:"created"` // when it moved

	OperatorName string `json:"operator_name"`
	Remark       string `json:"remark"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// UnmarshalJSON takes every member in any of the forms the platform sends it in.
func (s *StockChange) UnmarshalJSON(b []byte) error { return decodeRow(b, s) }

// MarshalJSON writes the change with the members only Raw has.
func (s StockChange) MarshalJSON() ([]byte, error) { return encodeRow(s) }

// Key is document, warehouse, SKU, kind, time and the stock before and after: the
// platform gives a change no number.
func (s StockChange) Key() string {
	if s.DocNo == "" && s.SpecNo == "" {
		return ""
	}
	return joinKey(s.DocNo, s.WarehouseNo, s.SpecNo, strconv.FormatBool(s.Defect), s.Type.String(),
		strconv.FormatInt(unixMilli(s.Created), 10), s.Before.Canonical(), s.After.Canonical(), s.SrcOrderNo)
}

func (s StockChange) version() int64 { return unixMilli(s.Created) }

// StockChangeQuery selects changes of stock. From and To are required.
type StockChangeQuery struct {
	SpecNo      string          // spec_no (商家编码); with it a slice is 30 days, without it an hour
	WarehouseNo string          // warehouse_no
	Type        *StockDirection // type; nil: both
	Defect      *bool           // defect; nil: both
	From, To    time.Time       // start_date and end_date, when it moved; any length
	PageSize    int             // rows per call; 0 takes 200, at most 1000
	Cursor      string          // Next of a page List gave
}

func (q StockChangeQuery) list() selection {
	f := filter{}
	f.text("spec_no", q.SpecNo).text("warehouse_no", q.WarehouseNo).flag("defect", q.Defect)
	put(f, "type", q.Type)
	return selection{
		method: stockChangesMethod, params: f, size: q.PageSize, cursor: q.Cursor,
		from: q.From, to: q.To,
	}
}

// StockChangeService reads changes of stock (库存变化; 查询出入库明细,
// wms.StockSpec.queryChangeHistory) by windows of time, 30 days at most each with a
// SpecNo, an hour without.
type StockChangeService = WindowService[StockChange, StockChangeQuery]

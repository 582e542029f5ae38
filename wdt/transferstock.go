package wdt

import (
	"encoding/json"
	"time"

	"github.com/duijie-go/duijie"
)

const (
	transferStockinsMethod  = "wms.stockin.Transfer.queryWithDetail"
	transferStockoutsMethod = "wms.stockout.Transfer.queryWithDetail"
)

// TransferStockin is the stock-in of a transfer (调拨入库单), with its lines.
// A member the platform left out is zero; members this struct does not know stay in
// Raw and come back when it is encoded.
type TransferStockin struct {
	ID              int64         `json:"stockin_id"`
	No              string        `json:"order_no"` // the key (入库单号)
	Status          StockinStatus `json:"status"`
	TransferID      int64         `json:"transfer_id"`
	SrcOrderNo      string        `json:"src_order_no"` // transfer (调拨单号)
	FromWarehouseNo string        `json:"from_warehouse_no"`
	ToWarehouseNo   string        `json:"to_warehouse_no"`

	FromWarehouseName string `json:"from_warehouse_name"`
	ToWarehouseName   string `json:"to_warehouse_name"`
	FromWarehouseID   int64  `json:"from_warehouse_id"`
	ToWarehouseID     int64  `json:"to_warehouse_id"`

	LogisticsNo   string        `json:"logistics_no"`
	LogisticsName string        `json:"logistics_name"`
	LogisticsCode string        `json:"logistics_code"`
	LogisticsType LogisticsType `json:"logistics_type"`

	GoodsCount duijie.Decimal `json:"goods_count"` // pieces

	TotalPrice duijie.Decimal `json:"total_price"`

	CreatedTime duijie.Time `json:"created_time"`
	CheckTime   duijie.Time `json:"check_time"` // approved
	Modified    duijie.Time `json:"modified"`   // last change
	Created     duijie.Time `json:"st_created"` // of the transfer

	Remark       string `json:"remark"`
	OperatorName string `json:"operator_name"`

	Lines []TransferStockinLine `json:"detail_list"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// UnmarshalJSON takes every member in any of the forms the platform sends it in.
func (s *TransferStockin) UnmarshalJSON(b []byte) error { return decodeRow(b, s) }

// MarshalJSON writes the stock-in with the members only Raw has.
func (s TransferStockin) MarshalJSON() ([]byte, error) { return encodeRow(s) }

// Key is order_no; a stock-in without one is known as "stockin_id:" and its number.
func (s TransferStockin) Key() string { return keyOr(s.No, "stockin_id", s.ID) }

func (s TransferStockin) version() int64 { return unixMilli(s.Modified) }

// TransferStockinLine is one line of a [TransferStockin].
type TransferStockinLine struct {
	ID             int64  `json:"rec_id"` // number of the row
	StockinID      int64  `json:"stockin_id"`
	TransferLineID int64  `json:"src_order_detail_id"`
	SpecNo         string `json:"spec_no"` // SKU, merchant code (商家编码)

	Defect bool `json:"defect"` // damaged goods (残品)

	GoodsName  string `json:"goods_name"`
	GoodsNo    string `json:"goods_no"` // goods, SPU (货品编号)
	SpecName   string `json:"spec_name"`
	SpecCode   string `json:"spec_code"`
	BrandNo    string `json:"brand_no"`
	BrandName  string `json:"brand_name"`
	GoodsUnit  string `json:"goods_unit"`
	BatchNo    string `json:"batch_no"`
	PositionNo string `json:"position_no"` // shelf

	Num      duijie.Decimal `json:"num"`       // pieces
	RightNum duijie.Decimal `json:"right_num"` // counted

	TotalCost duijie.Decimal `json:"total_cost"`

	ExpireDate     duijie.Time `json:"expire_date"` // end of shelf life
	ProductionDate duijie.Time `json:"production_date"`

	Remark string `json:"remark"`

	Prop2 string `json:"prop2"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// TransferStockinQuery selects transfer stock-ins. From and To are required.
type TransferStockinQuery struct {
	No          string          // stockin_no (入库单号)
	TransferNo  string          // transfer_no (调拨单号)
	WarehouseNo string          // warehouse_no
	Status      []StockinStatus // status, any of them; none: all
	From, To    time.Time       // start_time and end_time, the last change; any length
	PageSize    int             // rows per call; 0 takes 200, at most 1000
	Cursor      string          // Next of a page List gave
}

func (q TransferStockinQuery) list() selection {
	f := filter{}
	f.text("stockin_no", q.No).text("transfer_no", q.TransferNo).text("warehouse_no", q.WarehouseNo)
	join(f, "status", q.Status)
	return selection{
		method: transferStockinsMethod, params: f, size: q.PageSize, cursor: q.Cursor,
		from: q.From, to: q.To,
	}
}

// TransferStockinService reads stock-ins of transfers (调拨入库单; 调拨入库单查询,
// wms.stockin.Transfer.queryWithDetail) by windows of their modification time, 30 days at
// most each.
type TransferStockinService = WindowService[TransferStockin, TransferStockinQuery]

// TransferStockout is the stock-out of a transfer (调拨出库单), with its lines.
// A member the platform left out is zero; members this struct does not know stay in
// Raw and come back when it is encoded.
type TransferStockout struct {
	ID              int64     `json:"stockout_id"`
	No              string    `json:"order_no"` // the key (出库单号)
	Status          OutStatus `json:"status"`
	TransferID      int64     `json:"transfer_id"`
	SrcOrderNo      string    `json:"src_order_no"` // transfer (调拨单号)
	FromWarehouseNo string    `json:"from_warehouse_no"`
	ToWarehouseNo   string    `json:"to_warehouse_no"`

	OrderType StockSource `json:"order_type"`

	WarehouseNo string `json:"warehouse_no"`

	// Persons: filled for own and offline shops only.
	ReceiverName     string `json:"receiver_name"`
	ReceiverAddress  string `json:"receiver_address"`
	ReceiverMobile   string `json:"receiver_mobile"`
	ReceiverTelno    string `json:"receiver_telno"`
	ReceiverZip      string `json:"receiver_zip"`
	ReceiverCountry  int64  `json:"receiver_country"`
	ReceiverProvince int64  `json:"receiver_province"` // code of the place
	ReceiverCity     int64  `json:"receiver_city"`     // code of the place
	ReceiverDistrict int64  `json:"receiver_district"` // code of the place

	LogisticsNo string `json:"logistics_no"`

	GoodsCount duijie.Decimal `json:"goods_count"` // pieces
	Weight     duijie.Decimal `json:"weight"`      // kg

	Postage          duijie.Decimal `json:"post_fee"`
	PackageFee       duijie.Decimal `json:"package_fee"`
	GoodsTotalCost   duijie.Decimal `json:"goods_total_cost"`
	GoodsTotalAmount duijie.Decimal `json:"goods_total_amount"`

	Created     duijie.Time `json:"st_created"`   // of the transfer
	ConsignTime duijie.Time `json:"consign_time"` // went out

	Remark       string `json:"remark"`
	OperatorName string `json:"operator_name"`

	Lines []TransferStockoutLine `json:"detail_list"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// UnmarshalJSON takes every member in any of the forms the platform sends it in.
func (s *TransferStockout) UnmarshalJSON(b []byte) error { return decodeRow(b, s) }

// MarshalJSON writes the stock-out with the members only Raw has.
func (s TransferStockout) MarshalJSON() ([]byte, error) { return encodeRow(s) }

// Key is order_no; a stock-out without one is known as "stockout_id:" and its number.
func (s TransferStockout) Key() string { return keyOr(s.No, "stockout_id", s.ID) }

func (s TransferStockout) version() int64 { return unixMilli(s.ConsignTime) }

// TransferStockoutLine is one line of a [TransferStockout].
type TransferStockoutLine struct {
	ID             int64  `json:"rec_id"` // number of the row
	StockoutID     int64  `json:"stockout_id"`
	TransferLineID int64  `json:"src_order_detail_id"`
	SpecNo         string `json:"spec_no"` // SKU, merchant code (商家编码)

	GoodsType int64 `json:"goods_type"` // 0 other, 1 for sale, 2 raw material, 3 packing, 4 turnover, 5 virtual, 6 fixed asset, 8 box
	Defect    bool  `json:"defect"`     // damaged goods (残品)

	BrandNo    string `json:"brand_no"`
	BrandName  string `json:"brand_name"`
	GoodsName  string `json:"goods_name"`
	GoodsNo    string `json:"goods_no"` // goods, SPU (货品编号)
	SpecName   string `json:"spec_name"`
	SpecCode   string `json:"spec_code"`
	GoodsUnit  string `json:"goods_unit"`
	UnitName   string `json:"unit_name"`
	BatchNo    string `json:"batch_no"`
	PositionNo string `json:"position_no"` // shelf

	GoodsCount duijie.Decimal `json:"goods_count"` // pieces
	Weight     duijie.Decimal `json:"weight"`      // kg

	CostPrice   duijie.Decimal `json:"cost_price"` // cost per piece
	TotalAmount duijie.Decimal `json:"total_amount"`

	ExpireDate duijie.Time `json:"expire_date"` // end of shelf life

	Remark     string `json:"remark"`
	LineRemark string `json:"std_remark"`

	Positions []Position `json:"position_details_list"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// TransferStockoutQuery selects transfer stock-outs. From and To are required.
type TransferStockoutQuery struct {
	No          string      // stockout_no (出库单号)
	TransferNo  string      // src_order_no, the transfer (调拨单号)
	WarehouseNo string      // warehouse_no
	Status      []OutStatus // status, any of them; none: all
	Position    *int        // position: groups lines by shelf
	From, To    time.Time   // start_time and end_time, the ship time; any length
	PageSize    int         // rows per call; 0 takes 200, at most 1000
	Cursor      string      // Next of a page List gave
}

func (q TransferStockoutQuery) list() selection {
	f := filter{}
	f.text("stockout_no", q.No).text("src_order_no", q.TransferNo).text("warehouse_no", q.WarehouseNo).int("position", q.Position)
	join(f, "status", q.Status)
	return selection{
		method: transferStockoutsMethod, params: f, size: q.PageSize, cursor: q.Cursor,
		from: q.From, to: q.To,
	}
}

// TransferStockoutService reads stock-outs of transfers (调拨出库单; 调拨出库单查询,
// wms.stockout.Transfer.queryWithDetail) by windows of their ship time, 30 days at most
// each: the platform has no filter for changes, so what changes after it went out is
// not read again.
type TransferStockoutService = WindowService[TransferStockout, TransferStockoutQuery]

package wdt

import (
	"encoding/json"
	"time"

	"github.com/duijie-go/duijie"
)

const otherStockoutsMethod = "wms.stockout.OtherQuery.queryWithDetail"

// OtherStockout is an other stock-out (其他出库单), with its lines.
// A member the platform left out is zero; members this struct does not know stay in
// Raw and come back when it is encoded.
type OtherStockout struct {
	ID         int64     `json:"stockout_id"`
	No         string    `json:"order_no"` // the key (出库单号): the outer_no it was made with
	Status     OutStatus `json:"status"`
	SrcOrderNo string    `json:"src_order_no"` // document it was made for

	OrderType StockSource `json:"order_type"`

	WarehouseNo   string `json:"warehouse_no"`
	WarehouseName string `json:"warehouse_name"`

	// Persons: filled for own and offline shops only.
	ReceiverName     string `json:"receiver_name"`
	ReceiverProvince string `json:"receiver_province"`
	ReceiverCity     string `json:"receiver_city"`
	ReceiverDistrict string `json:"receiver_district"`
	ReceiverAddress  string `json:"receiver_address"`
	ReceiverMobile   string `json:"receiver_mobile"`

	LogisticsNo        string `json:"logistics_no"`
	LogisticsCompanyNo string `json:"logistics_company_no"`

	GoodsCount duijie.Decimal `json:"goods_count"` // pieces
	Weight     duijie.Decimal `json:"weight"`      // kg

	Postage               duijie.Decimal `json:"post_fee"`
	GoodsTotalCost        duijie.Decimal `json:"goods_total_cost"`
	GoodsTotalAmount      duijie.Decimal `json:"goods_total_amount"`
	CheckedGoodsTotalCost duijie.Decimal `json:"checked_goods_total_cost"`

	ConsignTime duijie.Time `json:"consign_time"` // shipped; absent before
	Modified    duijie.Time `json:"modified"`     // last change

	Remark       string `json:"remark"`
	OperatorName string `json:"operator_name"`
	Reason       string `json:"reason"` // (出库原因)

	Lines []OtherStockoutLine `json:"detail_list"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// UnmarshalJSON takes every member in any of the forms the platform sends it in.
func (s *OtherStockout) UnmarshalJSON(b []byte) error { return decodeRow(b, s) }

// MarshalJSON writes the stock-out with the members only Raw has.
func (s OtherStockout) MarshalJSON() ([]byte, error) { return encodeRow(s) }

// Key is order_no; a stock-out without one is known as "stockout_id:" and its number.
func (s OtherStockout) Key() string { return keyOr(s.No, "stockout_id", s.ID) }

func (s OtherStockout) version() int64 { return unixMilli(s.Modified) }

// OtherStockoutLine is one line of an [OtherStockout].
type OtherStockoutLine struct {
	ID         int64  `json:"rec_id"` // number of the row
	StockoutID int64  `json:"stockout_id"`
	SpecNo     string `json:"spec_no"` // SKU, merchant code (商家编码)

	GoodsType  int64 `json:"goods_type"` // 0 other, 1 for sale, 2 raw material, 3 packing, 4 turnover, 5 virtual, 6 fixed asset, 8 box
	BaseUnitID int64 `json:"base_unit_id"`
	PositionID int64 `json:"position_id"`
	Defect     bool  `json:"defect"` // damaged goods (残品)

	BrandNo    string `json:"brand_no"`
	BrandName  string `json:"brand_name"`
	GoodsName  string `json:"goods_name"`
	GoodsNo    string `json:"goods_no"` // goods, SPU (货品编号)
	SpecName   string `json:"spec_name"`
	SpecCode   string `json:"spec_code"`
	UnitName   string `json:"unit_name"`
	BatchNo    string `json:"batch_no"`
	PositionNo string `json:"position_no"` // shelf

	GoodsCount duijie.Decimal `json:"goods_count"` // pieces
	Weight     duijie.Decimal `json:"weight"`      // kg

	TotalAmount duijie.Decimal `json:"total_amount"`
	CostPrice   duijie.Decimal `json:"cost_price"` // cost per piece

	ExpireDate duijie.Time `json:"expire_date"` // end of shelf life

	Remark string `json:"remark"`

	Positions []Position `json:"position_details_list"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// OtherStockoutQuery selects other stock-outs. From and To are required.
type OtherStockoutQuery struct {
	No          string          // stockout_no (出库单号): the outer_no it was made with
	SrcOrderNo  string          // src_order_no
	WarehouseNo string          // warehouse_no
	ReasonName  string          // reason_name
	Status      *OtherOutFilter // status; nil: all
	From, To    time.Time       // the time Times names; any length, read 30 days at a time
	Times       TimeKind        // TimeModified when "", TimeShipped or TimeCreated
	PageSize    int             // rows per call; 0 takes 200, at most 1000
	Cursor      string          // Next of a page List gave
}

func (q OtherStockoutQuery) list() selection {
	f := filter{}
	f.text("stockout_no", q.No).text("src_order_no", q.SrcOrderNo).text("warehouse_no", q.WarehouseNo).text("reason_name", q.ReasonName)
	put(f, "status", q.Status)
	return selection{
		method: otherStockoutsMethod, params: f, size: q.PageSize, cursor: q.Cursor,
		from: q.From, to: q.To, times: q.Times,
	}
}

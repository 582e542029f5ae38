package wdt

import (
	"encoding/json"
	"time"

	"github.com/duijie-go/duijie"
)

const otherStockinsMethod = "wms.stockin.Other.queryWithDetail"

// OtherStockin is an other stock-in (其他入库单), with its lines.
// A member the platform left out is zero; members this struct does not know stay in
// Raw and come back when it is encoded.
type OtherStockin struct {
	ID         int64         `json:"stockin_id"`
	No         string        `json:"order_no"` // the key (入库单号): the outer_no it was made with
	Status     StockinStatus `json:"status"`
	SrcOrderNo string        `json:"src_order_no"` // document it was made for

	WarehouseNo   string `json:"warehouse_no"`
	WarehouseName string `json:"warehouse_name"`

	LogisticsCompanyNo string        `json:"logistics_company_no"`
	LogisticsType      LogisticsType `json:"logistics_type"`
	LogisticsNo        string        `json:"logistics_no"`

	GoodsCount duijie.Decimal `json:"goods_count"` // pieces

	TotalPrice duijie.Decimal `json:"total_price"`
	TotalCost  duijie.Decimal `json:"total_cost"`

	StockinTime duijie.Time `json:"stockin_time"`
	Created     duijie.Time `json:"created_time"`
	CheckTime   duijie.Time `json:"check_time"` // approved

	Reason           string `json:"reason"` // (入库原因)
	Remark           string `json:"remark"`
	OperatorName     string `json:"operator_name"`
	WMSStockChangeNo string `json:"wms_stock_change_no"` // document of the warehouse system

	Lines []OtherStockinLine `json:"detail_list"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// UnmarshalJSON takes every member in any of the forms the platform sends it in.
func (s *OtherStockin) UnmarshalJSON(b []byte) error { return decodeRow(b, s) }

// MarshalJSON writes the stock-in with the members only Raw has.
func (s OtherStockin) MarshalJSON() ([]byte, error) { return encodeRow(s) }

// Key is order_no; a stock-in without one is known as "stockin_id:" and its number.
func (s OtherStockin) Key() string { return keyOr(s.No, "stockin_id", s.ID) }

func (s OtherStockin) version() int64 {
	return max(unixMilli(s.Created), unixMilli(s.CheckTime), unixMilli(s.StockinTime))
}

// OtherStockinLine is one line of an [OtherStockin].
type OtherStockinLine struct {
	ID        int64  `json:"rec_id"` // number of the row
	StockinID int64  `json:"stockin_id"`
	SpecNo    string `json:"spec_no"` // SKU, merchant code (商家编码)

	Defect bool `json:"defect"` // damaged goods (残品)

	GoodsUnit  string `json:"goods_unit"`
	BatchNo    string `json:"batch_no"`
	GoodsName  string `json:"goods_name"`
	GoodsNo    string `json:"goods_no"` // goods, SPU (货品编号)
	SpecName   string `json:"spec_name"`
	SpecCode   string `json:"spec_code"`
	BrandNo    string `json:"brand_no"`
	BrandName  string `json:"brand_name"`
	PositionNo string `json:"position_no"` // shelf

	GoodsCount duijie.Decimal `json:"goods_count"` // pieces
	RightNum   duijie.Decimal `json:"right_num"`   // counted

	TotalCost        duijie.Decimal `json:"total_cost"`
	CheckedCostPrice duijie.Decimal `json:"checked_cost_price"` // cost per piece when it came in

	ProductionDate duijie.Time `json:"production_date"`
	ExpireDate     duijie.Time `json:"expire_date"` // end of shelf life

	Remark string `json:"remark"`

	Prop2 string `json:"prop2"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// OtherStockinQuery selects other stock-ins. From and To are required.
type OtherStockinQuery struct {
	No          string          // stockin_no (入库单号): the outer_no it was made with
	OtherNo     string          // other_stockin_no, the business order (其他入库业务单)
	WMSNo       string          // wms_stock_change_no, document of the warehouse system
	WarehouseNo string          // warehouse_no
	ReasonName  string          // reason_name
	Status      []StockinStatus // status, any of them; none: all
	From, To    time.Time       // start_time and end_time, the last change; any length
	PageSize    int             // rows per call; 0 takes 200, at most 1000
	Cursor      string          // Next of a page List gave
}

func (q OtherStockinQuery) list() selection {
	f := filter{}
	f.text("stockin_no", q.No).text("other_stockin_no", q.OtherNo).text("wms_stock_change_no", q.WMSNo).text("warehouse_no", q.WarehouseNo)
	f.text("reason_name", q.ReasonName)
	join(f, "status", q.Status)
	return selection{
		method: otherStockinsMethod, params: f, size: q.PageSize, cursor: q.Cursor,
		from: q.From, to: q.To,
	}
}

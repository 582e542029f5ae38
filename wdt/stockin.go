package wdt

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
)

const refundStockinsMethod = "wms.stockin.Refund.queryWithDetail"

// RefundStockin is the stock-in of a return (退货入库单), with its lines.
// A member the platform left out is zero; members this struct does not know stay in
// Raw and come back when it is encoded.
type RefundStockin struct {
	ID         int64         `json:"stockin_id"`
	No         string        `json:"order_no"` // the key (入库单号)
	Status     StockinStatus `json:"status"`
	RefundNo   string        `json:"refund_no"`    // refund order (退换单号)
	SrcOrderNo string        `json:"src_order_no"` // document it was made for

	AttachType      int64        `json:"attach_type"`
	OperatorID      int64        `json:"operator_id"`
	SrcOrderID      int64        `json:"src_order_id"`
	ProcessStatus   RefundStatus `json:"process_status"` // of the refund order
	CheckOperatorID int64        `json:"check_operator_id"`
	ReasonID        int64        `json:"reason_id"`
	FlagID          int64        `json:"flag_id"`
	GoodsTypeCount  int64        `json:"goods_type_count"` // different goods
	NoteCount       int64        `json:"note_count"`       // notes
	SrcOrderType    StockSource  `json:"src_order_type"`
	Type            int64        `json:"type"`

	WarehouseNo          string   `json:"warehouse_no"`
	WarehouseName        string   `json:"warehouse_name"`
	FenxiaoNick          string   `json:"fenxiao_nick"` // distributor (分销商)
	ShopName             string   `json:"shop_name"`
	ShopNo               string   `json:"shop_no"`
	ShopRemark           string   `json:"shop_remark"`
	FenxiaoNickNo        string   `json:"fenxiao_nick_no"`
	VirtualWarehouseNo   string   `json:"vir_warehouse_no"`
	VirtualWarehouseName string   `json:"vir_warehouse_name"`
	ShopPlatformID       Platform `json:"shop_platform_id"`
	SubPlatformID        int64    `json:"sub_platform_id"` // within the platform
	WarehouseID          int64    `json:"warehouse_id"`
	ShopID               int64    `json:"shop_id"`

	// Persons: filled for own and offline shops only.
	CustomerNo   string `json:"customer_no"`
	CustomerName string `json:"customer_name"`
	NickName     string `json:"nick_name"`

	LogisticsName string        `json:"logistics_name"`
	LogisticsNo   string        `json:"logistics_no"`
	LogisticsType LogisticsType `json:"logistics_type"`
	LogisticsID   int64         `json:"logistics_id"`

	GoodsCount           duijie.Decimal `json:"goods_count"` // pieces
	AdjustNum            duijie.Decimal `json:"adjust_num"`  // stock adjustment
	TotalGoodsStockinNum duijie.Decimal `json:"total_goods_stockin_num"`

	ActualRefundAmount duijie.Decimal `json:"actual_refund_amount"` // amount really refunded
	TotalPrice         duijie.Decimal `json:"total_price"`
	RefundAmount       duijie.Decimal `json:"refund_amount"`
	SumRefundAmount    duijie.Decimal `json:"sum_refund_amount"`
	TotalAmount        duijie.Decimal `json:"total_amount"`

	Modified    duijie.Time `json:"modified"` // last change
	Created     duijie.Time `json:"created"`
	ContactTime duijie.Time `json:"contact_time"`
	CreatedTime duijie.Time `json:"created_time"`
	CheckTime   duijie.Time `json:"check_time"` // approved

	Remark            string `json:"remark"`
	OperatorName      string `json:"operator_name"`
	FlagName          string `json:"flag_name"`     // coloured flag (标旗)
	TradeNos          string `json:"trade_no_list"` // orders (订单编号), comma text
	TIDs              string `json:"tid_list"`      // source orders (原始单号), comma text
	CheckOperatorName string `json:"check_operator_name"`
	Reason            string `json:"reason"`
	WMSCode           string `json:"wms_code"` // document of the warehouse system
	SeqNo             string `json:"seq_no"`

	Prop3 string `json:"prop3"`

	Lines        []RefundStockinLine `json:"details_list"`
	GovSubsidies []GovSubsidy        `json:"gov_subsidy_info"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// UnmarshalJSON takes every member in any of the forms the platform sends it in.
func (s *RefundStockin) UnmarshalJSON(b []byte) error { return decodeRow(b, s) }

// MarshalJSON writes the stock-in with the members only Raw has.
func (s RefundStockin) MarshalJSON() ([]byte, error) { return encodeRow(s) }

// Key is order_no; a stock-in without one is known as "stockin_id:" and its number.
func (s RefundStockin) Key() string { return keyOr(s.No, "stockin_id", s.ID) }

func (s RefundStockin) version() int64 { return unixMilli(s.Modified) }

// RefundStockinLine is one line of a [RefundStockin].
type RefundStockinLine struct {
	ID           int64  `json:"rec_id"` // number of the row
	StockinID    int64  `json:"stockin_id"`
	RefundLineID string `json:"refund_detail_id"`
	TID          string `json:"tid"` // source order no

	GoodsID        int64       `json:"goods_id"`
	SpecID         int64       `json:"spec_id"` // SKU id
	SrcOrderID     int64       `json:"src_order_id"`
	UnitID         int64       `json:"unit_id"`
	BaseUnitID     int64       `json:"base_unit_id"`
	OriginalLineID int64       `json:"org_stockin_detail_id"`
	BatchID        int64       `json:"batch_id"`
	PositionID     int64       `json:"position_id"`
	ValidityDays   int64       `json:"validity_days"` // shelf life
	SrcOrderType   StockSource `json:"src_order_type"`
	Defect         bool        `json:"defect"` // damaged goods (残品)

	WarehouseID int64 `json:"warehouse_id"`

	GoodsName    string `json:"goods_name"`
	GoodsNo      string `json:"goods_no"` // goods, SPU (货品编号)
	SpecNo       string `json:"spec_no"`  // SKU, merchant code (商家编码)
	SpecName     string `json:"spec_name"`
	SpecCode     string `json:"spec_code"`
	BrandNo      string `json:"brand_no"`
	BrandName    string `json:"brand_name"`
	GoodsUnit    string `json:"goods_unit"`
	BaseUnitName string `json:"base_unit_name"`
	BatchNo      string `json:"batch_no"`
	PositionNo   string `json:"position_no"` // shelf
	SNList       string `json:"sn_list"`     // serial numbers, comma text

	LogisticsName string `json:"logistics_name"`
	LogisticsNo   string `json:"logistics_no"`
	LogisticsID   int64  `json:"logistics_id"`

	Num        duijie.Decimal `json:"num"`         // pieces
	RightNum   duijie.Decimal `json:"right_num"`   // counted
	ExpectNum  duijie.Decimal `json:"expect_num"`  // expected
	Num2       duijie.Decimal `json:"num2"`        // in the auxiliary unit
	AdjustNum  duijie.Decimal `json:"adjust_num"`  // stock adjustment
	UnitRatio  duijie.Decimal `json:"unit_ratio"`  // auxiliary unit to base unit
	StockinNum duijie.Decimal `json:"stockin_num"` // stocked in

	TotalCost          duijie.Decimal `json:"total_cost"`
	CheckedCostPrice   duijie.Decimal `json:"checked_cost_price"` // cost per piece when it came in
	RefundAmount       duijie.Decimal `json:"refund_amount"`
	CustomerPrice1     duijie.Decimal `json:"customer_price1"`
	CustomerPrice2     duijie.Decimal `json:"customer_price2"`
	ActualRefundAmount duijie.Decimal `json:"actual_refund_amount"` // amount really refunded
	OriginalPrice      duijie.Decimal `json:"original_price"`       // list price
	CustomPrice1       duijie.Decimal `json:"custom_price1"`
	CustomPrice2       duijie.Decimal `json:"custom_price2"`

	ExpireDate     duijie.Time `json:"expire_date"` // end of shelf life
	ProductionDate duijie.Time `json:"production_date"`
	Modified       duijie.Time `json:"modified"` // last change
	Created        duijie.Time `json:"created"`

	Remark string `json:"remark"`

	Prop1 string `json:"prop1"`
	Prop2 string `json:"prop2"`
	Prop3 string `json:"prop3"`
	Prop4 string `json:"prop4"`
	Prop5 string `json:"prop5"`
	Prop6 string `json:"prop6"`

	RefundLines []RefundStockinSource `json:"refund_order_detail_list"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// RefundStockinSource is the line of a refund order that a [RefundStockinLine] settles.
type RefundStockinSource struct {
	RefundLineID int64  `json:"refund_order_id"`
	LineID       int64  `json:"stockin_order_detail_id"`
	TID          string `json:"tid"`     // source order (原始单号)
	OID          string `json:"oid"`     // line of the source order (子单号)
	SpecNo       string `json:"spec_no"` // SKU, merchant code (商家编码)

	TradeType int64 `json:"trade_type"` // 1 online, 2 offline, 3 exchange, 4 wholesale, 7 cash, 8 distribution, 101–110 custom

	APIGoodsID   string `json:"api_goods_id"`   // platform item id
	APISpecID    string `json:"api_spec_id"`    // platform SKU id
	APIGoodsName string `json:"api_goods_name"` // platform item name
	APISpecName  string `json:"api_spec_name"`  // platform SKU name

	StockinNum       duijie.Decimal `json:"stockin_num"` // stocked in
	RefundStockinNum duijie.Decimal `json:"refund_order_stockin_num"`

	Price        duijie.Decimal `json:"price"` // per piece
	TotalAmount  duijie.Decimal `json:"total_amount"`
	RefundAmount duijie.Decimal `json:"refund_amount"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// RefundStockinSummary sums up what came back to a warehouse.
type RefundStockinSummary struct {
	WarehouseNo string `json:"warehouse_no"`

	Shops []RefundStockinShop `json:"shop_data"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// RefundStockinShop is the part of one shop in a [RefundStockinSummary].
type RefundStockinShop struct {
	ShopNo string `json:"shop_no"`

	Specs []RefundStockinSpec `json:"spec_data"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// RefundStockinSpec is the part of one SKU in a [RefundStockinShop].
type RefundStockinSpec struct {
	SpecNo string `json:"spec_no"` // SKU, merchant code (商家编码)

	Num duijie.Decimal `json:"num"` // pieces

	TotalRefundAmount duijie.Decimal `json:"total_refund_amount"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// RefundStockinQuery selects return stock-ins. From and To are required.
type RefundStockinQuery struct {
	No            string          // stockin_no (入库单号)
	RefundNo      string          // refund_no (退换单号)
	ShopNos       []string        // shop_nos
	WarehouseNo   string          // warehouse_no
	Status        []StockinStatus // status, any of them; none: all
	SerialNumbers bool            // need_sn, adds serial numbers
	GovSubsidies  bool            // need_gov_subsidy_info, adds government subsidies
	Replica       bool            // is_slave, reads a replica; only where the platform enabled it
	From, To      time.Time       // the time Times names; any length, read 30 days at a time
	Times         TimeKind        // TimeModified when "", or TimeStockedIn
	PageSize      int             // rows per call; 0 takes 200, at most 1000
	Cursor        string          // Next of a page List gave
}

func (q RefundStockinQuery) list() selection {
	f := filter{}
	f.text("stockin_no", q.No).text("refund_no", q.RefundNo).text("shop_nos", strings.Join(q.ShopNos, ",")).text("warehouse_no", q.WarehouseNo)
	join(f, "status", q.Status)
	if q.SerialNumbers {
		f["need_sn"] = true
	}
	if q.GovSubsidies {
		f["need_gov_subsidy_info"] = true
	}
	if q.Replica {
		f["is_slave"] = true
	}
	return selection{
		method: refundStockinsMethod, params: f, size: q.PageSize, cursor: q.Cursor,
		from: q.From, to: q.To, times: q.Times,
	}
}

// RefundStockinService reads return stock-ins (退货入库单; 退货入库单查询,
// wms.stockin.Refund.queryWithDetail) by windows of 30 days at most each, of their
// modification or stock-in time. Archived ones are in
// wms.stockin.Refund.queryHisWithDetail.
//
// Direct never returns rows of the Taobao family, Pinduoduo and system supply: use
// Qimen for them; Pinduoduo's come from Pinduoduo alone.
type RefundStockinService struct {
	WindowService[RefundStockin, RefundStockinQuery]
}

// Summary sums up what came back by warehouse, shop and SKU (need_summary). The
// window is at most 30 days: a longer one is not cut.
//
// Effect: read. Limit: 1 call a second over all methods.
func (s *RefundStockinService) Summary(ctx context.Context, q RefundStockinQuery, opts ...duijie.CallOption) ([]RefundStockinSummary, error) {
	sel := q.list()
	w, err := s.windowed(sel, opts)
	if err != nil {
		return nil, err
	}
	if q.From.IsZero() || !q.To.After(q.From) {
		return nil, invalid(sel.method, "From and To bound no window")
	}
	l := w.slice(q.From, q.To)
	f, err := paramsOf(sel.method, l.query.Params)
	if err != nil {
		return nil, err
	}
	f["need_summary"] = true
	l.query.Params = map[string]any(f)
	var data struct {
		Summary []RefundStockinSummary `json:"summary_data"`
	}
	var raw json.RawMessage
	if err := s.client.Call(ctx, sel.method, &l.query, &raw, opts...); err != nil {
		return nil, err
	}
	if err := decodeRow(raw, &data); err != nil {
		return nil, fmt.Errorf("wdt: %s: summary: %w", sel.method, err)
	}
	return data.Summary, nil
}

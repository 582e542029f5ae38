package wdt

import (
	"encoding/json"
	"time"

	"github.com/duijie-go/duijie"
)

const (
	purchaseReturnsMethod         = "purchase.PurchaseReturn.queryWithDetail"
	purchaseReturnStockoutsMethod = "wms.stockout.PurchaseReturn.queryWithDetail"
)

// PurchaseReturn sends bought goods back to a supplier (采购退货单), with its lines.
// A member the platform left out is zero; members this struct does not know stay in
// Raw and come back when it is encoded.
type PurchaseReturn struct {
	ID             int64                        `json:"return_id"`
	No             string                       `json:"return_no"` // the key (采购退货单号)
	OuterNo        string                       `json:"outer_no"`  // your own number
	Type           PurchaseReturnType           `json:"type"`
	Status         PurchaseReturnStatus         `json:"status"`
	StockoutStatus PurchaseReturnStockoutStatus `json:"stockout_status"`
	PurchaseNo     string                       `json:"purchase_no"`

	GoodsTypeCount int64 `json:"goods_type_count"` // different goods
	NoteCount      int64 `json:"note_count"`       // notes
	SettleStatus   int64 `json:"settle_status"`
	Reserved       bool  `json:"is_reserved"`

	ProviderName  string `json:"provider_name"`
	WarehouseName string `json:"warehouse_name"`
	WarehouseNo   string `json:"warehouse_no"`
	ProviderNo    string `json:"provider_no"`
	WarehouseID   int64  `json:"warehouse_id"`

	Contact string `json:"contact"`
	Telno   string `json:"telno"`

	LogisticsNo   string        `json:"logistics_no"`
	LogisticsType LogisticsType `json:"logistics_type"`
	LogisticsID   int64         `json:"logistics_id"`

	GoodsCount    duijie.Decimal `json:"goods_count"`     // pieces
	GoodsOutCount duijie.Decimal `json:"goods_out_count"` // pieces that went out

	GoodsFee duijie.Decimal `json:"goods_fee"`
	OtherFee duijie.Decimal `json:"other_fee"`
	Postage  duijie.Decimal `json:"post_fee"`

	CheckTime duijie.Time `json:"check_time"` // approved
	Created   duijie.Time `json:"created"`
	Modified  duijie.Time `json:"modified"` // last change

	CheckOperatorName string `json:"check_operator_name"`
	City              string `json:"city"`
	CreatorName       string `json:"creator_name"`
	District          string `json:"district"`
	Province          string `json:"province"`
	PurchaserName     string `json:"purchaser_name"` // employee who buys (采购员)
	ReceiveAddress    string `json:"receive_address"`
	Remark            string `json:"remark"`

	Prop1 string `json:"prop1"`
	Prop2 string `json:"prop2"`

	Lines []PurchaseReturnLine `json:"detail_list"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// UnmarshalJSON takes every member in any of the forms the platform sends it in.
func (p *PurchaseReturn) UnmarshalJSON(b []byte) error { return decodeRow(b, p) }

// MarshalJSON writes the purchase return with the members only Raw has.
func (p PurchaseReturn) MarshalJSON() ([]byte, error) { return encodeRow(p) }

// Key is return_no; a return without one is known as "return_id:" and its number.
func (p PurchaseReturn) Key() string { return keyOr(p.No, "return_id", p.ID) }

func (p PurchaseReturn) version() int64 { return unixMilli(p.Modified) }

// PurchaseReturnLine is one line of a [PurchaseReturn].
type PurchaseReturnLine struct {
	ID       int64  `json:"rec_id"` // number of the row
	ReturnID int64  `json:"return_id"`
	SpecID   int64  `json:"spec_id"` // SKU id
	SpecNo   string `json:"spec_no"` // SKU, merchant code (商家编码)

	Defect bool `json:"defect"` // damaged goods (残品)

	ProviderGoodsNo string `json:"provider_goods_no"` // the supplier's number

	UnitName     string `json:"unit_name"`
	BaseUnitName string `json:"base_unit_name"`

	Num       duijie.Decimal `json:"num"`        // pieces
	Num2      duijie.Decimal `json:"num2"`       // in the auxiliary unit
	OutNum    duijie.Decimal `json:"out_num"`    // went out
	SettleNum duijie.Decimal `json:"settle_num"` // settled
	UnitRatio duijie.Decimal `json:"unit_ratio"` // auxiliary unit to base unit

	Price     duijie.Decimal `json:"price"`    // per piece, without tax
	Discount  duijie.Decimal `json:"discount"` // rate
	TaxRate   duijie.Decimal `json:"tax_rate"`
	TaxPrice  duijie.Decimal `json:"tax_price"` // per piece, with tax
	Amount    duijie.Decimal `json:"amount"`
	OutAmount duijie.Decimal `json:"out_amount"`

	Modified duijie.Time `json:"modified"` // last change
	Created  duijie.Time `json:"created"`

	Remark string `json:"remark"`

	Prop1 string `json:"prop1"`
	Prop2 string `json:"prop2"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// PurchaseReturnQuery selects purchase returns: by a window of times, or by No, which
// needs none.
type PurchaseReturnQuery struct {
	No         string                // return_no (采购退货单号)
	ProviderNo string                // provider_no, supplier
	Status     *PurchaseReturnStatus // status; nil: all
	Fuzzy      *bool                 // fuzzy_query; fails where more than one row matches
	From, To   time.Time             // start_time and end_time, the last change; any length
	PageSize   int                   // rows per call; 0 takes 200, at most 1000
	Cursor     string                // Next of a page List gave
}

func (q PurchaseReturnQuery) list() selection {
	f := filter{}
	f.text("return_no", q.No).text("provider_no", q.ProviderNo).flag("fuzzy_query", q.Fuzzy)
	put(f, "status", q.Status)
	return selection{
		method: purchaseReturnsMethod, params: f, size: q.PageSize, cursor: q.Cursor,
		from: q.From, to: q.To, byNumber: q.No != "",
	}
}

// PurchaseReturnService reads purchase returns (采购退货单; 采购退货单查询,
// purchase.PurchaseReturn.queryWithDetail) by windows of their modification time, 30 days
// at most each.
type PurchaseReturnService = WindowService[PurchaseReturn, PurchaseReturnQuery]

// PurchaseReturnStockout is the stock-out of a purchase return (采购退货出库单), with its lines.
// A member the platform left out is zero; members this struct does not know stay in
// Raw and come back when it is encoded.
type PurchaseReturnStockout struct {
	ID         int64     `json:"stockout_id"`
	No         string    `json:"order_no"` // the key (出库单号)
	Status     OutStatus `json:"status"`
	SrcOrderNo string    `json:"src_order_no"` // purchase return (采购退货单号)

	GoodsTypeCount int64 `json:"goods_type_count"` // different goods

	WarehouseNo  string `json:"warehouse_no"`
	ProviderNo   string `json:"provider_no"`
	ProviderName string `json:"provider_name"`

	ReceiverName     string `json:"receiver_name"`
	ReceiverProvince string `json:"receiver_province"`
	ReceiverCity     string `json:"receiver_city"`
	ReceiverDistrict string `json:"receiver_district"`
	ReceiverAddress  string `json:"receiver_address"`
	ReceiverTelno    string `json:"receiver_telno"`

	LogisticsNo string `json:"logistics_no"`

	GoodsCount duijie.Decimal `json:"goods_count"` // pieces
	Weight     duijie.Decimal `json:"weight"`      // kg

	Postage               duijie.Decimal `json:"post_fee"`
	GoodsTotalAmount      duijie.Decimal `json:"goods_total_amount"`
	CheckedGoodsTotalCost duijie.Decimal `json:"checked_goods_total_cost"`
	GoodsTotalCost        duijie.Decimal `json:"goods_total_cost"`

	Modified    duijie.Time `json:"modified"`     // last change
	ConsignTime duijie.Time `json:"consign_time"` // shipped; absent before
	Created     duijie.Time `json:"create_time"`

	Remark             string `json:"remark"`
	LastLoadPurchaseNo string `json:"last_load_purchase_no"`
	OperatorName       string `json:"operator_name"`
	SeqNo              string `json:"seq_no"`

	Prop1 string `json:"prop1"`
	Prop2 string `json:"prop2"`

	Lines []PurchaseReturnStockoutLine `json:"details_list"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// UnmarshalJSON takes every member in any of the forms the platform sends it in.
func (s *PurchaseReturnStockout) UnmarshalJSON(b []byte) error { return decodeRow(b, s) }

// MarshalJSON writes the stock-out with the members only Raw has.
func (s PurchaseReturnStockout) MarshalJSON() ([]byte, error) { return encodeRow(s) }

// Key is order_no; a stock-out without one is known as "stockout_id:" and its number.
func (s PurchaseReturnStockout) Key() string { return keyOr(s.No, "stockout_id", s.ID) }

func (s PurchaseReturnStockout) version() int64 { return unixMilli(s.Modified) }

// PurchaseReturnStockoutLine is one line of a [PurchaseReturnStockout].
type PurchaseReturnStockoutLine struct {
	ID         int64  `json:"rec_id"` // number of the row
	StockoutID int64  `json:"stockout_id"`
	SpecNo     string `json:"spec_no"` // SKU, merchant code (商家编码)

	GoodsType int64 `json:"goods_type"` // 0 other, 1 for sale, 2 raw material, 3 packing, 4 turnover, 5 virtual, 6 fixed asset, 8 box
	Defect    bool  `json:"defect"`     // damaged goods (残品)

	BrandNo    string `json:"brand_no"`
	BrandName  string `json:"brand_name"`
	GoodsName  string `json:"goods_name"`
	GoodsNo    string `json:"goods_no"` // goods, SPU (货品编号)
	SpecName   string `json:"spec_name"`
	SpecCode   string `json:"spec_code"`
	GoodsUnit  string `json:"goods_unit"`
	BatchNo    string `json:"batch_no"`
	PositionNo string `json:"position_no"` // shelf

	GoodsCount duijie.Decimal `json:"goods_count"` // pieces
	Weight     duijie.Decimal `json:"weight"`      // kg

	TotalAmount           duijie.Decimal `json:"total_amount"`
	SellPrice             duijie.Decimal `json:"sell_price"` // deal price
	CostPrice             duijie.Decimal `json:"cost_price"` // cost per piece
	TotalCheckedCostPrice duijie.Decimal `json:"total_checked_cost_price"`

	ExpireDate duijie.Time `json:"expire_date"` // end of shelf life

	Remark string `json:"remark"`

	Prop1 string `json:"prop1"`
	Prop2 string `json:"prop2"`

	Positions []Position `json:"position_details_list"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// PurchaseReturnStockoutQuery selects stock-outs. Without From and To no times are sent.
type PurchaseReturnStockoutQuery struct {
	No          string      // stockout_no (出库单号)
	ReturnNo    string      // src_order_no, the purchase return
	WarehouseNo string      // warehouse_no
	Status      []OutStatus // status, any of them; none: all
	From, To    time.Time   // the time Times names; any length, read 30 days at a time
	Times       TimeKind    // TimeModified when "", TimeShipped or TimeCreated
	PageSize    int         // rows per call; 0 takes 200, at most 1000
	Cursor      string      // Next of a page List gave
}

func (q PurchaseReturnStockoutQuery) list() selection {
	f := filter{}
	f.text("stockout_no", q.No).text("src_order_no", q.ReturnNo).text("warehouse_no", q.WarehouseNo)
	join(f, "status", q.Status)
	return selection{
		method: purchaseReturnStockoutsMethod, params: f, size: q.PageSize, cursor: q.Cursor,
		from: q.From, to: q.To, times: q.Times, byNumber: true,
	}
}

// PurchaseReturnStockoutService reads stock-outs of purchase returns (采购退货出库单; 采购退货出库单查询,
// wms.stockout.PurchaseReturn.queryWithDetail) by windows of 30 days at most each: of
// their modification (time_type 3), ship (1) or creation time (2).
type PurchaseReturnStockoutService = WindowService[PurchaseReturnStockout, PurchaseReturnStockoutQuery]

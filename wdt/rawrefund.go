package wdt

import (
	"encoding/json"
	"time"

	"github.com/duijie-go/duijie"
)

const rawRefundsMethod = "aftersales.refund.RawRefund.search"

// RawRefund is a refund as its shop has it (原始退款单).
// A member the platform left out is zero; members this struct does not know stay in
// Raw and come back when it is encoded.
type RawRefund struct {
	ID            int64                  `json:"refund_id"`
	No            string                 `json:"refund_no"` // number of the refund in its shop (原始退款单号); the key, with PlatformID
	Type          RawRefundType          `json:"type"`
	Status        RawRefundStatus        `json:"status"`
	ProcessStatus RawRefundProcessStatus `json:"process_status"`
	TID           string                 `json:"tid"` // source order (原始单号)
	OID           string                 `json:"oid"` // line of the source order (子单号)

	ReasonID    int64 `json:"reason_id"`
	Reject      int64 `json:"is_reject"`
	Tag         int64 `json:"tag"`
	External    int64 `json:"is_external"`
	ModifyFlag  int64 `json:"modify_flag"`
	AfterSale   bool  `json:"is_aftersale"` // asked for after the sale was completed
	SwapOrderID int64 `json:"swap_order_id"`

	ShopNo         string   `json:"shop_no"`
	ShopName       string   `json:"shop_name"`
	PlatformID     Platform `json:"platform_id"`
	ShopID         int64    `json:"shop_id"`
	SubPlatformID  int64    `json:"sub_platform_id"` // within the platform
	ShopPlatformID Platform `json:"shop_platform_id"`

	GoodsID string `json:"goods_id"` // the shop's item
	SpecID  string `json:"spec_id"`  // the shop's SKU
	GoodsNo string `json:"goods_no"`
	SpecNo  string `json:"spec_no"` // SKU, merchant code (商家编码)

	// Persons: filled for own and offline shops only.
	PayAccount string `json:"pay_account"`
	BuyerNick  string `json:"buyer_nick"`

	LogisticsName string `json:"logistics_name"`
	LogisticsNo   string `json:"logistics_no"`

	Num duijie.Decimal `json:"num"` // pieces

	RefundAmount       duijie.Decimal `json:"refund_amount"`
	ActualRefundAmount duijie.Decimal `json:"actual_refund_amount"` // amount really refunded
	Price              duijie.Decimal `json:"price"`                // per piece
	TotalAmount        duijie.Decimal `json:"total_amount"`

	RefundTime duijie.Time `json:"refund_time"`
	Modified   duijie.Time `json:"modified"` // last change
	Created    duijie.Time `json:"created"`

	PayNo               string `json:"pay_no"`
	CurrentPhaseTimeout string `json:"current_phase_timeout"` // when the refund succeeded
	Title               string `json:"title"`
	Reason              string `json:"reason"`
	Remark              string `json:"remark"`
	Version             string `json:"refund_version"`

	Lines     []RawRefundLine     `json:"detail_list"`
	Discounts []RawRefundDiscount `json:"discount_list"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// UnmarshalJSON takes every member in any of the forms the platform sends it in.
func (r *RawRefund) UnmarshalJSON(b []byte) error { return decodeRow(b, r) }

// MarshalJSON writes the source refund with the members only Raw has.
func (r RawRefund) MarshalJSON() ([]byte, error) { return encodeRow(r) }

// Key is refund_no and platform_id, as in "R1|127": each platform numbers its
// refunds by itself. Of offline shops, whose platform is 0, it is refund_no alone. A
// refund without one is known as "refund_id:" and its number.
func (r RawRefund) Key() string { return onPlatform(r.No, r.PlatformID, "refund_id", r.ID) }

func (r RawRefund) version() int64 { return unixMilli(r.Modified) }

// RawRefundLine is one line of a [RawRefund].
type RawRefundLine struct {
	RefundID int64  `json:"refund_id"`
	RefundNo string `json:"refund_no"`
	TID      string `json:"tid"` // source order (原始单号)
	OID      string `json:"oid"` // line of the source order (子单号)

	Status RawRefundStatus `json:"status"`
	Type   RawRefundType   `json:"type"`

	PlatformID Platform `json:"platform_id"`

	GoodsName string `json:"goods_name"`
	GoodsNo   string `json:"goods_no"` // goods, SPU (货品编号)
	GoodsID   string `json:"goods_id"` // the shop's item
	SpecName  string `json:"spec_name"`
	SpecNo    string `json:"spec_no"` // SKU, merchant code (商家编码)
	SpecID    string `json:"spec_id"` // the shop's SKU

	Num duijie.Decimal `json:"num"` // pieces

	TotalAmount duijie.Decimal `json:"total_amount"`
	Price       duijie.Decimal `json:"price"` // per piece

	RefundTime   duijie.Time `json:"refund_time"`
	ModifiedDate duijie.Time `json:"modified_date"`
	CreatedDate  duijie.Time `json:"created_date"`

	Remark string `json:"remark"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// RawRefundDiscount is one discount of a [RawRefund], with Discounts in the query.
type RawRefundDiscount struct {
	ID       int64  `json:"rec_id"` // number of the row
	RefundNo string `json:"refund_no"`
	TID      string `json:"tid"` // source order no
	OID      string `json:"oid"` // source sub-order no

	PlatformID Platform `json:"platform_id"`

	Amount duijie.Decimal `json:"amount"`

	Name string `json:"name"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// RawRefundQuery selects source refunds: by a window of times, or by No, LogisticsNo or
// PlatformID with TID, which need no times.
type RawRefundQuery struct {
	No          string    // refund_no (原始退款单号)
	TID         string    // tid (原始单号)
	OID         string    // oid (子单号)
	LogisticsNo string    // logistics_no, tracking number of the return
	ShopNo      string    // shop_no
	PlatformID  *Platform // platform_id; nil: all
	Discounts   bool      // detail_mask, returns the discounts too
	RealLines   bool      // filter_detail, returns real lines only
	From, To    time.Time // the time Times names; any length, read 30 days at a time
	Times       TimeKind  // TimeModified when "", or TimeRefunded
	PageSize    int       // rows per call; 0 takes 100, at most 1000
	Cursor      string    // Next of a page List gave
}

func (q RawRefundQuery) list() selection {
	f := filter{}
	f.text("refund_no", q.No).text("tid", q.TID).text("oid", q.OID).text("logistics_no", q.LogisticsNo)
	f.text("shop_no", q.ShopNo)
	put(f, "platform_id", q.PlatformID)
	if q.Discounts {
		f["detail_mask"] = 1
	}
	if q.RealLines {
		f["filter_detail"] = 1
	}
	return selection{
		method: rawRefundsMethod, params: f, size: q.PageSize, cursor: q.Cursor,
		from: q.From, to: q.To, times: q.Times, byNumber: q.No != "" || q.LogisticsNo != "" || q.PlatformID != nil && q.TID != "",
	}
}

// RawRefundService reads source refunds (原始退款单; 原始退款单查询,
// aftersales.refund.RawRefund.search) by windows of 30 days at most each, of their
// modification or refund time. Archived ones are in
// aftersales.refund.RawRefund.searchHistory.
//
// Direct never returns rows of the Taobao family, Pinduoduo and system supply: use
// Qimen for them; Pinduoduo's come from Pinduoduo alone.
type RawRefundService = WindowService[RawRefund, RawRefundQuery]

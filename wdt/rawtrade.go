package wdt

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/duijie-go/duijie"
)

const rawTradesMethod = "sales.RawTrade.search"

// RawTrade is an order as its shop has it (原始订单), with its lines.
// A member the platform left out is zero; members this struct does not know stay in
// Raw and come back when it is encoded.
type RawTrade struct {
	ID            int64            `json:"rec_id"` // number of the row
	TID           string           `json:"tid"`    // number of the order in its shop (原始单号); the key, with PlatformID
	Status        RawTradeStatus   `json:"trade_status"`
	ProcessStatus RawProcessStatus `json:"process_status"`
	OuterNo       string           `json:"outer_no"`

	PayStatus     int64             `json:"pay_status"` // 0 unpaid, 1 part, 2 paid
	PayMethod     int64             `json:"pay_method"` // 1 online, 2 cash, 3 bank, 4 post, 5 prepaid, 6 card, 7 Alipay, 8 WeChat
	RefundStatus  OrderRefundStatus `json:"refund_status"`
	DeliveryTerm  int64             `json:"delivery_term"`  // 1 prepaid, 2 cash on delivery, 3 instalments, 4 on account
	GuaranteeMode int64             `json:"guarantee_mode"` // 1 escrow, 2 none, 3 online without
	From          int64             `json:"trade_from"`     // 1 platform, 2 by hand, 3 import, 4 copy, 5 API, 6 shipped again, 7 PDA, 8 distributor
	RemarkFlag    int64             `json:"remark_flag"`    // 0 none, 1 red, 2 yellow, 3 green, 4 blue, 5 purple, 6 orange, 7 light blue, 8 pink, 9 dark green, 10 peach
	AutoWMS       bool              `json:"is_auto_wms"`    // is shipped by a warehouse of the platform

	ShopNo         string   `json:"shop_no"`
	WarehouseNo    string   `json:"warehouse_no"`
	FenxiaoNick    string   `json:"fenxiao_nick"` // distributor (分销商)
	PlatformLabel  string   `json:"platform_label"`
	PlatformID     Platform `json:"platform_id"`
	ShopID         int64    `json:"shop_id"`
	SubPlatformID  int64    `json:"sub_platform_id"` // within the platform
	ShopPlatformID Platform `json:"shop_platform_id"`
	FenxiaoType    int64    `json:"fenxiao_type"` // 0 none, 1 agency, 2 resale

	// Persons: filled for own and offline shops only.
	BuyerNick        string `json:"buyer_nick"`
	BuyerEmail       string `json:"buyer_email"`
	BuyerName        string `json:"buyer_name"`
	BuyerArea        string `json:"buyer_area"`
	PayAccount       string `json:"pay_account"`
	ReceiverName     string `json:"receiver_name"`
	ReceiverAddress  string `json:"receiver_address"`
	ReceiverMobile   string `json:"receiver_mobile"`
	ReceiverTelno    string `json:"receiver_telno"`
	ReceiverArea     string `json:"receiver_area"` // province, city and district, parted by blanks
	ReceiverRing     string `json:"receiver_ring"` // JD ring
	ReceiverZip      string `json:"receiver_zip"`
	ReceiverCountry  int64  `json:"receiver_country"`
	ReceiverProvince int64  `json:"receiver_province"` // code of the place
	ReceiverCity     int64  `json:"receiver_city"`     // code of the place
	ReceiverDistrict int64  `json:"receiver_district"` // code of the place

	OrderCount duijie.Decimal `json:"order_count"`
	GoodsCount duijie.Decimal `json:"goods_count"` // pieces

	GoodsAmount    duijie.Decimal `json:"goods_amount"` // goods total before discount
	Postage        duijie.Decimal `json:"post_amount"`  // postage paid by buyer
	OtherAmount    duijie.Decimal `json:"other_amount"` // other fees
	Discount       duijie.Decimal `json:"discount"`
	Receivable     duijie.Decimal `json:"receivable"` // what the buyer owes
	Received       duijie.Decimal `json:"received"`   // by the shop
	Paid           duijie.Decimal `json:"paid"`
	PlatformCost   duijie.Decimal `json:"platform_cost"`
	ConsumerAmount duijie.Decimal `json:"consumer_amount"`
	PlatformAmount duijie.Decimal `json:"platform_amount"`
	RefundAmount   duijie.Decimal `json:"refund_amount"`

	TradeTime     duijie.Time `json:"trade_time"`
	PayTime       duijie.Time `json:"pay_time"`
	EndTime       duijie.Time `json:"end_time"`
	ToDeliverTime duijie.Time `json:"to_deliver_time"` // wanted delivery time
	Modified      duijie.Time `json:"modified"`        // last change
	Created       duijie.Time `json:"created"`
	PreChargeTime duijie.Time `json:"pre_charge_time"`

	BadReason     string `json:"bad_reason"` // why it is held up, bits
	BuyerMessage  string `json:"buyer_message"`
	Remark        string `json:"remark"`
	PayID         string `json:"pay_id"`   // platform payment no
	Currency      string `json:"currency"` // ISO code, such as CNY
	ReserveField1 string `json:"reserve_field1"`

	Lines     []RawTradeLine     `json:"trade_orders"` // source lines
	Discounts []RawTradeDiscount `json:"discount_list"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// UnmarshalJSON takes every member in any of the forms the platform sends it in.
func (t *RawTrade) UnmarshalJSON(b []byte) error { return decodeRow(b, t) }

// MarshalJSON writes the source order with the members only Raw has.
func (t RawTrade) MarshalJSON() ([]byte, error) { return encodeRow(t) }

// Key is tid and platform_id, as in "T1|127": each platform numbers its orders by
// itself. Of offline shops, whose platform is 0, it is tid alone. A source order
// without a tid is known as "rec_id:" and its number.
func (t RawTrade) Key() string { return onPlatform(t.TID, t.PlatformID, "rec_id", t.ID) }

// onPlatform is the key of a row that its platform gave the number.
func onPlatform(no string, platform Platform, member string, id int64) string {
	if no == "" || platform == 0 {
		return keyOr(no, member, id)
	}
	return joinKey(no, strconv.FormatInt(int64(platform), 10))
}

func (t RawTrade) version() int64 { return unixMilli(t.Modified) }

// RawTradeLine is one line of a [RawTrade].
type RawTradeLine struct {
	ID     int64          `json:"rec_id"` // number of the row
	TID    string         `json:"tid"`    // source order no
	OID    string         `json:"oid"`    // number of the line (子单号)
	Status RawTradeStatus `json:"status"`

	ProcessStatus RawProcessStatus `json:"process_status"`
	RefundStatus  LineRefundStatus `json:"refund_status"`
	OrderType     int64            `json:"order_type"`

	WarehouseNo string   `json:"warehouse_no"`
	PlatformID  Platform `json:"platform_id"`

	GoodsName string `json:"goods_name"`
	GoodsNo   string `json:"goods_no"`
	GoodsID   string `json:"goods_id"` // the shop's item
	SpecNo    string `json:"spec_no"`  // merchant code (商家编码)
	SpecName  string `json:"spec_name"`
	SpecID    string `json:"spec_id"` // the shop's SKU
	SpecCode  string `json:"spec_code"`

	LogisticsNo string `json:"logistics_no"`

	Num duijie.Decimal `json:"num"` // pieces

	Price         duijie.Decimal `json:"price"`          // per piece
	Discount      duijie.Decimal `json:"discount"`       // of the line
	AdjustAmount  duijie.Decimal `json:"adjust_amount"`  // changed by hand, up or down
	ShareDiscount duijie.Decimal `json:"share_discount"` // its share of the discounts of the order
	TotalAmount   duijie.Decimal `json:"total_amount"`   // num × price − discount + adjust_amount
	ShareAmount   duijie.Decimal `json:"share_amount"`   // total_amount − share_discount
	RefundAmount  duijie.Decimal `json:"refund_amount"`
	Commission    duijie.Decimal `json:"commission"`

	Modified duijie.Time `json:"modified"` // last change
	Created  duijie.Time `json:"created"`
	EndTime  duijie.Time `json:"end_time"`

	RefundID   string `json:"refund_id"`
	Remark     string `json:"remark"`
	CategoryID string `json:"cid"`
	BindOID    string `json:"bind_oid"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// RawTradeDiscount is one discount of a [RawTrade], with DetailMask 1.
type RawTradeDiscount struct {
	ID  int64  `json:"rec_id"` // number of the row
	TID string `json:"tid"`    // source order no
	OID string `json:"oid"`    // source sub-order no

	Bonus int64 `json:"is_bonus"`

	PlatformID Platform `json:"platform_id"`

	Amount duijie.Decimal `json:"amount"`

	Name   string `json:"name"`
	Detail string `json:"detail"`
	Type   string `json:"type"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// RawTradeQuery selects source orders: by a window of times, or by TID, which needs no
// times.
type RawTradeQuery struct {
	TID       string    // tid (原始单号)
	ShopNo    string    // shop_no, one shop
	Discounts bool      // detail_mask, returns the discounts too
	Replica   bool      // is_slave, reads a replica; only where the platform enabled it
	From, To  time.Time // start_time and end_time, the last change; any length
	PageSize  int       // rows per call; 0 takes 200, at most 1000
	Cursor    string    // Next of a page List gave
}

func (q RawTradeQuery) list() selection {
	f := filter{}
	f.text("tid", q.TID).text("shop_no", q.ShopNo)
	if q.Discounts {
		f["detail_mask"] = 1
	}
	if q.Replica {
		f["is_slave"] = true
	}
	return selection{
		method: rawTradesMethod, params: f, size: q.PageSize, cursor: q.Cursor,
		from: q.From, to: q.To, byNumber: q.TID != "",
	}
}

package wdt

import (
	"github.com/duijie-go/duijie"
)

// RawTradePush is an order of an own shop. Amounts that are not set are 0, OrderCount
// and GoodsCount are counted from the lines when they are not set.
type RawTradePush struct {
	// Required.
	TID             string            `json:"tid"`            // your number of the order (原始单号), unique in all shops
	Status          RawTradeStatus    `json:"trade_status"`   // see enums
	PayStatus       int64             `json:"pay_status"`     // 0 unpaid, 1 part, 2 paid
	ProcessStatus   RawProcessStatus  `json:"process_status"` // usually RawProcessToSubmit
	RefundStatus    OrderRefundStatus `json:"refund_status"`
	TradeTime       duijie.Time       `json:"trade_time"` // ordered
	EndTime         duijie.Time       `json:"end_time"`   // completed; unset before
	BuyerNick       string            `json:"buyer_nick"`
	ReceiverName    string            `json:"receiver_name"`
	ReceiverArea    string            `json:"receiver_area"` // or the three codes of ReceiverProvinceNo and so on
	ReceiverAddress string            `json:"receiver_address"`
	ReceiverMobile  string            `json:"receiver_mobile"`
	WarehouseNo     string            `json:"warehouse_no"`  // "" leaves the choice to the ERP
	OrderCount      int64             `json:"order_count"`   // number of lines
	PayMethod       int64             `json:"pay_method"`    // 1 online, 2 cash, 3 bank, 4 post, 5 prepaid, 6 card, 7 Alipay, 8 WeChat
	DeliveryTerm    int64             `json:"delivery_term"` // 1 prepaid, 2 cash on delivery, 3 instalments, 4 on account
	GoodsCount      duijie.Decimal    `json:"goods_count"`   // pieces
	Postage         duijie.Decimal    `json:"post_amount"`   // postage paid by buyer
	Discount        duijie.Decimal    `json:"discount"`      // of the whole order
	Receivable      duijie.Decimal    `json:"receivable"`    // what the buyer owes: Σ TotalAmount − Σ ShareDiscount + Postage
	AutoWMS         bool              `json:"is_auto_wms"`   // is shipped by a warehouse of the platform

	// Optional: what is not set is not sent.
	PayTime            duijie.Time    `json:"pay_time,omitempty"` // paid
	BuyerMessage       string         `json:"buyer_message,omitempty"`
	BuyerEmail         string         `json:"buyer_email,omitempty"`
	BuyerArea          string         `json:"buyer_area,omitempty"`
	ReceiverZip        string         `json:"receiver_zip,omitempty"`
	ReceiverTelno      string         `json:"receiver_telno,omitempty"`
	InvoiceTitle       string         `json:"invoice_title,omitempty"`
	InvoiceContent     string         `json:"invoice_content,omitempty"`
	CustData           string         `json:"cust_data,omitempty"`
	PayID              string         `json:"pay_id,omitempty"` // platform payment no
	Remark             string         `json:"remark,omitempty"`
	PayAccount         string         `json:"pay_account,omitempty"`
	FenxiaoNick        string         `json:"fenxiao_nick,omitempty"` // distributor (分销商)
	IDCard             string         `json:"id_card,omitempty"`
	InvoiceType        *int64         `json:"invoice_type,omitempty"`   // 0 none, 1 plain, 2 VAT plain, 3 VAT special
	LogisticsType      *int64         `json:"logistics_type,omitempty"` // logistics kind id
	RemarkFlag         *int64         `json:"remark_flag,omitempty"`    // 0 none, 1 red, 2 yellow, 3 green, 4 blue, 5 purple, 6 orange, 7 light blue, 8 pink, 9 dark green, 10 peach
	ConsignInterval    *int64         `json:"consign_interval,omitempty"`
	Sealed             *int64         `json:"is_sealed,omitempty"` // must not be merged or split
	IDCardType         *int64         `json:"id_card_type,omitempty"`
	ReceiverProvinceNo *int64         `json:"receiver_province_no,omitempty"` // code of the place
	ReceiverCityNo     *int64         `json:"receiver_city_no,omitempty"`     // code of the place
	ReceiverDistrictNo *int64         `json:"receiver_district_no,omitempty"` // code of the place
	OtherAmount        duijie.Decimal `json:"other_amount,omitempty"`         // other fees
	PlatformCost       duijie.Decimal `json:"platform_cost,omitempty"`
	CODAmount          duijie.Decimal `json:"cod_amount,omitempty"` // cash on delivery
	Received           duijie.Decimal `json:"received,omitempty"`   // by the shop
	Paid               duijie.Decimal `json:"paid,omitempty"`
	ToDeliverTime      duijie.Time    `json:"to_deliver_time,omitempty"` // wanted delivery time

	Lines     []RawTradePushLine     `json:"-"`
	Discounts []RawTradePushDiscount `json:"-"`
}

// MarshalJSON writes what is set.
func (r RawTradePush) MarshalJSON() ([]byte, error) { return encodePush(r) }

// RawTradePushLine is one line of a [RawTradePush]. Amounts that are not set are 0.
type RawTradePushLine struct {
	// Required.
	TID           string           `json:"tid"` // "" takes that of the order
	OID           string           `json:"oid"` // your number of the line (子单号), unique in all orders
	Status        RawTradeStatus   `json:"status"`
	RefundStatus  LineRefundStatus `json:"refund_status"`
	GoodsID       string           `json:"goods_id"` // the shop's item
	SpecID        string           `json:"spec_id"`  // the shop's SKU
	GoodsNo       string           `json:"goods_no"` // goods, SPU (货品编号)
	SpecNo        string           `json:"spec_no"`  // merchant code (商家编码)
	GoodsName     string           `json:"goods_name"`
	Num           duijie.Decimal   `json:"num"`   // pieces
	Price         duijie.Decimal   `json:"price"` // per piece
	Remark        string           `json:"remark"`
	JSON          string           `json:"json"`           // anything; may be ""
	Discount      duijie.Decimal   `json:"discount"`       // of the line
	ShareDiscount duijie.Decimal   `json:"share_discount"` // its share of the discounts of the order
	TotalAmount   duijie.Decimal   `json:"total_amount"`   // Num × Price − Discount + AdjustAmount
	AdjustAmount  duijie.Decimal   `json:"adjust_amount"`  // changed by hand, up or down
	RefundAmount  duijie.Decimal   `json:"refund_amount"`

	// Optional: what is not set is not sent.
	SpecName   string `json:"spec_name,omitempty"`
	CategoryID string `json:"cid,omitempty"`
	OrderType  *int64 `json:"order_type,omitempty"`
	GiftType   *int64 `json:"gift_type,omitempty"` // 0 not a gift, else gift kind
}

// MarshalJSON writes what is set.
func (r RawTradePushLine) MarshalJSON() ([]byte, error) { return encodePush(r) }

// RawTradePushDiscount is one discount of a [RawTradePush].
type RawTradePushDiscount struct {
	// Required.
	TID string `json:"tid"` // "" takes that of the order
	OID string `json:"oid"` // "" for the whole order

	// Optional: what is not set is not sent.
	Amount duijie.Decimal `json:"amount,omitempty"`
	No     string         `json:"sn,omitempty"`
	Name   string         `json:"name,omitempty"`
	Detail string         `json:"detail,omitempty"`
}

// MarshalJSON writes what is set.
func (r RawTradePushDiscount) MarshalJSON() ([]byte, error) { return encodePush(r) }

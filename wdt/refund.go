package wdt

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
)

const refundsMethod = "aftersales.refund.Refund.search"

// Refund is a refund or exchange order of the ERP (退换单), with its lines.
// A member the platform left out is zero; members this struct does not know stay in
// Raw and come back when it is encoded.
type Refund struct {
	ID             int64                `json:"refund_id"`
	No             string               `json:"refund_no"` // the key (退换单号)
	Type           RefundType           `json:"type"`
	Status         RefundStatus         `json:"status"`
	StockinStatus  RefundStockinStatus  `json:"stockin_status"`
	ProcessStatus  RefundProcessStatus  `json:"process_status"`
	PlatformStatus PlatformRefundStatus `json:"rr_status"`

	NoteCount    int64 `json:"note_count"` // notes
	From         int64 `json:"from_type"`  // 0 API, 1 by hand, 2 Excel, 3 distributor
	TradeID      int64 `json:"trade_id"`
	BadReason    int64 `json:"bad_reason"` // why it is held up, bits
	ReasonID     int64 `json:"reason_id"`
	RevertReason int64 `json:"revert_reason"`
	ConsignMode  int64 `json:"consign_mode"`
	ReturnMask   int64 `json:"return_mask"`

	ShopNo            string        `json:"shop_no"`
	ReturnWarehouseNo string        `json:"return_warehouse_no"` // return warehouse
	FenxiaoNickName   string        `json:"fenxiao_nick_name"`
	ProviderRefundNo  string        `json:"provider_refund_no"`
	WMSOwnerNo        string        `json:"wms_owner_no"`
	FenxiaoTID        string        `json:"fenxiao_tid"` // distributor's order number
	FenxiaoNickNo     string        `json:"fenxiao_nick_no"`
	ShopID            int64         `json:"shop_id"`
	ShopPlatformID    Platform      `json:"shop_platform_id"`
	SubPlatformID     int64         `json:"sub_platform_id"` // within the platform
	ReturnWarehouseID int64         `json:"return_warehouse_id"`
	WarehouseType     WarehouseType `json:"warehouse_type"`
	PlatformID        Platform      `json:"platform_id"`

	// Persons: filled for own and offline shops only.
	ReceiverTelno string `json:"receiver_telno"`
	ReceiverName  string `json:"receiver_name"`
	BuyerNick     string `json:"buyer_nick"`
	CustomerName  string `json:"customer_name"`
	CustomerID    int64  `json:"customer_id"`

	ReturnLogisticsNo   string `json:"return_logistics_no"`
	ReturnLogisticsName string `json:"return_logistics_name"`

	ReturnGoodsCount duijie.Decimal `json:"return_goods_count"` // pieces

	GuaranteeRefundAmount duijie.Decimal `json:"guarantee_refund_amount"` // by the platform
	ReturnGoodsAmount     duijie.Decimal `json:"return_goods_amount"`     // returned goods amount
	ActualRefundAmount    duijie.Decimal `json:"actual_refund_amount"`    // amount really refunded
	DirectRefundAmount    duijie.Decimal `json:"direct_refund_amount"`    // outside the platform
	ReceiveAmount         duijie.Decimal `json:"receive_amount"`          // received from the buyer

	SettleTime   duijie.Time `json:"settle_time"` // settled
	CheckTime    duijie.Time `json:"check_time"`  // approved
	ModifiedDate duijie.Time `json:"modified_date"`
	RefundTime   duijie.Time `json:"refund_time"`
	Modified     duijie.Time `json:"modified"` // last change
	Created      duijie.Time `json:"created"`

	SrcTIDs             string `json:"src_tids"` // comma text; cut when long
	Remark              string `json:"remark"`
	FlagName            string `json:"flag_name"`     // coloured flag (标旗)
	TradeNos            string `json:"trade_no_list"` // orders (订单编号), comma text
	ReasonName          string `json:"reason_name"`
	RefundReason        string `json:"refund_reason"`
	OperatorName        string `json:"operator_name"`
	RevertReasonName    string `json:"revert_reason_name"`
	RawRefundNos        string `json:"raw_refund_nos"` // source refunds, comma text
	PayID               string `json:"pay_id"`         // platform payment no
	TIDs                string `json:"tid_list"`       // source orders (原始单号), comma text
	ReturnMaskInfo      string `json:"return_mask_info"`
	WMSCode             string `json:"wms_code"`              // document of the warehouse system
	CurrentPhaseTimeout string `json:"current_phase_timeout"` // when the refund succeeded
	ReturnTelno         string `json:"return_telno"`
	SyncReturn          string `json:"sync_return"`
	TmpData             string `json:"tmp_data"`

	Swap         *RefundSwap    `json:"swap_order"` // what is sent instead; nil unless it is an exchange
	Lines        []RefundLine   `json:"detail_list"`
	Amounts      []RefundAmount `json:"amount_detail_list"`
	GovSubsidies []GovSubsidy   `json:"gov_subsidy_info"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// UnmarshalJSON takes every member in any of the forms the platform sends it in.
func (r *Refund) UnmarshalJSON(b []byte) error { return decodeRow(b, r) }

// MarshalJSON writes the refund with the members only Raw has.
func (r Refund) MarshalJSON() ([]byte, error) { return encodeRow(r) }

// Key is refund_no; a refund without one is known as "refund_id:" and its number.
func (r Refund) Key() string { return keyOr(r.No, "refund_id", r.ID) }

func (r Refund) version() int64 { return unixMilli(r.Modified) }

// RefundLine is one line of a [Refund].
type RefundLine struct {
	ID       int64  `json:"rec_id"` // number of the row
	RefundID int64  `json:"refund_id"`
	TID      string `json:"tid"` // source order (原始单号)
	OID      string `json:"oid"` // line of the source order (子单号)
	TradeNo  string `json:"trade_no"`

	TradeLineID int64    `json:"trade_order_id"`
	GoodsID     int64    `json:"sys_goods_id"`
	SpecID      int64    `json:"sys_spec_id"`
	TradeID     int64    `json:"sales_trade_id"`
	SuiteID     int64    `json:"suite_id"`
	Gift        GiftType `json:"gift_type"`
	Guarantee   bool     `json:"is_guarantee"` // escrow refund

	PlatformID Platform `json:"platform_id"`

	GoodsNo         string `json:"goods_no"` // goods, SPU (货品编号)
	GoodsName       string `json:"goods_name"`
	SpecName        string `json:"spec_name"`
	SpecNo          string `json:"spec_no"`  // SKU, merchant code (商家编码)
	PlatformGoodsID string `json:"goods_id"` // the platform's item
	PlatformSpecID  string `json:"spec_id"`  // the platform's SKU
	SpecCode        string `json:"spec_code"`
	Barcode         string `json:"barcode"`
	APISpecName     string `json:"api_spec_name"`  // platform SKU name
	APIGoodsName    string `json:"api_goods_name"` // platform item name
	SuiteNo         string `json:"suite_no"`       // bundle it belongs to (组合装)
	SuiteName       string `json:"suite_name"`

	Num        duijie.Decimal `json:"num"`         // pieces that were sold
	RefundNum  duijie.Decimal `json:"refund_num"`  // pieces that come back
	StockinNum duijie.Decimal `json:"stockin_num"` // pieces that came in
	SuiteNum   duijie.Decimal `json:"suite_num"`

	Price            duijie.Decimal `json:"price"`              // per piece
	OriginalPrice    duijie.Decimal `json:"original_price"`     // list price
	CheckedCostPrice duijie.Decimal `json:"checked_cost_price"` // cost per piece when it came in
	TotalAmount      duijie.Decimal `json:"total_amount"`
	RefundAmount     duijie.Decimal `json:"refund_amount"`
	Discount         duijie.Decimal `json:"discount"`
	Paid             duijie.Decimal `json:"paid"`

	Created      duijie.Time `json:"created"`
	ModifiedDate duijie.Time `json:"modified_date"`
	Modified     duijie.Time `json:"modified"` // last change

	Remark       string `json:"remark"`
	RawRefundNos string `json:"raw_refund_nos"` // source refund nos, comma list
	RawRefundNo  string `json:"raw_refund_no"`  // source refund no

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// RefundAmount is one payment of a [Refund].
type RefundAmount struct {
	ID       int64 `json:"rec_id"` // number of the row
	RefundID int64 `json:"refund_id"`

	RefundType int64 `json:"refund_type"`
	Return     int64 `json:"is_return"`
	AccountID  int64 `json:"account_id"`   // platform account key
	Guarantee  bool  `json:"is_guarantee"` // escrow refund
	Auto       bool  `json:"is_auto"`

	PayAccount string `json:"pay_account"`

	RefundAmount  duijie.Decimal `json:"refund_amount"`
	ReceiveAmount duijie.Decimal `json:"receive_amount"`

	AccountName string `json:"account_name"`
	AccountBank string `json:"account_bank"`
	Remark      string `json:"remark"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// RefundSwap is what is sent in exchange (换出单).
type RefundSwap struct {
	TID string `json:"tid"` // source order no

	ShopNo      string `json:"shop_no"`
	ShopName    string `json:"shop_name"`
	WarehouseNo string `json:"warehouse_no"`
	ShopID      int64  `json:"shop_id"`
	WarehouseID int64  `json:"warehouse_id"`

	Area     string `json:"swap_area"` // province, city and district, parted by blanks
	Province int64  `json:"swap_province"`
	City     int64  `json:"swap_city"`
	District int64  `json:"swap_district"`

	LogisticsID int64 `json:"swap_logistics_id"`

	Postage     duijie.Decimal `json:"post_amount"`  // postage paid by buyer
	OtherAmount duijie.Decimal `json:"other_amount"` // other fees

	Lines []RefundSwapLine `json:"swap_order_detail_list"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// RefundSwapLine is one line of a [RefundSwap].
type RefundSwapLine struct {
	OID        string `json:"oid"`         // source sub-order no
	TargetType int64  `json:"target_type"` // 1 SKU, 2 bundle
	TargetID   int64  `json:"target_id"`   // its number

	Defect bool `json:"defect"` // damaged goods (残品)

	GoodsName string `json:"goods_name"`
	GoodsNo   string `json:"goods_no"` // goods, SPU (货品编号)
	SpecName  string `json:"spec_name"`
	SpecCode  string `json:"spec_code"`

	Num duijie.Decimal `json:"num"` // pieces

	Price       duijie.Decimal `json:"price"` // per piece, before discounts
	TotalAmount duijie.Decimal `json:"total_amount"`

	MerchantNo string `json:"merchant_no"` // matched SKU/bundle code
	Remark     string `json:"remark"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// RefundQuery selects refunds. From and To, or another pair of times, are required,
// whatever else is set.
type RefundQuery struct {
	No              string                // refund_no (退换单号)
	TradeNo         string                // trade_no (订单编号)
	TID             string                // tid (原始单号)
	RawRefundNos    []string              // raw_refund_nos (原始退款单号)
	ShopNos         []string              // shop_nos
	WarehouseNos    []string              // return_warehouse_nos
	LogisticsNo     string                // return_logistics_no, tracking number of the return
	BuyerNick       string                // buyer_nick
	Type            *RefundType           // type; nil: all
	Status          *RefundStatus         // status; nil: all
	StockinStatus   *RefundStockinStatus  // stockin_status; nil: all
	PlatformStatus  *PlatformRefundStatus // rr_status; nil: all
	OrderType       *int                  // order_type: 1 sorts by modification time, the newest first
	Fuzzy           *bool                 // fuzzy_query; fails where more than one row matches
	ManualIntercept *bool                 // return_mask_manual_intercept
	RejectReturn    *bool                 // refund_mask_reject_return
	GovSubsidies    bool                  // need_gov_subsidy_info, adds government subsidies
	SucceededFrom   time.Time             // current_phase_timeout_from, when the refund succeeded
	SucceededTo     time.Time             // current_phase_timeout_to
	From, To        time.Time             // the time Times names; any length, read 30 days at a time
	Times           TimeKind              // TimeModified when "", TimeSettled or TimeAgreed
	PageSize        int                   // rows per call; 0 takes 100, at most 1000
	Cursor          string                // Next of a page List gave
}

func (q RefundQuery) list() selection {
	f := filter{}
	f.text("refund_no", q.No).text("trade_no", q.TradeNo).text("tid", q.TID).text("raw_refund_nos", strings.Join(q.RawRefundNos, ","))
	f.text("shop_nos", strings.Join(q.ShopNos, ",")).text("return_warehouse_nos", strings.Join(q.WarehouseNos, ",")).text("return_logistics_no", q.LogisticsNo).text("buyer_nick", q.BuyerNick)
	f.int("order_type", q.OrderType).flag("fuzzy_query", q.Fuzzy).flag("return_mask_manual_intercept", q.ManualIntercept).flag("refund_mask_reject_return", q.RejectReturn)
	f.time("current_phase_timeout_from", q.SucceededFrom).time("current_phase_timeout_to", q.SucceededTo)
	put(f, "type", q.Type)
	put(f, "status", q.Status)
	put(f, "stockin_status", q.StockinStatus)
	put(f, "rr_status", q.PlatformStatus)
	if q.GovSubsidies {
		f["need_gov_subsidy_info"] = true
	}
	return selection{
		method: refundsMethod, params: f, size: q.PageSize, cursor: q.Cursor,
		from: q.From, to: q.To, times: q.Times,
	}
}

// RefundService reads refund and exchange orders (退换单; 退换单查询,
// aftersales.refund.Refund.search) by windows of 30 days at most each, of their
// modification, settlement or approval time. Archived ones are in
// aftersales.refund.Refund.searchHistory.
//
// Direct never returns rows of the Taobao family, Pinduoduo and system supply: use
// Qimen for them; Pinduoduo's come from Pinduoduo alone.
// Persons are filled for own and offline shops only.
type RefundService = WindowService[Refund, RefundQuery]

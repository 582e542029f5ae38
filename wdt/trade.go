package wdt

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
)

const (
	tradesMethod     = "sales.TradeQuery.queryWithDetail"
	selfTradesMethod = "sales.TradeQuery.querySelfOrderWithDetail"
)

// Trade is an order of the ERP (系统订单) with its lines. A member the platform left
// out is zero; members this struct does not know stay in Raw and come back when it
// is encoded.
type Trade struct {
	ID         int64       `json:"trade_id"` // number of the order
	No         string      `json:"trade_no"` // the key (订单编号)
	Status     TradeStatus `json:"trade_status"`
	SrcTIDs    string      `json:"src_tids"` // numbers of its source orders (原始单号), comma text; cut when long
	StockoutNo string      `json:"stockout_no"`

	Type              int64             `json:"trade_type"`    // 1 online, 2 offline, 3 exchange, 4 wholesale, 7 cash, 8 distribution, 101–110 custom
	DeliveryTerm      int64             `json:"delivery_term"` // 1 prepaid, 2 cash on delivery, 3 instalments, 4 on account
	RefundStatus      OrderRefundStatus `json:"refund_status"`
	BadReason         int64             `json:"bad_reason"`   // why it is held up, bits
	RemarkFlag        int64             `json:"remark_flag"`  // 0 none, 1 red, 2 yellow, 3 green, 4 blue, 5 purple, 6 orange, 7 light blue, 8 pink, 9 dark green, 10 peach
	InvoiceType       int64             `json:"invoice_type"` // 0 none, 1 plain, 2 VAT plain, 3 VAT special
	From              int64             `json:"trade_from"`   // 1 platform, 2 by hand, 3 import, 4 copy, 5 API, 6 shipped again, 7 PDA, 8 distributor
	RawGoodsTypeCount int64             `json:"raw_goods_type_count"`
	InvoiceID         int64             `json:"invoice_id"`
	Version           int64             `json:"version_id"` // grows with each change
	Mask              int64             `json:"trade_mask"` // bits
	LargeType         int64             `json:"large_type"` // 0 normal, 1 large, 2 large and alone, 3 by box rule, -1 not alone
	GiftMask          int64             `json:"gift_mask"`  // bits of GiftType: 1, 2, 4, 8
	Sealed            bool              `json:"is_sealed"`  // must not be merged or split

	FenxiaoNick    string        `json:"fenxiao_nick"` // distributor (分销商)
	ShopNo         string        `json:"shop_no"`
	ShopName       string        `json:"shop_name"`
	ShopRemark     string        `json:"shop_remark"`
	WarehouseNo    string        `json:"warehouse_no"`
	FenxiaoTID     string        `json:"fenxiao_tid"` // distributor's order number
	PlatformLabel  string        `json:"platform_label"`
	FenxiaoNickNo  string        `json:"fenxiao_nick_no"`
	PlatformID     Platform      `json:"platform_id"`
	WarehouseType  WarehouseType `json:"warehouse_type"`
	FenxiaoType    int64         `json:"fenxiao_type"` // 0 none, 1 agency, 2 resale
	ShopID         int64         `json:"shop_id"`
	WarehouseID    int64         `json:"warehouse_id"`
	ShopPlatformID Platform      `json:"shop_platform_id"`
	SubPlatformID  int64         `json:"sub_platform_id"` // within the platform

	SingleSpecNo string `json:"single_spec_no"` // SKU code if only one kind

	// Persons: filled for own and offline shops only.
	PayAccount       string `json:"pay_account"`
	ReceiverRing     string `json:"receiver_ring"` // JD ring
	BuyerNick        string `json:"buyer_nick"`
	ReceiverName     string `json:"receiver_name"`
	ReceiverAddress  string `json:"receiver_address"`
	ReceiverMobile   string `json:"receiver_mobile"`
	ReceiverTelno    string `json:"receiver_telno"`
	ReceiverZip      string `json:"receiver_zip"`
	ReceiverArea     string `json:"receiver_area"` // province, city and district, parted by blanks
	ReceiverDTB      string `json:"receiver_dtb"`  // sorting mark
	CustomerName     string `json:"customer_name"`
	CustomerNo       string `json:"customer_no"`
	CustomerUniqueID string `json:"customer_unique_id"`
	ReceiverProvince int64  `json:"receiver_province"` // code of the place
	ReceiverCity     int64  `json:"receiver_city"`     // code of the place
	ReceiverDistrict int64  `json:"receiver_district"` // code of the place
	IDCardType       int64  `json:"id_card_type"`
	CustomerID       int64  `json:"customer_id"`
	CustomerType     int64  `json:"customer_type"`

	LogisticsNo        string `json:"logistics_no"`
	LogisticsName      string `json:"logistics_name"`
	LogisticsCode      string `json:"logistics_code"`
	LogisticsTypeName  string `json:"logistics_type_name"`
	PackageName        string `json:"package_name"`
	PreSyncLogisticsNo string `json:"pre_sync_logistics_no"`
	PackageID          int64  `json:"package_id"`
	LogisticsID        int64  `json:"logistics_id"`

	GoodsTypeCount duijie.Decimal `json:"goods_type_count"` // different goods
	GoodsCount     duijie.Decimal `json:"goods_count"`      // pieces
	Weight         duijie.Decimal `json:"weight"`           // kg, estimated
	RawGoodsCount  duijie.Decimal `json:"raw_goods_count"`
	Volume         duijie.Decimal `json:"volume"`

	GoodsAmount duijie.Decimal `json:"goods_amount"` // before all discounts
	Postage     duijie.Decimal `json:"post_amount"`  // paid by the buyer
	OtherAmount duijie.Decimal `json:"other_amount"` // other fees
	Discount    duijie.Decimal `json:"discount"`     // of all kinds
	Receivable  duijie.Decimal `json:"receivable"`   // what the buyer owes: goods − discount + postage
	CODAmount   duijie.Decimal `json:"cod_amount"`   // cash on delivery
	ExtCODFee   duijie.Decimal `json:"ext_cod_fee"`
	GoodsCost   duijie.Decimal `json:"goods_cost"` // estimated
	PostCost    duijie.Decimal `json:"post_cost"`  // estimated postage we pay
	Profit      duijie.Decimal `json:"profit"`     // estimated
	Tax         duijie.Decimal `json:"tax"`
	TaxRate     duijie.Decimal `json:"tax_rate"`
	Commission  duijie.Decimal `json:"commission"`
	Paid        duijie.Decimal `json:"paid"`
	OtherCost   duijie.Decimal `json:"other_cost"`
	PackageCost duijie.Decimal `json:"package_cost"`

	PayTime             duijie.Time `json:"pay_time"`
	Modified            duijie.Time `json:"modified"`              // last change
	CheckTime           duijie.Time `json:"check_time"`            // approved
	ToDeliverTime       duijie.Time `json:"to_deliver_time"`       // wanted delivery time
	DelayToTime         duijie.Time `json:"delay_to_time"`         // planned ship time
	EstimateConsignTime duijie.Time `json:"estimate_consign_time"` // latest ship time
	PreSyncTime         duijie.Time `json:"pre_sync_time"`
	EndTime             duijie.Time `json:"end_time"`
	SettleTime          duijie.Time `json:"settle_time"` // settled
	TradeTime           duijie.Time `json:"trade_time"`
	ConsignTime         duijie.Time `json:"consign_time"` // shipped; absent before
	Created             duijie.Time `json:"created"`

	FreezeReason       string `json:"freeze_reason"`
	BuyerMessage       string `json:"buyer_message"`
	CSRemark           string `json:"cs_remark"` // service remark
	PrintRemark        string `json:"print_remark"`
	InvoiceTitle       string `json:"invoice_title"`
	InvoiceContent     string `json:"invoice_content"`
	SalesmanName       string `json:"salesman_name"`
	CheckerName        string `json:"checker_name"`
	FinanceCheckerName string `json:"fchecker_name"`
	CheckouterName     string `json:"checkouter_name"`
	FlagName           string `json:"flag_name"` // coloured flag (标旗)
	Currency           string `json:"currency"`  // ISO code, such as CNY
	Label              string `json:"trade_label"`
	CancelReason       string `json:"cancel_reason"`
	RevertReason       string `json:"revert_reason"`
	NewLabel           string `json:"new_trade_label"`

	Lines []TradeLine `json:"detail_list"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// UnmarshalJSON takes every member in any of the forms the platform sends it in.
func (t *Trade) UnmarshalJSON(b []byte) error { return decodeRow(b, t) }

// MarshalJSON writes the order with the members only Raw has.
func (t Trade) MarshalJSON() ([]byte, error) { return encodeRow(t) }

// Key is trade_no; an order without one is known as "trade_id:" and its number.
func (t Trade) Key() string { return keyOr(t.No, "trade_id", t.ID) }

func (t Trade) version() int64 { return unixMilli(t.Modified) }

// TradeLine is one line of a [Trade]: an SKU of one source order.
type TradeLine struct {
	ID      int64  `json:"rec_id"` // number of the row
	TradeID int64  `json:"trade_id"`
	SrcTID  string `json:"src_tid"` // source order (原始单号)
	SrcOID  string `json:"src_oid"` // line of the source order (子单号)

	Gift           GiftType         `json:"gift_type"`
	PayStatus      int64            `json:"pay_status"` // 0 unpaid, 1 part, 2 paid
	RefundStatus   LineRefundStatus `json:"refund_status"`
	GuaranteeMode  int64            `json:"guarantee_mode"` // 1 escrow, 2 none, 3 online without
	DeliveryTerm   int64            `json:"delivery_term"`  // 1 prepaid, 2 cash on delivery, 3 instalments, 4 on account
	GoodsID        int64            `json:"goods_id"`
	SpecID         int64            `json:"spec_id"`    // SKU id
	GoodsType      int64            `json:"goods_type"` // 0 other, 1 for sale, 2 raw material, 3 packing, 4 turnover, 5 virtual, 6 fixed asset, 8 box
	FromMask       int64            `json:"from_mask"`  // origin bit mask
	FromMaskExt    int64            `json:"from_mask_ext"`
	SuiteID        int64            `json:"suite_id"`
	PrintSuiteMode int64            `json:"print_suite_mode"`
	Flag           int64            `json:"flag"`
	StockState     int64            `json:"stock_state"` // reservation
	Received       int64            `json:"is_received"`
	CategoryID     int64            `json:"cid"`
	Consigned      bool             `json:"is_consigned"`

	PlatformID     Platform       `json:"platform_id"`
	PlatformStatus RawTradeStatus `json:"platform_status"`

	GoodsName         string `json:"goods_name"`
	GoodsNo           string `json:"goods_no"` // goods, SPU (货品编号)
	SpecName          string `json:"spec_name"`
	SpecNo            string `json:"spec_no"` // SKU, merchant code (商家编码)
	SpecCode          string `json:"spec_code"`
	SuiteNo           string `json:"suite_no"` // bundle it belongs to (组合装)
	SuiteName         string `json:"suite_name"`
	APIGoodsName      string `json:"api_goods_name"` // platform item name
	APISpecName       string `json:"api_spec_name"`  // platform SKU name
	APIGoodsID        string `json:"api_goods_id"`   // platform item id
	APISpecID         string `json:"api_spec_id"`    // platform SKU id
	ImgURL            string `json:"img_url"`
	Barcode           string `json:"barcode"`
	ShortName         string `json:"short_name"`
	GoodsGiftRelation string `json:"goods_gift_relation"`

	Num        duijie.Decimal `json:"num"` // pieces
	RefundNum  duijie.Decimal `json:"refund_num"`
	SuiteNum   duijie.Decimal `json:"suite_num"`
	Weight     duijie.Decimal `json:"weight"`     // kg
	ActualNum  duijie.Decimal `json:"actual_num"` // really shipped; 0: the line was removed
	ReserveNum duijie.Decimal `json:"reserve_num"`

	Price          duijie.Decimal `json:"price"`       // per piece, before discounts
	OrderPrice     duijie.Decimal `json:"order_price"` // after the discount of the platform
	SharePrice     duijie.Decimal `json:"share_price"` // per piece, after its share of all discounts
	Adjust         duijie.Decimal `json:"adjust"`      // changed by hand, up or down
	Discount       duijie.Decimal `json:"discount"`
	ShareAmount    duijie.Decimal `json:"share_amount"` // of the line, after its share of all discounts
	TaxRate        duijie.Decimal `json:"tax_rate"`
	SuiteAmount    duijie.Decimal `json:"suite_amount"`
	SuiteDiscount  duijie.Decimal `json:"suite_discount"`
	Commission     duijie.Decimal `json:"commission"`
	Paid           duijie.Decimal `json:"paid"`
	SharePostPrice duijie.Decimal `json:"share_post_price"` // share of the postage
	AvgCost        duijie.Decimal `json:"avg_cost"`         // average cost
	PostAmount     duijie.Decimal `json:"post_amount"`      // postage paid by buyer

	ModifiedDate duijie.Time `json:"modified_date"`
	CreatedDate  duijie.Time `json:"created_date"`
	PayTime      duijie.Time `json:"pay_time"`
	Modified     duijie.Time `json:"modified"` // last change
	Created      duijie.Time `json:"created"`

	Remark         string `json:"remark"`
	BindOID        string `json:"bind_oid"`
	InvoiceContent string `json:"invoice_content"`
	TID            string `json:"tid"`

	Prop1 string `json:"prop1"`
	Prop2 string `json:"prop2"`
	Prop3 string `json:"prop3"`
	Prop4 string `json:"prop4"`
	Prop5 string `json:"prop5"`
	Prop6 string `json:"prop6"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// TradeQuery selects orders: by a window of times, or by No, SrcTIDs or LogisticsNo,
// which need no times.
type TradeQuery struct {
	No             string        // trade_no (订单编号)
	SrcTIDs        []string      // src_tid, source order numbers (原始单号)
	LogisticsNo    string        // logistics_no, tracking number (物流单号)
	ShopNo         string        // shop_no, one shop
	WarehouseNo    string        // warehouse_no
	Status         []TradeStatus // status, any of them; none: all
	TradeFrom      string        // trade_from, where orders come from; see Trade.From
	OrderType      *int          // order_type: 1 sorts by modification time, the newest first
	TimeType       *int          // time_type, which time From and To mean; nil: the last change
	ExactSrcTID    bool          // accurate_query, SrcTIDs match as a whole
	SharePostage   bool          // cal_share_post_amount, computes the shares of the postage too
	GiftRelation   *bool         // need_gift_relation; nil: yes
	CutLogisticsNo bool          // cut_logistics_no, cuts long lists of tracking numbers
	Replica        bool          // is_slave, reads a replica; only where the platform enabled it
	From, To       time.Time     // start_time and end_time; any length, read an hour at a time
	PageSize       int           // rows per call; 0 takes 100, at most 1000
	Cursor         string        // Next of a page List gave
}

func (q TradeQuery) list() selection {
	f := filter{}
	f.text("trade_no", q.No).text("src_tid", strings.Join(q.SrcTIDs, ",")).text("logistics_no", q.LogisticsNo).text("shop_no", q.ShopNo)
	f.text("warehouse_no", q.WarehouseNo).text("trade_from", q.TradeFrom).int("order_type", q.OrderType).int("time_type", q.TimeType)
	f.flag("need_gift_relation", q.GiftRelation)
	join(f, "status", q.Status)
	if q.ExactSrcTID {
		f["accurate_query"] = true
	}
	if q.SharePostage {
		f["cal_share_post_amount"] = true
	}
	if q.CutLogisticsNo {
		f["cut_logistics_no"] = true
	}
	if q.Replica {
		f["is_slave"] = true
	}
	return selection{
		method: tradesMethod, params: f, size: q.PageSize, cursor: q.Cursor,
		from: q.From, to: q.To, byNumber: q.No != "" || len(q.SrcTIDs) > 0 || q.LogisticsNo != "",
	}
}

// TradeService reads orders (系统订单; 销售订单查询, sales.TradeQuery.queryWithDetail) by
// windows of their modification time, an hour at most each.
//
// Direct never returns orders of the Taobao family, Pinduoduo and system supply:
// use Qimen for them; Pinduoduo's come from Pinduoduo alone. Names, addresses
// and telephone numbers are filled for own and offline shops only. Orders some
// months old are in the archive, sales.TradeQuery.queryHistoryWithDetail, which
// nothing here reads by itself.
type TradeService = WindowService[Trade, TradeQuery]

// TradeSource reads orders for a pipeline; see [NewListSource].
type TradeSource = WindowSource[Trade]

// SelfTradeQuery selects orders of own and offline shops, as [TradeQuery] does.
type SelfTradeQuery TradeQuery

func (q SelfTradeQuery) list() selection {
	sel := TradeQuery(q).list()
	sel.method = selfTradesMethod
	return sel
}

// SelfTradeService reads orders of own and offline shops, with their personal
// data (自有及线下店铺订单, sales.TradeQuery.querySelfOrderWithDetail). It is not
// known to exist on Qimen.
type SelfTradeService = WindowService[Trade, SelfTradeQuery]

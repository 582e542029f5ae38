package wdt

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
)

const salesStockoutsMethod = "wms.stockout.Sales.queryWithDetail"

// SalesStockout is a shipment of an order (销售出库单), with lines and parcels.
// A member the platform left out is zero; members this struct does not know stay in
// Raw and come back when it is encoded.
type SalesStockout struct {
	ID         int64          `json:"stockout_id"`
	No         string         `json:"order_no"` // the key (出库单号)
	Status     StockoutStatus `json:"status"`
	TradeNo    string         `json:"trade_no"`     // order (订单编号)
	SrcTradeNo string         `json:"src_trade_no"` // source orders (原始单号), comma text; cut when long
	SrcOrderNo string         `json:"src_order_no"` // order it was made for

	OrderType      int64             `json:"order_type"`
	BlockReason    int64             `json:"block_reason"` // why it is held up, bits
	BadReason      int64             `json:"bad_reason"`   // why it is held up, bits
	RefundStatus   OrderRefundStatus `json:"refund_status"`
	TradeType      int64             `json:"trade_type"` // 1 online, 2 offline, 3 exchange, 4 wholesale, 7 cash, 8 distribution, 101–110 custom
	TradeStatus    TradeStatus       `json:"trade_status"`
	InvoiceType    int64             `json:"invoice_type"` // 0 none, 1 plain, 2 VAT plain, 3 VAT special
	InvoiceID      int64             `json:"invoice_id"`
	DeliveryTerm   int64             `json:"delivery_term"` // 1 prepaid, 2 cash on delivery, 3 instalments, 4 on account
	TradeID        int64             `json:"trade_id"`
	TradeFrom      int64             `json:"trade_from"` // 1 platform, 2 by hand, 3 import, 4 copy, 5 API, 6 shipped again, 7 PDA, 8 distributor
	CustomType     int64             `json:"custom_type"`
	OperatorID     int64             `json:"operator_id"`
	ConsignStatus  ConsignStatus     `json:"consign_status"`
	GoodsTypeCount int64             `json:"goods_type_count"` // different goods
	SrcOrderID     int64             `json:"src_order_id"`

	VirtualWarehouseNo   string        `json:"virtual_warehouse_no"`
	VirtualWarehouseName string        `json:"virtual_warehouse_name"`
	WarehouseNo          string        `json:"warehouse_no"`
	WarehouseName        string        `json:"warehouse_name"`
	ShopName             string        `json:"shop_name"`
	ShopNo               string        `json:"shop_no"`
	ShopRemark           string        `json:"shop_remark"`
	FenxiaoNick          string        `json:"fenxiao_nick"` // distributor (分销商)
	FenxiaoTID           string        `json:"fenxiao_tid"`  // distributor's order number
	FenxiaoNickNo        string        `json:"fenxiao_nick_no"`
	FenxiaoShopName      string        `json:"fenxiao_shop_name"`
	ShopID               int64         `json:"shop_id"`
	WarehouseID          int64         `json:"warehouse_id"`
	PlatformID           Platform      `json:"platform_id"`
	ShopPlatformID       Platform      `json:"shop_platform_id"`
	SubPlatformID        int64         `json:"sub_platform_id"` // within the platform
	WarehouseType        WarehouseType `json:"warehouse_type"`
	WarehouseMappingCode string        `json:"warehouse_mapping_code"`

	BatchNo string `json:"batch_no"`

	// Persons: filled for own and offline shops only.
	ReceiverName     string `json:"receiver_name"`
	ReceiverAddress  string `json:"receiver_address"`
	ReceiverMobile   string `json:"receiver_mobile"`
	ReceiverTelno    string `json:"receiver_telno"`
	ReceiverZip      string `json:"receiver_zip"`
	ReceiverArea     string `json:"receiver_area"` // province, city and district, parted by blanks
	ReceiverDTB      string `json:"receiver_dtb"`  // sorting mark
	NickName         string `json:"nick_name"`
	CustomerNo       string `json:"customer_no"`
	CustomerName     string `json:"customer_name"`
	IDCard           string `json:"id_card"`
	ReceiverCountry  int64  `json:"receiver_country"`
	ReceiverProvince int64  `json:"receiver_province"` // code of the place
	ReceiverCity     int64  `json:"receiver_city"`     // code of the place
	ReceiverDistrict int64  `json:"receiver_district"` // code of the place
	IDCardType       int64  `json:"id_card_type"`
	CustomerID       int64  `json:"customer_id"`

	LogisticsNo          string        `json:"logistics_no"`
	LogisticsCode        string        `json:"logistics_code"`
	LogisticsName        string        `json:"logistics_name"`
	PackagerName         string        `json:"packager_name"`
	PicklistNo           string        `json:"picklist_no"` // wave (波次)
	LogisticsType        LogisticsType `json:"logistics_type"`
	LogisticsID          int64         `json:"logistics_id"`
	PicklistSeq          int64         `json:"picklist_seq"`
	LogisticsPrintStatus int64         `json:"logistics_print_status"`
	SendbillTemplateID   int64         `json:"sendbill_template_id"`

	GoodsCount duijie.Decimal `json:"goods_count"` // pieces
	Weight     duijie.Decimal `json:"weight"`      // kg

	Receivable       duijie.Decimal `json:"receivable"`  // what the buyer owes
	Postage          duijie.Decimal `json:"post_amount"` // postage paid by buyer
	CODAmount        duijie.Decimal `json:"cod_amount"`  // cash on delivery
	Discount         duijie.Decimal `json:"discount"`
	Tax              duijie.Decimal `json:"tax"`
	TaxRate          duijie.Decimal `json:"tax_rate"`
	PostFee          duijie.Decimal `json:"post_fee"`
	PackageFee       duijie.Decimal `json:"package_fee"`
	GoodsTotalCost   duijie.Decimal `json:"goods_total_cost"`
	GoodsTotalAmount duijie.Decimal `json:"goods_total_amount"`
	Paid             duijie.Decimal `json:"paid"`
	CalcPostCost     duijie.Decimal `json:"calc_post_cost"`

	ConsignTime    duijie.Time `json:"consign_time"` // shipped; absent before
	Modified       duijie.Time `json:"modified"`     // last change
	CreatedDate    duijie.Time `json:"created_date"`
	TradeTime      duijie.Time `json:"trade_time"`
	PayTime        duijie.Time `json:"pay_time"`
	Created        duijie.Time `json:"created"`
	StockCheckTime duijie.Time `json:"stock_check_time"`

	Remark              string `json:"remark"`
	SalesmanNo          string `json:"salesman_no"`
	SalesmanName        string `json:"fullname"`
	PickerName          string `json:"picker_name"`
	ExaminerName        string `json:"examiner_name"`
	ConsignerName       string `json:"consigner_name"`
	PrinterName         string `json:"printer_name"`
	FlagName            string `json:"flag_name"` // coloured flag (标旗)
	EmployeeNo          string `json:"employee_no"`
	Currency            string `json:"currency"`
	PrintRemark         string `json:"print_remark"`
	BuyerMessage        string `json:"buyer_message"`
	CSRemark            string `json:"cs_remark"` // service remark
	InvoiceTitle        string `json:"invoice_title"`
	InvoiceContent      string `json:"invoice_content"`
	Label               string `json:"trade_label"`
	ErrorInfo           string `json:"error_info"`
	OuterNo             string `json:"outer_no"` // external no, your idempotency key
	AnchorName          string `json:"anchor_name"`
	AssistAnchorName    string `json:"assist_achor_name"`
	ControlAnchorName   string `json:"control_achor_name"`
	OperationAnchorName string `json:"operation_anchor_name"`
	PickGroupName       string `json:"pick_group_name"`
	WMSCode             string `json:"wms_code"` // document of the warehouse system
	StockoutFlagName    string `json:"stockout_flag_name"`
	NewLabel            string `json:"new_trade_label"`
	PickGroup           string `json:"pick_group"`
	SeqNo               string `json:"seq_no"`

	Parcels      []Parcel            `json:"logistics_list"`
	Lines        []SalesStockoutLine `json:"details_list"`
	GovSubsidies []GovSubsidy        `json:"gov_subsidy_info"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// UnmarshalJSON takes every member in any of the forms the platform sends it in.
func (s *SalesStockout) UnmarshalJSON(b []byte) error { return decodeRow(b, s) }

// MarshalJSON writes the stock-out with the members only Raw has.
func (s SalesStockout) MarshalJSON() ([]byte, error) { return encodeRow(s) }

// Key is order_no; a stock-out without one is known as "stockout_id:" and its number.
func (s SalesStockout) Key() string { return keyOr(s.No, "stockout_id", s.ID) }

func (s SalesStockout) version() int64 { return unixMilli(s.Modified) }

// Parcel is one parcel (物流单) of a [SalesStockout].
type Parcel struct {
	ID          int64  `json:"rec_id"` // number of the row
	StockoutID  int64  `json:"stockout_id"`
	LogisticsNo string `json:"logistics_no"` // tracking number (物流单号)

	PackageName   string `json:"package_name"`
	LogisticsName string `json:"logistics_name"`
	LogisticsID   int64  `json:"logistics_id"`

	CalcWeight duijie.Decimal `json:"calc_weight"` // estimated weight
	Weight     duijie.Decimal `json:"weight"`      // kg
	Length     duijie.Decimal `json:"length"`
	Width      duijie.Decimal `json:"width"`
	Height     duijie.Decimal `json:"height"`
	Volume     duijie.Decimal `json:"volume"`

	Postage duijie.Decimal `json:"postage"`

	Remark string `json:"remark"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// GovSubsidy is a government subsidy (国补) of an order.
type GovSubsidy struct {
	TID     string `json:"tid"` // source order no
	OID     string `json:"oid"` // source sub-order no
	Company string `json:"corp_entity_name"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// SalesStockoutLine is one line of a [SalesStockout].
type SalesStockoutLine struct {
	ID         int64  `json:"rec_id"` // number of the row
	StockoutID int64  `json:"stockout_id"`
	SrcTID     string `json:"src_tid"` // source order (原始单号)
	SrcOID     string `json:"src_oid"` // line of the source order (子单号)

	SrcOrderDetailID int64            `json:"src_order_detail_id"`
	SpecID           int64            `json:"spec_id"` // SKU id
	GoodsID          int64            `json:"goods_id"`
	RefundStatus     LineRefundStatus `json:"refund_status"`
	SaleOrderID      int64            `json:"sale_order_id"`
	GiftType         GiftType         `json:"gift_type"`
	FromMask         int64            `json:"from_mask"`  // origin bit mask
	GoodsType        int64            `json:"goods_type"` // 0 other, 1 for sale, 2 raw material, 3 packing, 4 turnover, 5 virtual, 6 fixed asset, 8 box
	SrcOrderType     int64            `json:"src_order_type"`
	BaseUnitID       int64            `json:"base_unit_id"`
	UnitID           int64            `json:"unit_id"`
	PositionID       int64            `json:"position_id"`
	BatchID          int64            `json:"batch_id"`
	Examined         int64            `json:"is_examined"`
	ScanType         int64            `json:"scan_type"`
	Packing          bool             `json:"is_package"` // packing material
	ClassID          int64            `json:"class_id"`   // category id

	PlatformID Platform `json:"platform_id"`

	SpecNo       string `json:"spec_no"` // SKU, merchant code (商家编码)
	GoodsName    string `json:"goods_name"`
	GoodsNo      string `json:"goods_no"` // goods, SPU (货品编号)
	SpecName     string `json:"spec_name"`
	SpecCode     string `json:"spec_code"`
	Barcode      string `json:"barcode"`
	UnitName     string `json:"unit_name"`
	SNList       string `json:"sn_list"`  // serial numbers, comma text
	SuiteNo      string `json:"suite_no"` // bundle it belongs to (组合装)
	BrandNo      string `json:"brand_no"`
	BrandName    string `json:"brand_name"`
	ClassName    string `json:"class_name"`     // category
	APIGoodsID   string `json:"api_goods_id"`   // platform item id
	APISpecID    string `json:"api_spec_id"`    // platform SKU id
	APIGoodsName string `json:"api_goods_name"` // platform item name

	GoodsCount duijie.Decimal `json:"goods_count"` // pieces
	Weight     duijie.Decimal `json:"weight"`      // kg
	SuiteNum   duijie.Decimal `json:"suite_num"`
	UnitRatio  duijie.Decimal `json:"unit_ratio"` // auxiliary unit to base unit
	Num2       duijie.Decimal `json:"num2"`       // in the auxiliary unit
	Num        duijie.Decimal `json:"num"`        // in the unit

	TotalAmount     duijie.Decimal `json:"total_amount"`
	SellPrice       duijie.Decimal `json:"sell_price"` // deal price
	CostPrice       duijie.Decimal `json:"cost_price"` // cost per piece
	MarketPrice     duijie.Decimal `json:"market_price"`
	Discount        duijie.Decimal `json:"discount"`
	SharePrice      duijie.Decimal `json:"share_price"`  // per piece, after its share of all discounts
	ShareAmount     duijie.Decimal `json:"share_amount"` // of the line, after its share of all discounts
	TaxRate         duijie.Decimal `json:"tax_rate"`
	SharePostAmount duijie.Decimal `json:"share_post_amount"` // share of the postage
	Paid            duijie.Decimal `json:"paid"`
	PackScore       duijie.Decimal `json:"pack_score"`
	PickScore       duijie.Decimal `json:"pick_score"`
	ScanScore       duijie.Decimal `json:"scan_score"`
	GoodsAmount     duijie.Decimal `json:"goods_amount"` // goods total before discount

	ExpireDate   duijie.Time `json:"expire_date"` // end of shelf life
	ModifiedDate duijie.Time `json:"modified_date"`
	CreatedDate  duijie.Time `json:"created_date"`

	Remark string `json:"remark"`

	Prop1     string `json:"prop1"`
	Prop2     string `json:"prop2"`
	Prop3     string `json:"prop3"`
	Prop4     string `json:"prop4"`
	Prop5     string `json:"prop5"`
	Prop6     string `json:"prop6"`
	GoodProp1 string `json:"good_prop1"`
	GoodProp2 string `json:"good_prop2"`
	GoodProp3 string `json:"good_prop3"`
	GoodProp4 string `json:"good_prop4"`
	GoodProp5 string `json:"good_prop5"`
	GoodProp6 string `json:"good_prop6"`

	Positions     []Position `json:"position_details_list"`
	PickPositions []Position `json:"pick_position_details_list"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// Position is how many pieces of a line are taken from a shelf (货位).
type Position struct {
	ID         int64  `json:"rec_id"` // number of the row
	LineID     int64  `json:"stockout_detail_id"`
	PositionID int64  `json:"position_id"`
	PositionNo string `json:"position_no"` // shelf

	BatchNo string `json:"batch_no"`
	SpecNo  string `json:"spec_no"` // of a shelf to pick from

	Count duijie.Decimal `json:"position_goods_count"` // on this shelf

	ExpireDate     duijie.Time `json:"expire_date"` // end of shelf life
	ProductionDate duijie.Time `json:"production_date"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// SalesStockoutQuery selects sales stock-outs: by a window of times, or by No, TradeNo
// or LogisticsNo, which need no times.
type SalesStockoutQuery struct {
	No            string           // stockout_no (出库单号)
	TradeNo       string           // src_order_no, the order (订单编号)
	LogisticsNo   string           // logistics_no, tracking number (物流单号)
	SrcTID        string           // src_tid (原始单号)
	ShopNos       []string         // shop_nos
	WarehouseNo   string           // warehouse_no
	Status        []StockoutStatus // status, any of them; none: all of them
	OrderType     *int             // order_type: 1 sorts by modification time, the newest first
	Position      *int             // position: groups lines by shelf
	PickPositions bool             // need_pick_position, adds the shelves to pick from
	SerialNumbers bool             // need_sn, adds serial numbers
	Anchors       bool             // get_anchor, adds the hosts of live streams
	GovSubsidies  bool             // need_gov_subsidy_info, adds government subsidies
	Replica       bool             // is_slave, reads a replica; only where the platform enabled it
	From, To      time.Time        // start_time and end_time; any length, read an hour at a time
	Times         TimeKind         // TimeModified when "", or TimeShipped
	PageSize      int              // rows per call; 0 takes 100, at most 1000
	Cursor        string           // Next of a page List gave
}

func (q SalesStockoutQuery) list() selection {
	f := filter{}
	f.text("stockout_no", q.No).text("src_order_no", q.TradeNo).text("logistics_no", q.LogisticsNo).text("src_tid", q.SrcTID)
	f.text("shop_nos", strings.Join(q.ShopNos, ",")).text("warehouse_no", q.WarehouseNo).int("order_type", q.OrderType).int("position", q.Position)
	join(f, "status", q.Status)
	if q.PickPositions {
		f["need_pick_position"] = 1
	}
	if q.SerialNumbers {
		f["need_sn"] = true
	}
	if q.Anchors {
		f["get_anchor"] = true
	}
	if q.GovSubsidies {
		f["need_gov_subsidy_info"] = true
	}
	if q.Replica {
		f["is_slave"] = true
	}
	if len(q.Status) == 0 {
		join(f, "status", stockoutStatuses) // the platform wants one
	}
	f["status_type"] = int64(StockoutByStatus) // a window sets its own
	if q.Times == TimeShipped {
		f["status_type"] = int64(StockoutByShipTime)
	}
	return selection{
		method: salesStockoutsMethod, params: f, size: q.PageSize, cursor: q.Cursor,
		from: q.From, to: q.To, times: q.Times, byNumber: q.No != "" || q.TradeNo != "" || q.LogisticsNo != "",
	}
}

// stockoutStatuses are all that are known.
var stockoutStatuses = slices.Sorted(func(yield func(StockoutStatus) bool) {
	for n := range stockoutStatusNames {
		if !yield(StockoutStatus(n)) {
			return
		}
	}
})

// SalesStockoutService reads sales stock-outs (销售出库单; 销售出库单查询,
// wms.stockout.Sales.queryWithDetail) by windows of an hour at most each: of their
// modification time (status_type 3 with a list of statuses), or with Times TimeShipped
// of their ship time (status_type 0; what is delayed or completed). Those some months
// old are in the archive, wms.stockout.Sales.queryHistoryWithDetail.
//
// Direct never returns rows of the Taobao family, Pinduoduo and system supply: use
// Qimen for them; Pinduoduo's come from Pinduoduo alone.
// Persons are filled for own and offline shops only.
type SalesStockoutService = WindowService[SalesStockout, SalesStockoutQuery]

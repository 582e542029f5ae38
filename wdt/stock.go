package wdt

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/duijie-go/duijie"
)

const (
	stockMethod     = "wms.StockSpec.search2"
	stockOldMethod  = "wms.StockSpec.search"
	availableMethod = "wms.StockSpec.queryAvailableStock"
)

// Stock is the stock of one SKU in one warehouse (库存), good and damaged goods apart.
// A member the platform left out is zero; members this struct does not know stay in
// Raw and come back when it is encoded.
type Stock struct {
	ID          int64  `json:"rec_id"`  // number of the row
	SpecNo      string `json:"spec_no"` // SKU, merchant code (商家编码)
	WarehouseNo string `json:"warehouse_no"`
	Defect      bool   `json:"defect"` // damaged goods (残品)

	SpecID    int64       `json:"spec_id"` // SKU id
	FlagID    int64       `json:"flag_id"`
	Status    StockStatus `json:"status"`
	AlarmType int64       `json:"alarm_type"`

	WarehouseName string        `json:"warehouse_name"`
	WarehouseID   int64         `json:"warehouse_id"`
	WarehouseType WarehouseType `json:"warehouse_type"`

	GoodsNo     string `json:"goods_no"` // goods, SPU (货品编号)
	GoodsName   string `json:"goods_name"`
	SpecCode    string `json:"spec_code"`
	BrandName   string `json:"brand_name"`
	SpecName    string `json:"spec_name"`
	Barcode     string `json:"barcode"`
	ImgURL      string `json:"img_url"`
	BrandNo     string `json:"brand_no"`
	UnitName    string `json:"unit_name"`
	AuxUnitName string `json:"aux_unit_name"` // auxiliary unit

	StockNum            duijie.Decimal `json:"stock_num"`            // on hand
	AvailableSendStock  duijie.Decimal `json:"available_send_stock"` // can be shipped
	WMSSyncStock        duijie.Decimal `json:"wms_sync_stock"`       // as the warehouse system says
	WMSStockDiff        duijie.Decimal `json:"wms_stock_diff"`       // between the two
	UnpayNum            duijie.Decimal `json:"unpay_num"`            // unpaid reserved
	SubscribeNum        duijie.Decimal `json:"subscribe_num"`        // pre-ordered
	OrderNum            duijie.Decimal `json:"order_num"`            // ordered, awaiting approval
	SendingNum          duijie.Decimal `json:"sending_num"`          // waiting to ship
	PurchaseNum         duijie.Decimal `json:"purchase_num"`         // bought, on the way
	TransferNum         duijie.Decimal `json:"transfer_num"`         // transferred, on the way
	ToPurchaseNum       duijie.Decimal `json:"to_purchase_num"`      // to purchase
	PurchaseArriveNum   duijie.Decimal `json:"purchase_arrive_num"`
	WMSPreemptyStock    duijie.Decimal `json:"wms_preempty_stock"`
	Weight              duijie.Decimal `json:"weight"` // kg
	PartPaidNum         duijie.Decimal `json:"part_paid_num"`
	RefundExchNum       duijie.Decimal `json:"refund_exch_num"`
	RefundNum           duijie.Decimal `json:"refund_num"`       // being refunded
	RefundOnwayNum      duijie.Decimal `json:"refund_onway_num"` // returns in transit
	ReturnExchNum       duijie.Decimal `json:"return_exch_num"`
	ReturnNum           duijie.Decimal `json:"return_num"`
	ReturnOnwayNum      duijie.Decimal `json:"return_onway_num"` // on the way back
	ToTransferNum       duijie.Decimal `json:"to_transfer_num"`  // to transfer out
	WMSPreemptyDiff     duijie.Decimal `json:"wms_preempty_diff"`
	LockNum             duijie.Decimal `json:"lock_num"` // locked
	ToOtherOutNum       duijie.Decimal `json:"to_other_out_num"`
	ToOtherInNum        duijie.Decimal `json:"to_other_in_num"`
	ToProcessOutNum     duijie.Decimal `json:"to_process_out_num"`
	ToProcessInNum      duijie.Decimal `json:"to_process_in_num"`
	WaitTransferNum     duijie.Decimal `json:"wait_transfer_num"` // waiting transfer
	SysUserDefineStock1 duijie.Decimal `json:"sys_user_define_stock1"`
	SysUserDefineStock2 duijie.Decimal `json:"sys_user_define_stock2"`
	InspectNum          duijie.Decimal `json:"inspect_num"`
	TradeReserveNum     duijie.Decimal `json:"trade_reserve_num"`
	ProcessOnwayNum     duijie.Decimal `json:"process_onway_num"` // in production, on the way
	TodayNum            duijie.Decimal `json:"today_num"`         // sold today (mask 1/3)
	NumYesterday        duijie.Decimal `json:"num_yesterday"`     // yesterday's sales
	Num7days            duijie.Decimal `json:"num_7days"`         // 7-day sales
	Num14days           duijie.Decimal `json:"num_14days"`        // 14-day sales
	NumMonth            duijie.Decimal `json:"num_month"`         // month sales
	NumAll              duijie.Decimal `json:"num_all"`           // all sales
	Num60days           duijie.Decimal `json:"num_60days"`        // 60-day sales
	Num90days           duijie.Decimal `json:"num_90days"`        // 90-day sales
	SafeStock           duijie.Decimal `json:"safe_stock"`        // warn below
	SafeStockUpper      duijie.Decimal `json:"safe_stock_upper"`  // warn above
	AlarmDays           duijie.Decimal `json:"alarm_days"`        // days the stock lasts
	AlarmDaysUpper      duijie.Decimal `json:"alarm_days_upper"`
	CycleDays           duijie.Decimal `json:"cycle_days"`
	SafeStockUppe       duijie.Decimal `json:"safe_stock_uppe"` // SafeStockUpper as StockOldService sends it

	CostPrice duijie.Decimal `json:"cost_price"` // with Mask 2 or 3

	WMSSyncTime   duijie.Time `json:"wms_sync_time"`
	LastPdTime    duijie.Time `json:"last_pd_time"`    // last stocktake
	LastInoutTime duijie.Time `json:"last_inout_time"` // last in/out
	Created       duijie.Time `json:"created"`
	Modified      duijie.Time `json:"modified"` // last change

	Remark   string `json:"remark"`
	FlagName string `json:"flag_name"` // coloured flag (标旗)

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// UnmarshalJSON takes every member in any of the forms the platform sends it in.
func (s *Stock) UnmarshalJSON(b []byte) error { return decodeRow(b, s) }

// MarshalJSON writes the stock with the members only Raw has.
func (s Stock) MarshalJSON() ([]byte, error) { return encodeRow(s) }

// Key is warehouse_no, spec_no and, for damaged goods, "defect", as in "W01|SKU-1";
// see rec_id for the platform's own.
func (s Stock) Key() string { return stockKey(s.WarehouseNo, s.SpecNo, s.Defect) }

func (s Stock) version() int64 { return unixMilli(s.Modified) }

func stockKey(warehouseNo, specNo string, defect bool) string {
	switch {
	case specNo == "":
		return ""
	case defect:
		return joinKey(warehouseNo, specNo, "defect")
	}
	return joinKey(warehouseNo, specNo)
}

// StockQuery selects stock. Without From and To it is all there is, else what
// changed between the two.
type StockQuery struct {
	SpecNos     []string  // spec_nos (商家编码)
	WarehouseNo string    // warehouse_no
	Mask        *int      // mask: 1 adds sales figures, 2 costs, 3 both
	Alarm       bool      // need_alarm_info, adds the warning levels; slow
	From, To    time.Time // start_time and end_time, the last change; any length
	PageSize    int       // rows per call; 0 takes 200, at most 1000
	Cursor      string    // Next of a page List gave
}

func (q StockQuery) list() selection {
	f := filter{}
	f.texts("spec_nos", q.SpecNos).text("warehouse_no", q.WarehouseNo).int("mask", q.Mask)
	if q.Alarm {
		f["need_alarm_info"] = 1
	}
	return selection{
		method: stockMethod, params: f, size: q.PageSize, cursor: q.Cursor,
		from: q.From, to: q.To, byNumber: true,
	}
}

// StockService reads stock by SKU and warehouse (库存; 查询库存, wms.StockSpec.search2), all of
// it or by windows of the last change, 30 days at most each. PageSize is at most
// 1000. It is not known to exist on Qimen: there use StockOldService.
type StockService = WindowService[Stock, StockQuery]

// StockOldQuery selects stock as [StockQuery] does.
type StockOldQuery StockQuery

func (q StockOldQuery) list() selection {
	sel := StockQuery(q).list()
	sel.method = stockOldMethod
	return sel
}

// StockOldService reads stock by the older method (wms.StockSpec.search), the one that
// Qimen is known to have.
type StockOldService = WindowService[Stock, StockOldQuery]

// AvailableStock is what can be sold of one SKU in one warehouse (可用库存).
// A member the platform left out is zero; members this struct does not know stay in
// Raw and come back when it is encoded.
type AvailableStock struct {
	SpecNo      string `json:"spec_no"` // SKU, merchant code (商家编码)
	WarehouseNo string `json:"warehouse_no"`
	Defect      bool   `json:"defect"` // damaged goods (残品)

	Type   int64       `json:"type"`
	Status StockStatus `json:"status"`

	GoodsName string `json:"goods_name"`
	SpecCode  string `json:"spec_code"`
	GoodsNo   string `json:"goods_no"` // goods, SPU (货品编号)
	BrandName string `json:"brand_name"`
	ShortName string `json:"short_name"`
	SpecName  string `json:"spec_name"`
	Barcode   string `json:"barcode"`
	ClassName string `json:"class_name"` // category

	Num duijie.Decimal `json:"num"` // can be sold

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// UnmarshalJSON takes every member in any of the forms the platform sends it in.
func (s *AvailableStock) UnmarshalJSON(b []byte) error { return decodeRow(b, s) }

// MarshalJSON writes the stock with the members only Raw has.
func (s AvailableStock) MarshalJSON() ([]byte, error) { return encodeRow(s) }

// Key is warehouse_no, spec_no and the type where it is not 0, as in "W01|SKU-1".
func (s AvailableStock) Key() string {
	key := stockKey(s.WarehouseNo, s.SpecNo, s.Defect)
	if key != "" && s.Type != 0 {
		return joinKey(key, strconv.FormatInt(s.Type, 10))
	}
	return key
}

func (s AvailableStock) version() int64 { return 0 }

// AvailableStockQuery selects available stock. Without From and To it is all there
// is, else what changed between the two.
type AvailableStockQuery struct {
	SpecNo      string    // spec_no (商家编码)
	GoodsNo     string    // goods_no
	WarehouseNo string    // warehouse_no
	From, To    time.Time // start_time and end_time; any length
	PageSize    int       // rows per call; 0 takes 200, at most 1000
	Cursor      string    // Next of a page List gave
}

func (q AvailableStockQuery) list() selection {
	f := filter{}
	f.text("spec_no", q.SpecNo).text("goods_no", q.GoodsNo).text("warehouse_no", q.WarehouseNo)
	return selection{
		method: availableMethod, params: f, size: q.PageSize, cursor: q.Cursor,
		from: q.From, to: q.To, byNumber: true,
	}
}

// AvailableStockService reads what can be sold by SKU and warehouse (可用库存; 查询可用库存,
// wms.StockSpec.queryAvailableStock). Its rows carry no time.
type AvailableStockService = WindowService[AvailableStock, AvailableStockQuery]

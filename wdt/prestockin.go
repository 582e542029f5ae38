package wdt

import (
	"encoding/json"
	"time"

	"github.com/duijie-go/duijie"
)

const preStockinsMethod = "wms.stockin.PreStockin.search"

// PreStockin is a return that came in before its refund is known (退货预入库单), with its lines.
// A member the platform left out is zero; members this struct does not know stay in
// Raw and come back when it is encoded.
type PreStockin struct {
	ID           int64         `json:"stockin_id"`
	No           string        `json:"stockin_no"` // the key (预入库单号)
	Status       StockinStatus `json:"status"`
	SrcOrderID   int64         `json:"src_order_id"`
	SrcOrderNo   string        `json:"src_order_no"`
	SrcOrderType StockSource   `json:"src_order_type"`

	GoodsTypeCount int64 `json:"goods_type_count"` // different goods
	NoteCount      int64 `json:"note_count"`       // notes
	Version        int64 `json:"version_id"`

	WarehouseNo string `json:"warehouse_no"`
	WarehouseID int64  `json:"warehouse_id"`

	LogisticsNo   string `json:"logistics_no"`
	LogisticsName string `json:"logistics_name"`
	LogisticsID   int64  `json:"logistics_id"`

	GoodsCount duijie.Decimal `json:"goods_count"` // pieces

	CheckTime    duijie.Time `json:"check_time"` // approved
	ModifiedDate duijie.Time `json:"modified_date"`
	CreatedDate  duijie.Time `json:"created_date"`
	Created      duijie.Time `json:"created"`
	Modified     duijie.Time `json:"modified"`

	FlagName     string `json:"flag_name"` // coloured flag (标旗)
	OperatorName string `json:"operator_name"`
	CheckerName  string `json:"checker_name"`
	Remark       string `json:"remark"`
	WMSCode      string `json:"wms_code"` // document of the warehouse system

	Prop1 string `json:"prop1"`
	Prop2 string `json:"prop2"`
	Prop3 string `json:"prop3"`

	Lines []PreStockinLine `json:"detail_list"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// UnmarshalJSON takes every member in any of the forms the platform sends it in.
func (s *PreStockin) UnmarshalJSON(b []byte) error { return decodeRow(b, s) }

// MarshalJSON writes the pre stock-in with the members only Raw has.
func (s PreStockin) MarshalJSON() ([]byte, error) { return encodeRow(s) }

// Key is stockin_no; a pre stock-in without one is known as "stockin_id:" and its number.
func (s PreStockin) Key() string { return keyOr(s.No, "stockin_id", s.ID) }

func (s PreStockin) version() int64 { return max(unixMilli(s.Modified), unixMilli(s.ModifiedDate)) }

// PreStockinLine is one line of a [PreStockin].
type PreStockinLine struct {
	ID        int64  `json:"rec_id"` // number of the row
	StockinID int64  `json:"stockin_id"`
	SpecNo    string `json:"spec_no"` // SKU, merchant code (商家编码)

	ValidityDays int64 `json:"validity_days"` // shelf life
	GoodsID      int64 `json:"goods_id"`
	SpecID       int64 `json:"spec_id"` // SKU id
	Defect       bool  `json:"defect"`  // damaged goods (残品)

	GoodsName   string `json:"goods_name"`
	GoodsNo     string `json:"goods_no"` // goods, SPU (货品编号)
	SpecName    string `json:"spec_name"`
	BatchNo     string `json:"batch_no"`
	UnitName    string `json:"unit_name"`
	AuxUnitName string `json:"aux_unit_name"` // auxiliary unit
	PositionNo  string `json:"position_no"`   // shelf

	Num            duijie.Decimal `json:"num"`        // pieces
	Num2           duijie.Decimal `json:"num2"`       // in the auxiliary unit
	ExpectNum      duijie.Decimal `json:"expect_num"` // expected
	Weight         duijie.Decimal `json:"weight"`     // kg
	GoodsWeight    duijie.Decimal `json:"goods_weight"`
	UnitRatio      duijie.Decimal `json:"unit_ratio"`       // auxiliary unit to base unit
	NeedInspectNum duijie.Decimal `json:"need_inspect_num"` // to be inspected

	ExpireDate     duijie.Time `json:"expire_date"` // end of shelf life
	ProductionDate duijie.Time `json:"production_date"`
	ModifiedDate   duijie.Time `json:"modified_date"`
	CreatedDate    duijie.Time `json:"created_date"`

	Remark string `json:"remark"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// PreStockinQuery selects pre stock-ins. Without From and To no times are sent.
type PreStockinQuery struct {
	No           string         // stockin_no (预入库单号)
	LogisticsNo  string         // logistics_no, tracking number
	WarehouseNo  string         // warehouse_no
	SenderName   string         // sender_name
	SenderMobile string         // sender_mobile
	BuyerNick    string         // buyer_nick
	SpecNo       string         // spec_no (商家编码)
	GoodsNo      string         // goods_no
	GoodsName    string         // goods_name
	ShortName    string         // short_name
	Barcode      string         // barcode
	Remark       string         // remark
	Status       *StockinStatus // status; nil: all
	From, To     time.Time      // the time Times names; any length
	Times        TimeKind       // TimeModified (mt_from, mt_to) when "", or TimeCreated (ct_from, ct_to)
	PageSize     int            // rows per call; 0 takes 200, at most 1000
	Cursor       string         // Next of a page List gave
}

func (q PreStockinQuery) list() selection {
	f := filter{}
	f.text("stockin_no", q.No).text("logistics_no", q.LogisticsNo).text("warehouse_no", q.WarehouseNo).text("sender_name", q.SenderName)
	f.text("sender_mobile", q.SenderMobile).text("buyer_nick", q.BuyerNick).text("spec_no", q.SpecNo).text("goods_no", q.GoodsNo)
	f.text("goods_name", q.GoodsName).text("short_name", q.ShortName).text("barcode", q.Barcode).text("remark", q.Remark)
	put(f, "status", q.Status)
	return selection{
		method: preStockinsMethod, params: f, size: q.PageSize, cursor: q.Cursor,
		from: q.From, to: q.To, times: q.Times, byNumber: true,
	}
}

// PreStockinService reads pre stock-ins (退货预入库单; 预入库单查询, wms.stockin.PreStockin.search)
// by windows of their modification or creation time. The method is on Qimen only: on
// Direct it is refused before anything is sent.
type PreStockinService = WindowService[PreStockin, PreStockinQuery]

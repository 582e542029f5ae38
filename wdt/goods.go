package wdt

import (
	"encoding/json"
	"time"

	"github.com/duijie-go/duijie"
)

const goodsMethod = "goods.Goods.queryWithSpec"

// Goods is a goods (货品, SPU) with its SKUs.
// A member the platform left out is zero; members this struct does not know stay in
// Raw and come back when it is encoded.
type Goods struct {
	ID   int64  `json:"goods_id"`
	No   string `json:"goods_no"` // the key (货品编号)
	Name string `json:"goods_name"`

	Type      int64 `json:"goods_type"` // 0 other, 1 for sale, 2 raw material, 3 packing, 4 turnover, 5 virtual, 6 fixed asset, 8 box
	SpecCount int64 `json:"spec_count"` // number of SKUs
	BrandID   int64 `json:"brand_id"`
	ClassID   int64 `json:"class_id"` // category id
	Deleted   int64 `json:"deleted"`  // above 0: deleted

	ShortName   string `json:"short_name"`
	BrandName   string `json:"brand_name"`
	ClassName   string `json:"class_name"` // category
	UnitName    string `json:"unit_name"`
	AuxUnitName string `json:"aux_unit_name"` // auxiliary unit
	BrandNo     string `json:"brand_no"`

	Created       duijie.Time `json:"goods_created"`
	Modified      duijie.Time `json:"modified"`       // last change of the goods or of an SKU
	GoodsModified duijie.Time `json:"goods_modified"` // last change of the goods

	Alias        string `json:"alias"`
	Remark       string `json:"remark"`
	Origin       string `json:"origin"`
	FlagName     string `json:"flag_name"` // coloured flag (标旗)
	WashingLabel string `json:"washing_label"`
	Pinyin       string `json:"pinyin"`

	Prop1 string `json:"prop1"`
	Prop2 string `json:"prop2"`
	Prop3 string `json:"prop3"`
	Prop4 string `json:"prop4"`
	Prop5 string `json:"prop5"`
	Prop6 string `json:"prop6"`

	Specs []Spec `json:"spec_list"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// UnmarshalJSON takes every member in any of the forms the platform sends it in.
func (g *Goods) UnmarshalJSON(b []byte) error { return decodeRow(b, g) }

// MarshalJSON writes the goods with the members only Raw has.
func (g Goods) MarshalJSON() ([]byte, error) { return encodeRow(g) }

// Key is goods_no; goods without one are known as "goods_id:" and their number.
func (g Goods) Key() string { return keyOr(g.No, "goods_id", g.ID) }

func (g Goods) version() int64 {
	last := max(unixMilli(g.Modified), unixMilli(g.GoodsModified))
	for _, s := range g.Specs {
		last = max(last, unixMilli(s.Modified))
	}
	return last
}

// Spec is an SKU (单品) of a [Goods].
type Spec struct {
	ID      int64  `json:"spec_id"` // SKU id
	GoodsID int64  `json:"goods_id"`
	No      string `json:"spec_no"` // unique merchant code (商家编码)
	Name    string `json:"spec_name"`
	Code    string `json:"spec_code"` // (规格码)

	ValidityDays   int64 `json:"validity_days"` // shelf life
	SalesDays      int64 `json:"sales_days"`
	ReceiveDays    int64 `json:"receive_days"`
	SNType         int64 `json:"sn_type"`          // serial numbers: 0 none, 1 strict, 2 weak
	NoAir          int64 `json:"is_not_use_air"`   // must not fly
	WMSProcessMask int64 `json:"wms_process_mask"` // warehouse process bits
	LargeType      int64 `json:"large_type"`       // 0 normal, 1 large, 2 large and alone, 3 by box rule, -1 not alone
	Deleted        int64 `json:"deleted"`          // above 0: deleted
	BarcodeCount   int64 `json:"barcode_count"`
	NoExamine      int64 `json:"is_not_need_examine"` // needs no check before shipping
	LowerCost      bool  `json:"is_lower_cost"`       // may be sold below cost

	Barcode     string `json:"barcode"` // the main one
	Label       string `json:"goods_label"`
	ImgURL      string `json:"img_url"`
	UnitName    string `json:"spec_unit_name"`
	AuxUnitName string `json:"spec_aux_unit_name"`
	FlagName    string `json:"spec_flag_name"`

	Weight duijie.Decimal `json:"weight"` // kg
	Length duijie.Decimal `json:"length"` // cm
	Width  duijie.Decimal `json:"width"`  // cm
	Height duijie.Decimal `json:"height"` // cm

	LowestPrice    duijie.Decimal `json:"lowest_price"`
	RetailPrice    duijie.Decimal `json:"retail_price"`
	WholesalePrice duijie.Decimal `json:"wholesale_price"`
	MemberPrice    duijie.Decimal `json:"member_price"`
	MarketPrice    duijie.Decimal `json:"market_price"`
	TaxRate        duijie.Decimal `json:"tax_rate"`
	CustomPrice1   duijie.Decimal `json:"custom_price1"`
	CustomPrice2   duijie.Decimal `json:"custom_price2"`
	PackScore      duijie.Decimal `json:"pack_score"`
	PickScore      duijie.Decimal `json:"pick_score"`
	ScanScore      duijie.Decimal `json:"scan_score"`
	SaleScore      duijie.Decimal `json:"sale_score"`

	Created  duijie.Time `json:"spec_created"`
	Modified duijie.Time `json:"spec_modified"`

	Remark  string `json:"remark"`
	TaxCode string `json:"tax_code"`

	Prop1 string `json:"prop1"`
	Prop2 string `json:"prop2"`
	Prop3 string `json:"prop3"`
	Prop4 string `json:"prop4"`
	Prop5 string `json:"prop5"`
	Prop6 string `json:"prop6"`

	Barcodes []SpecBarcode `json:"barcode_list"` // extra barcodes

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// SpecBarcode is one of the barcodes (条码) of a [Spec].
type SpecBarcode struct {
	Barcode string `json:"barcode"`
	Master  bool   `json:"is_master"`

	Type int64 `json:"type"`

	Modified duijie.Time `json:"modified"` // last change

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// GoodsQuery selects goods: by a window of times, or by No or SpecNo, which need no
// times.
type GoodsQuery struct {
	No          string    // goods_no (货品编号)
	SpecNo      string    // spec_no (商家编码), the goods it belongs to
	BrandName   string    // brand_name
	ClassName   string    // class_name
	Barcode     string    // barcode
	HideDeleted *bool     // hide_deleted; nil: yes. new(false) returns deleted goods and SKUs too
	From, To    time.Time // start_time and end_time, the last change of goods or SKU; any length
	PageSize    int       // rows per call; 0 takes 200, at most 1000
	Cursor      string    // Next of a page List gave
}

func (q GoodsQuery) list() selection {
	f := filter{}
	f.text("goods_no", q.No).text("spec_no", q.SpecNo).text("brand_name", q.BrandName).text("class_name", q.ClassName)
	f.text("barcode", q.Barcode).flag("hide_deleted", q.HideDeleted)
	return selection{
		method: goodsMethod, params: f, size: q.PageSize, cursor: q.Cursor,
		from: q.From, to: q.To, byNumber: q.No != "" || q.SpecNo != "",
	}
}

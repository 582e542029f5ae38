package wdt

import (
	"encoding/json"
	"time"

	"github.com/duijie-go/duijie"
)

const suitesMethod = "goods.Suite.search"

// Suite is a bundle (组合装) with its parts.
// A member the platform left out is zero; members this struct does not know stay in
// Raw and come back when it is encoded.
type Suite struct {
	ID   int64  `json:"suite_id"`
	No   string `json:"suite_no"` // the key (组合装编码)
	Name string `json:"suite_name"`

	BrandID        int64 `json:"brand_id"`
	PrintSuiteMode int64 `json:"print_suite_mode"`
	Deleted        int64 `json:"deleted"` // above 0: deleted
	BarcodeCount   int64 `json:"barcode_count"`

	BrandName   string `json:"brand_name"`
	UnitName    string `json:"unit_name"`
	AuxUnitName string `json:"aux_unit_name"` // auxiliary unit
	ShortName   string `json:"short_name"`
	Label       string `json:"goods_label"`
	Barcode     string `json:"barcode"`
	ClassName   string `json:"class_name"` // category

	Weight duijie.Decimal `json:"weight"` // kg

	MemberPrice    duijie.Decimal `json:"member_price"`
	RetailPrice    duijie.Decimal `json:"retail_price"`
	WholesalePrice duijie.Decimal `json:"wholesale_price"`
	MarketPrice    duijie.Decimal `json:"market_price"`

	Modified duijie.Time `json:"suite_modified"` // last change
	Created  duijie.Time `json:"suite_created"`

	Remark   string `json:"remark"`
	FlagName string `json:"flag_name"` // coloured flag (标旗)

	Prop1 string `json:"prop1"`
	Prop2 string `json:"prop2"`
	Prop3 string `json:"prop3"`
	Prop4 string `json:"prop4"`
	Prop5 string `json:"prop5"`
	Prop6 string `json:"prop6"`

	Lines []SuiteLine `json:"detail_list"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// UnmarshalJSON takes every member in any of the forms the platform sends it in.
func (s *Suite) UnmarshalJSON(b []byte) error { return decodeRow(b, s) }

// MarshalJSON writes the bundle with the members only Raw has.
func (s Suite) MarshalJSON() ([]byte, error) { return encodeRow(s) }

// Key is suite_no; a bundle without one is known as "suite_id:" and its number.
func (s Suite) Key() string { return keyOr(s.No, "suite_id", s.ID) }

func (s Suite) version() int64 { return unixMilli(s.Modified) }

// SuiteLine is one SKU of a [Suite].
type SuiteLine struct {
	ID      int64  `json:"rec_id"` // number of the row
	SuiteID int64  `json:"suite_id"`
	SpecNo  string `json:"spec_no"` // SKU, merchant code (商家编码)

	SpecID     int64 `json:"spec_id"` // SKU id
	Unit       int64 `json:"unit"`
	Deleted    int64 `json:"deleted"` // above 0: deleted
	GoodsID    int64 `json:"goods_id"`
	PriceFixed bool  `json:"is_fixed_price"`

	SpecName  string `json:"spec_name"`
	SpecCode  string `json:"spec_code"`
	Barcode   string `json:"barcode"`
	GoodsNo   string `json:"goods_no"` // goods, SPU (货品编号)
	GoodsName string `json:"goods_name"`

	Num   duijie.Decimal `json:"num"`   // pieces in a bundle
	Ratio duijie.Decimal `json:"ratio"` // part of the bundle's price

	FixedPrice duijie.Decimal `json:"fixed_price"` // where PriceFixed

	Modified duijie.Time `json:"modified"` // last change
	Created  duijie.Time `json:"created"`

	// Raw is the row as the platform sent it.
	Raw json.RawMessage `json:"-"`
}

// SuiteQuery selects bundles. Without From and To no times are sent.
type SuiteQuery struct {
	No          string    // suite_no (组合装编码)
	Name        string    // suite_name
	SpecNo      string    // spec_no of a part
	GoodsNo     string    // goods_no of a part
	BrandName   string    // brand_name
	ClassName   string    // class_name
	Barcode     string    // barcode
	HideDeleted *bool     // hide_deleted; nil: yes. new(false) returns deleted bundles too
	From, To    time.Time // start_time and end_time, the last change; any length
	PageSize    int       // rows per call; 0 takes 200, at most 1000
	Cursor      string    // Next of a page List gave
}

func (q SuiteQuery) list() selection {
	f := filter{}
	f.text("suite_no", q.No).text("suite_name", q.Name).text("spec_no", q.SpecNo).text("goods_no", q.GoodsNo)
	f.text("brand_name", q.BrandName).text("class_name", q.ClassName).text("barcode", q.Barcode).flag("hide_deleted", q.HideDeleted)
	return selection{
		method: suitesMethod, params: f, size: q.PageSize, cursor: q.Cursor,
		from: q.From, to: q.To, byNumber: true,
	}
}

// SuiteService reads bundles (组合装; 查询组合装, goods.Suite.search) by windows of their
// modification time, 30 days at most each.
type SuiteService = WindowService[Suite, SuiteQuery]

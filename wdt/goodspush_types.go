package wdt

import (
	"github.com/duijie-go/duijie"
)

// GoodsPush is a goods to be created or updated, with its SKUs. No and the No of each
// SKU say which ones.
type GoodsPush struct {
	// Required.
	No   string `json:"goods_no"` // goods_no (货品编号)
	Name string `json:"goods_name"`

	// Optional: what is not set is not sent.
	ClassName   string `json:"class_name,omitempty"` // must exist, or AutoCreate
	BrandName   string `json:"brand_name,omitempty"` // must exist, or AutoCreate
	UnitName    string `json:"unit_name,omitempty"`
	AuxUnitName string `json:"aux_unit_name,omitempty"` // auxiliary unit
	FlagName    string `json:"flag_name,omitempty"`     // coloured flag (标旗)
	ShortName   string `json:"short_name,omitempty"`
	Alias       string `json:"alias,omitempty"`
	Origin      string `json:"origin,omitempty"`
	Remark      string `json:"remark,omitempty"`
	Prop1       string `json:"prop1,omitempty"`
	Prop2       string `json:"prop2,omitempty"`
	Prop3       string `json:"prop3,omitempty"`
	Prop4       string `json:"prop4,omitempty"`
	Prop5       string `json:"prop5,omitempty"`
	Prop6       string `json:"prop6,omitempty"`
	Type        *int64 `json:"goods_type,omitempty"`     // 0 other, 1 for sale, 2 raw material, 3 packing, 4 turnover, 5 virtual, 6 fixed asset, 8 box
	AutoCreate  *bool  `json:"auto_create_bc,omitempty"` // creates brand and class

	Specs []SpecPush `json:"-"`
}

// MarshalJSON writes what is set.
func (g GoodsPush) MarshalJSON() ([]byte, error) { return encodePush(g) }

// SpecPush is an SKU of a [GoodsPush].
type SpecPush struct {
	// Required.
	No string `json:"spec_no"` // spec_no (商家编码), unique

	// Optional: what is not set is not sent.
	Name           string         `json:"spec_name,omitempty"`
	Code           string         `json:"spec_code,omitempty"`
	Barcode        string         `json:"barcode,omitempty"`
	Label          string         `json:"goods_label,omitempty"`
	Prop1          string         `json:"prop1,omitempty"`
	Prop2          string         `json:"prop2,omitempty"`
	Prop3          string         `json:"prop3,omitempty"`
	Prop4          string         `json:"prop4,omitempty"`
	Prop5          string         `json:"prop5,omitempty"`
	Prop6          string         `json:"prop6,omitempty"`
	ImgURL         string         `json:"img_url,omitempty"`
	Remark         string         `json:"remark,omitempty"`
	TaxCode        string         `json:"tax_code,omitempty"`
	UnitName       string         `json:"unit_name,omitempty"`
	AuxUnitName    string         `json:"aux_unit_name,omitempty"`    // auxiliary unit
	WMSProcessMask *int64         `json:"wms_process_mask,omitempty"` // warehouse process bits
	SNType         *int64         `json:"sn_type,omitempty"`          // serial numbers: 0 none, 1 strict, 2 weak
	ValidityDays   *int64         `json:"validity_days,omitempty"`    // shelf life
	SalesDays      *int64         `json:"sales_days,omitempty"`
	ReceiveDays    *int64         `json:"receive_days,omitempty"`
	LargeType      *int64         `json:"large_type,omitempty"` // 0 normal, 1 large, 2 large and alone, 3 by box rule, -1 not alone
	ValidityType   *int64         `json:"validity_type,omitempty"`
	LowestPrice    duijie.Decimal `json:"lowest_price,omitempty"`
	RetailPrice    duijie.Decimal `json:"retail_price,omitempty"`
	WholesalePrice duijie.Decimal `json:"wholesale_price,omitempty"`
	MemberPrice    duijie.Decimal `json:"member_price,omitempty"`
	MarketPrice    duijie.Decimal `json:"market_price,omitempty"`
	Weight         duijie.Decimal `json:"weight,omitempty"` // kg
	Height         duijie.Decimal `json:"height,omitempty"` // cm
	Length         duijie.Decimal `json:"length,omitempty"` // cm
	Width          duijie.Decimal `json:"width,omitempty"`  // cm
	CustomPrice1   duijie.Decimal `json:"custom_price1,omitempty"`
	CustomPrice2   duijie.Decimal `json:"custom_price2,omitempty"`
	SaleScore      duijie.Decimal `json:"sale_score,omitempty"`
	PackScore      duijie.Decimal `json:"pack_score,omitempty"`
	PickScore      duijie.Decimal `json:"pick_score,omitempty"`
	SortScore      duijie.Decimal `json:"sort_score,omitempty"`
	ScanScore      duijie.Decimal `json:"scan_score,omitempty"`
	SupplyScore    duijie.Decimal `json:"supply_score,omitempty"`
	ShelveScore    duijie.Decimal `json:"shelve_score,omitempty"`
	StockinScore   duijie.Decimal `json:"stockin_score,omitempty"`
	InspectScore   duijie.Decimal `json:"inspect_score,omitempty"`
	PackingScore   duijie.Decimal `json:"packing_score,omitempty"`
	OperateScore   duijie.Decimal `json:"operate_score,omitempty"`
	WeighScore     duijie.Decimal `json:"weigh_score,omitempty"`
	ConsignScore   duijie.Decimal `json:"consign_score,omitempty"`
	LowerCost      *bool          `json:"is_lower_cost,omitempty"` // may be sold below cost
}

// MarshalJSON writes what is set.
func (s SpecPush) MarshalJSON() ([]byte, error) { return encodePush(s) }

package jdy

import (
	"encoding/json"

	"github.com/duijie-go/duijie"
)

// MaterialService reads and saves materials (商品).
//
// The list shows enabled materials only unless Query.Enable is "-1"; show_units
// fills Units. Prices, limits and attributes are in the detail.
//
// Parameters for Filter of the [Query]: is_data_perm, parent, show_units.
type MaterialService = Records[MaterialRow, Material, MaterialSave]

// materialRecords says where materials are.
var materialRecords = RecordKind{Name: "material", Path: "/jdy/v2/bd/material", Entity: "bd_material"}

// MaterialRow is a row of the list of materials (商品列表, GET /jdy/v2/bd/material).
type MaterialRow struct {
	ID     string `json:"id"`
	Number string `json:"number"` // 编码
	Name   string `json:"name"`

	StockID        string `json:"stock_id"` // warehouse
	StockNumber    string `json:"stock_number"`
	StockName      string `json:"stock_name"`
	BaseUnitID     string `json:"base_unit_id"`
	BaseUnitNumber string `json:"base_unit_number"`
	BaseUnitName   string `json:"base_unit_name"`
	BrandID        string `json:"brand_id"` // 品牌
	BrandNumber    string `json:"brand_number"`
	BrandName      string `json:"brand_name"`
	ParentID       string `json:"parent_id"` // group it is in
	ParentNumber   string `json:"parent_number"`
	ParentName     string `json:"parent_name"`
	PurchaseUnitID string `json:"purchase_unit_id"`

	Barcode         string       `json:"barcode"`           // 条形码
	CheckType       MaterialType `json:"check_type"`        // kind of material
	HelpCode        string       `json:"help_code"`         // 助记码
	IsSelfRestraint string       `json:"is_self_restraint"` // made by ourselves; "true" or "false"
	Model           string       `json:"model"`             // 规格型号
	ProLicense      string       `json:"pro_license"`       // production licence (生产许可证)
	ProducingPace   string       `json:"producing_pace"`    // place of production (产地)
	Remark          string       `json:"remark"`            // 备注
	URL             string       `json:"url"`               // address

	IsAsstAttr       bool `json:"is_asst_attr"`  // has auxiliary attributes (辅助属性)
	IsBatch          bool `json:"is_batch"`      // kept by batch (批次)
	HasShelfLife     bool `json:"is_kf_period"`  // kept by shelf life (保质期)
	IsMultiUnit      bool `json:"is_multi_unit"` // has several units
	IsSerial         bool `json:"is_serial"`     // has serial numbers (序列号)
	IsShowAuxBarcode bool `json:"is_show_aux_barcode"`
	IsWeight         bool `json:"is_weight"` // sold by weight

	Labels []Label           `json:"mul_label"`
	Units  []MaterialRowUnit `json:"units"`

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v MaterialRow) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// MaterialRowUnit is part of a [MaterialRow]: a unit.
type MaterialRowUnit struct {
	ID    string `json:"id"`
	Index int64  `json:"index"`

	ConversionUnitID         string `json:"conversion_unit_id"`
	ConversionUnitNumber     string `json:"conversion_unit_number"`
	ConversionUnitName       string `json:"conversion_unit_name"`
	ConversionUnitLongNumber string `json:"conversion_unit_long_number"`
	MaterialID               string `json:"material_id"`
	UnitID                   string `json:"unit_id"` // an id, which differs between account sets
	UnitNumber               string `json:"unit_number"`
	UnitLongNumber           string `json:"unit_long_number"`
	UnitName                 string `json:"unitid_name"`

	ConversionUnitConversionType   string `json:"conversion_unit_conversion_type"`
	ConversionUnitEnable           string `json:"conversion_unit_enable"`
	ConversionUnitLevel            int64  `json:"conversion_unit_level"`
	ConversionUnitPrecision        string `json:"conversion_unit_precision"`
	ConversionUnitPrecisionAccount string `json:"conversion_unit_precision_account"`
	UnitConversionType             string `json:"unit_conversion_type"`
	UnitEnable                     string `json:"unit_enable"`
	UnitLevel                      int64  `json:"unit_level"`
	UnitPrecision                  string `json:"unit_precision"`
	UnitPrecisionAccount           int64  `json:"unit_precision_account"`

	Coefficient duijie.Decimal `json:"coefficient"`

	ConversionUnitCreateTime  duijie.Time `json:"conversion_unit_createtime"`
	ConversionUnitDisableDate duijie.Time `json:"conversion_unit_disable_date"`
	ConversionUnitModifyTime  duijie.Time `json:"conversion_unit_modify_time"`
	UnitCreateTime            duijie.Time `json:"unit_create_time"`
	UnitDisableDate           duijie.Time `json:"unit_disable_date"`
	UnitModifyTime            duijie.Time `json:"unit_modify_time"`

	ConversionUnitIsLeaf bool `json:"conversion_unit_is_leaf"`
	IsDefault            bool `json:"is_default"` // 默认
	IsFloat              bool `json:"is_float"`
	UnitIsLeaf           bool `json:"unit_is_leaf"`

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v MaterialRowUnit) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// Material is a whole record of materials (商品详情, GET /jdy/v2/bd/material_detail).
type Material struct {
	ID     string `json:"id"`
	Number string `json:"number"` // 编码
	Name   string `json:"name"`
	Enable Enable `json:"enable"`

	AuxUnitID               string `json:"aux_unit_id"` // auxiliary unit
	AuxUnitNumber           string `json:"aux_unit_number"`
	AuxUnitName             string `json:"aux_unit_name"`
	BaseUnitID              string `json:"base_unit_id"`
	BaseUnitName            string `json:"base_unit_name"`
	BrandID                 string `json:"brand_id"` // 品牌
	ConversionUnitID1       string `json:"conversion_unit_id1"`
	ConversionUnitID2       string `json:"conversion_unit_id2"`
	ConversionUnitID3       string `json:"conversion_unit_id3"`
	FetchCategoryID         string `json:"fetch_category_id"`
	FixUnitID1              string `json:"fix_unit_id1"`
	FixUnitID2              string `json:"fix_unit_id2"`
	FixUnitID3              string `json:"fix_unit_id3"`
	ParentID                string `json:"parent_id"` // group it is in
	ParentNumber            string `json:"parent_number"`
	ProductDepartmentID     string `json:"product_department_id"`
	ProductDepartmentNumber string `json:"product_department_number"`
	PurchaseID              string `json:"purchase_id"`
	PurchaseUnitID          string `json:"purchase_unit_id"`
	RegistrationNumber      string `json:"refistration_number"` // registration number (注册证号), spelt so by the platform
	SaleUnitID              string `json:"sale_unit_id"`
	SpaceID                 string `json:"space_id"`
	StockID                 string `json:"stock_id"` // warehouse
	StoreUnitID             string `json:"store_unit_id"`
	VenderID                string `json:"vender_id"`
	WeightUnitID            string `json:"weight_unit_id"`

	AlarmDay      string        `json:"alarm_day"`    // days before the end of shelf life to warn
	Barcode       string        `json:"barcode"`      // 条形码
	CheckType     MaterialType  `json:"check_type"`   // kind of material
	CostMethod    CostMethod    `json:"cost_method"`  // 计价方法
	HelpCode      string        `json:"help_code"`    // 助记码
	InvMgrType    StockPlanning `json:"inv_mgr_type"` // how stock limits are kept
	ShelfLife     string        `json:"kf_period"`    // length of the shelf life
	ShelfLifeUnit ShelfLifeUnit `json:"kf_period_type"`
	Model         string        `json:"model"`          // 规格型号
	ProLicense    string        `json:"pro_license"`    // production licence (生产许可证)
	ProducingPace string        `json:"producing_pace"` // place of production (产地)
	QtyInv        string        `json:"qty_inv"`
	Remark        string        `json:"remark"` // 备注

	Coefficient1    duijie.Decimal `json:"coefficient1"`
	Coefficient2    duijie.Decimal `json:"coefficient2"`
	Coefficient3    duijie.Decimal `json:"coefficient3"`
	GrossWeight     duijie.Decimal `json:"gross_weight"`
	High            duijie.Decimal `json:"high"`
	InTaxRate       duijie.Decimal `json:"in_tax_rate"` // of purchases, in percent
	Length          duijie.Decimal `json:"length"`
	MaxInventoryQty duijie.Decimal `json:"max_inventory_qty"` // most to keep in stock
	MinInventoryQty duijie.Decimal `json:"min_inventory_qty"` // least to keep in stock
	MinPackageQty   duijie.Decimal `json:"min_package_qty"`
	NetWeight       duijie.Decimal `json:"net_weight"`
	SecInventoryQty duijie.Decimal `json:"sec_inventory_qty"` // 安全库存
	TaxRate         duijie.Decimal `json:"tax_rate"`          // in percent
	ValidQty        duijie.Decimal `json:"valid_qty"`         // may be used: in stock less what is spoken for
	Volume          duijie.Decimal `json:"volume"`
	Wide            duijie.Decimal `json:"wide"`

	IsAssembly   bool `json:"is_assembly"`
	IsAsstAttr   bool `json:"is_asst_attr"`  // has auxiliary attributes (辅助属性)
	IsBatch      bool `json:"is_batch"`      // kept by batch (批次)
	HasShelfLife bool `json:"is_kf_period"`  // kept by shelf life (保质期)
	IsMultiUnit  bool `json:"is_multi_unit"` // has several units
	IsPurchase   bool `json:"is_purchase"`
	IsSale       bool `json:"is_sale"`
	IsSerial     bool `json:"is_serial"` // has serial numbers (序列号)
	IsSubpart    bool `json:"is_subpart"`
	IsWeight     bool `json:"is_weight"` // sold by weight

	Attachments []Attachment        `json:"attachments_url"`
	Attributes  []MaterialAttribute `json:"aux_entity"`
	Barcodes    []MaterialBarcode   `json:"barcode_entity"`
	Parts       []MaterialPart      `json:"bom_entity"`
	Custom      duijie.Record       `json:"custom_field"` // custom fields by their keys; a reference takes the key with _id
	Images      []MaterialImage     `json:"images"`       // URLs of pictures
	Labels      []Label             `json:"mul_label"`
	Prices      []MaterialPrice     `json:"price_entity"`

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v Material) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// MaterialPrice is part of a [Material]: the prices of a unit or attribute.
type MaterialPrice struct {
	ID string `json:"id"`

	PriceAuxID      string `json:"price_aux_id"`
	PriceAuxID1     string `json:"price_aux_id1"`
	PriceAuxID2     string `json:"price_aux_id2"`
	PriceAuxID3     string `json:"price_aux_id3"`
	PriceAuxID4     string `json:"price_aux_id4"`
	PriceAuxID5     string `json:"price_aux_id5"`
	PriceAuxName1   string `json:"price_aux_name1"`
	PriceAuxName2   string `json:"price_aux_name2"`
	PriceAuxName3   string `json:"price_aux_name3"`
	PriceAuxName4   string `json:"price_aux_name4"`
	PriceAuxName5   string `json:"price_aux_name5"`
	PriceAuxNumber1 string `json:"price_aux_number1"`
	PriceAuxNumber2 string `json:"price_aux_number2"`
	PriceAuxNumber3 string `json:"price_aux_number3"`
	PriceAuxNumber4 string `json:"price_aux_number4"`
	PriceAuxNumber5 string `json:"price_aux_number5"`
	PriceUnitID     string `json:"price_unit_id"`
	PriceUnitNumber string `json:"price_unit_number"`
	PriceUnitName   string `json:"price_unit_name"`

	PriceBarcode      string `json:"price_barcode"`
	PriceNearSupplier string `json:"price_near_supplier"`

	PriceCostPrice         duijie.Decimal `json:"price_cost_price"`
	PriceDistributionPrice duijie.Decimal `json:"price_distribution_price"`
	PriceMaxPurchasePrice  duijie.Decimal `json:"price_max_purchase_price"`
	PriceMinPurTaxPrice    duijie.Decimal `json:"price_min_pur_tax_price"`
	PriceMinSalesPrice     duijie.Decimal `json:"price_min_sales_price"`
	PriceNearPurPrice      duijie.Decimal `json:"price_near_pur_price"`
	PriceNearPurTaxPrice   duijie.Decimal `json:"price_near_pur_tax_price"`
	PriceNearPurUnitCost   duijie.Decimal `json:"price_near_pur_unit_cost"`
	PriceNearSalPrice      duijie.Decimal `json:"price_near_sal_price"`
	PriceNearSalTaxPrice   duijie.Decimal `json:"price_near_sal_tax_price"`
	PriceOutsourceprice    duijie.Decimal `json:"price_outsourceprice"`
	PricePurchasePrice     duijie.Decimal `json:"price_purchase_price"`
	PriceRetailPrice       duijie.Decimal `json:"price_retail_price"`
	PriceSalePrice1        duijie.Decimal `json:"price_sale_price1"`
	PriceSalePrice10       duijie.Decimal `json:"price_sale_price10"`
	PriceSalePrice2        duijie.Decimal `json:"price_sale_price2"`
	PriceSalePrice3        duijie.Decimal `json:"price_sale_price3"`
	PriceSalePrice4        duijie.Decimal `json:"price_sale_price4"`
	PriceSalePrice5        duijie.Decimal `json:"price_sale_price5"`
	PriceSalePrice6        duijie.Decimal `json:"price_sale_price6"`
	PriceSalePrice7        duijie.Decimal `json:"price_sale_price7"`
	PriceSalePrice8        duijie.Decimal `json:"price_sale_price8"`
	PriceSalePrice9        duijie.Decimal `json:"price_sale_price9"`
	PriceTradePrice        duijie.Decimal `json:"price_trade_price"`

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v MaterialPrice) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// MaterialImage is part of a [Material]: a picture.
type MaterialImage struct {
	ID    string `json:"id"`
	Index string `json:"index"`

	AuxPropID string `json:"aux_prop_id"`

	URL string `json:"url"` // address

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v MaterialImage) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// MaterialPart is part of a [Material]: a part of a set.
type MaterialPart struct {
	ID string `json:"id"`

	MaterialID     string `json:"material_id"`
	MaterialNumber string `json:"material_number"`
	MaterialName   string `json:"material_name"`
	UnitID         string `json:"unit_id"` // an id, which differs between account sets
	UnitNumber     string `json:"unit_number"`
	UnitName       string `json:"unit_name"`
	Aux1ID         string `json:"aux1_id"`
	Aux1Number     string `json:"aux1_number"`
	Aux1Name       string `json:"aux1_name"`
	Aux2ID         string `json:"aux2_id"`
	Aux2Number     string `json:"aux2_number"`
	Aux2Name       string `json:"aux2_name"`
	Aux3ID         string `json:"aux3_id"`
	Aux3Number     string `json:"aux3_number"`
	Aux3Name       string `json:"aux3_name"`
	Aux4ID         string `json:"aux4_id"`
	Aux4Number     string `json:"aux4_number"`
	Aux4Name       string `json:"aux4_name"`
	Aux5ID         string `json:"aux5_id"`
	Aux5Number     string `json:"aux5_number"`
	Aux5Name       string `json:"aux5_name"`
	BomAuxID       string `json:"bom_aux_id"`
	BomAuxNumber   string `json:"bom_aux_number"`
	BomAuxName     string `json:"bom_aux_name"`

	Qty            duijie.Decimal `json:"qty"` // in the unit of the line
	EntryCostPrice duijie.Decimal `json:"entry_cost_price"`
	Price          duijie.Decimal `json:"price"`

	IsFree    bool `json:"is_free"` // a gift (赠品)
	IsReplace bool `json:"is_replace"`

	Substitutes []MaterialSubstitute `json:"material_replace"`

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v MaterialPart) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// MaterialSubstitute is part of a [Material]: a material that may take its place.
type MaterialSubstitute struct {
	ID     string `json:"id"`
	Number string `json:"number"` // 编码
	Name   string `json:"name"`

	BaseUnitID     string `json:"base_unit_id"`
	BaseUnitNumber string `json:"base_unit_number"`
	BaseUnitName   string `json:"base_unit_name"`

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v MaterialSubstitute) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// MaterialBarcode is part of a [Material]: a barcode.
type MaterialBarcode struct {
	ID string `json:"id"`

	BarcodePropAuxID     string `json:"barcode_prop_aux_id"`
	BarcodePropAuxNumber string `json:"barcode_prop_aux_number"`
	BarcodePropAuxName   string `json:"barcode_prop_aux_name"`
	BarcodeUnitID        string `json:"barcode_unit_id"`
	BarcodeUnitNumber    string `json:"barcode_unit_number"`
	BarcodeUnitName      string `json:"barcode_unit_name"`

	Barcode       string `json:"barcode"` // 条形码
	BarcodeRemark string `json:"barcode_remark"`

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v MaterialBarcode) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// MaterialAttribute is part of a [Material]: a combination of auxiliary attributes.
type MaterialAttribute struct {
	ID string `json:"id"`

	Aux1Name           string `json:"aux1_name"`
	Aux2Name           string `json:"aux2_name"`
	Aux3Name           string `json:"aux3_name"`
	Aux4Name           string `json:"aux4_name"`
	Aux5Name           string `json:"aux5_name"`
	AuxCombinationName string `json:"aux_combination_name"`
	AuxID1             string `json:"aux_id1"`
	AuxID2             string `json:"aux_id2"`
	AuxID3             string `json:"aux_id3"`
	AuxID4             string `json:"aux_id4"`
	AuxID5             string `json:"aux_id5"`
	AuxTypeID1         string `json:"aux_type_id1"`
	AuxTypeID2         string `json:"aux_type_id2"`
	AuxTypeID3         string `json:"aux_type_id3"`
	AuxTypeID4         string `json:"aux_type_id4"`
	AuxTypeID5         string `json:"aux_type_id5"`
	ConcatTypeID       string `json:"concat_type_id"`
	SKUID              string `json:"sku_id"`
	SKUNumber          string `json:"sku_number"`

	AuxEnable  string `json:"aux_enable"`
	PictureURL string `json:"picture_url"`

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v MaterialAttribute) MarshalJSON() ([]byte, error) { return encodeObject(v) }

package jdy

import (
	"github.com/duijie-go/duijie"
)

// MaterialSave is what a save of materials sends (商品保存, POST /jdy/v2/bd/material).
type MaterialSave struct {
	// Required.
	BaseUnitID string `json:"base_unit_id" jdy:"need"`
	Name       string `json:"name" jdy:"need"`

	// What is not set is not sent.
	Number string `json:"number,omitempty"` // 编码
	Enable Enable `json:"enable,omitempty"`

	AuxUnitID               string `json:"aux_unit_id,omitempty"` // auxiliary unit
	BrandID                 string `json:"brand_id,omitempty"`    // 品牌
	BrandNumber             string `json:"brand_number,omitempty"`
	ConversionUnitID1       string `json:"conversion_unit1_id,omitempty"`
	ConversionUnitID2       string `json:"conversion_unit_id2,omitempty"`
	ConversionUnitID3       string `json:"conversion_unit_id3,omitempty"`
	FetchCategoryID         string `json:"fetch_category_id,omitempty"`
	FixUnitID1              string `json:"fix_unit_id1,omitempty"`
	FixUnitID2              string `json:"fix_unit_id2,omitempty"`
	FixUnitID3              string `json:"fix_unit_id3,omitempty"`
	MulLabelNumber          string `json:"mul_label_number,omitempty"`
	ParentID                string `json:"parent_id,omitempty"` // group it is in
	ParentNumber            string `json:"parent_number,omitempty"`
	ProductDepartmentID     string `json:"product_department_id,omitempty"`
	ProductDepartmentNumber string `json:"product_department_number,omitempty"`
	PurchaseID              string `json:"purchase_id,omitempty"`
	PurchaseUnitID          string `json:"purchase_unit_id,omitempty"`
	RegistrationNumber      string `json:"refistration_number,omitempty"` // registration number (注册证号), spelt so by the platform
	SaleUnitID              string `json:"sale_unit_id,omitempty"`
	SpaceID                 string `json:"space_id,omitempty"`
	StockID                 string `json:"stock_id,omitempty"` // warehouse
	StoreUnitID             string `json:"store_unit_id,omitempty"`
	VenderID                string `json:"vender_id,omitempty"`
	VolumeUnitID            string `json:"volume_unit_id,omitempty"`
	WeightUnitID            string `json:"weight_unit_id,omitempty"`

	AlarmDay        string        `json:"alarm_day,omitempty"`  // days before the end of shelf life to warn
	Barcode         string        `json:"barcode,omitempty"`    // 条形码
	CheckType       MaterialType  `json:"check_type,omitempty"` // kind of material
	ComputationRule *int64        `json:"computation_rule,omitempty"`
	CostMethod      CostMethod    `json:"cost_method,omitempty"`  // 计价方法
	HelpCode        string        `json:"help_code,omitempty"`    // 助记码
	InvMgrType      StockPlanning `json:"inv_mgr_type,omitempty"` // how stock limits are kept
	ShelfLife       string        `json:"kf_period,omitempty"`    // length of the shelf life
	ShelfLifeUnit   ShelfLifeUnit `json:"kf_period_type,omitempty"`
	Model           string        `json:"model,omitempty"`          // 规格型号
	ProLicense      string        `json:"pro_license,omitempty"`    // production licence (生产许可证)
	ProducingPace   string        `json:"producing_pace,omitempty"` // place of production (产地)
	Remark          string        `json:"remark,omitempty"`         // 备注

	Coefficient1    Number     `json:"coefficient1,omitzero"`
	Coefficient2    Number     `json:"coefficient2,omitzero"`
	Coefficient3    Number     `json:"coefficient3,omitzero"`
	GrossWeight     NumberText `json:"gross_weight,omitzero"`
	High            NumberText `json:"high,omitzero"`
	InTaxRate       NumberText `json:"in_tax_rate,omitzero"` // of purchases, in percent
	Length          NumberText `json:"length,omitzero"`
	MaxInventoryQty NumberText `json:"max_inventory_qty,omitzero"` // most to keep in stock
	MinInventoryQty NumberText `json:"min_inventory_qty,omitzero"` // least to keep in stock
	NetWeight       NumberText `json:"net_weight,omitzero"`
	SecInventoryQty NumberText `json:"sec_inventory_qty,omitzero"` // 安全库存
	TaxRate         NumberText `json:"tax_rate,omitzero"`          // in percent
	Volume          NumberText `json:"volume,omitzero"`
	Wide            NumberText `json:"wide,omitzero"`

	IsAssembly      *bool `json:"is_assembly,omitempty"`
	IsAsstAttr      *bool `json:"is_asst_attr,omitempty"` // has auxiliary attributes (辅助属性)
	IsAuxCost       *bool `json:"is_aux_cost,omitempty"`
	IsBatChCost     *bool `json:"is_bat_ch_cost,omitempty"`
	IsBatch         *bool `json:"is_batch,omitempty"` // kept by batch (批次)
	IsFloat         *bool `json:"is_float,omitempty"`
	IsInvAuxSet     *bool `json:"is_inv_aux_set,omitempty"`
	HasShelfLife    *bool `json:"is_kf_period,omitempty"`  // kept by shelf life (保质期)
	IsMultiUnit     *bool `json:"is_multi_unit,omitempty"` // has several units
	IsOutSource     *bool `json:"is_out_source,omitempty"`
	IsPurchase      *bool `json:"is_purchase,omitempty"`
	IsSale          *bool `json:"is_sale,omitempty"`
	IsSelfRestraint *bool `json:"is_self_restraint,omitempty"` // made by ourselves
	IsSerial        *bool `json:"is_serial,omitempty"`         // has serial numbers (序列号)
	IsSubpart       *bool `json:"is_subpart,omitempty"`
	IsWeight        *bool `json:"is_weight,omitempty"` // sold by weight

	Attachments []AttachmentSave         `json:"attachments_url,omitempty"`
	Attributes  []MaterialSaveAttribute  `json:"aux_entity,omitempty"`
	Barcodes    []MaterialSaveBarcode    `json:"barcode_entity,omitempty"`
	Parts       []MaterialSavePart       `json:"bomentity,omitempty"`
	Custom      duijie.Record            `json:"custom_field,omitempty"` // custom fields by their keys; a reference takes the key with _id
	Images      []string                 `json:"images,omitempty"`       // URLs of pictures
	Prices      []MaterialSavePrice      `json:"price_entity,omitempty"`
	StoreLimits []MaterialSaveStoreLimit `json:"store_entity,omitempty"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v MaterialSave) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// MaterialSaveStoreLimit is part of a [MaterialSave]: the stock limits of a warehouse.
type MaterialSaveStoreLimit struct {
	// Required.
	StoreID string `json:"store_id" jdy:"need"`

	// What is not set is not sent.
	ID string `json:"id,omitempty"`

	SKUID   string `json:"sku_id,omitempty"`
	SpaceID string `json:"space_id,omitempty"`

	MaxQty NumberText `json:"max_qty,omitzero"`
	MinQty NumberText `json:"min_qty,omitzero"`
	SecQty NumberText `json:"sec_qty,omitzero"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v MaterialSaveStoreLimit) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// MaterialSavePrice is part of a [MaterialSave]: the prices of a unit or attribute.
type MaterialSavePrice struct {
	ID string `json:"id,omitempty"`

	PriceUnitID     string `json:"price_unit_id,omitempty"`
	PriceUnitNumber string `json:"price_unit_number,omitempty"`
	PriceUnitName   string `json:"price_unit_name,omitempty"`

	PriceBarcode      string `json:"price_barcode,omitempty"`
	PriceNearSupplier string `json:"price_near_supplier,omitempty"`

	PriceCostPrice         NumberText `json:"price_cost_price,omitzero"`
	PriceDistributionPrice NumberText `json:"price_distribution_price,omitzero"`
	PriceMaxPurchasePrice  NumberText `json:"price_max_purchase_price,omitzero"`
	PriceMinPurTaxPrice    NumberText `json:"price_min_pur_tax_price,omitzero"`
	PriceMinSalesPrice     NumberText `json:"price_min_sales_price,omitzero"`
	PriceNearPurPrice      NumberText `json:"price_near_pur_price,omitzero"`
	PriceNearPurTaxPrice   NumberText `json:"price_near_pur_tax_price,omitzero"`
	PriceNearPurUnitCost   NumberText `json:"price_near_pur_unit_cost,omitzero"`
	PriceNearSalPrice      NumberText `json:"price_near_sal_price,omitzero"`
	PriceNearSalTaxPrice   NumberText `json:"price_near_sal_tax_price,omitzero"`
	PriceOutsourceprice    NumberText `json:"price_outsourceprice,omitzero"`
	PricePurchasePrice     NumberText `json:"price_purchase_price,omitzero"`
	PriceRetailPrice       NumberText `json:"price_retail_price,omitzero"`
	PriceSalePrice1        NumberText `json:"price_sale_price1,omitzero"`
	PriceSalePrice10       NumberText `json:"price_sale_price10,omitzero"`
	PriceSalePrice2        NumberText `json:"price_sale_price2,omitzero"`
	PriceSalePrice3        NumberText `json:"price_sale_price3,omitzero"`
	PriceSalePrice4        NumberText `json:"price_sale_price4,omitzero"`
	PriceSalePrice5        NumberText `json:"price_sale_price5,omitzero"`
	PriceSalePrice6        NumberText `json:"price_sale_price6,omitzero"`
	PriceSalePrice7        NumberText `json:"price_sale_price7,omitzero"`
	PriceSalePrice8        NumberText `json:"price_sale_price8,omitzero"`
	PriceSalePrice9        NumberText `json:"price_sale_price9,omitzero"`
	PriceTradePrice        NumberText `json:"price_trade_price,omitzero"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v MaterialSavePrice) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// MaterialSavePart is part of a [MaterialSave]: a part of a set.
type MaterialSavePart struct {
	// Required.
	MaterialID string     `json:"material_id" jdy:"need"`
	Qty        NumberText `json:"qty" jdy:"need"`     // in the unit of the line
	UnitID     string     `json:"unit_id" jdy:"need"` // an id, which differs between account sets

	// What is not set is not sent.
	ID string `json:"id,omitempty"`

	AuxID  string `json:"aux_id,omitempty"`
	AuxID1 string `json:"aux_id1,omitempty"`
	AuxID2 string `json:"aux_id2,omitempty"`
	AuxID3 string `json:"aux_id3,omitempty"`
	AuxID4 string `json:"aux_id4,omitempty"`
	AuxID5 string `json:"aux_id5,omitempty"`

	Substitutes string `json:"material_replace,omitempty"`

	EntryCostPrice NumberText `json:"entry_cost_price,omitzero"`
	Price          NumberText `json:"price,omitzero"`

	IsFree    *bool `json:"is_free,omitempty"` // a gift (赠品)
	IsReplace *bool `json:"is_replace,omitempty"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v MaterialSavePart) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// MaterialSaveBarcode is part of a [MaterialSave]: a barcode.
type MaterialSaveBarcode struct {
	ID string `json:"id,omitempty"`

	BarcodeUnitID string `json:"barcode_unit_id,omitempty"`

	Barcode       string `json:"barcode,omitempty"` // 条形码
	BarcodeRemark string `json:"barcode_remark,omitempty"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v MaterialSaveBarcode) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// MaterialSaveAttribute is part of a [MaterialSave]: a combination of auxiliary attributes.
type MaterialSaveAttribute struct {
	ID string `json:"id,omitempty"`

	Aux1Name           string `json:"aux1_name,omitempty"`
	Aux2Name           string `json:"aux2_name,omitempty"`
	Aux3Name           string `json:"aux3_name,omitempty"`
	Aux4Name           string `json:"aux4_name,omitempty"`
	Aux5Name           string `json:"aux5_name,omitempty"`
	AuxCombinationName string `json:"aux_combination_name,omitempty"`
	AuxID1             string `json:"aux_id1,omitempty"`
	AuxID2             string `json:"aux_id2,omitempty"`
	AuxID3             string `json:"aux_id3,omitempty"`
	AuxID4             string `json:"aux_id4,omitempty"`
	AuxID5             string `json:"aux_id5,omitempty"`
	AuxTypeID1         string `json:"aux_type_id1,omitempty"`
	AuxTypeID2         string `json:"aux_type_id2,omitempty"`
	AuxTypeID3         string `json:"aux_type_id3,omitempty"`
	AuxTypeID4         string `json:"aux_type_id4,omitempty"`
	AuxTypeID5         string `json:"aux_type_id5,omitempty"`
	ConcatTypeID       string `json:"concat_type_id,omitempty"`
	SKUID              string `json:"sku_id,omitempty"`
	SKUNumber          string `json:"sku_number,omitempty"`

	AuxEnable  string `json:"aux_enable,omitempty"`
	PictureURL string `json:"picture_url,omitempty"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v MaterialSaveAttribute) MarshalJSON() ([]byte, error) { return encodeObject(v) }

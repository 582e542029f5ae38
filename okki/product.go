package okki

import (
	"context"
	"encoding/json"

	"github.com/duijie-go/duijie"
)

// ProductService reads and pushes products (产品, scope product). A number
// (product_no) is looked up with GetByNumber: do not rely on a push to find it.
type ProductService struct {
	*Records[ProductRow, Product, ProductPush] // list, info, push, remove
}

// ProductRow is a row of the list of products (product/list). It has no variants:
// read the record for them.
type ProductRow struct {
	ProductID   int64           `json:"product_id"`        // 0 = none, as every id
	ProductNo   string          `json:"product_no"`        // number (产品编号)
	Name        string          `json:"name"`              // product name
	Model       string          `json:"model"`             // model (型号)
	GroupID     int64           `json:"group_id"`          // its group; see ProductGroupService.Tree
	GroupName   string          `json:"group_name"`        // name of its own group
	ProductType int64           `json:"product_type"`      // 1 no variants, 2 variants, 3 bundle; not in every answer
	Image       string          `json:"image"`             // URL of the first picture
	Cost        duijie.Decimal  `json:"cost"`              // cost before tax
	CostWithTax duijie.Decimal  `json:"cost_with_tax"`     // cost with tax
	CostUnit    string          `json:"cost_unit"`         // unit the cost is for
	CostCurr    string          `json:"cost_currency"`     // currency of the cost
	Enabled     bool            `json:"enable_flag"`       // false: deleted
	Disabled    bool            `json:"disable_flag"`      // true: no longer on sale
	FOB         FOBPrice        `json:"fob"`               // price free on board
	Quantity    duijie.Decimal  `json:"quantity"`          // smallest quantity of an order
	QuantityU   string          `json:"quantity_unit"`     // unit of Quantity
	CategoryIDs json.RawMessage `json:"category_ids"`      // categories, as they came
	Description string          `json:"description"`       // for customers
	Remark      string          `json:"product_remark"`    // for colleagues (产品备注)
	Unit        string          `json:"unit"`              // unit of measure
	HSCode      string          `json:"hs_code"`           // customs code
	SourceType  int64           `json:"source_type"`       // 0 manual, 1 Alibaba, 2 Global Sources, 3 automatic, 4 import, 5 ERP, 6 CMS, 7 generated
	FromURL     string          `json:"from_url"`          // page it was taken from
	Info        []NamedValue    `json:"info_json"`         // further properties
	PerPackage  duijie.Decimal  `json:"count_per_package"` // pieces in a package
	CreateTime  duijie.Time     `json:"create_time"`       // created, where the platform tells
	UpdateTime  duijie.Time     `json:"update_time"`       // last changed, where the platform tells
	Raw         json.RawMessage `json:"-"`                 // the row as it came, custom fields included
}

// FOBPrice is the price of a product free on board.
type FOBPrice struct {
	Currency string         `json:"price_currency"` // of both prices
	Min      duijie.Decimal `json:"price_min"`      // lowest
	Max      duijie.Decimal `json:"price_max"`      // highest
	Unit     string         `json:"price_unit"`     // the prices are for one of it
}

// NamedValue is a property by its name.
type NamedValue struct {
	Name  string `json:"name"`  // what it is
	Value string `json:"value"` // as text
}

// Product is a whole product (product/info).
type Product struct {
	ProductID     int64           `json:"product_id"`           // 0 = none
	ProductNo     string          `json:"product_no"`           // number (产品编号)
	Name          string          `json:"name"`                 // product name
	CNName        string          `json:"cn_name"`              // Chinese name
	Model         string          `json:"model"`                // model (型号)
	Brand         string          `json:"brand"`                // brand
	HSCode        string          `json:"hs_code"`              // customs code
	Place         string          `json:"place"`                // place of origin
	Unit          string          `json:"unit"`                 // unit of measure
	GroupID       int64           `json:"group_id"`             // its group
	GroupName     string          `json:"group_name"`           // name of the group, where told
	ProductType   int64           `json:"product_type"`         // 1 no variants, 2 variants, 3 bundle
	Enabled       bool            `json:"enable_flag"`          // false: deleted
	Disabled      bool            `json:"disable_flag"`         // true: no longer on sale
	Quantity      duijie.Decimal  `json:"quantity"`             // smallest quantity of an order
	QuantityUnit  string          `json:"quantity_unit"`        // unit of Quantity
	PriceCurrency string          `json:"price_currency"`       // currency of the prices
	PriceMin      duijie.Decimal  `json:"price_min"`            // lowest price
	PriceMax      duijie.Decimal  `json:"price_max"`            // highest price
	PriceUnit     string          `json:"price_unit"`           // unit the prices are for
	CostCurrency  string          `json:"cost_currency"`        // currency of the cost
	Cost          duijie.Decimal  `json:"cost"`                 // cost
	CostUnit      string          `json:"cost_unit"`            // unit the cost is for
	GrossWeight   duijie.Decimal  `json:"package_gross_weight"` // of a package, kg
	PackageUnit   string          `json:"package_unit"`         // unit of packages
	PackageLength duijie.Decimal  `json:"package_size_length"`  // cm
	PackageWidth  duijie.Decimal  `json:"package_size_weight"`  // cm; the platform spells it weight
	PackageHeight duijie.Decimal  `json:"package_size_height"`  // cm
	PackageVolume duijie.Decimal  `json:"package_volume"`       // m³
	PackageRemark string          `json:"package_remark"`       // about packing
	PerPackage    duijie.Decimal  `json:"count_per_package"`    // pieces in a package
	Intro         string          `json:"intro"`                // long introduction
	Description   string          `json:"description"`          // for customers
	Remark        string          `json:"product_remark"`       // for colleagues
	Images        []Image         `json:"images"`               // pictures
	Info          []NamedValue    `json:"info_json"`            // further properties
	GradientPrice []GradientPrice `json:"gradient_price"`       // price by quantity
	SKUAttributes json.RawMessage `json:"sku_attributes"`       // attributes its variants differ by
	SKUs          []SKU           `json:"sku_items"`            // its variants; a product without has one
	SourceType    int64           `json:"source_type"`          // see ProductRow
	CreateTime    duijie.Time     `json:"create_time"`          // created
	UpdateTime    duijie.Time     `json:"update_time"`          // last changed
	Raw           json.RawMessage `json:"-"`                    // the record as it came, custom fields included
}

// Image is a picture of a product.
type Image struct {
	Src      string `json:"src"`              // URL
	FileName string `json:"file_name"`        // name of the file
	FilePath string `json:"file_path"`        // URL of the file
	FileSize int64  `json:"file_size"`        // bytes
	Preview  string `json:"file_preview_url"` // URL of a preview
}

// GradientPrice is the price from a quantity on.
type GradientPrice struct {
	Quantity duijie.Decimal `json:"quantity"` // from here on
	Price    duijie.Decimal `json:"price"`    // of one
}

// SKU is a variant of a product.
type SKU struct {
	SKUID      int64           `json:"sku_id"`          // what orders and stock refer to
	SKUCode    string          `json:"sku_code"`        // its number
	FOBPrice   duijie.Decimal  `json:"fob_price"`       // its price
	Enabled    bool            `json:"enable_flag"`     // false: deleted
	Disabled   bool            `json:"disable_flag"`    // true: no longer on sale
	Attributes json.RawMessage `json:"attributes_info"` // what it differs by, as it came
	Raw        json.RawMessage `json:"-"`               // the variant as it came
}

// ProductPush creates a product, or edits the one of ProductID (product/push).
// Fields that are not set are left out; Extra can send an empty value.
type ProductPush struct {
	ProductType   int64           `json:"product_type" okki:"need"` // 1 no variants, 2 variants (SKUs and SKUAttributes are required), 3 bundle
	ProductID     int64           `json:"product_id"`               // the product to edit; 0 creates
	ProductNo     string          `json:"product_no"`               // at most 256 characters
	Name          string          `json:"name"`                     // at most 256 characters
	CNName        string          `json:"cn_name"`                  // Chinese name
	Model         string          `json:"model"`                    // model
	GroupID       int64           `json:"group_id"`                 // its group
	Description   string          `json:"description"`              // for customers
	Intro         string          `json:"intro"`                    // long introduction
	Remark        string          `json:"product_remark"`           // for colleagues
	Images        []string        `json:"images"`                   // URLs, or base64
	FromURL       string          `json:"from_url"`                 // page it was taken from
	HSCode        string          `json:"hs_code"`                  // customs code
	Place         string          `json:"place"`                    // place of origin
	Info          []NamedValue    `json:"info_json"`                // further properties
	Unit          string          `json:"unit"`                     // one of productEnums unit_list
	Quantity      duijie.Decimal  `json:"quantity"`                 // smallest quantity of an order
	QuantityUnit  string          `json:"quantity_unit"`            // unit of Quantity
	PriceCurrency string          `json:"price_currency"`           // currency of the prices
	FOBType       int64           `json:"fob_type"`                 // 1 range, 2 by quantity, 3 per variant
	PriceMin      duijie.Decimal  `json:"price_min"`                // FOBType 1
	PriceMax      duijie.Decimal  `json:"price_max"`                // FOBType 1
	PriceUnit     string          `json:"price_unit"`               // unit the prices are for
	FOBPrice      duijie.Decimal  `json:"fob_price"`                // one price
	GradientPrice []GradientPrice `json:"gradient_price"`           // FOBType 2
	Cost          duijie.Decimal  `json:"cost"`                     // cost
	CostCurrency  string          `json:"cost_currency"`            // currency of Cost
	CostUnit      string          `json:"cost_unit"`                // unit Cost is for
	Disabled      *bool           `json:"disable_flag"`             // true takes it off sale; nil leaves it
	SKUs          []SKUPush       `json:"sku_items"`                // variants, ProductType 2
	SKUAttributes []SKUChoice     `json:"sku_attributes"`           // every attribute value the variants use, ProductType 2
	CreateUser    int64           `json:"create_user"`              // who it is created as
	IsParts       *bool           `json:"is_parts"`                 // a spare part
	Extra         duijie.Record   `json:"-"`                        // further members and custom fields (see Fields.Set); they go before fields
}

// SKUPush is a variant of a product that is pushed.
type SKUPush struct {
	SKUID      int64          `json:"sku_id"`                 // the variant to edit; 0 adds one
	SKUCode    string         `json:"sku_code"`               // must differ from product_no
	ImageURL   string         `json:"sku_image_url"`          // its picture
	FOBPrice   duijie.Decimal `json:"fob_price"`              // its price
	Disabled   *bool          `json:"disable_flag"`           // true takes it off sale
	Attributes []SKUValue     `json:"attributes" okki:"need"` // what it differs by
	Extra      duijie.Record  `json:"-"`                      // further members
}

// SKUValue is the value a variant has for one attribute.
type SKUValue struct {
	ItemID int64   `json:"item_id"` // the attribute
	Value  SKUItem `json:"value"`   // its value
}

// SKUChoice are the values of one attribute that variants use.
type SKUChoice struct {
	ItemID int64     `json:"item_id"` // the attribute
	Value  []SKUItem `json:"value"`   // its values
}

// SKUItem names a value of an attribute.
type SKUItem struct {
	ItemID int64 `json:"item_id"` // see SKUAttributeService.List
}

// ProductEnums are the choices of product fields (product/productEnums).
type ProductEnums map[string][]EnumValue

// EnumValue is one choice of an enumeration.
type EnumValue struct {
	Code string          `json:"code"` // what is sent
	Name string          `json:"name"` // what people see; "" where it is an object
	Raw  json.RawMessage `json:"-"`    // the choice as it came
}

// UnmarshalJSON reads a choice whose name may be an object, as of scales.
func (e *EnumValue) UnmarshalJSON(b []byte) error {
	m := members(b)
	*e = EnumValue{Code: scalar(m["code"]), Name: scalar(m["name"]), Raw: append(json.RawMessage(nil), b...)}
	return nil
}

// MarshalJSON writes the choice as it came.
func (e EnumValue) MarshalJSON() ([]byte, error) {
	if e.Raw != nil && memberText(e.Raw, "code") == e.Code && memberText(e.Raw, "name") == e.Name {
		return e.Raw, nil
	}
	return json.Marshal(map[string]string{"code": e.Code, "name": e.Name})
}

// Enums reads the choices of a product field (产品枚举): unit_list,
// product_type_ist, fob_type_ist or source_type_ist, as the platform spells them.
// Effect: read.
func (s *ProductService) Enums(ctx context.Context, field string, opts ...duijie.CallOption) (ProductEnums, error) {
	var out ProductEnums
	err := s.client.call(ctx, "GET", "/v1/product/productEnums", Params{"field": field}, nil, &out, opts)
	return out, err
}

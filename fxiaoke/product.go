package fxiaoke

import "github.com/duijie-go/duijie"

// Product is a product (产品, ProductObj).
type Product struct {
	Common

	ProductCode    string         `json:"product_code"` // 产品编码
	Price          duijie.Decimal `json:"price"`
	Unit           string         `json:"unit"`           // an option value
	ProductSpec    string         `json:"product_spec"`   // 规格
	ProductStatus  string         `json:"product_status"` // "1" on the shelf, "2" off
	Category       string         `json:"category"`
	Barcode        string         `json:"barcode"`
	SPUID          string         `json:"spu_id"`
	OnShelvesTime  Time           `json:"on_shelves_time"`
	OffShelvesTime Time           `json:"off_shelves_time"`
	Remark         string         `json:"remark"`
}

// MarshalJSON writes the fields that are set, and what Extra has beyond them.
func (v Product) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads loosely and keeps what has no field.
func (v *Product) UnmarshalJSON(b []byte) error { return decodeObject(b, v) }

// PriceBookProduct is a line of a price book (价目表明细, PriceBookProductObj).
type PriceBookProduct struct {
	Common

	PricebookID           string         `json:"pricebook_id"`
	ProductID             string         `json:"product_id"`
	PricebookSellingprice duijie.Decimal `json:"pricebook_sellingprice"`
	Discount              duijie.Decimal `json:"discount"` // per cent
	ProductStatus         string         `json:"product_status"`
	Unit                  string         `json:"unit"` // a label: the value is in Extra["unit__v"] where the platform gives it
	Barcode               string         `json:"barcode"`
	IsGiveaway            string         `json:"is_giveaway"` // a label: the value is in Extra["is_giveaway__v"]
}

// MarshalJSON writes the fields that are set, and what Extra has beyond them.
func (v PriceBookProduct) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads loosely and keeps what has no field.
func (v *PriceBookProduct) UnmarshalJSON(b []byte) error { return decodeObject(b, v) }

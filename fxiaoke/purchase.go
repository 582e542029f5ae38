package fxiaoke

import "github.com/duijie-go/duijie"

// Supplier is a supplier (供应商, SupplierObj).
type Supplier struct {
	Common
}

// MarshalJSON writes the fields that are set, and what Extra has beyond them.
func (v Supplier) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads loosely and keeps what has no field.
func (v *Supplier) UnmarshalJSON(b []byte) error { return decodeObject(b, v) }

// PurchaseOrder is a purchase order (采购订单, PurchaseOrderObj).
type PurchaseOrder struct {
	Common

	SupplierID string         `json:"supplier_id"`
	Discount   duijie.Decimal `json:"discount"` // per cent
}

// MarshalJSON writes the fields that are set, and what Extra has beyond them.
func (v PurchaseOrder) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads loosely and keeps what has no field.
func (v *PurchaseOrder) UnmarshalJSON(b []byte) error { return decodeObject(b, v) }

// PurchaseOrderProduct is a line of a purchase order (采购订单产品, PurchaseOrderProductObj).
type PurchaseOrderProduct struct {
	Common

	PurchaseOrderID string         `json:"purchase_order_id"` // _id of the order
	ProductID       string         `json:"product_id"`
	Quantity        duijie.Decimal `json:"quantity"`
}

// MarshalJSON writes the fields that are set, and what Extra has beyond them.
func (v PurchaseOrderProduct) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads loosely and keeps what has no field.
func (v *PurchaseOrderProduct) UnmarshalJSON(b []byte) error { return decodeObject(b, v) }

package fxiaoke

import "github.com/duijie-go/duijie"

// SalesOrder is a sales order (销售订单, SalesOrderObj).
type SalesOrder struct {
	Common

	AccountID     string         `json:"account_id"` // _id of the customer
	OrderTime     Time           `json:"order_time"` // a day
	OrderAmount   duijie.Decimal `json:"order_amount"`
	Discount      duijie.Decimal `json:"discount"`      // per cent
	DeliveryDate  Time           `json:"delivery_date"` // a day
	ShipToID      string         `json:"ship_to_id"`    // _id of a contact
	ShipToTel     string         `json:"ship_to_tel"`
	ShipToAdd     string         `json:"ship_to_add"`
	QuoteID       string         `json:"quote_id"`
	PriceBookID   string         `json:"price_book_id"`
	OpportunityID string         `json:"opportunity_id"`
	OrderStatus   string         `json:"order_status"`
	Remark        string         `json:"remark"`
}

// MarshalJSON writes the fields that are set, and what Extra has beyond them.
func (v SalesOrder) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads loosely and keeps what has no field.
func (v *SalesOrder) UnmarshalJSON(b []byte) error { return decodeObject(b, v) }

// SalesOrderProduct is a line of a sales order (订单产品, SalesOrderProductObj).
type SalesOrderProduct struct {
	Common

	OrderID            string         `json:"order_id"` // _id of the order
	ProductID          string         `json:"product_id"`
	Quantity           duijie.Decimal `json:"quantity"`
	SalesPrice         duijie.Decimal `json:"sales_price"`
	ProductPrice       duijie.Decimal `json:"product_price"`
	Discount           duijie.Decimal `json:"discount"` // per cent
	Subtotal           duijie.Decimal `json:"subtotal"`
	Unit               string         `json:"unit"` // an option value
	PriceBookProductID string         `json:"price_book_product_id"`
	Remark             string         `json:"remark"`
}

// MarshalJSON writes the fields that are set, and what Extra has beyond them.
func (v SalesOrderProduct) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads loosely and keeps what has no field.
func (v *SalesOrderProduct) UnmarshalJSON(b []byte) error { return decodeObject(b, v) }

// ReturnedGoodsInvoice is a return of goods (退货单, ReturnedGoodsInvoiceObj).
type ReturnedGoodsInvoice struct {
	Common

	AccountID              string         `json:"account_id"`          // _id of the customer
	OrderID                string         `json:"order_id"`            // _id of the order
	ReturnedGoodsTime      Time           `json:"returned_goods_time"` // a day
	ReturnedGoodsInvAmount duijie.Decimal `json:"returned_goods_inv_amount"`
}

// MarshalJSON writes the fields that are set, and what Extra has beyond them.
func (v ReturnedGoodsInvoice) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads loosely and keeps what has no field.
func (v *ReturnedGoodsInvoice) UnmarshalJSON(b []byte) error { return decodeObject(b, v) }

// ReturnedGoodsInvoiceProduct is a line of a return of goods (退货单产品, ReturnedGoodsInvoiceProductObj).
type ReturnedGoodsInvoiceProduct struct {
	Common

	ReturnedGoodsInvID string         `json:"returned_goods_inv_id"` // _id of the return
	ProductID          string         `json:"product_id"`
	Quantity           duijie.Decimal `json:"quantity"`
}

// MarshalJSON writes the fields that are set, and what Extra has beyond them.
func (v ReturnedGoodsInvoiceProduct) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads loosely and keeps what has no field.
func (v *ReturnedGoodsInvoiceProduct) UnmarshalJSON(b []byte) error { return decodeObject(b, v) }

package fxiaoke

import "github.com/duijie-go/duijie"

// Payment is a receipt of money (回款, PaymentObj).
type Payment struct {
	Common

	AccountID        string         `json:"account_id"` // _id of the customer
	PaymentAmount    duijie.Decimal `json:"payment_amount"`
	PaymentTime      Time           `json:"payment_time"` // a day
	PaymentTerm      string         `json:"payment_term"` // way to pay, an option value
	SubmitTime       Time           `json:"submit_time"`
	NotificationTime Time           `json:"notification_time"`
	OrderID          string         `json:"order_id"`
	OrderDataID      string         `json:"order_data_id"`
}

// MarshalJSON writes the fields that are set, and what Extra has beyond them.
func (v Payment) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads loosely and keeps what has no field.
func (v *Payment) UnmarshalJSON(b []byte) error { return decodeObject(b, v) }

// OrderPayment is a line of a receipt of money (回款明细, OrderPaymentObj).
type OrderPayment struct {
	Common

	PaymentID     string         `json:"payment_id"` // _id of the receipt
	OrderID       string         `json:"order_id"`   // _id of the order
	PaymentAmount duijie.Decimal `json:"payment_amount"`
	PaymentTime   Time           `json:"payment_time"` // a day
	PaymentTerm   string         `json:"payment_term"` // an option value
	SubmitTime    Time           `json:"submit_time"`
	Remark        string         `json:"remark"`
}

// MarshalJSON writes the fields that are set, and what Extra has beyond them.
func (v OrderPayment) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads loosely and keeps what has no field.
func (v *OrderPayment) UnmarshalJSON(b []byte) error { return decodeObject(b, v) }

package wdt

import (
	"github.com/duijie-go/duijie"
)

// PurchaseOrderPush is a purchase order to be created.
type PurchaseOrderPush struct {
	// Required.
	No                string `json:"purchase_no"`         // your own number (采购单号), required here: without it a lost answer could not be settled
	ProviderNo        string `json:"provider_no"`         // supplier
	ExpectWarehouseNo string `json:"expect_warehouse_no"` // where it is to go
	PurchaserName     string `json:"purchaser_name"`      // nick name of an employee who may buy (采购员)

	// Optional: what is not set is not sent.
	ReceiveAddress string         `json:"receive_address,omitempty"`
	Contact        string         `json:"contact,omitempty"`
	Telno          string         `json:"telno,omitempty"`
	FlagName       string         `json:"flag_name,omitempty"` // coloured flag (标旗)
	Remark         string         `json:"remark,omitempty"`
	LogisticsNo    string         `json:"logistics_no,omitempty"`
	Prop1          string         `json:"prop1,omitempty"`
	Prop2          string         `json:"prop2,omitempty"`
	Prop3          string         `json:"prop3,omitempty"`
	Prop4          string         `json:"prop4,omitempty"`
	PayType        *int64         `json:"pay_type,omitempty"`         // 1 now, 2 on arrival
	PostagePayType *int64         `json:"postfee_pay_type,omitempty"` // 0 none, 1 now, 2 on arrival, 3 free
	Postage        duijie.Decimal `json:"post_fee,omitempty"`
	OtherFee       duijie.Decimal `json:"other_fee,omitempty"`
	Approve        *bool          `json:"is_check,omitempty"` // approves it at once
	ExpectTime     duijie.Time    `json:"expect_time,omitempty"`
	Created        duijie.Time    `json:"created,omitempty"`

	ReceiveWarehouseNos []string                `json:"receive_warehouse_nos" push:"comma"` // required; warehouses that may receive it
	ApplyNos            []string                `json:"apply_nos,omitempty" push:"comma"`   // purchase requests (采购申请单) it fulfils
	Lines               []PurchaseOrderPushLine `json:"purchase_details"`                   // required
}

// MarshalJSON writes what is set.
func (p PurchaseOrderPush) MarshalJSON() ([]byte, error) { return encodePush(p) }

// PurchaseOrderPushLine is one line of a [PurchaseOrderPush].
type PurchaseOrderPushLine struct {
	// Required.
	SpecNo string         `json:"spec_no"`           // SKU, merchant code (商家编码)
	Num    duijie.Decimal `json:"num" push:"number"` // pieces, a whole number

	// Optional: what is not set is not sent.
	PurchaseUnitName string         `json:"purchase_unit_name,omitempty"`
	Remark           string         `json:"remark,omitempty"`
	Prop1            string         `json:"prop1,omitempty"`
	Prop2            string         `json:"prop2,omitempty"`
	Prop3            string         `json:"prop3,omitempty"`
	Prop4            string         `json:"prop4,omitempty"`
	BatchNo          string         `json:"batch_no,omitempty"`
	Price            duijie.Decimal `json:"price,omitempty"`     // per piece, without tax
	TaxPrice         duijie.Decimal `json:"tax_price,omitempty"` // per piece, with tax
	Discount         duijie.Decimal `json:"discount,omitempty"`  // rate
	TaxRate          duijie.Decimal `json:"tax_rate,omitempty"`
	ExpireDate       duijie.Time    `json:"expire_date,omitempty"` // end of shelf life
}

// MarshalJSON writes what is set.
func (p PurchaseOrderPushLine) MarshalJSON() ([]byte, error) { return encodePush(p) }

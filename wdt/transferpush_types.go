package wdt

import (
	"github.com/duijie-go/duijie"
)

// TransferPush is a transfer to be created.
type TransferPush struct {
	// Required.
	No              string       `json:"outer_no"`          // your own number (外部单号); the platform gives the transfer another one
	FromWarehouseNo string       `json:"from_warehouse_no"` // source warehouse
	ToWarehouseNo   string       `json:"to_warehouse_no"`   // target warehouse
	Mode            TransferMode `json:"mode"`

	// Optional: what is not set is not sent.
	Remark   string `json:"remark,omitempty"`
	Contact  string `json:"contact,omitempty"`
	Telno    string `json:"telno,omitempty"`
	Province string `json:"province,omitempty"`
	City     string `json:"city,omitempty"`
	District string `json:"district,omitempty"`
	Address  string `json:"address,omitempty"`

	Approve bool               `json:"-"` // approves it at once
	Lines   []TransferPushLine `json:"-"` // required
}

// MarshalJSON writes what is set.
func (t TransferPush) MarshalJSON() ([]byte, error) { return encodePush(t) }

// TransferPushLine is one line of a [TransferPush].
type TransferPushLine struct {
	// Required.
	SpecNo string         `json:"spec_no"` // SKU, merchant code (商家编码)
	Num    duijie.Decimal `json:"num"`     // pieces

	// Optional: what is not set is not sent.
	FromPositionNo string      `json:"from_position_no,omitempty"`
	ToPositionNo   string      `json:"to_position_no,omitempty"`
	BatchNo        string      `json:"batch_no,omitempty"`
	Remark         string      `json:"remark,omitempty"`
	Defect         *bool       `json:"defect,omitempty"`      // damaged goods (残品)
	ExpireDate     duijie.Time `json:"expire_date,omitempty"` // end of shelf life
}

// MarshalJSON writes what is set.
func (t TransferPushLine) MarshalJSON() ([]byte, error) { return encodePush(t) }

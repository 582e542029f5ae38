package wdt

import (
	"github.com/duijie-go/duijie"
)

// OtherStockinPush is an other stock-in to be created.
type OtherStockinPush struct {
	// Required.
	No          string `json:"outer_no"` // your own number (外部单号): becomes the number of the document
	WarehouseNo string `json:"warehouse_no"`

	// Optional: what is not set is not sent.
	SrcOrderNo    string `json:"src_order_no,omitempty"` // document it was made for
	LogisticsNo   string `json:"logistics_no,omitempty"`
	LogisticsCode string `json:"logistics_code,omitempty"`
	Reason        string `json:"reason,omitempty"` // must exist in the ERP (入库原因)
	Remark        string `json:"remark,omitempty"`
	Approve       *int64 `json:"is_check,omitempty"` // 1 approves it at once, 0 does not; nil: the platform's choice

	Lines []OtherStockinPushLine `json:"goods_list"` // required
}

// MarshalJSON writes what is set.
func (o OtherStockinPush) MarshalJSON() ([]byte, error) { return encodePush(o) }

// OtherStockinPushLine is one line of an [OtherStockinPush].
type OtherStockinPushLine struct {
	// Required.
	SpecNo string         `json:"spec_no"` // SKU, merchant code (商家编码)
	Num    duijie.Decimal `json:"num"`     // pieces

	// Optional: what is not set is not sent.
	Remark         string         `json:"remark,omitempty"`
	BatchNo        string         `json:"batch_no,omitempty"`
	PositionNo     string         `json:"position_no,omitempty"`   // shelf
	Price          duijie.Decimal `json:"stockin_price,omitempty"` // cost per piece
	Defect         *bool          `json:"defect,omitempty"`        // damaged goods (残品)
	ProductionDate duijie.Time    `json:"production_date,omitempty"`
	ExpireDate     duijie.Time    `json:"expire_date,omitempty"` // end of shelf life
	SNList         []string       `json:"sn_list,omitempty"`     // serial numbers

	Serials []Serial `json:"sn_new_list,omitempty"` // serial numbers with their kits
}

// MarshalJSON writes what is set.
func (o OtherStockinPushLine) MarshalJSON() ([]byte, error) { return encodePush(o) }

// Serial is a serial number (序列号) of a line.
type Serial struct {
	// Required.
	No      string `json:"sn_no"`
	SuiteNo string `json:"sn_suite_no"`
}

// MarshalJSON writes what is set.
func (s Serial) MarshalJSON() ([]byte, error) { return encodePush(s) }

// OtherStockoutPush is an other stock-out to be created.
type OtherStockoutPush struct {
	// Required.
	No          string `json:"outer_no"` // your own number (外部单号): becomes the number of the document
	WarehouseNo string `json:"warehouse_no"`

	// Optional: what is not set is not sent.
	SrcOrderNo    string         `json:"src_order_no,omitempty"` // document it was made for
	LogisticsCode string         `json:"logistics_code,omitempty"`
	LogisticsNo   string         `json:"logistics_no,omitempty"`
	Reason        string         `json:"reason,omitempty"` // must exist in the ERP (出库原因)
	Remark        string         `json:"remark,omitempty"`
	Approve       *int64         `json:"is_check,omitempty"` // 1 approves it at once, 0 does not; nil: the platform's choice
	Postage       duijie.Decimal `json:"post_fee,omitempty"`

	Lines []OtherStockoutPushLine `json:"goods_list"` // required
}

// MarshalJSON writes what is set.
func (o OtherStockoutPush) MarshalJSON() ([]byte, error) { return encodePush(o) }

// OtherStockoutPushLine is one line of an [OtherStockoutPush].
type OtherStockoutPushLine struct {
	// Required.
	SpecNo string         `json:"spec_no"` // SKU, merchant code (商家编码)
	Num    duijie.Decimal `json:"num"`     // pieces

	// Optional: what is not set is not sent.
	PositionNo     string      `json:"position_no,omitempty"` // shelf
	Remark         string      `json:"remark,omitempty"`
	BatchNo        string      `json:"batch_no,omitempty"`
	SNList         string      `json:"sn_list,omitempty"` // serial numbers, comma text
	SerialsEnabled *int64      `json:"is_enable_sn,omitempty"`
	Defect         *bool       `json:"defect,omitempty"` // damaged goods (残品)
	ProductionDate duijie.Time `json:"production_date,omitempty"`
	ExpireDate     duijie.Time `json:"expire_date,omitempty"` // end of shelf life
}

// MarshalJSON writes what is set.
func (o OtherStockoutPushLine) MarshalJSON() ([]byte, error) { return encodePush(o) }

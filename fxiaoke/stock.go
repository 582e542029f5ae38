package fxiaoke

import "github.com/duijie-go/duijie"

// Warehouse is a warehouse (仓库, WarehouseObj).
// Which fields there are differs: check with [Objects.Describe].
type Warehouse struct {
	Common

	Number    string `json:"number"`    // 编号
	IsEnable  string `json:"is_enable"` // 启用状态
	IsDefault bool   `json:"is_default"`
	Address   string `json:"address"`
	AccountID string `json:"account_id"` // _id of the customer whose it is
}

// MarshalJSON writes the fields that are set, and what Extra has beyond them.
func (v Warehouse) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads loosely and keeps what has no field.
func (v *Warehouse) UnmarshalJSON(b []byte) error { return decodeObject(b, v) }

// Stock is a stock of a product in a warehouse (库存, StockObj).
// The names of its quantities are not certain: check them with [Objects.Describe], and read others with [NewObjects].
type Stock struct {
	Common

	ProductID      string         `json:"product_id"`
	WarehouseID    string         `json:"warehouse_id"`
	BatchID        string         `json:"batch_id"`
	RealStock      duijie.Decimal `json:"real_stock"`      // 实际库存
	BlockedStock   duijie.Decimal `json:"blocked_stock"`   // 冻结库存
	AvailableStock duijie.Decimal `json:"available_stock"` // 可用库存
}

// MarshalJSON writes the fields that are set, and what Extra has beyond them.
func (v Stock) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads loosely and keeps what has no field.
func (v *Stock) UnmarshalJSON(b []byte) error { return decodeObject(b, v) }

// GoodsReceivedNote is a receipt of goods (入库单, GoodsReceivedNoteObj).
type GoodsReceivedNote struct {
	Common

	GoodsReceivedDate Time   `json:"goods_received_date"` // a day
	WarehouseID       string `json:"warehouse_id"`
	GoodsReceivedType string `json:"goods_received_type"` // an option value
	Remark            string `json:"remark"`
}

// MarshalJSON writes the fields that are set, and what Extra has beyond them.
func (v GoodsReceivedNote) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads loosely and keeps what has no field.
func (v *GoodsReceivedNote) UnmarshalJSON(b []byte) error { return decodeObject(b, v) }

// GoodsReceivedNoteProduct is a line of a receipt of goods (入库单产品, GoodsReceivedNoteProductObj).
type GoodsReceivedNoteProduct struct {
	Common

	GoodsReceivedNoteID string         `json:"goods_received_note_id"` // _id of the receipt
	ProductID           string         `json:"product_id"`
	GoodsReceivedAmount duijie.Decimal `json:"goods_received_amount"`
	Unit                string         `json:"unit"` // an option value
	Specs               string         `json:"specs"`
}

// MarshalJSON writes the fields that are set, and what Extra has beyond them.
func (v GoodsReceivedNoteProduct) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// UnmarshalJSON reads loosely and keeps what has no field.
func (v *GoodsReceivedNoteProduct) UnmarshalJSON(b []byte) error { return decodeObject(b, v) }

package jdy

import (
	"encoding/json"

	"github.com/duijie-go/duijie"
)

// InventoryRow is a row of the list of stock balances (商品库存列表, GET /jdy/v2/scm/inventory).
type InventoryRow struct {
	AuxPropID      string `json:"aux_prop_id"`
	AuxPropNumber  string `json:"aux_prop_number"`
	AuxPropName    string `json:"aux_prop_name"`
	MaterialID     string `json:"material_id"`
	MaterialNumber string `json:"material_number"`
	MaterialName   string `json:"material_name"`
	SPID           string `json:"sp_id"` // bin (仓位)
	SPNumber       string `json:"sp_number"`
	SPName         string `json:"sp_name"`
	StockID        string `json:"stock_id"` // warehouse
	StockNumber    string `json:"stock_number"`
	StockName      string `json:"stock_name"`

	BatchNo         string        `json:"batch_no"`  // 批号
	ShelfLife       int64         `json:"kf_period"` // length of the shelf life
	ShelfLifeUnit   ShelfLifeUnit `json:"kf_type"`
	MaterialModel   string        `json:"material_model"`
	QtyPackage      string        `json:"qty_package"`
	ValidUntil      string        `json:"valid_date"` // 有效期至; days in the platform's own example, so kept as text
	ValidQtyPackage string        `json:"valid_qty_package"`

	AuxQty      duijie.Decimal `json:"aux_qty"` // in the auxiliary unit
	Qty         duijie.Decimal `json:"qty"`     // in the unit of the line
	ValidAuxQty duijie.Decimal `json:"valid_aux_qty"`
	ValidQty    duijie.Decimal `json:"valid_qty"` // may be used: in stock less what is spoken for

	ProducedOn duijie.Time `json:"kf_date"` // 生产日期

	StockAllowsFreight bool `json:"stock_id_is_allow_freight"`

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v InventoryRow) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// WarehouseStockRow is a row of the list of the stock of one material (商品仓库库存查询, GET /jdy/v2/scm/inventory_stock).
type WarehouseStockRow struct {
	InvStockID string `json:"inv_stock_id"`

	InvBaseUnit      string `json:"inv_base_unit"`
	InvStock         string `json:"inv_stock"`
	InvStockPosition string `json:"inv_stock_position"`

	InvImQty duijie.Decimal `json:"inv_im_qty"`
	InvQty   duijie.Decimal `json:"inv_qty"` // in stock

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v WarehouseStockRow) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// StockChangeRow is a row of the list of changed stock (库存同步列表, GET /jdy/v2/inv/inv_synchronous).
type StockChangeRow struct {
	ID string `json:"id"`

	AuxPropID      string `json:"aux_prop_id"`
	AuxPropName    string `json:"aux_prop_name"`
	AuxPropNumber  string `json:"auxprop_number"`
	MaterialID     string `json:"material_id"`
	MaterialNumber string `json:"material_number"`
	MaterialName   string `json:"material_name"`
	SPID           string `json:"sp_id"` // bin (仓位)
	SPNumber       string `json:"sp_number"`
	SPName         string `json:"sp_name"`
	StockID        string `json:"stock_id"` // warehouse
	StockNumber    string `json:"stock_number"`
	StockName      string `json:"stock_name"`

	BatchNo       string        `json:"batch_no"` // 批号
	ShelfLifeUnit ShelfLifeUnit `json:"kf_type"`
	ValidUntil    string        `json:"valid_date"` // 有效期至; days in the platform's own example, so kept as text

	AuxQty            duijie.Decimal `json:"aux_qty"` // in the auxiliary unit
	ExpValidAuxQty    duijie.Decimal `json:"exp_valid_aux_qty"`
	ExpValidQty       duijie.Decimal `json:"exp_valid_qty"`
	ShelfLife         duijie.Decimal `json:"kf_period"` // length of the shelf life
	OtherPreInAuxQty  duijie.Decimal `json:"other_pre_in_aux_qty"`
	OtherPreInQty     duijie.Decimal `json:"other_pre_in_qty"`
	OtherPreOutAuxQty duijie.Decimal `json:"other_pre_out_aux_qty"`
	OtherPreOutQty    duijie.Decimal `json:"other_pre_out_qty"`
	PurPreInQty       duijie.Decimal `json:"pur_pre_in_qty"`
	PurPreinAuxQty    duijie.Decimal `json:"pur_prein_aux_qty"`
	PurTransitAuxQty  duijie.Decimal `json:"pur_transit_aux_qty"`
	PurTransitQty     duijie.Decimal `json:"pur_transit_qty"`
	Qty               duijie.Decimal `json:"qty"` // in the unit of the line
	SalLockAuxQty     duijie.Decimal `json:"sal_lock_aux_qty"`
	SalLockQty        duijie.Decimal `json:"sal_lock_qty"`
	SalOccupyAuxQty   duijie.Decimal `json:"sal_occupy_aux_qty"`
	SalOccupyQty      duijie.Decimal `json:"sal_occupy_qty"`
	SalPreOutAuxQty   duijie.Decimal `json:"sal_pre_out_aux_qty"`
	SalPreOutQty      duijie.Decimal `json:"sal_pre_out_qty"`
	TfPreOutAuxQty    duijie.Decimal `json:"tf_pre_out_aux_qty"`
	TfPreOutQty       duijie.Decimal `json:"tf_pre_out_qty"`
	TfTransitAuxQty   duijie.Decimal `json:"tf_transit_aux_qty"`
	TfTransitQty      duijie.Decimal `json:"tf_transit_qty"`
	ValidAuxQty       duijie.Decimal `json:"valid_aux_qty"`

	ProducedOn duijie.Time `json:"kf_date"` // 生产日期

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v StockChangeRow) MarshalJSON() ([]byte, error) { return encodeObject(v) }

package jdy

import (
	"github.com/duijie-go/duijie"
)

// StockMoveSave is what a save of moves between warehouses sends (移仓单保存, POST /jdy/v2/scm/inv_tfmove).
type StockMoveSave struct {
	// Required.
	BillDate Date                `json:"bill_date" jdy:"need"` // 单据日期
	Lines    []StockMoveSaveLine `json:"material_entity" jdy:"need"`

	// What is not set is not sent.
	BillNo string `json:"bill_no,omitempty"` // 单据编号

	BillInSPID     string `json:"bill_in_sp_id,omitempty"`
	BillInStockID  string `json:"bill_in_stock_id,omitempty"`
	BillOutSPID    string `json:"bill_out_sp_id,omitempty"`
	BillOutStockID string `json:"bill_out_stock_id,omitempty"`
	DeptID         string `json:"dept_id,omitempty"` // 部门
	EmpID          string `json:"emp_id,omitempty"`  // salesman or buyer (业务员)
	OutDeptID      string `json:"out_dept_id,omitempty"`

	CarSaleType    string         `json:"car_sale_type,omitempty"`
	Remark         string         `json:"remark,omitempty"` // 备注
	TransFerStatus TransferStatus `json:"trans_fer_status,omitempty"`

	AutoMove *bool `json:"auto_move,omitempty"`

	Custom duijie.Record `json:"custom_field,omitempty"` // custom fields by their keys; a reference takes the key with _id

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v StockMoveSave) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// StockMoveSaveLine is part of a [StockMoveSave]: a line.
type StockMoveSaveLine struct {
	// Required.
	InStockID  string `json:"in_stock_id" jdy:"need"`
	MaterialID string `json:"material_id" jdy:"need"`
	OutStockID string `json:"out_stock_id" jdy:"need"`
	Qty        Number `json:"qty" jdy:"need"`     // in the unit of the line
	UnitID     string `json:"unit_id" jdy:"need"` // an id, which differs between account sets

	// What is not set is not sent.
	ID string `json:"id,omitempty"`

	AuxPropID string `json:"aux_prop_id,omitempty"`
	AuxUnitID string `json:"aux_unit_id,omitempty"` // auxiliary unit
	InSPID    string `json:"in_sp_id,omitempty"`
	OutSPID   string `json:"out_sp_id,omitempty"`

	BatchNo       string `json:"batch_no,omitempty"` // 批号
	Comment       string `json:"comment,omitempty"`
	ShelfLife     *int64 `json:"kf_period,omitempty"` // length of the shelf life
	ShelfLifeUnit *int64 `json:"kf_type,omitempty"`
	ProLicense    string `json:"pro_license,omitempty"` // production licence (生产许可证)
	ProPlace      string `json:"pro_place,omitempty"`
	ProRegNo      string `json:"pro_reg_no,omitempty"`
	SerialNumbers string `json:"sn_list,omitempty"` // serial numbers

	AuxQty       Number `json:"aux_qty,omitzero"` // in the auxiliary unit
	Discount     Number `json:"discount,omitzero"`
	InInstantQty Number `json:"in_instant_qty,omitzero"`
	InInvQty     Number `json:"in_inv_qty,omitzero"`
	InstantQty   Number `json:"instant_qty,omitzero"`
	InvQty       Number `json:"inv_qty,omitzero"` // in stock
	OutPrice     Number `json:"out_price,omitzero"`

	ProducedOn Date `json:"kf_date,omitzero"`    // 生产日期
	ValidUntil Date `json:"valid_date,omitzero"` // 有效期至

	Custom duijie.Record `json:"custom_entity_field,omitempty"` // custom fields of the line

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v StockMoveSaveLine) MarshalJSON() ([]byte, error) { return encodeObject(v) }

package jdy

import (
	"github.com/duijie-go/duijie"
)

// TransferInSave is what a save of transfers in sends (调拨入库单保存, POST /jdy/v2/scm/inv_tfin).
type TransferInSave struct {
	// Required.
	BillDate Date                 `json:"bill_date" jdy:"need"` // 单据日期
	Lines    []TransferInSaveLine `json:"material_entity" jdy:"need"`

	// What is not set is not sent.
	BillNo    string    `json:"bill_no,omitempty"`    // 单据编号
	TransType TransType `json:"trans_type,omitempty"` // 业务类型

	DeptID    string `json:"dept_id,omitempty"` // 部门
	OutDeptID string `json:"out_dept_id,omitempty"`

	AllocateRule   AllocateRule   `json:"allocate_rule,omitempty"`
	Remark         string         `json:"remark,omitempty"` // 备注
	TransFerStatus TransferStatus `json:"trans_fer_status,omitempty"`

	CostFee NumberText `json:"cost_fee,omitzero"`

	Costs  *TransferInSaveCosts `json:"cost_fee_entity,omitempty"`
	Custom duijie.Record        `json:"custom_field,omitempty"` // custom fields by their keys; a reference takes the key with _id

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v TransferInSave) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// TransferInSaveCosts is part of a [TransferInSave]: the costs (费用).
type TransferInSaveCosts struct {
	DelIDs string `json:"del_ids,omitempty"`

	Records []TransferInSaveCost `json:"fee_records,omitempty"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v TransferInSaveCosts) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// TransferInSaveCost is part of a [TransferInSave]: one cost.
type TransferInSaveCost struct {
	// Required.
	AllAmount        NumberText `json:"all_amount" jdy:"need"` // with tax (价税合计)
	AllAmountFor     NumberText `json:"all_amount_for" jdy:"need"`
	Amount           NumberText `json:"amount" jdy:"need"` // without tax
	AmountFor        NumberText `json:"amount_for" jdy:"need"`
	PacctTypeID      string     `json:"pacct_type_id" jdy:"need"`
	SettleSupplierID string     `json:"settle_supplier_id" jdy:"need"`
	SupplierID       string     `json:"supplier_id" jdy:"need"`

	// What is not set is not sent.
	ID string `json:"id,omitempty"`

	CurrencyID string `json:"currency_id,omitempty"` // 币别

	Comment      string `json:"comment,omitempty"`
	LinkedBillNo string `json:"linked_bill_no,omitempty"`

	ExchangeRate NumberText `json:"exchange_rate,omitzero"` // 汇率
	TaxAmount    NumberText `json:"tax_amount,omitzero"`    // 税额

	PayBillRule *bool `json:"pay_bill_rule,omitempty"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v TransferInSaveCost) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// TransferInSaveLine is part of a [TransferInSave]: a line.
type TransferInSaveLine struct {
	// Required.
	InStockID  string `json:"in_stock_id" jdy:"need"`
	MaterialID string `json:"material_id" jdy:"need"`
	OutStockID string `json:"out_stock_id" jdy:"need"`
	Qty        Number `json:"qty" jdy:"need"`     // in the unit of the line
	UnitID     string `json:"unit_id" jdy:"need"` // an id, which differs between account sets

	// What is not set is not sent.
	ID string `json:"id,omitempty"`

	AuxPropID     string `json:"aux_prop_id,omitempty"`
	AuxUnitID     string `json:"aux_unit_id,omitempty"` // auxiliary unit
	InSPID        string `json:"in_sp_id,omitempty"`
	OutSPID       string `json:"out_sp_id,omitempty"`
	SrcBillTypeID string `json:"src_bill_type_id,omitempty"` // entity of the source bill; send the whole src group or nothing of it
	SrcEntryID    string `json:"src_entry_id,omitempty"`     // id of its line
	SrcInterID    string `json:"src_inter_id,omitempty"`     // id of the source bill

	BatchNo       string `json:"batch_no,omitempty"` // 批号
	Comment       string `json:"comment,omitempty"`
	ShelfLife     *int64 `json:"kf_period,omitempty"` // length of the shelf life
	ShelfLifeUnit *int64 `json:"kf_type,omitempty"`
	ProLicense    string `json:"pro_license,omitempty"` // production licence (生产许可证)
	ProPlace      string `json:"pro_place,omitempty"`
	ProRegNo      string `json:"pro_reg_no,omitempty"`
	SerialNumbers string `json:"sn_list,omitempty"` // serial numbers

	AuxQty           Number `json:"aux_qty,omitzero"` // in the auxiliary unit
	CostSharePercent Number `json:"cost_share_percent,omitzero"`
	Discount         Number `json:"discount,omitzero"`
	Fee              Number `json:"fee,omitzero"`
	InPrice          Number `json:"in_price,omitzero"`

	ProducedOn Date `json:"kf_date,omitzero"`    // 生产日期
	ValidUntil Date `json:"valid_date,omitzero"` // 有效期至

	Custom duijie.Record `json:"custom_entity_field,omitempty"` // custom fields of the line

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v TransferInSaveLine) MarshalJSON() ([]byte, error) { return encodeObject(v) }

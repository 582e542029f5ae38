package jdy

import (
	"github.com/duijie-go/duijie"
)

// PurchaseReturnSave is what a save of purchase returns sends (采购退货单保存, POST /jdy/v2/scm/pur_ret).
type PurchaseReturnSave struct {
	// Required.
	Lines          []PurchaseReturnSaveLine `json:"material_entity" jdy:"need"`
	SupplierNumber string                   `json:"supplier_number" jdy:"need=supplier_id"` // or supplier_id

	// What is not set is not sent.
	BillNo      string `json:"bill_no,omitempty"`       // 单据编号
	BillDate    Date   `json:"bill_date,omitzero"`      // 单据日期
	OutsidePKID string `json:"outside_pk_id,omitempty"` // your own unique id; SaveOptions.External sets it

	SupplierID    string `json:"supplier_id,omitempty"`
	CurrencyID    string `json:"currency_id,omitempty"` // 币别
	DeptID        string `json:"dept_id,omitempty"`     // 部门
	DeptNumber    string `json:"dept_number,omitempty"`
	EmpID         string `json:"emp_id,omitempty"` // salesman or buyer (业务员)
	EmpNumber     string `json:"emp_number,omitempty"`
	SettingTermID string `json:"setting_term_id,omitempty"`

	ContactInfo  string `json:"contact_info,omitempty"`
	Remark       string `json:"remark,omitempty"` // 备注
	ReturnReason string `json:"return_reason,omitempty"`

	AllDebt             Number `json:"all_debt,omitzero"`        // what is owed in all
	BillDisAmount       Number `json:"bill_dis_amount,omitzero"` // discount of the whole bill
	BillDisRate         Number `json:"bill_dis_rate,omitzero"`   // discount of the whole bill in percent
	LastDebt            Number `json:"last_debt,omitzero"`       // what was owed before
	TotalAmount         Number `json:"total_amount,omitzero"`    // sum, with tax
	TotalInsAmount      Number `json:"total_ins_amount,omitzero"`
	TotalUnsettleAmount Number `json:"total_unsettle_amount,omitzero"`

	DueDate Date `json:"due_date,omitzero"`

	IsEstimation              *bool `json:"is_estimation,omitempty"`
	Resend                    *bool `json:"resend,omitempty"`
	ReverseConditionCalculate *bool `json:"reverse_condition_calculate,omitempty"`

	Attachments []AttachmentSave `json:"attachments_url,omitempty"`
	Custom      duijie.Record    `json:"custom_field,omitempty"` // custom fields by their keys; a reference takes the key with _id

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v PurchaseReturnSave) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// PurchaseReturnSaveLine is part of a [PurchaseReturnSave]: a line.
type PurchaseReturnSaveLine struct {
	// Required.
	MaterialID     string `json:"material_id" jdy:"need=material_number"` // or material_number
	MaterialNumber string `json:"material_number" jdy:"need=material_id"` // or material_id
	Qty            Number `json:"qty" jdy:"need"`                         // in the unit of the line
	StockID        string `json:"stock_id" jdy:"need=stock_number"`       // warehouse; or stock_number
	StockNumber    string `json:"stock_number" jdy:"need=stock_id"`       // or stock_id
	UnitID         string `json:"unit_id" jdy:"need"`                     // an id, which differs between account sets

	// What is not set is not sent.
	ID string `json:"id,omitempty"`

	AuxPropID             string `json:"aux_prop_id,omitempty"`
	AuxUnitID             string `json:"aux_unit_id,omitempty"` // auxiliary unit
	OutsideMaterialNumber string `json:"outside_material_number,omitempty"`
	SNListID              string `json:"sn_list_id,omitempty"`
	SPID                  string `json:"sp_id,omitempty"`            // bin (仓位)
	SrcBillTypeID         string `json:"src_bill_type_id,omitempty"` // entity of the source bill; send the whole src group or nothing of it
	SrcEntryID            string `json:"src_entry_id,omitempty"`     // id of its line
	SrcInterID            string `json:"src_inter_id,omitempty"`     // id of the source bill

	Barcode             string        `json:"barcode,omitempty"`  // 条形码
	BatchNo             string        `json:"batch_no,omitempty"` // 批号
	Comment             string        `json:"comment,omitempty"`
	ShelfLife           *int64        `json:"kf_period,omitempty"` // length of the shelf life
	ShelfLifeUnit       ShelfLifeUnit `json:"kf_type,omitempty"`
	OutsideMaterialUnit string        `json:"outside_material_unit,omitempty"`
	ProLicense          string        `json:"pro_license,omitempty"` // production licence (生产许可证)
	ProRegNo            string        `json:"pro_reg_no,omitempty"`
	Place               string        `json:"prop_lace,omitempty"`
	SerialNumbers       string        `json:"sn_list,omitempty"` // serial numbers

	ActNonTaxAmount     Number `json:"act_non_tax_amount,omitzero"`
	ActTaxPrice         Number `json:"act_tax_price,omitzero"`
	AllAmount           Number `json:"all_amount,omitzero"` // with tax (价税合计)
	AllAmountFor        Number `json:"all_amount_for,omitzero"`
	Amount              Number `json:"amount,omitzero"`  // without tax
	AuxQty              Number `json:"aux_qty,omitzero"` // in the auxiliary unit
	BillDisBeforeAmount Number `json:"bill_dis_before_amount,omitzero"`
	BillDisDistribution Number `json:"bill_dis_distribution,omitzero"`
	Cess                Number `json:"cess,omitzero"`              // tax rate in percent
	Cost                Number `json:"cost,omitzero"`              // cost of the line
	CurSettleAmount     Number `json:"cur_settle_amount,omitzero"` // settled by this bill
	DisAmount           Number `json:"dis_amount,omitzero"`        // discount
	DisPrice            Number `json:"dis_price,omitzero"`         // after the discount
	DisRate             Number `json:"dis_rate,omitzero"`          // discount in percent
	Discount            Number `json:"discount,omitzero"`
	DivideDiffAmount    Number `json:"divide_diff_amount,omitzero"`
	Fee                 Number `json:"fee,omitzero"`
	Price               Number `json:"price,omitzero"`      // without tax
	TaxAmount           Number `json:"tax_amount,omitzero"` // 税额
	TaxPrice            Number `json:"tax_price,omitzero"`  // with tax
	UnitCost            Number `json:"unit_cost,omitzero"`  // cost per unit

	ProducedOn Date `json:"kf_date,omitzero"`    // 生产日期
	ValidUntil Date `json:"valid_date,omitzero"` // 有效期至

	IsFree *bool `json:"is_free,omitempty"` // a gift (赠品)

	Custom duijie.Record `json:"custom_entity_field,omitempty"` // custom fields of the line

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v PurchaseReturnSaveLine) MarshalJSON() ([]byte, error) { return encodeObject(v) }

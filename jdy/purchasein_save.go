package jdy

import (
	"github.com/duijie-go/duijie"
)

// PurchaseInSave is what a save of purchase stock-ins sends (采购入库单保存, POST /jdy/v2/scm/pur_inbound).
type PurchaseInSave struct {
	// Required.
	BillDate   Date                 `json:"bill_date" jdy:"need"` // 单据日期
	Lines      []PurchaseInSaveLine `json:"material_entity" jdy:"need"`
	SupplierID string               `json:"supplier_id" jdy:"need=supplier_number"` // or supplier_number

	// What is not set is not sent.
	BillNo      string    `json:"bill_no,omitempty"`       // 单据编号
	OutsidePKID string    `json:"outside_pk_id,omitempty"` // your own unique id; SaveOptions.External sets it
	TransType   TransType `json:"trans_type,omitempty"`    // 业务类型

	SupplierNumber       string `json:"supplier_number,omitempty"`
	CurrencyID           string `json:"currency_id,omitempty"` // 币别
	CurrencyNumber       string `json:"currency_number,omitempty"`
	DeptID               string `json:"dept_id,omitempty"` // 部门
	DeptNumber           string `json:"dept_number,omitempty"`
	DispatcherCityID     string `json:"dispatcher_city_id,omitempty"`
	DispatcherCountryID  string `json:"dispatcher_country_id,omitempty"`
	DispatcherProvinceID string `json:"dispatcher_province_id,omitempty"`
	EmpID                string `json:"emp_id,omitempty"` // salesman or buyer (业务员)
	EmpNumber            string `json:"emp_number,omitempty"`
	SettingTermID        string `json:"setting_term_id,omitempty"`
	SettleSupplierID     string `json:"settle_supplier_id,omitempty"`

	AllocateRule       AllocateRule `json:"allocate_rule,omitempty"`
	ContactInfo        string       `json:"contact_info,omitempty"`
	DispatcherAddress  string       `json:"dispatcher_address,omitempty"` // private: sent in clear text
	DispatcherDistrict string       `json:"dispatcher_district,omitempty"`
	DispatcherPhone    string       `json:"dispatcher_phone,omitempty"` // private: sent in clear text
	Remark             string       `json:"remark,omitempty"`           // 备注

	BillDisAmount    Number     `json:"bill_dis_amount,omitzero"` // discount of the whole bill
	DeductionBalance NumberText `json:"deduction_balance,omitzero"`
	DiffAmount       Number     `json:"diff_amount,omitzero"`
	ExchangeRate     Number     `json:"exchange_rate,omitzero"` // 汇率
	TotalAmount      Number     `json:"total_amount,omitzero"`  // sum, with tax

	DueDate Date `json:"due_date,omitzero"`

	IsEstimation              *bool `json:"is_estimation,omitempty"`
	ReverseConditionCalculate *bool `json:"reverse_condition_calculate,omitempty"`

	Attachments []AttachmentSave          `json:"attachments_url,omitempty"`
	Costs       *PurchaseInSaveCosts      `json:"cost_fee_entity,omitempty"`
	Custom      duijie.Record             `json:"custom_field,omitempty"` // custom fields by their keys; a reference takes the key with _id
	Deductions  []PurchaseInSaveDeduction `json:"deduction_entry,omitempty"`
	Payments    []PurchaseInSavePayment   `json:"payment_entry,omitempty"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v PurchaseInSave) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// PurchaseInSavePayment is part of a [PurchaseInSave]: a payment.
type PurchaseInSavePayment struct {
	PayTypeID       string `json:"pay_type_id,omitempty"`       // 结算方式
	SettleAccountID string `json:"settle_account_id,omitempty"` // account the money moves on (结算账户)

	PayComment string `json:"pay_comment,omitempty"`

	PaidAmount Number `json:"paid_amount,omitzero"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v PurchaseInSavePayment) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// PurchaseInSaveDeduction is part of a [PurchaseInSave]: a deduction of the balance.
type PurchaseInSaveDeduction struct {
	// Required.
	ArapCurSettleAmount NumberText `json:"arap_cur_settle_amount" jdy:"need"`
	ArapSrcBillTypeID   string     `json:"arap_src_bill_type_id" jdy:"need"`
	ArapSrcInterID      string     `json:"arap_src_inter_id" jdy:"need"`

	// What is not set is not sent.
	ID string `json:"id,omitempty"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v PurchaseInSaveDeduction) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// PurchaseInSaveCosts is part of a [PurchaseInSave]: the costs (费用).
type PurchaseInSaveCosts struct {
	DelIDs string `json:"del_ids,omitempty"`

	Records []PurchaseInSaveCost `json:"fee_records,omitempty"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v PurchaseInSaveCosts) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// PurchaseInSaveCost is part of a [PurchaseInSave]: one cost.
type PurchaseInSaveCost struct {
	// Required.
	SupplierID string `json:"supplier_id" jdy:"need"`

	// What is not set is not sent.
	ID string `json:"id,omitempty"`

	CurrencyID           string `json:"currency_id,omitempty"` // 币别
	PacctTypeID          string `json:"pacct_type_id,omitempty"`
	SettleSupplierID     string `json:"settle_supplier_id,omitempty"`
	SettleSupplierNumber string `json:"settle_supplier_number,omitempty"`

	Comment string `json:"comment,omitempty"`

	AllAmount    NumberText `json:"all_amount,omitzero"` // with tax (价税合计)
	AllAmountFor NumberText `json:"all_amount_for,omitzero"`
	Amount       NumberText `json:"amount,omitzero"` // without tax
	AmountFor    NumberText `json:"amount_for,omitzero"`
	Cess         NumberText `json:"cess,omitzero"`          // tax rate in percent
	ExchangeRate NumberText `json:"exchange_rate,omitzero"` // 汇率
	TaxAmount    NumberText `json:"tax_amount,omitzero"`    // 税额

	Receivers []PurchaseInSaveCostReceiver `json:"receive_info_entity,omitempty"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v PurchaseInSaveCost) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// PurchaseInSaveCostReceiver is part of a [PurchaseInSave]: who a cost is for.
type PurchaseInSaveCostReceiver struct {
	PayTypeID       string `json:"pay_type_id,omitempty"`       // 结算方式
	SettleAccountID string `json:"settle_account_id,omitempty"` // account the money moves on (结算账户)

	ReceiveAmount NumberText `json:"receive_amount,omitzero"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v PurchaseInSaveCostReceiver) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// PurchaseInSaveLine is part of a [PurchaseInSave]: a line.
type PurchaseInSaveLine struct {
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
	PickInspectEntryID    string `json:"pick_inspect_entry_id,omitempty"`
	PickInspectID         string `json:"pick_inspect_id,omitempty"`
	SNListID              string `json:"sn_list_id,omitempty"`
	SPID                  string `json:"sp_id,omitempty"`            // bin (仓位)
	SrcBillTypeID         string `json:"src_bill_type_id,omitempty"` // entity of the source bill; send the whole src group or nothing of it
	SrcEntryID            string `json:"src_entry_id,omitempty"`     // id of its line
	SrcInterID            string `json:"src_inter_id,omitempty"`     // id of the source bill

	Barcode             string        `json:"barcode,omitempty"`  // 条形码
	BatchNo             string        `json:"batch_no,omitempty"` // 批号
	Comment             string        `json:"comment,omitempty"`
	IsFree              *int64        `json:"is_free,omitempty"`   // a gift (赠品)
	ShelfLife           *int64        `json:"kf_period,omitempty"` // length of the shelf life
	ShelfLifeUnit       ShelfLifeUnit `json:"kf_type,omitempty"`
	OutsideMaterialUnit string        `json:"outside_material_unit,omitempty"`
	ProLicense          string        `json:"pro_license,omitempty"` // production licence (生产许可证)
	ProRegNo            string        `json:"pro_reg_no,omitempty"`
	Place               string        `json:"prop_lace,omitempty"`
	SerialNumbers       string        `json:"sn_list,omitempty"`           // serial numbers
	SrcOrderBillNo      string        `json:"src_order_bill_no,omitempty"` // number of the order
	SrcSeq              *int64        `json:"src_seq,omitempty"`           // number of its line

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

	Custom duijie.Record `json:"custom_entity_field,omitempty"` // custom fields of the line

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v PurchaseInSaveLine) MarshalJSON() ([]byte, error) { return encodeObject(v) }

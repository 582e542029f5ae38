package jdy

import (
	"github.com/duijie-go/duijie"
)

// TransferOutSave is what a save of transfers out sends (调拨出库单保存, POST /jdy/v2/scm/inv_tfout).
type TransferOutSave struct {
	// Required.
	BillDate Date                  `json:"bill_date" jdy:"need"` // 单据日期
	Lines    []TransferOutSaveLine `json:"material_entity" jdy:"need"`

	// What is not set is not sent.
	BillNo    string    `json:"bill_no,omitempty"`    // 单据编号
	TransType TransType `json:"trans_type,omitempty"` // 业务类型

	DeptID                   string `json:"dept_id,omitempty"` // 部门
	DispatcherCityID         string `json:"dispatcher_city_id,omitempty"`
	DispatcherCityNumber     string `json:"dispatcher_city_number,omitempty"`
	DispatcherCityName       string `json:"dispatcher_city_name,omitempty"`
	DispatcherCountryID      string `json:"dispatcher_country_id,omitempty"`
	DispatcherCountryNumber  string `json:"dispatcher_country_number,omitempty"`
	DispatcherCountryName    string `json:"dispatcher_country_name,omitempty"`
	DispatcherDistrictID     string `json:"dispatcher_district_id,omitempty"`
	DispatcherDistrictNumber string `json:"dispatcher_district_number,omitempty"`
	DispatcherDistrictName   string `json:"dispatcher_district_name,omitempty"`
	DispatcherProvinceID     string `json:"dispatcher_province_id,omitempty"`
	DispatcherProvinceNumber string `json:"dispatcher_province_number,omitempty"`
	DispatcherProvinceName   string `json:"dispatcher_province_name,omitempty"`
	EmpID                    string `json:"emp_id,omitempty"` // salesman or buyer (业务员)
	OutDeptID                string `json:"out_dept_id,omitempty"`

	AllocateRule      AllocateRule   `json:"allocate_rule,omitempty"`
	DispatcherAddress string         `json:"dispatcher_address,omitempty"` // private: sent in clear text
	DispatcherLinkman string         `json:"dispatcher_linkman,omitempty"`
	DispatcherPhone   string         `json:"dispatcher_phone,omitempty"` // private: sent in clear text
	Remark            string         `json:"remark,omitempty"`           // 备注
	TransFerStatus    TransferStatus `json:"trans_fer_status,omitempty"`

	CostFee NumberText `json:"cost_fee,omitzero"`

	Costs  *TransferOutSaveCosts `json:"cost_fee_entity,omitempty"`
	Custom duijie.Record         `json:"custom_field,omitempty"` // custom fields by their keys; a reference takes the key with _id

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v TransferOutSave) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// TransferOutSaveCosts is part of a [TransferOutSave]: the costs (费用).
type TransferOutSaveCosts struct {
	DelIDs string `json:"del_ids,omitempty"`

	Records []TransferOutSaveCost `json:"fee_records,omitempty"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v TransferOutSaveCosts) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// TransferOutSaveCost is part of a [TransferOutSave]: one cost.
type TransferOutSaveCost struct {
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
func (v TransferOutSaveCost) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// TransferOutSaveLine is part of a [TransferOutSave]: a line.
type TransferOutSaveLine struct {
	// Required.
	InStockID  string `json:"in_stock_id" jdy:"need"`
	MaterialID string `json:"material_id" jdy:"need"`
	OutStockID string `json:"out_stock_id" jdy:"need"`
	Qty        Number `json:"qty" jdy:"need"`     // in the unit of the line
	UnitID     string `json:"unit_id" jdy:"need"` // an id, which differs between account sets

	// What is not set is not sent.
	ID string `json:"id,omitempty"`

	AuxID1     string `json:"aux_id1,omitempty"`
	AuxID2     string `json:"aux_id2,omitempty"`
	AuxID3     string `json:"aux_id3,omitempty"`
	AuxID4     string `json:"aux_id4,omitempty"`
	AuxID5     string `json:"aux_id5,omitempty"`
	AuxPropID  string `json:"aux_prop_id,omitempty"`
	AuxUnitID  string `json:"aux_unit_id,omitempty"` // auxiliary unit
	BaseUnitID string `json:"base_unit_id,omitempty"`
	InSPID     string `json:"in_sp_id,omitempty"`
	OutSPID    string `json:"out_sp_id,omitempty"`
	SNListID   string `json:"sn_list_id,omitempty"`

	AuxUnitType    string `json:"aux_unit_type,omitempty"`
	Barcode        string `json:"barcode,omitempty"`  // 条形码
	BatchNo        string `json:"batch_no,omitempty"` // 批号
	Comment        string `json:"comment,omitempty"`
	ConversionRate string `json:"conversion_rate,omitempty"` // 换算率
	ShelfLife      *int64 `json:"kf_period,omitempty"`       // length of the shelf life
	ShelfLifeUnit  *int64 `json:"kf_type,omitempty"`
	Package        string `json:"package,omitempty"`
	ProLicense     string `json:"pro_license,omitempty"` // production licence (生产许可证)
	ProPlace       string `json:"pro_place,omitempty"`
	ProRegNo       string `json:"pro_reg_no,omitempty"`
	SerialNumbers  string `json:"sn_list,omitempty"` // serial numbers
	UnitType       string `json:"unit_type,omitempty"`

	AuxQty           Number     `json:"aux_qty,omitzero"`  // in the auxiliary unit
	BaseQty          Number     `json:"base_qty,omitzero"` // in the base unit
	CostSharePercent Number     `json:"cost_share_percent,omitzero"`
	Discount         Number     `json:"discount,omitzero"`
	Fee              Number     `json:"fee,omitzero"`
	InInstantQty     Number     `json:"in_instant_qty,omitzero"`
	InInvQty         Number     `json:"in_inv_qty,omitzero"`
	InstantQty       Number     `json:"instant_qty,omitzero"`
	InvQty           Number     `json:"inv_qty,omitzero"` // in stock
	OutPrice         Number     `json:"out_price,omitzero"`
	RetailPrice      NumberText `json:"retail_price,omitzero"`
	SerialQty        Number     `json:"serial_qty,omitzero"` // number of serial numbers

	ProducedOn Date `json:"kf_date,omitzero"`    // 生产日期
	ValidUntil Date `json:"valid_date,omitzero"` // 有效期至

	Custom duijie.Record `json:"custom_entity_field,omitempty"` // custom fields of the line

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v TransferOutSaveLine) MarshalJSON() ([]byte, error) { return encodeObject(v) }

package jdy

import (
	"github.com/duijie-go/duijie"
)

// OtherStockOutSave is what a save of other stock-outs sends (其他出库单保存, POST /jdy/v2/scm/inv_other_out).
type OtherStockOutSave struct {
	// Required.
	BillDate    Date                    `json:"bill_date" jdy:"need"` // 单据日期
	Lines       []OtherStockOutSaveLine `json:"material_entity" jdy:"need"`
	TransTypeID TransTypeID             `json:"trans_type_id" jdy:"need"`

	// What is not set is not sent.
	BillNo string `json:"bill_no,omitempty"` // 单据编号

	ContactCityID         string `json:"contact_city_id,omitempty"`
	ContactCityNumber     string `json:"contact_city_number,omitempty"`
	ContactCountryID      string `json:"contact_country_id,omitempty"`
	ContactCountryNumber  string `json:"contact_country_number,omitempty"`
	ContactDistrictID     string `json:"contact_district_id,omitempty"`
	ContactDistrictNumber string `json:"contact_district_number,omitempty"`
	ContactProvinceID     string `json:"contact_province_id,omitempty"`
	ContactProvinceNumber string `json:"contact_province_number,omitempty"`
	CurrencyID            string `json:"currency_id,omitempty"` // 币别
	CustomerID            string `json:"customer_id,omitempty"`
	CustomerNumber        string `json:"customer_number,omitempty"`
	DeptID                string `json:"dept_id,omitempty"` // 部门
	EmpID                 string `json:"emp_id,omitempty"`  // salesman or buyer (业务员)
	EmpNumber             string `json:"emp_number,omitempty"`

	ContactAddress string `json:"contact_address,omitempty"` // private: sent in clear text
	ContactInfo    string `json:"contact_info,omitempty"`
	ContactLinkman string `json:"contact_linkman,omitempty"`
	ContactPhone   string `json:"contact_phone,omitempty"` // private: sent in clear text
	Remark         string `json:"remark,omitempty"`        // 备注

	Custom duijie.Record `json:"custom_field,omitempty"` // custom fields by their keys; a reference takes the key with _id

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v OtherStockOutSave) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// OtherStockOutSaveLine is part of a [OtherStockOutSave]: a line.
type OtherStockOutSaveLine struct {
	// Required.
	MaterialID     string `json:"material_id" jdy:"need=material_number"` // or material_number
	MaterialNumber string `json:"material_number" jdy:"need=material_id"` // or material_id
	Qty            Number `json:"qty" jdy:"need"`                         // in the unit of the line
	StockID        string `json:"stock_id" jdy:"need=stock_number"`       // warehouse; or stock_number
	UnitID         string `json:"unit_id" jdy:"need"`                     // an id, which differs between account sets

	// What is not set is not sent.
	ID string `json:"id,omitempty"`

	StockNumber   string `json:"stock_number,omitempty"`
	AuxID1        string `json:"aux_id1,omitempty"`
	AuxID2        string `json:"aux_id2,omitempty"`
	AuxID3        string `json:"aux_id3,omitempty"`
	AuxPropID     string `json:"aux_prop_id,omitempty"`
	AuxUnitID     string `json:"aux_unit_id,omitempty"` // auxiliary unit
	SNListID      string `json:"sn_list_id,omitempty"`
	SPID          string `json:"sp_id,omitempty"`            // bin (仓位)
	SrcBillTypeID string `json:"src_bill_type_id,omitempty"` // entity of the source bill; send the whole src group or nothing of it
	SrcEntryID    string `json:"src_entry_id,omitempty"`     // id of its line
	SrcInterID    string `json:"src_inter_id,omitempty"`     // id of the source bill

	Barcode       string        `json:"barcode,omitempty"`  // 条形码
	BatchNo       string        `json:"batch_no,omitempty"` // 批号
	Comment       string        `json:"comment,omitempty"`
	ShelfLife     *int64        `json:"kf_period,omitempty"` // length of the shelf life
	ShelfLifeUnit ShelfLifeUnit `json:"kf_type,omitempty"`
	ProLicense    string        `json:"pro_license,omitempty"` // production licence (生产许可证)
	ProPlace      string        `json:"pro_place,omitempty"`
	ProRegNo      string        `json:"pro_reg_no,omitempty"`
	SerialNumbers string        `json:"sn_list,omitempty"` // serial numbers

	AuxQty   Number `json:"aux_qty,omitzero"`   // in the auxiliary unit
	Cost     Number `json:"cost,omitzero"`      // cost of the line
	UnitCost Number `json:"unit_cost,omitzero"` // cost per unit

	ProducedOn Date `json:"kf_date,omitzero"`    // 生产日期
	ValidUntil Date `json:"valid_date,omitzero"` // 有效期至

	Custom duijie.Record `json:"custom_entity_field,omitempty"` // custom fields of the line

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v OtherStockOutSaveLine) MarshalJSON() ([]byte, error) { return encodeObject(v) }

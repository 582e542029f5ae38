package jdy

import (
	"encoding/json"

	"github.com/duijie-go/duijie"
)

// OtherStockOutService reads and saves other stock-outs (其他出库单).
//
// Parameters for Filter of the [Query]: bill_no, bill_status, customer_id,
// customer_name, customer_number, dept_id, dept_number, material_model,
// material_name, material_number.
type OtherStockOutService = Records[OtherStockOutRow, OtherStockOut, OtherStockOutSave]

// otherOutRecords says where other stock-outs are.
var otherOutRecords = RecordKind{Name: "other stock-out", Path: "/jdy/v2/scm/inv_other_out", Entity: "inv_other_bill_outbound", Number: "bill_no"}

// OtherStockOutRow is a row of the list of other stock-outs (其他出库单列表, GET /jdy/v2/scm/inv_other_out).
type OtherStockOutRow struct {
	ID          string      `json:"id"`
	BillNo      string      `json:"bill_no"`     // 单据编号
	BillDate    duijie.Time `json:"bill_date"`   // 单据日期
	BillStatus  BillStatus  `json:"bill_status"` // audited or not
	TransTypeID TransTypeID `json:"trans_type_id"`

	ContactCityID         string `json:"contact_city_id"`
	ContactCityNumber     string `json:"contact_city_number"`
	ContactCityName       string `json:"contact_city_name"`
	ContactCountryID      string `json:"contact_country_id"`
	ContactCountryNumber  string `json:"contact_country_number"`
	ContactCountryName    string `json:"contact_country_name"`
	ContactDistrictID     string `json:"contact_district_id"`
	ContactDistrictNumber string `json:"contact_district_number"`
	ContactDistrictName   string `json:"contact_district_name"`
	ContactProvinceID     string `json:"contact_province_id"`
	ContactProvinceNumber string `json:"contact_province_number"`
	ContactProvinceName   string `json:"contact_province_name"`
	CustomerID            string `json:"customer_id"`
	CustomerNumber        string `json:"customer_number"`
	CustomerName          string `json:"customer_name"`
	DeptID                string `json:"dept_id"` // 部门
	DeptNumber            string `json:"dept_number"`
	DeptName              string `json:"dept_name"`
	TransTypeNumber       string `json:"trans_type_number"`
	TransTypeName         string `json:"trans_type_name"`

	ContactAddress string `json:"contact_address" jdy:"private"` // private: decrypted when read
	ContactLinkman string `json:"contact_linkman"`
	ContactPhone   string `json:"contact_phone" jdy:"private"` // private: decrypted when read

	CreateTime duijie.Time `json:"create_time"` // China time

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v OtherStockOutRow) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// OtherStockOut is a whole record of other stock-outs (其他出库单详情, GET /jdy/v2/scm/inv_other_out_detail).
type OtherStockOut struct {
	ID          string      `json:"id"`
	BillNo      string      `json:"bill_no"`     // 单据编号
	BillDate    duijie.Time `json:"bill_date"`   // 单据日期
	BillStatus  BillStatus  `json:"bill_status"` // audited or not
	TransTypeID TransTypeID `json:"trans_type_id"`

	AuditorID             string `json:"auditor_id"`
	AuditorNumber         string `json:"auditor_number"`
	AuditorName           string `json:"auditor_name"`
	ContactCityID         string `json:"contact_city_id"`
	ContactCityNumber     string `json:"contact_city_number"`
	ContactCityName       string `json:"contact_city_name"`
	ContactCountryID      string `json:"contact_country_id"`
	ContactCountryNumber  string `json:"contact_country_number"`
	ContactCountryName    string `json:"contact_country_name"`
	ContactDistrictID     string `json:"contact_district_id"`
	ContactDistrictNumber string `json:"contact_district_number"`
	ContactDistrictName   string `json:"contact_district_name"`
	ContactProvinceID     string `json:"contact_province_id"`
	ContactProvinceNumber string `json:"contact_province_number"`
	ContactProvinceName   string `json:"contact_province_name"`
	CreatorID             string `json:"creator_id"`
	CreatorNumber         string `json:"creator_number"`
	CreatorName           string `json:"creator_name"`
	CustomerID            string `json:"customer_id"`
	CustomerNumber        string `json:"customer_number"`
	CustomerName          string `json:"customer_name"`
	DeptID                string `json:"dept_id"` // 部门
	DeptNumber            string `json:"dept_number"`
	DeptName              string `json:"dept_name"`
	EmpID                 string `json:"emp_id"` // salesman or buyer (业务员)
	EmpNumber             string `json:"emp_number"`
	EmpName               string `json:"emp_name"`
	ModifierID            string `json:"modifier_id"`
	ModifierNumber        string `json:"modifier_number"`
	ModifierName          string `json:"modifier_name"`
	TransTypeNumber       string `json:"trans_type_number"`
	TransTypeName         string `json:"trans_type_name"`

	ContactAddress string `json:"contact_address" jdy:"private"` // private: decrypted when read
	ContactLinkman string `json:"contact_linkman"`
	ContactPhone   string `json:"contact_phone" jdy:"private"` // private: decrypted when read
	Remark         string `json:"remark"`                      // 备注

	AuditTime  duijie.Time `json:"audit_time"`  // China time
	CreateTime duijie.Time `json:"create_time"` // China time
	ModifyTime duijie.Time `json:"modify_time"` // China time

	Custom duijie.Record       `json:"custom_field"` // custom fields by their keys; a reference takes the key with _id
	Lines  []OtherStockOutLine `json:"material_entity"`

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v OtherStockOut) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// OtherStockOutLine is part of a [OtherStockOut]: a line.
type OtherStockOutLine struct {
	ID  string `json:"id"`
	Seq int64  `json:"seq"`

	AuxID1            string `json:"aux_id1"`
	AuxID2            string `json:"aux_id2"`
	AuxID3            string `json:"aux_id3"`
	AuxName1          string `json:"aux_name1"`
	AuxName2          string `json:"aux_name2"`
	AuxName3          string `json:"aux_name3"`
	AuxNumber1        string `json:"aux_number1"`
	AuxNumber2        string `json:"aux_number2"`
	AuxNumber3        string `json:"aux_number3"`
	AuxPropID         string `json:"aux_prop_id"`
	AuxPropNumber     string `json:"aux_prop_number"`
	AuxPropName       string `json:"aux_prop_name"`
	AuxUnitID         string `json:"aux_unit_id"` // auxiliary unit
	AuxUnitNumber     string `json:"aux_unit_number"`
	AuxUnitName       string `json:"aux_unit_name"`
	BaseUnitID        string `json:"base_unit_id"`
	BaseUnitNumber    string `json:"base_unit_number"`
	BaseUnitName      string `json:"base_unit_name"`
	MaterialID        string `json:"material_id"`
	MaterialNumber    string `json:"material_number"`
	MaterialName      string `json:"material_name"`
	SNListID          string `json:"sn_list_id"`
	SPID              string `json:"sp_id"` // bin (仓位)
	SPNumber          string `json:"sp_number"`
	SPName            string `json:"sp_name"`
	SrcBillTypeID     string `json:"src_bill_type_id"` // entity of the source bill; send the whole src group or nothing of it
	SrcBillTypeNumber string `json:"src_bill_type_number"`
	SrcBillTypeName   string `json:"src_bill_type_name"`
	SrcEntryID        string `json:"src_entry_id"` // id of its line
	SrcInterID        string `json:"src_inter_id"` // id of the source bill
	StockID           string `json:"stock_id"`     // warehouse
	StockNumber       string `json:"stock_number"`
	StockName         string `json:"stock_name"`
	UnitID            string `json:"unit_id"` // an id, which differs between account sets
	UnitNumber        string `json:"unit_number"`
	UnitName          string `json:"unit_name"`

	Barcode        string        `json:"barcode"`  // 条形码
	BatchNo        string        `json:"batch_no"` // 批号
	Comment        string        `json:"comment"`
	ConversionRate string        `json:"conversion_rate"` // 换算率
	ShelfLife      int64         `json:"kf_period"`       // length of the shelf life
	ShelfLifeUnit  ShelfLifeUnit `json:"kf_type"`
	MaterialModel  string        `json:"material_model"`
	Picture        string        `json:"picture"`
	ProLicense     string        `json:"pro_license"` // production licence (生产许可证)
	ProPlace       string        `json:"pro_place"`
	ProRegNo       string        `json:"pro_reg_no"`
	SerialNumbers  string        `json:"sn_list"`     // serial numbers
	SrcBillNo      string        `json:"src_bill_no"` // its number
	SrcSeq         string        `json:"src_seq"`     // number of its line
	ValidUntil     string        `json:"valid_date"`  // 有效期至; days in the platform's own example, so kept as text

	AuxCoefficient duijie.Decimal `json:"aux_coefficient"`
	AuxQty         duijie.Decimal `json:"aux_qty"`  // in the auxiliary unit
	BaseQty        duijie.Decimal `json:"base_qty"` // in the base unit
	Coefficient    duijie.Decimal `json:"coefficient"`
	Cost           duijie.Decimal `json:"cost"` // cost of the line
	DefFloatQty    duijie.Decimal `json:"def_float_qty"`
	InvBaseQty     duijie.Decimal `json:"inv_base_qty"`
	InvQty         duijie.Decimal `json:"inv_qty"` // in stock
	Price          duijie.Decimal `json:"price"`
	Qty            duijie.Decimal `json:"qty"`       // in the unit of the line
	UnitCost       duijie.Decimal `json:"unit_cost"` // cost per unit

	ProducedOn  duijie.Time `json:"kf_date"` // 生产日期
	SrcBillDate duijie.Time `json:"src_bill_date"`

	MaterialIsAsstAttr  bool `json:"material_is_asst_attr"`
	MaterialIsBatch     bool `json:"material_is_batch"`
	MaterialIsKFPeriod  bool `json:"material_is_kf_period"`
	MaterialIsMultiUnit bool `json:"material_is_multi_unit"`
	MaterialIsSerial    bool `json:"material_is_serial"`
	StockIsAllowFreight bool `json:"stock_is_allow_freight"`

	Custom duijie.Record `json:"custom_entity_field"` // custom fields of the line

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v OtherStockOutLine) MarshalJSON() ([]byte, error) { return encodeObject(v) }

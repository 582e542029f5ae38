package jdy

import (
	"encoding/json"

	"github.com/duijie-go/duijie"
)

// PurchaseReturnService reads and saves purchase returns (采购退货单).
//
// SaveOptions.External is your own unique id (outside_pk_id), as in
// [PurchaseOrderService].
//
// Parameters for Filter of the [Query]: barcode, bill_no, bill_status, dept_id,
// dept_number, emp_id, material_model, material_name, material_number, out_side_pks,
// supplier_id, supplier_name, supplier_number.
type PurchaseReturnService = Records[PurchaseReturnRow, PurchaseReturn, PurchaseReturnSave]

// purchaseReturnRecords says where purchase returns are.
var purchaseReturnRecords = RecordKind{Name: "purchase return", Path: "/jdy/v2/scm/pur_ret", Entity: "pur_bill_outbound", Number: "bill_no", External: "outside_pk_id"}

// PurchaseReturnRow is a row of the list of purchase returns (采购退货单列表, GET /jdy/v2/scm/pur_ret).
type PurchaseReturnRow struct {
	ID         string      `json:"id"`
	BillNo     string      `json:"bill_no"`     // 单据编号
	BillDate   duijie.Time `json:"bill_date"`   // 单据日期
	BillStatus BillStatus  `json:"bill_status"` // audited or not

	EmpID          string `json:"emp_id"` // salesman or buyer (业务员)
	EmpNumber      string `json:"emp_number"`
	EmpName        string `json:"emp_name"`
	SupplierID     string `json:"supplier_id"`
	SupplierNumber string `json:"supplier_number"`
	SupplierName   string `json:"supplier_name"`

	Remark string `json:"remark"` // 备注

	CreateTime duijie.Time `json:"create_time"` // China time

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v PurchaseReturnRow) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// PurchaseReturn is a whole record of purchase returns (采购退货单详情, GET /jdy/v2/scm/pur_ret_detail).
type PurchaseReturn struct {
	ID         string      `json:"id"`
	BillNo     string      `json:"bill_no"`     // 单据编号
	BillDate   duijie.Time `json:"bill_date"`   // 单据日期
	BillStatus BillStatus  `json:"bill_status"` // audited or not
	TransType  TransType   `json:"trans_type"`  // 业务类型

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
	CurrencyID            string `json:"currency_id"` // 币别
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
	SettingTermID         string `json:"setting_term_id"`
	SettingTermNumber     string `json:"setting_term_number"`
	SettingTermName       string `json:"setting_term_name"`
	SupplierID            string `json:"supplier_id"`
	SupplierNumber        string `json:"supplier_number"`
	SupplierName          string `json:"supplier_name"`

	ContactAddress string       `json:"contact_address" jdy:"private"` // private: decrypted when read
	ContactPhone   string       `json:"contact_phone" jdy:"private"`   // private: decrypted when read
	Remark         string       `json:"remark"`                        // 备注
	SettleStatus   SettleStatus `json:"settle_status"`                 // paid or not

	AllDebt                duijie.Decimal `json:"all_debt"`      // what is owed in all
	ExchangeRate           duijie.Decimal `json:"exchange_rate"` // 汇率
	LastDebt               duijie.Decimal `json:"last_debt"`     // what was owed before
	TotalUnsettleAmount    duijie.Decimal `json:"total_unsettle_amount"`
	TotalUnsettleAmountFor duijie.Decimal `json:"total_unsettle_amount_for"`

	AuditTime  duijie.Time `json:"audit_time"`  // China time
	CreateTime duijie.Time `json:"create_time"` // China time
	DueDate    duijie.Time `json:"due_date"`
	ModifyTime duijie.Time `json:"modify_time"` // China time

	Custom duijie.Record        `json:"custom_field"` // custom fields by their keys; a reference takes the key with _id
	Lines  []PurchaseReturnLine `json:"material_entity"`

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v PurchaseReturn) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// PurchaseReturnLine is part of a [PurchaseReturn]: a line.
type PurchaseReturnLine struct {
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

	Barcode           string        `json:"barcode"`  // 条形码
	BatchNo           string        `json:"batch_no"` // 批号
	Comment           string        `json:"comment"`
	ConversionRate    string        `json:"conversion_rate"` // 换算率
	EntrySettleStatus SettleStatus  `json:"entry_settle_status"`
	ShelfLifeUnit     ShelfLifeUnit `json:"kf_type"`
	MaterialModel     string        `json:"material_model"`
	Picture           string        `json:"picture"`
	ProLicense        string        `json:"pro_license"` // production licence (生产许可证)
	ProPlace          string        `json:"pro_place"`
	ProRegNo          string        `json:"pro_reg_no"`
	SerialNumbers     string        `json:"sn_list"`     // serial numbers
	SrcBillNo         string        `json:"src_bill_no"` // its number
	SrcSeq            int64         `json:"src_seq"`     // number of its line
	ValidUntil        string        `json:"valid_date"`  // 有效期至; days in the platform's own example, so kept as text

	AllAmount          duijie.Decimal `json:"all_amount"` // with tax (价税合计)
	AuxCoefficient     duijie.Decimal `json:"aux_coefficient"`
	AuxQty             duijie.Decimal `json:"aux_qty"`  // in the auxiliary unit
	BaseQty            duijie.Decimal `json:"base_qty"` // in the base unit
	Cess               duijie.Decimal `json:"cess"`     // tax rate in percent
	Coefficient        duijie.Decimal `json:"coefficient"`
	CurSettleAmountFor duijie.Decimal `json:"cur_settle_amount_for"`
	DefFloatQty        duijie.Decimal `json:"def_float_qty"`
	DisRate            duijie.Decimal `json:"dis_rate"` // discount in percent
	Discount           duijie.Decimal `json:"discount"`
	InvBaseQty         duijie.Decimal `json:"inv_base_qty"`
	InvQty             duijie.Decimal `json:"inv_qty"`   // in stock
	ShelfLife          duijie.Decimal `json:"kf_period"` // length of the shelf life
	Price              duijie.Decimal `json:"price"`     // without tax
	Qty                duijie.Decimal `json:"qty"`       // in the unit of the line
	ReturnableQty      duijie.Decimal `json:"returnable_qty"`
	TaxPrice           duijie.Decimal `json:"tax_price"` // with tax
	UnInQty            duijie.Decimal `json:"un_in_qty"`

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
func (v PurchaseReturnLine) MarshalJSON() ([]byte, error) { return encodeObject(v) }

package jdy

import (
	"encoding/json"

	"github.com/duijie-go/duijie"
)

// TransferOutService reads and saves transfers out (调拨出库单).
//
// Parameters for Filter of the [Query]: bill_no, bill_status, dept_id, in_stock_id,
// in_stock_number, material_model, material_name, material_number, out_dept_id,
// out_stock_id, out_stock_number, trans_fer_status.
type TransferOutService = Records[TransferOutRow, TransferOut, TransferOutSave]

// transferOutRecords says where transfers out are.
var transferOutRecords = RecordKind{Name: "transfer out", Path: "/jdy/v2/scm/inv_tfout", Entity: "inv_tfout_bill_outbound", Number: "bill_no"}

// TransferOutRow is a row of the list of transfers out (调拨出库单列表, GET /jdy/v2/scm/inv_tfout).
type TransferOutRow struct {
	ID         string      `json:"id"`
	BillNo     string      `json:"bill_no"`     // 单据编号
	BillDate   duijie.Time `json:"bill_date"`   // 单据日期
	BillStatus BillStatus  `json:"bill_status"` // audited or not
	TransType  TransType   `json:"trans_type"`  // 业务类型

	DeptID        string `json:"dept_id"` // 部门
	DeptNumber    string `json:"dept_number"`
	DeptName      string `json:"dept_name"`
	OutDeptID     string `json:"out_dept_id"`
	OutDeptNumber string `json:"out_dept_number"`
	OutDeptName   string `json:"out_dept_name"`

	TransFerStatus TransferStatus `json:"trans_fer_status"`

	CreateTime duijie.Time `json:"create_time"` // China time

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v TransferOutRow) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// TransferOut is a whole record of transfers out (调拨出库单详情, GET /jdy/v2/scm/inv_tfout_detail).
type TransferOut struct {
	ID         string      `json:"id"`
	BillNo     string      `json:"bill_no"`     // 单据编号
	BillDate   duijie.Time `json:"bill_date"`   // 单据日期
	BillStatus BillStatus  `json:"bill_status"` // audited or not
	TransType  TransType   `json:"trans_type"`  // 业务类型

	AuditorID                string       `json:"auditor_id"`
	AuditorNumber            string       `json:"auditor_number"`
	AuditorName              string       `json:"auditor_name"`
	CreatorID                string       `json:"creator_id"`
	CreatorNumber            string       `json:"creator_number"`
	CreatorName              string       `json:"creator_name"`
	DeliveryTypeID           DeliveryType `json:"delivery_type_id"` // 交货方式
	DeliveryTypeNumber       string       `json:"delivery_type_number"`
	DeliveryTypeName         string       `json:"delivery_type_name"`
	DeptID                   string       `json:"dept_id"` // 部门
	DeptNumber               string       `json:"dept_number"`
	DeptName                 string       `json:"dept_name"`
	DispatcherCityID         string       `json:"dispatcher_city_id"`
	DispatcherCityNumber     string       `json:"dispatcher_city_number"`
	DispatcherCityName       string       `json:"dispatcher_city_name"`
	DispatcherCountryID      string       `json:"dispatcher_country_id"`
	DispatcherCountryNumber  string       `json:"dispatcher_country_number"`
	DispatcherCountryName    string       `json:"dispatcher_country_name"`
	DispatcherDistrictID     string       `json:"dispatcher_district_id"`
	DispatcherDistrictNumber string       `json:"dispatcher_district_number"`
	DispatcherDistrictName   string       `json:"dispatcher_district_name"`
	DispatcherProvinceID     string       `json:"dispatcher_province_id"`
	DispatcherProvinceNumber string       `json:"dispatcher_province_number"`
	DispatcherProvinceName   string       `json:"dispatcher_province_name"`
	ModifierID               string       `json:"modifier_id"`
	ModifierNumber           string       `json:"modifier_number"`
	ModifierName             string       `json:"modifier_name"`
	OutDeptID                string       `json:"out_dept_id"`
	OutDeptNumber            string       `json:"out_dept_number"`
	OutDeptName              string       `json:"out_dept_name"`

	AllocateRule      AllocateRule   `json:"allocate_rule"`
	DispatcherAddress string         `json:"dispatcher_address" jdy:"private"` // private: decrypted when read
	DispatcherLinkman string         `json:"dispatcher_linkman"`
	DispatcherPhone   string         `json:"dispatcher_phone" jdy:"private"` // private: decrypted when read
	Remark            string         `json:"remark"`                         // 备注
	TransFerStatus    TransferStatus `json:"trans_fer_status"`

	AuditTime  duijie.Time `json:"audit_time"`  // China time
	CreateTime duijie.Time `json:"create_time"` // China time
	ModifyTime duijie.Time `json:"modify_time"` // China time

	Costs   *TransferOutCosts   `json:"cost_fee_entity"`
	Custom  duijie.Record       `json:"custom_field"` // custom fields by their keys; a reference takes the key with _id
	Parcels []TransferOutParcel `json:"express_entity"`
	Lines   []TransferOutLine   `json:"material_entity"`

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v TransferOut) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// TransferOutLine is part of a [TransferOut]: a line.
type TransferOutLine struct {
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
	InSPID            string `json:"in_sp_id"`
	InSPNumber        string `json:"in_sp_number"`
	InSPName          string `json:"in_sp_name"`
	InStockID         string `json:"in_stock_id"`
	InStockNumber     string `json:"in_stock_number"`
	InStockName       string `json:"in_stock_name"`
	MaterialID        string `json:"material_id"`
	MaterialNumber    string `json:"material_number"`
	MaterialName      string `json:"material_name"`
	OutSPID           string `json:"out_sp_id"`
	OutSPNumber       string `json:"out_sp_number"`
	OutSPName         string `json:"out_sp_name"`
	OutStockID        string `json:"out_stock_id"`
	OutStockNumber    string `json:"out_stock_number"`
	OutStockName      string `json:"out_stock_name"`
	SNListID          string `json:"sn_list_id"`
	SrcBillTypeID     string `json:"src_bill_type_id"` // entity of the source bill; send the whole src group or nothing of it
	SrcBillTypeNumber string `json:"src_bill_type_number"`
	SrcBillTypeName   string `json:"src_bill_type_name"`
	SrcEntryID        string `json:"src_entry_id"` // id of its line
	SrcInterID        string `json:"src_inter_id"` // id of the source bill
	UnitID            string `json:"unit_id"`      // an id, which differs between account sets
	UnitNumber        string `json:"unit_number"`
	UnitName          string `json:"unit_name"`

	Barcode        string        `json:"barcode"`  // 条形码
	BatchNo        string        `json:"batch_no"` // 批号
	Comment        string        `json:"comment"`
	ConversionRate string        `json:"conversion_rate"` // 换算率
	DiffStatus     string        `json:"diff_status"`
	ShelfLife      int64         `json:"kf_period"` // length of the shelf life
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

	AuxCoefficient   duijie.Decimal `json:"aux_coefficient"`
	AuxQty           duijie.Decimal `json:"aux_qty"`  // in the auxiliary unit
	BaseQty          duijie.Decimal `json:"base_qty"` // in the base unit
	Coefficient      duijie.Decimal `json:"coefficient"`
	Cost             duijie.Decimal `json:"cost"` // cost of the line
	CostSharePercent duijie.Decimal `json:"cost_share_percent"`
	DefFloatQty      duijie.Decimal `json:"def_float_qty"`
	Discount         duijie.Decimal `json:"discount"`
	Fee              duijie.Decimal `json:"fee"`
	InBaseQty2       duijie.Decimal `json:"in_base_qty2"`
	InDefFloatQty    duijie.Decimal `json:"in_def_float_qty"`
	InDefFloatQty2   duijie.Decimal `json:"in_def_float_qty2"`
	InInstantQty     duijie.Decimal `json:"in_instant_qty"`
	InInvQty         duijie.Decimal `json:"in_inv_qty"`
	InstantQty       duijie.Decimal `json:"instant_qty"`
	InvBaseQty       duijie.Decimal `json:"inv_base_qty"`
	InvQty           duijie.Decimal `json:"inv_qty"` // in stock
	OutAmount        duijie.Decimal `json:"out_amount"`
	OutPrice         duijie.Decimal `json:"out_price"`
	Qty              duijie.Decimal `json:"qty"` // in the unit of the line
	RetailPrice      duijie.Decimal `json:"retail_price"`
	UnitCost         duijie.Decimal `json:"unit_cost"` // cost per unit

	ProducedOn  duijie.Time `json:"kf_date"` // 生产日期
	SrcBillDate duijie.Time `json:"src_bill_date"`

	MaterialIsAsstAttr  bool `json:"material_is_asst_attr"`
	MaterialIsBatch     bool `json:"material_is_batch"`
	MaterialIsKFPeriod  bool `json:"material_is_kf_period"`
	MaterialIsMultiUnit bool `json:"material_is_multi_unit"`
	MaterialIsSerial    bool `json:"material_is_serial"`

	Custom duijie.Record `json:"custom_entity_field"` // custom fields of the line

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v TransferOutLine) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// TransferOutParcel is part of a [TransferOut]: a parcel.
type TransferOutParcel struct {
	ID  string `json:"id"`
	Seq int64  `json:"seq"`

	ExpressCompanyID     string `json:"express_company_id"`
	ExpressCompanyNumber string `json:"express_company_number"`
	ExpressCompanyName   string `json:"express_company_name"`

	DeliveryBillNo string `json:"delivery_bill_no"`
	DeliveryTime   string `json:"delivery_time"`

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v TransferOutParcel) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// TransferOutCosts is part of a [TransferOut]: the costs (费用).
type TransferOutCosts struct {
	Records []TransferOutCost `json:"fee_records"`

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v TransferOutCosts) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// TransferOutCost is part of a [TransferOut]: one cost.
type TransferOutCost struct {
	ID string `json:"id"`

	CurrencyID           string `json:"currency_id"` // 币别
	CurrencyNumber       string `json:"currency_number"`
	CurrencyName         string `json:"currency_name"`
	PacctTypeID          string `json:"pacct_type_id"`
	PacctTypeNumber      string `json:"pacct_type_number"`
	PacctTypeName        string `json:"pacct_type_name"`
	SettleSupplierID     string `json:"settle_supplier_id"`
	SettleSupplierNumber string `json:"settle_supplier_number"`
	SettleSupplierName   string `json:"settle_supplier_name"`
	SupplierID           string `json:"supplier_id"`
	SupplierNumber       string `json:"supplier_number"`
	SupplierName         string `json:"supplier_name"`

	Comment      string `json:"comment"`
	LinkedBillNo string `json:"linked_bill_no"`

	AllAmount    duijie.Decimal `json:"all_amount"` // with tax (价税合计)
	AllAmountFor duijie.Decimal `json:"all_amount_for"`
	Amount       duijie.Decimal `json:"amount"` // without tax
	AmountFor    duijie.Decimal `json:"amount_for"`
	Cess         duijie.Decimal `json:"cess"`          // tax rate in percent
	ExchangeRate duijie.Decimal `json:"exchange_rate"` // 汇率
	TaxAmount    duijie.Decimal `json:"tax_amount"`    // 税额

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v TransferOutCost) MarshalJSON() ([]byte, error) { return encodeObject(v) }

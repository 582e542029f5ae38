package jdy

import (
	"encoding/json"

	"github.com/duijie-go/duijie"
)

// TransferInService reads and saves transfers in (调拨入库单).
//
// Parameters for Filter of the [Query]: bill_no, bill_status, in_stock_number,
// material_model, material_name, material_number, out_stock_number.
type TransferInService = Records[TransferInRow, TransferIn, TransferInSave]

// transferInRecords says where transfers in are.
var transferInRecords = RecordKind{Name: "transfer in", Path: "/jdy/v2/scm/inv_tfin", Entity: "inv_tfin_bill_inbound", Number: "bill_no"}

// TransferInRow is a row of the list of transfers in (调拨入库单列表, GET /jdy/v2/scm/inv_tfin).
type TransferInRow struct {
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

	CreateTime duijie.Time `json:"create_time"` // China time

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v TransferInRow) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// TransferIn is a whole record of transfers in (调拨入库单详情, GET /jdy/v2/scm/inv_tfin_detail).
type TransferIn struct {
	ID         string      `json:"id"`
	BillNo     string      `json:"bill_no"`     // 单据编号
	BillDate   duijie.Time `json:"bill_date"`   // 单据日期
	BillStatus BillStatus  `json:"bill_status"` // audited or not
	TransType  TransType   `json:"trans_type"`  // 业务类型

	AuditorID      string `json:"auditor_id"`
	AuditorNumber  string `json:"auditor_number"`
	AuditorName    string `json:"auditor_name"`
	CreatorID      string `json:"creator_id"`
	CreatorNumber  string `json:"creator_number"`
	CreatorName    string `json:"creator_name"`
	DeptID         string `json:"dept_id"` // 部门
	DeptNumber     string `json:"dept_number"`
	DeptName       string `json:"dept_name"`
	ModifierID     string `json:"modifier_id"`
	ModifierNumber string `json:"modifier_number"`
	ModifierName   string `json:"modifier_name"`
	OutDeptID      string `json:"out_dept_id"`
	OutDeptNumber  string `json:"out_dept_number"`
	OutDeptName    string `json:"out_dept_name"`

	AllocateRule   AllocateRule   `json:"allocate_rule"`
	Remark         string         `json:"remark"` // 备注
	TransFerStatus TransferStatus `json:"trans_fer_status"`

	AuditTime  duijie.Time `json:"audit_time"`  // China time
	CreateTime duijie.Time `json:"create_time"` // China time
	ModifyTime duijie.Time `json:"modify_time"` // China time

	Costs  *TransferInCosts `json:"cost_fee_entity"`
	Custom duijie.Record    `json:"custom_field"` // custom fields by their keys; a reference takes the key with _id
	Lines  []TransferInLine `json:"material_entity"`

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v TransferIn) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// TransferInLine is part of a [TransferIn]: a line.
type TransferInLine struct {
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
func (v TransferInLine) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// TransferInCosts is part of a [TransferIn]: the costs (费用).
type TransferInCosts struct {
	Records []TransferInCost `json:"fee_records"`

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v TransferInCosts) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// TransferInCost is part of a [TransferIn]: one cost.
type TransferInCost struct {
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
func (v TransferInCost) MarshalJSON() ([]byte, error) { return encodeObject(v) }

package jdy

import (
	"encoding/json"

	"github.com/duijie-go/duijie"
)

// SalesReturnService reads and saves sales returns (销售退货单).
//
// Parameters for Filter of the [Query]: bill_no, bill_status, customer_id,
// customer_name, customer_number, dept_id, dept_number, emp_id, emp_number,
// material_model, material_name, material_number, order_by, settle_status.
type SalesReturnService = Records[SalesReturnRow, SalesReturn, SalesReturnSave]

// salesReturnRecords says where sales returns are.
var salesReturnRecords = RecordKind{Name: "sales return", Path: "/jdy/v2/scm/sal_in_bound", Entity: "sal_bill_inbound", Number: "bill_no"}

// SalesReturnRow is a row of the list of sales returns (销售退货单列表, GET /jdy/v2/scm/sal_in_bound).
type SalesReturnRow struct {
	ID         string      `json:"id"`
	BillNo     string      `json:"bill_no"`     // 单据编号
	BillDate   duijie.Time `json:"bill_date"`   // 单据日期
	BillStatus BillStatus  `json:"bill_status"` // audited or not

	CustomerID     string `json:"customer_id"`
	CustomerNumber string `json:"customer_number"`
	CustomerName   string `json:"customer_name"`
	DeptID         string `json:"dept_id"` // 部门
	DeptNumber     string `json:"dept_number"`
	DeptName       string `json:"dept_name"`
	EmpID          string `json:"emp_id"` // salesman or buyer (业务员)
	EmpNumber      string `json:"emp_number"`
	EmpName        string `json:"emp_name"`

	SettleStatus SettleStatus `json:"settle_status"` // paid or not

	BillDisAmount duijie.Decimal `json:"bill_dis_amount"` // discount of the whole bill

	CreateTime duijie.Time `json:"create_time"` // China time

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v SalesReturnRow) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// SalesReturn is a whole record of sales returns (销售退货单详情, GET /jdy/v2/scm/sal_in_bound_detail).
type SalesReturn struct {
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
	CusCurrencyID         string `json:"cus_currency_id"`
	CustomerID            string `json:"customer_id"`
	DeptID                string `json:"dept_id"` // 部门
	DeptNumber            string `json:"dept_number"`
	DeptName              string `json:"dept_name"`
	EmpID                 string `json:"emp_id"` // salesman or buyer (业务员)
	EmpNumber             string `json:"emp_number"`
	EmpName               string `json:"emp_name"`
	LogisticsID           string `json:"f_logistics_id"`
	ModifierID            string `json:"modifier_id"`
	ModifierNumber        string `json:"modifier_number"`
	ModifierName          string `json:"modifier_name"`
	SettingTermID         string `json:"setting_term_id"`
	SettingTermNumber     string `json:"setting_term_number"`
	SettingTermName       string `json:"setting_term_name"`

	Attachments      int64       `json:"attachments"`
	ContactAddress   string      `json:"contact_address" jdy:"private"` // private: decrypted when read
	ContactInfo      string      `json:"contact_info"`
	ContactLinkman   string      `json:"contact_linkman"`
	ContactPhone     string      `json:"contact_phone" jdy:"private"` // private: decrypted when read
	CusBearFeeStatus string      `json:"cus_bear_fee_status"`
	IOStatus         IOStatus    `json:"io_status"` // moved in or out
	InvoiceType      InvoiceKind `json:"ivc_type"`
	ReceiveDelivery  string      `json:"recevice_delivery"`
	Remark           string      `json:"remark"` // 备注

	AllDebt             duijie.Decimal `json:"all_debt"`        // what is owed in all
	BillDisAmount       duijie.Decimal `json:"bill_dis_amount"` // discount of the whole bill
	BillDisRate         duijie.Decimal `json:"bill_dis_rate"`   // discount of the whole bill in percent
	CostFee             duijie.Decimal `json:"cost_fee"`
	CusExchangeRate     duijie.Decimal `json:"cus_exchange_rate"`
	DeductionBalance    duijie.Decimal `json:"deduction_balance"`
	LastDebt            duijie.Decimal `json:"last_debt"` // what was owed before
	SubsistInfo         duijie.Decimal `json:"subsist_info"`
	TotalAmount         duijie.Decimal `json:"total_amount"` // sum, with tax
	TotalUnSettleAmount duijie.Decimal `json:"total_un_settle_amount"`

	AuditTime  duijie.Time `json:"audit_time"`  // China time
	CreateTime duijie.Time `json:"create_time"` // China time
	DueDate    duijie.Time `json:"due_date"`
	ModifyTime duijie.Time `json:"modify_time"` // China time

	AttachmentsURL []Attachment             `json:"attachments_url"`
	CustomerFees   []SalesReturnCustomerFee `json:"cus_bear_fee_entry"`
	Custom         duijie.Record            `json:"custom_field"` // custom fields by their keys; a reference takes the key with _id
	Lines          []SalesReturnLine        `json:"material_entity"`
	Payments       []SalesReturnPayment     `json:"payment_entry"`

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v SalesReturn) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// SalesReturnPayment is part of a [SalesReturn]: a payment.
type SalesReturnPayment struct {
	ID  string `json:"id"`
	Seq int64  `json:"seq"`

	PayTypeID         string `json:"pay_type_id"` // 结算方式
	PayTypeName       string `json:"pay_type_name"`
	SettleAccountID   string `json:"settle_account_id"` // account the money moves on (结算账户)
	SettleAccountName string `json:"settle_account_name"`
	TransNumber       string `json:"trans_number"` // 交易号

	PayComment string `json:"pay_comment"`

	PayAmount duijie.Decimal `json:"pay_amount"`

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v SalesReturnPayment) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// SalesReturnLine is part of a [SalesReturn]: a line.
type SalesReturnLine struct {
	ID  string `json:"id"`
	Seq int64  `json:"seq"`

	AuxUnitID         string `json:"aux_unit_id"` // auxiliary unit
	AuxUnitNumber     string `json:"aux_unit_number"`
	AuxUnitName       string `json:"aux_unit_name"`
	MaterialID        string `json:"material_id"`
	MaterialNumber    string `json:"material_number"`
	MaterialName      string `json:"material_name"`
	StockID           string `json:"stock_id"` // warehouse
	StockNumber       string `json:"stock_number"`
	StockName         string `json:"stock_name"`
	UnitID            string `json:"unit_id"` // an id, which differs between account sets
	UnitNumber        string `json:"unit_number"`
	UnitName          string `json:"unit_name"`
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
	BaseUnitID        string `json:"base_unit_id"`
	BaseUnitNumber    string `json:"base_unit_number"`
	BaseUnitName      string `json:"base_unit_name"`
	SNListID          string `json:"sn_list_id"`
	SPID              string `json:"sp_id"` // bin (仓位)
	SPNumber          string `json:"sp_number"`
	SPName            string `json:"sp_name"`
	SrcBillTypeID     string `json:"src_bill_type_id"` // entity of the source bill; send the whole src group or nothing of it
	SrcBillTypeNumber string `json:"src_bill_type_number"`
	SrcBillTypeName   string `json:"src_bill_type_name"`
	SrcEntryID        string `json:"src_entry_id"` // id of its line
	SrcInterID        string `json:"src_inter_id"` // id of the source bill
	SrcOrderID        string `json:"src_order_id"`

	Barcode           string        `json:"barcode"`  // 条形码
	BatchNo           string        `json:"batch_no"` // 批号
	Comment           string        `json:"comment"`
	ConversionRate    string        `json:"conversion_rate"` // 换算率
	EntrySettleStatus SettleStatus  `json:"entry_settle_status"`
	EntryStatus       string        `json:"entry_status"`
	ShelfLife         int64         `json:"kf_period"` // length of the shelf life
	ShelfLifeUnit     ShelfLifeUnit `json:"kf_type"`
	MaterialHelpCode  string        `json:"material_help_code"`
	MaterialModel     string        `json:"material_model"`
	Picture           string        `json:"picture"`
	ProLicense        string        `json:"pro_license"` // production licence (生产许可证)
	ProPlace          string        `json:"pro_place"`
	ProRegNo          string        `json:"pro_reg_no"`
	SerialNumbers     string        `json:"sn_list"`     // serial numbers
	SrcBillNo         string        `json:"src_bill_no"` // its number
	SrcSeq            int64         `json:"src_seq"`     // number of its line
	ValidUntil        string        `json:"valid_date"`  // 有效期至; days in the platform's own example, so kept as text

	AuxQty              duijie.Decimal `json:"aux_qty"`   // in the auxiliary unit
	Price               duijie.Decimal `json:"price"`     // without tax
	Qty                 duijie.Decimal `json:"qty"`       // in the unit of the line
	TaxPrice            duijie.Decimal `json:"tax_price"` // with tax
	ActNonTaxAmount     duijie.Decimal `json:"act_non_tax_amount"`
	ActTaxPrice         duijie.Decimal `json:"act_tax_price"`
	AllAmount           duijie.Decimal `json:"all_amount"` // with tax (价税合计)
	Amount              duijie.Decimal `json:"amount"`     // without tax
	AuxCoefficient      duijie.Decimal `json:"aux_coefficient"`
	BaseQty             duijie.Decimal `json:"base_qty"` // in the base unit
	BillDisDistribution duijie.Decimal `json:"bill_dis_distribution"`
	Cess                duijie.Decimal `json:"cess"` // tax rate in percent
	Coefficient         duijie.Decimal `json:"coefficient"`
	Cost                duijie.Decimal `json:"cost"`              // cost of the line
	CurSettleAmount     duijie.Decimal `json:"cur_settle_amount"` // settled by this bill
	DisAmount           duijie.Decimal `json:"dis_amount"`        // discount
	DisPrice            duijie.Decimal `json:"dis_price"`         // after the discount
	DisRate             duijie.Decimal `json:"dis_rate"`          // discount in percent
	Discount            duijie.Decimal `json:"discount"`
	DivideDiffAmount    duijie.Decimal `json:"divide_diff_amount"`
	Fee                 duijie.Decimal `json:"fee"`
	InvBaseQty          duijie.Decimal `json:"inv_base_qty"`
	InvQty              duijie.Decimal `json:"inv_qty"` // in stock
	PreDisAmount        duijie.Decimal `json:"pre_dis_amount"`
	ReturnQty           duijie.Decimal `json:"return_qty"`
	ReturnQtyUnit       duijie.Decimal `json:"return_qty_unit"`
	TaxAmount           duijie.Decimal `json:"tax_amount"` // 税额
	UnitCost            duijie.Decimal `json:"unit_cost"`  // cost per unit

	ProducedOn  duijie.Time `json:"kf_date"` // 生产日期
	SrcBillDate duijie.Time `json:"src_bill_date"`

	IsFree              bool `json:"is_free"` // a gift (赠品)
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
func (v SalesReturnLine) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// SalesReturnCustomerFee is part of a [SalesReturn]: a fee the customer bears.
type SalesReturnCustomerFee struct {
	IncomeNameID string `json:"income_name_id"`

	IncomeComment string `json:"income_comment"`

	IncomeAmount duijie.Decimal `json:"income_amount"`

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v SalesReturnCustomerFee) MarshalJSON() ([]byte, error) { return encodeObject(v) }

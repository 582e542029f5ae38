package jdy

import (
	"encoding/json"

	"github.com/duijie-go/duijie"
)

// SalesOrderService reads and saves sales orders (销售订单).
//
// Parameters for Filter of the [Query]: bill_close_state, bill_no, bill_status,
// customer_name, customer_number, dept_id, dept_number, emp_id, emp_number,
// io_status, material_model, material_name, material_number, real_io_status,
// show_material_total, total_fields.
type SalesOrderService = Records[SalesOrderRow, SalesOrder, SalesOrderSave]

// salesOrderRecords says where sales orders are.
var salesOrderRecords = RecordKind{Name: "sales order", Path: "/jdy/v2/scm/sal_order", Entity: "sal_bill_order", Number: "bill_no"}

// SalesOrderRow is a row of the list of sales orders (销售订单列表, GET /jdy/v2/scm/sal_order).
type SalesOrderRow struct {
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

	BillCloseState CloseState   `json:"bill_close_state"` // open or closed
	DeliveryType   string       `json:"delivery_type"`
	IOStatus       IOStatus     `json:"io_status"` // moved in or out
	MaterialGroup  string       `json:"material_group"`
	RealIOStatus   IOStatus     `json:"real_io_status"` // moved in or out by the warehouse
	SettleStatus   SettleStatus `json:"settle_status"`  // paid or not

	BillDisAmount       duijie.Decimal `json:"bill_dis_amount"` // discount of the whole bill
	BillDisBeforeAmount duijie.Decimal `json:"bill_dis_before_amount"`
	MaterialQty         duijie.Decimal `json:"material_qty"`
	TotalAmount         duijie.Decimal `json:"total_amount"` // sum, with tax

	AuditDate  duijie.Time `json:"audit_date"`  // China time
	CreateTime duijie.Time `json:"create_time"` // China time

	Custom duijie.Record `json:"custom_field"` // custom fields by their keys; a reference takes the key with _id

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v SalesOrderRow) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// SalesOrder is a whole record of sales orders (销售订单详情, GET /jdy/v2/scm/sal_order_detail).
type SalesOrder struct {
	ID         string      `json:"id"`
	BillNo     string      `json:"bill_no"`     // 单据编号
	BillDate   duijie.Time `json:"bill_date"`   // 单据日期
	BillStatus BillStatus  `json:"bill_status"` // audited or not

	AuditorID                string       `json:"auditor_id"`
	AuditorNumber            string       `json:"auditor_number"`
	AuditorName              string       `json:"auditor_name"`
	ContactCityID            string       `json:"contact_city_id"`
	ContactCityNumber        string       `json:"contact_city_number"`
	ContactCityName          string       `json:"contact_city_name"`
	ContactCountryID         string       `json:"contact_country_id"`
	ContactCountryNumber     string       `json:"contact_country_number"`
	ContactCountryName       string       `json:"contact_country_name"`
	ContactDistrictID        string       `json:"contact_district_id"`
	ContactDistrictNumber    string       `json:"contact_district_number"`
	ContactDistrictName      string       `json:"contact_district_name"`
	ContactProvinceID        string       `json:"contact_province_id"`
	ContactProvinceNumber    string       `json:"contact_province_number"`
	ContactProvinceName      string       `json:"contact_province_name"`
	CreatorID                string       `json:"creator_id"`
	CreatorNumber            string       `json:"creator_number"`
	CreatorName              string       `json:"creator_name"`
	CurrencyID               string       `json:"currency_id"` // 币别
	CustomerID               string       `json:"customer_id"`
	CustomerNumber           string       `json:"customer_number"`
	CustomerName             string       `json:"customer_name"`
	DeliveryTypeID           DeliveryType `json:"delivery_type_id"` // 交货方式
	DeptID                   string       `json:"dept_id"`          // 部门
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
	EmpID                    string       `json:"emp_id"` // salesman or buyer (业务员)
	EmpNumber                string       `json:"emp_number"`
	EmpName                  string       `json:"emp_name"`
	LogisticsID              string       `json:"f_logistics_id"`
	ModifierID               string       `json:"modifier_id"`
	ModifierNumber           string       `json:"modifier_number"`
	ModifierName             string       `json:"modifier_name"`
	SettingTermID            string       `json:"setting_term_id"`
	SettingTermNumber        string       `json:"setting_term_number"`
	SettingTermName          string       `json:"setting_term_name"`
	SettleCustomerID         string       `json:"settle_customer_id"`
	SettleCustomerNumber     string       `json:"settle_customer_number"`

	Attachments          int64           `json:"attachments"`
	BillCloseState       CloseState      `json:"bill_close_state"`              // open or closed
	ContactAddress       string          `json:"contact_address" jdy:"private"` // private: decrypted when read
	ContactInfo          string          `json:"contact_info"`
	ContactLinkman       string          `json:"contact_linkman"`
	ContactPhone         string          `json:"contact_phone" jdy:"private"`      // private: decrypted when read
	DispatcherAddress    string          `json:"dispatcher_address" jdy:"private"` // private: decrypted when read
	DispatcherLinkman    string          `json:"dispatcher_linkman"`
	DispatcherPhone      string          `json:"dispatcher_phone" jdy:"private"` // private: decrypted when read
	IOStatus             IOStatus        `json:"io_status"`                      // moved in or out
	InvoiceStatus        InvoicingStatus `json:"ivc_status"`
	InvoiceType          InvoiceKind     `json:"ivc_type"`
	ReceiveDelivery      string          `json:"recevice_delivery"`
	Remark               string          `json:"remark"` // 备注
	TotalPreSettleStatus SettleStatus    `json:"total_pre_settle_status"`

	AllDebt              duijie.Decimal `json:"all_debt"`        // what is owed in all
	BillDisAmount        duijie.Decimal `json:"bill_dis_amount"` // discount of the whole bill
	BillDisRate          duijie.Decimal `json:"bill_dis_rate"`   // discount of the whole bill in percent
	CostFee              duijie.Decimal `json:"cost_fee"`
	ExchangeRate         duijie.Decimal `json:"exchange_rate"` // 汇率
	IOAmount             duijie.Decimal `json:"io_amount"`
	LastDebt             duijie.Decimal `json:"last_debt"` // what was owed before
	SubsistInfo          duijie.Decimal `json:"subsist_info"`
	TotalAmount          duijie.Decimal `json:"total_amount"` // sum, with tax
	TotalDeposit         duijie.Decimal `json:"total_deposit"`
	TotalPreSettleAmount duijie.Decimal `json:"total_pre_settle_amount"`
	TotalUnSettleAmount  duijie.Decimal `json:"total_un_settle_amount"`
	UnIOAmount           duijie.Decimal `json:"un_io_amount"`

	AuditTime  duijie.Time `json:"audit_time"`  // China time
	CreateTime duijie.Time `json:"create_time"` // China time
	DueDate    duijie.Time `json:"due_date"`
	ModifyTime duijie.Time `json:"modify_time"` // China time

	AttachmentsURL []Attachment            `json:"attachments_url"`
	Costs          *SalesOrderCosts        `json:"cost_fee_entity"`
	CustomerFees   []SalesOrderCustomerFee `json:"cus_bear_fee_entry"`
	Custom         duijie.Record           `json:"custom_field"` // custom fields by their keys; a reference takes the key with _id
	Lines          []SalesOrderLine        `json:"material_entity"`
	Payments       []SalesOrderPayment     `json:"payment_entry"`

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v SalesOrder) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// SalesOrderPayment is part of a [SalesOrder]: a payment.
type SalesOrderPayment struct {
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
func (v SalesOrderPayment) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// SalesOrderLine is part of a [SalesOrder]: a line.
type SalesOrderLine struct {
	ID  string `json:"id"`
	Seq int64  `json:"seq"`

	AuxUnitID             string `json:"aux_unit_id"` // auxiliary unit
	AuxUnitNumber         string `json:"aux_unit_number"`
	AuxUnitName           string `json:"aux_unit_name"`
	MaterialID            string `json:"material_id"`
	MaterialNumber        string `json:"material_number"`
	MaterialName          string `json:"material_name"`
	StockID               string `json:"stock_id"` // warehouse
	StockNumber           string `json:"stock_number"`
	StockName             string `json:"stock_name"`
	UnitID                string `json:"unit_id"` // an id, which differs between account sets
	UnitNumber            string `json:"unit_number"`
	UnitName              string `json:"unit_name"`
	AuxID1                string `json:"aux_id1"`
	AuxID2                string `json:"aux_id2"`
	AuxID3                string `json:"aux_id3"`
	AuxName1              string `json:"aux_name1"`
	AuxName2              string `json:"aux_name2"`
	AuxName3              string `json:"aux_name3"`
	AuxNumber1            string `json:"aux_number1"`
	AuxNumber2            string `json:"aux_number2"`
	AuxNumber3            string `json:"aux_number3"`
	AuxPropID             string `json:"aux_prop_id"`
	AuxPropNumber         string `json:"aux_prop_number"`
	AuxPropName           string `json:"aux_prop_name"`
	BaseUnitID            string `json:"base_unit_id"`
	BaseUnitNumber        string `json:"base_unit_number"`
	BaseUnitName          string `json:"base_unit_name"`
	OutsideMaterialNumber string `json:"outside_material_number"`
	SNListID              string `json:"sn_list_id"`
	SPID                  string `json:"sp_id"` // bin (仓位)
	SPNumber              string `json:"sp_number"`
	SPName                string `json:"sp_name"`
	SrcBillTypeID         string `json:"src_bill_type_id"` // entity of the source bill; send the whole src group or nothing of it
	SrcBillTypeNumber     string `json:"src_bill_type_number"`
	SrcBillTypeName       string `json:"src_bill_type_name"`
	SrcEntryID            string `json:"src_entry_id"` // id of its line
	SrcInterID            string `json:"src_inter_id"` // id of the source bill
	SrcOrderID            string `json:"src_order_id"`

	Barcode             string        `json:"barcode"`  // 条形码
	BatchNo             string        `json:"batch_no"` // 批号
	Comment             string        `json:"comment"`
	ConversionRate      string        `json:"conversion_rate"` // 换算率
	CusBillNo           string        `json:"cus_bill_no"`
	EntrySettleStatus   SettleStatus  `json:"entry_settle_status"`
	ShelfLife           int64         `json:"kf_period"` // length of the shelf life
	ShelfLifeUnit       ShelfLifeUnit `json:"kf_type"`
	MaterialHelpCode    string        `json:"material_help_code"`
	MaterialModel       string        `json:"material_model"`
	OutsideMaterialUnit string        `json:"outside_material_unit"`
	Picture             string        `json:"picture"`
	ProLicense          string        `json:"pro_license"` // production licence (生产许可证)
	ProPlace            string        `json:"pro_place"`
	ProRegNo            string        `json:"pro_reg_no"`
	SerialNumbers       string        `json:"sn_list"`     // serial numbers
	SrcBillNo           string        `json:"src_bill_no"` // its number
	SrcSeq              int64         `json:"src_seq"`     // number of its line
	ValidUntil          string        `json:"valid_date"`  // 有效期至; days in the platform's own example, so kept as text

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
	BillDisBeforeAmount duijie.Decimal `json:"bill_dis_before_amount"`
	BillDisDistribution duijie.Decimal `json:"bill_dis_distribution"`
	Cess                duijie.Decimal `json:"cess"` // tax rate in percent
	Coefficient         duijie.Decimal `json:"coefficient"`
	Cost                duijie.Decimal `json:"cost"`              // cost of the line
	CurSettleAmount     duijie.Decimal `json:"cur_settle_amount"` // settled by this bill
	DisAmount           duijie.Decimal `json:"dis_amount"`        // discount
	DisPrice            duijie.Decimal `json:"dis_price"`         // after the discount
	DisRate             duijie.Decimal `json:"dis_rate"`          // discount in percent
	DisTaxAmount        duijie.Decimal `json:"dis_tax_amount"`
	Discount            duijie.Decimal `json:"discount"`
	DivideDiffAmount    duijie.Decimal `json:"divide_diff_amount"`
	Fee                 duijie.Decimal `json:"fee"`
	InvBaseQty          duijie.Decimal `json:"inv_base_qty"`
	InvQty              duijie.Decimal `json:"inv_qty"` // in stock
	OutBaseQty          duijie.Decimal `json:"out_base_qty"`
	OutQty              duijie.Decimal `json:"out_qty"`
	PreDisAmount        duijie.Decimal `json:"pre_dis_amount"`
	RealOutQty          duijie.Decimal `json:"real_out_qty"`
	RealUnOutQty        duijie.Decimal `json:"real_un_out_qty"`
	ReturnQty           duijie.Decimal `json:"return_qty"`
	ReturnQtyUnit       duijie.Decimal `json:"return_qty_unit"`
	TaxAmount           duijie.Decimal `json:"tax_amount"` // 税额
	UnOutQty            duijie.Decimal `json:"un_out_qty"`
	UnitCost            duijie.Decimal `json:"unit_cost"` // cost per unit

	DeliveryDate duijie.Time `json:"delivery_date"` // 交货日期
	ProducedOn   duijie.Time `json:"kf_date"`       // 生产日期
	SrcBillDate  duijie.Time `json:"src_bill_date"`

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
func (v SalesOrderLine) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// SalesOrderCustomerFee is part of a [SalesOrder]: a fee the customer bears.
type SalesOrderCustomerFee struct {
	IncomeName   string `json:"income_name"`
	IncomeNameID string `json:"income_name_id"`

	IncomeComment string `json:"income_comment"`

	IncomeAmount duijie.Decimal `json:"income_amount"`
	TotalAmount  duijie.Decimal `json:"total_amount"` // sum, with tax

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v SalesOrderCustomerFee) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// SalesOrderCosts is part of a [SalesOrder]: the costs (费用).
type SalesOrderCosts struct {
	Records []SalesOrderCost `json:"fee_records"`

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v SalesOrderCosts) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// SalesOrderCost is part of a [SalesOrder]: one cost.
type SalesOrderCost struct {
	ID string `json:"id"`

	CurrencyID     string `json:"currency_id"` // 币别
	CurrencyNumber string `json:"currency_number"`
	CurrencyName   string `json:"currency_name"`
	PayTypeID      string `json:"pay_type_id"` // 结算方式
	PayTypeNumber  string `json:"pay_type_number"`
	PayTypeName    string `json:"pay_type_name"`
	SupplierID     string `json:"supplier_id"`
	SupplierNumber string `json:"supplier_number"`
	SupplierName   string `json:"supplier_name"`

	Comment string `json:"comment"`

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
func (v SalesOrderCost) MarshalJSON() ([]byte, error) { return encodeObject(v) }

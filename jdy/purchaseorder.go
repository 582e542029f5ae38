package jdy

import (
	"encoding/json"

	"github.com/duijie-go/duijie"
)

// PurchaseOrderService reads and saves purchase orders (采购订单).
//
// SaveOptions.External is your own unique id (outside_pk_id), to be sent when
// creating and when updating: with it a repeated create makes no second order.
//
// Parameters for Filter of the [Query]: bill_no, bill_status, dept_id, dept_number,
// emp_id, material_model, material_name, material_number, out_side_pks, supplier_id,
// supplier_name, supplier_number.
type PurchaseOrderService = Records[PurchaseOrderRow, PurchaseOrder, PurchaseOrderSave]

// purchaseOrderRecords says where purchase orders are.
var purchaseOrderRecords = RecordKind{Name: "purchase order", Path: "/jdy/v2/scm/pur_order", Entity: "pur_bill_order", Number: "bill_no", External: "outside_pk_id"}

// PurchaseOrderRow is a row of the list of purchase orders (采购订单列表, GET /jdy/v2/scm/pur_order).
type PurchaseOrderRow struct {
	ID         string      `json:"id"`
	BillNo     string      `json:"bill_no"`     // 单据编号
	BillDate   duijie.Time `json:"bill_date"`   // 单据日期
	BillStatus BillStatus  `json:"bill_status"` // audited or not

	DeliveryTypeID     DeliveryType `json:"delivery_type_id"` // 交货方式
	DeliveryTypeNumber string       `json:"delivery_type_number"`
	DeliveryTypeName   string       `json:"delivery_type_name"`
	EmpID              string       `json:"emp_id"` // salesman or buyer (业务员)
	EmpNumber          string       `json:"emp_number"`
	EmpName            string       `json:"emp_name"`
	SupplierID         string       `json:"supplier_id"`
	SupplierNumber     string       `json:"supplier_number"`
	SupplierName       string       `json:"supplier_name"`

	BillCloseState CloseState `json:"bill_close_state"` // open or closed
	IOStatus       IOStatus   `json:"io_status"`        // moved in or out
	RealIOStatus   IOStatus   `json:"real_io_status"`   // moved in or out by the warehouse
	Remark         string     `json:"remark"`           // 备注

	CreateTime duijie.Time `json:"create_time"` // China time

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v PurchaseOrderRow) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// PurchaseOrder is a whole record of purchase orders (采购订单详情, GET /jdy/v2/scm/pur_order_detail).
type PurchaseOrder struct {
	ID         string      `json:"id"`
	BillNo     string      `json:"bill_no"`     // 单据编号
	BillDate   duijie.Time `json:"bill_date"`   // 单据日期
	BillStatus BillStatus  `json:"bill_status"` // audited or not
	TransType  TransType   `json:"trans_type"`  // 业务类型

	AuditorID                string `json:"auditor_id"`
	AuditorNumber            string `json:"auditor_number"`
	AuditorName              string `json:"auditor_name"`
	ContactCityID            string `json:"contact_city_id"`
	ContactCityNumber        string `json:"contact_city_number"`
	ContactCityName          string `json:"contact_city_name"`
	ContactCountryID         string `json:"contact_country_id"`
	ContactCountryNumber     string `json:"contact_country_number"`
	ContactCountryName       string `json:"contact_country_name"`
	ContactDistrictID        string `json:"contact_district_id"`
	ContactDistrictNumber    string `json:"contact_district_number"`
	ContactDistrictName      string `json:"contact_district_name"`
	ContactProvinceID        string `json:"contact_province_id"`
	ContactProvinceNumber    string `json:"contact_province_number"`
	ContactProvinceName      string `json:"contact_province_name"`
	CreatorID                string `json:"creator_id"`
	CreatorNumber            string `json:"creator_number"`
	CreatorName              string `json:"creator_name"`
	CurrencyID               string `json:"currency_id"` // 币别
	CustomerID               string `json:"customer_id"`
	CustomerNumber           string `json:"customer_number"`
	CustomerName             string `json:"customer_name"`
	DeptID                   string `json:"dept_id"` // 部门
	DeptNumber               string `json:"dept_number"`
	DeptName                 string `json:"dept_name"`
	DispatcherCityID         string `json:"dispatcher_city_id"`
	DispatcherCityNumber     string `json:"dispatcher_city_number"`
	DispatcherCityName       string `json:"dispatcher_city_name"`
	DispatcherCountryID      string `json:"dispatcher_country_id"`
	DispatcherCountryNumber  string `json:"dispatcher_country_number"`
	DispatcherCountryName    string `json:"dispatcher_country_name"`
	DispatcherDistrictID     string `json:"dispatcher_district_id"`
	DispatcherDistrictNumber string `json:"dispatcher_district_number"`
	DispatcherDistrictName   string `json:"dispatcher_district_name"`
	DispatcherProvinceID     string `json:"dispatcher_province_id"`
	DispatcherProvinceNumber string `json:"dispatcher_province_number"`
	DispatcherProvinceName   string `json:"dispatcher_province_name"`
	EmpID                    string `json:"emp_id"` // salesman or buyer (业务员)
	EmpNumber                string `json:"emp_number"`
	EmpName                  string `json:"emp_name"`
	ModifierID               string `json:"modifier_id"`
	ModifierNumber           string `json:"modifier_number"`
	ModifierName             string `json:"modifier_name"`
	SettingTermID            string `json:"setting_term_id"`
	SettingTermNumber        string `json:"setting_term_number"`
	SettingTermName          string `json:"setting_term_name"`
	SupplierID               string `json:"supplier_id"`
	SupplierNumber           string `json:"supplier_number"`
	SupplierName             string `json:"supplier_name"`

	Attachments       int64      `json:"attachments"`
	BillCloseState    CloseState `json:"bill_close_state"`                 // open or closed
	ContactAddress    string     `json:"contact_address" jdy:"private"`    // private: decrypted when read
	ContactPhone      string     `json:"contact_phone" jdy:"private"`      // private: decrypted when read
	DispatcherAddress string     `json:"dispatcher_address" jdy:"private"` // private: decrypted when read
	DispatcherLinkman string     `json:"dispatcher_linkman"`
	DispatcherPhone   string     `json:"dispatcher_phone" jdy:"private"` // private: decrypted when read
	IOStatus          IOStatus   `json:"io_status"`                      // moved in or out
	Remark            string     `json:"remark"`                         // 备注
	SendStatus        string     `json:"send_status"`

	ExchangeRate duijie.Decimal `json:"exchange_rate"` // 汇率

	AuditTime  duijie.Time `json:"audit_time"`  // China time
	CreateTime duijie.Time `json:"create_time"` // China time
	DueDate    duijie.Time `json:"due_date"`
	ModifyTime duijie.Time `json:"modify_time"` // China time

	AttachmentsURL []Attachment        `json:"attachments_url"`
	Costs          *PurchaseOrderCosts `json:"cost_fee_entity"`
	Custom         duijie.Record       `json:"custom_field"` // custom fields by their keys; a reference takes the key with _id
	Lines          []PurchaseOrderLine `json:"material_entity"`

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v PurchaseOrder) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// PurchaseOrderLine is part of a [PurchaseOrder]: a line.
type PurchaseOrderLine struct {
	ID  string `json:"id"`
	Seq int64  `json:"seq"`

	AuxID1             string `json:"aux_id1"`
	AuxID2             string `json:"aux_id2"`
	AuxID3             string `json:"aux_id3"`
	AuxName1           string `json:"aux_name1"`
	AuxName2           string `json:"aux_name2"`
	AuxName3           string `json:"aux_name3"`
	AuxNumber1         string `json:"aux_number1"`
	AuxNumber2         string `json:"aux_number2"`
	AuxNumber3         string `json:"aux_number3"`
	AuxPropID          string `json:"aux_prop_id"`
	AuxPropNumber      string `json:"aux_prop_number"`
	AuxPropName        string `json:"aux_prop_name"`
	AuxUnitID          string `json:"aux_unit_id"` // auxiliary unit
	AuxUnitNumber      string `json:"aux_unit_number"`
	AuxUnitName        string `json:"aux_unit_name"`
	BaseUnitID         string `json:"base_unit_id"`
	BaseUnitNumber     string `json:"base_unit_number"`
	BaseUnitName       string `json:"base_unit_name"`
	MaterialID         string `json:"material_id"`
	MaterialNumber     string `json:"material_number"`
	MaterialName       string `json:"material_name"`
	SNListID           string `json:"sn_list_id"`
	SPID               string `json:"sp_id"` // bin (仓位)
	SPNumber           string `json:"sp_number"`
	SPName             string `json:"sp_name"`
	SrcBillTypeID      string `json:"src_bill_type_id"` // entity of the source bill; send the whole src group or nothing of it
	SrcBillTypeNumber  string `json:"src_bill_type_number"`
	SrcBillTypeName    string `json:"src_bill_type_name"`
	SrcEntryID         string `json:"src_entry_id"` // id of its line
	SrcInterID         string `json:"src_inter_id"` // id of the source bill
	SrcOrderID         string `json:"src_order_id"`
	StockID            string `json:"stock_id"` // warehouse
	StockNumber        string `json:"stock_number"`
	StockName          string `json:"stock_name"`
	SuppMaterialNumber string `json:"supp_material_number"`
	SuppMaterialName   string `json:"supp_material_name"`
	UnitID             string `json:"unit_id"` // an id, which differs between account sets
	UnitNumber         string `json:"unit_number"`
	UnitName           string `json:"unit_name"`

	Barcode           string       `json:"barcode"`  // 条形码
	BatchNo           string       `json:"batch_no"` // 批号
	CloseState        string       `json:"close_state"`
	Comment           string       `json:"comment"`
	ConversionRate    string       `json:"conversion_rate"` // 换算率
	EntryIosTatus     string       `json:"entry_ios_tatus"`
	EntryRealioStatus string       `json:"entry_realio_status"`
	EntrySettleStatus SettleStatus `json:"entry_settle_status"`
	MaterialHelpCode  string       `json:"material_help_code"`
	MaterialModel     string       `json:"material_model"`
	Picture           string       `json:"picture"`
	ProLicense        string       `json:"pro_license"` // production licence (生产许可证)
	ProPlace          string       `json:"pro_place"`
	ProRegNo          string       `json:"pro_reg_no"`
	SerialNumbers     string       `json:"sn_list"`     // serial numbers
	SrcBillNo         string       `json:"src_bill_no"` // its number
	SrcSeq            int64        `json:"src_seq"`     // number of its line

	ActNonTaxAmount     duijie.Decimal `json:"act_non_tax_amount"`
	ActTaxPrice         duijie.Decimal `json:"act_tax_price"`
	AllAmount           duijie.Decimal `json:"all_amount"` // with tax (价税合计)
	AllAmountFor        duijie.Decimal `json:"all_amount_for"`
	Amount              duijie.Decimal `json:"amount"` // without tax
	AuxCoefficient      duijie.Decimal `json:"aux_coefficient"`
	AuxQty              duijie.Decimal `json:"aux_qty"`  // in the auxiliary unit
	BaseQty             duijie.Decimal `json:"base_qty"` // in the base unit
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
	InQty               duijie.Decimal `json:"in_qty"`
	InvBaseQty          duijie.Decimal `json:"inv_base_qty"`
	InvQty              duijie.Decimal `json:"inv_qty"` // in stock
	PreDisAmount        duijie.Decimal `json:"pre_dis_amount"`
	Price               duijie.Decimal `json:"price"` // without tax
	Qty                 duijie.Decimal `json:"qty"`   // in the unit of the line
	ReturnQty           duijie.Decimal `json:"return_qty"`
	ReturnQtyUnit       duijie.Decimal `json:"return_qty_unit"`
	TaxAmount           duijie.Decimal `json:"tax_amount"` // 税额
	TaxPrice            duijie.Decimal `json:"tax_price"`  // with tax
	UnitCost            duijie.Decimal `json:"unit_cost"`  // cost per unit

	DeliveryDate duijie.Time `json:"delivery_date"` // 交货日期
	SrcBillDate  duijie.Time `json:"src_bill_date"`

	IsFree              bool `json:"is_free"` // a gift (赠品)
	MaterialIsAsstAttr  bool `json:"material_is_asst_attr"`
	MaterialIsBatch     bool `json:"material_is_batch"`
	MaterialIsMultiUnit bool `json:"material_is_multi_unit"`
	MaterialIsSerial    bool `json:"material_is_serial"`
	StockIsAllowFreight bool `json:"stock_is_allow_freight"`

	Custom duijie.Record `json:"custom_entity_field"` // custom fields of the line

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v PurchaseOrderLine) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// PurchaseOrderCosts is part of a [PurchaseOrder]: the costs (费用).
type PurchaseOrderCosts struct {
	Records []PurchaseOrderCost `json:"fee_records"`

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v PurchaseOrderCosts) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// PurchaseOrderCost is part of a [PurchaseOrder]: one cost.
type PurchaseOrderCost struct {
	ID string `json:"id"`

	CurrencyID           string `json:"currency_id"` // 币别
	PacctTypeID          string `json:"pacct_type_id"`
	SettleSupplierID     string `json:"settle_supplier_id"`
	SettleSupplierNumber string `json:"settle_supplier_number"`
	SettleSupplierName   string `json:"settle_supplier_name"`
	SupplierID           string `json:"supplier_id"`

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
func (v PurchaseOrderCost) MarshalJSON() ([]byte, error) { return encodeObject(v) }

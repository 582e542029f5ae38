package jdy

import (
	"github.com/duijie-go/duijie"
)

// SalesOrderSave is what a save of sales orders sends (销售订单保存, POST /jdy/v2/scm/sal_order).
type SalesOrderSave struct {
	// Required.
	BillDate   Date                 `json:"bill_date" jdy:"need"`                   // 单据日期
	CustomerID string               `json:"customer_id" jdy:"need=customer_number"` // or customer_number
	Lines      []SalesOrderSaveLine `json:"material_entity" jdy:"need"`

	// What is not set is not sent.
	BillNo string `json:"bill_no,omitempty"` // 单据编号

	CustomerNumber       string       `json:"customer_number,omitempty"`
	BillStockID          string       `json:"bill_stock_id,omitempty"`
	ContactCityID        string       `json:"contact_city_id,omitempty"`
	ContactCountryID     string       `json:"contact_country_id,omitempty"`
	ContactDistrictID    string       `json:"contact_district_id,omitempty"`
	ContactProvinceID    string       `json:"contact_province_id,omitempty"`
	CurrencyID           string       `json:"currency_id,omitempty"` // 币别
	CusCurrencyID        string       `json:"cus_currency_id,omitempty"`
	DeliveryTypeID       DeliveryType `json:"delivery_type_id,omitempty"` // 交货方式
	DeptID               string       `json:"deptid_id,omitempty"`        // 部门; spelt so by the platform
	DispatcherCityID     string       `json:"dispatcher_city_id,omitempty"`
	DispatcherCountryID  string       `json:"dispatcher_country_id,omitempty"`
	DispatcherDistrictID string       `json:"dispatcher_district_id,omitempty"`
	DispatcherProvinceID string       `json:"dispatcher_province_id,omitempty"`
	EmpID                string       `json:"emp_id,omitempty"` // salesman or buyer (业务员)
	EmpNumber            string       `json:"emp_number,omitempty"`
	SettingTermID        string       `json:"setting_term_id,omitempty"`
	SettleCustomerID     string       `json:"settle_customer_id,omitempty"`
	SettleCustomerNumber string       `json:"settle_customer_number,omitempty"`

	AllocateRule      AllocateRule `json:"allocate_rule,omitempty"`
	ContactAddress    string       `json:"contact_address,omitempty"` // private: sent in clear text
	ContactLinkman    string       `json:"contact_linkman,omitempty"`
	ContactPhone      string       `json:"contact_phone,omitempty"` // private: sent in clear text
	CusBearFeeStatus  string       `json:"cus_bear_fee_status,omitempty"`
	DispatcherAddress string       `json:"dispatcher_address,omitempty"` // private: sent in clear text
	DispatcherLinkman string       `json:"dispatcher_linkman,omitempty"`
	DispatcherPhone   string       `json:"dispatcher_phone,omitempty"` // private: sent in clear text
	InvoiceType       InvoiceKind  `json:"ivc_type,omitempty"`
	Remark            string       `json:"remark,omitempty"` // 备注

	BillDisAmount   Number     `json:"bill_dis_amount,omitzero"` // discount of the whole bill
	BillDisRate     Number     `json:"bill_dis_rate,omitzero"`   // discount of the whole bill in percent
	CostFee         Number     `json:"cost_fee,omitzero"`
	CusExchangeRate NumberText `json:"cus_exchange_rate,omitzero"`
	ExchangeRate    Number     `json:"exchange_rate,omitzero"` // 汇率

	DueDate Date `json:"due_date,omitzero"`

	EnableDirectional         *bool `json:"enable_directional,omitempty"`
	RequiredInvoice           *bool `json:"required_invoice,omitempty"`
	ReverseConditionCalculate *bool `json:"reverse_condition_calculate,omitempty"`

	Attachments  []AttachmentSave            `json:"attachments_url,omitempty"`
	Costs        *SalesOrderSaveCosts        `json:"cost_fee_entity,omitempty"`
	CustomerFees []SalesOrderSaveCustomerFee `json:"cus_bear_fee_entry,omitempty"`
	Custom       duijie.Record               `json:"custom_field,omitempty"` // custom fields by their keys; a reference takes the key with _id
	Payments     []SalesOrderSavePayment     `json:"payment_entry,omitempty"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v SalesOrderSave) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// SalesOrderSavePayment is part of a [SalesOrderSave]: a payment.
type SalesOrderSavePayment struct {
	PayTypeID       string `json:"pay_type_id,omitempty"`       // 结算方式
	SettleAccountID string `json:"settle_account_id,omitempty"` // account the money moves on (结算账户)

	PayComment string `json:"pay_comment,omitempty"`

	PaidAmount Number `json:"paid_amount,omitzero"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v SalesOrderSavePayment) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// SalesOrderSaveCustomerFee is part of a [SalesOrderSave]: a fee the customer bears.
type SalesOrderSaveCustomerFee struct {
	IncomeNameID string `json:"income_name_id,omitempty"`

	IncomeComment string `json:"income_comment,omitempty"`

	IncomeAmount NumberText `json:"income_amount,omitzero"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v SalesOrderSaveCustomerFee) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// SalesOrderSaveCosts is part of a [SalesOrderSave]: the costs (费用).
type SalesOrderSaveCosts struct {
	DelIDs string `json:"del_ids,omitempty"`

	Records []SalesOrderSaveCost `json:"fee_records,omitempty"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v SalesOrderSaveCosts) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// SalesOrderSaveCost is part of a [SalesOrderSave]: one cost.
type SalesOrderSaveCost struct {
	ID string `json:"id,omitempty"`

	CurrencyID       string `json:"currency_id,omitempty"` // 币别
	PacctTypeID      string `json:"pacct_type_id,omitempty"`
	SettleSupplierID string `json:"settle_supplier_id,omitempty"`
	SupplierID       string `json:"supplier_id,omitempty"`

	Comment      string `json:"comment,omitempty"`
	LinkedBillNo string `json:"linked_bill_no,omitempty"`

	AllAmount    NumberText `json:"all_amount,omitzero"` // with tax (价税合计)
	AllAmountFor NumberText `json:"all_amount_for,omitzero"`
	Amount       NumberText `json:"amount,omitzero"` // without tax
	AmountFor    NumberText `json:"amount_for,omitzero"`
	Cess         NumberText `json:"cess,omitzero"`          // tax rate in percent
	ExchangeRate NumberText `json:"exchange_rate,omitzero"` // 汇率
	TaxAmount    NumberText `json:"tax_amount,omitzero"`    // 税额

	Receivers []SalesOrderSaveCostReceiver `json:"receive_info_entity,omitempty"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v SalesOrderSaveCost) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// SalesOrderSaveCostReceiver is part of a [SalesOrderSave]: who a cost is for.
type SalesOrderSaveCostReceiver struct {
	PayTypeID       string `json:"pay_type_id,omitempty"`       // 结算方式
	SettleAccountID string `json:"settle_account_id,omitempty"` // account the money moves on (结算账户)

	ReceiveAmount NumberText `json:"receive_amount,omitzero"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v SalesOrderSaveCostReceiver) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// SalesOrderSaveLine is part of a [SalesOrderSave]: a line.
type SalesOrderSaveLine struct {
	// Required.
	IsFree     bool   `json:"is_free" jdy:"always"`                   // a gift (赠品)
	MaterialID string `json:"material_id" jdy:"need=material_number"` // or material_number
	Price      Number `json:"price" jdy:"need"`                       // without tax
	Qty        Number `json:"qty" jdy:"need"`                         // in the unit of the line
	UnitID     string `json:"unit_id" jdy:"need=unit_number"`         // an id, which differs between account sets; or unit_number

	// What is not set is not sent.
	ID string `json:"id,omitempty"`

	MaterialNumber        string `json:"material_number,omitempty"`
	UnitNumber            string `json:"unit_number,omitempty"`
	AuxPropID             string `json:"aux_prop_id,omitempty"`
	AuxUnitID             string `json:"aux_unit_id,omitempty"` // auxiliary unit
	AuxUnitNumber         string `json:"aux_unit_number,omitempty"`
	OutsideMaterialNumber string `json:"outside_material_number,omitempty"`
	SPID                  string `json:"sp_id,omitempty"`    // bin (仓位)
	StockID               string `json:"stock_id,omitempty"` // warehouse

	BatchNo             string        `json:"batch_no,omitempty"` // 批号
	Comment             string        `json:"comment,omitempty"`
	CusBillNo           string        `json:"cus_bill_no,omitempty"`
	ShelfLife           *int64        `json:"kf_period,omitempty"` // length of the shelf life
	ShelfLifeUnit       ShelfLifeUnit `json:"kf_type,omitempty"`
	OutsideMaterialUnit string        `json:"outside_material_unit,omitempty"`
	ProLicense          string        `json:"pro_license,omitempty"` // production licence (生产许可证)

	AllAmount           Number     `json:"all_amount,omitzero"` // with tax (价税合计)
	Amount              Number     `json:"amount,omitzero"`     // without tax
	AuxQty              Number     `json:"aux_qty,omitzero"`    // in the auxiliary unit
	BillDisBeforeAmount Number     `json:"bill_dis_before_amount,omitzero"`
	Cess                NumberText `json:"cess,omitzero"`       // tax rate in percent
	DisAmount           Number     `json:"dis_amount,omitzero"` // discount
	DisTaxAmount        Number     `json:"dis_tax_amount,omitzero"`
	Discount            Number     `json:"discount,omitzero"`
	PreDisAmount        Number     `json:"pre_dis_amount,omitzero"`
	TaxAmount           NumberText `json:"tax_amount,omitzero"` // 税额
	TaxPrice            Number     `json:"tax_price,omitzero"`  // with tax

	DeliveryDate Date `json:"delivery_date,omitzero"` // 交货日期
	ProducedOn   Date `json:"kf_date,omitzero"`       // 生产日期
	ValidUntil   Date `json:"valid_date,omitzero"`    // 有效期至

	MaterialIsKFPeriod *bool `json:"material_is_kf_period,omitempty"`
	RegainPrice        *bool `json:"regain_price,omitempty"` // price regained from the source

	Custom duijie.Record `json:"custom_entity_field,omitempty"` // custom fields of the line

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v SalesOrderSaveLine) MarshalJSON() ([]byte, error) { return encodeObject(v) }

package jdy

import (
	"github.com/duijie-go/duijie"
)

// PurchaseOrderSave is what a save of purchase orders sends (采购订单保存, POST /jdy/v2/scm/pur_order).
type PurchaseOrderSave struct {
	// Required.
	BillDate       Date                    `json:"bill_date" jdy:"need"` // 单据日期
	Lines          []PurchaseOrderSaveLine `json:"material_entity" jdy:"need"`
	SupplierID     string                  `json:"supplier_id" jdy:"need=supplier_number"` // or supplier_number
	SupplierNumber string                  `json:"supplier_number" jdy:"need=supplier_id"` // or supplier_id

	// What is not set is not sent.
	BillNo      string `json:"bill_no,omitempty"`       // 单据编号
	OutsidePKID string `json:"outside_pk_id,omitempty"` // your own unique id; SaveOptions.External sets it

	ContactCityID        string `json:"contact_city_id,omitempty"`
	ContactCountryID     string `json:"contact_country_id,omitempty"`
	ContactDistrictID    string `json:"contact_district_id,omitempty"`
	ContactProvinceID    string `json:"contact_province_id,omitempty"`
	CurrencyID           string `json:"currency_id,omitempty"` // 币别
	DeptID               string `json:"dept_id,omitempty"`     // 部门
	DispatcherCityID     string `json:"dispatcher_city_id,omitempty"`
	DispatcherCountryID  string `json:"dispatcher_country_id,omitempty"`
	DispatcherDistrictID string `json:"dispatcher_district_id,omitempty"`
	DispatcherProvinceID string `json:"dispatcher_province_id,omitempty"`
	EmpID                string `json:"emp_id,omitempty"` // salesman or buyer (业务员)
	EmpNumber            string `json:"emp_number,omitempty"`
	SettingTermID        string `json:"setting_term_id,omitempty"`
	SettleSupplierID     string `json:"settle_supplier_id,omitempty"`

	AllocateRule              AllocateRule `json:"allocate_rule,omitempty"`
	ContactAddress            string       `json:"contact_address,omitempty"` // private: sent in clear text
	ContactLinkman            string       `json:"contact_linkman,omitempty"`
	ContactPhone              string       `json:"contact_phone,omitempty"`      // private: sent in clear text
	DispatcherAddress         string       `json:"dispatcher_address,omitempty"` // private: sent in clear text
	DispatcherLinkman         string       `json:"dispatcher_linkman,omitempty"`
	DispatcherPhone           string       `json:"dispatcher_phone,omitempty"` // private: sent in clear text
	ReceiveDelivery           string       `json:"recevice_delivery,omitempty"`
	Remark                    string       `json:"remark,omitempty"` // 备注
	ReverseConditionCalculate string       `json:"reverse_condition_calculate,omitempty"`

	BillDisAmount  NumberText `json:"bill_dis_amount,omitzero"` // discount of the whole bill
	BillDisRate    NumberText `json:"bill_dis_rate,omitzero"`   // discount of the whole bill in percent
	CostFee        NumberText `json:"cost_fee,omitzero"`
	TotalAmount    Number     `json:"total_amount,omitzero"` // sum, with tax
	TotalInsAmount Number     `json:"total_ins_amount,omitzero"`

	DueDate Date `json:"due_date,omitzero"`

	Attachments []AttachmentSave           `json:"attachments_url,omitempty"`
	Costs       *PurchaseOrderSaveCosts    `json:"cost_fee_entity,omitempty"`
	Custom      duijie.Record              `json:"custom_field,omitempty"` // custom fields by their keys; a reference takes the key with _id
	Payments    []PurchaseOrderSavePayment `json:"payment_entry,omitempty"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v PurchaseOrderSave) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// PurchaseOrderSavePayment is part of a [PurchaseOrderSave]: a payment.
type PurchaseOrderSavePayment struct {
	ID  string `json:"id,omitempty"`
	Seq *int64 `json:"seq,omitempty"`

	PayTypeID       string `json:"pay_type_id,omitempty"`       // 结算方式
	SettleAccountID string `json:"settle_account_id,omitempty"` // account the money moves on (结算账户)
	TransNumber     string `json:"trans_number,omitempty"`      // 交易号

	PayComment string `json:"pay_comment,omitempty"`

	PayAmount NumberText `json:"pay_amount,omitzero"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v PurchaseOrderSavePayment) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// PurchaseOrderSaveCosts is part of a [PurchaseOrderSave]: the costs (费用).
type PurchaseOrderSaveCosts struct {
	DelIDs string `json:"del_ids,omitempty"`

	Records []PurchaseOrderSaveCost `json:"fee_records,omitempty"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v PurchaseOrderSaveCosts) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// PurchaseOrderSaveCost is part of a [PurchaseOrderSave]: one cost.
type PurchaseOrderSaveCost struct {
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

	Receivers []PurchaseOrderSaveCostReceiver `json:"receive_info_entity,omitempty"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v PurchaseOrderSaveCost) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// PurchaseOrderSaveCostReceiver is part of a [PurchaseOrderSave]: who a cost is for.
type PurchaseOrderSaveCostReceiver struct {
	PayTypeID       string `json:"pay_type_id,omitempty"`       // 结算方式
	SettleAccountID string `json:"settle_account_id,omitempty"` // account the money moves on (结算账户)

	ReceiveAmount NumberText `json:"receive_amount,omitzero"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v PurchaseOrderSaveCostReceiver) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// PurchaseOrderSaveLine is part of a [PurchaseOrderSave]: a line.
type PurchaseOrderSaveLine struct {
	// Required.
	DeliveryDate   Date   `json:"delivery_date" jdy:"need"`               // 交货日期
	MaterialID     string `json:"material_id" jdy:"need=material_number"` // or material_number
	MaterialNumber string `json:"material_number" jdy:"need=material_id"` // or material_id
	Qty            Number `json:"qty" jdy:"need"`                         // in the unit of the line
	UnitID         string `json:"unit_id" jdy:"need=unit_number"`         // an id, which differs between account sets; or unit_number
	UnitNumber     string `json:"unit_number" jdy:"need=unit_id"`         // or unit_id

	// What is not set is not sent.
	ID string `json:"id,omitempty"`

	AuxPropID             string `json:"aux_prop_id,omitempty"`
	OutsideMaterialNumber string `json:"outside_material_number,omitempty"`
	SPID                  string `json:"sp_id,omitempty"`            // bin (仓位)
	SrcBillTypeID         string `json:"src_bill_type_id,omitempty"` // entity of the source bill; send the whole src group or nothing of it
	SrcEntryID            string `json:"src_entry_id,omitempty"`     // id of its line
	SrcInterID            string `json:"src_inter_id,omitempty"`     // id of the source bill
	StockID               string `json:"stock_id,omitempty"`         // warehouse
	StockNumber           string `json:"stock_number,omitempty"`

	Barcode             string `json:"barcode,omitempty"`  // 条形码
	BatchNo             string `json:"batch_no,omitempty"` // 批号
	Comment             string `json:"comment,omitempty"`
	OutsideMaterialUnit string `json:"outside_material_unit,omitempty"`
	ProLicense          string `json:"pro_license,omitempty"` // production licence (生产许可证)
	ProPlace            string `json:"pro_place,omitempty"`
	ProRegNo            string `json:"pro_reg_no,omitempty"`

	ActNonTaxAmount     NumberText `json:"act_non_tax_amount,omitzero"`
	ActNonTaxPrice      NumberText `json:"act_non_tax_price,omitzero"`
	ActTaxPrice         NumberText `json:"act_tax_price,omitzero"`
	AllAmount           NumberText `json:"all_amount,omitzero"` // with tax (价税合计)
	Amount              NumberText `json:"amount,omitzero"`     // without tax
	BillDisBeforeAmount NumberText `json:"bill_dis_before_amount,omitzero"`
	BillDisDistribution NumberText `json:"bill_dis_distribution,omitzero"`
	Cess                NumberText `json:"cess,omitzero"`       // tax rate in percent
	DisAmount           NumberText `json:"dis_amount,omitzero"` // discount
	DisPrice            NumberText `json:"dis_price,omitzero"`  // after the discount
	DisRate             NumberText `json:"dis_rate,omitzero"`   // discount in percent
	DisTaxAmount        Number     `json:"dis_tax_amount,omitzero"`
	Discount            NumberText `json:"discount,omitzero"`
	PreDisAmount        NumberText `json:"pre_dis_amount,omitzero"`
	Price               NumberText `json:"price,omitzero"`      // without tax
	TaxAmount           NumberText `json:"tax_amount,omitzero"` // 税额
	TaxPrice            NumberText `json:"tax_price,omitzero"`  // with tax

	IsFree *bool `json:"is_free,omitempty"` // a gift (赠品)

	Custom duijie.Record `json:"custom_entity_field,omitempty"` // custom fields of the line

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v PurchaseOrderSaveLine) MarshalJSON() ([]byte, error) { return encodeObject(v) }

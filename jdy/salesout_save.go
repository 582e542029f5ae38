package jdy

import (
	"github.com/duijie-go/duijie"
)

// SalesOutSave is what a save of sales stock-outs sends (销售出库单保存, POST /jdy/v2/scm/sal_out_bound).
type SalesOutSave struct {
	// Required.
	BillDate   Date               `json:"bill_date" jdy:"need"`                   // 单据日期
	CustomerID string             `json:"customer_id" jdy:"need=customer_number"` // or customer_number
	Lines      []SalesOutSaveLine `json:"material_entity" jdy:"need"`

	// What is not set is not sent.
	BillNo string `json:"bill_no,omitempty"` // 单据编号

	CustomerNumber    string       `json:"customer_number,omitempty"`
	BillSPID          string       `json:"bill_sp_id,omitempty"`
	BillStockID       string       `json:"bill_stock_id,omitempty"`
	ContactCityID     string       `json:"contact_city_id,omitempty"`
	ContactCountryID  string       `json:"contact_country_id,omitempty"`
	ContactDistrictID string       `json:"contact_district_id,omitempty"`
	ContactProvinceID string       `json:"contact_province_id,omitempty"`
	CurrencyID        string       `json:"currency_id,omitempty"` // 币别
	CusCurrencyID     string       `json:"cus_currency_id,omitempty"`
	DeliveryTypeID    DeliveryType `json:"delivery_type_id,omitempty"` // 交货方式
	DeptID            string       `json:"dept_id,omitempty"`          // 部门
	DeptNumber        string       `json:"dept_number,omitempty"`
	EmpID             string       `json:"emp_id,omitempty"` // salesman or buyer (业务员)
	EmpNumber         string       `json:"emp_number,omitempty"`
	SettingTermID     string       `json:"setting_term_id,omitempty"`

	AllocateRule           AllocateRule `json:"allocate_rule,omitempty"`
	ContactAddress         string       `json:"contact_address,omitempty"` // private: sent in clear text
	ContactLinkman         string       `json:"contact_linkman,omitempty"`
	ContactPhone           string       `json:"contact_phone,omitempty"` // private: sent in clear text
	CusBearFeeStatus       string       `json:"cus_bear_fee_status,omitempty"`
	InputCoefficientOption string       `json:"input_coefficient_option,omitempty"`
	Remark                 string       `json:"remark,omitempty"` // 备注

	BillDisAmount       Number     `json:"bill_dis_amount,omitzero"` // discount of the whole bill
	BillDisRate         Number     `json:"bill_dis_rate,omitzero"`   // discount of the whole bill in percent
	CostFee             Number     `json:"cost_fee,omitzero"`
	CusBearAmount       NumberText `json:"cus_bear_amount,omitzero"`
	CusExchangeRate     NumberText `json:"cus_exchange_rate,omitzero"`
	DeductionBalance    Number     `json:"deduction_balance,omitzero"`
	DiffAmount          Number     `json:"diff_amount,omitzero"`
	TotalAmount         Number     `json:"total_amount,omitzero"` // sum, with tax
	TotalInsAmount      Number     `json:"total_ins_amount,omitzero"`
	TotalUnSettleAmount Number     `json:"total_un_settle_amount,omitzero"`

	DueDate Date `json:"due_date,omitzero"`

	ReverseConditionCalculate *bool `json:"reverse_condition_calculate,omitempty"`

	Attachments  []AttachmentSave          `json:"attachments_url,omitempty"`
	Costs        *SalesOutSaveCosts        `json:"cost_fee_entity,omitempty"`
	CustomerFees []SalesOutSaveCustomerFee `json:"cus_bear_fee_entry,omitempty"`
	Custom       duijie.Record             `json:"custom_field,omitempty"` // custom fields by their keys; a reference takes the key with _id
	Parcels      []SalesOutSaveParcel      `json:"express_entity,omitempty"`
	Payments     []SalesOutSavePayment     `json:"payment_entry,omitempty"`
	Routes       []SalesOutSaveRoute       `json:"vrp_entity,omitempty"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v SalesOutSave) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// SalesOutSaveRoute is part of a [SalesOutSave]: a delivery.
type SalesOutSaveRoute struct {
	ID string `json:"id,omitempty"`

	VehicleID string `json:"vehicle_id,omitempty"`

	DeliveryRemark  string `json:"delivery_remark,omitempty"`
	VRPDeliveryTime string `json:"vrp_delivery_time,omitempty"`

	Deliveryman []SalesOutSaveRouteSource `json:"deliveryman,omitempty"`
	Driver      []SalesOutSaveRouteSource `json:"driver,omitempty"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v SalesOutSaveRoute) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// SalesOutSaveRouteSource is part of a [SalesOutSave]: where a delivery comes from.
type SalesOutSaveRouteSource struct {
	Number string `json:"number,omitempty"` // 编码

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v SalesOutSaveRouteSource) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// SalesOutSavePayment is part of a [SalesOutSave]: a payment.
type SalesOutSavePayment struct {
	PayTypeID       string `json:"pay_type_id,omitempty"`       // 结算方式
	SettleAccountID string `json:"settle_account_id,omitempty"` // account the money moves on (结算账户)

	PayComment string `json:"pay_comment,omitempty"`

	PaidAmount Number `json:"paid_amount,omitzero"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v SalesOutSavePayment) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// SalesOutSaveParcel is part of a [SalesOutSave]: a parcel.
type SalesOutSaveParcel struct {
	ID  string `json:"id,omitempty"`
	Seq *int64 `json:"seq,omitempty"`

	ExpressCompanyID     string `json:"express_company_id,omitempty"`
	ExpressCompanyNumber string `json:"express_company_number,omitempty"`

	DeliveryBillNo string `json:"delivery_bill_no,omitempty"`
	DeliveryTime   string `json:"delivery_time,omitempty"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v SalesOutSaveParcel) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// SalesOutSaveCustomerFee is part of a [SalesOutSave]: a fee the customer bears.
type SalesOutSaveCustomerFee struct {
	IncomeNameID string `json:"income_name_id,omitempty"`

	IncomeComment string `json:"income_comment,omitempty"`

	IncomeAmount NumberText `json:"income_amount,omitzero"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v SalesOutSaveCustomerFee) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// SalesOutSaveCosts is part of a [SalesOutSave]: the costs (费用).
type SalesOutSaveCosts struct {
	DelIDs string `json:"del_ids,omitempty"`

	Records []SalesOutSaveCost `json:"fee_records,omitempty"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v SalesOutSaveCosts) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// SalesOutSaveCost is part of a [SalesOutSave]: one cost.
type SalesOutSaveCost struct {
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

	Receivers []SalesOutSaveCostReceiver `json:"receive_info_entity,omitempty"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v SalesOutSaveCost) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// SalesOutSaveCostReceiver is part of a [SalesOutSave]: who a cost is for.
type SalesOutSaveCostReceiver struct {
	PayTypeID       string `json:"pay_type_id,omitempty"`       // 结算方式
	SettleAccountID string `json:"settle_account_id,omitempty"` // account the money moves on (结算账户)

	ReceiveAmount NumberText `json:"receive_amount,omitzero"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v SalesOutSaveCostReceiver) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// SalesOutSaveLine is part of a [SalesOutSave]: a line.
type SalesOutSaveLine struct {
	// Required.
	MaterialID string `json:"material_id" jdy:"need=material_number"` // or material_number
	Price      Number `json:"price" jdy:"need"`                       // without tax
	Qty        Number `json:"qty" jdy:"need"`                         // in the unit of the line
	StockID    string `json:"stock_id" jdy:"need=stock_number"`       // warehouse; or stock_number
	UnitID     string `json:"unit_id" jdy:"need=unit_number"`         // an id, which differs between account sets; or unit_number

	// What is not set is not sent.
	ID  string `json:"id,omitempty"`
	Seq *int64 `json:"seq,omitempty"`

	MaterialNumber        string `json:"material_number,omitempty"`
	StockNumber           string `json:"stock_number,omitempty"`
	UnitNumber            string `json:"unit_number,omitempty"`
	AuxID1                string `json:"aux_id1,omitempty"`
	AuxID2                string `json:"aux_id2,omitempty"`
	AuxID3                string `json:"aux_id3,omitempty"`
	AuxID4                string `json:"aux_id4,omitempty"`
	AuxID5                string `json:"aux_id5,omitempty"`
	AuxNumber1            string `json:"aux_number1,omitempty"`
	AuxNumber2            string `json:"aux_number2,omitempty"`
	AuxNumber3            string `json:"aux_number3,omitempty"`
	AuxNumber4            string `json:"aux_number4,omitempty"`
	AuxNumber5            string `json:"aux_number5,omitempty"`
	AuxPropID             string `json:"aux_prop_id,omitempty"`
	AuxPropNumber         string `json:"aux_prop_number,omitempty"`
	AuxUnitID             string `json:"aux_unit_id,omitempty"` // auxiliary unit
	AuxUnitNumber         string `json:"aux_unit_number,omitempty"`
	BaseUnitID            string `json:"base_unit_id,omitempty"`
	BaseUnitNumber        string `json:"base_unit_number,omitempty"`
	OutsideMaterialNumber string `json:"outside_material_number,omitempty"`
	PickInspectEntryID    string `json:"pick_inspect_entry_id,omitempty"`
	PickInspectID         string `json:"pick_inspect_id,omitempty"`
	SchemeID              string `json:"scheme_id,omitempty"`
	SNListID              string `json:"sn_list_id,omitempty"`
	SPID                  string `json:"sp_id,omitempty"` // bin (仓位)
	SPNumber              string `json:"sp_number,omitempty"`
	SrcBillTypeID         string `json:"src_bill_type_id,omitempty"` // entity of the source bill; send the whole src group or nothing of it
	SrcEntryID            string `json:"src_entry_id,omitempty"`     // id of its line
	SrcInterID            string `json:"src_inter_id,omitempty"`     // id of the source bill

	Barcode             string        `json:"barcode,omitempty"`  // 条形码
	BatchNo             string        `json:"batch_no,omitempty"` // 批号
	Comment             string        `json:"comment,omitempty"`
	CusBillNo           string        `json:"cus_bill_no,omitempty"`
	EntrySettleStatus   SettleStatus  `json:"entry_settle_status,omitempty"`
	EntryStatus         string        `json:"entry_status,omitempty"`
	ShelfLife           *int64        `json:"kf_period,omitempty"` // length of the shelf life
	ShelfLifeUnit       ShelfLifeUnit `json:"kf_type,omitempty"`
	MaterialHelpCode    string        `json:"material_help_code,omitempty"`
	MaterialModel       string        `json:"material_model,omitempty"`
	OutsideMaterialUnit string        `json:"outside_material_unit,omitempty"`
	Picture             string        `json:"picture,omitempty"`
	ProLicense          string        `json:"pro_license,omitempty"` // production licence (生产许可证)
	ProPlace            string        `json:"pro_place,omitempty"`
	ProRegNo            string        `json:"pro_reg_no,omitempty"`
	SerialNumbers       string        `json:"sn_list,omitempty"` // serial numbers

	ActNonTaxAmount     Number     `json:"act_non_tax_amount,omitzero"`
	ActTaxPrice         Number     `json:"act_tax_price,omitzero"`
	AllAmount           Number     `json:"all_amount,omitzero"` // with tax (价税合计)
	Amount              Number     `json:"amount,omitzero"`     // without tax
	AuxQty              Number     `json:"aux_qty,omitzero"`    // in the auxiliary unit
	BillDisDistribution Number     `json:"bill_dis_distribution,omitzero"`
	Cess                Number     `json:"cess,omitzero"`              // tax rate in percent
	Cost                Number     `json:"cost,omitzero"`              // cost of the line
	CurSettleAmount     Number     `json:"cur_settle_amount,omitzero"` // settled by this bill
	DisAmount           Number     `json:"dis_amount,omitzero"`        // discount
	DisPrice            Number     `json:"dis_price,omitzero"`         // after the discount
	DisRate             Number     `json:"dis_rate,omitzero"`          // discount in percent
	DisTaxAmount        Number     `json:"dis_tax_amount,omitzero"`
	Discount            Number     `json:"discount,omitzero"`
	DivideDiffAmount    Number     `json:"divide_diff_amount,omitzero"`
	Fee                 Number     `json:"fee,omitzero"`
	FeeFor              NumberText `json:"fee_for,omitzero"`
	InvBaseQty          Number     `json:"inv_base_qty,omitzero"`
	InvQty              Number     `json:"inv_qty,omitzero"` // in stock
	PreDisAmount        Number     `json:"pre_dis_amount,omitzero"`
	ReturnQty           Number     `json:"return_qty,omitzero"`
	ReturnQtyUnit       Number     `json:"return_qty_unit,omitzero"`
	TaxAmount           Number     `json:"tax_amount,omitzero"` // 税额
	TaxPrice            Number     `json:"tax_price,omitzero"`  // with tax
	UnitCost            Number     `json:"unit_cost,omitzero"`  // cost per unit

	ProducedOn Date `json:"kf_date,omitzero"`    // 生产日期
	ValidUntil Date `json:"valid_date,omitzero"` // 有效期至

	IsFree              *bool `json:"is_free,omitempty"` // a gift (赠品)
	MaterialIsAsstAttr  *bool `json:"material_is_asst_attr,omitempty"`
	MaterialIsBatch     *bool `json:"material_is_batch,omitempty"`
	MaterialIsKFPeriod  *bool `json:"material_is_kf_period,omitempty"`
	MaterialIsMultiUnit *bool `json:"material_is_multi_unit,omitempty"`
	MaterialIsSerial    *bool `json:"material_is_serial,omitempty"`
	StockIsAllowFreight *bool `json:"stock_is_allow_freight,omitempty"`

	Custom duijie.Record `json:"custom_entity_field,omitempty"` // custom fields of the line

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v SalesOutSaveLine) MarshalJSON() ([]byte, error) { return encodeObject(v) }

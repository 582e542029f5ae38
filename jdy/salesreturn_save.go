package jdy

import (
	"github.com/duijie-go/duijie"
)

// SalesReturnSave is what a save of sales returns sends (销售退货单保存, POST /jdy/v2/scm/sal_in_bound).
type SalesReturnSave struct {
	// Required.
	BillDate   Date                  `json:"bill_date" jdy:"need"`                   // 单据日期
	CustomerID string                `json:"customer_id" jdy:"need=customer_number"` // or customer_number
	Lines      []SalesReturnSaveLine `json:"material_entity" jdy:"need"`

	// What is not set is not sent.
	BillNo string `json:"bill_no,omitempty"` // 单据编号

	CustomerNumber    string `json:"customer_number,omitempty"`
	ContactCityID     string `json:"contact_city_id,omitempty"`
	ContactCountryID  string `json:"contact_country_id,omitempty"`
	ContactDistrictID string `json:"contact_district_id,omitempty"`
	ContactProvinceID string `json:"contact_province_id,omitempty"`
	CurrencyID        string `json:"currency_id,omitempty"` // 币别
	CusCurrencyID     string `json:"cus_currency_id,omitempty"`
	DeptNumber        string `json:"dept_number,omitempty"`
	EmpID             string `json:"emp_id,omitempty"` // salesman or buyer (业务员)
	EmpNumber         string `json:"emp_number,omitempty"`
	SettingTermID     string `json:"setting_term_id,omitempty"`

	ContactAddress   string      `json:"contact_address,omitempty"` // private: sent in clear text
	ContactLinkman   string      `json:"contact_linkman,omitempty"`
	ContactPhone     string      `json:"contact_phone,omitempty"` // private: sent in clear text
	CusBearFeeStatus string      `json:"cus_bear_fee_status,omitempty"`
	InvoiceType      InvoiceKind `json:"ivc_type,omitempty"`
	Remark           string      `json:"remark,omitempty"` // 备注

	BillDisAmount       Number     `json:"bill_dis_amount,omitzero"` // discount of the whole bill
	BillDisRate         Number     `json:"bill_dis_rate,omitzero"`   // discount of the whole bill in percent
	CusExchangeRate     NumberText `json:"cus_exchange_rate,omitzero"`
	DiffAmount          Number     `json:"diff_amount,omitzero"`
	TotalAmount         Number     `json:"total_amount,omitzero"` // sum, with tax
	TotalInsAmount      Number     `json:"total_ins_amount,omitzero"`
	TotalUnSettleAmount Number     `json:"total_un_settle_amount,omitzero"`

	DueDate Date `json:"due_date,omitzero"`

	Resend                    *bool `json:"resend,omitempty"`
	ReverseConditionCalculate *bool `json:"reverse_condition_calculate,omitempty"`

	Attachments  []SalesReturnSaveAttachment  `json:"attachments_url,omitempty"`
	CustomerFees []SalesReturnSaveCustomerFee `json:"cus_bear_fee_entry,omitempty"`
	Custom       duijie.Record                `json:"custom_field,omitempty"` // custom fields by their keys; a reference takes the key with _id
	Payments     []SalesReturnSavePayment     `json:"payment_entry,omitempty"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v SalesReturnSave) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// SalesReturnSavePayment is part of a [SalesReturnSave]: a payment.
type SalesReturnSavePayment struct {
	// Required.
	PaidAmount      Number `json:"paid_amount" jdy:"need"`
	PayTypeID       string `json:"pay_type_id" jdy:"need"`       // 结算方式
	SettleAccountID string `json:"settle_account_id" jdy:"need"` // account the money moves on (结算账户)

	// What is not set is not sent.
	PayComment string `json:"pay_comment,omitempty"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v SalesReturnSavePayment) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// SalesReturnSaveCustomerFee is part of a [SalesReturnSave]: a fee the customer bears.
type SalesReturnSaveCustomerFee struct {
	IncomeNameID string `json:"income_name_id,omitempty"`

	IncomeComment string `json:"income_comment,omitempty"`

	IncomeAmount NumberText `json:"income_amount,omitzero"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v SalesReturnSaveCustomerFee) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// SalesReturnSaveAttachment is part of a [SalesReturnSave]: a file that is to belong to it (附件).
type SalesReturnSaveAttachment struct {
	// Required.
	Panel string `json:"panel" jdy:"need"`
	URL   string `json:"url" jdy:"need"` // address

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v SalesReturnSaveAttachment) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// SalesReturnSaveLine is part of a [SalesReturnSave]: a line.
type SalesReturnSaveLine struct {
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
	AuxNumber1            string `json:"aux_number1,omitempty"`
	AuxNumber2            string `json:"aux_number2,omitempty"`
	AuxNumber3            string `json:"aux_number3,omitempty"`
	AuxPropID             string `json:"aux_prop_id,omitempty"`
	AuxPropNumber         string `json:"aux_prop_number,omitempty"`
	AuxUnitID             string `json:"aux_unit_id,omitempty"` // auxiliary unit
	AuxUnitNumber         string `json:"aux_unit_number,omitempty"`
	BaseUnitID            string `json:"base_unit_id,omitempty"`
	BaseUnitNumber        string `json:"base_unit_number,omitempty"`
	OutsideMaterialNumber string `json:"outside_material_number,omitempty"`
	SNListID              string `json:"sn_list_id,omitempty"`
	SPID                  string `json:"sp_id,omitempty"` // bin (仓位)
	SPNumber              string `json:"sp_number,omitempty"`
	SrcBillTypeID         string `json:"src_bill_type_id,omitempty"` // entity of the source bill; send the whole src group or nothing of it
	SrcEntryID            string `json:"src_entry_id,omitempty"`     // id of its line
	SrcInterID            string `json:"src_inter_id,omitempty"`     // id of the source bill

	Barcode             string        `json:"barcode,omitempty"`  // 条形码
	BatchNo             string        `json:"batch_no,omitempty"` // 批号
	Comment             string        `json:"comment,omitempty"`
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

	ActNonTaxAmount     Number `json:"act_non_tax_amount,omitzero"`
	ActTaxPrice         Number `json:"act_tax_price,omitzero"`
	AllAmount           Number `json:"all_amount,omitzero"` // with tax (价税合计)
	Amount              Number `json:"amount,omitzero"`     // without tax
	AuxQty              Number `json:"aux_qty,omitzero"`    // in the auxiliary unit
	BillDisDistribution Number `json:"bill_dis_distribution,omitzero"`
	Cess                Number `json:"cess,omitzero"`              // tax rate in percent
	Cost                Number `json:"cost,omitzero"`              // cost of the line
	CurSettleAmount     Number `json:"cur_settle_amount,omitzero"` // settled by this bill
	DisAmount           Number `json:"dis_amount,omitzero"`        // discount
	DisPrice            Number `json:"dis_price,omitzero"`         // after the discount
	DisRate             Number `json:"dis_rate,omitzero"`          // discount in percent
	Discount            Number `json:"discount,omitzero"`
	DivideDiffAmount    Number `json:"divide_diff_amount,omitzero"`
	Fee                 Number `json:"fee,omitzero"`
	InvBaseQty          Number `json:"inv_base_qty,omitzero"`
	InvQty              Number `json:"inv_qty,omitzero"` // in stock
	PreDisAmount        Number `json:"pre_dis_amount,omitzero"`
	ReturnQty           Number `json:"return_qty,omitzero"`
	ReturnQtyUnit       Number `json:"return_qty_unit,omitzero"`
	TaxAmount           Number `json:"tax_amount,omitzero"` // 税额
	TaxPrice            Number `json:"tax_price,omitzero"`  // with tax
	UnitCost            Number `json:"unit_cost,omitzero"`  // cost per unit

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
func (v SalesReturnSaveLine) MarshalJSON() ([]byte, error) { return encodeObject(v) }

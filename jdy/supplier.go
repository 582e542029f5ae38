package jdy

import (
	"encoding/json"

	"github.com/duijie-go/duijie"
)

// SupplierService reads and saves suppliers (供应商).
//
// Address and bank of the supplier are in the row alone, the accounts in the detail;
// what is private is encrypted on the way and readable here.
//
// Parameters for Filter of the [Query]: group, is_data_perm, show_contact_detail,
// show_debt, un_page.
type SupplierService = Records[SupplierRow, Supplier, SupplierSave]

// supplierRecords says where suppliers are.
var supplierRecords = RecordKind{Name: "supplier", Path: "/jdy/v2/bd/supplier", Entity: "bd_supplier"}

// SupplierRow is a row of the list of suppliers (供应商列表, GET /jdy/v2/bd/supplier).
type SupplierRow struct {
	ID     string `json:"id"`
	Number string `json:"number"` // 编码
	Name   string `json:"name"`

	GroupID     string `json:"group_id"` // 分类
	GroupNumber string `json:"group_number"`
	GroupName   string `json:"group_name"`
	InvoiceName string `json:"invoice_name"`

	AccountOpenAddr string `json:"account_open_addr"`
	Bank            string `json:"bank"`
	BankAccount     string `json:"bank_account" jdy:"private"` // private: decrypted when read
	Remark          string `json:"remark"`                     // 备注
	TaxpayerNo      string `json:"taxpayer_no"`                // 纳税人识别号

	Rate duijie.Decimal `json:"rate"`

	Contacts []SupplierRowContact `json:"bom_entity"`

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v SupplierRow) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// SupplierRowContact is part of a [SupplierRow]: a contact person.
type SupplierRowContact struct {
	ID  string `json:"id"`
	Seq string `json:"seq"`

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
	GroupNumber           string `json:"group_number"`

	Birthday       string `json:"birthday" jdy:"private"`        // private: decrypted when read
	ContactAddress string `json:"contact_address" jdy:"private"` // private: decrypted when read
	ContactPerson  string `json:"contact_person"`
	Email          string `json:"email" jdy:"private"` // private: decrypted when read
	Gender         Gender `json:"gender"`
	Mobile         string `json:"mobile" jdy:"private"` // private: decrypted when read
	Phone          string `json:"phone" jdy:"private"`  // private: decrypted when read
	QQ             string `json:"qq" jdy:"private"`     // private: decrypted when read
	Wechat         string `json:"wechat" jdy:"private"` // private: decrypted when read

	Rate duijie.Decimal `json:"rate"`

	IsDefaultLinkman bool `json:"is_default_linkman"`

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v SupplierRowContact) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// Supplier is a whole record of suppliers (供应商详情, GET /jdy/v2/bd/supplier_detail).
type Supplier struct {
	ID     string `json:"id"`
	Number string `json:"number"` // 编码
	Name   string `json:"name"`
	Enable Enable `json:"enable"`

	GroupName    string `json:"group_name"`
	SaleDeptName string `json:"sale_dept_name"`
	SalerName    string `json:"saler_name"`

	Deduct     string `json:"deduct"`      // documented as a switch, seen as a digit
	Remark     string `json:"remark"`      // 备注
	TaxpayerNo string `json:"taxpayer_no"` // 纳税人识别号

	BankAccounts []SupplierBankAccount `json:"account_entity"`
	Contacts     []SupplierContact     `json:"bom_entity"`
	Custom       duijie.Record         `json:"custom_field"` // custom fields by their keys; a reference takes the key with _id

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v Supplier) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// SupplierContact is part of a [Supplier]: a contact person.
type SupplierContact struct {
	ID  string `json:"id"`
	Seq string `json:"seq"`

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
	GroupNumber           string `json:"group_number"`

	Birthday       string `json:"birthday" jdy:"private"`        // private: decrypted when read
	ContactAddress string `json:"contact_address" jdy:"private"` // private: decrypted when read
	ContactPerson  string `json:"contact_person"`
	Email          string `json:"email" jdy:"private"` // private: decrypted when read
	Gender         Gender `json:"gender"`
	Mobile         string `json:"mobile" jdy:"private"` // private: decrypted when read
	Phone          string `json:"phone" jdy:"private"`  // private: decrypted when read
	QQ             string `json:"qq" jdy:"private"`     // private: decrypted when read
	Wechat         string `json:"wechat" jdy:"private"` // private: decrypted when read

	Rate duijie.Decimal `json:"rate"`

	IsDefaultLinkman bool `json:"is_default_linkman"`

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v SupplierContact) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// SupplierBankAccount is part of a [Supplier]: a bank account.
type SupplierBankAccount struct {
	IncomeAccName  string `json:"income_acc_name"`
	IncomeBankName string `json:"income_bank_name"`

	IncomeAccNo    string `json:"income_acc_no" jdy:"private"`    // private: decrypted when read
	IncomeBankCode string `json:"income_bank_code" jdy:"private"` // private: decrypted when read

	AcctIsDefault bool `json:"acct_is_default"`

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v SupplierBankAccount) MarshalJSON() ([]byte, error) { return encodeObject(v) }

package jdy

import (
	"encoding/json"

	"github.com/duijie-go/duijie"
)

// CustomerService reads and saves customers (客户).
//
// Contacts, addresses and the bank account are in the detail; what is private is
// encrypted on the way and readable here.
//
// Parameters for Filter of the [Query]: c_level, contact_person_main,
// customer_maturity, group, is_data_perm, mobile_main, order_by, sale_dept_id,
// saler_id, show_alarm, show_business_time, show_contact_detail, show_debt,
// show_trace_info, show_un_visit_days, trace_end_date, trace_start_date.
type CustomerService = Records[CustomerRow, Customer, CustomerSave]

// customerRecords says where customers are.
var customerRecords = RecordKind{Name: "customer", Path: "/jdy/v2/bd/customer", Entity: "bd_customer"}

// CustomerRow is a row of the list of customers (客户列表, GET /jdy/v2/bd/customer).
type CustomerRow struct {
	ID     string `json:"id"`
	Number string `json:"number"` // 编码
	Name   string `json:"name"`
	Enable Enable `json:"enable"`

	CLevelID  string `json:"c_level_id"` // customer level (客户等级)
	GroupName string `json:"group_name"`

	Remark string `json:"remark"` // 备注

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v CustomerRow) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// Customer is a whole record of customers (客户详情, GET /jdy/v2/bd/customer_detail).
type Customer struct {
	ID     string `json:"id"`
	Number string `json:"number"` // 编码
	Name   string `json:"name"`
	Enable Enable `json:"enable"`

	SettleCustomerID     string `json:"settle_customer_id"`
	SettleCustomerNumber string `json:"settle_customer_number"`
	SettleCustomerName   string `json:"settle_customer_name"`
	CLevelID             string `json:"c_level_id"` // customer level (客户等级)
	CLevelNumber         string `json:"c_level_number"`
	CLevelName           string `json:"c_level_name"`
	CityID               string `json:"city_id"`
	CityNumber           string `json:"city_number"`
	CityName             string `json:"city_name"`
	CountryID            string `json:"country_id"`
	CountryNumber        string `json:"country_number"`
	CountryName          string `json:"country_name"`
	CreatorFieldName     string `json:"creater_field_name"` //nolint:misspell // spelt so by the platform
	DistrictID           string `json:"district_id"`
	DistrictNumber       string `json:"district_number"`
	DistrictName         string `json:"district_name"`
	GroupID              string `json:"group_id"` // 分类
	GroupNumber          string `json:"group_number"`
	GroupName            string `json:"group_name"`
	InvoiceName          string `json:"invoice_name"`
	ProvinceID           string `json:"province_id"`
	ProvinceNumber       string `json:"province_number"`
	ProvinceName         string `json:"province_name"`
	SaleDeptID           string `json:"sale_dept_id"`
	SaleDeptNumber       string `json:"sale_dept_number"`
	SaleDeptName         string `json:"sale_dept_name"`
	SalerID              string `json:"saler_id"` // 销售员
	SalerNumber          string `json:"saler_number"`
	SalerName            string `json:"saler_name"`
	SettingTermID        string `json:"setting_term_id"`
	SettingTermNumber    string `json:"setting_term_number"`
	SettingTermName      string `json:"setting_term_name"`

	AccountOpenAddr string          `json:"account_open_addr"`
	Addr            string          `json:"addr" jdy:"private"` // private: decrypted when read
	Bank            string          `json:"bank"`
	BankAccount     string          `json:"bank_account" jdy:"private"` // private: decrypted when read
	Deduct          string          `json:"deduct"`                     // documented as a switch, seen as a digit
	InvoiceEmail    string          `json:"invoice_email"`
	InvoicePhone    string          `json:"invoice_phone" jdy:"private"` // private: decrypted when read
	InvoiceType     CustomerInvoice `json:"invoice_type"`
	Remark          string          `json:"remark"`      // 备注
	TaxpayerNo      string          `json:"taxpayer_no"` // 纳税人识别号

	CreditLimit duijie.Decimal `json:"credit_limit"` // 信用额度
	Rate        duijie.Decimal `json:"rate"`

	CreateTime duijie.Time `json:"create_time"` // China time
	ModifyTime duijie.Time `json:"modify_time"` // China time

	Contacts []CustomerContact `json:"bomentity"`
	Custom   duijie.Record     `json:"custom_field"` // custom fields by their keys; a reference takes the key with _id

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v Customer) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// CustomerContact is part of a [Customer]: a contact person.
type CustomerContact struct {
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

	Birthday          string `json:"birthday" jdy:"private"`        // private: decrypted when read
	ContactAddress    string `json:"contact_address" jdy:"private"` // private: decrypted when read
	ContactPerson     string `json:"contact_person"`
	CreateTimeContact string `json:"create_time_contact"`
	Email             string `json:"email" jdy:"private"` // private: decrypted when read
	Gender            Gender `json:"gender"`
	Mobile            string `json:"mobile" jdy:"private"` // private: decrypted when read
	Phone             string `json:"phone" jdy:"private"`  // private: decrypted when read
	QQ                string `json:"qq" jdy:"private"`     // private: decrypted when read
	Wechat            string `json:"wechat" jdy:"private"` // private: decrypted when read

	IsDefaultLinkman bool `json:"is_default_linkman"`

	Raw json.RawMessage `json:"-"` // as the platform sent it
}

// MarshalJSON writes the fields, and what Raw has beyond them.
func (v CustomerContact) MarshalJSON() ([]byte, error) { return encodeObject(v) }

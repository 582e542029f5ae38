package jdy

import (
	"github.com/duijie-go/duijie"
)

// CustomerSave is what a save of customers sends (客户保存, POST /jdy/v2/bd/customer).
type CustomerSave struct {
	// Required.
	Name string `json:"name" jdy:"need"`

	// What is not set is not sent.
	Number string `json:"number,omitempty"` // 编码

	CLevelID          string `json:"c_level_id,omitempty"` // customer level (客户等级)
	CityID            string `json:"city_id,omitempty"`
	CountryID         string `json:"country_id,omitempty"`
	DefCurrencyID     string `json:"def_currency_id,omitempty"`
	DistrictID        string `json:"district_id,omitempty"`
	GroupID           string `json:"group_id,omitempty"` // 分类
	GroupNumber       string `json:"group_number,omitempty"`
	InvoiceName       string `json:"invoice_name,omitempty"`
	ProvinceID        string `json:"province_id,omitempty"`
	SaleDeptID        string `json:"sale_dept_id,omitempty"`
	SaleDeptNumber    string `json:"sale_dept_number,omitempty"`
	SalerID           string `json:"saler_id,omitempty"` // 销售员
	SalerNumber       string `json:"saler_number,omitempty"`
	SettingTermID     string `json:"setting_term_id,omitempty"`
	SettingTermNumber string `json:"setting_term_number,omitempty"`

	AccountOpenAddr string `json:"account_open_addr,omitempty"`
	Addr            string `json:"addr,omitempty"` // private: sent in clear text
	Bank            string `json:"bank,omitempty"`
	BankAccount     string `json:"bank_account,omitempty"` // private: sent in clear text
	InvoiceEmail    string `json:"invoice_email,omitempty"`
	InvoicePhone    string `json:"invoice_phone,omitempty"` // private: sent in clear text
	InvoiceType     *int64 `json:"invoice_type,omitempty"`
	Remark          string `json:"remark,omitempty"`      // 备注
	TaxpayerNo      string `json:"taxpayer_no,omitempty"` // 纳税人识别号

	CreditLimit Number     `json:"credit_limit,omitzero"` // 信用额度
	Rate        NumberText `json:"rate,omitzero"`

	Deduct *bool `json:"deduct,omitempty"` // documented as a switch, seen as a digit

	Contacts []CustomerSaveContact `json:"contact_persons,omitempty"`
	Custom   duijie.Record         `json:"custom_field,omitempty"` // custom fields by their keys; a reference takes the key with _id
	Labels   []LabelSave           `json:"mul_label,omitempty"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v CustomerSave) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// CustomerSaveContact is part of a [CustomerSave]: a contact person.
type CustomerSaveContact struct {
	ID string `json:"id,omitempty"`

	ContactCityID     string `json:"contact_city_id,omitempty"`
	ContactCountryID  string `json:"contact_country_id,omitempty"`
	ContactDistrictID string `json:"contact_district_id,omitempty"`
	ContactProvinceID string `json:"contact_province_id,omitempty"`

	Birthday       string `json:"birthday,omitempty"`        // private: sent in clear text
	ContactAddress string `json:"contact_address,omitempty"` // private: sent in clear text
	ContactPerson  string `json:"contact_person,omitempty"`
	Email          string `json:"email,omitempty"` // private: sent in clear text
	Gender         *int64 `json:"gender,omitempty"`
	Mobile         string `json:"mobile,omitempty"` // private: sent in clear text
	Phone          string `json:"phone,omitempty"`  // private: sent in clear text
	QQ             string `json:"qq,omitempty"`     // private: sent in clear text
	Wechat         string `json:"wechat,omitempty"` // private: sent in clear text

	IsDefaultLinkman *bool `json:"is_default_linkman,omitempty"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v CustomerSaveContact) MarshalJSON() ([]byte, error) { return encodeObject(v) }

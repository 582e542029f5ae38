package jdy

import (
	"github.com/duijie-go/duijie"
)

// SupplierSave is what a save of suppliers sends (供应商保存, POST /jdy/v2/bd/supplier).
type SupplierSave struct {
	// Required.
	Name string `json:"name" jdy:"need"`

	// What is not set is not sent.
	Number string `json:"number,omitempty"` // 编码

	CityID         string `json:"city_id,omitempty"`
	CountryID      string `json:"country_id,omitempty"`
	DistrictID     string `json:"district_id,omitempty"`
	GroupID        string `json:"group_id,omitempty"` // 分类
	GroupNumber    string `json:"group_number,omitempty"`
	InvoiceName    string `json:"invoice_name,omitempty"`
	ProvinceID     string `json:"province_id,omitempty"`
	SaleDeptID     string `json:"sale_dept_id,omitempty"`
	SaleDeptNumber string `json:"sale_dept_number,omitempty"`
	SalerID        string `json:"saler_id,omitempty"` // 销售员
	SalerNumber    string `json:"saler_number,omitempty"`

	AccountOpenAddr string `json:"account_open_addr,omitempty"`
	Addr            string `json:"addr,omitempty"` // private: sent in clear text
	Bank            string `json:"bank,omitempty"`
	BankAccount     string `json:"bank_account,omitempty"` // private: sent in clear text
	Remark          string `json:"remark,omitempty"`       // 备注
	TaxpayerNo      string `json:"taxpayer_no,omitempty"`  // 纳税人识别号

	Rate NumberText `json:"rate,omitzero"`

	Deduct *bool `json:"deduct,omitempty"` // documented as a switch, seen as a digit

	Contacts []SupplierSaveContact `json:"bom_entity,omitempty"`
	Custom   duijie.Record         `json:"custom_field,omitempty"` // custom fields by their keys; a reference takes the key with _id

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v SupplierSave) MarshalJSON() ([]byte, error) { return encodeObject(v) }

// SupplierSaveContact is part of a [SupplierSave]: a contact person.
type SupplierSaveContact struct {
	ID  string `json:"id,omitempty"`
	Seq string `json:"seq,omitempty"`

	ContactCityID         string `json:"contact_city_id,omitempty"`
	ContactCityNumber     string `json:"contact_city_number,omitempty"`
	ContactCityName       string `json:"contact_city_name,omitempty"`
	ContactCountryID      string `json:"contact_country_id,omitempty"`
	ContactCountryNumber  string `json:"contact_country_number,omitempty"`
	ContactCountryName    string `json:"contact_country_name,omitempty"`
	ContactDistrictID     string `json:"contact_district_id,omitempty"`
	ContactDistrictNumber string `json:"contact_district_number,omitempty"`
	ContactDistrictName   string `json:"contact_district_name,omitempty"`
	ContactProvinceID     string `json:"contact_province_id,omitempty"`
	ContactProvinceNumber string `json:"contact_province_number,omitempty"`
	ContactProvinceName   string `json:"contact_province_name,omitempty"`
	GroupNumber           string `json:"group_number,omitempty"`

	Birthday       string `json:"birthday,omitempty"`        // private: sent in clear text
	ContactAddress string `json:"contact_address,omitempty"` // private: sent in clear text
	ContactPerson  string `json:"contact_person,omitempty"`
	Email          string `json:"email,omitempty"` // private: sent in clear text
	Gender         Gender `json:"gender,omitempty"`
	Mobile         string `json:"mobile,omitempty"` // private: sent in clear text
	Phone          string `json:"phone,omitempty"`  // private: sent in clear text
	QQ             string `json:"qq,omitempty"`     // private: sent in clear text
	Wechat         string `json:"wechat,omitempty"` // private: sent in clear text

	Rate NumberText `json:"rate,omitzero"`

	IsDefaultLinkman *bool `json:"is_default_linkman,omitempty"`

	Extra duijie.Record `json:"-"` // further members; one that has a field replaces it
}

// MarshalJSON writes what is set.
func (v SupplierSaveContact) MarshalJSON() ([]byte, error) { return encodeObject(v) }

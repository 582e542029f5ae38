package kingdee

import "github.com/duijie-go/duijie"

// Customer is a customer (客户) to be saved. Fields that are empty are left out
// and so keep their stored value on an update. The members are written in the
// order the platform wants; the primary key comes first.
type Customer struct {
	ID            int64     `json:"FCUSTID,omitzero"`      // primary key: set for an update
	CreateOrg     Reference `json:"FCreateOrgId,omitzero"` // creating organisation (创建组织), required
	UseOrg        Reference `json:"FUseOrgId,omitzero"`    // using organisation (使用组织); the same as CreateOrg when creating
	Number        string    `json:"FNumber,omitzero"`      // number (客户编码); empty: the server draws one
	Name          string    `json:"FName,omitzero"`        // name (客户名称), required
	ShortName     string    `json:"FShortName,omitzero"`
	Country       Reference `json:"FCOUNTRY,omitzero"`
	Province      Reference `json:"FPROVINCIAL,omitzero"`
	Address       string    `json:"FADDRESS,omitzero"`
	Zip           string    `json:"FZIP,omitzero"`
	Tel           string    `json:"FTEL,omitzero"`
	Fax           string    `json:"FFAX,omitzero"`
	Website       string    `json:"FWEBSITE,omitzero"`
	InvoiceTitle  string    `json:"FINVOICETITLE,omitzero"`
	TaxNumber     string    `json:"FTAXREGISTERCODE,omitzero"` // 纳税登记号
	InvoiceBank   string    `json:"FINVOICEBANKNAME,omitzero"`
	InvoiceBankNo string    `json:"FINVOICEBANKACCOUNT,omitzero"`
	CreditCode    string    `json:"FSOCIALCRECODE,omitzero"` // 统一社会信用代码
	Type          Reference `json:"FCustTypeId,omitzero"`
	Group         Reference `json:"FGroup,omitzero"`
	Currency      Reference `json:"FTRADINGCURRID,omitzero"` // settlement currency (结算币别)
	SettleType    Reference `json:"FSETTLETYPEID,omitzero"`
	RecCondition  Reference `json:"FRECCONDITIONID,omitzero"`
	InvoiceType   string    `json:"FInvoiceType,omitzero"`
	TaxType       Reference `json:"FTaxType,omitzero"`
	TaxRate       Reference `json:"FTaxRate,omitzero"`
	Priority      string    `json:"FPriority,omitzero"`
	Seller        Reference `json:"FSELLER,omitzero"`
	SalesDept     Reference `json:"FSALDEPTID,omitzero"`
	Description   string    `json:"FDescription,omitzero"`

	// Extra are further members, appended in order: custom fields
	// ("F_XYZ_Grade"), lines ("FT_BD_CUSTCONTACT"), or a field to be cleared.
	Extra []Field `json:"-"`
}

// MarshalJSON writes the fields, then Extra.
func (c Customer) MarshalJSON() ([]byte, error) {
	type plain Customer
	raw, err := marshal(plain(c)) // by value: of an addressable one every omitzero check makes a copy
	if err != nil || len(c.Extra) == 0 {
		return raw, err
	}
	known, err := members(raw)
	if err != nil {
		return nil, err
	}
	m := NewModel()
	for _, f := range append(known, c.Extra...) {
		m.Set(f.Key, f.Value)
	}
	return m.MarshalJSON()
}

// CustomerRow is a customer as lists give it. For custom fields embed it in a
// struct of your own and use [QueryAs].
type CustomerRow struct {
	ID             int64       `kingdee:"FCUSTID,key"`
	Number         string      `kingdee:"FNumber"`
	Name           string      `kingdee:"FName"`
	ShortName      string      `kingdee:"FShortName"`
	CreateOrg      string      `kingdee:"FCreateOrgId.FNumber"`
	UseOrg         string      `kingdee:"FUseOrgId.FNumber"`
	DocumentStatus string      `kingdee:"FDocumentStatus"` // Z draft, A created, B in approval, C audited, D to be re-audited
	ForbidStatus   string      `kingdee:"FForbidStatus"`   // A in use, B forbidden
	Tel            string      `kingdee:"FTEL"`
	Address        string      `kingdee:"FADDRESS"`
	TaxNumber      string      `kingdee:"FTAXREGISTERCODE"`
	CreditCode     string      `kingdee:"FSOCIALCRECODE"`
	Description    string      `kingdee:"FDescription"`
	Created        duijie.Time `kingdee:"FCreateDate"`
	Modified       duijie.Time `kingdee:"FModifyDate"`
}

// CustomerService works on customers (客户, BD_Customer).
type CustomerService = FormService[CustomerRow, Customer]

// CustomerQuery selects customers.
type CustomerQuery = FormQuery

package kingdee

// Customer is a customer (客户) to be saved. Members that are not set are left
// out and so keep their stored value on an update; see [Field] for how to
// clear one.
type Customer struct {
	ID            int64              `json:"FCUSTID,omitzero"`                  // primary key: set for an update
	CreateOrg     Reference          `json:"FCreateOrgId,omitzero" must:"创建组织"` // 创建组织, required
	UseOrg        Reference          `json:"FUseOrgId,omitzero" must:"使用组织"`    // 使用组织, required; the same as CreateOrg when creating
	Number        string             `json:"FNumber,omitzero"`                  // 客户编码; empty: the server draws one
	Name          string             `json:"FName,omitzero" must:"客户名称"`        // 客户名称, required
	ShortName     string             `json:"FShortName,omitzero"`               // 简称
	Country       Reference          `json:"FCOUNTRY,omitzero"`                 // 国家
	Province      Reference          `json:"FPROVINCIAL,omitzero"`              // 省份
	Address       string             `json:"FADDRESS,omitzero"`                 // 通讯地址
	Zip           string             `json:"FZIP,omitzero"`                     // 邮政编码
	Tel           string             `json:"FTEL,omitzero"`                     // 联系电话
	Fax           string             `json:"FFAX,omitzero"`                     // 传真
	Website       string             `json:"FWEBSITE,omitzero"`                 // 公司网址
	InvoiceTitle  string             `json:"FINVOICETITLE,omitzero"`            // 发票抬头
	TaxNumber     string             `json:"FTAXREGISTERCODE,omitzero"`         // 纳税登记号
	InvoiceBank   string             `json:"FINVOICEBANKNAME,omitzero"`         // 开户银行
	InvoiceBankNo string             `json:"FINVOICEBANKACCOUNT,omitzero"`      // 银行账号
	CreditCode    string             `json:"FSOCIALCRECODE,omitzero"`           // 统一社会信用代码
	Type          Reference          `json:"FCustTypeId,omitzero"`              // 客户类别
	Group         Reference          `json:"FGroup,omitzero"`                   // 客户分组
	Currency      Reference          `json:"FTRADINGCURRID,omitzero"`           // settlement currency (结算币别), "PRE001"; left out, the server takes its own
	SettleType    Reference          `json:"FSETTLETYPEID,omitzero"`            // 结算方式
	RecCondition  Reference          `json:"FRECCONDITIONID,omitzero"`          // 收款条件
	InvoiceType   string             `json:"FInvoiceType,omitzero"`             // 发票类型
	TaxType       Reference          `json:"FTaxType,omitzero"`                 // 税分类
	TaxRate       Reference          `json:"FTaxRate,omitzero"`                 // 默认税率
	Priority      string             `json:"FPriority,omitzero"`                // 客户优先级
	Seller        Reference          `json:"FSELLER,omitzero"`                  // 销售员
	SalesDept     Reference          `json:"FSALDEPTID,omitzero"`               // 销售部门
	Description   string             `json:"FDescription,omitzero"`             // 描述
	Extra         []Field            `json:"-"`                                 // further members, custom ones too, see [Field]
	Banks         []CustomerBank     `json:"FT_BD_CUSTBANK,omitzero"`           // 银行信息
	Locations     []CustomerLocation `json:"FT_BD_CUSTLOCATION,omitzero"`       // 联系人
	Contacts      []CustomerContact  `json:"FT_BD_CUSTCONTACT,omitzero"`        // addresses (地址信息)
}

// MarshalJSON writes the members that are set, in the platform's order.
func (c Customer) MarshalJSON() ([]byte, error) { return encodeModel(&c) }

// UnmarshalJSON reads them back; what it does not know goes into Extra.
func (c *Customer) UnmarshalJSON(raw []byte) error { return decodeModel(raw, c) }

// Validate names the required members that a new one lacks; of an update only
// those of new lines.
func (c Customer) Validate() error { return validate(FormCustomer, &c) }

// CustomerBank is a bank account of a customer (银行信息).
type CustomerBank struct {
	EntryID     int64   `json:"FENTRYID,omitzero"`      // line key: set to keep a stored line
	Account     string  `json:"FBANKCODE,omitzero"`     // 银行账号
	AccountName string  `json:"FACCOUNTNAME,omitzero"`  // 账户名称
	Bank        string  `json:"FOPENBANKNAME,omitzero"` // 开户银行
	Extra       []Field `json:"-"`                      // further members, custom ones too, see [Field]
}

// MarshalJSON writes the members that are set, in the platform's order.
func (c CustomerBank) MarshalJSON() ([]byte, error) { return encodeModel(&c) }

// UnmarshalJSON reads them back; what it does not know goes into Extra.
func (c *CustomerBank) UnmarshalJSON(raw []byte) error { return decodeModel(raw, c) }

// CustomerLocation is a contact person of a customer (联系人).
type CustomerLocation struct {
	EntryID int64     `json:"FENTRYID,omitzero"`   // line key: set to keep a stored line
	Contact Reference `json:"FContactId,omitzero"` // 联系人
	Extra   []Field   `json:"-"`                   // further members, custom ones too, see [Field]
}

// MarshalJSON writes the members that are set, in the platform's order.
func (c CustomerLocation) MarshalJSON() ([]byte, error) { return encodeModel(&c) }

// UnmarshalJSON reads them back; what it does not know goes into Extra.
func (c *CustomerLocation) UnmarshalJSON(raw []byte) error { return decodeModel(raw, c) }

// CustomerContact is an address of a customer (地址信息): where goods, invoices or
// payments go.
type CustomerContact struct {
	EntryID          int64   `json:"FENTRYID,omitzero"`            // line key: set to keep a stored line
	Number           string  `json:"FNUMBER1,omitzero"`            // 地点编码
	Name             string  `json:"FNAME1,omitzero"`              // 地点名称
	Address          string  `json:"FADDRESS1,omitzero"`           // 详细地址
	Mobile           string  `json:"FMOBILE,omitzero"`             // 移动电话
	DefaultConsignee *bool   `json:"FIsDefaultConsignee,omitzero"` // 默认收货地址
	DefaultSettle    *bool   `json:"FIsDefaultSettle,omitzero"`    // 默认开票地址
	DefaultPayer     *bool   `json:"FIsDefaultPayer,omitzero"`     // 默认付款地址
	Used             *bool   `json:"FIsUsed,omitzero"`             // 启用
	Extra            []Field `json:"-"`                            // further members, custom ones too, see [Field]
}

// MarshalJSON writes the members that are set, in the platform's order.
func (c CustomerContact) MarshalJSON() ([]byte, error) { return encodeModel(&c) }

// UnmarshalJSON reads them back; what it does not know goes into Extra.
func (c *CustomerContact) UnmarshalJSON(raw []byte) error { return decodeModel(raw, c) }

// CustomerRow is a customer as lists give it. For custom fields embed it in a
// struct of your own and read it with [NewFormReader] or [QueryAs].
type CustomerRow struct {
	ID        int64  `kingdee:"FCUSTID,key"`
	Number    string `kingdee:"FNumber"`
	Name      string `kingdee:"FName"`
	ShortName string `kingdee:"FShortName"`
	CreateOrg string `kingdee:"FCreateOrgId.FNumber"`
	UseOrg    string `kingdee:"FUseOrgId.FNumber"`
	BaseState
	Tel         string `kingdee:"FTEL"`
	Address     string `kingdee:"FADDRESS"`
	TaxNumber   string `kingdee:"FTAXREGISTERCODE"`
	CreditCode  string `kingdee:"FSOCIALCRECODE"`
	Description string `kingdee:"FDescription"`
}

// CustomerService works on customers (客户, BD_Customer).
type CustomerService = FormService[CustomerRow, Customer]

// CustomerQuery selects customers.
type CustomerQuery = FormQuery

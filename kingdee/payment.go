package kingdee

import "github.com/duijie-go/duijie"

// ReceiveBill is a receipt bill: money received (收款单) to be saved. Members
// that are not set are left out and so keep their stored value on an update;
// see [Field] for how to clear one.
type ReceiveBill struct {
	ID          int64             `json:"FID,omitzero"`                                   // primary key: set for an update
	BillType    Reference         `json:"FBillTypeID,omitzero" ref:"FNUMBER" must:"单据类型"` // 单据类型, required; as your installation has it
	Number      string            `json:"FBillNo,omitzero"`                               // 单据编号; empty: the server draws one
	Date        duijie.Time       `json:"FDATE,omitzero" must:"业务日期"`                     // 业务日期, required
	ContactType string            `json:"FCONTACTUNITTYPE,omitzero" must:"往来单位类型"`        // 往来单位类型, required; [PartyCustomer] or [PartySupplier]
	Contact     Reference         `json:"FCONTACTUNIT,omitzero" must:"往来单位"`              // 往来单位, required
	PartyType   string            `json:"FPAYUNITTYPE,omitzero"`                          // 付款单位类型
	Party       Reference         `json:"FPAYUNIT,omitzero"`                              // 付款单位
	Currency    Reference         `json:"FCURRENCYID,omitzero" must:"币别"`                 // 币别, required; "PRE001" is CNY
	SettleOrg   Reference         `json:"FSETTLEORGID,omitzero"`                          // 结算组织
	PayOrg      Reference         `json:"FPAYORGID,omitzero" must:"收款组织"`                 // 收款组织, required
	Extra       []Field           `json:"-"`                                              // further members, custom ones too, see [Field]
	Lines       []ReceiveBillLine `json:"FRECEIVEBILLENTRY,omitzero"`                     // 明细
}

// MarshalJSON writes the members that are set, in the platform's order.
func (r ReceiveBill) MarshalJSON() ([]byte, error) { return encodeModel(&r) }

// UnmarshalJSON reads them back; what it does not know goes into Extra.
func (r *ReceiveBill) UnmarshalJSON(raw []byte) error { return decodeModel(raw, r) }

// Validate names the required members that a new one lacks; of an update only
// those of new lines.
func (r ReceiveBill) Validate() error { return validate(FormReceiveBill, &r) }

// ReceiveBillLine is a line of the bill; amounts come late.
type ReceiveBillLine struct {
	EntryID    int64          `json:"FEntryID,omitzero"`                  // line key: set for a line that is stored already
	SettleType Reference      `json:"FSETTLETYPEID,omitzero" must:"结算方式"` // 结算方式, required; [SettleCash] or [SettleTransfer]
	Purpose    Reference      `json:"FPURPOSEID,omitzero" must:"收款用途"`    // 收款用途, required; [PurposeSale] or [PurposePrepaid]
	Account    Reference      `json:"FACCOUNTID,omitzero"`                // 我方银行账号
	Comment    string         `json:"FCOMMENT,omitzero"`                  // 备注
	Total      duijie.Decimal `json:"FRECTOTALAMOUNTFOR,omitzero"`        // amount due (应收金额)
	Amount     duijie.Decimal `json:"FRECAMOUNTFOR_E,omitzero"`           // amount received (收款金额)
	Extra      []Field        `json:"-"`                                  // further members, custom ones too, see [Field]
}

// MarshalJSON writes the members that are set, in the platform's order.
func (r ReceiveBillLine) MarshalJSON() ([]byte, error) { return encodeModel(&r) }

// UnmarshalJSON reads them back; what it does not know goes into Extra.
func (r *ReceiveBillLine) UnmarshalJSON(raw []byte) error { return decodeModel(raw, r) }

// Codes of receipt and payment bills.
const (
	SettleCash     = "JSFS01_SYS"  // settlement (结算方式): cash
	SettleTransfer = "JSFS04_SYS"  // settlement (结算方式): bank transfer (电汇)
	PurposeSale    = "SFKYT01_SYS" // purpose of a receipt (收款用途): 销售收款
	PurposePrepaid = "SFKYT02_SYS" // purpose of a receipt (收款用途): 预收款
	PartyCustomer  = "BD_Customer" // the other side (往来单位) is a customer
	PartySupplier  = "BD_Supplier" // the other side (往来单位) is a supplier
)

// ReceiveBillRow is the head of a bill as lists give it.
type ReceiveBillRow struct {
	ID          int64       `kingdee:"FID,key"`
	Number      string      `kingdee:"FBillNo"`
	BillType    string      `kingdee:"FBillTypeID.FNumber"`
	Date        duijie.Time `kingdee:"FDATE"`
	ContactType string      `kingdee:"FCONTACTUNITTYPE"`
	Contact     string      `kingdee:"FCONTACTUNIT.FNumber"`
	Currency    string      `kingdee:"FCURRENCYID.FNumber"`
	SettleOrg   string      `kingdee:"FSETTLEORGID.FNumber"`
	PayOrg      string      `kingdee:"FPAYORGID.FNumber"`
	RecordState
}

// ReceiveBillLineRow is a line of a bill as lists give it, with what it needs
// of the head.
type ReceiveBillLineRow struct {
	ID             int64          `kingdee:"FID,key"`
	Number         string         `kingdee:"FBillNo"`
	Date           duijie.Time    `kingdee:"FDATE"`
	Contact        string         `kingdee:"FCONTACTUNIT.FNumber"`
	DocumentStatus string         `kingdee:"FDocumentStatus"`
	Modified       duijie.Time    `kingdee:"FModifyDate"`
	EntryID        int64          `kingdee:"FRECEIVEBILLENTRY_FEntryID"`
	SettleType     string         `kingdee:"FSETTLETYPEID.FNumber"`
	Purpose        string         `kingdee:"FPURPOSEID.FNumber"`
	Account        string         `kingdee:"FACCOUNTID.FNumber"`
	Comment        string         `kingdee:"FCOMMENT"`
	Total          duijie.Decimal `kingdee:"FRECTOTALAMOUNTFOR"`
	Amount         duijie.Decimal `kingdee:"FRECAMOUNTFOR_E"`
}

// PayBill is a payment bill: money paid (付款单) to be saved. Members that are
// not set are left out and so keep their stored value on an update; see
// [Field] for how to clear one.
type PayBill struct {
	ID          int64         `json:"FID,omitzero"`                                   // primary key: set for an update
	BillType    Reference     `json:"FBillTypeID,omitzero" ref:"FNUMBER" must:"单据类型"` // 单据类型, required; as your installation has it
	Number      string        `json:"FBillNo,omitzero"`                               // 单据编号; empty: the server draws one
	Date        duijie.Time   `json:"FDATE,omitzero" must:"业务日期"`                     // 业务日期, required
	ContactType string        `json:"FCONTACTUNITTYPE,omitzero" must:"往来单位类型"`        // 往来单位类型, required; [PartyCustomer] or [PartySupplier]
	Contact     Reference     `json:"FCONTACTUNIT,omitzero" must:"往来单位"`              // 往来单位, required
	PartyType   string        `json:"FRECTUNITTYPE,omitzero"`                         // 收款单位类型
	Party       Reference     `json:"FRECTUNIT,omitzero"`                             // 收款单位
	Currency    Reference     `json:"FCURRENCYID,omitzero" must:"币别"`                 // 币别, required; "PRE001" is CNY
	SettleOrg   Reference     `json:"FSETTLEORGID,omitzero"`                          // 结算组织
	PayOrg      Reference     `json:"FPAYORGID,omitzero" must:"付款组织"`                 // 付款组织, required
	Extra       []Field       `json:"-"`                                              // further members, custom ones too, see [Field]
	Lines       []PayBillLine `json:"FPAYBILLENTRY,omitzero"`                         // 明细
}

// MarshalJSON writes the members that are set, in the platform's order.
func (p PayBill) MarshalJSON() ([]byte, error) { return encodeModel(&p) }

// UnmarshalJSON reads them back; what it does not know goes into Extra.
func (p *PayBill) UnmarshalJSON(raw []byte) error { return decodeModel(raw, p) }

// Validate names the required members that a new one lacks; of an update only
// those of new lines.
func (p PayBill) Validate() error { return validate(FormPayBill, &p) }

// PayBillLine is a line of the bill; amounts come late.
type PayBillLine struct {
	EntryID    int64          `json:"FEntryID,omitzero"`                  // line key: set for a line that is stored already
	SettleType Reference      `json:"FSETTLETYPEID,omitzero" must:"结算方式"` // 结算方式, required; [SettleCash] or [SettleTransfer]
	Purpose    Reference      `json:"FPURPOSEID,omitzero" must:"付款用途"`    // 付款用途, required
	Account    Reference      `json:"FACCOUNTID,omitzero"`                // 我方银行账号
	Comment    string         `json:"FCOMMENT,omitzero"`                  // 备注
	Total      duijie.Decimal `json:"FPAYTOTALAMOUNTFOR,omitzero"`        // amount due (应付金额)
	Amount     duijie.Decimal `json:"FPAYAMOUNTFOR_E,omitzero"`           // amount paid (付款金额)
	Extra      []Field        `json:"-"`                                  // further members, custom ones too, see [Field]
}

// MarshalJSON writes the members that are set, in the platform's order.
func (p PayBillLine) MarshalJSON() ([]byte, error) { return encodeModel(&p) }

// UnmarshalJSON reads them back; what it does not know goes into Extra.
func (p *PayBillLine) UnmarshalJSON(raw []byte) error { return decodeModel(raw, p) }

// PayBillRow is the head of a bill as lists give it.
type PayBillRow struct {
	ID          int64       `kingdee:"FID,key"`
	Number      string      `kingdee:"FBillNo"`
	BillType    string      `kingdee:"FBillTypeID.FNumber"`
	Date        duijie.Time `kingdee:"FDATE"`
	ContactType string      `kingdee:"FCONTACTUNITTYPE"`
	Contact     string      `kingdee:"FCONTACTUNIT.FNumber"`
	Currency    string      `kingdee:"FCURRENCYID.FNumber"`
	SettleOrg   string      `kingdee:"FSETTLEORGID.FNumber"`
	PayOrg      string      `kingdee:"FPAYORGID.FNumber"`
	RecordState
}

// PayBillLineRow is a line of a bill as lists give it, with what it needs of
// the head.
type PayBillLineRow struct {
	ID             int64          `kingdee:"FID,key"`
	Number         string         `kingdee:"FBillNo"`
	Date           duijie.Time    `kingdee:"FDATE"`
	Contact        string         `kingdee:"FCONTACTUNIT.FNumber"`
	DocumentStatus string         `kingdee:"FDocumentStatus"`
	Modified       duijie.Time    `kingdee:"FModifyDate"`
	EntryID        int64          `kingdee:"FPAYBILLENTRY_FEntryID"`
	SettleType     string         `kingdee:"FSETTLETYPEID.FNumber"`
	Purpose        string         `kingdee:"FPURPOSEID.FNumber"`
	Account        string         `kingdee:"FACCOUNTID.FNumber"`
	Comment        string         `kingdee:"FCOMMENT"`
	Total          duijie.Decimal `kingdee:"FPAYTOTALAMOUNTFOR"`
	Amount         duijie.Decimal `kingdee:"FPAYAMOUNTFOR_E"`
}

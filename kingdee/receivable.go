package kingdee

import "github.com/duijie-go/duijie"

// Receivable is a receivable (应收单) to be saved. Members that are not set are
// left out and so keep their stored value on an update; see [Field] for how to
// clear one. One that belongs to a stock bill is made with Push, because only
// that links the two.
type Receivable struct {
	ID        int64             `json:"FID,omitzero"`                                   // primary key: set for an update
	BillType  Reference         `json:"FBillTypeID,omitzero" ref:"FNUMBER" must:"单据类型"` // 单据类型, required; [BillTypeReceivable]
	Number    string            `json:"FBillNo,omitzero"`                               // 单据编号; empty: the server draws one
	Date      duijie.Time       `json:"FDATE,omitzero" must:"业务日期"`                     // 业务日期, required
	DueDate   duijie.Time       `json:"FENDDATE_H,omitzero" must:"到期日"`                 // 到期日, required
	Customer  Reference         `json:"FCUSTOMERID,omitzero" must:"客户"`                 // 客户, required
	Currency  Reference         `json:"FCURRENCYID,omitzero" must:"币别"`                 // 币别, required; "PRE001" is CNY
	SettleOrg Reference         `json:"FSETTLEORGID,omitzero" must:"结算组织"`              // 结算组织, required
	PayOrg    Reference         `json:"FPAYORGID,omitzero" must:"收款组织"`                 // 收款组织, required
	SaleOrg   Reference         `json:"FSALEORGID,omitzero"`                            // 销售组织
	Extra     []Field           `json:"-"`                                              // further members, custom ones too, see [Field]
	Parties   Part              `json:"FsubHeadSuppiler,omitzero"`                      // who orders, gets and pays; the platform spells it so
	Finance   ReceivableFinance `json:"FsubHeadFinc,omitzero"`                          // 表头财务
	Lines     []ReceivableLine  `json:"FEntityDetail,omitzero"`                         // 明细
}

// MarshalJSON writes the members that are set, in the platform's order.
func (r Receivable) MarshalJSON() ([]byte, error) { return encodeModel(&r) }

// UnmarshalJSON reads them back; what it does not know goes into Extra.
func (r *Receivable) UnmarshalJSON(raw []byte) error { return decodeModel(raw, r) }

// Validate names the required members that a new one lacks; of an update only
// those of new lines.
func (r Receivable) Validate() error { return validate(FormReceivable, &r) }

// ReceivableFinance is how the bill is settled (表头财务).
type ReceivableFinance struct {
	JudgeDate    duijie.Time    `json:"FACCNTTIMEJUDGETIME,omitzero"` // day the due date counts from (到期日计算日期)
	BookCurrency Reference      `json:"FMAINBOOKSTDCURRID,omitzero"`  // 本位币
	ExchangeType Reference      `json:"FEXCHANGETYPE,omitzero"`       // 汇率类型
	ExchangeRate duijie.Decimal `json:"FExchangeRate,omitzero"`       // 汇率
	Extra        []Field        `json:"-"`                            // further members, custom ones too, see [Field]
}

// MarshalJSON writes the members that are set, in the platform's order.
func (r ReceivableFinance) MarshalJSON() ([]byte, error) { return encodeModel(&r) }

// UnmarshalJSON reads them back; what it does not know goes into Extra.
func (r *ReceivableFinance) UnmarshalJSON(raw []byte) error { return decodeModel(raw, r) }

// ReceivableLine is a line of the bill (明细); prices and amounts come last.
type ReceivableLine struct {
	EntryID   int64          `json:"FEntryID,omitzero"`          // line key: set for a line that is stored already
	Material  Reference      `json:"FMATERIALID,omitzero"`       // 物料编码
	PriceUnit Reference      `json:"FPRICEUNITID,omitzero"`      // 计价单位
	Qty       duijie.Decimal `json:"FPriceQty,omitzero"`         // 计价数量
	TaxRate   duijie.Decimal `json:"FEntryTaxRate,omitzero"`     // per cent (税率%)
	Price     duijie.Decimal `json:"FPrice,omitzero"`            // without tax (单价)
	TaxPrice  duijie.Decimal `json:"FTaxPrice,omitzero"`         // with tax (含税单价)
	Amount    duijie.Decimal `json:"FNoTaxAmountFor_D,omitzero"` // without tax (不含税金额)
	AllAmount duijie.Decimal `json:"FALLAMOUNTFOR_D,omitzero"`   // with tax (价税合计)
	Extra     []Field        `json:"-"`                          // further members, custom ones too, see [Field]
}

// MarshalJSON writes the members that are set, in the platform's order.
func (r ReceivableLine) MarshalJSON() ([]byte, error) { return encodeModel(&r) }

// UnmarshalJSON reads them back; what it does not know goes into Extra.
func (r *ReceivableLine) UnmarshalJSON(raw []byte) error { return decodeModel(raw, r) }

// ReceivableRow is the head of a bill as lists give it.
type ReceivableRow struct {
	ID           int64       `kingdee:"FID,key"`
	Number       string      `kingdee:"FBillNo"`
	BillType     string      `kingdee:"FBillTypeID.FNumber"`
	Date         duijie.Time `kingdee:"FDATE"`
	DueDate      duijie.Time `kingdee:"FENDDATE_H"`
	Customer     string      `kingdee:"FCUSTOMERID.FNumber"`
	CustomerName string      `kingdee:"FCUSTOMERID.FName"`
	Currency     string      `kingdee:"FCURRENCYID.FNumber"`
	SettleOrg    string      `kingdee:"FSETTLEORGID.FNumber"`
	RecordState
}

// ReceivableLineRow is a line of a bill as lists give it, with what it needs
// of the head.
type ReceivableLineRow struct {
	ID             int64          `kingdee:"FID,key"`
	Number         string         `kingdee:"FBillNo"`
	Date           duijie.Time    `kingdee:"FDATE"`
	Customer       string         `kingdee:"FCUSTOMERID.FNumber"`
	Currency       string         `kingdee:"FCURRENCYID.FNumber"`
	DocumentStatus string         `kingdee:"FDocumentStatus"`
	Modified       duijie.Time    `kingdee:"FModifyDate"`
	EntryID        int64          `kingdee:"FEntityDetail_FEntryID"`
	Material       string         `kingdee:"FMATERIALID.FNumber"`
	MaterialName   string         `kingdee:"FMATERIALID.FName"`
	PriceUnit      string         `kingdee:"FPRICEUNITID.FNumber"`
	Qty            duijie.Decimal `kingdee:"FPriceQty"`
	TaxRate        duijie.Decimal `kingdee:"FEntryTaxRate"`     // per cent
	Price          duijie.Decimal `kingdee:"FPrice"`            // without tax
	TaxPrice       duijie.Decimal `kingdee:"FTaxPrice"`         // with tax
	Amount         duijie.Decimal `kingdee:"FNoTaxAmountFor_D"` // without tax (不含税金额)
	AllAmount      duijie.Decimal `kingdee:"FALLAMOUNTFOR_D"`   // with tax (价税合计)
}

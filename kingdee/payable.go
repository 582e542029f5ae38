package kingdee

import "github.com/duijie-go/duijie"

// Payable is a payable (应付单) to be saved. Members that are not set are left
// out and so keep their stored value on an update; see [Field] for how to
// clear one. One that belongs to a stock bill is made with Push, because only
// that links the two.
type Payable struct {
	ID          int64          `json:"FID,omitzero"`                                   // primary key: set for an update
	BillType    Reference      `json:"FBillTypeID,omitzero" ref:"FNUMBER" must:"单据类型"` // 单据类型, required; as your installation has it
	Number      string         `json:"FBillNo,omitzero"`                               // 单据编号; empty: the server draws one
	Date        duijie.Time    `json:"FDATE,omitzero" must:"业务日期"`                     // 业务日期, required
	DueDate     duijie.Time    `json:"FENDDATE_H,omitzero" must:"到期日"`                 // 到期日, required
	Supplier    Reference      `json:"FSUPPLIERID,omitzero" must:"供应商"`                // 供应商, required
	Currency    Reference      `json:"FCURRENCYID,omitzero" must:"币别"`                 // 币别, required; "PRE001" is CNY
	SettleOrg   Reference      `json:"FSETTLEORGID,omitzero" must:"结算组织"`              // 结算组织, required
	PayOrg      Reference      `json:"FPAYORGID,omitzero" must:"付款组织"`                 // 付款组织, required
	PurchaseOrg Reference      `json:"FPURCHASEORGID,omitzero"`                        // 采购组织
	Extra       []Field        `json:"-"`                                              // further members, custom ones too, see [Field]
	Parties     Part           `json:"FsubHeadSuppiler,omitzero"`                      // who orders, gets and pays; the platform spells it so
	Finance     PayableFinance `json:"FsubHeadFinc,omitzero"`                          // 表头财务
	Lines       []PayableLine  `json:"FEntityDetail,omitzero"`                         // 明细
}

// MarshalJSON writes the members that are set, in the platform's order.
func (p Payable) MarshalJSON() ([]byte, error) { return encodeModel(&p) }

// UnmarshalJSON reads them back; what it does not know goes into Extra.
func (p *Payable) UnmarshalJSON(raw []byte) error { return decodeModel(raw, p) }

// Validate names the required members that a new one lacks; of an update only
// those of new lines.
func (p Payable) Validate() error { return validate(FormPayable, &p) }

// PayableFinance is how the bill is settled (表头财务).
type PayableFinance struct {
	JudgeDate    duijie.Time    `json:"FACCNTTIMEJUDGETIME,omitzero"` // day the due date counts from (到期日计算日期)
	BookCurrency Reference      `json:"FMAINBOOKSTDCURRID,omitzero"`  // 本位币
	ExchangeType Reference      `json:"FEXCHANGETYPE,omitzero"`       // 汇率类型
	ExchangeRate duijie.Decimal `json:"FExchangeRate,omitzero"`       // 汇率
	Extra        []Field        `json:"-"`                            // further members, custom ones too, see [Field]
}

// MarshalJSON writes the members that are set, in the platform's order.
func (p PayableFinance) MarshalJSON() ([]byte, error) { return encodeModel(&p) }

// UnmarshalJSON reads them back; what it does not know goes into Extra.
func (p *PayableFinance) UnmarshalJSON(raw []byte) error { return decodeModel(raw, p) }

// PayableLine is a line of the bill (明细); prices and amounts come last.
type PayableLine struct {
	EntryID   int64          `json:"FEntryID,omitzero"`          // line key: set for a line that is stored already
	Cost      Reference      `json:"FCOSTID,omitzero"`           // 费用项目
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
func (p PayableLine) MarshalJSON() ([]byte, error) { return encodeModel(&p) }

// UnmarshalJSON reads them back; what it does not know goes into Extra.
func (p *PayableLine) UnmarshalJSON(raw []byte) error { return decodeModel(raw, p) }

// PayableRow is the head of a bill as lists give it.
type PayableRow struct {
	ID           int64       `kingdee:"FID,key"`
	Number       string      `kingdee:"FBillNo"`
	BillType     string      `kingdee:"FBillTypeID.FNumber"`
	Date         duijie.Time `kingdee:"FDATE"`
	DueDate      duijie.Time `kingdee:"FENDDATE_H"`
	Supplier     string      `kingdee:"FSUPPLIERID.FNumber"`
	SupplierName string      `kingdee:"FSUPPLIERID.FName"`
	Currency     string      `kingdee:"FCURRENCYID.FNumber"`
	SettleOrg    string      `kingdee:"FSETTLEORGID.FNumber"`
	RecordState
}

// PayableLineRow is a line of a bill as lists give it, with what it needs of
// the head.
type PayableLineRow struct {
	ID             int64          `kingdee:"FID,key"`
	Number         string         `kingdee:"FBillNo"`
	Date           duijie.Time    `kingdee:"FDATE"`
	Supplier       string         `kingdee:"FSUPPLIERID.FNumber"`
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

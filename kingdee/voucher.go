package kingdee

import (
	"slices"

	"github.com/duijie-go/duijie"
)

// Voucher is an accounting voucher (凭证) to be saved. Members that are not set
// are left out and so keep their stored value on an update; see [Field] for
// how to clear one. Posting (过账) is not part of the platform's WebAPI.
type Voucher struct {
	ID           int64         `json:"FVOUCHERID,omitzero"`                 // primary key: set for an update
	AccountBook  Reference     `json:"FAccountBookID,omitzero" must:"账簿"`   // 账簿, required
	Date         duijie.Time   `json:"FDate,omitzero" must:"日期"`            // 日期, required
	BusinessDate duijie.Time   `json:"FBUSDATE,omitzero"`                   // 业务日期
	Group        Reference     `json:"FVOUCHERGROUPID,omitzero" must:"凭证字"` // 凭证字, required
	GroupNo      string        `json:"FVOUCHERGROUPNO,omitzero"`            // number within Group (凭证号); empty: the server draws one
	Attachments  int64         `json:"FATTACHMENTS,omitzero"`               // number of papers attached (附件数)
	Year         int64         `json:"FYEAR,omitzero"`                      // 会计年度
	Period       int64         `json:"FPERIOD,omitzero"`                    // 期间
	Extra        []Field       `json:"-"`                                   // further members, custom ones too, see [Field]
	Lines        []VoucherLine `json:"FEntity,omitzero"`                    // 分录
}

// MarshalJSON writes the members that are set, in the platform's order.
func (v Voucher) MarshalJSON() ([]byte, error) { return encodeModel(&v) }

// UnmarshalJSON reads them back; what it does not know goes into Extra.
func (v *Voucher) UnmarshalJSON(raw []byte) error { return decodeModel(raw, v) }

// Validate names the required members that a new voucher lacks, of an update only
// those of new lines, and refuses a voucher whose debits and credits differ. Of an
// update with lines that are stored already only the server knows all sides.
func (v Voucher) Validate() error {
	var unbalanced []Problem
	partial := isUpdate(FormVoucher, &v) && slices.ContainsFunc(v.Lines, func(l VoucherLine) bool { return l.EntryID != 0 })
	if debit, credit := v.Balance(); !partial && !debit.Equal(credit) {
		unbalanced = []Problem{{Key: "FEntity", Name: "借贷平衡", Message: "does not balance: debits " + debit.String() + ", credits " + credit.String()}}
	}
	return validate(FormVoucher, &v, unbalanced...)
}

// Balance sums the debits and the credits of the lines, exactly. They must be
// equal.
func (v Voucher) Balance() (debit, credit duijie.Decimal) {
	debit = Sum(v.Lines, func(l VoucherLine) duijie.Decimal { return l.Debit })
	return debit, Sum(v.Lines, func(l VoucherLine) duijie.Decimal { return l.Credit })
}

// VoucherLine is a line of a voucher (分录). It has a debit or a credit, in the
// currency of the account book; AmountFor is the same in Currency.
type VoucherLine struct {
	EntryID      int64          `json:"FEntryID,omitzero"`                      // line key: set for a line that is stored already
	Explanation  string         `json:"FEXPLANATION,omitzero" must:"摘要"`        // 摘要, required
	Account      Reference      `json:"FACCOUNTID,omitzero" must:"科目编码"`        // 科目编码, required
	Dimensions   Dimensions     `json:"FDetailID,omitzero"`                     // 核算维度
	Currency     Reference      `json:"FCURRENCYID,omitzero" must:"币别"`         // 币别, required; "PRE001" is CNY
	ExchangeType Reference      `json:"FEXCHANGERATETYPE,omitzero" must:"汇率类型"` // 汇率类型, required; [RateFixed]
	ExchangeRate duijie.Decimal `json:"FEXCHANGERATE,omitzero"`                 // 汇率
	AmountFor    duijie.Decimal `json:"FAMOUNTFOR,omitzero"`                    // 原币金额
	Debit        duijie.Decimal `json:"FDEBIT,omitzero"`                        // 借方金额
	Credit       duijie.Decimal `json:"FCREDIT,omitzero"`                       // 贷方金额
	Extra        []Field        `json:"-"`                                      // further members, custom ones too, see [Field]
}

// MarshalJSON writes the members that are set, in the platform's order.
func (v VoucherLine) MarshalJSON() ([]byte, error) { return encodeModel(&v) }

// UnmarshalJSON reads them back; what it does not know goes into Extra.
func (v *VoucherLine) UnmarshalJSON(raw []byte) error { return decodeModel(raw, v) }

// VoucherRow is the head of a voucher as lists give it.
type VoucherRow struct {
	ID           int64       `kingdee:"FVOUCHERID,key"`
	Number       string      `kingdee:"FBillNo"` // 凭证编号
	AccountBook  string      `kingdee:"FAccountBookID.FNumber"`
	Date         duijie.Time `kingdee:"FDate"`
	BusinessDate duijie.Time `kingdee:"FBUSDATE"`
	Year         int64       `kingdee:"FYEAR"`
	Period       int64       `kingdee:"FPERIOD"`
	Group        string      `kingdee:"FVOUCHERGROUPID.FNumber"` // 凭证字
	GroupNo      string      `kingdee:"FVOUCHERGROUPNO"`         // 凭证号
	RecordState
}

// VoucherLineRow is a line of a voucher as lists give it, with what it needs
// of the head.
type VoucherLineRow struct {
	ID             int64          `kingdee:"FVOUCHERID,key"`
	Number         string         `kingdee:"FBillNo"`
	AccountBook    string         `kingdee:"FAccountBookID.FNumber"`
	Date           duijie.Time    `kingdee:"FDate"`
	Year           int64          `kingdee:"FYEAR"`
	Period         int64          `kingdee:"FPERIOD"`
	Group          string         `kingdee:"FVOUCHERGROUPID.FNumber"`
	GroupNo        string         `kingdee:"FVOUCHERGROUPNO"`
	DocumentStatus string         `kingdee:"FDocumentStatus"`
	Modified       duijie.Time    `kingdee:"FModifyDate"`
	EntryID        int64          `kingdee:"FEntity_FEntryID"`
	Explanation    string         `kingdee:"FEXPLANATION"`
	Account        string         `kingdee:"FACCOUNTID.FNumber"`
	AccountName    string         `kingdee:"FACCOUNTID.FName"`
	Currency       string         `kingdee:"FCURRENCYID.FNumber"`
	ExchangeRate   duijie.Decimal `kingdee:"FEXCHANGERATE"`
	AmountFor      duijie.Decimal `kingdee:"FAMOUNTFOR"`
	Debit          duijie.Decimal `kingdee:"FDEBIT"`
	Credit         duijie.Decimal `kingdee:"FCREDIT"`
}

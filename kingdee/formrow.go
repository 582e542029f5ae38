package kingdee

import "github.com/duijie-go/duijie"

// RecordState is what lists tell of every record, part of the row types.
type RecordState struct {
	DocumentStatus string      `kingdee:"FDocumentStatus"` // Z draft, A created, B in approval, C audited, D to be re-audited
	Created        duijie.Time `kingdee:"FCreateDate"`     // 创建日期
	Modified       duijie.Time `kingdee:"FModifyDate"`     // 修改日期
}

// BaseState is RecordState of base data (基础资料), which can be forbidden too.
type BaseState struct {
	RecordState
	ForbidStatus string `kingdee:"FForbidStatus"` // A in use, B forbidden
}

// Line is a line (单据体) of which this package knows the key alone: the other
// members go into Extra, in the order of the form's WebAPI page.
type Line struct {
	EntryID int64   `json:"FEntryID,omitzero"` // line key: set for a line that is stored already
	Extra   []Field `json:"-"`                 // the members, see [Field]
}

// MarshalJSON writes the members in order.
func (l Line) MarshalJSON() ([]byte, error) { return encodeModel(&l) }

// UnmarshalJSON reads them back.
func (l *Line) UnmarshalJSON(raw []byte) error { return decodeModel(raw, l) }

// Part is a sub-head (子单据头) whose members this package does not know: all go
// into Extra, in the order of the form's WebAPI page.
type Part struct {
	Extra []Field `json:"-"` // the members, see [Field]
}

// MarshalJSON writes the members in order.
func (p Part) MarshalJSON() ([]byte, error) { return encodeModel(&p) }

// UnmarshalJSON reads them back.
func (p *Part) UnmarshalJSON(raw []byte) error { return decodeModel(raw, p) }

// Bill types (单据类型) of a new installation. They are data and may differ in
// yours, so nothing here sets one by itself: choose.
const (
	BillTypeSaleOrder     = "XSDD01_SYS"  // 标准销售订单
	BillTypeOutStock      = "XSCKD01_SYS" // 标准销售出库单
	BillTypeReturnStock   = "XSTHD01_SYS" // 标准销售退货单
	BillTypePurchaseOrder = "CGDD01_SYS"  // 标准采购订单
	BillTypeInStock       = "RKD01_SYS"   // 标准采购入库
	BillTypeTransfer      = "ZJDB01_SYS"  // 标准直接调拨单
	BillTypeMiscellaneous = "QTRKD01_SYS" // 标准其他入库单
	BillTypeMisDelivery   = "QTCKD01_SYS" // 标准其他出库单
	BillTypeReceivable    = "YSD01_SYS"   // 标准应收单
)

// Numbers that every new installation has.
const (
	CurrencyCNY = "PRE001"     // 人民币
	RateFixed   = "HLTX01_SYS" // exchange rate type (汇率类型): 固定汇率
)

// Sum adds up what of says about each item, exactly. Items it gives an unset
// number for count as 0.
func Sum[T any](items []T, of func(T) duijie.Decimal) duijie.Decimal {
	total := duijie.DecimalFromInt(0)
	for _, item := range items {
		if n := of(item); n.IsSet() || n.Err() != nil {
			total = total.Add(n)
		}
	}
	return total
}

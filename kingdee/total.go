package kingdee

import (
	"fmt"

	"github.com/duijie-go/duijie"
)

// Total is the amount with tax (价税合计) that the lines of the order make:
// quantity times tax price of each, rounded half up to scale decimals, lines that
// are free left out. It is exact. The platform computes its own from price lists
// and discounts; compare this one with it, or with the order you copy.
//
// A line without quantity or tax price is an error.
func (s SaleOrder) Total(scale int) (duijie.Decimal, error) {
	return total(s.Lines, scale, func(l SaleOrderLine) (qty, price duijie.Decimal, free *bool) { return l.Qty, l.TaxPrice, l.Free })
}

// Total is the amount with tax (价税合计) that the lines of the order make, see
// [SaleOrder.Total].
func (p PurchaseOrder) Total(scale int) (duijie.Decimal, error) {
	return total(p.Lines, scale, func(l PurchaseOrderLine) (qty, price duijie.Decimal, free *bool) {
		return l.Qty, l.TaxPrice, l.Free
	})
}

func total[L any](lines []L, scale int, of func(L) (qty, price duijie.Decimal, free *bool)) (duijie.Decimal, error) {
	sum := duijie.DecimalFromInt(0).Round(scale, duijie.RoundHalfUp)
	for i, line := range lines {
		qty, price, free := of(line)
		if free != nil && *free {
			continue
		}
		if !qty.IsSet() || !price.IsSet() {
			return duijie.Decimal{}, fmt.Errorf("kingdee: line %d has no quantity or no tax price: %w", i, duijie.ErrInvalid)
		}
		sum = sum.Add(qty.Mul(price).Round(scale, duijie.RoundHalfUp))
	}
	return sum, sum.Err()
}

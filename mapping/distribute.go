package mapping

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/duijie-go/duijie"
)

// ErrRemainder means that lines and total differ by more than rounding explains.
var ErrRemainder = errors.New("mapping: lines and total differ by more than one unit a line")

// DistributeRemainder makes the lines of a bill add up to its head. Each line is
// rounded half up to scale decimals; what is then missing to total, or too much, is spread one
// unit of the last decimal at a time over the lines, the largest by amount first
// and the first of equals. Lines of 0 stay 0, and no line changes its sign.
//
// It is [ErrRemainder] if more than one unit a line would be needed: that is a
// mistake, not a remainder. Total must not have more than scale decimals. To split a total
// by weights instead, see Allocate of package duijie.
func DistributeRemainder(total duijie.Decimal, lines []duijie.Decimal, scale int) ([]duijie.Decimal, error) {
	if !total.Round(scale, duijie.RoundDown).Equal(total) {
		return nil, fmt.Errorf("mapping: distribute: the total has more than %d decimals", scale)
	}
	out := make([]duijie.Decimal, len(lines))
	order := make([]int, 0, len(lines))
	rest := total
	for i, line := range lines {
		out[i] = line.Round(scale, duijie.RoundHalfUp)
		rest = rest.Sub(out[i])
		if !out[i].IsZero() {
			order = append(order, i)
		}
	}
	if err := rest.Err(); err != nil {
		return nil, fmt.Errorf("mapping: distribute: %w", err)
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(out[b].Abs().Cmp(out[a].Abs()), cmp.Compare(a, b))
	})
	unit := duijie.NewDecimal(1, scale)
	if rest.Sign() < 0 {
		unit = unit.Neg()
	}
	for _, i := range order {
		if rest.IsZero() {
			break
		}
		out[i] = sameForm(out[i].Add(unit), lines[i])
		rest = rest.Sub(unit)
	}
	if !rest.IsZero() {
		return nil, fmt.Errorf("%w: %s is left", ErrRemainder, short(rest.String()))
	}
	return out, nil
}

// sameForm makes d a JSON text if like was one.
func sameForm(d, like duijie.Decimal) duijie.Decimal {
	b, err := like.MarshalJSON()
	if err == nil && len(b) > 0 && b[0] == '"' {
		return d.Quoted()
	}
	return d.Unquoted()
}

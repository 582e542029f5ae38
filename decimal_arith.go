package duijie

import (
	"cmp"
	"math"
	"math/big"
	"math/bits"
)

// RoundingMode says which neighbor a number between two is rounded to.
type RoundingMode uint8

const (
	// RoundHalfUp rounds to the nearest, ties away from zero: 2.5 to 3 and
	// -2.5 to -3. This is the rule of MySQL and the zero value.
	RoundHalfUp RoundingMode = iota
	// RoundHalfEven rounds to the nearest, ties to the even digit: 2.5 to 2
	// and 3.5 to 4 (bankers' rounding).
	RoundHalfEven
	// RoundDown cuts the digits off, towards zero: 2.9 to 2, -2.9 to -2.
	RoundDown
	// RoundUp rounds away from zero: 2.1 to 3, -2.1 to -3.
	RoundUp
	// RoundFloor rounds towards minus infinity: 2.9 to 2, -2.1 to -3.
	RoundFloor
	// RoundCeil rounds towards plus infinity: 2.1 to 3, -2.9 to -2.
	RoundCeil
)

var decimalInt10 = func() (p [19]int64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = p[i-1] * 10
	}
	return p
}()

func decimalPow10(n int) *big.Int {
	if n < len(decimalInt10) {
		return big.NewInt(decimalInt10[n])
	}
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
}

// decimalMul64 multiplies unless the product exceeds ±math.MaxInt64.
func decimalMul64(a, b int64) (int64, bool) {
	hi, lo := bits.Mul64(decimalAbs64(a), decimalAbs64(b))
	if hi != 0 || lo > math.MaxInt64 {
		return 0, false
	}
	if (a < 0) != (b < 0) {
		return -int64(lo), true
	}
	return int64(lo), true
}

// decimalShift64 returns a × 10^n unless it exceeds ±math.MaxInt64.
func decimalShift64(a int64, n int) (int64, bool) {
	if a == 0 || n == 0 {
		return a, true
	}
	if n >= len(decimalInt10) {
		return 0, false
	}
	return decimalMul64(a, decimalInt10[n])
}

func decimalAbs64(a int64) uint64 {
	if a < 0 {
		return uint64(-a)
	}
	return uint64(a)
}

// bigCoef returns the coefficient, to be read only.
func (d Decimal) bigCoef() *big.Int {
	if d.big != nil {
		return d.big
	}
	return big.NewInt(d.coef)
}

// bigAt returns the coefficient d has at exponent exp ≤ d.exp, to be read
// only.
func (d Decimal) bigAt(exp int32) *big.Int {
	if d.exp == exp || d.Sign() == 0 {
		return d.bigCoef()
	}
	return new(big.Int).Mul(d.bigCoef(), decimalPow10(int(d.exp-exp)))
}

// decimalPoisoned returns the invalid result of operands one of which is
// invalid.
func decimalPoisoned(d, e Decimal) (Decimal, bool) {
	if poison := (d.flags | e.flags) & decimalPoison; poison != 0 {
		return Decimal{flags: decimalSet | poison | (d.flags|e.flags)&decimalText}, true
	}
	return Decimal{}, false
}

// Cmp returns -1, 0 or +1 as d is less than, equal to or greater than e.
// Unset counts as 0. An invalid Decimal has no place among numbers; so that
// sorting stays well-defined it comes before all of them. Check Err first
// where that matters.
func (d Decimal) Cmp(e Decimal) int {
	if (d.flags|e.flags)&decimalPoison != 0 {
		rank := func(x Decimal) int {
			if x.Err() != nil {
				return 0
			}
			return 1
		}
		return cmp.Compare(rank(d), rank(e))
	}
	ds, es := d.Sign(), e.Sign()
	switch {
	case ds != es:
		return cmp.Compare(ds, es)
	case ds == 0:
		return 0
	case d.big != nil || e.big != nil:
		exp := min(d.exp, e.exp)
		return d.bigAt(exp).Cmp(e.bigAt(exp))
	case d.exp >= e.exp:
		return ds * decimalCmpShifted(decimalAbs64(d.coef), decimalAbs64(e.coef), int(d.exp-e.exp))
	default:
		return -ds * decimalCmpShifted(decimalAbs64(e.coef), decimalAbs64(d.coef), int(e.exp-d.exp))
	}
}

// decimalCmpShifted compares a × 10^n with b, for a > 0 and b ≤ MaxInt64.
func decimalCmpShifted(a, b uint64, n int) int {
	if n >= len(decimalInt10) {
		return 1 // 10^19 exceeds every int64
	}
	hi, lo := bits.Mul64(a, decimalAbs64(decimalInt10[n]))
	if hi != 0 {
		return 1
	}
	return cmp.Compare(lo, b)
}

// Equal reports whether d and e are the same number, however written: 1.10
// equals 1.1, and unset equals 0. An invalid Decimal equals nothing.
func (d Decimal) Equal(e Decimal) bool {
	return (d.flags|e.flags)&decimalPoison == 0 && d.Cmp(e) == 0
}

// Neg returns -d with the decimals of d. Unset stays unset.
func (d Decimal) Neg() Decimal {
	if !d.IsSet() || d.Err() != nil {
		return d
	}
	text := d.flags & decimalText
	if d.big != nil {
		return decimalFromBig(new(big.Int).Neg(d.big), int(d.exp), text)
	}
	return decimalFromInt(-d.coef, int(d.exp), text)
}

// Abs returns d without its sign, with the decimals of d. Unset stays unset.
func (d Decimal) Abs() Decimal {
	if d.Sign() < 0 {
		return d.Neg()
	}
	if d.lit != "" && d.lit[0] == '-' { // -0.00
		return decimalFromInt(0, int(d.exp), d.flags&decimalText)
	}
	return d
}

// Add returns the exact sum, with the decimals of the operand that has more.
// Unset counts as 0 and the sum is always set. It marshals as text if an
// operand does. See Decimal for sums beyond 1000 digits.
func (d Decimal) Add(e Decimal) Decimal {
	if bad, ok := decimalPoisoned(d, e); ok {
		return bad
	}
	text := (d.flags | e.flags) & decimalText
	exp := min(d.exp, e.exp)
	if d.big == nil && e.big == nil {
		a, okA := decimalShift64(d.coef, int(d.exp-exp))
		b, okB := decimalShift64(e.coef, int(e.exp-exp))
		sum := a + b
		overflow := (a > 0) == (b > 0) && (sum > 0) != (a > 0) && a != 0 && b != 0
		if okA && okB && !overflow && sum != math.MinInt64 {
			return decimalFromInt(sum, int(exp), text)
		}
	}
	return decimalFromBig(new(big.Int).Add(d.bigAt(exp), e.bigAt(exp)), int(exp), text)
}

// Sub returns the exact difference d - e, by the rules of Add.
func (d Decimal) Sub(e Decimal) Decimal {
	return d.Add(e.Neg())
}

// Mul returns the exact product, with the decimals of both operands together:
// 1.10 × 1.1 is 1.210. Unset counts as 0 and the product is always set. It
// marshals as text if an operand does. See Decimal for products beyond 1000
// digits.
func (d Decimal) Mul(e Decimal) Decimal {
	if bad, ok := decimalPoisoned(d, e); ok {
		return bad
	}
	text := (d.flags | e.flags) & decimalText
	exp := int(d.exp) + int(e.exp)
	if d.big == nil && e.big == nil {
		if p, ok := decimalMul64(d.coef, e.coef); ok {
			return decimalFromInt(p, exp, text)
		}
	}
	return decimalFromBig(new(big.Int).Mul(d.bigCoef(), e.bigCoef()), exp, text)
}

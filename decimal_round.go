package duijie

import (
	"cmp"
	"fmt"
	"math/big"
)

// Quo returns d ÷ e with exactly scale decimals, rounded once from the exact
// quotient by mode. A negative scale rounds to tens, hundreds and so on. It
// marshals as text if an operand does.
//
// The errors are ErrDivideByZero if e is 0 or unset, ErrDecimalRange if the
// quotient needs more than 1000 digits or an operand is invalid, and an
// unknown mode.
func (d Decimal) Quo(e Decimal, scale int, mode RoundingMode) (Decimal, error) {
	if bad, ok := decimalPoisoned(d, e); ok {
		return Decimal{}, bad.Err()
	}
	if e.Sign() == 0 {
		return Decimal{}, ErrDivideByZero
	}
	q := decimalQuo(d, e, scale, mode)
	if err := q.Err(); err != nil {
		return Decimal{}, err
	}
	return q, nil
}

// Round returns d with exactly scale decimals, rounded by mode: 1.005 rounds
// to 1.01 at scale 2, and 1.5 becomes 1.50. A negative scale rounds to tens,
// hundreds and so on. Unset stays unset. A scale beyond ±1000 or an unknown
// mode gives an invalid Decimal.
func (d Decimal) Round(scale int, mode RoundingMode) Decimal {
	if !d.IsSet() || d.Err() != nil {
		return d
	}
	one := Decimal{coef: 1, flags: decimalSet}
	return decimalQuo(d, one, scale, mode)
}

// decimalQuo divides valid operands, e other than 0.
func decimalQuo(d, e Decimal, scale int, mode RoundingMode) Decimal {
	text := (d.flags | e.flags) & decimalText
	switch {
	case mode > RoundCeil:
		return Decimal{flags: decimalSet | decimalMode | text}
	case scale > decimalMaxDigits || scale < -decimalMaxDigits:
		return Decimal{flags: decimalSet | decimalRange | text}
	}
	// The quotient's coefficient is num × 10^up ÷ (den × 10^down).
	up, down := int(d.exp)-int(e.exp)+scale, 0
	if up < 0 {
		up, down = 0, -up
	}
	if d.big == nil && e.big == nil {
		num, okN := decimalShift64(d.coef, up)
		den, okD := decimalShift64(e.coef, down)
		if okN && okD {
			q, r := num/den, num%den
			negative := (num < 0) != (den < 0)
			half := cmp.Compare(2*decimalAbs64(r), decimalAbs64(den))
			if r != 0 && mode.away(half, q&1 != 0, negative) {
				if negative {
					q--
				} else {
					q++
				}
			}
			// |q| can only pass MaxInt64 if r is 0, and then it did not move.
			return decimalFromInt(q, -scale, text)
		}
	}
	num := new(big.Int).Mul(d.bigCoef(), decimalPow10(up))
	den := new(big.Int).Mul(e.bigCoef(), decimalPow10(down))
	q, r := new(big.Int).QuoRem(num, den, new(big.Int))
	if r.Sign() != 0 {
		negative := (num.Sign() < 0) != (den.Sign() < 0)
		half := new(big.Int).Lsh(r, 1).CmpAbs(den)
		if mode.away(half, q.Bit(0) != 0, negative) {
			if negative {
				q.Sub(q, big.NewInt(1))
			} else {
				q.Add(q, big.NewInt(1))
			}
		}
	}
	return decimalFromBig(q, -scale, text)
}

// away reports whether an inexact quotient cut towards zero moves one away
// from zero. half compares what was cut off with one half; odd and negative
// describe the quotient.
func (m RoundingMode) away(half int, odd, negative bool) bool {
	switch m {
	case RoundHalfUp:
		return half >= 0
	case RoundHalfEven:
		return half > 0 || half == 0 && odd
	case RoundUp:
		return true
	case RoundFloor:
		return negative
	case RoundCeil:
		return !negative
	default: // RoundDown
		return false
	}
}

// Allocate splits total in proportion to the weights, for example a freight
// bill over order lines. Every part has scale decimals and the parts add up
// to total exactly: parts are cut towards zero, and what is left over goes to
// the part with the largest weight, the first one of equals. So no part has
// the opposite sign of total, and a weight of 0 (or unset) gets 0. The parts
// marshal as text if total does.
//
// It is an error if there are no weights, a weight is negative, the weights
// add up to 0 (ErrDivideByZero), or total has more than scale decimals that
// are not 0; Round it first.
func Allocate(total Decimal, weights []Decimal, scale int) ([]Decimal, error) {
	if len(weights) == 0 {
		return nil, fmt.Errorf("duijie: allocate %s: no weights", literalExcerpt(total.String()))
	}
	var sum Decimal
	largest := 0
	for i, w := range weights {
		if w.Sign() < 0 {
			return nil, fmt.Errorf("duijie: allocate: weight %d is negative: %s", i, literalExcerpt(w.String()))
		}
		if w.Cmp(weights[largest]) > 0 {
			largest = i
		}
		sum = sum.Add(w)
	}
	rest := decimalQuo(total, Decimal{coef: 1}, scale, RoundDown)
	if bad, ok := decimalPoisoned(decimalFirstInvalid(total, rest), sum); ok {
		return nil, bad.Err()
	}
	if !rest.Equal(total) {
		return nil, fmt.Errorf("duijie: allocate: %s has more than %d decimals", literalExcerpt(total.String()), scale)
	}
	parts := make([]Decimal, len(weights))
	for i, w := range weights {
		part, err := total.Mul(w).Quo(sum, scale, RoundDown)
		if err != nil {
			return nil, err
		}
		if total.flags&decimalText != 0 {
			part = part.Quoted()
		} else {
			part = part.Unquoted()
		}
		parts[i] = part
		rest = rest.Sub(part)
	}
	parts[largest] = parts[largest].Add(rest)
	return parts, parts[largest].Err()
}

// decimalFirstInvalid returns d if it is invalid and e otherwise.
func decimalFirstInvalid(d, e Decimal) Decimal {
	if d.Err() != nil {
		return d
	}
	return e
}

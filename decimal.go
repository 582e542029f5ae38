package duijie

import (
	"errors"
	"math"
	"math/big"
	"strconv"
	"strings"
)

const (
	// decimalMaxLength is the longest literal read, in characters.
	decimalMaxLength = 64
	// decimalMaxExponent is the largest exponent read, either sign.
	decimalMaxExponent = 64
	// decimalMaxDigits is the longest number computed, in digits of its plain
	// form (before and after the point together).
	decimalMaxDigits = 1000
)

var (
	// ErrDivideByZero is returned by Decimal.Quo for a divisor that is 0 or
	// unset, and by Allocate when the weights add up to 0.
	ErrDivideByZero = errors.New("duijie: division by zero")

	// ErrDecimalRange marks a number outside the bounds of Decimal: a literal
	// longer than 64 characters or with an exponent beyond ±64, or a computed
	// number of more than 1000 digits. Test for it with errors.Is.
	ErrDecimalRange = errors.New("duijie: decimal out of range")

	errRoundingMode = errors.New("duijie: unknown rounding mode")
)

type decimalFlags uint8

const (
	decimalSet        decimalFlags = 1 << iota // holds a number; clear in the zero value
	decimalText                                // marshals as JSON text
	decimalLead                                // JSON text began with a blank
	decimalTrail                               // JSON text ended with a blank
	decimalJSONNumber                          // lit is also a valid JSON number
	decimalRange                               // poisoned: ErrDecimalRange
	decimalMode                                // poisoned: errRoundingMode
)

const decimalPoison = decimalRange | decimalMode

// Decimal is an exact decimal number for money, quantities and long ids. No
// operation passes through float64, except Float64 itself.
//
// A Decimal keeps what it was read from: 1.10 stays 1.10 and 1E+2 stays 1E+2,
// and a JSON text stays a JSON text, so decoding and encoding a payload gives
// the same payload back. Literals are bounded to 64 characters and exponents
// to ±64, so a hostile payload cannot make arithmetic expensive.
//
// The zero value is unset: it counts as 0, prints "0", and marshals as null.
// Values are immutable and safe to copy and to share between goroutines. Use
// Equal to compare (1.10 equals 1.1); == does not compile, on purpose, and
// Canonical is the text to use as a map key.
//
// Add, Sub and Mul are exact. A result of more than 1000 digits, which takes
// a chain of some sixteen multiplications of the longest literals, is not
// rounded and does not panic: it is an invalid Decimal. Err reports it, every
// result computed from it is invalid too, it equals nothing, prints "invalid",
// and refuses to be marshaled or stored. Long chains of Mul should Round in
// between, as every multiplication adds decimals.
type Decimal struct {
	_     [0]func() // == would tell 1.10 from 1.1
	lit   string    // literal, only if it differs from the plain form of the number
	big   *big.Int  // coefficient if beyond ±math.MaxInt64, never modified
	coef  int64     // coefficient otherwise
	exp   int32     // the number is coefficient × 10^exp
	flags decimalFlags
}

// NewDecimal returns coefficient × 10^-scale, written with scale decimals:
// NewDecimal(110, 2) is 1.10. A negative scale appends zeros. A scale that
// needs more than 1000 digits gives an invalid Decimal.
func NewDecimal(coefficient int64, scale int) Decimal {
	if scale > decimalMaxDigits || scale < -decimalMaxDigits {
		return Decimal{flags: decimalSet | decimalRange}
	}
	if coefficient == math.MinInt64 {
		return decimalFromBig(big.NewInt(coefficient), -scale, 0)
	}
	return decimalFromInt(coefficient, -scale, 0)
}

// DecimalFromInt returns n without decimals. There is no counterpart for
// float64: a float has already lost the decimal it came from.
func DecimalFromInt(n int64) Decimal { return NewDecimal(n, 0) }

// decimalFromInt makes a computed value; text is decimalText or 0.
func decimalFromInt(coef int64, exp int, text decimalFlags) Decimal {
	if coef == 0 && exp > 0 {
		exp = 0
	}
	if exp < 20-decimalMaxDigits || exp > decimalMaxDigits-20 {
		return decimalFromBig(big.NewInt(coef), exp, text)
	}
	return Decimal{coef: coef, exp: int32(exp), flags: decimalSet | text}
}

// decimalFromBig makes a computed value and owns c from then on.
func decimalFromBig(c *big.Int, exp int, text decimalFlags) Decimal {
	if c.Sign() == 0 && exp > 0 {
		exp = 0
	}
	// The estimate of digits is right or one too high.
	digits := c.BitLen()*30103/100000 + 1
	if decimalPlainDigits(digits, exp) > decimalMaxDigits {
		digits = len(new(big.Int).Abs(c).Text(10))
		if decimalPlainDigits(digits, exp) > decimalMaxDigits {
			return Decimal{flags: decimalSet | decimalRange | text}
		}
	}
	d := Decimal{exp: int32(exp), flags: decimalSet | text}
	if c.IsInt64() && c.Int64() != math.MinInt64 {
		d.coef = c.Int64()
	} else {
		d.big = c
	}
	return d
}

// decimalPlainDigits counts the digits of the plain form.
func decimalPlainDigits(digits, exp int) int {
	if exp >= 0 {
		return digits + exp
	}
	return max(digits, 1-exp)
}

// Err is nil for every Decimal that was read and for unset ones. For the
// result of arithmetic it is ErrDecimalRange if the result would exceed 1000
// digits, or an error naming an unknown rounding mode.
func (d Decimal) Err() error {
	switch {
	case d.flags&decimalPoison == 0:
		return nil
	case d.flags&decimalMode != 0:
		return errRoundingMode
	default:
		return ErrDecimalRange
	}
}

// IsSet reports whether d was given a number: false for the zero value and
// after decoding null or an empty text.
func (d Decimal) IsSet() bool { return d.flags&decimalSet != 0 }

// Or returns d if it is set and fallback otherwise.
func (d Decimal) Or(fallback Decimal) Decimal {
	if d.IsSet() {
		return d
	}
	return fallback
}

// Quoted returns the same number, marshaled as JSON text: "1.10". An unset
// value becomes one that marshals as "" instead of null.
func (d Decimal) Quoted() Decimal {
	d.flags = d.flags&^(decimalLead|decimalTrail) | decimalText
	return d
}

// Unquoted returns the same number, marshaled as a JSON number: 1.10. This
// is also how values not read from JSON text are marshaled. A literal JSON
// does not allow as a number, such as +1 or 007, is then written plainly.
func (d Decimal) Unquoted() Decimal {
	d.flags &^= decimalLead | decimalTrail | decimalText
	return d
}

// String returns the literal as it was read, and for computed numbers the
// plain form with all decimals (1.10 + 1.1 prints 2.20). Unset prints "0", an
// invalid Decimal prints "invalid".
func (d Decimal) String() string {
	if d.lit != "" {
		return d.lit
	}
	var buf [32]byte
	return string(d.appendLiteral(buf[:0]))
}

// Canonical returns the one text all equal numbers share: no exponent, no
// trailing zeros after the point, no leading zeros or plus, no -0. It may be
// longer than ParseDecimal reads (1E64 has 65 digits).
func (d Decimal) Canonical() string {
	var buf [32]byte
	s := string(d.appendPlain(buf[:0]))
	if d.exp < 0 && d.Err() == nil {
		s = strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// Scale returns the number of decimals: 2 for 1.10, 0 for 7 and for 1E+2.
func (d Decimal) Scale() int { return max(0, -int(d.exp)) }

// Sign returns -1, 0 or +1. It is 0 for an invalid Decimal, which is not
// IsZero; see Err.
func (d Decimal) Sign() int {
	switch {
	case d.big != nil:
		return d.big.Sign()
	case d.coef > 0:
		return 1
	case d.coef < 0:
		return -1
	}
	return 0
}

// IsZero reports whether the number is 0 (0.00 and unset are). The omitzero
// option of encoding/json asks this method, so it leaves out a field that
// was explicitly set to 0; give such a field the type *Decimal, or no option.
func (d Decimal) IsZero() bool { return d.Sign() == 0 && d.Err() == nil }

// Int64 returns the number as an integer and true, or 0 and false if it has a
// fraction, does not fit or is invalid. 12.00 is exact.
func (d Decimal) Int64() (n int64, exact bool) {
	if d.Err() != nil {
		return 0, false
	}
	if d.big == nil && d.exp == 0 {
		return d.coef, true
	}
	n, err := strconv.ParseInt(d.Canonical(), 10, 64)
	if err != nil {
		return 0, false
	}
	return n, true
}

// Float64 returns the nearest float64, for display and charts only: it loses
// digits, and sums of it lose money. It is ±Inf beyond the range of float64
// and NaN for an invalid Decimal.
func (d Decimal) Float64() float64 {
	if d.Err() != nil {
		return math.NaN()
	}
	f, _ := strconv.ParseFloat(d.Canonical(), 64)
	return f
}

// Rat returns the exact number as a new big.Rat, or nil for an invalid
// Decimal.
func (d Decimal) Rat() *big.Rat {
	if d.Err() != nil {
		return nil
	}
	r := new(big.Rat).SetInt(d.bigCoef())
	if d.exp < 0 {
		return r.Quo(r, new(big.Rat).SetInt(decimalPow10(int(-d.exp))))
	}
	return r.Mul(r, new(big.Rat).SetInt(decimalPow10(int(d.exp))))
}

// appendLiteral appends what String prints.
func (d Decimal) appendLiteral(b []byte) []byte {
	if d.lit != "" {
		return append(b, d.lit...)
	}
	return d.appendPlain(b)
}

// appendPlain appends the number without exponent, keeping its decimals.
func (d Decimal) appendPlain(b []byte) []byte {
	if d.Err() != nil {
		return append(b, "invalid"...)
	}
	var buf [24]byte
	var digits []byte
	if d.big != nil {
		digits = d.big.Append(nil, 10)
	} else {
		digits = strconv.AppendInt(buf[:0], d.coef, 10)
	}
	if digits[0] == '-' {
		b, digits = append(b, '-'), digits[1:]
	}
	if d.exp >= 0 {
		b = append(b, digits...)
		for range d.exp {
			if d.IsZero() {
				break
			}
			b = append(b, '0')
		}
		return b
	}
	whole := len(digits) + int(d.exp)
	if whole > 0 {
		b = append(b, digits[:whole]...)
		b = append(b, '.')
		return append(b, digits[whole:]...)
	}
	b = append(b, '0', '.')
	for ; whole < 0; whole++ {
		b = append(b, '0')
	}
	return append(b, digits...)
}

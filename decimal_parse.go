package duijie

import (
	"fmt"
	"math"
	"math/big"
	"strings"
	"unicode/utf8"
)

// ParseDecimal reads a literal such as 12, -1.10, +.5 or 1E+2 and keeps it.
// It refuses everything else: an empty text, blanks, thousands separators
// (see ParseDecimalGrouped), hexadecimal, NaN and Infinity. A literal longer
// than 64 characters or with an exponent beyond ±64 is an ErrDecimalRange.
func ParseDecimal(s string) (Decimal, error) { return scanDecimal(s) }

// MustDecimal is ParseDecimal for literals in source code, such as
// MustDecimal("0.06"). It panics if s is not a number, so never give it text
// that comes from outside the program.
func MustDecimal(s string) Decimal {
	d, err := scanDecimal(s)
	if err != nil {
		panic(err)
	}
	return d
}

// ParseDecimalGrouped reads a report cell that may carry thousands
// separators: "34,579.99" is read as 34579.99, and the separators are not
// kept. It is strict, so that a decimal comma is never taken for a separator:
// separators stand before every third digit of the whole part or not at all,
// and only after one to three digits that do not start with 0. "34,57",
// "0,123", "1234,567" and "1.234,5" are errors, and so is an exponent beside
// a separator.
func ParseDecimalGrouped(s string) (Decimal, error) {
	if !strings.Contains(s, ",") {
		return scanDecimal(s)
	}
	if len(s) > decimalMaxLength {
		return Decimal{}, decimalRangeError(s, "more than 64 characters")
	}
	whole, _, _ := strings.Cut(strings.TrimLeft(s, "+-"), ".")
	groups := strings.Split(whole, ",")
	ok := !strings.ContainsAny(s, "eE") && decimalAllDigits(groups[0]) &&
		len(groups[0]) <= 3 && groups[0][0] != '0'
	for _, g := range groups[1:] {
		ok = ok && len(g) == 3 && decimalAllDigits(g)
	}
	// A comma after the point is left in place and refused by the scan.
	if len(groups) < 2 || !ok {
		return Decimal{}, decimalSyntaxError(s)
	}
	plain := strings.Replace(s, ",", "", len(groups)-1)
	d, err := scanDecimal(plain)
	if err != nil {
		return Decimal{}, decimalSyntaxError(s)
	}
	return d, nil
}

func decimalAllDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// scanDecimal reads one literal. The literal is kept only if the plain form
// of the number would not give it back.
func scanDecimal[S string | []byte](s S) (Decimal, error) {
	if len(s) > decimalMaxLength {
		return Decimal{}, decimalRangeError(string(s), "more than 64 characters")
	}
	i, signed := 0, false
	if len(s) > 0 && (s[0] == '-' || s[0] == '+') {
		i, signed = 1, true
	}
	whole := i
	i = decimalSkipDigits(s, i)
	wholeDigits, point, fracDigits := i-whole, false, 0
	if i < len(s) && s[i] == '.' {
		point = true
		end := decimalSkipDigits(s, i+1)
		fracDigits, i = end-i-1, end
	}
	if wholeDigits+fracDigits == 0 {
		return Decimal{}, decimalSyntaxError(string(s))
	}
	mantissa := i
	exp, i, ok := decimalScanExponent(s, i)
	if !ok || i != len(s) {
		return Decimal{}, decimalSyntaxError(string(s))
	}
	if exp > decimalMaxExponent || exp < -decimalMaxExponent {
		return Decimal{}, decimalRangeError(string(s), "an exponent beyond ±64")
	}
	d := Decimal{exp: int32(exp - fracDigits), flags: decimalSet}
	d.coef, d.big = decimalCoefficient(s[whole:mantissa], signed && s[0] == '-')
	jsonNumber := wholeDigits > 0 && (wholeDigits == 1 || s[whole] != '0') &&
		(!point || fracDigits > 0) && (!signed || s[0] == '-')
	negativeZero := signed && d.Sign() == 0
	if !jsonNumber || mantissa != len(s) || negativeZero {
		d.lit = string(s)
		if jsonNumber {
			d.flags |= decimalJSONNumber
		}
	}
	return d, nil
}

func decimalSkipDigits[S string | []byte](s S, i int) int {
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	return i
}

// decimalScanExponent reads an optional exponent at i and returns the index
// after it. Exponents beyond the bound are returned as some number beyond it.
func decimalScanExponent[S string | []byte](s S, i int) (exp, end int, ok bool) {
	if i >= len(s) || s[i] != 'e' && s[i] != 'E' {
		return 0, i, true
	}
	i++
	negative := false
	if i < len(s) && (s[i] == '-' || s[i] == '+') {
		negative = s[i] == '-'
		i++
	}
	end = decimalSkipDigits(s, i)
	if end == i {
		return 0, i, false
	}
	for ; i < end; i++ {
		exp = min(exp*10+int(s[i]-'0'), 2*decimalMaxExponent)
	}
	if negative {
		exp = -exp
	}
	return exp, end, true
}

// decimalCoefficient reads digits with at most one point among them.
func decimalCoefficient[S string | []byte](s S, negative bool) (int64, *big.Int) {
	var coef int64
	var digits [decimalMaxLength]byte
	n := 0
	for i := range len(s) {
		if s[i] == '.' || n == 0 && s[i] == '0' {
			continue
		}
		digits[n] = s[i]
		n++
		if n <= 18 {
			coef = coef*10 + int64(s[i]-'0')
		}
	}
	if n <= 18 {
		if negative {
			coef = -coef
		}
		return coef, nil
	}
	c, _ := new(big.Int).SetString(string(digits[:n]), 10)
	if negative {
		c.Neg(c)
	}
	if c.IsInt64() && c.Int64() != math.MinInt64 {
		return c.Int64(), nil
	}
	return 0, c
}

func decimalSyntaxError(s string) error {
	return fmt.Errorf("duijie: %q is not a decimal number", literalExcerpt(s))
}

func decimalRangeError(s, why string) error {
	return fmt.Errorf("%w: %q has %s", ErrDecimalRange, literalExcerpt(s), why)
}

// literalExcerpt shortens s to 40 characters for an error message.
func literalExcerpt(s string) string {
	const most = 40
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	n := 0
	for i := range s {
		if n == most {
			return s[:i] + "…"
		}
		n++
	}
	return s
}

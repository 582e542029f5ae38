package sqlexpr

import (
	"strconv"
	"strings"
)

// appendText appends all digits d has room for after the point, and before it
// those that count.
func (d *dec) appendText(dst []byte) []byte {
	if d.neg {
		dst = append(dst, '-')
	}
	iw := d.iw()
	i := 0
	for i < iw && d.w[i] == 0 {
		i++
	}
	if i == iw {
		dst = append(dst, '0')
	} else {
		dst = strconv.AppendUint(dst, uint64(d.w[i]), 10)
		for i++; i < iw; i++ {
			dst = appendWord(dst, d.w[i], wordDigits)
		}
	}
	if d.frac > 0 {
		dst = append(dst, '.')
		for left := d.frac; left > 0; left -= wordDigits {
			dst = appendWord(dst, d.w[i], min(left, wordDigits))
			i++
		}
	}
	return dst
}

// appendWord appends the first n of a word's nine digits.
func appendWord(dst []byte, w uint32, n int) []byte {
	for k := wordDigits - 1; k >= wordDigits-n; k-- {
		dst = append(dst, byte('0'+w/pow10[k]%10))
	}
	return dst
}

func (d *dec) String() string { return string(d.appendText(nil)) }

// toFloat goes through the text, as MySQL does.
func (d *dec) toFloat() float64 {
	var buf [maxDigits + 4]byte
	f, _ := strconv.ParseFloat(string(d.appendText(buf[:0])), 64)
	return f
}

// parseDec reads the decimal number a text begins with, with an exponent if
// there is one. Digits there is no room for are cut from the right
// (truncated), or make an overflow, of which the largest number is the value.
// n is the length of what was read.
func parseDec(s string) (d dec, n int, status decStatus) {
	i := 0
	neg := false
	if i < len(s) && (s[i] == '-' || s[i] == '+') {
		neg = s[i] == '-'
		i++
	}
	start := i
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	whole, frac := s[start:i], ""
	if i < len(s) && s[i] == '.' {
		j := i + 1
		for j < len(s) && isDigit(s[j]) {
			j++
		}
		frac = s[i+1 : j]
		if len(whole)+len(frac) > 0 {
			i = j
		}
	}
	if len(whole)+len(frac) == 0 {
		return dec{intg: 1}, 0, decOK
	}
	exp, end := parseExponent(s, i)
	if exp != 0 {
		digits := whole + frac
		point := len(whole) + exp
		switch {
		case point <= 0:
			if point < -2*maxDigits {
				return dec{intg: 1}, end, decTruncated
			}
			whole, frac = "", strings.Repeat("0", -point)+digits
		case point >= len(digits):
			if strings.Trim(digits, "0") == "" {
				return dec{intg: 1}, end, decOK
			}
			if point > 2*maxDigits {
				return maxDec(neg), end, decOverflow
			}
			whole, frac = digits+strings.Repeat("0", point-len(digits)), ""
		default:
			whole, frac = digits[:point], digits[point:]
		}
	}
	d, status = decFromDigits(whole, frac, neg)
	return d, end, status
}

// parseExponent reads e5, E-3 and the like at i. Without a digit there is no
// exponent.
func parseExponent(s string, i int) (exp, end int) {
	if i >= len(s) || s[i] != 'e' && s[i] != 'E' {
		return 0, i
	}
	j := i + 1
	neg := false
	if j < len(s) && (s[j] == '-' || s[j] == '+') {
		neg = s[j] == '-'
		j++
	}
	first := j
	for ; j < len(s) && isDigit(s[j]); j++ {
		exp = min(exp*10+int(s[j]-'0'), 100000)
	}
	if j == first {
		return 0, i
	}
	if neg {
		exp = -exp
	}
	return exp, j
}

func decFromDigits(whole, frac string, neg bool) (dec, decStatus) {
	for len(whole) > maxDigits && whole[0] == '0' {
		whole = whole[1:]
	}
	iw, fw, status := fit((len(whole)+wordDigits-1)/wordDigits, (len(frac)+wordDigits-1)/wordDigits)
	if status == decOverflow {
		return maxDec(neg), status
	}
	if status == decTruncated {
		frac = frac[:fw*wordDigits]
	}
	d := dec{neg: neg, intg: len(whole), frac: len(frac)}
	for i, k := iw-1, len(whole); i >= 0; i, k = i-1, k-wordDigits {
		d.w[i] = digitsWord(whole[max(0, k-wordDigits):k])
	}
	for i := range fw {
		part := frac[i*wordDigits : min(len(frac), (i+1)*wordDigits)]
		d.w[iw+i] = digitsWord(part) * pow10[wordDigits-len(part)]
	}
	if d.isZero() {
		d.neg = false
	}
	return d, status
}

func digitsWord(s string) uint32 {
	var w uint32
	for i := range len(s) {
		w = w*10 + uint32(s[i]-'0')
	}
	return w
}

// maxDec is the largest number of 81 digits.
func maxDec(neg bool) dec { return nines(maxDigits, 0, neg) }

// nines returns the largest number of that many digits and decimals.
func nines(digits, scale int, neg bool) dec {
	d, _ := decFromDigits(strings.Repeat("9", digits-scale), strings.Repeat("9", scale), neg)
	return d
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

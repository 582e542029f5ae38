package sqlexpr

import (
	"math"
	"strconv"
	"strings"
)

// parseNumber reads a whole text as the number literal MySQL would see in it,
// sign included. It refuses what no literal holds: more than 81 digits before
// the point, a DOUBLE out of range.
func parseNumber(s string) (value, attr, bool) {
	s = strings.TrimSpace(s)
	digits := strings.TrimLeft(s, "+-")
	if len(s)-len(digits) > 1 || digits == "" {
		return value{}, attr{}, false
	}
	if strings.ContainsAny(digits, "eE") {
		return parseDouble(s)
	}
	if !strings.Contains(digits, ".") {
		if v, a, ok := parseInteger(s, digits); ok {
			return v, a, true
		}
	}
	d, n, status := parseDec(s)
	if n != len(s) || status == decOverflow {
		return value{}, attr{}, false
	}
	return value{k: Decimal, d: d}, attr{k: Decimal, dec: d.frac, ip: d.intg}, true
}

// parseInteger reads what fits 64 bits.
func parseInteger(s, digits string) (value, attr, bool) {
	for i := range len(digits) {
		if !isDigit(digits[i]) {
			return value{}, attr{}, false
		}
	}
	a := attr{k: Int, ip: min(len(strings.TrimLeft(digits, "0"))+1, maxDigits) - 1}
	a.ip = max(a.ip, 1)
	if i, err := strconv.ParseInt(s, 10, 64); err == nil {
		return value{k: Int, i: i}, a, true
	}
	if s[0] == '-' {
		return value{}, attr{}, false
	}
	u, err := strconv.ParseUint(digits, 10, 64)
	a.unsigned = true
	return value{k: Int, unsigned: true, i: signed(u)}, a, err == nil
}

func parseDouble(s string) (value, attr, bool) {
	if textNumberLength(s) != len(s) {
		return value{}, attr{}, false
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil && math.IsInf(f, 0) {
		return value{}, attr{}, false
	}
	return value{k: Double, f: f}, attr{k: Double, dec: notFixed}, true
}

// textNumberLength returns the length of the number a text begins with, blanks
// before it included; 0 if there is none.
func textNumberLength(s string) int {
	i := 0
	for i < len(s) && isSpace(s[i]) {
		i++
	}
	if i < len(s) && (s[i] == '-' || s[i] == '+') {
		i++
	}
	start := i
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	digits := i - start
	if i < len(s) && s[i] == '.' {
		j := i + 1
		for j < len(s) && isDigit(s[j]) {
			j++
		}
		if digits += j - i - 1; digits > 0 {
			i = j
		}
	}
	if digits == 0 {
		return 0
	}
	_, i = parseExponent(s, i)
	return i
}

// textToFloat reads the number a text begins with, 0 if there is none.
func textToFloat(s string) float64 {
	n := textNumberLength(s)
	if n == 0 {
		return 0
	}
	f, _ := strconv.ParseFloat(strings.TrimLeft(s[:n], " \t\n\v\f\r"), 64)
	if math.IsInf(f, 0) {
		return math.Copysign(math.MaxFloat64, f)
	}
	return f
}

// textToInt reads the integer a text begins with, at the bound if it is out
// of range.
func textToInt(s string) (i int64, unsigned bool) {
	s = strings.TrimLeft(s, " \t\n\v\f\r")
	n := 0
	if n < len(s) && (s[n] == '-' || s[n] == '+') {
		n++
	}
	start := n
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	if n == start {
		return 0, false
	}
	if s[0] == '-' {
		i, _ = strconv.ParseInt(s[:n], 10, 64)
		return i, false
	}
	u, _ := strconv.ParseUint(s[start:n], 10, 64)
	return signed(u), u > math.MaxInt64
}

// toFloat converts as MySQL's val_real.
func (m *machine) toFloat(v *value) float64 {
	switch v.k {
	case Int:
		if v.isUint() {
			return float64(unsigned(v.i))
		}
		return float64(v.i)
	case Decimal:
		return v.d.toFloat()
	case Double:
		return v.f
	case Text:
		if v.hybrid {
			d := timeToDec(&v.t)
			return d.toFloat()
		}
		return textToFloat(v.s)
	case Null:
		return 0
	default:
		d := timeToDec(&v.t)
		return d.toFloat()
	}
}

// toDec converts as MySQL's val_decimal. status tells whether a text or a
// DOUBLE did not fit.
func (m *machine) toDec(v *value) (dec, decStatus) {
	switch v.k {
	case Int:
		if v.isUint() {
			return decFromUint(unsigned(v.i)), decOK
		}
		return decFromInt(v.i), decOK
	case Decimal:
		return v.d, decOK
	case Double:
		var buf [32]byte
		d, _, status := parseDec(string(strconv.AppendFloat(buf[:0], v.f, 'e', -1, 64)))
		if status == decOverflow {
			d = nines(maxPrecision, 0, d.neg)
		}
		return d, status
	case Text:
		if v.hybrid {
			return timeToDec(&v.t), decOK
		}
		d, _, status := parseDec(strings.TrimLeft(v.s, " \t\n\v\f\r"))
		return d, status
	case Null:
		return dec{intg: 1}, decOK
	default:
		return timeToDec(&v.t), decOK
	}
}

// toInt converts as MySQL's val_int: a fraction is rounded, half away from
// zero for DECIMAL and to even for DOUBLE; what does not fit ends at the
// bound.
func (m *machine) toInt(v *value) int64 {
	switch v.k {
	case Int:
		if v.isUint() {
			return math.MaxInt64
		}
		return v.i
	case Decimal:
		d, _ := decRound(&v.d, 0, false)
		i, _ := d.toInt()
		return i
	case Double:
		return floatToInt(math.RoundToEven(v.f))
	case Text:
		if v.hybrid {
			i, _, neg := v.t.Number()
			if neg {
				return -i
			}
			return i
		}
		i, unsigned := textToInt(v.s)
		if unsigned {
			return math.MaxInt64
		}
		return i
	case Null:
		return 0
	default:
		i, _, neg := v.t.Number()
		if neg {
			return -i
		}
		return i
	}
}

func floatToInt(f float64) int64 {
	switch {
	case f >= math.MaxInt64:
		return math.MaxInt64
	case f <= math.MinInt64:
		return math.MinInt64
	default:
		return int64(f)
	}
}

// isTrue tells whether a value that is not NULL counts as true.
func (m *machine) isTrue(v *value) bool {
	switch v.k {
	case Int:
		return v.i != 0
	case Decimal:
		return !v.d.isZero()
	default:
		return m.toFloat(v) != 0
	}
}

// appendFloat prints a DOUBLE: with so many decimals, or from notFixed on
// with as few digits as tell it from its neighbours.
func appendFloat(dst []byte, f float64, decimals int) []byte {
	if f == 0 {
		f = 0 // no negative zero
	}
	if decimals < notFixed {
		return appendFixed(dst, f, decimals)
	}
	var buf [32]byte
	e := strconv.AppendFloat(buf[:0], f, 'e', -1, 64)
	i := len(e) - 1
	for e[i] != 'e' {
		i--
	}
	exp, _ := strconv.Atoi(string(e[i+1:]))
	digits := i // with the point, which stands for the first decimal
	if digits > 1 {
		digits--
	}
	if e[0] == '-' {
		digits--
	}
	if exp >= -15 && (exp < 15 || exp+1 < digits) {
		return strconv.AppendFloat(dst, f, 'f', -1, 64)
	}
	dst = append(append(dst, e[:i]...), 'e')
	return strconv.AppendInt(dst, int64(exp), 10)
}

// appendFixed prints the shortest digits that tell f from its neighbours,
// filled up or rounded to so many decimals.
func appendFixed(dst []byte, f float64, decimals int) []byte {
	if f == 0 {
		f = 0
	}
	start := len(dst)
	dst = strconv.AppendFloat(dst, f, 'f', -1, 64)
	point := strings.IndexByte(string(dst[start:]), '.')
	have := 0
	if point >= 0 {
		have = len(dst) - start - point - 1
	}
	if have > decimals {
		return strconv.AppendFloat(dst[:start], f, 'f', decimals, 64)
	}
	if decimals == 0 {
		return dst
	}
	if point < 0 {
		dst = append(dst, '.')
	}
	for ; have < decimals; have++ {
		dst = append(dst, '0')
	}
	return dst
}

// appendValue prints v, the value of n, as MySQL's val_str.
func (m *machine) appendValue(dst []byte, n *node, v *value) []byte {
	switch v.k {
	case Null:
		return dst
	case Int:
		if v.isUint() {
			return strconv.AppendUint(dst, unsigned(v.i), 10)
		}
		return strconv.AppendInt(dst, v.i, 10)
	case Decimal:
		return appendDec(dst, &v.d, m.attr(n).dec)
	case Double:
		dst = appendFloat(dst, v.f, m.attr(n).dec)
		if m.e.o.MariaDB && m.attr(n).dec == 0 && v.f != 0 && math.Abs(v.f) <= 0.5 {
			dst = append(dst, '.') // the server forgets to take it away there
		}
		return dst
	case Text:
		return append(dst, v.s...)
	default:
		return v.t.Append(dst)
	}
}

func appendDec(dst []byte, d *dec, scale int) []byte {
	scale = min(scale, (maxWords-d.iw())*wordDigits) // the zeros there is room for
	if d.frac == scale {
		return d.appendText(dst)
	}
	r, _ := decRound(d, scale, false)
	return r.appendText(dst)
}

// textOf is appendValue as a string; texts are not copied.
func (m *machine) textOf(n *node, v *value) string {
	if v.k == Text {
		return v.s
	}
	var buf [96]byte
	return string(m.appendValue(buf[:0], n, v))
}

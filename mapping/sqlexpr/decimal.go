package sqlexpr

import "math"

// The arithmetic of DECIMAL: at most nine words of nine decimal digits each,
// shared by the digits before and after the point, as in the library MySQL
// and MariaDB have in common. Which digits a quotient or an oversized product
// keeps follows from counting such words, so they are the representation here
// too.
const (
	wordDigits = 9
	wordBase   = 1_000_000_000
	maxWords   = 9
	maxDigits  = maxWords * wordDigits
	// maxPrecision is the most digits a DECIMAL column or CAST may have.
	maxPrecision = 65
	// divIncrement is the number of decimals a division adds
	// (div_precision_increment).
	divIncrement = 4
)

var pow10 = [...]uint32{1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000}

// dec is one DECIMAL value. Its words are big-endian: words(intg) of them
// before the point, words(frac) after it; digits of the last word beyond frac
// are 0. A value of 0 is never negative.
type dec struct {
	w    [maxWords]uint32
	intg int // digits there is room for before the point, may exceed the digits that count
	frac int // digits after the point
	neg  bool
}

// decStatus tells how a result came out.
type decStatus uint8

const (
	decOK        decStatus = iota
	decTruncated           // decimals were lost
	decOverflow            // more than 81 digits before the point
	decDivZero
)

// word makes a word of a number that is known to fit.
func word(u uint64) uint32 { return uint32(u) } //nolint:gosec // below wordBase

// signed and unsigned are the same 64 bits.
func signed(u uint64) int64   { return int64(u) }  //nolint:gosec // meant to wrap around
func unsigned(i int64) uint64 { return uint64(i) } //nolint:gosec // meant to wrap around

func words(digits int) int { return (digits + wordDigits - 1) / wordDigits }

func (d *dec) iw() int { return words(d.intg) }
func (d *dec) fw() int { return words(d.frac) }

func (d *dec) isZero() bool {
	for _, w := range d.w[:d.iw()+d.fw()] {
		if w != 0 {
			return false
		}
	}
	return true
}

func (d *dec) setZero() { *d = dec{intg: 1} }

// fit bounds a result of iw and fw words to the room there is.
func fit(iw, fw int) (int, int, decStatus) {
	switch {
	case iw+fw <= maxWords:
		return iw, fw, decOK
	case iw > maxWords:
		return maxWords, 0, decOverflow
	default:
		return iw, maxWords - iw, decTruncated
	}
}

// word returns the word at position p, counted from the point: 0 is the first
// after it, -1 the last before it.
func (d *dec) word(p int) uint32 {
	i := d.iw() + p
	if i < 0 || p >= d.fw() {
		return 0
	}
	return d.w[i]
}

// significantWords tells how many words before the point are left without
// leading words that are 0.
func (d *dec) significantWords() int {
	iw := d.iw()
	for i := 0; i < iw; i++ {
		if d.w[i] != 0 {
			return iw - i
		}
	}
	return 0
}

func decAdd(a, b *dec) (dec, decStatus) {
	if a.neg == b.neg {
		return addMagnitudes(a, b)
	}
	return subMagnitudes(a, b)
}

func decSub(a, b *dec) (dec, decStatus) {
	if a.neg != b.neg {
		return addMagnitudes(a, b)
	}
	return subMagnitudes(a, b)
}

// addMagnitudes returns |a| + |b| with the sign of a.
func addMagnitudes(a, b *dec) (dec, decStatus) {
	iw := max(a.iw(), b.iw())
	if iw > 0 && a.word(-iw)+b.word(-iw) > wordBase-2 {
		iw++ // there may be a carry
	}
	iw, fw, status := fit(iw, max(a.fw(), b.fw()))
	r := dec{neg: a.neg, intg: iw * wordDigits, frac: min(max(a.frac, b.frac), fw*wordDigits)}
	if status == decOverflow {
		return r, status
	}
	var carry uint32
	for i := iw + fw - 1; i >= 0; i-- {
		s := a.word(i-iw) + b.word(i-iw) + carry
		carry = 0
		if s >= wordBase {
			s -= wordBase
			carry = 1
		}
		r.w[i] = s
	}
	if carry != 0 { // only without words before the point
		if iw+fw == maxWords {
			fw--
			r.frac = min(r.frac, fw*wordDigits)
			status = decTruncated
		}
		copy(r.w[1:iw+fw+1], r.w[:iw+fw])
		r.w[0] = 1
		r.intg += wordDigits
	}
	if r.isZero() {
		r.neg = false
	}
	return r, status
}

// compareMagnitudes returns -1, 0 or 1.
func compareMagnitudes(a, b *dec) int {
	iw, fw := max(a.iw(), b.iw()), max(a.fw(), b.fw())
	for p := -iw; p < fw; p++ {
		if x, y := a.word(p), b.word(p); x != y {
			if x < y {
				return -1
			}
			return 1
		}
	}
	return 0
}

func (d *dec) sign() int {
	switch {
	case d.isZero():
		return 0
	case d.neg:
		return -1
	default:
		return 1
	}
}

func decCmp(a, b *dec) int {
	if a.neg != b.neg {
		if a.neg {
			return -1
		}
		return 1
	}
	sa, sb := a.sign(), b.sign()
	if sa != sb {
		if sa < sb {
			return -1
		}
		return 1
	}
	return sa * compareMagnitudes(a, b)
}

// subMagnitudes returns |a| - |b|, with the sign of a if |a| is the larger.
func subMagnitudes(a, b *dec) (dec, decStatus) {
	neg := a.neg
	switch compareMagnitudes(a, b) {
	case 0:
		return dec{intg: 1}, decOK
	case -1:
		a, b, neg = b, a, !neg
	}
	iw, fw, status := fit(a.significantWords(), max(a.fw(), b.fw()))
	r := dec{neg: neg, intg: iw * wordDigits, frac: min(max(a.frac, b.frac), fw*wordDigits)}
	var borrow uint32
	for i := iw + fw - 1; i >= 0; i-- {
		x, y := a.word(i-iw), b.word(i-iw)+borrow
		borrow = 0
		if x < y {
			x += wordBase
			borrow = 1
		}
		r.w[i] = x - y
	}
	if r.isZero() {
		r.neg = false
	}
	return r, status
}

// decMul returns the product. It is exact but for decimals there is no room
// for, beyond 81 digits: the library of the servers cuts the operands instead,
// and is wrong from the second word on. maxFrac bounds the digits after the
// point that are kept.
func decMul(a, b *dec, maxFrac int) (dec, decStatus) {
	ia, ib := a.iw(), b.iw()
	iw, _, status := fit(words(a.intg+b.intg), 0)
	r := dec{neg: a.neg != b.neg, frac: min(a.frac+b.frac, maxFrac), intg: iw * wordDigits}
	if status == decOverflow {
		return r, status
	}
	// Schoolbook.
	var acc [2 * maxWords]uint32
	na, nb := ia+a.fw(), ib+b.fw()
	for i := na - 1; i >= 0; i-- {
		if a.w[i] == 0 {
			continue
		}
		var carry uint64
		for j := nb - 1; j >= 0; j-- {
			p := uint64(a.w[i])*uint64(b.w[j]) + uint64(acc[i+j+1]) + carry
			carry = p / wordBase
			acc[i+j+1] = word(p - carry*wordBase)
		}
		acc[i] = word(carry)
	}
	// acc has ia+ib words before the point, of which the first may be 0.
	first := 0
	for first < ia+ib && acc[first] == 0 {
		first++
	}
	iw, keep, status := fit(ia+ib-first, words(r.frac))
	if status == decOverflow {
		return r, status
	}
	r.frac = min(r.frac, keep*wordDigits)
	copy(r.w[:iw+keep], acc[first:na+nb])
	if r.intg = iw * wordDigits; iw == 0 && keep < maxWords { // as the library has it
		r.intg = wordDigits
		copy(r.w[1:], r.w[:keep])
		r.w[0] = 0
	}
	if r.neg && r.isZero() {
		r.setZero()
	}
	return r, status
}

// significant returns the index of the first word that is not 0, the number
// of digits from the first digit that counts to the end of the last word, or
// -1 for 0.
func (d *dec) significant() (first, digits int) {
	n := d.iw() + d.fw()
	for i := range n {
		if w := d.w[i]; w != 0 {
			return i, (n-i-1)*wordDigits + digitCount(w)
		}
	}
	return -1, 0
}

func digitCount(w uint32) int {
	n := 1
	for n < wordDigits && w >= pow10[n] {
		n++
	}
	return n
}

// decDiv returns the quotient, truncated after the group of nine decimals
// that holds the digits due: those of dividend and divisor, in whole groups,
// and increment more unless padding to groups has added them.
func decDiv(a, b *dec, increment int) (dec, decStatus) {
	fb, digitsB := b.significant()
	if fb < 0 {
		return dec{intg: 1}, decDivZero
	}
	fa, digitsA := a.significant()
	if fa < 0 {
		return dec{intg: 1}, decOK
	}
	gA, gB := a.fw()*wordDigits, b.fw()*wordDigits
	increment = max(0, increment-(gA-a.frac)-(gB-b.frac))
	intDigits := (digitsA - gA) - (digitsB - gB)
	if a.w[fa] >= b.w[fb] {
		intDigits++
	}
	iw, fw, status := fit(max(0, (intDigits+wordDigits-1)/wordDigits), (gA+gB+increment+wordDigits-1)/wordDigits)
	r := dec{neg: a.neg != b.neg}
	if status == decOverflow {
		return r, status
	}
	// a / b = (A / base^a.fw) / (B / base^b.fw); the quotient wants fw words,
	// so A is shifted by fw - a.fw + b.fw words.
	var num, quo [4 * maxWords]uint32
	n := copy(num[:], a.w[fa:a.iw()+a.fw()])
	if n += fw - a.fw() + b.fw(); n <= 0 {
		return dec{intg: 1}, status
	}
	den := b.w[fb : b.iw()+b.fw()]
	divideWords(quo[:n], num[:n], den)
	// quo has n words, the last fw of which are decimals; those before the iw
	// that are due are 0.
	from, to := max(0, n-iw-fw), max(0, iw+fw-n)
	copy(r.w[to:iw+fw], quo[from:n])
	r.intg = iw * wordDigits
	r.frac = fw * wordDigits
	if r.isZero() {
		r.neg = false
	}
	return r, status
}

// decMod returns the remainder of the division that truncates; it has the
// sign of a.
func decMod(a, b *dec) (dec, decStatus) {
	fb, _ := b.significant()
	if fb < 0 {
		return dec{intg: 1}, decDivZero
	}
	fa, _ := a.significant()
	if fa < 0 {
		return dec{intg: 1}, decOK
	}
	// Both as integers of base^-fw; the remainder of those is the answer.
	fw := max(a.fw(), b.fw())
	var num, quo, den [3 * maxWords]uint32
	n := copy(num[:], a.w[fa:a.iw()+a.fw()]) + fw - a.fw()
	m := copy(den[:], b.w[fb:b.iw()+b.fw()]) + fw - b.fw()
	if most := max(m, fw); n < most {
		copy(num[most-n:], num[:n])
		clear(num[:most-n])
		n = most
	}
	divideWords(quo[:n], num[:n], den[:m])
	first := 0
	for first < n-fw && num[first] == 0 {
		first++
	}
	iw, keep, status := fit(n-first-fw, fw)
	r := dec{neg: a.neg, intg: iw * wordDigits, frac: min(max(a.frac, b.frac), keep*wordDigits)}
	copy(r.w[:iw+words(r.frac)], num[first:n])
	if r.isZero() {
		r.setZero()
	}
	return r, status
}

// divideWords divides num by den, whose first word is not 0; quo gets as many
// words as num has and num keeps the remainder.
func divideWords(quo, num, den []uint32) {
	if len(den) == 1 {
		var rest uint64
		d := uint64(den[0])
		for i, w := range num {
			rest = rest*wordBase + uint64(w)
			quo[i] = word(rest / d)
			rest %= d
			num[i] = 0
		}
		num[len(num)-1] = uint32(rest)
		return
	}
	// Knuth's algorithm D in base 10^9. Scaling makes the first word of den
	// at least half the base.
	scale := uint64(wordBase) / (uint64(den[0]) + 1)
	var nb, db [4*maxWords + 1]uint32
	n, d := nb[:len(num)+1], db[:len(den)]
	scaleWords(n[1:], num, scale, &n[0])
	var over uint32
	scaleWords(d, den, scale, &over)
	for i := range quo {
		quo[i] = 0
	}
	for j := 0; j+len(d) < len(n); j++ {
		q := estimate(n[j:], d)
		if subtractProduct(n[j:j+len(d)+1], d, q) {
			q--
			addBack(n[j:j+len(d)+1], d)
		}
		quo[j+len(d)-1] = word(q)
	}
	var rest uint64
	for i := range num {
		rest = rest*wordBase + uint64(n[i+1])
		num[i] = word(rest / scale)
		rest %= scale
	}
}

func scaleWords(dst, src []uint32, factor uint64, over *uint32) {
	var carry uint64
	for i := len(src) - 1; i >= 0; i-- {
		p := uint64(src[i])*factor + carry
		carry = p / wordBase
		dst[i] = word(p - carry*wordBase)
	}
	*over = word(carry)
}

// estimate returns the quotient's next word, at most one too large.
func estimate(n, d []uint32) uint64 {
	top := uint64(n[0])*wordBase + uint64(n[1])
	q, r := top/uint64(d[0]), top%uint64(d[0])
	for q >= wordBase || q*uint64(d[1]) > r*wordBase+uint64(n[2]) {
		q--
		r += uint64(d[0])
		if r >= wordBase {
			break
		}
	}
	return q
}

// subtractProduct subtracts q × d from n and reports a borrow.
func subtractProduct(n, d []uint32, q uint64) bool {
	var carry, borrow uint64
	for i := len(d) - 1; i >= 0; i-- {
		p := q*uint64(d[i]) + carry
		carry = p / wordBase
		s := p%wordBase + borrow
		borrow = 0
		x := uint64(n[i+1])
		if x < s {
			x += wordBase
			borrow = 1
		}
		n[i+1] = word(x - s)
	}
	s := carry + borrow
	x := uint64(n[0])
	if x < s {
		n[0] = word(x + wordBase - s)
		return true
	}
	n[0] = word(x - s)
	return false
}

func addBack(n, d []uint32) {
	var carry uint32
	for i := len(d) - 1; i >= 0; i-- {
		s := n[i+1] + d[i] + carry
		carry = 0
		if s >= wordBase {
			s -= wordBase
			carry = 1
		}
		n[i+1] = s
	}
	n[0] = (n[0] + carry) % wordBase
}

// decRound returns d with scale decimals, cut or rounded half away from zero.
// A negative scale works on tens, hundreds and so on.
func decRound(d *dec, scale int, truncate bool) (dec, decStatus) {
	iw, status := d.iw(), decOK
	if scale >= 0 {
		if words(min(scale, 1000))+iw > maxWords {
			// Leading zeros make room before decimals are given up.
			if s := d.significantWords(); s < iw {
				c := d.compact(s)
				return decRound(&c, scale, truncate)
			}
			if limit := (maxWords - iw) * wordDigits; scale > limit {
				scale, status = limit, decTruncated
			}
		}
	}
	if scale >= d.frac {
		r := *d
		r.frac = scale
		return r, status
	}
	if scale+d.intg < 0 {
		return dec{intg: 1}, status
	}
	// Digits are counted from the point: digit p = scale is the first to go.
	r := dec{neg: d.neg, intg: d.intg, frac: max(scale, 0)}
	up := !truncate && d.digit(scale) >= 5
	copy(r.w[:], d.w[:iw+words(r.frac)])
	r.clearFrom(scale)
	if up && !r.increment(scale) {
		return r, decOverflow
	}
	if r.isZero() {
		r.neg = false
	}
	return r, status
}

// compact returns d with room for iw words before the point only.
func (d *dec) compact(iw int) dec {
	r := dec{neg: d.neg, intg: iw * wordDigits, frac: d.frac}
	copy(r.w[:], d.w[d.iw()-iw:d.iw()+d.fw()])
	return r
}

// digit returns the digit at position p from the point: 0 is the first
// decimal, -1 the ones.
func (d *dec) digit(p int) uint32 {
	word := floorDiv(p, wordDigits)
	return d.word(word) / pow10[wordDigits-1-(p-word*wordDigits)] % 10
}

// clearFrom sets the digits from position p on to 0.
func (d *dec) clearFrom(p int) {
	word := floorDiv(p, wordDigits)
	i := d.iw() + word
	if i < 0 {
		clear(d.w[:])
		return
	}
	if n := d.iw() + d.fw(); i < n {
		d.w[i] -= d.w[i] % pow10[wordDigits-(p-word*wordDigits)]
		clear(d.w[i+1 : n])
	}
}

// increment adds one unit of the digit before position p. It reports false if
// there is no room for the carry.
func (d *dec) increment(p int) bool {
	p--
	word := floorDiv(p, wordDigits)
	i := d.iw() + word
	unit := pow10[wordDigits-1-(p-word*wordDigits)]
	for ; i >= 0; i-- {
		d.w[i] += unit
		if d.w[i] < wordBase {
			return d.widen()
		}
		d.w[i] -= wordBase
		unit = 1
	}
	n := d.iw() + d.fw()
	if n == maxWords {
		if d.fw() == 0 {
			return false
		}
		d.frac = min(d.frac, (d.fw()-1)*wordDigits)
		n = d.iw() + d.fw()
	}
	copy(d.w[1:n+1], d.w[:n])
	d.w[0] = unit
	d.intg = d.iw()*wordDigits + 1
	return true
}

// widen counts the digits before the point again after a carry.
func (d *dec) widen() bool {
	if iw := d.iw(); iw > 0 && d.w[0] != 0 {
		d.intg = max(d.intg, (iw-1)*wordDigits+digitCount(d.w[0]))
	}
	return true
}

func floorDiv(a, b int) int {
	if a >= 0 {
		return a / b
	}
	return -((-a + b - 1) / b)
}

// decFromInt and decFromUint have no decimals.
func decFromInt(i int64) dec {
	if i < 0 {
		d := decFromUint(uint64(-i)) // the smallest int64 negates to itself, which is right as uint64
		d.neg = true
		return d
	}
	return decFromUint(uint64(i))
}

func decFromUint(u uint64) dec {
	var d dec
	switch {
	case u < wordBase:
		d.w[0] = uint32(u)
		d.intg = digitCount(d.w[0])
	case u < wordBase*wordBase:
		d.w[0], d.w[1] = word(u/wordBase), word(u%wordBase)
		d.intg = wordDigits + digitCount(d.w[0])
	default:
		d.w[0], d.w[1], d.w[2] = word(u/(wordBase*wordBase)), word(u/wordBase%wordBase), word(u%wordBase)
		d.intg = 2*wordDigits + digitCount(d.w[0])
	}
	return d
}

// toInt returns the integer part, and false if it is outside int64 (the
// nearest bound is returned then).
func (d *dec) toInt() (int64, bool) {
	u, ok := d.toUint()
	switch {
	case d.neg && (!ok || u > 1<<63):
		return math.MinInt64, false
	case d.neg:
		return signed(-u), true
	case !ok || u > math.MaxInt64:
		return math.MaxInt64, false
	default:
		return int64(u), true
	}
}

// toUint returns the magnitude of the integer part.
func (d *dec) toUint() (uint64, bool) {
	var u uint64
	for _, w := range d.w[:d.iw()] {
		hi := u
		u = u*wordBase + uint64(w)
		if hi > math.MaxUint64/wordBase || u < uint64(w) || (hi == math.MaxUint64/wordBase && u/wordBase != hi) {
			return math.MaxUint64, false
		}
	}
	return u, true
}

package sqlexpr

import (
	"crypto/md5" //nolint:gosec // MD5() is a function of the language
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

var textFunctions = []*operation{
	{name: "CONCAT", min: 1, max: -1, fix: fixText, eval: evalConcat},
	{name: "CONCAT_WS", min: 2, max: -1, fix: fixText, eval: evalConcatWS},
	{name: "LEFT", min: 2, max: 2, fix: fixText, eval: evalLeft},
	{name: "RIGHT", min: 2, max: 2, fix: fixText, eval: evalRight},
	{name: "SUBSTRING", min: 2, max: 3, fix: fixText, eval: evalSubstring},
	{name: "SUBSTRING_INDEX", min: 3, max: 3, fix: fixText, eval: evalSubstringIndex},
	{name: "LOCATE", min: 2, max: 3, fix: fixCount, eval: evalLocate},
	{name: "INSTR", min: 2, max: 2, fix: fixCount, eval: evalInstr},
	{name: "REPLACE", min: 3, max: 3, fix: fixText, eval: evalReplace},
	{name: "LTRIM", min: 1, max: 1, fix: fixText, eval: mapText(func(s string) string { return strings.TrimLeft(s, " ") })},
	{name: "RTRIM", min: 1, max: 1, fix: fixText, eval: mapText(func(s string) string { return strings.TrimRight(s, " ") })},
	{name: "UPPER", min: 1, max: 1, fix: fixText, eval: mapText(func(s string) string { return strings.Map(unicode.ToUpper, s) })},
	{name: "LOWER", min: 1, max: 1, fix: fixText, eval: mapText(func(s string) string { return strings.Map(unicode.ToLower, s) })},
	{name: "LENGTH", min: 1, max: 1, fix: fixCount, eval: countText(func(s string) int { return len(s) })},
	{name: "CHAR_LENGTH", min: 1, max: 1, fix: fixCount, eval: countText(utf8.RuneCountInString)},
	{name: "LPAD", min: 3, max: 3, fix: fixText, eval: evalLpad},
	{name: "RPAD", min: 3, max: 3, fix: fixText, eval: evalRpad},
	{name: "REPEAT", min: 2, max: 2, fix: fixText, eval: evalRepeat},
	{name: "SPACE", min: 1, max: 1, fix: fixText, eval: evalSpace},
	{name: "REVERSE", min: 1, max: 1, fix: fixText, eval: mapText(reverse)},
	{name: "MD5", min: 1, max: 1, fix: fixText, eval: mapText(func(s string) string {
		sum := md5.Sum([]byte(s)) //nolint:gosec // see above
		return hex.EncodeToString(sum[:])
	})},
	{name: "UUID", min: 0, max: 0, fix: fixText, eval: evalUUID},
	{name: "FIELD", min: 2, max: -1, fix: fixCount, eval: evalField},
	{name: "ELT", min: 2, max: -1, fix: fixElt, eval: evalElt},
	{name: "FIND_IN_SET", min: 2, max: 2, fix: fixCount, eval: evalFindInSet},
}

// mapText makes the evaluation of a function from text to text.
func mapText(f func(string) string) func(*machine, *node) *value {
	return func(m *machine, n *node) *value {
		s, ok := m.str(n, 0)
		if !ok || !m.room(n, len(s)) {
			return m.slot(n).setNull()
		}
		return m.slot(n).setText(f(s))
	}
}

func countText(f func(string) int) func(*machine, *node) *value {
	return func(m *machine, n *node) *value {
		s, ok := m.str(n, 0)
		if !ok {
			return m.slot(n).setNull()
		}
		return m.slot(n).setInt(int64(f(s)))
	}
}

func evalConcat(m *machine, n *node) *value {
	size := 0
	for i := range n.args {
		v := m.arg(n, i)
		if v.null() {
			return m.slot(n).setNull()
		}
		if v.k == Text {
			size += len(v.s)
		} else {
			size += 32
		}
	}
	if !m.room(n, size) {
		return m.slot(n).setNull()
	}
	buf := m.buf[:0]
	for _, a := range n.args {
		buf = m.appendValue(buf, a, m.done(a))
	}
	m.buf = buf
	return m.slot(n).setText(string(buf))
}

// done returns the value of a node that has been evaluated.
func (m *machine) done(n *node) *value {
	if n.op == opLiteral {
		return &n.val
	}
	return m.slot(n)
}

func evalConcatWS(m *machine, n *node) *value {
	sep, ok := m.str(n, 0)
	if !ok {
		return m.slot(n).setNull()
	}
	size := 0
	for i := 1; i < len(n.args); i++ {
		if v := m.arg(n, i); v.k == Text {
			size += len(v.s) + len(sep)
		} else {
			size += 32 + len(sep)
		}
	}
	if !m.room(n, size) {
		return m.slot(n).setNull()
	}
	buf := m.buf[:0]
	first := true
	for _, a := range n.args[1:] {
		v := m.done(a)
		if v.null() {
			continue
		}
		if !first {
			buf = append(buf, sep...)
		}
		first = false
		buf = m.appendValue(buf, a, v)
	}
	m.buf = buf
	return m.slot(n).setText(string(buf))
}

// offset returns where character number n (from 0) of s begins, in bytes; the
// end if there are fewer.
func offset(s string, n int64) int {
	if n >= int64(len(s)) {
		return len(s)
	}
	i := 0
	for ; n > 0 && i < len(s); n-- {
		_, size := utf8.DecodeRuneInString(s[i:])
		i += size
	}
	return i
}

// offsetBack is offset counted from the end.
func offsetBack(s string, n int64) int {
	if n >= int64(len(s)) {
		return 0
	}
	i := len(s)
	for ; n > 0 && i > 0; n-- {
		_, size := utf8.DecodeLastRuneInString(s[:i])
		i -= size
	}
	return i
}

// textAndCount evaluates the first two arguments of many functions.
func (m *machine) textAndCount(n *node) (s string, count int64, ok bool) {
	s, ok = m.str(n, 0)
	if !ok {
		return "", 0, false
	}
	count, ok = m.num(n, 1)
	return s, count, ok
}

func evalLeft(m *machine, n *node) *value {
	s, count, ok := m.textAndCount(n)
	if !ok {
		return m.slot(n).setNull()
	}
	return m.slot(n).setText(s[:offset(s, max(count, 0))])
}

func evalRight(m *machine, n *node) *value {
	s, count, ok := m.textAndCount(n)
	if !ok {
		return m.slot(n).setNull()
	}
	return m.slot(n).setText(s[offsetBack(s, max(count, 0)):])
}

func evalSubstring(m *machine, n *node) *value {
	s, pos, ok := m.textAndCount(n)
	if !ok {
		return m.slot(n).setNull()
	}
	count := int64(len(s))
	if len(n.args) > 2 {
		if count, ok = m.num(n, 2); !ok {
			return m.slot(n).setNull()
		}
	}
	switch {
	case pos == 0 || count <= 0:
		return m.slot(n).setText("")
	case pos > 0:
		s = s[offset(s, pos-1):]
	default:
		if pos < -int64(len(s)) || int64(utf8.RuneCountInString(s)) < -pos {
			return m.slot(n).setText("")
		}
		s = s[offsetBack(s, -pos):]
	}
	return m.slot(n).setText(s[:offset(s, count)])
}

// parseSubstring reads the arguments with commas or as x FROM pos [FOR n].
func parseSubstring(p *parser, t token) *node {
	args := []*node{p.expr(precLowest)}
	separator := func(word string) bool { return p.acceptOp(",") || p.acceptWord(word) }
	if !separator("from") {
		p.unexpected(`","`)
		return nil
	}
	args = append(args, p.expr(precLowest))
	if separator("for") {
		args = append(args, p.expr(precLowest))
	}
	p.expectOp(")")
	return p.node(functions["substring"], t.off, args...)
}

// evalSubstringIndex compares the delimiter exactly.
func evalSubstringIndex(m *machine, n *node) *value {
	s, ok := m.str(n, 0)
	if !ok {
		return m.slot(n).setNull()
	}
	delim, ok := m.str(n, 1)
	if !ok {
		return m.slot(n).setNull()
	}
	count, ok := m.num(n, 2)
	if !ok {
		return m.slot(n).setNull()
	}
	if delim == "" || count == 0 || s == "" {
		return m.slot(n).setText("")
	}
	pos := 0
	if count > 0 {
		for ; count > 0; count-- {
			i := strings.Index(s[pos:], delim)
			if i < 0 {
				return m.slot(n).setText(s)
			}
			if count == 1 {
				return m.slot(n).setText(s[:pos+i])
			}
			pos += i + len(delim)
		}
	}
	end := len(s)
	for ; count < 0; count++ {
		i := strings.LastIndex(s[:end], delim)
		if i < 0 {
			return m.slot(n).setText(s)
		}
		if count == -1 {
			return m.slot(n).setText(s[i+len(delim):])
		}
		end = i
	}
	return m.slot(n).setText(s)
}

// position returns the place of sub in s in characters, from 1; 0 if it is
// not there at or after character number from.
func (m *machine) position(n *node, sub, s string, from int64) *value {
	if from < 1 || len(n.args) > 2 && from > int64(len(s)) {
		return m.slot(n).setInt(0)
	}
	if !m.spend(n, 8*len(s)*len(sub)) {
		return m.slot(n).setNull()
	}
	start := offset(s, from-1)
	if sub == "" && from > 1 {
		if from-1 > int64(utf8.RuneCountInString(s)) {
			return m.slot(n).setInt(0)
		}
		return m.slot(n).setInt(int64(start) + 1) // the server counts bytes here
	}
	i := m.indexText(s[start:], sub)
	if i < 0 {
		return m.slot(n).setInt(0)
	}
	return m.slot(n).setInt(from + int64(utf8.RuneCountInString(s[start:start+i])))
}

func evalLocate(m *machine, n *node) *value {
	sub, ok := m.str(n, 0)
	if !ok {
		return m.slot(n).setNull()
	}
	s, ok := m.str(n, 1)
	if !ok {
		return m.slot(n).setNull()
	}
	from := int64(1)
	if len(n.args) > 2 {
		if from, ok = m.num(n, 2); !ok {
			return m.slot(n).setNull()
		}
	}
	return m.position(n, sub, s, from)
}

func evalInstr(m *machine, n *node) *value {
	s, ok := m.str(n, 0)
	if !ok {
		return m.slot(n).setNull()
	}
	sub, ok := m.str(n, 1)
	if !ok {
		return m.slot(n).setNull()
	}
	return m.position(n, sub, s, 1)
}

func evalReplace(m *machine, n *node) *value {
	s, ok := m.str(n, 0)
	if !ok {
		return m.slot(n).setNull()
	}
	from, ok := m.str(n, 1)
	if !ok {
		return m.slot(n).setNull()
	}
	to, ok := m.str(n, 2)
	if !ok {
		return m.slot(n).setNull()
	}
	if from == "" {
		return m.slot(n).setText(s)
	}
	if count := strings.Count(s, from); !m.room(n, len(s)+count*max(0, len(to)-len(from))) {
		return m.slot(n).setNull()
	}
	return m.slot(n).setText(strings.ReplaceAll(s, from, to))
}

// trim is what TRIM keeps from compiling: which ends.
type trim struct{ leading, trailing bool }

var opTrim = &operation{name: "TRIM", fix: fixText, eval: func(m *machine, n *node) *value {
	s, ok := m.str(n, 0)
	if !ok {
		return m.slot(n).setNull()
	}
	cut := " "
	if len(n.args) > 1 {
		if cut, ok = m.str(n, 1); !ok {
			return m.slot(n).setNull()
		}
	}
	ends, _ := n.extra.(trim)
	for ends.leading && cut != "" && strings.HasPrefix(s, cut) {
		s = s[len(cut):]
	}
	for ends.trailing && cut != "" && strings.HasSuffix(s, cut) {
		s = s[:len(s)-len(cut)]
	}
	return m.slot(n).setText(s)
}}

// parseTrim reads TRIM([BOTH|LEADING|TRAILING] [x] FROM s) and TRIM(s).
func parseTrim(p *parser, t token) *node {
	ends := trim{true, true}
	named := true
	switch {
	case p.acceptWord("leading"):
		ends.trailing = false
	case p.acceptWord("trailing"):
		ends.leading = false
	case p.acceptWord("both"):
	default:
		named = false
	}
	var args []*node
	if !p.isWord("from") || !named {
		args = append(args, p.expr(precLowest))
	}
	switch {
	case p.acceptWord("from"):
		args = append([]*node{p.expr(precLowest)}, args...)
	case named:
		p.unexpected("FROM")
	}
	p.expectOp(")")
	n := p.node(opTrim, t.off, args...)
	n.extra = ends
	return n
}

func evalLpad(m *machine, n *node) *value { return m.pad(n, true) }
func evalRpad(m *machine, n *node) *value { return m.pad(n, false) }

func (m *machine) pad(n *node, left bool) *value {
	s, count, ok := m.textAndCount(n)
	if !ok {
		return m.slot(n).setNull()
	}
	fill, ok := m.str(n, 2)
	if !ok || count < 0 {
		return m.slot(n).setNull()
	}
	missing := count - int64(utf8.RuneCountInString(s))
	if missing <= 0 {
		return m.slot(n).setText(s[:offset(s, count)])
	}
	if fill == "" {
		return m.slot(n).setNull()
	}
	if missing > resultLimit || !m.room(n, len(s)+int(missing)) {
		return m.fail(n, CodeSQL, errLimit.Error(), errLimit)
	}
	chars := int64(utf8.RuneCountInString(fill))
	rest := fill[:offset(fill, missing%chars)]
	size := len(s) + int(missing/chars)*len(fill) + len(rest)
	if !m.room(n, size) {
		return m.slot(n).setNull()
	}
	padding := strings.Repeat(fill, int(missing/chars)) + rest
	if left {
		return m.slot(n).setText(padding + s)
	}
	return m.slot(n).setText(s + padding)
}

func (m *machine) repeat(n *node, s string, count int64) *value {
	if count <= 0 || s == "" {
		return m.slot(n).setText("")
	}
	if count > resultLimit || !m.room(n, len(s)*int(count)) {
		return m.fail(n, CodeSQL, errLimit.Error(), errLimit)
	}
	return m.slot(n).setText(strings.Repeat(s, int(count)))
}

func evalRepeat(m *machine, n *node) *value {
	s, count, ok := m.textAndCount(n)
	if !ok {
		return m.slot(n).setNull()
	}
	return m.repeat(n, s, count)
}

func evalSpace(m *machine, n *node) *value {
	count, ok := m.num(n, 0)
	if !ok {
		return m.slot(n).setNull()
	}
	return m.repeat(n, " ", count)
}

func reverse(s string) string {
	b := make([]byte, 0, len(s))
	for len(s) > 0 {
		_, n := utf8.DecodeLastRuneInString(s)
		b = append(b, s[len(s)-n:]...)
		s = s[:len(s)-n]
	}
	return string(b)
}

func evalUUID(m *machine, n *node) *value {
	if m.env != nil && m.env.UUID != nil {
		return m.slot(n).setText(m.env.UUID())
	}
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return m.slot(n).setText(fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]))
}

// evalField compares as one kind: as texts if all are texts, as integers or decimals if
// all are such, and else as DOUBLE.
func evalField(m *machine, n *node) *value {
	k := m.attr(n.args[0]).k
	text, fraction := k == Text, k == Decimal
	for _, a := range n.args[1:] {
		text, fraction = text || m.attr(a).k == Text, fraction || m.attr(a).k == Decimal
		switch b := m.attr(a).k; {
		case b == k:
		case b == Null && k == Text, b == Text && k == Null:
			k = Text
		case b == Null || k == Null:
			k = Double
		case (b == Text || b.temporal()) && (k == Text || k.temporal()):
			k = Text
		default:
			if k = comparisonKind(k, b); k != Decimal || b == Text {
				k = Double
			}
		}
	}
	switch {
	case k.temporal(): // several times are compared as the texts they print
		k = Text
	case k == Decimal && text && fraction: // else whole numbers and texts stay exact
		k = Double
	}
	a := m.arg(n, 0)
	if a.null() {
		return m.slot(n).setInt(0)
	}
	for i := 1; i < len(n.args); i++ {
		b := m.arg(n, i)
		if b.null() {
			continue
		}
		if k == Text {
			if m.compareText(m.textOf(n.args[0], a), m.textOf(n.args[i], b)) == 0 {
				return m.slot(n).setInt(int64(i))
			}
			continue
		}
		a, b = m.number(n.args[0], a), m.number(n.args[i], b)
		if c, ok := m.compare(n, a, b, k); ok && c == 0 {
			return m.slot(n).setInt(int64(i))
		}
	}
	return m.slot(n).setInt(0)
}

// fixElt keeps the decimals of the arguments, for arithmetic.
func fixElt(m *machine, n *node) attr {
	a := attr{k: Text}
	for _, arg := range n.args[1:] {
		a.dec = max(a.dec, m.attr(arg).dec)
	}
	return a
}

func evalElt(m *machine, n *node) *value {
	i, ok := m.num(n, 0)
	if !ok || i < 1 || i >= int64(len(n.args)) {
		return m.slot(n).setNull()
	}
	s, ok := m.str(n, int(i))
	if !ok {
		return m.slot(n).setNull()
	}
	return m.slot(n).setText(s)
}

func evalFindInSet(m *machine, n *node) *value {
	s, ok := m.str(n, 0)
	if !ok {
		return m.slot(n).setNull()
	}
	set, ok := m.str(n, 1)
	if !ok {
		return m.slot(n).setNull()
	}
	if len(set) < len(s) || set == "" {
		return m.slot(n).setInt(0)
	}
	i := int64(1)
	for item := range strings.SplitSeq(set, ",") {
		if m.equalCharacters(item, s) {
			return m.slot(n).setInt(i)
		}
		i++
	}
	return m.slot(n).setInt(0)
}

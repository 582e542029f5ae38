package kingdeetest

import (
	"cmp"
	"encoding/json"
	"math/big"
	"strconv"
	"strings"
	"time"
)

// truth is SQL's: a comparison with null is neither true nor false.
type truth byte

const (
	no truth = iota
	unknown
	yes
)

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

// orExpr and andExpr hold their terms in a list, so that a filter of very many
// terms does not nest.
type orExpr []expr

func (e orExpr) eval(get func(column) any) truth {
	result := no
	for _, x := range e {
		if result = max(result, x.eval(get)); result == yes {
			break
		}
	}
	return result
}

func (e orExpr) columns(note func(column)) {
	for _, x := range e {
		x.columns(note)
	}
}

type andExpr []expr

func (e andExpr) eval(get func(column) any) truth {
	result := yes
	for _, x := range e {
		if result = min(result, x.eval(get)); result == no {
			break
		}
	}
	return result
}

func (e andExpr) columns(note func(column)) {
	for _, x := range e {
		x.columns(note)
	}
}

type notExpr struct{ e expr }

func (e notExpr) eval(get func(column) any) truth { return yes - e.e.eval(get) }
func (e notExpr) columns(note func(column))       { e.e.columns(note) }

type nullExpr struct{ o operand }

func (e nullExpr) eval(get func(column) any) truth { return truthOf(e.o.value(get) == nil) }
func (e nullExpr) columns(note func(column))       { e.o.columns(note) }

type compareExpr struct {
	op   string
	l, r operand
}

func (e compareExpr) columns(note func(column)) { e.l.columns(note); e.r.columns(note) }

func (e compareExpr) eval(get func(column) any) truth {
	n, ok := compare(e.l.value(get), e.r.value(get))
	if !ok {
		return unknown
	}
	switch e.op {
	case "=":
		return truthOf(n == 0)
	case "<>", "!=":
		return truthOf(n != 0)
	case ">":
		return truthOf(n > 0)
	case ">=":
		return truthOf(n >= 0)
	case "<":
		return truthOf(n < 0)
	}
	return truthOf(n <= 0)
}

type inExpr struct {
	left operand
	list []operand
}

func (e inExpr) columns(note func(column)) {
	e.left.columns(note)
	for _, o := range e.list {
		o.columns(note)
	}
}

func (e inExpr) eval(get func(column) any) truth {
	result := no
	left := e.left.value(get)
	for _, o := range e.list {
		n, ok := compare(left, o.value(get))
		if ok && n == 0 {
			return yes
		}
		if !ok {
			result = unknown
		}
	}
	return result
}

type likeExpr struct{ left, pattern operand }

func (e likeExpr) columns(note func(column)) { e.left.columns(note); e.pattern.columns(note) }

func (e likeExpr) eval(get func(column) any) truth {
	l, p := e.left.value(get), e.pattern.value(get)
	if l == nil || p == nil {
		return unknown
	}
	return truthOf(like(plainText(l), plainText(p)))
}

// compare orders two values; false when one is null or they can not be compared.
// Texts compare byte by byte, trailing blanks aside.
func compare(a, b any) (int, bool) {
	if a == nil || b == nil {
		return 0, false
	}
	ta, aIsTime := a.(time.Time)
	tb, bIsTime := b.(time.Time)
	if aIsTime || bIsTime {
		okA, okB := true, true
		if !aIsTime {
			ta, okA = parseDate(plainText(a))
		}
		if !bIsTime {
			tb, okB = parseDate(plainText(b))
		}
		return ta.Compare(tb), okA && okB
	}
	if isNumber(a) || isNumber(b) {
		if n, ok := compareNumbers(numberText(a), numberText(b)); ok {
			return n, true
		}
	}
	return strings.Compare(strings.TrimRight(plainText(a), " "), strings.TrimRight(plainText(b), " ")), true
}

func isNumber(v any) bool {
	switch v.(type) {
	case json.Number, int64, bool:
		return true
	}
	return false
}

func numberText(v any) string {
	text := strings.TrimSpace(plainText(v))
	switch strings.ToLower(text) {
	case "true":
		return "1"
	case "false":
		return "0"
	}
	return text
}

func compareNumbers(a, b string) (int, bool) {
	na, errA := strconv.ParseInt(a, 10, 64)
	nb, errB := strconv.ParseInt(b, 10, 64)
	if errA == nil && errB == nil {
		return cmp.Compare(na, nb), true
	}
	if !strings.ContainsAny(a+b, "eExXpP/_") && len(a) < 200 && len(b) < 200 {
		ra, okA := new(big.Rat).SetString(a)
		rb, okB := new(big.Rat).SetString(b)
		if okA && okB {
			return ra.Cmp(rb), true
		}
		return 0, false
	}
	fa, errA := strconv.ParseFloat(a, 64)
	fb, errB := strconv.ParseFloat(b, 64)
	if errA != nil || errB != nil || fa != fa || fb != fb {
		return 0, false
	}
	return cmp.Compare(fa, fb), true
}

// sortCompare orders for OrderString; nulls come first.
func sortCompare(a, b any) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return -1
	case b == nil:
		return 1
	}
	n, _ := compare(a, b)
	return n
}

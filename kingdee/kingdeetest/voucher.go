package kingdeetest

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"time"
)

// sameSeries tells whether two vouchers draw their numbers from one series: one
// account book, year, period and voucher group (凭证字).
func sameSeries(a, b *record) bool {
	for _, key := range []string{"FAccountBookID", "FVOUCHERGROUPID"} {
		x, _ := a.vals[key].(map[string]any)
		y, _ := b.vals[key].(map[string]any)
		if refNumber(x) != refNumber(y) {
			return false
		}
	}
	for _, key := range []string{"FYEAR", "FPERIOD"} {
		if n, ok := compare(a.vals[key], b.vals[key]); !ok || n != 0 {
			return false
		}
	}
	return true
}

// numberVoucher fills year, period and voucher number (凭证号) when they are empty.
func (b *saver) numberVoucher(rec *record) {
	if at, ok := rec.vals["FDate"].(time.Time); ok {
		for key, n := range map[string]int{"FYEAR": at.In(zone).Year(), "FPERIOD": int(at.In(zone).Month())} {
			if v := rec.vals[key]; blank(v) || plainText(v) == "0" {
				rec.vals[key] = json.Number(fmt.Sprint(n))
			}
		}
	}
	if v := rec.vals["FVOUCHERGROUPNO"]; !blank(v) && plainText(v) != "0" {
		return
	}
	last := new(big.Rat)
	for _, id := range b.t.ids {
		if other := b.t.current(id); other != nil && sameSeries(rec, other) {
			if n := ratOrZero(other.vals["FVOUCHERGROUPNO"]); n.Cmp(last) > 0 {
				last = n
			}
		}
	}
	rec.vals["FVOUCHERGROUPNO"] = decimalText(last.Add(last, big.NewRat(1, 1)))
}

// voucher checks what only vouchers have: two sides that are equal, one of them
// on every line, and a voucher number of their own.
func (b *saver) voucher(rec *record) []issue {
	lines, _ := rec.vals["FEntity"].([]map[string]any)
	if len(lines) == 0 {
		return invalid("FEntity", "凭证没有分录，不允许保存！")
	}
	if at, ok := rec.vals["FDate"].(time.Time); ok && at.Before(b.s.quirks.closedUntil) {
		return invalid("FDate", "凭证日期所在的会计期间已经结账，不允许保存！")
	}
	var issues []issue
	debit, credit := new(big.Rat), new(big.Rat)
	for i, line := range lines {
		d, c := ratOrZero(line["FDEBIT"]), ratOrZero(line["FCREDIT"])
		if (d.Sign() == 0) == (c.Sign() == 0) {
			issues = append(issues, invalid("FDEBIT", fmt.Sprintf("第%d行分录，借方金额和贷方金额必须且只能录入一个！", i+1))...)
		}
		debit.Add(debit, d)
		credit.Add(credit, c)
	}
	if debit.Cmp(credit) != 0 {
		issues = append(issues, invalid("", fmt.Sprintf("凭证借贷不平衡：借方合计%s，贷方合计%s！", debit.FloatString(2), credit.FloatString(2)))...)
	}
	for _, id := range b.t.ids {
		other := b.t.current(id)
		if other == nil || id == rec.id || !sameSeries(rec, other) {
			continue
		}
		if n, ok := compare(rec.vals["FVOUCHERGROUPNO"], other.vals["FVOUCHERGROUPNO"]); ok && n == 0 {
			issues = append(issues, invalid("FVOUCHERGROUPNO", "凭证号["+
				strings.TrimSpace(plainText(rec.vals["FVOUCHERGROUPNO"]))+"]在该会计期间已经存在！")...)
		}
	}
	return issues
}

package jdytest

import (
	"math/big"
	"strconv"
	"strings"
)

// saveVouchers answers fi/voucher: each item stands alone, and what is wrong with
// one is a text in errors while the others are saved.
func saveVouchers(c *call) (any, *Error) {
	l := c.list("fi/voucher")
	items := rowsOf(c.body["items"])
	if len(items) > maxEntries {
		return nil, refuse(codeTooMany, "单次最多保存%d张凭证", maxEntries)
	}
	if err := c.refusesWhole(l, items); err != nil {
		return nil, err
	}
	ids, texts := []any{}, []any{}
	for i, item := range items {
		rec, err := c.saveVoucher(l, item)
		if err != nil {
			texts = append(texts, "第"+itoa(i+1)+"张凭证："+err.Description)
			continue
		}
		ids = append(ids, rec.id)
	}
	return Row{"ids": ids, "errors": texts}, nil
}

func (c *call) saveVoucher(l *list, item Row) (*record, *Error) {
	if err := c.checker(item).object(c.op.asked["Item"], item, 0); err != nil {
		return nil, err
	}
	debit, credit := new(big.Rat), new(big.Rat)
	entries := rowsOf(item["entry_list"])
	for i, e := range entries {
		d, k := dec(e["debit_amount"]), dec(e["credit_amount"])
		switch dc := text(e["dc"]); {
		case dc != "1" && dc != "-1":
			return nil, refuse(codeType, "第%d行dc[%s]不正确", i+1, dc)
		case dc == "1" && k.Sign() != 0 || dc == "-1" && d.Sign() != 0:
			return nil, refuse(codeSupplyChain, "第%d行借贷方向与金额不符", i+1)
		case d.Sign() == 0 && k.Sign() == 0:
			return nil, refuse(codeSupplyChain, "第%d行金额不能为0", i+1)
		}
		debit, credit = add(debit, d), add(credit, k)
	}
	if len(entries) < 2 {
		return nil, refuse(codeSupplyChain, "凭证至少有两条分录")
	}
	if debit.Cmp(credit) != 0 {
		return nil, refuse(codeSupplyChain, "借贷不平衡，借方合计%s，贷方合计%s", plain(debit), plain(credit))
	}
	if len(text(item["date"])) < 10 {
		return nil, refuse(codeRotated, "日期[%s]格式不正确", text(item["date"]))
	}
	period := periodOf(text(item["date"]))
	for _, other := range l.rows {
		if num := text(item["number"]); num != "" && num == text(other.row["number"]) && other.id != text(item["id"]) && text(other.row["period"]) == period {
			return nil, refuse(codeExists, "凭证号[%s]重复", num)
		}
	}
	return c.save(l, item)
}

func periodOf(date string) string {
	return strings.ReplaceAll(date[:min(7, len(date))], "-", "")
}

// deriveVoucher computes a voucher's period, sums and, where it has none, number.
func (b *Book) deriveVoucher(rec *record) {
	row := rec.row
	row["period"] = periodOf(text(row["date"]))
	debit, credit := new(big.Rat), new(big.Rat)
	for _, e := range rowsOf(row["entry_list"]) {
		debit, credit = add(debit, dec(e["debit_amount"])), add(credit, dec(e["credit_amount"]))
	}
	row["debit_total"], row["credit_total"] = plain(debit), plain(credit)
	if text(row["number"]) == "" {
		last := 0
		for _, other := range b.list("fi/voucher").rows {
			if n, err := strconv.Atoi(text(other.row["number"])); err == nil && other != rec && text(other.row["period"]) == row["period"] {
				last = max(last, n)
			}
		}
		row["number"] = itoa(last + 1)
	}
	word := "记"
	if g := b.target(b.list("fi/voucher"), row, "group"); g != nil {
		word = text(g.row["name"])
	}
	row["voucher_no"] = word + "-" + text(row["number"])
}

// reverseVouchers answers fi/voucher_reverse (凭证冲销): a voucher with the signs
// turned for each id.
func reverseVouchers(c *call) (any, *Error) {
	l := c.list("fi/voucher")
	ids, _ := c.body["ids"].([]any)
	out := []any{}
	for _, id := range ids {
		rec := l.find(text(id), "")
		if rec == nil || truth(rec.row["have_reverse"]) {
			out = append(out, Row{"id": text(id), "message": "凭证不存在或已冲销", "reverse_voucher_id": ""})
			continue
		}
		row := Row{"date": rec.row["date"], "group_id": rec.row["group_id"], "remark": "冲销" + text(rec.row["voucher_no"]), "is_reverse": true}
		entries := []any{}
		for _, e := range rowsOf(rec.row["entry_list"]) {
			x := cloneRow(e)
			delete(x, "id")
			for _, key := range []string{"debit_amount", "credit_amount", "amount_for"} {
				x[key] = plain(new(big.Rat).Neg(dec(e[key])))
			}
			entries = append(entries, x)
		}
		row["entry_list"] = entries
		reversed, err := c.save(l, row)
		if err != nil {
			return nil, err
		}
		rec.row["have_reverse"] = true
		out = append(out, Row{"id": rec.id, "message": "", "reverse_voucher_id": reversed.id})
	}
	return Row{"rows": out}, nil
}

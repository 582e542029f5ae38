package jdytest

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"time"
)

// giveNumber gives a record without one its number: KH00001 for master data,
// XSDD-20260901-00001 for bills.
func (b *Book) giveNumber(l *list, row Row, now time.Time) {
	if text(row[l.number]) != "" || l.name == "fi/voucher" {
		return
	}
	day := now.In(china).Format("20060102")
	if d := text(row["bill_date"]); len(d) >= 10 {
		day = strings.ReplaceAll(d[:10], "-", "")
	}
	for {
		l.next++
		num := fmt.Sprintf("%s%05d", l.prefix, l.next)
		if l.number == "bill_no" {
			num = fmt.Sprintf("%s-%s-%05d", or(l.prefix, "DJ"), day, l.next)
		}
		if l.find("", num) == nil {
			row[l.number] = num
			return
		}
	}
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// derive computes what the platform computes of a record: sums, states, line
// numbers. Of a seeded record, and of a changed one, members that are there stay.
func (b *Book) derive(l *list, rec *record, seeded bool) {
	defer func() { l.reindex(rec) }()
	row := rec.row
	set := func(name string, v any) {
		if _, ok := row[name]; !ok || !seeded && v != nil {
			row[name] = v
		}
	}
	for _, v := range row {
		for i, e := range rowsOf(v) {
			e["seq"] = json.Number(itoa(i + 1))
			b.entryID(e)
		}
	}
	if entries := rowsOf(row["material_entity"]); len(entries) > 0 {
		total := new(big.Rat)
		for _, e := range entries {
			total = add(total, b.deriveEntry(l, e))
		}
		set("total_amount", number(sub(total, dec(row["bill_dis_amount"]))))
	}
	if l.state != "" {
		for name, v := range startStates(l.name) {
			if _, ok := row[name]; !ok {
				row[name] = v
			}
		}
	}
	if pays := rowsOf(row["pay_entry_list"]); len(pays) > 0 {
		total, settled := new(big.Rat), new(big.Rat)
		for _, e := range pays {
			total = add(total, dec(e["amount"]))
		}
		for _, e := range rowsOf(row["source_bill_entry_list"]) {
			settled = add(settled, dec(e["cur_settle_amount"]))
		}
		set("total_amount", plain(total))
		set("total_amount_for", plain(total))
		set("total_settle_amount", plain(settled))
		set("total_settle_amount_for", plain(settled))
	}
	switch l.name {
	case "fi/voucher":
		b.deriveVoucher(rec)
	case "bd/customer":
		if _, ok := row["settle_customer_id"]; !ok {
			row["settle_customer_id"] = rec.id
		}
	}
}

// deriveEntry computes the amounts of an entry and returns the one with tax.
func (b *Book) deriveEntry(l *list, e Row) *big.Rat {
	give := func(name string, r *big.Rat) *big.Rat {
		if _, ok := e[name]; !ok {
			e[name] = number(r)
		}
		return dec(e[name])
	}
	qty, price := dec(e["qty"]), dec(e["price"])
	rate := add(big.NewRat(1, 1), mul(dec(e["cess"]), big.NewRat(1, 100)))
	amount := give("amount", mul(qty, price))
	taxPrice := give("tax_price", mul(price, rate))
	all := give("all_amount", mul(qty, taxPrice))
	give("tax_amount", sub(all, amount))
	give("act_tax_price", taxPrice)
	give("all_amount_for", all)
	give("base_qty", qty)
	give("coefficient", big.NewRat(1, 1))
	if text(e["src_inter_id"]) == "" && l.state != "" {
		e["src_inter_id"], e["src_entry_id"] = noSource, noSource
	}
	if m := b.target(l, e, "material"); m != nil && text(e["base_unit_id"]) == "" {
		e["base_unit_id"] = text(m.row["base_unit_id"])
	}
	return all
}

// startStates are the states a bill has when it is saved.
func startStates(name string) Row {
	switch name {
	case "scm/sal_order", "scm/pur_order":
		return Row{"io_status": "A", "real_io_status": "A", "settle_status": "A", "bill_close_state": "C"}
	case "scm/sal_out_bound":
		return Row{"settle_status": "A", "delivery_status": "N", "ivc_status": "1", "io_status": "A", "trans_type": "2"}
	case "scm/sal_in_bound", "scm/pur_ret":
		return Row{"settle_status": "A"}
	case "scm/pur_inbound":
		return Row{"settle_status": "A", "trans_type": "2"}
	case "scm/inv_tfout":
		return Row{"trans_fer_status": "1"}
	}
	return nil
}

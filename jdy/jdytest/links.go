package jdytest

import (
	"math/big"
	"strings"
)

// noSource is how "no source bill" is written beside "".
const noSource = "0"

// sourceGroup are the members that link an entry to a source bill; only the whole
// group does.
var sourceGroup = []string{"src_bill_type_id", "src_inter_id", "src_entry_id"}

// checkLinks drops incomplete links silently and refuses wrong ones.
func (b *Book) checkLinks(l *list, row Row) *Error {
	for i, e := range rowsOf(row["material_entity"]) {
		if !linked(e) {
			for _, key := range append(sourceGroup, "src_bill_no", "src_seq") {
				delete(e, key)
			}
			continue
		}
		src := b.sourceEntry(e)
		if src == nil {
			return refuse(codeSupplyChain, "第%d行单据%s的源单''已被删除", i+1, text(row[l.number]))
		}
		if text(src.entry["material_id"]) != text(e["material_id"]) {
			return refuse(codeSupplyChain, "第%d行商品与源单不一致", i+1)
		}
	}
	for i, e := range rowsOf(row["source_bill_entry_list"]) {
		id := text(e["src_bill_id"])
		if id != "" && id != noSource && b.anyBill(id) == nil {
			return refuse(codeSupplyChain, "第%d行源单id[%s]不存在", i+1, id)
		}
	}
	return nil
}

func linked(e Row) bool {
	for _, key := range append(sourceGroup, "material_id") {
		if v := text(e[key]); v == "" || v == noSource {
			return false
		}
	}
	return true
}

// source is an entry of another bill that an entry names.
type source struct {
	list  *list
	bill  *record
	entry Row
}

func (b *Book) sourceEntry(e Row) *source {
	name, ok := byEntity(text(e["src_bill_type_id"]))
	if !ok {
		return nil
	}
	l := b.list(name)
	bill := l.find(text(e["src_inter_id"]), "")
	if bill == nil {
		return nil
	}
	for _, x := range rowsOf(bill.row["material_entity"]) {
		if text(x["id"]) == text(e["src_entry_id"]) {
			return &source{l, bill, x}
		}
	}
	return nil
}

// anyBill finds a bill of whatever list by its id.
func (b *Book) anyBill(id string) *source {
	for _, l := range b.lists {
		if rec := l.byID[id]; rec != nil && l.state != "" {
			return &source{list: l, bill: rec}
		}
	}
	return nil
}

// relink brings the bills a bill was made from up to date.
func (b *Book) relink(rec *record) {
	seen := map[*record]bool{}
	for _, e := range rowsOf(rec.row["material_entity"]) {
		if !linked(e) {
			continue
		}
		src := b.sourceEntry(e)
		if src == nil {
			continue
		}
		e["src_bill_no"], e["src_bill_date"], e["src_seq"] = src.bill.row["bill_no"], src.bill.row["bill_date"], src.entry["seq"]
		e["src_bill_type_number"] = src.list.entity
		if !seen[src.bill] {
			seen[src.bill] = true
			b.progress(src.list, src.bill)
		}
	}
	for _, e := range rowsOf(rec.row["source_bill_entry_list"]) {
		if src := b.anyBill(text(e["src_bill_id"])); src != nil && !seen[src.bill] {
			seen[src.bill] = true
			b.settle(src.bill)
		}
	}
}

// progress counts how much of an order went into later bills, and closes it when
// all did.
func (b *Book) progress(l *list, order *record) {
	all, done := b.taken(order.id, false), b.taken(order.id, true)
	doneAll, doneReal, some, someReal := true, true, false, false
	for _, e := range rowsOf(order.row["material_entity"]) {
		id, qty := text(e["id"]), dec(e["qty"])
		took, realTook := or0(all[id]), or0(done[id])
		doneAll, doneReal = doneAll && took.Cmp(qty) >= 0, doneReal && realTook.Cmp(qty) >= 0
		some, someReal = some || took.Sign() > 0, someReal || realTook.Sign() > 0
		switch l.name {
		case "scm/sal_order":
			e["out_qty"], e["un_out_qty"] = number(took), number(sub(qty, took))
			e["real_out_qty"], e["real_un_out_qty"] = number(realTook), number(sub(qty, realTook))
		case "scm/pur_order":
			e["in_qty"] = number(took)
		default:
			e["return_qty"] = number(took)
		}
	}
	if l.name != "scm/sal_order" && l.name != "scm/pur_order" {
		return
	}
	order.row["io_status"], order.row["real_io_status"] = grade(some, doneAll), grade(someReal, doneReal)
	switch state := text(order.row["bill_close_state"]); {
	case doneReal && someReal && state != "H":
		order.row["bill_close_state"] = "S"
	case state == "S":
		order.row["bill_close_state"] = "C"
	}
}

// taken sums by source entry what bills took from a bill.
func (b *Book) taken(bill string, audited bool) map[string]*big.Rat {
	out := map[string]*big.Rat{}
	for _, l := range b.lists {
		if l.state == "" {
			continue
		}
		for _, r := range l.rows {
			if audited && text(r.row["bill_status"]) != "C" {
				continue
			}
			for _, e := range rowsOf(r.row["material_entity"]) {
				if text(e["src_inter_id"]) == bill && linked(e) {
					id := text(e["src_entry_id"])
					out[id] = add(or0(out[id]), dec(e["qty"]))
				}
			}
		}
	}
	return out
}

// settle counts what receipts and payments settled of a bill.
func (b *Book) settle(bill *record) {
	paid := new(big.Rat)
	for _, l := range b.lists {
		if !strings.HasPrefix(l.name, "arap/") {
			continue
		}
		for _, r := range l.rows {
			if text(r.row["bill_status"]) != "C" {
				continue
			}
			for _, e := range rowsOf(r.row["source_bill_entry_list"]) {
				if text(e["src_bill_id"]) == bill.id {
					paid = add(paid, dec(e["cur_settle_amount"]))
				}
			}
		}
	}
	rest := sub(dec(bill.row["total_amount"]), paid)
	status := "A"
	switch {
	case paid.Sign() > 0 && rest.Sign() <= 0:
		status = "C"
	case paid.Sign() > 0:
		status = "B"
	}
	bill.row["settle_status"] = status
	bill.row["total_un_settle_amount"], bill.row["total_unsettle_amount"] = number(rest), number(rest)
}

func grade(some, all bool) string {
	switch {
	case some && all:
		return "C"
	case some:
		return "Z"
	}
	return "A"
}

func or0(r *big.Rat) *big.Rat {
	if r == nil {
		return new(big.Rat)
	}
	return r
}

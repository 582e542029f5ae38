package jdytest

import (
	"math/big"
)

const stockList = "scm/inventory"

// maxSynchronous is how many ids inv_synchronous takes.
const maxSynchronous = 100

// move puts the entries of an audited bill into stock, or takes them out again
// with back.
func (b *Book) move(l *list, rec *record, back bool) {
	for _, e := range rowsOf(rec.row["material_entity"]) {
		qty := dec(e["qty"])
		if back {
			qty = new(big.Rat).Neg(qty)
		}
		into, from := firstText(e["in_stock_id"], e["stock_id"], rec.row["bill_stock_id"]), firstText(e["out_stock_id"], e["stock_id"], rec.row["bill_stock_id"])
		if l.stock > 0 || l.name == "scm/inv_tfmove" {
			b.addStock(e, into, qty)
		}
		if l.stock < 0 || l.name == "scm/inv_tfmove" {
			b.addStock(e, from, new(big.Rat).Neg(qty))
		}
	}
}

func firstText(values ...any) string {
	for _, v := range values {
		if t := text(v); t != "" {
			return t
		}
	}
	return ""
}

// addStock changes the stock of one material in one warehouse and batch.
func (b *Book) addStock(e Row, store string, qty *big.Rat) {
	material := text(e["material_id"])
	if material == "" || store == "" {
		return
	}
	rec := b.stockRow(material, store, text(e["batch_no"]), text(e["aux_prop_id"]))
	total := add(dec(rec.row["qty"]), qty).FloatString(10)
	rec.row["qty"], rec.row["valid_qty"] = total, total
	rec.modified = b.s.clock()
}

// stockRow finds or makes the stock row of a material.
func (b *Book) stockRow(material, store, batch, aux string) *record {
	l := b.list(stockList)
	row := Row{"material_id": material, "stock_id": store, "batch_no": batch, "aux_prop_id": aux, "qty": "0", "valid_qty": "0"}
	if rec := l.with(stockKey, stockKeyOf(row)); rec != nil {
		return rec
	}
	return b.insert(l, row)
}

// stockKey is the index of stock rows by what they count.
const stockKey = "@stock"

func stockKeyOf(row Row) string {
	return text(row["material_id"]) + "|" + text(row["stock_id"]) + "|" + text(row["batch_no"]) + "|" + text(row["aux_prop_id"])
}

// SetStock sets how much of a material is in a warehouse, both named by number.
// The quantity is a decimal text.
func (b *Book) SetStock(material, store, qty string) {
	b.s.mu.Lock()
	defer b.s.mu.Unlock()
	m, w := b.list("bd/material").find("", material), b.list("bd/store").find("", store)
	if m == nil || w == nil {
		panic("jdytest: no material " + material + " or no warehouse " + store)
	}
	rec := b.stockRow(m.id, w.id, "", "")
	rec.row["qty"] = dec(qty).FloatString(10)
	rec.row["valid_qty"] = rec.row["qty"]
	rec.modified = b.s.clock()
}

// Stock is how much of a material is in a warehouse over all batches, a decimal
// text. Audited bills change it.
func (b *Book) Stock(material, store string) string {
	b.s.mu.Lock()
	defer b.s.mu.Unlock()
	m, w := b.list("bd/material").find("", material), b.list("bd/store").find("", store)
	total := new(big.Rat)
	for _, r := range b.list(stockList).rows {
		if m != nil && w != nil && text(r.row["material_id"]) == m.id && text(r.row["stock_id"]) == w.id {
			total = add(total, dec(r.row["qty"]))
		}
	}
	return plain(total)
}

// inventoryStock answers scm/inventory_stock: a material's stock by warehouse.
func inventoryStock(c *call) (any, *Error) {
	m := c.list("bd/material").find(c.query.Get("material_id"), "")
	if m == nil {
		return nil, refuse(codeMissing, "参数id[%s]不存在", c.query.Get("material_id"))
	}
	l := c.list(stockList)
	out := []any{}
	for _, r := range l.rows {
		qty := dec(r.row["qty"])
		if text(r.row["material_id"]) != m.id || qty.Sign() == 0 && c.query.Get("is_show_zero_im_qty") != "true" {
			continue
		}
		if aux := c.query.Get("aux_prop_id"); aux != "" && aux != text(r.row["aux_prop_id"]) {
			continue
		}
		store, _ := c.lookup(l, r.row, "stock_name")
		unit, _ := c.lookup(c.list("bd/material"), m.row, "base_unit_name")
		out = append(out, Row{
			"inv_base_unit": text(unit), "inv_im_qty": plain(qty), "inv_qty": plain(qty), "inv_stock": text(store),
			"inv_stock_id": text(r.row["stock_id"]), "inv_stock_position": "",
		})
	}
	return Row{"rows": out}, nil
}

// invSynchronous answers inv/inv_synchronous: stock rows by their ids.
func invSynchronous(c *call) (any, *Error) {
	ids := c.wanted("ids")
	if len(ids) > maxSynchronous {
		return nil, refuse(codeTooMany, "ids不能超过%d个", maxSynchronous)
	}
	l := c.list(stockList)
	f, _ := rowsField(c.op)
	out := []any{}
	for _, id := range ids {
		if rec := l.find(id, ""); rec != nil {
			out = append(out, c.listRow(l, f, rec, len(out)))
		}
	}
	return Row{"rows": out}, nil
}

package wdt

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// comparison collects where a stored row differs from what a write would set.
type comparison struct{ changes []duijiesync.Change }

// text compares what is set; "" leaves what is there.
func (c *comparison) text(field, want, have string) {
	if want != "" && want != have {
		c.changes = append(c.changes, duijiesync.Change{Field: field, Old: have, New: want})
	}
}

func (c *comparison) number(field string, want, have duijie.Decimal) {
	if want.IsSet() && !want.Equal(have) {
		c.changes = append(c.changes, duijiesync.Change{Field: field, Old: have.String(), New: want.String()})
	}
}

// quantities compares lines by SKU: their order, and how a quantity is parted into
// lines, do not count.
type quantities map[string]duijie.Decimal

func (q quantities) add(specNo string, defect bool, num duijie.Decimal) {
	key := specNo
	if defect {
		key = joinKey(specNo, "defect")
	}
	q[key] = q[key].Add(num)
}

func (c *comparison) quantities(want, have quantities) {
	keys := slices.Sorted(maps.Keys(want))
	for _, key := range slices.Sorted(maps.Keys(have)) {
		if _, both := want[key]; !both {
			keys = append(keys, key)
		}
	}
	for _, key := range keys {
		if !want[key].Equal(have[key]) {
			c.changes = append(c.changes, duijiesync.Change{Field: "lines." + key, Old: have[key].Canonical(), New: want[key].Canonical()})
		}
	}
}

func compareOtherIn(doc OtherStockinPush, row OtherStockin) []duijiesync.Change {
	c := &comparison{}
	c.text("warehouse_no", doc.WarehouseNo, row.WarehouseNo)
	c.text("src_order_no", doc.SrcOrderNo, row.SrcOrderNo)
	c.text("reason", doc.Reason, row.Reason)
	c.text("remark", doc.Remark, row.Remark)
	want, have := quantities{}, quantities{}
	for _, l := range doc.Lines {
		want.add(l.SpecNo, l.Defect != nil && *l.Defect, l.Num)
	}
	for _, l := range row.Lines {
		have.add(l.SpecNo, l.Defect, l.GoodsCount)
	}
	c.quantities(want, have)
	return c.changes
}

func compareOtherOut(doc OtherStockoutPush, row OtherStockout) []duijiesync.Change {
	c := &comparison{}
	c.text("warehouse_no", doc.WarehouseNo, row.WarehouseNo)
	c.text("src_order_no", doc.SrcOrderNo, row.SrcOrderNo)
	c.text("reason", doc.Reason, row.Reason)
	c.text("remark", doc.Remark, row.Remark)
	c.number("post_fee", doc.Postage, row.Postage)
	want, have := quantities{}, quantities{}
	for _, l := range doc.Lines {
		want.add(l.SpecNo, l.Defect != nil && *l.Defect, l.Num)
	}
	for _, l := range row.Lines {
		have.add(l.SpecNo, l.Defect, l.GoodsCount)
	}
	c.quantities(want, have)
	return c.changes
}

func comparePurchase(doc PurchaseOrderPush, row PurchaseOrder) []duijiesync.Change {
	c := &comparison{}
	c.text("provider_no", doc.ProviderNo, row.ProviderNo)
	c.text("purchaser_name", doc.PurchaserName, row.PurchaserName)
	c.text("remark", doc.Remark, row.Remark)
	c.number("post_fee", doc.Postage, row.Postage)
	want, have := quantities{}, quantities{}
	for _, l := range doc.Lines {
		want.add(l.SpecNo, false, l.Num)
	}
	for _, l := range row.Lines {
		have.add(l.SpecNo, false, l.Num)
	}
	c.quantities(want, have)
	return c.changes
}

func compareTransfer(doc TransferPush, row Transfer) []duijiesync.Change {
	c := &comparison{}
	c.text("from_warehouse_no", doc.FromWarehouseNo, row.FromWarehouseNo)
	c.text("to_warehouse_no", doc.ToWarehouseNo, row.ToWarehouseNo)
	c.text("remark", doc.marked().Remark, row.Remark)
	want, have := quantities{}, quantities{}
	for _, l := range doc.Lines {
		want.add(l.SpecNo, l.Defect != nil && *l.Defect, l.Num)
	}
	for _, l := range row.Lines {
		have.add(l.SpecNo, l.Defect, l.Num)
	}
	c.quantities(want, have)
	return c.changes
}

// members compares what a push sends with the stored row: each member the push has
// and the row shows under the same name, but the ones in skip.
func (c *comparison) members(at string, push any, row json.RawMessage, skip ...string) error {
	sent, err := wire.Marshal(push)
	if err != nil {
		return err
	}
	have := members(row)
	for m := range wire.Walk(sent) {
		name := string(m.Key)
		old, there := have[name]
		if !there || slices.Contains(skip, name) || wire.First(m.Value) == '[' || wire.First(m.Value) == '{' {
			continue
		}
		if before, after := rawText(old), rawText(m.Value); !sameValue(before, after) {
			c.changes = append(c.changes, duijiesync.Change{Field: at + name, Old: before, New: after})
		}
	}
	return nil
}

// sameValue compares two members as texts: 1, "1.0000" and true are the same, and
// so are 0, "" and false.
func sameValue(a, b string) bool {
	if a == b {
		return true
	}
	return canonical(a) == canonical(b)
}

func canonical(text string) string {
	switch text {
	case "", "false":
		return "0"
	case "true":
		return "1"
	}
	if d, err := duijie.ParseDecimal(text); err == nil {
		return d.Canonical()
	}
	if t, err := duijie.ParseTime(text); err == nil {
		return chinaTime(t.Time)
	}
	return text
}

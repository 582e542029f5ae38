package wdt

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// comparison collects where a stored row differs from what a write would set. A
// member the platform left out of its answer is not known, and no difference: some
// gateways leave members out that the document has. null and "" say that there is
// nothing.
type comparison struct {
	changes []duijiesync.Change
	row     map[string]json.RawMessage // members the platform sent; nil: all are known
}

func comparisonWith(raw json.RawMessage) *comparison {
	if len(raw) == 0 {
		return &comparison{}
	}
	return &comparison{row: members(raw)}
}

func (c *comparison) known(field string) bool {
	_, there := c.row[field]
	return there || c.row == nil
}

// text compares what is set; "" leaves what is there.
func (c *comparison) text(field, want, have string) {
	if want != "" && want != have && c.known(field) {
		c.changes = append(c.changes, duijiesync.Change{Field: field, Old: have, New: want})
	}
}

func (c *comparison) number(field string, want, have duijie.Decimal) {
	if want.IsSet() && !want.Equal(have) && c.known(field) {
		c.changes = append(c.changes, duijiesync.Change{Field: field, Old: have.String(), New: want.String()})
	}
}

// stockLine is a line of a document. raw is that of a stored one.
type stockLine struct {
	specNo string
	defect bool
	num    duijie.Decimal
	raw    json.RawMessage
}

// lines compares lines by SKU: their order, and how a quantity is parted into
// lines, do not count. list and num are their names in the stored row. Where that
// does not say which goods are damaged, these are not told apart.
func (c *comparison) lines(list, num string, want, have []stockLine) {
	if !c.known(list) {
		return
	}
	tells, unknown := true, map[string]bool{}
	for _, l := range have {
		line := comparisonWith(l.raw)
		if !line.known("spec_no") {
			return
		}
		tells = tells && line.known("defect")
		unknown[l.specNo] = unknown[l.specNo] || !line.known(num)
	}
	sums := func(lines []stockLine) map[string]duijie.Decimal {
		q := map[string]duijie.Decimal{}
		for _, l := range lines {
			key := l.specNo
			if unknown[key] {
				continue
			}
			if l.defect && tells {
				key = joinKey(key, "defect")
			}
			q[key] = q[key].Add(l.num)
		}
		return q
	}
	wanted, stored := sums(want), sums(have)
	keys := slices.Sorted(maps.Keys(wanted))
	for _, key := range slices.Sorted(maps.Keys(stored)) {
		if _, both := wanted[key]; !both {
			keys = append(keys, key)
		}
	}
	for _, key := range keys {
		if !wanted[key].Equal(stored[key]) {
			c.changes = append(c.changes, duijiesync.Change{Field: "lines." + key, Old: stored[key].Canonical(), New: wanted[key].Canonical()})
		}
	}
}

func compareOtherIn(doc OtherStockinPush, row OtherStockin) []duijiesync.Change {
	c := comparisonWith(row.Raw)
	c.text("warehouse_no", doc.WarehouseNo, row.WarehouseNo)
	c.text("src_order_no", doc.SrcOrderNo, row.SrcOrderNo)
	c.text("reason", doc.Reason, row.Reason)
	c.text("remark", doc.Remark, row.Remark)
	var want, have []stockLine
	for _, l := range doc.Lines {
		want = append(want, stockLine{specNo: l.SpecNo, defect: l.Defect != nil && *l.Defect, num: l.Num})
	}
	for _, l := range row.Lines {
		have = append(have, stockLine{l.SpecNo, l.Defect, l.GoodsCount, l.Raw})
	}
	c.lines("detail_list", "goods_count", want, have)
	return c.changes
}

func compareOtherOut(doc OtherStockoutPush, row OtherStockout) []duijiesync.Change {
	c := comparisonWith(row.Raw)
	c.text("warehouse_no", doc.WarehouseNo, row.WarehouseNo)
	c.text("src_order_no", doc.SrcOrderNo, row.SrcOrderNo)
	c.text("reason", doc.Reason, row.Reason)
	c.text("remark", doc.Remark, row.Remark)
	c.number("post_fee", doc.Postage, row.Postage)
	var want, have []stockLine
	for _, l := range doc.Lines {
		want = append(want, stockLine{specNo: l.SpecNo, defect: l.Defect != nil && *l.Defect, num: l.Num})
	}
	for _, l := range row.Lines {
		have = append(have, stockLine{l.SpecNo, l.Defect, l.GoodsCount, l.Raw})
	}
	c.lines("detail_list", "goods_count", want, have)
	return c.changes
}

func comparePurchase(doc PurchaseOrderPush, row PurchaseOrder) []duijiesync.Change {
	c := comparisonWith(row.Raw)
	c.text("provider_no", doc.ProviderNo, row.ProviderNo)
	c.text("purchaser_name", doc.PurchaserName, row.PurchaserName)
	c.text("remark", doc.Remark, row.Remark)
	c.number("post_fee", doc.Postage, row.Postage)
	var want, have []stockLine
	for _, l := range doc.Lines {
		want = append(want, stockLine{specNo: l.SpecNo, num: l.Num})
	}
	for _, l := range row.Lines {
		have = append(have, stockLine{specNo: l.SpecNo, num: l.Num, raw: l.Raw})
	}
	c.lines("detail_list", "num", want, have)
	return c.changes
}

func compareTransfer(doc TransferPush, row Transfer) []duijiesync.Change {
	c := comparisonWith(row.Raw)
	c.text("from_warehouse_no", doc.FromWarehouseNo, row.FromWarehouseNo)
	c.text("to_warehouse_no", doc.ToWarehouseNo, row.ToWarehouseNo)
	c.text("remark", doc.marked().Remark, row.Remark)
	var want, have []stockLine
	for _, l := range doc.Lines {
		want = append(want, stockLine{specNo: l.SpecNo, defect: l.Defect != nil && *l.Defect, num: l.Num})
	}
	for _, l := range row.Lines {
		have = append(have, stockLine{l.SpecNo, l.Defect, l.Num, l.Raw})
	}
	c.lines("details_list", "num", want, have)
	return c.changes
}

// members compares what a push sends with the stored row: each member the push has
// and the row shows under the same name, but the ones in skip.
func (c *comparison) members(at string, push any, row json.RawMessage, skip ...string) error {
	sent, err := wire.Marshal(push)
	if err != nil {
		return err
	}
	have, texts := members(row), textMembers(push)
	for m := range wire.Walk(sent) {
		name := string(m.Key)
		old, there := have[name]
		if !there || slices.Contains(skip, name) || wire.First(m.Value) == '[' || wire.First(m.Value) == '{' {
			continue
		}
		before, after := rawText(old), rawText(m.Value)
		if same := before == after || !texts[name] && canonical(before) == canonical(after); !same {
			c.changes = append(c.changes, duijiesync.Change{Field: at + name, Old: before, New: after})
		}
	}
	return nil
}

// textMembers are the members of a push that are texts, such as codes: "007" is not
// "7". Others are numbers, switches and times, which come in several forms.
func textMembers(push any) map[string]bool {
	texts := map[string]bool{}
	t := reflect.TypeOf(push)
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == nil || t.Kind() != reflect.Struct {
		return texts
	}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Type.Kind() == reflect.String {
			texts[name] = true
		}
	}
	return texts
}

// canonical is one form of a number, switch or time: 1, "1.0000" and true are the
// same, and so are 0, "" and false.
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

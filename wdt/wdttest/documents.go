package wdttest

import (
	"cmp"
	"fmt"
	"strings"
	"unicode/utf8"
)

// document is a stock document a write method creates.
type document struct {
	method    string // query method that shows it
	key       string // member with its number
	lines     string // member with its lines
	prefix    string // of numbers the platform gives
	taken     string // text when the number is used
	approved  int    // status when approved
	waiting   int    // status when not
	editing   int    // status when it is still to be edited or confirmed
	longest   int    // characters of its number; 0 means 40
	outer     string // the caller's number, where the platform gives another
	tellsNo   string // member of data that tells the number when the approval failed
	numMember string // member of a line that shows the quantity
}

// create checks and keeps a document, and answers in the form the platform has
// for documents: {"status":0,"message":number}, or status 20 when the document
// was saved and its approval failed.
func (c *writeCall) create(d document, no string, head Row, lines []Row, approve bool, moves func(no string) []move) (any, error) {
	own := cmp.Or(d.outer, no) // what the caller knows it by
	if utf8.RuneCountInString(own) > cmp.Or(d.longest, 40) {
		return nil, refuse("外部单号超长")
	}
	if no != "" && c.has(d.method, no) {
		return nil, refuse(d.taken)
	}
	if err := c.mustSpecs(lines); err != nil {
		return nil, err
	}
	if no == "" {
		no = fmt.Sprintf("%s%s%04d", d.prefix, c.now.In(china).Format("20060102"), c.number(d.prefix)-1000)
	}
	own = cmp.Or(own, no)
	text, fails := c.fails(own)
	status := d.waiting
	if approve && !fails {
		status = d.approved
	}
	head[d.key], head["status"], head["goods_type_count"] = no, status, len(lines)
	count := decimalOf("", "")
	list := make([]Row, 0, len(lines))
	for _, l := range lines {
		count = count.plus(l.amount("num"))
		line := with(with(c.specMembers(l.text("spec_no")), l), Row{"rec_id": c.number("document line")})
		line[d.numMember] = l.text("num")
		list = append(list, line)
	}
	head["goods_count"], head[d.lines] = count.String(), list
	o := c.put(d.method, head)
	for _, line := range o.row.rows(d.lines) {
		for _, id := range []string{"purchase_id", "return_id", "stockin_id", "stockout_id", "transfer_id"} {
			if storeOf(d.method).id == id {
				line[id] = o.id
			}
		}
	}
	c.note(own, true)
	if fails {
		data := map[string]any{"status": 20, "message": "check_fail " + text}
		if d.tellsNo != "" {
			data[d.tellsNo] = no
		}
		return data, nil
	}
	if approve && moves != nil {
		for _, m := range moves(no) {
			c.moveStock(m)
		}
	}
	return map[string]any{"status": 0, "message": no}, nil
}

// approved reads is_check: a boolean, or 0 waiting, 1 approved, 2 editing.
func approved(r Row, name string) bool {
	v := r.text(name)
	return v == "true" || v == "1"
}

// moved are the changes of stock a document makes.
func moved(warehouse string, lines []Row, kind int, out bool, source string) func(no string) []move {
	return func(no string) []move {
		var all []move
		for _, l := range lines {
			n := l.amount("num")
			if out {
				n = decimalOf("", "").minus(n)
			}
			all = append(all, move{warehouse: warehouse, spec: l.text("spec_no"), num: n, defect: l.text("defect") == "true", kind: kind, doc: no, source: source})
		}
		return all
	}
}

// createOtherIn serves wms.stockin.Other.createOtherOrder.
func createOtherIn(c *writeCall) (any, error) {
	return c.other(document{
		method: otherIn, key: "order_no", lines: "detail_list", taken: "外部单号重复!", approved: 80, waiting: 30, editing: 20, numMember: "goods_count",
	}, "check_time stockin_time", 20, false)
}

// createOtherOut serves wms.stockout.Other.createOther.
func createOtherOut(c *writeCall) (any, error) {
	return c.other(document{
		method: otherOut, key: "order_no", lines: "detail_list", taken: "外部单号重复!", approved: 110, waiting: 50, editing: 48, numMember: "goods_count",
	}, "consign_time", 21, true)
}

// other creates an other stock-in or stock-out document under its outer_no.
func (c *writeCall) other(d document, times string, kind int, out bool) (any, error) {
	o, err := c.object(0)
	if err != nil {
		return nil, err
	}
	lines := o.rows("goods_list")
	no, warehouse := o.text("outer_no"), o.text("warehouse_no")
	if no == "" {
		return nil, refuse("外部单号不能为空")
	}
	if _, err := c.mustWarehouse(warehouse, "仓库不存在"); err != nil {
		return nil, err
	}
	head := with(c.warehouseMembers(warehouse), o)
	if o.text("is_check") == "2" {
		d.waiting = d.editing
	}
	if approved(o, "is_check") {
		for name := range strings.FieldsSeq(times) {
			head[name] = c.now
		}
	}
	return c.create(d, no, head, lines, approved(o, "is_check"), moved(warehouse, lines, kind, out, o.text("src_order_no")))
}

// pushOtherIn serves wms.stockother.In.push.
func pushOtherIn(c *writeCall) (any, error) {
	return c.business(document{method: "wms.stockother.InQuery.queryWithDetail", prefix: "QR", approved: 40, waiting: 20})
}

// pushOtherOut serves wms.stockother.Out.push.
func pushOtherOut(c *writeCall) (any, error) {
	return c.business(document{method: "wms.stockother.OutQuery.queryWithDetail", prefix: "QC", approved: 40, waiting: 20})
}

// business creates an other-in or other-out business order.
func (c *writeCall) business(d document) (any, error) {
	o, err := c.object(0)
	if err != nil {
		return nil, err
	}
	lines, err := c.list(1)
	if err != nil {
		return nil, err
	}
	if _, err := c.mustWarehouse(o.text("warehouse_no"), "仓库不存在"); err != nil {
		return nil, err
	}
	d.key, d.lines, d.taken, d.tellsNo, d.numMember = "order_no", "detail_list", "外部单号重复!", "outer_no", "num"
	head := Row{"warehouse_no": o["warehouse_no"], "remark": o.text("remark"), "reason": o.text("reason"), "modified": c.now, "created": c.now}
	return c.create(d, o.text("outer_no"), head, lines, approved(o, "is_check"), nil)
}

// createTransfer serves wms.stocktransfer.Edit.createOrder. outer_no becomes the
// number of the transfer, unless the platform is to give one.
func createTransfer(c *writeCall) (any, error) {
	o, err := c.object(0)
	if err != nil {
		return nil, err
	}
	lines, err := c.list(1)
	if err != nil {
		return nil, err
	}
	outer := o.text("outer_no")
	if outer == "" {
		return nil, refuse("外部单号不能为空")
	}
	if c.writes.created[entry{c.method, outer}] > 0 || c.has(transfer, outer) {
		return nil, refuse("此外部单已使用")
	}
	from, err := c.mustWarehouse(o.text("from_warehouse_no"), "源仓库不存在")
	if err != nil {
		return nil, err
	}
	to, err := c.mustWarehouse(o.text("to_warehouse_no"), "目标仓库不存在")
	if err != nil {
		return nil, err
	}
	head := with(Row{"from_warehouse_id": from.int("warehouse_id"), "to_warehouse_id": to.int("warehouse_id")}, o)
	d := document{method: transfer, key: "transfer_no", lines: "details_list", prefix: "TF", approved: 40, waiting: 20, longest: 20, outer: outer, tellsNo: "transfer_no", numMember: "num"}
	no := outer
	if c.transferNumbers {
		no = ""
	}
	approve := c.word(2) == "true"
	if m := o.int("mode"); m < 5 || m > 7 {
		return c.create(d, no, head, lines, approve, nil)
	}
	// Modes 5, 6 and 7 go out and come in at once.
	d.approved = 90
	return c.create(d, no, head, lines, approve, func(no string) []move {
		var all []move
		for _, doc := range []struct {
			warehouse string
			out       bool
		}{{o.text("from_warehouse_no"), true}, {o.text("to_warehouse_no"), false}} {
			all = append(all, moved(doc.warehouse, lines, 2, doc.out, no)(no)...)
		}
		return all
	})
}

// createTransferIn serves wms.stockin.Transfer.createOrder.
func createTransferIn(c *writeCall) (any, error) {
	return c.transferred(document{method: "wms.stockin.Transfer.queryWithDetail", prefix: "RK", approved: 80, waiting: 30, numMember: "num"}, false)
}

// createTransferOut serves wms.stockout.Transfer.createOrder.
func createTransferOut(c *writeCall) (any, error) {
	return c.transferred(document{method: "wms.stockout.Transfer.queryWithDetail", prefix: "CK", approved: 110, waiting: 50, numMember: "goods_count"}, true)
}

// transferred creates the stock-in or stock-out document of a transfer.
func (c *writeCall) transferred(d document, out bool) (any, error) {
	o, err := c.object(0)
	if err != nil {
		return nil, err
	}
	lines, err := c.list(1)
	if err != nil {
		return nil, err
	}
	source := o.text("src_order_no")
	t := c.bin(transfer).byKey[source]
	if t == nil {
		return nil, refuse("调拨单号不存在")
	}
	if s := t.row.int("status"); s < 40 || s >= 90 {
		return nil, refuse("调拨单状态不正确")
	}
	warehouse := o.text("warehouse_no")
	if _, err := c.mustWarehouse(warehouse, "仓库不存在"); err != nil {
		return nil, err
	}
	d.key, d.lines = "order_no", "detail_list"
	approve := approved(o, "is_check") || c.word(2) == "true"
	head := with(Row{
		"transfer_id": t.id, "from_warehouse_no": t.row["from_warehouse_no"], "to_warehouse_no": t.row["to_warehouse_no"],
		"modified": c.now, "created_time": c.now, "st_created": t.row["created"],
	}, o)
	if approve {
		head["consign_time"], head["check_time"] = c.now, c.now
	}
	data, err := c.create(d, "", head, lines, approve, moved(warehouse, lines, 2, out, source))
	if err == nil && approve {
		c.progress(t, lines, out)
	}
	return data, err
}

// progress notes on a transfer what went out of one warehouse or into the other.
func (c *writeCall) progress(t *stored, lines []Row, out bool) {
	r := t.row.clone()
	total, part := "goods_in_count", "in_num"
	if out {
		total, part = "goods_out_count", "out_num"
	}
	count := r.amount(total)
	for _, l := range lines {
		count = count.plus(l.amount("num"))
		for _, d := range r.rows("details_list") {
			if d.text("spec_no") == l.text("spec_no") {
				d[part] = d.amount(part).plus(l.amount("num")).String()
				break
			}
		}
	}
	r[total], r["status"] = count.String(), 50
	delete(r, "modified")
	delete(r, "modified_date")
	if !out && !r.amount("goods_count").minus(count).positive() {
		r["status"] = 90
	}
	c.bin(transfer).touch(tableOf(transfer), t, []Row{r}, c.now)
}

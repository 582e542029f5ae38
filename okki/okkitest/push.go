package okkitest

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

func split(v string) []string { return strings.Split(v, ",") }

// target is the record a push is about, nil for a new one.
func (c *call) target(l *list) (*record, *refusal) {
	edit := l.editBy
	if edit == "" {
		edit = l.id
	}
	if id := number(c.body[edit]); id != 0 {
		rec := c.s.find(l, strconv.FormatInt(id, 10), "")
		if rec == nil {
			return nil, refuse(http.StatusNotFound, "Not Found Resource")
		}
		return rec, nil
	}
	if l.byNum {
		return c.s.byNumber(l, text(c.body[l.number])), nil
	}
	if l.name == "lead" {
		return c.s.leadOf(objects(c.body["customers"])), nil
	}
	return nil, nil
}

// byNumber finds a live record that has the number, seen or not: numbers are taken at
// once.
func (s *Server) byNumber(l *list, num string) *record {
	for _, rec := range s.records[l.name] {
		if num != "" && !rec.removed && text(rec.row[l.number]) == num {
			return rec
		}
	}
	return nil
}

// leadOf is the live lead one of whose contacts has an e-mail of these.
func (s *Server) leadOf(contacts []Row) *record {
	for _, rec := range s.records["lead"] {
		if rec.removed {
			continue
		}
		for _, old := range objects(rec.row["customers"]) {
			if slices.ContainsFunc(contacts, func(n Row) bool { return text(n["email"]) != "" && text(n["email"]) == text(old["email"]) }) {
				return rec
			}
		}
	}
	return nil
}

// push creates or edits one record.
func (c *call) push(l *list) (any, *refusal) {
	rec, ref := c.target(l)
	if ref != nil {
		return nil, ref
	}
	if ref := c.checkPush(l, rec); ref != nil {
		return nil, ref
	}
	kind := Updated
	body := cloneRow(c.body)
	delete(body, l.editBy)
	if rec == nil {
		kind = Created
		delete(body, l.id)
		if ref := c.rules(l, Row{}, body); ref != nil {
			return nil, ref
		}
		rec = c.s.add(l, body)
		if c.late > 0 {
			rec.shows = time.Now().Add(c.late)
		}
	} else {
		if ref := c.rules(l, rec.row, body); ref != nil {
			return nil, ref
		}
		delete(body, l.id)
		maps.Copy(rec.row, body)
		rec.row["update_time"] = c.s.now()
	}
	c.s.note(l, kind, rec)
	return c.s.shown(answerOf(l, rec)), nil
}

func answerOf(l *list, rec *record) map[string]any {
	out := map[string]any{l.id: rec.id}
	for _, name := range l.says {
		out[name] = cloneValue(rec.row[name])
	}
	if l.name == "product" {
		var items []any
		for _, item := range objects(rec.row["sku_items"]) {
			items = append(items, map[string]any{"sku_id": item["sku_id"], "sku_code": item["sku_code"]})
		}
		out["sku_items"] = items
	}
	return out
}

// checkPush checks what the platform was seen to check.
func (c *call) checkPush(l *list, rec *record) *refusal {
	for _, name := range l.needs {
		v, sent := c.body[name]
		if (rec == nil && !sent) || sent && empty(v) {
			if l.name == "opportunity" && name == "company_id" {
				return refuse(404, "The associated customer cannot be empty use company_id")
			}
			return refuse(404, "'%s' cannot be empty", name)
		}
	}
	for _, name := range []string{"product_no", "name"} {
		if l.name == "product" && len([]rune(text(c.body[name]))) > 256 {
			return refuse(404, "Input data validate error %s", name)
		}
	}
	if l.name == "product" && text(c.body["product_type"]) == "2" && (empty(c.body["sku_items"]) || empty(c.body["sku_attributes"])) {
		return refuse(404, "'sku_items' cannot be empty")
	}
	if l.name == "product" && rec == nil && c.s.refuseTakenProducts && c.s.byNumber(l, text(c.body["product_no"])) != nil {
		return refuse(404, "Input data validate error product_no exists")
	}
	if l.name == "lead" {
		if v, sent := c.body["origin_list"]; sent {
			if _, ok := v.([]any); !ok {
				return refuse(404, "Input data validate error origin_list must be array")
			}
		}
	}
	if l.name == "dynamic/trail" {
		if n := number(c.body["remark_type"]); n < 101 || n > 112 {
			return refuse(-1, "不支持的类型")
		}
		if empty(c.body["company_id"]) && empty(c.body["lead_id"]) && empty(c.body["opportunity_id"]) {
			return refuse(-1, "lead_id and company_id and opportunity_id is empty")
		}
	}
	return nil
}

func empty(v any) bool {
	switch x := v.(type) {
	case nil:
		return true
	case []any:
		return len(x) == 0
	case map[string]any:
		return len(x) == 0
	}
	return text(v) == ""
}

// rules changes the body of a push as the platform does before it keeps it.
func (c *call) rules(l *list, old, body Row) *refusal {
	switch l.name {
	case "invoices/order":
		c.orderRules(old, body)
	case "invoices/outbound":
		return c.outboundRules(old, body)
	case "company":
		c.companyRules(old, body)
	case "lead":
		c.contacts(old, body, true)
	case "product":
		if old["sku_items"] != nil && body["sku_items"] == nil {
			body["sku_items"] = old["sku_items"]
		}
		body["product_no"] = first(body["product_no"], old["product_no"], "P"+strconv.FormatInt(c.s.nextID, 10))
		c.s.giveSKU(body)
	case "purchaseOrder":
		c.lines(old, body, "product_list", "purchase_order_product_id")
	case "invoices/quotation":
		c.lines(old, body, "product_list", "quotation_product_id")
	case "invoices/purchaseInbound":
		c.lines(old, body, "record_list", "inbound_record_id")
	case "invoices/purchaseReturn":
		c.lines(old, body, "record_list", "return_record_id")
	}
	return nil
}

func first(values ...any) any {
	for _, v := range values {
		if !empty(v) {
			return v
		}
	}
	return nil
}

// inLibrary tells whether a line names a product and SKU that exist.
func (s *Server) inLibrary(line Row) bool {
	rec := s.find(listNamed("product"), text(line["product_id"]), "")
	if rec == nil || text(line["product_id"]) == "" {
		return false
	}
	return slices.ContainsFunc(objects(rec.row["sku_items"]), func(item Row) bool { return number(item["sku_id"]) == number(line["sku_id"]) })
}

// orderRules: lines without ids of the library vanish, costs not sent become 0, lines
// without unique_id are merged by product and SKU, an unknown status is ignored, rates
// are filled in where they are absent.
func (c *call) orderRules(old, body Row) {
	for _, rate := range []string{"exchange_rate", "exchange_rate_usd"} {
		if _, sent := body["exchange_rate"]; !sent && old[rate] == nil {
			body[rate] = map[string]any{"exchange_rate": amount(72500, 2), "exchange_rate_usd": 100}[rate]
		}
	}
	if known := c.s.orderStatuses(); body["status"] != nil && !slices.Contains(known, text(body["status"])) {
		delete(body, "status")
	}
	if _, sent := body["product_list"]; !sent {
		return
	}
	lines := keep(objects(body["product_list"]), func(line Row) bool { return number(line["unique_id"]) != 0 || c.s.inLibrary(line) })
	for _, line := range lines {
		for _, cost := range []string{"cost_amount", "other_cost"} {
			if line[cost] == nil {
				line[cost] = 0
			}
		}
	}
	body["product_list"] = c.merge(objects(old["product_list"]), lines, "unique_id")
}

// lines keeps the lines of a document under their ids.
func (c *call) lines(old, body Row, name, id string) {
	if _, sent := body[name]; sent {
		body[name] = c.merge(objects(old[name]), objects(body[name]), id)
	}
}

// merge puts sent lines over the old ones: by id, else, where there were lines before,
// by product and SKU; remove 1 deletes one.
func (c *call) merge(old, sent []Row, id string) []any {
	out := slices.Clone(old)
	for _, line := range sent {
		i := slices.IndexFunc(out, func(o Row) bool {
			if n := number(line[id]); n != 0 {
				return number(o[id]) == n
			}
			return len(old) > 0 && number(o["product_id"]) == number(line["product_id"]) && number(o["sku_id"]) == number(line["sku_id"])
		})
		switch {
		case i >= 0 && text(line["remove"]) == "1":
			out = slices.Delete(out, i, i+1)
		case i >= 0:
			maps.Copy(out[i], line)
		case text(line["remove"]) != "1":
			line[id] = c.s.newID()
			out = append(out, line)
		}
	}
	list := make([]any, len(out))
	for i, line := range out {
		list[i] = map[string]any(line)
	}
	return list
}

// outboundRules adds lines: a push never takes one away without remove 1. A line that
// takes more than the stock set by [Server.SetStock] is refused.
func (c *call) outboundRules(old, body Row) *refusal {
	for i, line := range objects(body["record_list"]) {
		for _, name := range []string{"sku_id", "product_id", "outbound_count", "product_unit"} {
			if empty(line[name]) {
				return refuse(404, "'%s' cannot be empty", name)
			}
		}
		if !c.s.inStock(line) {
			return refuse(404, "Operation Failed. 序号为[%d]可用库存数量不足", i+1)
		}
	}
	out := slices.Clone(objects(old["record_list"]))
	for _, line := range objects(body["record_list"]) {
		i := slices.IndexFunc(out, func(o Row) bool {
			return number(line["outbound_record_id"]) != 0 && number(o["outbound_record_id"]) == number(line["outbound_record_id"])
		})
		switch {
		case i >= 0 && text(line["remove"]) == "1":
			out = slices.Delete(out, i, i+1)
		case i >= 0:
			maps.Copy(out[i], line)
		default:
			line["outbound_record_id"] = c.s.newID()
			out = append(out, line)
		}
	}
	if _, sent := body["record_list"]; sent {
		list := make([]any, len(out))
		for i, line := range out {
			list[i] = map[string]any(line)
		}
		body["record_list"] = list
	}
	return nil
}

// companyRules: cus_tag replaces all tags; see contacts.
func (c *call) companyRules(old, body Row) {
	if tags, sent := body["cus_tag"]; sent {
		body["tag"] = tags
	}
	c.contacts(old, body, false)
}

// contacts keep their ids, and remove 1 deletes one. byEmail: one without an id is that
// of its e-mail.
func (c *call) contacts(old, body Row, byEmail bool) {
	if _, sent := body["customers"]; !sent {
		return
	}
	out := slices.Clone(objects(old["customers"]))
	for _, person := range objects(body["customers"]) {
		i := slices.IndexFunc(out, func(o Row) bool {
			if id := number(person["customer_id"]); id != 0 || !byEmail {
				return id != 0 && number(o["customer_id"]) == id
			}
			return text(person["email"]) != "" && text(person["email"]) == text(o["email"])
		})
		switch {
		case i >= 0 && text(person["remove"]) == "1":
			out = slices.Delete(out, i, i+1)
		case i >= 0:
			maps.Copy(out[i], person)
		default:
			person["customer_id"] = c.s.newID()
			out = append(out, person)
		}
	}
	list := make([]any, len(out))
	for i, person := range out {
		list[i] = map[string]any(person)
	}
	body["customers"] = list
}

func keep(rows []Row, f func(Row) bool) []Row {
	return slices.DeleteFunc(slices.Clone(rows), func(r Row) bool { return !f(r) })
}

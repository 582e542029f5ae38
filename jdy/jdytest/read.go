package jdytest

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	defaultPageSize = 10
	maxPageSize     = 100
)

// call is one business call being served. The server's mutex is held while it
// touches the book.
type call struct {
	s *Server
	*Book
	op    *operation
	query url.Values
	body  Row
	late  time.Duration // > 0: what it creates shows only after this long
	moves bool          // the first row moves to the end before a list is answered
}

// rowsField is the member of a list reply that holds its rows.
func rowsField(op *operation) (field, bool) {
	for _, name := range []string{"rows", "items"} {
		if kind, ok := has(op.data, name); ok {
			return field{name: name, kind: kind}, true
		}
	}
	for _, f := range op.data {
		if _, ok := listed(f.kind); ok && len(op.data) <= 3 {
			return f, true
		}
	}
	return field{}, false
}

// checkQuery refuses a call whose required parameters are missing.
func (c *call) checkQuery() *Error {
	for _, f := range c.op.query {
		if f.required && c.query.Get(f.name) == "" && f.name != "id" && f.name != "number" {
			return badRequest("参数[%s]不能为空", f.name)
		}
	}
	if !c.s.strictFields {
		return nil
	}
	for key := range c.query {
		if !hasField(c.op.query, key) && len(c.op.query) > 0 {
			return badRequest("unknown parameter %s", key)
		}
	}
	return nil
}

// detail answers one record by id or number.
func (c *call) detail() (any, *Error) {
	id, num := c.query.Get("id"), c.query.Get("number")
	if id == "" && num == "" {
		return nil, badRequest("参数[id]和[number]不能同时为空")
	}
	l := c.list(listName(c.op.path))
	rec := l.find(id, "")
	if id == "" {
		rec = l.find("", num)
	}
	if rec == nil || rec.hidden() {
		return nil, refuse(codeMissing, "对象不存在")
	}
	return c.shape(l, c.op.data, c.shown(rec)), nil
}

// shape writes a row as the operation's reply has it; where that is one nested
// object, inside of it.
func (c *call) shape(l *list, fields []field, row Row) Row {
	sh := shaper{b: c.Book, l: l, types: c.op.told}
	var out Row
	if len(fields) == 1 && c.op.told[fields[0].kind] != nil {
		out = Row{fields[0].name: sh.object(c.op.told[fields[0].kind], row)}
	} else {
		out = sh.object(fields, row)
	}
	if c.s.mixedTypes {
		mix(out, len(row))
	}
	return out
}

// object answers a read of one object that is no record: the first seeded row
// that fits, or nothing but defaults.
func (c *call) object() (any, *Error) {
	l := c.list(listName(c.op.path))
	for _, rec := range l.ordered() {
		if c.matches(l, rec) {
			return c.shape(l, c.op.data, c.shown(rec)), nil
		}
	}
	return c.shape(l, c.op.data, Row{}), nil
}

// lastAgain are the reports that answer a page past the end with the last page.
var lastAgain = []string{"fi/account_balance_report", "fi/sub_ledger_report", "fi/qty_sum", "fi/assistdetail_report"}

// page is which rows of a list a call asked for.
type page struct{ n, size, asked int }

func (c *call) page() (page, *Error) {
	p := page{n: 1, asked: defaultPageSize}
	for name, to := range map[string]*int{"page": &p.n, "page_size": &p.asked} {
		t := c.query.Get(name)
		if t == "" {
			continue
		}
		n, err := strconv.Atoi(t)
		if err != nil {
			return p, badRequest("proto: invalid value for %s: %q", name, t)
		}
		if n > 0 {
			*to = min(n, 1<<30)
		}
	}
	p.size = min(p.asked, maxPageSize)
	return p, nil
}

// rows answers a list. A page_size above 100 is cut to 100 rows while total_page
// is counted by what was asked for, as on the platform: rows are lost silently.
func (c *call) rows(f field) (any, *Error) {
	p, err := c.page()
	if err != nil {
		return nil, err
	}
	l := c.list(listName(c.op.path))
	found := c.found(l)
	if c.moves && len(found) > 0 {
		c.toEnd(l, found[0])
		found = c.found(l)
	}
	total := (len(found) + p.asked - 1) / p.asked
	paged := hasField(c.op.query, "page") || hasField(c.op.body, "page")
	if !paged || c.query.Get("un_page") == "1" && hasField(c.op.query, "un_page") {
		p, total = page{1, len(found), len(found)}, 1
	}
	if p.n > total && slices.Contains(lastAgain, c.op.path) {
		p.n = max(total, 1)
	}
	from := min(max(p.n-1, 0)*p.asked, len(found))
	shown := found[from:min(from+p.size, len(found))]
	items := []any{}
	for i, rec := range shown {
		items = append(items, c.listRow(l, f, rec, i))
	}
	return c.paged(f, items, len(found), total, p), nil
}

// found are the records that pass the filters, in the list's order.
func (c *call) found(l *list) []*record {
	var out []*record
	for _, rec := range l.ordered() {
		if !rec.hidden() && c.matches(l, rec) {
			out = append(out, rec)
		}
	}
	return out
}

func (c *call) listRow(l *list, f field, rec *record, i int) any {
	name, ok := listed(f.kind)
	if !ok {
		return text(rec.row[l.number])
	}
	row := c.shown(rec)
	out := shaper{b: c.Book, l: l, types: c.op.told}.object(c.op.told[name], row)
	if hasField(c.op.query, "show_units") && c.query.Get("show_units") != "true" {
		out["units"] = []any{}
	}
	for as, name := range oddKeys[c.op.key()] {
		out[as] = out[name]
		delete(out, name)
	}
	if c.s.mixedTypes {
		mix(out, i)
	}
	return out
}

// oddKeys are members of list rows that come under another key than documented.
var oddKeys = map[string]map[string]string{"GET scm/sal_out_bound": {"ivc_status ": "ivc_status"}}

// paged puts rows into the members the list's reply has.
func (c *call) paged(f field, items []any, count, total int, p page) Row {
	out := Row{f.name: items}
	numbers := map[string]int{
		"count": count, "total_count": count, "page": p.n, "current_page": p.n, "page_size": p.asked,
		"current_page_size": len(items), "total_page": total, "page_count": total,
	}
	for _, m := range c.op.data {
		if m.name == f.name {
			continue
		}
		n, ok := numbers[m.name]
		switch {
		case ok && m.kind == "s":
			out[m.name] = strconv.Itoa(n)
		case ok:
			out[m.name] = json.Number(strconv.Itoa(n))
		case m.name == "headers":
			out[m.name] = shaper{b: c.Book, l: c.list(listName(c.op.path)), types: c.op.told}.value(m, Row{})
		default:
			out[m.name] = shaper{b: c.Book, l: c.list(listName(c.op.path)), types: c.op.told}.value(m, nil)
		}
	}
	if c.s.mixedTypes && strings.HasPrefix(c.op.path, "scm/") && out["count"] != nil {
		out["count"] = json.Number(strconv.Itoa(count))
	}
	return out
}

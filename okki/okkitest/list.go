package okkitest

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// bound reads start_time or end_time: a bare date begins or ends its day.
func bound(v string, end bool) (time.Time, bool) {
	if t, err := time.ParseInLocation(layout, v, China); err == nil {
		return t, true
	}
	t, err := time.ParseInLocation(time.DateOnly, v, China)
	if err != nil {
		return time.Time{}, false
	}
	if end {
		t = t.AddDate(0, 0, 1).Add(-time.Second)
	}
	return t, true
}

// window is the filter of start_time and end_time, both inclusive.
func (c *call) window(l *list) (func(*record) bool, *refusal) {
	field := l.times[0]
	if kind := c.query.Get("time_type"); kind != "" && len(l.times) > 1 {
		n, err := strconv.Atoi(kind)
		if err != nil || n < 1 || n > len(l.times) {
			return nil, refuse(404, "Input data validate error time_type")
		}
		field = l.times[n-1]
	}
	if sort := c.query.Get("sort_field"); l.name == "lead" && sort != "" {
		if !slices.Contains([]string{"update_time", "order_time", "edit_time"}, sort) {
			return nil, refuse(404, "Input data validate error sort_field")
		}
		field = sort
	}
	from, to := c.query.Get("start_time"), c.query.Get("end_time")
	start, okStart := bound(from, false)
	end, okEnd := bound(to, true)
	if from != "" && !okStart || to != "" && !okEnd {
		return nil, refuse(404, "Input data validate error start_time")
	}
	return func(rec *record) bool {
		if from == "" && to == "" {
			return true
		}
		at, ok := bound(text(rec.row[field]), false)
		return ok && (from == "" || !at.Before(start)) && (to == "" || !at.After(end))
	}, nil
}

// page reads start_index and count; a start_index below 1 counts as 1.
func (c *call) page(standard int) (n, per int, ref *refusal) {
	n, per = 1, standard
	for name, into := range map[string]*int{"start_index": &n, "count": &per} {
		v := c.query.Get(name)
		if v == "" {
			continue
		}
		x, err := strconv.Atoi(v)
		if err != nil {
			return 0, 0, refuse(404, "Input data validate error %s", name)
		}
		*into = x
	}
	if per < 1 {
		per = standard
	}
	return max(n, 1), per, nil
}

func cut[T any](rows []T, n, per int) []T {
	from := min((n-1)*per, len(rows))
	return rows[from:min(from+per, len(rows))]
}

// wanted is what the query's own filters leave of a list.
func (c *call) wanted(l *list) (func(*record) bool, *refusal) {
	inWindow, ref := c.window(l)
	if ref != nil {
		return nil, ref
	}
	gone := l.gone != "" && c.query.Get(l.gone) == "1"
	filters := map[string]string{}
	for _, name := range []string{"product_type", "status", "group_id", "company_id", "lead_id", "opportunity_id", "warehouse_id", "warehouse_no"} {
		if v := c.query.Get(name); v != "" {
			filters[name] = v
		}
	}
	return func(rec *record) bool {
		if !rec.seen() || rec.removed != gone || !inWindow(rec) || l.name == "lead" && !c.wantsLead(rec) {
			return false
		}
		for name, v := range filters {
			if !slices.Contains(split(v), text(rec.row[name])) {
				return false
			}
		}
		return true
	}, nil
}

// wantsLead applies the filters leads have of their own: email, of a contact, and
// archive, 1 for archived leads and 2 for converted ones, else those that are neither.
func (c *call) wantsLead(rec *record) bool {
	email, archive := c.query.Get("email"), number(c.query.Get("archive"))
	return number(rec.row["archive"]) == archive && (email == "" || slices.ContainsFunc(objects(rec.row["customers"]), func(p Row) bool {
		return strings.EqualFold(text(p["email"]), email)
	}))
}

// list answers one page, newest update first.
func (c *call) list(l *list) (any, *refusal) {
	n, per, ref := c.page(l.count)
	if ref != nil {
		return nil, ref
	}
	keep, ref := c.wanted(l)
	if ref != nil {
		return nil, ref
	}
	var all []*record
	for _, rec := range c.s.records[l.name] {
		if keep(rec) {
			all = append(all, rec)
		}
	}
	slices.SortStableFunc(all, func(a, b *record) int {
		return cmp.Compare(text(b.row["update_time"]), text(a.row["update_time"]))
	})
	if c.rotate && len(all) > 1 {
		all = c.s.rotated(l, all)
	}
	rows := []any{}
	for _, rec := range cut(all, n, per) {
		rows = append(rows, c.s.shown(c.s.listed(l, rec)))
	}
	return c.total(l, rows, len(all)), nil
}

// rotated moves the first record of a list to its end, for this call and later ones.
func (s *Server) rotated(l *list, all []*record) []*record {
	moved := all[0]
	moved.row["update_time"] = text(all[len(all)-1].row["update_time"])
	recs := s.records[l.name]
	i := slices.Index(recs, moved)
	s.records[l.name] = append(slices.Delete(recs, i, i+1), moved)
	return append(all[1:], moved)
}

func (c *call) total(l *list, rows []any, n int) map[string]any {
	var total any = n
	if c.s.textIDs {
		total = strconv.Itoa(n)
	}
	switch l.total {
	case "both":
		return map[string]any{"list": rows, "totalItem": total, "count": len(rows)}
	case "totalItem":
		return map[string]any{"list": rows, "totalItem": total}
	}
	return map[string]any{"list": rows, "count": total}
}

// listed is a record as lists have it.
func (s *Server) listed(l *list, rec *record) Row {
	row := cloneRow(rec.row)
	if l.name == "product" {
		row["fob"] = map[string]any{
			"price_currency": row["price_currency"], "price_min": row["price_min"], "price_max": row["price_max"], "price_unit": row["price_unit"],
		}
		row["group_name"] = s.groupName(number(row["group_id"]))
		if row["info_json"] == nil {
			row["info_json"] = []any{}
		}
	}
	for _, name := range l.hidden {
		delete(row, name)
	}
	return row
}

// info answers one record by id or number.
func (c *call) info(l *list) (any, *refusal) {
	id, num := c.query.Get(l.id), ""
	if l.number != "" {
		num = c.query.Get(l.number)
	}
	if (id == "" || id == "0") && num == "" {
		return nil, refuse(400, "Invalid query")
	}
	if id == "0" {
		id = ""
	}
	rec := c.s.find(l, id, num)
	if rec == nil {
		return nil, refuse(http.StatusNotFound, "Not Found Resource")
	}
	row := cloneRow(rec.row)
	if l.name == "company" && row["tag"] == nil {
		row["tag"] = []any{}
	}
	return c.s.shown(row), nil
}

// remove deletes one record; its parameters come in the query or the body.
func (c *call) remove(l *list) (any, *refusal) {
	q := c.query
	if sent := form(c.r, c.raw); l.remove == "any" && (sent.Has(l.id) || sent.Has(l.number)) {
		q = sent
	}
	id, num := q.Get(l.id), ""
	if l.number != "" {
		num = q.Get(l.number)
	}
	if id == "" && num == "" {
		return nil, refuse(400, "Invalid query")
	}
	rec := c.s.find(l, id, num)
	if rec == nil {
		return nil, refuse(http.StatusNotFound, "Not Found Resource.")
	}
	if l.name == "invoices/outbound" && text(rec.row["locked"]) == "1" {
		return nil, refuse(http.StatusNotFound, "单据被锁定，无法操作")
	}
	c.s.note(l, Deleted, rec)
	c.s.drop(rec)
	if l.name == "supplier" {
		return map[string]any{"supplier_id": strconv.FormatInt(rec.id, 10)}, nil
	}
	return "success", nil
}

package fxiaoketest

import (
	"cmp"
	"math/big"
	"slices"
	"strings"
)

// family checks that an object is asked for on its own path.
func (c *call) family(name string, custom, both bool) (*object, *refusal) {
	o := c.s.object(name)
	switch {
	case name == "":
		return nil, refuse(32000, "dataObjectApiName is missing")
	case o == nil:
		return nil, refuse(32000, "object %s is not exists", name)
	case !both && o.custom() != custom:
		return nil, refuse(32000, "object %s does not belong to this path", name)
	}
	return o, nil
}

// prepare reads data, which every CRM call has.
func (c *call) prepare() *refusal {
	if c.data = row(c.body["data"]); c.data == nil {
		return refuse(32000, "data is missing")
	}
	return nil
}

type search struct {
	limit, offset int
	match         []func(Row) bool
	orders        []Row
	fields        []string
}

// readSearch checks search_query_info.
func (c *call) readSearch(o *object) (search, *refusal) {
	info := row(c.data["search_query_info"])
	if info == nil {
		return search{}, refuse(32000, "search_query_info is missing")
	}
	s := search{limit: 20, fields: texts(info["fieldProjection"]), orders: rows(info["orders"])}
	s.fields = append(s.fields, texts(c.data["field_projection"])...)
	for name, into := range map[string]*int{"limit": &s.limit, "offset": &s.offset} {
		if v, sent := info[name]; sent {
			n, ok := whole(v)
			if !ok {
				return s, refuse(32000, "%s is error", name)
			}
			*into = int(n)
		}
	}
	switch {
	case s.limit < 1 || s.limit > 100 || s.offset < 0 || s.offset%s.limit != 0:
		return s, refuse(32000, "limit or offset is error")
	case s.offset > 10000:
		return s, &refusal{code: 10013, msg: "offset out of range 10000", desc: "offset 不能超过10000"}
	}
	for _, order := range s.orders {
		if text(order["fieldName"]) == "" {
			return s, refuse(32000, "orders is error")
		}
	}
	if v, sent := info["filters"]; sent {
		list, ok := v.([]any)
		if !ok {
			return s, refuse(32000, "filters is error")
		}
		for _, f := range list {
			match, ref := c.filter(o, row(f))
			if ref != nil {
				return s, ref
			}
			s.match = append(s.match, match)
		}
	}
	return s, nil
}

// run finds the records of a search in its order.
func (c *call) run(o *object, s search) []*record {
	var found []*record
	for _, rec := range o.records {
		if rec.seen() && (c.s.invalidShown || !rec.invalid()) && c.matches(rec.row, s.match) {
			found = append(found, rec)
		}
	}
	slices.SortStableFunc(found, func(a, b *record) int {
		for _, order := range s.orders {
			n := compare(text(a.row[text(order["fieldName"])]), text(b.row[text(order["fieldName"])]), text(order["fieldName"]))
			if text(order["isAsc"]) == "false" {
				n = -n
			}
			if n != 0 {
				return n
			}
		}
		return 0
	})
	return found
}

func (c *call) matches(r Row, all []func(Row) bool) bool {
	for _, f := range all {
		if !f(r) {
			return false
		}
	}
	return true
}

// compare is by worth where both are numbers, else by bytes; _id always by bytes.
func compare(a, b, field string) int {
	if field != "_id" {
		x, okX := new(big.Rat).SetString(a)
		y, okY := new(big.Rat).SetString(b)
		if okX && okY {
			return x.Cmp(y)
		}
	}
	return cmp.Compare(a, b)
}

// filter is one entry of filters.
func (c *call) filter(o *object, f Row) (func(Row) bool, *refusal) {
	name := text(f["field_name"])
	list, ok := f["field_values"].([]any)
	if name == "" || !ok {
		return nil, refuse(32000, "filters is error")
	}
	wanted := make([]string, len(list))
	for i, v := range list {
		wanted[i] = text(v)
		if isEmployee(o, name) {
			wanted[i] = cmp.Or(c.s.employeeOf(wanted[i]), wanted[i])
		}
	}
	op := text(f["operator"])
	test, needs := operators[op], 1
	switch op {
	case "BETWEEN", "NBETWEEN":
		needs = 2
	case "IS", "ISN":
		needs = 0
	}
	if test == nil || len(wanted) < needs {
		return nil, refuse(32000, "operator %s is error", op)
	}
	return func(r Row) bool {
		values := texts(r[name])
		if values == nil {
			if t := text(r[name]); t != "" {
				values = []string{t}
			}
		}
		if isEmployee(o, name) {
			for i, v := range values {
				values[i] = cmp.Or(c.s.employeeOf(v), v)
			}
		}
		return test(values, wanted, name)
	}, nil
}

// anyOf makes a test of one value against one wanted value into one of lists.
func anyOf(f func(v, w string) bool) func([]string, []string, string) bool {
	return func(values, wanted []string, _ string) bool {
		return slices.ContainsFunc(values, func(v string) bool {
			return slices.ContainsFunc(wanted, func(w string) bool { return f(v, w) })
		})
	}
}

func not(f func([]string, []string, string) bool) func([]string, []string, string) bool {
	return func(v, w []string, name string) bool { return !f(v, w, name) }
}

func ordered(ok func(int) bool) func([]string, []string, string) bool {
	return func(values, wanted []string, name string) bool {
		return len(values) == 1 && ok(compare(values[0], wanted[0], name))
	}
}

func equals(values, wanted []string, name string) bool {
	return slices.ContainsFunc(values, func(v string) bool { return compare(v, wanted[0], name) == 0 })
}

func among(values, wanted []string, name string) bool {
	return slices.ContainsFunc(wanted, func(w string) bool { return equals(values, []string{w}, name) })
}

func between(values, wanted []string, name string) bool {
	return len(values) == 1 && compare(values[0], wanted[0], name) >= 0 && compare(values[0], wanted[1], name) <= 0
}

func isEmpty(values, _ []string, _ string) bool { return len(values) == 0 }

func containsAll(values, wanted []string, _ string) bool {
	return !slices.ContainsFunc(wanted, func(w string) bool { return !slices.Contains(values, w) })
}

// operators are the tests of filters; NE, GE, LE and NOT_IN are not among them.
var operators = map[string]func(values, wanted []string, name string) bool{
	"EQ": equals, "N": not(equals),
	"GT":  ordered(func(n int) bool { return n > 0 }),
	"GTE": ordered(func(n int) bool { return n >= 0 }),
	"LT":  ordered(func(n int) bool { return n < 0 }),
	"LTE": ordered(func(n int) bool { return n <= 0 }),
	"IN":  among, "NIN": not(among), "BETWEEN": between, "NBETWEEN": not(between), "IS": isEmpty, "ISN": not(isEmpty),
	"LIKE": anyOf(strings.Contains), "NLIKE": not(anyOf(strings.Contains)),
	"STARTWITH": anyOf(strings.HasPrefix), "ENDWITH": anyOf(strings.HasSuffix),
	"HASANYOF": anyOf(func(v, w string) bool { return v == w }), "NHASANYOF": not(anyOf(func(v, w string) bool { return v == w })),
	"CONTAINS": containsAll,
}

// query answers one page.
func (c *call) query(custom bool) (map[string]any, *refusal) {
	if ref := c.prepare(); ref != nil {
		return nil, ref
	}
	o, ref := c.family(text(c.data["dataObjectApiName"]), custom, false)
	if ref != nil {
		return nil, ref
	}
	return c.page(o)
}

func (c *call) page(o *object) (map[string]any, *refusal) {
	s, ref := c.readSearch(o)
	if ref != nil {
		return nil, ref
	}
	if c.rotate {
		if first := c.run(o, s); len(first) > 0 {
			c.s.moved(o, first[0])
		}
	}
	found := c.run(o, s)
	total := len(found)
	if v, sent := c.data["find_explicit_total_num"]; sent && !flag(v) {
		total = 0
	}
	list := []any{}
	for _, rec := range found[min(s.offset, len(found)):min(s.offset+s.limit, len(found))] {
		list = append(list, c.shown(o, rec, s.fields))
	}
	return map[string]any{"data": map[string]any{"dataList": list, "offset": s.offset, "limit": s.limit, "total": total}}, nil
}

// moved modifies a record and puts it behind the others.
func (s *Server) moved(o *object, rec *record) {
	s.touch(rec, nil, s.employeeID)
	i := slices.Index(o.records, rec)
	o.records = append(slices.Delete(o.records, i, i+1), rec)
}

func (c *call) findSimple(one bool) (map[string]any, *refusal) {
	if ref := c.prepare(); ref != nil {
		return nil, ref
	}
	o, ref := c.family(text(c.data["dataObjectApiName"]), true, true)
	if ref != nil {
		return nil, ref
	}
	out, ref := c.page(o)
	if ref != nil || !one {
		return out, ref
	}
	list, _ := out["data"].(map[string]any)["dataList"].([]any)
	if len(list) == 0 {
		return map[string]any{"data": map[string]any{}}, nil
	}
	return map[string]any{"data": list[0]}, nil
}

// get answers one record with its details in their wrappers.
func (c *call) get(custom bool) (map[string]any, *refusal) {
	if ref := c.prepare(); ref != nil {
		return nil, ref
	}
	o, ref := c.family(text(c.data["dataObjectApiName"]), custom, false)
	if ref != nil {
		return nil, ref
	}
	rec := o.record(text(c.data["objectDataId"]))
	if rec == nil || !rec.seen() {
		if c.s.missingCode != 0 {
			return nil, refuse(c.s.missingCode, "数据不存在")
		}
		return map[string]any{"data": map[string]any{}}, nil
	}
	out := c.shown(o, rec, nil)
	details := map[string]any{}
	for _, name := range o.Details {
		d := c.s.object(name)
		if d == nil {
			continue
		}
		var list []any
		for _, line := range d.records {
			if master := d.master(o.Name); master != "" && text(line.row[master]) == rec.id && line.seen() && !line.invalid() {
				list = append(list, c.wrapped(d, line))
			}
		}
		if list != nil {
			details[name] = list
		}
	}
	if len(details) > 0 {
		out["details"] = details
	}
	return map[string]any{"data": out}, nil
}

func (c *call) wrapped(d *object, line *record) map[string]any {
	return map[string]any{
		"tenantId": "691413", "describeApiName": d.Name, "recordType": line.row["record_type"], "name": line.row["name"], "id": line.id,
		"owner": c.value(d, "owner", line.row["owner"]), "lastModifiedTime": line.row["last_modified_time"],
		"containerDocument": c.shown(d, line, nil),
	}
}

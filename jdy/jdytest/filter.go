package jdytest

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// matches tells whether a record passes the call's documented filters; unknown
// query keys and empty ones filter nothing.
func (c *call) matches(l *list, rec *record) bool {
	if l.name == "bd/material" && c.query.Get("enable") == "" && !truth(rec.row["enable"]) {
		return false // the material list shows enabled rows unless it is asked
	}
	fields := c.op.query
	if len(fields) == 0 {
		fields = c.op.body
	}
	for _, f := range fields {
		values := c.wanted(f.name)
		if len(values) > 0 && f.kind != "b" && !c.passes(l, rec, f.name, values) {
			return false
		}
	}
	return true
}

// wanted are the values of a filter: repeated keys, or one JSON list.
func (c *call) wanted(name string) []string {
	var out []string
	for _, v := range c.query[name] {
		if strings.HasPrefix(v, "[") {
			var items []json.Number
			var texts []string
			if json.Unmarshal([]byte(v), &texts) == nil {
				out = append(out, texts...)
				continue
			}
			if json.Unmarshal([]byte(v), &items) == nil {
				for _, n := range items {
					out = append(out, n.String())
				}
				continue
			}
		}
		if v != "" {
			out = append(out, v)
		}
	}
	return out
}

// notFilters are query keys that change what is shown and not which rows.
var notFilters = []string{"page", "page_size", "un_page", "order_by", "top", "total_fields", "filter_zero", "point_date", "include_package", "include_batch_kf_period"}

func (c *call) passes(l *list, rec *record, name string, values []string) bool {
	switch {
	case slices.Contains(notFilters, name) || strings.HasPrefix(name, "show_"):
		return true
	case name == "search":
		return found(l, rec, values[0])
	case name == "enable":
		return values[0] == "-1" || truth(rec.row["enable"]) == truth(values[0])
	}
	if in, isTime := c.inTime(rec, name, values[0]); isTime {
		return in
	}
	if c.op.path == "sys/mutex_list" && name == "ids" {
		name = "object_id"
	}
	for _, field := range filterFields(name) {
		have, known := c.held(l, rec, field)
		if !known {
			continue
		}
		return slices.ContainsFunc(have, func(h string) bool {
			if strings.HasSuffix(name, "_name") {
				return strings.Contains(h, values[0])
			}
			return slices.Contains(values, h)
		})
	}
	return true
}

// found is the fuzzy search: by name, or by number and remark where a list has no
// names.
func found(l *list, rec *record, word string) bool {
	if name, ok := rec.row["name"]; ok {
		return strings.Contains(text(name), word)
	}
	return strings.Contains(text(rec.row[l.number]), word) || strings.Contains(text(rec.row["remark"]), word)
}

// inTime judges the filters on times and dates; both ends count as inside.
func (c *call) inTime(rec *record, name, value string) (in, isTime bool) {
	at := rec.created
	kind := name
	if strings.HasPrefix(c.op.path, "pm/") || strings.HasPrefix(c.op.path, "scm/entrust") {
		kind = map[string]string{
			"start_time": "create_start_time", "end_time": "create_end_time", "begin_time": "modify_start_time", "expire_time": "modify_end_time",
		}[name]
		if kind == "" {
			kind = name
		}
	}
	switch kind {
	case "create_start_time", "create_end_time":
	case "modify_start_time", "modify_end_time":
		at = rec.modified
	case "start_bill_date", "start_date":
		return dateOf(rec) >= value, true
	case "end_bill_date", "end_date":
		return dateOf(rec) <= value, true
	case "start_period", "end_period", "end_Period":
		period, ok := rec.row["period"]
		return !ok || kind == "start_period" && text(period) >= value || kind != "start_period" && text(period) <= value, true
	default:
		return false, false
	}
	if c.s.noMasterTimes && strings.HasPrefix(c.op.path, "bd/") {
		return true, true
	}
	if lag := c.s.windowLag; strings.HasPrefix(kind, "modify_") && lag > 0 && c.s.clock().Sub(rec.modified) < lag {
		return false, true
	}
	ms, err := strconv.ParseInt(value, 10, 64)
	if err != nil || ms < 0 {
		return true, true
	}
	// Times are kept to the second, as they are shown.
	shown := at.Truncate(time.Second)
	if strings.Contains(kind, "_start_") {
		return !shown.Before(time.UnixMilli(ms).Truncate(time.Second)), true
	}
	return !shown.After(time.UnixMilli(ms)), true
}

func dateOf(rec *record) string {
	if d := text(rec.row["bill_date"]); d != "" {
		return d
	}
	if d := text(rec.row["date"]); d != "" {
		return d
	}
	return rec.created.In(china).Format(dateLayout)
}

// filterFields are the fields a filter may be about, the likeliest first.
func filterFields(name string) []string {
	odd := map[string][]string{
		"groupid": {"group_id"}, "out_side_pks": {"outside_pk_id"}, "group": {"group_id"}, "parent": {"parent_id"},
		"dept_id": {"dept_id", "department_id"}, "bill_type": {"entity"}, "delivery_type": {"delivery_type_id"}, "source_bill_id": {"src_bill_id"},
	}
	if f, ok := odd[name]; ok {
		return f
	}
	out := []string{name, strings.TrimSuffix(name, "s")}
	if !strings.HasSuffix(name, "_id") {
		out = append(out, name+"_id")
	}
	return out
}

// held are the texts a record has under a field, in its head or its entries.
func (c *call) held(l *list, rec *record, name string) (values []string, known bool) {
	if v, ok := c.lookup(l, rec.row, name); ok {
		return []string{text(v)}, true
	}
	for _, e := range c.entriesOf(rec.row) {
		if v, ok := c.lookup(l, e, name); ok {
			values, known = append(values, text(v)), true
		}
	}
	return values, known
}

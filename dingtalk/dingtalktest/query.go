package dingtalktest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

const times = "originatorId createFromTimeGMT createToTimeGMT modifiedFromTimeGMT modifiedToTimeGMT "

func queryOps() []operation {
	const search = common + "formUuid* searchFieldJson currentPage:n pageSize:n dynamicOrder useAlias:b logicOperator " + times
	const all = common + "formUuid* pageNumber:n pageSize:n searchCondition orderConfigJson useAlias:b " + times
	return []operation{
		{verb: "POST", path: "yida/forms/instances/ids/{appType}/{formUuid}", versions: "12", scope: formRead, query: "pageNumber:n pageSize:n", body: "systemToken* userId* language searchFieldJson useAlias:b " + times, serve: (*call).ids},
		{verb: "POST", path: "yida/forms/instances/advances/queryAll", versions: "12", scope: formRead, body: all, serve: (*call).queryAll},
		{verb: "POST", path: "yida/forms/instances/advances/query", versions: "1", scope: formRead, body: strings.Replace(all, "useAlias:b ", "", 1), serve: (*call).queryPlain},
		{verb: "POST", path: "yida/forms/instances/search", versions: "12", scope: formRead, body: search, serve: (*call).search},
		{verb: "POST", path: "yida/forms/operationsLogs/query", versions: "1", scope: formRead, body: "appType* systemToken* userId* formUuid* formInstanceIdList:a", serve: (*call).operationLogs},
	}
}

// wanted is what a query says beside its page.
type wanted struct {
	filter  string // name of the member with conditions
	objects bool   // which may be an object
	order   string // name of the member with the order, "" for none
	page    string // name of the member with the page number
	extra   matcher
}

// page answers one page of a form's rows from the index.
func (c *call) page(f *form, w wanted) (part []hit, total int, number int64, err *Error) {
	number = c.num(w.page, 1)
	size := c.num("pageSize", 10)
	switch {
	case number < 1:
		return nil, 0, 0, refuse(codeRange, "参数校验失败%s", w.page)
	case size < 1 || size > 100:
		return nil, 0, 0, refuse(codeRange, "参数校验失败pageSize")
	case number > int64(c.s.deepCap)/size:
		return nil, 0, 0, refuse(codeCursor, "分页查询的数据量超过%d", c.s.deepCap)
	}
	hits, err := c.hits(f, w)
	if err != nil {
		return nil, 0, 0, err
	}
	if c.moves && len(hits) > 0 {
		moving := hits[0]
		if w.order == "" || c.str(w.order) == "" || strings.Contains(c.str(w.order), `"-"`) {
			moving = hits[len(hits)-1] // newest first: an edited row goes to the front
		}
		c.s.edit(moving.row, Row{})
		if hits, err = c.hits(f, w); err != nil {
			return nil, 0, 0, err
		}
	}
	return cut(hits, number, size), len(hits), number, nil
}

// hits are all rows wanted, in order.
func (c *call) hits(f *form, w wanted) ([]hit, *Error) {
	var match []matcher
	if raw := c.str(w.filter); raw != "" {
		m, err := c.conditions(f, raw, w.objects)
		if err != nil {
			return nil, err
		}
		match = append(match, m)
	}
	inTime, err := c.windows()
	if err != nil {
		return nil, err
	}
	match = append(match, inTime...)
	if w.extra != nil {
		match = append(match, w.extra)
	}
	if id := c.str("originatorId"); id != "" {
		match = append(match, func(h hit) bool { return h.creator == id })
	}
	var order []sortKey
	if w.order != "" {
		if order, err = c.order(f, c.str(w.order)); err != nil {
			return nil, err
		}
	}
	hits := []hit{}
	for _, r := range f.rows {
		v := c.s.indexed(r)
		if v != nil && !slices.ContainsFunc(match, func(m matcher) bool { return !m(hit{r, v}) }) {
			hits = append(hits, hit{r, v})
		}
	}
	c.s.sort(hits, order)
	return hits, nil
}

// windows reads the four time members: Beijing time, with or without a time of day.
func (c *call) windows() ([]matcher, *Error) {
	var out []matcher
	for _, w := range []struct {
		name  string
		lower bool
		of    func(hit) time.Time
	}{
		{"createFromTimeGMT", true, func(h hit) time.Time { return h.created }},
		{"createToTimeGMT", false, func(h hit) time.Time { return h.created }},
		{"modifiedFromTimeGMT", true, func(h hit) time.Time { return h.v.modified }},
		{"modifiedToTimeGMT", false, func(h hit) time.Time { return h.v.modified }},
	} {
		raw := c.str(w.name)
		if raw == "" {
			continue
		}
		limit, err := time.ParseInLocation("2006-01-02 15:04:05", raw, china)
		if err != nil {
			limit, err = time.ParseInLocation("2006-01-02", raw, china)
		}
		if err != nil {
			return nil, refuse(codeRange, "参数校验失败%s", w.name)
		}
		out = append(out, func(h hit) bool {
			at := w.of(h)
			if at.Equal(limit) {
				return !c.s.exclusive
			}
			return at.After(limit) == w.lower
		})
	}
	return out, nil
}

// sortKey is one member of an order.
type sortKey struct {
	key  string
	down bool
}

// order reads an ordered JSON object of keys and directions.
func (c *call) order(f *form, raw string) ([]sortKey, *Error) {
	if raw == "" {
		return nil, nil
	}
	d := json.NewDecoder(bytes.NewReader([]byte(raw)))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, badSearch("排序应为对象")
	}
	var out []sortKey
	for d.More() {
		key, _ := d.Token()
		direction, err := d.Token()
		name, _ := key.(string)
		if p := c.component(f, name); p != nil {
			name = p.ID
		} else if !c.s.sortable(name) {
			return nil, badSearch("不能按%s排序", name)
		}
		if err != nil || direction != "+" && direction != "-" {
			return nil, badSearch("排序方向不正确：%s", name)
		}
		out = append(out, sortKey{name, direction == "-"})
	}
	return out, nil
}

// sortable tells whether rows can be sorted by a built-in.
func (s *Server) sortable(name string) bool {
	switch name {
	case "gmt_create", "gmt_modified", "creator", "title", "process_status", "current_node_name", "approved_result", "yida_originator_corp_id":
		return true
	case "serial_no", "pid":
		return !s.oldMetadata
	case "yida_serial_no", "guid":
		return s.oldMetadata
	}
	return false
}

// sort orders rows by keys, newest change first without any, and rows that are
// equal in no order a caller can rely on.
func (s *Server) sort(hits []hit, order []sortKey) {
	if len(order) == 0 {
		order = []sortKey{{"gmt_modified", true}}
	}
	type keyed struct {
		hit
		keys []ordinal
	}
	all := make([]keyed, len(hits))
	for i, h := range hits {
		all[i].hit = h
		for _, k := range order {
			all[i].keys = append(all[i].keys, ordinalOf(s.sortValue(h, k.key)))
		}
	}
	slices.SortStableFunc(all, func(a, b keyed) int {
		for i, k := range order {
			d := a.keys[i].compare(b.keys[i])
			if k.down {
				d = -d
			}
			if d != 0 {
				return d
			}
		}
		return 0
	})
	for i, k := range all {
		hits[i] = k.hit
	}
}

func (s *Server) sortValue(h hit, key string) any {
	switch key {
	case "gmt_create":
		return millis(h.created)
	case "gmt_modified":
		return millis(h.v.modified)
	case "creator":
		return h.creator
	case "title":
		return s.title(h.row)
	case "process_status":
		return h.v.status
	case "approved_result":
		return h.v.result
	case "current_node_name":
		return h.nodeName()
	case "yida_originator_corp_id":
		return s.corpID
	case "serial_no", "yida_serial_no":
		return h.serial
	case "pid", "guid":
		return h.id
	}
	return h.v.values[key]
}

// ordinal is a value made ready for comparing: numbers by size before texts.
type ordinal struct {
	number float64
	word   string
	isText bool
}

func ordinalOf(v any) ordinal {
	if n, isNumber := v.(json.Number); isNumber {
		f, _ := float(n)
		return ordinal{number: f}
	}
	return ordinal{word: cellText(v), isText: true}
}

func (o ordinal) compare(p ordinal) int {
	if o.isText != p.isText {
		if p.isText {
			return -1
		}
		return 1
	}
	return cmp.Or(cmp.Compare(o.number, p.number), cmp.Compare(o.word, p.word))
}

func millis(t time.Time) json.Number { return json.Number(strconv.FormatInt(t.UnixMilli(), 10)) }

func (c *call) ids() (any, *Error) {
	f, err := c.enterForm()
	if err != nil {
		return nil, err
	}
	return c.idPage(f, wanted{filter: "searchFieldJson", objects: true, page: "pageNumber"})
}

func (c *call) idPage(f *form, w wanted) (any, *Error) {
	part, total, number, err := c.page(f, w)
	if err != nil {
		return nil, err
	}
	ids := []any{}
	for _, h := range part {
		ids = append(ids, h.id)
	}
	return Row{"totalCount": total, "pageNumber": number, "data": ids}, nil
}

func (c *call) queryAll() (any, *Error)   { return c.query1(true) }
func (c *call) queryPlain() (any, *Error) { return c.query1(false) }

func (c *call) query1(tables bool) (any, *Error) {
	f, err := c.enterForm()
	if err != nil {
		return nil, err
	}
	part, total, number, err := c.page(f, wanted{filter: "searchCondition", order: "orderConfigJson", page: "pageNumber"})
	if err != nil {
		return nil, err
	}
	rows := []any{}
	for _, h := range part {
		rows = append(rows, c.queryRow(h, c.view(tables), true))
	}
	return Row{"pageNumber": number, "totalCount": total, "data": rows}, nil
}

func (c *call) search() (any, *Error) {
	f, err := c.enterForm()
	if err != nil {
		return nil, err
	}
	if c.version == "2" && c.str("logicOperator") != "" {
		delete(c.args, "logicOperator") // version 1.0 has it alone
	}
	part, total, number, err := c.page(f, wanted{filter: "searchFieldJson", objects: true, order: "dynamicOrder", page: "currentPage"})
	if err != nil {
		return nil, err
	}
	rows := []any{}
	for _, h := range part {
		rows = append(rows, c.searchRow(h, c.view(true)))
	}
	return Row{"currentPage": number, "totalCount": total, "data": rows}, nil
}

// operationLogs is the change log of rows (变更记录).
func (c *call) operationLogs() (any, *Error) {
	f, err := c.enterForm()
	if err != nil {
		return nil, err
	}
	ids, all := texts(c.args["formInstanceIdList"])
	if c.args["formInstanceIdList"] == nil {
		for _, r := range f.rows {
			ids = append(ids, r.id)
		}
	} else if !all {
		return nil, c.misfit("formInstanceIdList")
	}
	out := Row{}
	for _, id := range ids {
		r := c.s.live(f, id)
		if r == nil {
			continue
		}
		lines := []any{}
		for _, l := range r.log {
			lines = append(lines, Row{
				"operationType": l.kind, "gmtModified": l.at.In(china).Format("2006-01-02 15:04:05"), "componentName": l.component,
				"currentText": l.text, "operator": Row{"displayName": c.s.userName(l.user)},
			})
		}
		out[id] = lines
	}
	return Row{"operationLogMap": out}, nil
}

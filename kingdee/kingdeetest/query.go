package kingdeetest

import (
	"bytes"
	"sort"
	"strings"
)

const (
	defaultLimit = 2000
	maxLimit     = 10000
)

// query is one ExecuteBillQuery made ready to run.
type query struct {
	s      *Server
	t      *table
	names  []string
	cols   []column
	filter expr
	order  []orderKey
	start  int
	limit  int
	top    int
}

type orderKey struct {
	col  column
	desc bool
}

// executeBillQuery serves ExecuteBillQuery (单据查询): bare rows.
func (c *call) executeBillQuery() any {
	rows, _, refused := c.query()
	if refused != nil {
		return refused
	}
	return rows
}

// billQuery serves BillQuery: the same rows as objects with the asked names.
func (c *call) billQuery() any {
	rows, names, refused := c.query()
	if refused != nil {
		return refused
	}
	out := make([]namedRow, len(rows))
	for i, r := range rows {
		out[i] = namedRow{names, r}
	}
	return out
}

// namedRow is an object that keeps the order of the asked fields.
type namedRow struct {
	names  []string
	values []any
}

// MarshalJSON writes the members in the order they were asked for.
func (r namedRow) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, name := range r.names {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(encode(name))
		b.WriteByte(':')
		b.Write(encode(r.values[i]))
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func (c *call) query() ([][]any, []string, any) {
	data, ok := c.params.object("data")
	if !ok {
		return nil, nil, c.badParameter("参数data不是有效的JSON对象")
	}
	if data.text("formid") == "" {
		return nil, nil, c.fail(issue{text: "业务对象标识不能为空", code: codeNoForm})
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	q, issues := c.s.newQuery(data)
	if issues != nil {
		return nil, nil, c.fail(issues...)
	}
	return q.run(), q.names, nil
}

func (s *Server) newQuery(data params) (*query, []issue) {
	t := s.table(data.text("formid"))
	if t == nil {
		return nil, []issue{{text: "业务对象不存在", code: codeNoSuchField}}
	}
	q := &query{s: s, t: t, start: max(0, data.integer("startrow")), top: data.integer("toprowcount")}
	q.limit = min(data.integer("limit"), maxLimit)
	if q.limit <= 0 {
		q.limit = defaultLimit
	}
	for name := range strings.SplitSeq(data.text("fieldkeys"), ",") {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		col, ok := t.asked(name)
		if !ok {
			return nil, unknownField(name)
		}
		q.names, q.cols = append(q.names, name), append(q.cols, col)
	}
	if len(q.cols) == 0 {
		return nil, []issue{{text: "参数FieldKeys不能为空", code: codeParameter}}
	}
	text, issues := filterText(data["filterstring"])
	if issues == nil {
		q.filter, issues = parseFilter(text, t.asked)
	}
	if issues == nil {
		q.order, issues = parseOrder(data.text("orderstring"), t)
	}
	return q, issues
}

func parseOrder(text string, t *table) ([]orderKey, []issue) {
	var out []orderKey
	for item := range strings.SplitSeq(text, ",") {
		words := strings.Fields(item)
		if len(words) == 0 {
			continue
		}
		col, ok := t.asked(words[0])
		if !ok {
			return nil, unknownField(words[0])
		}
		desc := len(words) == 2 && strings.EqualFold(words[1], "DESC")
		if len(words) > 2 || len(words) == 2 && !desc && !strings.EqualFold(words[1], "ASC") {
			return nil, []issue{{text: "OrderString附近有语法错误：" + item, code: codeParameter}}
		}
		out = append(out, orderKey{col, desc})
	}
	return out, nil
}

func (q *query) run() [][]any {
	get := func(v view, c column) any { return q.t.value(q.s, v, c) }
	var hits []view
	parts := q.parts()
	for _, rec := range q.t.visible() {
		if q.s.hidden[refusalKey(q.t.ID, rec.number)] {
			continue
		}
		for _, v := range expand(rec, parts) {
			if q.filter == nil || q.filter.eval(func(c column) any { return get(v, c) }) == yes {
				hits = append(hits, v)
			}
		}
	}
	sort.SliceStable(hits, func(i, j int) bool {
		for _, k := range q.order {
			if n := sortCompare(get(hits[i], k.col), get(hits[j], k.col)); n != 0 {
				return n < 0 != k.desc
			}
		}
		return false
	})
	if q.top > 0 && len(hits) > q.top {
		hits = hits[:q.top]
	}
	hits = hits[min(q.start, len(hits)):]
	hits = hits[:min(q.limit, len(hits))]
	out := make([][]any, len(hits))
	for i, v := range hits {
		out[i] = make([]any, len(q.cols))
		for j, c := range q.cols {
			out[i][j] = q.s.quirks.show(c.field, get(v, c))
		}
	}
	return out
}

// parts are the sets of lines the query touches anywhere.
func (q *query) parts() []*part {
	seen := map[*part]bool{}
	var out []*part
	note := func(c column) {
		if p := c.field.part; c.onLine() && !seen[p] {
			seen[p] = true
			out = append(out, p)
		}
	}
	for _, c := range q.cols {
		note(c)
	}
	for _, k := range q.order {
		note(k.col)
	}
	if q.filter != nil {
		q.filter.columns(note)
	}
	return out
}

// expand makes a row of each line; a record without lines still gives one row.
func expand(rec *record, parts []*part) []view {
	views := []view{{rec: rec}}
	for _, p := range parts {
		lines, _ := rec.vals[p.key].([]map[string]any)
		if len(lines) == 0 {
			continue
		}
		var next []view
		for _, v := range views {
			for _, line := range lines {
				with := map[*part]map[string]any{p: line}
				for k, l := range v.lines {
					with[k] = l
				}
				next = append(next, view{rec, with})
			}
		}
		views = next
	}
	return views
}

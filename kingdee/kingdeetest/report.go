package kingdeetest

import (
	"encoding/json"
	"strings"
	"time"
)

// Report is what GetSysReportData (报表) answers for one report id. Cells are
// shown as on screen: numbers with thousands separators, times as
// "2026/2/2 19:13:20", nil as null, texts as they are.
type Report struct {
	Fields []string // keys FieldKeys may ask for, in the order of the cells
	Rows   [][]any  // cells: nil, string, time.Time, a number or a decimal as json.Number
	Sum    bool     // a last line 合计 with the sums of the columns that hold numbers
	Must   []string // keys the Model must hold
}

// SeedReport puts a report in, or replaces it. GL_RPT_AccountBalance is known
// from the start, without rows.
func (s *Server) SeedReport(id string, r Report) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reports[strings.ToLower(id)] = r
}

func accountBalance() Report {
	return Report{
		Fields: keys("FBALANCEID FBALANCENAME FDEBIT FCREDIT FENDBALANCE"),
		Must:   keys("FACCTBOOKID FSTARTYEAR FSTARTPERIOD FENDYEAR FENDPERIOD"),
	}
}

// reportAnswer is a page of a report; RowCount counts the whole report.
type reportAnswer struct {
	IsSuccess bool
	RowCount  int
	Rows      [][]any
}

// report serves GetSysReportData (报表数据).
func (c *call) report() any {
	data, ok := c.params.object("data")
	if !ok {
		return c.badParameter("参数data不是有效的JSON对象")
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	r, known := c.s.reports[strings.ToLower(c.params.text("formid"))]
	if !known {
		return c.unknownForm()
	}
	model, _ := data.object("model")
	for _, key := range r.Must {
		if raw := model[strings.ToLower(key)]; len(raw) == 0 || string(raw) == "null" || string(raw) == `""` {
			return c.fail(issue{field: key, text: "过滤条件“" + key + "”是必填项", code: codeInvalid})
		}
	}
	var columns []int
	for key := range strings.SplitSeq(data.text("fieldkeys"), ",") {
		at := r.column(strings.TrimSpace(key))
		if at < 0 {
			return c.fail(unknownField(strings.TrimSpace(key))...)
		}
		columns = append(columns, at)
	}
	limit := min(data.integer("limit"), maxLimit)
	if limit <= 0 {
		limit = defaultLimit
	}
	rows := r.page(columns, max(0, data.integer("startrow")), limit)
	return struct{ Result reportAnswer }{reportAnswer{IsSuccess: true, RowCount: r.count(), Rows: rows}}
}

func (r Report) column(key string) int {
	for i, f := range r.Fields {
		if strings.EqualFold(f, key) {
			return i
		}
	}
	return -1
}

func (r Report) count() int {
	if r.Sum && len(r.Rows) > 0 {
		return len(r.Rows) + 1
	}
	return len(r.Rows)
}

// page shows some rows; nil, which is sent as null, when there are none.
func (r Report) page(columns []int, start, limit int) [][]any {
	all := r.Rows
	if r.count() > len(r.Rows) {
		all = append(append([][]any{}, r.Rows...), r.sums())
	}
	all = all[min(start, len(all)):]
	all = all[:min(limit, len(all))]
	var out [][]any
	for _, row := range all {
		shown := make([]any, len(columns))
		for i, at := range columns {
			if at < len(row) {
				shown[i] = onScreen(row[at])
			}
		}
		out = append(out, shown)
	}
	return out
}

// sums is the last line: 合计 in the first column, and the sum of each column all
// of whose filled cells are numbers.
func (r Report) sums() []any {
	out := make([]any, len(r.Fields))
	for i := range r.Fields {
		total, numbers := ratOrZero(nil), 0
		for _, row := range r.Rows {
			if i >= len(row) || row[i] == nil {
				continue
			}
			n := numberCell(row[i])
			if n == "" {
				numbers = 0
				break
			}
			total.Add(total, ratOrZero(json.Number(n)))
			numbers++
		}
		if numbers > 0 {
			out[i] = decimalText(total)
		}
	}
	out[0] = "合计"
	return out
}

// numberCell is a number as plain text, "" for anything else.
func numberCell(v any) string {
	switch v.(type) {
	case string, time.Time, nil, bool:
		return ""
	}
	return string(encode(v))
}

// onScreen is a cell as the report shows it.
func onScreen(v any) any {
	switch x := v.(type) {
	case nil, string:
		return x
	case time.Time:
		return x.In(zone).Format("2006/1/2 15:04:05")
	case bool:
		if x {
			return "是"
		}
		return "否"
	}
	return thousands(numberCell(v))
}

// thousands puts a comma between each three digits before the point.
func thousands(n string) string {
	sign := ""
	if strings.HasPrefix(n, "-") {
		sign, n = "-", n[1:]
	}
	whole, rest, point := strings.Cut(n, ".")
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + "," + whole[at:]
	}
	if point {
		rest = "." + rest
	}
	return sign + whole + rest
}

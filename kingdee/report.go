package kingdee

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// ReportQuery is what to read of a report (报表).
type ReportQuery struct {
	ReportID string   // "GL_RPT_AccountBalance"
	Fields   []string // field keys of the columns, "FBALANCEID"
	SchemeID string   // filter scheme (过滤方案); "" = the default one
	// Model holds the report's own filters, most of which are required: a *Model, a
	// struct or raw JSON.
	Model any
	// Filter narrows the rows; nil for all.
	Filter []Condition
	Start  int // rows to leave out at the beginning
	Limit  int // rows of a page: 0 = 2000, at most 10000
	// AllowUnknownReferences switches IsVerifyBaseDataField off: a filter with an
	// unknown number then is passed over instead of refused.
	AllowUnknownReferences bool
}

type reportData struct {
	FieldKeys             string
	SchemeID              string `json:"SchemeId"`
	StartRow              int
	Limit                 int
	IsVerifyBaseDataField string
	FilterString          []Condition
	Model                 json.RawMessage `json:",omitempty"`
}

func (q ReportQuery) limit() int {
	if q.Limit == 0 {
		return defaultPageRows
	}
	return q.Limit
}

func (q ReportQuery) data() (reportData, error) {
	what := ""
	switch {
	case q.ReportID == "":
		what = "ReportID is missing"
	case len(q.Fields) == 0:
		what = "Fields is empty: name the field keys of the columns to read"
	case q.Start < 0 || q.Limit < 0 || q.Limit > maxPageRows:
		what = fmt.Sprintf("Start or Limit is negative, or Limit above %d", maxPageRows)
	}
	if what != "" {
		return reportData{}, fmt.Errorf("kingdee: report %s: %s: %w", cut(q.ReportID), what, duijie.ErrInvalid)
	}
	for _, f := range q.Fields {
		if err := checkField(f); err != nil {
			return reportData{}, err
		}
	}
	if err := checkConditions(q.Filter); err != nil {
		return reportData{}, err
	}
	d := reportData{
		FieldKeys: strings.Join(q.Fields, ","), SchemeID: q.SchemeID, StartRow: q.Start, Limit: q.limit(),
		IsVerifyBaseDataField: fmt.Sprint(!q.AllowUnknownReferences), FilterString: append([]Condition{}, q.Filter...),
	}
	if q.Model == nil {
		return d, nil
	}
	raw, err := modelJSON(q.Model)
	d.Model = raw
	return d, err
}

// ReportRow is one row as the screen shows it.
type ReportRow struct {
	Cells []Cell // in the order of ReportQuery.Fields; texts, blank or null where there is nothing
	// Sum marks a line that sums others up: its first text ends in 合计, 小计 or 总计.
	// Leave it out of sums of your own.
	Sum bool
}

// Text is a cell as text.
func (r ReportRow) Text(i int) string { return r.Cells[i].Text() }

// Decimal is a cell as an exact number; see [Cell.Grouped].
func (r ReportRow) Decimal(i int) (duijie.Decimal, error) { return r.Cells[i].Grouped() }

// Time is a cell as a time: "2026/2/2 19:13:20" or a date, in China's zone; blank
// is unset.
func (r ReportRow) Time(i int) (duijie.Time, error) { return r.Cells[i].Time() }

// ReportPage is a page of a report.
type ReportPage struct {
	Rows []ReportRow
	// RowCount is the number the server gives beside the rows; whether it counts the
	// page or the report is not documented. -1 when it gives none.
	RowCount int
}

// GetSysReportData reads one page of a report (报表查询). Each call builds
// temporary tables on the server: the client reads one report at a time.
//
// Effect: read. Limit: 2000 rows (0), at most 10000.
func (c *Client) GetSysReportData(ctx context.Context, q ReportQuery, opts ...duijie.CallOption) (*ReportPage, error) {
	data, err := q.data()
	if err != nil {
		return nil, err
	}
	op := known["GetSysReportData"]
	op.service = "GetSysReportData"
	r, err := c.form(ctx, op, opts, parameter{"formid", q.ReportID}, parameter{"data", data})
	if err != nil {
		return nil, err
	}
	var answer struct {
		RowCount *wire.Int
		Rows     [][]Cell // null when there are none
	}
	if err := r.members("GetSysReportData", &answer); err != nil {
		return nil, err
	}
	page := &ReportPage{Rows: make([]ReportRow, len(answer.Rows)), RowCount: -1}
	if answer.RowCount != nil {
		page.RowCount = int(*answer.RowCount)
	}
	for i, cells := range answer.Rows {
		if len(cells) != len(q.Fields) {
			return nil, fmt.Errorf("kingdee: report %s: row %d has %d values, %d fields were asked: %w",
				cut(q.ReportID), i, len(cells), len(q.Fields), duijie.ErrMalformedAnswer)
		}
		page.Rows[i] = ReportRow{cells, isSum(cells)}
	}
	return page, nil
}

// isSum: the first text of the line ends in a word for sum, as 合计, 现金流入小计 and
// 本位币合计 do.
func isSum(cells []Cell) bool {
	for _, c := range cells {
		text := strings.TrimRight(strings.TrimSpace(c.Text()), ":： ")
		if text != "" {
			return strings.HasSuffix(text, "合计") || strings.HasSuffix(text, "小计") || strings.HasSuffix(text, "总计")
		}
	}
	return false
}

// ReportPages walks a report page by page, from the row after the last one
// received. Rows may shift when the books change meanwhile: read reports of closed
// periods, or in one page.
//
// A page that is the one before again ends in [duijie.ErrNoProgress].
//
// Effect: read.
func (c *Client) ReportPages(ctx context.Context, q ReportQuery, opts ...duijie.CallOption) iter.Seq2[*ReportPage, error] {
	return func(yield func(*ReportPage, error) bool) {
		q := q
		var before []ReportRow
		for {
			page, err := c.GetSysReportData(ctx, q, opts...)
			if err == nil && len(page.Rows) > 0 && slices.EqualFunc(before, page.Rows, func(a, b ReportRow) bool { return sameRow(a.Cells, b.Cells) }) {
				err = fmt.Errorf("kingdee: report %s: the page at row %d is the one before: %w", cut(q.ReportID), q.Start, duijie.ErrNoProgress)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			more := len(page.Rows) >= min(q.limit(), defaultPageRows) // servers may cut a page to 2000
			if len(page.Rows) == 0 && before != nil || !yield(page, nil) || !more {
				return
			}
			before = page.Rows
			q.Start += len(page.Rows)
		}
	}
}

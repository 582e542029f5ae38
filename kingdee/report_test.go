package kingdee

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/testutil"
)

func report(rows ...string) string {
	return fmt.Sprintf(`{"Result":{"IsSuccess":true,"RowCount":%d,"Rows":[%s]}}`, len(rows), strings.Join(rows, ","))
}

func TestReport(t *testing.T) {
	t.Parallel()
	c, s := script(t, report(`["1001","34,579.99","2026/2/2 19:13:20",null]`, `[" ","","",""]`, `["","合计：","-1,034,579.9900",""]`))
	page, err := c.GetSysReportData(t.Context(), ReportQuery{
		ReportID: "GL_RPT_AccountBalance", Fields: []string{"FBALANCEID", "FDEBIT", "FDATE", "FX"},
		Model:  NewModel().Set("FACCTBOOKID", Number("001")).Set("FCURRENCY", "1").Set("FSTARTYEAR", "2026"),
		Filter: []Condition{{Left: "(", FieldName: "FX", Compare: ">=", Value: "1", Right: ")", Logic: "0"}},
	})
	require.NoError(t, err)
	require.JSONEq(t, `{"formid":"GL_RPT_AccountBalance","data":{"FieldKeys":"FBALANCEID,FDEBIT,FDATE,FX","SchemeId":"","StartRow":0,"Limit":2000,"IsVerifyBaseDataField":"true",
		"FilterString":[{"Left":"(","FieldName":"FX","Compare":">=","Value":"1","Right":")","Logic":"0"}],"Model":{"FACCTBOOKID":{"FNumber":"001"},"FCURRENCY":"1","FSTARTYEAR":"2026"}}}`, s.last().Body)
	require.Equal(t, 3, page.RowCount)
	d, err := page.Rows[0].Decimal(1)
	require.NoError(t, err)
	require.Equal(t, "34579.99", d.String())
	at, err := page.Rows[0].Time(2)
	require.NoError(t, err)
	require.Equal(t, "2026-02-02T19:13:20+08:00", at.Time.Format("2006-01-02T15:04:05Z07:00"))
	blank, err := page.Rows[1].Decimal(1)
	require.NoError(t, err)
	require.False(t, blank.IsSet())
	require.Equal(t, "1001", page.Rows[0].Text(0))
	require.Equal(t, []bool{false, false, true}, []bool{page.Rows[0].Sum, page.Rows[1].Sum, page.Rows[2].Sum})
	_, err = page.Rows[2].Decimal(1)
	require.Error(t, err)
	d, err = page.Rows[2].Decimal(2)
	require.NoError(t, err)
	require.Equal(t, "-1034579.9900", d.String())
}

func TestReportPages(t *testing.T) {
	t.Parallel()
	rows := func(from, n int) string {
		list := make([]string, n)
		for i := range list {
			list[i] = fmt.Sprintf(`["%d"]`, from+i)
		}
		return report(list...)
	}
	q := ReportQuery{ReportID: "R", Fields: []string{"A"}, Limit: 3}
	for name, c := range map[string]struct {
		answers []string
		rows    int
		kind    error
	}{
		"short end":       {[]string{rows(0, 3), rows(3, 2)}, 5, nil},
		"empty end":       {[]string{rows(0, 3), rows(3, 3), `{"Result":{"IsSuccess":true,"RowCount":0,"Rows":null}}`}, 6, nil},
		"nothing":         {[]string{report()}, 0, nil},
		"repeated":        {[]string{rows(0, 3), rows(0, 3)}, 3, duijie.ErrNoProgress},
		"refused":         {[]string{rows(0, 3), refusedBody("2", "x")}, 3, duijie.ErrPermission},
		"first row again": {[]string{report(`["0"]`, `["1"]`, `["2"]`), report(`["0"]`, `["9"]`)}, 5, nil},
	} {
		client, s := script(t, c.answers...)
		got := 0
		var last error
		for page, err := range client.ReportPages(t.Context(), q) {
			if last = err; err == nil {
				got += len(page.Rows)
			}
		}
		require.ErrorIs(t, last, c.kind, name)
		require.Equal(t, c.rows, got, name)
		require.Equal(t, len(c.answers), s.count(), name)
	}
	client, s := script(t, rows(0, 3))
	for _, err := range client.ReportPages(t.Context(), q) {
		require.NoError(t, err)
		break
	}
	require.Equal(t, 1, s.count())
}

// The recorded reports through the whole client.
func TestRecordedReports(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct{ sums, numbers int }{
		"report_cash_daily.json": {1, 20}, "report_cashflow.json": {2, 0}, "report_empty.json": {0, 0},
		"report_production_execution.json": {0, 1}, "report_sale_execution.json": {0, 1},
	} {
		raw := testutil.Sample(t, platform, name)
		columns := recordedColumns(t, raw)
		c, _ := script(t, string(raw))
		page, err := c.GetSysReportData(t.Context(), ReportQuery{ReportID: "R", Fields: slices.Repeat([]string{"A"}, columns)})
		require.NoError(t, err, name)
		require.Len(t, page.Rows, page.RowCount, name)
		sums, numbers := 0, 0
		for _, row := range page.Rows {
			if row.Sum {
				sums++
			}
			for i := range row.Cells {
				if d, err := row.Decimal(i); err == nil && strings.Contains(row.Text(i), ",") {
					require.Equal(t, strings.ReplaceAll(row.Text(i), ",", ""), d.String())
					numbers++
				}
			}
		}
		t.Log(name, sums, numbers)
		require.GreaterOrEqual(t, sums, want.sums, name)
		require.GreaterOrEqual(t, numbers, want.numbers, name)
	}
}

func recordedColumns(t *testing.T, raw []byte) int {
	t.Helper()
	r := &reading{shape: reportShape}
	require.Equal(t, duijie.ClassOK, r.judgeBody(raw).Class)
	var answer struct{ Rows [][]Cell }
	require.NoError(t, r.members("x", &answer))
	if len(answer.Rows) == 0 {
		return 1
	}
	return len(answer.Rows[0])
}

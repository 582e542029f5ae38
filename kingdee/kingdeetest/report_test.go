package kingdeetest

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestReports(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.s.SeedReport("GL_RPT_CashDaily", Report{
		Fields: keys("FDATE FNAME FAMOUNT FQTY"), Sum: true, Must: keys("FORGID"),
		Rows: [][]any{
			{time.Date(2026, 2, 2, 11, 13, 20, 0, time.UTC), "甲", json.Number("34579.99"), 1234567},
			{nil, " ", json.Number("-1000.10"), nil},
			{"2026-02-03", "", nil, 12},
		},
	})
	ask := func(more obj) string {
		data := obj{"FieldKeys": "FDATE,FNAME,FAMOUNT,fqty", "SchemeId": "", "StartRow": 0, "Limit": 2000, "FilterString": list{}, "Model": obj{"FORGID": ref("100")}}
		for k, v := range more {
			data[k] = v
		}
		return c.call(dynamicForm+"GetSysReportData", obj{"formid": "GL_RPT_CashDaily", "data": data})
	}
	require.JSONEq(t, `{"Result":{"IsSuccess":true,"RowCount":4,"Rows":[
		["2026/2/2 19:13:20","甲","34,579.99","1,234,567"],[null," ","-1,000.10",null],["2026-02-03","",null,"12"],
		["合计",null,"33,579.89","1,234,579"]]}}`, ask(nil))
	require.JSONEq(t, `{"Result":{"IsSuccess":true,"RowCount":4,"Rows":[[" "]]}}`, ask(obj{"FieldKeys": "FNAME", "StartRow": 1, "Limit": 1}))
	require.JSONEq(t, `{"Result":{"IsSuccess":true,"RowCount":4,"Rows":null}}`, ask(obj{"StartRow": 4}))
	require.Contains(t, ask(obj{"FieldKeys": "FNope"}), "元数据中标识为FNope的字段不存在")
	require.Contains(t, ask(obj{"Model": obj{}}), `"FieldName":"FORGID"`)

	balance := obj{"FieldKeys": "FBALANCEID,FENDBALANCE", "Model": obj{
		"FACCTBOOKID": ref("001"), "FCURRENCY": "1", "FSTARTYEAR": "2026", "FSTARTPERIOD": "1", "FENDYEAR": "2026", "FENDPERIOD": "12",
	}}
	raw := c.call(dynamicForm+"GetSysReportData", obj{"formid": "GL_RPT_AccountBalance", "data": balance})
	require.JSONEq(t, `{"Result":{"IsSuccess":true,"RowCount":0,"Rows":null}}`, raw)
	require.Equal(t, codeNoSuchField, c.envelope("GetSysReportData", "GL_RPT_Nothing", obj{}).code())
	require.Equal(t, codeParameter, c.envelope("GetSysReportData", "GL_RPT_CashDaily", "x").code())
	for in, want := range map[string]string{"0": "0", "100": "100", "1000": "1,000", "-1000000.5": "-1,000,000.5", "-10": "-10"} {
		require.Equal(t, want, thousands(in))
	}
}

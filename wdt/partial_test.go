package wdt

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

func TestHiddenFailures(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, data string
		want       duijie.Class
		rows       []RowError
		saved      bool
	}{
		{"status", `{"status":1,"message":"仓库不存在","outer_no":"O1"}`, duijie.ClassRefused, []RowError{{"O1", "1", "仓库不存在"}}, false},
		{"status, known text", `{"status":"1","message":"外部单号重复"}`, duijie.ClassConflict, []RowError{{"", "1", "外部单号重复"}}, false},
		{"status, throttle text", `{"status":1,"message":"超过每分钟最大调用频率限制"}`, duijie.ClassRefused, []RowError{{"", "1", "超过每分钟最大调用频率限制"}}, false},
		{"saved, not approved", `{"status":20,"message":"check_fail","outer_no":"O1"}`, duijie.ClassRefused, []RowError{{"O1", "20", "check_fail"}}, true},
		{"code with list in text", `{"code":1,"message":"[{\"error\":\"a\"},{\"error\":\"b\"}]","error_count":2}`, duijie.ClassRefused, []RowError{{"", "", "a"}, {"", "", "b"}}, false},
		{"code with text", `{"code":1,"message":"x","error_count":1}`, duijie.ClassRefused, []RowError{{"", "1", "x"}}, false},
		{"count alone", `{"code":0,"message":"x","error_count":"1"}`, duijie.ClassRefused, []RowError{{"", "", "x"}}, false},
		{"error_list of objects", `{"new_count":1,"error_list":[{"no":"T1","error":"x"}]}`, duijie.ClassRefused, []RowError{{"T1", "", "x"}}, false},
		{"error_list of texts", `{"error_list":["x","y"]}`, duijie.ClassRefused, []RowError{{"", "", "x"}, {"", "", "y"}}, false},
		{"error_info", `{"error_info":[{"order_no":"P1","message":"x"}]}`, duijie.ClassRefused, []RowError{{"P1", "", "x"}}, false},
		{"error_data", `{"error_data":[{"order_no":"P1","err_msg":"x"}]}`, duijie.ClassRefused, []RowError{{"P1", "", "x"}}, false},
		{"texts", `["同步结果状态为空!"]`, duijie.ClassRefused, []RowError{{"", "", "同步结果状态为空!"}}, false},
		{"objects", `[{"order_no":"P1","error":"x","error_code":0}]`, duijie.ClassRefused, []RowError{{"P1", "0", "x"}}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, v := judgeOn(Direct, 200, `{"status":0,"data":`+tt.data+`}`, true, true)
			require.Equal(t, tt.want.String(), v.Class.String())
			var p *PartialError
			require.ErrorAs(t, v.Cause, &p)
			require.Equal(t, tt.rows, p.Rows)
			require.Equal(t, tt.saved, p.Saved)
			require.JSONEq(t, tt.data, string(p.Data))
			require.Contains(t, v.Message, tt.rows[0].Message)
			// A read is never searched: such members are data there.
			_, v = judgeOn(Direct, 200, `{"status":0,"data":`+tt.data+`}`, false, true)
			require.Equal(t, duijie.ClassOK, v.Class)
		})
	}
}

func TestNoHiddenFailure(t *testing.T) {
	t.Parallel()
	for _, data := range []string{
		`{"message":"CG202003260001","status":0}`, `{"code":0,"message":"","error_count":0}`, `{"error_list":[]}`,
		`{"error_list":null}`, `[]`, `54645`, `"RK2003200003"`, `null`,
		`{"code":"ABC","message":"x"}`, `[{"spec_id":1,"spec_no":"S1"}]`, `[1,2]`,
	} {
		_, v := judgeOn(Direct, 200, `{"status":0,"data":`+data+`}`, true, true)
		require.Equal(t, duijie.ClassOK.String(), v.Class.String(), data)
	}
	// A status may be a row's own.
	_, err := through(t, Direct, "sales.StockSync.calcStock", `{"status":0,"data":{"status":1,"stock_num":0}}`)
	require.NoError(t, err)
	// What a method that is not documented answers is data, unless it names errors.
	_, v := judgeOn(Direct, 200, `{"status":0,"data":["a","b"]}`, true, false)
	require.Equal(t, duijie.ClassOK, v.Class)
	_, v = judgeOn(Direct, 200, `{"status":0,"data":[{"error":"x"}]}`, true, false)
	require.Equal(t, duijie.ClassRefused, v.Class)
}

func TestPartialErrorText(t *testing.T) {
	t.Parallel()
	p := &PartialError{Rows: []RowError{{"A", "", "1"}, {"", "", "2"}, {"C", "", "3"}, {"D", "", "4"}, {"E", "", "5"}}}
	require.Equal(t, "A: 1; 2; C: 3; and 2 more", p.message())
	require.Equal(t, "failed rows: 5", p.Error())
	p.Saved = true
	require.Contains(t, p.Error(), "saved")
}

// What the catalogue knows of a method's answers counts: a list of failed rows,
// whatever they look like, and the member that names one.
func TestFailedRowsOfKnownMethods(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		method, data string
		rows         []RowError
	}{
		{"sales.LogisticsSync.update", `[{"sync_id":7}]`, []RowError{{"7", "", "the platform gives no reason"}}},
		{"sales.LogisticsSync.update", `["x",7]`, []RowError{{"", "", "x"}, {"", "", "7"}}},
		{"purchase.PurchaseApply.cancelForApi", `[{"order_id":764,"order_no":"P1","error_code":3}]`, []RowError{{"P1", "3", "the platform gives no reason"}}},
		{"finance.RawPayment.push", `[{"order_no":"P1","no":"x","error":"y"}]`, []RowError{{"P1", "", "y"}}},
		{"goods.Goods.batchPush", `[{"goods_no":"G1","error_code":"5"}]`, []RowError{{"G1", "5", "the platform gives no reason"}}},
		{"goods.Goods.batchPush", `[{"goods_no":"G1","error_code":0}]`, nil},
		{"sales.LogisticsSync.update", `[]`, nil},
	} {
		for _, g := range gateways {
			_, err := through(t, g, tt.method, `{"status":0,"data":`+tt.data+`}`)
			if tt.rows == nil {
				require.NoError(t, err, tt.data)
				continue
			}
			var p *PartialError
			require.ErrorAs(t, err, &p, tt.data)
			require.Equal(t, tt.rows, p.Rows)
			require.ErrorIs(t, err, duijie.ErrRefused)
		}
	}
}

// A write that the caller calls a read, to have it repeated, hides no failure.
func TestOverriddenEffectHidesNothing(t *testing.T) {
	t.Parallel()
	client, _ := newMock(t, Direct, answers(200, `{"status":0,"data":["x"]}`), fast...)
	err := client.Call(t.Context(), "sales.LogisticsSync.update", Args{{Value: []int{}}}, nil, duijie.WithEffect(duijie.EffectRead))
	require.ErrorIs(t, err, duijie.ErrRefused)
}

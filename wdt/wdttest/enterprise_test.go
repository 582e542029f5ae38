package wdttest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// enterprise sends a signed form to a script of the enterprise edition.
func (w wire) enterprise(file string, fields map[string]string) map[string]any {
	w.t.Helper()
	a := w.s.Account()
	all := map[string]string{"sid": a.EnterpriseSID, "appkey": a.EnterpriseAppKey, "timestamp": strconv.FormatInt(w.s.clock().Unix(), 10)}
	for name, v := range fields {
		all[name] = v
	}
	if all["sign"] == "" {
		all["sign"] = enterpriseSign(a.EnterpriseAppSecret, all)
	}
	form := url.Values{}
	for name, v := range all {
		form.Set(name, v)
	}
	return w.post(w.s.EnterpriseURL()+file, "application/x-www-form-urlencoded", form.Encode())
}

func TestEnterpriseVectors(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/vectors.json")
	require.NoError(t, err)
	var file struct {
		Vectors []struct {
			ID, Kind string
			Inputs   struct {
				Params    map[string]string
				AppSecret string `json:"app_secret"`
			}
			Expected struct{ Packed, Sign, Form string }
		}
	}
	require.NoError(t, json.Unmarshal(data, &file))
	seen := 0
	for _, v := range file.Vectors {
		if v.Kind != "enterprise" {
			continue
		}
		seen++
		in := v.Inputs
		require.Equal(t, v.Expected.Packed, pack(in.Params), v.ID)
		require.Equal(t, v.Expected.Sign, enterpriseSign(in.AppSecret, in.Params), v.ID)
		unix, err := strconv.ParseInt(in.Params["timestamp"], 10, 64)
		require.NoError(t, err)
		w := wire{t, NewServer(
			WithAccount(Account{EnterpriseSID: in.Params["sid"], EnterpriseAppKey: in.Params["appkey"], EnterpriseAppSecret: in.AppSecret}),
			WithClock(func() time.Time { return time.Unix(unix, 0) }))}
		t.Cleanup(w.s.Close)
		form := v.Expected.Form
		require.Equal(t, json.Number("0"), w.post(w.s.EnterpriseURL()+"trade_query.php", "application/x-www-form-urlencoded", form)["code"], v.ID)
		broken := strings.Replace(form, "sign="+v.Expected.Sign, "sign="+strings.Repeat("0", 32), 1)
		require.Equal(t, "签名错误", w.post(w.s.EnterpriseURL()+"trade_query.php", "application/x-www-form-urlencoded", broken)["message"], v.ID)
	}
	require.Equal(t, 3, seen)
}

func TestEnterprisePages(t *testing.T) {
	t.Parallel()
	w := serving(t)
	for i := range 45 {
		w.s.SeedEnterprise("trade_query.php", "trades", Row{"trade_no": fmt.Sprintf("J%02d", i), "trade_id": 7, "paid": "1.5", "shop_no": "S1", "modified": ago(50 - i)})
	}
	answer := w.enterprise("trade_query.php", map[string]string{"page_no": "0"})
	require.Equal(t, "45", answer["total_count"])
	require.Len(t, answer["trades"], 40)
	require.Equal(t, m{"trade_no": "J00", "trade_id": "7", "paid": "1.5", "shop_no": "S1", "modified": "2025-10-09 11:10:00"}, answer["trades"].([]any)[0])
	answer = w.enterprise("trade_query.php", map[string]string{"page_no": "1", "page_size": "40", "shop_no": "S1"})
	require.NotContains(t, answer, "total_count", "the total comes with page 0")
	require.Len(t, answer["trades"], 5)
	require.Empty(t, w.enterprise("trade_query.php", map[string]string{"shop_no": "S2"})["trades"])
	answer = w.enterprise("trade_query.php", map[string]string{"start_time": "2025-10-09 11:50:00", "end_time": "2025-10-09 12:00:00"})
	require.Equal(t, "5", answer["total_count"])
	require.True(t, w.s.Touch("trade_query.php", "J00", Row{"paid": "2"}))
	require.Equal(t, "6", w.enterprise("trade_query.php", map[string]string{"start_time": "2025-10-09 11:50:00", "end_time": "2025-10-09 12:00:00"})["total_count"])
	require.Equal(t, []any{}, w.enterprise("shop.php", nil)["shoplist"])

	for message, fields := range map[string]map[string]string{
		"sid is not exists": {"sid": "x"},
		"app auth fail":     {"appkey": "x"},
		"timestamp 不合法":     {"timestamp": "soon"},
		"时间戳错误":             {"timestamp": "1"},
		"签名错误":              {"sign": "x"},
		"page_no 不合法":       {"page_no": "x"},
		"page_no 从0开始,page_size 在1到100之间": {"page_size": "101"},
		`Unparseable date: "2025"`:        {"start_time": "2025"},
		"您的查询时间过宽,查询时间不能大于60分钟":           {"start_time": "2025-10-09 10:00:00", "end_time": "2025-10-09 11:00:01"},
	} {
		answer := w.enterprise("trade_query.php", fields)
		require.NotEqual(t, json.Number("0"), answer["code"], message)
		require.Equal(t, message, answer["message"])
	}
	require.Equal(t, "权限不足", w.enterprise("vip_none.php", nil)["message"])
	resp, err := http.Get(w.s.EnterpriseURL() + "trade_query.php")
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusMethodNotAllowed, resp.StatusCode)

	w.s.Inject(Fault{Op: "trade_query.php", Kind: Throttle})
	require.Equal(t, m{"code": json.Number("100"), "message": textThrottle}, w.enterprise("trade_query.php", nil))
	w.s.Inject(Fault{Op: "trade_query.php", Kind: EmptyPage})
	answer = w.enterprise("trade_query.php", nil)
	require.Equal(t, "45", answer["total_count"])
	require.Empty(t, answer["trades"])
	require.Equal(t, GatewayEnterprise, w.s.Calls()[0].Gateway)
	require.Positive(t, w.s.Count("trade_query.php"))
}

func TestEnterpriseWrites(t *testing.T) {
	t.Parallel()
	w := serving(t, WithCallsPerMinute(3))
	w.s.HandleEnterprise("trade_push.php", func(fields map[string]string) (map[string]any, error) {
		if fields["trade_list"] == "[]" {
			return nil, &BusinessError{1010, "empty"}
		}
		return map[string]any{"new_count": "1", "chg_count": "0"}, nil
	})
	require.Equal(t, m{"code": json.Number("0"), "message": "", "new_count": "1", "chg_count": "0"}, w.enterprise("trade_push.php", map[string]string{"trade_list": `[{"备注":"a;b"}]`}))
	require.Equal(t, m{"code": json.Number("1010"), "message": "empty"}, w.enterprise("trade_push.php", map[string]string{"trade_list": "[]"}))
	w.enterprise("trade_push.php", nil)
	require.Equal(t, textThrottle, w.enterprise("trade_push.php", nil)["message"])
}

package wdttest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const qimenShop = "wdt.setting.shop.queryshop"

func TestQimenTOPRefuses(t *testing.T) {
	t.Parallel()
	s := withShops(1)
	for name, c := range map[string]struct {
		ask     ask
		code    string
		message string
	}{
		"no method":         {ask{after: del("method")}, "21", "Missing method"},
		"no app key":        {ask{after: del("app_key")}, "28", "Missing app key"},
		"no timestamp":      {ask{after: del("timestamp")}, "30", "Missing timestamp"},
		"empty timestamp":   {ask{after: set("timestamp", "")}, "30", "Missing timestamp"},
		"no sign":           {ask{after: del("sign")}, "24", "Missing signature"},
		"no target":         {ask{after: del("target_app_key")}, "40", "Missing required arguments"},
		"no version":        {ask{after: del("v")}, "40", "Missing required arguments"},
		"no format":         {ask{after: del("format")}, "40", "Missing required arguments"},
		"no sign method":    {ask{after: del("sign_method")}, "40", "Missing required arguments"},
		"unknown method":    {ask{method: "wdt.shop.query"}, "22", "Invalid method"},
		"direct name":       {ask{method: shopMethod}, "22", "Invalid method"},
		"capitals":          {ask{method: "wdt.setting.Shop.queryShop"}, "22", "Invalid method"},
		"other scene":       {ask{method: "hu3cgwt0tc.wdt.setting.shop.queryshop"}, "22", "Invalid method"},
		"not published":     {ask{method: "wdt.wms.stockspec.search2"}, "22", "Invalid method"},
		"10 minutes behind": {ask{before: set("timestamp", "2025-10-09 11:49:59")}, "31", "Invalid timestamp"},
		"10 minutes ahead":  {ask{before: set("timestamp", "2025-10-09 12:10:01")}, "31", "Invalid timestamp"},
		"timestamp form":    {ask{before: set("timestamp", "1759982400")}, "31", "Invalid timestamp"},
		"other version":     {ask{before: set("v", "1.0")}, "33", "Invalid version"},
		"other format":      {ask{before: set("format", "xml")}, "23", "Invalid format"},
		"other app":         {ask{before: set("app_key", "1")}, "29", "Invalid app key"},
		"sign":              {ask{after: set("sign", "00")}, "25", "Invalid signature"},
		"lower-case sign":   {ask{after: func(p url.Values) { p.Set("sign", strings.ToLower(p.Get("sign"))) }}, "25", "Invalid signature"},
		"changed after":     {ask{after: set("params", `{"shop_no":"S1"}`)}, "25", "Invalid signature"},
		"sign method":       {ask{signBy: "sha1", after: set("sign", "00")}, "25", "Invalid signature"},
		"target":            {ask{before: set("target_app_key", "1")}, "11", "Insufficient isv permissions"},
		"session":           {ask{before: set("session", "x")}, "27", "Invalid session"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.ask.method = or(c.ask.method, qimenShop)
			answer := inner(t, sendQimen(t, s, c.ask))
			require.NotEmpty(t, answer["request_id"])
			delete(answer, "request_id")
			require.Equal(t, map[string]any{"flag": "failure", "code": json.Number(c.code), "message": c.message}, answer)
		})
	}
}

func TestQimenApplicationRefuses(t *testing.T) {
	t.Parallel()
	s := withShops(1)
	for name, c := range map[string]struct {
		ask     ask
		status  int
		message string
	}{
		"wdt_sign":         {ask{before: set("wdt_sign", "00")}, 1, "验证失败"},
		"wdt_appkey":       {ask{before: set("wdt_appkey", "x")}, 1, "验证失败"},
		"wdt_salt":         {ask{before: set("wdt_salt", "x")}, 1, "验证失败"},
		"wdt3_customer_id": {ask{before: set("wdt3_customer_id", "x")}, 1, "验证失败"},
		"no datetime":      {ask{before: del("datetime")}, 1, "验证失败"},
		"no params":        {ask{fields: map[string]string{}}, 1, "invalid argument count"},
		"params no object": {ask{fields: map[string]string{"params": "[]"}}, 1, "argument type mismatch"},
		"params no JSON":   {ask{fields: map[string]string{"params": "{"}}, 1, "argument type mismatch"},
		"no pager":         {ask{pager: "-"}, 100, "此方法仅支持分页查询"},
		"pager no object":  {ask{pager: "[1]"}, 1, "argument type mismatch"},
		"page 0":           {ask{pager: `{"page_no":0,"page_size":50}`}, 100, "page_no 不合法"},
		"size 0":           {ask{pager: `{"page_no":1,"page_size":0}`}, 100, "page_size 不合法"},
		"size too big":     {ask{method: "wdt.wms.stockspec.search", pager: `{"page_no":1,"page_size":1001}`}, 100, "page_size 不能大于1000"},
		"too wide":         {ask{method: "wdt.sales.rawtrade.search", fields: map[string]string{"params": `{"start_time":"2025-08-01 00:00:00","end_time":"2025-09-01 00:00:00"}`}}, 100, "您的查询时间过宽,查询时间不能大于30天"},
		"write":            {ask{method: "wdt.wms.stockpd.stocksyncbypd"}, 100, "权限不足"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.ask.method = or(c.ask.method, qimenShop)
			failed(t, inner(t, sendQimen(t, s, c.ask)), c.status, c.message)
		})
	}
}

func TestQimenAnswersPagesFromOneWithTotal(t *testing.T) {
	t.Parallel()
	s := withShops(3)
	for _, method := range []string{qimenShop, scene + "." + qimenShop} {
		for _, signBy := range []string{"md5", "hmac", "hmac-sha256"} {
			answer := inner(t, sendQimen(t, s, ask{method: method, signBy: signBy, pager: `{"page_no":2,"page_size":2}`}))
			require.Equal(t, []any{"S3"}, rowsOf(t, answer, "details", "shop_no"))
			require.Equal(t, json.Number("3"), answer["data"].(map[string]any)["total_count"])
		}
	}
	answer := inner(t, sendQimen(t, s, ask{method: qimenShop, pager: `{"page_no":"9","page_size":"2"}`}))
	require.Empty(t, rowsOf(t, answer, "details", "shop_no"))
	answer = inner(t, sendQimen(t, s, ask{method: "wdt.wms.stockin.prestockin.search"}))
	require.Empty(t, rowsOf(t, answer, "order", "x"))
}

func TestQimenTakesParametersAnywhere(t *testing.T) {
	t.Parallel()
	s := withShops(1)
	system, form := ask{method: qimenShop}.qimen(s)
	all := url.Values{}
	for _, part := range []url.Values{system, form} {
		for k, v := range part {
			all[k] = v
		}
	}
	for _, r := range []*http.Request{
		httptest.NewRequest(http.MethodPost, qimenPath+"?"+all.Encode(), nil),
		httptest.NewRequest(http.MethodGet, qimenPath+"?"+all.Encode(), nil),
		httptest.NewRequest(http.MethodPost, qimenPath, strings.NewReader(all.Encode())),
	} {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		require.Equal(t, []any{"S1"}, rowsOf(t, inner(t, serve(t, s, r)), "details", "shop_no"))
	}
}

func TestQimenAcceptsItsSession(t *testing.T) {
	t.Parallel()
	a := defaultAccount()
	a.Session = "6100fake"
	s := withShops(1, WithAccount(a))
	for _, before := range []func(url.Values){set("session", "6100fake"), del("session")} {
		answer := inner(t, sendQimen(t, s, ask{method: qimenShop, before: before}))
		require.Equal(t, json.Number("0"), answer["status"])
	}
}

func TestQimenEnvelopeModes(t *testing.T) {
	t.Parallel()
	good, bad := ask{method: qimenShop}, ask{method: qimenShop, after: set("sign", "00")}

	s := withShops(1, WithErrorResponseRoot())
	e := sendQimen(t, s, bad)["error_response"].(map[string]any)
	require.Equal(t, "Invalid signature", e["msg"])
	require.NotContains(t, e, "flag")
	require.NotEmpty(t, inner(t, sendQimen(t, s, good))["data"])

	s = withShops(1, WithMethodRoot())
	root := sendQimen(t, s, ask{method: scene + "." + qimenShop})["wdt_setting_shop_queryshop_response"].(map[string]any)
	require.Equal(t, []any{"S1"}, rowsOf(t, root, "details", "shop_no"))
	require.Equal(t, "failure", inner(t, sendQimen(t, s, bad))["flag"])

	s = withShops(1, WithoutStatus())
	answer := inner(t, sendQimen(t, s, good))
	require.NotContains(t, answer, "status")
	require.NotEmpty(t, answer["data"])
	require.Equal(t, json.Number("0"), sendDirect(t, s, ask{method: shopMethod})["status"])

	s = withShops(1, WithNumbersAsText())
	answer = inner(t, sendQimen(t, s, good))
	require.Equal(t, "0", answer["status"])
	require.Equal(t, "1", answer["data"].(map[string]any)["total_count"])
	require.Equal(t, "25", inner(t, sendQimen(t, s, bad))["code"])
	answer = sendDirect(t, s, ask{method: shopMethod})
	require.Equal(t, []any{"1001"}, rowsOf(t, answer, "details", "shop_id"))
}

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

func TestDirectRefuses(t *testing.T) {
	t.Parallel()
	s := withShops(1)
	at := func(seconds string) func(url.Values) { return set("timestamp", seconds) }
	for name, c := range map[string]struct {
		ask     ask
		status  int
		message string
	}{
		"sid":               {ask{before: set("sid", "other")}, 1, "sid is not exists"},
		"key":               {ask{before: set("key", "other")}, 1, "app auth fail"},
		"milliseconds":      {ask{before: at("1665947116495")}, 1, `For input string: "1665947116495"`},
		"no timestamp":      {ask{before: del("timestamp")}, 1, `For input string: ""`},
		"unix timestamp":    {ask{before: at("1759982400")}, 7, "时间戳错误"},
		"121 s behind":      {ask{before: at("434635079")}, 7, "时间戳错误"},
		"121 s ahead":       {ask{before: at("434635321")}, 7, "时间戳错误"},
		"version":           {ask{before: set("v", "2.0")}, 8, "版本错误"},
		"sign":              {ask{after: set("sign", "00")}, 1, "验证失败"},
		"upper-case sign":   {ask{after: func(q url.Values) { q.Set("sign", strings.ToUpper(q.Get("sign"))) }}, 1, "验证失败"},
		"salt":              {ask{before: set("salt", "other")}, 1, "验证失败"},
		"changed parameter": {ask{after: set("page_size", "51")}, 1, "验证失败"},
		"no array":          {ask{body: `{}`}, 1, "invalid argument count"},
		"null":              {ask{body: `null`}, 1, "invalid argument count"},
		"no JSON":           {ask{body: `[{]`}, 1, "invalid argument count"},
		"no arguments":      {ask{body: `[]`}, 1, "invalid argument count"},
		"two arguments":     {ask{body: `[{},{}]`}, 1, "invalid argument count"},
		"argument type":     {ask{body: `[[]]`}, 1, "argument type mismatch"},
		"unknown method":    {ask{method: "setting.shop.queryShop"}, 100, "权限不足"},
		"write method":      {ask{method: "wms.StockPd.stockSyncByPd", body: `[{},[]]`}, 100, "权限不足"},
		"Qimen name":        {ask{method: "wdt.wms.extstockin.search"}, 100, "权限不足"},
		"Qimen only":        {ask{method: "wms.stockin.PreStockin.search"}, 100, "The API used internal only: wms.stockin.PreStockin.search"},
		"no paging":         {ask{page: "-"}, 100, "此方法仅支持分页查询"},
		"half the paging":   {ask{before: del("page_size")}, 100, "此方法仅支持分页查询"},
		"paging no number":  {ask{page: "x"}, 1, "argument type mismatch"},
		"negative page":     {ask{page: "-1"}, 100, "page_no 不合法"},
		"page of nothing":   {ask{size: "0"}, 100, "page_size 不合法"},
		"page too big":      {ask{method: "wms.StockSpec.search2", size: "1001"}, 100, "page_size 不能大于1000"},
		"platform_id":       {ask{body: `[{"platform_id":"x"}]`}, 1, "argument type mismatch"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.ask.method = or(c.ask.method, shopMethod)
			failed(t, sendDirect(t, s, c.ask), c.status, c.message)
		})
	}
}

func TestDirectAcceptsTwoMinutesOfSkew(t *testing.T) {
	t.Parallel()
	s := withShops(1)
	for _, sent := range []string{"434635080", "434635320"} { // 120 s behind and ahead
		answer := sendDirect(t, s, ask{method: shopMethod, before: set("timestamp", sent)})
		require.Equal(t, json.Number("0"), answer["status"], "%v", answer)
	}
}

func TestDirectOrderOfChecks(t *testing.T) {
	t.Parallel()
	s := withShops(1, WithCallsPerMinute(1))
	// Every fault at once; taking the first away shows the next.
	bad := map[string]string{"sid": "x", "key": "x", "timestamp": "x", "v": "9", "sign": "x", "method": "x"}
	send := func() map[string]any {
		return sendDirect(t, s, ask{method: shopMethod, body: `{}`, after: func(q url.Values) {
			for k, v := range bad {
				q.Set(k, v)
			}
			if _, ok := bad["sign"]; !ok {
				q.Set("sign", directSign(s.Account().secret(), flat(q), []byte(`{}`)))
			}
		}})
	}
	for _, step := range []struct {
		name    string
		status  int
		message string
	}{
		{"sid", 1, "sid is not exists"},
		{"key", 1, "app auth fail"},
		{"timestamp", 1, `For input string: "x"`},
		{"v", 8, "版本错误"},
		{"sign", 1, "验证失败"},
		{"method", 1, "invalid argument count"}, // the body stays wrong
	} {
		failed(t, send(), step.status, step.message)
		delete(bad, step.name)
	}
	failed(t, send(), 1, "invalid argument count")
}

func TestDirectGrants(t *testing.T) {
	t.Parallel()
	failed(t, sendDirect(t, New(fixed(), WithIPRefused()), ask{method: shopMethod}), 6, "ip不在白名单内")
	s := New(fixed(), WithoutGrant(shopMethod))
	failed(t, sendDirect(t, s, ask{method: shopMethod}), 100, "权限不足")
	failed(t, inner(t, sendQimen(t, s, ask{method: "wdt.setting.shop.queryshop"})), 100, "权限不足")
}

func TestTransportFaults(t *testing.T) {
	t.Parallel()
	s := New()
	for _, c := range []struct {
		method, target string
		body           string
		status         int
	}{
		{http.MethodGet, "/openapi?sid=x", "", http.StatusMethodNotAllowed},
		{http.MethodPost, "/openapi", "[{}]", http.StatusBadRequest},
		{http.MethodPost, "/openapi?a=%zz", "[{}]", http.StatusBadRequest},
		{http.MethodPost, "/router/qm?a=%zz", "", http.StatusBadRequest},
		{http.MethodPost, "/elsewhere?a=b", "[{}]", http.StatusNotFound},
		{http.MethodPost, "/openapi?sid=x", strings.Repeat(" ", maxBody+1), http.StatusRequestEntityTooLarge},
	} {
		rec := httptest.NewRecorder()
		s.ServeHTTP(rec, httptest.NewRequest(c.method, c.target, strings.NewReader(c.body)))
		require.Equal(t, c.status, rec.Code, c.method+" "+c.target)
	}
	require.Empty(t, s.Calls())
}

func TestDirectTotalOnlyWhenAsked(t *testing.T) {
	t.Parallel()
	s := withShops(3)
	answer := sendDirect(t, s, ask{method: shopMethod, size: "2"})
	require.Equal(t, json.Number("3"), answer["data"].(map[string]any)["total_count"])
	require.Equal(t, []any{"S1", "S2"}, rowsOf(t, answer, "details", "shop_no"))

	answer = sendDirect(t, s, ask{method: shopMethod, size: "2", page: "1", total: "0"})
	require.NotContains(t, answer["data"], "total_count")
	require.Equal(t, []any{"S3"}, rowsOf(t, answer, "details", "shop_no"))

	require.Empty(t, rowsOf(t, sendDirect(t, s, ask{method: shopMethod, page: "9"}), "details", "shop_no"))
	require.Empty(t, rowsOf(t, sendDirect(t, s, ask{method: shopMethod, page: "9223372036854775807"}), "details", "shop_no"))
}

package wdttest

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzSerialize: whatever the text, serializing ends, and a text that is no JSON
// object or array comes out as it went in.
func FuzzSerialize(f *testing.F) {
	for _, seed := range []string{
		"", "plain", `{}`, `[1,2]`, `{"b":[1,{"a":"x"}],"a":true}`, `{"a":"{\"b\":\"[1]\"}"}`,
		" {not json", `[加急]`, `{"n":1e400}`, "\xff", `{"a":1}{`, strings.Repeat("[", 2000),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		out := serialize(text)
		require.Equal(t, out, serialize(text))
		if _, ok := jsonInside(text); !ok {
			require.Equal(t, text, out)
		}
		require.Len(t, wdtSign("s", map[string]string{"params": text, "method": text}), 32)
	})
}

// FuzzRequest: no request makes the fake panic, and what reaches a gateway's
// application is answered with HTTP 200.
func FuzzRequest(f *testing.F) {
	s := New(fixed())
	q, body := ask{method: shopMethod}.direct(s)
	f.Add(directPath, q.Encode(), body)
	system, form := ask{method: qimenShop}.qimen(s)
	f.Add(qimenPath, system.Encode(), form.Encode())
	f.Add(directPath, "a=%", "[")
	f.Add(qimenPath, "method=wdt.goods.goods.push&pager=[]", "pager={")
	f.Fuzz(func(t *testing.T, path, query, body string) {
		r := httptest.NewRequest(http.MethodPost, directPath, strings.NewReader(body))
		r.URL.Path, r.URL.RawQuery = path, query
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		rec := httptest.NewRecorder()
		s.ServeHTTP(rec, r)
		require.Contains(t, []int{http.StatusOK, http.StatusBadRequest, http.StatusNotFound}, rec.Code)
		if rec.Code == http.StatusOK {
			decode(t, rec.Body)
		}
	})
}

// FuzzSigned: arguments, pagers and filters behind a right signature never make
// the fake panic.
func FuzzSigned(f *testing.F) {
	s := withShops(2)
	f.Add(shopMethod, `[{}]`, "0", "50", `{"page_no":1,"page_size":50}`)
	f.Add(warehouseMethod, `[{"start_time":[],"type":{}}]`, "-9", "x", `{"page_no":-9223372036854775808,"page_size":1}`)
	f.Add("wms.StockSpec.queryChangeHistory", `[{"start_date":"0000-00-00 00:00:00","end_date":true}]`, "9223372036854775807", "1", `null`)
	f.Fuzz(func(t *testing.T, method, body, page, size, pager string) {
		sendDirect(t, s, ask{method: method, body: body, page: page, size: size})
		sendQimen(t, s, ask{method: qimenName(method), pager: pager, fields: map[string]string{"params": strings.Trim(body, "[]")}})
	})
}

package wdttest

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
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

// FuzzWrites: no arguments of a write make the fake panic, and a call that is
// refused leaves no row.
func FuzzWrites(f *testing.F) {
	names := slices.Sorted(maps.Keys(writeMethods))
	f.Add(0, `[{"goods_no":"G","goods_name":"n"},[{"spec_no":"A","weight":"1e9"}]]`)
	for i := range names {
		f.Add(i, `[{"outer_no":"X","warehouse_no":"W","goods_list":[{"spec_no":"A","num":1}]},[{"spec_no":"A","num":"0.5"}],true]`)
		f.Add(i, `[{"a":[1,{"b":null}]},[],{}]`)
		f.Add(i, `["S",[{"tid":"T","receivable":"1"}],[{"tid":"T","oid":"1","num":"9999999999999999999999"}],[]]`)
		f.Add(i, `[[{"sync_id":1,"status":{}}]]`)
		f.Add(i, `[10,-1]`)
	}
	f.Fuzz(func(t *testing.T, i int, body string) {
		s := New(fixed())
		method := names[(i%len(names)+len(names))%len(names)]
		s.Seed(apiGoods, Row{"rec_id": 10})
		answer := sendDirect(t, s, ask{method: method, body: body, page: "-"})
		require.Contains(t, answer, "status")
		if answer["status"] != json.Number("0") {
			for _, q := range []string{goods, rawTrade, purchase, otherIn, otherOut, transfer} {
				require.Empty(t, s.Rows(q), method)
			}
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

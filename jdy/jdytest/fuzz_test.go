package jdytest

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzCall sends any query and body to a few operations: an answer in the
// platform's form must come, with valid UTF-8 JSON, whatever is sent.
func FuzzCall(f *testing.F) {
	paths := []string{
		"GET bd/material", "GET scm/sal_order_detail", "POST bd/material", "POST scm/sal_out_bound", "POST scm/sal_out_bound_batch", "POST fi/voucher",
		"POST sys/common_operate", "POST sys/bill_push", "POST cust/list", "POST arap/ar_credit",
	}
	for i, body := range []string{
		"", "{}", "[]", `{"ids":[1,null,{}]}`, `{"name":"甲","base_unit_id":"1","tax_rate":1e9999}`, `{"data":[{},null,5,{"material_entity":[{"qty":"1e99"}]}]}`,
		`{"items":[{"date":"2026","entry_list":[{"debit_amount":"x"},{}]}]}`, `{"biz_type":"x","data":{},"page_no":"-1","page_size":"0"}`,
		`{"entity_number":"bd_material","operate_type":"delete","numbers":["A"]}`, `{"material_entity":[{"qty":1e400,"price":-0}]}`,
	} {
		f.Add(byte(i), "page=1&page_size=5&ids=["+strconv.Itoa(i)+"]", body)
	}
	f.Add(byte(3), "", `{"material_entity":[{"qty":1e999999999,"price":"1e-999999999"}]}`)
	f.Add(byte(0), "page=9999999999999999999&modify_start_time=x&&=&a", "")
	f.Add(byte(0), "page=9223372036854775807&page_size=9223372036854775807", "")
	s := New(fixed(), WithCallsPerMinute(0), WithMixedTypes())
	s.Seed("bd/material", Row{"number": "A", "name": "甲", "base_unit_id": "1"})
	token := s.issue(s.Book, noon, noon.AddDate(1, 0, 0))
	f.Fuzz(func(t *testing.T, which byte, rawQuery, body string) {
		verb, path, _ := strings.Cut(paths[int(which)%len(paths)], " ")
		req := httptest.NewRequest(verb, businessRoot+path, strings.NewReader(body))
		req.URL.RawQuery = rawQuery
		stamp := strconv.FormatInt(noon.UnixMilli(), 10)
		h := req.Header
		h.Set("X-Api-ClientID", s.ClientID())
		h.Set("X-Api-Auth-Version", "2.0")
		h.Set("X-Api-TimeStamp", stamp)
		h.Set("X-Api-Nonce", "1")
		h.Set("X-Api-SignHeaders", "X-Api-Nonce,X-Api-TimeStamp")
		h.Set("X-Api-Signature", sign(s.ClientSecret(), stringToSign(verb, req.URL.Path, rawQuery, "1", stamp)))
		h.Set("app-token", token)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, req)
		answer, err := decode(w.Body.Bytes())
		require.NoError(t, err)
		require.Contains(t, answer, "errcode")
		if w.Code == http.StatusOK {
			return
		}
		require.NotEmpty(t, answer.(obj)["description"])
	})
}

// FuzzCanonicalQuery holds the rules of the signature against any query: order of
// the pairs does not matter, their text does.
func FuzzCanonicalQuery(f *testing.F) {
	f.Add("a=1&b=2")
	f.Add("b=%20&a=+&a=&c&=d")
	f.Add("ids=2&ids=1&x=%E6%B7%B1=")
	f.Fuzz(func(t *testing.T, raw string) {
		if strings.Contains(raw, " ") {
			t.Skip("no query has a blank on the wire")
		}
		canonical := canonicalQuery(raw)
		pairs := strings.Split(raw, "&")
		for i, j := 0, len(pairs)-1; i < j; i, j = i+1, j-1 {
			pairs[i], pairs[j] = pairs[j], pairs[i]
		}
		require.Equal(t, canonical, canonicalQuery(strings.Join(pairs, "&")))
		require.NotContains(t, canonical, "+")
		for _, p := range strings.Split(canonical, "&") {
			left, right, _ := strings.Cut(p, "=")
			for _, side := range []string{left, right} {
				once, err := url.QueryUnescape(side)
				require.NoError(t, err)
				require.NotContains(t, once, "&")
			}
		}
	})
}

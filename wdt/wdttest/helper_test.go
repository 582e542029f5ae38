package wdttest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// noon is the fixed instant of tests with a clock.
var noon = time.Date(2025, 10, 9, 12, 0, 0, 0, china)

func fixed() Option { return WithClock(func() time.Time { return noon }) }

// ask describes one call; zero members get sensible values.
type ask struct {
	method string            // direct name, or the Qimen name for qimen calls
	body   string            // direct: the body; default [{}]
	fields map[string]string // qimen: argument fields; default params={}
	pager  string            // qimen: default page 1 of 50; "-" for none
	page   string            // direct: page_no; default 0; "-" for no paging at all
	size   string            // direct: page_size; default 50
	total  string            // direct: calc_total
	signBy string            // qimen: sign_method; default md5

	before func(url.Values) // changes parameters before they are signed
	after  func(url.Values) // changes parameters after
}

func (a ask) direct(s *Server) (query url.Values, body string) {
	acc := s.Account()
	q := url.Values{
		"sid": {acc.SID}, "key": {acc.AppKey}, "salt": {acc.salt()}, "method": {a.method}, "v": {"1.0"},
		"timestamp": {strconv.FormatInt(s.clock().Unix()-epoch, 10)},
	}
	if a.page != "-" {
		q.Set("page_no", or(a.page, "0"))
		q.Set("page_size", or(a.size, "50"))
		q.Set("calc_total", or(a.total, "1"))
	}
	if a.before != nil {
		a.before(q)
	}
	body = or(a.body, "[{}]")
	q.Set("sign", directSign(acc.secret(), flat(q), []byte(body)))
	if a.after != nil {
		a.after(q)
	}
	return q, body
}

func (a ask) qimen(s *Server) (system, form url.Values) {
	acc := s.Account()
	now := s.clock().In(china).Format(timeLayout)
	p := url.Values{
		"method": {a.method}, "app_key": {acc.QimenAppKey}, "target_app_key": {acc.TargetAppKey},
		"timestamp": {now}, "v": {"2.0"}, "format": {"json"}, "sign_method": {or(a.signBy, "md5")},
		"datetime": {now}, "wdt_appkey": {acc.AppKey}, "wdt_salt": {acc.salt()}, "wdt3_customer_id": {acc.SID},
	}
	if a.fields == nil {
		a.fields = map[string]string{"params": "{}"}
	}
	for k, v := range a.fields {
		p.Set(k, v)
	}
	if a.pager != "-" {
		p.Set("pager", or(a.pager, `{"page_no":1,"page_size":50}`))
	}
	if a.before != nil {
		a.before(p)
	}
	if p.Get("wdt_sign") == "" {
		p.Set("wdt_sign", wdtSign(acc.secret(), flat(p)))
	}
	sign, _ := topSign(p.Get("sign_method"), acc.QimenAppSecret, flat(p))
	p.Set("sign", sign)
	if a.after != nil {
		a.after(p)
	}
	system, form = url.Values{}, url.Values{}
	for k, v := range p {
		if notInWDTSign[k] && k != "wdt3_customer_id" && k != "wdt_sign" || k == "method" {
			system[k] = v
		} else {
			form[k] = v
		}
	}
	return system, form
}

// sendDirect and sendQimen serve one call without a network and decode the answer.
func sendDirect(t *testing.T, s *Server, a ask) map[string]any {
	t.Helper()
	q, body := a.direct(s)
	return serve(t, s, httptest.NewRequest(http.MethodPost, directPath+"?"+q.Encode(), strings.NewReader(body)))
}

func sendQimen(t *testing.T, s *Server, a ask) map[string]any {
	t.Helper()
	system, form := a.qimen(s)
	r := httptest.NewRequest(http.MethodPost, qimenPath+"?"+system.Encode(), strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
	return serve(t, s, r)
}

// inner is what stands in the response root.
func inner(t *testing.T, answer map[string]any) map[string]any {
	t.Helper()
	require.Len(t, answer, 1)
	in, ok := answer["response"].(map[string]any)
	require.True(t, ok, "root is not response: %v", answer)
	return in
}

func serve(t *testing.T, s *Server, r *http.Request) map[string]any {
	t.Helper()
	rec := httptest.NewRecorder()
	s.ServeHTTP(rec, r)
	require.Equal(t, http.StatusOK, rec.Code, rec.Body.String())
	return decode(t, rec.Body)
}

func decode(t *testing.T, r io.Reader) map[string]any {
	t.Helper()
	d := json.NewDecoder(r)
	d.UseNumber()
	var answer map[string]any
	require.NoError(t, d.Decode(&answer))
	return answer
}

// failed asserts a 旺店通 failure.
func failed(t *testing.T, answer map[string]any, status int, message string) {
	t.Helper()
	require.Equal(t, map[string]any{"status": json.Number(strconv.Itoa(status)), "message": message}, answer)
}

// rowsOf returns the member of every row under data.list.
func rowsOf(t *testing.T, answer map[string]any, list, member string) []any {
	t.Helper()
	require.Equal(t, json.Number("0"), answer["status"], "%v", answer)
	rows, ok := answer["data"].(map[string]any)[list].([]any)
	require.True(t, ok, "%v", answer)
	out := []any{}
	for _, r := range rows {
		out = append(out, r.(map[string]any)[member])
	}
	return out
}

func flat(v url.Values) map[string]string {
	m := map[string]string{}
	for k := range v {
		m[k] = v.Get(k)
	}
	return m
}

func or(v, d string) string {
	if v == "" {
		return d
	}
	return v
}

func set(k, v string) func(url.Values) { return func(p url.Values) { p.Set(k, v) } }
func del(k string) func(url.Values)    { return func(p url.Values) { p.Del(k) } }

// withShops is a fake with n shops S1..Sn, one minute apart, at a fixed clock.
func withShops(n int, opts ...Option) *Server {
	s := New(append([]Option{fixed()}, opts...)...)
	for i := 1; i <= n; i++ {
		s.PutShop(Shop{
			No: "S" + strconv.Itoa(i), Name: "shop " + strconv.Itoa(i), PlatformID: 127,
			Modified: noon.Add(time.Duration(i-100) * time.Minute),
		})
	}
	return s
}

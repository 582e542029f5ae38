package wdt

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

func TestEnterpriseVectors(t *testing.T) {
	t.Parallel()
	seen := 0
	for _, v := range vectors(t, "enterprise") {
		t.Run(v.ID, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, v.Expected.Packed, enterprisePacked(v.Inputs.Params))
			require.Equal(t, v.Expected.Sign, enterpriseSign(v.Inputs.AppSecret, v.Inputs.Params))

			// The whole request: fields as they come out of a call.
			p := v.Inputs.Params
			unix, err := strconv.ParseInt(p["timestamp"], 10, 64)
			require.NoError(t, err)
			var sent url.Values
			client, err := NewClient(Config{Gateway: Enterprise, SID: p["sid"], AppKey: p["appkey"], AppSecret: duijie.NewSecret(v.Inputs.AppSecret)},
				append(slices.Clone(fast), duijie.WithClock(func() time.Time { return time.Unix(unix, 0) }), duijie.WithHTTPClient(&http.Client{Transport: httpmockOf(func(r *http.Request) (*http.Response, error) {
					require.Equal(t, "https://api.wangdian.cn/openapi2/trade_query.php", r.URL.String())
					require.Equal(t, http.MethodPost, r.Method)
					body, err := io.ReadAll(r.Body)
					require.NoError(t, err)
					sent, err = url.ParseQuery(string(body))
					require.NoError(t, err)
					return httpmock.NewStringResponse(200, `{"code":0,"message":""}`), nil
				})}))...)
			require.NoError(t, err)
			params := map[string]any{}
			for name, value := range p {
				if !reservedEnterprise[name] {
					params[name] = value
				}
			}
			q := &Query{Params: params}
			var in any = params
			if size, paged := p["page_size"]; paged {
				q.Size, err = strconv.Atoi(size)
				require.NoError(t, err)
				in = q
			}
			require.NoError(t, client.Call(t.Context(), "trade_query", in, nil))
			want, err := url.ParseQuery(v.Expected.Form)
			require.NoError(t, err)
			require.Equal(t, want, sent)
		})
		seen++
	}
	require.Equal(t, 3, seen)
}

func httpmockOf(respond httpmock.Responder) *httpmock.MockTransport {
	mt := httpmock.NewMockTransport()
	mt.RegisterNoResponder(respond)
	return mt
}

func TestEnterpriseEnvelope(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		body      string
		want      duijie.Class
		malformed bool
	}{
		{`{"code":0,"message":"","total_count":"210","trades":[]}`, duijie.ClassOK, false},
		{`{"code":"0","message":"ok"}`, duijie.ClassOK, false},
		{`{"code":1,"message":"x"}`, duijie.ClassRefused, false},
		{`{"code":"4001","message":"超过每分钟最大调用频率限制"}`, duijie.ClassThrottled, false},
		{`{"code":1001,"message":"sid is not exists"}`, duijie.ClassUnauthenticated, false},
		{`{"code":3,"message":"签名错误"}`, duijie.ClassUnauthenticated, false},
		{`{"code":7,"message":"x"}`, duijie.ClassRefused, false}, // a number of the flagship edition says nothing here
		{`{"code":99,"message":"未知错误"}`, duijie.ClassUnavailable, false},
		{`{"code":1,"message":"外部单号重复"}`, duijie.ClassConflict, false},
		{`{"message":"x"}`, duijie.ClassRefused, false},
		{`{"trades":[]}`, duijie.ClassUnavailable, true},
		{`{"code":"ok"}`, duijie.ClassUnavailable, true},
		{`{"code":null,"message":""}`, duijie.ClassUnavailable, true},
		{`{"status":0,"data":{}}`, duijie.ClassUnavailable, true},
		{`[]`, duijie.ClassUnavailable, true},
		{``, duijie.ClassUnavailable, true},
		{`<html>`, duijie.ClassUnavailable, true},
	} {
		r, v := judgeOn(Enterprise, 200, tt.body, false, true)
		require.Equal(t, tt.want.String(), v.Class.String(), tt.body)
		require.Equal(t, tt.malformed, v.Malformed, tt.body)
		require.False(t, v.Skew)
		if v.Class == duijie.ClassOK {
			require.JSONEq(t, tt.body, string(r.data))
		}
	}
	_, v := judgeOn(Enterprise, 200, `{"code":0,"message":"","new_count":1,"error_list":[{"tid":"T1","error":"x"}]}`, true, true)
	require.Equal(t, duijie.ClassRefused, v.Class)
	_, v = judgeOn(Enterprise, 200, `{"code":0,"message":"","new_count":1,"chg_count":0}`, true, true)
	require.Equal(t, duijie.ClassOK, v.Class)
}

// enterpriseRows answers n rows by pages, and the total on page 0 alone.
func enterpriseRows(t *testing.T, n int, ids func(call int) []int) (c *Client, forms *[]url.Values) {
	t.Helper()
	forms = &[]url.Values{}
	mt := httpmockOf(func(r *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		form, err := url.ParseQuery(string(body))
		require.NoError(t, err)
		*forms = append(*forms, form)
		all := make([]int, n)
		for i := range all {
			all[i] = i
		}
		if ids != nil {
			all = ids(len(*forms))
		}
		page, err := strconv.Atoi(form.Get("page_no"))
		require.NoError(t, err)
		size, err := strconv.Atoi(form.Get("page_size"))
		require.NoError(t, err)
		out := map[string]any{"code": 0, "message": "", "trades": []any{}}
		var rows []any
		for _, id := range all[min(page*size, len(all)):min((page+1)*size, len(all))] {
			rows = append(rows, map[string]any{"rec_id": fmt.Sprint(id), "name": "n"})
		}
		if rows != nil {
			out["trades"] = rows
		}
		out["total_count"] = "7" // not to be believed but on page 0
		if page == 0 {
			out["total_count"] = fmt.Sprint(len(all))
		}
		b, err := json.Marshal(out)
		require.NoError(t, err)
		return httpmock.NewBytesResponse(200, b), nil
	})
	cfg := Config{Gateway: Enterprise, SID: "seller2", AppKey: "seller2-key", AppSecret: duijie.NewSecret("plantedsecret")}
	c, err := NewClient(cfg, append(slices.Clone(fast), duijie.WithHTTPClient(&http.Client{Transport: mt}))...)
	require.NoError(t, err)
	return c, forms
}

type enterpriseRow struct {
	ID Int `json:"rec_id"`
}

func TestEnterprisePages(t *testing.T) {
	t.Parallel()
	window := map[string]any{"start_time": "2026-01-05 08:00:00", "end_time": "2026-01-05 09:00:00"}
	ids := func(c *Client, q *Query) map[int64]bool {
		got := map[int64]bool{}
		for row, err := range QueryAs[enterpriseRow](t.Context(), c, "trade_query.php", q) {
			require.NoError(t, err)
			got[int64(row.ID)] = true
		}
		return got
	}
	c, forms := enterpriseRows(t, 95, nil)
	require.Len(t, ids(c, &Query{Params: window, Key: "rec_id"}), 95)
	var asked []string
	for _, f := range *forms {
		asked = append(asked, f.Get("page_no"))
		require.Equal(t, "30", f.Get("page_size"))
		require.Equal(t, "2026-01-05 08:00:00", f.Get("start_time"))
	}
	require.Equal(t, "0 3 2 1 0", strings.Join(asked, " "), "from the last page to the first")

	// Rows leave the window while it is read.
	left := func(call int) (all []int) {
		for i := range 95 {
			if call < 3 || i%10 != 0 || i >= 10*(call-1) {
				all = append(all, i)
			}
		}
		return all
	}
	c, _ = enterpriseRows(t, 0, left)
	got := ids(c, &Query{Params: window, Key: "rec_id"})
	for _, id := range left(99) {
		require.True(t, got[int64(id)], "%d", id)
	}

	c, _ = enterpriseRows(t, 95, nil)
	require.Len(t, ids(c, &Query{Key: "rec_id"}), 95, "no window: until two readings agree")
	// A page of rows comes after the total was told.
	c, _ = enterpriseRows(t, 0, func(call int) (all []int) {
		n := 95
		if call > 4 {
			n += 30
		}
		for i := range n {
			all = append(all, i)
		}
		return all
	})
	require.Len(t, ids(c, &Query{Key: "rec_id"}), 125)
	page, err := QueryPage[enterpriseRow](t.Context(), c, "trade_query", &Query{Page: 1, Size: 40, Total: true})
	require.NoError(t, err)
	require.Equal(t, int64(125), page.Total, "asked for on page 0")
	page, err = QueryPage[enterpriseRow](t.Context(), c, "trade_query", &Query{Page: 0, Size: 40})
	require.NoError(t, err)
	require.Len(t, page.Items, 40)
	require.Equal(t, "1", page.Next)
	for _, err := range QueryAs[enterpriseRow](t.Context(), c, "trade_query", &Query{Size: 101}) {
		require.ErrorIs(t, err, duijie.ErrInvalid)
	}
}

// Names of one edition are refused on the other, before anything is sent.
func TestEditionsAreNotMixed(t *testing.T) {
	t.Parallel()
	c, forms := enterpriseRows(t, 1, nil)
	for _, m := range Methods() {
		for _, name := range []string{m.Name, m.QimenName} {
			require.ErrorContains(t, c.Call(t.Context(), name, nil, nil), "enterprise edition", name)
		}
	}
	_, err := c.Shops.List(t.Context(), ShopQuery{})
	require.ErrorIs(t, err, duijie.ErrInvalid)
	require.ErrorContains(t, err, "flagship")
	for _, err := range c.Warehouses.All(t.Context(), WarehouseQuery{}) {
		require.ErrorContains(t, err, "flagship")
	}
	require.ErrorIs(t, c.Call(t.Context(), "some.Script.more", nil, nil), duijie.ErrInvalid)
	require.Empty(t, *forms)

	onBoth(t, func(t *testing.T, g Gateway) {
		server, client := newFake(t, g)
		for _, m := range EnterpriseMethods() {
			err := client.Call(t.Context(), m.Name, nil, nil)
			require.ErrorIs(t, err, duijie.ErrInvalid, m.Name)
			require.ErrorContains(t, err, "Gateway", m.Name)
			found, ok := LookupMethod(m.Name)
			require.True(t, ok)
			require.True(t, found.Enterprise)
		}
		require.ErrorIs(t, client.Call(t.Context(), "vip_other.php", nil, nil), duijie.ErrInvalid)
		require.Zero(t, server.Count(""))
	})
}

func TestEnterpriseFields(t *testing.T) {
	t.Parallel()
	c, _ := enterpriseRows(t, 1, nil)
	fields := func(in any) (map[string]string, error) {
		r, err := c.prepare("trade_push", in)
		if err != nil {
			return nil, err
		}
		return r.fields, nil
	}
	got, err := fields(map[string]any{
		"shop_no": "S1", "count": 5, "price": json.Number("1.50"), "none": nil, "empty": "",
		"trade_list": []any{map[string]any{"tid": "中<&>", "num": json.Number("1.50"), "ok": true}}, "info": json.RawMessage(`{"a":"\u4e2d"}`),
	})
	require.NoError(t, err)
	require.Equal(t, map[string]string{
		"shop_no": "S1", "count": "5", "price": "1.50", "trade_list": `[{"num":1.50,"ok":true,"tid":"中<&>"}]`, "info": `{"a":"中"}`,
	}, got)
	got, err = fields(Args{{"shop_no", "S1"}, {"trade_list", []string{"a"}}})
	require.NoError(t, err)
	require.Equal(t, []string{"shop_no", "trade_list"}, slices.Sorted(maps.Keys(got)))
	for name, in := range map[string]any{
		"no object": []int{1}, "a bool": map[string]any{"a": true}, "reserved": map[string]any{"sid": "x"},
		"page by hand": map[string]any{"page_no": 1}, "no name": Args{{Value: 1}, {Value: 2}}, "twice": Args{{"a", 1}, {"a", 2}},
	} {
		_, err := fields(in)
		require.ErrorIs(t, err, duijie.ErrInvalid, name)
	}
	require.Equal(t, Enterprise, c.Gateway())
}

// A push whose answer is lost is not sent again, and tells no secret.
func TestEnterpriseWrites(t *testing.T) {
	t.Parallel()
	calls := 0
	mt := httpmockOf(func(*http.Request) (*http.Response, error) {
		calls++
		return httpmock.NewStringResponse(502, "<html>"), nil
	})
	c, err := NewClient(Config{Gateway: Enterprise, SID: "s", AppKey: "k", AppSecret: duijie.NewSecret("plantedsecret")},
		append(slices.Clone(fast), duijie.WithHTTPClient(&http.Client{Transport: mt}))...)
	require.NoError(t, err)
	err = c.Call(t.Context(), "trade_push", map[string]any{"shop_no": "S1"}, nil)
	require.ErrorIs(t, err, duijie.ErrOutcomeUnknown)
	require.Equal(t, 1, calls)
	requireNoSecret(t, fmt.Sprintf("%v %+v", err, c.cfg))
	err = c.Call(t.Context(), "trade_query", nil, nil)
	require.ErrorIs(t, err, duijie.ErrUnavailable)
	require.Equal(t, 5, calls, "a read is sent four times")
}

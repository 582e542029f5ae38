package okki

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/okki/okkitest"
	duijiesync "github.com/duijie-go/duijie/sync"
)

func numbers(t *testing.T, c *Client, q Query) []string {
	t.Helper()
	var out []string
	for p, err := range c.Products.All(t.Context(), q) {
		require.NoError(t, err)
		out = append(out, p.ProductNo)
	}
	return out
}

func TestListPages(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, productKind)
	s.seed(12)
	p, err := c.Products.List(t.Context(), Query{PageSize: 5})
	require.NoError(t, err)
	require.Len(t, p.Items, 5)
	require.EqualValues(t, 12, p.Total)
	require.Equal(t, "2/5", p.Next)
	p, err = c.Products.List(t.Context(), Query{PageSize: 5, Cursor: "3/10"})
	require.NoError(t, err)
	require.Len(t, p.Items, 2)
	require.Empty(t, p.Next)
	p, err = c.Products.List(t.Context(), Query{PageSize: 5, Cursor: "3"})
	require.NoError(t, err)
	require.Equal(t, "4", p.Next, "nobody counted what was before page 3")
	p, err = c.Products.List(t.Context(), Query{PageSize: 5, Cursor: p.Next})
	require.NoError(t, err)
	require.Empty(t, p.Items)
	require.Empty(t, p.Next)
	for _, cursor := range []string{"x", "0", "2/", "2/-1", "2/x", "/3"} {
		_, err = c.Products.List(t.Context(), Query{Cursor: cursor})
		require.ErrorIs(t, err, duijie.ErrInvalid, cursor)
	}
	require.Len(t, numbers(t, c, Query{PageSize: 5}), 12)
	q, err := url.ParseQuery(s.listQueries()[0])
	require.NoError(t, err)
	require.Equal(t, url.Values{"start_index": {"1"}, "count": {"5"}}, q)
}

// A platform that gives fewer rows than it is asked for still gives all of them, to
// every way of reading, whether it tells a total or not.
func TestPagesSmallerThanAsked(t *testing.T) {
	t.Parallel()
	for _, total := range []any{23, "23", nil} {
		c, s := fakePair(t)
		s.Handle("GET product/list", func(r okkitest.Request) (any, error) {
			const most = 10
			rows := []any{}
			for i := (num(r.Query.Get("start_index")) - 1) * most; i < 23 && len(rows) < most; i++ {
				rows = append(rows, row{"product_id": i + 1, "update_time": "2026-01-01 00:00:00"})
			}
			return map[string]any{"list": rows, "count": total}, nil
		})
		var lists, pages int
		for q := (Query{PageSize: 100}); ; {
			p, err := QueryPage[duijie.Record](t.Context(), c, "/v1/product/list", q)
			require.NoError(t, err)
			lists += len(p.Items)
			if q.Cursor = p.Next; p.Next == "" {
				break
			}
		}
		for p, err := range c.Products.Pages(t.Context(), Query{PageSize: 100}) {
			require.NoError(t, err)
			pages += len(p.Items)
		}
		read := func(size int, cfg SourceConfig[ProductRow]) (n int, failed error) {
			src, err := NewListSource(c.Products, Query{PageSize: size}, cfg)
			require.NoError(t, err)
			seen := map[string]bool{}
			for b, err := range src.Read(t.Context(), "") {
				failed = err
				for _, rec := range b.Records {
					seen[rec.Key] = true
				}
			}
			return len(seen), failed
		}
		all, err := read(100, SourceConfig[ProductRow]{Full: true})
		require.NoError(t, err)
		windows, err := read(10, SourceConfig[ProductRow]{SettleDelay: -1})
		require.NoError(t, err)
		require.Equal(t, []int{23, 23, 23, 23}, []int{lists, pages, all, windows}, "total %v", total)
		// Windows are read backwards, which takes pages of a known size: it says so.
		if n, err := read(100, SourceConfig[ProductRow]{SettleDelay: -1}); n != 23 {
			require.ErrorIs(t, err, duijie.ErrNoProgress)
		}
	}
}

// Rows that move between the pages are not lost: the list is read again.
func TestAllReadsAgainWhileRowsMove(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, productKind)
	s.seed(20)
	seen, pages := map[string]bool{}, 0
	for p, err := range c.Products.Pages(t.Context(), Query{PageSize: 5}) {
		require.NoError(t, err)
		for _, one := range p.Items {
			require.False(t, seen[one.ProductNo], one.ProductNo)
			seen[one.ProductNo] = true
		}
		if pages++; pages == 2 {
			s.remove("P-019") // was read already: the rest moves forward
			s.remove("P-018")
		}
	}
	for i := range 18 {
		require.True(t, seen[fmt.Sprintf("P-%03d", i)], i)
	}
	require.Greater(t, pages, 4)
}

func TestListThatRepeatsEnds(t *testing.T) {
	t.Parallel()
	s := newStage(t, productKind)
	s.extra = func(w http.ResponseWriter, _ *http.Request) {
		envelopeOf(w, 200, "success", map[string]any{"count": 1000, "list": []row{{"product_id": 1}, {"product_id": 2}}})
	}
	c := clientOf(t, s.config())
	var last error
	for _, err := range c.Products.All(t.Context(), Query{PageSize: 2}) {
		last = err
	}
	require.ErrorIs(t, last, duijie.ErrNoProgress)
}

// Totals come under two names, as numbers and texts, and some lists are the data.
func TestTotals(t *testing.T) {
	t.Parallel()
	o := operationOf("GET", "/v1/product/list") // its total is count; totalItem goes before it
	for _, c := range []struct {
		data string
		want int64
		rows int
	}{
		{`{"totalItem":7,"count":2,"list":[{},{}]}`, 7, 2},
		{`{"totalItem":"7","count":"2","list":[{},{}]}`, 7, 2},
		{`{"count":"29","list":[{}]}`, 29, 1},
		{`{"count":0,"list":[]}`, 0, 0},
		{`{"list":[{}]}`, -1, 1},
		{`{"count":0,"list":[{}]}`, -1, 1},
		{`{"count":0,"list":{}}`, 0, 0},
		{`{"count":0,"list":null}`, 0, 0},
		{`[{},{},{}]`, 3, 3},
		{`[]`, 0, 0},
	} {
		p, err := readListed(o, []byte(c.data), 1)
		require.NoError(t, err)
		require.Equal(t, c.want, p.total, c.data)
		require.Len(t, p.rows, c.rows, c.data)
	}
	_, err := readListed(o, []byte(`{"list":"x"}`), 1)
	require.ErrorIs(t, err, duijie.ErrMalformedAnswer)
}

// Each list is asked with the parameters it has, and no others.
func TestListParameters(t *testing.T) {
	t.Parallel()
	s := newStage(t, productKind)
	queries := make(chan url.Values, 1)
	s.extra = func(w http.ResponseWriter, r *http.Request) {
		queries <- r.URL.Query()
		envelopeOf(w, 200, "success", map[string]any{"count": 0, "list": []row{}})
	}
	c := clientOf(t, s.config())
	from, to := testDay, testDay.Add(time.Hour).UTC()
	ask := func(path string, q Query) url.Values {
		_, err := QueryPage[duijie.Record](t.Context(), c, path, q)
		require.NoError(t, err, path)
		return <-queries
	}
	window := url.Values{"start_index": {"1"}, "count": {"100"}, "start_time": {"2026-08-07 09:10:11"}, "end_time": {"2026-08-07 10:10:11"}}
	plus := func(pairs ...string) url.Values {
		out := url.Values{}
		for k, v := range window {
			out[k] = v
		}
		for i := 0; i < len(pairs); i += 2 {
			out.Set(pairs[i], pairs[i+1])
		}
		return out
	}
	require.Equal(t, plus("time_type", "1"), ask("/v1/product/list", Query{From: from, To: to}))
	require.Equal(t, plus("time_type", "4", "status", "1,2"), ask("/v1/invoices/order/list", Query{From: from, To: to, TimeType: DeletionTime, Params: Params{"status": []int{1, 2}}}))
	require.Equal(t, plus(), ask("/v1/opportunity/list", Query{From: from, To: to}))
	require.Equal(t, plus("sort_field", "update_time"), ask("/v1/lead/list", Query{From: from, To: to}))
	require.Equal(t, plus("sort_field", "edit_time"), ask("/v1/lead/list", Query{From: from, To: to, Params: Params{"sort_field": "edit_time"}}))
	require.Equal(t, plus("page_no", "1", "page_size", "100", "is_delete", "1"), ask("/v1/supplier/list", Query{From: from, To: to, Removed: true}))
	require.Equal(t, plus("removed", "1"), ask("/v1/invoices/receipt/list", Query{From: from, To: to, Removed: true}))

	for path, q := range map[string]Query{
		"/v1/product/list": {Removed: true}, "/v1/user/departmentList": {From: from}, "/v1/opportunity/list": {TimeType: CreationTime},
		"/v1/company/list": {Params: Params{"count": 7}}, "/v1/lead/list": {PageSize: 501}, "/v1/invoices/order/list": {Cursor: "x"},
	} {
		_, err := QueryPage[duijie.Record](t.Context(), c, path, q)
		require.ErrorIs(t, err, duijie.ErrInvalid, path)
	}
	require.Empty(t, queries)
}

func TestGetMany(t *testing.T) {
	t.Parallel()
	c, s := newPair(t, productKind)
	s.seed(30)
	var ids []int64
	for p, err := range c.Products.All(t.Context(), Query{}) {
		require.NoError(t, err)
		ids = append(ids, p.ProductID)
	}
	s.remove("P-010")
	gate := make(chan struct{})
	s.mu.Lock()
	s.infoWait = gate
	s.mu.Unlock()
	go func() { // lets them through once they all wait
		for range 2000 {
			s.mu.Lock()
			n := s.inflight
			s.mu.Unlock()
			if n == 3 {
				break
			}
			timer := time.NewTimer(time.Millisecond)
			<-timer.C
		}
		close(gate)
	}()
	var got []string
	for p, err := range c.Products.GetMany(t.Context(), ids, 3) {
		require.NoError(t, err)
		got = append(got, p.ProductNo)
	}
	require.Equal(t, 3, s.most)
	require.Len(t, got, 29)
	want := slices.Clone(got)
	slices.SortFunc(want, func(a, b string) int { return -compareText(a, b) }) // newest first, as the list
	require.Equal(t, want, got)

	s.faults.Clear()
	s.setDown(true)
	n := 0
	for _, err := range c.Products.GetMany(t.Context(), ids, 3) {
		require.ErrorIs(t, err, duijie.ErrUnavailable)
		n++
	}
	require.Equal(t, 1, n)
}

func compareText(a, b string) int {
	if a < b {
		return -1
	}
	return 1
}

// The window of the third flow: every half hour and a second are read again.
func TestWindowWithOverlap(t *testing.T) {
	t.Parallel()
	s := newStage(t, productKind)
	now := testDay
	c := clientOf(t, s.config(), duijie.WithClock(func() time.Time { return now }))
	s.seed(1)
	src, err := NewListSource(c.Products, Query{PageSize: 20}, SourceConfig[ProductRow]{
		Start: testDay.Add(-time.Hour), Overlap: 30*time.Minute + time.Second, SettleDelay: -1,
		Key: func(p ProductRow) string { return p.ProductNo },
	})
	require.NoError(t, err)
	read := func(after string) (end string) {
		for b, err := range src.Read(t.Context(), duijiesync.Checkpoint(after)) {
			require.NoError(t, err)
			if b.Checkpoint != "" {
				end = string(b.Checkpoint)
			}
		}
		return end
	}
	end := read("")
	now = now.Add(10 * time.Minute)
	before := len(s.listQueries())
	read(end)
	q, err := url.ParseQuery(s.listQueries()[before])
	require.NoError(t, err)
	from, err := time.ParseInLocation(time.DateTime, q.Get("start_time"), duijie.China)
	require.NoError(t, err)
	require.InDelta(t, (30*time.Minute + time.Second).Seconds(), testDay.Sub(from).Seconds(), 2)
	to, err := time.ParseInLocation(time.DateTime, q.Get("end_time"), duijie.China)
	require.NoError(t, err)
	require.InDelta(t, 600, to.Sub(testDay).Seconds(), 2)
	require.Equal(t, "1", q.Get("time_type"))
	require.Equal(t, strconv.Itoa(20), q.Get("count"))
}

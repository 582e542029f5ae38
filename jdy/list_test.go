package jdy

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/jdy/jdytest"
	duijiesync "github.com/duijie-go/duijie/sync"
)

type materialRow struct {
	ID     string `json:"id"`
	Number string `json:"number"`
}

func seedMaterials(s *jdytest.Server, n int) {
	rows := make([]jdytest.Row, n)
	for i := range rows {
		rows[i] = jdytest.Row{"number": fmt.Sprintf("M-%03d", i), "name": fmt.Sprintf("料 %d", i), "base_unit_id": "1"}
	}
	s.Seed("bd/material", rows...)
}

var materialKind = RecordKind{Name: "material", Path: "/jdy/v2/bd/material", Entity: "bd_material"}

func materialService(c *Client) *Records[materialRow, duijie.Record, map[string]any] {
	return NewRecords[materialRow, duijie.Record, map[string]any](c, materialKind)
}

// numbersOf collects a list.
func numbersOf(t *testing.T, rows func(func(materialRow, error) bool)) map[string]int {
	t.Helper()
	got := map[string]int{}
	rows(func(r materialRow, err error) bool {
		require.NoError(t, err)
		got[r.Number]++
		return true
	})
	return got
}

func TestListPages(t *testing.T) {
	t.Parallel()
	for _, opts := range [][]jdytest.Option{nil, {jdytest.WithMixedTypes()}, {jdytest.WithStrictFields()}} {
		c, s := newPair(t, opts...)
		seedMaterials(s, 250)
		list := materialService(c)
		page, err := list.List(t.Context(), Query{})
		require.NoError(t, err)
		require.Len(t, page.Items, 100)
		require.EqualValues(t, 250, page.Total)
		require.Equal(t, "2", page.Next)
		page, err = list.List(t.Context(), Query{Cursor: "3"})
		require.NoError(t, err)
		require.Len(t, page.Items, 50)
		require.Empty(t, page.Next)
		_, err = list.List(t.Context(), Query{Cursor: "first"})
		require.ErrorIs(t, err, duijie.ErrInvalid)

		before := s.Count(opMaterials)
		got := numbersOf(t, list.All(t.Context(), Query{PageSize: 40}))
		require.Len(t, got, 250)
		require.Equal(t, 7, s.Count(opMaterials)-before, "a quiet list is read once")
		got = numbersOf(t, QueryAs[materialRow](t.Context(), c, "GET /jdy/v2/bd/material", Query{Filter: Filter{"search": "料 24"}}))
		require.Len(t, got, 11)
	}
}

// Rows that move between two calls cost a plain loop over the pages a row; the
// iterators and the sources miss none.
func TestMovingRows(t *testing.T) {
	t.Parallel()
	moving := func(t *testing.T) (*Client, *jdytest.Server) {
		c, s := newPair(t)
		seedMaterials(s, 60)
		s.OnCall(func(op string, n int) { // a row of the first page leaves after it was read
			if op == opMaterials && n == 2 {
				rows := s.Records("bd/material")
				s.MoveToEnd("bd/material", rows[0]["number"].(string))
				s.MoveToEnd("bd/material", rows[len(rows)-1]["number"].(string))
				s.Remove("bd/material", rows[len(rows)-2]["number"].(string))
			}
		})
		return c, s
	}
	lost := func(t *testing.T, s *jdytest.Server, got map[string]int) (missing []string) {
		for _, r := range s.Records("bd/material") {
			if got[r["number"].(string)] == 0 {
				missing = append(missing, r["number"].(string))
			}
		}
		return missing
	}

	c, s := moving(t)
	got := map[string]int{}
	for q := (Query{PageSize: 20}); ; {
		page, err := materialService(c).List(t.Context(), q)
		require.NoError(t, err)
		for _, r := range page.Items {
			got[r.Number]++
		}
		if page.Next == "" {
			break
		}
		q.Cursor = page.Next
	}
	require.NotEmpty(t, lost(t, s, got), "the plain loop is meant to lose a row here")

	c, s = moving(t)
	got = numbersOf(t, materialService(c).All(t.Context(), Query{PageSize: 20}))
	require.Empty(t, lost(t, s, got))
	for number, times := range got {
		require.Equal(t, 1, times, number)
	}

	for _, cfg := range []SourceConfig[materialRow]{{}, {Full: true}} {
		c, s = moving(t)
		src, err := NewListSource(materialService(c), Query{PageSize: 20}, SourceConfig[materialRow]{Full: cfg.Full, SettleDelay: -1})
		require.NoError(t, err)
		got = map[string]int{}
		for b, err := range src.Read(t.Context(), "") {
			require.NoError(t, err)
			for _, r := range b.Records {
				got[r.Key]++
			}
		}
		require.Empty(t, lost(t, s, got))
	}
}

// Pages above 100 rows would lose rows in silence: they are refused unsent.
func TestPageSizeIsRefused(t *testing.T) {
	t.Parallel()
	c, s := newPair(t)
	list := materialService(c)
	for _, q := range []Query{{PageSize: 101}, {PageSize: -1}, {Filter: Filter{"page_size": "200"}}, {Filter: Filter{"page_size": 0}}} {
		_, err := list.List(t.Context(), q)
		require.ErrorIs(t, err, duijie.ErrInvalid)
		for _, err := range list.Pages(t.Context(), q) {
			require.ErrorIs(t, err, duijie.ErrInvalid)
		}
		require.ErrorIs(t, c.Call(t.Context(), "GET /jdy/v2/bd/material", q, nil, nil), duijie.ErrInvalid)
	}
	for _, q := range []Query{{PageSize: 101}, {Filter: Filter{"page_size": "20"}}, {Filter: Filter{"page": 2}}} {
		_, err := NewListSource(list, q, SourceConfig[materialRow]{})
		require.ErrorIs(t, err, duijie.ErrInvalid)
	}
	require.Zero(t, s.Count(""))
}

// The platform ignores a filter it does not know, which would look like a match.
func TestUnknownFiltersAreRefused(t *testing.T) {
	t.Parallel()
	c, s := newPair(t)
	units := NewRecords[materialRow, duijie.Record, duijie.Record](c, RecordKind{Path: "/jdy/v2/fi/fa_group"})
	for _, q := range []Query{{ModifiedFrom: testDay}, {CreatedTo: testDay}, {BillDateFrom: testDay}, {Enable: "1"}, {IDs: []string{"1"}}} {
		_, err := units.List(t.Context(), q)
		require.ErrorIs(t, err, duijie.ErrInvalid)
		_, err = NewListSource(units, q, SourceConfig[materialRow]{Full: true})
		require.ErrorIs(t, err, duijie.ErrInvalid)
	}
	_, err := NewListSource(materialService(c), Query{ModifiedFrom: testDay}, SourceConfig[materialRow]{})
	require.ErrorIs(t, err, duijie.ErrInvalid, "the windows are the source's")
	require.Zero(t, s.Count(""))
}

func TestLongURLIsRefused(t *testing.T) {
	t.Parallel()
	c, s := newPair(t)
	ids := make([]string, 150)
	for i := range ids {
		ids[i] = strconv.Itoa(2157960004865371136/1000 + i)
	}
	_, err := materialService(c).List(t.Context(), Query{IDs: ids})
	require.ErrorIs(t, err, duijie.ErrInvalid)
	require.ErrorContains(t, err, "2048")
	require.Zero(t, s.Count(""))
	_, err = materialService(c).List(t.Context(), Query{IDs: ids[:50]})
	require.NoError(t, err)
}

// pageAnswer answers a list of n rows as f makes it.
func pageAnswer(f func(page, size int) string) httpmock.Responder {
	return func(r *http.Request) (*http.Response, error) {
		q := r.URL.Query()
		page, _ := strconv.Atoi(q.Get("page"))
		size, _ := strconv.Atoi(q.Get("page_size"))
		return httpmock.NewStringResponse(200, `{"errcode":0,"data":`+f(page, size)+`}`), nil
	}
}

func idRows(from, to int) string {
	var rows []string
	for i := from; i < to; i++ {
		rows = append(rows, fmt.Sprintf(`{"id":"%d","number":"M-%d"}`, i, i))
	}
	return "[" + strings.Join(rows, ",") + "]"
}

func drain(c *Client, q Query) (map[string]int, error) {
	got := map[string]int{}
	for r, err := range materialService(c).All(context.Background(), q) {
		if err != nil {
			return got, err
		}
		got[r.Number]++
	}
	return got, nil
}

func TestListThatRepeatsItself(t *testing.T) {
	t.Parallel()
	calls := 0
	c := mocked(t, pageAnswer(func(_, _ int) string {
		calls++
		return `{"count":"50","total_page":5,"rows":` + idRows(0, 10) + `}`
	}))
	_, err := drain(c, Query{PageSize: 10})
	require.ErrorIs(t, err, duijie.ErrNoProgress)
	require.Equal(t, samePages, calls)

	c = mocked(t, pageAnswer(func(page, size int) string {
		return fmt.Sprintf(`{"rows":%s}`, idRows(page*size, page*size+size))
	}))
	n := 0
	for _, err := range materialService(c).All(t.Context(), Query{PageSize: 10}) {
		require.NoError(t, err)
		if n++; n == 105 { // neither count nor pages are told: it goes on
			break
		}
	}
}

// A list that never comes to rest is an error, not a loss.
func TestListThatNeverRests(t *testing.T) {
	t.Parallel()
	calls := 0
	c := mocked(t, pageAnswer(func(page, size int) string {
		calls++
		return fmt.Sprintf(`{"count":%d,"total_page":2,"rows":%s}`, 19+calls%2, idRows((page-1)*size, page*size-1))
	}))
	_, err := drain(c, Query{PageSize: 10})
	require.ErrorIs(t, err, duijie.ErrNoProgress)
	require.Equal(t, 2*maxReadings, calls)
}

// A row that left its page took another one out of sight, and the count went with
// it: that there are as many rows as are counted proves nothing.
func TestListWhoseCountChanges(t *testing.T) {
	t.Parallel()
	calls := 0
	c := mocked(t, pageAnswer(func(page, size int) string {
		switch calls++; calls {
		case 1:
			return `{"count":"15","total_page":2,"rows":` + idRows(0, 10) + `}`
		case 2:
			return `{"count":"14","total_page":2,"rows":` + idRows(11, 15) + `}`
		}
		return fmt.Sprintf(`{"count":"14","total_page":2,"rows":%s}`, idRows((page-1)*size+1, min(page*size+1, 15)))
	}))
	got, err := drain(c, Query{PageSize: 10})
	require.NoError(t, err)
	require.Contains(t, got, "M-10")
	require.Equal(t, 4, calls)
}

// Rows that are missing from the count are read again.
func TestListShortOfItsCount(t *testing.T) {
	t.Parallel()
	calls := 0
	c := mocked(t, pageAnswer(func(page, size int) string {
		if calls++; calls == 2 {
			return `{"count":"15","total_page":2,"rows":` + idRows(12, 15) + `}` // 10 and 11 were shifted away
		}
		return fmt.Sprintf(`{"count":"15","total_page":2,"rows":%s}`, idRows((page-1)*size, min(page*size, 15)))
	}))
	got, err := drain(c, Query{PageSize: 10})
	require.NoError(t, err)
	require.Len(t, got, 15)
	require.Equal(t, 4, calls)
}

func TestListForms(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]int{
		`{"count":"0","total_page":0,"rows":[]}`: 0,
		`{"count":0,"total_page":1,"rows":null}`: 0,
		`{"rows":""}`:                            0,
		`null`:                                   0,
		`{"count":"3","total_page":1,"rows":` + idRows(0, 3) + `}`: 3,
		`{"total_page":"1","rows":` + idRows(0, 3) + `}`:           3,
	} {
		c := mocked(t, pageAnswer(func(int, int) string { return data }))
		got, err := drain(c, Query{})
		require.NoError(t, err, data)
		require.Len(t, got, want, data)
	}
	c := mocked(t, pageAnswer(func(int, int) string { return `{"rows":{"id":"1"}}` }))
	_, err := drain(c, Query{})
	require.ErrorIs(t, err, duijie.ErrMalformedAnswer)
	c = mocked(t, pageAnswer(func(int, int) string { return `{"count":2,"total_page":1,"rows":[{"id":{}}]}` }))
	_, err = drain(c, Query{})
	require.ErrorContains(t, err, "row 0 does not fit")

	// Behind the end some reports answer their last page again.
	p, err := readListed(&Operation{}, []byte(`{"total_page":2,"rows":`+idRows(0, 3)+`}`), 3, 10)
	require.NoError(t, err)
	require.Empty(t, p.rows)
	require.True(t, p.last())
}

// Lists without paging are read in one call, and rows without ids of their own
// are all yielded.
func TestUnpagedList(t *testing.T) {
	t.Parallel()
	calls := 0
	c := mocked(t, func(r *http.Request) (*http.Response, error) {
		calls++
		if r.URL.RawQuery != "" {
			return nil, errors.New("parameters for a list that takes none: " + r.URL.RawQuery)
		}
		return httpmock.NewStringResponse(200, `{"errcode":0,"data":{"count":9,"rows":[{"number":"a"},{"number":"a"},{"number":"b"}]}}`), nil
	})
	n := 0
	for _, err := range QueryAs[materialRow](t.Context(), c, "/jdy/v2/fi/account_type", Query{}) {
		require.NoError(t, err)
		n++
	}
	require.Equal(t, 3, n, "equal rows of one page are different ones")
	require.Equal(t, 1, calls)
	for _, err := range QueryAs[materialRow](t.Context(), c, "POST /jdy/v2/cust/list", Query{}) {
		require.ErrorIs(t, err, duijie.ErrInvalid)
	}
}

// A window source goes on where it ended, with an overlap, and finds what
// changed; disabled master data is read too.
func TestWindowSourceGoesOn(t *testing.T) {
	t.Parallel()
	var ahead atomic.Int64
	clock := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	s := newServer(t, jdytest.WithClock(clock), jdytest.WithTokenLife(1000*time.Hour))
	c := clientOf(t, configOf(s), duijie.WithClock(clock))
	past := clock().Add(-24 * time.Hour).In(duijie.China).Format(time.DateTime)
	s.Seed("bd/customer", jdytest.Row{"number": "A", "name": "甲", "modify_time": past}, jdytest.Row{"number": "B", "name": "乙", "modify_time": past, "enable": "0"})
	src, err := NewListSource(NewRecords[customerRow, customerRow, customerModel](c, customerKind), Query{}, SourceConfig[customerRow]{})
	require.NoError(t, err)
	read := func(after duijiesync.Checkpoint) (keys []string, end duijiesync.Checkpoint) {
		end = after // a window that has not grown leaves it
		for b, err := range src.Read(t.Context(), after) {
			require.NoError(t, err)
			for _, r := range b.Records {
				keys = append(keys, r.Key)
			}
			if b.Checkpoint != "" {
				end = b.Checkpoint
			}
		}
		return keys, end
	}
	keys, end := read("")
	require.ElementsMatch(t, []string{"A", "B"}, keys)
	calls := s.Calls()
	require.Equal(t, "-1", calls[len(calls)-1].Query.Get("enable"))
	ahead.Store(int64(time.Hour))
	keys, end = read(end)
	require.Empty(t, keys)
	s.Change("bd/customer", "A", jdytest.Row{"remark": "新"})
	keys, end = read(end)
	require.Empty(t, keys, "not before the settle delay has passed")
	ahead.Store(int64(time.Hour + 2*time.Minute))
	keys, end = read(end)
	require.Equal(t, []string{"A"}, keys)
	ahead.Store(int64(time.Hour + 5*time.Minute))
	keys, end = read(end)
	require.Equal(t, []string{"A"}, keys, "within the overlap it comes again; the ledger drops it")
	ahead.Store(int64(2 * time.Hour))
	_, end = read(end)
	keys, _ = read(end)
	require.Empty(t, keys)
	require.Contains(t, src.(duijiesync.Pager).Paging(), "closed window")
}

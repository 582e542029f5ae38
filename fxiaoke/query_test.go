package fxiaoke

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

type account struct {
	ID   string         `json:"_id"`
	Name string         `json:"name"`
	Rate duijie.Decimal `json:"rate__c"`
}

func wireOf(t *testing.T, q Query) string {
	t.Helper()
	b, err := json.Marshal(q)
	require.NoError(t, err)
	return string(b)
}

// The complete wire form of chapter 6.
func TestQueryWireForm(t *testing.T) {
	t.Parallel()
	at := time.UnixMilli(1767225600000)
	q := Query{
		Object: "AccountObj", Fields: []string{"name", "last_modified_time"}, Orders: []Order{{Field: "_id"}, {Field: "name", Desc: true}}, Total: true, PageSize: 50, Offset: 100,
		Filters:  []Filter{Where("last_modified_time", OpAtLeast, at), Where("a__c", OpBetween, 1, duijie.NewDecimal(250, 2)), Where("ok__c", OpEqual, true), Where("owner", OpIn, []string{"x", "y"}), Where("tel", OpEmpty)},
		Template: "T1", IncludeNull: true,
	}
	require.JSONEq(t, `{"includeNull":true,"data":{"dataObjectApiName":"AccountObj","find_explicit_total_num":true,"search_template_id":"T1","search_query_info":{
		"limit":50,"offset":100,"orders":[{"fieldName":"_id","isAsc":true},{"fieldName":"name","isAsc":false}],
		"fieldProjection":["_id","name","last_modified_time"],"filters":[
		{"field_name":"last_modified_time","field_values":["1767225600000"],"operator":"GTE"},
		{"field_name":"a__c","field_values":["1","2.50"],"operator":"BETWEEN"},
		{"field_name":"ok__c","field_values":["true"],"operator":"EQ"},
		{"field_name":"owner","field_values":["x","y"],"operator":"IN"},
		{"field_name":"tel","field_values":[],"operator":"IS"}]}}}`, wireOf(t, q))
	require.JSONEq(t, `{"data":{"dataObjectApiName":"object_x__c","find_explicit_total_num":false,"field_projection":["_id","name"],
		"search_query_info":{"limit":100,"offset":0,"orders":[],"filters":[]}}}`, wireOf(t, Query{Object: "object_x__c", Simple: true, Fields: []string{"name"}}))
	require.Equal(t, "/cgi/crm/custom/v2/data/findSimple", Query{Object: "AccountObj", Simple: true}.path())
}

func TestQueryIsChecked(t *testing.T) {
	t.Parallel()
	c, s := newPair(t)
	for what, q := range map[string]Query{
		"Object": {}, "PageSize": {Object: "A", PageSize: 101}, "Offset": {Object: "A", Orders: []Order{{Field: "name"}}, Offset: 7},
		"Offset wants Orders":         {Object: "A", Offset: 100},
		"an order names no field":     {Object: "A", Orders: []Order{{}}},
		"a filter names no field":     {Object: "A", Filters: []Filter{{Op: OpEqual, Values: []any{1}}}},
		"no operator":                 {Object: "A", Filters: []Filter{Where("a", "NE", 1)}},
		"does not take 2 values":      {Object: "A", Filters: []Filter{Where("a", OpEqual, 1, 2)}},
		"does not take 0 values":      {Object: "A", Filters: []Filter{Where("a", OpIn)}},
		"does not take 1 values":      {Object: "A", Filters: []Filter{Where("a", OpBetween, 1)}},
		"float64 can not be compared": {Object: "A", Filters: []Filter{Where("a", OpEqual, 1.5)}},
	} {
		_, err := QueryPage[duijie.Record](t.Context(), c, q)
		require.ErrorIs(t, err, duijie.ErrInvalid, what)
		require.ErrorContains(t, err, what)
		_, err = json.Marshal(q)
		require.ErrorIs(t, err, duijie.ErrInvalid)
	}
	require.Zero(t, s.count(""))
}

func seedAccounts(s *stub, n int) {
	for i := range n {
		s.seed("AccountObj", row{"name": fmt.Sprintf("客户 %05d", i), "rate__c": "1.10"})
	}
}

// Far more than 10000 rows come, each once, while rows come, go and change.
func TestKeysetBeyondTenThousand(t *testing.T) {
	t.Parallel()
	c, s := newPair(t)
	seedAccounts(s, 10_150)
	seen := map[string]int{}
	n := 0
	for a, err := range QueryAs[account](t.Context(), c, Query{Object: "AccountObj"}) {
		require.NoError(t, err)
		require.Equal(t, `"1.10"`, mustJSON(t, a.Rate))
		seen[a.Name]++
		if n++; n%2500 == 0 {
			s.remove("AccountObj", "_id", a.ID) // one that was read
			s.change("AccountObj", "name", "客户 00001", row{"rate__c": "1.10"})
		}
	}
	require.Len(t, seen, 10_150)
	for name, times := range seen {
		require.Equal(t, 1, times, name)
	}
	_, body := s.last()
	require.Contains(t, string(body["data"]), `"fieldProjection":["_id","name","rate__c"]`)
	require.Contains(t, string(body["data"]), `"find_explicit_total_num":false`)

	// Paged by offset the same list ends loudly at 10000.
	n = 0
	var last error
	for _, err := range QueryAs[account](t.Context(), c, Query{Object: "AccountObj", Orders: []Order{{Field: "name"}}, Offset: 9900}) {
		if last = err; err == nil {
			n++
		}
	}
	require.ErrorIs(t, last, duijie.ErrInvalid)
	require.Equal(t, 200, n)
}

// A loop over offsets loses rows while they move, on the same data.
func TestOffsetLosesRows(t *testing.T) {
	t.Parallel()
	c, s := newPair(t)
	seedAccounts(s, 40)
	lose := func(q Query) map[string]bool {
		q.Object, q.PageSize = "AccountObj", 10
		seen := map[string]bool{}
		for page, err := range QueryPages[account](t.Context(), c, q) {
			require.NoError(t, err)
			for i, a := range page.Items {
				seen[a.ID] = true
				if i < 3 {
					s.change("AccountObj", "_id", a.ID, nil) // moves to the end
				}
			}
		}
		return seen
	}
	require.Less(t, len(lose(Query{Orders: []Order{{Field: "last_modified_time"}}})), 40)
	require.Len(t, lose(Query{}), 40)
}

func TestPages(t *testing.T) {
	t.Parallel()
	c, s := newPair(t)
	seedAccounts(s, 25)
	q := Query{Object: "AccountObj", PageSize: 10, Total: true}
	page, err := QueryPage[duijie.Record](t.Context(), c, q)
	require.NoError(t, err)
	require.Len(t, page.Items, 10)
	require.EqualValues(t, 25, page.Total)
	rest := 0
	for p, err := range QueryPagesFrom[duijie.Record](t.Context(), c, q, page.Next) {
		require.NoError(t, err)
		rest += len(p.Items)
	}
	require.Equal(t, 15, rest)
	for _, cursor := range []string{"offset:10", "x"} {
		for _, err := range QueryPagesFrom[duijie.Record](t.Context(), c, q, cursor) {
			require.ErrorIs(t, err, duijie.ErrInvalid)
		}
	}
	q.Orders = []Order{{Field: "name", Desc: true}}
	var names []string
	for a, err := range QueryAs[account](t.Context(), c, q) {
		require.NoError(t, err)
		names = append(names, a.Name)
	}
	require.Len(t, names, 25)
	require.True(t, slices.IsSortedFunc(names, func(a, b string) int { return strings.Compare(b, a) }))

	// A platform that cuts pages is believed about their size, not taken for done.
	s.shy = true
	n := 0
	for _, err := range QueryAs[account](t.Context(), c, Query{Object: "AccountObj"}) {
		require.NoError(t, err)
		n++
	}
	require.Equal(t, 25, n)
	s.shy = false

	for a, err := range QueryAs[account](t.Context(), c, Query{Object: "object_none__c"}) {
		t.Error("there is none", a, err)
	}
	_, err = QueryPage[struct {
		Name []int `json:"name"`
	}](t.Context(), c, Query{Object: "AccountObj"})
	require.ErrorContains(t, err, "row 1")
}

// Answers that would end or repeat a list silently are errors.
func TestQueryAnswers(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]error{
		`{"errorCode":0}`:                                                           duijie.ErrMalformedAnswer,
		`{"errorCode":0,"data":null}`:                                               duijie.ErrMalformedAnswer,
		`{"errorCode":0,"data":[]}`:                                                 duijie.ErrMalformedAnswer,
		`{"errorCode":0,"data":{}}`:                                                 duijie.ErrMalformedAnswer,
		`{"errorCode":0,"data":{"dataList":null}}`:                                  nil,
		`{"errorCode":0,"data":{"dataList":null,"total":3}}`:                        duijie.ErrMalformedAnswer,
		`{"errorCode":0,"data":{"offset":0,"limit":100,"total":0}}`:                 nil,
		`{"errorCode":0,"data":{"offset":0,"limit":100,"total":7}}`:                 duijie.ErrMalformedAnswer,
		`{"errorCode":0,"data":{"datas":[{"_id":"1"}],"limit":100,"total":0}}`:      duijie.ErrMalformedAnswer,
		`{"errorCode":0,"data":{"dataList":[]}}`:                                    nil,
		`{"errorCode":0,"data":"x"}`:                                                duijie.ErrMalformedAnswer,
		`{"errorCode":0,"data":{"dataList":"x"}}`:                                   duijie.ErrMalformedAnswer,
		`{"errorCode":0,"data":{"dataList":[1]}}`:                                   duijie.ErrMalformedAnswer,
		`{"errorCode":0,"data":{"_id":"1"}}`:                                        duijie.ErrMalformedAnswer,
		`{"errorCode":0,"data":{"dataList":[{"_id":"2"},{"_id":"1"}],"limit":2}}`:   duijie.ErrNoProgress,
		`{"errorCode":0,"data":{"dataList":[{"_id":"1"},{"_id":"2"}],"limit":2}}`:   duijie.ErrNoProgress, // again and again
		`{"errorCode":0,"data":{"dataList":[{"name":"a"},{"name":"b"}],"limit":2}}`: duijie.ErrNoProgress,
		`{"errorCode":0,"data":{"dataList":[{"name":"a"}],"limit":2}}`:              nil,
		`{"errorCode":14001,"errorMessage":"x"}`:                                    duijie.ErrRateLimited,
	} {
		c := canned(t, 200, body)
		var last error
		for _, err := range QueryAs[duijie.Record](t.Context(), c, Query{Object: "AccountObj"}) {
			last = err
		}
		if want == nil {
			require.NoError(t, last, body)
			continue
		}
		require.ErrorIs(t, last, want, body)
		if errors.Is(want, duijie.ErrNoProgress) {
			require.ErrorContains(t, last, "is not behind", body)
		}
	}
}

// The fields asked for are those of the struct, unless it wants more.
func TestProjection(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"_id", "name", "rate__c"}, projected[account](Query{}).Fields)
	require.Equal(t, []string{"name"}, projected[account](Query{Fields: []string{"name"}}).Fields)
	require.Nil(t, projected[duijie.Record](Query{}).Fields)
	require.Nil(t, projected[struct{ Name string }](Query{}).Fields)
	require.Nil(t, projected[struct {
		Owner any `json:"owner__r"`
	}](Query{}).Fields)
	require.Nil(t, projected[struct {
		Name  string                     `json:"name"`
		Extra map[string]json.RawMessage `json:"-"`
	}](Query{}).Fields)
}

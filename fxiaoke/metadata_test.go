package fxiaoke

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

const lowCode = `{"dataObjectApiName":"object_inventory_report__c","currentOpenUserId":"FSUID_xxx","corpAccessToken":"no","autoFillResponse":true,
 "search_query_info":{"limit":"20","offset":"0",
   "filters":{"条件1":{"field_name":"last_modified_time","field_values":["{LAST_SYNC_TIME}000"],"operator":"gte"},
              "条件2":{"field_name":"name","field_values":"a,b","operator":"EQ"}},
   "orders":[{"fieldName":"last_modified_time","isAsc":"true"}],
   "fieldProjection":{"0":"_id","1":"name"}}}`

// The rules of chapter 7.
func TestMetadata(t *testing.T) {
	t.Parallel()
	m, err := ParseMetadata([]byte(lowCode))
	require.NoError(t, err)
	require.Equal(t, "FSUID_xxx", m.OpenUserID)
	last := time.Date(2026, 1, 1, 8, 0, 0, 0, duijie.China)
	q, err := m.At(last, last)
	require.NoError(t, err)
	require.Equal(t, "/cgi/crm/custom/v2/data/query", q.path())
	require.JSONEq(t, `{"data":{"dataObjectApiName":"object_inventory_report__c","find_explicit_total_num":false,"search_query_info":{"limit":20,"offset":0,
		"filters":[{"field_name":"last_modified_time","field_values":["1767225600000"],"operator":"GTE"},{"field_name":"name","field_values":["a,b"],"operator":"EQ"}],
		"orders":[{"fieldName":"last_modified_time","isAsc":true}],"fieldProjection":["_id","name"]}}}`, wireOf(t, q))
	first, err := m.At(time.Time{}, last)
	require.NoError(t, err)
	require.Equal(t, "0", first.Filters[0].Values[0])
	require.Equal(t, "{LAST_SYNC_TIME}000", m.Query.Filters[0].Values[0], "the metadata stays")

	source, since := m.Incremental()
	require.True(t, since)
	require.Len(t, source.Filters, 1)
	require.Empty(t, source.Orders)
}

func TestMetadataForms(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		`{"dataObjectApiName":"A","search_query_info":"{\"limit\":500,\"filters\":[]}"}`:                                                                                   `{"limit":100,"offset":0,"filters":[],"orders":[]}`,
		`{"dataObjectApiName":"A","search_query_info":{"filters":[{"field_name":"a","field_values":5,"operator":"eq"}],"orders":{"x":{"fieldName":"a","isAsc":"false"}}}}`: `{"limit":20,"offset":0,"filters":[{"field_name":"a","field_values":["5"],"operator":"EQ"}],"orders":[{"fieldName":"a","isAsc":false}]}`,
		`{"data":{"dataObjectApiName":"A","search_query_info":{"limit":2,"filters":[],"orders":[]}}}`:                                                                      `{"limit":2,"offset":0,"filters":[],"orders":[]}`,
		`{"dataObjectApiName":"A","search_query_info":{"filters":{"z":{"field_name":"t","field_values":["{CURRENT_TIME}000"],"operator":"LTE"}}}}`:                         `{"limit":20,"offset":0,"filters":[{"field_name":"t","field_values":["1767225600000"],"operator":"LTE"}],"orders":[]}`,
	} {
		m, err := ParseMetadata([]byte(raw))
		require.NoError(t, err, raw)
		q, err := m.At(time.Time{}, time.Unix(1767225600, 0))
		require.NoError(t, err)
		require.JSONEq(t, `{"data":{"dataObjectApiName":"A","find_explicit_total_num":false,"search_query_info":`+want+`}}`, wireOf(t, q), raw)
		_, since := m.Incremental()
		require.False(t, since)
	}
	for _, bad := range []string{
		``, `[]`, `{}`, `{"dataObjectApiName":"A"}`, `{"search_query_info":{}}`, `{"dataObjectApiName":"A","search_query_info":"x"}`, `{"dataObjectApiName":"A","search_query_info":{"limit":"many"}}`,
		`{"dataObjectApiName":"A","search_query_info":{"offset":"x"}}`, `{"dataObjectApiName":"A","search_query_info":{"orders":[{"fieldName":"a","isAsc":"up"}]}}`,
		`{"dataObjectApiName":"A","search_query_info":{"filters":[{"field_name":"a","operator":"NE","field_values":[1]}]}}`,
		`{"dataObjectApiName":"A","search_query_info":{"filters":[{"field_name":"a","operator":"EQ","field_values":{"a":1}}]}}`,
		`{"dataObjectApiName":"A","search_query_info":{"filters":[{"field_name":"a","operator":"EQ","field_values":[[1]]}]}}`,
	} {
		_, err := ParseMetadata([]byte(bad))
		require.ErrorIs(t, err, duijie.ErrInvalid, bad)
	}
	m, err := ParseMetadata([]byte(`{"dataObjectApiName":"A","search_query_info":{"filters":[{"field_name":"a","operator":"EQ","field_values":["{{LAST_SYNC_TIME|datetime}}"]}]}}`))
	require.NoError(t, err)
	_, err = m.At(time.Now(), time.Now())
	require.ErrorIs(t, err, duijie.ErrInvalid)
}

// Nothing that might choose rows is dropped without a word: what is not known is an error that
// names its path.
func TestMetadataIsReadWhole(t *testing.T) {
	t.Parallel()
	const filter = `"field_name":"a","operator":"EQ","field_values":["1"]`
	for raw, path := range map[string]string{
		`{"dataObjectApiName":"A","search_query_info":{"filters":{"条件1":{` + filter + `,"connector":"OR"}}}}`: "search_query_info.filters.条件1.connector",
		`{"dataObjectApiName":"A","search_query_info":{"filters":[{` + filter + `},{` + filter + `,"x":1}]}}`: "search_query_info.filters.1.x",
		`{"dataObjectApiName":"A","search_query_info":{"filters":["a"]}}`:                                     "search_query_info.filters.0",
		`{"dataObjectApiName":"A","search_query_info":{"filters":"a = 1"}}`:                                   "search_query_info.filters",
		`{"dataObjectApiName":"A","search_query_info":{"filters":[{"field_name":{},"operator":"EQ"}]}}`:       "search_query_info.filters.0.field_name",
		`{"dataObjectApiName":"A","search_query_info":{"filters":[{"field_name":"a","operator":"NE"}]}}`:      "search_query_info.filters.0",
		`{"dataObjectApiName":"A","search_query_info":{"orders":[{"fieldName":"a","field_name":"b"}]}}`:       "search_query_info.orders.0.field_name",
		`{"dataObjectApiName":"A","search_query_info":{"orders":[{"isAsc":true}]}}`:                           "search_query_info.orders.0",
		`{"dataObjectApiName":"A","search_query_info":{"orders":7}}`:                                          "search_query_info.orders",
		`{"dataObjectApiName":"A","search_query_info":{"fieldProjection":[{"a":1}]}}`:                         "search_query_info.fieldProjection.0",
		`{"dataObjectApiName":"A","search_query_info":{"wheres":[]}}`:                                         "search_query_info.wheres",
		`{"dataObjectApiName":"A","search_query_info":{"limit":1,"limit":2}}`:                                 "search_query_info.limit",
		`{"dataObjectApiName":"A","search_query_info":{},"condition":[]}`:                                     "condition",
		`{"dataObjectApiName":"A","search_query_info":{},"currentOpenUserId":["x"]}`:                          "currentOpenUserId",
		`{"dataObjectApiName":"A","data":{"dataObjectApiName":"B","search_query_info":{}}}`:                   "dataObjectApiName",
		`{"data":{"dataObjectApiName":"A","search_query_info":{},"filters":[]}}`:                              "data.filters",
		`{"dataObjectApiName":"A","search_query_info":{"search_template_id":"1"},"search_template_id":"2"}`:   "search_template_id",
	} {
		_, err := ParseMetadata([]byte(raw))
		require.ErrorIs(t, err, duijie.ErrInvalid, raw)
		require.ErrorContains(t, err, path, raw)
	}
	m, err := ParseMetadata([]byte(`{"data":{"dataObjectApiName":"A","search_template_id":"V1","field_projection":["name"],"search_query_info":{"filters":"","orders":null}},
		"includeNull":"true","returnTotalNum":"1","fieldProjection":{"0":"code__c","1":""}}`))
	require.NoError(t, err)
	require.Equal(t, Query{Object: "A", PageSize: 20, Template: "V1", IncludeNull: true, Fields: []string{"code__c", "name"}}, m.Query)
}

func FuzzParseMetadata(f *testing.F) {
	f.Add([]byte(lowCode))
	f.Add([]byte(`{"dataObjectApiName":"A","search_query_info":"{\"limit\":500}"}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := ParseMetadata(raw)
		if err != nil {
			return
		}
		if q, err := m.At(time.Unix(1, 0), time.Unix(2, 0)); err == nil && q.check() == nil {
			_ = wireOf(t, q)
		}
	})
}

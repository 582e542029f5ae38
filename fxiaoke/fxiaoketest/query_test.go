package fxiaoketest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

const query2 = "/cgi/crm/v2/data/query"

func TestMembersStandWhereTheyBelong(t *testing.T) {
	t.Parallel()
	c := start(t, WithDemo())
	info := jsonMap{}
	for name, body := range map[string]jsonMap{
		"no data":           {"dataObjectApiName": "AccountObj", "search_query_info": info},
		"info at the top":   {"data": jsonMap{"dataObjectApiName": "AccountObj"}, "search_query_info": info},
		"no object":         {"data": jsonMap{"search_query_info": info}},
		"custom object":     {"data": jsonMap{"dataObjectApiName": DemoObject, "search_query_info": info}},
		"limit 101":         {"data": jsonMap{"dataObjectApiName": "AccountObj", "search_query_info": jsonMap{"limit": 101}}},
		"limit 0":           {"data": jsonMap{"dataObjectApiName": "AccountObj", "search_query_info": jsonMap{"limit": 0}}},
		"offset off":        {"data": jsonMap{"dataObjectApiName": "AccountObj", "search_query_info": jsonMap{"limit": 20, "offset": 30}}},
		"filters labelled":  {"data": jsonMap{"dataObjectApiName": "AccountObj", "search_query_info": jsonMap{"filters": jsonMap{"条件1": jsonMap{}}}}},
		"value not a list":  {"data": jsonMap{"dataObjectApiName": "AccountObj", "search_query_info": jsonMap{"filters": []any{jsonMap{"field_name": "name", "operator": "EQ", "field_values": "x"}}}}},
		"unknown operator":  {"data": jsonMap{"dataObjectApiName": "AccountObj", "search_query_info": jsonMap{"filters": []any{filter("name", "NE", "x")}}}},
		"orders field_name": {"data": jsonMap{"dataObjectApiName": "AccountObj", "search_query_info": jsonMap{"orders": []any{jsonMap{"field_name": "_id"}}}}},
	} {
		require.Equal(t, 32000, code(c.call(query2, body)), name)
	}
	_, out := c.query("AccountObj", jsonMap{"limit": 100, "offset": 10100})
	require.Equal(t, 10013, code(out))
	require.Equal(t, "offset 不能超过10000", out["errorDescription"])
	_, out = c.query("AccountObj", jsonMap{"limit": 100, "offset": 10000})
	require.Equal(t, 0, code(out))
	out = c.call("/cgi/crm/custom/v2/data/findSimple", jsonMap{"data": jsonMap{
		"dataObjectApiName": "AccountObj", "search_query_info": jsonMap{}, "field_projection": []any{"_id"},
	}})
	require.Equal(t, 0, code(out), "findSimple serves both kinds")
	require.Len(t, out["data"].(map[string]any)["dataList"].([]any)[0], 1)
}

func TestKeysetReadsAll(t *testing.T) {
	t.Parallel()
	c := start(t, WithDemo())
	var seen []string
	last := ""
	for {
		filters := []any{filter("last_modified_time", "GTE", "0")}
		if last != "" {
			filters = append(filters, filter("_id", "GT", last))
		}
		rows, out := c.query(DemoObject, jsonMap{"limit": 100, "filters": filters, "orders": []any{jsonMap{"fieldName": "_id", "isAsc": true}}})
		require.InDelta(t, DemoRecords-len(seen), out["data"].(map[string]any)["total"], 0)
		for _, r := range rows {
			seen = append(seen, r["_id"].(string))
		}
		if len(rows) < 100 {
			break
		}
		last = seen[len(seen)-1]
	}
	require.Len(t, seen, DemoRecords)
	require.True(t, slices.IsSorted(seen))
	made := c.s.Records(DemoObject)
	require.NotEqual(t, made[0]["_id"], seen[0], "ids do not grow with time")
}

func TestOffsetPagesLoseRowsThatMove(t *testing.T) {
	t.Parallel()
	c := start(t, WithDemo())
	seen := map[any]bool{}
	for page := range 3 {
		if page == 1 {
			c.s.Inject(Fault{Op: "/cgi/crm/custom/v2/data/query " + DemoObject, Kind: RowsMove})
		}
		rows, _ := c.query(DemoObject, jsonMap{"limit": 100, "offset": page * 100, "orders": []any{jsonMap{"fieldName": "last_modified_time", "isAsc": true}}})
		for _, r := range rows {
			seen[r["_id"]] = true
		}
	}
	require.Len(t, seen, DemoRecords-1)
}

func TestOperators(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.s.AddObject(Object{Name: "thing__c", Label: "x", Fields: []Field{{Name: "n__c", Type: "number"}, {Name: "tags__c", Type: "select_many"}}})
	ids := map[string]string{}
	for name, r := range map[string]Row{
		"a": {"name": "apple", "n__c": "9", "tags__c": []any{"1", "2"}}, "b": {"name": "banana", "n__c": "10.50"}, "c": {"name": "cherry"},
	} {
		ids[c.s.Add("thing__c", r)] = name
	}
	for i, tc := range []struct {
		f    jsonMap
		want string
	}{
		{filter("name", "EQ", "apple"), "a"}, {filter("name", "N", "apple"), "bc"}, {filter("n__c", "GT", "9"), "b"},
		{filter("n__c", "GTE", 9), "ab"}, {filter("n__c", "LT", "10.5"), "a"}, {filter("n__c", "LTE", "10.5"), "ab"},
		{filter("n__c", "BETWEEN", 9, 10), "a"}, {filter("name", "LIKE", "an"), "b"}, {filter("name", "NLIKE", "an"), "ac"},
		{filter("name", "STARTWITH", "ch"), "c"}, {filter("name", "ENDWITH", "e"), "a"}, {filter("name", "IN", "apple", "cherry"), "ac"},
		{filter("name", "NIN", "apple"), "bc"}, {filter("n__c", "IS"), "c"}, {filter("n__c", "ISN"), "ab"},
		{filter("tags__c", "HASANYOF", "2", "9"), "a"}, {filter("tags__c", "NHASANYOF", "2"), "bc"}, {filter("tags__c", "CONTAINS", "1", "2"), "a"},
		{filter("owner", "IN", c.s.OpenUserID()), "abc"}, {filter("n__c", "EQ", "10.5"), "b"},
	} {
		rows, _ := c.query("thing__c", jsonMap{"filters": []any{tc.f}})
		got := ""
		for _, r := range rows {
			got += ids[r["_id"].(string)]
		}
		b := []byte(got)
		slices.Sort(b)
		require.Equal(t, tc.want, string(b), "%d %v", i, tc.f)
	}
}

func TestNumbersAreTextsAndAbsentFieldsLeftOut(t *testing.T) {
	t.Parallel()
	c := start(t)
	id := c.s.Add("ProductObj", Row{"name": "P", "price": 9.5})
	rows, _ := c.query("ProductObj", jsonMap{})
	require.Equal(t, "9.5", rows[0]["price"])
	require.NotContains(t, rows[0], "barcode")
	require.IsType(t, 1.0, rows[0]["last_modified_time"])
	out := c.call("/cgi/crm/v2/data/get", jsonMap{"includeNull": true, "data": jsonMap{"dataObjectApiName": "ProductObj", "objectDataId": id}})
	require.Contains(t, out["data"], "barcode")
	out = c.call("/cgi/crm/v2/data/get", jsonMap{"data": jsonMap{"dataObjectApiName": "ProductObj", "objectDataId": "x"}})
	require.Equal(t, 0, code(out))
	require.Empty(t, out["data"])
	c.s.Hide("ProductObj", id)
	rows, out = c.query("ProductObj", jsonMap{})
	require.Empty(t, rows)
	require.Equal(t, 0, code(out), "no error")
	require.Equal(t, 4711, code(start(t, WithMissingRefused(4711)).call("/cgi/crm/v2/data/get", jsonMap{
		"data": jsonMap{"dataObjectApiName": "ProductObj", "objectDataId": "x"},
	})))
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	c := start(t, WithDemo())
	out := c.call("/cgi/crm/v2/object/list", jsonMap{"includeNull": false})
	require.Contains(t, fmt.Sprint(out["data"]), DemoObject)
	out = c.call("/cgi/crm/v2/object/describe", jsonMap{"data": jsonMap{"apiName": "SalesOrderObj", "includeDetail": true}})
	fields := out["data"].(map[string]any)["describe"].(map[string]any)["fields"].(map[string]any)
	require.Equal(t, "AccountObj", fields["account_id"].(map[string]any)["target_api_name"])
	require.Len(t, fields["life_status"].(map[string]any)["options"], 5)
	require.Equal(t, 32000, code(c.call("/cgi/crm/v2/object/describe", jsonMap{"apiName": "NoObj"})))
	out = c.call("/cgi/user/getByMobile", jsonMap{"mobile": "13800000001"})
	require.Len(t, out["empList"], 1)
	out = c.call("/cgi/user/getByMobile", jsonMap{"mobile": "1"})
	require.Equal(t, []any{}, out["empList"])
	out = c.call("/cgi/user/list", jsonMap{"departmentId": 999999, "fetchChild": true})
	require.Len(t, out["userList"], 3)
	out = c.call("/cgi/user/simpleList", jsonMap{"departmentId": 1001})
	require.Len(t, out["userlist"], 2)
	require.Equal(t, 30007, code(c.call("/cgi/user/list", jsonMap{"departmentId": 5})))
	require.Equal(t, 30027, code(c.call("/cgi/user/get", jsonMap{"openUserId": "FSUID_x"})))
	require.Equal(t, "信息部", c.call("/cgi/department/detail", jsonMap{"departmentId": 1000})["department"].(map[string]any)["name"])
}

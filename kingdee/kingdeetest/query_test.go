package kingdeetest

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func seeded(t *testing.T, n int, opts ...Option) *caller {
	t.Helper()
	c := start(t, opts...)
	for i := range n {
		c.s.Seed("BD_Customer", obj{"FCUSTID": i + 1, "FNumber": fmt.Sprintf("C-%05d", i+1), "FName": "甲", "FCreateOrgId": "100"})
	}
	return c
}

func TestRowsAndObjects(t *testing.T) {
	t.Parallel()
	c := seeded(t, 0)
	c.s.Seed("BD_Customer", obj{
		"FCUSTID": 100061, "FNumber": "C1", "FName": "甲", "FCreateOrgId": "100", "FSELLER": obj{"FNumber": "S1"},
		"FModifyDate": "2025-03-07 08:09:10.720", "FCreateDate": "2025-03-07",
	})
	data := obj{
		"FormId":    "bd_CUSTOMER",
		"FieldKeys": "fcustid, FNumber,FCreateOrgId,FCreateOrgId.FNumber,FCreateOrgId.FName,FSELLER.FNumber,FModifyDate,FCreateDate,FDocumentStatus,FForbidStatus,FADDRESS,FGroup,FGroup.FNumber",
	}
	require.Equal(t, [][]any{{
		json.Number("100061"), "C1", json.Number("1"), "100", "对接测试公司", "S1",
		"2025-03-07T08:09:10.72", "2025-03-07T00:00:00", "C", "A", " ", json.Number("0"), nil,
	}}, c.query(data))
	data["FieldKeys"] = "FNumber,FCreateOrgId.FNumber"
	require.JSONEq(t, `[{"FNumber":"C1","FCreateOrgId.FNumber":"100"}]`, c.call(dynamicForm+"BillQuery", obj{"data": data}))
	data["FilterString"] = "FNumber='none'"
	require.Equal(t, "[]", c.call(dynamicForm+"BillQuery", obj{"data": data}))
	require.Equal(t, [][]any{{"CNY"}}, c.query(obj{"FormId": "BD_Currency", "FieldKeys": "FCODE", "FilterString": "FNUMBER='PRE001'"}))
	sellers := c.query(obj{"FormId": "BD_Customer", "FieldKeys": "FSELLER"})
	require.Equal(t, sellers, c.query(obj{"FormId": "BD_Customer", "FieldKeys": "FSELLER"}), "made-up ids stay the same")
}

func TestPaging(t *testing.T) {
	t.Parallel()
	c := seeded(t, 12001)
	page := func(start, limit, top int) [][]any {
		return c.query(obj{
			"FormId": "BD_Customer", "FieldKeys": "FCUSTID", "OrderString": "FCUSTID ASC",
			"StartRow": start, "Limit": limit, "TopRowCount": top,
		})
	}
	for _, x := range []struct{ start, limit, top, want int }{
		{0, 0, 0, 2000}, {0, 3000, 0, 3000}, {0, 20000, 0, 10000}, {12000, 10, 0, 1}, {12001, 10, 0, 0},
		{99999, 10, 0, 0}, {0, 10, 5, 5}, {5, 10, 5, 0}, {3, 10, 5, 2}, {-1, -1, -1, 2000},
	} {
		require.Len(t, page(x.start, x.limit, x.top), x.want, x)
	}
	require.Equal(t, json.Number("2001"), page(2000, 1, 0)[0][0])
}

func TestOrder(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.s.Seed("BD_Customer",
		obj{"FNumber": "1", "FName": "b", "F_Rank": 10}, obj{"FNumber": "2", "FName": "a", "F_Rank": 9.5}, obj{"FNumber": "3", "FName": "b"})
	for order, want := range map[string]string{
		"":                        "[[1] [2] [3]]",
		"FName asc, FNumber DESC": "[[2] [3] [1]]",
		"F_Rank":                  "[[3] [2] [1]]",
		"F_Rank desc":             "[[1] [2] [3]]",
	} {
		got := c.query(obj{"FormId": "BD_Customer", "FieldKeys": "FNumber", "OrderString": order})
		require.Equal(t, want, fmt.Sprint(got), order)
	}
}

func TestQueryRefusals(t *testing.T) {
	t.Parallel()
	c := seeded(t, 1)
	for _, x := range []struct {
		data obj
		code int
		text string
	}{
		{obj{"FormId": "BD_Nothing", "FieldKeys": "FNumber"}, codeNoSuchField, "业务对象不存在"},
		{obj{"FormId": "", "FieldKeys": "FNumber"}, codeNoForm, "标识"},
		{obj{"FormId": "BD_Customer"}, codeParameter, "FieldKeys"},
		{obj{"FormId": "BD_Customer", "FieldKeys": "FNumber,FIssueKind"}, codeNoSuchField, "元数据中标识为FIssueKind的字段不存在"},
		{obj{"FormId": "BD_Customer", "FieldKeys": "FID"}, codeNoSuchField, "FID"},
		{obj{"FormId": "BD_Customer", "FieldKeys": "FNumber", "FilterString": "FPhone='1'"}, codeNoSuchField, "FPhone"},
		{obj{"FormId": "BD_Customer", "FieldKeys": "FNumber", "FilterString": "FName = "}, codeParameter, "语法"},
		{obj{"FormId": "BD_Customer", "FieldKeys": "FNumber", "FilterString": 7}, codeParameter, "FilterString"},
		{obj{"FormId": "BD_Customer", "FieldKeys": "FNumber", "FilterString": list{7}}, codeParameter, "FilterString"},
		{obj{"FormId": "BD_Customer", "FieldKeys": "FNumber", "OrderString": "FPhone"}, codeNoSuchField, "FPhone"},
		{obj{"FormId": "BD_Customer", "FieldKeys": "FNumber", "OrderString": "FName upwards"}, codeParameter, "OrderString"},
	} {
		var nested [][]reply
		c.decode(c.call(dynamicForm+"ExecuteBillQuery", obj{"data": x.data}), &nested)
		require.Equal(t, x.code, nested[0][0].code(), x.data)
		require.Contains(t, nested[0][0].firstError(), x.text)
		var flat []reply
		c.decode(c.call(dynamicForm+"BillQuery", obj{"data": x.data}), &flat)
		require.Equal(t, x.code, flat[0].code())
	}
	var nested [][]reply
	c.decode(c.call(dynamicForm+"ExecuteBillQuery", obj{}), &nested)
	require.Equal(t, codeParameter, nested[0][0].code())
}

func TestIncrementalReading(t *testing.T) {
	t.Parallel()
	now := time.Date(2025, 3, 7, 16, 0, 0, 0, time.UTC)
	c := start(t, WithClock(func() time.Time { return now }))
	c.s.Seed("BD_Customer", obj{"FNumber": "old", "FName": "甲", "FModifyDate": "2025-03-07 23:59:59"})
	c.envelope("Save", "BD_Customer", obj{"Model": customer("new", "乙")})
	for filter, want := range map[string]string{
		"FModifyDate >= '2025-03-08 00:00:00'": "[[new]]",
		"FModifyDate > '2025-03-08'":           "[]",
		"FModifyDate < '2025-03-08T00:00:00'":  "[[old]]",
		"FModifyDate <> 'never'":               "[]",
	} {
		got := c.query(obj{"FormId": "BD_Customer", "FieldKeys": "FNumber", "FilterString": filter})
		require.Equal(t, want, fmt.Sprint(got), filter)
	}
}

func TestView(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.s.Seed("BD_Customer", obj{"FCUSTID": 7, "FNumber": "C1", "FName": "甲", "FCreateOrgId": "100", "F_PAEZ_Text": "x"})
	for _, data := range []obj{{"Number": "C1", "Id": ""}, {"Id": "7", "Number": ""}, {"Id": 7}} {
		r := c.envelope("View", "BD_Customer", data).Result.Result
		require.Equal(t, json.Number("7"), r["Id"])
		require.Equal(t, "C1", r["Number"])
		require.Equal(t, "C", r["DocumentStatus"])
		require.Equal(t, list{obj{"Key": json.Number("2052"), "Value": "甲"}}, r["Name"])
		require.Equal(t, json.Number("1"), r["CreateOrgId_Id"])
		require.Equal(t, "100", r["CreateOrgId"].(obj)["Number"])
		require.Equal(t, json.Number("0"), r["Group_Id"])
		require.Contains(t, r, "Group")
		require.Nil(t, r["Group"])
		require.Equal(t, " ", r["ADDRESS"])
		require.Equal(t, "x", r["F_PAEZ_Text"])
		require.Contains(t, r, "FModifyDate")
		require.Equal(t, list{}, r["T_BD_CUSTBANK"])
	}
	require.Equal(t, `编码值["x"]不存在`, c.envelope("View", "BD_Customer", obj{"Number": "x"}).firstError())
	require.Equal(t, codeNotFound, c.envelope("View", "BD_Customer", obj{"Id": "9"}).code())
	require.Equal(t, codeParameter, c.envelope("View", "BD_Customer", obj{}).code())
	require.Equal(t, codeNoForm, c.envelope("View", "", obj{}).code())
	require.Equal(t, codeNoSuchField, c.envelope("View", "BD_Nothing", obj{}).code())
	require.Equal(t, codeParameter, c.envelope("View", "BD_Customer", "x").code())

	c.s.Seed("SAL_SaleOrder", obj{"FBillNo": "X1", "FSaleOrderEntry": list{obj{"FQty": "2.50", "F_b": 1}}, "FSaleOrderFinance": obj{"FSettleCurrId": "PRE001"}})
	order := c.envelope("View", "SAL_SaleOrder", obj{"Number": "X1"}).Result.Result
	line := order["SaleOrderEntry"].(list)[0].(obj)
	require.Equal(t, json.Number("2.50"), line["Qty"])
	require.Equal(t, json.Number("1"), line["F_b"])
	require.NotEmpty(t, line["Id"])
	require.Equal(t, "PRE001", order["SaleOrderFinance"].(list)[0].(obj)["SettleCurrId"].(obj)["Number"])
}

func TestMetadata(t *testing.T) {
	t.Parallel()
	c := start(t)
	var r struct {
		Result struct {
			NeedReturnData struct {
				ID     string `json:"Id"`
				Entrys []metaEntry
			}
		}
	}
	c.decode(c.call(dynamicForm+"QueryBusinessInfo", obj{"data": obj{"FormId": "SAL_SaleOrder"}}), &r)
	require.Equal(t, "SAL_SaleOrder", r.Result.NeedReturnData.ID)
	must := map[string]int{}
	for _, e := range r.Result.NeedReturnData.Entrys {
		for _, f := range e.Fields {
			must[e.Key+"."+f.Key] = f.MustInput
		}
	}
	require.Equal(t, 1, must["FBillHead.FCustId"])
	require.Equal(t, 1, must["FSaleOrderEntry.FMaterialId"])
	require.Contains(t, must, "FSaleOrderFinance.FIsIncludedTax")
	require.Contains(t, must, "FSaleOrderEntry.FAUXPROPID__FF100001")
	require.Contains(t, c.call(dynamicForm+"ExecuteBillQuery", obj{"data": obj{"FormId": "SAL_SaleOrder", "FieldKeys": "FAUXPROPID__FF100001"}}), `"MsgCode":9`)
	c.s.Seed("SAL_SaleOrder", obj{"FBillNo": "X", "F_PAEZ_Head": 1, "FSaleOrderEntry": list{obj{"F_PAEZ_Line": 1}}})
	raw := c.call(dynamicForm+"QueryBusinessInfo", obj{"data": obj{"FormId": "SAL_SaleOrder"}})
	require.Contains(t, raw, `"F_PAEZ_Head"`)
	require.Contains(t, raw, `"F_PAEZ_Line"`)
	for _, op := range []string{"Cancel", "YLBillClose", "YLUnMRPClose", "Submit"} {
		require.Contains(t, raw, `"OperationNumber":"`+op+`"`)
	}
	require.NotContains(t, raw, `"OperationNumber":"Forbid"`)
	for form, code := range map[string]int{"": codeNoForm, "BD_Nothing": codeNoSuchField} {
		var bad reply
		c.decode(c.call(dynamicForm+"QueryBusinessInfo", obj{"data": obj{"FormId": form}}), &bad)
		require.Equal(t, code, bad.code())
	}

	var org reply
	c.decode(c.call(dynamicForm+"SwitchOrg", obj{"data": obj{"OrgNumber": "100"}}), &org)
	require.Equal(t, []string{"100"}, org.numbers())
	c.decode(c.call(dynamicForm+"SwitchOrg", obj{"data": obj{"OrgNumber": "101"}}), &org)
	require.Equal(t, codeNoSuchField, org.code())

	c.session = ""
	var centres []struct{ Id string } //nolint:revive // the server's spelling
	c.decode(c.call(dataCentres, obj{}), &centres)
	require.Equal(t, c.s.Account().AcctID, centres[0].Id)
}

func TestDataParametersAreNeeded(t *testing.T) {
	t.Parallel()
	c := start(t)
	for _, op := range []string{"QueryBusinessInfo", "SwitchOrg", "QueryAsyncResult", "BillQuery"} {
		require.Contains(t, c.call(dynamicForm+op, obj{"data": "x", "queryInfo": "x"}), `"MsgCode":8`, op)
	}
	require.Contains(t, c.call(dynamicForm+"QueryAsyncResult", obj{"queryInfo": obj{"TaskId": "x"}}), `"MsgCode":10`)
}

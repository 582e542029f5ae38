package kingdeetest

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestServersDiffer(t *testing.T) {
	t.Parallel()
	c := start(t, WithDecimalScale(10), WithTextBooleans(), WithUnknownKeysIgnored())
	seedX1(c.s)
	model, _ := modelOf(sample(c.s, "SAL_OUTSTOCK", "O1"))
	model = append(members{{"FNobodyKnows", 1}}, model...)
	model[len(model)-1].value.([]any)[0] = append(model[len(model)-1].value.([]any)[0].(members), member{"FIsFree", true}, member{"FNope", 1})
	r := c.envelope("Save", "SAL_OUTSTOCK", obj{"Model": inOrder(model)})
	require.True(t, r.ok(), r.firstError())
	row := c.query(obj{"FormId": "SAL_OUTSTOCK", "FieldKeys": "FRealQty,FPrice,FIsFree,FID"})[0]
	require.Equal(t, list{json.Number("2.5000000000"), json.Number("0.0000000000"), "1", r.Result.Id}, row)
	require.Len(t, c.query(obj{"FormId": "SAL_OUTSTOCK", "FieldKeys": "FRealQty", "FilterString": "FRealQty = 2.5 and FIsFree = 1"}), 1)
}

func TestFirewall(t *testing.T) {
	t.Parallel()
	c := start(t, WithFirewall("<", "select "))
	for _, text := range []string{"上海<测试>", "select 1"} {
		raw := c.call(dynamicForm+"Save", obj{"formid": "BD_Customer", "data": obj{"Model": customer("C1", text)}})
		require.Contains(t, raw, "showConfirm", "%s, escaped or not", text)
	}
	require.Empty(t, c.s.Records("BD_Customer"))
	require.True(t, c.envelope("Save", "BD_Customer", obj{"Model": customer("C1", "甲")}).ok())
}

func TestOneSessionAtATime(t *testing.T) {
	t.Parallel()
	c := start(t, WithSingleSession())
	other := &caller{t: t, s: c.s}
	other.login()
	require.Equal(t, codeLost, c.envelope("View", "BD_Customer", obj{"Number": "x"}).code())
	require.Equal(t, codeNoSuchField, other.envelope("View", "BD_Customer", obj{"Number": "x"}).code())
}

func TestClosedBooks(t *testing.T) {
	t.Parallel()
	c := start(t, WithClosedBooks(time.Date(2025, 3, 1, 0, 0, 0, 0, zone)))
	seedX1(c.s)
	for day, want := range map[string]bool{"2025-02-28": false, "2025-03-01": true} {
		model, _ := modelOf(sample(c.s, "GL_VOUCHER", ""))
		for i := range model {
			if model[i].key == "FDate" {
				model[i].value = day
			}
		}
		r := c.envelope("Save", "GL_VOUCHER", obj{"Model": inOrder(model)})
		require.Equal(t, want, r.ok(), "%s: %s", day, r.firstError())
	}
}

func TestFlexFieldsAloneAreNoColumns(t *testing.T) {
	t.Parallel()
	c := start(t)
	for _, data := range []obj{
		{"FieldKeys": "FAuxPropId"}, {"FieldKeys": "FBillNo", "FilterString": "FAuxPropId=1"}, {"FieldKeys": "FBillNo", "OrderString": "FAuxPropId"},
	} {
		data["FormId"] = "SAL_SaleOrder"
		require.Contains(t, c.call(dynamicForm+"ExecuteBillQuery", obj{"data": data}), `"MsgCode":9`)
	}
	c.s.Seed("SAL_SaleOrder", obj{"FBillNo": "X", "FSaleOrderEntry": list{obj{"FAuxPropId": obj{"FAUXPROPID__FF100001": obj{"FNumber": "R", "FName": "红"}}}}})
	require.Equal(t, [][]any{{"红"}}, c.query(obj{"FormId": "SAL_SaleOrder", "FieldKeys": "FAuxPropId.FF100001.FName", "FilterString": "FAuxPropId.FF100001.FNumber='R'"}))
}

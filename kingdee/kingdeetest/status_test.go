package kingdeetest

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestStatusMachine(t *testing.T) {
	t.Parallel()
	ops := []string{"Submit", "Audit", "UnAudit", "CancelAssign", "Delete"}
	allowed := map[string]map[string]string{
		"Z": {"Submit": "B", "Delete": ""},
		"A": {"Submit": "B", "Delete": ""},
		"B": {"Audit": "C", "CancelAssign": "A"},
		"C": {"UnAudit": "D"},
		"D": {"Submit": "B", "Delete": ""},
	}
	for from, to := range allowed {
		t.Run(from, func(t *testing.T) {
			t.Parallel()
			c := start(t)
			for _, op := range ops {
				c.s.Seed("BD_Customer", obj{"FNumber": "C1", "FName": "甲", "FDocumentStatus": from})
				r := c.envelope(op, "BD_Customer", obj{"Numbers": list{"C1"}})
				want, ok := to[op]
				require.Equal(t, ok, r.Result.ResponseStatus.IsSuccess, op)
				got, exists := c.s.Record("BD_Customer", "C1")
				if !ok {
					require.Equal(t, codeInvalid, r.code())
					want = from
				}
				require.Equal(t, want, got.Status, op)
				require.Equal(t, want != "", exists, op)
			}
		})
	}
}

func TestWordsOfAudits(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.s.Seed("BD_Customer", obj{"FNumber": "C1", "FName": "甲", "FDocumentStatus": "B"})
	r := c.envelope("Audit", "BD_Customer", obj{"Numbers": list{"C1"}})
	require.Equal(t, "单据编号为“C1”的客户，审核成功！", r.Result.ResponseStatus.SuccessMessages[0].Message)
	r = c.envelope("Audit", "BD_Customer", obj{"Numbers": list{"C1"}})
	require.Equal(t, "单据编号为“C1”的客户，单据已经审核！", r.firstError())
	require.Empty(t, *r.Result.ResponseStatus.Errors[0].FieldName)

	rec, _ := c.s.Record("BD_Customer", "C1")
	r = c.envelope("Save", "BD_Customer", obj{"Model": obj{"FCUSTID": rec.ID, "FName": "乙"}})
	require.Equal(t, codeInvalid, r.code(), "an audited record can not be saved")
}

func TestNamingRecords(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.s.Seed("BD_Customer", obj{"FCUSTID": 7, "FNumber": "C1", "FName": "甲"}, obj{"FCUSTID": 8, "FNumber": "C2", "FName": "乙", "FDocumentStatus": "A"})
	r := c.envelope("UnAudit", "BD_Customer", obj{"Numbers": list{"C1", "C2", "nobody"}})
	require.False(t, r.Result.ResponseStatus.IsSuccess)
	require.Equal(t, []string{"C1"}, r.numbers())
	require.Equal(t, 1, *r.Result.ResponseStatus.Errors[0].DIndex)
	r = c.envelope("Submit", "BD_Customer", obj{"Ids": "7, 8,9"})
	require.True(t, r.Result.ResponseStatus.IsSuccess)
	require.Equal(t, []string{"C1", "C2"}, r.numbers())

	require.Equal(t, `编码值["x"]不存在`, c.envelope("Audit", "BD_Customer", obj{"Numbers": list{"x"}}).firstError())
	require.Equal(t, codeNotFound, c.envelope("Audit", "BD_Customer", obj{"Ids": "99"}).code())
	for _, data := range []any{obj{}, obj{"Ids": list{7}}, obj{"Numbers": "C1"}, "nothing"} {
		require.Equal(t, codeParameter, c.envelope("Audit", "BD_Customer", data).code(), data)
	}
	require.Equal(t, codeNoForm, c.envelope("Audit", "", obj{}).code())
	require.Equal(t, codeNoSuchField, c.envelope("Audit", "BD_Nothing", obj{}).code())
}

func TestForbidAndEnable(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.s.Seed("BD_Customer", obj{"FNumber": "C1", "FName": "甲"})
	for i, x := range []struct {
		service, op string
		ok          bool
		forbid      string
	}{
		{"ExcuteOperation", "Forbid", true, `"B"`}, {"ExecuteOperation", "Forbid", false, `"B"`},
		{"ExecuteOperation", "Enable", true, `"A"`}, {"ExcuteOperation", "Enable", false, `"A"`},
		{"ExcuteOperation", "", false, `"A"`}, {"ExcuteOperation", "Explode", false, `"A"`},
	} {
		var r reply
		c.decode(c.call(dynamicForm+x.service, obj{"parameters": list{"BD_Customer", x.op, `{"Numbers":["C1"]}`}}), &r)
		require.Equal(t, x.ok, r.Result.ResponseStatus.IsSuccess, i)
		got, _ := c.s.Record("BD_Customer", "C1")
		require.Equal(t, x.forbid, string(got.Fields["FForbidStatus"]), i)
	}
}

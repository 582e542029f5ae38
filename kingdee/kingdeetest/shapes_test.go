package kingdeetest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie/internal/testutil"
)

// shape replaces every value by the name of its JSON type; of a list only the
// first element counts.
func shape(v any, depth int) any {
	switch v := v.(type) {
	case map[string]any:
		if depth == 0 {
			return "object"
		}
		out := map[string]any{}
		for k, x := range v {
			out[k] = shape(x, depth-1)
		}
		return out
	case []any:
		if len(v) == 0 {
			return []any{}
		}
		return []any{shape(v[0], depth)}
	}
	return fmt.Sprintf("%T", v)
}

// lacks tells the first member of a capture that an answer has not, or has with
// another type; null stands for any type.
func lacks(want, got any, path string) string {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok && got != nil {
			return fmt.Sprintf("%s: %T", path, got)
		}
		for k, v := range w {
			x, there := g[k]
			if ok && !there {
				return path + "." + k
			}
			if wrong := lacks(v, x, path+"."+k); ok && wrong != "" {
				return wrong
			}
		}
		return ""
	case []any:
		g, ok := got.([]any)
		if !ok && got != nil {
			return fmt.Sprintf("%s: %T", path, got)
		}
		if len(w) > 0 && len(g) > 0 {
			return lacks(w[0], g[0], path+"[0]")
		}
		return ""
	}
	if want != nil && got != nil && fmt.Sprintf("%T", want) != fmt.Sprintf("%T", got) {
		return fmt.Sprintf("%s: %T, not %T", path, got, want)
	}
	return ""
}

func TestAnswersHaveTheShapesOfCaptures(t *testing.T) {
	t.Parallel()
	testutil.Contracts(t)
	c := start(t)
	c.s.Seed("BD_Customer", obj{"FNumber": "B1", "FName": "甲", "FDocumentStatus": "B"}, obj{"FNumber": "U1", "FName": "甲"})
	seedX1(c.s)
	saved := func(number string) string {
		return c.call(dynamicForm+"Save", obj{"formid": "BD_Customer", "data": obj{"Model": customer(number, "甲")}})
	}
	on := func(op, number string) string {
		return c.call(dynamicForm+op, obj{"formid": "BD_Customer", "data": obj{"Numbers": list{number}}})
	}
	data := func(op string, data obj) string { return c.call(dynamicForm+op, obj{"data": data}) }
	a := c.s.Account()
	upload := obj{"FileName": "a", "SendByte": "YQ==", "IsLast": true, "FormId": "BD_Customer", "InterId": plainText(c.s.Records("BD_Customer")[0].ID)}
	answers := []struct {
		sample string
		answer string
		depth  int
	}{
		{"save_success", saved("C1"), 9},
		{"save_success_2", saved("C2"), 9},
		{"save_duplicate_number", saved("C1"), 9},
		{"query_unknown_field", data("ExecuteBillQuery", obj{"FormId": "BD_Customer", "FieldKeys": "FNope"}), 9},
		{"audit_success", on("Audit", "B1"), 9},
		{"audit_already_audited", on("Audit", "B1"), 9},
		{"unaudit_two_success", on("UnAudit", "U1"), 9},
		{"number_not_exist", on("Audit", "nobody"), 9},
		{"switchorg_success", data("SwitchOrg", obj{"OrgNumber": "100"}), 9},
		{"attachment_upload_success", data("AttachmentUpload", upload), 9},
		{"file_upload_success", data("UploadFile", upload), 9},
		{"attachment_download", data("AttachmentDownLoad", obj{"FileId": c.s.SeedFile("a", 5)}), 9},
		{"report_empty", c.call(dynamicForm+"GetSysReportData", obj{"formid": "GL_RPT_AccountBalance", "data": accountBalanceData()}), 9},
		{"login_success", c.call(authService+"ValidateUser", obj{"parameters": list{a.AcctID, a.Username, a.Password, 2052}}), 1},
		{"waf_blocked", string(encode(firewall())), 9},
	}
	c.session = "gone"
	answers = append(answers, struct {
		sample string
		answer string
		depth  int
	}{"session_lost", on("Audit", "B1"), 9})
	for _, x := range answers {
		want, got := captured(t, x.sample), any(nil)
		require.NoError(t, json.Unmarshal([]byte(x.answer), &got))
		require.Equal(t, shape(want, x.depth), shape(got, x.depth), x.sample)
	}
}

func accountBalanceData() obj {
	return obj{"FieldKeys": "FDEBIT", "Model": obj{
		"FACCTBOOKID": ref("001"), "FSTARTYEAR": "2026", "FSTARTPERIOD": "1", "FENDYEAR": "2026", "FENDPERIOD": "12",
	}}
}

func captured(t *testing.T, name string) any {
	t.Helper()
	var out any
	require.NoError(t, json.Unmarshal(testutil.Sample(t, "kingdee", name+".json"), &out))
	return out
}

func parsed(t *testing.T, raw string) any {
	t.Helper()
	var out any
	require.NoError(t, json.Unmarshal([]byte(raw), &out), raw)
	return out
}

func TestCutAndOldCaptures(t *testing.T) {
	t.Parallel()
	testutil.Contracts(t)
	model := obj{"formid": "BD_Customer", "data": obj{"Model": customer("C1", "甲")}}
	oldest, old, today := start(t, WithOldestAnswers()), start(t, WithoutMsgCode()), start(t)
	saved := oldest.call(dynamicForm+"Save", model)
	require.Equal(t, shape(captured(t, "save_success_oldest_shape"), 9), shape(parsed(t, saved), 9))
	failed := oldest.call(dynamicForm+"Save", obj{"formid": "BD_Customer", "data": obj{"Model": obj{"FNumber": "C2"}}})
	require.Equal(t, shape(captured(t, "save_failed_old_no_dindex"), 9), shape(parsed(t, failed), 9))

	failed = old.call(dynamicForm+"Save", obj{"formid": "BD_Customer", "data": obj{"Model": obj{"FNumber": "C2"}}})
	noIndex := captured(t, "save_failed_no_msgcode")
	delete(noIndex.(obj)["Result"].(obj)["ResponseStatus"].(obj)["Errors"].(list)[0].(obj), "DIndex") // absent on old servers
	require.Equal(t, shape(noIndex, 9), shape(parsed(t, failed), 9))
	require.Empty(t, lacks(captured(t, "save_success_minimal"), parsed(t, today.call(dynamicForm+"Save", model)), ""))

	seedX1(today.s)
	rows := list{obj{}, obj{}}
	errors := today.call(dynamicForm+"BatchSave", obj{"formid": "BD_Customer", "data": obj{"Model": rows}})
	require.Equal(t, shape(captured(t, "batchsave_errors_fragment").(obj)["Errors"], 9),
		shape(parsed(t, errors).(obj)["Result"].(obj)["ResponseStatus"].(obj)["Errors"], 9))

	info := today.call(dynamicForm+"QueryBusinessInfo", obj{"data": obj{"FormId": "BD_MATERIAL"}})
	require.Empty(t, lacks(captured(t, "query_business_info_head"), parsed(t, info), ""))
}

func TestViewHasTheShapeOfTheCapture(t *testing.T) {
	t.Parallel()
	testutil.Contracts(t)
	c := start(t)
	c.s.SeedDepartment("D1", "财务部")
	c.s.SeedEmployee("E1", "张三", "FPostEntity", list{obj{"FWorkOrgId": "100", "FPostDept": "D1", "FPost": "P1", "FStaffStartDate": "2025-03-07", "FIsFirstPost": true}})
	model := customer("", "李四")
	delete(model, "FNumber")
	model["FStaffNumber"] = "E2"
	require.True(t, c.envelope("Save", "BD_Empinfo", obj{"Model": model, "IsAutoSubmitAndAudit": true}).ok())
	for _, number := range []string{"E1", "E2"} {
		got := parsed(t, c.call(dynamicForm+"View", obj{"formid": "BD_Empinfo", "data": obj{"Number": number}}))
		want := captured(t, "view_employee_success").(obj)
		inner := want["Result"].(obj)["Result"].(obj)
		for _, nested := range []string{"Post", "PostDept"} { // how deep a reference is filled differs from object to object
			delete(inner["PostEntity"].(list)[0].(obj), nested)
		}
		require.Empty(t, lacks(want, got, ""))
		require.Equal(t, number, got.(obj)["Result"].(obj)["Result"].(obj)["Number"])
	}
}

func TestCellsOfReportsAreTextsAsCaptured(t *testing.T) {
	t.Parallel()
	testutil.Contracts(t)
	c := start(t)
	for _, name := range []string{"report_cash_daily", "report_cashflow", "report_production_execution", "report_sale_execution"} {
		want := captured(t, name).(obj)["Result"].(obj)
		rows := want["Rows"].(list)
		var cells [][]any
		var fields []string
		for i, row := range rows {
			cells = append(cells, row.(list))
			for j := range row.(list) {
				if i == 0 {
					fields = append(fields, fmt.Sprintf("F%d", j))
				}
			}
		}
		c.s.SeedReport(name, Report{Fields: fields, Rows: cells})
		raw := c.call(dynamicForm+"GetSysReportData", obj{"formid": name, "data": obj{"FieldKeys": strings.Join(fields, ",")}})
		require.Equal(t, want, parsed(t, raw).(obj)["Result"], "a report read back is the report that was recorded")
	}
}

func TestGatewayRefusalsAsCaptured(t *testing.T) {
	t.Parallel()
	testutil.Contracts(t)
	c := &caller{t: t, s: NewServer(WithGateway())}
	t.Cleanup(c.s.Close)
	_, empty, err := c.try(dynamicForm+"View", obj{})
	require.NoError(t, err)
	require.Equal(t, shape(captured(t, "gateway_app_id_empty_519"), 9), shape(parsed(t, empty), 9))
	c.sign = true
	h, unknown, err := c.try(dynamicForm+"Nothing", obj{})
	require.NoError(t, err)
	require.Equal(t, 519, h.status)
	require.Equal(t, captured(t, "gateway_api_not_found_519"), parsed(t, unknown))
	late := &caller{t: t, s: c.s, sign: true, off: -13 * time.Minute}
	_, old, err := late.try(dynamicForm+"View", obj{})
	require.NoError(t, err)
	require.Equal(t, captured(t, "gateway_timestamp_invalid_519").(obj)["errcode"], parsed(t, old).(obj)["errcode"])
}

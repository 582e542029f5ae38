package dingtalk

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

func bodyOf(t *testing.T, r seen) map[string]any {
	t.Helper()
	m := map[string]any{}
	require.NoError(t, json.Unmarshal([]byte(r.Body), &m))
	return m
}

func TestStartProcessInBothVersions(t *testing.T) {
	t.Parallel()
	for version, path := range map[YidaVersion]string{
		"": "/v2.0/yida/processes/instances/start", YidaV2: "/v2.0/yida/processes/instances/start", YidaV1: "/v1.0/yida/processes/instances/start",
	} {
		s := newServer(t, func(int, seen) (int, string) { return 200, `{"result":"f30233fb-72e1"}` })
		cfg := testConfig(s.URL)
		cfg.Yida.Version = version
		c, err := NewClient(cfg)
		require.NoError(t, err)
		id, err := c.Yida().StartProcess(t.Context(), StartProcessRequest{Data: FormData{"textField_a": "SKU-1"}, ProcessCode: "TPROC--1"})
		require.NoError(t, err)
		require.Equal(t, "f30233fb-72e1", id)
		got := s.requests()[0]
		require.Equal(t, path, got.Path)
		require.Equal(t, map[string]any{
			"appType": "APP_X1", "systemToken": testSystem, "userId": "manager123", "language": "zh_CN", "formUuid": "FORM-1",
			"processCode": "TPROC--1", "formDataJson": `{"textField_a":"SKU-1"}`,
		}, bodyOf(t, got))
		_, err = c.Yida().StartProcess(t.Context(), StartProcessRequest{Data: FormData{}, UseAlias: true, Approvers: []ChosenApprovers{{"__optionalApproval_node_x", []string{"u"}}}})
		if version == YidaV1 {
			require.ErrorIs(t, err, duijie.ErrInvalid, "aliases and approvers are of v2.0")
			require.Len(t, s.requests(), 1)
			continue
		}
		require.NoError(t, err)
		b := bodyOf(t, s.requests()[1])
		require.Equal(t, `[{"key":"__optionalApproval_node_x","value":["u"]}]`, b["processData"])
		require.Equal(t, true, b["useAlias"])
	}
}

func TestMissingSettingsOfYidaAreSaid(t *testing.T) {
	t.Parallel()
	c, s := client(t, 200, `{}`)
	y := c.YidaApp(YidaApp{FormUUID: "F"})
	_, err := y.SaveForm(t.Context(), SaveFormRequest{Data: FormData{}})
	require.ErrorIs(t, err, duijie.ErrInvalid)
	require.ErrorContains(t, err, "Yida.SystemToken")
	_, err = y.BatchSaveForm(t.Context(), "", []any{FormData{}}, Batch{})
	require.ErrorContains(t, err, "Yida.SystemToken")
	_, err = NewFormSink(y, FormSinkConfig[FormData]{Key: keyID})
	require.ErrorContains(t, err, "Yida.AppType")
	y = c.YidaApp(YidaApp{AppType: "A", SystemToken: duijie.NewSecret("t"), UserID: "u"})
	_, err = y.SaveForm(t.Context(), SaveFormRequest{Data: FormData{}})
	require.ErrorContains(t, err, "FormUUID")
	require.Empty(t, s.requests())
}

// Another application's secret, which the client was not made with, is hidden too.
func TestSecretOfAnotherApplicationStaysHidden(t *testing.T) {
	t.Parallel()
	const other = "other-application-secret"
	c, _ := client(t, 400, `{"code":"invalidParameter.parameter.error","message":"bad `+other+`"}`)
	y := c.YidaApp(YidaApp{AppType: "A", SystemToken: duijie.NewSecret(other), UserID: "u", FormUUID: "F"})
	_, err := y.SaveForm(t.Context(), SaveFormRequest{Data: FormData{}})
	require.Error(t, err)
	require.NotContains(t, err.Error(), other)
	require.NotContains(t, fmt.Sprintf("%+v %#v %v", y, y, *y), other)
}

func TestListsEndByEachSign(t *testing.T) {
	t.Parallel()
	row := `{"formInstanceId":"F-%d"}`
	page := func(n int) string {
		rows := make([]string, n)
		for i := range rows {
			rows[i] = fmt.Sprintf(row, i)
		}
		return strings.Join(rows, ",")
	}
	for name, c := range map[string]struct {
		answers []string
		calls   int
	}{
		"total":      {[]string{`{"totalCount":4,"data":[` + page(2) + `]}`, `{"totalCount":4,"data":[` + page(2) + `]}`}, 2},
		"short page": {[]string{`{"totalCount":99,"data":[` + page(2) + `]}`, `{"totalCount":99,"data":[` + page(1) + `]}`}, 2},
		"empty page": {[]string{`{"totalCount":99,"data":[` + page(2) + `]}`, `{"totalCount":99,"data":[]}`}, 2},
		"no total":   {[]string{`{"data":[` + page(2) + `]}`, `{"data":[` + page(1) + `]}`}, 2},
		"no rows":    {[]string{`{"totalCount":0}`}, 1},
	} {
		s := newServer(t, func(n int, _ seen) (int, string) { return 200, c.answers[min(n, len(c.answers))-1] })
		l := newClient(t, s.URL).Yida().Processes(FormQuery{PageSize: 2})
		for _, err := range l.All(t.Context()) {
			require.NoError(t, err, name)
		}
		require.Len(t, s.requests(), c.calls, name)
	}
}

func TestQueryMembersStandWhereEachOperationWantsThem(t *testing.T) {
	t.Parallel()
	c, s := client(t, 200, `{"data":[],"totalCount":0}`)
	y := c.Yida()
	q := FormQuery{Where: []Condition{TextIs("textField_a", "x")}, ModifiedFrom: noon, CreatedTo: noon, Originator: "u", PageSize: 7}
	ctx := t.Context()
	_, err := y.Forms(q).List(ctx, "3")
	require.NoError(t, err)
	_, err = y.SearchForms(q).List(ctx, "3")
	require.NoError(t, err)
	_, err = y.Processes(q).List(ctx, "3")
	require.NoError(t, err)
	_, err = y.ProcessIDs(q).List(ctx, "3")
	require.NoError(t, err)
	q.NoTables = true
	_, err = y.Forms(q).List(ctx, "")
	require.NoError(t, err)
	got := s.requests()
	where := `[{"key":"textField_a","value":"x","type":"TEXT","operator":"eq","componentName":"TextField"},` +
		`{"key":"modifiedTime","value":1767225600000,"type":"DOUBLE","operator":"ge","componentName":"DateField"},` +
		`{"key":"createTime","value":1767225600000,"type":"DOUBLE","operator":"le","componentName":"DateField"}]`
	const order = `{"gmt_modified":"+","pid":"+"}`
	common := map[string]any{"appType": "APP_X1", "systemToken": testSystem, "userId": "manager123", "language": "zh_CN", "formUuid": "FORM-1", "originatorId": "u"}
	with := func(more map[string]any) map[string]any {
		for k, v := range common {
			more[k] = v
		}
		return more
	}
	all := with(map[string]any{"searchCondition": where, "orderConfigJson": order, "pageNumber": 3.0, "pageSize": 7.0})
	delete(all, "language")
	require.Equal(t, all, bodyOf(t, got[0]))
	require.Equal(t, with(map[string]any{"searchFieldJson": where, "dynamicOrder": order, "currentPage": 3.0, "pageSize": 7.0}), bodyOf(t, got[1]))
	require.Equal(t, with(map[string]any{"searchFieldJson": where, "orderConfigJson": order}), bodyOf(t, got[2]))
	require.Equal(t, "pageNumber=3&pageSize=7", got[2].RawQuery)
	require.Equal(t, with(map[string]any{"searchFieldJson": where}), bodyOf(t, got[3]))
	require.Equal(t, "/v1.0/yida/forms/instances/advances/query", got[4].Path)
	for _, bad := range []FormQuery{{PageSize: 101}, {PageSize: -1}} {
		_, err = y.Forms(bad).List(ctx, "")
		require.ErrorIs(t, err, duijie.ErrInvalid)
	}
	_, err = y.Forms(FormQuery{}).List(ctx, "x")
	require.ErrorIs(t, err, duijie.ErrInvalid)
	require.Len(t, s.requests(), 5)
}

func TestFindIsExactAndSaysWhenItIsNot(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	y := w.yida(t)
	save := func(key string) {
		_, err := y.SaveForm(t.Context(), SaveFormRequest{Data: FormData{keyID: key}})
		require.NoError(t, err)
	}
	_, err := y.FindForm(t.Context(), "", keyID, "SKU-1")
	require.ErrorIs(t, err, duijie.ErrNotFound)
	save("SKU-1")
	save("SKU-10")
	got, err := y.FindForm(t.Context(), "", keyID, "SKU-1")
	require.NoError(t, err)
	require.Equal(t, "FINST-000001", got.ID)
	save("SKU-1")
	_, err = y.FindProcess(t.Context(), "", keyID, "SKU-1")
	require.ErrorIs(t, err, ErrAmbiguous)
	// A search that finds parts of texts is not believed.
	c, _ := client(t, 200, `{"totalCount":1,"data":[{"formInstanceId":"F","formData":{"textField_key":"SKU-10"}}]}`)
	_, err = c.Yida().FindForm(t.Context(), "", keyID, "SKU-1")
	require.ErrorIs(t, err, duijie.ErrNotFound)
}

// TestEveryCall: each operation sends what it should, once, and reads its answer.
func TestEveryCall(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	common := "appType=APP_X1&"
	tail := "systemToken=" + testSystem + "&userId=manager123"
	for name, c := range map[string]struct {
		answer, method, path, query string
		call                        func(y *Yida) (any, error)
		want                        any
	}{
		"update": {"", "PUT", "/v2.0/yida/forms/instances", "", func(y *Yida) (any, error) {
			return nil, y.UpdateForm(ctx, UpdateFormRequest{InstanceID: "F", Data: FormData{}, UseAlias: true, LatestDesign: true})
		}, nil},
		"get":            {`{"formInstId":"F","formData":{"textField_a":"x"}}`, "GET", "/v2.0/yida/forms/instances/F%2F1", common + "language=zh_CN&" + tail, func(y *Yida) (any, error) { i, err := y.GetForm(ctx, "F/1"); return i.Data.Text("textField_a"), err }, "x"},
		"process":        {`{"processInstanceId":"P","data":{"textField_a":"x"}}`, "GET", "/v2.0/yida/processes/instancesInfos/P", common + "language=zh_CN&" + tail, func(y *Yida) (any, error) { i, err := y.GetProcess(ctx, "P"); return i.ID, err }, "P"},
		"many":           {`{"result":[{"processInstanceId":"P"}]}`, "GET", "/v1.0/yida/processes/instances/searchWithIds", common + "language=zh_CN&processInstanceIds=P%2CQ&" + tail, func(y *Yida) (any, error) { i, err := y.ProcessesByID(ctx, []string{"P", "Q"}); return len(i), err }, 1},
		"terminate":      {"{}", "PUT", "/v1.0/yida/processes/instances/terminate", common + "language=zh_CN&processInstanceId=P&" + tail, func(y *Yida) (any, error) { return nil, y.TerminateProcess(ctx, "P") }, nil},
		"delete process": {"", "DELETE", "/v1.0/yida/processes/instances", common + "language=zh_CN&processInstanceId=P&" + tail, func(y *Yida) (any, error) { return nil, y.DeleteProcess(ctx, "P") }, nil},
		"batch delete":   {"", "POST", "/v1.0/yida/forms/instances/batchRemove", "", func(y *Yida) (any, error) { return nil, y.DeleteForms(ctx, "", []string{"F"}, Batch{}) }, nil},
		"same values":    {`{"result":["F"]}`, "PUT", "/v1.0/yida/forms/instances/components", "", func(y *Yida) (any, error) { return y.UpdateFormValues(ctx, "", []string{"F"}, FormData{}, Batch{}) }, []string{"F"}},
		"own values": {`{"result":["F"]}`, "PUT", "/v1.0/yida/forms/instances/datas", "", func(y *Yida) (any, error) {
			return y.UpdateForms(ctx, "", map[string]any{"F": FormData{"textField_a": "x"}}, Batch{})
		}, []string{"F"}},
		"tasks": {`{"result":[{"taskId":29459148899,"title":"t","createTimeGMT":"2024-04-27T07:56Z"}]}`, "GET", "/v1.0/yida/processes/tasks/getRunningTasks", common + "language=zh_CN&processInstanceId=P&" + tail, func(y *Yida) (any, error) { x, err := y.RunningTasks(ctx, "P"); return x[0].ID, err }, int64(29459148899)},
		"execute": {"", "POST", "/v1.0/yida/tasks/execute", "", func(y *Yida) (any, error) {
			return nil, y.ExecuteTask(ctx, ExecuteTaskRequest{ProcessID: "P", TaskID: 29459148899, Agree: true, Remark: "ok"})
		}, nil},
		"definitions": {`{"result":[{"fieldId":"textField_a","componentName":"TextField","label":"{\"type\":\"i18n\",\"zh_CN\":\"名称\"}","parentId":"tableField_b"}]}`, "GET", "/v1.0/yida/forms/definitions/APP_X1/FORM-1", "language=zh_CN&" + tail, func(y *Yida) (any, error) { return y.FormDefinitions(ctx, "") }, []Component{{"textField_a", "TextField", "名称", "tableField_b"}}},
		"aliases":     {`{"result":[{"fieldId":"textField_a","alias":"Name"},{"fieldId":"b","alias":""}]}`, "GET", "/v2.0/yida/forms/component/alias/APP_X1/FORM-1", tail, func(y *Yida) (any, error) { return y.Aliases(ctx, "") }, map[string]string{"textField_a": "Name"}},
		"link":        {`{"result":"https://x"}`, "GET", "/v1.0/yida/apps/temporaryUrls/APP_X1", "fileUrl=https%3A%2F%2Fwww.aliwork.com%2Ff%3Fa%3D1%26b%3D2&language=zh_CN&systemToken=" + testSystem + "&timeout=60000&userId=manager123", func(y *Yida) (any, error) { return y.TemporaryURL(ctx, "/f?a=1&b=2", 0) }, "https://x"},
		"table rows": {`{"totalCount":1,"data":[{"textField_a":"x"}]}`, "GET", "/v1.0/yida/forms/innerTables/F", common + "formUuid=FORM-1&pageNumber=1&pageSize=50&systemToken=" + testSystem + "&tableFieldId=tableField_b&userId=manager123", func(y *Yida) (any, error) {
			p, err := y.TableRows("", "F", "tableField_b").List(ctx, "")
			return len(p.Items), err
		}, 1},
	} {
		cl, s := client(t, 200, c.answer)
		got, err := c.call(cl.Yida())
		require.NoError(t, err, name)
		require.Equal(t, c.want, got, name)
		r := s.requests()
		require.Len(t, r, 1)
		require.Equal(t, c.method+" "+c.path, r[0].Method+" "+r[0].Path, name)
		require.Equal(t, c.query, r[0].RawQuery, name)
		switch name {
		case "update":
			require.Equal(t, true, bodyOf(t, r[0])["useLatestVersion"])
			require.Equal(t, "FORM-1", bodyOf(t, r[0])["formUuid"])
		case "execute":
			require.Contains(t, r[0].Body, `"taskId":29459148899`)
			require.Contains(t, r[0].Body, `"outResult":"AGREE"`)
		case "batch delete":
			require.Equal(t, true, bodyOf(t, r[0])["executeExpression"])
		case "own values":
			require.Equal(t, map[string]any{"F": `{"textField_a":"x"}`}, bodyOf(t, r[0])["updateFormDataJsonMap"])
		}
	}
}

func TestLimitsAreKeptBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	c, s := client(t, 200, `{}`)
	y := c.Yida()
	rows := make([]any, 101)
	ids := make([]string, 101)
	for i := range rows {
		rows[i], ids[i] = FormData{}, "F"
	}
	fails := func(err error) {
		t.Helper()
		require.ErrorIs(t, err, duijie.ErrInvalid)
	}
	_, err := y.BatchSaveForm(t.Context(), "", rows[:51], Batch{})
	fails(err)
	_, err = y.BatchSaveForm(t.Context(), "", rows, Batch{NoRules: true})
	fails(err)
	_, err = y.FormsByID(t.Context(), "", ids)
	fails(err)
	fails(y.DeleteForms(t.Context(), "", ids, Batch{}))
	_, err = y.InsertOrUpdate(t.Context(), InsertOrUpdateRequest{Data: FormData{}})
	fails(err)
	fails(y.DeleteForm(t.Context(), ""))
	fails(y.UpdateForm(t.Context(), UpdateFormRequest{Data: FormData{}}))
	_, err = y.TemporaryURL(t.Context(), "/f", 25*time.Hour)
	fails(err)
	_, err = y.BatchSaveForm(t.Context(), "", nil, Batch{})
	require.NoError(t, err)
	require.Empty(t, s.requests())
}

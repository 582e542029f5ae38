package dingtalktest

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func product(name, code string) string {
	return formJSON(obj{"textField_lq0sj9h9": name, "textField_lq23ags2": code, "textField_lq0sj9h3": "家居", "textareaField_lq23ags6": "第一行\n第二行"})
}

// startProduct starts a process of the demo form and returns its id.
func (r *rig) startProduct(version, code string) string {
	r.Helper()
	return r.post("/"+version+"/yida/processes/instances/start", obj{
		"formUuid": DemoForm, "formDataJson": product("杯 & 盖", code), "processCode": DemoProcess, "departmentId": "483524872", "language": "zh_CN",
	})["result"].(string)
}

func (r *rig) processes(more obj, page string) obj {
	r.Helper()
	body := obj{"formUuid": DemoForm}
	for k, v := range more {
		body[k] = v
	}
	return r.fine(r.send("POST", "/v2.0/yida/processes/instances?"+page, nil, r.yida(body)))
}

func TestStartAndFindAProcess(t *testing.T) {
	t.Parallel()
	r := start(t, WithIndexLag(2*time.Second))
	id := r.startProduct("v1.0", "SKU-1")
	other := r.startProduct("v2.0", "SKU-2")
	require.NotEqual(t, id, other)
	require.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, id)
	find := obj{"searchFieldJson": eq("textField_lq23ags2", "SKU-1")}
	require.Empty(t, r.processes(find, "")["data"])
	one := r.get("/v2.0/yida/processes/instancesInfos/"+id, nil)
	require.Equal(t, "RUNNING", one["instanceStatus"])
	require.NotContains(t, one, "approvedResult")
	require.Equal(t, "市场部", one["originator"].(obj)["deptName"])
	require.Equal(t, "SKU-1", one["data"].(obj)["textField_lq23ags2"])
	require.Equal(t, DemoUser, one["actionExecutor"].(arr)[0].(obj)["userId"])
	require.Equal(t, "2026-09-16T12:00Z", one["createTimeGMT"])
	r.clock.move(2 * time.Second)
	require.Equal(t, []string{id}, ids(r.processes(find, "")))
	require.Equal(t, []string{id}, ids(r.fine(r.send("POST", "/v2.0/yida/processes/instanceIds?pageNumber=1&pageSize=100", nil, r.yida(obj{"formUuid": DemoForm, "searchFieldJson": find["searchFieldJson"]})))))
	require.Equal(t, 1, r.s.Created(DemoForm, "textField_lq23ags2", "SKU-1"))
	require.Equal(t, Started, r.s.Effects()[0].Kind)

	// Paging stands in the query: in the body it is not read.
	require.Len(t, r.processes(obj{"pageSize": 1}, "")["data"], 6)
	require.Len(t, r.processes(nil, "pageNumber=2&pageSize=4")["data"], 2)
	require.Equal(t, json.Number("4"), r.processes(obj{"instanceStatus": "COMPLETED"}, "")["totalCount"])
	require.Equal(t, json.Number("4"), r.processes(obj{"approvedResult": "agree"}, "")["totalCount"])
	require.Equal(t, json.Number("2"), r.processes(obj{"searchFieldJson": cond("processInstanceStatus", `["RUNNING","NEW"]`, "ARRAY", "in", "SelectField")}, "")["totalCount"])
	many := r.get("/v1.0/yida/processes/instances/searchWithIds", obj{"processInstanceIds": id + "," + other + ",none"})["result"].(arr)
	require.Len(t, many, 2)
	require.Equal(t, "市场部", many[0].(obj)["originator"].(obj)["departmentName"])
	r.put("/v2.0/yida/forms/instances", obj{"formInstanceId": id, "updateFormDataJson": `{"textField_lstsv908":"500ml"}`})
	in, _ := r.s.Instance(DemoForm, id)
	require.Equal(t, "500ml", in.Values["textField_lstsv908"])
}

func TestStartsThatAreRefused(t *testing.T) {
	t.Parallel()
	r := start(t)
	const path = "/v2.0/yida/processes/instances/start"
	for _, c := range []struct {
		code string
		more obj
	}{
		{codeReceipt, obj{"formUuid": DemoPlainForm}}, {codeParameter, obj{"processCode": "TPROC--X"}}, {codeFormat, obj{"departmentId": 1}},
		{codeParameter, obj{"departmentId": "77"}}, {codeFormat, obj{"processData": "{}"}}, {codeRules, obj{"formDataJson": product("", "A")}},
		{codeComponent, obj{"formDataJson": `{"textField_lq0sj9ha":"x"}`}}, {codeFormat, obj{"formDataJson": obj{"textField_lq0sj9h9": "x"}}},
	} {
		body := obj{"formUuid": DemoForm, "formDataJson": product("a", "b")}
		for k, v := range c.more {
			body[k] = v
		}
		r.denied(c.code, path, body)
	}
	require.Empty(t, r.s.Effects())
	r.post(path, obj{"formUuid": DemoForm, "formDataJson": product("a", "b"), "processData": `[{"key":"__optionalApproval_x","value":["user100"]}]`})
	status, answer := r.send("POST", "/v2.0/yida/processes/instances", nil, r.yida(obj{"formUuid": DemoPlainForm}))
	r.refused(400, codeOtherForm, status, answer)
	status, answer = r.send("GET", "/v2.0/yida/processes/instancesInfos/"+r.s.Instances(DemoPlainForm)[0].ID, values(r.yida(nil)), nil)
	r.refused(400, codeNoRow, status, answer)
}

func TestTasksAreDone(t *testing.T) {
	t.Parallel()
	r := start(t)
	form := ProductForm()
	form.UUID, form.ProcessCode, form.Approvers = "", "", []string{DemoUser, "user100"}
	uuid := r.s.AddForm(form)
	begin := func() string {
		return r.post("/v2.0/yida/processes/instances/start", obj{"formUuid": uuid, "formDataJson": product("a", "b")})["result"].(string)
	}
	open := func(id string) obj {
		tasks := r.get("/v1.0/yida/processes/tasks/getRunningTasks", obj{"processInstanceId": id})["result"].(arr)
		if len(tasks) == 0 {
			return nil
		}
		return tasks[0].(obj)
	}
	act := func(id, user, result string) (int, obj) {
		return r.send("POST", "/v1.0/yida/tasks/execute", nil, r.yida(obj{
			"userId": user, "outResult": result, "remark": "同意", "taskId": json.Number(open(id)["taskId"].(string)), "processInstanceId": id, "formDataJson": `{"textField_lstsv908":"x"}`,
		}))
	}
	id := begin()
	first := open(id)
	require.Equal(t, DemoUser, first["actualActionerId"])
	status, answer := act(id, "user100", "AGREE")
	r.refused(400, codeDenied, status, answer)
	status, answer = act(id, DemoUser, "MAYBE")
	r.refused(400, codeParameter, status, answer)
	status, answer = r.send("POST", "/v1.0/yida/tasks/execute", nil, r.yida(obj{"outResult": "AGREE", "remark": "x", "taskId": 5, "processInstanceId": id}))
	r.refused(400, codeParameter, status, answer)
	r.fine(act(id, DemoUser, "AGREE"))
	require.Equal(t, "user100", open(id)["actualActionerId"])
	require.NotEqual(t, first["taskId"], open(id)["taskId"])
	require.Equal(t, true, r.post("/v2.0/yida/processes/instances/restartInstance", obj{
		"procInstanceId": id, "taskId": open(id)["taskId"], "currentActivityId": open(id)["activityId"], "targetActivityId": first["activityId"], "formUuid": uuid,
	})["result"])
	require.Equal(t, DemoUser, open(id)["actualActionerId"])
	r.fine(act(id, DemoUser, "AGREE"))
	r.fine(act(id, "user100", "AGREE"))
	require.Nil(t, open(id))
	one := r.get("/v1.0/yida/processes/instancesInfos/"+id, nil)
	require.Equal(t, []any{"COMPLETED", "agree", "x"}, []any{one["instanceStatus"], one["approvedResult"], one["data"].(obj)["textField_lstsv908"]})
	records := r.get("/v1.0/yida/processes/operationRecords", obj{"processInstanceId": id})["result"].(arr)
	require.Len(t, records, 5)
	require.Equal(t, "null", records[0].(obj)["taskId"])
	require.Equal(t, first["taskId"], records[1].(obj)["taskId"])

	no := begin()
	r.fine(act(no, DemoUser, "DISAGREE"))
	in, _ := r.s.Instance(uuid, no)
	require.Equal(t, []string{"COMPLETED", "disagree"}, []string{in.Status, in.Result})

	end := begin()
	require.Equal(t, "TODO", r.get("/v1.0/yida/processes/operationRecords", obj{"processInstanceId": end})["result"].(arr)[1].(obj)["type"])
	for range 2 {
		status, _ := r.send("PUT", "/v1.0/yida/processes/instances/terminate", values(r.yida(obj{"processInstanceId": end})), nil)
		require.Equal(t, 200, status)
	}
	in, _ = r.s.Instance(uuid, end)
	require.Equal(t, "TERMINATED", in.Status)
	status, _ = r.send("DELETE", "/v1.0/yida/processes/instances", values(r.yida(obj{"processInstanceId": end})), nil)
	require.Equal(t, 200, status)
	_, there := r.s.Instance(uuid, end)
	require.False(t, there)

	person := begin()
	require.True(t, r.s.Decide(uuid, person, true))
	require.True(t, r.s.Decide(uuid, person, true))
	require.False(t, r.s.Decide(uuid, person, true))
	n := map[EffectKind]int{}
	for _, e := range r.s.Effects() {
		n[e.Kind]++
	}
	require.Equal(t, map[EffectKind]int{Started: 4, Approved: 3, Rejected: 1, SentBack: 1, Terminated: 1, Deleted: 1, Updated: 4}, n)
}

func TestMetadata(t *testing.T) {
	t.Parallel()
	r := start(t)
	forms := r.get("/v1.0/yida/forms", obj{"formTypes": "process"})
	require.Equal(t, true, forms["success"])
	require.Equal(t, arr{obj{
		"formUuid": DemoForm, "formType": "process", "creator": DemoUser, "gmtCreate": "2026-09-16T12:00Z", "title": obj{"zhCN": "产品信息审批", "enUS": "产品信息审批"},
	}}, forms["result"].(obj)["data"])
	require.Empty(t, r.get("/v1.0/yida/forms", obj{"pageNumber": 9})["result"].(obj)["data"])
	fields := r.get("/v1.0/yida/forms/formFields", obj{"formUuid": DemoForm})["result"].(arr)
	require.IsType(t, "", fields[0].(obj)["label"])
	require.IsType(t, obj{}, fields[1].(obj)["label"])
	definitions := r.get("/v1.0/yida/forms/definitions/"+r.s.AppType()+"/"+DemoPlainForm, nil)["result"].(arr)
	require.Equal(t, obj{"fieldId": "textField_colour", "componentName": "TextField", "label": "颜色", "parentId": "tableField_lines"}, definitions[len(definitions)-2])
	aliases := r.get("/v2.0/yida/forms/component/alias/"+r.s.AppType()+"/"+DemoPlainForm, nil)["result"].(arr)
	require.Contains(t, aliases, obj{"fieldId": "textField_sku", "alias": "Sku"})
	r.s.AddComponent(DemoForm, Component{ID: "textField_new", Label: "新"})
	require.Len(t, r.get("/v1.0/yida/forms/definitions/"+r.s.AppType()+"/"+DemoForm, nil)["result"], 7)

	link := "/v1.0/yida/apps/temporaryUrls/" + r.s.AppType()
	file := "https://www.aliwork.com/ossFileHandle?appType=APP&fileName=a b=.pdf&type=download"
	require.Contains(t, r.get(link, obj{"fileUrl": file, "timeout": 86400000})["result"], "fileName=a+b%3D.pdf")
	for _, bad := range []obj{{"fileUrl": "/ossFileHandle"}, {"fileUrl": file, "timeout": 86400001}} {
		status, _ := r.send("GET", link, values(r.yida(bad)), nil)
		require.Equal(t, 400, status)
	}
	require.Panics(t, func() { r.s.AddForm(Form{Components: []Component{{ID: "nothing_x"}}}) })
	require.Panics(t, func() { r.s.AddForm(Form{UUID: DemoForm}) })
	require.Panics(t, func() { r.s.Seed("FORM-NONE", Row{}) })
	require.Panics(t, func() { r.s.Seed(DemoForm, Row{"textField_none": "x"}) })
}

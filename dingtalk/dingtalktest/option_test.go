package dingtalktest

import (
	"encoding/json"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestOtherWordsForErrors(t *testing.T) {
	t.Parallel()
	r := start(t, WithTextErrcodes(), WithSubCodeInText(), WithCapitalErrors())
	_, answer := r.send("POST", "/oapi/topapi/v2/user/get", nil, obj{"userid": DemoUser})
	require.Equal(t, "0", answer["errcode"])
	r.token = "test"
	_, answer = r.send("POST", "/oapi/topapi/v2/user/get", nil, obj{"userid": DemoUser})
	require.Equal(t, "88", answer["errcode"])
	require.Equal(t, "ding talk error[subcode=40014,submsg=不合法的access_token]", answer["errmsg"])
	require.NotContains(t, answer, "sub_code")
	r.s.Inject(Fault{Kind: NoPermission})
	_, answer = r.send("GET", "/v1.0/yida/forms", nil, nil)
	require.Equal(t, obj{"requiredScopes": arr{formRead}}, answer["AccessDeniedDetail"])
	require.Equal(t, "Forbidden.AccessDenied.AccessTokenPermissionDenied", answer["Code"])
}

func TestAliasesBelongToTheSecondVersion(t *testing.T) {
	t.Parallel()
	r := start(t)
	body := obj{"formUuid": DemoPlainForm, "formDataJson": `{"Sku":"x"}`, "useAlias": true}
	r.denied(codeComponent, "/v1.0/yida/forms/instances", body)
	r.post("/v2.0/yida/forms/instances", body)
	r.denied(codeComponent, "/v2.0/yida/forms/instances", obj{"formUuid": DemoPlainForm, "formDataJson": `{"textField_sku":"x"}`, "useAlias": true})
}

func TestManagersUpsert(t *testing.T) {
	t.Parallel()
	r := start(t)
	uuid := r.s.AddForm(Form{Components: []Component{{ID: "textField_a"}}, Managers: []string{"user100"}})
	body := obj{"formUuid": uuid, "formDataJson": `{"textField_a":"x"}`, "searchCondition": eq("textField_a", "x")}
	r.denied(codeDenied, "/v2.0/yida/forms/instances/insertOrUpdate", body)
	body["userId"] = "user100"
	r.post("/v2.0/yida/forms/instances/insertOrUpdate", body)
}

func TestTablesAreCut(t *testing.T) {
	t.Parallel()
	r := start(t, WithTablesCut())
	lines := arr{}
	for i := range 60 {
		lines = append(lines, obj{"textField_colour": strconv.Itoa(i)})
	}
	id := r.saveStock(obj{"textField_sku": "T", "tableField_lines": lines})
	require.Len(t, r.stock(id)["tableField_lines"], 50)
	all := r.get("/v1.0/yida/forms/innerTables/"+id, obj{"formUuid": DemoPlainForm, "tableFieldId": "tableField_lines", "pageNumber": 2, "pageSize": 50})
	require.Len(t, all["data"], 10)
	require.Equal(t, json.Number("60"), all["totalCount"])
}

func TestBatchesExcludeEachOther(t *testing.T) {
	t.Parallel()
	r := start(t, WithBatchTime(10*time.Second))
	save := obj{"formUuid": DemoPlainForm, "formDataJsonList": stockList(1)}
	ids := r.post("/v1.0/yida/forms/instances/batchSave", save)["result"]
	save["asynchronousExecution"] = true
	r.post("/v1.0/yida/forms/instances/batchSave", save)
	r.denied("invalidState.batchOperation.previousBatchUpdatingIsRunning", "/v1.0/yida/forms/instances/batchSave", save)
	r.clock.move(10 * time.Second)
	remove := obj{"formUuid": DemoPlainForm, "formInstanceIdList": ids, "asynchronousExecution": true}
	r.post("/v1.0/yida/forms/instances/batchRemove", remove)
	r.denied("failure.batchOperation.currentFormIsExecutingBatchDeleting", "/v1.0/yida/forms/instances/batchRemove", remove)
	status, answer := r.send("PUT", "/v1.0/yida/forms/instances/components", nil, r.yida(obj{"formUuid": DemoPlainForm, "formInstanceIdList": ids, "updateFormDataJson": "{}"}))
	r.refused(400, "failure.batchOperation.currentFormIsExecutingBatchDeleting", status, answer)
}

// A batch whose answer is lost goes on: the form takes no other before it is done.
func TestLostBatchGoesOn(t *testing.T) {
	t.Parallel()
	r := start(t, WithBatchTime(10*time.Second))
	const path = "/v1.0/yida/forms/instances/batchSave"
	save := obj{"formUuid": DemoPlainForm, "formDataJsonList": stockList(1)}
	r.s.Inject(Fault{Op: "POST yida/forms/instances/batchSave", Kind: ServerErrorAfter})
	status, _ := r.send("POST", path, nil, r.yida(save))
	require.Equal(t, 500, status)
	r.denied("invalidState.batchOperation.previousBatchUpdatingIsRunning", path, save)
	r.clock.move(10 * time.Second)
	r.post(path, save)
}

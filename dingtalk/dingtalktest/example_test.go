package dingtalktest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/duijie-go/duijie/dingtalk/dingtalktest"
)

// call posts a body by hand, without any client.
func call(srv *dingtalktest.Server, token, path string, body map[string]any) map[string]any {
	raw, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	req, err := http.NewRequest(http.MethodPost, srv.URL()+path, bytes.NewReader(raw))
	if err != nil {
		panic(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("x-acs-dingtalk-access-token", token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil // the answer is lost
	}
	defer func() { _ = resp.Body.Close() }()
	var answer map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		panic(err)
	}
	return answer
}

// A product goes into an approval form: fetch a token, start a process, find it.
func Example() {
	srv := dingtalktest.NewServer(dingtalktest.WithDemo())
	defer srv.Close()
	token := call(srv, "", "/v1.0/oauth2/accessToken", map[string]any{"appKey": srv.AppKey(), "appSecret": srv.AppSecret()})["accessToken"].(string)

	yida := map[string]any{"appType": srv.AppType(), "systemToken": srv.SystemToken(), "userId": srv.UserID(), "formUuid": dingtalktest.DemoForm}
	yida["formDataJson"] = `{"textField_lq0sj9h9":"不锈钢保温杯","textField_lq23ags2":"SKU-10001"}`
	started := call(srv, token, "/v2.0/yida/processes/instances/start", yida)["result"].(string)
	fmt.Println(len(started), srv.Created(dingtalktest.DemoForm, "textField_lq23ags2", "SKU-10001"))

	delete(yida, "formDataJson")
	yida["searchFieldJson"] = `[{"key":"textField_lq23ags2","value":"SKU-10001","type":"TEXT","operator":"eq","componentName":"TextField"}]`
	page := call(srv, token, "/v2.0/yida/processes/instances?pageNumber=1&pageSize=10", yida)
	first := page["data"].([]any)[0].(map[string]any)
	fmt.Println(first["instanceStatus"], first["processInstanceId"] == started)
	// Output:
	// 36 1
	// RUNNING true
}

// Faults hit chosen calls; effects tell what they did.
func ExampleServer_Inject() {
	srv := dingtalktest.NewServer(dingtalktest.WithDemo())
	defer srv.Close()
	token := call(srv, "", "/v1.0/oauth2/accessToken", map[string]any{"appKey": srv.AppKey(), "appSecret": srv.AppSecret()})["accessToken"].(string)
	// The process is started, but the answer is lost.
	srv.Inject(dingtalktest.Fault{Op: "POST yida/processes/instances/start", Kind: dingtalktest.CutAfter})
	answer := call(srv, token, "/v2.0/yida/processes/instances/start", map[string]any{
		"appType": srv.AppType(), "systemToken": srv.SystemToken(), "userId": srv.UserID(), "formUuid": dingtalktest.DemoForm,
		"formDataJson": `{"textField_lq0sj9h9":"杯","textField_lq23ags2":"SKU-1"}`,
	})
	fmt.Println(answer == nil, srv.Created(dingtalktest.DemoForm, "textField_lq23ags2", "SKU-1"))
	// Output: true 1
}

package dingtalk_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/dingtalk"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// stub starts a server that gives one answer for each path it knows, and a client of it. A
// program of yours uses dingtalk.ConfigFromEnv instead.
func stub(answers map[string]string) (*dingtalk.Client, *httptest.Server) {
	answers["/v1.0/oauth2/accessToken"] = `{"accessToken":"token","expireIn":7200}`
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer, ok := answers[r.URL.Path]
		switch {
		case !ok:
			answer = `{"code":"invalidState.form.dataDoesNotExistOrIsDeleted","message":"数据不存在","requestid":"R"}`
			w.WriteHeader(http.StatusBadRequest)
		case strings.HasPrefix(answer, `{"code"`):
			w.WriteHeader(http.StatusBadRequest)
		}
		_, _ = io.WriteString(w, answer)
	}))
	client, err := dingtalk.NewClient(dingtalk.Config{
		BaseURL: s.URL, AppKey: "dingappkey", AppSecret: duijie.NewSecret("secret"),
		Yida: dingtalk.YidaApp{AppType: "APP_1", SystemToken: duijie.NewSecret("system"), UserID: "manager123", FormUUID: "FORM-1"},
	}, duijie.WithRetry(duijie.RetryPolicy{MaxAttempts: -1}))
	if err != nil {
		panic(err)
	}
	return client, s
}

// An approval is started with the values of its components.
func ExampleYida_StartProcess() {
	client, s := stub(map[string]string{"/v2.0/yida/processes/instances/start": `{"result":"f30233fb-72e1-4af4-8cb8-c7e0ea9ee530"}`})
	defer s.Close()
	id, err := client.Yida().StartProcess(context.Background(), dingtalk.StartProcessRequest{
		ProcessCode: "TPROC--1",
		Data: dingtalk.FormData{
			"textField_lq0sj9h9":     "不锈钢保温杯",
			"textField_lq23ags2":     "SKU-10001",
			"numberField_lq0sj9hc":   duijie.MustDecimal("12.50"),
			"dateField_lq0sj9hd":     dingtalk.NewDate(time.Now()),
			"employeeField_lq0sj9hf": dingtalk.Texts{"manager123"},
		},
	})
	if errors.Is(err, duijie.ErrOutcomeUnknown) {
		fmt.Println("look it up by its code before starting it again")
		return
	}
	fmt.Println(id, err)
	// Output: f30233fb-72e1-4af4-8cb8-c7e0ea9ee530 <nil>
}

// A struct whose JSON names are component ids is form data too, both ways.
func ExampleYida_FindForm() {
	type Product struct {
		Name  string         `json:"textField_lq0sj9h9"`
		Price duijie.Decimal `json:"numberField_lq0sj9hc_value"`
		Owner dingtalk.Texts `json:"employeeField_lq0sj9hf_id"`
	}
	client, s := stub(map[string]string{"/v2.0/yida/forms/instances/advances/queryAll": `{"totalCount":1,"pageNumber":1,"data":[{
		"formInstanceId":"FINST-1","modifiedTimeGMT":"2025-12-16T11:34Z","formData":{"textField_lq23ags2":"SKU-10001","textField_lq0sj9h9":"不锈钢保温杯",
		"numberField_lq0sj9hc":12.5,"numberField_lq0sj9hc_value":"12.50","employeeField_lq0sj9hf":["张三"],"employeeField_lq0sj9hf_id":["manager123"]}}]}`})
	defer s.Close()
	instance, err := client.Yida().FindForm(context.Background(), "", "textField_lq23ags2", "SKU-10001")
	if err != nil {
		fmt.Println(err)
		return
	}
	var p Product
	if err := instance.Data.Decode(&p); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(instance.ID, instance.Modified.Format(time.RFC3339), p.Name, p.Price, p.Owner)
	// Output: FINST-1 2025-12-16T11:34:00+08:00 不锈钢保温杯 12.50 [manager123]
}

// All conditions of a list must hold; it is read page by page.
func ExampleYida_Forms() {
	client, s := stub(map[string]string{"/v2.0/yida/forms/instances/advances/queryAll": `{"totalCount":1,"data":[{"formInstanceId":"FINST-1","formData":{}}]}`})
	defer s.Close()
	list := client.Yida().Forms(dingtalk.FormQuery{
		Where: []dingtalk.Condition{
			dingtalk.OptionIs("selectField_a", "五金"),
			dingtalk.NumberBetween("numberField_b", duijie.MustDecimal("1"), duijie.MustDecimal("10")),
		},
		ModifiedFrom: time.Now().Add(-24 * time.Hour),
	})
	for instance, err := range list.All(context.Background()) {
		fmt.Println(instance.ID, err)
	}
	// Output: FINST-1 <nil>
}

// Any operation of either gateway can be called.
func ExampleClient_CallOAPI() {
	client, s := stub(map[string]string{"/topapi/v2/user/getbymobile": `{"errcode":0,"result":{"userid":"manager123"},"request_id":"r"}`})
	defer s.Close()
	var out struct {
		UserID string `json:"userid"`
	}
	err := client.CallOAPI(context.Background(), "POST /topapi/v2/user/getbymobile", nil, map[string]string{"mobile": "13800000000"}, &out)
	fmt.Println(out.UserID, err)
	// Output: manager123 <nil>
}

// Errors are told by what a caller can do about them.
func ExampleClient_Call() {
	client, s := stub(map[string]string{"/v1.0/workflow/processInstances": `{"code":"Forbidden.AccessDenied.ApiCountLimitForOrg","message":"调用量超限"}`})
	defer s.Close()
	err := client.Call(context.Background(), "POST /v1.0/workflow/processInstances", nil, map[string]any{}, nil)
	fmt.Println(errors.Is(err, dingtalk.ErrQuota), errors.Is(err, duijie.ErrRateLimited), errors.Is(err, duijie.ErrOutcomeUnknown))
	_, err = client.Yida().GetForm(context.Background(), "FINST-gone")
	fmt.Println(errors.Is(err, dingtalk.ErrQuota), "for two minutes nothing is sent")
	// Output:
	// true true false
	// true for two minutes nothing is sent
}

// Products become approvals, each started exactly once.
func ExampleNewProcessSink() {
	client, s := stub(map[string]string{
		"/v2.0/yida/processes/instances":       `{"totalCount":0,"data":[]}`,
		"/v2.0/yida/processes/instances/start": `{"result":"f30233fb-72e1"}`,
	})
	defer s.Close()
	type Product struct {
		Name string `json:"textField_lq0sj9h9"`
	}
	sink, err := dingtalk.NewProcessSink(client.Yida(), dingtalk.ProcessSinkConfig[Product]{Key: "textField_lq23ags2", ProcessCode: "TPROC--1"})
	if err != nil {
		fmt.Println(err)
		return
	}
	source := duijiesync.SourceFunc[Product](func(context.Context, duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[Product], error] {
		return func(yield func(duijiesync.Batch[Product], error) bool) {
			yield(duijiesync.Batch[Product]{Records: []duijiesync.Record[Product]{{Key: "SKU-10001", Value: Product{"不锈钢保温杯"}}}}, nil)
		}
	})
	pipeline := &duijiesync.Pipeline[Product, Product]{
		Name: "products", Source: source, Sink: sink, State: duijiesync.NewMemoryState(), Transform: duijiesync.Same[Product],
	}
	report, err := pipeline.Run(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(report.Created)
	// Output: 1
}

// What was modified since the last run is read in windows.
func ExampleNewSource() {
	client, s := stub(map[string]string{})
	defer s.Close()
	source, err := dingtalk.NewSource(client.Yida(), dingtalk.FormQuery{}, dingtalk.SourceConfig[dingtalk.Instance]{Key: "textField_lq23ags2"})
	if err != nil {
		fmt.Println(err)
		return
	}
	paging, _, _ := strings.Cut(source.(duijiesync.Pager).Paging(), ", so")
	fmt.Println(paging)
	// Output: FORM-1: windows of modification time from the checkpoint − 10m0s (overlap) to now − 1m0s (settle delay)
}

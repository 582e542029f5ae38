package fxiaoke_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/fxiaoke"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// answers gives the payload of each path; what is not in it succeeds with nothing.
type answers map[string]string

// fake starts a server with canned answers, and a client of it. A program of yours uses
// fxiaoke.ConfigFromEnv instead.
func fake(a answers) (*fxiaoke.Client, *httptest.Server) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		payload := a[r.URL.Path]
		if r.URL.Path == "/cgi/corpAccessToken/get/V2" {
			payload = `"corpAccessToken":"C0FFEE00C0FFEE00","corpId":"FSCID_1","expiresIn":7200`
		}
		if payload != "" && !strings.Contains(payload, `"errorCode"`) {
			payload += ","
		}
		if !strings.Contains(payload, `"errorCode"`) {
			payload += `"errorCode":0,"errorMessage":"OK"`
		}
		_, _ = fmt.Fprintf(w, "{%s}", payload)
	}))
	client, err := fxiaoke.NewClient(fxiaoke.Config{
		BaseURL: s.URL, AppID: "FSAID_1", AppSecret: duijie.NewSecret("secret-of-the-app"), PermanentCode: duijie.NewSecret("permanent-code"),
		OpenUserID: "FSUID_00000000000000000000000000000001",
	})
	if err != nil {
		panic(err)
	}
	return client, s
}

const warehouses = `"data":{"dataList":[
	{"_id":"5f01","name":"上海一号","capacity__c":"1200.50","last_modified_time":1767225600000},
	{"_id":"5f02","name":"北京二号","capacity__c":"800.00","last_modified_time":1767225700000}],"offset":0,"limit":100,"total":0}`

// Warehouse is a custom object, as far as these examples need it.
type Warehouse struct {
	ID       string         `json:"_id"`
	Name     string         `json:"name"`
	Capacity duijie.Decimal `json:"capacity__c"`
	Changed  fxiaoke.Time   `json:"last_modified_time"`
}

const warehouseObject = "object_inventory_report__c"

// Any object is read into a struct of yours, all rows, exactly.
func ExampleQueryAs() {
	client, s := fake(answers{"/cgi/crm/custom/v2/data/query": warehouses})
	defer s.Close()
	for w, err := range fxiaoke.QueryAs[Warehouse](context.Background(), client, fxiaoke.Query{Object: warehouseObject}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(w.Name, w.Capacity, w.Changed.Format(time.DateTime))
	}
	// Output:
	// 上海一号 1200.50 2026-01-01 08:00:00
	// 北京二号 800.00 2026-01-01 08:01:40
}

// Conditions, as they go over the wire.
func ExampleWhere() {
	q := fxiaoke.Query{
		Object: "AccountObj", Fields: []string{"name"}, PageSize: 50,
		Filters: []fxiaoke.Filter{
			fxiaoke.Where("create_time", fxiaoke.OpAtLeast, time.Date(2026, 1, 1, 0, 0, 0, 0, duijie.China)),
			fxiaoke.Where("account_level", fxiaoke.OpIn, "1", "2"),
		},
	}
	body, err := json.Marshal(q)
	fmt.Println(err)
	fmt.Println(strings.Contains(string(body), `{"field_name":"create_time","field_values":["1767196800000"],"operator":"GTE"}`))
	// Output:
	// <nil>
	// true
}

// A record that is not there is an error of its own.
func ExampleGetAs() {
	client, s := fake(nil)
	defer s.Close()
	_, err := fxiaoke.GetAs[Warehouse](context.Background(), client, warehouseObject, "5f09")
	fmt.Println(errors.Is(err, duijie.ErrNotFound))
	// Output: true
}

// The lines of a document come with it.
func ExampleDetailsAs() {
	client, s := fake(answers{"/cgi/crm/v2/data/get": `"data":{"_id":"5f3a","payment_amount":"8.50","details":{"OrderPaymentObj":[{"id":"1","containerDocument":{"payment_amount":"8.50","order_id":"5edd"}}]}}`})
	defer s.Close()
	payment, err := client.Payments.Get(context.Background(), "5f3a")
	if err != nil {
		fmt.Println(err)
		return
	}
	lines, err := fxiaoke.DetailsAs[fxiaoke.OrderPayment](payment, "OrderPaymentObj")
	fmt.Println(payment.PaymentAmount, len(lines), lines[0].OrderID, err)
	// Output: 8.50 1 5edd <nil>
}

// An order is created with its lines. No workflow and no approval starts, unless asked for.
func ExampleClient_Create() {
	client, s := fake(answers{"/cgi/crm/v2/data/create": `"dataId":"68fa"`})
	defer s.Close()
	order := fxiaoke.SalesOrder{AccountID: "433538f1", OrderTime: fxiaoke.TimeOf(time.Date(2026, 1, 5, 0, 0, 0, 0, duijie.China))}
	order.Owner = []string{"FSUID_00000000000000000000000000000001"}
	if err := order.Set("erp_no__c", "SO-2026-1"); err != nil {
		fmt.Println(err)
		return
	}
	made, err := client.Create(context.Background(), fxiaoke.CreateRequest{
		Object: "SalesOrderObj", Data: order,
		Details: map[string]any{"SalesOrderProductObj": []fxiaoke.SalesOrderProduct{{ProductID: "5f0a", Quantity: duijie.DecimalFromInt(2)}}},
	})
	if errors.Is(err, duijie.ErrOutcomeUnknown) {
		fmt.Println("look SO-2026-1 up before sending it again")
	}
	fmt.Println(made.ID, err)
	// Output: 68fa <nil>
}

// A business key decides between create and update, and settles a lost answer.
func ExampleClient_Upsert() {
	client, s := fake(answers{"/cgi/crm/v2/data/query": `"data":{"dataList":[{"_id":"77aa","erp_no__c":"C-1"}]}`})
	defer s.Close()
	up, err := client.Upsert(context.Background(), fxiaoke.UpsertRequest{
		KeyField: "erp_no__c", Create: fxiaoke.CreateRequest{Object: "AccountObj", Data: map[string]any{"erp_no__c": "C-1", "name": "上海测试"}},
	})
	fmt.Println(up.ID, up.Created, err)
	// Output: 77aa false <nil>
}

// An update sends what changes.
func ExampleClient_Update() {
	client, s := fake(nil)
	defer s.Close()
	err := client.Update(context.Background(), fxiaoke.UpdateRequest{Object: "ProductObj", ID: "5f0a", Data: fxiaoke.Product{ProductStatus: "2"}})
	fmt.Println(err)
	err = client.Update(context.Background(), fxiaoke.UpdateRequest{Object: "ProductObj", ID: "5f0a", Data: map[string]any{"owner": []string{"1000"}}})
	fmt.Println(errors.Is(err, duijie.ErrInvalid))
	// Output:
	// <nil>
	// true
}

// A record is invalidated before it can be deleted; another is locked, and given away.
func ExampleClient_Invalid() {
	client, s := fake(nil)
	defer s.Close()
	ctx := context.Background()
	fmt.Println(errors.Join(
		client.Invalid(ctx, "AccountObj", "1"), client.Delete(ctx, "AccountObj", []string{"1"}), client.Lock(ctx, "AccountObj", []string{"2"}, false),
		client.ChangeOwner(ctx, "AccountObj", []fxiaoke.OwnerChange{{ID: "3", Owner: "FSUID_00000000000000000000000000000002"}}),
	))
	// Output: <nil>
}

// The options of a field: its value is written, its label is what people see.
func ExampleClient_Describe() {
	client, s := fake(answers{"/cgi/crm/v2/object/describe": `"data":{"describe":{"api_name":"AccountObj","fields":{"account_level":{"api_name":"account_level","type":"select_one","options":[{"label":"重要","value":"1"}]}}}}`})
	defer s.Close()
	d, err := client.Describe(context.Background(), "AccountObj")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, option := range d.Fields["account_level"].Options {
		fmt.Println(option.Label, option.Value)
	}
	// Output: 重要 1
}

// Everybody in the company.
func ExampleClient_ListUsers() {
	client, s := fake(answers{"/cgi/user/list": `"userList":[{"openUserId":"FSUID_1","name":"小明","departmentIds":[1001]}]`})
	defer s.Close()
	users, err := client.ListUsers(context.Background(), fxiaoke.UserQuery{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(users[0].ID, users[0].Name, users[0].DepartmentIDs)
	// Output: FSUID_1 小明 [1001]
}

// Any operation can be called; quotas have errors of their own.
func ExampleClient_Call() {
	client, s := fake(answers{"/cgi/crm/approvalInstances/query": `"errorCode":30003,"errorMessage":"no quota"`})
	defer s.Close()
	var out duijie.Record
	err := client.Call(context.Background(), "/cgi/crm/approvalInstances/query", map[string]any{"pageNumber": 1, "pageSize": 20}, &out)
	fmt.Println(errors.Is(err, fxiaoke.ErrNoQuota), errors.Is(err, duijie.ErrPermission))
	o, ok := fxiaoke.LookupOperation("/cgi/crm/approvalInstances/query")
	fmt.Println(o.Title, o.Effect, ok)
	// Output:
	// true true
	// 查询审批流实例 read true
}

// Products flow into another system; what did not change is not sent again.
func ExampleNewSource() {
	client, s := fake(answers{"/cgi/crm/custom/v2/data/query": warehouses})
	defer s.Close()
	source, err := fxiaoke.NewSource(client, fxiaoke.Query{Object: warehouseObject}, fxiaoke.SourceConfig[Warehouse]{
		Key: func(w Warehouse) string { return w.Name },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	pipeline := duijiesync.Pipeline[Warehouse, Warehouse]{
		Name: "warehouses", Source: source, Transform: duijiesync.Same[Warehouse], Sink: duijiesync.Discard[Warehouse]{}, State: duijiesync.NewMemoryState(),
	}
	for range 2 {
		report, err := pipeline.Run(context.Background())
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(report.Created)
	}
	// Output:
	// 2
	// 0
}

// Records of another system become customers, told apart by a number of that system.
func ExampleNewSink() {
	client, s := fake(answers{"/cgi/crm/v2/data/create": `"dataId":"68fa"`})
	defer s.Close()
	type customer struct{ Number, Name string }
	sink, err := fxiaoke.NewSink(client, fxiaoke.SinkConfig[customer]{
		Object: "AccountObj", KeyField: "erp_no__c", Owner: []string{"FSUID_00000000000000000000000000000001"},
		Model: func(rec duijiesync.Record[customer]) (any, error) { return map[string]any{"name": rec.Value.Name}, nil },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	out, err := sink.Write(context.Background(), []duijiesync.Record[customer]{{Key: "C-1", Value: customer{"C-1", "上海测试"}}})
	fmt.Println(out[0].Kind, out[0].TargetID, err)
	// Output: created 68fa <nil>
}

// The metadata of a low-code platform as a query, and as the query of a source.
func ExampleParseMetadata() {
	m, err := fxiaoke.ParseMetadata([]byte(`{"dataObjectApiName":"object_inventory_report__c","search_query_info":{"limit":"20","offset":"0",
		"filters":{"条件1":{"field_name":"last_modified_time","field_values":["{LAST_SYNC_TIME}000"],"operator":"GTE"}}}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	q, err := m.At(time.Unix(1767225600, 0), time.Now())
	fmt.Println(q.Filters[0].Values[0], err)
	q, incremental := m.Incremental()
	fmt.Println(len(q.Filters), incremental)
	// Output:
	// 1767225600000 <nil>
	// 0 true
}

// Changes are pushed: an http.Handler verifies, decrypts and answers them.
func ExampleNewEventHandler() {
	handler, err := fxiaoke.NewEventHandler(fxiaoke.EventConfig{AESKey: duijie.NewSecret("ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=")},
		func(_ context.Context, e fxiaoke.Event) error {
			fmt.Println(e.Type, e.Object, e.ID) // read the record again
			return nil
		})
	if err != nil {
		fmt.Println(err)
		return
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/events", strings.NewReader(`{"signature":"somebody else's","encryptedContent":"x"}`)))
	fmt.Println(w.Code)
	// Output: 403
}

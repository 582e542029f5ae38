package duijie_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"golang.org/x/time/rate"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/kingdee"
	"github.com/duijie-go/duijie/kingdee/kingdeetest"
)

// connect makes a client of a fake server; the options are those of every
// platform's NewClient.
func connect(server *kingdeetest.Server, opts ...duijie.Option) (*kingdee.Client, error) {
	a := server.Account()
	return kingdee.NewClient(kingdee.Config{
		BaseURL: server.URL(), AcctID: a.AcctID, Username: a.Username, AppID: a.AppID, AppSecret: duijie.NewSecret(a.AppSecret),
	}, opts...)
}

// What kind of failure it is, tells errors.Is; the details are in the APIError.
func ExampleAPIError() {
	server := kingdeetest.NewServer()
	defer server.Close()
	client, err := connect(server)
	if err != nil {
		fmt.Println(err)
		return
	}

	_, err = client.View(context.Background(), "BD_Customer", kingdee.Ref{Number: "C-9999"})
	switch {
	case errors.Is(err, duijie.ErrNotFound):
		fmt.Println("there is none")
	case errors.Is(err, duijie.ErrRateLimited), errors.Is(err, duijie.ErrUnavailable):
		fmt.Println("later")
	}
	if e, ok := errors.AsType[*duijie.APIError](err); ok {
		fmt.Println(e.Platform, e.Op, e.StatusCode, e.Message)
	}
	// Output:
	// there is none
	// kingdee View 200 编码值["C-9999"]不存在
}

// A write whose answer was lost is no failure: it may have been done.
func ExampleAPIError_outcomeUnknown() {
	server := kingdeetest.NewServer()
	defer server.Close()
	server.Inject(kingdeetest.Fault{Op: "Save", Call: 1, Kind: kingdeetest.CutAfter})
	client, err := connect(server)
	if err != nil {
		fmt.Println(err)
		return
	}

	ctx := context.Background()
	org := kingdee.Number("100")
	_, err = client.Customers.Save(ctx, kingdee.Customer{CreateOrg: org, UseOrg: org, Number: "C-1", Name: "上海测试"}, kingdee.SaveOptions{})
	if errors.Is(err, duijie.ErrOutcomeUnknown) {
		found, err := client.Customers.Get(ctx, "C-1") // look before sending it again
		fmt.Println(found != nil, err)
	}
	// Output: true <nil>
}

// Options are the same for every platform. A limiter of golang.org/x/time/rate
// fits as it is; an observer sees every attempt.
func ExampleOption() {
	server := kingdeetest.NewServer()
	defer server.Close()
	server.Inject(kingdeetest.Fault{Op: "ExecuteBillQuery", Call: 1, Kind: kingdeetest.Throttle})
	client, err := connect(server,
		duijie.WithRateLimiter(rate.NewLimiter(20, 1)),
		duijie.WithRetry(duijie.RetryPolicy{MaxAttempts: 3, ThrottleDelay: time.Millisecond}),
		duijie.WithCallObserver(func(e duijie.CallEvent) { fmt.Println(e.Op, e.Attempt, e.Class) }),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = client.Query(context.Background(), kingdee.Query{FormID: "BD_Customer", Fields: []string{"FNumber"}})
	fmt.Println(err)
	// Output:
	// ExecuteBillQuery 1 rate limited
	// ExecuteBillQuery 2 ok
	// <nil>
}

// All mistakes are reported together, before anything is sent.
func ExampleNewOptions() {
	_, err := duijie.NewOptions(duijie.WithMaxBody(-1), duijie.WithBaseURL("erp.example.com"))
	fmt.Println(err)
	fmt.Println(errors.Is(err, duijie.ErrInvalid))
	// Output:
	// duijie: WithMaxBody: -1 is not above 0: invalid request
	// duijie: WithBaseURL: the base URL must begin with http:// or https://: invalid request
	// true
}

// One call can have settings of its own, such as where its raw answer goes.
func ExampleWithResponse() {
	server := kingdeetest.NewServer()
	defer server.Close()
	client, err := connect(server)
	if err != nil {
		fmt.Println(err)
		return
	}
	var raw duijie.Response
	_, err = client.Query(context.Background(), kingdee.Query{FormID: "ORG_Organizations", Fields: []string{"FNumber"}},
		duijie.WithResponse(&raw))
	fmt.Println(err, raw.StatusCode, raw.Attempts, string(raw.Body))
	// Output: <nil> 200 1 [["100"]]
}

// A Record holds what no struct was written for, without losing a digit.
func ExampleRecord() {
	var bill duijie.Record
	err := json.Unmarshal([]byte(`{"FID":9007199254740993,"FAmount":1.10,"FOrgId":{"FNumber":"100"},"FNote":null}`), &bill)
	if err != nil {
		fmt.Println(err)
		return
	}
	amount, err := bill.Decimal("FAmount")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(bill.Text("FID"), amount, bill.Text("FOrgId.FNumber"))
	_, there := bill.Get("FNote")
	_, elsewhere := bill.Get("FOrgId.FName")
	fmt.Println(there, elsewhere)
	// Output:
	// 9007199254740993 1.10 100
	// true false
}

// A Secret shows only where it is asked to.
func ExampleSecret() {
	settings := struct {
		User     string
		Password duijie.Secret
	}{"demo", duijie.NewSecret("p4ssw0rd")}

	fmt.Printf("%v\n%+v\n%s\n", settings, settings, settings.Password)
	out, err := json.Marshal(settings)
	fmt.Println(string(out), err)
	fmt.Println(len(settings.Password.Reveal()))
	// Output:
	// {demo [redacted]}
	// {User:demo Password:[redacted]}
	// [redacted]
	// {"User":"demo","Password":"[redacted]"} <nil>
	// 8
}

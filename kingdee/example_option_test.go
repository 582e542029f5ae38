package kingdee_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/time/rate"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/kingdee"
	"github.com/duijie-go/duijie/kingdee/kingdeetest"
)

// connect makes a client of a fake server with options of its own.
func connect(server *kingdeetest.Server, opts ...duijie.Option) (*kingdee.Client, error) {
	a := server.Account()
	return kingdee.NewClient(kingdee.Config{
		BaseURL: server.URL(), AcctID: a.AcctID, Username: a.Username, AppID: a.AppID, AppSecret: duijie.NewSecret(a.AppSecret),
	}, opts...)
}

// A limiter of golang.org/x/time/rate fits as it is; an observer sees every
// attempt.
func ExampleNewClient() {
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
	var raw duijie.Response
	_, err = client.Query(context.Background(), kingdee.Query{FormID: "ORG_Organizations", Fields: []string{"FNumber"}},
		duijie.WithResponse(&raw))
	fmt.Println(err, raw.StatusCode, raw.Attempts, string(raw.Body))
	// Output:
	// ExecuteBillQuery 1 rate limited
	// ExecuteBillQuery 2 ok
	// <nil> 200 2 [["100"]]
}

// A save whose answer was lost is no failure: it may have been done.
func ExampleFormService_Save_outcomeUnknown() {
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

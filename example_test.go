package duijie_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/duijie-go/duijie"
)

// What kind of failure it is, tells errors.Is; the details are in the APIError.
// Clients return it, wrapped or not.
func ExampleAPIError() {
	view := func() error {
		return fmt.Errorf("read the customer: %w", &duijie.APIError{
			Platform: "kingdee", Op: "View", Class: duijie.ClassNotFound, StatusCode: 200, Code: "9",
			Message: `编码值["C-9999"]不存在`,
		})
	}
	err := view()
	switch {
	case errors.Is(err, duijie.ErrNotFound):
		fmt.Println("there is none")
	case errors.Is(err, duijie.ErrRateLimited), errors.Is(err, duijie.ErrUnavailable):
		fmt.Println("later")
	}
	if e, ok := errors.AsType[*duijie.APIError](err); ok {
		fmt.Println(e.Platform, e.Op, e.Code, e.Message)
	}
	fmt.Println(err)
	// Output:
	// there is none
	// kingdee View 9 编码值["C-9999"]不存在
	// read the customer: kingdee: View: not found (HTTP 200, code 9): 编码值["C-9999"]不存在
}

// A write whose answer was lost may have been done. It is an error of its own
// beside its kind, and comes before it.
func ExampleAPIError_outcomeUnknown() {
	var err error = &duijie.APIError{Platform: "kingdee", Op: "Save", Class: duijie.ClassUnavailable, OutcomeUnknown: true}
	switch {
	case errors.Is(err, duijie.ErrOutcomeUnknown):
		fmt.Println("look it up before sending it again")
	case errors.Is(err, duijie.ErrUnavailable):
		fmt.Println("send it again")
	}
	// Output: look it up before sending it again
}

// The same options go into the NewClient of every platform.
func ExampleOption() {
	var attempts int
	options := []duijie.Option{
		duijie.WithAttemptTimeout(30 * time.Second),
		duijie.WithRetry(duijie.RetryPolicy{MaxAttempts: 6, MaxRetryAfter: time.Minute}),
		duijie.WithLogger(slog.New(slog.NewJSONHandler(os.Stderr, nil))),
		duijie.WithCallObserver(func(duijie.CallEvent) { attempts++ }),
	}
	o, err := duijie.NewOptions(options...) // as NewClient does
	fmt.Println(o.AttemptTimeout, o.Retry.MaxAttempts, err)
	// Output: 30s 6 <nil>
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

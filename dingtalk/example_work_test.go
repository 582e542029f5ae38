package dingtalk_test

import (
	"context"
	"fmt"

	"golang.org/x/time/rate"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/dingtalk"
	"github.com/duijie-go/duijie/dingtalk/dingtalktest"
)

// A robot tells a group what happened.
func ExampleRobot_Send() {
	server := dingtalktest.NewServer() // in real use: leave BaseURL out
	defer server.Close()

	robot, err := dingtalk.NewRobot(dingtalk.RobotConfig{
		BaseURL: server.OapiURL(),
		Token:   duijie.NewSecret(server.RobotToken()), Secret: duijie.NewSecret(server.RobotSecret()),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	err = robot.Send(context.Background(), dingtalk.RobotMessage{
		Markdown: &dingtalk.RobotMarkdown{Title: "同步", Text: "#### 3 行被拒收"},
		At:       dingtalk.RobotAt{Mobiles: []string{"13800000000"}},
		UUID:     "run-42", // sent twice it is shown once
	})
	fmt.Println(err, len(server.RobotMessages()))
	// Output: <nil> 1
}

// The userId of an employee whose telephone number is known.
func ExampleContactService_UserIDByMobile() {
	server := dingtalktest.NewServer()
	defer server.Close()
	server.AddUser(dingtalktest.User{ID: "u7", Name: "李雷", Mobile: "13800000007", Departments: []int64{dingtalk.RootDepartment}})
	client, err := dingtalk.NewClient(dingtalk.Config{
		BaseURL: server.URL(), OAPIBaseURL: server.OapiURL(), AppKey: server.AppKey(), AppSecret: duijie.NewSecret(server.AppSecret()),
	}, duijie.WithRateLimiter(rate.NewLimiter(rate.Inf, 1)))
	if err != nil {
		fmt.Println(err)
		return
	}
	id, err := client.Contacts().UserIDByMobile(context.Background(), "13800000007")
	fmt.Println(id, err)
	// Output: u7 <nil>
}

// Events of a subscription are handled once each, however often they come.
func ExampleNewCallbackHandler() {
	const token, aesKey = "duijieTok01", "xlPq7Zb2Hc9dKf4mNs6tVw8yAe3gJi5kLo0rUvXzBnM"
	server := dingtalktest.NewServer() // it plays the platform
	defer server.Close()

	handler, err := dingtalk.NewCallbackHandler(dingtalk.CallbackConfig{
		Token: duijie.NewSecret(token), AESKey: duijie.NewSecret(aesKey), OwnerKeys: []string{server.AppKey()},
		Handle: func(_ context.Context, e dingtalk.CallbackEvent) error {
			fmt.Println(e.Type, e.Text("processInstanceId"))
			return nil
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	event := map[string]any{"EventType": "bpms_instance_change", "processInstanceId": "p-1", "type": "finish"}
	for range 2 {
		if err := server.Callback(token, aesKey).Deliver(handler, event); err != nil {
			fmt.Println(err)
		}
	}
	// Output: bpms_instance_change p-1
}

package kingdee_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/kingdee"
	"github.com/duijie-go/duijie/kingdee/kingdeetest"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// fake starts a server with two customers, and a client of it. A program of
// yours uses kingdee.ConfigFromEnv instead.
func fake() (*kingdee.Client, func()) {
	s := kingdeetest.NewServer()
	s.Seed("BD_Customer",
		map[string]any{"FCUSTID": 100061, "FNumber": "C-0001", "FName": "上海测试", "FCreateOrgId": "100", "FUseOrgId": "100"},
		map[string]any{"FCUSTID": 100062, "FNumber": "C-0002", "FName": "北京测试", "FCreateOrgId": "100", "FUseOrgId": "100"})
	a := s.Account()
	client, err := kingdee.NewClient(kingdee.Config{
		BaseURL: s.URL(), AcctID: a.AcctID, Username: a.Username, AppID: a.AppID, AppSecret: duijie.NewSecret(a.AppSecret),
	})
	if err != nil {
		panic(err)
	}
	return client, s.Close
}

func ExampleClient_Query() {
	client, stop := fake()
	defer stop()
	rows, err := client.Query(context.Background(), kingdee.Query{
		FormID: "BD_Customer", Fields: []string{"FNumber", "FName"},
		Filter: kingdee.Eq("FCreateOrgId.FNumber", "100").String(), Order: "FCUSTID ASC",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, row := range rows {
		fmt.Println(row[0].Text(), row[1].Text())
	}
	// Output:
	// C-0001 上海测试
	// C-0002 北京测试
}

func ExampleQueryAs() {
	client, stop := fake()
	defer stop()
	type customer struct {
		ID     int64  `kingdee:"FCUSTID,key"`
		Number string `kingdee:"FNumber"`
		Org    string `kingdee:"FCreateOrgId.FNumber"`
	}
	for c, err := range kingdee.QueryAs[customer](context.Background(), client, kingdee.Query{FormID: "BD_Customer"}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(c.ID, c.Number, c.Org)
	}
	// Output:
	// 100061 C-0001 100
	// 100062 C-0002 100
}

func ExampleClient_Save() {
	client, stop := fake()
	defer stop()
	saved, err := client.Save(context.Background(), kingdee.SaveRequest{
		FormID: "BD_Customer",
		Model: kingdee.NewModel().
			Set("FCreateOrgId", kingdee.Number("100")).
			Set("FUseOrgId", kingdee.Number("100")).
			Set("FNumber", "C-0003").
			Set("FName", "广州测试"),
		SaveOptions: kingdee.SaveOptions{AutoSubmitAndAudit: true},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(saved.Number, saved.ID != "")
	// Output: C-0003 true
}

func ExampleClient_BatchSave() {
	client, stop := fake()
	defer stop()
	org := kingdee.Number("100")
	res, err := client.Customers.BatchSave(context.Background(), []kingdee.Customer{
		{CreateOrg: org, UseOrg: org, Number: "C-0003", Name: "广州测试"},
		{CreateOrg: org, UseOrg: org, Number: "C-0001", Name: "number taken"},
	}, kingdee.SaveOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, row := range res.Rows {
		fmt.Println(row.Index, row.Status, errors.Is(row.Err(), duijie.ErrConflict))
	}
	// Output:
	// 0 saved false
	// 1 duplicate true
}

func Example_errors() {
	client, stop := fake()
	defer stop()
	_, err := client.View(context.Background(), "BD_Customer", kingdee.RecordKey{Number: "C-9999"})
	fmt.Println(errors.Is(err, duijie.ErrNotFound))
	if e, ok := errors.AsType[*duijie.APIError](err); ok {
		fmt.Println(e.Op, e.Code, e.Message)
	}
	_, err = client.Audit(context.Background(), kingdee.StatusRequest{FormID: "BD_Customer", Numbers: []string{"C-0001"}})
	fmt.Println(errors.Is(err, kingdee.ErrAlreadyAudited))
	// Output:
	// true
	// View 9 编码值["C-9999"]不存在
	// true
}

func ExampleNewSaveSink() {
	client, stop := fake()
	defer stop()
	sink, err := kingdee.NewSaveSink(client, kingdee.SaveSinkConfig[kingdee.Customer]{
		Form: kingdee.FormCustomer, Org: "100", UnAudit: true, Options: kingdee.SaveOptions{AutoSubmitAndAudit: true},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	org := kingdee.Number("100")
	found, err := sink.Find(context.Background(), []duijiesync.Record[kingdee.Customer]{
		{Key: "C-0001", Value: kingdee.Customer{CreateOrg: org, UseOrg: org, Number: "C-0001", Name: "上海贸易"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(found[0].Match, found[0].Changes)
	// Output: different [{FName 上海测试 上海贸易}]
}

package jdy_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/jdy"
	"github.com/duijie-go/duijie/jdy/jdytest"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// Customer is a row, a record and a save of customers (客户) in one, as far as
// these examples need it.
type Customer struct {
	ID     string `json:"id,omitempty"`
	Number string `json:"number"`
	Name   string `json:"name"`
}

var customerKind = jdy.RecordKind{Name: "customer", Path: "/jdy/v2/bd/customer", Entity: "bd_customer"}

// fake starts a server with two customers, and a client of it. A program of
// yours uses jdy.ConfigFromEnv instead.
func fake() (*jdy.Client, *jdytest.Server) {
	s := jdytest.NewServer()
	s.Seed("bd/customer", jdytest.Row{"number": "C-001", "name": "上海测试"}, jdytest.Row{"number": "C-002", "name": "北京测试", "enable": "0"})
	client, err := jdy.NewClient(jdy.Config{
		BaseURL: s.URL(), ClientID: s.ClientID(), ClientSecret: duijie.NewSecret(s.ClientSecret()), OuterInstanceID: s.OuterInstanceID(),
	})
	if err != nil {
		panic(err)
	}
	return client, s
}

// A token that works, and how long; never the token itself.
func ExampleClient_Token() {
	client, s := fake()
	defer s.Close()
	status, err := client.Token(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(status.AccountID == s.Account().ID, !status.Expires.IsZero(), status.Renewals)
	// Output: true true 1
}

// Of several account sets one must be chosen.
func ExampleClient_Accounts() {
	client, s := fake()
	defer s.Close()
	accounts, err := client.Accounts(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, a := range accounts {
		fmt.Println(a.Valid, a.Domain)
	}
	// Output: true https://tf.jdy.com
}

// Any operation can be called with its method and path.
func ExampleClient_Call() {
	client, s := fake()
	defer s.Close()
	var out duijie.Record
	err := client.Call(context.Background(), "GET /jdy/v2/bd/customer_detail", jdy.Filter{"number": "C-001"}, nil, &out)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(out.Text("name"))
	// Output: 上海测试
}

// A whole list, what is disabled too.
func ExampleQueryAs() {
	client, s := fake()
	defer s.Close()
	for c, err := range jdy.QueryAs[Customer](context.Background(), client, "/jdy/v2/bd/customer", jdy.Query{Enable: "-1"}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(c.Number, c.Name)
	}
	// Unordered output:
	// C-001 上海测试
	// C-002 北京测试
}

// A record is created, found by its number, changed and disabled.
func ExampleRecords() {
	client, s := fake()
	defer s.Close()
	ctx := context.Background()
	customers := jdy.NewRecords[Customer, Customer, Customer](client, customerKind)
	saved, err := customers.Save(ctx, Customer{Number: "C-003", Name: "广州测试"}, jdy.SaveOptions{})
	if errors.Is(err, duijie.ErrOutcomeUnknown) {
		fmt.Println("look C-003 up before sending it again")
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = customers.Save(ctx, Customer{Number: "C-003", Name: "广州新名"}, jdy.SaveOptions{ID: saved.ID()})
	if err != nil {
		fmt.Println(err)
		return
	}
	c, err := customers.GetByNumber(ctx, "C-003")
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = customers.Disable(ctx, c.ID)
	fmt.Println(c.Name, err)
	_, err = customers.GetByNumber(ctx, "C-009")
	fmt.Println(errors.Is(err, duijie.ErrNotFound))
	// Output:
	// 广州新名 <nil>
	// true
}

// Customers of one account set are kept equal in another. Each arrives once, and
// what did not change is not sent again.
func ExampleNewListSource() {
	from, s := fake()
	defer s.Close()
	to, target := fake()
	defer target.Close()
	target.Remove("bd/customer", "C-002")

	source, err := jdy.NewListSource(jdy.NewRecords[Customer, Customer, Customer](from, customerKind), jdy.Query{}, jdy.SourceConfig[Customer]{Full: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	sink, err := jdy.NewSink(to, customerKind, jdy.SinkConfig[Customer]{
		Model: func(r duijiesync.Record[Customer]) (any, error) { return map[string]any{"name": r.Value.Name}, nil },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	pipeline := duijiesync.Pipeline[Customer, Customer]{
		Name: "customers", Source: source, Transform: duijiesync.Same[Customer], Sink: sink, State: duijiesync.NewMemoryState(),
	}
	for range 2 {
		report, err := pipeline.Run(context.Background())
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(report.Read, report.Created, report.Unchanged)
	}
	fmt.Println(target.Created("bd/customer", "C-002"))
	// Output:
	// 2 1 1
	// 2 0 2
	// 1
}

// Operations tells what the platform documents.
func ExampleLookupOperation() {
	o, ok := jdy.LookupOperation("GET", "/jdy/v2/scm/sal_order")
	fmt.Println(ok, o.Title, o.Kind, o.Effect, o.Modified.From)
	// Output: true 销售订单列表 list read modify_start_time
}

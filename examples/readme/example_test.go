package readme

import (
	"context"
	"fmt"
	"os"

	"golang.org/x/time/rate"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/kingdee"
	"github.com/duijie-go/duijie/kingdee/kingdeetest"
	"github.com/duijie-go/duijie/mapping"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/sqlstore/sqlite"
	"github.com/duijie-go/duijie/wdt"
	"github.com/duijie-go/duijie/wdt/wdttest"
)

// listCustomers is the first block of the READMEs.
func listCustomers(ctx context.Context) error {
	cfg, err := kingdee.ConfigFromEnv()
	if err != nil {
		return err
	}
	client, err := kingdee.NewClient(cfg)
	if err != nil {
		return err
	}
	for customer, err := range client.Customers.All(ctx, kingdee.CustomerQuery{}) {
		if err != nil {
			return err
		}
		fmt.Println(customer.Number, customer.Name)
	}
	return nil
}

// shopsToCustomers is the second block of the READMEs.
func shopsToCustomers(ctx context.Context, shops *wdt.Client, erp *kingdee.Client, state duijiesync.State) error {
	sink, err := kingdee.NewSaveSink(erp, kingdee.SaveSinkConfig[kingdee.Customer]{
		Form: kingdee.FormCustomer, Options: kingdee.SaveOptions{AutoSubmitAndAudit: true}, UnAudit: true,
	})
	if err != nil {
		return err
	}
	p := &duijiesync.Pipeline[wdt.Shop, kingdee.Customer]{
		Name:   "shops-to-customers",
		Source: wdt.NewListScan(shops.Shops, wdt.ShopQuery{PageSize: 50}),
		Transform: func(_ context.Context, s wdt.Shop) (kingdee.Customer, error) {
			return kingdee.Customer{
				CreateOrg: kingdee.Number("100"), UseOrg: kingdee.Number("100"), Number: s.No, Name: s.Name,
			}, nil
		},
		Sink:  sink,
		State: state,
	}
	report, err := p.Run(ctx)
	if err != nil {
		return err
	}
	fmt.Println(report.Created, report.Updated, report.Unchanged, report.Refused, report.Held)
	return nil
}

// orderToBill is the third block of the READMEs.
func orderToBill(ctx context.Context, order []byte) error {
	m, err := mapping.Compile(mapping.Spec{
		Fields: []mapping.Field{
			{Target: "FBillNo", Template: "{order_no}", Required: true},
			{Target: "FDate", Template: "{{paid_at|date}}"},
			{Target: "FEntity", Each: "lines", Children: []mapping.Field{
				{Target: "FMaterialId", Template: "{{lines.sku}}", Parsers: []mapping.Parser{{Name: mapping.ParserObject, Params: "FNumber"}}},
				{Target: "FTaxPrice", Expr: "ROUND({{lines.paid}} / {{lines.qty}}, 2)"},
			}},
		},
		Rules: []mapping.Rule{{Check: mapping.CheckRange, Field: "FEntity.FTaxPrice", Min: "0.01"}},
	})
	if err != nil {
		return err
	}
	bill, err := m.MapJSON(ctx, nil, order)
	if err != nil {
		return err
	}
	fmt.Println(string(bill.JSON))
	return nil
}

func Example_mapping() {
	order := []byte(`{"order_no":"O1","paid_at":1710403509,"lines":[{"sku":"A","qty":"3","paid":"10.00"}]}`)
	if err := orderToBill(context.Background(), order); err != nil {
		fmt.Println(err)
	}
	// Output: {"FBillNo":"O1","FDate":"2024-03-14","FEntity":[{"FMaterialId":{"FNumber":"A"},"FTaxPrice":"3.33"}]}
}

func Example_client() {
	server := kingdeetest.NewServer()
	defer server.Close()
	server.Seed("BD_Customer", map[string]any{"FNumber": "C-0001", "FName": "上海测试", "FCreateOrgId": "100", "FUseOrgId": "100"})

	a := server.Account()
	for name, value := range map[string]string{
		"KINGDEE_BASE_URL": server.URL(), "KINGDEE_ACCT_ID": a.AcctID, "KINGDEE_USERNAME": a.Username,
		"KINGDEE_APP_ID": a.AppID, "KINGDEE_APP_SECRET": a.AppSecret,
	} {
		defer setenv(name, value)()
	}
	if err := listCustomers(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output: C-0001 上海测试
}

func Example_pipeline() {
	source, target := wdttest.NewServer(), kingdeetest.NewServer()
	defer source.Close()
	defer target.Close()
	source.PutShop(wdttest.Shop{No: "S01", Name: "示例店铺"}, wdttest.Shop{No: "S02", Name: "第二家店"})
	target.Inject(kingdeetest.Fault{Op: "BatchSave", Call: 1, Kind: kingdeetest.CutAfter}) // its answer gets lost

	if err := runTwice(context.Background(), source.Account(), source.DirectURL(), target.Account(), target.URL()); err != nil {
		fmt.Println(err)
	}
	fmt.Println(len(target.Records("BD_Customer")), "customers")
	// Output:
	// 2 0 0 0 0
	// 0 0 2 0 0
	// 2 customers
}

// runTwice makes clients and a state that remembers, and runs the pipeline twice.
func runTwice(ctx context.Context, w wdttest.Account, wdtURL string, k kingdeetest.Account, kingdeeURL string) error {
	fast := duijie.WithRateLimiter(rate.NewLimiter(rate.Inf, 1)) // the fakes are nobody's system
	shops, err := wdt.NewClient(wdt.Config{
		BaseURL: wdtURL, SID: w.SID, AppKey: w.AppKey, AppSecret: duijie.NewSecret(w.AppSecret),
	}, fast)
	if err != nil {
		return err
	}
	erp, err := kingdee.NewClient(kingdee.Config{
		BaseURL: kingdeeURL, AcctID: k.AcctID, Username: k.Username, AppID: k.AppID, AppSecret: duijie.NewSecret(k.AppSecret),
	}, fast)
	if err != nil {
		return err
	}
	state, err := sqlite.Open(ctx, ":memory:")
	if err != nil {
		return err
	}
	defer func() { _ = state.Close() }()
	for range 2 {
		if err := shopsToCustomers(ctx, shops, erp, state); err != nil {
			return err
		}
	}
	return nil
}

// setenv is t.Setenv for examples: it returns what undoes it.
func setenv(name, value string) func() {
	old, was := os.LookupEnv(name)
	_ = os.Setenv(name, value)
	return func() {
		if was {
			_ = os.Setenv(name, old)
			return
		}
		_ = os.Unsetenv(name)
	}
}

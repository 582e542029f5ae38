package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"golang.org/x/time/rate"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/examples/internal/cli"
	"github.com/duijie-go/duijie/kingdee"
	"github.com/duijie-go/duijie/kingdee/kingdeetest"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/wdt"
	"github.com/duijie-go/duijie/wdt/wdttest"
)

const (
	demoTrades = 120
	demoStock  = "F_DEMO_StockId" // a custom field (自定义字段) of the order lines
	poison     = "JY0050"         // the order Kingdee refuses
)

// demo runs the flow twice against fakes whose data and faults show the promise
// at work.
func demo(ctx context.Context, env *cli.Env) (int, error) {
	seller, erp := wdttest.NewServer(), kingdeetest.NewServer()
	defer seller.Close()
	defer erp.Close()
	seedSeller(seller, time.Now())
	seedERP(erp)
	spoil(seller, erp)
	wdtClient, kingdeeClient, err := clients(seller, erp)
	if err != nil {
		return cli.ExitFailed, err
	}
	state, err := env.OpenState(ctx)
	if err != nil {
		return cli.ExitFailed, err
	}
	defer func() { _ = state.Close() }()

	f := flow{
		// The fakes are new each time, so the state of an earlier demo says nothing about them.
		name:   fmt.Sprintf("%s-demo-%d", name, rand.Uint32()),
		seller: wdtClient, erp: kingdeeClient, state: state, choices: demoChoices(),
		window:     wdt.WindowConfig{Start: env.Since, SettleDelay: -1},
		settle:     duijiesync.SettlePolicy{Delay: 300 * time.Millisecond},
		settleSink: 300 * time.Millisecond,
	}
	p, err := f.pipeline()
	if err != nil {
		return cli.ExitFailed, err
	}
	p.Observer = env.Progress()
	env.Printf("no settings: running against fakes of both platforms with %d orders of the last hours\n", demoTrades)
	env.Printf("(set WDT_* and KINGDEE_* to run against your own; names in the packages' docs)\n")
	if env.Plan {
		return cli.ExitSettled, env.ShowPlan(p.Plan(ctx))
	}
	replay := env.Replay
	env.Replay = false
	report, code, err := twice(ctx, env, p, seller, erp)
	if err == nil && replay {
		env.Printf("\nKingdee takes the refused order now; replaying the dead letters\n")
		erp.Refuse("SAL_SaleOrder", poison, "", "")
		env.Replay = true
		report, code, err = env.Do(ctx, p)
	}
	if err == nil {
		err = showTarget(env, seller, erp, code)
	}
	return code, errors.Join(err, env.PrintJSON(report))
}

func demoChoices() choices {
	return choices{
		Org: "100", Salesman: "XSY01", Currency: "PRE001", Unit: "Pcs", Category: "CHLB01", TaxRate: duijie.MustDecimal("13"), StockField: demoStock,
	}
}

// twice makes the first run, changes two orders, and makes the second.
func twice(ctx context.Context, env *cli.Env, p cli.Pipeline, seller *wdttest.Server, erp *kingdeetest.Server) (*duijiesync.Report, int, error) {
	env.Printf("\nfirst run: the answers to a save, a submit and an audit get lost, each side is\nthrottled, an order changes while the pages are read, and Kingdee refuses one\n")
	report, code, err := env.Do(ctx, p)
	if err != nil {
		return report, code, err
	}
	erp.ClearFaults()
	seller.ClearFaults()
	seller.SeedTrade(demoTrade(7, time.Now(), "88")) // its postage was raised
	cancelled := demoTrade(8, time.Now(), "8")       // after it was written
	cancelled.Status = int(wdt.TradeCancelled)
	seller.SeedTrade(cancelled)
	env.Printf("\nsecond run, after one order was changed and one was cancelled\n")
	return env.Do(ctx, p)
}

// seedSeller fills the source: three shops, a warehouse, goods, and orders with
// prices of four decimals, discounts and postage.
func seedSeller(s *wdttest.Server, now time.Time) {
	old := now.Add(-20 * 24 * time.Hour)
	for i := range 3 {
		s.PutShop(wdttest.Shop{No: fmt.Sprintf("S%02d", i+1), Name: fmt.Sprintf("店铺 %d", i+1), PlatformID: 127, Modified: old})
	}
	s.PutWarehouse(wdttest.Warehouse{No: "W01", Name: "主仓", Modified: old})
	for i := range 8 {
		no := fmt.Sprintf("G%02d", i+1)
		s.SeedGoods(wdttest.Goods{No: no, Name: "货品 " + no, Modified: old, Specs: []wdttest.Spec{{No: no + "-1", Name: "红"}, {No: no + "-2", Name: "蓝"}}})
	}
	for i := 1; i <= demoTrades; i++ {
		s.SeedTrade(demoTrade(i, now.Add(-time.Duration(demoTrades-i+2)*90*time.Second), fmt.Sprint(i%3*4)))
	}
}

func demoTrade(i int, modified time.Time, postage string) wdttest.Trade {
	t := wdttest.Trade{
		No: fmt.Sprintf("JY%04d", i), ShopNo: fmt.Sprintf("S%02d", i%3+1), WarehouseNo: "W01", Status: int(wdt.TradeApproved),
		PostAmount: postage, Discount: fmt.Sprintf("%d.%02d", i%5, i%100), Modified: modified,
	}
	for n := range i%4 + 1 {
		t.Lines = append(t.Lines, wdttest.TradeLine{
			SpecNo: fmt.Sprintf("G%02d-%d", (i+n)%8+1, n%2+1), Num: fmt.Sprint(n + 1), Price: fmt.Sprintf("%d.%02d", 9+n*7, i*37%100),
		})
	}
	return t
}

// seedERP fills the target with what orders need and nobody creates here.
func seedERP(s *kingdeetest.Server) {
	s.SeedUnit("Pcs", "件")
	s.SeedEmployee("XSY01", "销售一")
}

// spoil tells the fakes what goes wrong.
func spoil(seller *wdttest.Server, erp *kingdeetest.Server) {
	const list = "sales.TradeQuery.queryWithDetail"
	seller.Inject(wdttest.Fault{Op: list, Call: 20, Kind: wdttest.Throttle})
	seller.OnCall(func(op string, n int) {
		if op == list && n == 26 {
			seller.SeedTrade(demoTrade(30, time.Now(), "12"))
		}
	})
	erp.Refuse("SAL_SaleOrder", poison, "FNote", "备注含有敏感词")
	erp.Inject(kingdeetest.Fault{Op: "BatchSave", Call: 6, Kind: kingdeetest.CutAfter})
	erp.Inject(kingdeetest.Fault{Op: "BatchSave", Call: 9, Kind: kingdeetest.Throttle})
	erp.Inject(kingdeetest.Fault{Op: "Submit", Call: 2, Kind: kingdeetest.CutAfter})
	erp.Inject(kingdeetest.Fault{Op: "Audit", Call: 3, Kind: kingdeetest.CutAfter})
}

// clients are those of real use, but for the patience: the fakes answer at once
// and their limits are nobody's.
func clients(seller *wdttest.Server, erp *kingdeetest.Server) (*wdt.Client, *kingdee.Client, error) {
	options := []duijie.Option{
		duijie.WithRateLimiter(rate.NewLimiter(200, 1)),
		duijie.WithRetry(duijie.RetryPolicy{ThrottleDelay: 200 * time.Millisecond, MinDelay: 50 * time.Millisecond}),
	}
	w, k := seller.Account(), erp.Account()
	source, wdtErr := wdt.NewClient(wdt.Config{
		BaseURL: seller.DirectURL(), SID: w.SID, AppKey: w.AppKey, AppSecret: duijie.NewSecret(w.AppSecret),
	}, options...)
	target, kingdeeErr := kingdee.NewClient(kingdee.Config{
		BaseURL: erp.URL(), AcctID: k.AcctID, Username: k.Username, AppID: k.AppID, AppSecret: duijie.NewSecret(k.AppSecret),
	}, options...)
	return source, target, errors.Join(wdtErr, kingdeeErr)
}

// showTarget compares what the fake Kingdee really holds with what was sold.
func showTarget(env *cli.Env, seller *wdttest.Server, erp *kingdeetest.Server, code int) error {
	orders := erp.Records("SAL_SaleOrder")
	numbers := map[string]int{}
	for _, r := range orders {
		numbers[r.Number]++
		var sum duijie.Decimal
		for _, l := range r.Lines("FSaleOrderEntry") {
			amount, err := duijie.ParseDecimal(l.Text("FAllAmount"))
			if err != nil {
				return fmt.Errorf("order %s: %w", r.Number, err)
			}
			sum = sum.Add(amount)
		}
		sold, _ := seller.Row("sales.TradeQuery.queryWithDetail", r.Number)
		owed, err := duijie.ParseDecimal(fmt.Sprint(sold["receivable"]))
		if err != nil {
			return fmt.Errorf("order %s: %w", r.Number, err)
		}
		if r.Status != kingdee.StatusAudited || !sum.Equal(owed) {
			return fmt.Errorf("order %s has status %s and lines of %s for %s", r.Number, r.Status, sum, owed)
		}
	}
	env.Printf("\nKingdee now holds %d audited orders under %d numbers for %d in WDT, each adding up to the cent;\n", len(orders), len(numbers), demoTrades)
	env.Printf("made on the way: %d customers, %d materials, %d warehouses\n",
		len(erp.Records("BD_Customer")), len(erp.Records("BD_MATERIAL")), len(erp.Records("BD_STOCK")))
	if code == cli.ExitParked {
		env.Printf("exit status %d: everything is settled, but records wait in the dead letters (try -replay)\n", code)
	}
	if len(orders) != len(numbers) {
		return errors.New("an order was created twice")
	}
	return nil
}

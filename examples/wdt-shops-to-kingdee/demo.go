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

const demoShops = 500

// demo runs the flow twice against fakes whose data and faults show the promise
// at work.
func demo(ctx context.Context, env *cli.Env) (int, error) {
	source, target := wdttest.NewServer(), kingdeetest.NewServer()
	defer source.Close()
	defer target.Close()
	seed(source, target)
	shops, erp, err := clients(source, target)
	if err != nil {
		return cli.ExitFailed, err
	}
	state, err := env.OpenState(ctx)
	if err != nil {
		return cli.ExitFailed, err
	}
	defer func() { _ = state.Close() }()

	p, err := pipeline(shops, erp, state, "100")
	if err != nil {
		return cli.ExitFailed, err
	}
	// The fakes are new each time, so the state of an earlier demo says nothing about them.
	p.Name = fmt.Sprintf("%s-demo-%d", name, rand.Uint32())
	p.Settle = duijiesync.SettlePolicy{Delay: 300 * time.Millisecond}
	p.Observer = env.Progress()
	env.Printf("no settings: running against fakes of both platforms with %d shops\n", demoShops)
	env.Printf("(set WDT_* and KINGDEE_* to run against your own; %s)\n", "names in the packages' docs")
	if env.Plan {
		return cli.ExitSettled, env.ShowPlan(p.Plan(ctx))
	}
	replay := env.Replay
	env.Replay = false
	report, code, err := twice(ctx, env, p, source, target)
	if err == nil && replay {
		env.Printf("\nKingdee takes the refused row now; replaying the dead letters\n")
		target.Refuse("BD_Customer", "S0250", "", "")
		env.Replay = true
		report, code, err = env.Do(ctx, p)
	}
	if err == nil {
		err = showTarget(env, target, code)
	}
	return code, errors.Join(err, env.PrintJSON(report))
}

// twice makes the first run, renames two shops, and makes the second.
func twice(ctx context.Context, env *cli.Env, p cli.Pipeline, source *wdttest.Server, target *kingdeetest.Server) (*duijiesync.Report, int, error) {
	env.Printf("\nfirst run: one answer of Kingdee gets lost, one call of each side is throttled,\na shop is renamed while the pages are read, and Kingdee refuses one row\n")
	report, code, err := env.Do(ctx, p)
	if err != nil {
		return report, code, err
	}
	source.PutShop(
		wdttest.Shop{ID: 1007, No: "S0007", Name: "店铺 7 (改名)", PlatformID: 127},
		wdttest.Shop{ID: 1321, No: "S0321", Name: "店铺 321 (改名)", PlatformID: 127},
	)
	target.ClearFaults()
	env.Printf("\nsecond run, after two shops were renamed\n")
	return env.Do(ctx, p)
}

// seed fills the fakes and tells them what goes wrong.
func seed(source *wdttest.Server, target *kingdeetest.Server) {
	start := time.Now().Add(-24 * time.Hour)
	for i := 1; i <= demoShops; i++ {
		source.PutShop(wdttest.Shop{
			ID: int64(1000 + i), No: fmt.Sprintf("S%04d", i), Name: fmt.Sprintf("店铺 %d", i), PlatformID: 127,
			Modified: start.Add(time.Duration(i) * time.Second), Created: start,
		})
	}
	const shopList = "setting.Shop.queryShop"
	source.Inject(wdttest.Fault{Op: shopList, Call: 4, Kind: wdttest.Throttle})
	source.OnCall(func(op string, n int) {
		if op == shopList && n == 6 { // the shop moves to the last page, which was read already
			source.PutShop(wdttest.Shop{ID: 1100, No: "S0100", Name: "店铺 100 (途中改名)", PlatformID: 127})
		}
	})
	target.Refuse("BD_Customer", "S0250", "FName", "名称含有非法字符")
	target.Inject(kingdeetest.Fault{Op: "BatchSave", Call: 5, Kind: kingdeetest.CutAfter})
	target.Inject(kingdeetest.Fault{Op: "BatchSave", Call: 12, Kind: kingdeetest.Throttle})
}

// clients are those of real use, but for the patience: the fakes answer at once
// and their limits are nobody's.
func clients(source *wdttest.Server, target *kingdeetest.Server) (*wdt.Client, *kingdee.Client, error) {
	options := []duijie.Option{
		duijie.WithRateLimiter(rate.NewLimiter(100, 1)),
		duijie.WithRetry(duijie.RetryPolicy{ThrottleDelay: 200 * time.Millisecond, MinDelay: 50 * time.Millisecond}),
	}
	w, k := source.Account(), target.Account()
	shops, wdtErr := wdt.NewClient(wdt.Config{
		BaseURL: source.DirectURL(), SID: w.SID, AppKey: w.AppKey, AppSecret: duijie.NewSecret(w.AppSecret),
	}, options...)
	erp, kingdeeErr := kingdee.NewClient(kingdee.Config{
		BaseURL: target.URL(), AcctID: k.AcctID, Username: k.Username, AppID: k.AppID, AppSecret: duijie.NewSecret(k.AppSecret),
	}, options...)
	return shops, erp, errors.Join(wdtErr, kingdeeErr)
}

// showTarget counts what the fake Kingdee really holds.
func showTarget(env *cli.Env, target *kingdeetest.Server, code int) error {
	records := target.Records("BD_Customer")
	numbers := map[string]int{}
	for _, r := range records {
		numbers[r.Number]++
	}
	env.Printf("\nKingdee now holds %d customers under %d numbers for %d shops\n", len(records), len(numbers), demoShops)
	if code == cli.ExitParked {
		env.Printf("exit status %d: everything is settled, but a record waits in the dead letters (try -replay)\n", code)
	}
	if len(records) != len(numbers) {
		return errors.New("a customer was created twice")
	}
	return nil
}

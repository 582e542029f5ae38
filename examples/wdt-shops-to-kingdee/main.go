// Command wdt-shops-to-kingdee keeps 金蝶云星空 customers equal to 旺店通旗舰版 shops:
// a shop that is no customer yet is created, a renamed one is updated, the
// others are left alone, and a row Kingdee refuses ends alone in the dead letters.
//
// Without settings it runs against fakes of both platforms, inside this
// process; with the environment variables of both platforms it runs against
// the real hosts. Copy it and change it: this file wires, the rest is library.
package main

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/examples/internal/cli"
	"github.com/duijie-go/duijie/kingdee"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/wdt"
)

const name = "wdt-shops-to-kingdee"

func main() { cli.Main(name, run) }

func run(ctx context.Context, env *cli.Env) (int, error) {
	if !configured() {
		return demo(ctx, env)
	}
	return live(ctx, env)
}

// live runs against the hosts of the environment. The options are for both
// clients: a logger, other time limits.
func live(ctx context.Context, env *cli.Env, options ...duijie.Option) (int, error) {
	wdtConfig, wdtErr := wdt.ConfigFromEnv()
	kingdeeConfig, kingdeeErr := kingdee.ConfigFromEnv()
	if err := errors.Join(wdtErr, kingdeeErr); err != nil {
		return cli.ExitUsage, err
	}
	options = append([]duijie.Option{duijie.WithLogger(env.Logger())}, options...)
	shops, err := wdt.NewClient(wdtConfig, options...)
	if err != nil {
		return cli.ExitUsage, err
	}
	erp, err := kingdee.NewClient(kingdeeConfig, options...)
	if err != nil {
		return cli.ExitUsage, err
	}
	state, err := env.OpenState(ctx)
	if err != nil {
		return cli.ExitFailed, err
	}
	defer func() { _ = state.Close() }()

	p, err := pipeline(shops, erp, state, organisation(kingdeeConfig))
	if err != nil {
		return cli.ExitUsage, err
	}
	p.Observer, p.Logger = env.Progress(), env.Logger()
	if !env.Since.IsZero() {
		env.Printf("shops are always read whole; -since changes nothing here\n")
	}
	if env.Plan {
		return cli.ExitSettled, env.ShowPlan(p.Plan(ctx))
	}
	report, code, err := env.Do(ctx, p)
	return code, errors.Join(err, env.PrintJSON(report))
}

// pipeline is the whole flow.
func pipeline(shops *wdt.Client, erp *kingdee.Client, state duijiesync.State, org string) (*duijiesync.Pipeline[wdt.Shop, kingdee.Customer], error) {
	owner := kingdee.Number(org)
	sink, err := kingdee.NewSaveSink(erp, kingdee.SaveSinkConfig[kingdee.Customer]{
		Form: kingdee.FormCustomer,
		// Customers of an ERP are usable once they are audited, and an audited one
		// must be un-audited before it can be renamed. Both are choices.
		// AllowUnknownReferences sends IsVerifyBaseDataField false: the one reference
		// here is the organisation, which is required and refused when it is unknown.
		Options: kingdee.SaveOptions{AutoSubmitAndAudit: true, AllowUnknownReferences: true},
		UnAudit: true,
	})
	if err != nil {
		return nil, err
	}
	return &duijiesync.Pipeline[wdt.Shop, kingdee.Customer]{
		Name:   name,
		Source: wdt.NewListScan(shops.Shops, wdt.ShopQuery{PageSize: 50}),
		Transform: func(_ context.Context, s wdt.Shop) (kingdee.Customer, error) {
			if s.Name == "" {
				return kingdee.Customer{}, errors.New("the shop has no name (shop_name), a customer needs one")
			}
			// FDescription is left out: sent empty, it would clear what people wrote there.
			return kingdee.Customer{
				CreateOrg: owner, UseOrg: owner,
				Number: s.No, Name: s.Name,
			}, nil
		},
		Sink:  sink,
		State: state,
		// A killed run's lease ends soon, and the next run waits for that.
		LeaseTTL: 15 * time.Second, LeaseWait: 30 * time.Second,
	}, nil
}

// organisation is the Kingdee organisation (组织) the customers belong to.
func organisation(c kingdee.Config) string {
	if c.OrgNum != "" {
		return c.OrgNum
	}
	return "100"
}

// configured tells whether real hosts are asked for: any setting of either
// platform is, so that a forgotten one is an error and not a demo.
func configured() bool {
	return slices.ContainsFunc(os.Environ(), func(setting string) bool {
		name, value, _ := strings.Cut(setting, "=")
		return value != "" && (strings.HasPrefix(name, "WDT_") || strings.HasPrefix(name, "KINGDEE_"))
	})
}

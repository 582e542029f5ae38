package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"golang.org/x/time/rate"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/dingtalk"
	"github.com/duijie-go/duijie/dingtalk/dingtalktest"
	"github.com/duijie-go/duijie/examples/internal/cli"
	"github.com/duijie-go/duijie/okki"
	"github.com/duijie-go/duijie/okki/okkitest"
	duijiesync "github.com/duijie-go/duijie/sync"
)

const (
	listOp  = "GET product/list"
	startOp = "POST yida/processes/instances/start"
	// The fake's index shows a new approval this late.
	indexLag = 150 * time.Millisecond
)

// demo starts the approvals of the fake's products in two runs. Meanwhile a call is
// throttled on either side, a page moves, the answers to two starts are lost, and one
// product lacks its name, which the form demands.
func demo(ctx context.Context, env *cli.Env) (int, error) {
	from := okkitest.NewServer(okkitest.WithDemo())
	defer from.Close()
	to := dingtalktest.NewServer(dingtalktest.WithDemo(), dingtalktest.WithIndexLag(indexLag), dingtalktest.WithQPS(0))
	defer to.Close()
	state, err := env.OpenState(ctx)
	if err != nil {
		return cli.ExitFailed, err
	}
	defer func() { _ = state.Close() }()
	source, target, err := fakeClients(from, to)
	if err != nil {
		return cli.ExitFailed, err
	}
	defer source.CloseIdleConnections()
	defer target.CloseIdleConnections()
	p, err := pipeline(source, target, state, tuning{start: env.Since, sourceSettle: -1, indexSettle: 2 * indexLag})
	if err != nil {
		return cli.ExitFailed, err
	}
	// The fakes are new each time, so the state of an earlier demo says nothing about them.
	p.Name = fmt.Sprintf("%s-demo-%d", name, rand.Uint32())
	p.Observer = env.Progress()
	from.Set("product", idOf(from.Records("product")[60]), okkitest.Row{"name": ""})
	env.Printf("no settings: running against fakes with %d products\n", okkitest.DemoProducts)
	env.Printf("(set OKKI_* and DINGTALK_* to run against your own; names in the packages' docs)\n\n")
	if env.Plan {
		return cli.ExitSettled, env.ShowPlan(p.Plan(ctx))
	}
	report, code, err := twice(ctx, env, p, from, to)
	if err == nil {
		env.Printf("\napprovals started: %d for %d products\n", to.Created(dingtalktest.DemoForm, "", ""), len(from.Records("product")))
	}
	return code, errors.Join(err, env.PrintJSON(report))
}

// twice makes the first run, adds a product and renames one, and makes the second.
func twice(ctx context.Context, env *cli.Env, p cli.Pipeline, from *okkitest.Server, to *dingtalktest.Server) (*duijiesync.Report, int, error) {
	env.Printf("first run: a throttle on either side, a page that moves, two starts whose answers are lost, a product without a name\n")
	from.Inject(okkitest.Fault{Op: listOp, Call: 1, Kind: okkitest.TooManyRequests})
	from.Inject(okkitest.Fault{Op: listOp, Call: 3, Kind: okkitest.RowsMove})
	to.Inject(dingtalktest.Fault{Op: startOp, Call: 5, Kind: dingtalktest.Throttle})
	to.Inject(dingtalktest.Fault{Op: startOp, Call: 20, Kind: dingtalktest.CutAfter})
	to.Inject(dingtalktest.Fault{Op: startOp, Call: 40, Kind: dingtalktest.Cut})
	report, code, err := env.Do(ctx, p)
	if err != nil || env.Replay {
		return report, code, err
	}
	from.ClearFaults()
	to.ClearFaults()
	from.Set("product", idOf(from.Records("product")[7]), okkitest.Row{"name": "改名"})
	from.Add("product", okkitest.Row{"product_no": "SP-9001", "name": "新产品", "product_type": 1, "group_id": from.Records("product")[0]["group_id"]})
	select {
	case <-time.After(1100 * time.Millisecond): // times have whole seconds, and a window ends before the one under way
	case <-ctx.Done():
		return report, code, ctx.Err()
	}
	env.Printf("\nsecond run, after one product was renamed and one added: the approval of the renamed one stays as it was started\n")
	return env.Do(ctx, p)
}

func idOf(row okkitest.Row) int64 {
	id, _ := row["product_id"].(int64)
	return id
}

// fakeClients are those of real use, but for the patience: the fakes answer at once.
func fakeClients(from *okkitest.Server, to *dingtalktest.Server, options ...duijie.Option) (*okki.Client, *dingtalk.Client, error) {
	options = append([]duijie.Option{
		duijie.WithRateLimiter(rate.NewLimiter(500, 1)),
		duijie.WithRetry(duijie.RetryPolicy{ThrottleDelay: 100 * time.Millisecond, MinDelay: 20 * time.Millisecond}),
	}, options...)
	source, err := okki.NewClient(okki.Config{
		BaseURL: from.URL(), ClientID: from.ClientID(), ClientSecret: duijie.NewSecret(from.ClientSecret()), Scopes: []string{"product"},
	}, options...)
	if err != nil {
		return nil, nil, err
	}
	target, err := dingtalk.NewClient(dingtalk.Config{
		BaseURL: to.URL(), OAPIBaseURL: to.OapiURL(), AppKey: to.AppKey(), AppSecret: duijie.NewSecret(to.AppSecret()),
		Yida: dingtalk.YidaApp{
			AppType: to.AppType(), SystemToken: duijie.NewSecret(to.SystemToken()), UserID: to.UserID(), FormUUID: dingtalktest.DemoForm,
		},
	}, options...)
	return source, target, err
}

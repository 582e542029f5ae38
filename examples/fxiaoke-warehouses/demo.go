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
	"github.com/duijie-go/duijie/fxiaoke"
	"github.com/duijie-go/duijie/fxiaoke/fxiaoketest"
	duijiesync "github.com/duijie-go/duijie/sync"
)

const queryOp = "/cgi/crm/custom/v2/data/query " + object

// demo reads the fake's warehouses twice; meanwhile a call is throttled, an answer is
// cut, a record changes while pages are read, and one record can't be right.
func demo(ctx context.Context, env *cli.Env) (int, error) {
	server := fxiaoketest.NewServer(fxiaoketest.WithDemo())
	defer server.Close()
	state, err := env.OpenState(ctx)
	if err != nil {
		return cli.ExitFailed, err
	}
	defer func() { _ = state.Close() }()
	client, err := fakeClient(server)
	if err != nil {
		return cli.ExitFailed, err
	}
	defer client.CloseIdleConnections()
	sink, closeSink, err := openSink(ctx)
	if err != nil {
		return cli.ExitUsage, err
	}
	defer closeSink()
	p, err := pipeline(client, state, sink, fxiaoke.SourceConfig[Row]{Start: env.Since, SettleDelay: -1})
	if err != nil {
		return cli.ExitFailed, err
	}
	// The fake is new each time, so the state of an earlier demo says nothing about it.
	p.Name = fmt.Sprintf("%s-demo-%d", name, rand.Uint32())
	p.Observer = env.Progress()
	records := server.Records(object)
	server.Set(object, fmt.Sprint(records[41]["_id"]), fxiaoketest.Row{"current_stock__c": "999999.00", "last_modified_time": records[41]["last_modified_time"]})
	env.Printf("no settings: running against a fake with %d warehouses\n", len(records))
	env.Printf("(set FXIAOKE_* to run against your own; names in the package's docs)\n\n")
	if env.Plan {
		return cli.ExitSettled, env.ShowPlan(p.Plan(ctx))
	}
	report, code, err := twice(ctx, env, p, server)
	return code, errors.Join(err, env.PrintJSON(report))
}

// twice makes the first run, changes two records, one of them the wrong one, and makes
// the second.
func twice(ctx context.Context, env *cli.Env, p cli.Pipeline, server *fxiaoketest.Server) (*duijiesync.Report, int, error) {
	env.Printf("first run: a call is throttled, an answer is cut, and a record changes between two pages\n")
	server.Inject(fxiaoketest.Fault{Op: queryOp, Call: 1, Kind: fxiaoketest.Throttle})
	server.Inject(fxiaoketest.Fault{Op: queryOp, Call: 3, Kind: fxiaoketest.RowsMove})
	server.Inject(fxiaoketest.Fault{Op: queryOp, Call: 4, Kind: fxiaoketest.TruncateAfter})
	report, code, err := env.Do(ctx, p)
	if err != nil || env.Replay {
		return report, code, err
	}
	server.ClearFaults()
	records := server.Records(object)
	for i, r := range records {
		switch {
		case i == 7:
			server.Set(object, fmt.Sprint(r["_id"]), fxiaoketest.Row{"name": fmt.Sprint(r["name"], " (改名)")})
		case r["current_stock__c"] == "999999.00":
			server.Set(object, fmt.Sprint(r["_id"]), fxiaoketest.Row{"current_stock__c": "12.00"})
		}
	}
	server.RevokeToken()
	if err := aMoment(ctx); err != nil {
		return report, code, err
	}
	env.Printf("\nsecond run, after one warehouse was renamed, the wrong one was put right, and the token ended\n")
	return env.Do(ctx, p)
}

// aMoment waits until the changes lie in the past: a window ends a millisecond ago.
func aMoment(ctx context.Context) error {
	select {
	case <-time.After(50 * time.Millisecond):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// fakeClient is that of real use, but for the patience: the fake answers at once.
func fakeClient(server *fxiaoketest.Server, options ...duijie.Option) (*fxiaoke.Client, error) {
	return fxiaoke.NewClient(fxiaoke.Config{
		BaseURL: server.URL(), AppID: server.AppID(), AppSecret: duijie.NewSecret(server.AppSecret()),
		PermanentCode: duijie.NewSecret(server.PermanentCode()), OpenUserID: server.OpenUserID(),
	}, append([]duijie.Option{
		duijie.WithRateLimiter(rate.NewLimiter(200, 1)),
		duijie.WithRetry(duijie.RetryPolicy{ThrottleDelay: 200 * time.Millisecond, MinDelay: 50 * time.Millisecond}),
	}, options...)...)
}

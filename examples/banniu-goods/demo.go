package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"golang.org/x/time/rate"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/banniu"
	"github.com/duijie-go/duijie/banniu/banniutest"
	"github.com/duijie-go/duijie/examples/internal/cli"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// demo fills in the barcodes of the fake's tasks twice; meanwhile calls fail, rows
// move, and one goods number is not known at first.
func demo(ctx context.Context, env *cli.Env) (int, error) {
	server := banniutest.NewServer(banniutest.WithDemo())
	defer server.Close()
	client, err := fakeClient(server)
	if err != nil {
		return cli.ExitFailed, err
	}
	defer client.CloseIdleConnections()
	state, err := env.OpenState(ctx)
	if err != nil {
		return cli.ExitFailed, err
	}
	defer func() { _ = state.Close() }()
	goods := Memory(banniutest.DemoGoods())
	start := env.Since
	if start.IsZero() {
		start = banniutest.DemoDay()
	}
	p, err := pipeline(ctx, client.Project("", ""), state, goods, banniu.SourceConfig[Task]{Start: start, SettleDelay: settle})
	if err != nil {
		return cli.ExitFailed, err
	}
	// The fake is new each time, so the state of an earlier demo says nothing about it.
	p.Name = fmt.Sprintf("%s-demo-%d", name, rand.Uint32())
	p.Settle = duijiesync.SettlePolicy{Delay: 300 * time.Millisecond}
	p.Observer = env.Progress()
	env.Printf("no settings: running against a fake with %d tasks of %s\n", banniutest.DemoTasks, banniutest.DemoDay().Format(time.DateOnly))
	env.Printf("(set BANNIU_* and one GOODS_BARCODES_* to run against your own; names in the program's comment)\n")
	if env.Plan {
		return cli.ExitSettled, env.ShowPlan(p.Plan(ctx))
	}
	env.Printf("\nfirst run: a call is throttled, a row moves between pages, the answer to an update gets lost,\nand nobody knows the goods %s of one task\n", banniutest.DemoUnknownGoods)
	server.Inject(banniutest.Fault{Method: "task.list", Call: 2, Kind: banniutest.Throttle})
	server.Inject(banniutest.Fault{Method: "task.list", Call: 4, Kind: banniutest.RowsMove})
	server.Inject(banniutest.Fault{Method: "task.batchUpdate", Call: 2, Kind: banniutest.CutAfter})
	report, code, err := env.Do(ctx, p)
	if err == nil {
		goods[banniutest.DemoUnknownGoods] = "6999999999999"
		env.Printf("\nsecond run, after the goods became known: the task that waited is written\n")
		report, code, err = env.Do(ctx, p)
	}
	if err == nil {
		err = showTasks(ctx, env, client, goods, server)
	}
	return code, errors.Join(err, env.PrintJSON(report))
}

// showTasks prints some tasks, and looks that each has its barcode, written once.
func showTasks(ctx context.Context, env *cli.Env, client *banniu.Client, goods Memory, server *banniutest.Server) error {
	type row struct {
		Task
		Barcode
	}
	env.Printf("\n")
	n, wrong := 0, 0
	for task, err := range banniu.TasksAs[row](ctx, client.Project("", ""), nil, banniu.TaskQuery{}) {
		if err != nil {
			return err
		}
		if n++; n <= 3 {
			env.Printf("  task %s (%s): %s → %s\n", task.ID, task.Status.Name(), task.GoodsNo, task.Barcode.Barcode)
		}
		if task.Barcode.Barcode != goods[task.GoodsNo] {
			wrong++
		}
	}
	for _, id := range server.TaskIDs(banniutest.DemoProject) {
		if server.Updated(banniutest.DemoProject, id) > 1 {
			wrong++
		}
	}
	env.Printf("  %d tasks; without their barcode, or written twice: %d\n", n, wrong)
	if wrong > 0 && env.Since.IsZero() {
		return fmt.Errorf("%d tasks are not as they should be", wrong)
	}
	return nil
}

// fakeClient is that of real use, but for the patience and the day: the fake answers
// at once, and its tasks are of a day long ago.
func fakeClient(server *banniutest.Server, options ...duijie.Option) (*banniu.Client, error) {
	return banniu.NewClient(banniu.Config{
		BaseURL: server.URL(), AppKey: server.AppKey(), AppSecret: duijie.NewSecret(server.AppSecret()), AccessToken: duijie.NewSecret(server.AccessToken()),
		ProjectID: banniutest.DemoProject, AppID: banniutest.DemoApp,
	}, append([]duijie.Option{
		duijie.WithRateLimiter(rate.NewLimiter(200, 1)),
		duijie.WithRetry(duijie.RetryPolicy{ThrottleDelay: 200 * time.Millisecond, MinDelay: 50 * time.Millisecond}),
		duijie.WithClock(func() time.Time { return banniutest.DemoDay().Add(36 * time.Hour) }),
	}, options...)...)
}

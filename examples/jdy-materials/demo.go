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
	"github.com/duijie-go/duijie/jdy"
	"github.com/duijie-go/duijie/jdy/jdytest"
	duijiesync "github.com/duijie-go/duijie/sync"
)

const materials = "bd/material"

// demo reads the fake's materials twice; meanwhile the secret changes, a page
// moves and calls fail.
func demo(ctx context.Context, env *cli.Env) (int, error) {
	server := jdytest.NewServer(jdytest.WithDemo())
	defer server.Close()
	state, err := env.OpenState(ctx)
	if err != nil {
		return cli.ExitFailed, err
	}
	defer func() { _ = state.Close() }()
	tokens, err := state.Tokens(ctx)
	if err != nil {
		return cli.ExitFailed, err
	}
	client, err := fakeClient(server, duijie.WithTokenStore(tokens))
	if err != nil {
		return cli.ExitFailed, err
	}
	defer client.CloseIdleConnections()
	p, err := pipeline(client, state, jdy.SourceConfig[jdy.MaterialRow]{Start: env.Since, SettleDelay: -1})
	if err != nil {
		return cli.ExitFailed, err
	}
	// The fake is new each time, so the state of an earlier demo says nothing about it.
	p.Name = fmt.Sprintf("%s-demo-%d", name, rand.Uint32())
	p.Observer = env.Progress()
	total := len(server.Records(materials))
	env.Printf("no settings: running against a fake with %d materials\n", total)
	env.Printf("(set JDY_* to run against your own; names in the package's docs)\n\n")
	if err := showToken(ctx, env, client); err != nil {
		return cli.ExitFailed, err
	}
	if env.Plan {
		return cli.ExitSettled, env.ShowPlan(p.Plan(ctx))
	}
	report, code, err := twice(ctx, env, client, p, server)
	if err == nil {
		env.Printf("\ntoken calls: %d in all, never more than %d in a minute\n", server.Count("GET kingdee_auth_token"), server.MaxTokenCallsPerMinute())
	}
	if err == nil && int(report.Read) < 2 {
		err = errors.New("the changed materials were not read")
	}
	return code, errors.Join(err, env.PrintJSON(report))
}

// twice makes the first run, changes two materials and the secret, and makes the
// second.
func twice(ctx context.Context, env *cli.Env, client *jdy.Client, p cli.Pipeline, server *jdytest.Server) (*duijiesync.Report, int, error) {
	env.Printf("\nfirst run: a call is throttled, an answer is cut, and a row moves between pages\n")
	list := "GET " + materials
	server.Inject(jdytest.Fault{Op: list, Call: 2, Kind: jdytest.Overload})
	server.Inject(jdytest.Fault{Op: list, Call: 4, Kind: jdytest.RowsMove})
	server.Inject(jdytest.Fault{Op: list, Call: 6, Kind: jdytest.GatewayTimeout})
	report, code, err := env.Do(ctx, p)
	if err != nil {
		return report, code, err
	}
	server.ClearFaults()
	for i, row := range server.Records(materials) {
		if i == 7 || i == 200 {
			server.Change(materials, fmt.Sprint(row["number"]), jdytest.Row{"name": fmt.Sprint(row["name"], " (改名)")})
		}
	}
	server.RotateSecret()
	server.RevokeTokens()
	if err := nextSecond(ctx); err != nil {
		return report, code, err
	}
	env.Printf("\nsecond run, after two materials were renamed and the secret of the day and its tokens ended\n")
	report, code, err = env.Do(ctx, p)
	if err != nil {
		return report, code, err
	}
	return report, code, showToken(ctx, env, client)
}

// nextSecond waits until the changes lie in the past: the platform's times are
// whole seconds, and a window ends before the one under way.
func nextSecond(ctx context.Context) error {
	select {
	case <-time.After(1100 * time.Millisecond):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// fakeClient is that of real use, but for the patience: the fake answers at once.
func fakeClient(server *jdytest.Server, options ...duijie.Option) (*jdy.Client, error) {
	return jdy.NewClient(jdy.Config{
		BaseURL: server.URL(), ClientID: server.ClientID(), ClientSecret: duijie.NewSecret(server.ClientSecret()),
		OuterInstanceID: server.OuterInstanceID(),
	}, append([]duijie.Option{
		duijie.WithRateLimiter(rate.NewLimiter(200, 1)),
		duijie.WithRetry(duijie.RetryPolicy{ThrottleDelay: 200 * time.Millisecond, MinDelay: 50 * time.Millisecond}),
	}, options...)...)
}

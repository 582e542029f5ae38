// Command jdy-materials renews the authorisation of 金蝶云星辰 and reads its
// materials (商品) page by page, each once and again when it changed.
//
// The application's pair and the instance id are all it is given: the key and
// the secret of the day are fetched, and the token is kept in the state file, so
// that programs and runs that share the file share it. The platform takes two token
// calls a minute, which are counted there too. What is printed of the token is when
// it ends, never the token.
//
// Nothing is written (写入空操作): the ledger alone remembers what was read. Put
// a sink of your own in its place. Without settings the program runs against a
// fake inside this process; with the environment variables of the platform it
// runs against the real host.
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
	"github.com/duijie-go/duijie/jdy"
	duijiesync "github.com/duijie-go/duijie/sync"
)

const name = "jdy-materials"

func main() { cli.Main(name, run) }

func run(ctx context.Context, env *cli.Env) (int, error) {
	if !configured() {
		return demo(ctx, env)
	}
	return live(ctx, env)
}

// live runs against the host of the environment, with further options of the
// client.
func live(ctx context.Context, env *cli.Env, options ...duijie.Option) (int, error) {
	cfg, err := jdy.ConfigFromEnv()
	if err != nil {
		return cli.ExitUsage, err
	}
	state, err := env.OpenState(ctx)
	if err != nil {
		return cli.ExitFailed, err
	}
	defer func() { _ = state.Close() }()
	tokens, err := state.Tokens(ctx)
	if err != nil {
		return cli.ExitFailed, err
	}
	options = append([]duijie.Option{duijie.WithLogger(env.Logger()), duijie.WithTokenStore(tokens)}, options...)
	client, err := jdy.NewClient(cfg, options...)
	if err != nil {
		return cli.ExitUsage, err
	}
	defer client.CloseIdleConnections()
	p, err := pipeline(client, state, jdy.SourceConfig[jdy.MaterialRow]{Start: env.Since})
	if err != nil {
		return cli.ExitUsage, err
	}
	p.Observer, p.Logger = env.Progress(), env.Logger()
	if err := showToken(ctx, env, client); err != nil {
		return cli.ExitFailed, err
	}
	if env.Plan {
		return cli.ExitSettled, env.ShowPlan(p.Plan(ctx))
	}
	report, code, err := env.Do(ctx, p)
	return code, errors.Join(err, env.PrintJSON(report))
}

// pipeline is the whole flow: materials that changed since the last run, to
// nowhere. The record's id is checked, as the key is the number.
func pipeline(client *jdy.Client, state duijiesync.State, reading jdy.SourceConfig[jdy.MaterialRow]) (*duijiesync.Pipeline[jdy.MaterialRow, jdy.MaterialRow], error) {
	source, err := jdy.NewListSource(client.Materials, jdy.Query{}, reading)
	if err != nil {
		return nil, err
	}
	return &duijiesync.Pipeline[jdy.MaterialRow, jdy.MaterialRow]{
		Name: name, Source: source, State: state,
		Transform: duijiesync.Same[jdy.MaterialRow],
		Sink:      duijiesync.Discard[jdy.MaterialRow]{ID: func(m jdy.MaterialRow) string { return m.ID }},
		// A killed run's lease ends soon, and the next run waits for that.
		LeaseTTL: 15 * time.Second, LeaseWait: 30 * time.Second,
	}, nil
}

// showToken renews the token where it must be, and tells when it ends.
func showToken(ctx context.Context, env *cli.Env, client *jdy.Client) error {
	token, err := client.Token(ctx)
	if err != nil {
		return err
	}
	account := strings.TrimSpace(token.AccountID + " " + token.AccountName)
	env.Printf("token of account set %s: ends %s, renewed %d times\n", account, token.Expires.Format(time.DateTime), token.Renewals)
	return nil
}

// configured tells whether the real host is asked for: any setting of the
// platform is, so that a forgotten one is an error and not a demo.
func configured() bool {
	return slices.ContainsFunc(os.Environ(), func(setting string) bool {
		name, value, _ := strings.Cut(setting, "=")
		return value != "" && strings.HasPrefix(name, "JDY_")
	})
}

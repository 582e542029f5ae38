// Command webhooks receives the events of 小满 OKKI, 钉钉 and 纷享销客, and runs a pipeline
// for the records they name, at once instead of at the next poll.
//
// An event carries ids only. It goes into a pipeline, which reads the record, and
// writes it to its sink exactly once: the ledger drops what it knows unchanged, so that
// events that come twice, or for a change that a poll brought already, do no harm.
// The platform gets its answer when the record is settled and that is stored; when that
// takes too long, or the program ends, it is told to send the event again. Platforms give
// up after some tries, so go on polling as a safety net, with the same pipeline name
// and another Partition, and both share the ledger.
//
// Here the sink prints. Without settings the program runs against fakes inside this
// process that send their events to it; with the environment variables of a
// platform, and its keys below, it listens for real ones:
//
//	OKKI_WEBHOOK_SECRET     security_config of the callback       POST /okki
//	DINGTALK_EVENT_TOKEN    token of the event subscription       POST /dingtalk
//	DINGTALK_EVENT_AES_KEY  its aes_key
//	FXIAOKE_EVENT_KEY       AES key of the event push             POST /fxiaoke
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/dingtalk"
	"github.com/duijie-go/duijie/examples/internal/cli"
	"github.com/duijie-go/duijie/fxiaoke"
	"github.com/duijie-go/duijie/okki"
	duijiesync "github.com/duijie-go/duijie/sync"
)

const name = "webhooks"

// listen is the flag -listen.
var listen string

func flags(f *flag.FlagSet) {
	f.StringVar(&listen, "listen", "127.0.0.1:8080", "address to listen at; put a server with TLS before it")
}

func main() { cli.Main(name, run, flags) }

func run(ctx context.Context, env *cli.Env) (int, error) {
	if env.Plan || env.Replay || !env.Since.IsZero() {
		return cli.ExitUsage, errors.New("webhooks takes no -plan, -replay or -since: it does what events tell it when they come")
	}
	if !configured() {
		return demo(ctx, env)
	}
	state, err := env.OpenState(ctx)
	if err != nil {
		return cli.ExitFailed, err
	}
	defer func() { _ = state.Close() }()
	desks, err := fromEnv(duijie.WithLogger(env.Logger()))
	if err != nil {
		return cli.ExitUsage, err
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", listen)
	if err != nil {
		return cli.ExitUsage, err
	}
	env.Printf("listening at http://%s\n", l.Addr())
	total, err := serve(ctx, env, l, state, desks)
	return cli.Status(total, err), errors.Join(err, env.PrintJSON(total))
}

// desk is one platform: its handler, and the pipeline that takes what it is told of.
type desk struct {
	path    string
	handler http.Handler
	inbox   *inbox
}

// serve answers events until ctx ends. Then it takes no more, lets those under way
// settle, and returns what all runs did.
func serve(ctx context.Context, env *cli.Env, l net.Listener, state duijiesync.State, desks []*desk) (*duijiesync.Report, error) {
	total := &duijiesync.Report{Pipeline: name, Started: time.Now()}
	mux := http.NewServeMux()
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	done := make(chan *duijiesync.Report)
	for _, d := range desks {
		mux.Handle(d.path, d.handler)
		p := pipeline(env, d, state)
		go func() { keepRunning(work, env, p, done) }()
	}
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience+time.Second)
	defer cancel()
	err = errors.Join(err, server.Shutdown(end))
	stop()
	for left := len(desks); left > 0; {
		if report := <-done; report == nil {
			left--
		} else {
			add(total, report)
		}
	}
	total.Ended = time.Now()
	return total, err
}

// add adds what a run did.
func add(total, report *duijiesync.Report) {
	total.Read += report.Read
	total.Created += report.Created
	total.Updated += report.Updated
	total.Unchanged += report.Unchanged
	total.Skipped += report.Skipped
	total.Refused += report.Refused
	total.Held += report.Held
	total.DeadLetters += report.DeadLetters
}

// pipeline writes the records that events name.
func pipeline(env *cli.Env, d *desk, state duijiesync.State) *duijiesync.Pipeline[ref, Item] {
	return &duijiesync.Pipeline[ref, Item]{
		Name: name + d.path, Source: d.inbox.source, State: state,
		Transform: d.inbox.fetch,
		Sink: duijiesync.Func(duijiesync.FuncConfig[Item]{
			Idempotent: true, // what is printed twice does no harm
			Write: func(_ context.Context, rec duijiesync.Record[Item]) (duijiesync.Outcome, error) {
				env.Printf("%s %s %s: %s\n", d.path, rec.Value.Kind, rec.Value.ID, rec.Value.Title)
				return duijiesync.Outcome{Kind: duijiesync.OutcomeCreated, TargetID: rec.Key}, nil
			},
		}),
		LeaseTTL: 15 * time.Second, LeaseWait: 30 * time.Second,
	}
}

// keepRunning runs a pipeline until ctx ends, and then sends its report and nil. A run
// that fails keeps what it had, and the next begins with that.
func keepRunning(ctx context.Context, env *cli.Env, p *duijiesync.Pipeline[ref, Item], done chan<- *duijiesync.Report) {
	total := &duijiesync.Report{}
	for ctx.Err() == nil {
		report, err := p.Run(ctx)
		if report != nil {
			add(total, report)
		}
		if err == nil || ctx.Err() != nil {
			continue
		}
		fmt.Fprintf(env.Log, "%s: %v; it goes on in a moment\n", p.Name, err)
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
		}
	}
	done <- total
	done <- nil
}

// fromEnv makes a desk for each platform whose keys are set.
func fromEnv(options ...duijie.Option) ([]*desk, error) {
	var desks []*desk
	var errs []error
	add := func(d *desk, err error) {
		if err != nil {
			errs = append(errs, err)
			return
		}
		desks = append(desks, d)
	}
	if secret := os.Getenv("OKKI_WEBHOOK_SECRET"); secret != "" {
		client, err := newClient(okki.ConfigFromEnv, okki.NewClient, options)
		if err == nil {
			add(okkiDesk(client, duijie.NewSecret(secret)))
		}
		errs = append(errs, err)
	}
	if key := os.Getenv("FXIAOKE_EVENT_KEY"); key != "" {
		client, err := newClient(fxiaoke.ConfigFromEnv, fxiaoke.NewClient, options)
		if err == nil {
			add(fxiaokeDesk(client, duijie.NewSecret(key)))
		}
		errs = append(errs, err)
	}
	token, key := os.Getenv("DINGTALK_EVENT_TOKEN"), os.Getenv("DINGTALK_EVENT_AES_KEY")
	if token != "" || key != "" {
		cfg, err := dingtalk.ConfigFromEnv()
		client, errClient := newClient(dingtalk.ConfigFromEnv, dingtalk.NewClient, options)
		if err = errors.Join(err, errClient); err == nil {
			add(dingtalkDesk(client, duijie.NewSecret(token), duijie.NewSecret(key), cfg.AppKey))
		}
		errs = append(errs, err)
	}
	return desks, errors.Join(errs...)
}

func newClient[C, T any](config func() (C, error), create func(C, ...duijie.Option) (T, error), options []duijie.Option) (T, error) {
	var none T
	cfg, err := config()
	if err != nil {
		return none, err
	}
	return create(cfg, options...)
}

// configured tells whether the keys of a platform are set.
func configured() bool {
	return slices.ContainsFunc([]string{"OKKI_WEBHOOK_SECRET", "DINGTALK_EVENT_TOKEN", "DINGTALK_EVENT_AES_KEY", "FXIAOKE_EVENT_KEY"}, func(name string) bool {
		return os.Getenv(name) != ""
	})
}

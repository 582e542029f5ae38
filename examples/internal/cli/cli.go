// Package cli is the command line all examples share: the same flags, the same
// progress line, the same report and the same exit statuses.
package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/sqlstore/sqlite"
)

// Exit statuses of every example.
const (
	ExitSettled = 0 // everything is in the target
	ExitFailed  = 1 // the run ended early; start it again
	ExitUsage   = 2 // a flag or setting is wrong
	ExitParked  = 3 // finished, but some records are dead letters or held
)

// Env is what an example's run gets: its flags and where to print.
type Env struct {
	Name   string
	State  string    // SQLite file; "" = a new one in the user's temporary folder
	Plan   bool      // no writes, show the plan
	Replay bool      // send the dead letters again
	JSON   bool      // the report as one JSON object on the last line of stdout
	Since  time.Time // first window start where no checkpoint exists
	Out    io.Writer // for people
	Report io.Writer // for programs: stdout with -json
	Log    io.Writer // stderr
	Args   []string  // what stands behind the flags, of a program that [MainArgs] runs

	opened string // the state file, once it is open
}

// Main parses flags, runs run until it ends or a signal comes, and exits.
// more adds flags of the example's own.
func Main(name string, run func(context.Context, *Env) (int, error), more ...func(*flag.FlagSet)) {
	MainArgs(name, "", run, more...)
}

// MainArgs is Main for a program that takes arguments, which synopsis names:
// "SOURCE.json TARGET.json".
func MainArgs(name, synopsis string, run func(context.Context, *Env) (int, error), more ...func(*flag.FlagSet)) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	code := RunArgs(ctx, name, synopsis, os.Args[1:], os.Stdout, os.Stderr, run, more...)
	stop()
	os.Exit(code)
}

// Run is Main for tests.
func Run(ctx context.Context, name string, args []string, stdout, stderr io.Writer, run func(context.Context, *Env) (int, error), more ...func(*flag.FlagSet)) int {
	return RunArgs(ctx, name, "", args, stdout, stderr, run, more...)
}

// RunArgs is MainArgs for tests.
func RunArgs(ctx context.Context, name, synopsis string, args []string, stdout, stderr io.Writer, run func(context.Context, *Env) (int, error), more ...func(*flag.FlagSet)) int {
	stdout, stderr = &locked{w: stdout}, &locked{w: stderr} // the logger and the progress line write side by side
	env, err := parse(name, synopsis, args, stdout, stderr, more)
	if errors.Is(err, flag.ErrHelp) {
		return ExitSettled
	}
	if err != nil {
		fmt.Fprintln(stderr, err)
		return ExitUsage
	}
	code, err := run(ctx, env)
	if err == nil {
		return code
	}
	if ctx.Err() != nil {
		code = ExitFailed
		fmt.Fprintf(stderr, "%s: stopped: %v\n", name, err)
	} else {
		fmt.Fprintf(stderr, "%s: %v\n", name, err)
	}
	if env.opened != "" {
		fmt.Fprintf(stderr, "nothing is lost: start it again with -state %s and it goes on where it stopped\n", env.opened)
	}
	return max(code, ExitFailed)
}

func parse(name, synopsis string, args []string, stdout, stderr io.Writer, more []func(*flag.FlagSet)) (*Env, error) {
	env := &Env{Name: name, Out: stdout, Report: io.Discard, Log: stderr}
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&env.State, "state", "", "SQLite file that remembers what is done (default: a new one in the temporary folder)")
	flags.BoolVar(&env.Plan, "plan", false, "write nothing, show what a run would do")
	flags.BoolVar(&env.Replay, "replay", false, "send the dead letters again")
	flags.BoolVar(&env.JSON, "json", false, "print the report as one JSON object on the last line of stdout")
	since := flags.String("since", "", "first window start where no checkpoint exists, as 2006-01-02 15:04:05 (+08:00)")
	for _, add := range more {
		add(flags)
	}
	if synopsis != "" {
		flags.Usage = func() {
			fmt.Fprintf(stderr, "usage: %s [flags] %s\n", name, synopsis)
			flags.PrintDefaults()
		}
	}
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	if flags.NArg() > 0 && synopsis == "" {
		return nil, fmt.Errorf("%s takes no arguments, only flags: %q", name, flags.Arg(0))
	}
	env.Args = flags.Args()
	if *since != "" {
		t, err := duijie.ParseTime(*since)
		if err != nil {
			return nil, fmt.Errorf("-since: %w", err)
		}
		env.Since = t.Time
	}
	if env.JSON {
		env.Out, env.Report = stderr, stdout
	}
	return env, nil
}

// Printf prints for people.
func (e *Env) Printf(format string, args ...any) { fmt.Fprintf(e.Out, format, args...) }

// OpenState opens the state file and says where it is.
func (e *Env) OpenState(ctx context.Context) (*sqlite.Store, error) {
	path := e.State
	if path == "" {
		dir, err := os.MkdirTemp("", "duijie-")
		if err != nil {
			return nil, err
		}
		path = filepath.Join(dir, e.Name+".db")
	}
	store, err := sqlite.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	e.opened = path
	e.Printf("state: %s\n", path)
	return store, nil
}

// Pipeline is the part of duijiesync.Pipeline an example needs, whatever its
// types.
type Pipeline interface {
	Run(context.Context) (*duijiesync.Report, error)
	Replay(context.Context, duijiesync.ReplayQuery) (*duijiesync.Report, error)
	DeadLetters(context.Context, duijiesync.DeadLetterQuery) ([]duijiesync.DeadLetter, error)
}

// Do runs or replays p as the flags say, prints the report, and returns it with
// the exit status.
func (e *Env) Do(ctx context.Context, p Pipeline) (*duijiesync.Report, int, error) {
	run := p.Run
	if e.Replay {
		run = func(ctx context.Context) (*duijiesync.Report, error) { return p.Replay(ctx, duijiesync.ReplayQuery{}) }
	}
	report, err := run(ctx)
	e.endProgress()
	e.printReport(report)
	if listErr := e.printDeadLetters(context.WithoutCancel(ctx), p); listErr != nil {
		err = errors.Join(err, listErr)
	}
	return report, Status(report, err), err
}

// Status is the exit status of a run.
func Status(report *duijiesync.Report, err error) int {
	switch {
	case err != nil:
		return ExitFailed
	case !report.Complete():
		return ExitParked
	}
	return ExitSettled
}

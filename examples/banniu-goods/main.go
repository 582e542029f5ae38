// Command banniu-goods fills the barcode (商品条码) into the tasks of a 班牛 sheet
// (更新班牛货品): it reads the tasks made since the last run, finds the barcode of each
// by its goods number (货品编号) in another collection, and writes it back.
//
// The tasks of a page are looked up together, and what was found is remembered. A
// task whose goods number nobody knows yet waits: every run tries it again. A barcode
// that is there already is not written again, and each written one is written once,
// whatever happens on the way.
//
// Without settings the program runs against a fake inside this process. With BANNIU_*
// it runs against the real host, and one of these says where barcodes are found:
//
//	GOODS_BARCODES_CSV       a file of lines "goods number,barcode"
//	GOODS_BARCODES_DB        a SQLite file with a table goods (goods_no, barcode), both TEXT
//	GOODS_BARCODES_PIPELINE  a pipeline in the same state file whose keys are goods
//	                         numbers and whose target ids are barcodes
package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/banniu"
	"github.com/duijie-go/duijie/examples/internal/cli"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/refs"
)

const name = "banniu-goods"

// settle is how old a task is when it is read: the platform fills in some cells of a
// fresh one hours later.
const settle = 6 * time.Hour

// Task is what is read of a task, Barcodes what is written to it. The sheet's columns
// go by their ids here; names would do as well.
type (
	Task struct {
		ID      string            `banniu:"-1"`
		Status  banniu.TaskStatus `banniu:"5"`
		GoodsNo string            `banniu:"27963"`
	}
	Barcode struct {
		Barcode string `banniu:"101297"`
	}
)

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
	cfg, err := banniu.ConfigFromEnv()
	if err := errors.Join(err, missingSettings()); err != nil {
		return cli.ExitUsage, err
	}
	client, err := banniu.NewClient(cfg, append([]duijie.Option{duijie.WithLogger(env.Logger())}, options...)...)
	if err != nil {
		return cli.ExitUsage, err
	}
	defer client.CloseIdleConnections()
	state, err := env.OpenState(ctx)
	if err != nil {
		return cli.ExitFailed, err
	}
	defer func() { _ = state.Close() }()
	lookup, done, err := lookupFromEnv(state)
	if err != nil {
		return cli.ExitUsage, err
	}
	defer done()
	start := env.Since
	if start.IsZero() {
		start = client.Now().Add(-24 * time.Hour)
	}
	p, err := pipeline(ctx, client.Project("", ""), state, lookup, banniu.SourceConfig[Task]{Start: start, SettleDelay: settle})
	if err != nil {
		return cli.ExitFailed, err
	}
	p.Observer, p.Logger = env.Progress(), env.Logger()
	if env.Plan {
		return cli.ExitSettled, env.ShowPlan(p.Plan(ctx))
	}
	report, code, err := env.Do(ctx, p)
	return code, errors.Join(err, env.PrintJSON(report))
}

// pipeline is the whole flow: tasks of a day window, their barcodes, task.update.
func pipeline(ctx context.Context, sheet *banniu.Project, state duijiesync.State, lookup Lookup, reading banniu.SourceConfig[Task]) (*duijiesync.Pipeline[Task, Barcode], error) {
	form, err := sheet.Form(ctx)
	if err != nil {
		return nil, err
	}
	reading.Form = form
	tasks, err := banniu.NewSource(sheet, reading)
	if err != nil {
		return nil, err
	}
	sink, err := banniu.NewUpdateSink(sheet, banniu.UpdateConfig[Barcode]{Form: form})
	if err != nil {
		return nil, err
	}
	barcodes, err := refs.New(refs.Options[string]{
		Name: "barcode of goods", Backends: []refs.Backend[string]{{Name: "the goods", Find: lookup.Barcodes}},
	})
	if err != nil {
		return nil, err
	}
	return &duijiesync.Pipeline[Task, Barcode]{
		Name: name, State: state, Sink: sink,
		Source: refs.PrefetchSource(tasks, barcodes, func(t Task) []string { return []string{t.GoodsNo} }),
		Transform: func(ctx context.Context, t Task) (Barcode, error) {
			if t.GoodsNo == "" {
				return Barcode{}, fmt.Errorf("the task (%s) has no goods number", t.Status.Name())
			}
			found, err := barcodes.Resolve(ctx, t.GoodsNo)
			return Barcode{found}, err
		},
		// A killed run's lease ends soon, and the next run waits for that.
		LeaseTTL: 15 * time.Second, LeaseWait: 30 * time.Second,
	}, nil
}

// Settings of this program; exactly one of the places of barcodes.
const (
	envCSV      = "GOODS_BARCODES_CSV"
	envDB       = "GOODS_BARCODES_DB"
	envPipeline = "GOODS_BARCODES_PIPELINE"
)

// missingSettings tells what this flow needs beyond the client.
func missingSettings() error {
	var errs []error
	for _, setting := range []string{"BANNIU_PROJECT_ID", "BANNIU_APP_ID"} {
		if os.Getenv(setting) == "" {
			errs = append(errs, fmt.Errorf("%s is missing (the sheet and its app)", setting))
		}
	}
	places := 0
	for _, setting := range []string{envCSV, envDB, envPipeline} {
		if os.Getenv(setting) != "" {
			places++
		}
	}
	if places != 1 {
		errs = append(errs, fmt.Errorf("one of %s, %s and %s says where barcodes are found; %d are set", envCSV, envDB, envPipeline, places))
	}
	return errors.Join(errs...)
}

// lookupFromEnv opens the place of barcodes that is set, and says how to close it.
func lookupFromEnv(state duijiesync.State) (Lookup, func(), error) {
	if path := os.Getenv(envCSV); path != "" {
		goods, err := readCSV(path)
		return goods, func() {}, err
	}
	if path := os.Getenv(envDB); path != "" {
		if _, err := os.Stat(path); err != nil { //nolint:gosec // the path is a setting of this program
			return nil, nil, fmt.Errorf("%s: %w", envDB, err)
		}
		db, err := sql.Open("sqlite", path) // the state's driver
		if err != nil {
			return nil, nil, err
		}
		return SQL{DB: db, Query: "SELECT goods_no, barcode FROM goods WHERE goods_no IN (%s)"}, func() { _ = db.Close() }, nil
	}
	return Ledger{State: state, Pipeline: os.Getenv(envPipeline)}, func() {}, nil
}

// configured tells whether the real host is asked for: any setting is, so that a
// forgotten one is an error and not a demo.
func configured() bool {
	return slices.ContainsFunc(os.Environ(), func(setting string) bool {
		name, value, _ := strings.Cut(setting, "=")
		return value != "" && (strings.HasPrefix(name, "BANNIU_") || strings.HasPrefix(name, "GOODS_BARCODES_"))
	})
}

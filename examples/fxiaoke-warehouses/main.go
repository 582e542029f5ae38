// Command fxiaoke-warehouses reads the warehouse archive (仓库档案) of 纷享销客, each
// record once and again when it changed, and brings it into the shape another system
// wants: times as text in China's zone, city and capacities in groups of their own.
//
// By default nothing is written (写入空操作): the ledger alone remembers what was
// read, and the id of each record is checked. With -table FILE the records go to the
// table "warehouses" of a SQLite database, one row each. For another database change
// the driver and the statements in table.go.
//
// Without settings the program runs against a fake inside this process; with the
// environment variables of the platform it runs against the real host. The names of
// custom objects and fields are a tenant's own: put yours into the constant and the
// tags below.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/examples/internal/cli"
	"github.com/duijie-go/duijie/fxiaoke"
	duijiesync "github.com/duijie-go/duijie/sync"
)

const (
	name   = "fxiaoke-warehouses"
	object = "object_inventory_report__c" // the custom object (自定义对象) that is read
)

// Row is a record of the object as it is read. Its tags ask for these fields alone.
type Row struct {
	ID       string         `json:"_id"`
	Name     string         `json:"name"`
	City     string         `json:"city__c"`
	Capacity duijie.Decimal `json:"total_capacity__c"`
	Stock    duijie.Decimal `json:"current_stock__c"`
	Created  duijie.Time    `json:"create_time"`
	Modified duijie.Time    `json:"last_modified_time"`
}

// Warehouse is a record in the target's shape.
type Warehouse struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Location Location `json:"location"`
	Capacity Capacity `json:"capacityInfo"`
	Created  string   `json:"createTime"` // 2006-01-02 15:04:05 in China
	Modified string   `json:"lastModifiedTime"`
}

// Location is where a warehouse stands.
type Location struct {
	City string `json:"city"`
}

// Capacity is what a warehouse can hold and holds.
type Capacity struct {
	Total duijie.Decimal `json:"totalCapacity"`
	Stock duijie.Decimal `json:"currentStockLevel"`
}

// tableFile is the flag -table.
var tableFile string

func flags(f *flag.FlagSet) {
	f.StringVar(&tableFile, "table", "", "SQLite file whose table warehouses takes the records (default: none, they are only checked)")
}

func main() { cli.Main(name, run, flags) }

func run(ctx context.Context, env *cli.Env) (int, error) {
	if !configured() {
		return demo(ctx, env)
	}
	return live(ctx, env)
}

// live runs against the host of the environment, with further options of the client.
func live(ctx context.Context, env *cli.Env, options ...duijie.Option) (int, error) {
	cfg, err := fxiaoke.ConfigFromEnv()
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
	client, err := fxiaoke.NewClient(cfg, append([]duijie.Option{duijie.WithLogger(env.Logger()), duijie.WithTokenStore(tokens)}, options...)...)
	if err != nil {
		return cli.ExitUsage, err
	}
	defer client.CloseIdleConnections()
	sink, closeSink, err := openSink(ctx)
	if err != nil {
		return cli.ExitUsage, err
	}
	defer closeSink()
	p, err := pipeline(client, state, sink, fxiaoke.SourceConfig[Row]{Start: env.Since})
	if err != nil {
		return cli.ExitUsage, err
	}
	p.Observer, p.Logger = env.Progress(), env.Logger()
	if env.Plan {
		return cli.ExitSettled, env.ShowPlan(p.Plan(ctx))
	}
	report, code, err := env.Do(ctx, p)
	return code, errors.Join(err, env.PrintJSON(report))
}

// openSink is the table of -table, or a sink that writes nothing and checks ids.
func openSink(ctx context.Context) (sink duijiesync.Sink[Warehouse], closeSink func(), err error) {
	if tableFile == "" {
		return duijiesync.Discard[Warehouse]{ID: func(w Warehouse) string { return w.ID }}, func() {}, nil
	}
	table, err := openTable(ctx, tableFile)
	if err != nil {
		return nil, nil, err
	}
	return table, func() { _ = table.db.Close() }, nil
}

// pipeline is the whole flow.
func pipeline(client *fxiaoke.Client, state duijiesync.State, sink duijiesync.Sink[Warehouse], reading fxiaoke.SourceConfig[Row]) (*duijiesync.Pipeline[Row, Warehouse], error) {
	source, err := fxiaoke.NewSource(client, fxiaoke.Query{Object: object}, reading)
	if err != nil {
		return nil, err
	}
	return &duijiesync.Pipeline[Row, Warehouse]{
		Name: name, Source: source, Transform: reshape, Sink: sink, State: state,
		// A killed run's lease ends soon, and the next run waits for that.
		LeaseTTL: 15 * time.Second, LeaseWait: 30 * time.Second,
	}, nil
}

// reshape brings a record into the target's shape. One that can't be right becomes a
// dead letter with the reason, and the others go on.
func reshape(_ context.Context, r Row) (Warehouse, error) {
	switch {
	case r.Name == "":
		return Warehouse{}, errors.New("the warehouse has no name")
	case r.Stock.IsSet() && r.Capacity.IsSet() && r.Stock.Cmp(r.Capacity) > 0:
		return Warehouse{}, fmt.Errorf("the stock %s is more than the capacity %s", r.Stock, r.Capacity)
	}
	return Warehouse{
		ID: r.ID, Name: r.Name, Location: Location{City: r.City}, Capacity: Capacity{Total: r.Capacity, Stock: r.Stock},
		Created: inChina(r.Created), Modified: inChina(r.Modified),
	}, nil
}

func inChina(t duijie.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Time.In(duijie.China).Format(time.DateTime)
}

// configured tells whether the real host is asked for: any setting of the platform is,
// so that a forgotten one is an error and not a demo.
func configured() bool {
	return slices.ContainsFunc(os.Environ(), func(setting string) bool {
		name, value, _ := strings.Cut(setting, "=")
		return value != "" && strings.HasPrefix(name, "FXIAOKE_")
	})
}

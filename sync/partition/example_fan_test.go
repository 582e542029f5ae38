package partition_test

import (
	"context"
	"errors"
	"fmt"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/fan"
	"github.com/duijie-go/duijie/sync/partition"
)

// fanRunner is a fan of one partition as a Runner.
type fanRunner struct{ out *fan.Out[string] }

// newFanRunner names the fan and each of its branches for the partition: a
// branch has a ledger too, and tenants must not share it.
func newFanRunner(out *fan.Out[string], part partition.Partition, targets map[string]duijiesync.Sink[string]) (*fanRunner, error) {
	scope, err := part.Scope(out.Name)
	if err != nil {
		return nil, err
	}
	out.Name, out.Partition = scope.Pipeline, scope.Partition
	for name, sink := range targets {
		branch, err := part.Scope(name)
		if err != nil {
			return nil, err
		}
		out.Branches = append(out.Branches, fan.To(&duijiesync.Pipeline[string, string]{
			Name: branch.Pipeline, Transform: duijiesync.Same[string], Sink: sink,
		}))
	}
	return &fanRunner{out}, nil
}

func (f *fanRunner) Scope() duijiesync.Scope {
	return duijiesync.Scope{Pipeline: f.out.Name, Partition: f.out.Partition}
}

func (f *fanRunner) Run(ctx context.Context) (*duijiesync.Report, error) {
	rep, err := f.out.Run(ctx)
	return &rep.Report, err
}

func (f *fanRunner) Replay(context.Context, duijiesync.ReplayQuery) (*duijiesync.Report, error) {
	return nil, errors.New("replay a branch: fan.Out.Branch")
}

func (f *fanRunner) Close(ctx context.Context) error { return f.out.Close(ctx) }

// A Runner need not be a pipeline: here each partition is a fan.
func ExampleRunner() {
	state := duijiesync.NewMemoryState()
	registry := partition.NewRegistry()
	_ = registry.Add("orders", func(_ context.Context, p partition.Partition) (partition.Runner, error) {
		return newFanRunner(&fan.Out[string]{Name: "orders", Source: orders(p), State: state}, p, map[string]duijiesync.Sink[string]{
			"orders-to-books": ledgerBook{"books"},
			"orders-to-tax":   ledgerBook{"tax"},
		})
	}, nil)
	summary, err := registry.RunAll(context.Background(), "orders", tenants("东店", "西店"), partition.Options{})
	fmt.Println("created", summary.Report.Created, err)
	// Unordered output:
	// books books 东店 SO0101
	// tax books 东店 SO0101
	// books books 西店 SO0101
	// tax books 西店 SO0101
	// created 4 <nil>
}

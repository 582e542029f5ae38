package partition_test

import (
	"context"
	"fmt"
	"iter"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/partition"
)

// orders reads a tenant's orders of a window; here they are made up.
func orders(p partition.Partition) duijiesync.Source[string] {
	return duijiesync.SourceFunc[string](func(context.Context, duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[string], error] {
		return func(yield func(duijiesync.Batch[string], error) bool) {
			key := p.From.Format("SO0102")
			yield(duijiesync.Batch[string]{Records: []duijiesync.Record[string]{{Key: key, Value: p.Tenant + " " + key}}}, nil)
		}
	})
}

// ledgerBook is a target where writing twice does no harm.
type ledgerBook struct{ tenant string }

func (b ledgerBook) Write(_ context.Context, records []duijiesync.Record[string]) ([]duijiesync.Outcome, error) {
	outcomes := make([]duijiesync.Outcome, len(records))
	for i, r := range records {
		fmt.Println(b.tenant, "books", r.Value)
		outcomes[i].Kind = duijiesync.OutcomeCreated
	}
	return outcomes, nil
}

func (ledgerBook) Limits() duijiesync.Limits { return duijiesync.Limits{Idempotent: true} }

// The orders of two tenants by month: a partition per tenant and window, each
// tenant with a ledger of its own. Several programs may do the same over one State.
func Example() {
	ctx := context.Background()
	state := duijiesync.NewMemoryState() // a SQL store lets processes share it
	shanghai := time.FixedZone("CST", 8*3600)

	registry := partition.NewRegistry()
	err := registry.Add("orders", func(_ context.Context, p partition.Partition) (partition.Runner, error) {
		return partition.Bind(&duijiesync.Pipeline[string, string]{
			Name:      "orders",
			Source:    orders(p), // with the tenant's connection
			Transform: duijiesync.Same[string],
			Sink:      ledgerBook{p.Tenant},
			State:     state,
		}, p)
	}, func(context.Context) ([]partition.Partition, error) {
		months, err := partition.Calendar(
			time.Date(2026, 1, 1, 0, 0, 0, 0, shanghai), time.Date(2026, 3, 1, 0, 0, 0, 0, shanghai), partition.Month, shanghai)
		if err != nil {
			return nil, err
		}
		var all []partition.Partition
		for _, tenant := range []string{"东店", "西店"} {
			parts, err := partition.Partition{Tenant: tenant}.Split(months)
			if err != nil {
				return nil, err
			}
			all = append(all, parts...)
		}
		return all, nil
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	summary, err := registry.RunAll(ctx, "orders", nil, partition.Options{Parallel: 4, PerTenant: 1})
	fmt.Println("created", summary.Report.Created, "done", summary.Count(partition.StatusDone), err)
	// Unordered output:
	// 东店 books 东店 SO0101
	// 西店 books 西店 SO0101
	// 东店 books 东店 SO0201
	// 西店 books 西店 SO0201
	// created 4 done 4 <nil>
}

// What separates ledgers, and what shares them.
func ExamplePartition_Scope() {
	january := partition.Partition{
		Tenant: "东店",
		From:   time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		To:     time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC),
	}
	february := january
	february.From, february.To = january.To, january.To.AddDate(0, 1, 0)
	other := january
	other.Tenant = "西店"
	for _, p := range []partition.Partition{january, february, other} {
		scope, err := p.Scope("orders")
		fmt.Println(scope.Pipeline, scope.Partition, err)
	}
	// Output:
	// orders@东店/ w:2026-01-01T00:00:00Z~2026-02-01T00:00:00Z <nil>
	// orders@东店/ w:2026-02-01T00:00:00Z~2026-03-01T00:00:00Z <nil>
	// orders@西店/ w:2026-01-01T00:00:00Z~2026-02-01T00:00:00Z <nil>
}

// An engine calls RunSlice until there is no more, wherever it likes: what is
// done is in the State.
func ExampleRegistry_RunSlice() {
	ctx := context.Background()
	registry := partition.NewRegistry()
	_ = registry.Add("orders", func(_ context.Context, p partition.Partition) (partition.Runner, error) {
		return partition.Bind(&duijiesync.Pipeline[string, string]{
			Name: "orders", Source: orders(p), Transform: duijiesync.Same[string], Sink: ledgerBook{"all"}, State: duijiesync.NewMemoryState(),
		}, p)
	}, nil)
	for more := true; more; {
		outcome, err := registry.RunSlice(ctx, "orders", partition.Partition{}, partition.Budget{Time: time.Minute})
		if err != nil {
			fmt.Println(err) // errors.Is(err, partition.ErrPermanent) tells what not to repeat
			return
		}
		time.Sleep(outcome.RetryAfter) // an engine has timers that last
		more = outcome.More
		fmt.Println("created", outcome.Report.Created, "more", more)
	}
	// Output:
	// all books  SO0101
	// created 1 more false
}

package sync_test

import (
	"context"
	"fmt"
	"iter"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// product is what both sides of these examples hold.
type product struct {
	No   string
	Name string
}

// catalogue is a source of your own: a function that yields batches. One that
// is read whole each time needs no checkpoint; the ledger drops what comes again
// unchanged.
func catalogue(products ...product) duijiesync.Source[product] {
	return duijiesync.SourceFunc[product](func(context.Context, duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[product], error] {
		return func(yield func(duijiesync.Batch[product], error) bool) {
			var batch duijiesync.Batch[product]
			for _, p := range products {
				batch.Records = append(batch.Records, duijiesync.Record[product]{Key: p.No, Value: p})
			}
			yield(batch, nil)
		}
	})
}

// shelf is a sink of your own: Write returns one outcome per record, in order.
// Writing a product twice leaves it as if written once, and Limits says so; a
// target that is not like that has a Find instead.
type shelf map[string]product

func (s shelf) Write(_ context.Context, records []duijiesync.Record[product]) ([]duijiesync.Outcome, error) {
	outcomes := make([]duijiesync.Outcome, len(records))
	for i, r := range records {
		s[r.Key] = r.Value
		outcomes[i].Kind = duijiesync.OutcomeCreated
		if r.Target.ID != "" { // the pipeline knows that the target has it
			outcomes[i].Kind = duijiesync.OutcomeUpdated
		}
	}
	return outcomes, nil
}

func (s shelf) Limits() duijiesync.Limits { return duijiesync.Limits{Rows: 20, Idempotent: true} }

// The first run creates, the second finds nothing to do, the third sends what
// changed.
func ExamplePipeline() {
	ctx := context.Background()
	p := &duijiesync.Pipeline[product, product]{
		Name:      "products",
		Source:    catalogue(product{"A1", "茶杯"}, product{"A2", "茶壶"}),
		Transform: duijiesync.Same[product],
		Sink:      shelf{},
		State:     duijiesync.NewMemoryState(), // a SQL store remembers beyond the process
	}
	for range 3 {
		report, err := p.Run(ctx)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println("created", report.Created, "updated", report.Updated, "unchanged", report.Unchanged)
		if report.Unchanged == 2 {
			p.Source = catalogue(product{"A1", "茶杯"}, product{"A2", "大茶壶"})
		}
	}
	// Output:
	// created 2 updated 0 unchanged 0
	// created 0 updated 0 unchanged 2
	// created 0 updated 1 unchanged 1
}

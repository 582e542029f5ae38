package fan_test

import (
	"context"
	"errors"
	"fmt"
	"iter"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/fan"
)

// product is what the sides of these examples hold.
type product struct {
	No   string
	Name string
}

// catalogue is a source that is read whole each time; its checkpoint says so.
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

// shop is a target that can be closed.
type shop struct {
	name   string
	closed bool
}

func (s *shop) Write(_ context.Context, records []duijiesync.Record[string]) ([]duijiesync.Outcome, error) {
	if s.closed {
		return nil, errors.New(s.name + " is closed")
	}
	outcomes := make([]duijiesync.Outcome, len(records))
	for i, r := range records {
		fmt.Println(s.name, "gets", r.Value)
		outcomes[i].Kind = duijiesync.OutcomeCreated
	}
	return outcomes, nil
}

func (s *shop) Limits() duijiesync.Limits { return duijiesync.Limits{Idempotent: true} }

// branch makes a pipeline for one shop: only what it does with a product is
// its own.
func branch(s *shop, label func(product) string) fan.Branch[product] {
	return fan.To(&duijiesync.Pipeline[product, string]{
		Name: "products-to-" + s.name,
		Transform: func(_ context.Context, p product) (string, error) {
			return label(p), nil
		},
		Sink: s,
	})
}

// One catalogue goes to two shops. One of them is closed at first: the other
// has everything all the same, and the next run brings the first one up to date.
func ExampleOut() {
	tea, pots := &shop{name: "tea"}, &shop{name: "pots", closed: true}
	products := &fan.Out[product]{
		Name:   "products",
		Source: catalogue(product{"A1", "茶杯"}, product{"A2", "茶壶"}),
		State:  duijiesync.NewMemoryState(), // a SQL store remembers beyond the process
		Branches: []fan.Branch[product]{
			branch(tea, func(p product) string { return p.Name }),
			branch(pots, func(p product) string { return p.No + " " + p.Name }),
		},
	}
	for range 2 {
		report, err := products.Run(context.Background())
		if failed, ok := errors.AsType[*fan.BranchError](err); ok {
			fmt.Println("failed:", failed.Branch)
		}
		for _, b := range report.Branches {
			fmt.Println(b.Name, "created", b.Report.Created, "unchanged", b.Report.Unchanged)
		}
		pots.closed = false
	}
	// Unordered output:
	// tea gets 茶杯
	// tea gets 茶壶
	// failed: products-to-pots
	// products-to-tea created 2 unchanged 0
	// products-to-pots created 0 unchanged 0
	// pots gets A1 茶杯
	// pots gets A2 茶壶
	// products-to-tea created 0 unchanged 2
	// products-to-pots created 2 unchanged 0
}

// Two shops number their orders alike, so the keys need the shop before them.
func ExampleIn() {
	all := &fan.In[product]{
		Parts: []fan.Part[product]{
			{Name: "east", Source: catalogue(product{"1", "茶杯"}, product{"2", "茶壶"})},
			{Name: "west", Source: catalogue(product{"1", "茶叶"})},
		},
		Keys: fan.KeysPrefixed,
	}
	for batch, err := range all.Read(context.Background(), "") {
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, r := range batch.Records {
			fmt.Println(r.Key, r.Value.Name)
		}
	}
	// Output:
	// east/1 茶杯
	// east/2 茶壶
	// west/1 茶叶
}

// Dead letters of one branch are replayed through that branch alone.
func ExampleOut_Branch() {
	products := &fan.Out[product]{
		Name:     "products",
		Source:   catalogue(product{"A1", "茶杯"}),
		State:    duijiesync.NewMemoryState(),
		Branches: []fan.Branch[product]{branch(&shop{name: "tea"}, func(p product) string { return p.Name })},
	}
	tea, err := products.Branch("products-to-tea")
	if err != nil {
		fmt.Println(err)
		return
	}
	report, err := tea.Replay(context.Background(), duijiesync.ReplayQuery{Reason: duijiesync.DeadRefused})
	fmt.Println(report.Read, err)
	// Output: 0 <nil>
}

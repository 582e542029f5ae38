package refs_test

import (
	"context"
	"fmt"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/refs"
)

// Orders wait for customers that are not there yet, and go by themselves once
// they are.
func ExampleResolver() {
	ctx := context.Background()
	state := duijiesync.NewMemoryState() // a SQL store remembers beyond the process
	crm, erp := newShop("customer-"), newShop("bill-")

	customers := pipe("customers", list(100, thing{No: "C1"}), crm, state)
	resolver, err := refs.New(refs.Options[string]{
		Name: "customer",
		Backends: []refs.Backend[string]{
			refs.FromLedger(state, "customers"),
			refs.FromFinder("the CRM", duijiesync.Finder[thing](crm)),
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	orders := pipe("orders", list(100, thing{No: "O1", Ref: "C1"}, thing{No: "O2", Ref: "C2"}), erp, state)
	orders.Transform = func(ctx context.Context, o thing) (thing, error) {
		id, err := resolver.Resolve(ctx, o.Ref)
		o.Ref = id
		return o, err
	}
	chain, err := refs.NewChain(refs.Pipeline(customers), refs.Pipeline(orders, "customers"))
	if err != nil {
		fmt.Println(err)
		return
	}
	for range 2 {
		report, err := chain.Run(ctx)
		if err != nil {
			fmt.Println(err)
			return
		}
		o := report.Node("orders").Report
		fmt.Println("created", o.Created, "waiting", o.Waiting)
		letters, _ := orders.DeadLetters(ctx, duijiesync.DeadLetterQuery{})
		for _, letter := range letters {
			fmt.Println(letter.Key, letter.Reason, letter.Message)
		}
		customers.Source = list(100, thing{No: "C1"}, thing{No: "C2"}) // it appears later
	}
	fmt.Println("O2 refers to", erp.rows["O2"][0].Ref)
	// Output:
	// created 1 waiting 1
	// O2 waiting duijie/sync/refs: customer "C2" is not in the target yet; the record waits for it
	// created 1 waiting 0
	// O2 refers to customer-2
}

// A customer that orders name and nobody has is created, once, although the
// answer to its creation gets lost.
func ExampleCreateWith() {
	ctx := context.Background()
	state := duijiesync.NewMemoryState()
	crm := newShop("customer-")
	crm.lose[1] = true

	create, err := refs.CreateWith(
		duijiesync.Pipeline[thing, thing]{
			Name: "customers", Partition: "by-reference", // shares the ledger with the pipeline of customers
			Transform: duijiesync.Same[thing], Sink: crm, State: state,
			Settle: duijiesync.SettlePolicy{Delay: 1}, // a real platform wants its time
		},
		func(_ context.Context, key string) (thing, error) {
			return thing{No: key, Name: "散客 " + key}, nil
		},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	resolver, err := refs.New(refs.Options[string]{
		Name: "customer", Backends: []refs.Backend[string]{refs.FromLedger(state, "customers")}, Create: create,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	id, err := resolver.Resolve(ctx, "C7")
	fmt.Println(id, err, len(crm.rows["C7"]), crm.rows["C7"][0].Name)
	// Output: customer-1 <nil> 1 散客 C7
}

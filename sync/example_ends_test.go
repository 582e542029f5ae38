package sync_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// Product is what the examples of the ends copy.
type Product struct {
	No    string
	Price string
}

func productNo(p Product) string { return p.No }

// A slice goes into a collector; what changes is updated, what does not is left
// alone.
func ExampleSlice() {
	products := []Product{{"P1", "9.90"}, {"P2", "12.00"}}
	target := duijiesync.Collect[Product]()
	state := duijiesync.NewMemoryState()
	run := func() {
		p := duijiesync.Pipeline[Product, Product]{
			Name: "products", Source: duijiesync.Slice(products, productNo), Transform: duijiesync.Same[Product],
			Sink: target, State: state,
		}
		rep, err := p.Run(context.Background())
		fmt.Println(rep.Created, "created,", rep.Updated, "updated,", rep.Unchanged, "unchanged, error", err)
	}
	run()
	products[1].Price = "11.50"
	products = append(products, Product{"P3", "3.00"})
	run()
	fmt.Println(target.Values())
	// Output:
	// 2 created, 0 updated, 0 unchanged, error <nil>
	// 1 created, 1 updated, 1 unchanged, error <nil>
	// [{P1 9.90} {P2 11.50} {P3 3.00}]
}

// A collector compares, so a plan over it shows what would change.
func ExampleCollect() {
	target := duijiesync.Collect[Product]()
	p := duijiesync.Pipeline[Product, Product]{
		Name: "products", Source: duijiesync.Slice([]Product{{"P1", "9.90"}}, productNo), Transform: duijiesync.Same[Product],
		Sink: target, State: duijiesync.NewMemoryState(),
	}
	if _, err := p.Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	p.Source = duijiesync.Slice([]Product{{"P1", "8.80"}}, productNo)
	for item, err := range p.Plan(context.Background()) {
		fmt.Println(item.Key, item.Action, item.Changes, err)
	}
	// Output:
	// P1 update [{Price "9.90" "8.80"}] <nil>
}

// An iterator, such as the All of a client, is a source.
func ExampleSeq() {
	all := func(context.Context) iter.Seq2[Product, error] {
		return func(yield func(Product, error) bool) {
			_ = yield(Product{"P1", "9.90"}, nil) && yield(Product{"P2", "12.00"}, nil)
		}
	}
	p := duijiesync.Pipeline[Product, Product]{
		Name: "products", Source: duijiesync.Seq(all, productNo), Transform: duijiesync.Same[Product],
		Sink: duijiesync.Discard[Product]{}, State: duijiesync.NewMemoryState(),
	}
	for range 2 {
		rep, err := p.Run(context.Background())
		fmt.Println(rep.Created, rep.Unchanged, err)
	}
	// Output:
	// 2 0 <nil>
	// 0 2 <nil>
}

// A pipeline that writes nothing still checks ids and remembers what it has
// seen.
func ExampleDiscard() {
	products := []Product{{"P1", "9.90"}, {"", "1.00"}, {"P1", "9.90"}}
	n := 0
	source := duijiesync.Slice(products, func(Product) string { n++; return fmt.Sprint("row ", n) })
	p := duijiesync.Pipeline[Product, Product]{
		Name: "check", Source: source, Transform: duijiesync.Same[Product],
		Sink: duijiesync.Discard[Product]{ID: productNo}, State: duijiesync.NewMemoryState(),
	}
	rep, err := p.Run(context.Background())
	fmt.Println(rep.Created, "accepted,", rep.Refused, "refused, error", err)
	letters, err := p.DeadLetters(context.Background(), duijiesync.DeadLetterQuery{})
	for _, l := range letters {
		fmt.Println(l.Key, l.Code)
	}
	fmt.Println(err)
	// Output:
	// 1 accepted, 2 refused, error <nil>
	// row 2 id_missing
	// row 3 id_repeated
	// <nil>
}

// Messages of a queue are acknowledged when they are settled.
func ExampleChannel() {
	deliveries := make(chan duijiesync.Delivery[Product], 2)
	for _, p := range []Product{{"P1", "9.90"}, {"P2", "12.00"}} {
		deliveries <- duijiesync.Delivery[Product]{
			Record:  duijiesync.Record[Product]{Key: p.No, Value: p},
			Settled: func() { fmt.Println("acknowledged", p.No) },
		}
	}
	source := duijiesync.Channel(deliveries)
	source.Idle = time.Millisecond // a run ends when nothing comes for so long
	p := duijiesync.Pipeline[Product, Product]{
		Name: "queue", Source: source, Transform: duijiesync.Same[Product],
		Sink: duijiesync.Collect[Product](), State: duijiesync.NewMemoryState(),
	}
	rep, err := p.Run(context.Background())
	fmt.Println(rep.Created, "created, error", err)
	// Output:
	// acknowledged P1
	// acknowledged P2
	// 2 created, error <nil>
}

// Records go to whoever receives from a channel.
func ExampleToChannel() {
	records := make(chan duijiesync.Record[Product])
	done := make(chan []string)
	go func() {
		var got []string
		for r := range records {
			got = append(got, r.Key)
		}
		done <- got
	}()
	p := duijiesync.Pipeline[Product, Product]{
		Name: "feed", Source: duijiesync.Slice([]Product{{"P1", "9.90"}, {"P2", "12.00"}}, productNo), Transform: duijiesync.Same[Product],
		Sink: duijiesync.ToChannel(records), State: duijiesync.NewMemoryState(),
	}
	_, err := p.Run(context.Background())
	close(records)
	fmt.Println(<-done, err)
	// Output:
	// [P1 P2] <nil>
}

// A function that writes one record is a sink. Its errors say what becomes of
// the record.
func ExampleSinkFunc() {
	write := duijiesync.SinkFunc[Product](func(_ context.Context, r duijiesync.Record[Product]) (duijiesync.Outcome, error) {
		if r.Value.Price == "" {
			return duijiesync.Outcome{}, fmt.Errorf("%w: a product needs a price", duijie.ErrRefused)
		}
		return duijiesync.Outcome{TargetID: "id of " + r.Key}, nil
	})
	p := duijiesync.Pipeline[Product, Product]{
		Name: "products", Source: duijiesync.Slice([]Product{{"P1", "9.90"}, {"P2", ""}}, productNo), Transform: duijiesync.Same[Product],
		Sink: write, State: duijiesync.NewMemoryState(),
	}
	rep, err := p.Run(context.Background())
	fmt.Println(rep.Created, "created,", rep.Refused, "refused, error", err)
	// Output:
	// 1 created, 1 refused, error <nil>
}

// With a lookup a lost answer is no riddle: the record is found, or sent again.
func ExampleFunc() {
	var shelf []string
	answers := 0
	sink := duijiesync.Func(duijiesync.FuncConfig[Product]{
		Write: func(_ context.Context, r duijiesync.Record[Product]) (duijiesync.Outcome, error) {
			shelf = append(shelf, r.Key)
			if answers++; answers == 1 {
				return duijiesync.Outcome{}, errors.Join(duijie.ErrOutcomeUnknown, errors.New("connection reset"))
			}
			return duijiesync.Outcome{}, nil
		},
		Find: func(_ context.Context, r duijiesync.Record[Product]) (duijiesync.Found, error) {
			if slices.Contains(shelf, r.Key) {
				return duijiesync.Found{Match: duijiesync.Exists, TargetID: r.Key}, nil
			}
			return duijiesync.Found{}, nil
		},
		SettleDelay: time.Millisecond,
	})
	p := duijiesync.Pipeline[Product, Product]{
		Name: "products", Source: duijiesync.Slice([]Product{{"P1", "9.90"}, {"P2", "12.00"}}, productNo), Transform: duijiesync.Same[Product],
		Sink: sink, State: duijiesync.NewMemoryState(),
	}
	rep, err := p.Run(context.Background())
	fmt.Println(rep.Created, "created, error", err)
	fmt.Println(shelf)
	// Output:
	// 2 created, error <nil>
	// [P1 P2]
}

package sync_test

import (
	"context"
	"fmt"
	"iter"
	"strconv"
	"time"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// shop is a target that can be asked what it holds. It draws ids of its own, so
// writing a new product twice would make two of it.
type shop struct {
	products map[string]product // by id
	forbid   string             // a name it does not take
	lose     bool               // the answer of the next write gets lost
}

func newShop() *shop { return &shop{products: map[string]product{}} }

func (s *shop) Write(_ context.Context, records []duijiesync.Record[product]) ([]duijiesync.Outcome, error) {
	outcomes := make([]duijiesync.Outcome, len(records))
	for i, r := range records {
		if r.Value.Name == s.forbid {
			outcomes[i] = duijiesync.Outcome{Kind: duijiesync.OutcomeRefused, Field: "Name", Message: "not a name"}
			continue
		}
		id, kind := r.Target.ID, duijiesync.OutcomeUpdated
		if id == "" {
			id, kind = "id"+strconv.Itoa(len(s.products)+1), duijiesync.OutcomeCreated
		}
		s.products[id] = r.Value
		outcomes[i] = duijiesync.Outcome{Kind: kind, TargetID: id}
	}
	if s.lose {
		s.lose = false
		return nil, fmt.Errorf("shop: the connection broke: %w", duijie.ErrOutcomeUnknown)
	}
	return outcomes, nil
}

// Find makes the shop a duijiesync.Finder.
func (s *shop) Find(_ context.Context, records []duijiesync.Record[product]) ([]duijiesync.Found, error) {
	found := make([]duijiesync.Found, len(records)) // Absent, as long as nothing else is said
	for i, r := range records {
		for id, has := range s.products {
			switch {
			case has.No != r.Key:
			case r.Target.KeyOnly: // r.Value is not known
				found[i] = duijiesync.Found{Match: duijiesync.Exists, TargetID: id}
			case has == r.Value:
				found[i] = duijiesync.Found{Match: duijiesync.Identical, TargetID: id}
			default:
				found[i] = duijiesync.Found{
					Match: duijiesync.Different, TargetID: id,
					Changes: []duijiesync.Change{{Field: "Name", Old: has.Name, New: r.Value.Name}},
				}
			}
		}
	}
	return found, nil
}

func toShop(s *shop, products ...product) *duijiesync.Pipeline[product, product] {
	return &duijiesync.Pipeline[product, product]{
		Name: "products", Source: catalogue(products...), Transform: duijiesync.Same[product], Sink: s,
		State:  duijiesync.NewMemoryState(),
		Settle: duijiesync.SettlePolicy{Delay: time.Millisecond}, // a real target needs seconds
	}
}

// A plan tells what a run would do. It writes nothing, neither to the target nor
// to the state.
func ExamplePipeline_Plan() {
	s := newShop()
	s.products["id1"] = product{"A1", "茶杯"}
	s.products["id2"] = product{"A2", "茶壶"}

	p := toShop(s, product{"A1", "茶杯"}, product{"A2", "大茶壶"}, product{"A3", "茶盘"})
	for item, err := range p.Plan(context.Background()) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(item.Key, item.Action, item.TargetID, item.Changes)
	}
	// Output:
	// A1 unchanged id1 []
	// A2 update id2 [{Name 茶壶 大茶壶}]
	// A3 create  []
}

// A record the target refuses waits alone in the dead letters. Once the reason
// is gone, Replay sends it on the same path.
func ExamplePipeline_Replay() {
	ctx := context.Background()
	s := newShop()
	s.forbid = "???"
	p := toShop(s, product{"A1", "茶杯"}, product{"A2", "???"})
	report, err := p.Run(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("created", report.Created, "refused", report.Refused, "complete", report.Complete())

	letters, err := p.DeadLetters(ctx, duijiesync.DeadLetterQuery{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, l := range letters {
		fmt.Println(l.Key, l.Reason, l.Field, l.Message, string(l.Raw))
	}

	s.forbid = "" // somebody changed a setting of the shop
	report, err = p.Replay(ctx, duijiesync.ReplayQuery{Keys: []string{"A2"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("created", report.Created, "dead letters left", report.DeadLetters)
	// Output:
	// created 1 refused 1 complete false
	// A2 refused Name not a name {"No":"A2","Name":"???"}
	// created 1 dead letters left 0
}

// The shop stores both products, and its answer gets lost. The run neither sends
// them again nor calls them failed: it looks them up.
func ExamplePipeline_Run_unknownOutcome() {
	s := newShop()
	s.lose = true
	report, err := toShop(s, product{"A1", "茶杯"}, product{"A2", "茶壶"}).Run(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("created", report.Created, "held", report.Held, "in the shop", len(s.products))
	// Output: created 2 held 0 in the shop 2
}

// A source with pages yields a checkpoint behind each of them. A run that was
// stopped resumes behind the last page that is settled.
func ExampleSourceFunc() {
	pages := [][]string{{"A1", "A2"}, {"A3"}}
	source := duijiesync.SourceFunc[string](func(ctx context.Context, after duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[string], error] {
		return func(yield func(duijiesync.Batch[string], error) bool) {
			page := 0
			if after != "" {
				var err error
				if page, err = strconv.Atoi(string(after)); err != nil {
					yield(duijiesync.Batch[string]{}, fmt.Errorf("checkpoint %q: %w", after, err))
					return
				}
			}
			for ; page < len(pages); page++ {
				if err := ctx.Err(); err != nil {
					yield(duijiesync.Batch[string]{}, err)
					return
				}
				batch := duijiesync.Batch[string]{Checkpoint: duijiesync.Checkpoint(strconv.Itoa(page + 1))}
				for _, no := range pages[page] {
					batch.Records = append(batch.Records, duijiesync.Record[string]{Key: no, Value: no})
				}
				if !yield(batch, nil) {
					return
				}
			}
		}
	})

	for _, after := range []duijiesync.Checkpoint{"", "1"} {
		for batch, err := range source.Read(context.Background(), after) {
			if err != nil {
				fmt.Println(err)
				return
			}
			fmt.Printf("after %q: %d records, checkpoint %q\n", after, len(batch.Records), batch.Checkpoint)
		}
	}
	// Output:
	// after "": 2 records, checkpoint "1"
	// after "": 1 records, checkpoint "2"
	// after "1": 1 records, checkpoint "2"
}

package mirror_test

import (
	"context"
	"fmt"
	"iter"
	"log"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/mirror"
)

type customer struct{ Number, Name string }

// crm is a target with ids of its own, which can delete and forbid.
type crm struct {
	names  map[string]string // by id
	banned map[string]bool
}

func (c *crm) Write(_ context.Context, records []duijiesync.Record[customer]) ([]duijiesync.Outcome, error) {
	var outcomes []duijiesync.Outcome
	for _, r := range records {
		kind, id := duijiesync.OutcomeUpdated, r.Target.ID
		if id == "" {
			kind, id = duijiesync.OutcomeCreated, fmt.Sprint("id-", len(c.names)+1)
		}
		c.names[id] = r.Value.Name
		delete(c.banned, id) // writing lifts the ban
		outcomes = append(outcomes, duijiesync.Outcome{Kind: kind, TargetID: id, Step: "in use"})
	}
	return outcomes, nil
}

// remover deletes rows of the crm.
type remover struct{ *crm }

func (r remover) Delete(_ context.Context, rows []mirror.Gone) ([]duijiesync.Outcome, error) {
	outcomes := make([]duijiesync.Outcome, len(rows))
	for i, row := range rows {
		outcomes[i].Kind = duijiesync.OutcomeUnchanged // was not there any more
		if _, there := r.names[row.TargetID]; there {
			delete(r.names, row.TargetID)
			outcomes[i].Kind = duijiesync.OutcomeUpdated
		}
	}
	return outcomes, nil
}

// forbidder forbids rows of the crm.
type forbidder struct{ *crm }

func (f forbidder) Delete(_ context.Context, rows []mirror.Gone) ([]duijiesync.Outcome, error) {
	outcomes := make([]duijiesync.Outcome, len(rows))
	for i, row := range rows {
		f.banned[row.TargetID] = true
		outcomes[i] = duijiesync.Outcome{Kind: duijiesync.OutcomeUpdated, Step: "forbidden"}
	}
	return outcomes, nil
}

// copied is a pipeline that has run, and then a customer left the source.
func copied(ctx context.Context, target *crm) (*duijiesync.Pipeline[customer, customer], *shelf) {
	source := &shelf{{"C1", "Wang"}, {"C2", "Li"}, {"C3", "Zhao"}}
	p := &duijiesync.Pipeline[customer, customer]{
		Name: "customers", Source: source, Transform: duijiesync.Same[customer], Sink: target,
		State: duijiesync.NewMemoryState(),
	}
	if _, err := p.Run(ctx); err != nil {
		log.Fatal(err)
	}
	*source = shelf{{"C1", "Wang"}, {"C3", "Zhao"}}
	return p, source
}

// shelf is a source in memory.
type shelf []customer

func (s *shelf) Read(context.Context, duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[customer], error] {
	return func(yield func(duijiesync.Batch[customer], error) bool) {
		var batch duijiesync.Batch[customer]
		for _, c := range *s {
			batch.Records = append(batch.Records, duijiesync.Record[customer]{Key: c.Number, Value: c})
		}
		yield(batch, nil)
	}
}

// A customer that left the source is deleted, and created anew when it comes
// back.
func ExampleMirror() {
	ctx := context.Background()
	target := &crm{names: map[string]string{}}
	p, source := copied(ctx, target)
	m := &mirror.Mirror{Name: p.Name, State: p.State, Keys: mirror.SourceKeys(p.Source), Deleter: remover{target}}

	for item, err := range m.Plan(ctx) {
		fmt.Println("plan:", item.Key, item.TargetID, err)
	}
	report, err := m.Run(ctx)
	fmt.Println(report.Gone, "gone", err, target.names)

	*source = nil // the listing is broken
	_, err = m.Run(ctx)
	fmt.Println(err)
	// Output:
	// plan: C2 id-2 <nil>
	// 1 gone <nil> map[id-1:Wang id-3:Zhao]
	// duijie/sync/mirror: the source is empty: the ledger of "customers" has 2 rows
}

// A customer that left the source is forbidden, and used again under its old id
// when it comes back.
func ExampleMirror_forbid() {
	ctx := context.Background()
	target := &crm{names: map[string]string{}, banned: map[string]bool{}}
	p, source := copied(ctx, target)
	m := &mirror.Mirror{
		Name: p.Name, State: p.State, Keys: mirror.SourceKeys(p.Source), Deleter: forbidder{target}, Forbid: true,
	}
	report, err := m.Run(ctx)
	fmt.Println(report.Gone, "forbidden", err, target.banned)

	*source = append(*source, customer{"C2", "Li"})
	again, err := p.Run(ctx)
	fmt.Println(again.Updated, "updated", err, target.banned, len(target.names))
	// Output:
	// 1 forbidden <nil> map[id-2:true]
	// 1 updated <nil> map[] 3
}

package workflow_test

import (
	"context"
	"fmt"
	"iter"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/workflow"
)

// order is a document of the examples.
type order struct {
	No     string
	Amount string
}

// office is a tiny ERP: orders are drafts, then handed in, then approved.
type office struct {
	byNo    map[string]order
	states  map[string]string // by number, which is the id too
	loseOne bool              // the answer of the next approval gets lost
	veto    map[string]string // why an order is not approved
}

// Write saves drafts.
func (o *office) Write(_ context.Context, records []duijiesync.Record[order]) ([]duijiesync.Outcome, error) {
	out := make([]duijiesync.Outcome, len(records))
	for i, r := range records {
		fmt.Println("save", r.Key)
		out[i] = duijiesync.Outcome{Kind: duijiesync.OutcomeUpdated, TargetID: r.Key}
		if r.Target.ID == "" {
			out[i].Kind, o.states[r.Key] = duijiesync.OutcomeCreated, "draft"
		}
		o.byNo[r.Key] = r.Value
	}
	return out, nil
}

// Find compares contents.
func (o *office) Find(_ context.Context, records []duijiesync.Record[order]) ([]duijiesync.Found, error) {
	found := make([]duijiesync.Found, len(records))
	for i, r := range records {
		has, there := o.byNo[r.Key]
		switch {
		case !there:
		case r.Target.KeyOnly:
			found[i] = duijiesync.Found{Match: duijiesync.Exists, TargetID: r.Key}
		case has == r.Value:
			found[i] = duijiesync.Found{Match: duijiesync.Identical, TargetID: r.Key}
		default:
			found[i] = duijiesync.Found{Match: duijiesync.Different, TargetID: r.Key}
		}
	}
	return found, nil
}

func (o *office) status(_ context.Context, ids []string) (map[string]string, error) {
	all := map[string]string{}
	for _, id := range ids {
		all[id] = o.states[id]
	}
	return all, nil
}

// move is a transition of the office.
func (o *office) move(name, to string) func(context.Context, []string) ([]duijiesync.Outcome, error) {
	return func(_ context.Context, ids []string) ([]duijiesync.Outcome, error) {
		out := make([]duijiesync.Outcome, len(ids))
		for i, id := range ids {
			if why := o.veto[id]; why != "" && to == "approved" {
				out[i] = duijiesync.Outcome{Kind: duijiesync.OutcomeRefused, Code: "E17", Message: why}
				continue
			}
			fmt.Println(name, id)
			o.states[id], out[i].Kind = to, duijiesync.OutcomeUpdated
		}
		if o.loseOne && to == "approved" {
			o.loseOne = false
			return nil, fmt.Errorf("office: the connection broke: %w", duijie.ErrOutcomeUnknown)
		}
		return out, nil
	}
}

func orders(all ...order) duijiesync.Source[order] {
	return duijiesync.SourceFunc[order](func(context.Context, duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[order], error] {
		return func(yield func(duijiesync.Batch[order], error) bool) {
			var b duijiesync.Batch[order]
			for _, o := range all {
				b.Records = append(b.Records, duijiesync.Record[order]{Key: o.No, Value: o})
			}
			yield(b, nil)
		}
	})
}

// The answer to an approval gets lost, and one order is vetoed: nothing is done
// twice, and the replay makes the one step that is left.
func ExampleNew() {
	ctx := context.Background()
	o := &office{
		byNo: map[string]order{}, states: map[string]string{}, loseOne: true,
		veto: map[string]string{"S2": "credit limit exceeded"},
	}
	sink, err := workflow.New(workflow.Config[order]{
		Save: o, Status: o.status,
		Steps: []workflow.Step{
			{Name: "hand in", From: []string{"draft"}, To: "handed in", Do: o.move("hand in", "handed in")},
			{Name: "approve", From: []string{"handed in"}, To: "approved", Do: o.move("approve", "approved")},
		},
		Undo: []workflow.Step{
			{Name: "reopen", From: []string{"handed in", "approved"}, To: "draft", Do: o.move("reopen", "draft")},
		},
		Editable: []string{"draft"}, Final: "approved",
		Settle: duijiesync.SettlePolicy{Delay: 1}, // a real platform wants its time
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	p := &duijiesync.Pipeline[order, order]{
		Name: "orders", Source: orders(order{"S1", "10.00"}, order{"S2", "99999.00"}), MaxRefusedShare: 1,
		Transform: duijiesync.Same[order], Sink: sink, State: duijiesync.NewMemoryState(),
	}
	report, err := p.Run(ctx)
	fmt.Println("created", report.Created, "refused", report.Refused, err)
	letters, _ := p.DeadLetters(ctx, duijiesync.DeadLetterQuery{})
	fmt.Println(letters[0].Key, letters[0].Code, letters[0].Message)

	delete(o.veto, "S2")
	report, err = p.Replay(ctx, duijiesync.ReplayQuery{})
	fmt.Println("updated", report.Updated, "dead letters", report.DeadLetters, err)

	p.Source = orders(order{"S1", "12.50"}) // a correction of what is approved
	report, err = p.Run(ctx)
	fmt.Println("updated", report.Updated, o.states["S1"], o.byNo["S1"].Amount, err)
	// Output:
	// save S1
	// save S2
	// hand in S1
	// hand in S2
	// approve S1
	// created 1 refused 1 <nil>
	// S2 E17 credit limit exceeded
	// approve S2
	// updated 1 dead letters 0 <nil>
	// reopen S1
	// save S1
	// hand in S1
	// approve S1
	// updated 1 approved 12.50 <nil>
}

package sync

import (
	"context"
	"fmt"
	"iter"
	"time"
)

// Action is what a run would do with a record.
type Action string

// The actions of a plan.
const (
	ActionCreate    Action = "create"    // not in the target
	ActionUpdate    Action = "update"    // there, with other contents
	ActionUnchanged Action = "unchanged" // nothing to do
	ActionSkip      Action = "skip"      // left out by the transform
	ActionRefuse    Action = "refuse"    // the transform fails, or a dead letter with the same contents
	ActionHold      Action = "hold"      // outcome of an earlier write unknown
	ActionWait      Action = "wait"      // something it refers to is missing
)

// PlanItem is what a run would do with one record.
type PlanItem struct {
	Key      string   `json:"key"`
	Action   Action   `json:"action"`
	TargetID string   `json:"target_id,omitempty"`
	Changes  []Change `json:"changes,omitempty"` // for updates, where the sink can compare
	Reason   string   `json:"reason,omitempty"`  // for refuse, hold and wait
}

// Plan is Run without writes: it reads the source from the checkpoint,
// transforms, asks ledger and target, and yields what a run would do. It takes
// no lease and changes nothing, neither in the state nor in the target. An error is
// the last pair. Transforms that have effects of their own ask [IsPlan].
func (p *Pipeline[In, Out]) Plan(ctx context.Context) iter.Seq2[PlanItem, error] {
	return func(yield func(PlanItem, error) bool) {
		r, err := p.planner(ctx)
		if err != nil {
			yield(PlanItem{}, err)
			return
		}
		from, err := p.State.Checkpoint(ctx, r.lease.Scope)
		if err != nil {
			yield(PlanItem{}, err)
			return
		}
		for batch, err := range p.Source.Read(r.ctx, from) {
			if err != nil {
				yield(PlanItem{}, fmt.Errorf("duijie/sync: read: %w", err))
				return
			}
			if !r.planBatch(batch, yield) {
				return
			}
		}
	}
}

type planKey struct{}

// IsPlan tells a transform, a source or a sink's Find that it is called for a
// plan: nothing may be changed anywhere, not even what a record refers to created.
func IsPlan(ctx context.Context) bool {
	plan, _ := ctx.Value(planKey{}).(bool)
	return plan
}

func (p *Pipeline[In, Out]) planner(ctx context.Context) (*run[In, Out], error) {
	cfg, err := p.settings()
	if err != nil {
		return nil, err
	}
	rep := &reporter{rep: Report{Started: time.Now(), Calls: map[string]map[string]int64{}}}
	r := newRun(context.WithValue(ctx, planKey{}, true), p, cfg, rep)
	r.lease = Lease{Scope: Scope{Pipeline: p.Name, Partition: p.Partition}}
	return r, nil
}

func (r *run[In, Out]) planBatch(batch Batch[In], yield func(PlanItem, error) bool) bool {
	r.nameless(&batch)
	f := &flight[In, Out]{r: r, batch: batch}
	items, err := f.prepare(batch.Records)
	if err == nil {
		err = f.consult(items)
	}
	changes := map[*item[In, Out]][]Change{}
	if err == nil && r.finder != nil {
		err = f.planFind(items, changes)
	}
	if err != nil {
		yield(PlanItem{}, err)
		return false
	}
	for _, it := range items {
		if !yield(planItem(it, changes[it]), nil) {
			return false
		}
	}
	return true
}

func (f *flight[In, Out]) planFind(items []*item[In, Out], changes map[*item[In, Out]][]Change) error {
	return f.find(inStage(items, toWrite), func(it *item[In, Out], found Found) {
		if found.Err != nil {
			it.stage, it.outcome = rejected, unclear(found)
		} else if it.locate(found) {
			it.stage = done
		} else if found.Match != Absent {
			changes[it] = found.Changes
		}
	})
}

func planItem[In, Out any](it *item[In, Out], changes []Change) PlanItem {
	p := PlanItem{Key: it.in.Key, Changes: changes, TargetID: it.out.Target.ID}
	switch {
	case it.stage == skipped:
		p.Action = ActionSkip
	case it.stage == rejected && it.reason == DeadWaiting:
		p.Action, p.Reason = ActionWait, it.outcome.Message
	case it.stage == rejected:
		p.Action, p.Reason = ActionRefuse, it.outcome.Message
	case it.stage == stayDead:
		p.Action, p.Reason = ActionRefuse, "refused before with the same contents; see the dead letters"
	case it.stage == held:
		p.Action, p.Reason = ActionHold, it.outcome.Message
	case it.stage == done:
		p.Action = ActionUnchanged
	case p.TargetID != "":
		p.Action = ActionUpdate
	default:
		p.Action = ActionCreate
	}
	return p
}

package workflow

import (
	"context"
	"fmt"
	"slices"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// maxLost is how often a step is made for a document whose answers are lost and
// whose status does not move; then the engine takes over.
const maxLost = 2

// march makes the steps of one way, each for all documents that stand before
// it, until none has a step left.
func (w *writing[T]) march(steps []Step, next map[string]int, wants func(*row[T]) bool) error {
	for moved := true; moved; {
		moved = false
		for i := range steps {
			group := w.alive(func(r *row[T]) bool {
				n, more := next[r.status]
				return more && n == i && wants(r)
			})
			for part := range slices.Chunk(group, steps[i].Rows) {
				moved = true
				if err := w.make(&steps[i], part); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// make calls one step for some documents and settles what it came to.
func (w *writing[T]) make(step *Step, rows []*row[T]) error {
	if w.ctx.Err() != nil { // what was not asked for is not done
		return context.Cause(w.ctx)
	}
	verdicts := verdict[T]{}
	passes, err := w.call(step, rows, &verdicts)
	if obs := duijiesync.ObserverFrom(w.ctx); obs != nil {
		obs.Observe(w.ctx, StepCalled{
			step.Name, len(verdicts.done), len(verdicts.refused), len(verdicts.busy), len(verdicts.unknown),
		})
	}
	for _, r := range verdicts.done {
		r.acted = true
		w.moves(r, step, step.To)
	}
	if len(verdicts.unknown) > 0 && !w.isUndo(step) {
		w.wrote = true
	}
	if err == nil || passes {
		if e := w.settle(step, &verdicts); e != nil {
			return e
		}
	}
	if !passes {
		return err
	}
	// The rest was not asked for.
	return w.later(verdicts.rest(rows), func(*row[T]) error { return err })
}

// verdict sorts the documents of one call.
type verdict[T any] struct {
	done, refused, busy, unknown []*row[T]
	said                         map[*row[T]]duijiesync.Outcome
}

func (v *verdict[T]) put(r *row[T], o duijiesync.Outcome) {
	if v.said == nil {
		v.said = map[*row[T]]duijiesync.Outcome{}
	}
	v.said[r] = o
	switch o.Kind {
	case duijiesync.OutcomeCreated, duijiesync.OutcomeUpdated, duijiesync.OutcomeUnchanged:
		v.done = append(v.done, r)
	case duijiesync.OutcomeRefused, duijiesync.OutcomeConflict:
		v.refused = append(v.refused, r)
	case duijiesync.OutcomeRetryable:
		v.busy = append(v.busy, r)
	default:
		v.unknown = append(v.unknown, r)
	}
}

// rest are the rows that were not asked for.
func (v *verdict[T]) rest(rows []*row[T]) (rest []*row[T]) {
	for _, r := range rows {
		if _, said := v.said[r]; !said && r.out == nil {
			rest = append(rest, r)
		}
	}
	return rest
}

// call asks the target. passes: the error is one of those that pass.
func (w *writing[T]) call(step *Step, rows []*row[T], v *verdict[T]) (passes bool, err error) {
	limit := 3*w.s.table.steps + w.s.c.StepRetries + 3
	var ask []*row[T]
	for _, r := range rows {
		if r.calls++; r.calls > limit {
			w.refuse(r, CodeNoProgress, fmt.Sprintf("document %s is in status %q after %d steps", r.id, r.status, r.calls-1))
			continue
		}
		ask = append(ask, r)
	}
	if len(ask) == 0 {
		return false, nil
	}
	err = bisect(ask, func(some []*row[T]) ([]duijiesync.Outcome, error) {
		ids := make([]string, len(some))
		for i, r := range some {
			ids[i] = r.id
		}
		return step.Do(w.ctx, ids)
	}, v.put)
	return err != nil && passing(err), err
}

// moves notes that a document has left its status for another.
func (w *writing[T]) moves(r *row[T], step *Step, to string) {
	if to == step.To {
		r.step = step.Name
	}
	if w.isUndo(step) {
		r.undone = true
	} else {
		w.wrote = true
	}
	r.left[r.status] = true
	r.busy, r.lost = 0, 0
	w.stands(r, to, true)
}

func (w *writing[T]) isUndo(step *Step) bool {
	return slices.ContainsFunc(w.s.c.Undo, func(s Step) bool { return s.Name == step.Name })
}

// settle finds out about the documents for which the step did not simply
// succeed.
func (w *writing[T]) settle(step *Step, v *verdict[T]) error {
	moved := func(r *row[T], status string, there bool) bool { return there && status != r.status && !r.left[status] }
	stable := func(r *row[T], status string, there bool) bool { return there && !r.left[status] }
	if err := w.await(v.unknown, w.s.c.Settle.Delay, moved, func(r *row[T], status string, there bool) {
		if there && status == r.status {
			if r.lost++; r.lost >= maxLost {
				w.doubt(r, fmt.Sprintf("the answers to %s were lost and the status stays %q: %s", step.Name, status, v.said[r].Message))
			}
			return
		}
		r.acted = r.acted || status == step.To
		w.found(r, step, status, there)
	}); err != nil {
		return err
	}
	// Somebody else may have done it, or the lost call of an earlier run.
	if err := w.await(v.refused, 0, stable, func(r *row[T], status string, there bool) {
		if there && status == r.status {
			o := v.said[r]
			o.Kind = duijiesync.OutcomeRefused
			w.finish(r, o)
			return
		}
		w.found(r, step, status, there)
	}); err != nil {
		return err
	}
	return w.later(v.busy, func(r *row[T]) error {
		o := v.said[r]
		o.Kind = duijiesync.OutcomeRefused
		w.finish(r, o)
		return nil
	})
}

// found goes on from where a document is found.
func (w *writing[T]) found(r *row[T], step *Step, status string, there bool) {
	switch {
	case !there:
		w.stands(r, "", false)
	case r.left[status]:
		was := r.status
		r.status = status
		w.refuse(r, CodeMovedBack, fmt.Sprintf("document %s was in status %q and is back in %q", r.id, was, status))
	default:
		w.moves(r, step, status)
	}
}

// later waits before documents are tried again, and gives those up that were
// tried too often.
func (w *writing[T]) later(rows []*row[T], giveUp func(*row[T]) error) error {
	longest := 0
	for _, r := range rows {
		if r.busy++; r.busy > w.s.c.StepRetries {
			if err := giveUp(r); err != nil {
				return err
			}
			continue
		}
		longest = max(longest, r.busy)
	}
	if longest == 0 {
		return nil
	}
	return pause(w.ctx, time.Second<<min(longest-1, 5))
}

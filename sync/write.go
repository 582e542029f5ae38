package sync

import (
	"context"
	"errors"
	"fmt"
	stdsync "sync"
	"time"

	"github.com/duijie-go/duijie"
)

// write opens the batch, sends what is to be written and settles every outcome
// it can. It returns the sequence of the open batch, 0 when nothing was sent.
func (r *run[In, Out]) write(items []*item[In, Out]) (int64, error) {
	pending := inStage(items, toWrite)
	if len(pending) == 0 {
		return 0, nil
	}
	if err := r.keep.check(); err != nil {
		return 0, err
	}
	r.batches++
	open := OpenBatch{Seq: r.lease.Fence<<32 | r.batches, Started: time.Now(), Intents: make([]Intent, len(pending))}
	for i, it := range pending {
		open.Intents[i] = Intent{Key: it.in.Key, Fingerprint: it.fp, TargetID: it.out.Target.ID, Version: it.in.Version}
	}
	if _, err := r.p.State.Open(r.ctx, r.lease, open); err != nil {
		return 0, err
	}
	return open.Seq, r.writeInLanes(pending)
}

// writeInLanes writes chunks side by side. Keys are distinct within a batch and
// batches follow each other, so order per key is kept. The first error keeps
// further chunks from being started.
func (r *run[In, Out]) writeInLanes(pending []*item[In, Out]) error {
	if r.cfg.lanes == 1 || len(pending) <= r.cfg.rows {
		for chunk := range chunks(pending, r.cfg.rows) {
			if err := r.writeChunk(chunk); err != nil {
				return err
			}
		}
		return nil
	}
	var (
		wg    stdsync.WaitGroup
		mu    stdsync.Mutex
		first error
		slots = make(chan struct{}, r.cfg.lanes)
	)
	failed := func() bool {
		mu.Lock()
		defer mu.Unlock()
		return first != nil
	}
	for chunk := range chunks(pending, r.cfg.rows) {
		slots <- struct{}{}
		if failed() {
			break
		}
		wg.Go(func() {
			defer func() { <-slots }()
			if err := r.writeChunk(chunk); err != nil {
				mu.Lock()
				defer mu.Unlock()
				first = errors.Join(first, err)
			}
		})
	}
	wg.Wait()
	return first
}

// writeChunk sends one chunk until each of its records has an outcome.
func (r *run[In, Out]) writeChunk(chunk []*item[In, Out]) error {
	for pending := chunk; len(pending) > 0; {
		if err := r.send(pending); err != nil {
			r.concludeCertain(pending)
			return err
		}
		again, err := r.settleOutcomes(pending)
		if err != nil {
			return err
		}
		if len(again) > 1 && again[0].resends > 1 {
			// Written twice and twice not to be found: one of them may make the
			// target hang. Halves tell which, so that it does not hold the others.
			half := len(again) / 2
			if err := r.writeChunk(again[:half]); err != nil {
				return err
			}
			again = again[half:]
		}
		pending = again
	}
	return nil
}

// concludeCertain settles what was answered before a write behind it failed:
// the first half of a bisected one.
func (r *run[In, Out]) concludeCertain(items []*item[In, Out]) {
	for _, it := range items {
		if it.outcome.Kind.certain() {
			r.conclude(it, it.outcome)
		}
	}
}

// send makes one write and bisects it when it was refused without naming rows.
func (r *run[In, Out]) send(items []*item[In, Out]) error {
	if r.ctx.Err() != nil { // the grace is over: what was not sent stays so
		return context.Cause(r.ctx)
	}
	if err := r.keep.check(); err != nil {
		return err
	}
	for _, it := range items {
		it.sent = true
		it.outcome = Outcome{}
	}
	outcomes, err := r.callWrite(r.records(items))
	if _, panicked := errors.AsType[*panicError](err); panicked {
		return fmt.Errorf("duijie/sync: write: %w", err) // what it did is unknown: the batch stays open
	}
	switch {
	case len(outcomes) == len(items):
		for i, it := range items {
			it.outcome = outcomes[i]
		}
		return nil
	case err == nil || outcomes != nil:
		// The sink broke its contract; what it did is unknown.
		r.cfg.log.Error("sink returned a wrong number of outcomes", "pipeline", r.p.Name, "records", len(items), "outcomes", len(outcomes))
		return nil
	case errors.Is(err, duijie.ErrOutcomeUnknown):
		for _, it := range items {
			it.outcome.Message = err.Error()
		}
		return nil
	case errors.Is(err, duijie.ErrRedirected): // no record's fault, though invalid
	case errors.Is(err, duijie.ErrRefused), errors.Is(err, duijie.ErrInvalid), errors.Is(err, duijie.ErrConflict):
		return r.bisect(items, err)
	}
	unsent(items)
	return fmt.Errorf("duijie/sync: write: %w", err)
}

// bisect finds the bad rows of a write that was refused as a whole: halves are
// written until the bad row stands alone.
func (r *run[In, Out]) bisect(items []*item[In, Out], refusal error) error {
	if len(items) == 1 {
		items[0].outcome = refusedOutcome(refusal)
		return nil
	}
	half := len(items) / 2
	if err := r.send(items[:half]); err != nil {
		unsent(items[half:])
		return err
	}
	return r.send(items[half:])
}

// unsent takes back that items were sent: the last write of them surely had no
// effect. One before it may have had.
func unsent[In, Out any](items []*item[In, Out]) {
	for _, it := range items {
		it.sent = it.resends > 0
	}
}

func refusedOutcome(err error) Outcome {
	o := Outcome{Kind: OutcomeRefused, Message: err.Error()}
	if errors.Is(err, duijie.ErrConflict) {
		o.Kind = OutcomeConflict
	}
	if e, ok := errors.AsType[*duijie.APIError](err); ok {
		o.Code = e.Code
		if e.Message != "" {
			o.Message = e.Message
		}
	}
	return o
}

func heldOutcome() Outcome {
	return Outcome{
		Kind: OutcomeUnknown, Code: "held",
		Message: "the answer to its write was lost and this sink can not look records up: check the target, then replay or remove it",
	}
}

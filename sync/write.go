package sync

import (
	"context"
	"errors"
	"fmt"
	"slices"
	stdsync "sync"

	"github.com/duijie-go/duijie"
)

// write opens the batch, sends what is to be written and settles every outcome
// it can. What a sink without lookup is sent is noted and settled in waves, so
// that a crash leaves no more in doubt than was on its way.
func (f *flight[In, Out]) write(items []*item[In, Out]) error {
	pending, failed := inStage(items, toWrite), unwritten(items)
	noted := false
	defer func() {
		if !noted { // another partition may have written their keys since the ledger was asked
			unsettle(failed)
		}
	}()
	if len(pending) == 0 && len(failed) > 0 {
		open, err := f.open(nil, failed)
		if err != nil {
			return err
		}
		noted = true
		return f.writeInLanes(open)
	}
	wave := len(pending)
	if f.r.holds() {
		wave = min(f.r.cfg.rows, len(pending)) * min(f.r.cfg.lanes, len(pending))
	}
	for some := range chunks(pending, wave) {
		if f.fleet.failed() {
			return errHalted
		}
		open, err := f.open(some, failed)
		if err != nil {
			return err
		}
		noted = true
		if err := f.writeInLanes(open); err != nil {
			return err
		}
		if len(some) < len(pending) {
			if err := f.settleWave(slices.Concat(some, failed)); err != nil {
				return err
			}
			failed = nil
		}
	}
	return nil
}

// unsettle leaves items that are booked without a write to a later run.
func unsettle[In, Out any](items []*item[In, Out]) {
	for _, it := range unwritten(items) {
		it.stage, it.drop = toWrite, false
	}
}

// unwritten are the items that become dead letters of the engine's own, that
// refresh the letter of a held record, or whose letter a replay leaves out: another
// partition may have the same keys.
func unwritten[In, Out any](items []*item[In, Out]) (booked []*item[In, Out]) {
	for _, it := range items {
		if it.fresh && (it.stage == rejected || it.stage == skipped || it.stage == held && !it.sent) {
			booked = append(booked, it)
		}
	}
	return booked
}

// writeInLanes writes chunks side by side. Keys are distinct within a batch, and
// over all batches under way, so that order per key is kept. The first error keeps
// further chunks from being started.
func (f *flight[In, Out]) writeInLanes(pending []*item[In, Out]) error {
	if f.r.cfg.lanes == 1 || len(pending) <= f.r.cfg.rows {
		for chunk := range chunks(pending, f.r.cfg.rows) {
			if err := f.writeChunk(chunk); err != nil {
				return err
			}
		}
		return nil
	}
	var (
		wg    stdsync.WaitGroup
		mu    stdsync.Mutex
		first error
		slots = make(chan struct{}, f.r.cfg.lanes)
	)
	failed := func() bool {
		mu.Lock()
		defer mu.Unlock()
		return first != nil
	}
	for chunk := range chunks(pending, f.r.cfg.rows) {
		slots <- struct{}{}
		if failed() || f.fleet.failed() {
			mu.Lock()
			first = errors.Join(first, errHalted)
			mu.Unlock()
			break
		}
		wg.Go(func() {
			err := errGoexit
			defer func() {
				mu.Lock()
				first = errors.Join(first, err)
				mu.Unlock()
				<-slots
			}()
			err = f.writeChunk(chunk)
		})
	}
	wg.Wait()
	return first
}

// writeChunk sends one chunk until each of its records has an outcome.
func (f *flight[In, Out]) writeChunk(chunk []*item[In, Out]) error {
	for pending := chunk; len(pending) > 0; {
		if err := f.reopen(pending); err != nil {
			return err
		}
		if err := f.send(pending); err != nil {
			f.concludeCertain(pending)
			return err
		}
		again, err := f.settleOutcomes(pending)
		if err != nil {
			return err
		}
		if len(again) > 1 && again[0].resends > 1 {
			// Written twice and twice not to be found: one of them may make the
			// target hang. Halves tell which, so that it does not hold the others.
			half := len(again) / 2
			if err := f.writeChunk(again[:half]); err != nil {
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
func (f *flight[In, Out]) concludeCertain(items []*item[In, Out]) {
	for _, it := range items {
		if it.outcome.Kind.certain() {
			f.conclude(it, it.outcome)
		}
	}
}

// send makes one write and bisects it when it was refused without naming rows.
func (f *flight[In, Out]) send(items []*item[In, Out]) error {
	r := f.r
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
	outcomes, err := r.callWrite(f.records(items))
	if _, panicked := errors.AsType[*panicError](err); panicked {
		return fmt.Errorf("duijie/sync: write: %w", err) // what it did is unknown: the batch stays open
	}
	switch {
	case errors.Is(err, errLaneEnded), errors.Is(err, ErrLeaseLost):
		unsent(items)
		if r.ctx.Err() != nil {
			err = context.Cause(r.ctx)
		}
		return err
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
	case errors.Is(err, ErrStop), errors.Is(err, duijie.ErrRedirected): // no record's fault, though invalid
	case errors.Is(err, duijie.ErrRefused), errors.Is(err, duijie.ErrInvalid), errors.Is(err, duijie.ErrConflict):
		return f.bisect(items, err)
	}
	unsent(items)
	return fmt.Errorf("duijie/sync: write: %w", err)
}

// bisect finds the bad rows of a write that was refused as a whole: halves are
// written until the bad row stands alone.
func (f *flight[In, Out]) bisect(items []*item[In, Out], refusal error) error {
	if len(items) == 1 {
		items[0].outcome = refusedOutcome(refusal)
		return nil
	}
	half := len(items) / 2
	first, second := items[:half], items[half:]
	if err := f.send(first); err != nil {
		unsent(second)
		return err
	}
	bad := func(it *item[In, Out]) bool {
		return it.outcome.Kind == OutcomeRefused || it.outcome.Kind == OutcomeConflict
	}
	if len(second) > 1 && !slices.ContainsFunc(first, bad) {
		return f.bisect(second, refusal) // the bad row is in there: that need not be asked
	}
	return f.send(second)
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
		Message: "the answer to its write was lost and this sink can not look records up: check the target, then tell with MarkDone or MarkUnsent",
	}
}

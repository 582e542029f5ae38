package sync

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	stdsync "sync"
	"time"
)

// consult asks the ledger what it knows and settles what need not be sent.
func (f *flight[In, Out]) consult(items []*item[In, Out]) error {
	asked := make([]*item[In, Out], 0, len(items))
	for _, it := range items {
		if it.stage == toWrite || it.stage == rejected || it.left {
			asked = append(asked, it)
		}
	}
	entries, err := f.ledger(asked)
	if err != nil {
		return err
	}
	for _, it := range asked {
		if entry, known := entries[it.in.Key]; known {
			f.judgeKnown(it, entry)
		}
	}
	return nil
}

func (f *flight[In, Out]) ledger(items []*item[In, Out]) (map[string]Entry, error) {
	if len(items) == 0 {
		return nil, nil
	}
	keys := make([]string, len(items))
	for i, it := range items {
		keys[i] = it.in.Key
	}
	return f.r.p.State.Ledger(f.r.ctx, f.r.p.Name, keys)
}

// judgeKnown decides about a record whose key is in the ledger.
func (f *flight[In, Out]) judgeKnown(it *item[In, Out], e Entry) {
	r := f.r
	it.entry = e
	if older(it.in.Version, e.Version) && e.State != EntryGone {
		it.outdated(f.replays)
		return
	}
	if e.State == EntryHeld && r.holds() {
		// Only a person can settle the write in doubt, whatever the record has become
		// since. A replay has nothing but the letter's item, which may even be older.
		it.stage, it.fresh, it.reason, it.drop = held, !f.replays, 0, false
		it.outcome = heldOutcome()
		return
	}
	if it.stage == skipped {
		// Its letter has an older state, or the very one that is left out now. Sent
		// again, it would write what the source took back; without it the key must not
		// count as dead.
		it.fresh = e.State == EntryDead
		it.drop = it.drop || it.fresh
		return
	}
	same := e.Fingerprint == it.fp
	if it.stage == rejected {
		it.known = e.State == EntryDead && same
		if e.State == EntryDone && same && it.reason != 0 {
			// Edited and replayed, or marked done; the source still has it as it was.
			it.stage, it.fresh, it.outcome, it.drop = done, false, Outcome{Kind: OutcomeUnchanged}, f.replays
		}
		return
	}
	it.out.Target = Target{ID: e.TargetID, Step: e.Step}
	switch force := it.in.Force; {
	case same && !force && (e.State == EntryDone || e.State == EntryDoubt && r.finder == nil):
		it.stage, it.outcome.Kind = done, OutcomeUnchanged
		it.drop = f.replays || e.State == EntryDoubt // the source is back at what MarkDone found; the letter has what came between
	case e.State == EntryDead && same && !f.replays && !force:
		it.stage = stayDead
	}
}

// outdated settles an older state of a record than the ledger knows: the newer
// one stays, be it in the target, a dead letter or held. A letter of the older one
// goes once the newer one is in the target.
func (it *item[In, Out]) outdated(replays bool) {
	it.fresh, it.drop = false, false
	it.outcome = Outcome{Kind: OutcomeUnchanged}
	switch it.entry.State {
	case EntryDead:
		it.stage = stayDead
		if it.entry.Fingerprint == (Fingerprint{}) {
			it.stage = skipped // the newer one was left out, and its letter is gone
		}
	case EntryHeld:
		it.stage = held
	default:
		it.stage, it.drop = done, replays
	}
}

// holds tells that an unknown outcome can neither be looked up nor tried again.
func (r *run[In, Out]) holds() bool {
	return r.finder == nil && !r.cfg.idempotent && !r.p.ResendUnknown
}

// lookBeforeWrite asks the target about what is to be written: what is there
// already is not written again, and creates are told from updates.
func (f *flight[In, Out]) lookBeforeWrite(pending []*item[In, Out]) error {
	r := f.r
	if r.finder == nil || len(pending) == 0 {
		for _, it := range pending {
			it.first = it.out.Target.ID == ""
		}
		return nil
	}
	var gone []*item[In, Out] // written a moment ago, and not to be seen
	look := func(it *item[In, Out], found Found) {
		if found.Err != nil {
			it.stage, it.fresh, it.outcome = rejected, true, unclear(found)
			return
		}
		it.first = found.Match == Absent
		if it.locate(found) {
			it.stage, it.fresh = done, true
			it.outcome = Outcome{Kind: OutcomeUnchanged, TargetID: it.out.Target.ID}
		}
		if found.Match == Absent && r.writtenJustNow(it.entry) {
			gone = append(gone, it)
		}
	}
	if err := f.find(pending, look); err != nil {
		return err
	}
	// A target may show what it took only after a while. What the ledger knows to
	// be there is not created again before that while is over.
	delay := r.cfg.settle.Delay
	for attempt := 1; attempt < r.cfg.settle.Attempts && len(gone) > 0; attempt++ {
		if err := sleep(r.ctx, delay); err != nil {
			return err
		}
		delay *= 2
		again := gone
		gone = nil
		if err := f.find(again, look); err != nil {
			return err
		}
	}
	return nil
}

// writtenJustNow tells whether a record was put into the target so short a time
// ago that a lookup may not see it yet.
func (r *run[In, Out]) writtenJustNow(e Entry) bool {
	return (e.State == EntryDone || e.State == EntryDoubt) && time.Since(e.Updated).Abs() < r.cfg.settle.span()
}

// unclear is the outcome of a record that the target can not tell about.
func unclear(f Found) Outcome {
	return Outcome{Kind: OutcomeRefused, TargetID: f.TargetID, Code: "lookup", Message: fmt.Sprint(f.Err)}
}

// locate notes where the target has the item, and tells whether it is there as
// it should be.
func (it *item[In, Out]) locate(f Found) bool {
	it.out.Target = Target{Note: f.Note, Step: it.entry.Step}
	if f.Match == Absent {
		return false
	}
	it.out.Target.ID = cmp.Or(f.TargetID, it.entry.TargetID, it.in.Key) // a sink that knows no ids has the key
	known := it.entry.State == EntryDone || it.entry.State == EntryDoubt
	return f.Match == Identical || f.Match == Exists && known && it.entry.Fingerprint == it.fp && !it.in.Force
}

// find looks items up, at most FindRows at a time, side by side where the sink
// has lanes.
func (f *flight[In, Out]) find(items []*item[In, Out], each func(*item[In, Out], Found)) error {
	parts := slices.Collect(chunks(items, f.r.cfg.findRows))
	found, errs := make([][]Found, len(parts)), make([]error, len(parts))
	if f.r.cfg.lanes == 1 || len(parts) == 1 {
		for i, part := range parts {
			if found[i], errs[i] = f.r.callFind(f.records(part)); errs[i] != nil {
				break
			}
		}
	} else {
		var wg stdsync.WaitGroup
		for i, part := range parts {
			errs[i] = errGoexit
			wg.Go(func() { found[i], errs[i] = f.r.callFind(f.records(part)) })
		}
		wg.Wait()
	}
	for i, part := range parts {
		for n := range found[i] { // what was told counts, also beside a lookup that failed
			each(part[n], found[i][n])
		}
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("duijie/sync: look up in the target: %w", err)
	}
	return nil
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

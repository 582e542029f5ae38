package sync

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// open makes the durable note of what is about to be sent, before it is. It
// returns what is still to be sent: another partition of the pipeline may have
// sent some of it.
//
// The items in failed will not be sent, unless another partition or a person
// settled what kept them from it. They are in the note too, so that nobody changes
// what the ledger has of their keys while they become dead letters.
func (f *flight[In, Out]) open(pending, failed []*item[In, Out]) (send []*item[In, Out], err error) {
	r := f.r
	all := slices.Concat(pending, failed)
	defer func() {
		if err != nil {
			unsettle(all)
		}
	}()
	started, wait := time.Now(), 20*time.Millisecond
	for len(pending)+len(failed) > 0 {
		noted := slices.Concat(pending, failed)
		shared, err := f.openOnce(noted)
		if errors.Is(err, ErrKeyOpen) && time.Since(started) < 2*r.cfg.leaseTTL {
			if err := sleep(r.ctx, wait); err != nil {
				return nil, err
			}
			wait = min(2*wait, time.Second)
			continue
		}
		if err != nil || !shared || r.p.weak.is(weakMoved) {
			return pending, err
		}
		moved, err := f.moved(noted)
		if err != nil || len(moved) == 0 {
			return pending, err
		}
		// Another partition wrote some of these keys after the ledger was asked.
		if err := f.closeLast(); err != nil {
			return nil, err
		}
		if err := f.lookBeforeWrite(inStage(moved, toWrite)); err != nil {
			return nil, err
		}
		pending, failed = inStage(noted, toWrite), unwritten(noted)
	}
	return nil, nil
}

// notSent stands in an open batch for a record that is noted and not sent. No hash
// ends in so many zeros.
var notSent = Fingerprint{'n', 'o', 't', ' ', 's', 'e', 'n', 't'}

// openOnce opens one batch.
func (f *flight[In, Out]) openOnce(items []*item[In, Out]) (shared bool, err error) {
	if err := f.r.keep.check(); err != nil {
		return false, err
	}
	seq, err := f.nextSeq()
	if err != nil {
		return false, err
	}
	open := OpenBatch{Seq: seq, Started: time.Now(), Intents: make([]Intent, len(items))}
	for i, it := range items {
		it.openID = it.out.Target.ID
		open.Intents[i] = Intent{Key: it.in.Key, Fingerprint: it.fp, TargetID: it.openID, Version: it.in.Version}
		if it.stage != toWrite {
			open.Intents[i].Fingerprint = notSent
		}
	}
	shared, err = f.r.p.State.Open(f.r.ctx, f.r.lease, open)
	if err != nil {
		return false, fmt.Errorf("duijie/sync: note what is to be sent: %w", err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.seqs = append(f.seqs, open.Seq)
	return shared, nil
}

// closeLast takes the last open batch back: nothing of it was sent.
func (f *flight[In, Out]) closeLast() error {
	f.mu.Lock()
	last := f.seqs[len(f.seqs)-1]
	f.seqs = f.seqs[:len(f.seqs)-1]
	f.mu.Unlock()
	return f.r.p.State.Settle(f.r.ctx, f.r.lease, Settlement{Close: []int64{last}})
}

// moved judges again what the ledger knows otherwise than when it was asked.
func (f *flight[In, Out]) moved(pending []*item[In, Out]) (moved []*item[In, Out], err error) {
	entries, err := f.ledger(pending)
	if err != nil {
		return nil, err
	}
	for _, it := range pending {
		now, was := entries[it.in.Key], it.entry
		if now.State == was.State && now.Fingerprint == was.Fingerprint && now.TargetID == was.TargetID && now.Version == was.Version {
			continue
		}
		moved = append(moved, it)
		if it.stage == held { // no longer, or for another write
			if err := f.anew(it); err != nil {
				return nil, err
			}
		}
		f.judgeKnown(it, now)
	}
	return moved, nil
}

// anew takes an item back to before the ledger was asked.
func (f *flight[In, Out]) anew(it *item[In, Out]) error {
	it.stage, it.fresh, it.reason, it.outcome = toWrite, false, 0, Outcome{}
	return f.transform(it)
}

// reopen notes updates that were creates when their batch was opened: after a
// crash a create that is there counts as ours, and these were another's.
func (f *flight[In, Out]) reopen(items []*item[In, Out]) error {
	var other []*item[In, Out]
	for _, it := range items {
		if it.openID == "" && it.out.Target.ID != "" {
			other = append(other, it)
		}
	}
	if len(other) == 0 {
		return nil
	}
	_, err := f.openOnce(other)
	return err
}

// letterBatch marks the numbers of open batches that were made of dead letters,
// which the source does not yield again.
const letterBatch = 1 << 31

// nextSeq numbers open batches over all runs of a scope.
func (f *flight[In, Out]) nextSeq() (int64, error) {
	n := f.r.batches.Add(1)
	if n >= letterBatch {
		return 0, fmt.Errorf("duijie/sync: a run opens at most %d batches, which end here: run again, and it goes on", letterBatch-1)
	}
	seq := f.r.lease.Fence<<32 | n
	if f.replays {
		seq |= letterBatch
	}
	return seq, nil
}

package sync

import (
	"cmp"
	"encoding/json"
	"fmt"
	"time"
)

// settle stores what the batch came to, in one transaction. After a write error
// only what is certain is stored, the checkpoint stays, and the batch stays
// open while a record of it is in doubt.
func (f *flight[In, Out]) settle(items []*item[In, Out], writeErr error) error {
	s := f.settlement(items)
	if writeErr == nil {
		s.Checkpoint = f.fleet.checkpoint(f)
	}
	if err := f.store(s); err != nil {
		return err
	}
	if writeErr == nil {
		f.fleet.settled(f, s.Checkpoint)
	}
	result := f.count(items, s.Checkpoint)
	if f.r.observer != nil {
		for i := range s.Dead {
			f.r.emit(DeadLettered{f.r.of(), s.Dead[i]})
		}
		f.r.emit(BatchSettled{f.r.of(), result, len(items), time.Since(f.started), f.r.rep.snapshot()})
	}
	if writeErr == nil && f.batch.Settled != nil {
		return f.r.callSettled(f.batch.Settled, result)
	}
	return nil
}

// settleWave stores the outcomes of a part of the batch, so that a crash in a
// later part leaves it alone.
func (f *flight[In, Out]) settleWave(items []*item[In, Out]) error {
	s := f.settlement(items)
	if err := f.store(s); err != nil {
		return err
	}
	for i := range s.Dead {
		if f.r.observer != nil {
			f.r.emit(DeadLettered{f.r.of(), s.Dead[i]})
		}
	}
	for _, it := range items {
		it.fresh, it.drop = it.fresh && it.stage == toWrite, false
	}
	return nil
}

// settlement books what is certain, and closes what holds nothing in doubt.
func (f *flight[In, Out]) settlement(items []*item[In, Out]) Settlement {
	var s Settlement
	inDoubt := false
	now := time.Now()
	for _, it := range items {
		if it.stage == toWrite {
			inDoubt = inDoubt || it.sent
			continue
		}
		if it.drop {
			s.Resolved = append(s.Resolved, it.in.Key)
		}
		if it.fresh {
			f.book(&s, it, now)
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if !inDoubt {
		s.Close, f.seqs = f.seqs, nil
	}
	return s
}

// store settles what there is to settle. What is known is kept, also when the
// run's time is over.
func (f *flight[In, Out]) store(s Settlement) error {
	if len(s.Entries)+len(s.Dead)+len(s.Resolved)+len(s.Close) == 0 && s.Checkpoint == nil {
		return nil
	}
	ctx, cancel := outlive(f.r.ctx, closingGrace)
	defer cancel(nil)
	if err := f.r.p.State.Settle(ctx, f.r.lease, s); err != nil {
		return fmt.Errorf("duijie/sync: settle: %w", err)
	}
	f.gone += len(s.Resolved)
	return nil
}

// book writes an item's outcome into the settlement.
func (f *flight[In, Out]) book(s *Settlement, it *item[In, Out], now time.Time) {
	if it.stage == skipped {
		entry := it.entry
		entry.Fingerprint, entry.Updated = Fingerprint{}, now // whatever comes is sent,
		entry.Version = max(entry.Version, it.in.Version)     // but nothing older than what was left out
		s.Entries = append(s.Entries, entry)
		return
	}
	entry := Entry{
		Key: it.in.Key, Fingerprint: it.fp, TargetID: it.outcome.TargetID, Version: it.in.Version,
		State: EntryDone, Updated: now, Step: cmp.Or(it.outcome.Step, it.entry.Step),
	}
	reason := DeadReason(0)
	switch it.stage {
	case held:
		entry.State, reason = EntryHeld, DeadHeld
	case rejected:
		entry.State, reason = EntryDead, cmp.Or(it.reason, DeadRefused)
	}
	if entry.TargetID == "" {
		entry.TargetID = it.entry.TargetID
	}
	if it.stage == held && !it.sent {
		entry.Fingerprint = it.entry.Fingerprint // of the write in doubt; the item may have changed since
	}
	if entry.TargetID == "" && entry.State == EntryDone {
		entry.TargetID = it.in.Key // the sink knows no ids of its own
	}
	s.Entries = append(s.Entries, entry)
	if reason == 0 {
		if it.entry.State != 0 && it.entry.State != EntryDone || f.replays {
			s.Resolved = append(s.Resolved, it.in.Key)
		}
		return
	}
	raw, err := f.r.rawOf(*it.in)
	if err != nil {
		raw = json.RawMessage{} // not the older one the letter may have
		it.outcome.Message += "; its item can not be kept: " + err.Error()
	}
	attempts := 1
	if it.stage == held && !it.sent {
		attempts = 0 // held before; only its item is refreshed
	}
	s.Dead = append(s.Dead, DeadLetter{
		Key: it.in.Key, Reason: reason, Code: it.outcome.Code, Field: it.outcome.Field, Message: it.outcome.Message,
		Raw: raw, Fingerprint: it.fp, Version: it.in.Version, Attempts: attempts, First: now, Last: now,
	})
}

func (r *run[In, Out]) rawOf(rec Record[In]) (raw json.RawMessage, err error) {
	if len(rec.Raw) > 0 {
		return rec.Raw, nil
	}
	defer r.caught("encoding of the item", rec.Key, &err)
	return json.Marshal(rec.Value)
}

// recount keeps records from being counted twice that a run parked and then
// tried again at its end.
type recount struct {
	parked int64 // by this run, and not yet counted again
	again  bool  // a further attempt: all of them have been counted
}

// counted takes out of n records tried again those that are in the report already.
func (c *recount) counted(n int64) int64 {
	if c == nil {
		return 0
	}
	if c.again {
		return n
	}
	n = min(n, c.parked)
	c.parked -= n
	return n
}

// count adds a settled batch to the report.
func (f *flight[In, Out]) count(items []*item[In, Out], checkpoint *Checkpoint) BatchResult {
	var b BatchResult
	var read, refused int64
	for _, it := range items {
		if it.stage == toWrite {
			continue
		}
		read++
		switch it.stage {
		case skipped:
			b.Skipped++
		case held:
			b.Held++
		case rejected:
			if it.reason == DeadWaiting {
				b.Waiting++
				continue
			}
			b.Refused++
			if !it.known {
				refused++
			}
		case stayDead:
			b.Refused++
		default:
			switch it.outcome.Kind {
			case OutcomeCreated:
				b.Created++
			case OutcomeUpdated:
				b.Updated++
			default:
				b.Unchanged++
			}
		}
	}
	f.r.budget.give(int(b.Created + b.Updated))
	f.r.rep.update(func(rep *Report) {
		rep.add(b)
		again := f.recount.counted(read)
		rep.Read += read - again
		rep.Waiting -= again
		f.r.refusedNow += refused
		if checkpoint != nil {
			rep.Checkpoint.After = *checkpoint
		}
	})
	return b
}

func (r *Report) add(b BatchResult) {
	r.Created += b.Created
	r.Updated += b.Updated
	r.Unchanged += b.Unchanged
	r.Skipped += b.Skipped
	r.Refused += b.Refused
	r.Held += b.Held
	r.Waiting += b.Waiting
}

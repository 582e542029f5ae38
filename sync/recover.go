package sync

import (
	"cmp"
	"encoding/json"
	"fmt"
	"time"
)

// recover settles the open batches an earlier run left behind, before
// anything is read. The checkpoint never moved past their records, so the
// source yields them again: what is found in the target is noted as there, with
// contents to be compared; what is absent will be sent; what can not be looked up
// is held.
func (r *run[In, Out]) recover() error {
	batches, err := r.p.State.OpenBatches(r.ctx, r.lease.Scope)
	if err != nil {
		return err
	}
	// A batch is noted before its first write and the earlier run may have sent
	// its last one just before it gave up the lease.
	last := time.Now()
	for _, batch := range batches {
		if err := r.recoverBatch(batch, last); err != nil {
			return fmt.Errorf("duijie/sync: settle what an earlier run left open: %w", err)
		}
	}
	return nil
}

func (r *run[In, Out]) recoverBatch(batch OpenBatch, last time.Time) error {
	open, steps, err := r.stillOpen(batch)
	if err != nil {
		return err
	}
	s := Settlement{Close: []int64{batch.Seq}}
	letters := batch.Seq&letterBatch != 0
	switch {
	case r.finder != nil:
		if err := r.recoverByLookup(last, open, letters, &s); err != nil {
			return err
		}
	case r.cfg.idempotent || r.p.ResendUnknown:
		// Sent again when the source yields them, once the target surely is done with them.
		if len(open) > 0 {
			if err := sleep(r.ctx, time.Until(last.Add(r.cfg.settle.span()))); err != nil {
				return err
			}
		}
		s.Entries = mayBeThere(open)
	default:
		r.hold(open, letters, heldOutcome().Message, &s)
	}
	if !letters && !r.holds() {
		// What letters these keys have is older than what was sent, and must not be
		// replayed over it. The source yields the newer contents again.
		for i := range s.Entries {
			s.Resolved = append(s.Resolved, s.Entries[i].Key)
		}
	}
	for i := range s.Entries {
		s.Entries[i].Step = steps[s.Entries[i].Key]
	}
	if err := r.p.State.Settle(r.ctx, r.lease, s); err != nil {
		return err
	}
	r.rep.update(func(rep *Report) { rep.Recovered += int64(len(open)) })
	if r.observer != nil {
		for i := range s.Dead {
			r.emit(DeadLettered{r.of(), s.Dead[i]})
		}
		found := 0
		if r.finder != nil {
			found = len(s.Entries)
		}
		r.emit(BatchRecovered{r.of(), len(open), found})
	}
	return nil
}

// mayBeThere keeps what is sent again from being overtaken by an older version,
// which the source may yield first.
func mayBeThere(open []Intent) []Entry {
	entries := make([]Entry, len(open))
	for i, in := range open {
		entries[i] = Entry{Key: in.Key, TargetID: in.TargetID, State: EntryDoubt, Version: in.Version, Updated: time.Now()}
	}
	return entries
}

// stillOpen leaves out what the earlier run could still settle. A refusal of what a
// replay sends may be the one from before it, with the same contents, and clocks of two
// machines do not tell which: it stays in doubt. It also tells the steps the ledger knows.
func (r *run[In, Out]) stillOpen(batch OpenBatch) (open []Intent, steps map[string]string, err error) {
	keys := make([]string, len(batch.Intents))
	for i, in := range batch.Intents {
		keys[i] = in.Key
	}
	entries, err := r.p.State.Ledger(r.ctx, r.p.Name, keys)
	if err != nil {
		return nil, nil, err
	}
	steps = map[string]string{}
	letters := batch.Seq&letterBatch != 0
	for _, in := range batch.Intents {
		if in.Fingerprint == notSent {
			continue
		}
		e, known := entries[in.Key]
		settled := e.State == EntryDone || e.State == EntryDead && !letters && e.Updated.After(batch.Started)
		if known && e.Fingerprint == in.Fingerprint && settled {
			continue
		}
		if e.State == EntryHeld && e.Fingerprint != in.Fingerprint && r.holds() {
			// Held for another write before this batch was opened: then this one was not
			// sent, and what a person has to find out is still about the other.
			continue
		}
		open = append(open, in)
		steps[in.Key] = e.Step
	}
	return open, steps, nil
}

// recoverByLookup asks for the keys until the target had time to finish what
// was sent last. A create is there or not; of an update a key does not tell, so
// that only time settles it.
func (r *run[In, Out]) recoverByLookup(last time.Time, open []Intent, letters bool, s *Settlement) error {
	var creates, updates []Intent
	for _, in := range open {
		if in.TargetID == "" {
			creates = append(creates, in)
		} else {
			updates = append(updates, in)
		}
	}
	due, delay := last, r.cfg.settle.Delay
	for attempt := 1; len(creates)+len(updates) > 0 && attempt <= r.cfg.settle.Attempts; attempt++ {
		due = due.Add(delay)
		delay *= 2
		if err := sleep(r.ctx, time.Until(due)); err != nil {
			return err
		}
		if attempt == r.cfg.settle.Attempts {
			creates = append(creates, updates...)
		}
		absent, err := r.findIntents(creates, letters, s)
		if err != nil {
			return err
		}
		creates = absent
	}
	return nil
}

func (r *run[In, Out]) findIntents(open []Intent, letters bool, s *Settlement) (absent []Intent, err error) {
	for chunk := range chunks(open, r.cfg.findRows) {
		records := make([]Record[Out], len(chunk))
		for i, in := range chunk {
			records[i] = Record[Out]{Key: in.Key, Target: Target{ID: in.TargetID, KeyOnly: true}}
		}
		found, err := r.callFind(records)
		if err != nil {
			return nil, err
		}
		for i, f := range found {
			if f.Err != nil {
				r.hold(chunk[i:i+1], letters, fmt.Sprint(f.Err), s)
				continue
			}
			if f.Match == Absent {
				absent = append(absent, chunk[i])
				continue
			}
			entry := Entry{
				Key: chunk[i].Key, TargetID: cmp.Or(f.TargetID, chunk[i].TargetID, chunk[i].Key), State: EntryDoubt,
				Version: chunk[i].Version, Updated: time.Now(),
			}
			if chunk[i].TargetID == "" {
				// A create that is there was ours: its contents are those that were sent.
				entry.Fingerprint = chunk[i].Fingerprint
			}
			s.Entries = append(s.Entries, entry)
		}
	}
	return absent, nil
}

// hold notes records whose outcome nobody can tell. A letter keeps the item it
// has only if that was sent: else it is an older one, and the source yields the
// newer one again.
func (r *run[In, Out]) hold(open []Intent, letters bool, why string, s *Settlement) {
	raw := json.RawMessage{}
	if letters {
		raw = nil
	}
	now := time.Now()
	o := heldOutcome()
	for _, in := range open {
		s.Entries = append(s.Entries, Entry{
			Key: in.Key, Fingerprint: in.Fingerprint, TargetID: in.TargetID, State: EntryHeld, Version: in.Version, Updated: now,
		})
		s.Dead = append(s.Dead, DeadLetter{
			Key: in.Key, Reason: DeadHeld, Code: o.Code, Message: why, Raw: raw,
			Fingerprint: in.Fingerprint, Version: in.Version, Attempts: 1, First: now, Last: now,
		})
	}
}

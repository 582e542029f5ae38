package sync

import (
	"encoding/json"
	"fmt"
	"time"
)

// settleOutcomes turns the outcomes of one write into settled items and returns
// those that are to be sent again.
func (r *run[In, Out]) settleOutcomes(items []*item[In, Out]) (again []*item[In, Out], err error) {
	var lookUp, busy []*item[In, Out]
	unknown := false
	for _, it := range items {
		switch {
		case it.outcome.Kind.certain():
			r.conclude(it, it.outcome)
		case it.outcome.Kind == OutcomeConflict:
			lookUp = append(lookUp, it)
		case it.outcome.Kind == OutcomeRetryable:
			busy = append(busy, it)
		default:
			lookUp, unknown = append(lookUp, it), true
		}
	}
	unsent(busy)
	if len(lookUp) > 0 {
		if again, err = r.settleByLookup(lookUp, unknown); err != nil {
			return nil, err
		}
	}
	waiting := false
	for _, it := range busy {
		it.retries++
		if it.retries > r.cfg.rowRetries {
			o := it.outcome
			o.Kind = OutcomeRefused
			r.conclude(it, o)
			continue
		}
		waiting = true
		again = append(again, it)
	}
	if waiting {
		err = sleep(r.ctx, time.Second<<min(busy[0].retries-1, 5))
	}
	return again, err
}

// conclude gives an item its final outcome.
func (r *run[In, Out]) conclude(it *item[In, Out], o Outcome) {
	if o.Kind == OutcomeCreated && !it.first {
		o.Kind = OutcomeUpdated
	}
	if o.TargetID == "" {
		o.TargetID = it.out.Target.ID
	}
	it.outcome, it.stage, it.fresh = o, done, true
	if o.Kind == OutcomeRefused {
		it.stage = rejected
	}
}

// settleByLookup settles records whose write has no certain outcome by asking
// the target: found as wanted is done; absent or found otherwise, after the
// target had time to finish, is sent again; not to be found out is held.
func (r *run[In, Out]) settleByLookup(items []*item[In, Out], unknown bool) (again []*item[In, Out], err error) {
	if r.finder == nil {
		return r.withoutLookup(items), nil
	}
	delay := r.cfg.settle.Delay
	if !unknown {
		delay = 0
	}
	for attempt := 1; len(items) > 0; attempt++ {
		if err := sleep(r.ctx, delay); err != nil {
			return nil, err
		}
		delay = max(delay*2, r.cfg.settle.Delay)
		last := attempt >= r.cfg.settle.Attempts
		var waiting []*item[In, Out]
		err := r.find(items, func(it *item[In, Out], f Found) {
			switch met := r.judgeFound(it, f); {
			case met == foundDone:
			case last, met == foundOther && it.outcome.Kind == OutcomeConflict:
				it.locate(f)
				it.first = f.Match == Absent
				again = r.sendAgain(again, it)
			default: // the target may still be working on it, an update too
				waiting = append(waiting, it)
			}
		})
		if err != nil {
			return nil, err
		}
		items = waiting
	}
	return again, nil
}

type finding uint8

const (
	foundDone finding = iota
	foundOther
	foundAbsent
)

// judgeFound compares what the target holds with what was sent.
func (r *run[In, Out]) judgeFound(it *item[In, Out], f Found) finding {
	switch {
	case f.Match == Absent:
		return foundAbsent
	case f.Match == Identical, f.Match == Exists && it.first && it.outcome.Kind == OutcomeUnknown:
		kind := OutcomeUpdated
		if it.first && (it.outcome.Kind == OutcomeUnknown || it.resends > 0) {
			kind = OutcomeCreated // also where a second create met the first
		} else if it.outcome.Kind == OutcomeConflict {
			kind = OutcomeUnchanged
		}
		r.conclude(it, Outcome{Kind: kind, TargetID: f.TargetID})
		return foundDone
	}
	return foundOther
}

// sendAgain queues an item for another write, or gives up on it: a target that
// neither shows nor takes a record must not be tried for ever.
func (r *run[In, Out]) sendAgain(queue []*item[In, Out], it *item[In, Out]) []*item[In, Out] {
	it.resends++
	if it.resends <= maxResends {
		return append(queue, it)
	}
	if it.outcome.Kind == OutcomeConflict {
		o := it.outcome
		o.Kind = OutcomeRefused
		r.conclude(it, o)
		return queue
	}
	it.stage, it.fresh, it.outcome = held, true, heldOutcome()
	return queue
}

// withoutLookup: the sink can not tell, so unless writing twice is harmless or
// allowed, the record is held. A conflict without lookup is a refusal.
func (r *run[In, Out]) withoutLookup(items []*item[In, Out]) (again []*item[In, Out]) {
	for _, it := range items {
		switch {
		case it.outcome.Kind == OutcomeConflict:
			o := it.outcome
			o.Kind = OutcomeRefused
			r.conclude(it, o)
		case r.cfg.idempotent || r.p.ResendUnknown:
			again = r.sendAgain(again, it)
		default:
			it.stage, it.fresh, it.outcome = held, true, heldOutcome()
		}
	}
	return again
}

// settle stores what the batch came to, in one transaction. After a write error
// only what is certain is stored, the checkpoint stays, and the batch stays
// open while a record of it is in doubt.
func (r *run[In, Out]) settle(items []*item[In, Out], seq int64, checkpoint *Checkpoint, writeErr error) error {
	s := Settlement{}
	inDoubt := false
	now := time.Now()
	for _, it := range items {
		if it.stage == toWrite {
			inDoubt = inDoubt || it.sent
			continue
		}
		if it.fresh {
			r.book(&s, it, now)
		}
	}
	if seq != 0 && !inDoubt {
		s.Close = []int64{seq}
	}
	if writeErr == nil {
		s.Checkpoint = checkpoint
	}
	if len(s.Entries)+len(s.Dead)+len(s.Resolved)+len(s.Close) > 0 || s.Checkpoint != nil {
		ctx, cancel := outlive(r.ctx, closingGrace) // what is known is kept, also when the run's time is over
		defer cancel(nil)
		if err := r.p.State.Settle(ctx, r.lease, s); err != nil {
			return fmt.Errorf("duijie/sync: settle: %w", err)
		}
	}
	r.count(items, s.Checkpoint)
	return nil
}

// book writes an item's outcome into the settlement.
func (r *run[In, Out]) book(s *Settlement, it *item[In, Out], now time.Time) {
	entry := Entry{
		Key: it.in.Key, Fingerprint: it.fp, TargetID: it.outcome.TargetID, Version: it.in.Version,
		State: EntryDone, Updated: now,
	}
	reason := DeadReason(0)
	switch it.stage {
	case held:
		entry.State, reason = EntryHeld, DeadHeld
	case rejected:
		entry.State, reason = EntryDead, DeadRefused
		switch it.outcome.Code {
		case "decode", "transform", "encode":
			reason = DeadTransform
		}
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
		if it.entry.State != 0 && it.entry.State != EntryDone || r.replays {
			s.Resolved = append(s.Resolved, it.in.Key)
		}
		return
	}
	raw, err := r.rawOf(*it.in)
	if err != nil {
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
	if rec.Raw != nil {
		return rec.Raw, nil
	}
	defer r.caught("encoding of the item", rec.Key, &err)
	return json.Marshal(rec.Value)
}

// count adds a settled batch to the report.
func (r *run[In, Out]) count(items []*item[In, Out], checkpoint *Checkpoint) {
	r.rep.update(func(rep *Report) {
		for _, it := range items {
			if it.stage == toWrite {
				continue
			}
			rep.Read++
			switch it.stage {
			case skipped:
				rep.Skipped++
			case held:
				rep.Held++
			case rejected:
				rep.Refused++
				r.refusedNow++
			case stayDead:
				rep.Refused++
			default:
				switch it.outcome.Kind {
				case OutcomeCreated:
					rep.Created++
				case OutcomeUpdated:
					rep.Updated++
				default:
					rep.Unchanged++
				}
			}
		}
		if checkpoint != nil {
			rep.Checkpoint.After = *checkpoint
		}
	})
}

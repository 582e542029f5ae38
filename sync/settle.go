package sync

import (
	"fmt"
	"time"
)

// settleOutcomes turns the outcomes of one write into settled items and returns
// those that are to be sent again.
func (f *flight[In, Out]) settleOutcomes(items []*item[In, Out]) (again []*item[In, Out], err error) {
	var lookUp, busy []*item[In, Out]
	unknown := false
	for _, it := range items {
		switch {
		case it.outcome.Kind.certain():
			f.conclude(it, it.outcome)
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
		if again, err = f.settleByLookup(lookUp, unknown); err != nil {
			return nil, err
		}
	}
	patient, err := f.retryLater(busy)
	return append(again, patient...), err
}

// retryLater waits before rows that the target could not take just now are
// written again. A row tried too often is refused; a target that takes too few
// rows stops the run, and nothing becomes a dead letter for it.
func (f *flight[In, Out]) retryLater(busy []*item[In, Out]) (again []*item[In, Out], err error) {
	for _, it := range busy {
		it.retries++
		if it.retries > f.r.cfg.rowRetries {
			o := it.outcome
			o.Kind = OutcomeRefused
			f.conclude(it, o)
			continue
		}
		again = append(again, it)
	}
	if len(again) == 0 {
		return nil, nil
	}
	if !f.r.budget.take(len(again)) {
		return nil, fmt.Errorf("%w: the last says %q", ErrTargetBusy, again[0].outcome.Message)
	}
	wait := time.Second << min(again[0].retries-1, 5)
	f.r.rep.update(func(rep *Report) { rep.RowRetries += int64(len(again)) })
	if f.r.observer != nil {
		f.r.emit(RowsRetried{f.r.of(), len(again), again[0].retries, wait, again[0].outcome.Message})
	}
	return again, sleep(f.r.ctx, wait)
}

// conclude gives an item its final outcome.
func (f *flight[In, Out]) conclude(it *item[In, Out], o Outcome) {
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
func (f *flight[In, Out]) settleByLookup(items []*item[In, Out], unknown bool) (again []*item[In, Out], err error) {
	if f.r.finder == nil {
		if unknown && !f.r.holds() {
			// The target may still be working on it, and what it does late must not
			// come after newer contents.
			if err := sleep(f.r.ctx, f.r.cfg.settle.span()); err != nil {
				return nil, err
			}
		}
		return f.withoutLookup(items), nil
	}
	delay := f.r.cfg.settle.Delay
	if !unknown {
		delay = 0
	} else if f.r.observer != nil {
		f.r.emit(OutcomesUnknown{f.r.of(), len(items), items[0].outcome.Message})
	}
	for attempt := 1; len(items) > 0; attempt++ {
		if err := sleep(f.r.ctx, delay); err != nil {
			return nil, err
		}
		delay = max(delay*2, f.r.cfg.settle.Delay)
		last := attempt >= f.r.cfg.settle.Attempts
		var waiting []*item[In, Out]
		err := f.find(items, func(it *item[In, Out], found Found) {
			if found.Err != nil {
				f.giveUp(it, found)
				return
			}
			switch met := f.judgeFound(it, found); {
			case met == foundDone:
			case last, met == foundOther && it.outcome.Kind == OutcomeConflict:
				it.locate(found)
				it.first = found.Match == Absent
				again = f.sendAgain(again, it)
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

// giveUp settles a record that can not be told from another one: refused where
// the target did not take it, held where it may have.
func (f *flight[In, Out]) giveUp(it *item[In, Out], found Found) {
	o := unclear(found)
	if it.outcome.Kind == OutcomeConflict {
		f.conclude(it, o)
		return
	}
	o.Kind = OutcomeUnknown
	it.stage, it.fresh, it.outcome = held, true, o
}

type finding uint8

const (
	foundDone finding = iota
	foundOther
	foundAbsent
)

// judgeFound compares what the target holds with what was sent.
func (f *flight[In, Out]) judgeFound(it *item[In, Out], found Found) finding {
	switch {
	case found.Match == Absent:
		return foundAbsent
	case found.Match == Identical, found.Match == Exists && it.first && it.outcome.Kind == OutcomeUnknown:
		kind := OutcomeUpdated
		if it.first && (it.outcome.Kind == OutcomeUnknown || it.resends > 0) {
			kind = OutcomeCreated // also where a second create met the first
		} else if it.outcome.Kind == OutcomeConflict {
			kind = OutcomeUnchanged
		}
		f.conclude(it, Outcome{Kind: kind, TargetID: found.TargetID})
		return foundDone
	}
	return foundOther
}

// sendAgain queues an item for another write, or gives up on it: a target that
// neither shows nor takes a record must not be tried for ever.
func (f *flight[In, Out]) sendAgain(queue []*item[In, Out], it *item[In, Out]) []*item[In, Out] {
	it.resends++
	if it.resends <= maxResends {
		return append(queue, it)
	}
	if it.outcome.Kind == OutcomeConflict {
		o := it.outcome
		o.Kind = OutcomeRefused
		f.conclude(it, o)
		return queue
	}
	o := heldOutcome()
	if f.r.finder != nil {
		o.Message = fmt.Sprintf("written %d times without an answer, and the target does not show it so: check the target, then replay it", it.resends)
	}
	it.stage, it.fresh, it.outcome = held, true, o
	return queue
}

// withoutLookup: the sink can not tell, so unless writing twice is harmless or
// allowed, the record is held. A conflict without lookup is a refusal.
func (f *flight[In, Out]) withoutLookup(items []*item[In, Out]) (again []*item[In, Out]) {
	for _, it := range items {
		switch {
		case it.outcome.Kind == OutcomeConflict:
			o := it.outcome
			o.Kind = OutcomeRefused
			f.conclude(it, o)
		case f.r.cfg.idempotent || f.r.p.ResendUnknown:
			again = f.sendAgain(again, it)
		default:
			it.stage, it.fresh, it.outcome = held, true, heldOutcome()
		}
	}
	return again
}

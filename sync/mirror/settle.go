package mirror

import (
	"cmp"
	"context"
	"fmt"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// settleUnknown looks rows up whose answer was lost, as long as the target may
// still be at work on them.
func (r *run) settleUnknown(ctx context.Context, rows []*row) error {
	if r.checker == nil {
		return nil
	}
	delay := r.cfg.settle.Delay
	for range r.cfg.settle.Attempts {
		var unknown []*row
		for _, row := range rows {
			if row.tried && verdict(row.outcome) == unknownYet {
				unknown = append(unknown, row)
			}
		}
		if len(unknown) == 0 {
			return nil
		}
		if err := sleep(ctx, delay); err != nil {
			return err
		}
		delay *= 2
		if err := r.lookUp(ctx, unknown); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) lookUp(ctx context.Context, rows []*row) error {
	for len(rows) > 0 {
		some := rows[:min(r.cfg.findRows, len(rows))]
		rows = rows[len(some):]
		r.rep.Lookups++
		remaining, err := r.checker.Remaining(ctx, goneOf(some))
		if err == nil && len(remaining) != len(some) {
			err = fmt.Errorf("%d answers for %d rows", len(remaining), len(some))
		}
		if err != nil {
			return fmt.Errorf("duijie/sync/mirror: look up in the target: %w", err)
		}
		for i, row := range some {
			if !remaining[i] {
				row.outcome.Kind = duijiesync.OutcomeUpdated
			}
		}
	}
	return nil
}

// verdict is what an outcome means for a row that was to go.
type verdictKind uint8

const (
	unknownYet verdictKind = iota
	out
	wasOut
	refusedRow
	busyRow
)

func verdict(o duijiesync.Outcome) verdictKind {
	switch o.Kind {
	case duijiesync.OutcomeUpdated:
		return out
	case duijiesync.OutcomeUnchanged:
		return wasOut
	case duijiesync.OutcomeRefused, duijiesync.OutcomeConflict:
		return refusedRow
	case duijiesync.OutcomeRetryable:
		return busyRow
	default: // nothing is created by deleting
		return unknownYet
	}
}

// book stores what became of a batch. Rows in doubt, and those an error kept from
// being tried, stay as they were marked: the next run has them again.
func (r *run) book(ctx context.Context, rows []*row) error {
	var s duijiesync.Settlement
	ev := RecordsGone{Of: r.of(), Forbidden: r.m.Forbid}
	now := time.Now()
	for _, row := range rows {
		if !row.tried {
			continue
		}
		switch verdict(row.outcome) {
		case unknownYet:
			ev.Unknown++
			continue
		case refusedRow:
			ev.Refused++
			s.Entries = append(s.Entries, row.entry)
			if len(r.rep.Refusals) < maxRefusals {
				r.rep.Refusals = append(r.rep.Refusals, Refusal{row.entry.Key, row.entry.TargetID, row.outcome.Code, row.outcome.Message})
			}
			continue
		case busyRow:
			ev.Busy++
			s.Entries = append(s.Entries, row.entry)
			continue
		case wasOut:
			ev.Absent++
		case out:
			ev.Gone++
		}
		ev.Keys = append(ev.Keys, row.entry.Key)
		r.bookGone(&s, row, now)
	}
	if len(s.Entries)+len(s.Forget) > 0 {
		if err := r.store(ctx, r.lease, s); err != nil {
			return err
		}
	}
	r.rep.Gone += ev.Gone
	r.rep.Absent += ev.Absent
	r.rep.Refused += ev.Refused
	r.rep.Busy += ev.Busy
	r.rep.Unknown += ev.Unknown
	emit(ctx, func() duijiesync.Event { return ev })
	return r.forgetNotes(ctx, ev.Keys)
}

// bookGone writes a row that is out of the target into the settlement.
func (r *run) bookGone(s *duijiesync.Settlement, row *row, now time.Time) {
	if r.m.Forget && !r.m.Forbid {
		s.Forget = append(s.Forget, row.entry.Key)
		return
	}
	e := row.entry
	e.State, e.Updated = duijiesync.EntryGone, now
	if r.m.Forbid {
		e.Step = cmp.Or(row.outcome.Step, e.Step)
	} else {
		e.TargetID, e.Step = "", "" // what comes back is created anew
	}
	s.Entries = append(s.Entries, e)
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

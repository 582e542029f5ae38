package fan

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// store keeps where the branches stand, and then tells the source what is
// settled.
func (r *run[T]) store(ctx context.Context, due []func()) error {
	text, err := r.pos.encode()
	if err != nil {
		return err
	}
	if fresh := r.pos.at == "" && len(r.pos.tidy().behind) == 0 && r.stored == ""; text != r.stored && !fresh {
		if err := r.o.State.Settle(ctx, r.lease, duijiesync.Settlement{Checkpoint: &text}); err != nil {
			return fmt.Errorf("duijie/sync/fan: store the checkpoint: %w", err)
		}
		r.stored = text
	}
	for _, settled := range due {
		if err := r.callSettled(settled); err != nil {
			return err
		}
	}
	return nil
}

func (r *run[T]) callSettled(settled func()) (err error) {
	defer func() {
		if v := recover(); v != nil {
			r.logger.Error("source's Settled panicked", "fan", r.o.Name, "panic", fmt.Sprint(v))
			err = fmt.Errorf("duijie/sync/fan: the source's Settled panicked: %v", v)
		}
	}()
	settled()
	return nil
}

// called counts a call of the source.
func (r *run[T]) called(e duijie.CallEvent) {
	r.source.called(e)
	r.emit(duijiesync.CallDone{Of: r.of(), Call: e})
}

// account puts what the branches did into the report and returns what went
// wrong: the source's error once, and those of the branches.
func (r *run[T]) account(p *pass[T]) error {
	var errs []error
	if p.cut != nil {
		r.cut = true
		errs = append(errs, p.cut)
	}
	for _, l := range p.lines {
		b := r.rep.Branch(l.Name())
		b.add(l.report)
		b.Err, b.Error = l.err, ""
		if l.err != nil {
			b.Error = l.err.Error()
		}
		r.cut = r.cut || l.failed && r.o.StopOnFailure
		if l.blamed {
			errs = append(errs, &BranchError{l.Name(), l.err})
			r.emit(BranchFailed{r.of(), l.Name(), l.err})
		}
	}
	return errors.Join(errs...)
}

// expire has the ledgers forget what is old, once all branches have come to the
// end: what a later run could read again for another branch must not be forgotten.
func (r *run[T]) expire(ctx context.Context) error {
	var errs []error
	for _, b := range r.o.Branches {
		rep := r.rep.Branch(b.Name())
		if b.expiry() <= 0 || rep.Err != nil || rep.Report == nil {
			continue
		}
		scope := duijiesync.Scope{Pipeline: b.Name(), Partition: r.o.Partition}
		err := duijiesync.WithLease(ctx, r.o.State, scope, duijiesync.LeaseOptions{TTL: r.o.LeaseTTL}, func(ctx context.Context, lease duijiesync.Lease) error {
			n, err := r.o.State.Expire(ctx, lease, time.Now().Add(-b.expiry()))
			rep.Report.Expired += n
			return err
		})
		if err != nil && !errors.Is(err, duijiesync.ErrLeaseHeld) { // whoever has it, the next run does it
			errs = append(errs, &BranchError{b.Name(), fmt.Errorf("expire the ledger: %w", err)})
		}
	}
	return errors.Join(errs...)
}

// closingTime is how long the State may take for the run's row.
const closingTime = 10 * time.Second

// closeBooks sums up and keeps the run's row.
func (r *run[T]) closeBooks(ctx context.Context, err error) error {
	r.rep.Ended = time.Now()
	r.source.addTo(r.rep)
	r.rep.sum()
	if !errors.Is(context.Cause(ctx), duijiesync.ErrLeaseLost) {
		ctx, cancel := context.WithTimeout(ctx, closingTime)
		defer cancel()
		body, jsonErr := r.rep.row()
		row := duijiesync.RunRecord{ID: r.id, Started: r.rep.Started, Ended: r.rep.Ended, Report: body}
		if err != nil {
			row.Error = err.Error()
		}
		err = errors.Join(err, jsonErr, r.o.State.Settle(ctx, r.lease, duijiesync.Settlement{RecordedRun: &row}))
	}
	r.emit(duijiesync.RunEnded{Of: r.of(), Report: r.rep.Report, Err: err})
	return err
}

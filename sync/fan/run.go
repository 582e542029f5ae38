package fan

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// run is one run of an Out.
type run[T any] struct {
	o      *Out[T]
	id     string
	logger *slog.Logger
	lease  duijiesync.Lease
	pos    position
	stored duijiesync.Checkpoint // pos as the State has it
	source reading
	rep    *Report
	ctx    context.Context // lasts as long as the lease
	cut    bool            // a pass ended before the source did: none follows
}

// Run makes one pass over the source for all branches that are level. Where some
// are behind, it makes a second one from where they stand.
//
// The report is never nil. The error is nil when everything the source has is
// settled in every branch; a branch that failed is in it as a [BranchError].
// A run that ends early can be started again and goes on where it stopped.
// When ctx ends, each branch finishes the batch it has under way.
func (o *Out[T]) Run(ctx context.Context) (*Report, error) {
	r := &run[T]{o: o, id: rand.Text(), logger: cmp.Or(o.Logger, slog.New(slog.DiscardHandler))}
	r.rep = &Report{Report: duijiesync.Report{
		Pipeline: o.Name, Partition: o.Partition, Started: time.Now(), Calls: map[string]map[string]int64{},
	}}
	err := o.check()
	if err == nil {
		r.rep.Paging = origin[T]{o.Source}.Paging()
		for _, name := range o.names() {
			r.rep.Branches = append(r.rep.Branches, BranchReport{Name: name})
		}
		err = r.underLease(ctx)
	}
	r.rep.Ended = time.Now()
	return r.rep, err
}

// underLease does the run under the fan's lease, which outlives ctx, so that
// what is settled last can be stored.
func (r *run[T]) underLease(ctx context.Context) error {
	lasting, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cancel(nil)
	waiting := context.AfterFunc(ctx, func() { cancel(context.Cause(ctx)) })
	defer waiting()
	options := duijiesync.LeaseOptions{TTL: r.o.LeaseTTL, Wait: r.o.LeaseWait}
	return duijiesync.WithLease(lasting, r.o.State, r.o.scope(), options, func(held context.Context, lease duijiesync.Lease) error {
		if !waiting() {
			return context.Cause(ctx)
		}
		r.lease, r.ctx = lease, held
		work, stop := context.WithCancelCause(ctx)
		defer stop(nil)
		defer context.AfterFunc(held, func() { stop(context.Cause(held)) })()
		err := r.passes(work, held)
		if errors.Is(context.Cause(held), duijiesync.ErrLeaseLost) {
			r.emit(duijiesync.LeaseLost{Of: r.of(), Err: context.Cause(held)})
		}
		return r.closeBooks(held, err)
	})
}

// passes reads for all at the front, and then for those that were behind.
func (r *run[T]) passes(ctx, held context.Context) error {
	pos, stored, added, err := r.o.position(held)
	if err != nil {
		return err
	}
	if err := r.mayJoin(pos, added); err != nil {
		return err
	}
	r.pos, r.stored = pos, stored
	r.rep.Checkpoint.Before = pos.at
	r.emit(duijiesync.RunStarted{Of: r.of(), Checkpoint: pos.at, Paging: r.rep.Paging})
	late := map[string]bool{}
	for _, name := range pos.behind {
		late[name] = true
	}
	err = r.front(ctx, held)
	if len(late) > 0 && !r.cut {
		err = errors.Join(err, r.catchUp(ctx, held, late))
	}
	r.rep.Checkpoint.After = r.pos.at
	for i := range r.rep.Branches {
		b := &r.rep.Branches[i]
		b.Behind = slices.Contains(r.pos.behind, b.Name)
		if b.Report != nil {
			b.Report.Checkpoint = duijiesync.CheckpointMove{Before: pos.of(b.Name), After: r.pos.of(b.Name)}
		}
	}
	if !r.cut && len(r.pos.behind) == 0 {
		err = errors.Join(err, r.expire(held))
	}
	return err
}

// mayJoin refuses a new branch where reading from the beginning would have
// another one write again what its ledger has forgotten.
func (r *run[T]) mayJoin(pos position, added []string) error {
	if len(added) == 0 || len(pos.behind) == 0 {
		return nil
	}
	for _, b := range r.o.Branches {
		if b.forgets() && !slices.Contains(added, b.Name()) {
			return fmt.Errorf("%w: branch %q is new, so the source is read from its beginning; what branch %q forgot by its LedgerExpiry "+
				"would be written again, because its sink can not look it up: give the new branch a fan of its own", ErrFan, added[0], b.Name())
		}
	}
	return nil
}

// catchUp reads from where the stragglers stand, for all branches: all have
// settled what is before, and those at the front find in their ledgers what they
// have. So in the end all stand at the same place, whichever checkpoint is the
// further. It ends when no straggler is left.
func (r *run[T]) catchUp(ctx, held context.Context, late map[string]bool) error {
	p, err := r.pass(ctx, r.o.Branches, late, r.pos.from, func(p *pass[T]) error {
		s, due := p.track.take()
		r.pos.from = s.common()
		for _, i := range s.failed {
			r.pos = r.pos.drop(p.lines[i].Name(), s.common())
		}
		return r.store(held, due)
	})
	err = errors.Join(err, r.account(p))
	if p.cut != nil || p.pointless() || errors.Is(p.end, errNobody) {
		return err
	}
	s := p.track.peek()
	r.pos = position{at: s.at, branches: r.pos.branches}
	for _, i := range s.failed {
		r.pos = r.pos.drop(p.lines[i].Name(), s.common())
	}
	for name := range late {
		if b := r.rep.Branch(name); b.Err == nil {
			b.CaughtUp = true
			r.emit(BranchCaughtUp{r.of(), name})
		}
	}
	return errors.Join(err, r.store(held, nil))
}

// front is the pass of the branches that are not behind.
func (r *run[T]) front(ctx, held context.Context) error {
	var branches []Branch[T]
	for _, b := range r.o.Branches {
		if !slices.Contains(r.pos.behind, b.Name()) {
			branches = append(branches, b)
		}
	}
	if len(branches) == 0 {
		return nil
	}
	p, err := r.pass(ctx, branches, nil, r.pos.at, func(p *pass[T]) error {
		s, due := p.track.take()
		r.pos.at = s.at
		for _, i := range s.failed {
			r.pos = r.pos.drop(p.lines[i].Name(), s.common())
		}
		return r.store(held, due)
	})
	r.pos = r.pos.tidy()
	return errors.Join(err, r.account(p))
}

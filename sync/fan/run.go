package fan

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"maps"
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

// Run makes one pass over the source for all branches, and then one for each
// place where stragglers stand.
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

// passes brings those at the front up to date first, and then the stragglers:
// so they surely read past where the front stands, and can join it there.
func (r *run[T]) passes(ctx, held context.Context) error {
	pos, err := r.o.position(held)
	if err != nil {
		return err
	}
	if r.stored, err = r.o.State.Checkpoint(held, r.o.scope()); err != nil {
		return err
	}
	r.pos = pos
	r.rep.Checkpoint = duijiesync.CheckpointMove{Before: pos.at, After: pos.at}
	r.emit(duijiesync.RunStarted{Of: r.of(), Checkpoint: pos.at, Paging: r.rep.Paging})
	stragglers := pos.stragglers()
	front := r.level(func(name string) bool { _, behind := pos.behind[name]; return !behind })
	err = r.front(ctx, held, front)
	for _, at := range slices.Sorted(maps.Keys(stragglers)) {
		if r.cut {
			break
		}
		names := stragglers[at]
		late := r.level(func(name string) bool { return slices.Contains(names, name) })
		err = errors.Join(err, r.catchUp(ctx, held, late, at))
	}
	r.rep.Checkpoint.After = r.pos.at
	for i := range r.rep.Branches {
		b := &r.rep.Branches[i]
		_, b.Behind = r.pos.behind[b.Name]
		if b.Report != nil {
			b.Report.Checkpoint.After = r.pos.of(b.Name)
		}
	}
	return err
}

// level are the branches that belong together, in order.
func (r *run[T]) level(belongs func(name string) bool) (branches []Branch[T]) {
	for _, b := range r.o.Branches {
		if belongs(b.Name()) {
			branches = append(branches, b)
		}
	}
	return branches
}

// front is the pass of the branches that are not behind.
func (r *run[T]) front(ctx, held context.Context, branches []Branch[T]) error {
	from := r.pos.at
	p, err := r.pass(ctx, branches, from, func(p *pass[T]) error {
		at, stayed, due := p.track.take()
		r.pos.at, r.rep.Checkpoint.After = at, at
		for i, stopped := range stayed {
			r.pos.behind[p.lines[i].Name()] = stopped
		}
		return r.store(held, due)
	})
	r.pos = r.pos.tidy()
	return errors.Join(err, r.account(p, from), r.expire(held, p))
}

// catchUp is a pass of branches that are behind. Those that come to the end join
// the front.
func (r *run[T]) catchUp(ctx, held context.Context, branches []Branch[T], from duijiesync.Checkpoint) error {
	p, err := r.pass(ctx, branches, from, func(p *pass[T]) error {
		at, stayed, due := p.track.take()
		for i, l := range p.lines {
			r.pos.behind[l.Name()] = at
			if stopped, failed := stayed[i]; failed {
				r.pos.behind[l.Name()] = stopped
			}
		}
		return r.store(held, due)
	})
	err = errors.Join(err, r.account(p, from))
	if p.cut != nil {
		return err
	}
	end, _, _ := p.track.take()
	for _, l := range p.lines {
		if l.err == nil {
			r.joinFront(l.Name(), end)
			r.rep.Branch(l.Name()).CaughtUp = true
			r.emit(BranchCaughtUp{r.of(), l.Name()})
		}
	}
	return errors.Join(err, r.store(held, nil), r.expire(held, p))
}

// joinFront puts a branch that came to the end of the source among those at the
// front. Where all of them have failed, the front is where this one came to, and
// they are behind.
func (r *run[T]) joinFront(name string, end duijiesync.Checkpoint) {
	delete(r.pos.behind, name)
	var failed []string
	for _, b := range r.rep.Branches {
		if _, behind := r.pos.behind[b.Name]; behind || b.Name == name {
			continue
		}
		if b.Err == nil {
			return
		}
		failed = append(failed, b.Name)
	}
	for _, other := range failed {
		r.pos.behind[other] = r.pos.at
	}
	r.pos.at = end
}

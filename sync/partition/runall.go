package partition

import (
	"context"
	"errors"
	"fmt"
	stdsync "sync"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// Options say how RunAll runs partitions.
type Options struct {
	// Parallel is how many partitions run at the same time. 0 = 4.
	Parallel int
	// PerTenant is how many of them may be of one tenant. 0 = Parallel.
	PerTenant int
	// Budget is that of one slice: after it another partition gets its turn. The
	// zero Budget has a partition run until its source has no more.
	Budget Budget
	// Patience is how long RunAll comes back to a partition that another runner
	// has, or that the platform throttles, before it leaves it. 0 = 5 minutes;
	// negative: not at all.
	Patience time.Duration
	// Fresh leaves out partitions whose last run settled everything and ended less
	// than this ago, in whatever process: so that several processes with the same
	// partitions do not run them one after the other. It needs State. 0: none is
	// left out.
	Fresh time.Duration
	// State is where Fresh looks; otherwise it may be nil.
	State duijiesync.State
	// OnResult, when not nil, is told of each partition when RunAll is through with
	// it, on the goroutine that called RunAll.
	OnResult func(Result)
}

// RunAll runs partitions until none has more to do, within the limits of o, and
// goes on when some fail. Tenants take turns, so that none waits for another's
// many partitions; a tenant the platform throttles rests. parts nil means those
// the planner lists.
//
// Any number of processes may do this over the same partitions and State: their
// leases give each to one of them at a time.
//
// The summary is never nil. The error joins an [Error] for each partition that
// failed; those left to other runners or to a later time are only in the summary.
// When ctx ends, what is under way is finished and the error has its cause.
func (r *Registry) RunAll(ctx context.Context, name string, parts []Partition, o Options) (*Summary, error) {
	sum := &Summary{}
	if _, err := r.find(name); err != nil {
		return sum, err
	}
	if o.Fresh > 0 && o.State == nil {
		return sum, fmt.Errorf("%w: Options.Fresh needs Options.State", ErrPartition)
	}
	if parts == nil {
		var err error
		if parts, err = r.Plan(ctx, name); err != nil {
			return sum, err
		}
	} else if err := checkAll(name, parts); err != nil {
		return sum, err
	}
	a := newAgenda(name, parts, o)
	r.work(ctx, a)
	sum.Results = a.results
	sum.add()
	errs := []error{context.Cause(ctx)}
	for _, res := range a.results {
		if res.Status == StatusFailed {
			errs = append(errs, res.Err)
		}
	}
	return sum, errors.Join(errs...)
}

// slot is a slice that has ended.
type slot struct {
	job     *job
	outcome Outcome
	fresh   bool
	err     error
}

// work runs what is on the agenda until nothing is left or ctx ends.
func (r *Registry) work(ctx context.Context, a *agenda) {
	work, cancel := context.WithCancel(ctx)
	var workers stdsync.WaitGroup
	defer workers.Wait() // also where OnResult panics
	defer cancel()
	ended := make(chan slot, a.parallel)
	over := ctx.Done()
	for a.left > 0 {
		now := time.Now()
		for ctx.Err() == nil && a.flying < a.parallel {
			j := a.next(now)
			if j == nil {
				break
			}
			workers.Go(func() {
				done := slot{job: j, err: &Error{a.name, j.part, errGone}}
				defer func() { ended <- done }()
				done = r.slice(work, a, j)
			})
		}
		if ctx.Err() != nil && a.flying == 0 {
			return
		}
		alarm := a.alarm(now, ctx.Err() == nil && a.flying < a.parallel)
		select {
		case done := <-ended:
			a.finish(done, time.Now(), context.Cause(ctx))
		case <-alarm.C:
		case <-over:
			over = nil
		}
		alarm.Stop()
	}
}

// slice runs one slice of a job, unless it was done a short time ago.
func (r *Registry) slice(ctx context.Context, a *agenda, j *job) slot {
	done := slot{job: j}
	if a.o.Fresh > 0 && !j.begun {
		if done.fresh, done.err = fresh(ctx, a, j.part); done.fresh || done.err != nil {
			return done
		}
	}
	done.outcome, done.err = r.RunSlice(ctx, a.name, j.part, a.o.Budget)
	return done
}

// fresh tells whether a partition's last run settled everything, a short time
// ago.
func fresh(ctx context.Context, a *agenda, part Partition) (bool, error) {
	scope, err := part.Scope(a.name)
	if err != nil {
		return false, &Error{a.name, part, err}
	}
	runs, err := a.o.State.Runs(ctx, scope, 1)
	if err != nil {
		return false, &Error{a.name, part, err}
	}
	if len(runs) == 0 || runs[0].Ended.IsZero() || runs[0].Error != "" {
		return false, nil
	}
	return time.Since(runs[0].Ended) < a.o.Fresh, nil
}

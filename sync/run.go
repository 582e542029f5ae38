package sync

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	stdsync "sync"
	"time"

	"github.com/duijie-go/duijie"
)

// run is one pass of a pipeline.
type run[In, Out any] struct {
	p       *Pipeline[In, Out]
	cfg     settings
	finder  Finder[Out] // nil when the sink can not look records up
	lease   Lease
	keep    *leaseKeeper
	ctx     context.Context // of the batch under way: outlives the caller's by the grace
	rep     *reporter
	id      string
	outs    []Record[Out] // of the batch being processed; its items point into it
	batches int64         // open batches made, for their sequence
	replays bool
	// refusedNow counts refusals of this run; those it found in the dead letters do not stop it.
	refusedNow int64
}

// run takes the lease, does body, and closes the run's books.
func (p *Pipeline[In, Out]) run(ctx context.Context, body func(*run[In, Out]) error) (*Report, error) {
	rep := &reporter{rep: Report{Pipeline: p.Name, Partition: p.Partition, Started: time.Now(), Calls: map[string]map[string]int64{}}}
	finish := func(err error) (*Report, error) {
		rep.update(func(r *Report) { r.Ended = time.Now() })
		final := rep.snapshot()
		return &final, err
	}
	cfg, err := p.settings()
	if err != nil {
		return finish(err)
	}
	scope := Scope{Pipeline: p.Name, Partition: p.Partition}
	lease, until, err := p.acquire(ctx, scope, cfg)
	if err != nil {
		return finish(err)
	}
	work, cancel := outlive(ctx, cfg.grace)
	defer cancel(nil)
	r := &run[In, Out]{
		p: p, cfg: cfg, lease: lease, rep: rep, id: rand.Text(),
		ctx: duijie.ContextWithCallObserver(work, rep.observe),
	}
	r.finder, _ = p.Sink.(Finder[Out])
	if pager, ok := p.Source.(Pager); ok {
		rep.rep.Paging = pager.Paging()
	}
	r.keep = keepLease(work, p.State, lease, until, cfg.leaseTTL, cancel)
	err = body(r)
	if cause := context.Cause(work); cause != nil && errors.Is(cause, ErrLeaseLost) {
		err = errors.Join(cause, err)
	}
	r.keep.stop()
	return finish(r.closeBooks(err))
}

// acquire takes the lease, waiting for another run's to end if it may. The
// lease surely lasts until the time returned.
func (p *Pipeline[In, Out]) acquire(ctx context.Context, scope Scope, cfg settings) (Lease, time.Time, error) {
	owner := newOwner()
	deadline := time.Now().Add(p.LeaseWait)
	for waiting := false; ; waiting = true {
		asked := time.Now()
		lease, err := p.State.Acquire(ctx, scope, owner, cfg.leaseTTL)
		if !errors.Is(err, ErrLeaseHeld) || !time.Now().Before(deadline) {
			return lease, asked.Add(cfg.leaseTTL), err
		}
		if !waiting {
			cfg.log.Warn("waiting for another run's lease to end", "pipeline", p.Name, "held", err.Error())
		}
		if err := sleep(ctx, min(cfg.leaseTTL/10, time.Second)); err != nil {
			return Lease{}, time.Time{}, err
		}
	}
}

// closingGrace is how long the State may take for the last notes of a run.
const closingGrace = 10 * time.Second

// closeBooks counts the dead letters, keeps the run's row, gives the lease up.
func (r *run[In, Out]) closeBooks(err error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.ctx), closingGrace)
	defer cancel()
	dead, deadErr := r.p.State.CountDeadLetters(ctx, r.p.Name)
	r.rep.update(func(rep *Report) { rep.DeadLetters, rep.Ended = dead, time.Now() })
	if errors.Is(err, ErrLeaseLost) {
		return err
	}
	snapshot := r.rep.snapshot()
	body, jsonErr := json.Marshal(snapshot)
	record := RunRecord{ID: r.id, Started: snapshot.Started, Ended: snapshot.Ended, Report: body}
	if err != nil {
		record.Error = err.Error()
	}
	settleErr := r.p.State.Settle(ctx, r.lease, Settlement{RecordedRun: &record})
	releaseErr := r.p.State.Release(ctx, r.lease)
	r.logEnd(err, snapshot)
	return errors.Join(err, deadErr, jsonErr, settleErr, releaseErr)
}

func (r *run[In, Out]) logEnd(err error, s Report) {
	attrs := []any{
		"pipeline", s.Pipeline, "read", s.Read, "created", s.Created, "updated", s.Updated, "unchanged", s.Unchanged,
		"skipped", s.Skipped, "refused", s.Refused, "held", s.Held, "dead_letters", s.DeadLetters,
		"throttled", s.Throttled, "retries", s.Retries, "duration", s.Ended.Sub(s.Started),
	}
	if err != nil {
		r.cfg.log.Error("run stopped", append(attrs, "error", err.Error())...)
		return
	}
	r.cfg.log.Info("run finished", attrs...)
}

// outlive returns a context that goes on for grace after ctx ended, so that the
// batch under way can be finished and settled.
func outlive(ctx context.Context, grace time.Duration) (context.Context, context.CancelCauseFunc) {
	work, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	var mu stdsync.Mutex
	var timer *time.Timer
	stop := context.AfterFunc(ctx, func() {
		mu.Lock()
		defer mu.Unlock()
		timer = time.AfterFunc(grace, func() { cancel(context.Cause(ctx)) })
	})
	return work, func(cause error) {
		stop()
		mu.Lock()
		defer mu.Unlock()
		if timer != nil {
			timer.Stop()
		}
		cancel(cause)
	}
}

func newOwner() string {
	host, _ := os.Hostname()
	return fmt.Sprintf("%s/%d/%s", host, os.Getpid(), rand.Text()[:8])
}

// copy reads the source from the checkpoint and processes batch after batch,
// reading ahead while it writes.
func (r *run[In, Out]) copy(ctx context.Context) error {
	from, err := r.p.State.Checkpoint(r.ctx, r.lease.Scope)
	if err != nil {
		return err
	}
	r.rep.update(func(rep *Report) { rep.Checkpoint = CheckpointMove{Before: from, After: from} })
	read, stop := context.WithCancel(r.ctx)
	defer stop()
	ahead := r.readAhead(read, from)
	defer ahead.wait()
	defer stop()
	for {
		if ctx.Err() != nil { // select picks at random when both are ready
			return context.Cause(ctx)
		}
		select {
		case <-ctx.Done():
		case got, more := <-ahead.batches:
			switch {
			case !more && r.ctx.Err() != nil:
				return context.Cause(r.ctx)
			case !more:
				return nil
			case got.err != nil:
				return fmt.Errorf("duijie/sync: read: %w", got.err)
			}
			if err := r.process(got.batch); err != nil {
				return err
			}
		}
	}
}

type readResult[T any] struct {
	batch Batch[T]
	err   error
}

// reader is the goroutine that reads ahead. Whoever starts it calls wait.
type reader[T any] struct {
	batches chan readResult[T]
	done    chan struct{}
}

func (r *run[In, Out]) readAhead(ctx context.Context, from Checkpoint) *reader[In] {
	ahead := &reader[In]{batches: make(chan readResult[In], r.cfg.prefetch), done: make(chan struct{})}
	go func() {
		defer close(ahead.done)
		defer close(ahead.batches)
		r.read(ctx, from, func(got readResult[In]) bool {
			select {
			case ahead.batches <- got:
				return true
			case <-ctx.Done():
				return false
			}
		})
	}()
	return ahead
}

func (r *reader[T]) wait() { <-r.done }

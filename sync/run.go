package sync

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	stdsync "sync"
	"sync/atomic"
	"time"

	"github.com/duijie-go/duijie"
)

// run is one pass of a pipeline.
type run[In, Out any] struct {
	p        *Pipeline[In, Out]
	cfg      settings
	finder   Finder[Out] // nil when the sink can not look records up
	lease    Lease
	keep     *leaseKeeper
	ctx      context.Context // of the batches under way: outlives the caller's by the grace
	rep      *reporter
	id       string
	observer Observer      // nil when nobody listens
	slots    chan struct{} // one per call of the sink at the same time
	batches  atomic.Int64  // open batches made, for their sequence
	budget   retryBudget
	replays  bool
	// refusedNow counts refusals of this run; those it found in the dead letters do
	// not stop it. It is guarded by the report's lock.
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
	lease, until, err := acquire(ctx, p.State, scope, cfg.leaseTTL, p.LeaseWait, func(held error) {
		cfg.log.Warn("waiting for another run's lease to end", "pipeline", p.Name, "held", held.Error())
	})
	if err != nil {
		return finish(err)
	}
	work, cancel := outlive(ctx, cfg.grace)
	defer cancel(nil)
	r := newRun(work, p, cfg, rep)
	r.lease = lease
	if pager, ok := p.Source.(Pager); ok {
		rep.rep.Paging = pager.Paging()
	}
	r.keep = keepLease(work, p.State, lease, until, cfg.leaseTTL, cancel)
	err = body(r)
	if cause := context.Cause(work); cause != nil && errors.Is(cause, ErrLeaseLost) {
		err = errors.Join(cause, err)
		if r.observer != nil {
			r.emit(LeaseLost{r.of(), cause})
		}
	}
	r.keep.stop()
	return finish(r.closeBooks(err))
}

// newRun makes a run without a lease.
func newRun[In, Out any](ctx context.Context, p *Pipeline[In, Out], cfg settings, rep *reporter) *run[In, Out] {
	r := &run[In, Out]{
		p: p, cfg: cfg, rep: rep, id: rand.Text(), observer: cfg.observer,
		slots: make(chan struct{}, cfg.lanes), budget: newRetryBudget(cfg.retryBudget),
	}
	r.finder, _ = p.Sink.(Finder[Out])
	r.ctx = duijie.ContextWithCallObserver(ctx, r.called)
	if r.observer != nil {
		r.ctx = ContextWithObserver(r.ctx, r.observer)
	}
	return r
}

// called counts a platform call.
func (r *run[In, Out]) called(e duijie.CallEvent) {
	r.rep.observe(e)
	if r.observer != nil {
		r.emit(CallDone{r.of(), e})
	}
}

func (r *run[In, Out]) of() Of { return Of{r.p.Name, r.p.Partition, r.id} }

// emit tells the observer. Callers see to it that there is one before they
// build an event.
func (r *run[In, Out]) emit(e Event) {
	var err error // logged already
	defer r.caught("observer", "", &err)
	r.observer.Observe(r.ctx, e)
}

// closingGrace is how long the State may take for the last notes of a run.
const closingGrace = 10 * time.Second

// closeBooks counts the dead letters, keeps the run's row, gives the lease up.
func (r *run[In, Out]) closeBooks(err error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.ctx), closingGrace)
	defer cancel()
	dead, deadErr := r.p.State.CountDeadLetters(ctx, r.p.Name)
	r.rep.update(func(rep *Report) { rep.DeadLetters, rep.Ended = dead, time.Now() })
	snapshot := r.rep.snapshot()
	if errors.Is(err, ErrLeaseLost) {
		if r.observer != nil {
			r.emit(RunEnded{r.of(), snapshot, err})
		}
		return err
	}
	body, jsonErr := json.Marshal(snapshot)
	record := RunRecord{ID: r.id, Started: snapshot.Started, Ended: snapshot.Ended, Report: body}
	if err != nil {
		record.Error = err.Error()
	}
	settleErr := r.p.State.Settle(ctx, r.lease, Settlement{RecordedRun: &record})
	releaseErr := r.p.State.Release(ctx, r.lease)
	err = errors.Join(err, deadErr, jsonErr, settleErr, releaseErr)
	if r.observer != nil {
		r.emit(RunEnded{r.of(), snapshot, err})
	}
	return err
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
	if r.observer != nil {
		r.emit(RunStarted{r.of(), from, r.rep.snapshot().Paging})
	}
	read, stop := context.WithCancel(r.ctx)
	defer stop()
	ahead := r.readAhead(read, from)
	fleet := r.newFleet(from)
	err = r.launchAll(ctx, ahead, fleet)
	stop()
	ahead.wait()
	landed := fleet.land()
	if err == nil || errors.Is(landed, err) { // a batch that fails ends the loop with its own error
		return landed
	}
	return errors.Join(err, landed)
}

// launchAll starts what is read until the source, the context or a batch ends it.
func (r *run[In, Out]) launchAll(ctx context.Context, ahead *reader[In], fleet *fleet[In, Out]) error {
	for {
		if ctx.Err() != nil { // select picks at random when both are ready
			return context.Cause(ctx)
		}
		select {
		case <-ctx.Done():
		case <-fleet.change:
			if err := fleet.failure(); err != nil {
				return err
			}
		case got, more := <-ahead.batches:
			switch {
			case !more && r.ctx.Err() != nil:
				return context.Cause(r.ctx)
			case !more:
				return nil
			case got.err != nil:
				return fmt.Errorf("duijie/sync: read: %w", got.err)
			}
			if r.observer != nil {
				r.emit(BatchRead{r.of(), len(got.batch.Records)})
			}
			r.nameless(&got.batch)
			if err := fleet.launch(ctx, got.batch); err != nil {
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
	hand := func(got readResult[In]) bool {
		select {
		case ahead.batches <- got:
			return true
		case <-ctx.Done():
			return false
		}
	}
	go func() {
		defer close(ahead.done)
		defer close(ahead.batches)
		ended := false
		defer func() {
			if !ended {
				hand(readResult[In]{err: errGoexit})
			}
		}()
		r.read(ctx, from, hand)
		ended = true
	}()
	return ahead
}

func (r *reader[T]) wait() { <-r.done }

package sync

import (
	"context"
	"errors"
	"fmt"
	stdsync "sync"
)

// errHalted ends what was not sent yet when another batch failed.
var errHalted = errors.New("duijie/sync: not sent, because another batch failed")

// fleet keeps the batches that are under way at the same time: as many as the
// sink has lanes, and never two with the same key, so that order per key is
// kept. The checkpoint follows the oldest batch that is not settled.
type fleet[In, Out any] struct {
	r  *run[In, Out]
	wg stdsync.WaitGroup
	// change has room for one note that a batch ended.
	change chan struct{}

	mu      stdsync.Mutex
	flights []*flight[In, Out] // in the order of reading, from the oldest that is not settled
	flying  int                // those that have not ended
	keys    map[string]int     // in flight; only where there are lanes
	reached Checkpoint         // behind everything that is settled
	stored  Checkpoint         // what the State has
	err     error
}

func (r *run[In, Out]) newFleet(stored Checkpoint) *fleet[In, Out] {
	return &fleet[In, Out]{
		r: r, change: make(chan struct{}, 1), keys: map[string]int{}, reached: stored, stored: stored,
	}
}

// launch starts a batch, once there is room for it and no batch with one of its
// keys is under way. It returns when the batch has started, with one lane when it
// has ended.
func (f *fleet[In, Out]) launch(ctx context.Context, batch Batch[In]) error {
	fl := &flight[In, Out]{r: f.r, fleet: f, batch: batch, replays: f.r.replays}
	if f.r.cfg.lanes == 1 {
		f.add(fl)
		err := fl.process()
		f.end(fl, err)
		return err
	}
	for !f.admit(fl) {
		select {
		case <-f.change:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	if err := f.failure(); err != nil {
		return err
	}
	f.wg.Go(func() {
		err := errGoexit
		defer func() { f.end(fl, err) }()
		err = fl.process()
	})
	return nil
}

// admit adds a batch if it may start now. After a failure it says yes without
// adding it.
func (f *fleet[In, Out]) admit(fl *flight[In, Out]) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err != nil {
		return true
	}
	if f.flying >= f.r.cfg.lanes {
		return false
	}
	for i := range fl.batch.Records {
		if f.keys[fl.batch.Records[i].Key] > 0 && !f.r.p.weak.is(weakOrder) {
			return false
		}
	}
	for i := range fl.batch.Records {
		f.keys[fl.batch.Records[i].Key]++
	}
	f.flights = append(f.flights, fl)
	f.flying++
	return true
}

func (f *fleet[In, Out]) add(fl *flight[In, Out]) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.flights = append(f.flights, fl)
	f.flying++
}

// end takes a batch that has ended out of the air.
func (f *fleet[In, Out]) end(fl *flight[In, Out], err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.flying--
	if f.r.cfg.lanes > 1 {
		for i := range fl.batch.Records {
			key := fl.batch.Records[i].Key
			if f.keys[key]--; f.keys[key] <= 0 {
				delete(f.keys, key)
			}
		}
	}
	fl.batch.Records, fl.batch.Settled, fl.outs = nil, nil, nil // it may stay behind an older one for long
	if err != nil && (f.err == nil || !errors.Is(err, errHalted)) {
		f.err = errors.Join(f.err, err)
	}
	select {
	case f.change <- struct{}{}:
	default:
	}
}

// failure is the error that keeps further batches from being started.
func (f *fleet[In, Out]) failure() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

// failed tells whether a batch has failed: what was not sent stays unsent.
func (f *fleet[In, Out]) failed() bool { return f.failure() != nil }

// checkpoint is the resume point to store with the settlement of fl, nil for
// none: only the oldest batch under way moves it, past itself and past those
// behind it that are settled.
func (f *fleet[In, Out]) checkpoint(fl *flight[In, Out]) *Checkpoint {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.r.replays || f.flights[0] != fl {
		return nil
	}
	reach := f.reached
	for i, other := range f.flights {
		if i > 0 && !other.settled {
			break
		}
		if other.batch.Checkpoint != "" {
			reach = other.batch.Checkpoint
		}
	}
	if reach == f.stored {
		return nil
	}
	return &reach
}

// settled notes that everything of fl is stored, with a checkpoint or without.
func (f *fleet[In, Out]) settled(fl *flight[In, Out], checkpoint *Checkpoint) {
	f.mu.Lock()
	defer f.mu.Unlock()
	fl.settled = true
	if checkpoint != nil {
		f.stored = *checkpoint
	}
	for len(f.flights) > 0 && f.flights[0].settled {
		if c := f.flights[0].batch.Checkpoint; c != "" {
			f.reached = c
		}
		f.flights[0] = nil
		f.flights = f.flights[1:]
	}
}

// land waits for everything under way and stores the last checkpoint, which
// batches that settled at the same moment may have left behind.
func (f *fleet[In, Out]) land() error {
	f.wg.Wait()
	f.mu.Lock()
	reached, stored, err := f.reached, f.stored, f.err
	f.mu.Unlock()
	if f.r.replays || reached == stored || errors.Is(err, ErrLeaseLost) {
		return err
	}
	ctx, cancel := outlive(f.r.ctx, closingGrace)
	defer cancel(nil)
	if e := f.r.p.State.Settle(ctx, f.r.lease, Settlement{Checkpoint: &reached}); e != nil {
		return errors.Join(err, fmt.Errorf("duijie/sync: store the checkpoint: %w", e))
	}
	f.r.rep.update(func(rep *Report) { rep.Checkpoint.After = reached })
	return err
}

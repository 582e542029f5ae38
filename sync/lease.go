package sync

import (
	"context"
	"errors"
	"fmt"
	stdsync "sync"
	"time"
)

// leaseKeeper renews a lease while its run goes on, and ends the run when the
// lease is lost.
type leaseKeeper struct {
	leases LeaseStore
	lease  Lease
	ttl    time.Duration
	quit   chan struct{}
	done   chan struct{}

	mu    stdsync.Mutex
	until time.Time // by both clocks: the wall's and the monotonic one
}

func keepLease(ctx context.Context, leases LeaseStore, lease Lease, until time.Time, ttl time.Duration, lost context.CancelCauseFunc) *leaseKeeper {
	k := &leaseKeeper{
		leases: leases, lease: lease, ttl: ttl, until: until,
		quit: make(chan struct{}), done: make(chan struct{}),
	}
	go k.loop(ctx, lost)
	return k
}

// LeaseOptions say how a lease is held.
type LeaseOptions struct {
	// TTL is after how long without a sign of life another process may take over;
	// 0 = 60 s.
	TTL time.Duration
	// Wait is how long to wait for another holder; 0: not at all.
	Wait time.Duration
}

// WithLease does something under the lease of a scope, which it renews
// meanwhile: for programs that change a pipeline's state on their own, beside its
// runs, and for jobs that one process at a time may do. The context of do ends with the
// lease, and a State refuses what comes under it afterwards; other targets must be
// given the lease's Fence to do so. It returns ErrLeaseHeld while another one holds the
// lease.
func WithLease(ctx context.Context, leases LeaseStore, scope Scope, o LeaseOptions, do func(ctx context.Context, lease Lease) error) error {
	ttl := orTime(o.TTL, time.Minute)
	lease, until, err := acquire(ctx, leases, scope, ttl, o.Wait, func(error) {})
	if err != nil {
		return err
	}
	work, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	keep := keepLease(work, leases, lease, until, ttl, cancel)
	err = do(work, lease)
	if cause := context.Cause(work); cause != nil && errors.Is(cause, ErrLeaseLost) && !errors.Is(err, ErrLeaseLost) {
		err = errors.Join(cause, err)
	}
	keep.stop()
	release, stop := context.WithTimeout(context.WithoutCancel(ctx), closingGrace)
	defer stop()
	return errors.Join(err, leases.Release(release, lease))
}

// acquire takes the lease of a scope, waiting for another's to end if it may.
// The lease surely lasts until the time returned.
func acquire(ctx context.Context, leases LeaseStore, scope Scope, ttl, patience time.Duration, waiting func(held error)) (Lease, time.Time, error) {
	owner := newOwner()
	deadline := time.Now().Add(patience)
	for first := true; ; first = false {
		asked := time.Now()
		lease, err := leases.Acquire(ctx, scope, owner, ttl)
		if !errors.Is(err, ErrLeaseHeld) || !time.Now().Before(deadline) {
			return lease, asked.Add(ttl), err
		}
		if first {
			waiting(err)
		}
		if err := sleep(ctx, min(ttl/10, time.Second)); err != nil {
			return Lease{}, time.Time{}, err
		}
	}
}

func (k *leaseKeeper) loop(ctx context.Context, lost context.CancelCauseFunc) {
	defer close(k.done)
	next := time.NewTimer(k.pause())
	defer next.Stop()
	for {
		select {
		case <-k.quit:
			return
		case <-ctx.Done():
			return
		case <-next.C:
		}
		if err := k.renew(ctx); err != nil && (errors.Is(err, ErrLeaseLost) || !k.valid()) {
			lost(fmt.Errorf("%w: %w", ErrLeaseLost, err))
			return
		}
		next.Reset(k.pause())
	}
}

// pause is a third of the lease, but never longer than it surely lasts: what is
// under way when it ends must end too.
func (k *leaseKeeper) pause() time.Duration {
	k.mu.Lock()
	defer k.mu.Unlock()
	return min(k.ttl/3, time.Until(k.until))
}

func (k *leaseKeeper) renew(ctx context.Context) error {
	asked := time.Now()
	ctx, cancel := context.WithTimeout(ctx, k.pause())
	defer cancel()
	if err := k.leases.Renew(ctx, k.lease, k.ttl); err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.until = asked.Add(k.ttl)
	return nil
}

// valid tells whether the lease surely still is ours. A machine that slept may
// have stopped one of the clocks, so both are asked.
func (k *leaseKeeper) valid() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := time.Now()
	return now.Before(k.until) && now.Round(0).Before(k.until.Round(0))
}

// check is asked before anything is sent.
func (k *leaseKeeper) check() error {
	if !k.valid() {
		return fmt.Errorf("%w: not renewed for %v", ErrLeaseLost, k.ttl)
	}
	return nil
}

func (k *leaseKeeper) stop() {
	close(k.quit)
	<-k.done
}

package sync_test

import (
	"context"
	"fmt"
	"sync"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// store is the State all processes share, with leases by the clock of whoever
// asks, as in a store without a clock of its own. The memory state below it
// guards every write by the fence.
type store struct {
	w     *world
	state duijiesync.State

	mu     sync.Mutex
	leases map[duijiesync.Scope]holding
	opened map[batchID]map[string]duijiesync.Fingerprint // by batch: what may be sent
}

// holding is a lease and who has it.
type holding struct {
	duijiesync.Lease
	proc  int
	until time.Duration // by the clock of who wrote it
	taken time.Duration // by the world's
}

func newStore(w *world) *store {
	return &store{
		w: w, state: duijiesync.NewMemoryState(), leases: map[duijiesync.Scope]holding{},
		opened: map[batchID]map[string]duijiesync.Fingerprint{},
	}
}

// disk is the store as one process reaches it.
type disk struct{ *proc }

// step is one call of the store.
func (s disk) step(ctx context.Context, what, key string, do func() error) error {
	d := s.w.dice(s.id, what, key)
	if err := s.enter(ctx, d); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if s.w.strikes(d, storeBusy) {
		s.w.log(s.id, what, "busy", 0, 0)
		return errBusy
	}
	err := do()
	text := key
	if err != nil {
		text = "refused"
	}
	s.w.log(s.id, what, text, 0, 0)
	if gone := s.leave(d); gone != nil {
		return gone
	}
	if s.w.strikes(d, storeCut) {
		s.w.log(s.id, what, "connection cut", 0, 0)
		return errConn
	}
	return err
}

func (s disk) now() time.Duration { return time.Since(s.w.begin) + s.skewNow() }

// Acquire takes a lease that ran out by this process's clock. The memory state
// would give it only by the world's, so it is asked with no time to live.
func (s disk) Acquire(ctx context.Context, scope duijiesync.Scope, owner string, _ time.Duration) (lease duijiesync.Lease, err error) {
	st := s.w.store
	err = s.step(ctx, "acquire", scope.Partition, func() error {
		st.mu.Lock()
		defer st.mu.Unlock()
		old := st.leases[scope]
		if old.until > s.now() {
			return fmt.Errorf("%w: p%d until %v", duijiesync.ErrLeaseHeld, old.proc, old.until)
		}
		if lease, err = st.state.Acquire(ctx, scope, owner, 1); err != nil {
			return err
		}
		st.leases[scope] = holding{lease, s.id, s.now() + s.w.knobs.ttl, time.Since(s.w.begin)}
		s.fence, s.owns = lease.Fence, scope // a replay of all partitions owns one after the other
		return nil
	})
	return lease, err
}

func (s disk) Renew(ctx context.Context, lease duijiesync.Lease, ttl time.Duration) error {
	return s.write(ctx, "renew", "", lease, func(lease duijiesync.Lease) error {
		if s.cut {
			return errConn
		}
		if err := s.w.store.state.Renew(ctx, lease, ttl); err != nil {
			return err
		}
		held := s.w.store.leases[lease.Scope]
		held.until = s.now() + s.w.knobs.ttl
		s.w.store.leases[lease.Scope] = held
		return nil
	})
}

func (s disk) Release(ctx context.Context, lease duijiesync.Lease) error {
	st := s.w.store
	return s.step(ctx, "release", "", func() error {
		st.mu.Lock()
		defer st.mu.Unlock()
		if held := st.leases[lease.Scope]; held.Fence == lease.Fence {
			held.until = -time.Hour
			st.leases[lease.Scope] = held
		}
		return st.state.Release(ctx, lease)
	})
}

// write is a call that the fence guards. The world checks that it does.
func (s disk) write(ctx context.Context, what, key string, lease duijiesync.Lease, do func(duijiesync.Lease) error) error {
	st := s.w.store
	return s.step(ctx, what, key, func() error {
		st.mu.Lock()
		defer st.mu.Unlock()
		newest := st.leases[lease.Scope]
		err := do(s.w.weak.lease(lease, newest.Lease))
		if err == nil && newest.Fence != lease.Fence && !s.w.weak.fence {
			s.w.violate("p%d changes the state by %s, though p%d owns it", s.id, what, newest.proc)
		}
		return err
	})
}

func (s disk) Open(ctx context.Context, lease duijiesync.Lease, b duijiesync.OpenBatch) (shared bool, err error) {
	b.Started = b.Started.Add(s.skewNow())
	err = s.write(ctx, "open", b.Intents[0].Key, lease, func(lease duijiesync.Lease) error {
		if s.w.weak.intents {
			return nil
		}
		if s.w.weak.open != nil {
			if err := s.w.weak.open(ctx, s, lease, b); err != nil {
				return err
			}
		}
		shared, err = s.w.store.state.Open(ctx, lease, b)
		if err == nil {
			s.w.store.noteOpen(s.proc, b)
		}
		return err
	})
	return shared, err
}

func (s disk) Settle(ctx context.Context, lease duijiesync.Lease, set duijiesync.Settlement) error {
	skew := s.skewNow()
	for i := range set.Entries {
		set.Entries[i].Updated = set.Entries[i].Updated.Add(skew)
	}
	key := "book"
	if len(set.Entries) > 0 {
		key = set.Entries[0].Key
	} else if set.Checkpoint != nil {
		key = "checkpoint"
	}
	return s.write(ctx, "settle", key, lease, func(lease duijiesync.Lease) error {
		instead, err := false, error(nil)
		if s.w.weak.settle != nil {
			instead, err = s.w.weak.settle(ctx, s, lease, set)
		}
		if err == nil && !instead {
			err = s.w.store.state.Settle(ctx, lease, set)
		}
		if err != nil {
			return err
		}
		s.w.store.noteClosed(s.proc, set.Close)
		s.w.logSettlement(s.proc, set)
		if set.Checkpoint != nil {
			s.w.checkCheckpoint(s.proc, *set.Checkpoint)
		}
		return nil
	})
}

func (s disk) Checkpoint(ctx context.Context, scope duijiesync.Scope) (c duijiesync.Checkpoint, err error) {
	err = s.step(ctx, "checkpoint", "", func() error { c, err = s.w.store.state.Checkpoint(ctx, scope); return err })
	return c, err
}

func (s disk) Ledger(ctx context.Context, pipeline string, keys []string) (m map[string]duijiesync.Entry, err error) {
	skew := s.skewNow()
	err = s.step(ctx, "ledger", keys[0], func() error {
		m, err = s.w.store.state.Ledger(ctx, pipeline, keys)
		return err
	})
	for k, e := range m {
		e.Updated = e.Updated.Add(-skew)
		m[k] = e
	}
	if err != nil {
		return nil, err
	}
	if s.w.weak.ledger != nil {
		m = s.w.weak.ledger(m)
	}
	return m, nil
}

func (s disk) OpenBatches(ctx context.Context, scope duijiesync.Scope) (all []duijiesync.OpenBatch, err error) {
	skew := s.skewNow()
	err = s.step(ctx, "open batches", "", func() error { all, err = s.w.store.state.OpenBatches(ctx, scope); return err })
	for i := range all {
		all[i].Started = all[i].Started.Add(-skew)
	}
	if err != nil {
		all = nil
	}
	return all, err
}

func (s disk) DeadLetters(ctx context.Context, pipeline string, q duijiesync.DeadLetterQuery) (all []duijiesync.DeadLetter, err error) {
	err = s.step(ctx, "letters", q.After, func() error { all, err = s.w.store.state.DeadLetters(ctx, pipeline, q); return err })
	if err != nil {
		all = nil
	}
	return all, err
}

func (s disk) CountDeadLetters(ctx context.Context, pipeline string) (n int64, err error) {
	err = s.step(ctx, "count", "", func() error { n, err = s.w.store.state.CountDeadLetters(ctx, pipeline); return err })
	return n, err
}

func (s disk) Entries(ctx context.Context, pipeline, after string, limit int) ([]duijiesync.Entry, string, error) {
	return s.w.store.state.Entries(ctx, pipeline, after, limit)
}

func (s disk) Expire(ctx context.Context, lease duijiesync.Lease, before time.Time) (n int64, err error) {
	err = s.write(ctx, "expire", "", lease, func(lease duijiesync.Lease) error {
		n, err = s.w.store.state.Expire(ctx, lease, before)
		return err
	})
	return n, err
}

func (s disk) Runs(ctx context.Context, scope duijiesync.Scope, limit int) ([]duijiesync.RunRecord, error) {
	return s.w.store.state.Runs(ctx, scope, limit)
}

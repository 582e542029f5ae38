package sync

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	stdsync "sync"
	"time"
)

// NewMemoryState keeps everything in this process: for tests, and for pipelines
// that may start over. What it holds is gone with the process.
func NewMemoryState() State {
	return &memoryState{scopes: map[Scope]*memoryScope{}, pipelines: map[string]*memoryPipeline{}}
}

type memoryState struct {
	mu        stdsync.Mutex
	scopes    map[Scope]*memoryScope
	pipelines map[string]*memoryPipeline
}

type memoryScope struct {
	owner      string
	fence      int64
	until      time.Time
	checkpoint Checkpoint
	open       []OpenBatch
	runs       []RunRecord
}

type memoryPipeline struct {
	ledger map[string]Entry
	dead   map[string]DeadLetter
}

func (m *memoryState) scope(s Scope) *memoryScope {
	sc := m.scopes[s]
	if sc == nil {
		sc = &memoryScope{}
		m.scopes[s] = sc
	}
	return sc
}

func (m *memoryState) pipeline(name string) *memoryPipeline {
	p := m.pipelines[name]
	if p == nil {
		p = &memoryPipeline{ledger: map[string]Entry{}, dead: map[string]DeadLetter{}}
		m.pipelines[name] = p
	}
	return p
}

func (m *memoryState) Acquire(_ context.Context, scope Scope, owner string, ttl time.Duration) (Lease, error) {
	if owner == "" || len(owner) > 128 || ttl <= 0 {
		return Lease{}, errors.New("duijie/sync: a lease needs an owner of 1 to 128 bytes and a time above 0")
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	sc := m.scope(scope)
	if now := time.Now(); sc.owner != "" && now.Before(sc.until) {
		return Lease{}, fmt.Errorf("%w: %s until %s", ErrLeaseHeld, sc.owner, sc.until.Format(time.RFC3339))
	}
	sc.fence++
	sc.owner, sc.until = owner, time.Now().Add(ttl)
	return Lease{Scope: scope, Owner: owner, Fence: sc.fence}, nil
}

// held returns the scope if lease still is its lease.
func (m *memoryState) held(lease Lease) (*memoryScope, error) {
	sc := m.scope(lease.Scope)
	if sc.owner != lease.Owner || sc.fence != lease.Fence {
		return nil, ErrLeaseLost
	}
	return sc, nil
}

func (m *memoryState) Renew(_ context.Context, lease Lease, ttl time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	sc, err := m.held(lease)
	if err != nil {
		return err
	}
	sc.until = time.Now().Add(ttl)
	return nil
}

func (m *memoryState) Release(_ context.Context, lease Lease) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if sc, err := m.held(lease); err == nil {
		sc.owner = ""
	}
	return nil
}

func (m *memoryState) Checkpoint(_ context.Context, scope Scope) (Checkpoint, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.scope(scope).checkpoint, nil
}

func (m *memoryState) Ledger(_ context.Context, pipeline string, keys []string) (map[string]Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	ledger := m.pipeline(pipeline).ledger
	found := make(map[string]Entry, len(keys))
	for _, k := range keys {
		if e, ok := ledger[k]; ok {
			found[k] = e
		}
	}
	return found, nil
}

func (m *memoryState) OpenBatches(_ context.Context, scope Scope) ([]OpenBatch, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.scope(scope).open), nil
}

func (m *memoryState) Open(_ context.Context, lease Lease, batch OpenBatch) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	sc, err := m.held(lease)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(sc.open, func(b OpenBatch) bool { return b.Seq == batch.Seq }) {
		return fmt.Errorf("duijie/sync: batch %d is open already", batch.Seq)
	}
	batch.Intents = slices.Clone(batch.Intents)
	sc.open = append(sc.open, batch)
	slices.SortFunc(sc.open, func(a, b OpenBatch) int { return cmp.Compare(a.Seq, b.Seq) })
	return nil
}

func (m *memoryState) Settle(_ context.Context, lease Lease, s Settlement) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	sc, err := m.held(lease)
	if err != nil {
		return err
	}
	p := m.pipeline(lease.Scope.Pipeline)
	sc.open = slices.DeleteFunc(sc.open, func(b OpenBatch) bool { return slices.Contains(s.Close, b.Seq) })
	for _, e := range s.Entries {
		p.ledger[e.Key] = e
	}
	for _, k := range s.Forget {
		delete(p.ledger, k)
	}
	for _, d := range s.Dead {
		if old, ok := p.dead[d.Key]; ok {
			d.First = old.First
			d.Attempts += old.Attempts
			if d.Raw == nil {
				d.Raw = old.Raw
			}
		}
		d.Raw = slices.Clone(d.Raw)
		p.dead[d.Key] = d
	}
	for _, k := range s.Resolved {
		delete(p.dead, k)
	}
	if s.Checkpoint != nil {
		sc.checkpoint = *s.Checkpoint
	}
	if s.RecordedRun != nil {
		sc.recordRun(*s.RecordedRun)
	}
	return nil
}

// recordRun puts or replaces a run; the latest thousand are kept.
func (sc *memoryScope) recordRun(r RunRecord) {
	for i := range sc.runs {
		if sc.runs[i].ID == r.ID {
			sc.runs[i] = r
			return
		}
	}
	sc.runs = append(sc.runs, r)
	if len(sc.runs) > 1000 {
		sc.runs = sc.runs[1:]
	}
}

func (m *memoryState) DeadLetters(_ context.Context, pipeline string, q DeadLetterQuery) ([]DeadLetter, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []DeadLetter
	for _, d := range m.pipeline(pipeline).dead {
		if q.Reason != 0 && d.Reason != q.Reason || d.Key <= q.After && q.After != "" {
			continue
		}
		if len(q.Keys) > 0 && !slices.Contains(q.Keys, d.Key) {
			continue
		}
		found = append(found, d)
	}
	slices.SortFunc(found, func(a, b DeadLetter) int { return strings.Compare(a.Key, b.Key) })
	limit := q.Limit
	if limit <= 0 {
		limit = 100
	}
	return found[:min(limit, len(found))], nil
}

func (m *memoryState) CountDeadLetters(_ context.Context, pipeline string) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return int64(len(m.pipeline(pipeline).dead)), nil
}

func (m *memoryState) Runs(_ context.Context, scope Scope, limit int) ([]RunRecord, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	runs := slices.Clone(m.scope(scope).runs)
	slices.Reverse(runs)
	if limit <= 0 {
		limit = 100
	}
	runs = runs[:min(limit, len(runs))]
	return runs, nil
}

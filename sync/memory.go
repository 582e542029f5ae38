package sync

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
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

func (m *memoryState) Open(_ context.Context, lease Lease, batch OpenBatch) (shared bool, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	sc, err := m.held(lease)
	if err != nil {
		return false, err
	}
	if slices.ContainsFunc(sc.open, func(b OpenBatch) bool { return b.Seq == batch.Seq }) {
		return false, fmt.Errorf("duijie/sync: batch %d is open already", batch.Seq)
	}
	for scope, other := range m.scopes {
		if scope.Pipeline != lease.Scope.Pipeline || other == sc || other.fence == 0 {
			continue
		}
		shared = true
		if key, both := sharedKey(other.open, batch); both {
			return false, fmt.Errorf("%w: %q in partition %q", ErrKeyOpen, key, scope.Partition)
		}
	}
	batch.Intents = slices.Clone(batch.Intents)
	sc.open = append(sc.open, batch)
	slices.SortFunc(sc.open, func(a, b OpenBatch) int { return cmp.Compare(a.Seq, b.Seq) })
	return shared, nil
}

// sharedKey finds a key of batch in open batches of another partition.
func sharedKey(open []OpenBatch, batch OpenBatch) (key string, found bool) {
	if len(open) == 0 {
		return "", false
	}
	keys := make(map[string]bool, len(batch.Intents))
	for _, in := range batch.Intents {
		keys[in.Key] = true
	}
	for _, b := range open {
		for _, in := range b.Intents {
			if keys[in.Key] {
				return in.Key, true
			}
		}
	}
	return "", false
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
		d.Partition = lease.Scope.Partition
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

func (m *memoryState) Entries(_ context.Context, pipeline, after string, limit int) (entries []Entry, next string, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if limit <= 0 {
		limit = 1000
	}
	ledger := m.pipeline(pipeline).ledger
	keys := slices.Sorted(maps.Keys(ledger))
	from := 0
	if after != "" { // a cursor is a dot and the last key, so that it is never empty
		var found bool
		if from, found = slices.BinarySearch(keys, strings.TrimPrefix(after, ".")); found {
			from++
		}
	}
	for _, k := range keys[from:] {
		if len(entries) == limit {
			return entries, "." + entries[limit-1].Key, nil
		}
		entries = append(entries, ledger[k])
	}
	return entries, "", nil
}

func (m *memoryState) Expire(_ context.Context, lease Lease, before time.Time) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, err := m.held(lease); err != nil {
		return 0, err
	}
	var n int64
	for k, e := range m.pipeline(lease.Scope.Pipeline).ledger {
		if e.State == EntryDone && e.Updated.Before(before) {
			delete(m.pipeline(lease.Scope.Pipeline).ledger, k)
			n++
		}
	}
	return n, nil
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
		if q.Partition != nil && d.Partition != *q.Partition {
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

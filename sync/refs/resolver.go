package refs

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// Options say where a [Resolver] looks and what it remembers. Backends is
// required; in every other field zero means the default.
type Options[V any] struct {
	// Name says in errors what is referred to: "customer".
	Name string
	// Backends are asked in this order, each for what those before it do not have.
	Backends []Backend[V]
	// Create makes what no backend has, see [CreateWith]. Default: nothing is
	// created.
	Create Create[V]
	// Refuse makes what is missing a refusal instead of something to wait for.
	Refuse bool

	// Size is how many keys are remembered, those that are missing included.
	// Default 10,000.
	Size int
	// KeepFor is how long a value is remembered. Default 10 minutes. How long a
	// miss is, says each backend.
	KeepFor time.Duration
	// RefusedFor is how long a refused creation is remembered. Default 1 minute.
	RefusedFor time.Duration
	// Rows is the most keys one trip to the backends takes. Default 100.
	Rows int
	// Calls is how many trips are made at the same time. Keys that are wanted
	// meanwhile wait and go together. Default 2.
	Calls int
	// Linger is how long a trip waits for keys to go with it. Default 0: keys that
	// come one by one lose no time, and those that come while all trips are under
	// way are gathered anyway.
	Linger time.Duration
}

// Resolver finds what records refer to, for use in a Transform. It is safe for
// concurrent use.
type Resolver[V any] struct {
	o       Options[V]
	mu      sync.Mutex // guards the cache and both batchers
	cache   *cache[V]
	lookups *batcher[V]
	creates *batcher[V] // nil when nothing is created
}

// New makes a resolver. It fails with [ErrOptions].
func New[V any](o Options[V]) (*Resolver[V], error) {
	if o.Name == "" {
		return nil, fmt.Errorf("%w: Options.Name must say what is referred to", ErrOptions)
	}
	if len(o.Backends) == 0 || slices.ContainsFunc(o.Backends, func(b Backend[V]) bool { return b.Find == nil }) {
		return nil, fmt.Errorf("%w: %s needs at least one backend, and each a Find", ErrOptions, o.Name)
	}
	o.Backends = slices.Clone(o.Backends)
	or := func(v *int, def int) {
		if *v <= 0 {
			*v = def
		}
	}
	for i := range o.Backends {
		or(&o.Backends[i].Rows, 100)
	}
	or(&o.Size, 10_000)
	or(&o.Rows, 100)
	or(&o.Calls, 2)
	if o.KeepFor <= 0 {
		o.KeepFor = 10 * time.Minute
	}
	if o.RefusedFor <= 0 {
		o.RefusedFor = time.Minute
	}
	r := &Resolver[V]{o: o, cache: newCache[V](o.Size)}
	r.lookups = &batcher[V]{
		mu: &r.mu, do: r.lookUp, peek: r.remembered, keep: r.keepLookup,
		rows: o.Rows, limit: o.Calls, linger: o.Linger, calls: map[string]*call[V]{},
	}
	if o.Create != nil {
		// One creation at a time: what is wanted meanwhile goes into the next.
		r.creates = &batcher[V]{
			mu: &r.mu, do: r.create, peek: r.created, keep: r.keepCreated,
			rows: o.Rows, limit: 1, calls: map[string]*call[V]{},
		}
	}
	return r, nil
}

// Resolve returns the value of a key: from memory, from the first backend that
// has it, or newly created. A key that is nowhere gives a [MissingError], a
// failed lookup a [LookupError]; both park the record when a Transform returns
// them. When ctx ends the caller leaves and nobody else is disturbed.
func (r *Resolver[V]) Resolve(ctx context.Context, key string) (V, error) {
	var none V
	if key == "" {
		return none, fmt.Errorf("%w: %s", ErrEmptyKey, r.o.Name)
	}
	if v, ok := r.recall(key); ok {
		return v, nil
	}
	answers, err := r.resolve(ctx, []string{key})
	if err != nil {
		return none, err
	}
	switch a := answers[key]; {
	case a.err != nil:
		return none, a.err
	case !a.found:
		return none, &MissingError{Reference: r.o.Name, Key: key, Refused: r.o.Refuse}
	default:
		return a.value, nil
	}
}

// recall returns a value from memory.
func (r *Resolver[V]) recall(key string) (v V, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	a, ok := r.remembered(key)
	return a.value, ok && a.found
}

// Prefetch looks many keys up at once, and creates what is missing where the
// resolver does that, so that Resolve finds them in memory: call it with all
// keys of a page, or have [PrefetchSource] do so. Keys that are missing are no
// error, empty ones are passed over.
func (r *Resolver[V]) Prefetch(ctx context.Context, keys []string) error {
	keys = slices.Compact(slices.Sorted(slices.Values(keys)))
	keys = slices.DeleteFunc(keys, func(k string) bool { return k == "" })
	// No more at once than are remembered.
	for part := range slices.Chunk(keys, r.o.Size) {
		answers, err := r.resolve(ctx, part)
		if err != nil {
			return err
		}
		for _, key := range part {
			if err := answers[key].err; err != nil && !errors.Is(err, ErrMissing) {
				return err
			}
		}
	}
	return nil
}

// Forget drops what is remembered of keys: values, misses and refusals.
func (r *Resolver[V]) Forget(keys ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, key := range keys {
		r.cache.forget(key)
	}
}

// resolve answers distinct keys.
func (r *Resolver[V]) resolve(ctx context.Context, keys []string) (map[string]answer[V], error) {
	answers, err := r.lookups.all(ctx, keys)
	if err != nil || r.creates == nil || ctx.Value(withoutCreate{}) != nil || duijiesync.IsPlan(ctx) {
		return answers, err
	}
	var missing []string
	for _, key := range keys {
		if a := answers[key]; !a.found && a.err == nil {
			missing = append(missing, key)
		}
	}
	if len(missing) == 0 {
		return answers, nil
	}
	if outer, ok := ctx.Value(nesting{r}).(*wanted); ok {
		outer.add(missing) // made after what wants it
		return answers, nil
	}
	made, err := r.createFor(ctx, missing)
	for key, a := range made {
		answers[key] = a
	}
	return answers, err
}

// remembered answers from memory. A miss counts as long as no backend need be
// asked again. It is called under the lock.
func (r *Resolver[V]) remembered(key string) (answer[V], bool) {
	e := r.cache.get(key)
	if e == nil {
		return answer[V]{}, false
	}
	now := time.Now()
	if e.answer.found {
		return e.answer, now.Before(e.until)
	}
	for _, until := range e.answer.missed {
		if !now.Before(until) {
			return answer[V]{}, false
		}
	}
	return answer[V]{}, len(e.answer.missed) == len(r.o.Backends)
}

// keepLookup remembers what a lookup found. An error is no miss. It is called
// under the lock.
func (r *Resolver[V]) keepLookup(key string, a answer[V]) {
	old := r.cache.get(key)
	switch {
	case a.err != nil:
	case a.found:
		r.cache.put(key, a, time.Now().Add(r.o.KeepFor))
	case old != nil && old.answer.found && time.Now().Before(old.until):
		// Created while this lookup was under way.
	default:
		kept := answer[V]{missed: a.missed}
		var until time.Time
		if old != nil {
			kept.err, until = old.answer.err, old.until // a refusal
		}
		r.cache.put(key, kept, until)
	}
}

// lookUp asks one backend after the other.
func (r *Resolver[V]) lookUp(ctx context.Context, keys []string) map[string]answer[V] {
	answers := make(map[string]answer[V], len(keys))
	known := r.misses(keys)
	for i, b := range r.o.Backends {
		var ask []string
		now := time.Now()
		for _, key := range keys {
			a := answers[key]
			if a.found || a.err != nil {
				continue
			}
			a.missed = append(a.missed, known[key][i])
			answers[key] = a
			if !now.Before(known[key][i]) {
				ask = append(ask, key)
			}
		}
		r.askBackend(ctx, i, b, ask, answers)
	}
	return answers
}

// askBackend looks keys up in one backend. After an error the rest of them is
// not asked for.
func (r *Resolver[V]) askBackend(ctx context.Context, place int, b Backend[V], keys []string, answers map[string]answer[V]) {
	var failure error
	for part := range slices.Chunk(keys, b.Rows) {
		var found map[string]V
		if failure == nil {
			found, failure = calmly(ctx, b.Find, slices.Clone(part))
		}
		until := time.Now().Add(b.MissFor)
		for _, key := range part {
			a := answers[key]
			if failure != nil {
				a.err = &LookupError{Reference: r.o.Name, Key: key, Backend: b.Name, Err: failure}
			} else if v, ok := found[key]; ok {
				a.value, a.found = v, true
			} else {
				a.missed[place] = until
			}
			answers[key] = a
		}
	}
}

// misses returns until when each backend need not be asked for keys.
func (r *Resolver[V]) misses(keys []string) map[string][]time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	known := make(map[string][]time.Time, len(keys))
	for _, key := range keys {
		until := make([]time.Time, len(r.o.Backends))
		if e := r.cache.get(key); e != nil && !e.answer.found {
			copy(until, e.answer.missed)
		}
		known[key] = until
	}
	return known
}

// calmly calls the user's code. A panic of it would end the process from the
// goroutine that shares the work, so it becomes an error.
func calmly[M any](ctx context.Context, call func(context.Context, []string) (M, error), keys []string) (m M, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return call(ctx, keys)
}

package refs

import (
	"context"
	"sync"
	"time"
)

// batcher answers keys with as few calls as it can: callers that want the same
// key share one answer, and keys that come while its calls are under way go into the
// next one together.
type batcher[V any] struct {
	// mu guards what follows and the cache behind peek and keep. It is never held
	// while do works.
	mu *sync.Mutex
	// do answers every key it is given.
	do func(ctx context.Context, keys []string) map[string]answer[V]
	// peek answers from memory; keep puts an answer there. Both are called under mu.
	peek func(key string) (answer[V], bool)
	keep func(key string, a answer[V])

	rows   int           // keys in one call
	limit  int           // calls at the same time
	linger time.Duration // before a call, for others to join it

	calls  map[string]*call[V] // queued or under way
	queue  []*call[V]
	active int // workers
	ready  int // those of them that are about to take from the queue
}

// call is one key that is asked for.
type call[V any] struct {
	key     string
	ctx     context.Context // of the first caller, for its values
	done    chan struct{}
	answer  answer[V]
	waiters int
	trip    *trip[V] // nil while queued
}

// trip is one call of do.
type trip[V any] struct {
	calls   []*call[V]
	waiters int
	cancel  context.CancelFunc
}

// all answers keys, which are distinct. A caller whose context ends leaves; the
// work goes on as long as anybody waits for a part of it.
func (b *batcher[V]) all(ctx context.Context, keys []string) (map[string]answer[V], error) {
	answers := make(map[string]answer[V], len(keys))
	joined := b.join(ctx, keys, answers)
	for i, c := range joined {
		select {
		case <-c.done:
		case <-ctx.Done():
			b.leave(joined[i:])
			return nil, context.Cause(ctx)
		}
		answers[c.key] = c.answer
	}
	return answers, nil
}

func (b *batcher[V]) join(ctx context.Context, keys []string, answers map[string]answer[V]) []*call[V] {
	b.mu.Lock()
	defer b.mu.Unlock()
	var joined []*call[V]
	for _, key := range keys {
		if a, ok := b.peek(key); ok {
			answers[key] = a
			continue
		}
		c := b.calls[key]
		if c == nil {
			c = &call[V]{key: key, ctx: ctx, done: make(chan struct{})}
			b.calls[key] = c
			b.queue = append(b.queue, c)
		}
		c.waiters++
		if c.trip != nil {
			c.trip.waiters++
		}
		joined = append(joined, c)
	}
	for b.active < b.limit && b.ready*b.rows < len(b.queue) {
		b.active++
		b.ready++
		go b.work()
	}
	return joined
}

// leave gives calls up. What nobody waits for any more is not done, and work
// that nobody waits for is cut off.
func (b *batcher[V]) leave(calls []*call[V]) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range calls {
		c.waiters--
		switch t := c.trip; {
		case t == nil && c.waiters == 0:
			b.remove(c)
		case t != nil:
			if t.waiters--; t.waiters == 0 {
				t.cancel()
				for _, other := range t.calls {
					b.remove(other)
				}
			}
		}
	}
}

func (b *batcher[V]) remove(c *call[V]) {
	if b.calls[c.key] == c {
		delete(b.calls, c.key)
	}
}

// work makes calls as long as there is something to ask.
func (b *batcher[V]) work() {
	for more := true; more; {
		if b.linger > 0 {
			<-time.After(b.linger)
		}
		t, ctx, keys := b.depart()
		if t == nil {
			return
		}
		more = b.arrive(t, b.do(ctx, keys))
	}
}

func (b *batcher[V]) depart() (*trip[V], context.Context, []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ready--
	t := &trip[V]{}
	var keys []string
	for len(b.queue) > 0 && len(keys) < b.rows {
		c := b.queue[0]
		b.queue = b.queue[1:]
		if c.waiters == 0 {
			continue
		}
		c.trip = t
		t.calls = append(t.calls, c)
		t.waiters += c.waiters
		keys = append(keys, c.key)
	}
	if len(keys) == 0 {
		b.active--
		return nil, nil, nil
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.calls[0].ctx)) //nolint:gosec // arrive calls it
	t.cancel = cancel
	return t, ctx, keys
}

// arrive hands the answers out and tells whether the worker goes on.
func (b *batcher[V]) arrive(t *trip[V], answers map[string]answer[V]) (more bool) {
	defer t.cancel()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range t.calls {
		c.answer = answers[c.key]
		b.keep(c.key, c.answer)
		b.remove(c)
		close(c.done)
	}
	if len(b.queue) <= b.ready*b.rows { // nothing left, or others are about to take it
		b.active--
		return false
	}
	b.ready++
	return true
}

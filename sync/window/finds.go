package window

import (
	"context"
	"sync"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// finds counts what a gap pass brings that the windows did not.
type finds[T any] struct {
	modified func(duijiesync.Record[T]) time.Time

	mu      sync.Mutex
	open    int           // batches sent and not settled
	count   int64         // records created or updated
	oldest  time.Time     // modification time among the batches with finds; zero: not told
	changed chan struct{} // holds a token when open has gone down
}

func newFinds[T any](modified func(duijiesync.Record[T]) time.Time) *finds[T] {
	return &finds[T]{modified: modified, changed: make(chan struct{}, 1)}
}

// watch has a batch tell what became of it.
func (f *finds[T]) watch(b *duijiesync.Batch[T]) {
	inner, oldest := b.Settled, f.oldestOf(b.Records)
	f.mu.Lock()
	f.open++
	f.mu.Unlock()
	b.Settled = func(result duijiesync.BatchResult) {
		f.settled(result.Created+result.Updated, oldest)
		if inner != nil {
			inner(result)
		}
	}
}

// oldestOf is the oldest modification time of some records, zero where none
// tells.
func (f *finds[T]) oldestOf(records []duijiesync.Record[T]) (oldest time.Time) {
	if f.modified == nil {
		return oldest
	}
	for _, r := range records {
		if r.Err != nil {
			continue
		}
		if m := f.modified(r); oldest.IsZero() || m.Before(oldest) {
			oldest = m
		}
	}
	return oldest
}

func (f *finds[T]) settled(count int64, oldest time.Time) {
	f.mu.Lock()
	f.open--
	f.count += count
	if count > 0 && !oldest.IsZero() && (f.oldest.IsZero() || oldest.Before(f.oldest)) {
		f.oldest = oldest
	}
	f.mu.Unlock()
	select {
	case f.changed <- struct{}{}:
	default:
	}
}

// wait returns the counts once every batch is settled.
func (f *finds[T]) wait(ctx context.Context) (count int64, oldest time.Time, err error) {
	for {
		f.mu.Lock()
		open := f.open
		count, oldest = f.count, f.oldest
		f.mu.Unlock()
		if open == 0 {
			return count, oldest, nil
		}
		select {
		case <-f.changed:
		case <-ctx.Done():
			return 0, oldest, ctx.Err()
		}
	}
}

package sync

import (
	"context"
	"errors"
	"iter"
	stdsync "sync"
	"time"
)

// ErrChannelInUse means that a second Read of a [ChannelSource] began while
// another was under way. What one takes from a channel the other can not have: wait
// for the first to end, or give each pipeline a channel of its own.
var ErrChannelInUse = errors.New("duijie/sync: the channel is being read already")

// Delivery is an item of a queue on its way into a pipeline.
type Delivery[T any] struct {
	// Record needs Key and Value; Version where the queue has one.
	Record Record[T]
	// Settled, when not nil, is called once, when the record is settled and that is
	// stored: it is written, unchanged, left out or a dead letter. Acknowledge the
	// message to its queue here. It is called from the engine's goroutines and must
	// be quick.
	Settled func()
}

// ChannelSource is a source over a Go channel; see [Channel].
type ChannelSource[T any] struct {
	deliveries <-chan Delivery[T]

	// Rows is how many records make a batch full; 0 = 100. Set it, and the two
	// below, before the first Read.
	Rows int
	// Linger is how long a batch that has a record waits for more; 0 = 200 ms;
	// negative: it takes what is there.
	Linger time.Duration
	// Idle ends a Read, and with it the run, when no delivery came for so long.
	// 0: only closing the channel does.
	Idle time.Duration

	mu        stdsync.Mutex
	reading   bool
	unsettled []*taken[T] // in order of arrival
}

// taken is a delivery that left the channel.
type taken[T any] struct {
	Delivery[T]
	settled bool
}

// Channel makes a source of a channel, for queues, webhooks and the like. A Read
// goes on until the channel is closed, or idle for as long as Idle says, or its
// context ends; a run over it lasts as long.
//
// A channel can not be read twice, and there is no checkpoint. Instead the source
// keeps what it took from the channel until that is settled: where a run ends
// early, the next Read of the same source yields those records first. What a
// process had when it died only the queue behind the channel can deliver again, so
// acknowledge a message in [Delivery].Settled and not before. That is at least
// once from queue to pipeline; the ledger makes it once in the target, for it
// drops what it knows unchanged.
//
// Memory is bounded by the batches under way and read ahead, and by what an ended
// run left unsettled. A Plan settles nothing: all it reads is kept for the next run.
// Reads at the same time end with [ErrChannelInUse].
func Channel[T any](deliveries <-chan Delivery[T]) *ChannelSource[T] {
	return &ChannelSource[T]{deliveries: deliveries}
}

// Paging says what is read again. It implements [Pager].
func (s *ChannelSource[T]) Paging() string {
	return "a channel: what is not settled is read again, from this process; beyond it the queue redelivers"
}

// Unsettled is the number of deliveries taken from the channel and not settled
// yet.
func (s *ChannelSource[T]) Unsettled() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.unsettled)
}

// Read yields what an earlier Read left unsettled, then what the channel brings;
// it does not use the checkpoint.
func (s *ChannelSource[T]) Read(ctx context.Context, _ Checkpoint) iter.Seq2[Batch[T], error] {
	return func(yield func(Batch[T], error) bool) {
		left, err := s.begin(ctx)
		if err != nil {
			yield(Batch[T]{}, err)
			return
		}
		defer s.end()
		for part := range chunks(left, s.rows()) {
			if err := ctx.Err(); err != nil {
				yield(Batch[T]{}, err)
				return
			}
			if !yield(s.batch(part), nil) {
				return
			}
		}
		for more := true; more; {
			var part []*taken[T]
			if part, more, err = s.take(ctx); err != nil {
				yield(Batch[T]{}, err)
				return
			}
			if len(part) > 0 && !yield(s.batch(part), nil) {
				return
			}
		}
	}
}

func (s *ChannelSource[T]) rows() int {
	if s.Rows <= 0 {
		return 100
	}
	return s.Rows
}

func (s *ChannelSource[T]) begin(ctx context.Context) ([]*taken[T], error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.reading {
		return nil, ErrChannelInUse
	}
	s.reading = true
	return append([]*taken[T](nil), s.unsettled...), nil
}

func (s *ChannelSource[T]) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reading = false
}

// take fills a batch from the channel. more is false at its end. What it took
// when the context ends is unsettled, so that it is not lost.
func (s *ChannelSource[T]) take(ctx context.Context) (part []*taken[T], more bool, err error) {
	if err := ctx.Err(); err != nil { // select picks at random when both are ready
		return nil, false, err
	}
	var idle <-chan time.Time
	if s.Idle > 0 {
		timer := time.NewTimer(s.Idle)
		defer timer.Stop()
		idle = timer.C
	}
	select {
	case d, open := <-s.deliveries:
		if !open {
			return nil, false, nil
		}
		part = append(part, s.keep(d))
	case <-idle:
		return nil, false, nil
	case <-ctx.Done():
		return nil, false, ctx.Err()
	}
	return s.fill(ctx, part)
}

// fill adds to a batch until it is full or has waited long enough.
func (s *ChannelSource[T]) fill(ctx context.Context, part []*taken[T]) ([]*taken[T], bool, error) {
	full := s.rows()
	if s.Linger < 0 {
		for len(part) < full {
			select {
			case d, open := <-s.deliveries:
				if !open {
					return part, false, nil
				}
				part = append(part, s.keep(d))
			default:
				return part, true, nil
			}
		}
		return part, true, nil
	}
	linger := time.NewTimer(orTime(s.Linger, 200*time.Millisecond))
	defer linger.Stop()
	for len(part) < full {
		select {
		case d, open := <-s.deliveries:
			if !open {
				return part, false, nil
			}
			part = append(part, s.keep(d))
		case <-linger.C:
			return part, true, nil
		case <-ctx.Done():
			return nil, false, ctx.Err()
		}
	}
	return part, true, nil
}

// keep notes that a delivery left the channel.
func (s *ChannelSource[T]) keep(d Delivery[T]) *taken[T] {
	t := &taken[T]{Delivery: d}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unsettled = append(s.unsettled, t)
	return t
}

func (s *ChannelSource[T]) batch(part []*taken[T]) Batch[T] {
	b := Batch[T]{Records: make([]Record[T], len(part)), Settled: func(BatchResult) { s.settled(part) }}
	for i, t := range part {
		b.Records[i] = t.Record
	}
	return b
}

// settled forgets deliveries and acknowledges them, each once.
func (s *ChannelSource[T]) settled(part []*taken[T]) {
	var now []*taken[T]
	s.mu.Lock()
	for _, t := range part {
		if !t.settled {
			t.settled = true
			now = append(now, t)
		}
	}
	kept := s.unsettled[:0]
	for _, t := range s.unsettled {
		if !t.settled {
			kept = append(kept, t)
		}
	}
	clear(s.unsettled[len(kept):])
	s.unsettled = kept
	s.mu.Unlock()
	for _, t := range now {
		if t.Settled != nil {
			t.Settled()
		}
	}
}

package pipelinetest

import (
	"context"
	"iter"
	"slices"
	"sync/atomic"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// stock is what the pipelines of the sink suite read: contents by the number of
// their key.
type stock[T any] struct {
	s        *sinkTest[T]
	contents []int
}

func (s *sinkTest[T]) stock(n int) *stock[T] {
	st := &stock[T]{s: s, contents: make([]int, n)}
	for i := range st.contents {
		st.contents[i] = 1
	}
	return st
}

// Read yields everything in two batches, without a resume point.
func (st *stock[T]) Read(ctx context.Context, _ duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[T], error] {
	return func(yield func(duijiesync.Batch[T], error) bool) {
		var records []duijiesync.Record[T]
		for n, c := range st.contents {
			key := st.s.key(n)
			records = append(records, duijiesync.Record[T]{Key: key, Value: st.s.suite.Value(key, c)})
		}
		for part := range slices.Chunk(records, (len(records)+1)/2) {
			if ctx.Err() != nil {
				yield(duijiesync.Batch[T]{}, ctx.Err())
				return
			}
			if !yield(duijiesync.Batch[T]{Records: part}, nil) {
				return
			}
		}
	}
}

// counter is the sink, with its writes counted.
type counter[T any] struct {
	duijiesync.Sink[T]
	limits duijiesync.Limits
	writes atomic.Int64
}

func (c *counter[T]) Write(ctx context.Context, records []duijiesync.Record[T]) ([]duijiesync.Outcome, error) {
	c.writes.Add(1)
	return c.Sink.Write(ctx, records)
}

func (c *counter[T]) Limits() duijiesync.Limits { return c.limits }

// findingCounter is a counter that looks records up.
type findingCounter[T any] struct {
	*counter[T]
	duijiesync.Finder[T]
}

// pipeline joins a stock with the sink. The counter counts its writes.
func (s *sinkTest[T]) pipeline(st *stock[T], state duijiesync.State) (*duijiesync.Pipeline[T, T], *counter[T]) {
	count := &counter[T]{Sink: s.c.Sink, limits: s.limits}
	p := &duijiesync.Pipeline[T, T]{
		Name: "sink suite", Source: st, Transform: duijiesync.Same[T], Sink: count, State: state, MaxRefusedShare: 1,
	}
	if s.finder != nil {
		p.Sink = findingCounter[T]{count, s.finder}
	}
	return p, count
}

// settles tells whether the engine can settle what became unknown.
func (s *sinkTest[T]) settles() bool { return s.finder != nil || s.limits.Idempotent }

// run runs, which must succeed and leave no goroutine.
func (s *sinkTest[T]) run(p *duijiesync.Pipeline[T, T]) *duijiesync.Report {
	s.Helper()
	var rep *duijiesync.Report
	var err error
	withoutLeak(s.T, func() { rep, err = p.Run(s.Context()) })
	if err != nil {
		s.Fatalf("the run: %v", err)
	}
	return rep
}

// arrived checks that each record of a stock is in the target once. Those the
// engine had to hold are there at most once; such is the fate of a sink that
// can neither look up nor be written twice.
func (s *sinkTest[T]) arrived(st *stock[T], p *duijiesync.Pipeline[T, T], when string) {
	s.Helper()
	held := map[string]bool{}
	letters, err := p.DeadLetters(s.Context(), duijiesync.DeadLetterQuery{Limit: len(st.contents) + 1})
	if err != nil {
		s.Fatal(err)
	}
	for _, l := range letters {
		if l.Reason != duijiesync.DeadHeld || s.settles() {
			s.Errorf("%s: record %q is a dead letter: %v %s %s", when, l.Key, l.Reason, l.Code, l.Message)
		}
		held[l.Key] = true
	}
	for n, contents := range st.contents {
		if key := s.key(n); !held[key] {
			s.holds(key, contents, when)
		} else if c := s.c.Count(key); c > 1 {
			s.Errorf("%s: the target has record %q %d times", when, key, c)
		}
	}
}

// stockSize makes two writes of each batch, where writes are not too large.
func (s *sinkTest[T]) stockSize() int { return min(4*s.limits.Rows, 60) }

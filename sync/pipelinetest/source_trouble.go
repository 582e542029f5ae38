package pipelinetest

import (
	"context"
	"fmt"
	stdsync "sync"

	duijiesync "github.com/duijie-go/duijie/sync"
)

func testOutageAtTheStart[T any](s *sourceTest[T]) {
	s.lacks.need(s.T, Down, s.c.Down != nil)
	s.c.Down(true)
	r := s.read(s.Context(), s.c.Source, "")
	if r.err == nil {
		s.Errorf("an outage from the start: %d records and no error", len(r.flat()))
	}
	s.c.Down(false)
	s.all() // the source is as good as before
}

// testOutageMidway: an outage behind any batch ends the reading with an error,
// never as if it were done, and a later run gets the rest.
func testOutageMidway[T any](s *sourceTest[T]) {
	s.lacks.need(s.T, Down, s.c.Down != nil)
	all := s.all()
	failures := 0
	for n := 1; n < len(all.batches); n++ {
		var r reading[T]
		withoutLeak(s.T, func() {
			r = s.drain(s.c.Source.Read(s.Context(), ""), func(i int) bool {
				if i == n {
					s.c.Down(true)
				}
				return true
			})
		})
		s.c.Down(false)
		if r.err == nil {
			// It may have had in hand what was left.
			s.covers(all.flat(), r.flat(), fmt.Sprintf("an outage behind batch %d, and no error", n))
			continue
		}
		failures++
		settled, at := r.settled()
		rest := s.read(s.Context(), s.another(), at)
		if rest.err != nil {
			s.Fatalf("resumed after an outage behind batch %d: %v", n, rest.err)
		}
		s.covers(all.flat(), append(settled, rest.flat()...), fmt.Sprintf("resumed after an outage behind batch %d", n))
	}
	if failures == 0 {
		s.Error("no outage was met: Down does nothing, or the source reads everything at once")
	}
}

// settled is what lies before the last checkpoint of a reading, and that.
func (r reading[T]) settled() ([]sight, duijiesync.Checkpoint) {
	for i := len(r.batches) - 1; i >= 0; i-- {
		if at := r.batches[i].Checkpoint; at != "" {
			return reading[T]{sights: r.sights[:i+1]}.flat(), at
		}
	}
	return nil, ""
}

// throughout are the keys of records that are there before and after, which a
// reading between must have met.
func throughout(before, after []sight) []sight {
	there := latest(after)
	var out []sight
	for key := range latest(before) {
		if _, still := there[key]; still {
			out = append(out, sight{key: key})
		}
	}
	return out
}

// met fails when a key of want was not met.
func (s *sourceTest[T]) met(want, got []sight, when string) {
	s.Helper()
	have := latest(got)
	missing, example := 0, ""
	for _, w := range want {
		if _, there := have[w.key]; !there {
			missing++
			example = w.key
		}
	}
	if missing > 0 {
		s.Errorf("%s: %d of %d records that were there throughout are not met, for example %.100q", when, missing, len(want), example)
	}
}

// moves bounds the rounds of Move, so that a reading can catch up with the world.
const moves = 6

// moving calls Move behind the first batches, and leaves the range at last.
func (s *sourceTest[T]) moving(after, last int) func(int) bool {
	return func(i int) bool {
		if after+i <= moves {
			s.c.Move(after + i)
		}
		return i < last
	}
}

func testMovingRows[T any](s *sourceTest[T]) {
	s.lacks.need(s.T, Move, s.c.Move != nil)
	before := s.all()
	r := s.drain(s.c.Source.Read(s.Context(), ""), s.moving(0, most))
	if r.err != nil {
		s.Fatalf("while rows move: %v", r.err)
	}
	after := s.read(s.Context(), s.c.Source, "")
	if after.err != nil {
		s.Fatalf("after rows moved: %v", after.err)
	}
	s.met(throughout(before.flat(), after.flat()), r.flat(), "while rows move")
}

// testMovingRowsResumed: the same, with a restart in the middle.
func testMovingRowsResumed[T any](s *sourceTest[T]) {
	s.lacks.need(s.T, Move, s.c.Move != nil)
	before := s.all()
	r := s.drain(s.c.Source.Read(s.Context(), ""), s.moving(0, 2))
	settled, at := r.settled()
	s.c.Move(3)
	rest := s.drain(s.another().Read(s.Context(), at), s.moving(3, most))
	if rest.err != nil {
		s.Fatalf("resumed while rows move: %v", rest.err)
	}
	after := s.read(s.Context(), s.c.Source, "")
	if after.err != nil {
		s.Fatalf("after rows moved: %v", after.err)
	}
	s.met(throughout(before.flat(), after.flat()), append(settled, rest.flat()...), "resumed while rows move")
}

// shelf is a target that keeps everything and tells it again.
type shelf[T any] struct {
	mu     stdsync.Mutex
	values map[string]string
	writes map[string]int
}

func (h *shelf[T]) Write(_ context.Context, records []duijiesync.Record[T]) ([]duijiesync.Outcome, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := make([]duijiesync.Outcome, len(records))
	for i, r := range records {
		out[i] = duijiesync.Outcome{Kind: duijiesync.OutcomeCreated, TargetID: "id of " + r.Key}
		h.values[r.Key] = text(r.Value)
		h.writes[r.Key]++
	}
	return out, nil
}

// testSourcePipeline: everything arrives once, a second run sends nothing, and
// a run that was stopped goes on.
func testSourcePipeline[T any](s *sourceTest[T]) {
	want := latest(s.all().flat())
	target := &shelf[T]{values: map[string]string{}, writes: map[string]int{}}
	p := duijiesync.Pipeline[T, T]{
		Name: "source suite", Source: s.c.Source, Transform: duijiesync.Same[T], Sink: target, State: duijiesync.NewMemoryState(),
	}
	ctx, cancel := context.WithCancel(s.Context())
	defer cancel()
	p.Observer = duijiesync.ObserverFunc(func(_ context.Context, e duijiesync.Event) {
		if _, ok := e.(duijiesync.BatchSettled); ok {
			cancel()
		}
	})
	withoutLeak(s.T, func() { _, _ = p.Run(ctx) }) // stopped behind the first batch
	p.Observer = nil
	p.Source = s.another()
	for run := 2; run <= 3; run++ {
		rep, err := p.Run(s.Context())
		if err != nil {
			s.Fatalf("run %d: %v", run, err)
		}
		if n := rep.Created + rep.Updated; run == 3 && n > 0 {
			s.Errorf("run 3 writes %d records again", n)
		}
	}
	for key, w := range want {
		if w.failed != "" {
			continue
		}
		if target.values[key] != w.value || target.writes[key] != 1 {
			s.Errorf("record %.100q was written %d times and is %.200q, want %.200q", key, target.writes[key], target.values[key], w.value)
		}
	}
}

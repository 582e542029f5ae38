package pipelinetest

import (
	"context"
	"slices"
	stdsync "sync"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// testIdempotent: a sink that claims it is sent a record in doubt again.
func testIdempotent[T any](s *sinkTest[T]) {
	if !s.limits.Idempotent {
		s.Skip("the sink's Limits do not claim it")
	}
	for range 3 {
		for _, o := range mustWrite(s, s.records(0, min(3, s.limits.Rows), 1)) {
			if !certain(o.Kind) && o.Kind != duijiesync.OutcomeConflict {
				s.Errorf("an idempotent sink, the same record again: %v (%s)", o.Kind, o.Message)
			}
		}
	}
	for n := range min(3, s.limits.Rows) {
		s.holds(s.key(n), 1, "written three times")
	}
}

func mustWrite[T any](s *sinkTest[T], records []duijiesync.Record[T]) []duijiesync.Outcome {
	s.Helper()
	out, err := s.write(s.Context(), records)
	if err != nil {
		s.Fatalf("writing %d records: %v", len(out), err)
	}
	return out
}

// testConcurrentWrites: as many at a time as the sink says, and lookups between.
func testConcurrentWrites[T any](s *sinkTest[T]) {
	const rounds = 4
	rows := min(s.limits.Rows, 5)
	var group stdsync.WaitGroup
	for lane := range s.limits.Lanes {
		group.Go(func() {
			for round := range rounds {
				first := (lane*rounds + round) * rows
				records := s.records(first, first+rows, 1)
				out, err := s.c.Sink.Write(s.Context(), records)
				if err != nil || len(out) != rows {
					s.Errorf("lane %d of %d: %d outcomes for %d records, error %v", lane+1, s.limits.Lanes, len(out), rows, err)
					return
				}
				for _, o := range out {
					if o.Kind != duijiesync.OutcomeCreated {
						s.Errorf("lane %d of %d: %v (%s %s)", lane+1, s.limits.Lanes, o.Kind, o.Code, o.Message)
					}
				}
				if s.finder != nil {
					if _, err := s.finder.Find(s.Context(), s.records(first, first+min(rows, s.limits.FindRows), 1)); err != nil {
						s.Errorf("lane %d of %d: looking up: %v", lane+1, s.limits.Lanes, err)
					}
				}
			}
		})
	}
	group.Wait()
	for n := range s.limits.Lanes * rounds * rows {
		s.holds(s.key(n), 1, "after writes side by side")
	}
}

func testSinkContextBefore[T any](s *sinkTest[T]) {
	ctx, cancel := context.WithCancel(s.Context())
	cancel()
	before := 0
	if s.c.Requests != nil {
		before = s.c.Requests()
	}
	out, err := s.write(ctx, s.records(0, 1, 1))
	if refusedWhole(err) || slices.ContainsFunc(out, func(o duijiesync.Outcome) bool { return o.Kind == duijiesync.OutcomeRefused }) {
		s.Errorf("a write whose context had ended is a refusal, which would make dead letters: %v %v", out, err)
	}
	if err == nil && slices.ContainsFunc(out, func(o duijiesync.Outcome) bool { return certain(o.Kind) }) {
		s.Errorf("a write whose context had ended succeeds: %v", out)
	}
	if s.finder != nil {
		if _, err := s.finder.Find(ctx, s.records(0, 1, 1)); err == nil {
			s.Error("a lookup whose context had ended gives an answer")
		}
	}
	if n := s.c.Count(s.key(0)); n != 0 {
		s.Errorf("a write whose context had ended is done %d times", n)
	}
	if s.c.Requests != nil && s.c.Requests() != before {
		s.Errorf("%d requests although the context had ended", s.c.Requests()-before)
	}
}

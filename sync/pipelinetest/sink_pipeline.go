package pipelinetest

import (
	"context"
	"errors"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// testSinkPipeline: plan, run, run again, change one record, run again.
func testSinkPipeline[T any](s *sinkTest[T]) {
	st := s.stock(s.stockSize())
	p, count := s.pipeline(st, duijiesync.NewMemoryState())
	s.plan(p, map[duijiesync.Action]int{duijiesync.ActionCreate: len(st.contents)})
	if n := count.writes.Load(); n != 0 || s.c.Count(s.key(0)) != 0 {
		s.Fatalf("a plan makes %d writes", n)
	}
	if rep := s.run(p); int(rep.Created) != len(st.contents) {
		s.Errorf("the first run creates %d of %d", rep.Created, len(st.contents))
	}
	s.arrived(st, p, "after a run")
	writes := count.writes.Load()
	if rep := s.run(p); int(rep.Unchanged) != len(st.contents) || count.writes.Load() != writes {
		s.Errorf("the second run leaves %d of %d unchanged and makes %d writes", rep.Unchanged, len(st.contents), count.writes.Load()-writes)
	}
	if !s.updates() {
		return
	}
	st.contents[1] = 2
	s.plan(p, map[duijiesync.Action]int{duijiesync.ActionUpdate: 1, duijiesync.ActionUnchanged: len(st.contents) - 1})
	if rep := s.run(p); rep.Updated != 1 || int(rep.Unchanged) != len(st.contents)-1 {
		s.Errorf("one record changed: the run updates %d and leaves %d of %d unchanged", rep.Updated, rep.Unchanged, len(st.contents))
	}
	s.arrived(st, p, "after a change")
}

func (s *sinkTest[T]) plan(p *duijiesync.Pipeline[T, T], want map[duijiesync.Action]int) {
	s.Helper()
	got := map[duijiesync.Action]int{}
	for item, err := range p.Plan(s.Context()) {
		if err != nil {
			s.Fatalf("the plan: %v", err)
		}
		got[item.Action]++
	}
	for action, n := range want {
		if got[action] != n {
			s.Errorf("the plan is %v, want %v", got, want)
		}
	}
}

func testPipelineRefusal[T any](s *sinkTest[T]) {
	s.lacks.need(s.T, Refuse, s.c.Refuse != nil)
	s.poisoned(s.c.Refuse)
}

func testPipelineUnnamedRefusal[T any](s *sinkTest[T]) {
	s.lacks.need(s.T, RefuseUnnamed, s.c.RefuseUnnamed != nil)
	s.poisoned(s.c.RefuseUnnamed)
}

// poisoned: one bad record hurts itself alone.
func (s *sinkTest[T]) poisoned(refuse func(key string)) {
	s.Helper()
	st := s.stock(s.stockSize())
	bad := len(st.contents) / 3
	refuse(s.key(bad))
	p, _ := s.pipeline(st, duijiesync.NewMemoryState())
	rep := s.run(p)
	letters, err := p.DeadLetters(s.Context(), duijiesync.DeadLetterQuery{})
	if err != nil {
		s.Fatal(err)
	}
	if rep.Refused != 1 || len(letters) != 1 || letters[0].Key != s.key(bad) || letters[0].Message == "" {
		s.Errorf("one bad record: %d refused, dead letters %.500v", rep.Refused, letters)
	}
	for n := range st.contents {
		if n != bad {
			s.holds(s.key(n), 1, "beside a bad record")
		}
	}
	if c := s.c.Count(s.key(bad)); c != 0 {
		s.Errorf("the bad record is in the target %d times", c)
	}
}

func testPipelineLosesAnswers[T any](s *sinkTest[T]) {
	if s.c.LoseAfter == nil && s.c.LoseBefore == nil {
		s.lacks.need(s.T, LoseAfter, false)
	}
	st := s.stock(s.stockSize())
	p, _ := s.pipeline(st, duijiesync.NewMemoryState())
	for _, lose := range []func(){s.c.LoseAfter, s.c.LoseBefore, s.c.LoseAfter} {
		if lose == nil {
			continue
		}
		lose()
		s.run(p)
		s.arrived(st, p, "after a lost answer")
		if s.updates() && s.settles() {
			st.contents[0]++
			st.contents[len(st.contents)-1]++
		}
	}
	s.run(p)
	s.arrived(st, p, "after lost answers")
}

func testPipelineThrottled[T any](s *sinkTest[T]) {
	s.lacks.need(s.T, Throttle, s.c.Throttle != nil)
	st := s.stock(s.stockSize())
	p, _ := s.pipeline(st, duijiesync.NewMemoryState())
	s.c.Throttle(3)
	for range 4 { // a run may end at it, and is started again
		if rep, err := p.Run(s.Context()); err == nil && rep.Complete() {
			break
		}
	}
	s.run(p)
	s.arrived(st, p, "after throttling")
}

var errCrash = errors.New("the process dies")

// dying is a state whose process dies instead of settling.
type dying struct {
	duijiesync.State
	armed bool
}

func (d *dying) Settle(ctx context.Context, lease duijiesync.Lease, s duijiesync.Settlement) error {
	if d.armed && len(s.Entries) > 0 {
		return errCrash
	}
	return d.State.Settle(ctx, lease, s)
}

// testPipelineCrashes: a process dies between a write and its settlement, when
// it creates and when it updates.
func testPipelineCrashes[T any](s *sinkTest[T]) {
	st := s.stock(s.stockSize())
	state := &dying{State: duijiesync.NewMemoryState()}
	p, _ := s.pipeline(st, state)
	for round := range 2 {
		state.armed = true
		if _, err := p.Run(s.Context()); !errors.Is(err, errCrash) {
			s.Fatalf("the crash did not come: %v", err)
		}
		state.armed = false
		s.run(p)
		s.arrived(st, p, "after a crash")
		if round == 0 && (!s.updates() || !s.settles()) {
			return
		}
		st.contents[0]++
		st.contents[len(st.contents)-1]++
	}
}

// testPipelineLosesState: who starts over with an empty state writes nothing
// twice, if the sink can tell.
func testPipelineLosesState[T any](s *sinkTest[T]) {
	if !s.settles() {
		s.lacks.need(s.T, Find, false)
	}
	st := s.stock(s.stockSize())
	p, _ := s.pipeline(st, duijiesync.NewMemoryState())
	s.run(p)
	if s.updates() {
		st.contents[2] = 2
	}
	p, count := s.pipeline(st, duijiesync.NewMemoryState())
	s.run(p)
	s.arrived(st, p, "after the state was lost")
	if _, told := s.lacks[Compare]; s.finder != nil && !told && s.updates() && count.writes.Load() != 1 {
		s.Errorf("the state was lost and one record changed: %d writes", count.writes.Load())
	}
}

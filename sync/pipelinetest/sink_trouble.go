package pipelinetest

import (
	"errors"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

func testRefusal[T any](s *sinkTest[T]) {
	s.lacks.need(s.T, Refuse, s.c.Refuse != nil)
	s.refusal(s.c.Refuse)
}

func testUnnamedRefusal[T any](s *sinkTest[T]) {
	s.lacks.need(s.T, RefuseUnnamed, s.c.RefuseUnnamed != nil)
	s.refusal(s.c.RefuseUnnamed)
}

// refusal writes a bad record among good ones: either each is told apart, or
// the write is refused and nothing of it done.
func (s *sinkTest[T]) refusal(refuse func(key string)) {
	s.Helper()
	n := min(s.limits.Rows, 5)
	bad := n / 2
	refuse(s.key(bad))
	out, err := s.write(s.Context(), s.records(0, n, 1))
	if err != nil {
		if !refusedWhole(err) {
			s.Fatalf("a bad record stops the run: %v", err)
		}
		for i := range n {
			if c := s.c.Count(s.key(i)); c != 0 {
				s.Errorf("the write is refused as a whole, and record %q is in the target", s.key(i))
			}
		}
		return
	}
	for i, o := range out {
		switch {
		case i == bad && o.Kind != duijiesync.OutcomeRefused:
			s.Errorf("the bad record: the outcome is %v", o.Kind)
		case i == bad && o.Code == "" && o.Message == "":
			s.Error("the bad record is refused without code and message: nobody will know why")
		case i == bad && s.c.Count(s.key(i)) != 0:
			s.Error("the bad record is refused, and in the target")
		case i != bad && certain(o.Kind):
			s.holds(s.key(i), 1, "beside a bad record")
		case i != bad:
			s.unsettled(s.key(i), o, 0)
		}
	}
}

// unsettled checks an outcome that does not say done of a write that was done
// so many times.
func (s *sinkTest[T]) unsettled(key string, o duijiesync.Outcome, done int) {
	s.Helper()
	switch {
	case o.Kind == duijiesync.OutcomeRefused:
		s.Errorf("record %q is refused (%s %s), and it is not at fault", key, o.Code, o.Message)
	case done > 0 && o.Kind == duijiesync.OutcomeRetryable:
		s.Errorf("record %q was written, and the outcome is %v, which means that it was not", key, o.Kind)
	}
}

func testLostBefore[T any](s *sinkTest[T]) {
	s.lacks.need(s.T, LoseBefore, s.c.LoseBefore != nil)
	s.lost(s.c.LoseBefore, nil)
}

func testLostAfter[T any](s *sinkTest[T]) {
	s.lacks.need(s.T, LoseAfter, s.c.LoseAfter != nil)
	s.lost(s.c.LoseAfter, nil)
}

// testLostUpdate: an update is no more certain than a create.
func testLostUpdate[T any](s *sinkTest[T]) {
	s.lacks.need(s.T, Update, s.updates())
	s.lacks.need(s.T, LoseAfter, s.c.LoseAfter != nil)
	s.lost(s.c.LoseAfter, s.create(s.records(0, min(s.limits.Rows, 3), 1)))
	if s.c.LoseBefore != nil {
		s.lost(s.c.LoseBefore, s.create(s.records(10, 10+min(s.limits.Rows, 3), 1)))
	}
}

// lost writes with the answer lost. Whatever the sink says must be true: done
// is done, nothing done is nothing done, and the rest is unknown.
func (s *sinkTest[T]) lost(lose func(), ids map[string]string) {
	s.Helper()
	records := s.records(0, min(s.limits.Rows, 3), 2)
	if len(ids) > 0 && ids[s.key(0)] == "" {
		records = s.records(10, 10+len(ids), 2)
	}
	for i := range records {
		records[i].Target.ID = ids[records[i].Key]
	}
	keys := keysOf(records)
	lose()
	out, err := s.write(s.Context(), records)
	for i, key := range keys {
		done := 0
		if s.c.Count(key) > 0 && s.c.Holds(key, s.suite.Value(key, 2)) {
			done = s.c.Count(key)
		}
		switch {
		case done > 1:
			s.Errorf("record %q was written %d times: a write whose answer is lost must not be repeated blindly", key, done)
		case err != nil && !errors.Is(err, duijie.ErrOutcomeUnknown) && done > 0:
			s.Errorf("record %q was written, and the error says that nothing was: %v", key, err)
		case refusedWhole(err):
			s.Errorf("a lost answer is a refusal: %v", err)
		case err == nil && certain(out[i].Kind) && done == 0:
			s.Errorf("record %q was not written, and the outcome is %v", key, out[i].Kind)
		case err == nil && !certain(out[i].Kind):
			s.unsettled(key, out[i], done)
		}
	}
}

// testThrottle: throttling passes, or nothing was done and nobody is blamed.
func testThrottle[T any](s *sinkTest[T]) {
	s.lacks.need(s.T, Throttle, s.c.Throttle != nil)
	s.c.Throttle(2)
	n := min(s.limits.Rows, 3)
	out, err := s.write(s.Context(), s.records(0, n, 1))
	if refusedWhole(err) {
		s.Errorf("throttling is a refusal: %v", err)
	}
	for i := range n {
		switch done := s.c.Count(s.key(i)); {
		case err != nil && !errors.Is(err, duijie.ErrOutcomeUnknown) && done != 0:
			s.Errorf("record %q was written, and the error says that nothing was: %v", s.key(i), err)
		case err == nil && certain(out[i].Kind):
			s.holds(s.key(i), 1, "after throttling")
		case err == nil:
			s.unsettled(s.key(i), out[i], done)
		}
	}
}

// testSinkOutage: in an outage nothing is refused, and nothing is absent.
func testSinkOutage[T any](s *sinkTest[T]) {
	s.lacks.need(s.T, Down, s.c.Down != nil)
	s.create(s.records(0, 1, 1))
	s.c.Down(true)
	if s.finder != nil {
		found, err := s.finder.Find(s.Context(), s.records(0, 1, 1))
		if err == nil {
			s.Errorf("a lookup in an outage says %v: what can not be looked up must be an error, or it is written twice", found[0].Match)
		}
	}
	out, err := s.write(s.Context(), s.records(1, 2, 1))
	s.c.Down(false)
	switch {
	case refusedWhole(err):
		s.Errorf("an outage is a refusal: %v", err)
	case err == nil && certain(out[0].Kind) && s.c.Count(s.key(1)) == 0:
		s.Errorf("a write in an outage is said to be %v", out[0].Kind)
	case err == nil && !certain(out[0].Kind):
		s.unsettled(s.key(1), out[0], s.c.Count(s.key(1)))
	}
	s.create(s.records(2, 3, 1))
	s.holds(s.key(2), 1, "after an outage")
}

package pipelinetest

import (
	"errors"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

func testSinkLimits[T any](s *sinkTest[T]) {
	l := s.limits
	if l.Rows < 0 || l.FindRows < 0 || l.Lanes < 0 || l.SettleDelay < 0 {
		s.Errorf("a limit is below zero: %+v", l)
	}
	if limitsOf(s.c.Sink) != l {
		s.Error("Limits changes from one call to the next")
	}
}

func testEmptyWrite[T any](s *sinkTest[T]) {
	before := 0
	if s.c.Requests != nil {
		before = s.c.Requests()
	}
	if out, err := s.c.Sink.Write(s.Context(), nil); err != nil || len(out) > 0 {
		s.Errorf("a write of nothing: %d outcomes, error %v", len(out), err)
	}
	if s.finder != nil {
		if found, err := s.finder.Find(s.Context(), nil); err != nil || len(found) > 0 {
			s.Errorf("a lookup of nothing: %d answers, error %v", len(found), err)
		}
	}
	if s.c.Requests != nil && s.c.Requests() != before {
		s.Errorf("%d requests for nothing", s.c.Requests()-before)
	}
}

// testFullWrite: a write of as many records as the sink says it takes.
func testFullWrite[T any](s *sinkTest[T]) {
	ids := s.create(s.records(0, s.limits.Rows, 1))
	taken := map[string]string{}
	for n := range s.limits.Rows {
		key := s.key(n)
		s.holds(key, 1, "after a full write")
		if other, twice := taken[ids[key]]; twice {
			s.Errorf("records %q and %q have the same TargetID %q", key, other, ids[key])
		}
		taken[ids[key]] = key
	}
	if s.c.Requests != nil {
		s.lacks.need(s.T, Requests, s.c.Requests() > 0)
	}
}

// testOutcomesInOrder writes new and known records, and one that is refused,
// among each other.
func testOutcomesInOrder[T any](s *sinkTest[T]) {
	if _, missing := s.lacks.lack(s.T, Update, s.updates()); missing {
		s.lacks.need(s.T, Update, false)
	}
	ids := s.create(s.records(0, 2, 1))
	if s.limits.Rows < 3 {
		s.Skipf("%d records a write", s.limits.Rows)
	}
	records := append(s.records(1, 2, 2), append(s.records(2, 3, 2), s.records(0, 1, 2)...)...) // known, new, known
	want := []duijiesync.OutcomeKind{duijiesync.OutcomeUpdated, duijiesync.OutcomeCreated, duijiesync.OutcomeUpdated}
	if s.c.Refuse != nil && s.limits.Rows >= 5 {
		s.c.Refuse(s.key(8))
		records = append(records, s.records(8, 10, 2)...)
		want = append(want, duijiesync.OutcomeRefused, duijiesync.OutcomeCreated)
	}
	for i := range records {
		records[i].Target.ID = ids[records[i].Key]
	}
	keys := keysOf(records)
	out, err := s.write(s.Context(), records)
	if refusedWhole(err) && s.c.Refuse != nil {
		s.Skipf("the sink names no rows: %v", err)
	}
	if err != nil {
		s.Fatalf("writing new and known records: %v", err)
	}
	for i, o := range out {
		if o.Kind != want[i] {
			s.Errorf("outcome %d of %d, of record %q, is %v (%s), want %v", i+1, len(out), keys[i], o.Kind, o.Message, want[i])
		}
		if id := ids[keys[i]]; id != "" && o.TargetID != "" && o.TargetID != id {
			s.Errorf("outcome %d of %d has TargetID %q, record %q has %q", i+1, len(out), o.TargetID, keys[i], id)
		}
		if want[i] != duijiesync.OutcomeRefused {
			s.holds(keys[i], 2, "after a mixed write")
		}
	}
}

// updates tells whether the suite claims that updates work; the tests see.
func (s *sinkTest[T]) updates() bool { _, told := s.lacks[Update]; return !told }

// testRecordsStayTheEngines: write spoils the records when it returns, and looks
// whether they were changed. A sink that keeps them shows it later.
func testRecordsStayTheEngines[T any](s *sinkTest[T]) {
	n := min(s.limits.Rows, 5)
	s.create(s.records(0, n, 1))
	s.create(s.records(n, 2*n, 2))
	for i := range n {
		s.holds(s.key(i), 1, "after the records were used again")
		s.holds(s.key(n+i), 2, "after the records were used again")
	}
	if c := s.c.Count("spoilt"); c != 0 {
		s.Errorf("the sink kept records and wrote them when they were no longer what they had been")
	}
}

func testUpdate[T any](s *sinkTest[T]) {
	s.lacks.need(s.T, Update, s.updates())
	n := min(s.limits.Rows, 7)
	ids := s.create(s.records(0, n, 1))
	records := s.records(0, n, 2)
	for i := range records {
		records[i].Target.ID = ids[records[i].Key]
	}
	out, err := s.write(s.Context(), records)
	if err != nil {
		s.Fatalf("updating %d records: %v", n, err)
	}
	for i, o := range out {
		if o.Kind != duijiesync.OutcomeUpdated {
			s.Errorf("an update of %q: the outcome is %v: %s %s", s.key(i), o.Kind, o.Code, o.Message)
		}
		if o.TargetID != "" && o.TargetID != ids[s.key(i)] {
			s.Errorf("an update of %q: the TargetID goes from %q to %q", s.key(i), ids[s.key(i)], o.TargetID)
		}
		s.holds(s.key(i), 2, "after an update")
	}
}

// testUpdateOfRemoved: who updates what is no longer there must not say done.
func testUpdateOfRemoved[T any](s *sinkTest[T]) {
	s.lacks.need(s.T, Remove, s.c.Remove != nil)
	s.lacks.need(s.T, Update, s.updates())
	ids := s.create(s.records(0, 2, 1))
	key := s.key(0)
	s.c.Remove(key)
	if s.c.Count(key) != 0 {
		s.Fatal("Remove does nothing")
	}
	r := s.record(key, 2)
	r.Target.ID = ids[key]
	out, err := s.write(s.Context(), []duijiesync.Record[T]{r})
	switch {
	case err != nil && !refusedWhole(err):
		s.Errorf("one removed record stops the run: %v", err)
	case err == nil && certain(out[0].Kind):
		s.holds(key, 2, "after an update of a removed record, said to be "+out[0].Kind.String())
	}
	s.holds(s.key(1), 1, "after an update of another record")
}

// certain tells that an outcome says that the record is in the target.
func certain(k duijiesync.OutcomeKind) bool {
	return k == duijiesync.OutcomeCreated || k == duijiesync.OutcomeUpdated || k == duijiesync.OutcomeUnchanged
}

func testConflict[T any](s *sinkTest[T]) {
	_, told := s.lacks[Conflict]
	s.lacks.need(s.T, Conflict, !told)
	s.create(s.records(0, 1, 1))
	records := append(s.records(1, 2, 2), s.records(0, 1, 2)...)
	records = records[max(0, 2-s.limits.Rows):]
	at := len(records) - 1
	out, err := s.write(s.Context(), records)
	switch {
	case s.c.Count(s.key(0)) != 1:
		s.Errorf("a create of a record that is there: the target now has it %d times", s.c.Count(s.key(0)))
	case errors.Is(err, duijie.ErrConflict) && !errors.Is(err, duijie.ErrOutcomeUnknown):
		if s.c.Count(s.key(1)) != 0 {
			s.Error("the write is a conflict as a whole, and a record of it was written all the same")
		}
	case err != nil:
		s.Errorf("a create of a record that is there: %v, want a conflict", err)
	case out[at].Kind != duijiesync.OutcomeConflict:
		s.Errorf("a create of a record that is there: %v, want a conflict (%s)", out[at].Kind, out[at].Message)
	default:
		s.holds(s.key(0), 1, "after a conflict")
	}
}

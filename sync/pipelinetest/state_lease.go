package pipelinetest

import (
	"context"
	"errors"
	stdsync "sync"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
)

func testLeaseIsExclusive(s *stateTest) {
	sc := scope("orders", "")
	lease := s.acquire(sc, "first")
	if lease.Scope != sc || lease.Owner != "first" {
		s.Fatalf("the lease is %+v", lease)
	}
	for _, owner := range []string{"second", "first"} {
		_, err := s.leases().Acquire(s.Context(), sc, owner, time.Minute)
		s.mustBe(err, duijiesync.ErrLeaseHeld)
	}
	s.must(s.leases().Release(s.Context(), lease))
	s.acquire(sc, "second")
}

func testLeaseOfOtherScopes(s *stateTest) {
	scopes := []duijiesync.Scope{
		scope("orders", ""), scope("orders", "a"), scope("orders", "A"), scope("orders", "a "), scope("Orders", ""),
		scope("ordersa", ""), scope("orders ", ""),
	}
	for _, sc := range scopes {
		s.acquire(sc, "owner")
	}
	for _, sc := range scopes {
		_, err := s.leases().Acquire(s.Context(), sc, "other", time.Minute)
		s.mustBe(err, duijiesync.ErrLeaseHeld)
	}
}

func testFenceGrows(s *stateTest) {
	sc := scope("orders", "")
	last := int64(0)
	for range 5 {
		lease := s.acquire(sc, "owner")
		if lease.Fence <= last {
			s.Fatalf("the fence goes from %d to %d", last, lease.Fence)
		}
		last = lease.Fence
		s.must(s.leases().Renew(s.Context(), lease, time.Minute))
		s.must(s.leases().Release(s.Context(), lease))
	}
}

func testLeaseRunsOut(s *stateTest) {
	sc := scope("orders", "p")
	old, err := s.state.Acquire(s.Context(), sc, "old", time.Millisecond)
	s.must(err)
	// Ran out or not, nobody took it over: it still writes.
	s.must(s.openBatch(s.Context(), old, duijiesync.OpenBatch{Seq: 1, Started: noon}))
	s.settle(old, duijiesync.Settlement{Close: []int64{1}})

	taken := s.acquireWhenFree(sc, "new")
	if taken.Fence <= old.Fence {
		s.Fatalf("the fence goes from %d to %d", old.Fence, taken.Fence)
	}
	s.mustBe(s.state.Renew(s.Context(), old, time.Minute), duijiesync.ErrLeaseLost)
}

func testRenewKeepsOthersOut(s *stateTest) {
	sc := scope("orders", "")
	lease, err := s.leases().Acquire(s.Context(), sc, "owner", time.Millisecond)
	s.must(err)
	s.must(s.leases().Renew(s.Context(), lease, time.Minute))
	_, err = s.leases().Acquire(s.Context(), sc, "other", time.Minute)
	s.mustBe(err, duijiesync.ErrLeaseHeld)
	// From now, not added up: a short renewal shortens.
	s.must(s.leases().Renew(s.Context(), lease, time.Millisecond))
	s.acquireWhenFree(sc, "other")
}

func testOneOfManyAcquires(s *stateTest) {
	sc := scope("orders", "")
	var (
		group  stdsync.WaitGroup
		mu     stdsync.Mutex
		leases []duijiesync.Lease
	)
	for range 16 {
		group.Go(func() {
			lease, err := s.leases().Acquire(s.Context(), sc, "owner", time.Minute)
			if err == nil {
				mu.Lock()
				defer mu.Unlock()
				leases = append(leases, lease)
			} else if !errors.Is(err, duijiesync.ErrLeaseHeld) {
				s.Error(err)
			}
		})
	}
	group.Wait()
	if len(leases) != 1 {
		s.Fatalf("%d of 16 took the lease", len(leases))
	}
}

// denied checks that lease writes nothing.
func (s *stateTest) denied(lease duijiesync.Lease) {
	s.Helper()
	sc, ctx := lease.Scope, s.Context()
	moved := duijiesync.Checkpoint("denied")
	s.mustBe(s.openBatch(ctx, lease, duijiesync.OpenBatch{Seq: 99, Started: noon}), duijiesync.ErrLeaseLost)
	s.mustBe(s.state.Renew(ctx, lease, time.Minute), duijiesync.ErrLeaseLost)
	s.mustBe(s.state.Settle(ctx, lease, duijiesync.Settlement{}), duijiesync.ErrLeaseLost)
	s.mustBe(s.state.Settle(ctx, lease, duijiesync.Settlement{
		Close:       []int64{1},
		Entries:     []duijiesync.Entry{entry("kept", 2), entry("new", 2)},
		Forget:      []string{"forgotten"},
		Dead:        []duijiesync.DeadLetter{letter("kept", 2), letter("new", 2)},
		Resolved:    []string{"resolved"},
		Checkpoint:  &moved,
		RecordedRun: &duijiesync.RunRecord{ID: "denied", Started: noon},
	}), duijiesync.ErrLeaseLost)
	s.must(s.state.Release(ctx, lease))
	s.unchanged(sc)
}

// prepare fills the scope with what unchanged expects.
func (s *stateTest) prepare(lease duijiesync.Lease) {
	s.Helper()
	start := duijiesync.Checkpoint("start")
	s.must(s.openBatch(s.Context(), lease, duijiesync.OpenBatch{Seq: 1, Started: noon}))
	s.settle(lease, duijiesync.Settlement{
		Entries:     []duijiesync.Entry{entry("kept", 1), entry("forgotten", 1)},
		Dead:        []duijiesync.DeadLetter{letter("kept", 1), letter("resolved", 1)},
		Checkpoint:  &start,
		RecordedRun: &duijiesync.RunRecord{ID: "run", Started: noon},
	})
}

func (s *stateTest) unchanged(sc duijiesync.Scope) {
	s.Helper()
	s.open(sc, duijiesync.OpenBatch{Seq: 1, Started: noon})
	s.ledger(sc.Pipeline, []string{"kept", "forgotten", "new"}, entry("kept", 1), entry("forgotten", 1))
	s.dead(sc.Pipeline, duijiesync.DeadLetterQuery{}, letter("kept", 1), letter("resolved", 1))
	s.checkpoint(sc, "start")
	s.runs(sc, 10, duijiesync.RunRecord{ID: "run", Started: noon})
}

func testOldFenceWritesNothing(s *stateTest) {
	sc := scope("orders", "p")
	old, err := s.state.Acquire(s.Context(), sc, "owner", time.Millisecond)
	s.must(err)
	s.prepare(old)
	// The same owner's name: the fence alone tells them apart.
	taken := s.acquireWhenFree(sc, "owner")
	s.denied(old)

	s.must(s.state.Renew(s.Context(), taken, time.Minute))
	_, err = s.state.Acquire(s.Context(), sc, "third", time.Minute)
	s.mustBe(err, duijiesync.ErrLeaseHeld) // the old holder's Release changed nothing
	s.settle(taken, duijiesync.Settlement{Close: []int64{1}})
	s.open(sc)

	s.must(s.state.Release(s.Context(), taken))
	s.mustBe(s.state.Settle(s.Context(), taken, duijiesync.Settlement{}), duijiesync.ErrLeaseLost)
}

func testForgedLeaseWritesNothing(s *stateTest) {
	sc := scope("orders", "p")
	lease := s.acquire(sc, "owner")
	s.prepare(lease)

	otherOwner, later, none := lease, lease, lease
	otherOwner.Owner = "other"
	later.Fence++
	none.Owner, none.Fence = "", 0
	for _, forged := range []duijiesync.Lease{otherOwner, later, none} {
		s.denied(forged)
	}
	elsewhere := lease
	elsewhere.Scope.Partition = "q"
	s.mustBe(s.state.Settle(s.Context(), elsewhere, duijiesync.Settlement{}), duijiesync.ErrLeaseLost)
	s.must(s.state.Renew(s.Context(), lease, time.Minute))
}

// testContextEnds checks that a call under an ended context either fails or
// has done all of its work.
func testContextEnds(s *stateTest) {
	sc := scope("orders", "")
	lease := s.acquire(sc, "owner")
	ended, cancel := context.WithCancel(s.Context())
	cancel()
	moved := duijiesync.Checkpoint("moved")
	err := s.state.Settle(ended, lease, duijiesync.Settlement{
		Entries: []duijiesync.Entry{entry("a", 1), entry("b", 1)}, Checkpoint: &moved,
	})
	if err == nil {
		s.checkpoint(sc, moved)
		s.ledger("orders", []string{"a", "b"}, entry("a", 1), entry("b", 1))
		return
	}
	s.mustBe(err, context.Canceled)
	s.checkpoint(sc, "")
	s.ledger("orders", []string{"a", "b"})
	s.settle(lease, duijiesync.Settlement{Checkpoint: &moved})
	s.checkpoint(sc, moved)
}

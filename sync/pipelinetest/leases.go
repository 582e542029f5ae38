package pipelinetest

import (
	"strings"
	"testing"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// TestLeaseStore checks a duijiesync.LeaseStore that is no whole State; for one that
// is, [TestState] does. The function open returns a new, empty store for each test and
// leaves its end to t.Cleanup; tests run in parallel. Run it with -race.
func TestLeaseStore(t *testing.T, open func(t *testing.T) duijiesync.LeaseStore) {
	t.Helper()
	for _, test := range leaseTests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			store := open(t)
			test.run(&stateTest{T: t, only: store})
		})
	}
}

var leaseTests = []namedStateTest{
	{"LeaseIsExclusive", testLeaseIsExclusive},
	{"LeaseOfOtherScopes", testLeaseOfOtherScopes},
	{"FenceGrows", testFenceGrows},
	{"LeaseTakenOver", testLeaseTakenOver},
	{"RenewKeepsOthersOut", testRenewKeepsOthersOut},
	{"OneOfManyAcquires", testOneOfManyAcquires},
	{"ForgedLease", testForgedLease},
	{"LeaseNames", testLeaseNames},
}

// testLeaseTakenOver: a lease that ran out is its holder's until another takes it.
func testLeaseTakenOver(s *stateTest) {
	sc := scope("orders", "p")
	old, err := s.leases().Acquire(s.Context(), sc, "old", time.Millisecond)
	s.must(err)
	<-time.After(5 * time.Millisecond) // by the store's clock: nothing tells when it ran out
	s.must(s.leases().Renew(s.Context(), old, time.Millisecond))
	taken := s.acquireWhenFree(sc, "new")
	if taken.Fence <= old.Fence {
		s.Fatalf("the fence goes from %d to %d", old.Fence, taken.Fence)
	}
	s.mustBe(s.leases().Renew(s.Context(), old, time.Minute), duijiesync.ErrLeaseLost)
	s.must(s.leases().Release(s.Context(), old)) // of what is lost
	_, err = s.leases().Acquire(s.Context(), sc, "other", time.Minute)
	s.mustBe(err, duijiesync.ErrLeaseHeld)
	s.must(s.leases().Renew(s.Context(), taken, time.Minute))
	s.must(s.leases().Release(s.Context(), taken))
	s.mustBe(s.leases().Renew(s.Context(), taken, time.Minute), duijiesync.ErrLeaseLost)
}

func testForgedLease(s *stateTest) {
	sc := scope("orders", "")
	lease := s.acquire(sc, "owner")
	fence, owner, elsewhere := lease, lease, lease
	fence.Fence++
	owner.Owner = "other"
	elsewhere.Scope.Partition = "p"
	for _, forged := range []duijiesync.Lease{fence, owner, elsewhere, {Scope: sc}, {Scope: sc, Fence: lease.Fence}} {
		s.mustBe(s.leases().Renew(s.Context(), forged, time.Minute), duijiesync.ErrLeaseLost)
		s.must(s.leases().Release(s.Context(), forged))
	}
	s.must(s.leases().Renew(s.Context(), lease, time.Minute))
	_, err := s.leases().Acquire(s.Context(), sc, "other", time.Minute)
	s.mustBe(err, duijiesync.ErrLeaseHeld)
}

func testLeaseNames(s *stateTest) {
	long := strings.Repeat("n", 128)
	lease, err := s.leases().Acquire(s.Context(), scope(long, strings.Repeat("p", 255)), long, time.Minute)
	s.must(err)
	s.must(s.leases().Renew(s.Context(), lease, time.Minute))
	s.acquire(scope("a", "b:c"), "owner")
	s.acquire(scope("a:b", "c"), "owner")
	s.acquire(scope("a\x00b", "c\x00"), "owner")
	for _, bad := range []struct {
		owner string
		ttl   time.Duration
	}{
		{"", time.Minute},
		{long + "o", time.Minute},
		{"owner", 0},
		{"owner", -time.Minute},
	} {
		if _, err := s.leases().Acquire(s.Context(), scope("n", ""), bad.owner, bad.ttl); err == nil {
			s.Errorf("Acquire takes an owner of %d bytes for %v", len(bad.owner), bad.ttl)
		}
	}
}

package pipelinetest

import (
	"slices"
	"strings"
	stdsync "sync"
	"time"

	"github.com/duijie-go/duijie"
)

// quota is the store as a duijie.QuotaStore; what is none skips the test.
func (s *tokenTest) quota(store duijie.TokenStore) duijie.QuotaStore {
	s.Helper()
	quotas, ok := store.(duijie.QuotaStore)
	if !ok {
		s.Skip("the store is no duijie.QuotaStore")
	}
	return quotas
}

// booking is a moment that was booked: it lies somewhere between the two.
type booking struct{ earliest, latest time.Time }

func (s *tokenTest) reserve(quotas duijie.QuotaStore, q duijie.Quota) (b booking) {
	before := time.Now()
	wait, ok, err := quotas.Reserve(s.Context(), tokenScope, q, 1000*time.Hour)
	if err != nil {
		s.Error(err)
	}
	if !ok {
		s.Errorf("nothing is booked, the wait would be %v", wait)
	}
	if wait < 0 {
		s.Errorf("the wait is %v", wait)
	}
	return booking{before.Add(wait), time.Now().Add(wait)}
}

// testQuotaInAnyStretch books from many sides at the same time. It need not wait
// for what it booked.
func testQuotaInAnyStretch(s *tokenTest) {
	q := duijie.Quota{Calls: 2, Per: time.Hour}
	var (
		group  stdsync.WaitGroup
		mu     stdsync.Mutex
		booked []booking
	)
	for _, store := range s.stores(3) {
		quotas := s.quota(store)
		for range 3 {
			group.Go(func() {
				for range 3 {
					b := s.reserve(quotas, q)
					mu.Lock()
					booked = append(booked, b)
					mu.Unlock()
				}
			})
		}
	}
	group.Wait()
	end := time.Now()
	slices.SortFunc(booked, func(a, b booking) int { return a.latest.Compare(b.latest) })
	for i, b := range booked {
		if i >= q.Calls {
			some := booked[i-q.Calls : i+1]
			first := slices.MinFunc(some, func(a, b booking) int { return a.earliest.Compare(b.earliest) })
			if span := b.latest.Sub(first.earliest); span < q.Per-time.Millisecond { // clocks are not that exact
				s.Errorf("%d bookings lie within %v, allowed are %d within %v", len(some), span, q.Calls, q.Per)
			}
		}
		if most := end.Add(time.Duration(i/q.Calls)*q.Per + time.Millisecond); b.earliest.After(most) {
			s.Errorf("booking %d waits %v longer than it must", i, b.earliest.Sub(most))
		}
	}
}

func testQuotaWaitTooLong(s *tokenTest) {
	quotas, q := s.quota(s.store), duijie.Quota{Calls: 1, Per: time.Hour}
	s.reserve(quotas, q)
	for range 3 {
		wait, ok, err := quotas.Reserve(s.Context(), tokenScope, q, 30*time.Minute)
		s.must(err)
		if ok {
			s.Fatalf("a wait of %v is booked, most were 30m", wait)
		}
		if wait <= 30*time.Minute || wait > time.Hour {
			s.Fatalf("the wait would be %v, want nearly an hour", wait)
		}
	}
	wait, ok, err := quotas.Reserve(s.Context(), tokenScope, q, time.Hour)
	s.must(err)
	if !ok || wait > time.Hour {
		s.Fatalf("booked: %v, wait %v: what is refused must not be booked", ok, wait)
	}
}

// testQuotaComesBack: what lies longer back than Per does not count.
func testQuotaComesBack(s *tokenTest) {
	quotas, q := s.quota(s.store), duijie.Quota{Calls: 2, Per: 20 * time.Millisecond}
	for range 5 {
		if !eventually(func() bool {
			wait, ok, err := quotas.Reserve(s.Context(), tokenScope, q, 0)
			s.must(err)
			if ok && wait != 0 {
				s.Fatalf("the wait is %v, most were none", wait)
			}
			return ok
		}) {
			s.Fatal("the quota does not come back")
		}
	}
}

func testQuotaScopes(s *tokenTest) {
	quotas := s.quota(s.store)
	for _, scope := range []string{"a", "A", "a ", strings.Repeat("s", 512)} {
		for _, q := range []duijie.Quota{{Calls: 1, Per: time.Hour}, {Per: time.Hour}} { // at least one call is free
			free := q.Calls > 0
			_, ok, err := quotas.Reserve(s.Context(), scope, q, 0)
			s.must(err)
			if ok != free {
				s.Fatalf("scope %.20q: booked: %v, want %v", scope, ok, free)
			}
		}
	}
	for _, scope := range []string{"", strings.Repeat("s", 513)} {
		if _, _, err := quotas.Reserve(s.Context(), scope, duijie.Quota{Calls: 1}, 0); err == nil {
			s.Errorf("Reserve takes a scope of %d bytes", len(scope))
		}
	}
	// A lease and a quota of the same scope have nothing to do with each other.
	s.commit(s.acquire("a", 0), tokenOf("first"))
	s.token("a", "first", 1)
}

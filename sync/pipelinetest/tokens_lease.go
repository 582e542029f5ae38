package pipelinetest

import (
	"strings"
	"time"

	"github.com/duijie-go/duijie"
)

func testTokenRoundTrip(s *tokenTest) {
	none, err := s.store.Load(s.Context(), tokenScope)
	s.must(err)
	if !none.Value.IsZero() || none.Gen != 0 || !none.Expires.IsZero() {
		s.Fatalf("an empty store has a token of generation %d that ends %v", none.Gen, none.Expires)
	}
	for i, value := range []string{
		"5f1a", `{"session":"会话","cookies":["a=b; Path=/"]}`, "a\x00b", " ends in spaces  ", "\xff\xfe", strings.Repeat("long ", 20_000), "",
	} {
		gen := int64(i)
		want := duijie.Token{Value: duijie.NewSecret(value), Gen: 77, Expires: at(i)}
		if i == 1 {
			want.Expires = time.Time{} // the platform does not say
		}
		committed := s.commit(s.acquire(tokenScope, gen), want)
		loaded, err := s.store.Load(s.Context(), tokenScope)
		s.must(err)
		for how, got := range map[string]duijie.Token{"committed": committed, "loaded": loaded} {
			if got.Value.Reveal() != value || got.Gen != gen+1 || !got.Expires.Equal(want.Expires) || got.Expires.IsZero() != want.Expires.IsZero() {
				s.Fatalf("%s: %.50q of generation %d that ends %v, want %.50q of %d that ends %v",
					how, got.Value.Reveal(), got.Gen, got.Expires, value, gen+1, want.Expires)
			}
		}
	}
}

func testTokenScopes(s *tokenTest) {
	scopes := []string{"a", "A", "a ", "aa", "é", "e\u0301", "a\x00", strings.Repeat("s", 511) + "a", strings.Repeat("s", 511) + "b"}
	leases := map[string]duijie.TokenLease{}
	for _, scope := range scopes {
		leases[scope] = s.acquire(scope, 0)
	}
	for _, scope := range scopes {
		s.commit(leases[scope], tokenOf("of "+scope))
	}
	for _, scope := range scopes {
		s.token(scope, "of "+scope, 1)
	}
}

func testTokenScopeLength(s *tokenTest) {
	ctx := s.Context()
	for _, scope := range []string{"", strings.Repeat("s", 513)} {
		_, loaded := s.store.Load(ctx, scope)
		_, _, acquired := s.store.Acquire(ctx, scope, 0, time.Hour)
		_, committed := s.store.Commit(ctx, duijie.TokenLease{Scope: scope, Fence: 1}, tokenOf("a"))
		released := s.store.Release(ctx, duijie.TokenLease{Scope: scope, Fence: 1})
		for call, err := range map[string]error{"Load": loaded, "Acquire": acquired, "Commit": committed, "Release": released} {
			if err == nil {
				s.Errorf("%s takes a scope of %d bytes", call, len(scope))
			}
		}
	}
}

func testTokenSharedByStores(s *tokenTest) {
	other := &tokenTest{T: s.T, store: s.open()}
	lease := s.acquire(tokenScope, 0)
	other.refused(tokenScope, 0)
	s.commit(lease, tokenOf("first"))
	other.token(tokenScope, "first", 1)
	s.refused(tokenScope, 0)
	other.commit(other.acquire(tokenScope, 1), tokenOf("second"))
	s.token(tokenScope, "second", 2)
}

func testTokenGeneration(s *tokenTest) {
	s.refused(tokenScope, 1) // there is none
	s.token(tokenScope, "", 0)
	for gen := range int64(4) {
		s.refused(tokenScope, gen-1)
		s.refused(tokenScope, gen+1)
		lease := s.acquire(tokenScope, gen)
		s.token(tokenScope, map[bool]string{true: "token"}[gen > 0], gen) // the old one is there until the new one is
		s.commit(lease, duijie.Token{Value: duijie.NewSecret("token"), Gen: 9 - gen})
		s.token(tokenScope, "token", gen+1)
	}
}

func testTokenLeaseIsExclusive(s *tokenTest) {
	lease := s.acquire(tokenScope, 0)
	s.refused(tokenScope, 0)
	s.refused(tokenScope, 0)
	s.commit(lease, tokenOf("first"))
	lease = s.acquire(tokenScope, 1)
	s.refused(tokenScope, 1)
	s.commit(lease, tokenOf("second"))
}

// brief takes a lease that ends in a moment.
func (s *tokenTest) brief(seen int64, ttl time.Duration) duijie.TokenLease {
	s.Helper()
	lease, ok, err := s.store.Acquire(s.Context(), tokenScope, seen, ttl)
	s.must(err)
	if !ok {
		s.Fatalf("a lease of %v is refused", ttl)
	}
	return lease
}

func testTokenLeaseRunsOut(s *tokenTest) {
	s.commit(s.acquire(tokenScope, 0), tokenOf("first"))
	ended := []duijie.TokenLease{s.brief(1, -time.Second), s.brief(1, 0)} // at once
	ended = append(ended, s.acquireWhenFree(tokenScope, 1))
	s.must(s.store.Release(s.Context(), ended[2]))
	ended = append(ended, s.brief(1, 2*time.Millisecond))
	taken := s.acquireWhenFree(tokenScope, 1)
	for _, old := range ended {
		if old.Fence >= taken.Fence {
			s.Fatalf("the fence goes from %d to %d", old.Fence, taken.Fence)
		}
		s.fenced(old)
		s.token(tokenScope, "first", 1)
	}
	s.refused(tokenScope, 1)
	s.commit(taken, tokenOf("second"))
	s.token(tokenScope, "second", 2)
	s.fenced(ended[0])
	s.token(tokenScope, "second", 2)
}

// A lease that nobody took over still serves: the token in hand is the live one.
func testTokenLateCommit(s *tokenTest) {
	s.commit(s.brief(0, -time.Hour), tokenOf("late"))
	s.token(tokenScope, "late", 1)
}

func testTokenCommitOnce(s *tokenTest) {
	lease := s.acquire(tokenScope, 0)
	later := lease
	later.Fence++
	elsewhere := lease
	elsewhere.Scope = "another"
	for _, forged := range []duijie.TokenLease{later, elsewhere, {Scope: tokenScope}} {
		s.fenced(forged)
	}
	s.commit(lease, tokenOf("first"))
	s.fenced(lease)
	s.fenced(duijie.TokenLease{Scope: tokenScope, Fence: lease.Fence})
	s.token(tokenScope, "first", 1)
	lease = s.acquire(tokenScope, 1)
	s.must(s.store.Release(s.Context(), lease))
	s.fenced(lease)
	s.token(tokenScope, "first", 1)
}

func testTokenRelease(s *tokenTest) {
	s.must(s.store.Release(s.Context(), duijie.TokenLease{Scope: tokenScope, Fence: 1})) // of nothing
	lease := s.acquire(tokenScope, 0)
	s.must(s.store.Release(s.Context(), lease))
	again := s.acquire(tokenScope, 0)
	if again.Fence <= lease.Fence {
		s.Fatalf("the fence goes from %d to %d", lease.Fence, again.Fence)
	}
	s.must(s.store.Release(s.Context(), again))
	s.token(tokenScope, "", 0)
}

func testTokenOldRelease(s *tokenTest) {
	old := s.brief(0, -time.Hour)
	taken := s.acquire(tokenScope, 0)
	s.must(s.store.Release(s.Context(), old))
	s.refused(tokenScope, 0)
	s.commit(taken, tokenOf("first"))
	next := s.acquire(tokenScope, 1)
	s.must(s.store.Release(s.Context(), taken))
	s.refused(tokenScope, 1)
	s.commit(next, tokenOf("second"))
}

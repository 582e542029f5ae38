package pipelinetest

import (
	"errors"
	"testing"
	"time"

	"github.com/duijie-go/duijie"
)

// TestTokenStore checks a duijie.TokenStore, and as a duijie.QuotaStore too what
// is one. The function place makes a new, empty place for each test and returns a
// function that opens a store on it, as many as the test wants: they stand for the
// stores of several processes and must share their tokens. A store that lives in one
// process only returns the same one each time. Their end is left to t.Cleanup; tests
// run in parallel. Run it with -race.
func TestTokenStore(t *testing.T, place func(t *testing.T) (open func() duijie.TokenStore)) {
	t.Helper()
	for _, test := range tokenTests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			open := place(t)
			test.run(&tokenTest{T: t, open: open, store: open()})
		})
	}
}

var tokenTests = []struct {
	name string
	run  func(s *tokenTest)
}{
	{"RoundTrip", testTokenRoundTrip},
	{"Scopes", testTokenScopes},
	{"ScopeLength", testTokenScopeLength},
	{"SharedByStores", testTokenSharedByStores},
	{"Generation", testTokenGeneration},
	{"LeaseIsExclusive", testTokenLeaseIsExclusive},
	{"LeaseRunsOut", testTokenLeaseRunsOut},
	{"LateCommit", testTokenLateCommit},
	{"CommitOnce", testTokenCommitOnce},
	{"Release", testTokenRelease},
	{"OldRelease", testTokenOldRelease},
	{"OneOfManyAcquires", testTokenOneOfManyAcquires},
	{"RefreshOnce", testTokenRefreshOnce},
	{"SecretsNotPrinted", testTokenSecretsNotPrinted},
	{"ContextEnds", testTokenContextEnds},
	{"QuotaInAnyStretch", testQuotaInAnyStretch},
	{"QuotaWaitTooLong", testQuotaWaitTooLong},
	{"QuotaComesBack", testQuotaComesBack},
	{"QuotaScopes", testQuotaScopes},
}

// tokenTest is one test of a token store. Its helpers end the test on errors.
type tokenTest struct {
	*testing.T

	open  func() duijie.TokenStore
	store duijie.TokenStore
}

const tokenScope = "kingdee https://erp.example/k3cloud 账套 5f1a"

func tokenOf(value string) duijie.Token { return duijie.Token{Value: duijie.NewSecret(value)} }

func (s *tokenTest) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// acquire takes the lease for long.
func (s *tokenTest) acquire(scope string, seen int64) duijie.TokenLease {
	s.Helper()
	lease, ok, err := s.store.Acquire(s.Context(), scope, seen, time.Hour)
	s.must(err)
	if !ok {
		s.Fatalf("the lease of %.50q is refused at generation %d", scope, seen)
	}
	if lease.Scope != scope {
		s.Fatalf("the lease of %.50q is one of %.50q", scope, lease.Scope)
	}
	return lease
}

func (s *tokenTest) refused(scope string, seen int64) {
	s.Helper()
	_, ok, err := s.store.Acquire(s.Context(), scope, seen, time.Hour)
	s.must(err)
	if ok {
		s.Fatalf("the lease of %.50q is granted at generation %d", scope, seen)
	}
}

// acquireWhenFree polls until the present lease has run out.
func (s *tokenTest) acquireWhenFree(scope string, seen int64) (lease duijie.TokenLease) {
	s.Helper()
	if !eventually(func() (ok bool) {
		var err error
		lease, ok, err = s.store.Acquire(s.Context(), scope, seen, time.Hour)
		s.must(err)
		return ok
	}) {
		s.Fatal("the lease does not run out")
	}
	return lease
}

func (s *tokenTest) commit(lease duijie.TokenLease, t duijie.Token) duijie.Token {
	s.Helper()
	got, err := s.store.Commit(s.Context(), lease, t)
	s.must(err)
	return got
}

func (s *tokenTest) fenced(lease duijie.TokenLease) {
	s.Helper()
	if _, err := s.store.Commit(s.Context(), lease, tokenOf("fenced")); !errors.Is(err, duijie.ErrFenced) {
		s.Fatalf("Commit: the error is %v, want %v", err, duijie.ErrFenced)
	}
}

// token checks what is stored.
func (s *tokenTest) token(scope, value string, gen int64) {
	s.Helper()
	got, err := s.store.Load(s.Context(), scope)
	s.must(err)
	if got.Gen != gen || got.Value.Reveal() != value {
		s.Fatalf("the token of %.50q is %.50q of generation %d, want %.50q of %d", scope, got.Value.Reveal(), got.Gen, value, gen)
	}
}

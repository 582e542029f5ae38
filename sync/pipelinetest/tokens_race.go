package pipelinetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	stdsync "sync"
	"time"

	"github.com/duijie-go/duijie"
)

// stores opens n more stores on the place.
func (s *tokenTest) stores(n int) (stores []duijie.TokenStore) {
	for range n {
		stores = append(stores, s.open())
	}
	return stores
}

func testTokenOneOfManyAcquires(s *tokenTest) {
	var (
		group stdsync.WaitGroup
		mu    stdsync.Mutex
		taken int
	)
	start := make(chan struct{})
	for _, store := range s.stores(4) {
		for range 4 {
			group.Go(func() {
				<-start
				_, ok, err := store.Acquire(s.Context(), tokenScope, 0, time.Hour)
				if err != nil {
					s.Error(err)
				}
				if ok {
					mu.Lock()
					defer mu.Unlock()
					taken++
				}
			})
		}
	}
	close(start)
	group.Wait()
	if taken != 1 {
		s.Fatalf("%d of 16 took the lease", taken)
	}
}

// testTokenRefreshOnce: however many want it, each generation costs one login.
func testTokenRefreshOnce(s *tokenTest) {
	const generations = 6
	var (
		group  stdsync.WaitGroup
		mu     stdsync.Mutex
		logins int
	)
	for _, store := range s.stores(3) {
		for range 4 {
			group.Go(func() {
				for want := int64(1); want <= generations; want++ {
					err := renewTo(s.Context(), store, want, func() duijie.Token {
						mu.Lock()
						defer mu.Unlock()
						logins++
						return tokenOf(fmt.Sprint("login ", logins))
					})
					if err != nil {
						s.Error(err)
						return
					}
				}
			})
		}
	}
	group.Wait()
	if logins != generations {
		s.Fatalf("%d logins for %d generations", logins, generations)
	}
	s.token(tokenScope, fmt.Sprint("login ", generations), generations)
}

// renewTo is what a client does whose token of generation want-1 was refused.
func renewTo(ctx context.Context, store duijie.TokenStore, want int64, login func() duijie.Token) error {
	ctx, cancel := context.WithTimeout(ctx, 3*patience)
	defer cancel()
	pause := time.NewTicker(2 * time.Millisecond)
	defer pause.Stop()
	for {
		token, err := store.Load(ctx, tokenScope)
		if err != nil || token.Gen >= want {
			return err
		}
		lease, ok, err := store.Acquire(ctx, tokenScope, token.Gen, time.Hour)
		if err != nil {
			return err
		}
		if ok {
			<-pause.C // a login takes a while
			_, err := store.Commit(ctx, lease, login())
			return err
		}
		select {
		case <-pause.C:
		case <-ctx.Done():
			return fmt.Errorf("generation %d does not come: %w", want, ctx.Err())
		}
	}
}

func testTokenSecretsNotPrinted(s *tokenTest) {
	const value = "s3cret-session"
	secret := tokenOf(value)
	lease := s.acquire(tokenScope, 0)
	committed := s.commit(lease, secret)
	loaded, err := s.store.Load(s.Context(), tokenScope)
	s.must(err)
	_, fenced := s.store.Commit(s.Context(), lease, secret)
	_, tooLong := s.store.Commit(s.Context(), duijie.TokenLease{Scope: strings.Repeat("s", 513), Fence: 1}, secret)
	ended, cancel := context.WithCancel(s.Context())
	cancel()
	next := s.acquire(tokenScope, 1)
	_, inTime := s.store.Commit(ended, next, secret)
	_, late := s.store.Load(ended, tokenScope)
	for what, printed := range map[string]any{
		"the committed token": committed, "the loaded token": loaded, "the store": s.store, "the lease": next,
		"ErrFenced": fenced, "a scope too long": tooLong, "Commit in an ended context": inTime, "Load in an ended context": late,
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
			if strings.Contains(fmt.Sprintf(verb, printed), value) {
				s.Errorf("%s shows the token under %s", what, verb)
			}
		}
	}
}

// testTokenContextEnds: a call under an ended context fails or has done all of
// its work.
func testTokenContextEnds(s *tokenTest) {
	lease := s.acquire(tokenScope, 0)
	ended, cancel := context.WithCancel(s.Context())
	cancel()
	_, err := s.store.Commit(ended, lease, tokenOf("first"))
	if err == nil {
		s.token(tokenScope, "first", 1)
		return
	}
	if !errors.Is(err, context.Canceled) {
		s.Fatalf("the error is %v, want %v", err, context.Canceled)
	}
	s.token(tokenScope, "", 0)
	s.commit(lease, tokenOf("second"))
	s.token(tokenScope, "second", 1)
}

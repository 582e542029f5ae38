// Package tokencache keeps one platform token per credential: one refresh at a
// time in this process, and across processes when the store is shared; the
// refresh outlives the caller who happened to start it; a refusal renews only
// the generation that was refused.
package tokencache

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/duijie-go/duijie"
)

// Source is the token of one scope. Safe for concurrent use.
type Source struct {
	store duijie.TokenStore
	scope string
	fetch func(context.Context) (duijie.Token, error)
	limit time.Duration // of one fetch

	mu      sync.Mutex // never held across I/O
	token   duijie.Token
	renewAt time.Time
	ahead   int64 // our generations are so much ahead of the store's: it lost its tokens
	flight  *flight
}

type flight struct {
	done  chan struct{}
	token duijie.Token
	err   error
}

const (
	fetchTimeout = 90 * time.Second
	retryEarly   = 30 * time.Second // after an early renewal that failed
	leaseSpare   = 30 * time.Second // a lease is longer than a fetch may take by this
)

// An Option changes a Source.
type Option func(*Source)

// FetchTimeout is how long one fetch may take, where it may have to wait for a
// quota first; 90 s otherwise. When a process dies, others wait that long for its
// lease.
func FetchTimeout(d time.Duration) Option { return func(s *Source) { s.limit = d } }

// New makes a Source. scope must name platform, host, application and a hash
// of the secret; fetch logs in or refreshes.
func New(store duijie.TokenStore, scope string, fetch func(context.Context) (duijie.Token, error), opts ...Option) *Source {
	if store == nil {
		store = duijie.NewMemoryTokenStore()
	}
	s := &Source{store: store, scope: scope, fetch: fetch, limit: fetchTimeout}
	for _, opt := range opts {
		opt(s)
	}
	return s
}

func (s *Source) leaseTTL() time.Duration { return s.limit + leaseSpare }

// Token returns a token whose generation is not refused. Concurrent callers
// share one refresh; each gives up with its own context.
func (s *Source) Token(ctx context.Context, refused int64) (duijie.Token, error) {
	for {
		t, err := s.join(ctx, refused)
		// A refresh that was under way for an older refusal may bring back the
		// very generation this caller was refused with: ask again.
		if err != nil || t.Gen > refused {
			return t, err
		}
	}
}

func (s *Source) join(ctx context.Context, refused int64) (duijie.Token, error) {
	s.mu.Lock()
	if s.usable(s.token, refused) {
		t := s.token
		s.mu.Unlock()
		return t, nil
	}
	f := s.flight
	if f == nil {
		f = &flight{done: make(chan struct{})}
		s.flight = f
		go s.renew(context.WithoutCancel(ctx), f, refused)
	}
	s.mu.Unlock()
	select {
	case <-f.done:
		return f.token, f.err
	case <-ctx.Done():
		return duijie.Token{}, ctx.Err()
	}
}

func (s *Source) usable(t duijie.Token, refused int64) bool {
	return t.Gen > refused && (s.renewAt.IsZero() || time.Now().Before(s.renewAt))
}

// renew runs on its own goroutine, which ends within the limit of a fetch plus the
// lease of another process.
func (s *Source) renew(ctx context.Context, f *flight, refused int64) {
	ctx, cancel := context.WithTimeout(ctx, s.limit+s.leaseTTL())
	defer cancel()
	token, err := s.obtain(ctx, refused)
	s.mu.Lock()
	switch {
	case err == nil:
		s.token, s.renewAt = token, renewTime(token)
	case s.token.Gen > refused && time.Now().Before(s.token.Expires):
		// It was early: the old one still serves, and it is tried again soon.
		token, err, s.renewAt = s.token, nil, time.Now().Add(retryEarly)
	}
	s.flight = nil
	s.mu.Unlock()
	f.token, f.err = token, err
	close(f.done)
}

func (s *Source) obtain(ctx context.Context, refused int64) (duijie.Token, error) {
	for {
		stored, err := s.store.Load(ctx, s.scope)
		if err != nil {
			return duijie.Token{}, fmt.Errorf("duijie: token store: %w", err)
		}
		seen := stored.Gen
		if stored = s.own(stored); stored.Gen > refused && s.fresh(stored) {
			return stored, nil
		}
		lease, ours, err := s.store.Acquire(ctx, s.scope, seen, s.leaseTTL())
		if err != nil {
			return duijie.Token{}, fmt.Errorf("duijie: token store: %w", err)
		}
		if ours {
			return s.lead(ctx, lease, refused)
		}
		if err := pause(ctx); err != nil {
			return duijie.Token{}, err
		}
	}
}

// fresh tells whether a stored token need not be renewed yet. For the one that
// is held already it was said when it came: told anew it would be a tenth of ever
// less time.
func (s *Source) fresh(stored duijie.Token) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := renewTime(stored)
	if stored.Gen == s.token.Gen {
		at = s.renewAt
	}
	return at.IsZero() || time.Now().Before(at)
}

// lead logs in while holding the lease. A leader that was overtaken reads the
// other's token and never writes.
func (s *Source) lead(ctx context.Context, lease duijie.TokenLease, refused int64) (duijie.Token, error) {
	fetchCtx, cancel := context.WithTimeout(ctx, s.limit)
	defer cancel()
	token, err := s.fetch(fetchCtx)
	if err != nil {
		return duijie.Token{}, errors.Join(err, s.store.Release(ctx, lease))
	}
	committed, err := s.store.Commit(ctx, lease, token)
	if errors.Is(err, duijie.ErrFenced) {
		stored, err := s.store.Load(ctx, s.scope)
		return s.own(stored), err
	}
	if err != nil {
		return duijie.Token{}, fmt.Errorf("duijie: token store: %w", err)
	}
	s.mu.Lock()
	s.ahead = max(s.ahead, refused+1-committed.Gen) // a store that lost its tokens counts from one again
	s.mu.Unlock()
	return s.own(committed), nil
}

// own is a stored token under our count of generations, which never goes back.
func (s *Source) own(t duijie.Token) duijie.Token {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t.Gen > 0 {
		t.Gen += s.ahead
	}
	return t
}

// renewTime is a little before the token ends: 10 % of the time left, at most
// five minutes, less some jitter so that processes do not renew together.
func renewTime(t duijie.Token) time.Time {
	if t.Expires.IsZero() {
		return time.Time{}
	}
	early := min(time.Until(t.Expires)/10, 5*time.Minute)
	if early <= 0 {
		return t.Expires
	}
	return t.Expires.Add(-early - rand.N(early)/4) //nolint:gosec // spreading load needs no secure randomness
}

func pause(ctx context.Context) error {
	t := time.NewTimer(10*time.Millisecond + rand.N(20*time.Millisecond)) //nolint:gosec // as above
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

package duijie

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// ErrFenced is returned by [TokenStore.Commit] when another process took over
// the refresh in the meantime: read the token again, never write.
var ErrFenced = errors.New("duijie: token lease was taken over")

// Token is a session id or access token with what is needed to share it.
type Token struct {
	// Value is the token itself; platforms whose session is more than one text
	// store them as JSON.
	Value Secret
	// Gen counts renewals of the scope, from 1; 0 means there is no token.
	Gen int64
	// Expires is when the token ends, by our clock; zero when the platform does not say.
	Expires time.Time
}

// TokenLease is the right to renew the token of one scope.
type TokenLease struct {
	Scope string
	Owner string
	Fence int64
}

// TokenStore shares tokens between clients and processes, so that one of them
// logs in and the others use the result. A scope names platform, host,
// application and a hash of the secret; a client with a wrong secret never
// finds the token of a right one. It has 1 to 512 bytes and may appear in errors;
// a token's value never does.
//
// Implementations: [NewMemoryTokenStore] for one process, sync/sqlstore and
// sync/redisstore for several. sync/pipelinetest holds a store to this contract (TestTokenStore).
type TokenStore interface {
	// Load returns the token of scope, the zero Token when there is none.
	Load(ctx context.Context, scope string) (Token, error)
	// Acquire asks for the right to renew. It is granted when the stored
	// generation still is seen and nobody holds a live lease; ttl ends it by itself,
	// at once where it is not positive. A lease that ran out is still good for Commit
	// until somebody takes it over.
	Acquire(ctx context.Context, scope string, seen int64, ttl time.Duration) (TokenLease, bool, error)
	// Commit stores a renewed token under generation seen+1, whatever its Gen, and
	// ends the lease, or returns ErrFenced. Expires is kept to the millisecond at least.
	Commit(ctx context.Context, lease TokenLease, t Token) (Token, error)
	// Release gives the lease up without a new token. A lease that was lost is left to
	// the one who has it.
	Release(ctx context.Context, lease TokenLease) error
}

type memoryTokens struct {
	mu   sync.Mutex
	rows map[string]*tokenRow

	booked map[string][]time.Time // by scope, see Quota
}

type tokenRow struct {
	token Token
	fence int64
	until time.Time
	held  bool
}

// NewMemoryTokenStore keeps tokens in this process only.
func NewMemoryTokenStore() TokenStore {
	return &memoryTokens{rows: map[string]*tokenRow{}, booked: map[string][]time.Time{}}
}

// checkTokenScope refuses what a shared store would refuse too.
func checkTokenScope(scope string) error {
	const most = 512
	if n := len(scope); n < 1 || n > most {
		return fmt.Errorf("duijie: a token's scope has %d bytes, allowed are 1 to %d", n, most)
	}
	return nil
}

func (m *memoryTokens) Load(_ context.Context, scope string) (Token, error) {
	if err := checkTokenScope(scope); err != nil {
		return Token{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if r := m.rows[scope]; r != nil {
		return r.token, nil
	}
	return Token{}, nil
}

func (m *memoryTokens) Acquire(_ context.Context, scope string, seen int64, ttl time.Duration) (TokenLease, bool, error) {
	if err := checkTokenScope(scope); err != nil {
		return TokenLease{}, false, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.rows[scope]
	if r == nil {
		r = &tokenRow{}
		m.rows[scope] = r
	}
	now := time.Now()
	if r.token.Gen != seen || r.held && now.Before(r.until) {
		return TokenLease{}, false, nil
	}
	r.fence++
	r.held, r.until = true, now.Add(ttl)
	return TokenLease{Scope: scope, Owner: "memory", Fence: r.fence}, true, nil
}

func (m *memoryTokens) Commit(_ context.Context, lease TokenLease, t Token) (Token, error) {
	if err := checkTokenScope(lease.Scope); err != nil {
		return Token{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.rows[lease.Scope]
	if r == nil || !r.held || r.fence != lease.Fence {
		return Token{}, ErrFenced
	}
	t.Gen = r.token.Gen + 1
	r.token, r.held = t, false
	return t, nil
}

func (m *memoryTokens) Release(_ context.Context, lease TokenLease) error {
	if err := checkTokenScope(lease.Scope); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if r := m.rows[lease.Scope]; r != nil && r.fence == lease.Fence {
		r.held = false
	}
	return nil
}

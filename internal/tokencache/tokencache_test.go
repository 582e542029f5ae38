package tokencache

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

func TestConcurrentCallersLogInOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var logins atomic.Int64
		s := New(nil, "scope", func(context.Context) (duijie.Token, error) {
			time.Sleep(time.Second) // virtual
			return duijie.Token{Value: duijie.NewSecret("t")}, addOne(&logins)
		})
		results := make(chan int64, 20)
		for range 20 {
			go func() {
				tok, err := s.Token(t.Context(), 0)
				assert.NoError(t, err)
				results <- tok.Gen
			}()
		}
		for range 20 {
			require.EqualValues(t, 1, <-results)
		}
		require.EqualValues(t, 1, logins.Load())

		for range 5 { // five calls were refused with the same token: one renewal
			go func() {
				tok, err := s.Token(t.Context(), 1)
				assert.NoError(t, err)
				results <- tok.Gen
			}()
		}
		for range 5 {
			require.EqualValues(t, 2, <-results)
		}
		require.EqualValues(t, 2, logins.Load())
		tok, err := s.Token(t.Context(), 1)
		require.NoError(t, err)
		require.EqualValues(t, 2, tok.Gen, "a late complaint about generation 1 renews nothing")
		require.EqualValues(t, 2, logins.Load())
	})
}

func addOne(n *atomic.Int64) error { n.Add(1); return nil }

func TestCallerGivingUpDoesNotStopTheRefresh(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := New(nil, "scope", func(ctx context.Context) (duijie.Token, error) {
			time.Sleep(time.Second) // virtual
			return duijie.Token{Value: duijie.NewSecret("t")}, ctx.Err()
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		_, err := s.Token(ctx, 0)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		tok, err := s.Token(t.Context(), 0)
		require.NoError(t, err)
		require.EqualValues(t, 1, tok.Gen)
	})
}

func TestProcessesShareOneRefresh(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := duijie.NewMemoryTokenStore()
		var logins atomic.Int64
		fetch := func(context.Context) (duijie.Token, error) {
			time.Sleep(time.Second) // virtual
			return duijie.Token{Value: duijie.NewSecret("t"), Expires: time.Now().Add(time.Hour)}, addOne(&logins)
		}
		done := make(chan error)
		for range 4 {
			s := New(store, "scope", fetch)
			go func() {
				for range 10 {
					if _, err := s.Token(t.Context(), 0); err != nil {
						done <- err
						return
					}
					time.Sleep(30 * time.Minute) // virtual
				}
				done <- nil
			}()
		}
		for range 4 {
			require.NoError(t, <-done)
		}
		require.LessOrEqual(t, logins.Load(), int64(6), "five hours of tokens that last one")
		require.GreaterOrEqual(t, logins.Load(), int64(5))
	})
}

func TestFailedLoginIsReportedAndTriedAgain(t *testing.T) {
	t.Parallel()
	wrong := errors.New("wrong password")
	fail := true
	s := New(nil, "scope", func(context.Context) (duijie.Token, error) {
		if fail {
			return duijie.Token{}, wrong
		}
		return duijie.Token{Value: duijie.NewSecret("t")}, nil
	})
	_, err := s.Token(t.Context(), 0)
	require.ErrorIs(t, err, wrong)
	fail = false
	_, err = s.Token(t.Context(), 0)
	require.NoError(t, err)
}

// TestStoreThatLostItsTokens: a store that was emptied counts generations from
// one again. That is one login, not one for each generation it had.
func TestStoreThatLostItsTokens(t *testing.T) {
	t.Parallel()
	var logins atomic.Int64
	store := &emptied{duijie.NewMemoryTokenStore()}
	s := New(store, "scope", func(context.Context) (duijie.Token, error) {
		return duijie.Token{Value: duijie.NewSecret("t")}, addOne(&logins)
	})
	gen := int64(0)
	for range 50 {
		tok, err := s.Token(t.Context(), gen)
		require.NoError(t, err)
		gen = tok.Gen
	}
	require.EqualValues(t, 50, logins.Load())
	store.TokenStore = duijie.NewMemoryTokenStore()
	for range 3 { // also for callers that remember the refusal
		tok, err := s.Token(t.Context(), gen)
		require.NoError(t, err)
		require.Greater(t, tok.Gen, gen)
	}
	require.EqualValues(t, 51, logins.Load())
	tok, err := s.Token(t.Context(), 51)
	require.NoError(t, err)
	require.EqualValues(t, 52, tok.Gen, "and goes on from there")
	require.EqualValues(t, 52, logins.Load())
}

type emptied struct{ duijie.TokenStore }

// A token is renewed while it still works, and goes on serving where that fails.
func TestRenewedEarly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var logins int64
		var down error
		s := New(nil, "scope", func(context.Context) (duijie.Token, error) {
			logins++
			return duijie.Token{Value: duijie.NewSecret("t"), Expires: time.Now().Add(24 * time.Hour)}, down
		}, FetchTimeout(time.Minute))
		get := func(gen, calls int64) {
			t.Helper()
			tok, err := s.Token(t.Context(), 0)
			require.NoError(t, err)
			require.Equal(t, gen, tok.Gen)
			require.Equal(t, calls, logins)
		}
		get(1, 1)
		time.Sleep(24*time.Hour - 7*time.Minute)
		get(1, 1)
		time.Sleep(2 * time.Minute)
		down = errors.New("platform is down")
		get(1, 2) // the old one serves
		get(1, 2) // and is not asked for with every call
		time.Sleep(time.Minute)
		get(1, 3)
		down = nil
		time.Sleep(time.Minute)
		get(2, 4)

		down = errors.New("platform is down")
		_, err := s.Token(t.Context(), 2)
		require.ErrorIs(t, err, down, "a refused token does not serve")
		time.Sleep(24 * time.Hour)
		_, err = s.Token(t.Context(), 0)
		require.ErrorIs(t, err, down, "nor does one that has ended")
	})
}

package transport

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"github.com/duijie-go/duijie"
)

// TestFailedRenewalKeepsTheDoubt: the first attempt may have taken effect; that
// the token could then not be renewed does not undo it.
func TestFailedRenewalKeepsTheDoubt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		tr := New(Config{
			Platform: "test",
			Options: duijie.Options{HTTPClient: clientOf(func(*http.Request) (*http.Response, error) {
				return nil, errors.New("connection reset by peer")
			})},
			Tokens: tokenFunc(func(context.Context, int64) (duijie.Token, error) {
				if asked++; asked > 1 {
					return duijie.Token{}, &duijie.APIError{Platform: "test", Op: "Login", Class: duijie.ClassUnauthenticated}
				}
				return duijie.Token{Gen: 1}, nil
			}),
		})
		_, err := tr.Do(t.Context(), testCall(duijie.EffectIdempotent))
		require.ErrorIs(t, err, duijie.ErrUnauthenticated)
		require.ErrorIs(t, err, duijie.ErrOutcomeUnknown)
	})
}

// TestRefusedLoginIsNoRefusedCall: whatever a login fails for, the call was not
// sent: it was neither refused nor left in doubt.
func TestRefusedLoginIsNoRefusedCall(t *testing.T) {
	t.Parallel()
	for _, login := range []*duijie.APIError{
		{Class: duijie.ClassRefused, Code: "5999"},
		{Class: duijie.ClassInvalid, Err: duijie.ErrRedirected},
		{Class: duijie.ClassUnavailable, OutcomeUnknown: true},
	} {
		tr := New(Config{Platform: "test", Tokens: tokenFunc(func(context.Context, int64) (duijie.Token, error) {
			return duijie.Token{}, fmt.Errorf("store: %w", login)
		})})
		_, err := tr.Do(t.Context(), testCall(duijie.EffectWrite))
		require.NotErrorIs(t, err, duijie.ErrRefused)
		require.NotErrorIs(t, err, duijie.ErrInvalid)
		require.NotErrorIs(t, err, duijie.ErrOutcomeUnknown)
		e, ok := errors.AsType[*duijie.APIError](err)
		require.True(t, ok)
		require.Equal(t, login.Code, e.Code)
		require.Equal(t, login.Err != nil, errors.Is(err, duijie.ErrRedirected))
	}
}

// TestDoubtfulWriteIsNotRepeated, for whatever reason a repeat is offered, also
// when the caller did not say what the call does.
func TestDoubtfulWriteIsNotRepeated(t *testing.T) {
	t.Parallel()
	for _, effect := range []duijie.Effect{duijie.EffectWrite, duijie.EffectDefault} {
		for _, v := range []Verdict{
			{Class: duijie.ClassUnauthenticated, Skew: true, Ambiguous: true},
			{Class: duijie.ClassUnauthenticated, Renew: true, Ambiguous: true},
		} {
			sent := 0
			tr := New(Config{
				Platform: "test",
				Options: duijie.Options{HTTPClient: clientOf(func(*http.Request) (*http.Response, error) {
					sent++
					a := answer(200, "x")
					a.Header.Set("Date", time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat))
					return a, nil
				})},
				Tokens: tokenFunc(func(context.Context, int64) (duijie.Token, error) { return duijie.Token{Gen: 1}, nil }),
			})
			call := testCall(effect)
			call.Judge = func(*Answer) Verdict { return v }
			_, err := tr.Do(t.Context(), call)
			require.ErrorIs(t, err, duijie.ErrOutcomeUnknown)
			require.Equal(t, 1, sent)
		}
	}
}

// TestHeldBackCallsKeepTheRate: those that waited for a throttle to pass do not
// all come at once when it does.
func TestHeldBackCallsKeepTheRate(t *testing.T) {
	t.Parallel()
	for name, told := range map[string]bool{"limit": false, "limiter of the user": true} {
		synctest.Test(t, func(t *testing.T) {
			var sent []time.Time
			o := duijie.Options{HTTPClient: clientOf(func(*http.Request) (*http.Response, error) {
				sent = append(sent, time.Now())
				if len(sent) == 1 {
					return answer(200, "throttled"), nil
				}
				return answer(200, "ok"), nil
			})}
			if told {
				o.RateLimiter = rate.NewLimiter(5, 1)
			}
			tr := New(Config{
				Platform: "test", Limits: map[string]Limit{"": {PerSecond: 5}}, Options: o,
				Retry: duijie.RetryPolicy{ThrottleDelay: time.Minute},
			})
			done := make(chan error)
			for range 40 {
				go func() {
					_, err := tr.Do(t.Context(), testCall(duijie.EffectRead))
					done <- err
				}()
			}
			for range 40 {
				require.NoError(t, <-done)
			}
			for i := range sent[15:] {
				require.GreaterOrEqual(t, sent[i+15].Sub(sent[i]), 2*time.Second, "%s: a second holds five", name)
			}
		})
	}
}

// TestSecretInsideASecret: the longer one is blanked out whole.
func TestSecretInsideASecret(t *testing.T) {
	t.Parallel()
	r := newRedactor([]duijie.Secret{duijie.NewSecret("abcd"), duijie.NewSecret("abcd:salt"), duijie.NewSecret("abcd:salt and more")})
	require.Equal(t, "x [redacted] y [redacted] z [redacted]", r.clean("x abcd:salt and more y abcd z abcd:salt"))
}

func TestRetryAfterOfAnyLength(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"": 0, "x": 0, "-5": 0, "7": 7 * time.Second, "99999999999": math.MaxInt64, "99999999999999999999999": math.MaxInt64,
	} {
		require.Equal(t, want, RetryAfter(http.Header{"Retry-After": {text}}, time.Now()), text)
	}
}

// TestLongestWaitSwitchedOff: without an allowed wait a throttle that asks for
// one ends the call; one that does not is still waited for.
func TestLongestWaitSwitchedOff(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]int{"throttled": 4, "throttled for an hour": 1} {
		synctest.Test(t, func(t *testing.T) {
			sent, begin := 0, time.Now()
			tr := New(Config{Platform: "test", Options: duijie.Options{
				Retry:      duijie.RetryPolicy{MaxRetryAfter: -1},
				HTTPClient: clientOf(func(*http.Request) (*http.Response, error) { sent++; return answer(200, body), nil }),
			}})
			_, err := tr.Do(t.Context(), testCall(duijie.EffectRead))
			require.ErrorIs(t, err, duijie.ErrRateLimited)
			require.Equal(t, want, sent, body)
			require.GreaterOrEqual(t, time.Since(begin), time.Duration(want-1)*time.Second, "not faster than ThrottleDelay")
		})
	}
}

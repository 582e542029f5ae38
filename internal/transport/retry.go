package transport

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"github.com/duijie-go/duijie"
)

var defaultRetry = duijie.RetryPolicy{
	MaxAttempts: 4, MinDelay: 500 * time.Millisecond, MaxDelay: 20 * time.Second,
	ThrottleDelay: time.Second, MaxRetryAfter: 5 * time.Minute,
}

// mergeRetry takes each field from the user, else the platform, else the default.
func mergeRetry(policies ...duijie.RetryPolicy) duijie.RetryPolicy {
	var p duijie.RetryPolicy
	for _, q := range append(policies, defaultRetry) {
		p.MaxAttempts = pick(p.MaxAttempts, q.MaxAttempts)
		p.MinDelay = pick(p.MinDelay, q.MinDelay)
		p.MaxDelay = pick(p.MaxDelay, q.MaxDelay)
		p.ThrottleDelay = pick(p.ThrottleDelay, q.ThrottleDelay)
		p.MaxRetryAfter = pick(p.MaxRetryAfter, q.MaxRetryAfter)
	}
	return p
}

func pick[T int | time.Duration](set, other T) T {
	if set != 0 {
		return set
	}
	return other
}

func (s *callState) maxAttempts() int { return max(s.t.retry.MaxAttempts, 1) }

// checkRetry decides whether the call may and should be sent again.
func (s *callState) checkRetry(ctx context.Context, _ *http.Response, _ error) (bool, error) {
	if ctx.Err() != nil || s.stop != nil {
		return false, nil //nolint:nilerr // the error is kept in the state; here the answer only is no
	}
	if s.answer == nil {
		return s.mayRepeat(s.left) && s.attempts < s.maxAttempts(), nil
	}
	v := s.verdict
	switch {
	case v.Class == duijie.ClassOK:
		return false, nil
	case v.Skew && !s.corrected && s.mayRepeat(!v.NoEffect) && s.correctClock():
		s.corrected = true
		return true, nil
	case v.Renew && !s.renewed && s.mayRepeat(!v.NoEffect):
		s.renewed, s.refusedGen = true, s.token.Gen
		return true, nil
	case s.attempts >= s.maxAttempts():
		return false, nil
	case v.Class == duijie.ClassThrottled:
		// A wait above the cap is neither slept through nor shortened.
		return s.mayRepeat(!v.NoEffect) && v.RetryAfter <= max(s.t.retry.MaxRetryAfter, 0), nil
	case v.Class == duijie.ClassUnavailable:
		return s.mayRepeat(!v.NoEffect), nil
	}
	return false, nil
}

// mayRepeat: reads and idempotent writes always; a write only when it surely
// had no effect.
func (s *callState) mayRepeat(mayHaveActed bool) bool {
	return s.call.Effect == duijie.EffectRead || s.call.Effect == duijie.EffectIdempotent || !mayHaveActed
}

// backoff is the wait before the next attempt.
func (s *callState) backoff(_, _ time.Duration, _ int, _ *http.Response) time.Duration {
	p := s.t.retry
	v := s.verdict
	switch {
	case s.answer != nil && (v.Renew || v.Skew) && v.Class != duijie.ClassThrottled && v.Class != duijie.ClassUnavailable:
		return 0
	case s.answer != nil && v.Class == duijie.ClassThrottled:
		if v.RetryAfter > 0 {
			return v.RetryAfter + jitter(v.RetryAfter/20)
		}
		d := doubled(p.ThrottleDelay, s.throttled, p.MaxRetryAfter)
		return d + jitter(d/4) // never less than the platform's advice
	}
	return withJitter(doubled(p.MinDelay, s.attempts, p.MaxDelay))
}

// doubled is base·2^(n-1), at most limit; base below zero switches waiting off,
// limit below zero doubling.
func doubled(base time.Duration, n int, limit time.Duration) time.Duration {
	if base <= 0 {
		return 0
	}
	if limit <= 0 {
		return base
	}
	d := base
	for i := 1; i < n && d < limit; i++ {
		d *= 2
	}
	return min(d, limit)
}

// withJitter spreads d over [d/2, d], so that clients do not come back together.
func withJitter(d time.Duration) time.Duration { return d/2 + jitter(d/2) }

func jitter(d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	return rand.N(d)
}

// correctClock takes the platform's clock from the Date header. Without one, or
// when the clocks agree, a repeat would be refused again.
func (s *callState) correctClock() bool {
	date, err := http.ParseTime(s.answer.Header.Get("Date"))
	if err != nil {
		return false
	}
	diff := date.Sub(s.t.now())
	if diff.Abs() < 2*time.Second {
		return false
	}
	s.t.skew.Store(int64(diff))
	s.t.log.Warn("clock corrected to the platform's", "platform", s.t.cfg.Platform, "difference", diff)
	return true
}

// RetryAfter reads the Retry-After header, seconds or a date; 0 when absent.
func RetryAfter(h http.Header, now time.Time) time.Duration {
	text := h.Get("Retry-After")
	if text == "" {
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 64) // the nearest one when it does not fit
	switch {
	case err != nil && !errors.Is(err, strconv.ErrRange):
	case n > math.MaxInt64/int64(time.Second):
		return math.MaxInt64
	default:
		return max(time.Duration(n), 0) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(at.Sub(now), 0)
	}
	return 0
}

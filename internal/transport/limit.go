package transport

import (
	"context"
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/duijie-go/duijie"
)

// Limit is the documented or safe limit of an endpoint group.
type Limit struct {
	PerSecond float64 // calls a second; 0 = not limited until the platform throttles
	Burst     int     // calls at once after a pause; 0 = 1
	InFlight  int     // calls at the same time; 0 = not limited
}

// limiter paces the calls of one group. A throttle answer lowers its rate at
// once (multiplicative decrease); without further ones it climbs back a little
// every few seconds (additive increase), up to the told limit if there is one.
type limiter struct {
	told     duijie.RateLimiter // the user's, nil for none
	pace     *rate.Limiter
	ceiling  float64 // calls a second never to exceed; unlimited when not told
	inFlight chan struct{}

	mu      sync.Mutex
	hold    time.Time // nothing is sent before this
	lowered time.Time // last decrease, zero while running free
	raised  time.Time
	sentAt  []time.Time // ring of the last good calls, to measure the rate
	next    int
}

const (
	rateWindow    = 256
	settleTime    = time.Second      // throttle answers of calls already under way do not count twice
	raiseEvery    = 2 * time.Second  // additive increase
	forgetAfter   = 10 * time.Second // a second throttle within this halves the rate further
	firstDecrease = 0.95
	nextDecrease  = 0.7
	raiseShare    = 0.01
	lowestRate    = 1.0 / 60
	unlimited     = float64(rate.Inf) // not math.Inf: the pace computes with it
)

func newLimiter(limit Limit, told duijie.RateLimiter) *limiter {
	l := &limiter{told: told, ceiling: unlimited, sentAt: make([]time.Time, 0, 16)}
	burst := max(limit.Burst, 1)
	pace := unlimited
	switch known, ok := told.(interface{ Limit() rate.Limit }); {
	case told == nil && limit.PerSecond > 0:
		l.ceiling, pace = limit.PerSecond, limit.PerSecond
	case ok && known.Limit() > 0:
		l.ceiling = float64(known.Limit()) // *rate.Limiter paces by itself
	}
	l.pace = rate.NewLimiter(rate.Limit(pace), burst)
	if limit.InFlight > 0 {
		l.inFlight = make(chan struct{}, limit.InFlight)
	}
	return l
}

// acquire waits for a turn. release must be called when the answer was read.
func (l *limiter) acquire(ctx context.Context) (release func(), err error) {
	release = func() {}
	if l.inFlight != nil {
		select {
		case l.inFlight <- struct{}{}:
			release = func() { <-l.inFlight }
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if err := l.wait(ctx); err != nil {
		release()
		return nil, err
	}
	return release, nil
}

// wait waits out a hold first and for a turn after it: turns taken before would
// all be used at once when the hold ends.
func (l *limiter) wait(ctx context.Context) error {
	for {
		for pause := l.held(); pause > 0; pause = l.held() {
			if err := sleep(ctx, pause); err != nil {
				return err
			}
		}
		if l.told != nil {
			if err := l.told.Wait(ctx); err != nil {
				return err
			}
		}
		if err := l.waitPace(ctx); err != nil {
			return err
		}
		if l.held() <= 0 {
			return ctx.Err()
		}
	}
}

// held is how long nothing may be sent.
func (l *limiter) held() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return time.Until(l.hold)
}

// waitPace is rate.Limiter.Wait, but a context that ends before the turn comes
// is told as the context's own error.
func (l *limiter) waitPace(ctx context.Context) error {
	r := l.pace.Reserve()
	d := r.Delay()
	if d == 0 {
		return nil
	}
	if err := sleep(ctx, d); err != nil {
		r.Cancel()
		return err
	}
	return nil
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// succeeded notes a call the platform did not throttle.
func (l *limiter) succeeded(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.sentAt) < rateWindow {
		l.sentAt = append(l.sentAt, now)
	} else {
		l.sentAt[l.next] = now
	}
	l.next = (l.next + 1) % rateWindow
	if l.lowered.IsZero() || now.Sub(l.raised) < raiseEvery || now.Before(l.hold) {
		return
	}
	l.raised = now
	// Slowly near the rate that was too much, then ever faster: the throttle may
	// have had a reason that is long gone.
	quiet := int(now.Sub(l.lowered) / forgetAfter)
	current := float64(l.pace.Limit())
	raised := current * (1 + math.Min(raiseShare*float64(int(1)<<min(quiet, 10)), 0.5))
	if raised >= l.ceiling {
		raised = l.ceiling
		l.lowered = time.Time{}
	}
	l.pace.SetLimitAt(now, rate.Limit(raised))
}

// throttled lowers the rate and holds every call of the group back for pause.
func (l *limiter) throttled(now time.Time, pause time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if until := now.Add(pause); until.After(l.hold) {
		l.hold = until
	}
	since := now.Sub(l.lowered)
	if !l.lowered.IsZero() && since < settleTime {
		return
	}
	current := math.Min(float64(l.pace.Limit()), l.ceiling)
	factor := firstDecrease
	if !l.lowered.IsZero() && since < forgetAfter {
		factor = nextDecrease
	}
	measured := l.measured(now)
	if measured > 0 && measured < current {
		current = measured
	}
	if current == unlimited {
		current = 1
	}
	lowest := lowestRate
	if l.ceiling < unlimited && factor == firstDecrease {
		// A single throttle below a limit we were told says little: halve at most.
		lowest = l.ceiling / 2
	}
	l.lowered, l.raised = now, now
	l.pace.SetLimitAt(now, rate.Limit(math.Max(current*factor, lowest)))
}

// measured is the number of good calls in the last second.
func (l *limiter) measured(now time.Time) float64 {
	n := 0
	for _, t := range l.sentAt {
		if now.Sub(t) <= time.Second {
			n++
		}
	}
	return float64(n)
}

package transport

import (
	"cmp"
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
// once, below what the platform was seen to let through. The rate comes back to
// just below that within seconds, stays there, and then probes further: slowly at
// first, ever faster the longer nothing is throttled, up to the told limit if
// there is one. Throttled before it has seen a whole second, the limiter starts
// low and doubles until it is throttled again.
type limiter struct {
	told     duijie.RateLimiter // the user's, nil for none
	pace     *rate.Limiter
	ceiling  float64 // calls a second never to exceed; unlimited when not told
	inFlight chan struct{}

	mu      sync.Mutex
	hold    time.Time // nothing is sent before this
	refusal *refusal  // a wait nobody sleeps through, while it counts
	lowered time.Time // last decrease, zero while running free
	raised  time.Time
	top     float64 // the rate that was too much
	plateau time.Duration
	streak  int  // decreases close to each other that taught nothing
	seeking bool // no rate that was too much is known: doubling
	began   time.Time
	sentAt  []time.Time // ring of the last good calls, to measure the rate
	next    int
}

const (
	rateWindow   = 256
	settleTime   = time.Second      // throttle answers of calls already under way do not count twice
	raiseEvery   = 2 * time.Second  // while probing
	returnEvery  = time.Second      // while coming back
	seekEvery    = time.Second / 2  // while doubling
	shortPlateau = 2 * time.Second  // after a decrease, before the rate that was too much is tried again
	longPlateau  = 40 * time.Second // the same, when it was found again and again: doubled until then
	forgetAfter  = 10 * time.Second // decreases closer than this belong together
	firstShare   = 0.9              // of the rate that was too much, right after a decrease
	plateauShare = 0.98             // and after coming back
	streakShare  = 0.01             // taken off for a decrease that taught nothing; doubles with each
	raiseShare   = 0.01
	lowestRate   = 1.0 / 60
	unlimited    = float64(rate.Inf) // not math.Inf: the pace computes with it
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
		if err := l.refused(); err != nil {
			return err
		}
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
			return cmp.Or(ctx.Err(), l.refused())
		}
	}
}

// refusal is a wait the platform asked for that is longer than callers sleep: calls get
// it as their error, as the one did that met it.
type refusal struct {
	verdict Verdict
	until   time.Time // when the platform lets calls through again, by its words
	probe   time.Time // when one is sent all the same: limits are raised, and words misread
}

// refuse has calls fail until the probe, instead of sleeping.
func (l *limiter) refuse(now time.Time, v Verdict, probe time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refusal = &refusal{verdict: v, until: now.Add(v.RetryAfter), probe: now.Add(min(v.RetryAfter, probe))}
}

// refused is what a call gets that is not sent because of a refusal.
func (l *limiter) refused() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.refusal == nil {
		return nil
	}
	now := time.Now()
	if !now.Before(l.refusal.probe) {
		l.refusal = nil
		return nil
	}
	return &notSent{verdict: l.refusal.verdict, wait: l.refusal.until.Sub(now)}
}

// notSent is the error of a call that a refusal kept back.
type notSent struct {
	verdict Verdict
	wait    time.Duration
}

func (e *notSent) Error() string {
	return "not sent: the platform refused a call a moment ago and asked to wait"
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
	if l.began.IsZero() {
		l.began = now
	}
	if !l.lowered.IsZero() && !now.Before(l.hold) {
		l.raise(now)
	}
}

// raise lets the rate grow a step when it is time.
func (l *limiter) raise(now time.Time) {
	current, since := float64(l.pace.Limit()), now.Sub(l.raised)
	below := plateauShare * l.top
	raised := current
	switch {
	case l.seeking && since >= seekEvery:
		raised = 2 * current
	case l.seeking:
	case current < 0.99*below:
		if since < returnEvery {
			return
		}
		raised = current + (below-current)/2
	case now.Sub(l.lowered) >= l.plateau && since >= raiseEvery:
		// Slowly near the rate that was too much, then ever faster: the throttle may
		// have had a reason that is long gone.
		quiet := int((now.Sub(l.lowered) - l.plateau) / raiseEvery)
		raised = current * (1 + math.Min(raiseShare*float64(int(1)<<min(quiet, 10)), 0.5))
	}
	if raised == current {
		return
	}
	l.raised = now
	if raised >= l.ceiling {
		raised = l.ceiling
		l.lowered, l.streak = time.Time{}, 0
	}
	l.pace.SetLimitAt(now, rate.Limit(raised))
}

// throttled lowers the rate and holds every call of the group back for pause.
func (l *limiter) throttled(now time.Time, pause time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	resumed := l.hold // the end of the hold before this one
	if until := now.Add(pause); until.After(l.hold) {
		l.hold = until
	}
	since := now.Sub(l.lowered)
	if !l.lowered.IsZero() && since < settleTime {
		return
	}
	pace := math.Min(float64(l.pace.Limit()), l.ceiling)
	top := pace
	measured, whole := l.measured(now, resumed)
	if measured > 0 && measured < pace {
		top = measured
	}
	first := l.lowered.IsZero() || since >= forgetAfter
	again := !first && top > 0.98*pace // what was let through tells nothing new, and still it is too much
	switch {
	case first:
		l.streak = 0
	case again:
		l.streak++
	}
	l.plateau = min(2*l.plateau, longPlateau)
	if l.seeking || top > 1.25*l.top || top < 0.8*l.top { // not yet sure
		l.plateau = shortPlateau
	}
	l.top, l.seeking = top, !whole
	if l.top == unlimited {
		l.top = 1
	}
	lowest := lowestRate
	switch {
	case again:
		l.top *= math.Max(1-streakShare*float64(int(1)<<min(l.streak-1, 10)), 0.5)
	case first && l.ceiling < unlimited:
		// A single throttle below a limit we were told says little: halve at most.
		lowest = l.ceiling / 2
	}
	l.lowered, l.raised = now, l.hold
	l.pace.SetLimitAt(now, rate.Limit(math.Max(l.top*firstShare, lowest)))
}

// measured is the rate of good calls over the last second, or what of it was not
// held back; 0 when that is too little to tell. whole is false before the first
// second is over: then it is their number, for a platform may count by seconds.
func (l *limiter) measured(now, resumed time.Time) (perSecond float64, whole bool) {
	from := now.Add(-time.Second)
	whole = !l.began.IsZero() && !l.began.After(from)
	if resumed.After(from) {
		from = resumed
	}
	if len(l.sentAt) == rateWindow && l.sentAt[l.next].After(from) {
		from = l.sentAt[l.next]
	}
	n := 0
	for _, t := range l.sentAt {
		if t.After(from) {
			n++
		}
	}
	const enough = 250 * time.Millisecond
	switch span := now.Sub(from); {
	case !whole:
		return float64(n), false
	case span <= 0, span < enough && n < rateWindow-1:
		return 0, true
	default:
		return float64(n) / span.Seconds(), true
	}
}

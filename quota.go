package duijie

import (
	"context"
	"slices"
	"time"
)

// Quota is how many calls a platform takes within any stretch of time Per. It
// counts the moments calls may be sent; a call needs a varying time from there to the
// platform, so give a little more than the platform's own Per.
type Quota struct {
	Calls int
	Per   time.Duration
}

// QuotaStore counts calls that are limited so tightly that all processes of an
// application must count together: JDY takes two token calls a minute. A
// [TokenStore] that is a QuotaStore too is used as one; the limits that leave
// room for each process are not counted here (see [WithRateLimiter]).
//
// Implementations: [NewMemoryTokenStore] for one process, sync/sqlstore and
// sync/redisstore for several.
type QuotaStore interface {
	// Reserve books one call of scope and returns how long to wait before it is
	// sent, 0 for now. The booking counts whether the call is made or not. Where
	// the wait would be longer than maxWait, nothing is booked and ok is false. For a
	// scope see TokenStore; all who share one give the same q.
	Reserve(ctx context.Context, scope string, q Quota, maxWait time.Duration) (wait time.Duration, ok bool, err error)
}

// Book finds the next moment a call may be sent, given the moments booked so
// far, oldest first. It returns the moments to keep, the new one last. Stores
// call it; times may be in the future.
func (q Quota) Book(now time.Time, booked []time.Time) (at time.Time, keep []time.Time) {
	calls := max(q.Calls, 1)
	at = now
	if n := len(booked); n > 0 && booked[n-1].After(at) {
		at = booked[n-1]
	}
	if n := len(booked); n >= calls {
		if free := booked[n-calls].Add(q.Per); free.After(at) {
			at = free
		}
	}
	keep = append(slices.Clone(booked), at)
	return at, keep[max(len(keep)-calls, 0):]
}

func (m *memoryTokens) Reserve(_ context.Context, scope string, q Quota, maxWait time.Duration) (time.Duration, bool, error) {
	if err := checkTokenScope(scope); err != nil {
		return 0, false, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	at, keep := q.Book(now, m.booked[scope])
	wait := at.Sub(now)
	if wait > maxWait {
		return wait, false, nil
	}
	m.booked[scope] = keep
	return wait, true, nil
}

package fxiaoke

import (
	"context"
	"strconv"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/transport"
)

// The platform's limits: 100 calls in 20 s for each interface, the calls of a day
// that were bought (a pack is 100,000), 10 token calls a minute and none in parallel,
// 100 rows a page. A limiter of your own replaces the pace (duijie.WithRateLimiter);
// token calls are counted whatever the limiter.
const (
	// MaxPageSize is the largest page. What a larger limit does is not known, so none
	// is ever sent.
	MaxPageSize = 100
	// MaxOffset is the largest offset the platform takes.
	MaxOffset = 10000

	tokenGroup = "token"
)

// interfaceQuota is the limit of one path: 100 in 20 s, and half a second more for calls
// that arrive closer together than they left.
var interfaceQuota = duijie.Quota{Calls: 100, Per: 20500 * time.Millisecond}

// tokenQuota is the limit of token calls, with a second more for the same reason.
var tokenQuota = duijie.Quota{Calls: 10, Per: 61 * time.Second}

const (
	// maxTokenWait is the longest wait for a token call: a whole minute is waited out, a
	// queue behind others is not. RetryPolicy.MaxRetryAfter can make it shorter.
	maxTokenWait = 65 * time.Second
	// fetchTimeout leaves room for a token call that waits and is repeated.
	fetchTimeout = 3 * time.Minute
	// attemptTimeout bounds one attempt, settleDelay how long a write may still be worked
	// on after its answer was lost. The platform names no figure for either.
	attemptTimeout = 60 * time.Second
	settleDelay    = 30 * time.Second
	// windowPause is what the platform is left alone for after 14001: a whole window.
	windowPause = 20 * time.Second
)

// limits pace each path of the catalogue for itself: 5 a second, 20 at once.
func limits() map[string]transport.Limit {
	each := transport.Limit{PerSecond: 5, Burst: 20, InFlight: 16}
	out := map[string]transport.Limit{"": each, tokenGroup: {PerSecond: 2, InFlight: 1}}
	for path := range catalogue() {
		out[path] = each
	}
	return out
}

func retryPolicy() duijie.RetryPolicy {
	return duijie.RetryPolicy{MaxAttempts: 5, MinDelay: time.Second, MaxDelay: 8 * time.Second, ThrottleDelay: time.Second}
}

// processQuota counts calls for all clients of this process together.
var processQuota = duijie.NewMemoryTokenStore().(duijie.QuotaStore)

// quotaScope names what is counted: calls of one application of one customer.
func (c Config) quotaScope(what string) string {
	return platform + " " + what + " " + strconv.Quote(c.host()) + " " + strconv.Quote(c.AppID) + " " + c.PermanentCode.Fingerprint()
}

// bookCall waits until a path has room in its window of 20 s.
func (c *Client) bookCall(ctx context.Context, path string) error {
	if c.ownPace {
		return nil
	}
	const longest = 24 * time.Hour // beyond it the clock was turned back, which is no reason to wait
	wait, ok, err := processQuota.Reserve(ctx, c.cfg.quotaScope(path), interfaceQuota, longest)
	if err != nil || !ok || wait <= 0 {
		return err
	}
	return pause(ctx, wait)
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// midnight is when the calls of a day are counted anew. The platform does not say its
// zone; its dates are all in China's.
func midnight(now time.Time) time.Time {
	y, m, d := now.In(duijie.China).Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, duijie.China)
}

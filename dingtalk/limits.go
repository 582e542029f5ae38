package dingtalk

import (
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/transport"
)

// The platform's limits (open.dingtalk.com, 调用频率限制): 20 calls a second for an
// application and operation, and 5,000 calls a month for an organisation on the
// standard plan (see [ErrQuota]). A limiter of your own replaces the pace:
// duijie.WithRateLimiter.
const (
	// MaxPageSize is the largest page of Yida's lists. Larger ones are refused.
	MaxPageSize = 100
	// MaxWindowRows is how deep Yida's lists are paged at most: beyond about 5,000
	// rows the platform refuses (30,000 on some plans), so a window that holds more is cut.
	MaxWindowRows = 5000
	// DefaultBatchRows and MaxBatchRows are how many rows a batch save carries, as
	// chosen here and at most: 50 where the form's rules run, 100 where they do not.
	DefaultBatchRows = 50
	// MaxBatchRows is the most rows of a batch save.
	MaxBatchRows = 100
	// MaxTableRows is how many rows a sub-table takes.
	MaxTableRows = 500
	// IndexLag is how long a write may be missing in searches, which read an index. A
	// lookup that decides about a write waits this long and asks twice.
	IndexLag = 3 * time.Second

	tokenGroup = "token"
)

// perOperation keeps below 20 calls a second: one less, so that calls which
// travel for a varying time are not counted into one second.
var perOperation = transport.Limit{PerSecond: 19, Burst: 1, InFlight: 16}

// limitsOf are the limits of one gateway: each documented operation has its own,
// all others share one.
func limitsOf(g Gateway) map[string]transport.Limit {
	out := map[string]transport.Limit{"": perOperation, tokenGroup: {PerSecond: 2, Burst: 3, InFlight: 1}}
	for i := range catalogue() {
		if o := &catalogue()[i]; o.Gateway == g {
			out[o.group()] = perOperation
		}
	}
	return out
}

// longestWait is the longest wait a refusal may ask for. A ban of five minutes is
// an error with its RetryAfter, not a call that hangs.
const longestWait = 2 * time.Minute

// retryPolicy is three repeats, after 1, 2 and 4 seconds.
func retryPolicy() duijie.RetryPolicy {
	return duijie.RetryPolicy{
		MaxAttempts: 4, MinDelay: time.Second, MaxDelay: 20 * time.Second,
		ThrottleDelay: time.Second, MaxRetryAfter: longestWait,
	}
}

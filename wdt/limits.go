package wdt

import (
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/transport"
)

// The platform limits calls per minute and calls at once and publishes neither
// number. Its users keep to 60 a minute; one of them measured a refusal of the
// 61st. One call a second, one at a time, over all methods of an interface
// account. https://open.wangdian.cn
var limits = map[string]transport.Limit{"": {PerSecond: 1, Burst: 1, InFlight: 1}}

const (
	throttleDelay = time.Minute // doubled each time: 1, 2, 4 minutes
	longestWait   = 5 * time.Minute
)

// retry is four attempts, with 1, 2 and 4 seconds between them after faults.
var retry = duijie.RetryPolicy{
	MaxAttempts: 4, MinDelay: time.Second, MaxDelay: 4 * time.Second,
	ThrottleDelay: throttleDelay, MaxRetryAfter: longestWait,
}

// throttleWait is the wait after the n-th throttle answer of a call. It is
// never shorter than the advice, or it would only be throttled again.
func throttleWait(set duijie.RetryPolicy, n int) time.Duration {
	delay, longest := set.ThrottleDelay, set.MaxRetryAfter
	if delay == 0 {
		delay = throttleDelay
	}
	if longest == 0 {
		longest = longestWait
	}
	if delay < 0 {
		return 0
	}
	for i := 1; i < n && delay < longest; i++ {
		delay *= 2
	}
	if longest > 0 {
		delay = min(delay, longest)
	}
	return delay
}

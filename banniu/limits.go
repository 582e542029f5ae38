package banniu

import (
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/transport"
)

// limits: the platform publishes none. Two calls a second, one at a time, is what
// careful users keep to; duijie.WithRateLimiter replaces the pace.
func limits() map[string]transport.Limit {
	return map[string]transport.Limit{"": {PerSecond: 2, Burst: 2, InFlight: 1}}
}

func retryPolicy() duijie.RetryPolicy {
	return duijie.RetryPolicy{MaxAttempts: 3, MinDelay: time.Second, ThrottleDelay: 2 * time.Second}
}

// maxWindow is the longest time between star_created and end_created.
const maxWindow = 24 * time.Hour

// settleDelay is how long a lost write is given before it is looked up: nobody
// knows how long the platform may work on one.
const settleDelay = 15 * time.Second

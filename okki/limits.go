package okki

import (
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/transport"
)

// The platform publishes no limits. These are what its users keep to; a limiter of
// your own replaces the pace: duijie.WithRateLimiter.
const (
	// DefaultPageSize is the number of rows a list call asks for.
	DefaultPageSize = 100
	// MaxPageSize is the largest page that was seen to work. Config.MaxPageSize allows
	// more.
	MaxPageSize = 500
	// DefaultParallel is how many records are read at the same time where each
	// takes a call of its own.
	DefaultParallel = 5
)

func limits() map[string]transport.Limit {
	return map[string]transport.Limit{"": {PerSecond: 5, Burst: 5, InFlight: 5}}
}

// retryPolicy: three tries.
func retryPolicy() duijie.RetryPolicy {
	return duijie.RetryPolicy{MaxAttempts: 3, MinDelay: 400 * time.Millisecond, MaxDelay: 20 * time.Second, ThrottleDelay: time.Second}
}

const (
	attemptTimeout = 60 * time.Second // the platform's own
	// settleDelay is how long the platform may still work on a push whose answer was
	// lost; it does not say. Its own time-out is the most it can be.
	settleDelay = 60 * time.Second
)

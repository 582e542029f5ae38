package duijie

import (
	"context"
	"time"
)

// RateLimiter delays calls. Wait blocks until a call may be sent or ctx ends;
// *rate.Limiter of golang.org/x/time fits as it is.
type RateLimiter interface {
	Wait(ctx context.Context) error
}

// RetryPolicy says how often and how patiently a call is repeated. In every
// field zero means the platform's default and a negative value switches the
// feature off. Which calls may be repeated at all is not a matter of policy:
// see [Effect].
type RetryPolicy struct {
	// MaxAttempts bounds how often one call is sent, the first time included.
	// Default 4; negative: once.
	MaxAttempts int
	// MinDelay is the wait before the first repeat; it doubles each time, with
	// jitter. Default 500 ms; negative: none.
	MinDelay time.Duration
	// MaxDelay bounds the doubled wait. Default 20 s.
	MaxDelay time.Duration
	// ThrottleDelay is the first wait after a throttle answer that names no time;
	// it doubles too. Default: the platform's advice (Kingdee 1 s, WDT 60 s).
	ThrottleDelay time.Duration
	// MaxRetryAfter is the longest wait a platform may ask for. A longer one ends
	// the call with [ErrRateLimited] instead of sleeping or coming back too
	// early. Default 5 min.
	MaxRetryAfter time.Duration
}

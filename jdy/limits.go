package jdy

import (
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/transport"
)

// The platform's limits (open.jdy.com, 接口限制): 500 calls a minute for an
// account set, two token calls a minute, 100 rows a page, 500 rows a save, 2048
// characters of URL. A limiter of your own replaces the pace:
// duijie.WithRateLimiter. The token calls are counted whatever the limiter.
const (
	// MaxPageSize is the largest page. The platform cuts larger ones without a
	// word and goes on counting pages by the size asked for, so rows would be lost.
	MaxPageSize = 100
	// MaxBatchRows is how many rows one save may carry.
	MaxBatchRows = 500
	// MaxURL is the longest URL of a GET, in characters.
	MaxURL = 2048

	authGroup = "auth" // authorisation and token
)

// tokenQuota is the limit of the token call: two a minute, and a second more for
// calls that arrive closer together than they left.
var tokenQuota = duijie.Quota{Calls: 2, Per: 61 * time.Second}

// maxTokenWait is the longest wait for a token call: a whole minute is waited
// out, a queue behind others is not. RetryPolicy.MaxRetryAfter can make it shorter.
const maxTokenWait = 65 * time.Second

// limits keep 500 calls a minute: 8 a second, 4 at once, and the 16 in flight,
// which may all have waited for a token and leave together.
func limits() map[string]transport.Limit {
	return map[string]transport.Limit{
		"":        {PerSecond: 8, Burst: 4, InFlight: 16},
		authGroup: {PerSecond: 2, InFlight: 1},
	}
}

func retryPolicy() duijie.RetryPolicy {
	return duijie.RetryPolicy{MinDelay: time.Second, MaxDelay: time.Minute, ThrottleDelay: time.Second}
}

// The platform works on a call for at most 30 s; a lost answer may still be
// followed by its effect for that long.
const (
	attemptTimeout = 60 * time.Second
	settleDelay    = 30 * time.Second
)

package kingdee

import (
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/transport"
)

// The platform publishes no quota. The figures are the vendor's advice in its
// community (https://vip.kingdee.com/article/11179) and safe choices; a
// limiter of your own replaces them: duijie.WithRateLimiter.
const (
	// BatchRows is how many rows a BatchSave should carry. Cut larger sets with
	// slices.Chunk(models, kingdee.BatchRows).
	BatchRows = 20
	// warnRows is where a BatchSave is logged as too large.
	warnRows = 100

	defaultPageRows = 2000  // Limit when it is not set, and the cap of old servers
	maxPageRows     = 10000 // Limit of current servers

	reportGroup = "report" // each report builds temporary tables: one at a time
	// loginGroup: callers wait for a login while they hold their turn, so the
	// login must not need one of theirs.
	loginGroup = "login"
)

func limits() map[string]transport.Limit {
	return map[string]transport.Limit{
		"":          {PerSecond: 10, Burst: 4, InFlight: 4},
		reportGroup: {PerSecond: 1, InFlight: 1},
		loginGroup:  {PerSecond: 2},
	}
}

func retryPolicy() duijie.RetryPolicy {
	return duijie.RetryPolicy{MaxAttempts: 5, MinDelay: time.Second, ThrottleDelay: time.Second}
}

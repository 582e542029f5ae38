package transport

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

// bucket is a platform that lets rate calls a second through, and burst at once
// after a pause.
type bucket struct {
	rate, burst float64

	mu        sync.Mutex
	tokens    float64
	filled    time.Time
	good      int
	throttled int
}

func (b *bucket) call() (*http.Response, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	if b.filled.IsZero() {
		b.tokens, b.filled = b.burst, now
	}
	b.tokens = min(b.tokens+now.Sub(b.filled).Seconds()*b.rate, b.burst)
	b.filled = now
	if b.tokens < 1 {
		b.throttled++
		return answer(200, "throttled"), nil
	}
	b.tokens--
	b.good++
	return answer(200, "ok"), nil
}

// load keeps lanes busy for a while.
func load(t *testing.T, tr *Transport, lanes int, d time.Duration) {
	t.Helper()
	end := time.Now().Add(d)
	var wg sync.WaitGroup
	for range lanes {
		wg.Go(func() {
			for time.Now().Before(end) {
				_, err := tr.Do(t.Context(), testCall(duijie.EffectRead))
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

// TestUntoldLimitFromTheStart: a token bucket nobody told of is found within
// seconds, so that already the first minute uses it, and later ones more.
func TestUntoldLimitFromTheStart(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rate, burst float64
		lanes       int
		delay       time.Duration // of a throttled call
		first, most float64       // wanted of the ceiling and allowed to be throttled, in the first minute
		later       float64       // wanted in the three minutes after it, with a hundredth throttled
	}{
		{50, 10, 4, 200 * time.Millisecond, 0.94, 0.01, 0.97},
		{50, 50, 4, 200 * time.Millisecond, 0.97, 0.01, 0.97},
		{50, 10, 1, 200 * time.Millisecond, 0.95, 0.01, 0.97},
		{50, 10, 4, time.Second, 0.84, 0.01, 0.93},
		{200, 10, 8, 200 * time.Millisecond, 0.84, 0.01, 0.95},
		{5, 5, 4, time.Second, 0.95, 0.04, 0.95}, // four lanes are throttled at once, of three hundred calls
	} {
		t.Run(fmt.Sprintf("%.0f a second, burst %.0f, %d lanes, %v", c.rate, c.burst, c.lanes, c.delay), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				platform := &bucket{rate: c.rate, burst: c.burst}
				tr := New(Config{
					Platform: "test", Retry: duijie.RetryPolicy{ThrottleDelay: c.delay, MaxAttempts: 20},
					Options: duijie.Options{HTTPClient: clientOf(func(*http.Request) (*http.Response, error) {
						time.Sleep(time.Millisecond + rand.N(time.Millisecond)) // virtual
						return platform.call()
					})},
				})
				load(t, tr, c.lanes, time.Minute)
				good, throttled := platform.good, platform.throttled
				load(t, tr, c.lanes, 3*time.Minute)
				first := float64(good) / 60 / c.rate
				later := float64(platform.good-good) / 180 / c.rate
				share := float64(throttled) / float64(good+throttled)
				laterShare := float64(platform.throttled-throttled) / float64(platform.good-good)
				t.Logf("first minute %.1f %% of the ceiling, %.2f %% throttled; then %.1f %%, %.2f %%", 100*first, 100*share, 100*later, 100*laterShare)
				require.GreaterOrEqual(t, first, c.first)
				require.LessOrEqual(t, share, c.most)
				require.GreaterOrEqual(t, later, c.later)
				require.LessOrEqual(t, laterShare, 0.01)
			})
		})
	}
}

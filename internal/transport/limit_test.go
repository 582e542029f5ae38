package transport

import (
	"context"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

// platformLimit is a platform that allows n calls in each second of its clock.
type platformLimit struct {
	n         int
	second    int64
	count     int
	throttled int
	good      int
}

func (p *platformLimit) call() (*http.Response, error) {
	if s := time.Now().Unix(); s != p.second {
		p.second, p.count = s, 0
	}
	p.count++
	if p.count > p.n {
		p.throttled++
		return answer(200, "throttled"), nil
	}
	p.good++
	return answer(200, "ok"), nil
}

// TestUntoldLimit: a limit of 50 calls a second the client was not told of.
func TestUntoldLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		platform := &platformLimit{n: 50}
		tr := New(Config{
			Platform: "test", Retry: duijie.RetryPolicy{ThrottleDelay: 20 * time.Millisecond, MaxAttempts: 20},
			Options: duijie.Options{HTTPClient: clientOf(func(*http.Request) (*http.Response, error) {
				time.Sleep(time.Millisecond + rand.N(time.Millisecond)) // virtual time
				return platform.call()
			})},
		})
		run := func(d time.Duration) (good, throttled int) {
			platform.good, platform.throttled = 0, 0
			for end := time.Now().Add(d); time.Now().Before(end); {
				_, err := tr.Do(t.Context(), testCall(duijie.EffectRead))
				require.NoError(t, err)
			}
			return platform.good, platform.throttled
		}
		run(20 * time.Second) // find the ceiling
		good, throttled := run(2 * time.Minute)
		t.Logf("untold: %d good calls in 120 s (ceiling 6000), %d throttled", good, throttled)
		require.GreaterOrEqual(t, good, 5700)
		require.LessOrEqual(t, throttled, good/100)
	})
}

func TestToldLimitIsNeverExceeded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		platform := &platformLimit{n: 51} // 50 a second, seen through windows of one second
		tr := New(Config{
			Platform: "test", Limits: map[string]Limit{"": {PerSecond: 50}},
			Options: duijie.Options{HTTPClient: clientOf(func(*http.Request) (*http.Response, error) { return platform.call() })},
		})
		for end := time.Now().Add(time.Minute); time.Now().Before(end); {
			_, err := tr.Do(t.Context(), testCall(duijie.EffectRead))
			require.NoError(t, err)
		}
		require.GreaterOrEqual(t, platform.good, 2940)
		require.Zero(t, platform.throttled)
	})
}

func TestThrottleHoldsTheWholeGroup(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		first := true
		tr := New(Config{
			Platform: "test", Retry: duijie.RetryPolicy{ThrottleDelay: time.Minute},
			Options: duijie.Options{HTTPClient: clientOf(func(*http.Request) (*http.Response, error) {
				if first {
					first = false
					return answer(200, "throttled"), nil
				}
				return answer(200, "ok"), nil
			})},
		})
		go func() { _, _ = tr.Do(t.Context(), testCall(duijie.EffectRead)) }()
		synctest.Wait()
		begin := time.Now()
		_, err := tr.Do(t.Context(), testCall(duijie.EffectRead))
		require.NoError(t, err)
		require.GreaterOrEqual(t, time.Since(begin), 30*time.Second, "other calls of the key are held back too")
		time.Sleep(2 * time.Minute) // virtual: let the first call end
	})
}

func TestInFlightIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		now, most := 0, 0
		tr := New(Config{
			Platform: "test", Limits: map[string]Limit{"": {InFlight: 3}},
			Options: duijie.Options{HTTPClient: clientOf(func(*http.Request) (*http.Response, error) {
				count := func(d int) {
					mu.Lock()
					defer mu.Unlock()
					now += d
					most = max(most, now)
				}
				count(1)
				time.Sleep(time.Second) // virtual
				count(-1)
				return answer(200, "ok"), nil
			})},
		})
		for range 12 {
			go func() { _, _ = tr.Do(t.Context(), testCall(duijie.EffectRead)) }()
		}
		time.Sleep(time.Minute) // virtual
		mu.Lock()
		defer mu.Unlock()
		require.LessOrEqual(t, most, 3)
		require.GreaterOrEqual(t, most, 2)
	})
}

// TestOneThrottleIsForgotten: a single throttle answer, met at a low rate, does
// not slow the client down for good.
func TestOneThrottleIsForgotten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := 0
		tr := New(Config{Platform: "test", Options: duijie.Options{HTTPClient: clientOf(func(*http.Request) (*http.Response, error) {
			if n++; n == 3 {
				return answer(200, "throttled"), nil
			}
			time.Sleep(time.Millisecond) // virtual
			return answer(200, "ok"), nil
		})}})
		rate := func(d time.Duration) int {
			before := n
			for end := time.Now().Add(d); time.Now().Before(end); {
				_, err := tr.Do(t.Context(), testCall(duijie.EffectRead))
				require.NoError(t, err)
			}
			return int(float64(n-before) / d.Seconds())
		}
		for range 3 {
			_, err := tr.Do(t.Context(), testCall(duijie.EffectRead))
			require.NoError(t, err)
			time.Sleep(time.Second) // virtual: hardly any load
		}
		require.Less(t, rate(5*time.Second), 10)
		rate(2 * time.Minute)
		require.Greater(t, rate(10*time.Second), 300)
	})
}

// TestLoginDoesNotWaitForItsWaiters: calls hold their places while they wait
// for the token, so the login must not need one of them.
func TestLoginDoesNotWaitForItsWaiters(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var tr *Transport
		tr = New(Config{
			Platform: "test", Limits: map[string]Limit{"": {InFlight: 1}},
			Options: duijie.Options{HTTPClient: clientOf(func(*http.Request) (*http.Response, error) { return answer(200, "ok"), nil })},
			Tokens: tokenFunc(func(ctx context.Context, _ int64) (duijie.Token, error) {
				login := testCall(duijie.EffectRead)
				login.NoToken = true
				_, err := tr.Do(ctx, login)
				return duijie.Token{Gen: 1}, err
			}),
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // virtual
		defer cancel()
		_, err := tr.Do(ctx, testCall(duijie.EffectRead))
		require.NoError(t, err)
	})
}

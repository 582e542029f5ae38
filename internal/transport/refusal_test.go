package transport

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

// A wait above the cap is an error of each call that meets it, and none of them sleeps;
// now and then one is sent, because limits are raised.
func TestCallsBehindALongWaitFailAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sent, body := 0, "throttled for an hour"
		tr := New(Config{Platform: "test", Options: duijie.Options{
			HTTPClient: clientOf(func(*http.Request) (*http.Response, error) { sent++; return answer(200, body), nil }),
		}})
		begin := time.Now()
		_, err := tr.Do(t.Context(), testCall(duijie.EffectRead))
		require.ErrorIs(t, err, duijie.ErrRateLimited)
		time.Sleep(time.Minute)

		for range 3 {
			_, err = tr.Do(t.Context(), testCall(duijie.EffectWrite))
			var e *duijie.APIError
			require.ErrorAs(t, err, &e)
			require.ErrorIs(t, err, duijie.ErrRateLimited)
			require.NotErrorIs(t, err, duijie.ErrOutcomeUnknown, "nothing was sent")
			require.Equal(t, 59*time.Minute, e.RetryAfter, "what is left of it")
			require.Contains(t, e.Message, "not sent")
		}
		require.Equal(t, 1, sent)
		require.Equal(t, time.Minute, time.Since(begin), "none slept")

		time.Sleep(5 * time.Minute)
		body = "ok"
		for range 2 {
			_, err = tr.Do(t.Context(), testCall(duijie.EffectWrite))
			require.NoError(t, err)
		}
		require.Equal(t, 3, sent)
	})
}

// A call that waits for its turn when the refusal comes is not sent into it.
func TestWaitingCallMeetsTheRefusal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sent := 0
		tr := New(Config{Platform: "test", Limits: map[string]Limit{"": {PerSecond: 0.1}}, Options: duijie.Options{
			HTTPClient: clientOf(func(*http.Request) (*http.Response, error) {
				sent++
				time.Sleep(time.Second)
				return answer(200, "throttled for an hour"), nil
			}),
		}})
		failed := make(chan error, 2)
		for range 2 {
			go func() {
				_, err := tr.Do(t.Context(), testCall(duijie.EffectRead))
				failed <- err
			}()
		}
		require.ErrorIs(t, <-failed, duijie.ErrRateLimited)
		require.ErrorIs(t, <-failed, duijie.ErrRateLimited)
		require.Equal(t, 1, sent)
	})
}

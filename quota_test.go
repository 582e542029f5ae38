package duijie_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
)

func TestQuotaIsKeptInAnyStretch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store, ok := duijie.NewMemoryTokenStore().(duijie.QuotaStore)
		require.True(t, ok)
		quota := duijie.Quota{Calls: 2, Per: time.Minute}
		var sent []time.Time
		for i := range 40 {
			wait, ok, err := store.Reserve(t.Context(), "app", quota, time.Hour)
			require.NoError(t, err)
			require.True(t, ok)
			sent = append(sent, time.Now().Add(wait))
			time.Sleep(time.Duration(i*i%17) * time.Second)
		}
		for i := 2; i < len(sent); i++ {
			require.GreaterOrEqual(t, sent[i].Sub(sent[i-2]), time.Minute, "calls %d and %d", i-2, i)
		}
		require.Less(t, sent[len(sent)-1].Sub(sent[0]), 20*time.Minute, "no call waits longer than it must")
	})
}

func TestQuotaBooksNothingBeyondTheLongestWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := duijie.NewMemoryTokenStore().(duijie.QuotaStore) //nolint:forcetypeassert // see above
		quota := duijie.Quota{Calls: 1, Per: time.Minute}
		reserve := func(scope string, longest time.Duration) (time.Duration, bool) {
			wait, ok, err := store.Reserve(t.Context(), scope, quota, longest)
			require.NoError(t, err)
			return wait, ok
		}
		wait, ok := reserve("a", 0)
		require.True(t, ok)
		require.Zero(t, wait)
		wait, ok = reserve("a", 59*time.Second)
		require.False(t, ok)
		require.Equal(t, time.Minute, wait)
		wait, ok = reserve("a", time.Minute)
		require.True(t, ok, "the refused one was not booked")
		require.Equal(t, time.Minute, wait)
		_, ok = reserve("b", 0)
		require.True(t, ok, "scopes count apart")
	})
}

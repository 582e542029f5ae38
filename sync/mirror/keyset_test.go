package mirror

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestKeySetIsASet(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 1))
		var set keySet
		want := map[int]bool{}
		for range rng.IntN(5000) {
			n := rng.IntN(1 + rng.IntN(4000))
			want[n] = true
			set.add(hashOf(fmt.Sprint(n)))
		}
		set.seal()
		require.EqualValues(t, len(want), set.size(), "seed %d", seed)
		for n := range 4000 {
			require.Equal(t, want[n], set.has(hashOf(fmt.Sprint(n))), "seed %d: %d", seed, n)
		}
	}
}

// heapOf is what a set of n keys takes on the heap, each added so often.
func heapOf(n, times int) (bytes float64) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var set keySet
	for range times {
		for i := range n {
			set.add(hashOf(fmt.Sprint("SO-", i)))
		}
	}
	set.seal()
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(&set)
	return float64(after.HeapAlloc) - float64(before.HeapAlloc)
}

// It does not run beside others: it measures the heap of the process.
func TestKeySetTakesLittleRoom(t *testing.T) {
	if testing.Short() {
		t.Skip("a million keys")
	}
	const n = 1_000_000
	for _, times := range []int{1, 2} {
		each := heapOf(n, times) / n
		t.Logf("%d keys, each added %d times: %.1f bytes a key", n, times, each)
		require.Less(t, each, 28.0)
	}
}

func BenchmarkKeySet(b *testing.B) {
	keys := make([]string, 1_000_000)
	for i := range keys {
		keys[i] = fmt.Sprint("SO-", i)
	}
	for b.Loop() {
		var set keySet
		for _, key := range keys {
			set.add(hashOf(key))
		}
		set.seal()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(keys)), "ns/key")
}

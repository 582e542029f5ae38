package sync_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSimulationReplays: a seed does the same, at the same nanoseconds, each
// time, so that one that fails can be looked into. Lanes begin at one instant, in the
// order of the scheduler. That is the same as long as nobody is preempted, which
// happens to who seems to run for 10 ms: on a busy machine, once in a thousand worlds.
func TestSimulationReplays(t *testing.T) {
	if replaySeeds == 0 {
		t.Skip("the race detector shuffles goroutines")
	}
	deterministic(t)
	different, odd := map[uint64]bool{}, 0
	for seed := range uint64(replaySeeds) {
		first, again := simulate(t, seed, weakness{}, false), simulate(t, seed, weakness{}, false)
		require.NotEmpty(t, first.events)
		for tries := 0; first.hash() != again.hash(); tries++ {
			odd++
			require.Less(t, tries, 3, "seed %d: %s", seed, firstDifference(first, again))
			first, again = again, simulate(t, seed, weakness{}, false)
		}
		different[first.hash()] = true
	}
	t.Logf("%d worlds, %d of them had to be tried again", replaySeeds, odd)
	require.LessOrEqual(t, odd, 1+replaySeeds/50, "more than preemption explains")
	require.Len(t, different, replaySeeds, "each world is one of its own")
}

func firstDifference(a, b *world) string {
	for i := range min(len(a.events), len(b.events)) {
		if a.events[i] != b.events[i] {
			return fmt.Sprintf("event %d of %d: %+v, then %+v", i, len(a.events), a.events[i], b.events[i])
		}
	}
	return "one goes on longer"
}

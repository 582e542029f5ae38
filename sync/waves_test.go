package sync_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// TestCrashWithoutLookupHoldsOneWave: of a page, only what was on its way when
// the process died is in doubt; what was answered is stored, and what was not sent
// is sent.
func TestCrashWithoutLookupHoldsOneWave(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		src := &listSource{items: docs(100), page: 100}
		to := newTarget()
		memory := duijiesync.NewMemoryState()
		c := &crashing{State: memory, at: 8, after: true} // open, write, settle; twice; open, write
		_, err := pipe(src, plainCrashing{to, c}, c).Run(t.Context())
		require.ErrorIs(t, err, errCrash)
		require.Equal(t, 3, to.writes)
		time.Sleep(2 * time.Minute) // virtual
		rep := mustRun(t, pipe(src, to, memory))
		require.EqualValues(t, 20, rep.Held)
		require.EqualValues(t, 40, rep.Unchanged)
		require.EqualValues(t, 40, rep.Created)
		to.check(t, src.items)
	})
}

// TestBisectingIsCheap: any poison set, named or not, costs at most
// 2·p·log2(n)+p more writes, and parts exactly the poison.
func TestBisectingIsCheap(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 7))
		n := 20 * (1 + rng.IntN(30))
		src := &listSource{items: docs(n), page: 20 * (1 + rng.IntN(5))}
		to := newTarget()
		to.named = false
		var bad []string
		for _, i := range rng.Perm(n)[:rng.IntN(min(n, 25))] {
			to.poison[src.items[i].No] = true
			bad = append(bad, src.items[i].No)
		}
		p := pipe(src, finderTarget{to}, duijiesync.NewMemoryState())
		p.MaxRefusedShare = 1
		rep := mustRun(t, p)
		require.EqualValues(t, len(bad), rep.Refused, "seed %d", seed)
		require.EqualValues(t, len(bad), rep.DeadLetters, "seed %d", seed)
		to.check(t, without(src.items, bad...))
		limit := 2*float64(len(bad))*math.Log2(20) + float64(len(bad))
		require.LessOrEqual(t, float64(to.writes-n/20), limit, "seed %d: %d bad of %d", seed, len(bad), n)
	}
}

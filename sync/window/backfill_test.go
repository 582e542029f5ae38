package window_test

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/window"
)

// TestBackfill: reads its own time alone, resumed at any batch, and leaves the
// live checkpoint alone; what is in the target is not sent again.
func TestBackfill(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		begin := time.Now()
		w.schedule(8, hours, 5*time.Second, 0)
		time.Sleep(hours)
		w.settle()
		src, to, state := live(w), newTarget(), duijiesync.NewMemoryState()
		src.Start = begin.Add(2 * time.Hour)
		runFor(t, pipe(src, to, state), 5*time.Minute, 2*time.Minute)
		before, had := checkpoint(t, state), len(to.rows)
		require.NotEmpty(t, w.wrong(to), "what is older than the start is missing")

		from, until := begin.Add(-time.Hour), begin.Add(2*time.Hour+7*time.Minute)
		part := func() *duijiesync.Pipeline[bill, bill] {
			p := pipe(src.Backfill(from, until), to, state)
			p.Partition = "backfill 2026-01"
			return p
		}
		writes := to.writes
		crashes := 0
		for {
			p := part()
			p.Source = crashing(src.Backfill(from, until), 3)
			_, err := p.Run(t.Context())
			if err == nil {
				break
			}
			require.ErrorIs(t, err, errCrash)
			require.Less(t, crashes, 200)
			crashes++
		}
		require.Greater(t, crashes, 5)
		require.Empty(t, w.wrong(to))
		require.Equal(t, len(w.rows)-had, to.writes-writes, "each row once, those in the target not again")
		require.Equal(t, before, checkpoint(t, state), "the live checkpoint is left alone")

		rep, err := part().Run(t.Context())
		require.NoError(t, err)
		require.Zero(t, rep.Read, "a finished backfill has nothing more to read")
		runFor(t, pipe(src, to, state), 5*time.Minute, 2*time.Minute)
	})
}

// TestBackfillBesideLiveRuns: both go on at the same time and meet the same
// keys; each row is created once and ends in its newest state.
func TestBackfillBesideLiveRuns(t *testing.T) {
	t.Parallel()
	for seed := range uint64(5) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld()
			w.schedule(seed, hours, 4*time.Second, time.Minute)
			src, to, state := live(w), newTarget(), duijiesync.NewMemoryState()
			time.Sleep(hours / 2)
			src.Start = time.Now().Add(-10 * time.Minute)
			from, until := time.Now().Add(-hours/2), time.Now().Add(-5*time.Minute)
			var wg sync.WaitGroup
			wg.Go(func() {
				p := pipe(src.Backfill(from, until), to, state)
				p.Partition = "backfill"
				_, err := p.Run(t.Context())
				if err != nil {
					t.Error(err)
				}
			})
			runFor(t, pipe(src, to, state), hours/2+20*time.Minute, time.Minute)
			wg.Wait()
			require.Empty(t, w.wrong(to), "seed %d", seed)
		})
	}
}

func TestBackfillsThatCanNotBe(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		src := live(w)
		now := time.Now()
		for name, b := range map[string]*window.Backfill[bill]{
			"nothing":     src.Backfill(now.Add(-time.Hour), now.Add(-time.Hour)),
			"turned":      src.Backfill(now.Add(-time.Hour), now.Add(-2*time.Hour)),
			"not settled": src.Backfill(now.Add(-time.Hour), now),
			"no from":     src.Backfill(time.Time{}, now.Add(-time.Hour)),
		} {
			err := drain(t, b.Read(t.Context(), ""))
			require.ErrorIs(t, err, duijie.ErrInvalid, name)
		}
		b := src.Backfill(now.Add(-3*time.Hour), now.Add(-2*time.Hour))
		var mid duijiesync.Checkpoint
		for batch, err := range b.Read(t.Context(), "") {
			require.NoError(t, err)
			mid = batch.Checkpoint
			break
		}
		require.NotEmpty(t, mid)
		for name, err := range map[string]error{
			"another backfill": drain(t, src.Backfill(now.Add(-4*time.Hour), now.Add(-2*time.Hour)).Read(t.Context(), mid)),
			"the live source":  drain(t, src.Read(t.Context(), mid)),
			"another list":     drain(t, (&window.Source[bill]{Name: "x", Slice: w.slice}).Backfill(now.Add(-3*time.Hour), now.Add(-2*time.Hour)).Read(t.Context(), mid)),
		} {
			require.ErrorIs(t, err, window.ErrCheckpoint, name)
			require.NotErrorIs(t, err, duijie.ErrInvalid)
		}
		require.ErrorContains(t, drain(t, src.Backfill(now.Add(-4*time.Hour), now.Add(-2*time.Hour)).Read(t.Context(), mid)), "Partition")
		require.NoError(t, drain(t, b.Read(t.Context(), mid)))
		require.Contains(t, b.Paging(), "backfill of modification times from")
		require.Contains(t, b.Paging(), "inside a slice: bills: pages from last to first")
	})
}

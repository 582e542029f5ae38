package window_test

import (
	"context"
	"encoding/json"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/window"
)

// insured is a source with gap insurance.
func insured(w *world) *window.Source[bill] {
	src := live(w)
	src.Gap = window.Gap{Depth: 4 * time.Hour, Span: 20 * time.Minute}
	src.MaxOverlap = 2 * time.Hour
	src.Modified = func(r duijiesync.Record[bill]) time.Time { return r.Value.Modified }
	return src
}

// finds collects LateFound events.
func finds(p *duijiesync.Pipeline[bill, bill]) *[]window.LateFound {
	var all []window.LateFound
	p.Observer = duijiesync.ObserverFunc(func(_ context.Context, e duijiesync.Event) {
		if f, ok := e.(window.LateFound); ok {
			all = append(all, f)
		}
	})
	return &all
}

func storedOverlap(t *testing.T, state duijiesync.State) time.Duration {
	t.Helper()
	var cp struct {
		Overlap time.Duration `json:"overlap_ns"`
	}
	require.NoError(t, json.Unmarshal([]byte(checkpoint(t, state)), &cp))
	return cp.Overlap
}

// TestGapInsurance: rows come later than the overlap is wide. All are found, the
// overlap follows, and then the windows see them by themselves. Without it, rows
// are lost on the same data.
func TestGapInsurance(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		const late = 40 * time.Minute
		synctest.Test(t, func(t *testing.T) {
			w := newWorld()
			w.schedule(seed, 2*hours, 20*time.Second, late)
			to, state := newTarget(), duijiesync.NewMemoryState()
			p := pipe(insured(w), to, state)
			p.Prefetch = []int{1, -1, 5}[seed]
			if seed == 2 {
				w.maxRows = 25 // gap slices are halved too
			}
			found := finds(p)
			runFor(t, p, 2*hours+2*time.Hour, 2*time.Minute)
			require.Empty(t, w.wrong(to), "seed %d", seed)
			require.NotEmpty(t, *found)
			count, overlap := int64(0), 5*time.Minute
			for _, f := range *found {
				require.Equal(t, overlap, f.OldOverlap)
				require.GreaterOrEqual(t, f.NewOverlap, f.OldOverlap)
				require.Positive(t, f.Count)
				require.Greater(t, f.Lateness, f.OldOverlap, "later than the overlap, or a window had seen it")
				require.Equal(t, "bills", f.List)
				require.LessOrEqual(t, f.To.Sub(f.From), 20*time.Minute)
				count, overlap = count+f.Count, f.NewOverlap
			}
			require.Equal(t, overlap, storedOverlap(t, state))
			require.Greater(t, overlap, 20*time.Minute, "it followed the lateness")
			require.LessOrEqual(t, overlap, 2*late)
			last := (*found)[len(*found)-1]
			require.True(t, last.To.Before(w.begin(t).Add(hours)), "the windows see late rows by themselves in the end")
			t.Logf("seed %d: %d finds in %d passes, overlap 5m -> %s", seed, count, len(*found), overlap)
		})
		synctest.Test(t, func(t *testing.T) {
			w := newWorld()
			w.schedule(seed, 2*hours, 20*time.Second, late)
			to := newTarget()
			runFor(t, pipe(live(w), to, duijiesync.NewMemoryState()), 2*hours+2*time.Hour, 2*time.Minute)
			require.NotEmpty(t, w.wrong(to), "the test is void: without insurance nothing is lost")
		})
	}
}

// begin is when the test began.
func (w *world) begin(*testing.T) time.Time { return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) }

// TestLatenessRaisedMidway: half of the way rows suddenly come an hour late.
func TestLatenessRaisedMidway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.schedule(1, hours, 10*time.Second, 4*time.Minute)
		to, state := newTarget(), duijiesync.NewMemoryState()
		p := pipe(insured(w), to, state)
		found := finds(p)
		runFor(t, p, hours, 2*time.Minute)
		require.Empty(t, *found, "no false finds while rows are within the overlap")
		for i := range 60 {
			at := time.Now().Add(time.Duration(i) * 2 * time.Minute)
			no := "H" + string(rune('A'+i%26)) + string(rune('A'+i/26))
			w.commits = append(w.commits, commit{at.Add(time.Hour), bill{No: no, Modified: at.Truncate(time.Second)}})
		}
		runFor(t, p, 5*time.Hour, 2*time.Minute)
		require.Empty(t, w.wrong(to))
		require.NotEmpty(t, *found)
		require.GreaterOrEqual(t, storedOverlap(t, state), time.Hour-time.Minute)
	})
}

// TestGapPassesGoRoundTheDepth: newest first, without holes, and never before
// the start or inside the overlap.
func TestGapPassesGoRoundTheDepth(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		src := insured(w)
		begin := time.Now()
		to, state := newTarget(), duijiesync.NewMemoryState()
		p := pipe(src, to, state)
		type pass struct {
			at time.Time
			window.Span
		}
		var passes []pass
		covered := map[time.Time]int{} // minutes
		for end := time.Now().Add(12 * time.Hour); time.Now().Before(end); time.Sleep(5 * time.Minute) {
			now := time.Now()
			_, err := p.Run(t.Context())
			require.NoError(t, err)
			var older []window.Span
			for _, s := range w.spans {
				if !s.To.After(now.Add(-src.Overlap - time.Minute)) {
					older = append(older, s)
				}
			}
			w.spans = nil
			for _, s := range older {
				passes = append(passes, pass{now, s})
				require.False(t, s.From.Before(begin), "before the start")
				for m := s.From; m.Before(s.To); m = m.Add(time.Minute) {
					covered[m.Truncate(time.Minute)]++
				}
			}
		}
		require.Greater(t, len(passes), 100)
		for m := begin.Add(10 * time.Minute); m.Before(time.Now().Add(-90 * time.Minute)); m = m.Add(time.Minute) {
			require.NotZero(t, covered[m.UTC()]+covered[m.In(passes[0].From.Location())], "%s was never read again", m)
		}
	})
}

// TestGapPassesAreRationed by runs and by time.
func TestGapPassesAreRationed(t *testing.T) {
	t.Parallel()
	count := func(t *testing.T, gap window.Gap) (n int) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld()
			src := insured(w)
			src.Start, src.Gap = time.Now().Add(-24*time.Hour), gap
			state := duijiesync.NewMemoryState()
			p := pipe(src, newTarget(), state)
			runFor(t, p, 10*time.Minute, time.Minute)
			w.spans = nil
			for range 60 {
				_, err := p.Run(t.Context())
				require.NoError(t, err)
				n += len(slices.DeleteFunc(w.spans, func(s window.Span) bool { return s.To.After(time.Now().Add(-5 * time.Minute)) }))
				w.spans = nil
				time.Sleep(time.Minute)
			}
		})
		return n
	}
	one := window.Gap{Depth: 4 * time.Hour, Span: 10 * time.Minute}
	every := count(t, one)
	require.Equal(t, 60, every)
	one.EveryRuns = 5
	require.Equal(t, 12, count(t, one))
	one.EveryRuns, one.Every = 0, 20*time.Minute
	require.InDelta(t, 3, count(t, one), 1)
}

// TestNobodySettles: a plan, and a program that reads by hand, come to an end,
// and leave the older slices alone.
func TestNobodySettles(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.schedule(2, hours, 8*time.Second, 0)
		src := insured(w)
		time.Sleep(hours)
		begin := time.Now()
		p := pipe(src, newTarget(), duijiesync.NewMemoryState())
		n := 0
		for _, err := range p.Plan(t.Context()) {
			require.NoError(t, err)
			n++
		}
		require.Positive(t, n)
		for b, err := range src.Read(t.Context(), "") {
			require.NoError(t, err)
			n += len(b.Records)
		}
		require.Less(t, time.Since(begin), 3*time.Minute)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		var last error
		for _, err := range src.Read(ctx, "") {
			last = err
		}
		require.ErrorIs(t, last, context.DeadlineExceeded)
	})
}

// TestCrashInAGapPass: the slice is read again, and its rows are not lost.
func TestCrashInAGapPass(t *testing.T) {
	t.Parallel()
	for after := 2; after < 30; after += 4 {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld()
			w.schedule(6, hours, 20*time.Second, 30*time.Minute)
			to, state := newTarget(), duijiesync.NewMemoryState()
			src := insured(w)
			for end := time.Now().Add(hours); time.Now().Before(end); time.Sleep(2 * time.Minute) {
				_, err := pipe(crashing(src, after), to, state).Run(t.Context())
				if err != nil {
					require.ErrorIs(t, err, errCrash)
				}
			}
			runFor(t, pipe(src, to, state), 2*time.Hour, 2*time.Minute)
			require.Empty(t, w.wrong(to), "crash after %d batches", after)
		})
	}
}

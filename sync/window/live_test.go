package window_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/window"
)

// live is a source over a world, without gap insurance.
func live(w *world) *window.Source[bill] {
	return &window.Source[bill]{
		Name: "bills", Slice: w.slice, Start: time.Now(), Ends: window.EndsHalfOpen, MaxSpan: 10 * time.Minute,
		Overlap: 5 * time.Minute, SettleDelay: time.Minute,
	}
}

const hours = 3 * time.Hour

// TestLateRowsAreNotLost: rows are shown up to overlap and settle delay after
// their modification time, and change while they are read. The plain cursor loses
// some of the same rows.
func TestLateRowsAreNotLost(t *testing.T) {
	t.Parallel()
	naiveWrong := 0
	for seed := range uint64(6) {
		synctest.Test(t, func(t *testing.T) {
			w, plain := newWorld(), newWorld()
			w.order = 1 - 2*int(seed%2)
			for _, x := range []*world{w, plain} {
				x.schedule(seed, hours, 8*time.Second, 6*time.Minute)
			}
			src, to, state := live(w), newTarget(), duijiesync.NewMemoryState()
			p := pipe(src, to, state)
			runFor(t, p, hours+20*time.Minute, 2*time.Minute)
			require.Empty(t, w.wrong(to), "seed %d: lost, or in an old state", seed)
			require.Greater(t, len(w.rows), 100)
			for _, s := range w.spans {
				require.LessOrEqual(t, s.To.Sub(s.From), src.MaxSpan)
			}
		})
		synctest.Test(t, func(t *testing.T) {
			w := newWorld()
			w.schedule(seed, hours, 8*time.Second, 6*time.Minute)
			to := newTarget()
			runFor(t, pipe(w.naive(time.Now()), to, duijiesync.NewMemoryState()), hours+20*time.Minute, 2*time.Minute)
			naiveWrong += len(w.wrong(to))
		})
	}
	require.Positive(t, naiveWrong, "the test is void: a plain cursor loses nothing here")
	t.Logf("a plain cursor left %.0f rows wrong in a run of three hours", float64(naiveWrong)/6)
}

// TestLaterThanTheOverlapIsLost: the bound is not generous by chance.
func TestLaterThanTheOverlapIsLost(t *testing.T) {
	t.Parallel()
	wrong := 0
	for seed := range uint64(3) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld()
			w.schedule(seed, hours, 8*time.Second, 15*time.Minute)
			to := newTarget()
			runFor(t, pipe(live(w), to, duijiesync.NewMemoryState()), hours+40*time.Minute, 2*time.Minute)
			wrong += len(w.wrong(to))
		})
	}
	require.Positive(t, wrong)
}

// TestSkewedClocks: the platform's clock is ten minutes ahead or behind.
func TestSkewedClocks(t *testing.T) {
	t.Parallel()
	run := func(t *testing.T, skew, margin time.Duration, platformClock bool) int {
		wrong := 0
		synctest.Test(t, func(t *testing.T) {
			w := newWorld()
			w.skew = skew
			w.schedule(3, hours, 8*time.Second, 4*time.Minute)
			src := live(w)
			src.Start, src.Skew = time.Now().Add(-time.Hour), margin
			src.Overlap = 3 * time.Minute
			if platformClock {
				src.Clock = func(context.Context) (time.Time, error) { return time.Now().Add(skew), nil }
			}
			to := newTarget()
			runFor(t, pipe(src, to, duijiesync.NewMemoryState()), hours+40*time.Minute, 2*time.Minute)
			wrong = len(w.wrong(to))
		})
		return wrong
	}
	for _, skew := range []time.Duration{-10 * time.Minute, 0, 10 * time.Minute} {
		require.Zero(t, run(t, skew, 10*time.Minute, false), "margin, skew %s", skew)
		require.Zero(t, run(t, skew, 0, true), "platform's clock, skew %s", skew)
	}
	require.Positive(t, run(t, -10*time.Minute, 0, false), "the test is void: without the margin nothing is lost")
}

// TestClockThatJumps: backwards it moves no checkpoint back, and all is read in
// the end.
func TestClockThatJumps(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.schedule(5, hours, 8*time.Second, 4*time.Minute)
		begin, behind := time.Now(), 0
		src := live(w)
		src.Clock = func(context.Context) (time.Time, error) {
			if ran := time.Since(begin); ran > time.Hour && ran < time.Hour+50*time.Minute {
				return time.Now().Add(-40 * time.Minute), nil
			}
			return time.Now(), nil
		}
		to, state := newTarget(), duijiesync.NewMemoryState()
		p := pipe(src, to, state)
		p.Observer = duijiesync.ObserverFunc(func(_ context.Context, e duijiesync.Event) {
			if c, ok := e.(window.ClockBehind); ok {
				behind++
				require.True(t, c.Now.Before(c.Done))
			}
		})
		var done time.Time
		for end := time.Now().Add(hours + 20*time.Minute); time.Now().Before(end); time.Sleep(2 * time.Minute) {
			_, err := p.Run(t.Context())
			require.NoError(t, err)
			var cp struct{ Done time.Time }
			if checkpoint(t, state) == "" {
				continue // nothing has closed yet
			}
			require.NoError(t, json.Unmarshal([]byte(checkpoint(t, state)), &cp))
			require.False(t, cp.Done.Before(done), "the checkpoint went back from %s to %s", done, cp.Done)
			done = cp.Done
		}
		require.Positive(t, behind)
		require.Empty(t, w.wrong(to))
	})
}

// ends are the ways a platform may read its two times.
var ends = map[string]func(s window.Span, t time.Time) bool{
	"[)": func(s window.Span, t time.Time) bool { return !t.Before(s.From) && t.Before(s.To) },
	"[]": func(s window.Span, t time.Time) bool { return !t.Before(s.From) && !t.After(s.To) },
	"(]": func(s window.Span, t time.Time) bool { return t.After(s.From) && !t.After(s.To) },
	"()": func(s window.Span, t time.Time) bool { return t.After(s.From) && t.Before(s.To) },
}

// TestEndsAndGranules: with any ends and any resolution of rows' times nothing
// is lost at the cuts, and a capped platform is halved down to single seconds.
func TestEndsAndGranules(t *testing.T) {
	t.Parallel()
	for name, inside := range ends {
		for _, granule := range []time.Duration{time.Second, time.Millisecond} {
			for _, said := range []window.Ends{window.EndsUnknown, window.EndsHalfOpen, window.EndsClosed} {
				right := said == window.EndsUnknown || said == window.EndsHalfOpen && name == "[)" ||
					said == window.EndsClosed && name == "[]" && granule == time.Second
				if !right {
					continue
				}
				synctest.Test(t, func(t *testing.T) {
					w := newWorld()
					w.granule, w.inside, w.maxSpan, w.maxRows, w.latency = granule, inside, 5*time.Minute, 12, time.Millisecond
					if granule < time.Second {
						w.maxRows, w.told = 0, 12
					}
					src := live(w)
					src.Start = time.Now().Add(-time.Minute)
					w.schedule(9, 20*time.Minute, 700*time.Millisecond, 0)
					src.Ends, src.MaxSpan = said, w.maxSpan
					to := newTarget()
					runFor(t, pipe(src, to, duijiesync.NewMemoryState()), 30*time.Minute, 3*time.Minute)
					require.Empty(t, w.wrong(to), "platform %s, times of %s, said %s", name, granule, said)
				})
			}
		}
	}
}

// TestWrongEndsLoseRows: why the zero value assumes nothing.
func TestWrongEndsLoseRows(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		said    window.Ends
		is      string
		granule time.Duration
	}{
		{window.EndsClosed, "[)", time.Second}, {window.EndsHalfOpen, "()", time.Second}, {window.EndsClosed, "[]", 100 * time.Millisecond},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld()
			w.granule, w.inside, w.latency = c.granule, ends[c.is], time.Millisecond
			src := live(w)
			w.schedule(9, 20*time.Minute, 200*time.Millisecond, 0)
			src.Ends, src.MaxSpan, src.Overlap = c.said, 20*time.Second, -1
			to := newTarget()
			runFor(t, pipe(src, to, duijiesync.NewMemoryState()), 30*time.Minute, 3*time.Minute)
			require.NotEmpty(t, w.wrong(to), "said %s, is %s", c.said, c.is)
		})
	}
}

// TestOneGranuleTooMany: nothing is passed over.
func TestOneGranuleTooMany(t *testing.T) {
	t.Parallel()
	for _, said := range []window.Ends{window.EndsUnknown, window.EndsHalfOpen, window.EndsClosed} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld()
			w.maxRows, w.inside = 12, ends["[]"]
			if said == window.EndsHalfOpen {
				w.inside = ends["[)"]
			}
			src := live(w)
			src.Ends = said
			at := time.Now().Add(7 * time.Minute).Truncate(time.Second)
			for i := range 40 {
				no := fmt.Sprintf("B%d", i)
				w.rows[no] = bill{No: no, Modified: at}
			}
			w.rows["first"] = bill{No: "first", Modified: at.Add(-3 * time.Minute)}
			w.rows["later"] = bill{No: "later", Modified: at.Add(3 * time.Minute)}
			time.Sleep(time.Hour)
			to, state := newTarget(), duijiesync.NewMemoryState()
			for range 2 {
				_, err := pipe(src, to, state).Run(t.Context())
				require.ErrorIs(t, err, window.ErrGranule)
				require.ErrorIs(t, err, window.ErrTooMany)
				require.ErrorContains(t, err, at.In(time.FixedZone("", 8*3600)).Format("2006-01-02T15:04:05+08:00"))
				require.Len(t, to.rows, 1, "the rows before are there, and none behind")
			}
			w.maxRows = 0 // the user asks for less
			_, err := pipe(src, to, state).Run(t.Context())
			require.NoError(t, err)
			require.Empty(t, w.wrong(to))
		})
	}
}

var errCrash = errors.New("crash")

// crashing ends a source with an error after so many batches.
func crashing(src duijiesync.Source[bill], after int) duijiesync.Source[bill] {
	return duijiesync.SourceFunc[bill](func(ctx context.Context, from duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[bill], error] {
		return func(yield func(duijiesync.Batch[bill], error) bool) {
			n := 0
			for b, err := range src.Read(ctx, from) {
				if n++; n > after {
					yield(duijiesync.Batch[bill]{}, errCrash)
					return
				}
				if !yield(b, err) {
					return
				}
			}
		}
	})
}

// TestCrashAtEveryBatch: a run that ends after any batch is gone on with, and a
// source that crashes again and again comes to the end of its windows.
func TestCrashAtEveryBatch(t *testing.T) {
	t.Parallel()
	after := 0
	for whole := false; !whole; { // until the first run has no boundary left
		after++
		synctest.Test(t, func(t *testing.T) {
			w := newWorld()
			w.schedule(4, time.Hour, 6*time.Second, 6*time.Minute)
			w.maxRows = 60
			src, to, state := live(w), newTarget(), duijiesync.NewMemoryState()
			time.Sleep(45 * time.Minute)
			_, err := pipe(crashing(src, after), to, state).Run(t.Context())
			if whole = err == nil; !whole {
				require.ErrorIs(t, err, errCrash)
			}
			time.Sleep(time.Minute)
			// It comes back after a time in which late rows of the slices it has
			// read were shown, and crashes again.
			crashes := 0
			for end := time.Now().Add(30 * time.Minute); time.Now().Before(end); time.Sleep(2 * time.Minute) {
				_, err := pipe(crashing(src, 1+after), to, state).Run(t.Context())
				if errors.Is(err, errCrash) {
					crashes++
					continue
				}
				require.NoError(t, err)
			}
			runFor(t, pipe(src, to, state), 20*time.Minute, 2*time.Minute)
			require.Empty(t, w.wrong(to), "crash after %d batches", after)
			if after == 1 {
				require.Greater(t, crashes, 5)
			}
		})
	}
	require.Greater(t, after, 20, "batches of the first run")
	t.Logf("%d boundaries", after-1)
}

// TestWindowUnderWayIsReadToItsOwnEnd: were it widened to the new now, the
// overlap behind it would not reach back to what its first slices could not show.
func TestWindowUnderWayIsReadToItsOwnEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		src, to, state := live(w), newTarget(), duijiesync.NewMemoryState()
		src.MaxSpan = 20 * time.Second
		time.Sleep(30 * time.Minute)
		begin := time.Now()
		// Modified 90 s ago, shown 4 min later: within the overlap.
		w.commits = []commit{{begin.Add(150 * time.Second), bill{No: "late", Modified: begin.Add(-90 * time.Second).Truncate(time.Second)}}}
		_, err := pipe(crashing(src, 29*3-1), to, state).Run(t.Context())
		require.ErrorIs(t, err, errCrash)
		time.Sleep(2 * time.Hour)
		runFor(t, pipe(src, to, state), 10*time.Minute, 2*time.Minute)
		require.Empty(t, w.wrong(to))
	})
}

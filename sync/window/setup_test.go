package window_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/window"
)

// drain reads to the end and returns the error, which must be the last pair.
func drain(t require.TestingT, seq iter.Seq2[duijiesync.Batch[bill], error]) error {
	var last error
	for _, err := range seq {
		require.NoError(t, last, "an error is the last pair")
		last = err
	}
	return last
}

func TestMistakesAreNamed(t *testing.T) {
	t.Parallel()
	w := newWorld()
	good := func() *window.Source[bill] {
		return &window.Source[bill]{Name: "bills", Slice: w.slice, Start: time.Now()}
	}
	for says, change := range map[string]func(*window.Source[bill]){
		"Slice is missing":   func(s *window.Source[bill]) { s.Slice = nil },
		"has no room":        func(s *window.Source[bill]) { s.MaxSpan = time.Second },
		"negative":           func(s *window.Source[bill]) { s.Granularity = -1 },
		"less than its Span": func(s *window.Source[bill]) { s.Gap = window.Gap{Depth: time.Minute} },
		"of Gap is negative": func(s *window.Source[bill]) { s.Gap.Every = -1 },
		"no checkpoint":      func(s *window.Source[bill]) { s.Start = time.Time{} },
		"Slice made no source": func(s *window.Source[bill]) {
			s.Slice = func(window.Span) duijiesync.Source[bill] { return nil }
			s.Start = time.Unix(0, 0)
		},
		"ask for the platform's": func(s *window.Source[bill]) {
			s.Clock = func(context.Context) (time.Time, error) { return time.Time{}, errors.New("down") }
		},
	} {
		s := good()
		change(s)
		err := drain(t, s.Read(t.Context(), ""))
		require.ErrorContains(t, err, says)
		require.True(t, strings.HasPrefix(err.Error(), "duijie/sync/window: bills: "), err.Error())
		switch says {
		case "no checkpoint":
			require.ErrorIs(t, err, window.ErrNoStart)
			require.ErrorContains(t, err, "set Start")
		case "Slice made no source", "ask for the platform's":
		default:
			require.ErrorIs(t, err, duijie.ErrInvalid, says)
		}
	}
	require.Empty(t, w.spans, "nothing was read")
}

func TestPaging(t *testing.T) {
	t.Parallel()
	w := newWorld()
	src := &window.Source[bill]{
		Name: "bills", Slice: w.slice, MaxSpan: time.Hour, Ends: window.EndsClosed, Skew: 2 * time.Minute,
		Gap: window.Gap{Depth: 24 * time.Hour},
	}
	require.Equal(t, "bills: windows of modification time from the checkpoint − 5m0s (overlap) to now − 1m0s (settle delay) − 2m0s (skew of the clocks), "+
		"so rows shown up to 6m0s late are not lost; slices of at most 1h0m0s, halved where they hold too many rows, closed at 1s; "+
		"gap insurance reads 1h0m0s of the 24h0m0s before again, newest first; "+
		"inside a slice: bills: pages from last to first over a closed window: rows that leave move others only to pages not read yet", src.Paging())
	src.Ends, src.MaxSpan, src.Gap, src.Skew = window.EndsUnknown, 0, window.Gap{}, 0
	require.Contains(t, src.Paging(), "one slice, halved where they hold too many rows, overlapping by 1s as the platform's ends are not known")
	require.Contains(t, (&window.Source[bill]{}).Paging(), "Slice is missing")
	v, err := src.DecodeRaw(json.RawMessage(`{"no":"A"}`))
	require.NoError(t, err)
	require.Equal(t, "A", v.No)
	require.Empty(t, w.spans)
}

// plan is a source inside a slice that notes what it was asked for, and has too
// many rows where many says so.
func plan(asked *[]window.Span, many func(window.Span) bool) func(window.Span) duijiesync.Source[bill] {
	return func(s window.Span) duijiesync.Source[bill] {
		return duijiesync.SourceFunc[bill](func(context.Context, duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[bill], error] {
			return func(yield func(duijiesync.Batch[bill], error) bool) {
				if many(s) {
					yield(duijiesync.Batch[bill]{}, fmt.Errorf("platform: %w", window.ErrTooMany))
					return
				}
				*asked = append(*asked, s)
			}
		})
	}
}

// TestSlicesCoverTheWindow: for random windows, granules, spans, caps and
// resume points, the slices cover the window exactly: each instant is asked for,
// in order, none twice but as the ends say.
func TestSlicesCoverTheWindow(t *testing.T) {
	t.Parallel()
	granules := []time.Duration{time.Millisecond, time.Second, time.Minute, time.Hour, 24 * time.Hour, 7 * time.Second}
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 5))
		g := granules[rng.IntN(len(granules))]
		said := window.Ends(rng.IntN(3))
		maxSpan := time.Duration(rng.Int64N(int64(40*g))) + 2*g
		fits := time.Duration(rng.Int64N(int64(20*g))) + 2*g // spans up to this hold few enough
		var asked []window.Span
		now := time.Date(2026, 3, 4, 5, 6, 7, 890, time.UTC).Add(time.Duration(rng.Int64N(int64(time.Hour))))
		src := &window.Source[bill]{
			Name: "x", Granularity: g, Ends: said, MaxSpan: maxSpan, Overlap: -1, SettleDelay: -1,
			Start: now.Add(-time.Duration(rng.Int64N(int64(300 * g)))),
			Clock: func(context.Context) (time.Time, error) { return now, nil },
			Slice: plan(&asked, func(s window.Span) bool { return s.To.Sub(s.From) > fits }),
		}
		if seed%5 == 0 {
			src.MaxSpan = 0
		}
		var cp duijiesync.Checkpoint
		for done := false; !done; {
			done = true
			stop := 1 + rng.IntN(30)
			for b, err := range src.Read(t.Context(), cp) {
				require.NoError(t, err, "seed %d", seed)
				if b.Checkpoint != "" {
					cp = b.Checkpoint
				}
				if stop--; stop == 0 {
					done = false
					break
				}
			}
		}
		if len(asked) == 0 {
			require.Less(t, now.Sub(src.Start), 2*g)
			continue
		}
		first, last := asked[0].From, asked[len(asked)-1].To
		switch said {
		case window.EndsUnknown:
			first = first.Add(g)
		case window.EndsClosed:
			last = last.Add(g)
		}
		require.False(t, first.After(src.Start), "seed %d: begins behind the start", seed)
		require.Less(t, src.Start.Sub(first), g)
		require.False(t, last.After(now), "seed %d: ends behind now", seed)
		require.Less(t, now.Sub(last), g)
		for i, s := range asked {
			require.True(t, s.From.Equal(s.From.Add(8*time.Hour).Truncate(g).Add(-8*time.Hour)), "seed %d: not a multiple of the granule", seed)
			if src.MaxSpan > 0 {
				require.LessOrEqual(t, s.To.Sub(s.From), maxSpan, "seed %d", seed)
			}
			if i == 0 {
				continue
			}
			want := map[window.Ends]time.Duration{window.EndsUnknown: -g, window.EndsHalfOpen: 0, window.EndsClosed: g}[said]
			require.Equal(t, want, s.From.Sub(asked[i-1].To), "seed %d: slices %v and %v", seed, asked[i-1], s)
		}
	}
}

// TestSliceIsResumedInside: the source inside goes on with its own checkpoint,
// in the same slice, also when MaxSpan was changed meanwhile.
func TestSliceIsResumedInside(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		type read struct {
			span  window.Span
			after duijiesync.Checkpoint
		}
		var reads []read
		src := &window.Source[bill]{Name: "x", Start: time.Now(), MaxSpan: 10 * time.Minute, Ends: window.EndsHalfOpen}
		src.Slice = func(s window.Span) duijiesync.Source[bill] {
			return duijiesync.SourceFunc[bill](func(_ context.Context, after duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[bill], error] {
				reads = append(reads, read{s, after})
				return func(yield func(duijiesync.Batch[bill], error) bool) {
					for _, c := range []duijiesync.Checkpoint{"one", "two\xff", "", "three"} {
						if !yield(duijiesync.Batch[bill]{Records: make([]duijiesync.Record[bill], 1), Checkpoint: c}, nil) {
							return
						}
					}
				}
			})
		}
		time.Sleep(time.Hour)
		var checkpoints []duijiesync.Checkpoint
		for b, err := range src.Read(t.Context(), "") {
			require.NoError(t, err)
			checkpoints = append(checkpoints, b.Checkpoint)
		}
		require.Len(t, checkpoints, 6*4)
		require.NotEmpty(t, checkpoints[4])
		require.Empty(t, checkpoints[5], "JSON can not hold it")
		require.Empty(t, checkpoints[6], "the source inside had none")
		require.NotEmpty(t, checkpoints[7])
		require.NotContains(t, string(checkpoints[7]), "three", "behind the slice, whatever its source says")
		slice := reads[1].span
		reads = nil
		src.MaxSpan = 3 * time.Minute
		require.NoError(t, drain(t, src.Read(t.Context(), checkpoints[4])))
		require.Equal(t, read{slice, "one"}, reads[0])
		require.Empty(t, reads[1].after)
		require.Equal(t, slice.To, reads[1].span.From)
	})
}

// TestForeignCheckpoints: each is an error that names the list and says what to
// do; none is taken for the beginning.
func TestForeignCheckpoints(t *testing.T) {
	t.Parallel()
	w := newWorld()
	src := &window.Source[bill]{Name: "bills", Slice: w.slice, Start: time.Now()}
	for _, text := range []string{
		"x", "{}", "null", "7", `"2026-01-01"`, "{", `{"v":1,"kind":"window","list":"bills"}`,
		`{"v":1,"kind":"window","list":"bills","start":"2026-01-01T00:00:00Z"}`,
		`{"v":1,"kind":"window","list":"bills","start":"2026-01-02T00:00:00Z","done":"2026-01-01T00:00:00Z"}`,
		`{"v":2,"kind":"window","list":"bills","start":"2026-01-01T00:00:00Z","done":"2026-01-01T00:00:00Z"}`,
		`{"v":1,"kind":"window","list":"orders","start":"2026-01-01T00:00:00Z","done":"2026-01-01T00:00:00Z"}`,
		`{"v":1,"kind":"window","list":"bills","start":"2026-01-01T00:00:00Z","done":"2026-01-01T00:00:00Z"}x`,
		`{"v":1,"kind":"window","list":"bills","start":"2026-01-01T00:00:00Z","done":"2026-01-01T00:00:00Z","more":1}`,
		`{"v":1,"kind":"window","list":"bills","start":"2026-01-01T00:00:00Z","done":"2026-01-01T00:00:00Z","overlap_ns":-1}`,
		`{"v":1,"kind":"window","list":"bills","start":"2026-01-01T00:00:00Z","done":"2026-01-01T00:00:00Z","open":{}}`,
		`{"v":1,"kind":"window","list":"bills","start":"2026-01-01T00:00:00Z","done":"2026-01-01T00:00:00Z","open":{"at":"2025-01-01T00:00:00Z","to":"2026-01-02T00:00:00Z"}}`,
		`{"v":1,"kind":"window","list":"bills","start":"2026-01-01T00:00:00Z","done":"2026-01-01T00:00:00Z","open":{"at":"2026-01-01T00:00:00Z","to":"2026-01-02T00:00:00Z","inner":"x"}}`,
		`{"v":1,"kind":"window","list":"bills","start":"2026-01-01T00:00:00Z","done":"2026-01-01T00:00:00Z","open":{"at":"2026-01-01T00:00:00Z","to":"2026-01-02T00:00:00Z","inner":"x","slice_to":"2026-01-03T00:00:00Z"}}`,
		`{"v":1,"builder":"keyset","list":"bills","at":7}`,
	} {
		err := drain(t, src.Read(t.Context(), duijiesync.Checkpoint(text)))
		require.ErrorIs(t, err, window.ErrCheckpoint, text)
		require.ErrorContains(t, err, "window: bills: ")
		require.ErrorContains(t, err, "new name")
	}
	require.Empty(t, w.spans)
}

// FuzzCheckpoint: whatever a checkpoint holds, it is an error or a place to go
// on at behind the start it names; it never panics.
func FuzzCheckpoint(f *testing.F) {
	f.Add(`{"v":1,"kind":"window","list":"x","start":"2026-01-01T00:00:00Z","done":"2026-01-01T02:00:00Z","open":{"at":"2026-01-01T00:00:00Z","to":"2026-01-02T00:00:00Z","inner":"x","slice_to":"2026-01-01T03:00:00Z"}}`)
	f.Add(`{"v":1,"kind":"window","list":"x","start":"2026-01-01T00:00:00+08:00","done":"2026-01-01T02:00:00Z","gap_at":"2026-01-01T00:00:00Z","gap_run":"2026-01-01T00:00:00Z","runs":3,"overlap_ns":9223372036854775807}`)
	f.Add(`{"v":1,"kind":"backfill","list":"x","from":"2025-01-01T00:00:00Z","at":"2025-01-01T02:00:00Z","to":"2025-01-02T00:00:00Z"}`)
	f.Add(`{"v":1,"kind":"window","list":"x","start":"9999-01-01T00:00:00Z","done":"9999-12-31T23:59:59Z"}`)
	now := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text string) {
		var asked []window.Span
		src := &window.Source[bill]{
			Name: "x", Start: now.Add(-time.Hour), MaxSpan: 24 * time.Hour, Ends: window.EndsHalfOpen, Gap: window.Gap{Depth: 24 * time.Hour},
			Slice: plan(&asked, func(window.Span) bool { return false }),
			Clock: func(context.Context) (time.Time, error) { return now, nil },
		}
		back := src.Backfill(time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2025, 1, 2, 0, 0, 0, 0, time.UTC))
		for _, s := range []duijiesync.Source[bill]{src, back} {
			asked = nil
			var last error
			n := 0
			for b, err := range s.Read(t.Context(), duijiesync.Checkpoint(text)) {
				require.NoError(t, last)
				last = err
				if b.Settled != nil {
					b.Settled(duijiesync.BatchResult{Created: 1})
				}
				if b.Checkpoint != "" {
					// What it makes it reads.
					for _, again := range s.Read(t.Context(), b.Checkpoint) {
						require.NoError(t, again)
						break
					}
				}
				if n++; n > 20 {
					break
				}
			}
			if last != nil {
				require.ErrorIs(t, last, window.ErrCheckpoint)
				require.Empty(t, asked)
			}
		}
	})
}

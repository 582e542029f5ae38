package window_test

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/paging"
	"github.com/duijie-go/duijie/sync/pipelinetest"
	"github.com/duijie-go/duijie/sync/window"
)

// begin is when the rows of the suite were modified, one every 150 s for an hour.
var begin = time.Date(2026, 3, 4, 5, 0, 0, 0, time.UTC)

// platform is a world whose clock stands still, so that its window is always the
// same, and that changes only when it is told to.
type platform struct {
	*world
	pmu      sync.Mutex
	requests int
	down     bool
}

func newPlatform() *platform {
	p := &platform{world: newWorld()}
	p.latency = 0
	for i := range 23 {
		no := fmt.Sprintf("B%04d", i)
		p.rows[no] = bill{No: no, Change: 1, Modified: begin.Add(time.Duration(i) * 150 * time.Second)}
	}
	return p
}

// now is the platform's time: asking for it is a request too.
func (p *platform) now(context.Context) (time.Time, error) {
	return begin.Add(90 * time.Minute), p.request()
}

func (p *platform) request() error {
	p.pmu.Lock()
	defer p.pmu.Unlock()
	p.requests++
	if p.down {
		return &duijie.APIError{Platform: "model", Op: "Bills", Class: duijie.ClassUnavailable}
	}
	return nil
}

// list reads the rows of a span by page number, two a page.
func (p *platform) list(span window.Span) paging.List[bill] {
	return paging.List[bill]{Name: "bills", Size: 2, Fetch: func(ctx context.Context, at paging.At) (paging.Page[bill], error) {
		if err := p.request(); err != nil {
			return paging.Page[bill]{}, err
		}
		return p.fetch(ctx, span, at)
	}}
}

// keyset reads the rows of a span by their modification times.
func (p *platform) keyset(span window.Span) duijiesync.Source[bill] {
	return paging.Keyset[bill, paging.Mark]{
		Name: "bills", Size: 2, ShortIsLast: true, Compare: paging.Mark.Compare, Position: position,
		Fetch: func(ctx context.Context, after paging.Mark, size int) (paging.Page[bill], error) {
			page, err := p.list(span).Fetch(ctx, paging.At{Size: 1000})
			if err != nil {
				return page, err
			}
			page.Records = slices.DeleteFunc(page.Records, func(r duijiesync.Record[bill]) bool {
				at, _ := position(r)
				return at.Compare(after) <= 0
			})
			page.Records = page.Records[:min(size, len(page.Records))]
			return page, nil
		},
	}.Source()
}

func position(r duijiesync.Record[bill]) (paging.Mark, bool) {
	return paging.Mark{Modified: r.Value.Modified, ID: r.Key}, true
}

// move has rows leave the window, as a change or a deletion makes them: those
// behind them move onto pages that a loop has read.
func (p *platform) move(round int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	later := begin.Add(2 * time.Hour)
	left := slices.SortedFunc(maps.Values(p.rows), func(a, b bill) int {
		return cmp.Or(a.Modified.Compare(b.Modified), cmp.Compare(a.No, b.No))
	})
	for i, b := range []bill{left[3*round%8], left[len(left)/2]} {
		if b.Modified.After(begin.Add(time.Hour)) {
			continue
		}
		if i == 0 {
			delete(p.rows, b.No)
		} else {
			p.rows[b.No] = bill{No: b.No, Change: b.Change + 1, Modified: later}
		}
	}
	no := fmt.Sprintf("C%04d", round)
	p.rows[no] = bill{No: no, Change: 1, Modified: later}
}

// source is a window over the whole platform.
func (p *platform) source(slice func(window.Span) duijiesync.Source[bill]) *window.Source[bill] {
	return &window.Source[bill]{
		Name: "bills", Slice: slice, Start: begin, Clock: p.now, Ends: window.EndsHalfOpen, MaxSpan: 10 * time.Minute,
		Modified: func(r duijiesync.Record[bill]) time.Time { return r.Value.Modified },
	}
}

// conforming are the sources the suite is run on.
var conforming = map[string]func(p *platform) duijiesync.Source[bill]{
	"Source": func(p *platform) duijiesync.Source[bill] {
		return p.source(func(s window.Span) duijiesync.Source[bill] { return p.list(s).ClosedWindow() })
	},
	"Source/keyset": func(p *platform) duijiesync.Source[bill] { return p.source(p.keyset) },
	"Source/double pass": func(p *platform) duijiesync.Source[bill] {
		return p.source(func(s window.Span) duijiesync.Source[bill] { return p.list(s).DoublePass() })
	},
	"Source/too many": func(p *platform) duijiesync.Source[bill] {
		src := p.source(func(s window.Span) duijiesync.Source[bill] {
			list := p.list(s)
			list.Cap = 3
			return list.ClosedWindow()
		})
		src.MaxSpan, src.Ends = 0, window.EndsUnknown
		return src
	},
	"Source/gap": func(p *platform) duijiesync.Source[bill] {
		src := p.source(func(s window.Span) duijiesync.Source[bill] { return p.list(s).ClosedWindow() })
		src.Gap = window.Gap{Depth: time.Hour, FirstWait: time.Millisecond}
		return src
	},
	"Backfill": func(p *platform) duijiesync.Source[bill] {
		src := p.source(func(s window.Span) duijiesync.Source[bill] { return p.list(s).ClosedWindow() })
		src.Start = begin.Add(time.Hour)
		return src.Backfill(begin, begin.Add(time.Hour))
	},
}

// TestSourcesConform: windows and backfills keep the contract of a source,
// whatever reads their slices.
func TestSourcesConform(t *testing.T) {
	t.Parallel()
	for name, open := range conforming {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pipelinetest.TestSource(t, pipelinetest.SourceSuite[bill]{
				Records: 23,
				Foreign: []duijiesync.Checkpoint{
					`{"v":1,"kind":"window","list":"others","start":"2026-03-04T05:00:00Z","done":"2026-03-04T07:00:00Z"}`,
					`{"v":1,"kind":"backfill","list":"bills","from":"2025-03-04T13:00:00+08:00","at":"2025-03-04T14:00:00+08:00","to":"2025-03-04T14:00:00+08:00"}`,
					`{"v":1,"builder":"closed-window","list":"bills","rest":2}`,
				},
				Open: func(*testing.T) pipelinetest.SourceCase[bill] {
					p := newPlatform()
					again := func() duijiesync.Source[bill] { return open(p) }
					return pipelinetest.SourceCase[bill]{
						Source: again(), Again: again, Move: p.move,
						Requests: func() int { p.pmu.Lock(); defer p.pmu.Unlock(); return p.requests },
						Down:     func(down bool) { p.pmu.Lock(); defer p.pmu.Unlock(); p.down = down },
					}
				},
			})
		})
	}
}

// TestContextEndsAnEmptyWindow: where nothing is left to read, the context's end
// must not look as if everything was read.
func TestContextEndsAnEmptyWindow(t *testing.T) {
	t.Parallel()
	p := newPlatform()
	src := conforming["Source"](p)
	var done duijiesync.Checkpoint
	for b, err := range src.Read(t.Context(), "") {
		require.NoError(t, err)
		done = b.Checkpoint
	}
	asked := p.requests
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, drain(t, src.Read(ended, done)), context.Canceled)
	require.Equal(t, asked, p.requests, "nobody is asked for the time any more")

	ctx, cancel := context.WithCancel(t.Context())
	src.(*window.Source[bill]).Clock = func(ctx context.Context) (time.Time, error) {
		cancel()
		return p.now(ctx)
	}
	require.ErrorIs(t, drain(t, src.Read(ctx, done)), context.Canceled)
}

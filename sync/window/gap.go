package window

import (
	"cmp"
	"fmt"
	"sync"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// Gap is insurance against rows that are shown later than the overlap is wide.
// After its window a run reads one older slice again, from the newest to the
// oldest and round again. What it finds (records the pipeline creates or updates)
// is counted, told as a [LateFound] event, and widens the overlap, so that the next
// rows as late are read by the windows themselves. All of that is kept in the
// checkpoint.
//
// One round takes about Depth / Span passes. A row shown L after its modification
// time is found while L and one round together are below the overlap and Depth; one
// shown later than that, only reconciling finds.
//
// A changed mapping makes old records updates as well: the first round behind it
// tells finds that are none, and MaxOverlap bounds what they do.
//
// The pass needs a pipeline that settles its batches. A plan leaves it out, and
// where a program reads the source by hand it is left out after FirstWait.
type Gap struct {
	// Depth is how far before the overlap older windows are read again. 0: there is
	// no gap insurance.
	Depth time.Duration
	// Span is how much one pass reads. Default: MaxSpan, at most an hour.
	Span time.Duration
	// EveryRuns makes a pass in every so many runs only. Default 1.
	EveryRuns int
	// Every is the least time between two passes. Default: none.
	Every time.Duration
	// FirstWait is how long a pass waits for a sign that batches are settled at
	// all. Default 10 s.
	FirstWait time.Duration
}

func (c *setup[T]) setGap(g Gap, granule time.Duration) (wrong []string) {
	if min(g.Depth, g.Span, g.Every, g.FirstWait) < 0 || g.EveryRuns < 0 {
		wrong = append(wrong, "a number of Gap is negative")
	}
	span := time.Hour
	if c.MaxSpan > 0 {
		span = min(span, c.MaxSpan)
	}
	c.gapSpan = max(cmp.Or(g.Span, span).Truncate(granule), granule)
	c.gapRuns, c.gapEvery, c.gapFirstWait = max(g.EveryRuns, 1), g.Every, cmp.Or(g.FirstWait, 10*time.Second)
	if g.Depth > 0 && g.Depth < c.gapSpan {
		wrong = append(wrong, fmt.Sprintf("Gap.Depth %s is less than its Span %s", g.Depth, c.gapSpan))
	}
	return wrong
}

// gap reads one older slice again.
func (r *reading[T]) gap(now time.Time) error {
	from, to, due := r.gapSlice(now)
	if !due || duijiesync.IsPlan(r.ctx) { // a plan settles nothing
		return nil
	}
	settling, err := r.settling()
	if err != nil || !settling {
		return err
	}
	finds := newFinds(r.c.Modified)
	plain := r.yield
	r.yield = func(b duijiesync.Batch[T], err error) bool {
		finds.watch(&b)
		return plain(b, err)
	}
	err = r.slices(&progress{At: from, To: to}, nil)
	r.yield = plain
	if err != nil {
		return err
	}
	count, oldest, err := finds.wait(r.ctx)
	if err != nil {
		return err
	}
	if count > 0 {
		if oldest.Before(from) { // not told, or not a time of this slice
			oldest = from
		}
		found := now.Add(time.Since(r.began))
		r.found(LateFound{List: r.c.Name, From: from, To: to, Count: count, Lateness: found.Sub(oldest)})
	}
	ran := now.UTC().Truncate(time.Millisecond)
	r.cp.GapAt, r.cp.GapRun, r.cp.Runs = &from, &ran, 0
	checkpoint, err := encode(r.cp)
	if err != nil {
		return err
	}
	return r.send(duijiesync.Batch[T]{Checkpoint: checkpoint})
}

// gapSlice is the slice whose turn it is. Passes go back in time: the range
// moves on meanwhile, so that a round ends sooner, and what is just behind the
// overlap is found first.
func (r *reading[T]) gapSlice(now time.Time) (from, to time.Time, due bool) {
	newest, oldest := r.before(r.wide()), r.before(r.wide()+r.c.Gap.Depth)
	if r.cp.Runs < r.c.gapRuns || r.cp.GapRun != nil && now.Sub(*r.cp.GapRun).Abs() < r.c.gapEvery {
		return from, to, false
	}
	to = newest
	if at := r.cp.GapAt; at != nil && at.After(oldest) && at.Before(newest) {
		to = r.c.grid.floor(*at)
	}
	from = to.Add(-r.c.gapSpan)
	if from.Before(oldest) {
		from = oldest
	}
	return from, to, from.Before(to)
}

// found tells of late rows and widens the overlap: to twice what it is, as long
// as the rows may have been as late as that. A pass finds a row at some time
// after it was shown, so its lateness is known as a bound only, and doubling
// comes near from below.
func (r *reading[T]) found(e LateFound) {
	old := r.wide()
	e.OldOverlap = old
	e.NewOverlap = max(old, min(max(2*old, time.Minute), e.Lateness, r.c.maxOverlap))
	r.cp.Overlap = e.NewOverlap
	if o := duijiesync.ObserverFrom(r.ctx); o != nil {
		o.Observe(r.ctx, e)
	}
}

// settling waits until a batch of this reading is settled. Where none comes for
// some time, whoever reads does not settle.
func (r *reading[T]) settling() (bool, error) {
	if !r.settles.watched() {
		checkpoint, err := encode(r.cp)
		if err != nil {
			return false, err
		}
		if err := r.send(duijiesync.Batch[T]{Checkpoint: checkpoint}); err != nil {
			return false, err
		}
	}
	timer := time.NewTimer(r.c.gapFirstWait)
	defer timer.Stop()
	select {
	case <-r.settles.first:
		return true, nil
	case <-timer.C:
		return false, nil
	case <-r.ctx.Done():
		return false, r.ctx.Err()
	}
}

// settles tells that a batch was settled.
type settles struct {
	first chan struct{} // closed by the first
	once  sync.Once
	any   bool // some batch was sent; of the reading's goroutine
}

func newSettles() *settles { return &settles{first: make(chan struct{})} }

func (s *settles) watched() bool { return s.any }

// watch has a batch tell when it is settled, besides whoever waits for it.
func (s *settles) watch(settled *func(duijiesync.BatchResult)) {
	inner := *settled
	s.any = true
	*settled = func(result duijiesync.BatchResult) {
		s.once.Do(func() { close(s.first) })
		if inner != nil {
			inner(result)
		}
	}
}

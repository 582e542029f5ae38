package window

import (
	"context"
	"errors"
	"time"

	duijiesync "github.com/duijie-go/duijie/sync"
)

// reading is the state of one Read.
type reading[T any] struct {
	ctx     context.Context
	yield   func(duijiesync.Batch[T], error) bool
	c       *setup[T]
	cp      *liveCheckpoint
	began   time.Time
	stopped bool     // the consumer wants no more
	settles *settles // told of settled batches; nil: nobody asks
}

// errStopped ends a reading whose consumer stopped. Nobody sees it.
var errStopped = errors.New("stopped")

// live reads what an earlier run left of its window, then the next window, then
// an older slice for gap insurance.
func (r *reading[T]) live(s *Source[T], after duijiesync.Checkpoint) (err error) {
	if r.c, err = s.setup(); err != nil {
		return err
	}
	if r.cp, err = r.c.parseLive(after); err != nil {
		return err
	}
	if s.Gap.Depth > 0 {
		r.settles = newSettles()
		r.cp.Runs++
	}
	if r.cp.Open != nil {
		if err := r.window(); err != nil {
			return err
		}
	}
	now, err := r.c.now(r.ctx)
	if err != nil {
		return err
	}
	r.began = time.Now()
	if err := r.next(now); err != nil {
		return err
	}
	if s.Gap.Depth > 0 {
		return r.gap(now)
	}
	return nil
}

// now is the platform's time.
func (c *setup[T]) now(ctx context.Context) (time.Time, error) {
	if c.Clock == nil || ctx.Err() != nil {
		return time.Now(), ctx.Err()
	}
	now, err := c.Clock(ctx)
	if err != nil {
		return now, c.errorf("ask for the platform's time: %w", err)
	}
	return now, ctx.Err() // it may not look at the context, and the window may be empty
}

// wide is the overlap in force.
func (r *reading[T]) wide() time.Duration {
	return min(max(r.c.overlap, r.cp.Overlap), r.c.maxOverlap)
}

// next reads the window that has closed since the last one. A clock behind what
// was read leaves it empty, and moves nothing back.
func (r *reading[T]) next(now time.Time) error {
	end := r.c.end(now)
	if !end.After(r.cp.Done) {
		if o := duijiesync.ObserverFrom(r.ctx); o != nil && now.Before(r.cp.Done) {
			o.Observe(r.ctx, ClockBehind{List: r.c.Name, Now: now, Done: r.cp.Done})
		}
		return nil
	}
	r.cp.Open = &progress{At: r.before(r.wide()), To: end}
	return r.window()
}

// before is the granule that lies d before everything read, and not before the
// start.
func (r *reading[T]) before(d time.Duration) time.Time {
	at := r.c.grid.floor(r.cp.Done.Add(-d))
	if at.Before(r.cp.Start) {
		return r.cp.Start
	}
	return at
}

// window reads the open window to its end.
func (r *reading[T]) window() error {
	open := r.cp.Open
	return r.slices(open, func(inSlice bool) (duijiesync.Checkpoint, error) {
		if !inSlice && !open.At.Before(open.To) {
			r.cp.Open = nil
			if open.To.After(r.cp.Done) {
				r.cp.Done = open.To
			}
		}
		return encode(r.cp)
	})
}

// marker makes the checkpoint of a reading that has come to where its progress
// says.
type marker func(inSlice bool) (duijiesync.Checkpoint, error)

// slices reads a part of time slice by slice; mark makes the checkpoint behind
// each, and inside where the source of the slice has one. A nil mark makes none.
func (r *reading[T]) slices(p *progress, mark marker) error {
	grid := r.c.grid
	var ends []time.Time // of the slice under way and those it was halved from, the shortest last
	inner := duijiesync.Checkpoint(p.Inner)
	if p.SliceTo != nil {
		ends = append(ends, *p.SliceTo)
	} else {
		p.At = grid.floor(p.At) // also where Granularity was changed
	}
	for p.At.Before(p.To) {
		if err := r.ctx.Err(); err != nil {
			return err
		}
		if len(ends) == 0 {
			ends = append(ends, grid.cut(p.At, p.To))
		}
		to := ends[len(ends)-1]
		last, err := r.slice(p, to, inner, mark)
		inner = ""
		if errors.Is(err, ErrTooMany) && !r.stopped {
			p.outside(p.At)
			middle, ok := grid.half(p.At, to)
			if !ok {
				return r.c.errorf("%s to %s: %w: %w", show(p.At), show(to), ErrGranule, err)
			}
			ends = append(ends, middle)
			continue
		}
		if err != nil {
			return err
		}
		ends = ends[:len(ends)-1]
		p.outside(to)
		last.Checkpoint = "" // of the source inside
		if mark != nil {
			if last.Checkpoint, err = mark(false); err != nil {
				return err
			}
		}
		if err := r.send(last); err != nil {
			return err
		}
	}
	return nil
}

// slice reads the slice that begins at p.At and ends at to. The last batch is
// left to the caller: the end of the slice is its resume point.
func (r *reading[T]) slice(p *progress, to time.Time, inner duijiesync.Checkpoint, mark marker) (last duijiesync.Batch[T], err error) {
	src := r.c.Slice(r.c.grid.span(p.At, to))
	if src == nil {
		return last, r.c.errorf("Slice made no source for %s to %s", show(p.At), show(to))
	}
	for batch, err := range src.Read(r.ctx, inner) {
		if sent := r.sendInside(last, p, to, mark); sent != nil {
			return last, sent
		}
		last = batch
		if err != nil {
			if errors.Is(err, r.ctx.Err()) {
				return last, err
			}
			return last, r.c.errorf("slice %s to %s: %w", show(p.At), show(to), err)
		}
	}
	return last, r.ctx.Err()
}

// sendInside yields a batch of a slice that is not its last.
func (r *reading[T]) sendInside(b duijiesync.Batch[T], p *progress, to time.Time, mark marker) (err error) {
	if mark != nil && p.inside(to, b.Checkpoint) {
		b.Checkpoint, err = mark(true)
	} else {
		b.Checkpoint = ""
	}
	if err != nil {
		return err
	}
	return r.send(b)
}

// send yields a batch that holds something.
func (r *reading[T]) send(b duijiesync.Batch[T]) error {
	if len(b.Records) == 0 && b.Checkpoint == "" && b.Settled == nil {
		return nil
	}
	if r.settles != nil {
		r.settles.watch(&b.Settled)
	}
	if !r.yield(b, nil) {
		r.stopped = true
		return errStopped
	}
	return nil
}

func show(t time.Time) string { return t.Format("2006-01-02T15:04:05.999999999Z07:00") }

package paging

import (
	"fmt"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// Names of the builders, in checkpoints and errors. They are stored.
const (
	backwardName = "backward"
	closedName   = "closed-window"
)

// Backward reads a list that rows leave but none comes into (a window of
// modification times that has ended) from its last page to the first: a row that
// leaves moves those behind it towards the start, onto pages not read yet, so
// one reading misses none that stays. This is what 旺店通 advises.
//
// The platform must tell the total. It is asked for first, and again with page 0,
// which is read last: when it has grown, or fewer rows were met than are counted,
// the list is read again, and after Passes ends in duijie.ErrNoProgress. A page
// that should be full and is not is asked for again.
//
// Each batch has a checkpoint: going on later is as good, as rows only leave.
func (l List[T]) Backward() *Source[T] {
	return l.source(backwardName,
		"pages from last to first over a closed window: rows that leave move others only to pages not read yet; total asked before and after",
		func(r *reading[T], after checkpoint) error {
			if after.Rest > 0 {
				return r.resume(after)
			}
			first, err := r.numbered(0, true)
			if err != nil {
				return err
			}
			if first.told() < 0 && (len(first.Records) > 0 || first.More == MoreYes) {
				return r.wrap(fmt.Errorf("the platform told no total: have Fetch return it, or use ClosedWindow, which finds the end by itself: %w", duijie.ErrInvalid))
			}
			return r.counted(first, 1)
		})
}

// resume goes on with the rows a checkpoint left, at the page that holds the
// last of them.
func (r *reading[T]) resume(c checkpoint) error {
	from := (c.Rest - 1) / int64(r.Size)
	if from >= int64(r.MaxPages) {
		return r.wrap(fmt.Errorf("%w: it has %d rows left, more than MaxPages pages; give the pipeline a new name to begin anew", ErrCheckpoint, c.Rest))
	}
	p := &pass{no: 1, distinct: c.Met}
	last, err := r.down(p, int(from), c.Total)
	if err != nil {
		return err
	}
	if c.Total < 0 {
		return r.finish()
	}
	return r.check(p, c.Total, last)
}

// counted reads a list whose total is told with its first page.
func (r *reading[T]) counted(first Page[T], no int32) error {
	before := first.told()
	p := &pass{no: no}
	if before <= int64(len(first.Records)) {
		// The whole list in one answer.
		if err := r.emit(p, first, ""); err != nil {
			return err
		}
		return r.finish()
	}
	if len(first.Records) > r.Size {
		return r.stuck("asked for %d rows, page 0 has %d of %d: set Size to what the platform gives", r.Size, len(first.Records), before)
	}
	last, err := r.down(p, int((before-1)/int64(r.Size)), before)
	if err != nil {
		return err
	}
	return r.check(p, before, last)
}

// check compares what was met with the total now, told with page 0, and reads
// the list again where that does not add up.
func (r *reading[T]) check(p *pass, before int64, last Page[T]) error {
	if last.told() < 0 {
		last.Total = before
	}
	after := last.told()
	if after <= before && p.distinct >= after {
		return r.finish()
	}
	if int(p.no) >= r.Passes {
		return r.stuck("read %d times: %d rows were counted before, %d after, %d met: "+comesIn,
			p.no, before, after, p.distinct)
	}
	if err := r.again(p); err != nil {
		return err
	}
	return r.counted(last, p.no+1)
}

// down reads the pages from the given one to page 0 and returns that one. total
// is -1 where none is told.
func (r *reading[T]) down(p *pass, from int, total int64) (Page[T], error) {
	r.sum, r.same = 0, 0
	before := total
	for no := from; ; no-- {
		page, now, err := r.filled(no, total)
		if err != nil {
			return page, err
		}
		total = now
		if no == from {
			r.firstRows = len(page.Records)
		}
		if err := r.repeats(no, page); err != nil {
			return page, err
		}
		fresh, err := r.fresh(p, page)
		if err != nil {
			return page, err
		}
		batch := duijiesync.Batch[T]{Records: fresh}
		if no > 0 && !r.whole {
			if batch.Checkpoint, err = r.s.text(checkpoint{Rest: int64(no) * int64(r.Size), Total: before, Met: p.distinct}); err != nil {
				return page, err
			}
		}
		if err := r.send(batch); err != nil || no == 0 {
			return page, err
		}
	}
}

// filled fetches a page and asks for it again while it holds fewer rows than the
// total says, which is asked for anew: under load some platforms answer
// empty pages. total is -1 when none is told.
func (r *reading[T]) filled(no int, total int64) (Page[T], int64, error) {
	for try := 0; ; try++ {
		page, err := r.numbered(no, no == 0 || try > 0)
		if err != nil {
			return page, total, err
		}
		if told := page.told(); told >= 0 && total >= 0 {
			total = told
		}
		want := min(total-int64(no)*int64(r.Size), int64(r.Size))
		if int64(len(page.Records)) >= want || total < 0 {
			return page, total, nil
		}
		if try == r.Repeats {
			return page, total, r.stuck("page %d holds %d rows, but %d are counted and %d were asked for: where the platform gives less in a page, set Size to that; else it shows fewer rows than it counts",
				no, len(page.Records), total, r.Size)
		}
	}
}

// comesIn says what to do about a list that grows while it is read.
const comesIn = "rows come into the list (then it is no closed window: use DoublePass, or end the window longer ago), or it shows fewer than it counts"

// again makes the beginning of the list the resume point.
func (r *reading[T]) again(p *pass) error {
	anew, err := r.s.text(checkpoint{Anew: true})
	if err != nil {
		return err
	}
	return r.emit(p, Page[T]{}, anew)
}

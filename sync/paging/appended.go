package paging

import (
	"fmt"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

const appendedName = "appended"

// Appended reads a whole list that is ordered by modification time, oldest
// first: rows that are new or changed come to its end, and others leave their
// places. It is read from the last page to the first, and then from the end again
// back to what is known, until one answer holds everything that came meanwhile.
// That costs the pages of the list once and a few calls more, and yields every row
// in the state it had at the end.
//
// The platform must tell the total. It must not show rows late, with a time from
// before others: that is no coming to the end. When fewer rows were met than are
// counted at last, the list is read again, and after Passes ends in
// duijie.ErrNoProgress, as does one that grows faster than it can be read.
//
// The only checkpoint is that of the end.
func (l List[T]) Appended() *Source[T] {
	return l.source(appendedName,
		"by modification time, pages from last to first, and the end again until one answer holds all that changed meanwhile",
		func(r *reading[T], _ checkpoint) error {
			r.whole = true
			for p := (&pass{no: 1}); ; p = (&pass{no: p.no + 1}) {
				total, done, err := r.appended(p)
				switch {
				case err != nil:
					return err
				case !done:
					return r.stuck("its end, at row %d by now, moves on faster than it can be read, or the list is not ordered by modification time: use DoublePass, or read at a quieter time", total)
				case p.distinct >= total:
					return r.finish()
				case int(p.no) >= r.Passes:
					return r.stuck("read %d times: %d rows are counted, %d were met: it shows fewer than it counts, or rows come in before its end", p.no, total, p.distinct)
				}
			}
		})
}

// appended reads the list once and what came to its end meanwhile. done tells
// that one answer held all of that.
func (r *reading[T]) appended(p *pass) (total int64, done bool, err error) {
	first, err := r.numbered(0, true)
	if err != nil {
		return 0, false, err
	}
	if total = first.told(); total < 0 {
		return 0, false, r.wrap(fmt.Errorf("the platform told no total: have Fetch return it, or use DoublePass: %w", duijie.ErrInvalid))
	}
	if total <= int64(len(first.Records)) {
		return total, true, r.emit(p, first, "")
	}
	if _, err := r.down(p, r.lastPage(total), total); err != nil {
		return 0, false, err
	}
	before := r.lastPage(total) + 1
	for range 4 * r.Passes {
		var calls int
		total, calls, err = r.tail(p, total, max(before, 5))
		switch {
		case err != nil || calls == 1:
			return total, true, err
		case calls > before && calls > 5:
			return total, false, nil
		}
		before = calls
	}
	return total, false, nil
}

// tail reads from the end of the list back to a page that begins with a row
// known as it is: those before it were read, as they have not changed since. calls
// is 1 when one answer held it all, so that nothing can have moved meanwhile, and
// above limit when that many did not reach such a page.
func (r *reading[T]) tail(p *pass, total int64, limit int) (now int64, calls int, err error) {
	at := r.lastPage(total)
	for moves := 0; ; {
		page, err := r.numbered(at, true)
		if err != nil {
			return total, calls, err
		}
		if told := page.told(); told >= 0 {
			total = told
		}
		if last := r.lastPage(total); calls == 0 && last != at {
			// Rows came or went since the total was told.
			if moves++; moves <= 3 {
				at = last
				continue
			}
			calls++ // this answer does not hold the end
		}
		calls++
		known := len(page.Records) > 0 && r.seen.knows(page.Records[0])
		if err := r.emit(p, page, ""); err != nil {
			return total, calls, err
		}
		if known || at == 0 || calls > limit {
			return total, calls, nil
		}
		at--
	}
}

func (r *reading[T]) lastPage(total int64) int {
	return int(max(total-1, 0) / int64(r.Size))
}

// knows tells that a row was met in this state.
func (s *seen[T]) knows(r duijiesync.Record[T]) bool {
	state, err := s.stateOf(r)
	before, met := s.rows[s.id(r.Key)]
	return err == nil && met && before.state == state
}

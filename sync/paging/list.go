package paging

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// At is the page one call asks for.
type At struct {
	Page   int   // number, from 0
	Size   int   // rows
	Offset int64 // rows before it
	// Total asks for Page.Total, on platforms that tell it on demand.
	Total bool
}

// List describes a list that is read by page number or offset. Rows that leave
// it move those behind them onto pages that may have been read already, which is
// how a plain loop over the pages loses rows. Choose the reading that fits:
// [List.ClosedWindow] or [List.Backward] where rows only leave, as in a
// window of modification times that has ended, [List.Appended] where changes come to the end of a list,
// [List.DoublePass] for anything else.
//
// In every optional field zero means the default.
type List[T any] struct {
	// Name is the list's name in the report, errors and checkpoints.
	Name string
	// Fetch returns one page; required. A page beyond the end is empty. The order
	// of rows must be stable, whatever it is.
	Fetch func(ctx context.Context, at At) (Page[T], error)
	// Size is the number of rows per call; 0 = 100. It must be what the platform
	// really gives: where it cuts larger pages, the reading ends in an error.
	Size int
	// ShortIsLast: the platform fills every page but the last, so a page with
	// fewer rows than Size ends the list. Without it, where neither Page.Total nor
	// Page.More tell, only an empty page does, which costs one more call.
	ShortIsLast bool
	// Cap is the number of rows the platform lets one list be read; a list that
	// has more ends in ErrTooMany before its rows are read, where the total is told.
	// On a platform that stops counting there, set one less, or a list that goes on
	// behind it looks complete. 0: none is known.
	Cap int64
	// Passes is how often the list is read before it counts as one that does not
	// come to rest; 0 = 5, at least 2.
	Passes int
	// Repeats is how often a page that should hold rows, but is empty or short, is
	// asked for again; 0 = 3.
	Repeats int
	// MaxRows bounds the memory a reading may take for its rows' hashes; more rows
	// end in ErrTooMany. 0 = 10,000,000.
	MaxRows int
	// MaxPages bounds the number of pages of one pass; 0 = 1,000,000.
	MaxPages int
	// State is what tells two states of a row apart; nil: its version and its item.
	// Set it where items hold something that differs in each answer.
	State func(duijiesync.Record[T]) string
	// Decode reads the raw item of a dead letter; nil: JSON.
	Decode func(json.RawMessage) (T, error)
}

// source makes a source of a list and a way to read it.
func (l List[T]) source(builder, paging string, read func(*reading[T], checkpoint) error) *Source[T] {
	s := &Source[T]{builder: builder, list: l.Name, paging: paging, decode: l.Decode}
	switch {
	case l.Fetch == nil:
		s.invalid = invalid(builder, l.Name, "not set: Fetch")
	case min(l.Size, l.Passes, l.Repeats, l.MaxRows, l.MaxPages) < 0 || l.Cap < 0:
		s.invalid = invalid(builder, l.Name, "a number below 0")
	}
	l.Size, l.Passes, l.Repeats = cmp.Or(l.Size, 100), max(cmp.Or(l.Passes, 5), 2), cmp.Or(l.Repeats, 3)
	l.MaxRows, l.MaxPages = cmp.Or(l.MaxRows, 10_000_000), cmp.Or(l.MaxPages, 1_000_000)
	s.read = func(ctx context.Context, after checkpoint, yield yield[T]) {
		r := &reading[T]{List: l, s: s, ctx: ctx, yield: yield, seen: newSeen(l.State, l.MaxRows)}
		err := read(r, after)
		if err == nil || r.stopped {
			return
		}
		if errors.Is(err, duijie.ErrNoProgress) && (builder == backwardName || builder == closedName) {
			// Going on behind what did not add up would pass over it.
			anew, textErr := s.text(checkpoint{Anew: true})
			if textErr == nil && !yield(duijiesync.Batch[T]{Checkpoint: anew}, nil) {
				return
			}
		}
		yield(duijiesync.Batch[T]{}, err)
	}
	return s
}

// reading is the state of one Read.
type reading[T any] struct {
	List[T]
	s       *Source[T]
	ctx     context.Context
	yield   yield[T]
	seen    *seen[T]
	stopped bool // the consumer wants no more
	sum     uint64
	same    int  // pages in a row with the same rows
	whole   bool // no batch but the last is a resume point
	// firstRows is the number of rows of the page that down began with.
	firstRows int
}

// errStopped ends a reading whose consumer stopped. Nobody sees it.
var errStopped = errors.New("stopped")

// wrap names the reading in an error.
func (r *reading[T]) wrap(err error) error {
	return fmt.Errorf("duijie/sync/paging: %s: %w", title(r.s.builder, r.Name), err)
}

func (r *reading[T]) stuck(format string, args ...any) error {
	return r.wrap(fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), duijie.ErrNoProgress))
}

// fetch makes one call.
func (r *reading[T]) fetch(page int, offset int64, total bool) (Page[T], error) {
	if err := r.ctx.Err(); err != nil {
		return Page[T]{}, err
	}
	if page >= r.MaxPages {
		return Page[T]{}, r.stuck("more than %d pages: the list does not end, or MaxPages is too low", r.MaxPages)
	}
	got, err := r.Fetch(r.ctx, At{Page: page, Size: r.Size, Offset: offset, Total: total})
	if err != nil {
		return Page[T]{}, r.wrap(fmt.Errorf("page %d: %w", page, err))
	}
	for i := range got.Records {
		if err := keyed(&got.Records[i]); err != nil {
			return Page[T]{}, r.wrap(fmt.Errorf("page %d: %w", page, err))
		}
	}
	if r.Cap > 0 && got.told() > r.Cap {
		return Page[T]{}, r.wrap(fmt.Errorf("%d rows, the platform lets %d be read: %w", got.told(), r.Cap, ErrTooMany))
	}
	return got, nil
}

// numbered fetches a page by its number.
func (r *reading[T]) numbered(page int, total bool) (Page[T], error) {
	return r.fetch(page, int64(page)*int64(r.Size), total)
}

// fresh notes the rows of a page and returns those that are new or newer.
func (r *reading[T]) fresh(p *pass, page Page[T]) ([]duijiesync.Record[T], error) {
	fresh, err := r.seen.take(p, page.Records)
	if err != nil {
		return nil, r.wrap(err)
	}
	return fresh, nil
}

// emit yields the rows of a page that are new or newer, with a resume point.
func (r *reading[T]) emit(p *pass, page Page[T], checkpoint duijiesync.Checkpoint) error {
	fresh, err := r.fresh(p, page)
	if err != nil {
		return err
	}
	return r.send(duijiesync.Batch[T]{Records: fresh, Checkpoint: checkpoint})
}

// send yields a batch that holds something.
func (r *reading[T]) send(b duijiesync.Batch[T]) error {
	if len(b.Records) == 0 && b.Checkpoint == "" {
		return nil
	}
	if !r.yield(b, nil) {
		r.stopped = true
		return errStopped
	}
	return nil
}

// finish yields the checkpoint of a reading that came to its end.
func (r *reading[T]) finish() error {
	end, err := r.s.finished()
	if err != nil {
		return err
	}
	r.stopped = true
	r.yield(duijiesync.Batch[T]{Checkpoint: end}, nil)
	return nil
}

// repeats finds a list that ignores the page number. A whole page of rows may
// leave between two calls, so it takes the same rows three times.
func (r *reading[T]) repeats(no int, page Page[T]) error {
	if len(page.Records) == 0 {
		return nil
	}
	sum := r.seen.pageSum(page.Records)
	if sum != r.sum {
		r.sum, r.same = sum, 0
		return nil
	}
	if r.same++; r.same < 2 {
		return nil
	}
	return r.stuck("page %d has the same rows as the two before: the list repeats itself, or ignores the page number", no)
}

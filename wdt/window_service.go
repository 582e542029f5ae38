package wdt

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/duijie-go/duijie"
	duijiesync "github.com/duijie-go/duijie/sync"
)

// WindowService reads a list of the platform by windows of times: modification
// times unless the query says otherwise. What the query's From and To bound may be
// longer than the method's own window; it is cut. Queries for a number (an
// order's, a document's) need no times where the platform says so.
type WindowService[T Row, Q ListQuery] struct{ client *Client }

func (s *WindowService[T, Q]) windowed(sel selection, opts []duijie.CallOption) (*windowed[any], error) {
	w, err := newWindowed(s.client, sel, rowKey, rowVersion, opts)
	if err == nil {
		w.decode = boxed[T]
	}
	return w, err
}

// noTimes tells that the list is read by a number alone.
func (sel selection) noTimes() bool { return sel.byNumber && sel.from.IsZero() && sel.to.IsZero() }

// List reads one page: of the first slice of the window, and Next leads on to its
// other pages and then to the next slice. Each slice is read from the last page to
// the first, its last page once more at the end. Total counts the rows of the slice.
// From and To are both needed; rows of an end that has not come yet may be missed.
//
// Effect: read. Limit: 1 call a second over all methods. Rows the interface
// account may not see are left out silently.
func (s *WindowService[T, Q]) List(ctx context.Context, q Q, opts ...duijie.CallOption) (*duijie.Page[T], error) {
	sel := q.list()
	if sel.noTimes() {
		return listPage[T](ctx, s.client.lister(sel, opts), sel.cursor)
	}
	w, err := s.windowed(sel, opts)
	if err != nil {
		return nil, err
	}
	at, err := w.placeOf(sel.cursor)
	if err != nil {
		return nil, err
	}
	page, err := listPage[T](ctx, w.slice(at.from, at.to), at.cursor)
	if err != nil {
		return nil, err
	}
	page.Next = w.behind(at, page.Next)
	return page, nil
}

// Pages reads all rows of the window page by page, slice by slice, with the
// guarantee of All. A page may be empty. Its Total is -1, its Next "": a reading
// that was cut short begins anew, or is a Source.
//
// Effect: read. Limit: 1 call a second over all methods. Cursor is not used.
func (s *WindowService[T, Q]) Pages(ctx context.Context, q Q, opts ...duijie.CallOption) duijie.Pages[T] {
	return unboxedPages[T](pagesOfBatches(s.batches(ctx, q.list(), opts)))
}

func pagesOfBatches(batches iter.Seq2[duijiesync.Batch[any], error]) duijie.Pages[any] {
	return func(yield func(*duijie.Page[any], error) bool) {
		for batch, err := range batches {
			var page *duijie.Page[any]
			if err == nil {
				page, err = pageOfBatch(batch)
			}
			if err != nil {
				page = nil
			}
			if !yield(page, err) || err != nil {
				return
			}
		}
	}
}

// All reads all rows of the window. To must be a minute ago, zero means that:
// a window that is closed loses no row while it is read from the last page to the
// first. Our clock may be ahead of the platform's, by two minutes on Direct and ten
// elsewhere: who goes on where a window ended overlaps by that, as a Source does.
// A row comes again when it is newer than before; one that was modified
// in the second before From may come too. Memory: the keys of the rows.
//
// Effect: read. Limit: 1 call a second over all methods. Cursor is not used.
func (s *WindowService[T, Q]) All(ctx context.Context, q Q, opts ...duijie.CallOption) iter.Seq2[T, error] {
	return unboxed[T](rowsOfBatches(s.batches(ctx, q.list(), opts)))
}

func (s *WindowService[T, Q]) batches(ctx context.Context, sel selection, opts []duijie.CallOption) iter.Seq2[duijiesync.Batch[any], error] {
	if sel.noTimes() {
		r := &reading[any]{list: s.client.lister(sel, opts), decode: boxed[T], key: rowKey, version: rowVersion}
		return r.read(ctx, "")
	}
	w, err := s.windowed(sel, opts)
	if err != nil {
		return func(yield func(duijiesync.Batch[any], error) bool) { yield(duijiesync.Batch[any]{}, err) }
	}
	return w.all(ctx)
}

// NewListSource makes a source for a pipeline of what is modified from cfg.Start on, run
// after run: NewListSource(c.Trades, TradeQuery{}, cfg). From, To and Cursor of the
// query are not used. A record's key is the row's Key, its version the modification time
// in Unix milliseconds.
//
// Sources are functions and not methods of services, so that a program that only calls
// the platform does not compile pipelines for each of its records.
//
// Effect: read. Limit: 1 call a second over all methods.
func NewListSource[T Row, Q ListQuery](s *WindowService[T, Q], q Q, cfg WindowConfig) (*WindowSource[T], error) {
	sel := q.list()
	sel.times = cmp.Or(cfg.Times, sel.times)
	w, err := newWindowed(s.client, sel, keyOf(T.Key), T.version, nil)
	if err != nil {
		return nil, err
	}
	return w.source(cfg), nil
}

// NewWindowSource makes a source of what is modified from cfg.Start on, for any
// listed method that filters by modification times. params is the rest of the
// filter: a map, a struct, a [*Query], or nil. How rows are told apart is in
// scan, whose ClosedWindow is not used.
//
// Effect: read. Limit: 1 call a second over all methods.
func NewWindowSource[T any](c *Client, method string, params any, scan ScanConfig[T], cfg WindowConfig) (*WindowSource[T], error) {
	l := newLister(c, method, params, nil)
	if scan.Key == nil {
		return nil, invalid(method, "a source needs the Key of its ScanConfig")
	}
	members, err := paramsOf(method, l.query.Params)
	if err != nil {
		return nil, err
	}
	sel := selection{method: method, params: members, size: l.query.Size, times: cfg.Times}
	if scan.Size != 0 {
		sel.size = scan.Size
	}
	w, err := newWindowed(c, sel, keyOf(scan.Key), scan.Version, nil)
	if err != nil {
		return nil, err
	}
	return w.source(cfg), nil
}

// place is where List stands: the slice under way and the page inside.
type place struct {
	from, to time.Time
	cursor   string
}

// first is the slice that begins at from.
func (w *windowed[T]) first(from time.Time) place {
	to := from.Add(w.span)
	if to.After(w.sel.to) {
		to = w.sel.to
	}
	return place{from: from, to: to}
}

func (w *windowed[T]) placeOf(cursor string) (place, error) {
	op := w.sel.method
	if w.sel.from.IsZero() || !w.sel.to.After(w.sel.from) {
		return place{}, invalid(op, "From and To bound no window")
	}
	if cursor == "" {
		return w.first(w.sel.from), nil
	}
	parts := strings.SplitN(cursor, ".", 4)
	wrong := invalid(op, "the cursor is none of this window")
	if len(parts) != 4 || parts[0] != "w" {
		return place{}, wrong
	}
	from, errFrom := strconv.ParseInt(parts[1], 10, 64)
	to, errTo := strconv.ParseInt(parts[2], 10, 64)
	p := place{time.Unix(from, 0), time.Unix(to, 0), parts[3]}
	if errFrom != nil || errTo != nil || !p.from.Before(p.to) ||
		p.to.Sub(p.from) > w.span || p.from.Before(w.sel.from.Add(-time.Second)) || p.to.After(w.sel.to.Add(time.Second)) {
		return place{}, wrong
	}
	return p, nil
}

// behind is the cursor of the page after the one at p: on in its slice, or the
// next slice, which overlaps by a second as nobody says whether the platform
// includes the ends.
func (w *windowed[T]) behind(p place, next string) string {
	if next == "" {
		if !p.to.Before(w.sel.to) {
			return ""
		}
		p = w.first(p.to.Add(-time.Second))
	}
	return fmt.Sprintf("w.%d.%d.%s", p.from.Unix(), p.to.Unix(), next)
}

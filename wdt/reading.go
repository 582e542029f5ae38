package wdt

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
	duijiesync "github.com/duijie-go/duijie/sync"
	"github.com/duijie-go/duijie/sync/paging"
)

// reading reads the rows of one list by a builder of package paging. The lists of the
// client are readings of any, whose values are unboxed at the end: so package wdt
// compiles one reading, and not each package that imports it one for each record.
type reading[T any] struct {
	list lister
	// decode reads a row. nil: into a T.
	decode func(json.RawMessage) (T, error)
	// key identifies a row and version orders its states. Without a key a row is
	// known by its place, so that rows met twice come twice.
	key     func(T, json.RawMessage) string
	version func(T) int64
	// closed says that the list is a window of modification times that has ended:
	// rows leave it, none comes in. One walk from the last page to the first misses
	// none then.
	closed bool
	// cap bounds the rows of the list, 0 does not.
	cap int64
}

// read yields the rows. after is a checkpoint of a closed list.
func (r *reading[T]) read(ctx context.Context, after duijiesync.Checkpoint) iter.Seq2[duijiesync.Batch[T], error] {
	return r.readBy(ctx, after, r.fetch)
}

type fetch[T any] = func(context.Context, paging.At) (paging.Page[T], error)

func (r *reading[T]) readBy(ctx context.Context, after duijiesync.Checkpoint, get fetch[T]) iter.Seq2[duijiesync.Batch[T], error] {
	return func(yield func(duijiesync.Batch[T], error) bool) {
		list, err := r.paged(get)
		if err != nil {
			yield(duijiesync.Batch[T]{}, err)
			return
		}
		if !r.closed {
			after = ""
		}
		src, cut := list.ClosedWindow(), false
		if after == "" {
			if src, cut, err = r.begin(ctx, list); err != nil {
				yield(duijiesync.Batch[T]{}, err)
				return
			}
		}
		for batch, err := range src.Read(ctx, after) {
			if cut && inside(batch.Checkpoint) {
				batch.Checkpoint = ""
				if len(batch.Records) == 0 {
					continue
				}
			}
			if !yield(batch, err) {
				return
			}
		}
	}
}

// inside tells that a checkpoint counts pages, whose size it does not hold.
func inside(text duijiesync.Checkpoint) bool {
	var at struct {
		Rest int64 `json:"rest"`
	}
	return text != "" && (json.Unmarshal([]byte(text), &at) != nil || at.Rest > 0)
}

func (r *reading[T]) paged(get fetch[T]) (paging.List[T], error) {
	size, err := r.list.pageSize()
	return paging.List[T]{
		Name: r.list.method, Fetch: get, Size: size, Cap: r.cap, Repeats: emptyRepeats, Passes: maxPasses,
		Decode: r.decoder(),
	}, err
}

// maxPasses bounds how often a list that keeps changing is read, emptyRepeats
// how often an empty page inside one is asked for again: under load the platform
// answers such pages.
const (
	maxPasses    = 5
	emptyRepeats = 3
)

// begin asks for the first page and chooses the reading by it: backward where the
// list is closed, else by its end where the total is told, else until two readings
// agree. cut says that the platform gives smaller pages than asked for, whose size
// is taken then. The page is not asked for twice.
func (r *reading[T]) begin(ctx context.Context, list paging.List[T]) (src *paging.Source[T], cut bool, err error) {
	if err := ctx.Err(); err != nil {
		return nil, false, err
	}
	first, err := list.Fetch(ctx, paging.At{Size: list.Size, Total: true})
	if err != nil {
		return nil, false, err
	}
	rows := make([]json.RawMessage, len(first.Records))
	for i := range rows {
		rows[i] = first.Records[i].Raw
	}
	given, only, err := r.list.given(ctx, list.Size, rows, first.Total)
	if err != nil {
		return nil, false, err
	}
	if cut = given != list.Size; cut {
		list.Size = given
		if first, err = list.Fetch(ctx, paging.At{Size: given, Total: true}); err != nil {
			return nil, false, err
		}
	}
	untold := first.Total < 0
	// A short page is none but the end only where the next one was seen to be empty.
	list.ShortIsLast = only && untold
	get, used := list.Fetch, false
	list.Fetch = func(ctx context.Context, at paging.At) (paging.Page[T], error) {
		if !used {
			used = true
			return first, nil
		}
		return get(ctx, at)
	}
	switch {
	case r.closed:
		return list.ClosedWindow(), cut, nil
	case untold || r.list.client.Gateway() == Enterprise: // whose totals cost a call
		return list.DoublePass(), cut, nil
	}
	return list.Appended(), cut, nil
}

func (r *reading[T]) decoder() func(json.RawMessage) (T, error) {
	if r.decode != nil {
		return r.decode
	}
	return decodeRaw[T]
}

// fetch is one call.
func (r *reading[T]) fetch(ctx context.Context, at paging.At) (paging.Page[T], error) {
	rows, total, err := r.list.fetch(ctx, at.Page, at.Size, at.Total)
	if err != nil {
		return paging.Page[T]{}, err
	}
	page, decode := paging.Page[T]{Records: make([]duijiesync.Record[T], len(rows)), Total: total}, r.decoder()
	for i, raw := range rows {
		rec := &page.Records[i]
		rec.Raw = raw
		var err error
		if rec.Value, err = decode(raw); err != nil {
			rec.Err = rowError(r.list.method, i, rec.Value, err)
		}
		if r.version != nil {
			rec.Version = r.version(rec.Value)
		}
		if r.key != nil {
			rec.Key = r.key(rec.Value, raw)
		} else {
			rec.Key = fmt.Sprintf("place:%d.%d", at.Page, i)
		}
	}
	return page, nil
}

// paging says how the reading stays right.
func (r *reading[T]) paging() string {
	list, err := r.paged(r.fetch)
	if err != nil {
		return err.Error()
	}
	if r.closed {
		return list.ClosedWindow().Paging()
	}
	return list.Appended().Paging() + "; where no total is told, again until two passes agree"
}

// values gives the rows one by one.
func (r *reading[T]) values(ctx context.Context) iter.Seq2[T, error] {
	return rowsOfBatches(r.read(ctx, ""))
}

func rowsOfBatches[T any](batches iter.Seq2[duijiesync.Batch[T], error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		for batch, err := range batches {
			if err != nil {
				yield(zero, err)
				return
			}
			for _, rec := range batch.Records {
				if rec.Err != nil {
					yield(zero, rec.Err)
					return
				}
				if !yield(rec.Value, nil) {
					return
				}
			}
		}
	}
}

// pages gives the rows page by page. A page is held back until the reading asks
// for the next one, or ends: only then is it known whether it is the last.
func (r *reading[T]) pages(ctx context.Context) duijie.Pages[T] {
	return func(yield func(*duijie.Page[T], error) bool) {
		w := &walker[T]{reading: r, yield: yield}
		for batch, err := range r.readBy(ctx, "", w.fetch) {
			if w.stopped {
				return
			}
			var page *duijie.Page[T]
			if err == nil {
				page, err = pageOfBatch(batch)
			}
			if err != nil {
				if w.flush() {
					yield(nil, err)
				}
				return
			}
			if w.held == nil {
				w.held = page
				page.Next, page.Total = w.next(), w.total
			}
		}
		if w.held != nil {
			w.held.Next = ""
			w.flush()
		}
	}
}

func pageOfBatch[T any](batch duijiesync.Batch[T]) (*duijie.Page[T], error) {
	page := &duijie.Page[T]{Items: make([]T, len(batch.Records)), Total: -1}
	for i, rec := range batch.Records {
		if rec.Err != nil {
			return nil, rec.Err
		}
		page.Items[i] = rec.Value
	}
	return page, nil
}

// walker follows a reading, to give its pages the cursors of List.
type walker[T any] struct {
	*reading[T]
	yield   func(*duijie.Page[T], error) bool
	held    *duijie.Page[T] // not yielded yet
	stopped bool            // the consumer wants no more
	at      paging.At
	total   int64
	bottom  bool // page 0 was read on the way down
}

// flush yields the page held back. It is false when the consumer stopped.
func (w *walker[T]) flush() bool {
	if w.held == nil {
		return !w.stopped
	}
	held := w.held
	w.held, w.stopped = nil, !w.yield(held, nil)
	return !w.stopped
}

var errStopped = errors.New("the consumer stopped")

func (w *walker[T]) fetch(ctx context.Context, at paging.At) (paging.Page[T], error) {
	if !w.flush() {
		return paging.Page[T]{}, errStopped
	}
	page, err := w.reading.fetch(ctx, at)
	if w.at = at; page.Total >= 0 || w.total == 0 {
		w.total = page.Total
	}
	return page, err
}

// next is the cursor behind the page fetched last.
func (w *walker[T]) next() string {
	size := w.at.Size
	switch {
	case w.total < 0:
		return position{forward, w.at.Page + 1, size, -1}.String()
	case w.bottom:
		return position{kind: anew}.String()
	case w.at.Page > 0:
		return position{backward, w.at.Page - 1, size, w.total}.String()
	}
	w.bottom = true
	return position{atTail, int(max(w.total-1, 0)) / size, size, w.total}.String()
}

// decodeValue decodes one row. A type that decodes itself is asked directly,
// which saves two readings of the row.
func decodeValue(raw json.RawMessage, v any) error {
	if u, ok := v.(json.Unmarshaler); ok {
		return u.UnmarshalJSON(raw)
	}
	return wire.Unmarshal(raw, v)
}

func decodeRaw[T any](raw json.RawMessage) (T, error) {
	var v T
	err := decodeValue(raw, &v)
	return v, err
}

func rowError(op string, i int, v any, err error) error {
	return fmt.Errorf("wdt: %s: row %d of a page does not fit %T: %w", op, i+1, v, err)
}

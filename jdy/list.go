package jdy

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"net/http"
	"strconv"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/pager"
	"github.com/duijie-go/duijie/internal/wire"
)

// QueryPage reads one page of any list into rows of type T: a struct with JSON
// tags, decoded loosely, or duijie.Record. operation is the list's path, or its
// method and path. Next of the page leads on.
//
// Pages read one by one lose rows while rows move: see [QueryPages].
// Effect: read. Limit: 100 rows a page.
func QueryPage[T any](ctx context.Context, c *Client, operation string, q Query, opts ...duijie.CallOption) (*duijie.Page[T], error) {
	l, err := listerOf(c, operation, q, opts)
	if err != nil {
		return nil, err
	}
	return listPage[T](ctx, l)
}

// QueryPages reads a whole list page by page. A row comes once, by its id, in
// the state it was met in first; a page may be empty.
//
// The platform has no cursor and documents no order: a row that leaves its page
// moves others onto pages that were read. So the list is read again, up to five
// times, until one reading met as many rows as were counted, the count stayed and
// no row was met twice; only new rows are yielded. Else it ends in
// duijie.ErrNoProgress, as a list does that repeats a page. One case can not be seen:
// a row that leaves behind the reading while another comes in before it, between two
// calls. [NewSource] misses none.
//
// Effect: read. Limit: 100 rows a page, 500 calls a minute.
func QueryPages[T any](ctx context.Context, c *Client, operation string, q Query, opts ...duijie.CallOption) duijie.Pages[T] {
	l, err := listerOf(c, operation, q, opts)
	if err != nil {
		return func(yield func(*duijie.Page[T], error) bool) { yield(nil, err) }
	}
	return walkPages[T](ctx, l)
}

// QueryAs reads a whole list row by row, with the guarantee of [QueryPages].
// Effect: read.
func QueryAs[T any](ctx context.Context, c *Client, operation string, q Query, opts ...duijie.CallOption) iter.Seq2[T, error] {
	return flatten(QueryPages[T](ctx, c, operation, q, opts...))
}

func flatten[T any](pages duijie.Pages[T]) iter.Seq2[T, error] { return pager.All(pages) }

// lister reads the pages of one list.
type lister struct {
	client *Client
	op     *Operation
	query  Query
	opts   []duijie.CallOption
}

func newLister(c *Client, op *Operation, q Query, opts []duijie.CallOption) lister {
	return lister{client: c, op: op, query: q, opts: opts}
}

func listerOf(c *Client, operation string, q Query, opts []duijie.CallOption) (lister, error) {
	r, err := newRequest(operation, nil, nil)
	if err != nil {
		return lister{}, err
	}
	if r.op.Method != http.MethodGet {
		return lister{}, invalid(r.op.Path, "lists of "+r.op.Method+" have a form of their own: use Client.Call")
	}
	return newLister(c, r.op, q, opts), nil
}

// listed is one page as it came.
type listed struct {
	rows  []json.RawMessage
	count int64 // rows in the whole list, -1 when not told
	pages int64 // pages of the asked size, -1 when not told
	page  int   // the one asked for, from 1
	size  int
}

// last tells whether the list ends with the page. A page is never called the last
// for being short: some are, in the middle.
func (p listed) last() bool {
	switch {
	case len(p.rows) == 0:
		return true
	case p.pages >= 0:
		return int64(p.page) >= p.pages
	case p.count >= 0:
		return int64(p.page)*int64(p.size) >= p.count
	}
	return false
}

// fetch reads one page; page counts from 1.
func (l lister) fetch(ctx context.Context, page int) (listed, error) {
	size, err := l.query.size()
	if err != nil {
		return listed{}, invalid(l.op.Path, err.Error())
	}
	f, err := l.query.filterFor(l.op)
	if err != nil {
		return listed{}, err
	}
	if l.op.Paged || l.op.Title == "" {
		f["page"] = page
		if _, own := f["page_size"]; !own {
			f["page_size"] = size
		} else {
			texts, _ := queryTexts(f["page_size"])
			size, _ = strconv.Atoi(texts[0])
		}
	}
	pairs, err := f.pairs()
	if err != nil {
		return listed{}, invalid(l.op.Path, err.Error())
	}
	e, err := l.client.send(ctx, &request{op: l.op, query: pairs}, duijie.NewCallOptions(l.opts...))
	if err != nil {
		return listed{}, err
	}
	p, err := readListed(l.op, e.data, page, size)
	if err == nil && !l.op.Paged && l.op.Title != "" {
		p.pages, p.count = 1, -1 // the whole list in one answer
	}
	return p, err
}

// readListed reads the data of a list.
func readListed(o *Operation, data json.RawMessage, page, size int) (listed, error) {
	m := members(data)
	p := listed{count: -1, pages: -1, page: page, size: size}
	rows := m["rows"]
	if data != nil && wire.First(data) == '[' {
		rows = data
	}
	switch {
	case wire.First(rows) == '[':
		for row := range wire.Elements(rows) {
			p.rows = append(p.rows, row)
		}
	case len(rows) == 0 || nothing(rows):
	default:
		return listed{}, &duijie.APIError{
			Platform: platform, Op: o.Path, Class: duijie.ClassUnavailable, Err: duijie.ErrMalformedAnswer, Message: "rows is no list",
		}
	}
	if n, ok := whole(scalar(m["count"])); ok && n >= 0 {
		p.count = n
	}
	if n, ok := whole(scalar(m["total_page"])); ok && n >= 0 {
		p.pages = n
	}
	if p.count == 0 && len(p.rows) > 0 {
		p.count = -1
	}
	if p.pages == 0 && len(p.rows) > 0 {
		p.pages = -1
	}
	// Some reports answer the last page again behind the end.
	if p.pages > 0 && int64(page) > p.pages {
		p.rows = nil
	}
	return p, nil
}

// listPage reads the page at the query's cursor, which is its number.
func listPage[T any](ctx context.Context, l lister) (*duijie.Page[T], error) {
	page := 1
	if l.query.Cursor != "" {
		n, err := strconv.Atoi(l.query.Cursor)
		if err != nil || n < 1 {
			return nil, invalid(l.op.Path, "the cursor is none of this list")
		}
		page = n
	}
	p, err := l.fetch(ctx, page)
	if err != nil {
		return nil, err
	}
	out, err := pageOf[T](l.client, l.op, p.rows)
	if err != nil {
		return nil, err
	}
	out.Total = p.count
	if !p.last() {
		out.Next = strconv.Itoa(page + 1)
	}
	return out, nil
}

func pageOf[T any](c *Client, o *Operation, rows []json.RawMessage) (*duijie.Page[T], error) {
	out := &duijie.Page[T]{Items: make([]T, len(rows)), Total: -1}
	for i, raw := range rows {
		if err := c.decode(raw, &out.Items[i]); err != nil {
			return nil, fmt.Errorf("jdy: %s: row %d does not fit %T: %w", o.Path, i, out.Items[i], err)
		}
	}
	return out, nil
}

// Bounds of a walk over pages.
const (
	maxReadings = 5
	maxPages    = 1_000_000
	samePages   = 3 // pages with the same rows in a row, until the list counts as one that repeats itself
)

// walk is one reading after another of a list, for its iterators.
type walk struct {
	lister
	seen    map[[16]byte]bool // rows yielded
	reading map[[16]byte]bool // rows met in this reading
	byID    bool              // rows have ids of their own
	first   int64             // count at its beginning
	moved   bool              // the count changed, or a row came twice
	lastSum [16]byte
	same    int
}

// ownIDs tells whether the rows of a page are told apart by their ids. In reports
// and lists of lines they are not.
func ownIDs(rows []json.RawMessage) bool {
	ids := map[string]bool{}
	for _, row := range rows {
		id := memberText(row, "id")
		if id == "" || ids[id] {
			return false
		}
		ids[id] = true
	}
	return true
}

// rowKeys are what the rows of a page are known by: their ids, else all of them.
// Equal rows on one page are different ones.
func (w *walk) rowKeys(rows []json.RawMessage) [][16]byte {
	out := make([][16]byte, len(rows))
	equal := map[string]int{}
	for i, row := range rows {
		text := memberText(row, "id")
		if !w.byID {
			equal[string(row)]++
			text = fmt.Sprintf("%d %s", equal[string(row)], row)
		}
		sum := sha256.Sum256([]byte(text))
		out[i] = [16]byte(sum[:16])
	}
	return out
}

// take notes the rows of a page and returns those that are new.
func (w *walk) take(p listed) ([]json.RawMessage, error) {
	if p.page == 1 && len(w.seen) == 0 {
		w.byID = ownIDs(p.rows)
	}
	whole := sha256.New()
	var fresh []json.RawMessage
	keys := w.rowKeys(p.rows)
	for i, row := range p.rows {
		key := keys[i]
		whole.Write(key[:])
		if w.reading[key] {
			w.moved = true
		}
		w.reading[key] = true
		if !w.seen[key] {
			w.seen[key] = true
			fresh = append(fresh, row)
		}
	}
	sum := [16]byte(whole.Sum(nil)[:16])
	if w.same++; sum != w.lastSum || len(p.rows) == 0 {
		w.same = 1
	}
	if w.lastSum = sum; w.same >= samePages {
		return nil, fmt.Errorf("jdy: %s: page %d has the same rows as those before it: %w", w.op.Path, p.page, duijie.ErrNoProgress)
	}
	if p.page == 1 {
		w.first = p.count
	}
	if p.count >= 0 && w.first >= 0 && p.count != w.first {
		w.moved = true
	}
	return fresh, nil
}

// settled tells that a reading surely met every row there was.
func (w *walk) settled(p listed) bool {
	if p.page == 1 {
		return p.count < 0 || int64(len(p.rows)) >= p.count
	}
	return !w.moved && (p.count < 0 || int64(len(w.reading)) == p.count)
}

// walkPages reads a list until a reading is settled.
func walkPages[T any](ctx context.Context, l lister) duijie.Pages[T] {
	return func(yield func(*duijie.Page[T], error) bool) {
		w := &walk{lister: l, seen: map[[16]byte]bool{}}
		fail := func(err error) { yield(nil, err) }
		for reading := 1; ; reading++ {
			w.reading, w.moved, w.same = map[[16]byte]bool{}, false, 0
			var p listed
			for page := 1; ; page++ {
				if err := ctx.Err(); err != nil {
					fail(err)
					return
				}
				var err error
				if p, err = w.fetch(ctx, page); err != nil {
					fail(err)
					return
				}
				fresh, err := w.take(p)
				if err == nil && page >= maxPages {
					err = fmt.Errorf("jdy: %s: no end after %d pages: %w", l.op.Path, page, duijie.ErrNoProgress)
				}
				var out *duijie.Page[T]
				if err == nil {
					out, err = pageOf[T](l.client, l.op, fresh)
				}
				if err != nil {
					fail(err)
					return
				}
				out.Total = p.count
				if !yield(out, nil) {
					return
				}
				if p.last() {
					break
				}
			}
			if w.settled(p) {
				return
			}
			if reading == maxReadings {
				fail(fmt.Errorf("jdy: %s: read %d times, and rows moved each time: %d are counted, %d were met; read at a quieter time or a window of modification times: %w",
					l.op.Path, reading, p.count, len(w.reading), duijie.ErrNoProgress))
				return
			}
		}
	}
}

// clone copies the query, so that a lister may change its filter.
func (q Query) clone() Query {
	q.Filter = maps.Clone(q.Filter)
	return q
}

package okki

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"iter"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/pager"
	"github.com/duijie-go/duijie/internal/wire"
)

// QueryPage reads one page of any list into rows of type T: a struct with JSON
// tags, decoded loosely, or duijie.Record. operation is the list's path. Next of the
// page leads on.
//
// The list ends with the page that completes the total, or with an empty one, which
// a list that tells no total always has at its end. A page may hold fewer rows than
// were asked for. Pages read one by one lose rows while rows move: see [QueryPages].
// Effect: read. Limit: Config.MaxPageSize rows a page.
func QueryPage[T any](ctx context.Context, c *Client, operation string, q Query, opts ...duijie.CallOption) (*duijie.Page[T], error) {
	l, err := c.lister(operation, q, opts)
	if err != nil {
		return nil, err
	}
	return listPage[T](ctx, l)
}

// QueryPages reads a whole list page by page. A row comes once, by its id, in
// the state it was met in first; a page may be empty.
//
// The platform has no cursor, and a row that is updated moves to the first page. So
// the list is read again, up to five times, until one reading met as many rows as
// are counted, the count stayed and no row was met twice; only new rows are
// yielded. Else it ends in duijie.ErrNoProgress, as a list does that repeats a page.
// One case can not be seen: a row that leaves behind the reading while another comes
// in before it, between two calls. [NewSource] misses none.
//
// Effect: read.
func QueryPages[T any](ctx context.Context, c *Client, operation string, q Query, opts ...duijie.CallOption) duijie.Pages[T] {
	l, err := c.lister(operation, q, opts)
	if err != nil {
		return func(yield func(*duijie.Page[T], error) bool) { yield(nil, err) }
	}
	return walkPages[T](ctx, l)
}

// QueryAs reads a whole list row by row, with the guarantee of [QueryPages].
// Effect: read.
func QueryAs[T any](ctx context.Context, c *Client, operation string, q Query, opts ...duijie.CallOption) iter.Seq2[T, error] {
	return pager.All(QueryPages[T](ctx, c, operation, q, opts...))
}

// lister reads the pages of one list.
type lister struct {
	client *Client
	op     *Operation
	id     string // member that tells rows apart; "" = that of the list's kind
	query  Query
	opts   []duijie.CallOption
}

func (c *Client) lister(operation string, q Query, opts []duijie.CallOption) (lister, error) {
	r, err := c.newRequest(operation, nil, nil)
	if err != nil {
		return lister{}, err
	}
	return lister{client: c, op: r.op, query: q, opts: opts}, nil
}

// listed is one page as it came.
type listed struct {
	rows  []json.RawMessage
	total int64     // rows in the whole list, -1 when not told
	page  int       // the one asked for, from 1
	now   time.Time // the platform's, zero where not told
	whole bool      // the data is all of the list: it knows no pages
}

// last tells whether the list ends with the page, before which met rows were read; -1:
// nobody counted. A page that is short does not end it: the platform publishes no
// largest page, and may give fewer rows than it is asked for.
func (p listed) last(met int64) bool {
	if p.page == 1 {
		met = 0
	}
	return len(p.rows) == 0 || p.whole || p.total >= 0 && met >= 0 && met+int64(len(p.rows)) >= p.total
}

// fetch reads one page; page counts from 1.
func (l lister) fetch(ctx context.Context, page int) (listed, error) {
	size, err := l.query.size(l.client.cfg)
	if err != nil {
		return listed{}, invalid(l.op.Path, err.Error())
	}
	params, err := l.query.paramsFor(l.op)
	if err != nil {
		return listed{}, err
	}
	if !l.op.array {
		params["start_index"], params["count"] = page, size
		if l.op.Path == supplierListPath { // its page calls both pairs required
			params["page_no"], params["page_size"] = page, size
		}
	}
	r, err := l.client.newRequest("GET "+l.op.Path, params, nil)
	if err != nil {
		return listed{}, err
	}
	e, err := l.client.send(ctx, r, duijie.NewCallOptions(l.opts...))
	if err != nil {
		return listed{}, err
	}
	p, err := readListed(l.op, e.data, page)
	var now duijie.Time
	if l.client.decode(quoted(e.now), &now) == nil {
		p.now = now.Time
	}
	return p, err
}

// readListed reads the data of a list: its rows under list or as a whole, and its
// total under totalItem or count, as a number or text.
func readListed(o *Operation, data json.RawMessage, page int) (listed, error) {
	p := listed{total: -1, page: page}
	m := members(data)
	rows := m["list"]
	if wire.First(data) == '[' {
		rows, p.whole = data, true
	}
	switch {
	case wire.First(rows) == '[':
		for row := range wire.Elements(rows) {
			p.rows = append(p.rows, row)
		}
	case len(rows) > 0 && (nothing(rows) || wire.First(rows) == '{' && len(members(rows)) == 0):
	default: // no list at all is no empty one
		return listed{}, &duijie.APIError{
			Platform: platform, Op: o.Path, Class: duijie.ClassUnavailable, Err: duijie.ErrMalformedAnswer, Message: "list is no list",
		}
	}
	total := m["count"]
	if t, there := m["totalItem"]; there || totalItemLists[o.Path] {
		total = t // count is something else then: the rows of the page
	}
	if n, ok := whole(scalar(total)); ok && n >= 0 {
		p.total = n
	}
	if p.whole {
		p.total = int64(len(p.rows))
		if page > 1 {
			p.rows = nil
		}
	}
	if n := len(p.rows); p.total < int64(n) {
		p.total = -1 // fewer than were listed: it counts something else
	}
	return p, nil
}

// totalItemLists are the lists whose total is totalItem and nothing else.
var totalItemLists = map[string]bool{
	"/v1/company/list": true, "/v1/company/query": true, leadListPath: true, "/v1/opportunity/list": true,
	"/v1/dynamic/trail/list": true, "/v1/invoices/receipt/list": true, "/v1/invoices/quotation/list": true,
}

// listPage reads the page at the query's cursor.
func listPage[T any](ctx context.Context, l lister) (*duijie.Page[T], error) {
	page, met, err := l.query.page()
	if err != nil {
		return nil, invalid(l.op.Path, err.Error())
	}
	p, err := l.fetch(ctx, page)
	if err != nil {
		return nil, err
	}
	out, err := pageOf[T](l.client, l.op, p.rows)
	if err != nil {
		return nil, err
	}
	out.Total = p.total
	if !p.last(met) {
		out.Next = nextCursor(p, met)
	}
	return out, nil
}

func pageOf[T any](c *Client, o *Operation, rows []json.RawMessage) (*duijie.Page[T], error) {
	out := &duijie.Page[T]{Items: make([]T, len(rows)), Total: -1}
	for i, raw := range rows {
		if err := c.decode(raw, &out.Items[i]); err != nil {
			return nil, fmt.Errorf("okki: %s: row %d does not fit %T: %w", o.Path, i, out.Items[i], err)
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
	first   int64             // total at its beginning
	moved   bool              // the total changed, or a row came twice
	lastSum [16]byte
	same    int
}

// rowKey is what a row is known by: its id, else all of it.
func (l lister) rowKey(row json.RawMessage) string {
	if id := l.rowID(row); id != "" {
		return id
	}
	return "row:" + string(row)
}

// rowID is the id of a row as text, "" where it has none.
func (l lister) rowID(row json.RawMessage) string {
	name := firstOf(l.id, l.guess())
	if name == "" {
		return ""
	}
	if id := memberText(row, name); id != "0" {
		return id
	}
	return ""
}

// guess is the name of the id in the rows of a list, where a kind has it.
func (l lister) guess() string {
	for _, k := range allKinds {
		if k.list().Path == l.op.Path {
			return k.ID
		}
	}
	return ""
}

// take notes the rows of a page and returns those that are new.
func (w *walk) take(p listed) ([]json.RawMessage, error) {
	sum := sha256.New()
	var fresh []json.RawMessage
	for _, row := range p.rows {
		one := sha256.Sum256([]byte(w.rowKey(row)))
		key := [16]byte(one[:16])
		sum.Write(key[:])
		if w.reading[key] {
			w.moved = true
		}
		w.reading[key] = true
		if !w.seen[key] {
			w.seen[key] = true
			fresh = append(fresh, row)
		}
	}
	all := [16]byte(sum.Sum(nil)[:16])
	if w.same++; all != w.lastSum || len(p.rows) == 0 {
		w.same = 1
	}
	if w.lastSum = all; w.same >= samePages {
		return nil, fmt.Errorf("okki: %s: page %d has the same rows as those before it: %w", w.op.Path, p.page, duijie.ErrNoProgress)
	}
	if p.page == 1 {
		w.first = p.total
	}
	if p.total >= 0 && w.first >= 0 && p.total != w.first {
		w.moved = true
	}
	return fresh, nil
}

// settled tells that a reading surely met every row there was.
func (w *walk) settled(p listed) bool {
	if p.page == 1 {
		return p.total < 0 || int64(len(p.rows)) >= p.total
	}
	return !w.moved && (p.total < 0 || int64(len(w.reading)) == p.total)
}

// walkPages reads a list until a reading is settled.
func walkPages[T any](ctx context.Context, l lister) duijie.Pages[T] {
	return func(yield func(*duijie.Page[T], error) bool) {
		w := &walk{lister: l, seen: map[[16]byte]bool{}}
		for reading := 1; ; reading++ {
			w.reading, w.moved, w.same = map[[16]byte]bool{}, false, 0
			var p listed
			met := int64(0)
			for page := 1; ; page++ {
				var fresh []json.RawMessage
				err := ctx.Err()
				if err == nil {
					p, err = w.fetch(ctx, page)
				}
				if err == nil {
					fresh, err = w.take(p)
				}
				if err == nil && page >= maxPages {
					err = fmt.Errorf("okki: %s: no end after %d pages: %w", l.op.Path, page, duijie.ErrNoProgress)
				}
				var out *duijie.Page[T]
				if err == nil {
					out, err = pageOf[T](l.client, l.op, fresh)
				}
				if err != nil {
					yield(nil, err)
					return
				}
				out.Total = p.total
				if !yield(out, nil) {
					return
				}
				if p.last(met) {
					break
				}
				met += int64(len(p.rows))
			}
			if w.settled(p) {
				return
			}
			if reading == maxReadings {
				yield(nil, fmt.Errorf("okki: %s: read %d times, and rows moved each time: %d are counted, %d were met; read at a quieter time or a window that has ended: %w",
					l.op.Path, reading, p.total, len(w.reading), duijie.ErrNoProgress))
				return
			}
		}
	}
}

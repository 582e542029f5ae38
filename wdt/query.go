package wdt

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"strconv"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// QueryPage reads one page of a query method into rows of type T. params is
// the filter, or a [*Query] for page, size and total. Next is the text of the
// following page's number from 0; "" when the page was empty, or the total, where
// it was asked for and told, is reached. Where the platform gives pages smaller
// than asked for, the page numbers of the size pass rows over: that is
// duijie.ErrNoProgress on a page the total tells it of.
//
// Pages read upwards like this lose rows while rows change; [QueryAs] goes the
// other way. Effect: read. Limit: 1 call a second over all methods.
func QueryPage[T any](ctx context.Context, c *Client, method string, params any, opts ...duijie.CallOption) (*duijie.Page[T], error) {
	l := newLister(c, method, params, opts)
	size, err := l.pageSize()
	if err != nil {
		return nil, err
	}
	no := l.query.Page
	rows, total, err := l.fetch(ctx, no, size, l.query.Total)
	if err != nil {
		return nil, err
	}
	st := step{at: position{forward, no, size, -1}, rows: rows, total: total}
	out, err := pageOf[T](method, st)
	if err != nil {
		return nil, err
	}
	left := total - int64(no)*int64(size) - int64(len(rows))
	switch {
	case total >= 0 && left > 0 && len(rows) < size:
		return nil, fmt.Errorf("wdt: %s: page %d holds %d rows, but %d are counted and %d were asked for: where the platform gives less in a page, set Size to that: %w",
			method, no, len(rows), total, size, duijie.ErrNoProgress)
	case len(rows) > 0 && (total < 0 || left > 0):
		out.Next = strconv.Itoa(no + 1)
	}
	return out, nil
}

// QueryAs reads every row of a query method, from the last page to the first,
// as the platform advises: rows that change meanwhile leave a closed window of
// modification times, and those behind them move to pages not read yet. It is
// closed when the times of the filter ended a minute ago by either clock, three
// minutes ago by ours on Direct, eleven elsewhere; what is not is read to its end
// again, like the lists of [NewScanSource], when Key is set. With Key set in a
// [*Query] given as params, rows met twice are dropped. An empty page inside
// the list is asked for again up to three times, and the list while it shows fewer
// rows than it counts. A window wider than the method's is refused.
//
// Nothing is sent before the range starts, each range starts anew, an error is
// the last pair.
//
// Effect: read. Limit: 1 call a second over all methods.
func QueryAs[T any](ctx context.Context, c *Client, method string, params any, opts ...duijie.CallOption) iter.Seq2[T, error] {
	l := newLister(c, method, params, opts)
	r := &reading[any]{list: l, decode: boxed[T], closed: l.query.Key == "" || l.ended()}
	if member := l.query.Key; member != "" {
		r.key = func(_ any, raw json.RawMessage) string { return memberText(raw, member) }
	}
	return unboxed[T](r.values(ctx))
}

// ended tells whether the filter has a window of times that has ended.
func (l *lister) ended() bool {
	m := methods().find(l.method)
	params, err := paramsOf(l.method, l.query.Params)
	if err != nil {
		return false
	}
	pairs := []TimeFilter{{From: "start_time", To: "end_time"}}
	if m != nil && !m.Enterprise {
		pairs = m.Times
	}
	r := &request{op: l.method}
	for _, t := range pairs {
		to, known, err := r.timeIn(params, t.To)
		if err == nil && known && params.has(t.From) && !to.After(l.client.settled()) {
			return true
		}
	}
	return false
}

// listPage reads the page at a cursor.
func listPage[T any](ctx context.Context, l lister, cursor string) (*duijie.Page[T], error) {
	p, err := parsePosition(l.method, cursor)
	if err != nil {
		return nil, err
	}
	st, err := l.read(ctx, p)
	if err != nil {
		return nil, err
	}
	out, err := pageOf[T](l.method, st)
	if err != nil {
		return nil, err
	}
	if st.more {
		out.Next = st.next.String()
	}
	if st.at.kind != forward {
		out.Total = max(st.total, st.at.total)
	}
	return out, nil
}

func pageOf[T any](op string, st step) (*duijie.Page[T], error) {
	out := &duijie.Page[T]{Items: make([]T, len(st.rows)), Total: st.total}
	for i, raw := range st.rows {
		if err := decodeValue(raw, &out.Items[i]); err != nil {
			return nil, rowError(op, i, out.Items[i], err)
		}
	}
	return out, nil
}

func newLister(c *Client, method string, params any, opts []duijie.CallOption) lister {
	l := lister{client: c, method: method, opts: opts}
	switch q := params.(type) {
	case *Query:
		if q != nil {
			l.query = *q
		}
	case Query:
		l.query = q
	default:
		l.query.Params = params
	}
	return l
}

// paramsOf is a filter as its members.
func paramsOf(op string, params any) (filter, error) {
	if params == nil {
		return filter{}, nil
	}
	raw, err := wire.Marshal(params)
	if err != nil {
		return nil, fmt.Errorf("wdt: %s: encode the filter: %w: %w", op, err, duijie.ErrInvalid)
	}
	f := filter{}
	if wire.First(raw) != '{' && string(raw) != "null" {
		return nil, invalid(op, "the filter is no object")
	}
	if err := wire.Unmarshal(raw, &f); err != nil {
		return nil, fmt.Errorf("wdt: %s: the filter: %w: %w", op, err, duijie.ErrInvalid)
	}
	if f == nil {
		f = filter{}
	}
	return f, nil
}

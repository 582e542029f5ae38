package wdt

import (
	"context"
	"iter"
	"maps"
	"time"

	"github.com/duijie-go/duijie"
)

// How to add a typed list, in the file of its API group:
//
//  1. a row: a struct with the platform's names as tags, a Raw field, Key, version
//     and the two one-line codecs (see Shop);
//  2. a query: a struct whose list method gives method, filter and page
//     (see ShopQuery), and From and To where the platform filters by times;
//  3. a field of Client and its line in newServices: a ListService, or a
//     WindowService for methods that have a window of times.
//
// Span, page sizes, list member, time members and Qimen name come from the catalogue.

// Row is a row of a typed list.
type Row interface {
	// Key is the business key; "" where the platform sent none.
	Key() string
	// version is the modification time in Unix milliseconds, 0 when there is none.
	version() int64
}

// ListQuery is the query of a typed list, such as [ShopQuery].
type ListQuery interface{ list() selection }

// selection is what a query asks for.
type selection struct {
	method string
	params filter // without the times of a window
	size   int    // rows per call; 0 is the method's default
	cursor string // of List

	// Of a WindowService: the window and which of the method's times it is about
	// ("" is the modification time). byNumber says that params hold a number that makes
	// times unnecessary, so that none are sent when From and To are zero.
	from, to time.Time
	times    TimeKind
	byNumber bool
}

// filter builds the filter object of a query. What is not set is left out.
type filter map[string]any

// has tells whether a member says anything.
func (f filter) has(name string) bool { return f[name] != nil && f[name] != "" }

func (f filter) text(name, value string) filter {
	if value != "" {
		f[name] = value
	}
	return f
}

func (f filter) int(name string, value *int) filter {
	if value != nil {
		f[name] = *value
	}
	return f
}

func (f filter) flag(name string, value *bool) filter {
	if value != nil {
		f[name] = *value
	}
	return f
}

// texts adds a list filter the platform takes as a JSON list; most take comma
// text instead: f.text(name, strings.Join(values, ",")).
func (f filter) texts(name string, values []string) filter {
	if len(values) > 0 {
		f[name] = values
	}
	return f
}

func (f filter) time(name string, t time.Time) filter {
	if !t.IsZero() {
		f[name] = chinaTime(t)
	}
	return f
}

// lister reads the pages of a selection, in the given window when it is not zero.
func (c *Client) lister(sel selection, opts []duijie.CallOption) lister {
	params := maps.Clone(sel.params)
	if params == nil {
		params = filter{}
	}
	return newLister(c, sel.method, Query{Params: map[string]any(params), Size: sel.size}, opts)
}

// ListService reads a list of the platform that has no window of times (or an
// optional one): all of it, each time.
type ListService[T Row, Q ListQuery] struct{ client *Client }

func (s *ListService[T, Q]) reading(q Q, opts []duijie.CallOption) *reading[any] {
	return &reading[any]{list: s.client.lister(q.list(), opts), decode: boxed[T], key: rowKey, version: rowVersion}
}

// List reads one page. Pages go from the last to the first and Next leads on;
// the page at the end is the last one once more, with what moved there meanwhile.
//
// Effect: read. Limit: 1 call a second over all methods. Rows the interface
// account may not see are left out silently.
func (s *ListService[T, Q]) List(ctx context.Context, q Q, opts ...duijie.CallOption) (*duijie.Page[T], error) {
	sel := q.list()
	return listPage[T](ctx, s.client.lister(sel, opts), sel.cursor)
}

// Pages reads all rows page by page. A page holds what was not met before, or is
// newer; it may be empty. While rows change, the end of the list is read again
// until one answer holds all that changed meanwhile, and the list until as many
// rows were met as it counts, up to five times.
//
// Effect: read. Limit: 1 call a second over all methods. Cursor is not used.
func (s *ListService[T, Q]) Pages(ctx context.Context, q Q, opts ...duijie.CallOption) duijie.Pages[T] {
	return unboxedPages[T](s.reading(q, opts).pages(ctx))
}

// All reads all rows, with the guarantee of Pages.
//
// Effect: read. Limit: 1 call a second over all methods. Cursor is not used.
func (s *ListService[T, Q]) All(ctx context.Context, q Q, opts ...duijie.CallOption) iter.Seq2[T, error] {
	return unboxed[T](s.reading(q, opts).values(ctx))
}

// NewListScan makes a source of all rows for a pipeline, with the guarantee of
// [NewScanSource]: NewListScan(c.Shops, ShopQuery{}). A record's key is the row's Key, its
// version the modification time in Unix milliseconds.
//
// Effect: read. Limit: 1 call a second over all methods.
func NewListScan[T Row, Q ListQuery](s *ListService[T, Q], q Q) *ScanSource[T] {
	return &ScanSource[T]{reading: reading[T]{list: s.client.lister(q.list(), nil), key: keyOf(T.Key), version: T.version}}
}

package fxiaoke

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/pager"
	"github.com/duijie-go/duijie/internal/wire"
)

// Order sorts the rows of a query by a field.
type Order struct {
	Field string // api_name of the field
	Desc  bool   // largest first
}

// Query asks for the data of one object (查询数据列表). The zero value of every field but
// Object is a good default.
type Query struct {
	// Object is dataObjectApiName: a preset one ("AccountObj") or a custom one
	// ("object_Kn5Cd__c"). Its suffix __c chooses the path.
	Object string
	// Filters must all hold.
	Filters []Filter
	// Orders sort the rows. nil pages by _id, which reads any number of rows and stays
	// right while they change; an order of your own pages by offset, which ends at 10000 rows and
	// loses rows that move meanwhile.
	Orders []Order
	// Fields are the fields to read (fieldProjection); nil takes those of the struct that
	// is read into, or all. _id is always read.
	Fields []string
	// PageSize is the number of rows a page; 0 = 100, the most there is.
	PageSize int
	// Offset skips rows; it must be a multiple of PageSize, and wants Orders.
	Offset int
	// Total asks for the number of all rows, which makes the call slower.
	Total bool
	// Template is the id of a saved view (search_template_id).
	Template string
	// IncludeNull has fields without a value come as null instead of being left out.
	IncludeNull bool
	// Simple calls findSimple, which is faster and does not compute formulas, counts and
	// quotes anew.
	Simple bool
}

// clone keeps what a caller does to its slices later out.
func (q Query) clone() Query {
	q.Filters, q.Orders, q.Fields = slices.Clone(q.Filters), slices.Clone(q.Orders), slices.Clone(q.Fields)
	return q
}

func (q Query) size() int {
	if q.PageSize == 0 {
		return MaxPageSize
	}
	return q.PageSize
}

// keyset tells that the query is paged by _id.
func (q Query) keyset() bool {
	return len(q.Orders) == 0 || len(q.Orders) == 1 && q.Orders[0] == Order{Field: "_id"} && q.Offset == 0
}

func (q Query) check() error {
	var wrong []string
	if q.Object == "" {
		wrong = append(wrong, "Object is missing")
	}
	if size := q.size(); size < 1 || size > MaxPageSize {
		wrong = append(wrong, fmt.Sprintf("PageSize %d: a page has 1 to %d rows", size, MaxPageSize))
	} else if q.Offset < 0 || q.Offset > MaxOffset || q.Offset%size != 0 {
		wrong = append(wrong, fmt.Sprintf("Offset %d: it must be a multiple of PageSize up to %d", q.Offset, MaxOffset))
	}
	if q.keyset() && q.Offset != 0 {
		wrong = append(wrong, "Offset wants Orders: without them the list is paged by _id")
	}
	for _, o := range q.Orders {
		if o.Field == "" {
			wrong = append(wrong, "an order names no field")
		}
	}
	for _, f := range q.Filters {
		if _, err := f.wire(); err != nil {
			wrong = append(wrong, err.Error())
		}
		if f.unfilled() {
			wrong = append(wrong, "filter on "+f.Field+": a place for a time is not filled in: see Metadata.At")
		}
	}
	if len(wrong) > 0 {
		return invalid("query "+q.Object, strings.Join(wrong, "; "))
	}
	return nil
}

type wireOrder struct {
	Field string `json:"fieldName"`
	Asc   bool   `json:"isAsc"`
}

type wireSearch struct {
	Limit      int          `json:"limit"`
	Offset     int          `json:"offset"`
	Filters    []wireFilter `json:"filters"`
	Orders     []wireOrder  `json:"orders"`
	Projection []string     `json:"fieldProjection,omitempty"`
}

type wireQuery struct {
	Object     string     `json:"dataObjectApiName"`
	Total      bool       `json:"find_explicit_total_num"`
	Search     wireSearch `json:"search_query_info"`
	Template   string     `json:"search_template_id,omitempty"`
	Projection []string   `json:"field_projection,omitempty"` // of findSimple
}

// MarshalJSON writes the body of the call in the platform's wire form, credentials
// apart: what [Client.Call] takes.
func (q Query) MarshalJSON() ([]byte, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	w := wireQuery{Object: q.Object, Total: q.Total, Search: wireSearch{
		Limit: q.size(), Offset: q.Offset, Filters: []wireFilter{}, Orders: []wireOrder{},
	}, Template: q.Template}
	for _, f := range q.Filters {
		one, err := f.wire()
		if err != nil {
			return nil, invalid("query "+q.Object, err.Error())
		}
		w.Search.Filters = append(w.Search.Filters, one)
	}
	for _, o := range q.Orders {
		w.Search.Orders = append(w.Search.Orders, wireOrder{Field: o.Field, Asc: !o.Desc})
	}
	fields := q.Fields
	if len(fields) > 0 && !slices.Contains(fields, "_id") {
		fields = append([]string{"_id"}, fields...)
	}
	if q.Simple {
		w.Projection = fields
	} else {
		w.Search.Projection = fields
	}
	body := map[string]any{"data": w}
	if q.IncludeNull {
		body["includeNull"] = true
	}
	return wire.Marshal(body)
}

// path is the operation of the query.
func (q Query) path() string {
	if q.Simple {
		return dataPath(q.Object, "findSimple")
	}
	return dataPath(q.Object, "query")
}

// listed is one page as it came.
type listed struct {
	rows  []json.RawMessage
	total int64 // -1 when it was not asked for
	size  int   // rows a page may have
}

// last: a page with fewer rows than it may have is the last one.
func (p listed) last() bool { return len(p.rows) < p.size }

// fetch reads one page.
func (c *Client) fetch(ctx context.Context, q Query, opts []duijie.CallOption) (listed, error) {
	if err := q.check(); err != nil {
		return listed{}, err
	}
	r, err := newRequest(q.path(), q)
	if err != nil {
		return listed{}, err
	}
	e, err := c.send(ctx, r, duijie.NewCallOptions(opts...))
	if err != nil {
		return listed{}, err
	}
	p := listed{total: -1, size: q.size()}
	malformed := func(what string) error { return malformedAnswer(r.op.Path, e.traceID, what) }
	if wire.First(e.data) != '{' {
		return listed{}, malformed("the answer to a query holds no data")
	}
	m := membersOf(e.data)
	list := m["dataList"]
	switch {
	case wire.First(list) == '[':
	case list != nil && !nothing(list):
		return listed{}, malformed("dataList of the answer is no list")
	case !emptyPage(m):
		return listed{}, malformed("the answer to a query holds no list")
	}
	for row := range wire.Elements(list) {
		if wire.First(row) != '{' {
			return listed{}, malformed("a row of the answer is no object")
		}
		p.rows = append(p.rows, row)
	}
	var n wire.Int
	if limit := m["limit"]; n.UnmarshalJSON(limit) == nil && n > 0 && int(n) < p.size {
		p.size = int(n) // it gives less a page than it was asked for
	}
	if q.Total && n.UnmarshalJSON(m["total"]) == nil && len(m["total"]) > 0 {
		p.total = int64(n)
	}
	return p, nil
}

// emptyPage tells a page that leaves its list out because it has no rows, as the platform may:
// it says where it stands, counts none, and holds nothing else that might be the rows.
func emptyPage(data map[string]json.RawMessage) bool {
	framed := false
	for name, v := range data {
		var n wire.Int
		switch {
		case name == "dataList":
			framed = true // null
		case nothing(v):
		case n.UnmarshalJSON(v) != nil:
			return false
		case name == "total" && n != 0:
			return false
		case name == "limit", name == "offset", name == "total":
			framed = true
		}
	}
	return framed
}

// malformedAnswer is the error of an answer of success that does not hold what it must.
func malformedAnswer(op, traceID, what string) error {
	return &duijie.APIError{
		Platform: platform, Op: op, Class: duijie.ClassUnavailable, StatusCode: 200, RequestID: traceID, Attempts: 1,
		Message: what, Err: duijie.ErrMalformedAnswer,
	}
}

// behind is q for the rows behind an _id.
func (q Query) behind(id string) Query {
	q = q.clone()
	q.Orders, q.Offset = []Order{{Field: "_id"}}, 0
	if id != "" {
		q.Filters = append(q.Filters, Where("_id", OpGreater, id))
	}
	return q
}

// QueryPage reads one page of an object's data into rows of type T: a struct with
// JSON tags, decoded loosely, or duijie.Record. Next of the page leads on.
//
// Effect: read. Limit: 100 rows a page.
func QueryPage[T any](ctx context.Context, c *Client, q Query, opts ...duijie.CallOption) (*duijie.Page[T], error) {
	return pageAt[T](ctx, c, projected[T](q), "", opts)
}

// QueryPages reads all rows page by page (查询数据列表).
//
// Without Orders pages go by _id, as the platform advises beyond 10000 rows: each
// asks for the rows behind the last, so rows that come or go shift nothing. A page that does not move on
// ends in duijie.ErrNoProgress. With Orders pages go by offset: rows that move may be
// missed, and beyond offset 10000 it ends in duijie.ErrInvalid rather than silently.
//
// Effect: read. Limit: 100 rows a page, 100 calls in 20 s.
func QueryPages[T any](ctx context.Context, c *Client, q Query, opts ...duijie.CallOption) duijie.Pages[T] {
	return QueryPagesFrom[T](ctx, c, q, "", opts...)
}

// QueryPagesFrom is QueryPages from the page that a saved Next names.
// Effect: read.
func QueryPagesFrom[T any](ctx context.Context, c *Client, q Query, next string, opts ...duijie.CallOption) duijie.Pages[T] {
	q = projected[T](q)
	return pager.Pages(ctx, next, func(ctx context.Context, cursor string) (*duijie.Page[T], error) {
		return pageAt[T](ctx, c, q, cursor, opts)
	})
}

// QueryAs reads all rows of an object's data into structs, by their JSON tags:
//
//	type Warehouse struct {
//		ID    string         `json:"_id"`
//		Name  string         `json:"name"`
//		Stock duijie.Decimal `json:"stock__c"`
//		Since fxiaoke.Time   `json:"create_time"`
//	}
//
// Only the fields it names are asked for, unless it names companions (account_id__r), has a field
// without a tag, or a field Extra of type map[string]json.RawMessage with the tag "-", which keeps the rest. See
// [QueryPages] for how the list stays right while rows move. Effect: read.
func QueryAs[T any](ctx context.Context, c *Client, q Query, opts ...duijie.CallOption) iter.Seq2[T, error] {
	return pager.All(QueryPages[T](ctx, c, q, opts...))
}

// projected completes q with the fields T names.
func projected[T any](q Query) Query {
	q = q.clone()
	t := reflect.TypeFor[T]()
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if q.Fields != nil || t.Kind() != reflect.Struct {
		return q
	}
	if info := structOf(t); !info.whole && len(info.names) > 0 {
		q.Fields = slices.Clone(info.names)
	}
	return q
}

// Cursors begin with how the list is paged.
const (
	idCursor     = "id:"
	offsetCursor = "offset:"
)

// pageAt reads the page at a cursor, "" for the first.
func pageAt[T any](ctx context.Context, c *Client, q Query, cursor string, opts []duijie.CallOption) (*duijie.Page[T], error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	at, after, err := q.at(cursor)
	if err != nil {
		return nil, err
	}
	p, err := c.fetch(ctx, at, opts)
	if err != nil {
		return nil, err
	}
	page := &duijie.Page[T]{Items: make([]T, len(p.rows)), Total: p.total}
	for i, row := range p.rows {
		if err := decode(row, &page.Items[i]); err != nil {
			return nil, fmt.Errorf("fxiaoke: query %s: row %d does not fit %T: %w", q.Object, i+1, page.Items[i], err)
		}
	}
	if q.keyset() {
		last, err := advance(q.Object, after, p)
		if err != nil {
			return nil, err
		}
		if !p.last() {
			page.Next = idCursor + last
		}
		return page, nil
	}
	if !p.last() {
		page.Next = offsetCursor + strconv.Itoa(at.Offset+at.size())
	}
	return page, nil
}

// at is the query of the page at a cursor, and the _id it begins behind.
func (q Query) at(cursor string) (at Query, after string, err error) {
	if q.keyset() {
		id, ok := strings.CutPrefix(cursor, idCursor)
		if !ok && cursor != "" {
			return q, "", invalid("query "+q.Object, "the cursor is none of a list paged by _id")
		}
		return q.behind(id), id, nil
	}
	if cursor == "" {
		return q, "", nil
	}
	text, ok := strings.CutPrefix(cursor, offsetCursor)
	offset, numErr := strconv.Atoi(text)
	if !ok || numErr != nil {
		return q, "", invalid("query "+q.Object, "the cursor is none of a list paged by offset")
	}
	if offset > MaxOffset {
		return q, "", invalid("query "+q.Object, "more than 10000 rows can not be paged by offset: leave Orders out to page by _id, or narrow the filters")
	}
	q.Offset = offset
	return q, "", nil
}

// advance checks that a page stands behind an _id and in order, and returns its last.
func advance(object, after string, p listed) (string, error) {
	for i, row := range p.rows {
		id := scalar(memberOf(row, "_id"))
		if id == "" && p.last() {
			continue
		}
		if id <= after {
			return "", fmt.Errorf("fxiaoke: query %s: row %d has _id %.40q, which is not behind %.40q: %w", object, i+1, id, after, duijie.ErrNoProgress)
		}
		after = id
	}
	return after, nil
}

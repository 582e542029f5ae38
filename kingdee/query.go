package kingdee

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/pager"
	"github.com/duijie-go/duijie/internal/wire"
)

// Query is what to read from a form (单据查询).
type Query struct {
	FormID string   // "BD_Customer"; copy the case exactly
	Fields []string // field keys; "FCustId" is an internal id, "FCustId.FNumber" its number
	Filter string   // SQL-like condition; see [Eq], [In] and [And]
	// Conditions is the filter in the array form instead of Filter, see
	// [Filter.Conditions]. Lists paged by key take only those joined by and.
	Conditions []Condition
	// Order of the rows, "FModifyDate ASC". Lists that have one are paged by
	// offset: rows that move while the list is read may shift.
	Order string
	// Key is the primary key of the head ("FCUSTID", "FID"). Lists are paged by
	// it. Forms that have a [Form] variable here need not name it.
	Key string
	// Start is how many rows to leave out at the beginning; not with paging by key.
	Start int
	// Limit is the rows of a page: 0 = 2000, at most 10000; old servers cut it to
	// 2000, which lists notice. Paging by key keeps the last record of a full page
	// for the next one, because some of its lines may be missing.
	Limit int
	// Top ends a list after so many rows; 0 = all of them.
	Top int
	// SubSystemID is the module (子系统): "20" purchase, "21" stock, "23" sales; ""
	// names none.
	SubSystemID string
	// Objects asks BillQuery, whose rows are objects with the field keys as members,
	// instead of ExecuteBillQuery, whose rows are arrays. Everything else is the
	// same. Servers know it since September 2023.
	Objects bool
}

// queryData is the request as the platform spells it.
type queryData struct {
	FormID       string `json:"FormId"`
	FieldKeys    string
	FilterString any // a text, or conditions
	OrderString  string
	TopRowCount  int
	StartRow     int
	Limit        int
	SubSystemID  string `json:"SubSystemId"`
}

func (q Query) limit() int {
	if q.Limit == 0 {
		return defaultPageRows
	}
	return q.Limit
}

func (q Query) filterString() any {
	if len(q.Conditions) > 0 {
		return q.Conditions
	}
	return q.Filter
}

// narrowed is the query with one comparison more.
func (q Query) narrowed(field, op, literal string) (Query, error) {
	if len(q.Conditions) == 0 {
		q.Filter = And(Raw(q.Filter), Filter{text: field + " " + op + " " + literal}).text
		return q, nil
	}
	one := oneArray(field, op, literal)
	if one.no != "" || slices.ContainsFunc(q.Conditions, func(c Condition) bool { return c.Logic != logicAnd }) {
		return q, fmt.Errorf("kingdee: query %s: paging by key takes only Conditions joined by and, and keys without quotation marks: %w", cut(q.FormID), duijie.ErrInvalid)
	}
	q.Conditions = append(slices.Clone(q.Conditions), one.list...)
	return q, nil
}

// check reports what can not be asked.
func (q Query) check() error {
	invalid := func(what string) error {
		return fmt.Errorf("kingdee: query %s: %s: %w", cut(q.FormID), what, duijie.ErrInvalid)
	}
	switch {
	case q.FormID == "":
		return invalid("FormID is missing")
	case len(q.Fields) == 0:
		return invalid("Fields is empty: name the field keys to read")
	case q.Start < 0 || q.Limit < 0 || q.Top < 0:
		return invalid("Start, Limit and Top must not be negative")
	case q.Limit > maxPageRows:
		return invalid(fmt.Sprintf("Limit is above %d", maxPageRows))
	case q.Filter != "" && len(q.Conditions) > 0:
		return invalid("give either Filter or Conditions")
	}
	if err := checkConditions(q.Conditions); err != nil {
		return err
	}
	for i, f := range q.Fields {
		if err := checkField(f); err != nil {
			return err
		}
		if slices.Contains(q.Fields[:i], f) {
			return invalid("field " + f + " is named twice")
		}
	}
	return nil
}

// Query reads one page of a form (单据查询 ExecuteBillQuery): rows of cells in
// the order of q.Fields. A row is a line where a line field is asked, else a
// record. Users without the right to a record do not see it, without an error.
//
// Effect: read. Limit: 2000 rows (0), at most 10000.
func (c *Client) Query(ctx context.Context, q Query, opts ...duijie.CallOption) ([][]Cell, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	return c.query(ctx, q, q.Top, opts)
}

func (c *Client) query(ctx context.Context, q Query, top int, opts []duijie.CallOption) ([][]Cell, error) {
	service := "ExecuteBillQuery"
	if q.Objects {
		service = "BillQuery"
	}
	op := known[service]
	op.service = service
	r, err := c.form(ctx, op, opts, parameter{"data", queryData{
		FormID: q.FormID, FieldKeys: strings.Join(q.Fields, ","), FilterString: q.filterString(), OrderString: q.Order,
		TopRowCount: top, StartRow: q.Start, Limit: q.limit(), SubSystemID: q.SubSystemID,
	}})
	if err != nil {
		return nil, err
	}
	if q.Objects {
		return objectRows(r.body, q)
	}
	for i, row := range r.rows {
		if len(row) != len(q.Fields) {
			return nil, fmt.Errorf("kingdee: query %s: row %d has %d values, %d fields were asked: %w",
				q.FormID, i, len(row), len(q.Fields), duijie.ErrMalformedAnswer)
		}
	}
	return r.rows, nil
}

// BillQuery reads one page of a form as objects whose members are the asked field
// keys, dots included (单据查询 BillQuery). It is [Client.Query] with
// [Query.Objects]; lists take that option too.
//
// Effect: read. Limit: 2000 rows (0), at most 10000.
func (c *Client) BillQuery(ctx context.Context, q Query, opts ...duijie.CallOption) ([]duijie.Record, error) {
	q.Objects = true
	rows, err := c.Query(ctx, q, opts...)
	if err != nil {
		return nil, err
	}
	out := make([]duijie.Record, len(rows))
	decode := recordDecoder(q.Fields)
	for i, row := range rows {
		if out[i], err = decode(i, row); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// objectRows makes rows of cells from the objects of BillQuery. A field that an
// object leaves out is null; one that has no field at all is no row.
func objectRows(body []byte, q Query) ([][]Cell, error) {
	rows := [][]Cell{}
	for object := range wire.Elements(body) {
		row, found := make([]Cell, len(q.Fields)), 0
		for m := range wire.Walk(object) {
			i := slices.IndexFunc(q.Fields, func(f string) bool { return f == string(m.Key) })
			if i < 0 {
				i = slices.IndexFunc(q.Fields, func(f string) bool { return strings.EqualFold(f, string(m.Key)) })
			}
			if i >= 0 && row[i] == nil {
				row[i], found = Cell(m.Value), found+1
			}
		}
		if found == 0 {
			return nil, fmt.Errorf("kingdee: query %s: row %d has none of the asked fields: %w", q.FormID, len(rows), duijie.ErrMalformedAnswer)
		}
		for i := range row {
			if row[i] == nil {
				row[i] = Cell("null")
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// QueryPages walks a form page by page; the records have the asked field keys
// as members, dots included. See [duijie.Pages] for what the sequence promises,
// and [Query.Key] and [Query.Order] for how it stays right while rows move.
//
// Effect: read.
func (c *Client) QueryPages(ctx context.Context, q Query, opts ...duijie.CallOption) duijie.Pages[duijie.Record] {
	return queryPages(ctx, c, q, "", recordDecoder(q.Fields), opts)
}

// QueryAll is QueryPages row by row.
//
// Effect: read.
func (c *Client) QueryAll(ctx context.Context, q Query, opts ...duijie.CallOption) iter.Seq2[duijie.Record, error] {
	return pager.All(c.QueryPages(ctx, q, opts...))
}

// rowDecoder makes an item of a row; n is its place in the page.
type rowDecoder[T any] func(n int, row []Cell) (T, error)

func recordDecoder(fields []string) rowDecoder[duijie.Record] {
	return func(_ int, row []Cell) (duijie.Record, error) {
		rec := make(duijie.Record, len(fields))
		for i, f := range fields {
			var v any
			if err := wire.Unmarshal(row[i], &v); err != nil {
				return nil, fmt.Errorf("kingdee: field %s: %w", f, err)
			}
			rec[f] = v
		}
		return rec, nil
	}
}

// queryPages pages from the cursor start; all state is inside a range.
func queryPages[T any](ctx context.Context, c *Client, q Query, start string, decode rowDecoder[T], opts []duijie.CallOption) duijie.Pages[T] {
	return func(yield func(*duijie.Page[T], error) bool) {
		w, err := newWalk(c, q, opts)
		if err != nil {
			yield(nil, err)
			return
		}
		fetch := func(ctx context.Context, at string) (*duijie.Page[T], error) {
			p, err := parseCursor(at)
			if err != nil {
				return nil, err
			}
			rows, next, more, err := w.page(ctx, p)
			if err != nil {
				return nil, err
			}
			page := &duijie.Page[T]{Items: make([]T, len(rows)), Total: -1}
			if more {
				page.Next = next.text()
			}
			for i, row := range rows {
				if page.Items[i], err = decode(i, row); err != nil {
					return nil, fmt.Errorf("kingdee: query %s: row %d: %w", q.FormID, i, err)
				}
			}
			return page, nil
		}
		pager.Pages(ctx, start, fetch)(yield)
	}
}

// cursor is where a list goes on. By key: behind After, or inside the lines of
// the record At. By offset: at Start. Rows counts towards Query.Top.
type cursor struct {
	After json.RawMessage `json:"after,omitempty"`
	At    json.RawMessage `json:"at,omitempty"`
	Start int             `json:"start,omitempty"`
	Rows  int             `json:"rows,omitempty"`
}

func (p cursor) text() string {
	b, _ := wire.Marshal(p) // numbers and JSON that was read: never fails
	return string(b)
}

func parseCursor(text string) (cursor, error) {
	var p cursor
	if text == "" {
		return p, nil
	}
	if err := wire.Unmarshal([]byte(text), &p); err != nil {
		return p, fmt.Errorf("kingdee: cursor %q is not one of this list: %w", cut(text), duijie.ErrInvalid)
	}
	return p, nil
}

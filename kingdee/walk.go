package kingdee

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/wire"
)

// walk reads a form page by page.
//
// By key: ordered by the primary key of the head, each page asks for keys
// greater than the last one that is complete. The last record of a full page
// may have more lines than fit, so it is read again with the next page; a
// record with more lines than a page holds is read by offset inside its key.
// Rows that come or go meanwhile shift nothing.
//
// By offset: as the caller ordered, from the row after the last one received.
type walk struct {
	c     *Client
	q     Query
	opts  []duijie.CallOption
	key   int  // column of the key, -1 when paged by offset
	strip bool // the caller did not ask for the key
	last  []Cell
}

func newWalk(c *Client, q Query, opts []duijie.CallOption) (*walk, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	w := &walk{c: c, q: q, opts: opts, key: -1}
	if q.Key == "" {
		q.Key = knownKeys[strings.ToLower(q.FormID)]
	}
	if q.Key != "" {
		if err := checkField(q.Key); err != nil {
			return nil, err
		}
	}
	switch {
	case q.Order == "" && q.Key == "":
		return nil, fmt.Errorf("kingdee: query %s: without an order rows repeat or go missing between pages: set Key to the form's primary key, or Order to an order that ends in it: %w",
			q.FormID, duijie.ErrInvalid)
	case q.Order != "":
		w.q.Order = orderWithKey(q.Order, q.Key)
	case q.Start != 0:
		return nil, fmt.Errorf("kingdee: query %s: Start does not go with paging by key: %w", q.FormID, duijie.ErrInvalid)
	default:
		w.byKey(q.Key)
	}
	return w, nil
}

// orderWithKey makes an order total by ending it in the key.
func orderWithKey(order, key string) string {
	for part := range strings.SplitSeq(order, ",") {
		if word := strings.Fields(part); len(word) > 0 && strings.EqualFold(word[0], key) {
			return order
		}
	}
	if key == "" {
		return order
	}
	return order + "," + key + " ASC"
}

func (w *walk) byKey(key string) {
	w.q.Key, w.q.Order = key, key+" ASC"
	w.key = slices.IndexFunc(w.q.Fields, func(f string) bool { return strings.EqualFold(f, key) })
	if w.key < 0 {
		w.strip = true
		w.key = len(w.q.Fields)
		w.q.Fields = append(slices.Clone(w.q.Fields), key)
	}
	for _, f := range w.q.Fields { // the lines of a record, in a fixed order
		if strings.HasSuffix(strings.ToLower(f), "_fentryid") {
			w.q.Order += "," + f + " ASC"
		}
	}
}

// page returns the rows at a cursor, where to go on behind them, and whether
// there may be more.
func (w *walk) page(ctx context.Context, p cursor) (rows [][]Cell, next cursor, more bool, err error) {
	if w.key < 0 {
		rows, next, more, err = w.offsetPage(ctx, p)
	} else {
		rows, next, more, err = w.keyPage(ctx, p)
	}
	if err != nil {
		return nil, p, false, err
	}
	if top := w.q.Top; top > 0 {
		if p.Rows+len(rows) >= top {
			rows, more = rows[:max(top-p.Rows, 0)], false
		}
		next.Rows = p.Rows + len(rows)
	}
	if w.strip {
		for i := range rows {
			rows[i] = rows[i][:w.key]
		}
	}
	return rows, next, more, nil
}

// full tells whether there may be more: old servers cut a page to 2000 rows.
func (w *walk) full(rows [][]Cell) bool { return len(rows) >= min(w.q.limit(), defaultPageRows) }

func (w *walk) offsetPage(ctx context.Context, p cursor) ([][]Cell, cursor, bool, error) {
	q := w.q
	q.Start += p.Start
	rows, err := w.c.query(ctx, q, 0, w.opts)
	if err != nil {
		return nil, p, false, err
	}
	if len(rows) > 0 {
		if w.last != nil && sameRow(w.last, rows[0]) {
			return nil, p, false, fmt.Errorf("kingdee: query %s: the page at row %d begins like the one before: %w", q.FormID, q.Start, duijie.ErrNoProgress)
		}
		w.last = rows[0]
	}
	p.Start += len(rows)
	return rows, p, w.full(rows), nil
}

func sameRow(a, b []Cell) bool {
	return slices.EqualFunc(a, b, func(x, y Cell) bool { return bytes.Equal(x, y) })
}

func (w *walk) keyPage(ctx context.Context, p cursor) ([][]Cell, cursor, bool, error) {
	q := w.q
	inside := p.At != nil
	from, op := p.After, ">"
	if inside {
		from, op, q.Start = p.At, "=", p.Start
	}
	if from != nil {
		value, err := keyLiteral(Cell(from))
		if err != nil {
			return nil, p, false, err
		}
		if q, err = q.narrowed(q.Key, op, value); err != nil {
			return nil, p, false, err
		}
	}
	rows, err := w.c.query(ctx, q, 0, w.opts)
	if err != nil {
		return nil, p, false, err
	}
	if inside {
		if w.full(rows) {
			p.Start += len(rows)
			return rows, p, true, nil
		}
		return rows, cursor{After: p.At, Rows: p.Rows}, true, nil
	}
	if err := w.ascending(from, rows); err != nil {
		return nil, p, false, err
	}
	if !w.full(rows) {
		if len(rows) > 0 {
			p.After = json.RawMessage(rows[len(rows)-1][w.key])
		}
		return rows, p, false, nil
	}
	// The last record may be torn: leave it to the next page.
	last := rows[len(rows)-1][w.key]
	whole := len(rows)
	for whole > 0 && bytes.Equal(rows[whole-1][w.key], last) {
		whole--
	}
	if whole == 0 {
		return rows, cursor{At: json.RawMessage(last), Start: len(rows), Rows: p.Rows}, true, nil
	}
	return rows[:whole], cursor{After: json.RawMessage(rows[whole-1][w.key]), Rows: p.Rows}, true, nil
}

// ascending checks that the server did filter and order by the key.
func (w *walk) ascending(after json.RawMessage, rows [][]Cell) error {
	before, known := keyNumber(Cell(after))
	for _, row := range rows {
		cell := row[w.key]
		n, number := keyNumber(cell)
		switch {
		case cell.IsBlank():
			return fmt.Errorf("kingdee: query %s: key %s is empty in a row: it is not the form's primary key: %w", w.q.FormID, w.q.Key, duijie.ErrInvalid)
		case number && known && (n < before || n == before && after != nil && bytes.Equal(cell, after)),
			!number && after != nil && bytes.Equal(cell, after):
			return fmt.Errorf("kingdee: query %s: key %s of a row is not behind the one before: %w", w.q.FormID, w.q.Key, duijie.ErrNoProgress)
		}
		before, known = n, number
	}
	return nil
}

func keyNumber(c Cell) (int64, bool) {
	if len(c) == 0 || c[0] == '"' {
		return 0, false
	}
	n, err := strconv.ParseInt(string(c), 10, 64)
	// A text id of digits, 007, is not a number that was written otherwise.
	return n, err == nil && (c[0] >= '1' && c[0] <= '9' || c[0] == '-' && n < 0 && c[1] != '0' || string(c) == "0")
}

// keyLiteral is a key as the filter writes it.
func keyLiteral(c Cell) (string, error) {
	if n, ok := keyNumber(c); ok {
		return strconv.FormatInt(n, 10), nil
	}
	var text string
	if err := wire.Unmarshal(c, &text); err != nil || text == "" {
		return "", fmt.Errorf("kingdee: key %q is neither a number nor a text: %w", cut(string(c)), duijie.ErrInvalid)
	}
	return quote(text)
}

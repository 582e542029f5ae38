package kingdee

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/pager"
)

// FormQuery selects rows of a form. Its zero value selects all of them.
type FormQuery struct {
	Filter string // condition, see [Query.Filter]
	// Order of the rows, "FModifyDate ASC"; "" pages by the primary key, which is
	// the only way that rows which move can not shift. See [Query.Order].
	Order string
	Limit int    // rows of a page, see [Query.Limit]
	Top   int    // ends the list after so many rows; 0 = all of them
	Next  string // resume: the Next of an earlier page
}

// RowReader reads the rows of a form, or of its lines, as R: a struct with
// kingdee tags, see [QueryAs]. For custom fields embed R in a struct of your own
// and read it with a reader from [NewRowReader].
type RowReader[R any] struct {
	client *Client
	form   Form
}

// NewRowReader makes a reader of any form with a row type of your own.
func NewRowReader[R any](c *Client, form Form) *RowReader[R] {
	return &RowReader[R]{client: c, form: form}
}

// Form is what is read: its FormId and its keys.
func (r *RowReader[R]) Form() Form { return r.form }

// List reads one page (单据查询), in order of the primary key. Records the user
// has no right to are left out without an error.
//
// Effect: read. Limit: see [Query.Limit].
func (r *RowReader[R]) List(ctx context.Context, q FormQuery, opts ...duijie.CallOption) (*duijie.Page[R], error) {
	for page, err := range r.Pages(ctx, q, opts...) {
		return page, err
	}
	return nil, ctx.Err()
}

// Pages walks the rows page by page, by primary key: rows that come or go
// meanwhile shift nothing, and the lines of a record are never torn apart.
//
// Effect: read.
func (r *RowReader[R]) Pages(ctx context.Context, q FormQuery, opts ...duijie.CallOption) duijie.Pages[R] {
	query := Query{FormID: r.form.ID, Key: r.form.Key, Filter: q.Filter, Order: q.Order, Limit: q.Limit, Top: q.Top}
	return QueryPagesFrom[R](ctx, r.client, query, q.Next, opts...)
}

// All is Pages row by row.
//
// Effect: read.
func (r *RowReader[R]) All(ctx context.Context, q FormQuery, opts ...duijie.CallOption) iter.Seq2[R, error] {
	return pager.All(r.Pages(ctx, q, opts...))
}

// Of reads all rows with a number (编码, 单据编号) in one go: the lines of a bill
// for a reader of lines. None is no error.
//
// Effect: read.
func (r *RowReader[R]) Of(ctx context.Context, number string, opts ...duijie.CallOption) ([]R, error) {
	filter, err := r.numbered(number)
	if err != nil {
		return nil, err
	}
	var rows []R
	for row, err := range r.All(ctx, FormQuery{Filter: filter}, opts...) {
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func (r *RowReader[R]) numbered(number string) (string, error) {
	if r.form.Number == "" {
		return "", fmt.Errorf("kingdee: %s has no number: use List with a filter: %w", cut(r.form.ID), duijie.ErrInvalid)
	}
	return Eq(r.form.Number, number).Text()
}

// one reads the only row that a filter selects.
func (r *RowReader[R]) one(ctx context.Context, filter, what string, opts []duijie.CallOption) (*R, error) {
	page, err := r.List(ctx, FormQuery{Filter: filter, Limit: 2}, opts...)
	switch {
	case err != nil:
		return nil, err
	case len(page.Items) == 0:
		return nil, &duijie.APIError{
			Platform: platform, Op: "ExecuteBillQuery", Class: duijie.ClassNotFound,
			Message: "no record of " + r.form.ID + " with this " + what + " is visible", Hint: "the user's data permissions hide records without an error",
		}
	case len(page.Items) > 1 || page.Next != "":
		return nil, fmt.Errorf("kingdee: several records of %s have this %s: use List with a narrower filter%s: %w",
			r.form.ID, what, r.form.narrower(), duijie.ErrInvalid)
	}
	return &page.Items[0], nil
}

// narrower says what tells records with the same number apart.
func (f Form) narrower() string {
	if f.Org == "" {
		return ""
	}
	return ", on " + f.Org + ".FNumber"
}

// FormReader reads the records of a form that has numbers.
type FormReader[R any] struct {
	RowReader[R]
}

// NewFormReader makes a reader of any form with a row type of your own.
func NewFormReader[R any](c *Client, form Form) *FormReader[R] {
	return &FormReader[R]{RowReader[R]{client: c, form: form}}
}

// Get reads the record with a number (单据查询). A number the user can not see is
// [duijie.ErrNotFound]; one that several records have, for example in several
// organisations, is [duijie.ErrInvalid]: use List with a filter on the
// organisation too.
//
// Effect: read.
func (r *FormReader[R]) Get(ctx context.Context, number string, opts ...duijie.CallOption) (*R, error) {
	filter, err := r.numbered(number)
	if err != nil {
		return nil, err
	}
	return r.one(ctx, filter, "number", opts)
}

// GetByID is Get by the primary key (内码), as saves return it.
//
// Effect: read.
func (r *FormReader[R]) GetByID(ctx context.Context, id string, opts ...duijie.CallOption) (*R, error) {
	if strings.TrimSpace(id) == "" {
		return nil, fmt.Errorf("kingdee: %s: the id is empty: %w", cut(r.form.ID), duijie.ErrInvalid)
	}
	text, err := keyText(id)
	if err != nil {
		return nil, err
	}
	return r.one(ctx, r.form.Key+" = "+text, "id", opts)
}

// View reads one record with all its lines and references (查看). Its property
// names differ from the field keys, see [ViewResult].
//
// Effect: read.
func (r *FormReader[R]) View(ctx context.Context, key RecordKey, opts ...duijie.CallOption) (*ViewResult, error) {
	return r.client.View(ctx, r.form.ID, key, opts...)
}

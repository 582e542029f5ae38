package dingtalk

import (
	"context"
	"errors"
	"iter"
	"strconv"
	"time"

	"github.com/duijie-go/duijie"
	"github.com/duijie-go/duijie/internal/pager"
)

// FormQuery says which instances of a form a list holds. All that is set must hold.
type FormQuery struct {
	FormUUID   string      // "" = the application's
	Where      []Condition // all must hold
	Originator string      // userId of who submitted it
	// From and To of modification and creation become conditions to the millisecond;
	// zero leaves that end open.
	ModifiedFrom, ModifiedTo time.Time
	CreatedFrom, CreatedTo   time.Time // of creation
	OrderBy                  []Order   // nil = modification time, then instance id
	PageSize                 int       // 1 to 100; 0 = 100
	UseAlias                 bool      // names are aliases, in Where and in answers; v2.0 only
	// NoTables leaves sub-tables out of [Yida.Forms], which is cheaper for the
	// platform. Not with UseAlias.
	NoTables bool
	// WholeTables completes the sub-tables of the instances listed, as
	// [Yida.CompleteTables] does and at its cost. Without it [Instance.CutTables] names those
	// that may be cut. Sources need it not: they complete anyway.
	WholeTables bool
}

// conditions are those of the query with its times.
func (q FormQuery) conditions() []Condition {
	out := q.Where[:len(q.Where):len(q.Where)]
	for _, t := range []struct {
		key      string
		from, to time.Time
	}{{"modifiedTime", q.ModifiedFrom, q.ModifiedTo}, {"createTime", q.CreatedFrom, q.CreatedTo}} {
		switch {
		case !t.from.IsZero() && !t.to.IsZero():
			out = append(out, DateBetween(t.key, t.from, t.to))
		case !t.from.IsZero():
			out = append(out, oneEnd(t.key, "ge", t.from))
		case !t.to.IsZero():
			out = append(out, oneEnd(t.key, "le", t.to))
		}
	}
	return out
}

func oneEnd(key, operator string, t time.Time) Condition {
	return Condition{Key: key, Value: t.UnixMilli(), Type: "DOUBLE", Operator: operator, ComponentName: "DateField"}
}

// List is a list of the platform: instances, ids, forms. It is read by page
// number, which loses rows where they move between two calls: read it in the order
// of modification and over a window that has ended, or use the sources of this
// package, which do. Nothing is sent before a method is called.
type List[T any] struct {
	fetch func(ctx context.Context, page int) (*duijie.Page[T], int, error)
	size  int
}

// List is one page; cursor "" is the first, [duijie.Page.Next] the one after.
func (l *List[T]) List(ctx context.Context, cursor string) (*duijie.Page[T], error) {
	page := 1
	if cursor != "" {
		n, err := strconv.Atoi(cursor)
		if err != nil || n < 1 {
			return nil, invalid("cursor", "it is not one of this list")
		}
		page = n
	}
	p, more, err := l.fetch(ctx, page)
	if err != nil {
		return nil, err
	}
	// All three signs of the end, because the total may move.
	if more > 0 && len(p.Items) >= l.size && (p.Total < 0 || int64(page)*int64(l.size) < p.Total) {
		p.Next = strconv.Itoa(page + 1)
	}
	return p, nil
}

// Pages are the pages, one call each. Yida refuses to page deeper than about 5,000
// rows: that is [ErrTooManyRows].
func (l *List[T]) Pages(ctx context.Context) duijie.Pages[T] { return pager.Pages(ctx, "", l.List) }

// All are the items of all pages.
func (l *List[T]) All(ctx context.Context) iter.Seq2[T, error] { return pager.All(l.Pages(ctx)) }

// Forms lists the instances of a plain form with their sub-tables
// (通过高级查询条件获取表单实例数据): POST /yida/forms/instances/advances/queryAll.
//
// Effect: read. Limit: 100 rows a page, about 5,000 rows.
func (y *Yida) Forms(q FormQuery) *List[Instance] {
	e := queryAll
	if q.NoTables {
		e = queryNoTables
	}
	return instances(y, e, q)
}

// SearchForms lists the instances of a plain form by the older search
// (查询表单实例数据): POST /yida/forms/instances/search.
//
// Effect: read. Limit: 100 rows a page, about 5,000 rows.
func (y *Yida) SearchForms(q FormQuery) *List[Instance] { return instances(y, searchForms, q) }

// Processes lists the instances of an approval form (获取流程实例列表):
// POST /yida/processes/instances.
//
// Effect: read. Limit: 100 rows a page, about 5,000 rows.
func (y *Yida) Processes(q FormQuery) *List[Instance] { return instances(y, processes, q) }

// FormIDs lists the ids of instances of a plain form (获取表单实例ID列表):
// POST /yida/forms/instances/ids/{appType}/{formUuid}. OrderBy does not count.
//
// Effect: read. Limit: 100 ids a page.
func (y *Yida) FormIDs(q FormQuery) *List[string] { return idList(y, formIDs, q) }

// ProcessIDs lists the ids of instances of an approval form (获取流程实例ID列表):
// POST /yida/processes/instanceIds. OrderBy does not count.
//
// Effect: read. Limit: 100 ids a page.
func (y *Yida) ProcessIDs(q FormQuery) *List[string] { return idList(y, processIDs, q) }

func instances(y *Yida, e endpoint, q FormQuery) *List[Instance] {
	return &List[Instance]{size: q.size(), fetch: func(ctx context.Context, page int) (*duijie.Page[Instance], int, error) {
		rows, total, err := y.rows(ctx, e, q, page)
		if err != nil {
			return nil, 0, err
		}
		p := &duijie.Page[Instance]{Total: total}
		for _, raw := range rows {
			i, err := readInstance(raw, y.zone())
			if err != nil {
				return nil, 0, err
			}
			p.Items = append(p.Items, i)
		}
		if q.WholeTables {
			if err := errors.Join(y.completeTables(ctx, q.FormUUID, p.Items, q.UseAlias)...); err != nil {
				return nil, 0, err
			}
		}
		return p, len(rows), nil
	}}
}

func idList(y *Yida, e endpoint, q FormQuery) *List[string] {
	return &List[string]{size: q.size(), fetch: func(ctx context.Context, page int) (*duijie.Page[string], int, error) {
		rows, total, err := y.rows(ctx, e, q, page)
		if err != nil {
			return nil, 0, err
		}
		p := &duijie.Page[string]{Total: total}
		for _, raw := range rows {
			p.Items = append(p.Items, rawText(raw))
		}
		return p, len(rows), nil
	}}
}

func (q FormQuery) size() int {
	if q.PageSize == 0 {
		return MaxPageSize
	}
	return q.PageSize
}
